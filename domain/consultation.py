"""会商与观察（consultation）：审批与监管部门会商，监管部门的观察员参与踏勘（机制 62）。"""

from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar, Final, TypeAlias

from domain.decider import Aggregate, Answer, Event, ImpossibleHistory, Refused
from domain.refusals import Refusal
from domain.terms import Organ, PersonId

FEWEST: Final = 2  # 会商至少两家

# -- events


@dataclass(frozen=True, slots=True)
class ConsultationHeld(Event):
    """专项会商。"""

    BASIS: ClassVar[tuple[str, ...]] = ("spfwbmh", "qtgb2021-47:sglh")
    matter: str
    bodies: tuple[Organ, ...]
    conclusions: str
    held_on: date
    handler: PersonId


@dataclass(frozen=True, slots=True)
class ObserverAttended(Event):
    """观察员参与踏勘。"""

    BASIS: ClassVar[tuple[str, ...]] = ("spfwbmh", "qtgb2021-47:sglh")
    department: Organ
    survey_no: str
    remarks: str
    attended_on: date
    handler: PersonId


ConsultationEvent: TypeAlias = ConsultationHeld | ObserverAttended


# -- state


@dataclass(frozen=True, slots=True)
class Consultations:
    """一件办件上的会商与观察，逐次记下。"""

    held: tuple[ConsultationHeld, ...] = ()
    observed: tuple[ObserverAttended, ...] = ()

    def after(self, event: Event) -> "Consultations":
        """再一次会商或观察。"""
        match event:
            case ConsultationHeld() if event not in self.held:
                return replace(self, held=(*self.held, event))
            case ObserverAttended() if event not in self.observed:
                return replace(self, observed=(*self.observed, event))
            case _:
                raise ImpossibleHistory(f"{event} after {self}")


BLANK: Final = Consultations()


# -- commands


@dataclass(frozen=True, slots=True)
class Consult:
    """记一次会商。"""

    fact: ConsultationHeld

    def decide(self, state: Consultations) -> Answer:
        """有两家以上、有结论才是会商。"""
        if self.fact in state.held:
            return ()
        if len(set(self.fact.bodies)) < FEWEST:
            return Refused(Refusal.CONSULTATION_ALONE)
        if not self.fact.conclusions.strip():
            return Refused(Refusal.CASE_REASONS_MISSING)
        return (self.fact,)


@dataclass(frozen=True, slots=True)
class Observe:
    """记一次观察。"""

    fact: ObserverAttended
    supervisors: tuple[Organ, ...]

    def decide(self, state: Consultations) -> Answer:
        """观察员来自本事项的监管部门。"""
        if self.fact in state.observed:
            return ()
        if self.fact.department not in self.supervisors:
            return Refused(Refusal.DUTY_ORGAN, {"organ": "、".join(self.supervisors)})
        return (self.fact,)


Command: TypeAlias = Consult | Observe


# -- evolve, decide


def evolve(state: Consultations, event: Event) -> Consultations:
    """一件事发生之后的会商。Raises ImpossibleHistory."""
    return state.after(event)


def decide(state: Consultations, command: Command) -> Answer:
    """该不该办：应记的事件，或依法不予办理。"""
    return command.decide(state)


AGGREGATE: Final = Aggregate[Consultations]("consultation", BLANK, evolve)
