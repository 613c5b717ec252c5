"""电子监察的办理：机器查到一事，向责任部门提出督办；只提出，不认定，由效能办办结（机制 26、36）。"""

from dataclasses import dataclass
from typing import Final, TypeAlias

from domain import (
    check_result,
    complaint,
    follow_up,
    inspection_plan,
    inspection_task,
    linkage,
    oversight,
    publication,
    referral,
    reform,
)
from domain.acts.base import Desk, handles, write
from domain.acts.lookups import case_file, period
from domain.acts.oversight import ANSWER_DAYS, FINDING, rule_no
from domain.acts.steps import course
from domain.course import Order
from domain.decider import Decision, Event, Plan, Refused
from domain.oversight import AlertLevel, OversightRule, OversightTier
from domain.refusals import Refusal
from domain.terms import CaseNo, Organ, PersonId


@dataclass(frozen=True, slots=True)
class RaiseAlert:
    """机器：电子监察查到一事，提出督办。

    ``organ`` None: whoever answers for the file of ``source_stream``, else for the case.
    """

    oversight_no: str
    rule: OversightRule
    level: AlertLevel
    source_stream: str
    source_event: str
    explanation: str
    case_no: CaseNo | None = None
    organ: Organ | None = None
    responsible: PersonId | None = None


@dataclass(frozen=True, slots=True)
class CheckNotice:
    """机器：补正告知要的东西，所依的事项版本列明没有；没有列明的提出督办（机制 47）。"""

    oversight_no: str
    case_no: CaseNo
    source_stream: str
    source_event: str
    missing: tuple[str, ...]
    responsible: PersonId


MonitoringAct: TypeAlias = RaiseAlert | CheckNotice


# -- handlers


@handles(RaiseAlert)
def raise_alert(act: RaiseAlert, desk: Desk) -> Decision:
    """提出督办；没有指明责任部门的，依所据的案卷。"""
    organ = act.organ or _answerable(act, desk)
    if isinstance(organ, Refused):
        return organ
    due, rules = period(desk, desk.today, ANSWER_DAYS[act.level])
    fact = oversight.Raised(
        rule=act.rule,
        rule_no=rule_no(act.rule),
        level=act.level,
        tier=OversightTier.MONITOR,
        office=None,
        responsible_organ=organ,
        responsible=act.responsible,
        case_no=act.case_no,
        source_stream=act.source_stream,
        source_event=act.source_event,
        explanation=act.explanation,
        raised_on=desk.today,
        answer_due_on=due.day,
        handler=None,
    )
    answer = oversight.decide(desk.load(FINDING, act.oversight_no), oversight.Raise(fact))
    return write(FINDING, act.oversight_no, act.case_no or act.oversight_no, answer, rules=rules)


# Whose the file is: the step that says it, and in which field.
_NAMED: Final[dict[str, tuple[Order, type[Event], str]]] = {
    "publication": (publication.ORDER, publication.Due, "organ"),
    "complaint": (complaint.ORDER, complaint.Assigned, "organ"),
    "referral": (referral.ORDER, referral.Made, "to_organ"),
    "reform": (reform.ORDER, reform.Assigned, "responsible_organ"),
}


# Files that are numbered after their plan, whose department answers.
_OF_A_PLAN: Final = frozenset(
    one.family
    for one in (
        inspection_plan.AGGREGATE,
        inspection_task.AGGREGATE,
        check_result.AGGREGATE,
        follow_up.AGGREGATE,
    )
)


def _of_a_plan(family: str, number: str, desk: Desk) -> Organ | Refused:
    """计划的部门；后续处理的编号另有编法，依立项的部门。"""
    if family == follow_up.AGGREGATE.family:
        state = desk.load(follow_up.AGGREGATE, number)
        if isinstance(state, follow_up.Nothing):
            return follow_up.standing(state)
        return state.opened.department
    plan = inspection_plan.plan_of(desk.load(inspection_plan.AGGREGATE, number.partition(".")[0]))
    return Refused(Refusal.PLAN_NOT_FOUND) if plan is None else plan.department


def _answerable(act: RaiseAlert, desk: Desk) -> Organ | Refused:
    """该谁答复：推送是收到它的部门，计划与检查任务是计划的部门，小案卷是其上写明的机关，其余是办件的审批机关。"""
    family, _, number = act.source_stream.partition("/")
    if family == linkage.AGGREGATE.family:
        push = desk.load(linkage.AGGREGATE, number)
        return linkage.standing(push) if isinstance(push, linkage.Nothing) else push.sent.department
    if family in _OF_A_PLAN:
        return _of_a_plan(family, number, desk)
    if family in _NAMED:
        order, kind, name = _NAMED[family]
        state = course(desk, order, number)
        said = state.last(kind)
        return order.standing(state) if said is None else Organ(getattr(said, name))
    file = case_file(desk, act.case_no or "")
    return file if isinstance(file, Refused) else file.item.approving_body


@handles(CheckNotice)
def check_notice(act: CheckNotice, desk: Desk) -> Decision:
    """核对补正告知：每一项都须说得出是事项公布的哪一份材料。"""
    file = case_file(desk, act.case_no)
    if isinstance(file, Refused):
        return file
    listed = (*file.item.materials, *file.item.commitment_materials)
    unlisted = [text for text in act.missing if not any(name in text for name in listed)]
    if not unlisted:
        return Plan()
    alert = RaiseAlert(
        oversight_no=act.oversight_no,
        rule=OversightRule.UNLISTED_MATERIAL,
        level=AlertLevel.YELLOW,
        source_stream=act.source_stream,
        source_event=act.source_event,
        explanation="、".join(unlisted),
        case_no=act.case_no,
        responsible=act.responsible,
    )
    return raise_alert(alert, desk)
