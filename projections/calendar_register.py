"""工作日历：各年度现行的放假与调休，供清单推算“几个工作日内”。"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from domain.calendar import CalendarPublished
from domain.deadlines import Calendar
from domain.decider import RuleUsed
from followers.delivered import Delivered
from followers.projection import Column, ColumnType, Json, Projection, Row
from projections.common import Reader, select

COLUMNS: Final = (
    Column("year", ColumnType.BIGINT),
    Column("version", ColumnType.BIGINT),
    Column("source", ColumnType.TEXT),
    Column("days_off", ColumnType.JSON),
    Column("working_weekends", ColumnType.JSON),
    Column("position", ColumnType.BIGINT),
)


def keys(delivered: Delivered) -> tuple[str, ...]:
    """一个年度一行。"""
    return (delivered.identity,)


def fold(key: str, row: Row | None, delivered: Delivered) -> Row:
    """后公布的版本取代先公布的。"""
    del key, row
    event = delivered.event
    if not isinstance(event, CalendarPublished):
        raise TypeError(f"not read here: {delivered.name}")
    days_off: list[Json] = [str(day) for day in event.days_off]
    working: list[Json] = [str(day) for day in event.working_weekends]
    return {
        "year": event.year,
        "version": event.version,
        "source": event.source,
        "days_off": days_off,
        "working_weekends": working,
        "position": delivered.position,
    }


PROJECTION: Final = Projection(
    name="calendar_register",
    version=1,
    columns=COLUMNS,
    keys=keys,
    fold=fold,
    reads=frozenset({"calendar.published.v1"}),
    by_partition_key=True,
)


# -- queries


@dataclass(frozen=True, slots=True)
class _Stored:
    key: str
    year: int
    version: int
    days_off: list[str]
    working_weekends: list[str]


def _days(stored: list[str]) -> frozenset[date]:
    return frozenset(map(date.fromisoformat, stored))


def published(conn: Reader) -> Calendar:
    """全部现行日历合成一部，连同所依的版本。"""
    rows = select(conn, PROJECTION, _Stored, "true ORDER BY year")
    return Calendar(
        frozenset(row.year for row in rows),
        frozenset[date]().union(*(_days(row.days_off) for row in rows)),
        frozenset[date]().union(*(_days(row.working_weekends) for row in rows)),
        tuple(RuleUsed(f"calendar/{row.key}", str(row.version)) for row in rows),
    )
