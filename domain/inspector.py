"""执法检查人员名录（inspector）：资格、专业、片区、所站与回避。"""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final, TypeAlias

from domain.decider import Aggregate, Answer, Event, ImpossibleHistory, Refused
from domain.refusals import Refusal
from domain.terms import Organ, PersonId

# -- events


@dataclass(frozen=True, slots=True)
class InspectorRegistered(Event):
    """入库。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2015-58", "cff:42")
    person: PersonId
    organ: Organ
    region: str
    specialities: tuple[str, ...]
    station: str
    certificate_no: str
    certificate_valid_to: date


InspectorEvent: TypeAlias = InspectorRegistered


# -- state


@dataclass(frozen=True, slots=True)
class Nothing:
    """不在库。"""


@dataclass(frozen=True, slots=True)
class Registered:
    """在库；换证、换专业、换所站的以最后一次登记为准。"""

    latest: InspectorRegistered


State: TypeAlias = Nothing | Registered


def certified_on(state: State, day: date) -> bool:
    """该日是否在库且执法证件有效（处罚法 42 条）。"""
    return isinstance(state, Registered) and day <= state.latest.certificate_valid_to


# -- command


@dataclass(frozen=True, slots=True)
class Register:
    """入库或变更。"""

    fact: InspectorRegistered

    def decide(self, state: State) -> Answer:
        """须有证件号与专业；内容相同即无事可办。"""
        if not self.fact.certificate_no or not self.fact.specialities:
            return Refused(Refusal.INSPECTOR_UNQUALIFIED, {"person": self.fact.person})
        if isinstance(state, Nothing):
            return (self.fact,)
        known = state.latest
        if known.person != self.fact.person:
            return Refused(Refusal.INSPECTOR_OTHER_PERSON, {"person": known.person})
        return () if known == self.fact else (self.fact,)


def evolve(state: State, event: Event) -> State:
    """以最后一次登记为准；人不变。"""
    match state, event:
        case Nothing(), InspectorRegistered():
            return Registered(event)
        case Registered(latest=known), InspectorRegistered() if known.person == event.person:
            return Registered(event)
        case _:
            raise ImpossibleHistory(f"{event} after {state}")


def decide(state: State, command: Register) -> Answer:
    """依在库情况决定。"""
    return command.decide(state)


AGGREGATE: Final = Aggregate[State]("inspector", Nothing(), evolve)
