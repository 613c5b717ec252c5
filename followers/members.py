"""成员：一个视图或一个监管消费者，怎样吃下一批、怎样停下。"""

import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final, TypeAlias

import psycopg
import structlog

from followers.checked import Checked
from followers.delivered import Delivered
from followers.parking import Parked, ParkingLot, StoredRows, entry_from_json, kept
from followers.projection import FoldFailed, Projection, fold, keys_of
from followers.rebuild import RebuildOptions, rebuild
from followers.storage import (
    Connection,
    Cursor,
    CursorMoved,
    advance,
    create_cursor,
    halt,
    leaves,
    restart_cursor,
    take_lock,
)
from followers.supervisor import Command, Supervisor, command_id
from followers.tables import Table
from followers.vouching import Voucher
from followers.waves import Held, Pending, Wave, judged
from ledger.application import Outcome, OutcomeKind, Request
from ledger.errors import LedgerError, LedgerUnavailable

log: Final = structlog.get_logger()

TIMERS: Final = 256  # commands of timers that are asked together
Execute: TypeAlias = Callable[[Sequence[Request]], Sequence[Outcome]]
Facts: TypeAlias = Mapping[str, str]

# What a row that no table takes may raise; it halts the projection it belongs to.
HALTING: Final = (
    psycopg.DataError,
    psycopg.ProgrammingError,
    psycopg.IntegrityError,
    ValueError,
    TypeError,
)


class Member(ABC):
    """一个跟随者。``next`` 是它要的下一个位置；停下的不再前进，其余照走。"""

    kind: str

    def __init__(self, name: str, version: int, reads: frozenset[str]) -> None:
        self.name, self.version, self.reads = name, version, reads
        self.halted = False
        self._cursor: Cursor | None = None
        self.next = 0

    @property
    def cursor(self) -> Cursor:
        """The cursor as it was at :meth:`open`."""
        if self._cursor is None:
            raise RuntimeError(f"{self.name} is not open")
        return self._cursor

    def open(self, conn: Connection) -> None:
        """取得独占，读出进度；版本变了就从头再来。

        Raises :class:`ledger.errors.LedgerError` ``follower.running_elsewhere``.
        """
        take_lock(conn, self.name)
        cursor = create_cursor(conn, self.name, self.kind, self.version)
        if cursor.version > self.version:  # a newer programme has been here: leave its rows alone
            facts = {"version": str(cursor.version), "ours": str(self.version)}
            self._halt(conn, "follower.newer_version", facts)
        elif cursor.version < self.version:
            cursor = self._raise_version(conn, cursor)
        self._cursor, self.next = cursor, cursor.next_position
        self._opened(conn)

    def take(self, conn: Connection, checked: Checked) -> None:
        """吃下一批。Raises ``psycopg.OperationalError``, ``CursorMoved``; anything else halts it."""
        try:
            self._take(conn, checked)
        except FoldFailed as failed:
            self._halt(conn, "follower.fold_failed", failed.facts)
        except HALTING as error:
            facts = {"position": str(self.next), "error": repr(error)[:200]}
            self._halt(conn, "follower.row_refused", facts)

    @abstractmethod
    def _raise_version(self, conn: Connection, cursor: Cursor) -> Cursor: ...
    @abstractmethod
    def _opened(self, conn: Connection) -> None: ...
    @abstractmethod
    def _take(self, conn: Connection, checked: Checked) -> None: ...

    def _halt(self, conn: Connection, code: str, facts: Facts) -> None:
        log.error("follower.halted", follower=self.name, code=code, **facts)
        halt(conn, self.name, code, facts)
        self.halted = True


