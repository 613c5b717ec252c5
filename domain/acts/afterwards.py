"""抽定之后的办理（afterwards）：检查人员的回避与更换。"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from domain import inspection_plan, inspection_task, inspector, recusal, redraw
from domain.acts.base import Desk, combine, handles, write
from domain.acts.inspections import not_in_charge, on_duty
from domain.acts.lookups import not_self
from domain.acts.steps import step
from domain.decider import Decision, Refused
from domain.inspection_plan import RedrawCause
from domain.refusals import Refusal
from domain.terms import OfficerId, PersonId, SubjectId


@dataclass(frozen=True, slots=True)
class DeclareRecusal:
    """检查人员自己申请回避：与对象有利害关系的应当回避。"""

    plan_no: str
    subject: SubjectId
    reasons: str


@dataclass(frozen=True, slots=True)
class RequestRecusal:
    """被检查的对象申请检查人员回避：本人提出，或者代为录入。"""

    plan_no: str
    subject: SubjectId
    person: PersonId
    reasons: str


@dataclass(frozen=True, slots=True)
class DecideRecusal:
    """负责人决定是否回避；不准的说明理由、告知救济，准予的由序号里的下一个接替。"""

    plan_no: str
    subject: SubjectId
    person: PersonId
    granted: bool
    reasons: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class RedrawInspector:
    """离岗或者执法证件失效的检查人员，由序号里的下一个接替，须另一人同意。"""

    plan_no: str
    subject: SubjectId
    person: PersonId
    cause: RedrawCause
    reference: str
    second: OfficerId


AfterwardsAct: TypeAlias = DeclareRecusal | RequestRecusal | DecideRecusal | RedrawInspector


def _task(desk: Desk, plan_no: str, subject: SubjectId) -> inspection_task.State:
    return desk.load(inspection_task.AGGREGATE, inspection_task.task_id(plan_no, subject))


def _not_due(
    desk: Desk, plan_no: str, subject: SubjectId, person: PersonId, reasons: str
) -> Refused | None:
    """回避针对派去的人，在结果复核同意之前提出，须有理由。"""
    if not reasons.strip():
        return Refused(Refusal.CASE_REASONS_MISSING)
    match _task(desk, plan_no, subject):
        case inspection_task.Nothing():
            return Refused(Refusal.TASK_NOT_FOUND)
        case inspection_task.Withdrawn():
            return Refused(Refusal.TASK_WITHDRAWN, {"subject": subject})
        case inspection_task.Agreed(review=review):
            return Refused(Refusal.TASK_REVIEWED, {"handler": review.handler})
        case state if person not in state.task.inspectors:
            return Refused(Refusal.TASK_NOT_ASSIGNED, {"person": person})
        case _:
            return None


@handles(DeclareRecusal)
def declare_recusal(act: DeclareRecusal, desk: Desk) -> Decision:
    """自行回避；决定之前照常检查。"""
    if fault := _not_due(desk, act.plan_no, act.subject, desk.handler, act.reasons):
        return fault
    fact = recusal.RecusalDeclared(act.plan_no, act.subject, desk.handler, act.reasons, desk.today)
    return _step(act.plan_no, act.subject, desk.handler, fact, desk)


@handles(RequestRecusal)
def request_recusal(act: RequestRecusal, desk: Desk) -> Decision:
    """对象申请回避；对象只能为自己的检查申请。"""
    fault = not_self(desk, act.subject) or _not_due(
        desk, act.plan_no, act.subject, act.person, act.reasons
    )
    if fault:
        return fault
    fact = recusal.RecusalRequested(
        act.plan_no, act.subject, act.person, act.reasons, desk.today, desk.person
    )
    return _step(act.plan_no, act.subject, act.person, fact, desk)


@handles(DecideRecusal)
def decide_recusal(act: DecideRecusal, desk: Desk) -> Decision:
    """由计划所属部门的负责人决定，不是被申请回避的人；准予的同时换人、改派。"""
    if barred := not_in_charge(desk, act.plan_no):
        return barred
    if act.person == desk.handler:
        return Refused(Refusal.DUTY_SAME_PERSON, {"person": act.person})
    if not act.reasons.strip():
        return Refused(Refusal.CASE_REASONS_MISSING)
    if not act.granted and not act.remedy.strip():
        return Refused(Refusal.RECUSAL_NO_REMEDY)
    fact = recusal.RecusalDecided(act.granted, act.reasons, act.remedy, desk.today, desk.handler)
    decided = _step(act.plan_no, act.subject, act.person, fact, desk)
    if not act.granted:
        return decided
    identity = recusal.identity(act.plan_no, act.subject, act.person)
    reference = recusal.ORDER.aggregate.stream(identity)
    return combine(
        decided,
        _redrawn(act.plan_no, act.subject, act.person, RedrawCause.RECUSED, reference, desk),
    )


@handles(RedrawInspector)
def redraw_inspector(act: RedrawInspector, desk: Desk) -> Decision:
    """登记簿上此日仍能执法的，不能以离岗、证件失效换下；回避另由负责人决定。"""
    if barred := not_in_charge(desk, act.plan_no):
        return barred
    second = on_duty(desk, act.second)
    if isinstance(second, Refused):
        return second
    if second == desk.handler:
        return Refused(Refusal.PLAN_SAME_PERSON, {"person": second})
    if act.cause is RedrawCause.RECUSED or _fit(act.person, desk):
        return Refused(Refusal.TASK_INSPECTOR_FIT, {"person": act.person})
    return _redrawn(act.plan_no, act.subject, act.person, act.cause, act.reference, desk, second)


def _step(
    plan_no: str, subject: SubjectId, person: PersonId, fact: recusal.RecusalEvent, desk: Desk
) -> Decision:
    return step(desk, recusal.ORDER, recusal.identity(plan_no, subject, person), fact, key=plan_no)


def _redrawn(
    plan_no: str,
    subject: SubjectId,
    person: PersonId,
    cause: RedrawCause,
    reference: str,
    desk: Desk,
    second: PersonId | None = None,
) -> Decision:
    """换人与改派同时入账；接替的是谁由种子定。"""
    state = desk.load(inspection_plan.AGGREGATE, plan_no)
    unfit = frozenset(_unfit(state, subject, desk))
    command = redraw.Redraw(subject, person, cause, reference, desk.handler, second, unfit)
    outcome = command.decide(state)
    if isinstance(outcome, Refused):
        return outcome
    change = write(inspection_plan.AGGREGATE, plan_no, plan_no, outcome)
    team = next(
        (one.pair for one in outcome if isinstance(one, inspection_plan.InspectorRedrawn)), None
    )
    people = team.inspectors if team else ()
    reassign = inspection_task.Reassign(people, person, cause, desk.handler)
    moved = inspection_task.decide(_task(desk, plan_no, subject), reassign)
    identity = inspection_task.task_id(plan_no, subject)
    return combine(change, write(inspection_task.AGGREGATE, identity, plan_no, moved))


def _unfit(state: inspection_plan.State, subject: SubjectId, desk: Desk) -> Iterator[PersonId]:
    """排在前面而此日不能执法的，到第一个能去的为止。"""
    if not isinstance(state, inspection_plan.Settled):
        return
    if subject not in inspection_plan.teams(state):
        return
    for one in redraw.in_line(state, subject):
        if _fit(one, desk):
            return
        yield one


def _fit(person: PersonId, desk: Desk) -> bool:
    return inspector.certified_on(desk.load(inspector.AGGREGATE, person), desk.today)
