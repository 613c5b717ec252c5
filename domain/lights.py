"""灯（lights）：一项未了的期限今日该亮什么灯。绿：尚早；黄：将至；红：迫近；黑：已过。

Pure arithmetic on Beijing days. The levels are a published setting (domain.light_setting); those that
ship with the program are ``DEFAULT``, explained in docs/statistics.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from domain.catalogue import DayCount
from domain.deadlines import ONE_DAY, Calendar


class Light(StrEnum):
    """期限的灯；次序即轻重。"""

    GREEN = "GREEN"  # 绿灯，尚早
    YELLOW = "YELLOW"  # 黄灯，将至
    RED = "RED"  # 红灯，迫近
    BLACK = "BLACK"  # 黑灯，已过

    @property
    def weight(self) -> int:
        """轻重：绿为零，黑最重。"""
        return list(Light).index(self)


@dataclass(frozen=True, slots=True)
class Threshold:
    """一种灯何时亮：余下的日子不多于 ``days``，或者不多于全程的百分之 ``percent``。"""

    days: int
    percent: int = 0

    def reached(self, left: int, whole: int) -> bool:
        """余下 ``left`` 日、全程 ``whole`` 日，是否该亮。"""
        return left <= self.days or left * 100 <= whole * self.percent


@dataclass(frozen=True, slots=True)
class Levels:
    """一种期限的黄灯与红灯，以及按什么日子数。"""

    yellow: Threshold
    red: Threshold
    count: DayCount = DayCount.WORKING


@dataclass(frozen=True, slots=True)
class Table:
    """一版界限：其余各种的，以及另定的各种（domain.timers.TimerKind）。"""

    version: int
    rest: Levels
    kinds: Mapping[str, Levels]

    def of(self, kind: str) -> Levels:
        """这种期限的黄灯与红灯。"""
        return self.kinds.get(kind, self.rest)


# 随附的界限（第 0 版）：没有公布设置（domain.light_setting）之前依此。
DEFAULT: Final = Table(
    version=0,
    # 余下三成（至少两日）亮黄灯，余下一成（至少末日）亮红灯
    rest=Levels(Threshold(2, 30), Threshold(1, 10)),
    kinds=MappingProxyType(
        {
            "VERIFICATION": Levels(Threshold(10), Threshold(3)),  # 六十日的核查，半月之前亮灯太早
            "VALIDITY": Levels(Threshold(90), Threshold(30), DayCount.NATURAL),  # 三十日前申请延续
            "RENEWAL": Levels(Threshold(10), Threshold(3), DayCount.NATURAL),  # 届满之前决定
            "INSPECTION": Levels(Threshold(5), Threshold(2)),
        }
    ),
)


@dataclass(frozen=True, slots=True)
class Span:
    """一项期限的起讫：``start`` 之次日起算，``due_on`` 二十四时止。"""

    start: date
    due_on: date

    @property
    def years(self) -> tuple[int, ...]:
        """起讫之间的年度，至多两年：更长的期限按自然日数。"""
        return tuple(range(self.start.year, min(self.due_on.year, self.start.year + 1) + 1))

    def left(self, today: date, count: DayCount, calendar: Calendar) -> int:
        """今日在内还有几日；还没有起算的为全程，已过的为零。"""
        day, days = max(today, self.start + ONE_DAY), 0
        if count is DayCount.NATURAL:
            return max((self.due_on - day).days + 1, 0)
        while day <= self.due_on:
            days += calendar.is_working_day(day)
            day += ONE_DAY
        return days


def light_on(today: date, span: Span, levels: Levels, calendar: Calendar) -> Light:
    """今日的灯。全程还没有用去一日的不亮：一日之期不因其短而一开始就告急。"""
    if today > span.due_on:
        return Light.BLACK
    whole = span.left(span.start, levels.count, calendar)
    left = span.left(today, levels.count, calendar)
    if left >= whole:
        return Light.GREEN
    if levels.red.reached(left, whole):
        return Light.RED
    return Light.YELLOW if levels.yellow.reached(left, whole) else Light.GREEN


def turning(span: Span, light: Light, levels: Levels, calendar: Calendar) -> date:
    """最早自何日起是这种灯或更重的灯（黄、红、黑）；不经黄红的，即届满之次日。"""
    first = span.due_on + ONE_DAY
    if light is Light.BLACK:
        return first
    threshold = levels.red if light is Light.RED else levels.yellow
    whole, left = span.left(span.start, levels.count, calendar), 0
    day = span.due_on
    while day > span.start:
        left += levels.count is DayCount.NATURAL or calendar.is_working_day(day)
        if left >= whole or not threshold.reached(left, whole):
            break
        first, day = day, day - ONE_DAY
    return first