class Raising(threading.Thread):
    """一个视图的新版本，在旁边建；``error`` holds what ended it, None once it is switched to."""

    def __init__(self, options: RebuildOptions, projection: Projection) -> None:
        super().__init__(name=f"raising-{projection.name}", daemon=True)
        self.error: Exception | None = None
        self._options, self._projection = options, projection
        self._stopped = threading.Event()

    def run(self) -> None:
        """重建。"""
        try:
            built = rebuild(self._options, self._projection, self._stopped)
            log.info("follower.raised", follower=built.name, generation=built.generation)
        except Exception as error:  # noqa: BLE001 - judged by whoever waits for it
            self.error = error

    def end(self) -> None:
        """叫停，等它停下。"""
        self._stopped.set()
        self.join()


class ProjectionMember(Member):
    """一个视图。"""

    kind = "projection"

    def __init__(self, projection: Projection, store_dsn: str | None) -> None:
        super().__init__(projection.name, projection.version, projection.reads)
        self._projection, self._store_dsn = projection, store_dsn
        self._table = Table(projection, 0)
        self._raising: Raising | None = None

    def _raise_version(self, conn: Connection, cursor: Cursor) -> Cursor:
        """The rows of the old version are served, standing still, until the new ones are level."""
        if self._store_dsn is None:
            facts = {"version": str(cursor.version), "ours": str(self.version)}
            self._halt(conn, "follower.rebuild_needed", facts)
        elif not self.is_raising:
            self._start_raising(self._store_dsn)
        return cursor

    def _start_raising(self, dsn: str) -> None:
        options = RebuildOptions(dsn, workers=1, is_follower=True)
        self._raising = Raising(options, self._projection)
        self._raising.start()

    @property
    def is_raising(self) -> bool:
        """新版本正在旁边建，此间不吃新件。"""
        return self._raising is not None

    def raised(self, conn: Connection) -> bool:
        """新版本是否刚刚建成并已切换；建不成的，停下。

        Raises what ended it, if that was the connection or the ledger itself.
        """
        if self._raising is None or self._raising.is_alive():
            return False
        ended, self._raising = self._raising.error, None
        if isinstance(ended, LedgerError) and ended.code == "follower.running_elsewhere":
            raise LedgerUnavailable(
                ended.code, ended.facts
            ) from ended  # somebody rebuilds it: wait
        if isinstance(ended, FoldFailed):
            self._halt(conn, "follower.fold_failed", ended.facts)
        elif isinstance(ended, HALTING):
            self._halt(conn, "follower.row_refused", {"error": repr(ended)[:200]})
        elif ended is not None:
            raise ended
        return ended is None

    def close(self) -> None:
        """建到一半的作废。"""
        if self._raising is not None:
            self._raising.end()
            self._raising = None

    def _opened(self, conn: Connection) -> None:
        if self.cursor.version != self.version:
            return
        self._table = Table(self._projection, self.cursor.generation)
        self._table.create(conn)
        self._table.index(conn)

    def _take(self, conn: Connection, checked: Checked) -> None:
        with conn.transaction():
            self.write(conn, checked)
            advance(conn, [self.cursor], self.next, checked.end)
        self.next = checked.after

    def write(self, conn: Connection, checked: Checked) -> None:
        """把一批推入表中，在调用者的事务里；进度由调用者推进。"""
        if relevant := checked.relevant(self.next, self.reads):
            rows = self._table.load(conn, sorted(keys_of(self._projection, relevant)))
            self._table.save(conn, fold(self._projection, rows, relevant))


def take_together(conn: Connection, members: Sequence[ProjectionMember], checked: Checked) -> None:
    """几个视图一个事务吃下一批；有一个吃不下，便各吃各的，由它独自停下。

    Raises as :meth:`Member.take`.
    """
    first = members[0].next
    if any(member.next != first for member in members):
        _take_each(conn, members, checked)
        return
    try:
        with conn.transaction():
            for member in members:
                member.write(conn, checked)
            advance(conn, [member.cursor for member in members], first, checked.end)
    except (FoldFailed, *HALTING):
        _take_each(conn, members, checked)
    else:
        for member in members:
            member.next = checked.after


def _take_each(conn: Connection, members: Sequence[ProjectionMember], checked: Checked) -> None:
    for member in members:
        member.take(conn, checked)


