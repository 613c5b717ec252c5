"""一波：一批里互不相干、可以一并办的几件；读到的底册，仍是逐件办时每件之前的样子。

An event with commands is not settled until they are answered: refused, it is parked and changes no
row. Whatever would have to know that — an event that shares a key with it, or reads a row of its
keys — begins the next wave. So a wave does to the rows what one event after the other does.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import psycopg

from followers.delivered import Delivered
from followers.parking import Kept, StoredRows, kept
from followers.supervisor import Command, Reaction, Rows, StateRow, Supervisor


@dataclass(frozen=True, slots=True)
class Pending:
    """有命令的一件：答复未到，它的键就未定。"""

    one: Delivered
    keys: tuple[str, ...]
    rows: Mapping[str, Kept | None]
    commands: tuple[Command, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """要停放的一件；``reason`` 为 None 只是排队。"""

    one: Delivered
    keys: tuple[str, ...]
    reason: str | None
    facts: Mapping[str, str]


class Wave:
    """一波。``pending``, ``held`` and ``changed`` are what it comes to.

    ``alone``: an event with commands is a wave of its own.
    """

    def __init__(
        self,
        supervisor: Supervisor,
        stored: StoredRows,
        blocked: frozenset[str],
        *,
        alone: bool = False,
    ) -> None:
        self.pending: list[Pending] = []
        self.held: list[Held] = []
        self.changed: dict[str, Kept | None] = {}
        self._supervisor, self._alone, self._taken = supervisor, alone, 0
        self._blocked = set(blocked)
        self._undecided: set[str] = set()
        self._rows = _Rows(stored, self.changed, self._undecided)

    def take(self, one: Delivered) -> bool:
        """收进这一波；False：它要看的还没有定，留给下一波。"""
        if self._alone and self.pending:
            return False
        keys: tuple[str, ...] = (one.key,)
        try:
            keys = self._supervisor.keys(one)
            if not self._undecided.isdisjoint(keys):
                return False
            if not self._blocked.isdisjoint(keys):
                self._hold(Held(one, keys, None, {}))
            else:
                self._settle(one, keys, judged(self._supervisor, self._rows, one, keys))
        except _NotYet:
            return False
        except psycopg.Error:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, it concerns this case only
            self._hold(Held(one, keys, "follower.react_failed", {"error": repr(error)[:200]}))
        self._taken += 1
        return True

    def _settle(self, one: Delivered, keys: tuple[str, ...], reaction: Reaction) -> None:
        rows = kept(reaction.rows)
        if reaction.commands and self._alone and self._taken:
            raise _NotYet
        if reaction.commands:
            self.pending.append(Pending(one, keys, rows, reaction.commands))
            self._undecided.update(keys)
        else:
            self.changed.update(rows)

    def _hold(self, held: Held) -> None:
        self.held.append(held)
        self._blocked.update(held.keys)


def judged(supervisor: Supervisor, rows: Rows, one: Delivered, keys: tuple[str, ...]) -> Reaction:
    """消费者对一件事的反应。Raises ValueError where it would change rows outside its keys."""
    reaction = supervisor.react(rows, one)
    if foreign := reaction.rows.keys() - set(keys):
        raise ValueError(f"rows outside its keys: {', '.join(sorted(foreign))}")
    return reaction


class _NotYet(Exception):  # noqa: N818 - says when, no fault
    """What is asked for is not settled: the event belongs to the next wave."""


class _Rows:
    """What is stored, and what this wave has settled; to list is for the first of a wave only."""

    def __init__(
        self,
        stored: StoredRows,
        changed: Mapping[str, Kept | None],
        undecided: set[str],
    ) -> None:
        self._stored, self._changed, self._undecided = stored, changed, undecided

    def get(self, key: str) -> StateRow | None:
        if key in self._undecided:
            raise _NotYet
        if key not in self._changed:
            return self._stored.get(key)
        row = self._changed[key]
        return None if row is None else row.value()

    def scan(self, prefix: str) -> Iterator[tuple[str, StateRow]]:
        self._must_be_stored()
        return self._stored.scan(prefix)

    def due(self, now: datetime) -> Iterator[tuple[str, StateRow]]:
        self._must_be_stored()
        return self._stored.due(now)

    def _must_be_stored(self) -> None:
        if self._changed or self._undecided:
            raise _NotYet
