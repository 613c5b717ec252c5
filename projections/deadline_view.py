"""期限一览：每份案卷还有哪些期限没有了结，最近的在前。"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from domain.deadlines import ONE_DAY, Calendar
from domain.light_setting import LightsPublished, table_on
from domain.lights import Light, Span, light_on
from domain.timekeeping import file_of
from domain.timers import FAMILIES, Timer, TimerKind, advance, told
from followers.delivered import Delivered
from followers.packing import pack, unpack
from followers.projection import Column, ColumnType, Json, Projection, Row
from projections import calendar_register, light_register
from projections.common import Found, Reader, names_of, select

COLUMNS: Final = (
    Column("number", ColumnType.TEXT, indexed=True),
    Column("next_due_on", ColumnType.DATE, indexed=True),
    Column("timers", ColumnType.JSON),
    Column("position", ColumnType.BIGINT),
)


def keys(delivered: Delivered) -> tuple[str, ...]:
    """一份案卷一行；机器记下的归到所属案卷。"""
    return (file_of(delivered.stream),)


def fold(key: str, row: Row | None, delivered: Delivered) -> Row | None:
    """还开着的期限；一项不剩，则无此行。"""
    del key
    before = unpack(row["timers"], tuple[Timer, ...]) if row else ()
    meta = delivered.meta
    told_by = told(meta.decided_at, meta.rules)
    after = advance(before, delivered.event, delivered.entry.version, told_by)
    if not after:
        return None
    kept: list[Json] = [pack(timer) for timer in after]
    return {
        "number": delivered.key,
        "next_due_on": min(timer.due_on for timer in after),
        "timers": kept,
        "position": delivered.position,
    }


PROJECTION: Final = Projection(
    name="deadline_view",
    version=4,
    columns=COLUMNS,
    keys=keys,
    fold=fold,
    reads=names_of(*FAMILIES),
    by_partition_key=True,
)


# -- queries


@dataclass(frozen=True, slots=True)
class OpenDeadline:
    """一项未了的期限：哪份案卷、何种、何日届满、今日的灯。

    ``missed``: the ledger records it. ``calendars``: the versions it was reckoned by.
    ``provisional``: it reaches into a year whose calendar is not published.
    """

    stream: str
    number: str
    kind: TimerKind
    name: str
    due_on: date
    missed: bool
    light: Light
    calendars: tuple[str, ...]
    provisional: bool


@dataclass(frozen=True, slots=True)
class _Stored:
    key: str
    number: str
    timers: list[Json]


@dataclass(frozen=True, slots=True)
class Reckoning:
    """据以推算的：今日、日历、公布过的灯的界限。"""

    today: date
    calendar: Calendar
    lights: tuple[LightsPublished, ...] = ()


def _reckoning(conn: Reader, today: date) -> Reckoning:
    return Reckoning(today, calendar_register.published(conn), light_register.published(conn))


def _shown(row: _Stored, timer: Timer, by: Reckoning) -> OpenDeadline:
    span = Span(timer.start, timer.due_on)
    levels = table_on(by.lights, timer.start).of(timer.kind)
    light = light_on(by.today, span, levels, by.calendar)
    unknown = timer.follows_calendar and not by.calendar.years.issuperset(span.years)
    return OpenDeadline(
        stream=row.key,
        number=row.number,
        kind=timer.kind,
        name=timer.name,
        due_on=timer.due_on,
        missed=timer.missed,
        light=Light.BLACK if timer.missed else light,
        calendars=timer.calendars,
        provisional=unknown,
    )


def _flat(rows: list[_Stored], by: Reckoning) -> list[OpenDeadline]:
    found = [
        _shown(row, timer, by) for row in rows for timer in unpack(row.timers, tuple[Timer, ...])
    ]
    return sorted(found, key=lambda deadline: (deadline.due_on, deadline.stream, deadline.kind))


def opened(rows: Mapping[str, Row], number: str, by: Reckoning) -> tuple[OpenDeadline, ...]:
    """由在手的各行得出一件办件名下的全部未了期限。"""
    mine = {key: row for key, row in rows.items() if row["number"] == number}
    stored = [_Stored(key, number, _timers(row)) for key, row in mine.items()]
    return tuple(_flat(stored, by))


def _timers(row: Row) -> list[Json]:
    kept = row["timers"]
    return kept if isinstance(kept, list) else []


def of_number(conn: Reader, number: str, today: date) -> list[OpenDeadline]:
    """一件办件（或一个计划）名下的全部未了期限，今日各亮什么灯。"""
    rows = select(conn, PROJECTION, _Stored, "number = %s", (number,))
    return _flat(rows, _reckoning(conn, today))


def until(conn: Reader, day: date) -> list[OpenDeadline]:
    """``day`` 当日及以前届满而未了的期限，先到期者在前。"""
    rows = select(conn, PROJECTION, _Stored, "next_due_on <= %s", (day,))
    found = _flat(rows, _reckoning(conn, day))
    return [deadline for deadline in found if deadline.due_on <= day]


@dataclass(frozen=True, slots=True)
class Asked:
    """查期限的条件；没有给的不限。``overdue``：今日已过的。"""

    today: date
    due_by: date | None = None
    overdue: bool = False
    light: Light | None = None


def search(conn: Reader, asked: Asked, limit: int | None) -> Found[OpenDeadline]:
    """合条件的未了期限，先到期者在前。"""
    before = asked.today - ONE_DAY if asked.overdue else None
    last = min((day for day in (asked.due_by, before) if day), default=date.max)
    rows = select(conn, PROJECTION, _Stored, "next_due_on <= %s", (last,))
    found = [
        deadline
        for deadline in _flat(rows, _reckoning(conn, asked.today))
        if deadline.due_on <= last and asked.light in {None, deadline.light}
    ]
    return Found(found[:limit], len(found))
