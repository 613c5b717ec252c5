"""跟随者的存储：进度、账本的担保（叶、格式、账首），以及视图现行的一代。"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow, class_row
from psycopg.types.json import Jsonb

from ledger.errors import LedgerError, LedgerUnavailable

Connection = psycopg.Connection[TupleRow]

_CURSOR: Final = """
SELECT name, version, generation, next_position, offsets, halted
  FROM follower.cursor WHERE name = %s"""
_CREATE_CURSOR: Final = """
INSERT INTO follower.cursor (name, kind, version) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"""
# The cursor moves only from where this follower believes it is, and only while the ledger still
# vouches for the last event it has taken in.
_ADVANCE: Final = """
UPDATE follower.cursor c
   SET next_position = %(after)s, offsets = %(offsets)s, feed = %(feed)s, halted = NULL,
       halted_facts = '{}', updated_at = clock_timestamp()
  FROM unnest(%(names)s::text[], %(generations)s::integer[]) AS ours (name, generation)
 WHERE c.name = ours.name AND c.generation = ours.generation AND c.next_position = %(expected)s
   AND (SELECT leaf_hash FROM ledger.leaf_feed WHERE position = %(after)s - 1) = %(leaf)s"""
_HALT: Final = """
UPDATE follower.cursor
   SET halted = %s, halted_facts = %s, updated_at = clock_timestamp() WHERE name = %s"""
_RESTART: Final = """
UPDATE follower.cursor SET version = %s, generation = %s, next_position = 0, offsets = '{}'
 WHERE name = %s"""
_SWITCH: Final = """
UPDATE follower.cursor
   SET version = %s, generation = %s, next_position = %s, halted = NULL, halted_facts = '{}',
       updated_at = clock_timestamp()
 WHERE name = %s"""


class CursorMoved(Exception):  # noqa: N818 - says what happened, no fault
    """进度已不在原处：重新读取进度再来。"""


@dataclass(frozen=True, slots=True)
class Cursor:
    """一个跟随者的进度。``offsets``: where to begin in Kafka, a hint and no more."""

    name: str
    version: int
    generation: int
    next_position: int
    offsets: Mapping[str, int]
    halted: str | None


@dataclass(frozen=True, slots=True)
class Progress:
    """一批的尽头：下一个位置、末件的叶、来路与 Kafka 偏移提示。"""

    after: int
    leaf: bytes
    feed: str
    offsets: Mapping[str, int]


def connect(dsn: str) -> Connection:
    """跟随者的连接。

    Losing the last commits in a crash loses rows and cursor together and they are folded again, so
    these commits need not wait for the disk.
    """
    return psycopg.connect(
        dsn, autocommit=True, options="-c synchronous_commit=off -c timezone=UTC"
    )


@contextmanager
def one_moment(conn: Connection) -> Iterator[None]:
    """其间所读，都取自同一时刻；只读。"""
    with conn.transaction():
        conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


def take_lock(conn: Connection, name: str) -> None:
    """独占一个跟随者之职，直到连接关闭。

    Raises :class:`LedgerError` ``follower.running_elsewhere``.
    """
    row = conn.execute(
        "SELECT pg_try_advisory_lock(hashtext('shenguan.follower'), hashtext(%s))", (name,)
    ).fetchone()
    if row is None or row[0] is not True:
        raise LedgerError("follower.running_elsewhere", {"name": name})


def is_locked(conn: Connection, name: str) -> bool:
    """是否有人正任此职。"""
    row = conn.execute(
        "SELECT pg_try_advisory_lock(hashtext('shenguan.follower'), hashtext(%s))", (name,)
    ).fetchone()
    if row is None or row[0] is not True:
        return True
    conn.execute("SELECT pg_advisory_unlock(hashtext('shenguan.follower'), hashtext(%s))", (name,))
    return False


def load_cursor(conn: Connection, name: str) -> Cursor | None:
    """读进度；从未运行过则为 None。"""
    with conn.cursor(row_factory=class_row(Cursor)) as cursor:
        return cursor.execute(_CURSOR, (name,)).fetchone()


def create_cursor(conn: Connection, name: str, kind: str, version: int) -> Cursor:
    """建立进度，自 0 起；已有的不变。"""
    conn.execute(_CREATE_CURSOR, (name, kind, version))
    cursor = load_cursor(conn, name)
    if cursor is None:
        raise LedgerUnavailable("follower.no_cursor", {"name": name})
    return cursor


def restart_cursor(conn: Connection, name: str, version: int, generation: int) -> None:
    """换版本：从头再来。"""
    conn.execute(_RESTART, (version, generation, name))


def lock_cursor(conn: Connection, name: str) -> Cursor:
    """读进度并锁住那一行，直到事务结束。Raises :class:`LedgerUnavailable`."""
    with conn.cursor(row_factory=class_row(Cursor)) as cursor:
        found = cursor.execute(_CURSOR + " FOR UPDATE", (name,)).fetchone()
    if found is None:
        raise LedgerUnavailable("projection.not_built", {"name": name})
    return found


def switch_cursor(conn: Connection, name: str, version: int, generation: int, after: int) -> None:
    """切换到新的一代。"""
    conn.execute(_SWITCH, (version, generation, after, name))


def advance(
    conn: Connection, cursors: Collection[Cursor], expected: int, progress: Progress
) -> None:
    """一并推进都在 ``expected`` 的各进度；与底册或视图的变更同在调用者的事务里。

    Raises :class:`CursorMoved` if somebody else moved one, switched its generation, or the ledger
    no longer has this leaf: whoever reads the cursors again finds out which.
    """
    moved = conn.execute(
        _ADVANCE,
        {
            "after": progress.after,
            "offsets": Jsonb(dict(progress.offsets)),
            "feed": progress.feed,
            "names": [cursor.name for cursor in cursors],
            "generations": [cursor.generation for cursor in cursors],
            "expected": expected,
            "leaf": progress.leaf,
        },
    )
    if moved.rowcount != len(cursors):
        raise CursorMoved([cursor.name for cursor in cursors], expected)


def halt(conn: Connection, name: str, code: str, facts: Mapping[str, str]) -> None:
    """记下为何停下。"""
    conn.execute(_HALT, (code, Jsonb(dict(facts)), name))


def head(conn: Connection) -> int:
    """账本的下一个位置。"""
    row = conn.execute("SELECT next_position FROM ledger.head").fetchone()
    return 0 if row is None else int(row[0])


def leaves(conn: Connection, first: int, after: int) -> list[bytes]:
    """``first`` 至 ``after`` 前的叶，按位置。"""
    with conn.cursor(binary=True) as cursor:
        found = cursor.execute(
            "SELECT leaf_hash FROM ledger.leaf_feed"
            " WHERE position >= %s AND position < %s ORDER BY position",
            (first, after),
        )
        return [bytes(row[0]) for row in found]


def schema_text(conn: Connection, sha256: bytes) -> bytes | None:
    """某指纹的格式原文。"""
    row = conn.execute(
        "SELECT text FROM ledger.schema_text WHERE sha256 = %s", (sha256,)
    ).fetchone()
    return None if row is None else bytes(row[0])


def topic_ids(conn: Connection) -> dict[str, str]:
    """各主题（短名）的 Kafka 身份。"""
    return dict(conn.execute("SELECT topic, topic_id FROM ledger.topic_identity").fetchall())


def table(name: str, generation: int) -> sql.Identifier:
    """某一代的表。"""
    return sql.Identifier("projection", f"{name}_g{generation}")


def table_of(conn: Connection, name: str) -> sql.Identifier:
    """视图现行一代的表。

    Raises :class:`LedgerUnavailable` ``projection.not_built`` before its first run.
    """
    cursor = load_cursor(conn, name)
    if cursor is None:
        raise LedgerUnavailable("projection.not_built", {"name": name})
    return table(name, cursor.generation)
