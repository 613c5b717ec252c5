"""重建：在现行一代旁边另建一代，追平，比对，一行更新即切换；期间旧的照常服务。

Events come from the store, each checked against its leaf. Where the rows of a projection are each
made from one partition key, the keys are shared out among processes, and each reads, checks, folds
and loads its own (binary COPY): nothing but counts passes between them. Memory is bounded: rows
beyond ``MEMORY_ROWS`` are written out.
"""

import multiprocessing
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import partial
from typing import Final, Self

import psycopg

from followers import storage
from followers.delivered import Delivered
from followers.projection import Projection, Row, fold, keys_of
from followers.storage import Connection
from followers.store_feed import Share, StoreFeed
from followers.tables import MEMORY_ROWS, Table
from followers.vouching import Voucher
from ledger.errors import LedgerDamaged, LedgerUnavailable
from ledger.store import read_frame

CHUNK: Final = 2_000
NEAR: Final = 500  # events behind the head at which the switch is tried
SWITCH_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class RebuildOptions:
    """``dsn``: a role that may read events and belongs to the followers (shenguan_project).

    ``workers``: processes, this one included. ``alone``: so many events are built here without
    help, which takes longer to come than to do it. ``memory``: rows kept before they are written
    out. ``is_follower``: the caller holds the follower's lock, so nobody moves the rows served.
    """

    dsn: str
    workers: int = 2
    alone: int = 10_000
    memory: int = MEMORY_ROWS
    is_follower: bool = False


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


class RebuildStopped(Exception):  # noqa: N818 - says what happened, no fault
    """叫停了：新的一代作废，现行的不变。"""


def rebuild(
    options: RebuildOptions, projection: Projection, stop: threading.Event | None = None
) -> Rebuilt:
    """重建一个视图并切换；``stop`` 置位则作废。

    Raises :class:`LedgerDamaged` ``projection.rebuild_differs`` (and leaves everything as it was)
    where the rows served at the same position and version are not what the events say (G7), and
    ``projection.key_shared`` where ``by_partition_key`` is not true; :class:`LedgerError`
    ``follower.running_elsewhere`` beside another rebuild; :class:`projection.FoldFailed` where a
    fold raises; :class:`RebuildStopped`.
    """
    started = time.monotonic()
    with closing(storage.connect(options.dsn)) as conn:
        storage.take_lock(conn, f"rebuild {projection.name}")
        cursor = storage.create_cursor(conn, projection.name, "projection", projection.version)
        table = Table(projection, cursor.generation + 1)
        table.drop(conn)  # of a rebuild that was broken off
        table.create(conn)
        # The generation before the one served: whoever still had its name has long finished.
        Table(projection, cursor.generation - 1).drop(conn)
        target = _Target(options, projection, cursor.generation + 1)
        with _Works(target, stop or threading.Event()) as works:
            works.build(_goal(conn, target))
            while (end := _goal(conn, target)) - works.next > NEAR:
                works.build(end)
            table.index(conn)
            same = _switch(conn, works)
        seconds = time.monotonic() - started
        rows = table.count(conn)
        return Rebuilt(projection.name, target.generation, works.next, rows, seconds, same)


@dataclass(frozen=True, slots=True)
class _Target:
    """What is built: also what a helping process is told."""

    options: RebuildOptions
    projection: Projection
    generation: int


def _is_moved(conn: Connection, target: _Target) -> bool:
    """Whether a runner moves the rows served: it holds the follower's lock."""
    name = target.projection.name
    return not target.options.is_follower and storage.is_locked(conn, name)


def _goal(conn: Connection, target: _Target) -> int:
    """The head; but beside rows that nobody moves, their position, so that they can be compared."""
    cursor = storage.load_cursor(conn, target.projection.name)
    if cursor is None:
        raise LedgerUnavailable("projection.not_built", {"name": target.projection.name})
    is_comparable = cursor.version == target.projection.version and cursor.next_position > 0
    if is_comparable and not _is_moved(conn, target):
        return cursor.next_position
    return storage.head(conn)


def _switch(conn: Connection, works: "_Works") -> bool | None:
    """One row update, at the very position of the generation that is served."""
    target = works.target
    name, version = target.projection.name, target.projection.version
    deadline = time.monotonic() + SWITCH_SECONDS
    while True:
        with conn.transaction():
            served = storage.lock_cursor(conn, name)
            is_moved = _is_moved(conn, target)
            is_level = served.next_position >= works.next
            if is_level or time.monotonic() > deadline or not is_moved:
                works.build(served.next_position if is_moved else _goal(conn, target))
                same = _compare(conn, works, served)
                storage.switch_cursor(conn, name, version, target.generation, works.next)
                return same
        time.sleep(0.02)


