"""年度抽查计划的办理（表 F2）：拟订、修订、批准、备案、公布、年终；计划外的抽查另由负责人批准。"""

from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from domain import annual, inspection_plan, lists
from domain.acts.base import Desk, combine, handles, write
from domain.acts.listed import LIST
from domain.acts.lookups import outside, superiors
from domain.annual import CheckCap, PlannedMatter
from domain.decider import Decision, Plan, Refused
from domain.inspection_plan import PlanRegistered
from domain.lists import CheckMatter
from domain.refusals import Refusal
from domain.terms import Organ, beijing_day


@dataclass(frozen=True, slots=True)
class DraftAnnualPlan:
    """拟订本部门一年的抽查计划与频次上限；编号是部门加年份。"""

    year: int
    matters: tuple[PlannedMatter, ...]
    caps: tuple[CheckCap, ...]


@dataclass(frozen=True, slots=True)
class AmendAnnualPlan:
    """修订年度计划，写明理由；批准之前照原来的办。"""

    annual_plan_no: str
    matters: tuple[PlannedMatter, ...]
    caps: tuple[CheckCap, ...]
    reasons: str


@dataclass(frozen=True, slots=True)
class ApproveAnnualPlan:
    """负责人批准年度计划（最新一版）。"""

    annual_plan_no: str
    document_no: str


@dataclass(frozen=True, slots=True)
class FileAnnualPlan:
    """批准的年度计划报上级备案。"""

    annual_plan_no: str
    superior: Organ
    document_no: str


@dataclass(frozen=True, slots=True)
class PublishAnnualPlan:
    """公布年度计划与频次上限。"""

    annual_plan_no: str
    published_at: str


@dataclass(frozen=True, slots=True)
class CloseAnnualPlan:
    """年度终了（机器）。"""

    annual_plan_no: str


@dataclass(frozen=True, slots=True)
class ApprovePlan:
    """负责人批准计划外的抽查（行政检查审批表）；批准之后才冻结名单。"""

    plan_no: str
    document_no: str


AnnualAct: TypeAlias = (
    DraftAnnualPlan
    | AmendAnnualPlan
    | ApproveAnnualPlan
    | FileAnnualPlan
    | PublishAnnualPlan
    | CloseAnnualPlan
    | ApprovePlan
)


# -- what registering, annulling and inspecting need


def listed_on(desk: Desk, department: Organ, day: date) -> dict[str, CheckMatter]:
    """某日有效的抽查事项清单。"""
    return lists.matters_on(desk.load(LIST, lists.matters_identity(department)), day)


def takes_place(desk: Desk, plan_no: str, fact: PlanRegistered) -> Decision:
    """登记一次抽查：所查的在清单上；计划内的占一次，计划外的写明缘由。"""
    listed = listed_on(desk, fact.department, desk.today)
    if unlisted := [one for one in fact.matters if one not in listed]:
        return Refused(Refusal.ANNUAL_UNLISTED, {"matter_no": unlisted[0]})
    if listed and not fact.matters:
        return Refused(Refusal.ANNUAL_NO_MATTER)
    if fact.annual_plan_no is not None:
        return _annual(desk, fact.annual_plan_no, _taking(plan_no, fact))
    own = annual.number(fact.department, desk.today.year)
    planned = annual.in_force(desk.load(annual.AGGREGATE, own)) is not None
    if planned and not fact.unplanned_reason.strip():
        return Refused(Refusal.ANNUAL_UNPLANNED, {"annual_plan_no": own})
    return Plan()


def _taking(plan_no: str, fact: PlanRegistered) -> annual.Take:
    return annual.Take(
        plan_no,
        fact.department,
        fact.matters,
        beijing_day(fact.public_value_at),
        fact.inspect_by,
        fact.strata,
    )


