"""一览：各跟随者读到哪里、落后多少、停放了什么；`status` 与演示据此说话。"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from psycopg.rows import class_row

from followers.storage import Connection
from ledger.errors import LedgerUnavailable
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
  FROM follower.cursor c CROSS JOIN ledger.head h"""
_STREAM: Final = "SELECT FROM ledger.stream_head WHERE stream = ANY(%s) LIMIT 1"
_NEXT_DUE: Final = "SELECT min(due_at) FROM follower.row WHERE due_at <= %s"


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
    """全部跟随者是否都到了账本的末端。"""
    row = conn.execute(_LEVEL).fetchone()
    return row is not None and row[0] is True


def is_known(conn: Connection, number: str) -> bool:
    """账上有没有以此为编号的案卷，不论哪一类。Needs the audit role."""
    streams = [f"{family}/{number}" for family in FAMILY_TOPIC]
    return conn.execute(_STREAM, (streams,)).fetchone() is not None


def next_due(conn: Connection, until: datetime) -> datetime | None:
    """到此刻为止，机器最早要办的期限；没有则为 None。"""
    row = conn.execute(_NEXT_DUE, (until,)).fetchone()
    due: datetime | None = row[0] if row else None
    return due
