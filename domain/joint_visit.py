"""联合检查的一次进门（jointvisit）：几份计划都抽中的一户，几个部门同一日上门，各记各的结果。"""

from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar, Final, TypeAlias

from domain.decider import Aggregate, Answer, Event, ImpossibleHistory, Refused
from domain.refusals import Refusal
from domain.terms import Organ, PersonId, SubjectId

# -- events


@dataclass(frozen=True, slots=True)
class MemberJoined(Event):
    """一个部门并入联合检查；人员换了的再记一次。"""

    BASIS: ClassVar[tuple[str, ...]] = ("yhyshj:54",)
    subject: SubjectId
    plan_no: str
    department: Organ
    inspectors: tuple[PersonId, ...]
    inspect_by: date


@dataclass(frozen=True, slots=True)
class MemberLeft(Event):
    """一个部门退出联合检查：该户在其计划里已经排除。"""

    BASIS: ClassVar[tuple[str, ...]] = ("yhyshj:54",)
    plan_no: str


@dataclass(frozen=True, slots=True)
class DateAgreed(Event):
    """约定联合检查的日子。"""

    BASIS: ClassVar[tuple[str, ...]] = ("yhyshj:54",)
    visit_on: date
    handler: PersonId


JointVisitEvent: TypeAlias = MemberJoined | MemberLeft | DateAgreed

JOINT: Final = 2  # 至少两份计划都抽中的，才是联合检查


# -- state


@dataclass(frozen=True, slots=True)
class Visit:
    """一次进门：参加的各份计划，约定的日子。"""

    members: tuple[MemberJoined, ...] = ()
    agreed: DateAgreed | None = None


State: TypeAlias = Visit


# -- commands


@dataclass(frozen=True, slots=True)
class Merge:
    """并入。``members`` 是此刻抽中该户的各份计划。"""

    members: tuple[MemberJoined, ...]

    def decide(self, state: State) -> Answer:
        """两份以上都抽中的才并；少了的退出，多了的、换了人的补记。"""
        now = {one.plan_no: one for one in self.members}
        if not state.members and len(now) < JOINT:
            return Refused(Refusal.JOINTVISIT_NOT_JOINT)
        left = (MemberLeft(one.plan_no) for one in state.members if one.plan_no not in now)
        return (*left, *(one for one in now.values() if one not in state.members))


@dataclass(frozen=True, slots=True)
class Agree:
    """约定日子。``today`` 是北京时间的日子。"""

    fact: DateAgreed
    today: date

    def decide(self, state: State) -> Answer:
        """不早于今日，不晚于各计划检查限期中最早的；改期再约。"""
        if len(state.members) < JOINT:
            return Refused(Refusal.JOINTVISIT_NOT_JOINT)
        if self.fact == state.agreed:
            return ()
        last = min(one.inspect_by for one in state.members)
        if not self.today <= self.fact.visit_on <= last:
            facts = {"visit_on": str(self.fact.visit_on), "inspect_by": str(last)}
            return Refused(Refusal.JOINTVISIT_DATE, facts)
        return (self.fact,)


Command: TypeAlias = Merge | Agree


# -- evolve, decide


def evolve(state: State, event: Event) -> State:
    """一件事发生之后的联合检查。Raises ImpossibleHistory."""
    match event:
        case MemberJoined(plan_no=plan_no) if event not in state.members:
            others = tuple(one for one in state.members if one.plan_no != plan_no)
            return replace(state, members=(*others, event))
        case MemberLeft(plan_no=plan_no) if any(one.plan_no == plan_no for one in state.members):
            others = tuple(one for one in state.members if one.plan_no != plan_no)
            return replace(state, members=others)
        case DateAgreed() if state.members:
            return replace(state, agreed=event)
        case _:
            raise ImpossibleHistory(f"{type(event).__name__} with {len(state.members)} members")


def decide(state: State, command: Command) -> Answer:
    """依联合检查的现状决定。"""
    return command.decide(state)


AGGREGATE: Final = Aggregate[State]("jointvisit", Visit(), evolve)
