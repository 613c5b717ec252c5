"""封账的 SQL：重读存下的字节，存封账单与砖，记见证的附签。"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import psycopg
from psycopg.rows import class_row

from domain.merkle import WIDTH
from ledger.entry import Entry
from ledger.errors import LedgerDamaged
from ledger.store import CHANNEL, ENTRY_COLUMNS, Frame, read_counter, read_frame
from ledger.tiles import Tile

_PAGE: Final = 1_000  # rows of a server-side cursor at a time
_LOCK: Final = "SELECT pg_try_advisory_lock(hashtext('shenguan.sealer'), 0)"
_COLUMNS: Final = "size, root, note, old_size, proof, sealed_at"
_FEED: Final = (
    f"SELECT {ENTRY_COLUMNS} FROM ledger.event_feed"  # noqa: S608 (our own constant)
    " WHERE position >= %s ORDER BY position LIMIT %s"
)
_AFTER: Final = (
    f"SELECT {_COLUMNS} FROM ledger.checkpoint"  # noqa: S608 (our own constant)
    " WHERE size > %s ORDER BY size LIMIT %s"
)
_AT: Final = f"SELECT {_COLUMNS} FROM ledger.checkpoint WHERE size = %s"  # noqa: S608 (as above)
_NEWEST: Final = f"SELECT {_COLUMNS} FROM ledger.checkpoint ORDER BY size DESC LIMIT 1"  # noqa: S608 (as above)
_SEAL: Final = "SELECT ledger.seal(%s, %s, %s, %s, %s, %s::smallint[], %s::bigint[], %s::bytea[])"


@dataclass(frozen=True, slots=True)
class Sealed:
    """存下的一份封账单：由 ``old_size`` 件续写而来，附一致证明。"""

    size: int
    root: bytes
    note: bytes
    old_size: int
    proof: tuple[bytes, ...]
    sealed_at: datetime


@dataclass(frozen=True, slots=True)
class Cosignature:
    """存下的一行附签。"""

    size: int
    verifier_key: str
    line: str
    cosigned_at: datetime


class SealDesk:
    """一个连接：会话锁、提示、读写都在其上，连接一断，三者同时失去。"""

    def __init__(self, dsn: str) -> None:
        self._conn = psycopg.connect(dsn, autocommit=True)
        self._conn.execute(f"LISTEN {CHANNEL}")

    def lock(self) -> bool:
        """独占封账之职；已有他人则为 False。"""
        row = self._conn.execute(_LOCK).fetchone()
        return row is not None and row[0] is True

    def frame(self) -> Frame | None:
        """建账记录；尚未建账则为 None。"""
        return read_frame(self._conn)

    def count(self) -> int:
        """账上有几件。"""
        return read_counter(self._conn)

    def read(self, position: int, limit: int) -> list[Entry]:
        """自 ``position`` 起至多 ``limit`` 件，按位置排序。"""
        cursor = self._conn.cursor(row_factory=class_row(Entry), binary=True)
        return cursor.execute(_FEED, (position, limit)).fetchall()

    def newest(self) -> Sealed | None:
        """最新一份封账单。"""
        return newest_checkpoint(self._conn)

    def at(self, size: int) -> Sealed | None:
        """某一件数的封账单。"""
        return _one(self._conn.execute(_AT, (size,)).fetchone())

    def after(self, size: int, limit: int) -> list[Sealed]:
        """此后的封账单，按件数。"""
        return checkpoints(self._conn, size, limit)

    def tile(self, level: int, number: int) -> bytes | None:
        """一块砌满的砖；没有则为 None。"""
        return read_tile(self._conn, level, number)

    def seal(self, sealed: Sealed, full: Sequence[Tile]) -> None:
        """存一份封账单与此前砌满的砖，一个事务。

        Raises :class:`LedgerDamaged` ``seal.table_differs`` where something else is there.
        """
        tiles = [(one.level, one.number, one.hashes) for one in full]
        columns = [list(column) for column in zip(*tiles, strict=True)] or [[], [], []]
        proof = b"".join(sealed.proof)
        facts = (sealed.size, sealed.root, sealed.note, sealed.old_size, proof)
        try:
            self._conn.execute(_SEAL, (*facts, *columns))
        except psycopg.IntegrityError as error:
            raise LedgerDamaged("seal.table_differs", {"size": str(sealed.size)}) from error

    def keep_cosignature(self, size: int, verifier_key: str, line: str, at: int) -> bool:
        """记一行附签；已有的不重复。"""
        moment = datetime.fromtimestamp(at, UTC)
        row = self._conn.execute(
            "SELECT ledger.keep_cosignature(%s, %s, %s, %s)", (size, verifier_key, line, moment)
        ).fetchone()
        return row is not None and row[0] is True

    def wait(self, seconds: float) -> None:
        """等一个提示，至多 ``seconds`` 秒。"""
        for _ in self._conn.notifies(timeout=seconds, stop_after=1):
            return

    def close(self) -> None:
        """Closes the connection; the lock goes with it."""
        self._conn.close()


def newest_checkpoint(conn: psycopg.Connection[Any]) -> Sealed | None:
    """最新一份封账单；还没有则为 None。"""
    return _one(conn.execute(_NEWEST).fetchone())


def checkpoints(conn: psycopg.Connection[Any], after: int, limit: int) -> list[Sealed]:
    """``after`` 件之后的封账单，按件数。"""
    return [_sealed(row) for row in conn.execute(_AFTER, (after, limit)).fetchall()]


def cosignatures(conn: psycopg.Connection[Any], after: int = 0) -> list[Cosignature]:
    """``after`` 件之后各封账单的附签，按件数。"""
    return (
        conn.cursor(row_factory=class_row(Cosignature))
        .execute(
            "SELECT size, verifier_key, line, cosigned_at FROM ledger.cosignature"
            " WHERE size > %s ORDER BY size, verifier_key",
            (after,),
        )
        .fetchall()
    )


def walk_checkpoints(conn: psycopg.Connection[Any]) -> Iterator[Sealed]:
    """全部封账单，按件数：服务器端游标，内存有界。"""
    with conn.cursor("checkpoints") as cursor:
        cursor.itersize = _PAGE
        cursor.execute(_AFTER.removesuffix(" LIMIT %s"), (0,))
        yield from map(_sealed, cursor)


def root_at(conn: psycopg.Connection[Any], size: int) -> bytes | None:
    """某一件数的封账单上的树根；没有则为 None。"""
    row = conn.execute("SELECT root FROM ledger.checkpoint WHERE size = %s", (size,)).fetchone()
    return None if row is None else bytes(row[0])


def read_tile(conn: psycopg.Connection[Any], level: int, number: int) -> bytes | None:
    """一块砌满的砖；没有则为 None。"""
    query = "SELECT hashes FROM ledger.tile WHERE level = %s AND number = %s"
    row = conn.execute(query, (level, number)).fetchone()
    return None if row is None else bytes(row[0])


def _one(row: tuple[Any, ...] | None) -> Sealed | None:
    return None if row is None else _sealed(row)


def _sealed(row: tuple[Any, ...]) -> Sealed:
    size, root, note, old_size, proof, sealed_at = row
    joined = bytes(proof)
    hashes = tuple(joined[at : at + WIDTH] for at in range(0, len(joined), WIDTH))
    return Sealed(size, bytes(root), bytes(note), old_size, hashes, sealed_at)
