"""服务日历：各中心各年度开门办事的日子，供统计算日均。"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from domain.service_days import ServiceDays, ServiceDaysPublished
from followers.delivered import Delivered
from followers.projection import Column, ColumnType, Json, Projection, Row
from projections.common import Reader, select

COLUMNS: Final = (
    Column("centre", ColumnType.TEXT),
    Column("year", ColumnType.BIGINT),
    Column("version", ColumnType.BIGINT),
    Column("source", ColumnType.TEXT),
    Column("days_open", ColumnType.JSON),
    Column("position", ColumnType.BIGINT),
)


def keys(delivered: Delivered) -> tuple[str, ...]:
    """一个中心一个年度一行。"""
    return (delivered.identity,)


def fold(key: str, row: Row | None, delivered: Delivered) -> Row:
    """后公布的版本取代先公布的。"""
    del key, row
    event = delivered.event
    if not isinstance(event, ServiceDaysPublished):
        raise TypeError(f"not read here: {delivered.name}")
    days_open: list[Json] = [str(day) for day in event.days_open]
    return {
        "centre": event.centre,
        "year": event.year,
        "version": event.version,
        "source": event.source,
        "days_open": days_open,
        "position": delivered.position,
    }


PROJECTION: Final = Projection(
    name="service_calendar",
    version=1,
    columns=COLUMNS,
    keys=keys,
    fold=fold,
    reads=frozenset({"calendar.service_days_published.v1"}),
    by_partition_key=True,
)


# -- queries


@dataclass(frozen=True, slots=True)
class _Stored:
    key: str
    centre: str
    year: int
    version: int
    days_open: list[str]


@dataclass(frozen=True, slots=True)
class Hall:
    """一个中心的服务日历，连同所依的版本（如 ``350505-ZX-2026 1``）。"""

    centre: str
    days: ServiceDays
    versions: tuple[str, ...]


def published(conn: Reader) -> list[Hall]:
    """各中心的服务日历，按中心排序。"""
    rows = select(conn, PROJECTION, _Stored, "true ORDER BY centre, year")
    return [
        _hall(centre, [row for row in rows if row.centre == centre])
        for centre in dict.fromkeys(row.centre for row in rows)
    ]


def _hall(centre: str, rows: list[_Stored]) -> Hall:
    days = frozenset(date.fromisoformat(day) for row in rows for day in row.days_open)
    versions = tuple(f"{row.key} {row.version}" for row in rows)
    return Hall(centre, ServiceDays(frozenset(row.year for row in rows), days), versions)
