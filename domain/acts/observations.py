"""包容审慎的办理：列入观察期、指导、提前终止；抽取时记下不列入谁（机制 89）。"""

from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from domain import inspection_task, observation
from domain.acts.base import Desk, handles
from domain.acts.lookups import ITEM, not_in_force, outside, outside_item
from domain.acts.steps import course, step
from domain.catalogue import version_on
from domain.deadlines import months_after
from domain.decider import Decision, ImpossibleHistory, Refused
from domain.refusals import Refusal
from domain.terms import ItemCode, SubjectId


@dataclass(frozen=True, slots=True)
class GrantObservation:
    """给一个对象在一个事项上的观察期：理由、文号、末日。"""

    subject: SubjectId
    item_code: ItemCode
    reasons: str
    document_no: str
    valid_until: date


@dataclass(frozen=True, slots=True)
class GuideObserved:
    """记下观察期内的一次指导。"""

    subject: SubjectId
    item_code: ItemCode
    guidance: str


@dataclass(frozen=True, slots=True)
class EndObservation:
    """提前终止观察期，说明理由。"""

    subject: SubjectId
    item_code: ItemCode
    reasons: str


@dataclass(frozen=True, slots=True)
class RecordExclusion:
    """机器：本轮抽查的名单没有列入此对象，记下所据的观察期。"""

    plan_no: str
    subject: SubjectId
    item_codes: tuple[ItemCode, ...]


ObservationAct: TypeAlias = GrantObservation | GuideObserved | EndObservation | RecordExclusion


@handles(GrantObservation)
def grant_observation(act: GrantObservation, desk: Desk) -> Decision:
    """由该事项的监管部门负责人决定；直接关系安全、健康的不适用；期限在今后一年之内。"""
    item = version_on(desk.load(ITEM, act.item_code), desk.today)
    if item is None:
        return not_in_force(desk, act.item_code, desk.today)
    if refusal := outside_item(desk, item):
        return refusal
    if item.rules.safety:
        return Refused(Refusal.OBSERVATION_SAFETY, {"item_code": act.item_code})
    if not act.reasons.strip():
        return Refused(Refusal.CASE_REASONS_MISSING)
    last = months_after(desk.today, observation.MOST_MONTHS)
    if not desk.today < act.valid_until <= last:
        return Refused(Refusal.OBSERVATION_PERIOD, {"valid_until": str(last)})
    fact = observation.ObservationGranted(
        subject=act.subject,
        item_code=act.item_code,
        department=desk.actor.organ,
        reasons=act.reasons,
        document_no=act.document_no,
        granted_on=desk.today,
        valid_until=act.valid_until,
        handler=desk.handler,
    )
    return _take(act.subject, act.item_code, fact, desk)


@handles(GuideObserved)
def guide_observed(act: GuideObserved, desk: Desk) -> Decision:
    """指导由给观察期的部门办。"""
    fact = observation.ObservationGuided(act.guidance, desk.today, desk.handler)
    return _not_ours(act.subject, act.item_code, desk) or _take(
        act.subject, act.item_code, fact, desk
    )


@handles(EndObservation)
def end_observation(act: EndObservation, desk: Desk) -> Decision:
    """终止由给观察期的部门办；此后照常列入抽查名单。"""
    if not act.reasons.strip():
        return Refused(Refusal.CASE_REASONS_MISSING)
    fact = observation.ObservationEnded(act.reasons, desk.today, desk.handler)
    return _not_ours(act.subject, act.item_code, desk) or _take(
        act.subject, act.item_code, fact, desk
    )


@handles(RecordExclusion)
def record_exclusion(act: RecordExclusion, desk: Desk) -> Decision:
    """写明每一份所据的观察期，绝不悄悄不抽。"""
    observed = tuple(_observed(act.subject, code, desk) for code in act.item_codes)
    fact = observation.ExclusionMade(act.plan_no, act.subject, observed)
    identity = inspection_task.task_id(act.plan_no, act.subject)
    return step(desk, observation.EXCLUSION, identity, fact, key=act.plan_no)


def _take(
    subject: SubjectId, item_code: ItemCode, fact: observation.ObservationEvent, desk: Desk
) -> Decision:
    return step(desk, observation.ORDER, observation.identity(subject, item_code), fact)


def _granted(
    subject: SubjectId, item_code: ItemCode, desk: Desk
) -> observation.ObservationGranted | None:
    state = course(desk, observation.ORDER, observation.identity(subject, item_code))
    return state.last(observation.ObservationGranted)


def _not_ours(subject: SubjectId, item_code: ItemCode, desk: Desk) -> Refused | None:
    granted = _granted(subject, item_code, desk)
    return None if granted is None else outside(desk, granted.department)


def _observed(subject: SubjectId, item_code: ItemCode, desk: Desk) -> observation.Observed:
    granted = _granted(subject, item_code, desk)
    if granted is None:
        raise ImpossibleHistory(f"{subject} is not under observation in {item_code}")
    return observation.Observed(
        item_code, granted.document_no, granted.reasons, granted.valid_until
    )