def given_back(desk: Desk, plan_no: str, decision: Decision) -> Decision:
    """作废、失效的抽查不占计划内的次数；没有写入的，无事可办。"""
    plan = inspection_plan.plan_of(desk.load(inspection_plan.AGGREGATE, plan_no))
    if isinstance(decision, Refused) or not decision.writes:
        return decision
    if plan is None or plan.annual_plan_no is None:
        return decision
    return combine(decision, _annual(desk, plan.annual_plan_no, annual.Return(plan_no)))


# -- handlers


def _annual(desk: Desk, number: str, command: annual.Command) -> Decision:
    answer = annual.decide(desk.load(annual.AGGREGATE, number), command)
    return write(annual.AGGREGATE, number, number, answer)


def _not_ours(desk: Desk, number: str) -> Refused | None:
    """只有计划所属的部门才能处置它。"""
    state = desk.load(annual.AGGREGATE, number)
    if isinstance(state, annual.Nothing):
        return annual.standing(state)
    known = state.planned if isinstance(state, annual.Over) else state
    return outside(desk, known.department)


@handles(DraftAnnualPlan)
def draft_annual_plan(act: DraftAnnualPlan, desk: Desk) -> Decision:
    """拟订；清单以拟订之日有效的为准。"""
    department = desk.actor.organ
    fact = annual.Drafted(department, act.year, act.matters, act.caps, desk.handler)
    command = annual.Draft(fact, listed_on(desk, department, desk.today), desk.today)
    return _annual(desk, annual.number(department, act.year), command)


@handles(AmendAnnualPlan)
def amend_annual_plan(act: AmendAnnualPlan, desk: Desk) -> Decision:
    """修订。"""
    if barred := _not_ours(desk, act.annual_plan_no):
        return barred
    fact = annual.Amended(0, act.matters, act.caps, act.reasons, desk.handler)
    listed = listed_on(desk, desk.actor.organ, desk.today)
    return _annual(desk, act.annual_plan_no, annual.Amend(fact, listed))


@handles(ApproveAnnualPlan)
def approve_annual_plan(act: ApproveAnnualPlan, desk: Desk) -> Decision:
    """批准。"""
    if barred := _not_ours(desk, act.annual_plan_no):
        return barred
    fact = annual.Approved(0, act.document_no, desk.handler)
    return _annual(desk, act.annual_plan_no, annual.Approve(fact))


@handles(FileAnnualPlan)
def file_annual_plan(act: FileAnnualPlan, desk: Desk) -> Decision:
    """备案。"""
    if barred := _not_ours(desk, act.annual_plan_no):
        return barred
    fact = annual.Filed(0, act.superior, act.document_no, desk.handler)
    command = annual.File(fact, superiors(desk, desk.actor.organ))
    return _annual(desk, act.annual_plan_no, command)


@handles(PublishAnnualPlan)
def publish_annual_plan(act: PublishAnnualPlan, desk: Desk) -> Decision:
    """公布。"""
    if barred := _not_ours(desk, act.annual_plan_no):
        return barred
    fact = annual.Published(0, act.published_at, desk.handler)
    return _annual(desk, act.annual_plan_no, annual.Publish(fact))


@handles(CloseAnnualPlan)
def close_annual_plan(act: CloseAnnualPlan, desk: Desk) -> Decision:
    """年度终了。"""
    return _annual(desk, act.annual_plan_no, annual.Close(desk.today))


@handles(ApprovePlan)
def approve_plan(act: ApprovePlan, desk: Desk) -> Decision:
    """批准计划外的抽查。"""
    state = desk.load(inspection_plan.AGGREGATE, act.plan_no)
    plan = inspection_plan.plan_of(state)
    if plan is None:
        return inspection_plan.standing(state)
    if barred := outside(desk, plan.department):
        return barred
    fact = inspection_plan.PlanApproved(act.document_no, desk.handler)
    answer = inspection_plan.decide(state, inspection_plan.Approve(fact))
    return write(inspection_plan.AGGREGATE, act.plan_no, act.plan_no, answer)
