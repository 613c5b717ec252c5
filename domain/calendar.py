"""工作日历（calendar）：按国务院办公厅通知逐年公布，期限据以计算。"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final, TypeAlias

from domain.deadlines import SATURDAY, Calendar
from domain.decider import Aggregate, Answer, Event, ImpossibleHistory, Load, Refused, RuleUsed
from domain.refusals import Refusal

# -- events


@dataclass(frozen=True, slots=True)
class CalendarPublished(Event):
    """年度日历公布。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:82", "jjrbf")
    year: int
    version: int
    source: str  # 通知的标题或文号
    days_off: tuple[date, ...]  # 放假的周一至周五
    working_weekends: tuple[date, ...]  # 调休上班的周六、周日


CalendarEvent: TypeAlias = CalendarPublished


# -- state


@dataclass(frozen=True, slots=True)
class Nothing:
    """该年度日历尚未公布。"""


@dataclass(frozen=True, slots=True)
class Published:
    """现行版本。"""

    latest: CalendarPublished


State: TypeAlias = Nothing | Published


# -- command


@dataclass(frozen=True, slots=True)
class Publish:
    """公布或更正一个年度的日历。"""

    year: int
    source: str
    days_off: tuple[date, ...]
    working_weekends: tuple[date, ...]

    def decide(self, state: State) -> Answer:
        """放假写周一至周五，上班写周末，都在当年；内容相同即无事可办。"""
        version = state.latest.version if isinstance(state, Published) else 0
        as_known = self._event(version)
        if state == Published(as_known):
            return ()
        wrong = [day for day in self.days_off if day.weekday() >= SATURDAY]
        wrong += [day for day in self.working_weekends if day.weekday() < SATURDAY]
        days = (*self.days_off, *self.working_weekends)
        wrong += [day for day in days if day.year != self.year]
        if wrong or not days or len(set(days)) != len(days):
            told = "、".join(map(str, sorted(set(wrong))))
            return Refused(Refusal.CALENDAR_DAYS, {"year": str(self.year), "days": told})
        return (self._event(version + 1),)

    def _event(self, version: int) -> CalendarPublished:
        return CalendarPublished(
            self.year, version, self.source, self.days_off, self.working_weekends
        )


def evolve(state: State, event: Event) -> State:
    """新版本取代旧版本，版本号逐一递增。"""
    known = state.latest.version if isinstance(state, Published) else 0
    match event:
        case CalendarPublished(version=version) if version == known + 1:
            return Published(event)
        case _:
            raise ImpossibleHistory(f"{event} after {state}")


def decide(state: State, command: Publish) -> Answer:
    """依现行日历决定。"""
    return command.decide(state)


AGGREGATE: Final = Aggregate[State]("calendar", Nothing(), evolve)


def calendar_id(year: int) -> str:
    """年度日历的案卷编号，例如 ``cn-2026``。"""
    return f"cn-{year}"


def calendar_of(states: Iterable[State]) -> Calendar:
    """把若干年度的现行日历合成一部；未公布的年度不在其中。"""
    known = [state.latest for state in states if isinstance(state, Published)]
    return Calendar(
        frozenset(one.year for one in known),
        frozenset(day for one in known for day in one.days_off),
        frozenset(day for one in known for day in one.working_weekends),
        tuple(RuleUsed(AGGREGATE.stream(calendar_id(one.year)), str(one.version)) for one in known),
    )


def calendar_from(load: Load, start: date) -> Calendar:
    """自某日起推算期限所用的日历：当年与次年。"""
    years = (start.year, start.year + 1)
    return calendar_of(load(AGGREGATE, calendar_id(year)) for year in years)
