"""转报（forwarding）：异地代收、镇村代收的送交，与下级初审后报上级决定（许可法 35、43 条）。"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import ClassVar, Final, TypeAlias

from domain.case import ReviewOpinion
from domain.decider import Aggregate, Answer, Event, ImpossibleHistory, Refused
from domain.organ import below
from domain.refusals import Refusal
from domain.terms import ItemCode, Material, Organ, PersonId, SubjectId

EXAMINATION_DAYS: Final = 20  # 许可法 43 条：下级机关自受理之日起二十日内审查完毕


class ElsewhereWay(StrEnum):
    """在哪里代收。"""

    OTHER_CITY = "OTHER_CITY"  # 省内异地代收
    OTHER_PROVINCE = "OTHER_PROVINCE"  # 跨省通办
    VILLAGE = "VILLAGE"  # 镇村代收


class CountFrom(StrEnum):
    """收件之日以哪一天为准。"""

    HANDED_IN = "HANDED_IN"  # 代收之日
    ARRIVED = "ARRIVED"  # 送达有权机关之日


# -- events


@dataclass(frozen=True, slots=True)
class HandedIn(Event):
    """代收：在别处或镇村交给收件的大厅。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qz2023", "xkf:32")
    applicant: SubjectId
    item_code: ItemCode
    way: ElsewhereWay
    receiving_hall: Organ
    accepting_body: Organ
    handed_in_on: date
    count_from: CountFrom
    materials: tuple[Material, ...]
    handler: PersonId


@dataclass(frozen=True, slots=True)
class Arrived(Event):
    """代收的材料送达有权机关。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qz2023", "xkf:32")
    accepting_body: Organ
    arrived_on: date
    received_on: date  # 据以起算的收件之日
    handler: PersonId


@dataclass(frozen=True, slots=True)
class ExaminationOpened(Event):
    """下级机关初审。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:35", "xkf:43")
    lower_body: Organ
    superior: Organ
    accepted_on: date
    due_on: date
    handler: PersonId


@dataclass(frozen=True, slots=True)
class ForwardedToSuperior(Event):
    """初审意见和全部材料报送上级机关。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:35", "xkf:43")
    opinion: ReviewOpinion
    reasons: str
    materials: tuple[Material, ...]
    forwarded_on: date
    late: bool
    handler: PersonId


@dataclass(frozen=True, slots=True)
class TakenOver(Event):
    """上级机关接收。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:35",)
    superior: Organ
    taken_on: date
    handler: PersonId


@dataclass(frozen=True, slots=True)
class ExaminationOverdue(Event):
    """初审逾期。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:43", "xkf:74.2")
    due_on: date


@dataclass(frozen=True, slots=True)
class ForwardingEnded(Event):
    """初审因办件告结而终止。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:35",)
    ended_on: date


ForwardingEvent: TypeAlias = (
    HandedIn
    | Arrived
    | ExaminationOpened
    | ForwardedToSuperior
    | TakenOver
    | ExaminationOverdue
    | ForwardingEnded
)


# -- state


@dataclass(frozen=True, slots=True)
class Forwarding:
    """一件办件的送交与转报；全空即就地办理。"""

    handed_in: HandedIn | None = None
    arrived: Arrived | None = None
    examination: ExaminationOpened | None = None
    forwarded: ForwardedToSuperior | None = None
    taken: TakenOver | None = None
    overdue: bool = False
    ended: ForwardingEnded | None = None

    @property
    def is_waiting(self) -> bool:
        """初审没有报送，或者上级还没有接收。"""
        return self.examination is not None and self.taken is None and self.ended is None

    def after(self, event: Event) -> "Forwarding":
        """代收、送达；初审、报送、接收。"""
        match event:
            case HandedIn() if self == BLANK:
                return replace(self, handed_in=event)
            case Arrived() if self.handed_in is not None and self.arrived is None:
                return replace(self, arrived=event)
            case ExaminationOpened() if self.examination is None:
                return replace(self, examination=event)
            case ForwardedToSuperior() if self.is_waiting and self.forwarded is None:
                return replace(self, forwarded=event)
            case TakenOver() if self.is_waiting and self.forwarded is not None:
                return replace(self, taken=event)
            case ExaminationOverdue() if self.is_waiting and not self.forwarded:
                return replace(self, overdue=True)
            case ForwardingEnded() if self.is_waiting:
                return replace(self, ended=event)
            case _:
                raise ImpossibleHistory(f"{event} after {self}")


BLANK: Final = Forwarding()


def standing(state: Forwarding) -> Refused:
    """送交与转报现在到了哪一步。"""
    match state:
        case Forwarding(taken=TakenOver() as known):
            facts = {"organ": known.superior, "handler": known.handler}
            return Refused(Refusal.FORWARDING_TAKEN, facts)
        case Forwarding(ended=ForwardingEnded(ended_on=day)):
            return Refused(Refusal.FORWARDING_ENDED, {"on": str(day)})
        case Forwarding(examination=ExaminationOpened() as open_one, forwarded=None):
            facts = {"organ": open_one.lower_body, "due_on": str(open_one.due_on)}
            return Refused(Refusal.FORWARDING_EXAMINING, facts)
        case Forwarding(examination=ExaminationOpened() as open_one):
            return Refused(Refusal.FORWARDING_FORWARDED, {"organ": open_one.superior})
        case Forwarding(arrived=Arrived(received_on=day)):
            return Refused(Refusal.FORWARDING_ARRIVED, {"on": str(day)})
        case Forwarding(handed_in=HandedIn() as known):
            facts = {"organ": known.receiving_hall, "on": str(known.handed_in_on)}
            return Refused(Refusal.FORWARDING_NOT_ARRIVED, facts)
        case _:
            return Refused(Refusal.FORWARDING_NOT_FOUND)


