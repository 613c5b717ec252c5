"""发件箱：中继读账本的一路。事件表本身就是发件箱，没有第二张表。"""

from dataclasses import dataclass
from typing import Final

import psycopg
from psycopg.rows import class_row

from ledger.entry import Entry
from ledger.store import CHANNEL, ENTRY_COLUMNS, Frame, read_frame

_LOCK: Final = "SELECT pg_try_advisory_lock(hashtext('shenguan.relay'), 0)"
_IDENTITIES: Final = "SELECT topic, topic_id FROM ledger.topic_identity"
_AT_LANE: Final = """
SELECT position, leaf_hash FROM ledger.event_feed
 WHERE topic = %s AND partition = %s AND lane_position = %s"""
_HEAD: Final = "SELECT next_position FROM ledger.head"
_FEED: Final = (
    f"SELECT {ENTRY_COLUMNS} FROM ledger.event_feed"  # noqa: S608 (our own constant)
    " WHERE position >= %s ORDER BY position LIMIT %s"
)


@dataclass(frozen=True, slots=True)
class Lane:
    """一条道：主题短名与分区。"""

    topic: str
    partition: int


def lanes_of(frame: Frame) -> tuple[Lane, ...]:
    """账本各主题的全部分区（不含封账主题）。"""
    own = {name: count for name, count in frame.partitions.items() if name != "checkpoint"}
    return tuple(Lane(name, number) for name, count in own.items() for number in range(count))


class Outbox:
    """一个连接：会话锁、提示和读取都在其上，连接一断，三者同时失去。"""

    def __init__(self, dsn: str) -> None:
        self._conn = psycopg.connect(dsn, autocommit=True)
        self._conn.execute(f"LISTEN {CHANNEL}")

    def lock(self) -> bool:
        """独占中继之职；已有他人则为 False。"""
        row = self._conn.execute(_LOCK).fetchone()
        return row is not None and row[0] is True

    def frame(self) -> Frame | None:
        """建账记录；尚未建账则为 None。"""
        return read_frame(self._conn)

    def topic_ids(self) -> dict[str, str]:
        """建账或重发时记下的各主题身份（短名 → Kafka topic id）。"""
        return {name: str(identity) for name, identity in self._conn.execute(_IDENTITIES)}

    def at(self, lane: Lane, lane_position: int) -> tuple[int, bytes] | None:
        """某道某号的账本位置与叶杂凑；没有则为 None。"""
        row = self._conn.execute(_AT_LANE, (lane.topic, lane.partition, lane_position)).fetchone()
        return None if row is None else (row[0], bytes(row[1]))

    def head(self) -> int:
        """下一个账本位置。"""
        row = self._conn.execute(_HEAD).fetchone()
        return 0 if row is None else int(row[0])

    def read(self, position: int, limit: int) -> list[Entry]:
        """自 ``position`` 起至多 ``limit`` 件，按位置排序。"""
        cursor = self._conn.cursor(row_factory=class_row(Entry), binary=True)
        return cursor.execute(_FEED, (position, limit)).fetchall()

    def wait(self, seconds: float) -> None:
        """等一个提示，至多 ``seconds`` 秒。"""
        for _ in self._conn.notifies(timeout=seconds, stop_after=1):
            return

    def close(self) -> None:
        """Closes the connection; the lock goes with it."""
        self._conn.close()
