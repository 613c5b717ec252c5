"""检查后续处理的办理：立项、陈述申辩、整改与复查、核实联系、办结（表 F 第 11、12 行）。"""

from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias

from domain import check_result, follow_up, inspection_task, inspector, referral, revocation
from domain.acts.base import Desk, combine, handles, write
from domain.acts.check_results import RESULT, on_result
from domain.acts.complaints import MakeReferral, make_referral
from domain.acts.inspections import not_in_charge
from domain.acts.lookups import not_self, outside, period
from domain.acts.revocations import ProposeRevocation, propose_revocation
from domain.acts.steps import course
from domain.approval import RevocationGround
from domain.code_set import FollowUpKind
from domain.decider import Decision, Plan, Refused, RuleUsed
from domain.follow_up import (
    ContactTried,
    FollowUpClosed,
    FollowUpOpened,
    FollowUpOutcome,
    Rechecked,
    RectificationReported,
    StatementMade,
    StatementWeighed,
)
from domain.refusals import Refusal
from domain.terms import Evidence, Organ, PersonId, Role, Sha256, SubjectId

FOLLOW_UP: Final = follow_up.AGGREGATE
# The periods that the law or the practice gives; for rectification the order says the day.
_DAYS: Final = {
    FollowUpKind.CASE_FILED: follow_up.FILE_DAYS,
    FollowUpKind.ABNORMAL: follow_up.VERIFY_DAYS,
}


@dataclass(frozen=True, slots=True)
class OpenCheckFollowUp:
    """检查后续立项。移送的写明移送给谁与清单，建议撤销的写明事由；两种都附证据。"""

    follow_up_no: str
    plan_no: str
    subject: SubjectId
    follow_up_kind: FollowUpKind
    demands: str
    document_no: str | None = None
    due_on: date | None = None  # 责令改正的期限
    to_organ: Organ | None = None
    record_sha256: Sha256 | None = None
    ground: RevocationGround | None = None
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenContactCheck:
    """机器：结果是无法联系的，立项核实；列入与否由人决定。"""

    task_id: str


@dataclass(frozen=True, slots=True)
class PleadFollowUp:
    """检查对象（或者代为录入）陈述申辩、提出异议。"""

    follow_up_no: str
    explanation: str
    statement_sha256: Sha256


@dataclass(frozen=True, slots=True)
class WeighStatement:
    """复核陈述申辩，写明是否采纳。"""

    follow_up_no: str
    adopted: bool
    reasons: str


@dataclass(frozen=True, slots=True)
class ReportRectification:
    """提交整改报告；十个工作日内复查。"""

    follow_up_no: str
    report_sha256: Sha256


@dataclass(frozen=True, slots=True)
class RecheckObject:
    """复查，两人签名；没有改正的可以再给期限。"""

    follow_up_no: str
    performed_on: date
    passed: bool
    signatures: tuple[PersonId, ...]
    evidence: tuple[Evidence, ...]
    explanation: str
    rectify_by: date | None = None


@dataclass(frozen=True, slots=True)
class TryContact:
    """核实能否联系上检查对象，附证据；两次都联系不上才算查实。"""

    follow_up_no: str
    tried_on: date
    means: str
    reached: bool
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class MarkCheckFollowUpOverdue:
    """机器：后续处理的一个期限已过。"""

    follow_up_no: str


@dataclass(frozen=True, slots=True)
class CloseCheckFollowUp:
    """检查后续办结。"""

    follow_up_no: str
    handling: FollowUpOutcome
    reasons: str
    document_no: str | None = None


FollowUpAct: TypeAlias = (
    OpenCheckFollowUp
    | OpenContactCheck
    | PleadFollowUp
    | WeighStatement
    | ReportRectification
    | RecheckObject
    | TryContact
    | MarkCheckFollowUpOverdue
    | CloseCheckFollowUp
)


# -- handlers: opening


@handles(OpenCheckFollowUp)
def open_check_follow_up(act: OpenCheckFollowUp, desk: Desk) -> Decision:
    """立项，由组织抽取的部门；移送与撤销的案卷同时另立，编号相同。"""
    if barred := not_in_charge(desk, act.plan_no):
        return barred
    formed = _result(desk, inspection_task.task_id(act.plan_no, act.subject))
    if isinstance(formed, Refused):
        return formed
    due_on, rules = _due(desk, act)
    kind, number = act.follow_up_kind, act.follow_up_no
    other = _other_file(desk, act, formed)
    fact = FollowUpOpened(
        kind=kind,
        plan_no=act.plan_no,
        task_id=inspection_task.task_id(act.plan_no, act.subject),
        subject=act.subject,
        licence_no=formed.formed.licence_no,
        department=formed.formed.department,
        inspectors=formed.formed.inspectors,
        code_set=formed.latest.outcome.code_set,
        codes=formed.latest.outcome.codes,
        demands=act.demands,
        document_no=act.document_no or "",
        due_on=due_on,
        referral_no=number if kind is FollowUpKind.TRANSFER else None,
        revocation_id=number if kind is FollowUpKind.REVOCATION else None,
        opened_on=desk.today,
        handler=desk.handler,
    )
    return combine(other, _opened(desk, number, fact, rules))


