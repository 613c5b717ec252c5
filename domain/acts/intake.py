"""收件与受理的办理：收件、补正、受理、不予受理、视为受理、期限届满。"""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from domain import case
from domain.acts.base import Desk, handles, write
from domain.acts.forwardings import asked_again, received_elsewhere
from domain.acts.lookups import CASE, ITEM, CaseFile, case_file, item_rule, overdue, period
from domain.acts.verifications import needless
from domain.case import DeadlineKind, DeclineReason
from domain.catalogue import version_on
from domain.deadlines import Due
from domain.decider import Decision, Refused, RuleUsed
from domain.refusals import Refusal
from domain.terms import (
    CaseKind,
    CaseNo,
    Channel,
    ItemCode,
    Material,
    Organ,
    PersonalText,
    PersonId,
    SubjectId,
    beijing_day,
)


@dataclass(frozen=True, slots=True)
class Receive:
    """收件：开出收件凭证，五日告知期限起算。``received_at`` None: now (system entry time)."""

    case_no: CaseNo
    item_code: ItemCode
    channel: Channel
    applicant: SubjectId
    materials: tuple[Material, ...]
    receipt_no: str
    agent: PersonId | None = None
    contact: PersonalText | None = None
    received_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RequestSupplement:
    """一次性告知需要补正的全部内容。"""

    case_no: CaseNo
    notice_no: str
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Supplement:
    """收到补正材料（可分次）。``received_at`` None: now."""

    case_no: CaseNo
    materials: tuple[Material, ...]
    received_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Accept:
    """受理，定为即办件或承诺件。"""

    case_no: CaseNo
    kind: CaseKind
    document_no: str


@dataclass(frozen=True, slots=True)
class Decline:
    """不予受理：不需要许可，或不属本机关职权（须告知有权机关）。"""

    case_no: CaseNo
    reason: DeclineReason
    explanation: str
    document_no: str
    competent_organ: Organ | None = None


@dataclass(frozen=True, slots=True)
class DeemAccepted:
    """机器：五日内未告知补正，自收到材料之日起即为受理。"""

    case_no: CaseNo


@dataclass(frozen=True, slots=True)
class MarkDeadlineMissed:
    """机器：记下期限已过（事实，不影响决定的效力）。"""

    case_no: CaseNo
    deadline: DeadlineKind


IntakeAct: TypeAlias = (
    Receive | RequestSupplement | Supplement | Accept | Decline | DeemAccepted | MarkDeadlineMissed
)


# -- handlers


@handles(Receive)
def receive(act: Receive, desk: Desk) -> Decision:
    """收件：依收到之日有效的事项版本；报备制事项不走审批。"""
    received_at = act.received_at or desk.at
    day = beijing_day(received_at)
    item = version_on(desk.load(ITEM, act.item_code), day)
    if item is None:
        facts = {"item_code": str(act.item_code), "on": str(day)}
        return Refused(Refusal.CASE_ITEM_NOT_IN_FORCE, facts)
    if item.filing_only:
        return Refused(Refusal.CASE_FILING_ONLY, {"item_code": act.item_code})
    if refusal := received_elsewhere(desk, act.case_no, day):
        return refusal
    notice_due, rules = period(desk, day, case.NOTICE_DAYS)
    fact = case.Received(
        item_code=act.item_code,
        item_version=item.version,
        channel=act.channel,
        applicant=act.applicant,
        agent=act.agent,
        contact=act.contact,
        materials=act.materials,
        received_at=received_at,
        notice_due_on=notice_due.day,
        receipt_no=act.receipt_no,
        handler=desk.handler,
    )
    answer = case.decide(desk.load(CASE, act.case_no), case.Receive(fact, desk.at))
    rules = (item_rule(act.item_code, item), *rules)
    return write(CASE, act.case_no, act.case_no, answer, rules=rules)


@handles(RequestSupplement)
def request_supplement(act: RequestSupplement, desk: Desk) -> Decision:
    """补正告知：第五个工作日过后即为受理，不再告知。"""
    file = case_file(desk, act.case_no)
    if isinstance(file, Refused):
        return file
    refusal = needless(file.item, act.missing) or asked_again(desk, act.case_no, act.missing)
    if refusal is not None:
        return refusal
    notice_due, rules = _notice_due(desk, file)
    fact = case.SupplementRequested(act.notice_no, act.missing, desk.handler)
    command = case.RequestSupplement(fact, notice_due.day, desk.today)
    answer = case.decide(file.state, command)
    return write(CASE, act.case_no, act.case_no, answer, rules=rules)


