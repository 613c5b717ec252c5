"""案卷清单的 SQL：某一件数时各份案卷各到第几件，某一时刻之前共有几件，某一编号的各件。"""

from datetime import datetime
from typing import Any, Final

import psycopg
from psycopg.rows import class_row

from domain.closing import Head
from ledger.entry import Entry
from ledger.store import ENTRY_COLUMNS

Connection = psycopg.Connection[Any]

_HEADS: Final = """
SELECT DISTINCT ON (stream) key, stream, version, leaf_hash
  FROM ledger.event_feed WHERE position < %s ORDER BY stream, version DESC"""
_BEFORE: Final = (
    "SELECT coalesce(max(position) + 1, 0) FROM ledger.event_feed WHERE recorded_at < %s"
)
_OF_KEY: Final = (
    f"SELECT {ENTRY_COLUMNS} FROM ledger.event_feed"  # noqa: S608 (our own constant)
    " WHERE key = %s AND position < %s ORDER BY position"
)
_BETWEEN: Final = (
    f"SELECT {ENTRY_COLUMNS} FROM ledger.event_feed"  # noqa: S608 (our own constant)
    " WHERE position BETWEEN %s AND %s ORDER BY position"
)


def heads_at(conn: Connection, size: int) -> list[Head]:
    """账上 ``size`` 件时的案卷清单，已按（编号，案卷）排序。"""
    rows = conn.execute(_HEADS, (size,)).fetchall()
    return sorted(Head(key, stream, version, bytes(leaf)) for key, stream, version, leaf in rows)


def size_before(conn: Connection, instant: datetime) -> int:
    """某一时刻之前入账的共几件。"""
    row = conn.execute(_BEFORE, (instant,)).fetchone()
    return int(row[0]) if row else 0


def entries_of_key(conn: Connection, key: str, size: int) -> list[Entry]:
    """一个编号之下的各件，``size`` 件之前的，按位置。"""
    cursor = conn.cursor(row_factory=class_row(Entry), binary=True)
    return cursor.execute(_OF_KEY, (key, size)).fetchall()


def entries_between(conn: Connection, first: int, last: int) -> list[Entry]:
    """一段位置的各件，首尾都在内。"""
    cursor = conn.cursor(row_factory=class_row(Entry), binary=True)
    return cursor.execute(_BETWEEN, (first, last)).fetchall()
