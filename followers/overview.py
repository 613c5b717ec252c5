"""一览：各跟随者读到哪里、落后多少、停放了什么；`status` 与演示据此说话。"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from psycopg.rows import class_row

from followers.storage import Connection
from ledger.errors import LedgerUnavailable
from ledger.outbox import Lane
from schemas.topics import FAMILY_TOPIC

_FOLLOWERS: Final = """
SELECT c.name, c.kind, c.next_position, h.next_position - c.next_position AS behind, c.feed,
       c.halted, c.halted_facts,
       coalesce(extract(epoch FROM clock_timestamp() - e.appended_at), 0)::float8 AS seconds,
       (SELECT count(*) FROM follower.parked p WHERE p.follower = c.name AND reason IS NOT NULL)
           AS parked
  FROM follower.cursor c CROSS JOIN ledger.head h
  LEFT JOIN ledger.event e ON e.position = c.next_position
 ORDER BY c.kind, c.name"""
_LEVEL: Final = """
SELECT coalesce(bool_and(c.next_position >= h.next_position), false)
  FROM follower.cursor c CROSS JOIN ledger.head h
 WHERE c.name NOT LIKE 'office.%'"""  # an office's own process: nobody waits for it
_HEAD: Final = """
SELECT next_position, CASE WHEN next_position > 0 THEN appended_at END AS appended_at,
       CASE WHEN next_position > 0
            THEN extract(epoch FROM clock_timestamp() - appended_at)::float8 END AS seconds
  FROM ledger.counter"""
_TIMERS: Final = """
WITH clock AS (SELECT coalesce((SELECT now FROM ledger.clock), clock_timestamp()) AS now),
     kept AS (SELECT row, due_at FROM follower.row WHERE follower = %s)
SELECT coalesce(sum(jsonb_array_length(row -> 'timers')), 0)::integer AS open,
       count(*) FILTER (WHERE due_at <= clock.now) AS due, min(due_at) AS next_due
  FROM clock LEFT JOIN kept ON true"""
_RECORDED: Final = "SELECT recorded_at FROM ledger.event WHERE position = %s"
_LANE_END: Final = """
SELECT next_lane_position FROM ledger.lane_head WHERE topic = %s AND partition = %s"""
_IN_LANE: Final = """
SELECT position FROM ledger.event WHERE topic = %s AND partition = %s AND lane_position = %s"""
# A command reads the clock before it waits for its turn: by how much the recorded times of
# neighbours may be out of order.
DISORDER: Final = timedelta(minutes=5)
_STREAM: Final = "SELECT FROM ledger.stream_head WHERE stream = ANY(%s) LIMIT 1"
_NEXT_DUE: Final = "SELECT min(due_at) FROM follower.row WHERE due_at > %s AND due_at <= %s"


@dataclass(frozen=True, slots=True)
class Lag:
    """一个跟随者的进度。``behind`` in events, ``seconds`` since the oldest unread was appended."""

    name: str
    kind: str
    next_position: int
    behind: int
    feed: str | None
    halted: str | None
    halted_facts: dict[str, str]
    seconds: float
    parked: int


@dataclass(frozen=True, slots=True)
class Head:
    """账首：下一个位置、最近一次入账的时刻与距今几秒；一件没有的为 None。"""

    next_position: int
    appended_at: datetime | None
    seconds: float | None


@dataclass(frozen=True, slots=True)
class OpenTimers:
    """开着的期限：共几个，几份案卷上有届满而机器还没办的，最早何时届满。"""

    open: int
    due: int
    next_due: datetime | None


def ledger_head(conn: Connection) -> Head:
    """账首。Needs the audit role, and a ledger."""
    with conn.cursor(row_factory=class_row(Head)) as cursor:
        return cursor.execute(_HEAD).fetchone() or Head(0, None, None)


def open_timers(conn: Connection, keeper: str) -> OpenTimers:
    """``keeper`` 底册上开着的期限，按账本的时钟。Needs the audit role."""
    with conn.cursor(row_factory=class_row(OpenTimers)) as cursor:
        return cursor.execute(_TIMERS, (keeper,)).fetchone() or OpenTimers(0, 0, None)


def lags(conn: Connection) -> list[Lag]:
    """全部跟随者；还没有启动过的不在其内。Needs the audit role."""
    with conn.cursor(row_factory=class_row(Lag)) as cursor:
        return cursor.execute(_FOLLOWERS).fetchall()


@dataclass(frozen=True, slots=True)
class Freshness:
    """数据截至哪一位置（含），比账本落后多少件、多少秒。"""

    position: int
    behind: int
    seconds: float


def freshness(conn: Connection, *names: str) -> Freshness:
    """几个视图之中最旧的一个有多旧。Needs the audit role."""
    known = [one for one in lags(conn) if one.name in names]
    if not known:
        raise LedgerUnavailable("projection.not_built", {"name": "、".join(names)})
    oldest = max(known, key=lambda one: one.behind)
    return Freshness(oldest.next_position - 1, max(oldest.behind, 0), oldest.seconds)


def level(conn: Connection) -> bool:
    """全部跟随者是否都到了账本的末端；各部门自己的进程不算。"""
    row = conn.execute(_LEVEL).fetchone()
    return row is not None and row[0] is True


def is_known(conn: Connection, number: str) -> bool:
    """账上有没有以此为编号的案卷，不论哪一类。Needs the audit role."""
    streams = [f"{family}/{number}" for family in FAMILY_TOPIC]
    return conn.execute(_STREAM, (streams,)).fetchone() is not None


def next_due(conn: Connection, after: datetime, until: datetime) -> datetime | None:
    """两刻之间（后者在内），机器最早要办的期限；没有则为 None。"""
    row = conn.execute(_NEXT_DUE, (after, until)).fetchone()
    due: datetime | None = row[0] if row else None
    return due


def position_since(conn: Connection, since: datetime, end: int) -> int:
    """``end`` 之前，自此时刻起记录的各件都在其后的一个位置（二分查找）。Needs the audit role."""
    early = since - DISORDER
    return bisect_left(range(end), early, key=lambda n: _one(conn, _RECORDED, n))


def lane_starts(conn: Connection, lanes: Sequence[Lane], position: int) -> dict[Lane, int]:
    """各道里自 ``position`` 起第一件的道内位置（二分查找）。Needs the audit role.

    Every lane position is in its topic at least once and in order: the offset is never below it.
    """
    return {lane: _lane_start(conn, lane, position) for lane in lanes}


def _lane_start(conn: Connection, lane: Lane, position: int) -> int:
    where = (lane.topic, lane.partition)
    end = _one(conn, _LANE_END, *where)
    return bisect_left(range(end), position, key=lambda n: _one(conn, _IN_LANE, *where, n))


def _one(conn: Connection, query: str, *parameters: object) -> Any:
    """One value of one row, which is there: positions have no gaps."""
    row = conn.execute(query.encode(), parameters).fetchone()
    if row is None:
        raise LookupError(parameters)
    return row[0]