@handles(Supplement)
def supplement(act: Supplement, desk: Desk) -> Decision:
    """收到补正材料。"""
    fact = case.Supplemented(act.materials, act.received_at or desk.at, desk.handler)
    answer = case.decide(desk.load(CASE, act.case_no), case.Supplement(fact, desk.at))
    return write(CASE, act.case_no, act.case_no, answer)


@handles(Accept)
def accept(act: Accept, desk: Desk) -> Decision:
    """受理：承诺时限与法定时限自受理之日起算。"""
    file = case_file(desk, act.case_no)
    if isinstance(file, Refused):
        return file
    notice_due, _ = _notice_due(desk, file)
    day = case.acceptance_day(file.state, notice_due.day, desk.today)
    promised, rules = period(desk, day, file.item.promised_days)
    legal, _ = period(desk, day, file.item.legal_days)
    fact = case.Accepted(
        accepted_on=day,
        kind=act.kind,
        promised_days=file.item.promised_days,
        legal_days=file.item.legal_days,
        promised_due_on=promised.day,
        legal_due_on=legal.day,
        provisional=promised.provisional or legal.provisional,
        document_no=act.document_no,
        handler=desk.handler,
    )
    late = overdue(desk, file.state, DeadlineKind.COMPLETENESS_NOTICE)
    authorised = file.item.window_authorised
    command = case.Accept(fact, notice_due.day, desk.today, authorised, late)
    answer = case.decide(file.state, command)
    return write(CASE, act.case_no, act.case_no, answer, rules=(file.rule, *rules))


@handles(Decline)
def decline(act: Decline, desk: Desk) -> Decision:
    """不予受理。"""
    file = case_file(desk, act.case_no)
    if isinstance(file, Refused):
        return file
    notice_due, rules = _notice_due(desk, file)
    fact = case.Declined(
        reason=act.reason,
        competent_organ=act.competent_organ,
        explanation=act.explanation,
        decided_on=desk.today,
        document_no=act.document_no,
        handler=desk.handler,
    )
    answer = case.decide(file.state, case.Decline(fact, notice_due.day))
    return write(CASE, act.case_no, act.case_no, answer, rules=rules)


@handles(DeemAccepted)
def deem_accepted(act: DeemAccepted, desk: Desk) -> Decision:
    """视为受理：溯及收件之日，时限也自那日起算；日历未公布的不能断定。"""
    file = case_file(desk, act.case_no)
    if isinstance(file, Refused):
        return file
    notice_due, rules = _notice_due(desk, file)
    if notice_due.provisional:
        return Refused(Refusal.CASE_DEADLINE_PROVISIONAL, {"due_on": str(notice_due.day)})
    day = beijing_day(file.state.received.received_at)
    promised, _ = period(desk, day, file.item.promised_days)
    legal, _ = period(desk, day, file.item.legal_days)
    fact = case.DeemedAccepted(
        accepted_on=day,
        kind=CaseKind.PLEDGED_TIME,
        promised_days=file.item.promised_days,
        legal_days=file.item.legal_days,
        promised_due_on=promised.day,
        legal_due_on=legal.day,
        provisional=promised.provisional or legal.provisional,
    )
    command = case.DeemAccepted(fact, notice_due.day, desk.today)
    answer = case.decide(file.state, command)
    return write(CASE, act.case_no, act.case_no, answer, rules=(file.rule, *rules))


@handles(MarkDeadlineMissed)
def mark_deadline_missed(act: MarkDeadlineMissed, desk: Desk) -> Decision:
    """记下期限已过；期限按现行日历重新推算，日历未公布的不能断定。"""
    state = desk.load(CASE, act.case_no)
    clock = case.running(state, act.deadline)
    if clock is None:
        command = case.MarkMissed(case.DeadlineMissed(act.deadline, desk.today), desk.today)
        return write(CASE, act.case_no, act.case_no, case.decide(state, command))
    last, rules = period(desk, clock.start, clock.working_days)
    if last.provisional:
        return Refused(Refusal.CASE_DEADLINE_PROVISIONAL, {"due_on": str(last.day)})
    command = case.MarkMissed(case.DeadlineMissed(act.deadline, last.day), desk.today)
    return write(CASE, act.case_no, act.case_no, case.decide(state, command), rules=rules)


def _notice_due(desk: Desk, file: CaseFile) -> tuple[Due, tuple[RuleUsed, ...]]:
    day = beijing_day(file.state.received.received_at)
    return period(desk, day, case.NOTICE_DAYS)
