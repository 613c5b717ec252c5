"""检查结果的办理：成立、公开、推翻、撤下、更正（表 F 第 10、12 行）。"""

from dataclasses import dataclass
from typing import TypeAlias

from domain import check_result, inspection_plan, inspection_task
from domain.acts.base import Desk, combine, handles, write
from domain.acts.inspections import awaits_recusal, code_set_of, not_in_charge, on_task
from domain.acts.lookups import period
from domain.acts.publications import credit_code
from domain.check_result import Outcome, ResultCorrected, ResultFormed, ResultPublished
from domain.code_set import V1
from domain.decider import Decision, Refused, RuleUsed
from domain.inspection_task import Done
from domain.refusals import Refusal
from domain.terms import SubjectId, beijing_day

RESULT = check_result.AGGREGATE


@dataclass(frozen=True, slots=True)
class ReviewFinding:
    """复核检查结果：同意即成立，或退回重录；复核人不是检查人。"""

    plan_no: str
    subject: SubjectId
    agreed: bool
    explanation: str


@dataclass(frozen=True, slots=True)
class PublishResult:
    """公开检查结果：谁检查谁公开；自然人不列名。"""

    plan_no: str
    subject: SubjectId


@dataclass(frozen=True, slots=True)
class MarkResultMissed:
    """机器：公开期限已过而没有公开。"""

    task_id: str


@dataclass(frozen=True, slots=True)
class MarkFollowUpLacking:
    """机器：期限已过而没有必须有的后续处理。"""

    task_id: str


@dataclass(frozen=True, slots=True)
class OverturnResult:
    """检查结果被复议、诉讼或者自行纠正推翻。"""

    plan_no: str
    subject: SubjectId
    document_no: str
    reasons: str


@dataclass(frozen=True, slots=True)
class WithdrawResult:
    """机器：撤下被推翻的检查结果。"""

    task_id: str


@dataclass(frozen=True, slots=True)
class CorrectResult:
    """更正检查结果：推翻之后另定，重新公开；``codes`` 是原来那一套代码。"""

    plan_no: str
    subject: SubjectId
    codes: tuple[str, ...]
    document_no: str
    reasons: str


CheckResultAct: TypeAlias = (
    ReviewFinding
    | PublishResult
    | MarkResultMissed
    | MarkFollowUpLacking
    | OverturnResult
    | WithdrawResult
    | CorrectResult
)


# -- handlers


@handles(ReviewFinding)
def review_finding(act: ReviewFinding, desk: Desk) -> Decision:
    """复核检查结果；同意的，结果当日成立，公开与后续处理的期限起算。"""
    if barred := not_in_charge(desk, act.plan_no):
        return barred
    if act.agreed and (waiting := awaits_recusal(desk, act.plan_no, act.subject)):
        return waiting
    fact = inspection_task.FindingReviewed(act.agreed, act.explanation, desk.handler)
    reviewed = on_task(desk, act.plan_no, act.subject, inspection_task.Review(fact))
    identity = inspection_task.task_id(act.plan_no, act.subject)
    state = desk.load(inspection_task.AGGREGATE, identity)
    if isinstance(reviewed, Refused) or not (act.agreed and isinstance(state, Done)):
        return reviewed
    return combine(reviewed, _formed(desk, act.plan_no, state))


def _formed(desk: Desk, plan_no: str, state: Done) -> Decision:
    finding, task = state.finding, state.task
    known = code_set_of(desk, finding.code_set) or V1
    outcome = check_result.outcome(known, finding.chosen)
    publish, rules = period(desk, desk.today, check_result.PUBLISH_DAYS)
    follow, _ = period(desk, desk.today, check_result.FOLLOW_UP_DAYS)
    fact = ResultFormed(
        plan_no=plan_no,
        subject=task.subject,
        department=desk.actor.organ,
        inspectors=task.inspectors,
        licence_no=task.licence_no,
        filing_no=finding.filing_no,
        performed_on=beijing_day(finding.performed_at),
        outcome=outcome,
        formed_on=desk.today,
        publish_by=publish.day,
        follow_up_by=follow.day if outcome.wanted.lacking(()) else None,
    )
    identity = inspection_task.task_id(plan_no, task.subject)
    return on_result(desk, identity, check_result.Form(fact), rules)


