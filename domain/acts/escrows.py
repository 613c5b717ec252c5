"""封存份额的托管：托管、收妥、到期由托管人开启。"""

from dataclasses import dataclass
from typing import TypeAlias

from domain import escrow, inspection_plan
from domain.acts.base import Desk, combine, handles, write
from domain.acts.inspections import not_in_charge
from domain.decider import Decision, Refused
from domain.inspection_plan import OpenShare, SealedShareOpened
from domain.refusals import Refusal


@dataclass(frozen=True, slots=True)
class EscrowShare:
    """托管封存份额：三份的承诺，依登记时托管人的次序；份本身当面交，不入账。"""

    plan_no: str
    commitments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConfirmPiece:
    """托管人收妥一份：写自己由收到的文件算出的承诺。"""

    plan_no: str
    commitment: str


@dataclass(frozen=True, slots=True)
class OpenPiece:
    """公布期限已过而部门没有开启的，托管人开启所保管的一份；两份即合出份额。"""

    plan_no: str
    piece: str


EscrowAct: TypeAlias = EscrowShare | ConfirmPiece | OpenPiece


def _decide(desk: Desk, plan_no: str, command: escrow.Command) -> Decision:
    outcome = escrow.decide(desk.load(escrow.AGGREGATE, plan_no), command)
    return write(escrow.AGGREGATE, plan_no, plan_no, outcome)


def _running(desk: Desk, plan_no: str) -> inspection_plan.PlanRegistered | Refused:
    """还办着的计划；作废、失效的不再托管。"""
    state = desk.load(inspection_plan.AGGREGATE, plan_no)
    plan = inspection_plan.plan_of(state)
    if plan is None or isinstance(state, inspection_plan.Annulled | inspection_plan.Voided):
        return inspection_plan.standing(state)
    return plan


@handles(EscrowShare)
def escrow_share(act: EscrowShare, desk: Desk) -> Decision:
    """由组织抽取的部门托管，揭示之前。"""
    if barred := not_in_charge(desk, act.plan_no):
        return barred
    plan = _running(desk, act.plan_no)
    if isinstance(plan, Refused):
        return plan
    return _decide(desk, act.plan_no, escrow.Deposit(plan, act.commitments, desk.handler, desk.at))


@handles(ConfirmPiece)
def confirm_piece(act: ConfirmPiece, desk: Desk) -> Decision:
    """由托管人确认；三家都收妥了才揭示。"""
    plan = _running(desk, act.plan_no)
    if isinstance(plan, Refused):
        return plan
    command = escrow.Confirm(plan, desk.actor.organ, act.commitment, desk.handler, desk.at)
    return _decide(desk, act.plan_no, command)


@handles(OpenPiece)
def open_piece(act: OpenPiece, desk: Desk) -> Decision:
    """第二份一开启，合出的份额即公布；两份都真而合不出的，是部门托管了假的，都在账上。"""
    state = desk.load(inspection_plan.AGGREGATE, act.plan_no)
    if not isinstance(state, inspection_plan.Settled):
        return inspection_plan.standing(state)
    if state.share is not None:
        return Refused(Refusal.ESCROW_OPENED)
    plan = state.lists.plan
    command = escrow.Open(act.plan_no, plan, desk.actor.organ, act.piece, desk.handler, desk.today)
    kept = desk.load(escrow.AGGREGATE, act.plan_no)
    outcome = escrow.decide(kept, command)
    if isinstance(outcome, Refused):
        return outcome
    after = escrow.AGGREGATE.fold(outcome, kept)
    given = write(escrow.AGGREGATE, act.plan_no, act.plan_no, outcome)
    share = escrow.share_of(plan, escrow.pieces(after))
    if share is None:
        return given
    opening = OpenShare(SealedShareOpened(share, desk.handler), desk.today, by_keepers=True)
    opened = write(inspection_plan.AGGREGATE, act.plan_no, act.plan_no, opening.decide(state))
    return combine(given, opened)
