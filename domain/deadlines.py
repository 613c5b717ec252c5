"""期限：以工作日或自然日计，开始之日不计入，按年度日历推算。

Pure arithmetic on Beijing days. A day of a year whose calendar is not published yet is judged by
Monday–Friday and marks the result provisional: it is derived again when the calendar arrives.
"""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from domain.decider import RuleUsed

ONE_DAY: Final = timedelta(days=1)
SATURDAY: Final = 5


@dataclass(frozen=True, slots=True)
class Calendar:
    """工作日历：若干年度的放假与调休合在一起。

    ``rules`` names the published versions it was made from, to be written into the decision.
    """

    years: frozenset[int]
    days_off: frozenset[date]
    working_weekends: frozenset[date]
    rules: tuple[RuleUsed, ...] = ()

    def knows(self, day: date) -> bool:
        """该年度的日历是否已经公布。"""
        return day.year in self.years

    def is_working_day(self, day: date) -> bool:
        """是否工作日：调休上班的周末是，放假的周一至周五不是。"""
        if day in self.working_weekends:
            return True
        return day.weekday() < SATURDAY and day not in self.days_off


@dataclass(frozen=True, slots=True)
class Due:
    """届满之日（北京时间二十四时止）；``provisional`` 表示所涉年度日历尚未公布。"""

    day: date
    provisional: bool


@dataclass(frozen=True, slots=True)
class Pause:
    """依许可法第四十五条不计入期限的一段日子，首尾两日都在内。"""

    first: date
    last: date

    def holds(self, day: date) -> bool:
        """该日是否停算。"""
        return self.first <= day <= self.last


def due(start: date, working_days: int, calendar: Calendar, pauses: Iterable[Pause] = ()) -> Due:
    """自次日起第若干个工作日（许可法 82 条；民法典 201 条：开始之日不计入）。

    ``working_days`` 0 is the day itself (当场、即时).
    """
    if working_days < 0:
        raise ValueError("a period is not negative")
    stops = tuple(pauses)
    day, known = start, calendar.knows(start)
    while working_days > 0:
        day += ONE_DAY
        known = known and calendar.knows(day)
        paused = any(stop.holds(day) for stop in stops)
        working_days -= calendar.is_working_day(day) and not paused
    return Due(day, not known)


def counted_back(end: date, working_days: int, calendar: Calendar) -> Due:
    """某日之前若干工作日的那一日（某日不计入），如届满前三十个工作日。"""
    day, known = end, calendar.knows(end)
    while working_days > 0:
        day -= ONE_DAY
        known = known and calendar.knows(day)
        working_days -= calendar.is_working_day(day)
    return Due(day, not known)


def half_limit(start: date, working_days: int, calendar: Calendar, *, up: bool = False) -> Due:
    """补不过半：承诺时限前半段的最后一日；不足一日的舍去，``up`` 的进一（规则 12）。"""
    return due(start, (working_days + up) // 2, calendar)


def months_after(day: date, months: int) -> date:
    """若干月之后的对应日；没有对应日的，为该月最后一日（民法典 202 条）。"""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def rolled_over(day: date, calendar: Calendar) -> Due:
    """期限最后一日遇法定休假日的，顺延至休假日的次日（民法典 203 条）。"""
    known = calendar.knows(day)
    while not calendar.is_working_day(day):
        day += ONE_DAY
        known = known and calendar.knows(day)
    return Due(day, not known)


def natural_due(start: date, days: int, calendar: Calendar) -> Due:
    """自然日期限，末日遇休假日顺延（规则 18）。"""
    if days < 0:
        raise ValueError("a period is not negative")
    return rolled_over(start + timedelta(days=days), calendar)


def sped_up(working_days: int) -> int:
    """绿色通道“提速一倍”：时限减半（提速 50 %），不足一日的舍去（机制 32）。"""
    return working_days // 2
