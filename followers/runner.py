"""跟随者的运行：一组共用一路，一件只译一次，各自推进；有疑全组停下。

Projections are one group and supervisors another, so that a command that waits for the ledger never
holds up what people look at. A group goes at the pace of its slowest member.
"""

import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from contextlib import closing as ended
from dataclasses import dataclass
from functools import partial
from typing import Final, Self

import psycopg
import structlog

from followers import storage
from followers.checked import Checked, check
from followers.kafka_feed import KafkaFeed
from followers.members import (
    Execute,
    Member,
    ProjectionMember,
    SupervisorMember,
    take_together,
)
from followers.projection import Projection
from followers.source import Source
from followers.store_feed import StoreFeed
from followers.supervisor import Supervisor
from followers.vouching import Voucher
from ledger.clock import LedgerClock
from ledger.errors import LedgerDamaged, LedgerUnavailable
from ledger.outbox import lanes_of
from ledger.store import read_frame

log: Final = structlog.get_logger()
BATCH: Final = 500
WAIT_SECONDS: Final = 0.2
TICK_SECONDS: Final = 0.25
RECONNECT_SECONDS: Final = 0.5


@dataclass(frozen=True, slots=True)
class FollowerOptions:
    """跟随者的参数。

    ``dsn``: a role that reads leaves but no event value. ``store_dsn``: a role that may read events,
    for the time when Kafka is silent; None means Kafka only. ``execute`` hands commands to the ledger,
    in order; None where there are no supervisors.
    """

    dsn: str
    bootstrap: str
    store_dsn: str | None = None
    execute: Execute | None = None


def run_followers(
    options: FollowerOptions,
    projections: Sequence[Projection],
    supervisors: Sequence[Supervisor],
    stop: threading.Event,
) -> None:
    """运行全部跟随者，直到 ``stop`` 或全部停下。

    Raises the first :class:`ledger.errors.LedgerError` of a group: ``follower.running_elsewhere``,
    or a :class:`LedgerDamaged` that names the position.
    """
    store = options.store_dsn
    kinds: list[list[Member]] = [[ProjectionMember(one, store) for one in projections]]
    if options.execute is not None:
        kinds.append([SupervisorMember(one, options.execute) for one in supervisors])
    groups = [Group(options, members, stop) for members in kinds if members]
    for group in groups:
        group.start()
    for group in groups:
        group.join()
    for group in groups:
        if group.error is not None:
            raise group.error


class Group(threading.Thread):
    """共用一路的一组跟随者。``error`` holds what ended it."""

    def __init__(
        self, options: FollowerOptions, members: Sequence[Member], stop: threading.Event
    ) -> None:
        super().__init__(name=f"followers-{members[0].kind}", daemon=True)
        self.error: Exception | None = None
        self._options, self._members, self._stopped = options, members, stop

    def run(self) -> None:
        """连接断了就重连，从各自的进度再来；别的错误结束全体。"""
        try:
            while not self._stopped.is_set():
                try:
                    with _Session(self._options, self._members) as session:
                        session.run(self._stopped)
                except (psycopg.OperationalError, LedgerUnavailable, storage.CursorMoved) as error:
                    log.warning("follower.again", group=self.name, error=repr(error))
                    self._stopped.wait(RECONNECT_SECONDS)
        except Exception as error:
            log.exception("follower.group_ended", group=self.name)
            self.error = error
            self._stopped.set()
        finally:
            for member in self._members:
                if isinstance(member, ProjectionMember):
                    member.close()


class _Session:
    """From one connection to the loss of it."""

    def __init__(self, options: FollowerOptions, members: Sequence[Member]) -> None:
        self._options, self._members = options, members
        self._closing = ExitStack()
        self._ticked = 0.0

    def __enter__(self) -> Self:
        with self._closing as closing:  # what is open is closed again if opening fails halfway
            self._open(closing)
            self._closing = closing.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.close()

    def _open(self, closing: ExitStack) -> None:
        options = self._options
        self._conn = closing.enter_context(ended(storage.connect(options.dsn)))
        frame = read_frame(self._conn)
        if frame is None:
            raise LedgerUnavailable("ledger.not_created")
        for member in self._members:
            member.open(self._conn)
        first = min(self._running() or self._awake(), key=lambda member: member.next)
        kafka = KafkaFeed(
            options.bootstrap, frame.origin, lanes_of(frame), first.next, first.cursor.offsets
        )
        closing.enter_context(ended(kafka))
        kafka.start()
        store = StoreFeed(options.store_dsn) if options.store_dsn else None
        if store is not None:
            closing.enter_context(ended(store))
        self._clock = LedgerClock(options.dsn)
        closing.enter_context(ended(self._clock))
        self._source = Source(kafka, store, lambda: storage.head(self._conn), time.monotonic)
        reads = frozenset[str]().union(*(member.reads for member in self._members))
        self._voucher = Voucher(frame.hash, partial(storage.schema_text, self._conn), reads)

    def run(self, stop: threading.Event) -> None:
        """Until stopped. Raises :class:`LedgerDamaged`, ``follower.all_halted`` among others."""
        try:
            while not stop.is_set():
                self._await_raised()
                if self._running():
                    self._step()
                else:
                    stop.wait(WAIT_SECONDS)
        except LedgerDamaged as doubt:
            for member in self._members:
                if not member.halted:
                    storage.halt(self._conn, member.name, doubt.code, doubt.facts)
            raise

    def _awake(self) -> list[Member]:
        """Raises :class:`LedgerDamaged` ``follower.all_halted``."""
        if all(member.halted for member in self._members):
            raise LedgerDamaged("follower.all_halted")
        return [member for member in self._members if not member.halted]

    def _running(self) -> list[Member]:
        return [one for one in self._awake() if one not in self._raising()]

    def _raising(self) -> list[ProjectionMember]:
        found = (one for one in self._members if isinstance(one, ProjectionMember))
        return [one for one in found if one.is_raising]

    def _await_raised(self) -> None:
        """A version that has been built begins with a new session, all cursors read afresh."""
        for member in self._raising():
            if member.raised(self._conn):
                raise storage.CursorMoved([member.name], member.next)

    def _step(self) -> None:
        position = min(member.next for member in self._running())
        batch = self._source.next_batch(position, BATCH, WAIT_SECONDS)
        if batch is not None:
            self._take(check(self._conn, self._voucher, batch))
        self._tick()

    def _take(self, checked: Checked) -> None:
        behind = [member for member in self._running() if member.next < checked.after]
        projections = [one for one in behind if isinstance(one, ProjectionMember)]
        if projections:
            take_together(self._conn, projections, checked)
        for member in behind:
            if isinstance(member, SupervisorMember):
                member.take(self._conn, checked)

    def _tick(self) -> None:
        """Timers and parked events, a few times a second."""
        if time.monotonic() - self._ticked < TICK_SECONDS:
            return
        self._ticked = time.monotonic()
        for member in self._running():
            if isinstance(member, SupervisorMember):
                member.retry(self._conn, self._voucher)
                if member.next == storage.head(self._conn):
                    member.fire(self._clock.now())