class SupervisorMember(Member):
    """一个监管消费者：命令先入账，进度后推进；办不成的停放，不跳过。

    Events whose outcome does not depend on each other go in one wave: their commands in a few
    commits, their rows and the cursor in one transaction.
    """

    kind = "supervisor"

    def __init__(self, supervisor: Supervisor, execute: Execute) -> None:
        super().__init__(supervisor.name, supervisor.version, supervisor.reads)
        self._supervisor, self._execute = supervisor, execute
        self._fired: set[str] = set()
        self._blocked: frozenset[str] = frozenset()
        self._offsets: Mapping[str, int] = {}

    def _raise_version(self, conn: Connection, cursor: Cursor) -> Cursor:
        with conn.transaction():
            restart_cursor(conn, self.name, self.version, cursor.generation + 1)
            StoredRows(conn, self.name).clear()
        return create_cursor(conn, self.name, self.kind, self.version)

    def _opened(self, conn: Connection) -> None:
        self._rows = StoredRows(conn, self.name)
        self._lot = ParkingLot(conn, self.name)
        self._blocked = self._lot.blocked()
        self._offsets = self.cursor.offsets

    # -- events

    def _take(self, conn: Connection, checked: Checked) -> None:
        """In waves; where a command raises, once more with one at a time, up to the one that does."""
        try:
            self._take_in_waves(conn, checked)
        except (LedgerUnavailable, CursorMoved, psycopg.OperationalError):
            raise
        except Exception as error:  # noqa: BLE001 - it comes again, from the event it concerns
            log.warning("follower.one_by_one", follower=self.name, error=repr(error)[:200])
            self._take_in_waves(conn, checked, alone=True)

    def _take_in_waves(self, conn: Connection, checked: Checked, *, alone: bool = False) -> None:
        waiting = deque(checked.relevant(self.next, self.reads))
        self._rows.fetch(self._keys_of(waiting))
        while self.next < checked.after:
            wave = self._wave(waiting, alone=alone)
            refused = self._perform(wave.pending)
            after = waiting[0].position if waiting else checked.after
            offsets = self._offsets if waiting else checked.offsets
            with conn.transaction():
                blocked = self._settle(wave, refused)
                advance(conn, [self.cursor], self.next, checked.progress(after, offsets))
            self.next, self._blocked = after, self._blocked | blocked
        self._offsets = checked.offsets

    def _keys_of(self, waiting: Iterable[Delivered]) -> set[str]:
        found: set[str] = set()
        for one in waiting:
            with suppress(Exception):  # it is parked when its turn comes
                found.update(self._supervisor.keys(one))
        return found

    def _wave(self, waiting: deque[Delivered], *, alone: bool) -> Wave:
        wave = Wave(self._supervisor, self._rows, self._blocked, alone=alone)
        while waiting and wave.take(waiting[0]):
            waiting.popleft()
        return wave

    def _settle(self, wave: Wave, refused: Mapping[int, tuple[str, Facts]]) -> frozenset[str]:
        """Writes what the wave came to; the keys that are blocked from now on."""
        held = list(wave.held)
        for asked in wave.pending:
            if found := refused.get(asked.one.position):
                held.append(Held(asked.one, asked.keys, *found))
            else:
                wave.changed.update(asked.rows)
        self._rows.write(wave.changed)
        for one in sorted(held, key=lambda held: held.one.position):
            self._park(one)
        return frozenset(key for one in held for key in one.keys)

    def _park(self, held: Held) -> None:
        if held.reason:
            position = held.one.position
            log.error("follower.parked", follower=self.name, position=position, reason=held.reason)
        self._lot.park(held.one.entry, held.keys, held.reason, held.facts)

    # -- commands

    def _perform(self, pending: Sequence[Pending]) -> dict[int, tuple[str, Facts]]:
        """By position, the refusals that nobody expected. All first commands together, then all
        second ones …: an event's next command is asked only when the one before went well.
        """
        refused: dict[int, tuple[str, Facts]] = {}
        for turn in range(max((len(one.commands) for one in pending), default=0)):
            asked = [
                (one.one, one.commands[turn])
                for one in pending
                if turn < len(one.commands) and one.one.position not in refused
            ]
            requests = [self._request(command, one, 0) for one, command in asked]
            for (one, command), outcome in zip(asked, self._execute(requests), strict=True):
                if not _is_expected(outcome, command):
                    refused[one.position] = (str(outcome.code), outcome.facts)
        return refused

    def _execute_all(
        self, commands: tuple[Command, ...], source: Delivered | None, attempts: int
    ) -> tuple[str, Facts] | None:
        """None, or the refusal that nobody expected."""
        for command in commands:
            outcome = self._tried(command, source, attempts)
            if not _is_expected(outcome, command):
                return str(outcome.code), outcome.facts
        return None

    def _tried(self, command: Command, source: Delivered | None, attempts: int) -> Outcome:
        """A refusal is an answer for ever: a released key asks again under a new id."""
        outcome = None
        for revision in range(attempts + 1):
            (outcome,) = self._execute([self._request(command, source, revision)])
            if _is_expected(outcome, command):
                break
        if outcome is None:
            raise ValueError(attempts)
        return outcome

    def _request(self, command: Command, source: Delivered | None, revision: int) -> Request:
        event_id = source.meta.event_id if source else None
        return Request(
            command.act,
            command.actor,
            command_id(self.name, event_id, command.purpose, revision),
            source.meta.correlation_id if source else None,
            event_id,
        )

    # -- parked and timed

    def retry(self, conn: Connection, voucher: Voucher) -> None:
        """放行的、排到的，依次再办。Raises :class:`ledger.errors.LedgerDamaged`."""
        while self._blocked and (parked := self._lot.next_ready()) and parked.entry:
            entry = entry_from_json(parked.entry)
            vouched = voucher.vouch([entry], leaves(conn, entry.position, entry.position + 1))
            self._retry_one(conn, parked, vouched[0])
            self._blocked = self._lot.blocked()

    def _retry_one(self, conn: Connection, parked: Parked, one: Delivered) -> None:
        try:
            reaction = judged(self._supervisor, self._rows, one, tuple(parked.keys))
            rows = kept(reaction.rows)
        except psycopg.Error:
            raise
        except Exception as error:  # noqa: BLE001 - as in a wave
            self._lot.failed(parked, "follower.react_failed", {"error": repr(error)[:200]})
            return
        refused = self._execute_all(reaction.commands, one, parked.attempts)
        with conn.transaction():
            if refused:
                self._lot.failed(parked, *refused)
            else:
                self._rows.write(rows)
                self._lot.done(parked)

    def fire(self, now: datetime) -> None:
        """到期的命令：同一（期限、修订、到期日）只提一次。"""
        if self._supervisor.due is None:
            return
        parked = self._lot.timers()
        fresh: list[Command] = []
        for command in self._supervisor.due(now, self._rows):
            held = parked.get(command.purpose)
            if held is None and command.purpose not in self._fired:
                fresh.append(command)
            elif held is not None and held.reason is None:
                self._fire_again(command, held)
        for first in range(0, len(fresh), TIMERS):
            self._fire(fresh[first : first + TIMERS])

    def _fire(self, commands: Sequence[Command]) -> None:
        outcomes = self._execute([self._request(command, None, 0) for command in commands])
        for command, outcome in zip(commands, outcomes, strict=True):
            self._fired.add(command.purpose)
            if not _is_expected(outcome, command):
                code = str(outcome.code)
                self._lot.park_timer(command.key, command.purpose, code, outcome.facts)

    def _fire_again(self, command: Command, held: Parked) -> None:
        if refused := self._execute_all((command,), None, held.attempts):
            self._lot.failed(held, *refused)
        else:
            self._lot.done(held)


def _is_expected(outcome: Outcome, command: Command) -> bool:
    return outcome.kind is not OutcomeKind.REFUSED or outcome.code in command.expected
