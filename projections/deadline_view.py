"""期限一览：每份案卷还有哪些期限没有了结，最近的在前。"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from domain.deadlines import ONE_DAY
from domain.timers import Timer, TimerKind, advance
from followers.delivered import Delivered
from followers.packing import pack, unpack
from followers.projection import Column, ColumnType, Json, Projection, Row
from projections.common import Found, Reader, names_of, select

COLUMNS: Final = (
    Column("number", ColumnType.TEXT, indexed=True),
    Column("next_due_on", ColumnType.DATE, indexed=True),
    Column("timers", ColumnType.JSON),
    Column("position", ColumnType.BIGINT),
)


def keys(delivered: Delivered) -> tuple[str, ...]:
    """一份案卷一行。"""
    return (delivered.stream,)


def fold(key: str, row: Row | None, delivered: Delivered) -> Row | None:
    """还开着的期限；一项不剩，则无此行。"""
    del key
    before = unpack(row["timers"], tuple[Timer, ...]) if row else ()
    after = advance(before, delivered.event, delivered.entry.version)
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
    version=1,
    columns=COLUMNS,
    keys=keys,
    fold=fold,
    reads=names_of("case", "commitment", "licence", "push", "revocation", "plan", "task")
    | names_of("hearing", "joint", "verification", "forwarding", "package", "project"),
    by_partition_key=True,
)


# -- queries


@dataclass(frozen=True, slots=True)
class OpenDeadline:
    """一项未了的期限：哪份案卷、何种、何日届满、是否已记录逾期。"""

    stream: str
    number: str
    kind: TimerKind
    name: str
    due_on: date
    missed: bool


@dataclass(frozen=True, slots=True)
class _Stored:
    key: str
    number: str
    timers: list[Json]


def _flat(rows: list[_Stored]) -> list[OpenDeadline]:
    found = [
        OpenDeadline(row.key, row.number, timer.kind, timer.name, timer.due_on, timer.missed)
        for row in rows
        for timer in unpack(row.timers, tuple[Timer, ...])
    ]
    return sorted(found, key=lambda deadline: (deadline.due_on, deadline.stream, deadline.kind))


def of_number(conn: Reader, number: str) -> list[OpenDeadline]:
    """一件办件（或一个计划）名下的全部未了期限。"""
    return _flat(select(conn, PROJECTION, _Stored, "number = %s", (number,)))


def until(conn: Reader, day: date) -> list[OpenDeadline]:
    """``day`` 当日及以前届满而未了的期限，先到期者在前。"""
    rows = select(conn, PROJECTION, _Stored, "next_due_on <= %s", (day,))
    return [deadline for deadline in _flat(rows) if deadline.due_on <= day]


def search(
    conn: Reader, due_by: date | None, overdue_on: date | None, limit: int | None
) -> Found[OpenDeadline]:
    """全部未了期限，先到期者在前；``overdue_on``：此日已过的。"""
    last = min((day for day in (due_by, overdue_on and overdue_on - ONE_DAY) if day), default=None)
    rows = select(conn, PROJECTION, _Stored, "next_due_on <= %s", (last or date.max,))
    found = [deadline for deadline in _flat(rows) if last is None or deadline.due_on <= last]
    return Found(found[:limit], len(found))
