"""年度检查次数的办理：录入结果即记一次；到了上限的才凭此排除（国办发〔2024〕54号）。"""

from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from domain import annual, frequency, inspection_task, observation
from domain.acts.annual import listed_on
from domain.acts.base import Desk, combine, handles, write
from domain.acts.steps import step
from domain.annual import UNCAPPED
from domain.decider import Decision, Refused
from domain.frequency import CheckGround
from domain.inspection_plan import PlanRegistered, Settled
from domain.lists import MatterLevel
from domain.refusals import Refusal
from domain.terms import SubjectId


@dataclass(frozen=True, slots=True)
class RecordCapExclusion:
    """机器：冻结名单时对象已到年度检查次数上限，没有列入；记下上限与所据的各次检查。"""

    plan_no: str
    subject: SubjectId
    year: int
    most: int
    checks: tuple[str, ...]


FrequencyAct: TypeAlias = RecordCapExclusion


@handles(RecordCapExclusion)
def record_cap_exclusion(act: RecordCapExclusion, desk: Desk) -> Decision:
    """写明上限与各次检查，绝不悄悄不抽。"""
    fact = observation.ExclusionCapped(act.plan_no, act.subject, act.year, act.most, act.checks)
    identity = inspection_task.task_id(act.plan_no, act.subject)
    return step(desk, observation.EXCLUSION, identity, fact, key=act.plan_no)


def counted(
    desk: Desk, plan_no: str, plan: Settled, subject: SubjectId, on: date, decision: Decision
) -> Decision:
    """录入结果的同时记入次数；没有写入的，无事可办。"""
    if isinstance(decision, Refused) or not decision.writes:
        return decision
    registered = plan.lists.plan
    risk_class = _risk_class(plan, subject)
    fact = frequency.Counted(
        subject=subject,
        check_no=inspection_task.task_id(plan_no, subject),
        visit_no=inspection_task.task_id(registered.seed_plan_no or plan_no, subject),
        department=registered.department,
        annual_plan_no=registered.annual_plan_no,
        matters=registered.matters,
        performed_on=on,
        ground=_ground(desk, registered, risk_class, on),
        visits_of_year=0,
        nth=0,
        most=_most(desk, registered, risk_class, on.year),
    )
    answer = frequency.decide(desk.load(frequency.AGGREGATE, subject), frequency.Count(fact))
    return combine(decision, write(frequency.AGGREGATE, subject, subject, answer))


def cap_not_reached(desk: Desk, plan: Settled, subject: SubjectId) -> Refused | None:
    """凭上限排除的，账上须确已到上限；检查还可以在明年做的，明年也须到了。"""
    registered = plan.lists.plan
    risk_class = _risk_class(plan, subject)
    if _ground(desk, registered, risk_class, desk.today) is not CheckGround.DRAW:
        return Refused(Refusal.ANNUAL_NO_CAP, {"subject": subject})
    visits = desk.load(frequency.AGGREGATE, subject)
    for year in range(desk.today.year, max(desk.today, registered.inspect_by).year + 1):
        most = _most(desk, registered, risk_class, year)
        if not frequency.reached(visits, registered.department, year, most):
            done = frequency.counted(visits, registered.department, year)
            facts = {"subject": str(subject), "year": str(year), "done": str(done)}
            return Refused(Refusal.ANNUAL_CAP_OPEN, facts)
    return None


def _risk_class(plan: Settled, subject: SubjectId) -> str:
    """名单冻结之时的风险等级，即所在的层。"""
    return next(one.stratum for one in plan.lists.objects if one.subject == subject)


def _ground(desk: Desk, plan: PlanRegistered, risk_class: str, day: date) -> CheckGround:
    listed = listed_on(desk, plan.department, day)
    levels = {listed[one].level for one in plan.matters if one in listed}
    if MatterLevel.KEY in levels:
        return CheckGround.KEY_MATTER
    return CheckGround.HIGH_RISK if risk_class == UNCAPPED else CheckGround.DRAW


def _most(desk: Desk, plan: PlanRegistered, risk_class: str, year: int) -> int | None:
    """那一年批准的上限，不论这次抽查是不是计划内的。"""
    number = annual.number(plan.department, year)
    return annual.cap_of(desk.load(annual.AGGREGATE, number), risk_class)
