"""账本一路：直接从账本读，用于 Kafka 沉默、缺件和重建之时。"""

from dataclasses import dataclass
from typing import Final

import psycopg
from psycopg.rows import class_row

from ledger.entry import Entry
from ledger.store import ENTRY_COLUMNS

_READ: Final = (
    f"SELECT {ENTRY_COLUMNS} FROM ledger.event_feed"  # noqa: S608 (our own constant)
    " WHERE position >= %s AND position < %s ORDER BY position"
)
_READ_SHARE: Final = (
    f"SELECT {ENTRY_COLUMNS} FROM ledger.event_feed"  # noqa: S608 (our own constant)
    " WHERE position >= %s AND position < %s AND mod(hashtext(key)::bigint + 2147483648, %s) = %s"
    " ORDER BY position"
)


@dataclass(frozen=True, slots=True)
class Share:
    """分区键的一份：杂凑值除以 ``of`` 余 ``number`` 的各键。"""

    number: int = 0
    of: int = 1


class StoreFeed:
    """按位置翻页；每页自成一次读取，不占快照。Needs a role that may read event values."""

    def __init__(self, dsn: str) -> None:
        self._conn = psycopg.connect(dsn, autocommit=True)

    def read(self, position: int, limit: int) -> list[Entry]:
        """自 ``position`` 起至多 ``limit`` 件。"""
        cursor = self._conn.cursor(row_factory=class_row(Entry), binary=True)
        return cursor.execute(_READ, (position, position + limit)).fetchall()

    def read_share(self, position: int, after: int, share: Share) -> list[Entry]:
        """``position`` 起、``after`` 之前，属于这一份的各件。"""
        if share.of == 1:
            return self.read(position, after - position)
        cursor = self._conn.cursor(row_factory=class_row(Entry), binary=True)
        parameters = (position, after, share.of, share.number)
        return cursor.execute(_READ_SHARE, parameters).fetchall()

    def close(self) -> None:
        """Closes the connection."""
        self._conn.close()
