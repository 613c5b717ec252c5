"""收件与受理的办理：收件、补正、受理、不予受理、视为受理、期限届满。"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, TypeAlias

from domain import case
from domain.acts.base import Desk, combine, handles, write
from domain.acts.credits import barred
from domain.acts.forwardings import asked_again, received_elsewhere
from domain.acts.listed import filed_only, improper
from domain.acts.lookups import (
    CASE,
    ITEM,
    CaseFile,
    case_file,
    ending,
    item_rule,
    not_in_force,
    overdue,
    period,
    used,
)
from domain.acts.outlets import taken_in
from domain.acts.places import write_case
from domain.acts.reliances import on_hand
from domain.acts.tacit import licensed, tacit_approval
from domain.calendar import calendar_from
from domain.case import DeadlineKind, DeclineReason
from domain.catalogue import HalfLimit, ItemPublished, version_on
from domain.deadlines import Due, half_limit
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
from domain.texts import is_sound_name


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
    """一次性告知需要补正的全部内容。

    ``supply_by``: the day the notice sets for the supplement; after it the application lapses.
    ``on_paper``: the notice asks for paper.
    """

    case_no: CaseNo
    notice_no: str
    missing: tuple[str, ...]
    supply_by: date | None = None
    on_paper: bool = False


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


MOST_MATERIALS: Final = 2000
ONLINE: Final = frozenset({Channel.WEB, Channel.MOBILE})

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
        return not_in_force(desk, act.item_code, day)
    refusal = _not_here(act, item, day, desk)
    if refusal is not None:
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
    return combine(
        write(CASE, act.case_no, act.case_no, answer, rules=rules),
        used(desk, act.item_code, act.case_no),
    )


def unsound(materials: tuple[Material, ...]) -> Refused | None:
    """材料太多，或者名字不能用、重名。"""
    if len(materials) > MOST_MATERIALS:
        return Refused(Refusal.MATERIAL_TOO_MANY, {"largest": str(MOST_MATERIALS)})
    names = [one.name for one in materials]
    for name in names:
        if not is_sound_name(name) or names.count(name) > 1:
            return Refused(Refusal.MATERIAL_NAME, {"name": name})
    return None


def _not_here(act: Receive, item: ItemPublished, day: date, desk: Desk) -> Refused | None:
    """不走这条路：报备制的只报备，进驻负面清单上的不进大厅（机制 60），被限制申请的；材料写得不成样的。"""
    if (wrong := unsound(act.materials)) is not None:
        return wrong
    if filed_only(desk, act.item_code, item, day):
        return Refused(Refusal.CASE_FILING_ONLY, {"item_code": act.item_code})
    if item.rules.on_negative_list and act.channel is Channel.COUNTER:
        return Refused(Refusal.CASE_NOT_IN_HALL, {"organ": item.approving_body})
    elsewhere = received_elsewhere(desk, act.case_no, act.applicant, act.item_code, day)
    at_bank = taken_in(desk, act.case_no, act.applicant, act.item_code, day)
    return elsewhere or at_bank or barred(desk, act.applicant, act.item_code, day)


@handles(RequestSupplement)
def request_supplement(act: RequestSupplement, desk: Desk) -> Decision:
    """补正告知：第五个工作日过后即为受理，此后的告知连同视为受理一并记下；网上件不得要纸质。"""
    file = case_file(desk, act.case_no)
    if isinstance(file, Refused):
        return file
    refusal = (
        improper(act.missing, file.item)
        or on_hand(desk, act.case_no, act.missing)
        or asked_again(desk, act.case_no, act.missing)
    )
    if refusal is not None:
        return refusal
    if act.on_paper and file.state.received.channel in ONLINE:
        return Refused(Refusal.CASE_PAPER_COPY)
    notice_due, rules = _notice_due(desk, file)
    half_due = _half_due(desk, file)
    fact = case.SupplementRequested(act.notice_no, act.missing, desk.handler, act.supply_by)
    late = desk.today > notice_due.day and not notice_due.provisional
    deemed = _deemed(desk, file) if late else None
    command = case.RequestSupplement(fact, notice_due.day, desk.today, half_due.day, deemed)
    answer = case.decide(file.state, command)
    return write_case(desk, act.case_no, file, answer, rules=(file.rule, *rules))


@handles(Supplement)
def supplement(act: Supplement, desk: Desk) -> Decision:
    """收到补正材料；补齐的应当受理，期限比照一次告知的五个工作日。"""
    at = act.received_at or desk.at
    due_on, rules = period(desk, beijing_day(at), case.NOTICE_DAYS)
    fact = case.Supplemented(act.materials, at, desk.handler, due_on.day)
    answer = case.decide(desk.load(CASE, act.case_no), case.Supplement(fact, desk.at))
    return write(CASE, act.case_no, act.case_no, answer, rules=rules)


@handles(Accept)
def accept(act: Accept, desk: Desk) -> Decision:
    """受理：承诺时限与法定时限自受理之日起算。"""
    file = case_file(desk, act.case_no)
    if isinstance(file, Refused):
        return file
    command, rules = acceptance(desk, file, act.kind, act.document_no)
    answer = case.decide(file.state, command)
    return write_case(desk, act.case_no, file, answer, rules=rules)


def acceptance(
    desk: Desk, file: CaseFile, kind: CaseKind, document_no: str
) -> tuple[case.Accept, tuple[RuleUsed, ...]]:
    """今日受理会怎样记，以及所依的规则。"""
    notice_due, _ = _notice_due(desk, file)
    day = case.acceptance_day(file.state, notice_due.day, desk.today)
    promised, rules = period(desk, day, file.item.promised_days)
    legal, _ = period(desk, day, file.item.legal_days)
    fact = case.Accepted(
        accepted_on=day,
        kind=kind,
        promised_days=file.item.promised_days,
        legal_days=file.item.legal_days,
        promised_due_on=promised.day,
        legal_due_on=legal.day,
        provisional=promised.provisional or legal.provisional,
        document_no=document_no,
        handler=desk.handler,
    )
    late = overdue(desk, file.state, DeadlineKind.COMPLETENESS_NOTICE)
    authorised = file.item.window_authorised
    command = case.Accept(fact, notice_due.day, desk.today, authorised, late)
    return command, (file.rule, *rules)


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
    command = case.DeemAccepted(_deemed(desk, file), notice_due.day, desk.today)
    answer = case.decide(file.state, command)
    return write_case(desk, act.case_no, file, answer, rules=(file.rule, *rules))


def _deemed(desk: Desk, file: CaseFile) -> case.DeemedAccepted:
    day = beijing_day(file.state.received.received_at)
    promised, _ = period(desk, day, file.item.promised_days)
    legal, _ = period(desk, day, file.item.legal_days)
    return case.DeemedAccepted(
        accepted_on=day,
        kind=CaseKind.PLEDGED_TIME,
        promised_days=file.item.promised_days,
        legal_days=file.item.legal_days,
        promised_due_on=promised.day,
        legal_due_on=legal.day,
        provisional=promised.provisional or legal.provisional,
    )


@handles(MarkDeadlineMissed)
def mark_deadline_missed(act: MarkDeadlineMissed, desk: Desk) -> Decision:
    """记下期限已过；期限按现行日历重新推算，日历未公布的不能断定。

    An item that opted in to tacit approval is approved by the same fact (rule 13).
    """
    file = case_file(desk, act.case_no)
    if isinstance(file, Refused):
        return file
    state = file.state
    clock = case.running(state, act.deadline)
    if clock is None:
        command = case.MarkMissed(case.DeadlineMissed(act.deadline, desk.today), desk.today)
        return write(CASE, act.case_no, act.case_no, case.decide(state, command))
    last, rules = ending(desk, clock)
    if last.provisional:
        return Refused(Refusal.CASE_DEADLINE_PROVISIONAL, {"due_on": str(last.day)})
    missed = case.DeadlineMissed(act.deadline, last.day)
    tacit = tacit_approval(desk, act.case_no, file)
    answer = case.decide(state, case.MarkMissed(missed, desk.today, tacit))
    return combine(
        write_case(desk, act.case_no, file, answer, rules=(file.rule, *rules)),
        licensed(desk, act.case_no, file, answer),
    )


def _notice_due(desk: Desk, file: CaseFile) -> tuple[Due, tuple[RuleUsed, ...]]:
    day = beijing_day(file.state.received.received_at)
    return period(desk, day, case.NOTICE_DAYS)


def _half_due(desk: Desk, file: CaseFile) -> Due:
    """补不过半：承诺时限前半段的最后一日（规则 12）。"""
    state = file.state
    received_on = beijing_day(state.received.received_at)
    taken = state.acceptance if isinstance(state, case.UnderReview) else None
    start = received_on if taken is None else taken.accepted_on
    up = file.item.rules.review.half_limit is HalfLimit.CEIL
    return half_limit(start, file.item.promised_days, calendar_from(desk.load, start), up=up)
