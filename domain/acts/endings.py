"""吊销与注销的前几步：吊销前告知、听证；注销的建议。决定在 revocations.py，由另一人作出。"""

from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from domain import approval
from domain.acts.base import Desk, handles, write
from domain.acts.lookups import (
    LICENCE,
    case_file,
    granted,
    not_self,
    outside,
    outside_item,
    period,
)
from domain.approval import DeregistrationReason, Granted
from domain.calendar import calendar_from
from domain.deadlines import natural_due
from domain.decider import Decision, Refused
from domain.terms import Evidence, LicenceNo, Role, Sha256


@dataclass(frozen=True, slots=True)
class NoticePenalty:
    """吊销前告知。``days`` other than ninety: where ``days_basis`` gives a period of its own."""

    licence_no: LicenceNo
    filing_no: str
    filed_on: date
    notice_no: str
    days: int = approval.PENALTY_DAYS
    days_basis: str = ""


@dataclass(frozen=True, slots=True)
class HearPenalty:
    """吊销听证（附笔录），或期满未要求。"""

    licence_no: LicenceNo
    waived: bool
    record_no: str | None = None
    record_sha256: Sha256 | None = None


@dataclass(frozen=True, slots=True)
class ProposeDeregistration:
    """注销建议：持证人申请、经办提出，或机器因届满提出。"""

    licence_no: LicenceNo
    reason: DeregistrationReason
    evidence: tuple[Evidence, ...] = ()


EndingAct: TypeAlias = NoticePenalty | HearPenalty | ProposeDeregistration


# -- handlers


@handles(NoticePenalty)
def notice_penalty(act: NoticePenalty, desk: Desk) -> Decision:
    """吊销前告知，由该事项的监管部门；决定的期限自立案之日起，自然日（处罚法 60 条）。"""
    grant = granted(desk, act.licence_no)
    if isinstance(grant, Refused):
        return grant
    file = case_file(desk, grant.case_no)
    refusal = file if isinstance(file, Refused) else outside_item(desk, file.item)
    if refusal is not None:
        return refusal
    request, rules = period(desk, desk.today, approval.HEARING_DAYS)
    calendar = calendar_from(desk.load, act.filed_on)
    fact = approval.PenaltyNoticed(
        filing_no=act.filing_no,
        filed_on=act.filed_on,
        days=act.days,
        days_basis=act.days_basis,
        decide_due_on=natural_due(act.filed_on, max(act.days, 0), calendar).day,
        notice_no=act.notice_no,
        noticed_on=desk.today,
        request_due_on=request.day,
        organ=desk.actor.organ,
        handler=desk.handler,
    )
    command = approval.NoticePenalty(fact, desk.today)
    answer = approval.decide(desk.load(LICENCE, act.licence_no), command)
    rules = tuple(dict.fromkeys((*rules, *calendar.rules)))
    return write(LICENCE, act.licence_no, grant.case_no, answer, rules=rules)


@handles(HearPenalty)
def hear_penalty(act: HearPenalty, desk: Desk) -> Decision:
    """听证或期满未要求，由立案的监管部门记。"""
    grant = granted(desk, act.licence_no)
    if isinstance(grant, Refused):
        return grant
    state = desk.load(LICENCE, act.licence_no)
    known = state.penalty if isinstance(state, approval.InForce) else None
    refusal = None if known is None else outside(desk, known.noticed.organ)
    fact = approval.PenaltyHeard(act.waived, act.record_no, act.record_sha256, desk.handler)
    answer = refusal or approval.decide(state, approval.HearPenalty(fact, desk.today))
    return write(LICENCE, act.licence_no, grant.case_no, answer)


@handles(ProposeDeregistration)
def propose_deregistration(act: ProposeDeregistration, desk: Desk) -> Decision:
    """注销建议：持证人只能就自己的许可，审核人须属作出许可的机关。"""
    grant = granted(desk, act.licence_no)
    if isinstance(grant, Refused):
        return grant
    fact = approval.DeregistrationProposed(act.reason, act.evidence, desk.person)
    command = approval.ProposeDeregistration(fact)
    state = desk.load(LICENCE, act.licence_no)
    answer = _may_not(grant, desk) or approval.decide(state, command)
    return write(LICENCE, act.licence_no, grant.case_no, answer)


def _may_not(grant: Granted, desk: Desk) -> Refused | None:
    if desk.actor.role is Role.REVIEWER:
        return outside(desk, grant.in_name_of)
    return not_self(desk, grant.holder)