def on_result(
    desk: Desk,
    task_id: str,
    command: check_result.Command,
    rules: tuple[RuleUsed, ...] = (),
) -> Decision:
    """办一项检查结果上的事；与任务同在计划的分区。"""
    answer = check_result.decide(desk.load(RESULT, task_id), command)
    return write(RESULT, task_id, task_id.partition(".")[0], answer, rules=rules)


@handles(PublishResult)
def publish_result(act: PublishResult, desk: Desk) -> Decision:
    """公开：企业写统一社会信用代码，自然人不列名（个人信息保护法 25 条），检查人员不写。"""
    if barred := not_in_charge(desk, act.plan_no):
        return barred
    identity = inspection_task.task_id(act.plan_no, act.subject)
    state = desk.load(RESULT, identity)
    if isinstance(state, check_result.Nothing):
        return Refused(Refusal.RESULT_NOT_FOUND)
    plan = inspection_plan.plan_of(desk.load(inspection_plan.AGGREGATE, act.plan_no))
    fact = ResultPublished(
        plan_no=act.plan_no,
        title="" if plan is None else plan.title,
        department=state.formed.department,
        holder=credit_code(desk, act.subject) or "",
        names=state.latest.outcome.names,
        performed_on=state.formed.performed_on,
        published_on=desk.today,
        handler=desk.handler,
    )
    return on_result(desk, identity, check_result.Publish(fact))


@handles(MarkResultMissed)
def mark_result_missed(act: MarkResultMissed, desk: Desk) -> Decision:
    """记下逾期未公开。"""
    return on_result(desk, act.task_id, check_result.MarkMissed(desk.today))


@handles(MarkFollowUpLacking)
def mark_follow_up_lacking(act: MarkFollowUpLacking, desk: Desk) -> Decision:
    """记下逾期没有后续处理。"""
    return on_result(desk, act.task_id, check_result.MarkLacking(desk.today))


@handles(OverturnResult)
def overturn_result(act: OverturnResult, desk: Desk) -> Decision:
    """记下推翻；公开过的，三个工作日内撤下。"""
    if barred := not_in_charge(desk, act.plan_no):
        return barred
    until, rules = period(desk, desk.today, check_result.WITHDRAW_DAYS)
    fact = check_result.ResultOverturned(
        act.document_no, act.reasons, desk.today, None, desk.handler
    )
    identity = inspection_task.task_id(act.plan_no, act.subject)
    return on_result(desk, identity, check_result.Overturn(fact, until.day), rules)


@handles(WithdrawResult)
def withdraw_result(act: WithdrawResult, desk: Desk) -> Decision:
    """撤下，公开说明理由。"""
    return on_result(desk, act.task_id, check_result.Withdraw())


@handles(CorrectResult)
def correct_result(act: CorrectResult, desk: Desk) -> Decision:
    """更正：仍用原来那一套代码；公开与后续处理的期限重新起算。"""
    if barred := not_in_charge(desk, act.plan_no):
        return barred
    identity = inspection_task.task_id(act.plan_no, act.subject)
    state = desk.load(RESULT, identity)
    if isinstance(state, check_result.Nothing):
        return Refused(Refusal.RESULT_NOT_FOUND)
    outcome = _outcome(desk, state, act.codes)
    if isinstance(outcome, Refused):
        return outcome
    publish, rules = period(desk, desk.today, check_result.PUBLISH_DAYS)
    follow, _ = period(desk, desk.today, check_result.FOLLOW_UP_DAYS)
    fact = ResultCorrected(
        outcome=outcome,
        document_no=act.document_no,
        reasons=act.reasons,
        corrected_on=desk.today,
        publish_by=publish.day,
        follow_up_by=follow.day if outcome.wanted.lacking(state.opened) else None,
        handler=desk.handler,
    )
    return on_result(desk, identity, check_result.Correct(fact), rules)


def _outcome(desk: Desk, state: check_result.Formed, codes: tuple[str, ...]) -> Outcome | Refused:
    known = code_set_of(desk, state.latest.outcome.code_set) or V1
    if not known.sound(codes):
        return Refused(Refusal.TASK_CODES, {"codes": "、".join(codes)})
    return check_result.outcome(known, codes)
