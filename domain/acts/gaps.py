"""容缺受理的办理：容缺受理、补来、到期、撤销受理。"""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from domain import case, gaps, procedure
from domain.acts.base import Desk, handles, write
from domain.acts.intake import acceptance
from domain.acts.lookups import CASE, case_file, not_in_name_of, outside, period
from domain.acts.places import write_case
from domain.decider import Decision, Refused
from domain.terms import CaseKind, CaseNo, Material, Sha256


@dataclass(frozen=True, slots=True)
class AcceptWithGaps:
    """容缺受理：主件齐全，写明缺哪几份；``promise_sha256`` 是申请人书面承诺的摘要。"""

    case_no: CaseNo
    kind: CaseKind
    document_no: str
    gaps: tuple[str, ...]
    promise_sha256: Sha256


@dataclass(frozen=True, slots=True)
class FillGap:
    """收到补来的材料。``received_at`` None: now."""

    case_no: CaseNo
    material: Material
    received_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DefaultGaps:
    """机器：容缺到期没有补齐。"""

    case_no: CaseNo


@dataclass(frozen=True, slots=True)
class RevokeAcceptance:
    """撤销受理：容缺到期没有补齐，书面说明理由。"""

    case_no: CaseNo
    reasons: str
    document_no: str


GapsAct: TypeAlias = AcceptWithGaps | FillGap | DefaultGaps | RevokeAcceptance


# -- handlers


@handles(AcceptWithGaps)
def accept_with_gaps(act: AcceptWithGaps, desk: Desk) -> Decision:
    """容缺受理：补齐的期限自今日起，依事项所定。"""
    file = case_file(desk, act.case_no)
    if isinstance(file, Refused):
        return file
    rules = file.item.rules.intake
    due, _ = period(desk, desk.today, rules.gap_days)
    accept, used = acceptance(desk, file, act.kind, act.document_no)
    fact = gaps.GapsAccepted(act.gaps, due.day, act.promise_sha256, desk.handler)
    command = procedure.AcceptWithGaps(fact, accept, rules)
    answer = procedure.decide(file.state, command)
    return write_case(desk, act.case_no, file, answer, rules=used)


@handles(FillGap)
def fill_gap(act: FillGap, desk: Desk) -> Decision:
    """补来一份。"""
    fact = gaps.GapFilled(act.material, act.received_at or desk.at, desk.handler)
    answer = procedure.decide(desk.load(CASE, act.case_no), procedure.FillGap(fact, desk.at))
    return write(CASE, act.case_no, act.case_no, answer)


@handles(DefaultGaps)
def default_gaps(act: DefaultGaps, desk: Desk) -> Decision:
    """到期没有补齐：怎样处理依事项所定。"""
    file = case_file(desk, act.case_no)
    if isinstance(file, Refused):
        return file
    held = file.state.gaps if isinstance(file.state, case.UnderReview) else None
    fact = gaps.GapDefaulted(
        missing=held.open if held else (),
        due_on=held.accepted.due_on if held else desk.today,
        outcome=file.item.rules.intake.gap_default,
    )
    answer = procedure.decide(file.state, procedure.DefaultGaps(fact, desk.today))
    return write_case(desk, act.case_no, file, answer, rules=(file.rule,))


@handles(RevokeAcceptance)
def revoke_acceptance(act: RevokeAcceptance, desk: Desk) -> Decision:
    """撤销受理：审批机关的决定人，以其名义。"""
    file = case_file(desk, act.case_no)
    if isinstance(file, Refused):
        return file
    body = file.item.approving_body
    refusal = outside(desk, body) or not_in_name_of(desk, body)
    fact = case.AcceptanceRevoked(act.reasons, desk.today, act.document_no, desk.handler)
    answer = refusal or procedure.decide(file.state, procedure.RevokeAcceptance(fact))
    return write_case(desk, act.case_no, file, answer)