def _result(desk: Desk, task_id: str) -> check_result.Formed | Refused:
    state = desk.load(RESULT, task_id)
    if isinstance(state, check_result.Nothing):
        return Refused(Refusal.RESULT_NOT_FOUND)
    return state


def _due(desk: Desk, act: OpenCheckFollowUp) -> tuple[date | None, tuple[RuleUsed, ...]]:
    if act.follow_up_kind in _DAYS:
        due, rules = period(desk, desk.today, _DAYS[act.follow_up_kind])
        return due.day, rules
    rectifies = act.follow_up_kind is FollowUpKind.RECTIFY
    return act.due_on if rectifies else None, ()


def _other_file(desk: Desk, act: OpenCheckFollowUp, formed: check_result.Formed) -> Decision:
    """移送、建议撤销各走各的案卷；别的没有另外的案卷。"""
    licence_no, lacking = formed.formed.licence_no, Refused(Refusal.FOLLOWUP_PARTICULARS)
    match act.follow_up_kind:
        case FollowUpKind.TRANSFER:
            if act.to_organ is None or act.record_sha256 is None:
                return lacking
            transfer = MakeReferral(
                referral_no=act.follow_up_no,
                subject=act.subject,
                grounds=act.demands,
                to_organ=act.to_organ,
                record_sha256=act.record_sha256,
                evidence=act.evidence,
                licence_no=licence_no,
            )
            return make_referral(transfer, desk)
        case FollowUpKind.REVOCATION:
            if act.ground is None or licence_no is None or not act.evidence:
                return lacking
            proposal = ProposeRevocation(act.follow_up_no, licence_no, act.ground, act.evidence)
            return propose_revocation(proposal, desk)
        case _:
            return Plan()


def _opened(desk: Desk, number: str, fact: FollowUpOpened, rules: tuple[RuleUsed, ...]) -> Decision:
    answer = follow_up.decide(desk.load(FOLLOW_UP, number), follow_up.Start(fact))
    return combine(
        write(FOLLOW_UP, number, fact.plan_no, answer, rules=rules),
        on_result(desk, fact.task_id, check_result.Follow(number, fact.kind)),
    )


@handles(OpenContactCheck)
def open_contact_check(act: OpenContactCheck, desk: Desk) -> Decision:
    """立项核实，由机器；结果确是由机器立项的才立，已经有人立了的无事可办。"""
    state = _result(desk, act.task_id)
    if isinstance(state, Refused):
        return state
    outcome = state.latest.outcome
    if not outcome.automatic or FollowUpKind.ABNORMAL in state.opened:
        return Plan()
    due, rules = period(desk, desk.today, follow_up.VERIFY_DAYS)
    fact = FollowUpOpened(
        kind=FollowUpKind.ABNORMAL,
        plan_no=state.formed.plan_no,
        task_id=act.task_id,
        subject=state.formed.subject,
        licence_no=state.formed.licence_no,
        department=state.formed.department,
        inspectors=state.formed.inspectors,
        code_set=outcome.code_set,
        codes=outcome.codes,
        demands="、".join(outcome.names),
        document_no="",
        due_on=due.day,
        referral_no=None,
        revocation_id=None,
        opened_on=desk.today,
        handler=None,
    )
    return _opened(desk, f"{act.task_id}.ABNORMAL", fact, rules)


# -- handlers: on the way


def _known(desk: Desk, number: str) -> follow_up.Open | follow_up.Closed | Refused:
    state = desk.load(FOLLOW_UP, number)
    return follow_up.standing(state) if isinstance(state, follow_up.Nothing) else state


def _move(
    desk: Desk,
    number: str,
    command: follow_up.Command,
    rules: tuple[RuleUsed, ...] = (),
) -> Decision:
    state = _known(desk, number)
    if isinstance(state, Refused):
        return state
    answer = follow_up.decide(state, command)
    return write(FOLLOW_UP, number, state.opened.plan_no, answer, rules=rules)


def _not_ours(desk: Desk, number: str) -> Refused | None:
    """检查对象只办自己的；工作人员须属立项的部门（窗口代为录入的除外）。"""
    state = _known(desk, number)
    if isinstance(state, Refused):
        return state
    if desk.actor.role in {Role.APPLICANT, Role.COUNTER}:
        return not_self(desk, state.opened.subject)
    return outside(desk, state.opened.department)


