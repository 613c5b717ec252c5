"""并联审批（joint）：一家牵头、几家并行，各在限内提出意见，牵头机关汇总（许可法 26、42 条二款）。"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import ClassVar, Final, TypeAlias

from domain.case import ReviewOpinion
from domain.decider import Aggregate, Answer, Event, ImpossibleHistory, Refused
from domain.refusals import Refusal
from domain.terms import Organ, PersonId

LIMIT_DAYS: Final = 45  # 许可法 42 条二款：统一、联合、集中办理不超过四十五日


class JointStep(StrEnum):
    """几家一起办的一步。"""

    SURVEY = "SURVEY"  # 联合勘验
    DRAWINGS = "DRAWINGS"  # 联合审图
    MAPPING = "MAPPING"  # 联合测绘
    COMPLETION = "COMPLETION"  # 联合验收


# -- events


@dataclass(frozen=True, slots=True)
class JointOpened(Event):
    """开始并联审批。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:26", "xkf:42.2")
    lead: Organ
    bodies: tuple[Organ, ...]
    accepted_on: date
    days: int
    due_on: date
    handler: PersonId


@dataclass(frozen=True, slots=True)
class OpinionRequested(Event):
    """征求协办机关意见。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:26", "xkf:42.2")
    body: Organ
    matter: str
    document_no: str
    requested_on: date
    days: int
    due_on: date
    handler: PersonId


@dataclass(frozen=True, slots=True)
class OpinionGiven(Event):
    """协办机关意见。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:26",)
    body: Organ
    opinion: ReviewOpinion
    reasons: str
    handler: PersonId


@dataclass(frozen=True, slots=True)
class OpinionOverdue(Event):
    """协办机关逾期未提出意见。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:42.2", "xkf:74.2")
    body: Organ
    due_on: date


@dataclass(frozen=True, slots=True)
class JointStepHeld(Event):
    """联合勘验、审图、测绘或验收。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:26", "qtgb2021-47:bl")
    step: JointStep
    bodies: tuple[Organ, ...]
    observers: tuple[Organ, ...]  # 监管部门派观察员参加
    held_on: date
    findings: str
    handler: PersonId


@dataclass(frozen=True, slots=True)
class JointConcluded(Event):
    """并联审批汇总。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:26", "xkf:42.2")
    opinion: ReviewOpinion
    reasons: str
    silent: tuple[Organ, ...]  # 逾期没有提出意见的机关
    handler: PersonId


@dataclass(frozen=True, slots=True)
class JointEnded(Event):
    """并联审批因办件告结而终止。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:26",)
    waiting: tuple[Organ, ...]  # 征求了而没有答复的机关，不必再答复
    ended_on: date


JointEvent: TypeAlias = (
    JointOpened
    | OpinionRequested
    | OpinionGiven
    | OpinionOverdue
    | JointStepHeld
    | JointConcluded
    | JointEnded
)


# -- state


