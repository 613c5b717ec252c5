"""账本一路：直接从账本读，用于 Kafka 沉默、缺件和重建之时。"""

from typing import Final

import psycopg
from psycopg.rows import class_row

from ledger.entry import Entry
from ledger.store import ENTRY_COLUMNS

_READ: Final = (
    f"SELECT {ENTRY_COLUMNS} FROM ledger.event_feed"  # noqa: S608 (our own constant)
    " WHERE position >= %s AND position < %s ORDER BY position"
)


class StoreFeed:
    """按位置翻页；每页自成一次读取，不占快照。Needs a role that may read event values."""

    def __init__(self, dsn: str) -> None:
        self._conn = psycopg.connect(dsn, autocommit=True)

    def read(self, position: int, limit: int) -> list[Entry]:
        """自 ``position`` 起至多 ``limit`` 件。"""
        cursor = self._conn.cursor(row_factory=class_row(Entry), binary=True)
        return cursor.execute(_READ, (position, position + limit)).fetchall()

    def close(self) -> None:
        """Closes the connection."""
        self._conn.close()
