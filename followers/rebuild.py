"""重建：在现行一代旁边另建一代，追平，比对，一行更新即切换；期间旧的照常服务。

Events are read, checked against their leaf and decoded in worker processes; this process folds and
loads rows by binary COPY. Memory is bounded: rows beyond ``MEMORY_ROWS`` are written out.
"""

import multiprocessing
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Final, Self

from followers import storage
from followers.delivered import Delivered
from followers.projection import Projection, Row, fold, keys_of
from followers.storage import Connection
from followers.store_feed import StoreFeed
from followers.tables import MEMORY_ROWS, Table
from followers.vouching import Voucher
from ledger.errors import LedgerDamaged, LedgerUnavailable
from ledger.store import read_frame

CHUNK: Final = 2_000
NEAR: Final = 500  # events behind the head at which the switch is tried
SWITCH_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class RebuildOptions:
    """``dsn``: a role that may read events and belongs to the followers (shenguan_project)."""

    dsn: str
    workers: int = 2


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """重建的结果。``same``: rebuilt rows equal the served ones; None if these had another version
    or position and could not be compared.
    """

    name: str
    generation: int
    next_position: int
    rows: int
    seconds: float
    same: bool | None


def rebuild(options: RebuildOptions, projection: Projection) -> Rebuilt:
    """重建一个视图并切换。

    Raises :class:`LedgerDamaged` ``projection.rebuild_differs`` (and leaves everything as it was)
    where the rows served at the same position and version are not what the events say (G7);
    :class:`projection.FoldFailed` where a fold raises.
    """
    started = time.monotonic()
    with closing(storage.connect(options.dsn)) as conn:
        cursor = storage.create_cursor(conn, projection.name, "projection", projection.version)
        table = Table(projection, cursor.generation + 1)
        table.drop(conn)  # of a rebuild that was broken off
        table.create(conn)
        # The generation before the one served: whoever still had its name has long finished.
        Table(projection, cursor.generation - 1).drop(conn)
        builder = _Builder(conn, projection, table)
        with _Decoders(options, projection.reads) as decoders:
            target = _target(conn, projection)
            while target - builder.next > 0:
                builder.take_all(decoders.chunks(builder.next, target))
                target = _target(conn, projection) if target - builder.next > NEAR else target
            builder.flush()
            same = _switch(conn, builder, decoders)
        rows, _ = table.digest(conn)
        seconds = time.monotonic() - started
        return Rebuilt(projection.name, cursor.generation + 1, builder.next, rows, seconds, same)


def _is_served(conn: Connection, name: str) -> bool:
    """Whether a runner holds the follower's lock."""
    row = conn.execute(
        "SELECT pg_try_advisory_lock(hashtext('shenguan.follower'), hashtext(%s))", (name,)
    ).fetchone()
    if row is None or row[0] is not True:
        return True
    conn.execute("SELECT pg_advisory_unlock(hashtext('shenguan.follower'), hashtext(%s))", (name,))
    return False


def _target(conn: Connection, projection: Projection) -> int:
    """The head; but beside rows that nobody moves, their position, so that they can be compared."""
    cursor = storage.load_cursor(conn, projection.name)
    if cursor is None:
        raise LedgerUnavailable("projection.not_built", {"name": projection.name})
    is_comparable = cursor.version == projection.version and cursor.next_position > 0
    if is_comparable and not _is_served(conn, projection.name):
        return cursor.next_position
    return storage.head(conn)


def _switch(conn: Connection, builder: "_Builder", decoders: "_Decoders") -> bool | None:
    """One row update, at the very position of the generation that is served."""
    name = builder.projection.name
    deadline = time.monotonic() + SWITCH_SECONDS
    while True:
        with conn.transaction():
            served = storage.lock_cursor(conn, name)
            is_level = served.next_position >= builder.next
            if is_level or time.monotonic() > deadline or not _is_served(conn, name):
                builder.take_all(decoders.chunks(builder.next, served.next_position))
                builder.flush()
                same = _compare(conn, builder, served)
                storage.switch_cursor(
                    conn, name, builder.projection.version, served.generation + 1, builder.next
                )
                return same
        time.sleep(0.02)