def in_the_way(state: Forwarding) -> Refused | None:
    """还不能作决定：初审没有报送，或上级机关没有接收。"""
    return standing(state) if state.is_waiting else None


# -- commands


@dataclass(frozen=True, slots=True)
class HandIn:
    """代收。"""

    fact: HandedIn

    def decide(self, state: Forwarding) -> Answer:
        """代收的大厅与有权机关是两家，一件一次。"""
        if state.handed_in == self.fact:
            return ()
        if state != BLANK:
            return standing(state)
        if self.fact.receiving_hall == self.fact.accepting_body:
            return Refused(Refusal.FORWARDING_SAME_PLACE, {"organ": self.fact.receiving_hall})
        return (self.fact,)


@dataclass(frozen=True, slots=True)
class Arrive:
    """送达有权机关；``fact.received_on`` is set here, whatever it carries."""

    fact: Arrived

    def decide(self, state: Forwarding) -> Answer:
        """由有权机关签收；收件之日依代收时写明的算法。"""
        handed_in = state.handed_in
        if handed_in is None:
            return standing(state)
        from_start = handed_in.count_from is CountFrom.HANDED_IN
        day = handed_in.handed_in_on if from_start else self.fact.arrived_on
        fact = replace(self.fact, received_on=day)
        if state.arrived == fact:
            return ()
        if state.arrived is not None:
            return standing(state)
        if fact.accepting_body != handed_in.accepting_body:
            return Refused(Refusal.DUTY_ORGAN, {"organ": handed_in.accepting_body})
        return (fact,)


@dataclass(frozen=True, slots=True)
class OpenExamination:
    """开始初审。"""

    fact: ExaminationOpened

    def decide(self, state: Forwarding) -> Answer:
        """由下级机关初审，一次。"""
        if state.examination == self.fact:
            return ()
        if state.examination is not None:
            return standing(state)
        if not below(self.fact.lower_body, self.fact.superior):
            return Refused(Refusal.FORWARDING_NOT_BELOW, {"organ": self.fact.superior})
        return (self.fact,)


@dataclass(frozen=True, slots=True)
class Forward:
    """报送上级；``fact.late`` is set here, whatever it carries. ``body``: who forwards."""

    fact: ForwardedToSuperior
    body: Organ
    due_on: date

    def decide(self, state: Forwarding) -> Answer:
        """初审机关附意见和全部材料报送，一次；逾期的照送，记为逾期。"""
        fact = replace(self.fact, late=self.fact.forwarded_on > self.due_on)
        if state.forwarded == fact:
            return ()
        if state.examination is None or state.forwarded is not None or not state.is_waiting:
            return standing(state)
        if self.body != state.examination.lower_body:
            return Refused(Refusal.DUTY_ORGAN, {"organ": state.examination.lower_body})
        return (fact,) if fact.reasons.strip() else Refused(Refusal.CASE_REASONS_MISSING)


@dataclass(frozen=True, slots=True)
class TakeOver:
    """上级接收。"""

    fact: TakenOver

    def decide(self, state: Forwarding) -> Answer:
        """报送之后，由上级机关接收，一次。"""
        if state.taken == self.fact:
            return ()
        if state.examination is None or state.forwarded is None or not state.is_waiting:
            return standing(state)
        if self.fact.superior != state.examination.superior:
            return Refused(Refusal.DUTY_ORGAN, {"organ": state.examination.superior})
        return (self.fact,)


@dataclass(frozen=True, slots=True)
class MarkOverdue:
    """记下初审逾期。"""

    fact: ExaminationOverdue
    today: date

    def decide(self, state: Forwarding) -> Answer:
        """二十日过完而没有报送。"""
        if state.examination is None:
            return standing(state)
        if state.forwarded is not None or state.overdue or not state.is_waiting:
            return ()
        if self.today <= self.fact.due_on:
            return Refused(Refusal.FORWARDING_NOT_YET_DUE, {"due_on": str(self.fact.due_on)})
        return (self.fact,)


@dataclass(frozen=True, slots=True)
class End:
    """办件告结。"""

    today: date

    def decide(self, state: Forwarding) -> Answer:
        """没有报送、没有接收的初审终止；其余无事可办。"""
        return (ForwardingEnded(self.today),) if state.is_waiting else ()


Command: TypeAlias = HandIn | Arrive | OpenExamination | Forward | TakeOver | MarkOverdue | End


# -- evolve, decide


def evolve(state: Forwarding, event: Event) -> Forwarding:
    """一件事发生之后的转报。Raises ImpossibleHistory."""
    return state.after(event)


def decide(state: Forwarding, command: Command) -> Answer:
    """该不该办：应记的事件，或依法不予办理。"""
    return command.decide(state)


AGGREGATE: Final = Aggregate[Forwarding]("forwarding", BLANK, evolve)
