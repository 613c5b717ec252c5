"""事项与机关的办理：休眠、首次办件、取消、拟下放、下放与划转、机关撤并。"""

from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from domain import catalogue, organ
from domain.acts.base import Desk, handles, write
from domain.acts.lookups import ITEM, ORGAN, superiors
from domain.catalogue import CancelMode, TransferMode
from domain.decider import Decision
from domain.terms import ItemCode, Organ


@dataclass(frozen=True, slots=True)
class MakeDormant:
    """休眠一个从未有过办件的事项。"""

    item_code: ItemCode
    explanation: str
    document_no: str


@dataclass(frozen=True, slots=True)
class RecordFirstUse:
    """机器：事项有了首次办件；休眠的即激活。"""

    item_code: ItemCode
    case_no: str


@dataclass(frozen=True, slots=True)
class CancelItem:
    """取消审批；改为备案或并入其他事项的，写明后一事项。"""

    item_code: ItemCode
    mode: CancelMode
    effective_from: date
    explanation: str
    document_no: str
    successor_item: ItemCode | None = None


@dataclass(frozen=True, slots=True)
class PlanTransfer:
    """拟下放：只记计划。"""

    item_code: ItemCode
    mode: TransferMode
    from_organ: Organ
    to_organ: Organ
    planned_on: date
    document_no: str


@dataclass(frozen=True, slots=True)
class TransferAuthority:
    """事权下放或划转。"""

    item_code: ItemCode
    mode: TransferMode
    from_organ: Organ
    to_organ: Organ
    effective_from: date
    document_no: str


@dataclass(frozen=True, slots=True)
class MergeOrgan:
    """机关撤并：由另一机关继续行使其职权。"""

    organ: Organ
    successor: Organ
    effective_from: date
    document_no: str


@dataclass(frozen=True, slots=True)
class SetSuperior:
    """登记一个机关的上级机关：它可以撤销该机关作出的许可（许可法 69 条）。"""

    organ: Organ
    superior: Organ
    effective_from: date
    document_no: str


CatalogueAct: TypeAlias = (
    MakeDormant
    | RecordFirstUse
    | CancelItem
    | PlanTransfer
    | TransferAuthority
    | MergeOrgan
    | SetSuperior
)


# -- handlers


@handles(MakeDormant)
def make_dormant(act: MakeDormant, desk: Desk) -> Decision:
    """休眠。"""
    fact = catalogue.MadeDormant(act.explanation, act.document_no, desk.handler)
    return _decide(act.item_code, catalogue.MakeDormant(fact), desk)


@handles(RecordFirstUse)
def record_first_use(act: RecordFirstUse, desk: Desk) -> Decision:
    """记下首次办件。"""
    return _decide(act.item_code, catalogue.Use(act.case_no, first=True), desk)


@handles(CancelItem)
def cancel_item(act: CancelItem, desk: Desk) -> Decision:
    """取消审批。"""
    fact = catalogue.Cancelled(
        mode=act.mode,
        effective_from=act.effective_from,
        successor_item=act.successor_item,
        supervising_bodies=(),
        explanation=act.explanation,
        document_no=act.document_no,
        handler=desk.handler,
    )
    return _decide(act.item_code, catalogue.Cancel(fact, desk.today), desk)


@handles(PlanTransfer)
def plan_transfer(act: PlanTransfer, desk: Desk) -> Decision:
    """拟下放。"""
    fact = catalogue.TransferPlanned(
        mode=act.mode,
        from_organ=act.from_organ,
        to_organ=act.to_organ,
        planned_on=act.planned_on,
        document_no=act.document_no,
        handler=desk.handler,
    )
    return _decide(act.item_code, catalogue.PlanTransfer(fact), desk)


@handles(TransferAuthority)
def transfer_authority(act: TransferAuthority, desk: Desk) -> Decision:
    """事权下放或划转。"""
    fact = catalogue.AuthorityTransferred(
        mode=act.mode,
        from_organ=act.from_organ,
        to_organ=act.to_organ,
        effective_from=act.effective_from,
        supervising_bodies=(),
        document_no=act.document_no,
        handler=desk.handler,
    )
    return _decide(act.item_code, catalogue.Transfer(fact, desk.today), desk)


def _decide(item_code: ItemCode, command: catalogue.Command, desk: Desk) -> Decision:
    answer = catalogue.decide(desk.load(ITEM, item_code), command)
    return write(ITEM, item_code, item_code, answer)


@handles(MergeOrgan)
def merge_organ(act: MergeOrgan, desk: Desk) -> Decision:
    """机关撤并。"""
    fact = organ.Succeeded(act.successor, act.effective_from, act.document_no, desk.handler)
    still = isinstance(desk.load(ORGAN, act.successor), organ.Standing)
    command = organ.Succeed(act.organ, fact, still, desk.today)
    answer = organ.decide(desk.load(ORGAN, act.organ), command)
    return write(ORGAN, act.organ, act.organ, answer)


@handles(SetSuperior)
def set_superior(act: SetSuperior, desk: Desk) -> Decision:
    """登记上级机关。"""
    fact = organ.SuperiorSet(act.superior, act.effective_from, act.document_no, desk.handler)
    above = superiors(desk, act.superior)
    command = organ.SetSuperior(act.organ, fact, above, desk.today)
    answer = organ.decide(desk.load(ORGAN, act.organ), command)
    return write(ORGAN, act.organ, act.organ, answer)