@dataclass(frozen=True, slots=True)
class Joint:
    """一件办件的并联审批；全空即没有并联。"""

    opened: JointOpened | None = None
    asked: tuple[OpinionRequested, ...] = ()
    given: tuple[OpinionGiven, ...] = ()
    overdue: tuple[Organ, ...] = ()
    steps: tuple[JointStepHeld, ...] = ()
    concluded: JointConcluded | None = None
    ended: JointEnded | None = None

    @property
    def is_running(self) -> bool:
        """已经开始，还没有汇总，办件也没有告结。"""
        return self.opened is not None and self.concluded is None and self.ended is None

    @property
    def waiting(self) -> tuple[Organ, ...]:
        """征求了而还没有答复的机关。"""
        return tuple(one.body for one in self.asked if self.opinion(one.body) is None)

    @property
    def silent(self) -> tuple[Organ, ...]:
        """逾期而至今没有提出意见的机关。"""
        return tuple(body for body in self.overdue if self.opinion(body) is None)

    @property
    def pending(self) -> tuple[Organ, ...]:
        """还要等的机关：没有征求的，或没有答复也没有逾期的。"""
        bodies = self.opened.bodies if self.opened else ()
        done = {*self.overdue, *(one.body for one in self.given)}
        return tuple(body for body in bodies if body not in done)

    def request(self, body: Organ) -> OpinionRequested | None:
        """向该机关征求意见的那一次。"""
        return next((one for one in self.asked if one.body == body), None)

    def opinion(self, body: Organ) -> OpinionGiven | None:
        """该机关现在的意见。"""
        return next((one for one in self.given if one.body == body), None)

    def waits_for(self, body: Organ) -> bool:
        """已经征求，还没有答复。"""
        asked = self.request(body) is not None
        return self.is_running and asked and self.opinion(body) is None

    def after(self, event: Event) -> "Joint":
        """开始、征求、答复、汇总；汇总、终止之后再无并联上的事。"""
        match event:
            case JointOpened() if self.opened is None:
                return replace(self, opened=event)
            case OpinionRequested(body=body) if self.is_running and not self.request(body):
                return replace(self, asked=(*self.asked, event))
            case OpinionGiven(body=body) if self.is_running and self.request(body):
                others = tuple(one for one in self.given if one.body != body)
                return replace(self, given=(*others, event))
            case OpinionOverdue(body=body) if self.waits_for(body) and body not in self.overdue:
                return replace(self, overdue=(*self.overdue, body))
            case JointStepHeld() if self.is_running:
                return replace(self, steps=(*self.steps, event))
            case JointConcluded() if self.is_running:
                return replace(self, concluded=event)
            case JointEnded() if self.is_running:
                return replace(self, ended=event)
            case _:
                raise ImpossibleHistory(f"{event} after {self}")


BLANK: Final = Joint()


def standing(state: Joint) -> Refused:
    """并联审批现在到了哪一步。"""
    match state:
        case Joint(concluded=JointConcluded() as known):
            facts = {"opinion": str(known.opinion), "handler": known.handler}
            return Refused(Refusal.JOINT_CONCLUDED, facts)
        case Joint(ended=JointEnded(ended_on=day)):
            return Refused(Refusal.JOINT_ENDED, {"on": str(day)})
        case Joint(opened=JointOpened() as known):
            waiting = "、".join(state.pending or (known.lead,))
            return Refused(Refusal.JOINT_OPENED, {"organ": waiting, "due_on": str(known.due_on)})
        case _:
            return Refused(Refusal.JOINT_NOT_FOUND)


def in_the_way(state: Joint, bodies: tuple[Organ, ...], opinion: ReviewOpinion) -> Refused | None:
    """还不能作决定：该并联的没有并联，或没有汇总；汇总不同意的不得准予。"""
    approving = opinion is ReviewOpinion.APPROVE
    if state.opened is None:
        needed = Refused(Refusal.JOINT_REQUIRED, {"organ": "、".join(bodies)})
        return needed if bodies and approving else None
    if state.concluded is None:
        return standing(state)
    against = state.concluded.opinion is ReviewOpinion.REJECT
    return standing(state) if against and approving else None


# -- commands


@dataclass(frozen=True, slots=True)
class Open:
    """开始并联审批。"""

    fact: JointOpened

    def decide(self, state: Joint) -> Answer:
        """有协办机关才有并联，一次。"""
        if state.opened == self.fact:
            return ()
        if state.opened is not None:
            return standing(state)
        return (self.fact,) if self.fact.bodies else Refused(Refusal.JOINT_NO_BODY)


@dataclass(frozen=True, slots=True)
class Ask:
    """征求意见；``limit`` 是并联的限期依今日所知（停算、延长）的届满之日。"""

    fact: OpinionRequested
    limit: date

    def decide(self, state: Joint) -> Answer:
        """只征求协办机关，一家一次，限期在并联的限期之内。"""
        known = state.request(self.fact.body)
        if known == self.fact:
            return ()
        if state.opened is None or not state.is_running:
            return standing(state)
        facts = {"organ": self.fact.body, "due_on": str(self.limit)}
        if self.fact.body not in state.opened.bodies:
            return Refused(Refusal.JOINT_NOT_A_BODY, facts)
        if known is not None:
            return Refused(Refusal.JOINT_ASKED, facts | {"due_on": str(known.due_on)})
        if self.fact.due_on > self.limit:
            return Refused(Refusal.JOINT_LIMIT, facts)
        return (self.fact,)


