"""帮代办（assistance）：中心的人无偿帮着办一件；帮办的人是本件的代办人，故不得又经手（SD12）。"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar, Final, TypeAlias, assert_never

from domain.decider import Aggregate, Answer, Event, ImpossibleHistory, Refused
from domain.refusals import Refusal
from domain.terms import PersonId, SubjectId


class AssistanceOutcome(StrEnum):
    """帮代办的结果。"""

    DONE = "DONE"  # 办成
    NOT_DONE = "NOT_DONE"  # 没有办成
    DECLINED = "DECLINED"  # 不要帮了


# -- events


@dataclass(frozen=True, slots=True)
class Begun(Event):
    """帮代办开始：无偿，不计代办积分。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qxg2023:bdb",)
    helper: PersonId
    applicant: SubjectId
    project: str  # 项目代码或名称
    begun_on: date
    handler: PersonId


@dataclass(frozen=True, slots=True)
class Finished(Event):
    """帮代办完成。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qxg2023:bdb",)
    outcome: AssistanceOutcome
    explanation: str
    finished_on: date
    handler: PersonId


AssistanceEvent: TypeAlias = Begun | Finished


# -- state


@dataclass(frozen=True, slots=True)
class Nothing:
    """没有帮代办。"""

    def after(self, event: Event) -> "State":
        """开始。"""
        match event:
            case Begun():
                return Helping(event)
            case _:
                raise ImpossibleHistory(f"{event} before it began")


@dataclass(frozen=True, slots=True)
class Helping:
    """帮办中。"""

    begun: Begun

    def after(self, event: Event) -> "State":
        """完成。"""
        match event:
            case Finished():
                return Over(self.begun, event)
            case _:
                raise ImpossibleHistory(f"{event} after {self}")


@dataclass(frozen=True, slots=True)
class Over:
    """帮代办已完成。"""

    begun: Begun
    finished: Finished

    def after(self, event: Event) -> "State":
        """此后再无帮办上的事。"""
        raise ImpossibleHistory(f"{event} after {self}")


State: TypeAlias = Nothing | Helping | Over


def standing(state: State) -> Refused:
    """帮代办现在怎样。"""
    match state:
        case Nothing():
            return Refused(Refusal.ASSISTANCE_NOT_FOUND)
        case Helping(begun=known):
            facts = {"person": known.helper, "on": str(known.begun_on)}
            return Refused(Refusal.ASSISTANCE_BEGUN, facts)
        case Over(finished=known):
            return Refused(Refusal.ASSISTANCE_FINISHED, {"on": str(known.finished_on)})
        case never:
            assert_never(never)


# -- commands


@dataclass(frozen=True, slots=True)
class Begin:
    """开始。``agent``: the agent whom the case names."""

    fact: Begun
    agent: PersonId | None

    def decide(self, state: State) -> Answer:
        """帮办的人须是本件所载的代办人：案卷于是拒绝他经手。"""
        match state:
            case Nothing() if self.agent != self.fact.helper:
                return Refused(Refusal.ASSISTANCE_NOT_AGENT, {"person": self.fact.helper})
            case Nothing():
                return (self.fact,)
            case Helping(begun=known) | Over(begun=known) if known == self.fact:
                return ()
            case _:
                return standing(state)


@dataclass(frozen=True, slots=True)
class Finish:
    """完成。``granted``: the case has been approved."""

    fact: Finished
    granted: bool

    def decide(self, state: State) -> Answer:
        """准予了的才算办成，没有准予的不算；没有办成的、不要帮了的写明为何。"""
        match state:
            case Helping() if (self.fact.outcome is AssistanceOutcome.DONE) != self.granted:
                return Refused(Refusal.ASSISTANCE_OUTCOME)
            case Helping() if not (self.granted or self.fact.explanation.strip()):
                return Refused(Refusal.CASE_REASONS_MISSING)
            case Helping():
                return (self.fact,)
            case Over(finished=known) if known == self.fact:
                return ()
            case _:
                return standing(state)


Command: TypeAlias = Begin | Finish


# -- evolve, decide


def evolve(state: State, event: Event) -> State:
    """一件事发生之后的帮代办。Raises ImpossibleHistory."""
    return state.after(event)


def decide(state: State, command: Command) -> Answer:
    """该不该办：应记的事件，或依规则不予办理。"""
    return command.decide(state)


AGGREGATE: Final = Aggregate[State]("assistance", Nothing(), evolve)
