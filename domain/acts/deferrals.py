"""暂缓检查的办理（deferrals）：对象一时不能检查的，凭证据改期，须另一人同意。"""

from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from domain import inspection_plan, inspection_task
from domain.acts.base import Desk, handles
from domain.acts.inspections import not_in_charge, on_duty, on_task
from domain.decider import Decision, Refused
from domain.inspection_task import DeferralCause
from domain.terms import Evidence, OfficerId, SubjectId


@dataclass(frozen=True, slots=True)
class DeferTask:
    """暂缓一户的检查，改到 ``due_on``；联系不上的不暂缓，照检查结果记。"""

    plan_no: str
    subject: SubjectId
    cause: DeferralCause
    explanation: str
    evidence: tuple[Evidence, ...]
    due_on: date
    second: OfficerId


DeferralAct: TypeAlias = DeferTask


@handles(DeferTask)
def defer_task(act: DeferTask, desk: Desk) -> Decision:
    """暂缓检查；作废、失效的计划不再暂缓。"""
    if barred := not_in_charge(desk, act.plan_no):
        return barred
    plan = desk.load(inspection_plan.AGGREGATE, act.plan_no)
    if not isinstance(plan, inspection_plan.Settled):
        return inspection_plan.standing(plan)
    second = on_duty(desk, act.second)
    if isinstance(second, Refused):
        return second
    fact = inspection_task.TaskDeferred(
        subject=act.subject,
        cause=act.cause,
        explanation=act.explanation,
        evidence=act.evidence,
        before=act.due_on,  # the decision puts in what it was
        due_on=act.due_on,
        inspectors=(),
        handler=desk.handler,
        second=second,
    )
    command = inspection_task.Defer(fact, inspection_plan.open_by(plan.lists.plan))
    return on_task(desk, act.plan_no, act.subject, command)