def _compare(conn: Connection, builder: "_Builder", served: storage.Cursor) -> bool | None:
    if (served.version, served.next_position) != (builder.projection.version, builder.next):
        return None
    live = Table(builder.projection, served.generation)
    live.create(conn)  # it may never have run
    if live.digest(conn) != builder.table.digest(conn):
        facts = {"name": served.name, "position": str(builder.next)}
        raise LedgerDamaged("projection.rebuild_differs", facts)
    return True


class _Builder:
    """Folds chunk by chunk; rows stay in memory until there are too many."""

    def __init__(self, conn: Connection, projection: Projection, table: Table) -> None:
        self.projection, self.table, self.next = projection, table, 0
        self._conn = conn
        self._rows: dict[str, Row | None] = {}
        self._columns = [column.name for column in projection.columns]
        self._is_spilled = False

    def take_all(self, chunks: Iterator[tuple[list[Delivered], int]]) -> None:
        for delivered, after in chunks:
            self._take(delivered)
            self.next = after
            if len(self._rows) > MEMORY_ROWS:
                self.flush()

    def _take(self, delivered: list[Delivered]) -> None:
        if self._is_spilled:
            absent = keys_of(self.projection, delivered) - self._rows.keys()
            self._rows |= self.table.load(self._conn, sorted(absent))
        for key, row in fold(self.projection, self._rows, delivered).items():
            self._rows[key] = row and {name: row.get(name) for name in self._columns}

    def flush(self) -> None:
        """Writes the rows out and forgets them."""
        with self._conn.transaction():
            if self._is_spilled:
                self.table.save(self._conn, dict.fromkeys(self._rows))
            kept = ((key, row) for key, row in self._rows.items() if row is not None)
            self.table.copy_in(self._conn, kept)
        self._is_spilled, self._rows = True, {}


# -- worker processes


class _Worker:
    """What one worker process keeps open."""

    current: ClassVar["_Worker"]

    def __init__(self, dsn: str, reads: frozenset[str]) -> None:
        self._store = StoreFeed(dsn)
        self._conn = storage.connect(dsn)
        frame = read_frame(self._conn)
        if frame is None:
            raise LedgerUnavailable("ledger.not_created")
        text = partial(storage.schema_text, self._conn)
        self._voucher = Voucher(frame.hash, text, reads)

    def decode(self, first: int, after: int) -> list[Delivered]:
        entries = self._store.read(first, after - first)
        if len(entries) != after - first:
            raise LedgerDamaged("follower.position_missing", {"position": str(first)})
        return self._voucher.vouch(entries, [entry.leaf_hash for entry in entries])


def _start_worker(dsn: str, reads: frozenset[str]) -> None:
    _Worker.current = _Worker(dsn, reads)


def _decode(first: int, after: int) -> list[Delivered]:
    return _Worker.current.decode(first, after)


class _Decoders:
    """The pool; chunks come back in order, a few are under way at a time."""

    def __init__(self, options: RebuildOptions, reads: frozenset[str]) -> None:
        self._ahead = options.workers + 2
        self._pool = ProcessPoolExecutor(
            options.workers,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_start_worker,
            initargs=(options.dsn, reads),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def chunks(self, first: int, after: int) -> Iterator[tuple[list[Delivered], int]]:
        under_way: deque[tuple[Future[list[Delivered]], int]] = deque()
        starts = iter(range(first, after, CHUNK))
        while True:
            while len(under_way) < self._ahead and (start := next(starts, None)) is not None:
                end = min(start + CHUNK, after)
                under_way.append((self._pool.submit(_decode, start, end), end))
            if not under_way:
                return
            future, end = under_way.popleft()
            yield future.result(), end