@dataclass(frozen=True, slots=True)
class Give:
    """提出意见。"""

    fact: OpinionGiven

    def decide(self, state: Joint) -> Answer:
        """被征求的机关答复并说明理由；汇总之前，逾期的仍可补提，提过的可以改提。"""
        if state.opinion(self.fact.body) == self.fact:
            return ()
        if not state.is_running:
            return standing(state)
        if state.request(self.fact.body) is None:
            return Refused(Refusal.JOINT_NOT_ASKED, {"organ": self.fact.body})
        return (self.fact,) if self.fact.reasons.strip() else Refused(Refusal.CASE_REASONS_MISSING)


@dataclass(frozen=True, slots=True)
class MarkOverdue:
    """记下逾期。"""

    fact: OpinionOverdue
    today: date

    def decide(self, state: Joint) -> Answer:
        """限期之日过完而没有答复；已经答复、已经记下、已经汇总的无事可办。"""
        body = self.fact.body
        if state.request(body) is None:
            return Refused(Refusal.JOINT_NOT_ASKED, {"organ": body})
        if body in state.overdue or not state.waits_for(body):
            return ()
        if self.today <= self.fact.due_on:
            return Refused(Refusal.JOINT_NOT_YET_DUE, {"due_on": str(self.fact.due_on)})
        return (self.fact,)


@dataclass(frozen=True, slots=True)
class HoldStep:
    """几家一起办一步。``supervisors``: the departments that may send an observer."""

    fact: JointStepHeld
    supervisors: tuple[Organ, ...]

    def decide(self, state: Joint) -> Answer:
        """参加的是牵头与协办机关，观察员来自监管部门。"""
        if self.fact in state.steps:
            return ()
        if state.opened is None or not state.is_running:
            return standing(state)
        taking_part = {state.opened.lead, *state.opened.bodies}
        strange = [body for body in self.fact.bodies if body not in taking_part]
        strange += [body for body in self.fact.observers if body not in self.supervisors]
        if strange or not self.fact.bodies:
            return Refused(Refusal.JOINT_NOT_A_BODY, {"organ": "、".join(strange)})
        return (self.fact,)


@dataclass(frozen=True, slots=True)
class Conclude:
    """汇总；``fact.silent`` is set here, whatever it carries."""

    fact: JointConcluded

    def decide(self, state: Joint) -> Answer:
        """各家都已答复或逾期；逾期的点名；有不同意的不得汇总为同意。"""
        fact = replace(self.fact, silent=state.silent)
        if state.concluded == fact:
            return ()
        if not state.is_running or state.pending:
            return standing(state)
        against = [one.body for one in state.given if one.opinion is ReviewOpinion.REJECT]
        if against and fact.opinion is ReviewOpinion.APPROVE:
            return Refused(Refusal.JOINT_OPPOSED, {"organ": "、".join(against)})
        return (fact,) if fact.reasons.strip() else Refused(Refusal.CASE_REASONS_MISSING)


@dataclass(frozen=True, slots=True)
class End:
    """办件告结。"""

    today: date

    def decide(self, state: Joint) -> Answer:
        """还没有汇总的并联终止；没有并联、已经汇总的无事可办。"""
        return (JointEnded(state.waiting, self.today),) if state.is_running else ()


Command: TypeAlias = Open | Ask | Give | MarkOverdue | HoldStep | Conclude | End


# -- evolve, decide


def evolve(state: Joint, event: Event) -> Joint:
    """一件事发生之后的并联审批。Raises ImpossibleHistory."""
    return state.after(event)


def decide(state: Joint, command: Command) -> Answer:
    """该不该办：应记的事件，或依法不予办理。"""
    return command.decide(state)


AGGREGATE: Final = Aggregate[Joint]("joint", BLANK, evolve)