@handles(PleadFollowUp)
def plead_follow_up(act: PleadFollowUp, desk: Desk) -> Decision:
    """陈述申辩。"""
    fact = StatementMade(act.explanation, act.statement_sha256, desk.today, desk.person)
    barred = _not_ours(desk, act.follow_up_no)
    return barred or _move(desk, act.follow_up_no, follow_up.Plead(fact))


@handles(WeighStatement)
def weigh_statement(act: WeighStatement, desk: Desk) -> Decision:
    """复核陈述申辩。"""
    fact = StatementWeighed(act.adopted, act.reasons, desk.handler)
    barred = _not_ours(desk, act.follow_up_no)
    return barred or _move(desk, act.follow_up_no, follow_up.Weigh(fact))


@handles(ReportRectification)
def report_rectification(act: ReportRectification, desk: Desk) -> Decision:
    """整改报告；复查的期限自收到之日起算。"""
    until, rules = period(desk, desk.today, follow_up.RECHECK_DAYS)
    fact = RectificationReported(act.report_sha256, desk.today, until.day, desk.person)
    barred = _not_ours(desk, act.follow_up_no)
    return barred or _move(desk, act.follow_up_no, follow_up.Report(fact), rules)


@handles(RecheckObject)
def recheck_object(act: RecheckObject, desk: Desk) -> Decision:
    """复查：签名的人当日持证、属立项的部门。"""
    state = _known(desk, act.follow_up_no)
    if isinstance(state, Refused):
        return state
    if barred := outside(desk, state.opened.department):
        return barred
    fact = Rechecked(
        task_id=state.opened.task_id,
        performed_on=act.performed_on,
        passed=act.passed,
        signatures=act.signatures,
        evidence=act.evidence,
        explanation=act.explanation,
        rectify_by=act.rectify_by,
        handler=desk.handler,
    )
    unfit = tuple(one for one in act.signatures if not _fit(desk, one, act.performed_on))
    return _move(desk, act.follow_up_no, follow_up.Recheck(fact, unfit, desk.today))


def _fit(desk: Desk, person: PersonId, on: date) -> bool:
    state = desk.load(inspector.AGGREGATE, person)
    if not isinstance(state, inspector.Registered):
        return False
    return inspector.certified_on(state, on) and state.latest.organ == desk.actor.organ


@handles(TryContact)
def try_contact(act: TryContact, desk: Desk) -> Decision:
    """核实联系；查实的，决定列入的期限自查实之日起算。"""
    list_by, rules = period(desk, act.tried_on, follow_up.LIST_DAYS)
    fact = ContactTried(
        tried_on=act.tried_on,
        means=act.means,
        reached=act.reached,
        evidence=act.evidence,
        verified=False,
        due_on=list_by.day,
        handler=desk.handler,
    )
    barred = _not_ours(desk, act.follow_up_no)
    command = follow_up.Try(fact, list_by.day, desk.today)
    return barred or _move(desk, act.follow_up_no, command, rules)


@handles(MarkCheckFollowUpOverdue)
def mark_check_follow_up_overdue(act: MarkCheckFollowUpOverdue, desk: Desk) -> Decision:
    """记下逾期。"""
    return _move(desk, act.follow_up_no, follow_up.MarkOverdue(desk.today))


# -- handlers: closing


@handles(CloseCheckFollowUp)
def close_check_follow_up(act: CloseCheckFollowUp, desk: Desk) -> Decision:
    """办结，由立项的部门。"""
    state = _known(desk, act.follow_up_no)
    if isinstance(state, Refused):
        return state
    if barred := outside(desk, state.opened.department):
        return barred
    fact = FollowUpClosed(
        task_id=state.opened.task_id,
        kind=state.opened.kind,
        outcome=act.handling,
        document_no=act.document_no or "",
        reasons=act.reasons,
        closed_on=desk.today,
        handler=desk.handler,
    )
    command = follow_up.Close(fact, _settled(desk, state.opened))
    return _move(desk, act.follow_up_no, command)


def _settled(desk: Desk, opened: FollowUpOpened) -> FollowUpOutcome | None:
    """移送退回了、回告了，撤销程序了结了；还没有的为空。"""
    if opened.referral_no is not None:
        match referral.ORDER.turn(course(desk, referral.ORDER, opened.referral_no)):
            case referral.Returned():
                return FollowUpOutcome.RETURNED
            case referral.Answered():
                return FollowUpOutcome.HANDLED
            case _:
                return None
    if opened.revocation_id is not None:
        state = desk.load(revocation.AGGREGATE, opened.revocation_id)
        return FollowUpOutcome.HANDLED if isinstance(state, revocation.Closed) else None
    return None
