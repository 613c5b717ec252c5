"""中介机构（intermediary）：登记资质，评价、暂停、退出；待办的报备不因其退出而失效。"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import ClassVar, Final, TypeAlias, assert_never

from domain.decider import Aggregate, Answer, Event, ImpossibleHistory, Refused
from domain.refusals import Refusal
from domain.terms import Organ, PersonId


class Rating(StrEnum):
    """中介服务的信用评价。"""

    A = "A"  # 优
    B = "B"  # 良
    C = "C"  # 中
    D = "D"  # 差


@dataclass(frozen=True, slots=True)
class Qualification:
    """一项资质及其有效期，首尾两日都在内。"""

    speciality: str
    certificate_no: str
    valid_from: date
    valid_to: date

    def covers(self, speciality: str, day: date) -> bool:
        """此专业在该日是否有资质。"""
        return self.speciality == speciality and self.valid_from <= day <= self.valid_to


# -- events


@dataclass(frozen=True, slots=True)
class IntermediaryRegistered(Event):
    """中介机构登记。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:5", "yhyshj:43")
    name: str
    qualifications: tuple[Qualification, ...]
    affiliated_with: tuple[Organ, ...]  # 有隶属、利益关系的机关
    handler: PersonId


@dataclass(frozen=True, slots=True)
class IntermediaryRated(Event):
    """中介机构评价。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:5",)
    rating: Rating
    reasons: str
    handler: PersonId


@dataclass(frozen=True, slots=True)
class IntermediarySuspended(Event):
    """中介机构暂停。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:5",)
    first_day: date
    last_day: date
    reasons: str
    handler: PersonId


@dataclass(frozen=True, slots=True)
class IntermediaryExited(Event):
    """中介机构退出。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:5",)
    exited_on: date
    reasons: str
    handler: PersonId


IntermediaryEvent: TypeAlias = (
    IntermediaryRegistered | IntermediaryRated | IntermediarySuspended | IntermediaryExited
)


# -- state


@dataclass(frozen=True, slots=True)
class Nothing:
    """没有登记的中介机构。"""


@dataclass(frozen=True, slots=True)
class Listed:
    """登记在册；退出的仍在册，写明何日退出。"""

    registered: IntermediaryRegistered
    rated: IntermediaryRated | None = None
    suspended: tuple[IntermediarySuspended, ...] = ()
    exited: IntermediaryExited | None = None

    def qualification(self, speciality: str, day: date) -> Qualification | None:
        """该日有效的此专业资质；没有的没有。"""
        valid = (one for one in self.registered.qualifications if one.covers(speciality, day))
        return next(valid, None)


State: TypeAlias = Nothing | Listed


def qualified(state: State, speciality: str, organ: Organ, day: date) -> Qualification | Refused:
    """报告之日可否为该机关的事项出具报告：不隶属、没有退出或暂停、资质有效（SD10）。"""
    if isinstance(state, Nothing):
        return Refused(Refusal.INTERMEDIARY_NOT_FOUND)
    if organ in state.registered.affiliated_with:
        return Refused(Refusal.INTERMEDIARY_AFFILIATED, {"organ": organ})
    if state.exited is not None and day >= state.exited.exited_on:
        return Refused(Refusal.INTERMEDIARY_EXITED, {"on": str(state.exited.exited_on)})
    for pause in state.suspended:
        if pause.first_day <= day <= pause.last_day:
            return Refused(Refusal.INTERMEDIARY_SUSPENDED, {"last_day": str(pause.last_day)})
    known = state.qualification(speciality, day)
    if known is None:
        facts = {"speciality": speciality, "on": str(day)}
        return Refused(Refusal.INTERMEDIARY_UNQUALIFIED, facts)
    return known


# -- commands


@dataclass(frozen=True, slots=True)
class Register:
    """登记，或变更资质。"""

    fact: IntermediaryRegistered

    def decide(self, state: State) -> Answer:
        """资质须有起止；已退出的不能以变更回来；内容相同即无事可办。"""
        match state:
            case Listed(registered=known) if known == self.fact:
                return ()
            case Listed(exited=IntermediaryExited(exited_on=day)):
                return Refused(Refusal.INTERMEDIARY_EXITED, {"on": str(day)})
            case _:
                return self._register()

    def _register(self) -> Answer:
        held = self.fact.qualifications
        if not held or any(one.valid_to < one.valid_from for one in held):
            return Refused(Refusal.INTERMEDIARY_QUALIFICATIONS)
        return (self.fact,)


@dataclass(frozen=True, slots=True)
class Judge:
    """评价、暂停或退出。``today`` is Beijing's."""

    fact: IntermediaryRated | IntermediarySuspended | IntermediaryExited
    today: date

    def decide(self, state: State) -> Answer:
        """须说明理由；退出之后不再评价、暂停；不溯及既往。"""
        match state:
            case Nothing():
                return Refused(Refusal.INTERMEDIARY_NOT_FOUND)
            case Listed(exited=known) if known is not None:
                same = known == self.fact
                return (
                    ()
                    if same
                    else Refused(Refusal.INTERMEDIARY_EXITED, {"on": str(known.exited_on)})
                )
            case Listed(rated=rated, suspended=pauses):
                if self.fact == rated or self.fact in pauses:
                    return ()
                return self._judge()
            case never:
                assert_never(never)

    def _judge(self) -> Answer:
        if not self.fact.reasons.strip():
            return Refused(Refusal.CASE_REASONS_MISSING)
        match self.fact:
            case IntermediarySuspended(first_day=first, last_day=last):
                if not self.today <= first <= last:
                    return Refused(Refusal.INTERMEDIARY_BACKDATED, {"on": str(first)})
            case IntermediaryExited(exited_on=day) if day < self.today:
                return Refused(Refusal.INTERMEDIARY_BACKDATED, {"on": str(day)})
            case _:
                pass
        return (self.fact,)


Command: TypeAlias = Register | Judge


# -- evolve, decide


def evolve(state: State, event: Event) -> State:
    """一件事发生之后的中介机构。Raises ImpossibleHistory."""
    match state, event:
        case Nothing(), IntermediaryRegistered():
            return Listed(event)
        case Listed(exited=None), IntermediaryRegistered():
            return replace(state, registered=event)
        case Listed(exited=None), IntermediaryRated():
            return replace(state, rated=event)
        case Listed(exited=None), IntermediarySuspended():
            return replace(state, suspended=(*state.suspended, event))
        case Listed(exited=None), IntermediaryExited():
            return replace(state, exited=event)
        case _:
            raise ImpossibleHistory(f"{event} after {state}")


def decide(state: State, command: Command) -> Answer:
    """该不该办：应记的事件，或依法不予办理。"""
    return command.decide(state)


AGGREGATE: Final = Aggregate[State]("intermediary", Nothing(), evolve)
