"""联合抽查的办理（joint draws）：取用种子、随之失效、合并进门、约定日子。"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from domain import inspection_plan, joint_draw, joint_visit
from domain.acts.base import Desk, handles, write
from domain.decider import Decision, Refused, RuleUsed
from domain.refusals import Refusal
from domain.sampling import ALGORITHM
from domain.terms import SubjectId


@dataclass(frozen=True, slots=True)
class TakeSeed:
    """取用牵头计划的种子，随即抽取并配对（机器）。"""

    plan_no: str


@dataclass(frozen=True, slots=True)
class FallWithLead:
    """记下牵头计划已经不作数，本计划随之失效（机器）。"""

    plan_no: str


@dataclass(frozen=True, slots=True)
class MergeVisit:
    """把几份计划都抽中的一户并成一次进门（机器）；``plan_no`` 是其中任一份。"""

    plan_no: str
    subject: SubjectId


@dataclass(frozen=True, slots=True)
class AgreeVisit:
    """约定一户联合检查的日子，由牵头计划的部门办理；``plan_no`` 是牵头计划。"""

    plan_no: str
    subject: SubjectId
    visit_on: date


JointDrawAct: TypeAlias = TakeSeed | FallWithLead | MergeVisit | AgreeVisit


def _lead_of(desk: Desk, state: inspection_plan.State) -> inspection_plan.State:
    """牵头计划的现状；自有种子的没有，答尚未登记。"""
    plan = inspection_plan.plan_of(state)
    lead = None if plan is None else plan.seed_plan_no
    return desk.load(inspection_plan.AGGREGATE, lead) if lead else inspection_plan.Nothing()


@handles(TakeSeed)
def take_seed(act: TakeSeed, desk: Desk) -> Decision:
    """取用种子。"""
    state = desk.load(inspection_plan.AGGREGATE, act.plan_no)
    outcome = joint_draw.TakeSeed(_lead_of(desk, state)).decide(state)
    rules = (RuleUsed("draw", ALGORITHM),)
    return write(inspection_plan.AGGREGATE, act.plan_no, act.plan_no, outcome, rules=rules)


@handles(FallWithLead)
def fall_with_lead(act: FallWithLead, desk: Desk) -> Decision:
    """随牵头计划失效。"""
    state = desk.load(inspection_plan.AGGREGATE, act.plan_no)
    outcome = joint_draw.Fall(_lead_of(desk, state)).decide(state)
    return write(inspection_plan.AGGREGATE, act.plan_no, act.plan_no, outcome)


@handles(MergeVisit)
def merge_visit(act: MergeVisit, desk: Desk) -> Decision:
    """并成一次进门。"""
    plan = inspection_plan.plan_of(desk.load(inspection_plan.AGGREGATE, act.plan_no))
    if plan is None:
        return Refused(Refusal.PLAN_NOT_FOUND)
    lead_no = plan.seed_plan_no or act.plan_no
    members = tuple(_members(desk, lead_no, act.subject))
    return _visit(desk, lead_no, act.subject, joint_visit.Merge(members))


def _members(desk: Desk, lead_no: str, subject: SubjectId) -> Iterator[joint_visit.MemberJoined]:
    """The plans of the group that have drawn this subject and still send somebody."""
    lead = desk.load(inspection_plan.AGGREGATE, lead_no)
    for number in (lead_no, *(one.plan_no for one in joint_draw.joined(lead))):
        state = desk.load(inspection_plan.AGGREGATE, number)
        if not isinstance(state, inspection_plan.Settled):
            continue
        if pair := inspection_plan.teams(state).get(subject):
            plan = state.lists.plan
            yield joint_visit.MemberJoined(
                subject, number, plan.department, pair.inspectors, plan.inspect_by
            )


@handles(AgreeVisit)
def agree_visit(act: AgreeVisit, desk: Desk) -> Decision:
    """约定日子；只由牵头的部门定。"""
    state = desk.load(inspection_plan.AGGREGATE, act.plan_no)
    plan = inspection_plan.plan_of(state)
    if plan is None or not isinstance(state, inspection_plan.Settled):
        return inspection_plan.standing(state)
    if plan.department != desk.actor.organ:
        return Refused(Refusal.DUTY_ORGAN, {"organ": plan.department})
    fact = joint_visit.DateAgreed(act.visit_on, desk.handler)
    return _visit(desk, act.plan_no, act.subject, joint_visit.Agree(fact, desk.today))


def _visit(desk: Desk, lead_no: str, subject: SubjectId, command: joint_visit.Command) -> Decision:
    identity = f"{lead_no}.{subject}"
    outcome = joint_visit.decide(desk.load(joint_visit.AGGREGATE, identity), command)
    return write(joint_visit.AGGREGATE, identity, lead_no, outcome)
