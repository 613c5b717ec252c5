"""承诺备案的办理：提交、备案、核查、撤销（机制 76）。"""

from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias

from domain import credit, undertaking
from domain.acts.base import Desk, combine, handles, write
from domain.acts.listed import filed_only
from domain.acts.lookups import (
    ITEM,
    edition,
    item_rule,
    not_in_force,
    not_self,
    outside,
    outside_item,
    used,
    verification,
)
from domain.catalogue import ItemPublished, version_on
from domain.decider import Decision, Refused
from domain.refusals import Refusal
from domain.terms import CaseNo, Evidence, ItemCode, Role, Sha256, SubjectId


@dataclass(frozen=True, slots=True)
class LodgeUndertaking:
    """提交承诺备案：写明项目、现有用地的权证号与逐条承诺。"""

    filing_no: CaseNo
    item_code: ItemCode
    filer: SubjectId
    project: str
    land_no: str
    promises: tuple[str, ...]
    text_sha256: Sha256


@dataclass(frozen=True, slots=True)
class FileUndertaking:
    """承诺备案通过：只查形式，即时办结。"""

    filing_no: CaseNo


@dataclass(frozen=True, slots=True)
class VerifyUndertaking:
    """监管部门核查承诺做到了没有；没有做到的，责令限期整改。"""

    filing_no: CaseNo
    kept: bool
    explanation: str
    failed: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    rectify_by: date | None = None


@dataclass(frozen=True, slots=True)
class CancelUndertaking:
    """整改之后仍没有做到的，由备案机关撤销承诺备案。"""

    filing_no: CaseNo
    explanation: str
    document_no: str


UndertakingAct: TypeAlias = (
    LodgeUndertaking | FileUndertaking | VerifyUndertaking | CancelUndertaking
)


# -- handlers

UNDERTAKING: Final = undertaking.AGGREGATE


@handles(LodgeUndertaking)
def lodge_undertaking(act: LodgeUndertaking, desk: Desk) -> Decision:
    """提交：依今日有效的事项版本与清单、今日的信用。"""
    item = version_on(desk.load(ITEM, act.item_code), desk.today)
    if item is None:
        return not_in_force(desk, act.item_code, desk.today)
    refusal = not_self(desk, act.filer)
    if refusal is not None:
        return refusal
    fact = undertaking.Lodged(
        item_code=act.item_code,
        item_version=item.version,
        filer=act.filer,
        project=act.project,
        land_no=act.land_no,
        promises=act.promises,
        text_sha256=act.text_sha256,
        handler=None if desk.actor.role is Role.APPLICANT else desk.handler,
    )
    command = undertaking.Lodge(fact, _unsuitable(act, item, desk), item.commitment_materials)
    answer = undertaking.decide(desk.load(UNDERTAKING, act.filing_no), command)
    rules = (item_rule(act.item_code, item),)
    return combine(
        write(UNDERTAKING, act.filing_no, act.filing_no, answer, rules=rules),
        used(desk, act.item_code, act.filing_no),
    )


def _unsuitable(act: LodgeUndertaking, item: ItemPublished, desk: Desk) -> Refused | None:
    """不是报备制、不适用告知承诺、风险较大的事项，信用不合格的申请人，不走承诺备案。"""
    code = {"item_code": str(act.item_code)}
    if not filed_only(desk, act.item_code, item, desk.today):
        return Refused(Refusal.FILING_NOT_LISTED, code)
    if not item.commitment_allowed:
        return Refused(Refusal.COMMITMENT_NOT_ALLOWED, code)
    if item.rules.pledge.high_risk:
        return Refused(Refusal.COMMITMENT_HIGH_RISK, code)
    records = desk.load(credit.AGGREGATE, act.filer).excluding(desk.today)
    if records:
        return Refused(Refusal.COMMITMENT_BAD_CREDIT, {"records": "、".join(records)})
    return None


@handles(FileUndertaking)
def file_undertaking(act: FileUndertaking, desk: Desk) -> Decision:
    """备案通过：核查的期限自今日起算，监管部门随即得知。"""
    state = _known(act.filing_no, desk)
    if isinstance(state, Refused):
        return state
    item = _item(state, desk)
    until = verification(desk, item.rules.pledge)
    fact = undertaking.Filed(
        item_code=state.lodged.item_code,
        filed_on=desk.today,
        verify_by=until.due_on,
        provisional=until.provisional,
        supervising_bodies=item.supervising_bodies,
        handler=desk.handler,
    )
    return _settle(act.filing_no, undertaking.File(fact), desk)


@handles(VerifyUndertaking)
def verify_undertaking(act: VerifyUndertaking, desk: Desk) -> Decision:
    """核查，由该事项的监管部门办。"""
    state = _known(act.filing_no, desk)
    if isinstance(state, Refused):
        return state
    fact = undertaking.Verified(
        kept=act.kept,
        failed=act.failed,
        explanation=act.explanation,
        evidence=act.evidence,
        rectify_by=act.rectify_by,
        handler=desk.handler,
    )
    refusal = outside_item(desk, _item(state, desk))
    return refusal or _settle(act.filing_no, undertaking.Verify(fact, desk.today), desk)


@handles(CancelUndertaking)
def cancel_undertaking(act: CancelUndertaking, desk: Desk) -> Decision:
    """撤销，由备案机关的决定人办。"""
    state = _known(act.filing_no, desk)
    if isinstance(state, Refused):
        return state
    item = _item(state, desk)
    fact = undertaking.Cancelled(
        item_code=state.lodged.item_code,
        explanation=act.explanation,
        document_no=act.document_no,
        supervising_bodies=item.supervising_bodies,
        handler=desk.handler,
    )
    refusal = outside(desk, item.approving_body)
    return refusal or _settle(act.filing_no, undertaking.Cancel(fact, desk.today), desk)


Known: TypeAlias = undertaking.Pending | undertaking.OnFile | undertaking.Struck


def _known(filing_no: CaseNo, desk: Desk) -> Known | Refused:
    state = desk.load(UNDERTAKING, filing_no)
    return undertaking.standing(state) if isinstance(state, undertaking.Nothing) else state


def _item(state: Known, desk: Desk) -> ItemPublished:
    return edition(desk, state.lodged.item_code, state.lodged.item_version)


def _settle(filing_no: CaseNo, command: undertaking.Command, desk: Desk) -> Decision:
    answer = undertaking.decide(desk.load(UNDERTAKING, filing_no), command)
    return write(UNDERTAKING, filing_no, filing_no, answer)