def _compare(conn: Connection, works: "_Works", served: storage.Cursor) -> bool | None:
    target = works.target
    if (served.version, served.next_position) != (target.projection.version, works.next):
        return None
    live, built = (Table(target.projection, n) for n in (served.generation, target.generation))
    live.create(conn)  # it may never have run
    if live.digest(conn) != built.digest(conn):
        facts = {"name": served.name, "position": str(works.next)}
        raise LedgerDamaged("projection.rebuild_differs", facts)
    return True


class _Works:
    """This process's part, and the processes that help where there is much to do."""

    def __init__(self, target: _Target, stop: threading.Event) -> None:
        self.target, self.next = target, 0
        self._stop = stop
        self._closing = ExitStack()
        self._whole = self._builder(Share())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.close()

    def _builder(self, share: Share) -> "_Builder":
        return self._closing.enter_context(closing(_Builder(self.target, share)))

    def build(self, after: int) -> None:
        """自 ``next`` 至 ``after`` 前，全部推入表中。"""
        options, projection = self.target.options, self.target.projection
        if after <= self.next:
            return
        is_shared = projection.by_partition_key and options.workers > 1
        if is_shared and after - self.next > options.alone:
            found = self._build_shared(after)
        else:
            found = self._whole.build(self.next, after, self._stop)
        if found != after - self.next:
            raise LedgerDamaged("follower.position_missing", {"position": str(self.next)})
        self.next = after

    def _build_shared(self, after: int) -> int:
        helpers = self.target.options.workers - 1
        with ProcessPoolExecutor(helpers, multiprocessing.get_context("spawn")) as pool:
            shares = [Share(number, helpers + 1) for number in range(helpers + 1)]
            helped = [pool.submit(_help, self.target, one, self.next, after) for one in shares[1:]]
            with closing(_Builder(self.target, shares[0])) as builder:
                found = builder.build(self.next, after, self._stop)
            return found + sum(one.result() for one in helped)


def _help(target: _Target, share: Share, first: int, after: int) -> int:
    with closing(_Builder(target, share)) as builder:
        return builder.build(first, after, threading.Event())


class _Builder:
    """Folds one share of the keys, chunk by chunk; rows stay in memory until there are too many."""

    def __init__(self, target: _Target, share: Share) -> None:
        dsn, self._projection = target.options.dsn, target.projection
        self._share, self._limit = share, target.options.memory // share.of
        self._table = Table(self._projection, target.generation)
        self._rows: dict[str, Row | None] = {}
        self._owners: dict[str, str] = {}
        self._has_written = False
        with ExitStack() as closing_all:
            self._conn = closing_all.enter_context(closing(storage.connect(dsn)))
            self._store = closing_all.enter_context(closing(StoreFeed(dsn)))
            frame = read_frame(self._conn)
            if frame is None:
                raise LedgerUnavailable("ledger.not_created")
            text = partial(storage.schema_text, self._conn)
            self._voucher = Voucher(frame.hash, text, self._projection.reads)
            self._closing = closing_all.pop_all()

    def close(self) -> None:
        self._closing.close()

    def build(self, first: int, after: int, stop: threading.Event) -> int:
        """The number of events that lie in its share."""
        self._has_written = first > 0
        found = 0
        for start in range(first, after, CHUNK):
            if stop.is_set():
                raise RebuildStopped
            entries = self._store.read_share(start, min(start + CHUNK, after), self._share)
            self._take(self._voucher.vouch(entries, [entry.leaf_hash for entry in entries]))
            found += len(entries)
            if len(self._rows) > self._limit:
                self._write()
        self._write()
        return found

    def _take(self, delivered: list[Delivered]) -> None:
        if self._share.of > 1:
            self._check_owners(delivered)
        if self._has_written:
            absent = keys_of(self._projection, delivered) - self._rows.keys()
            self._rows |= self._table.load(self._conn, sorted(absent))
        self._rows |= fold(self._projection, self._rows, delivered)

    def _check_owners(self, delivered: list[Delivered]) -> None:
        for one in delivered:
            for key in self._projection.keys(one):
                if self._owners.setdefault(key, one.key) != one.key:
                    raise self._shared(key)

    def _write(self) -> None:
        """Writes the rows out and forgets them."""
        try:
            with self._conn.transaction():
                if self._has_written:
                    self._table.save(self._conn, dict.fromkeys(self._rows))
                kept = ((key, row) for key, row in self._rows.items() if row is not None)
                self._table.copy_in(self._conn, kept)
        except psycopg.errors.UniqueViolation as error:
            raise self._shared(str(error.diag.message_detail)) from error
        self._has_written, self._rows, self._owners = True, {}, {}

    def _shared(self, key: str) -> LedgerDamaged:
        return LedgerDamaged("projection.key_shared", {"name": self._projection.name, "key": key})
