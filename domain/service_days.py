"""服务日历（service_days）：一个中心一年中哪些日子开门办事，日均数目据以计算。

Apart from the legal calendar: a hall that opens on weekends (5+2) gains no working day and loses
none. No deadline is ever counted by it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final, TypeAlias

from domain.deadlines import ONE_DAY
from domain.decider import Aggregate, Answer, Event, ImpossibleHistory, Refused
from domain.refusals import Refusal
from domain.terms import Organ

# -- events


@dataclass(frozen=True, slots=True)
class ServiceDaysPublished(Event):
    """服务日历公布。"""

    BASIS: ClassVar[tuple[str, ...]] = ("rzb2018-264:5+2",)
    centre: Organ
    year: int
    version: int
    source: str  # 通知的标题或文号
    days_open: tuple[date, ...]  # 开门办事的日子，先后有序


ServiceDaysEvent: TypeAlias = ServiceDaysPublished


# -- state


@dataclass(frozen=True, slots=True)
class Nothing:
    """该中心该年度的服务日历尚未公布。"""


@dataclass(frozen=True, slots=True)
class Published:
    """现行版本。"""

    latest: ServiceDaysPublished


State: TypeAlias = Nothing | Published


# -- command


@dataclass(frozen=True, slots=True)
class Publish:
    """公布或更正一个中心一个年度的服务日历。"""

    centre: Organ
    year: int
    source: str
    days_open: tuple[date, ...]

    def decide(self, state: State) -> Answer:
        """都在当年、先后有序、不重复、不为空；内容相同即无事可办。"""
        version = state.latest.version if isinstance(state, Published) else 0
        if state == Published(self._event(version)):
            return ()
        wrong = [day for day in self.days_open if day.year != self.year]
        if wrong or not self.days_open or sorted(set(self.days_open)) != list(self.days_open):
            told = "、".join(map(str, wrong))
            return Refused(Refusal.CALENDAR_SERVICE_DAYS, {"year": str(self.year), "days": told})
        return (self._event(version + 1),)

    def _event(self, version: int) -> ServiceDaysPublished:
        return ServiceDaysPublished(self.centre, self.year, version, self.source, self.days_open)


def evolve(state: State, event: Event) -> State:
    """新版本取代旧版本，版本号逐一递增。"""
    known = state.latest.version if isinstance(state, Published) else 0
    match event:
        case ServiceDaysPublished(version=version) if version == known + 1:
            return Published(event)
        case _:
            raise ImpossibleHistory(f"{event} after {state}")


def decide(state: State, command: Publish) -> Answer:
    """依现行版本决定。"""
    return command.decide(state)


AGGREGATE: Final = Aggregate[State]("calendar", Nothing(), evolve)


def service_id(centre: Organ, year: int) -> str:
    """服务日历的案卷编号，例如 ``350505-ZX-2026``。"""
    return f"{centre}-{year}"


# -- arithmetic


@dataclass(frozen=True, slots=True)
class ServiceDays:
    """一个中心若干年度的服务日历合在一起。"""

    years: frozenset[int]
    days: frozenset[date]

    def between(self, first: date, last: date) -> int | None:
        """首尾两日在内开门几日；其间有年度没有公布的，不知道。"""
        if not self.years.issuperset(range(first.year, last.year + 1)):
            return None
        return sum(first <= day <= last for day in self.days)


def every_day_but(year: int, closed: Iterable[date]) -> tuple[date, ...]:
    """“5+2”：天天开门，只有所列的日子不开（节日当日等）。"""
    shut = frozenset(closed)
    day, days = date(year, 1, 1), []
    while day.year == year:
        days += [] if day in shut else [day]
        day += ONE_DAY
    return tuple(days)
