"""监管消费者：看到一件事，办该办的事；只向账本提出命令，从不代人决定。

A supervisor decides from the event and its *own* rows (built from the same order), never from a
projection. Its commands carry deterministic ids, so a repeat has no second effect.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol, TypeAlias
from uuid import NAMESPACE_URL, UUID, uuid5

from domain.acts import Act
from domain.terms import Actor
from followers.delivered import Delivered
from followers.projection import Json, Keys

StateRow: TypeAlias = Mapping[str, Json]
DUE: Final = "due_at"  # a row's field holding an ISO 8601 instant: makes it visible to Rows.due
NAMESPACE: Final = uuid5(NAMESPACE_URL, "shenguan:follower-command")


class Rows(Protocol):
    """消费者自己的底册；读到的是处理本事件之前的样子。"""

    def get(self, key: str) -> StateRow | None:
        """一行；没有则为 None。"""
        ...

    def scan(self, prefix: str) -> Iterator[tuple[str, StateRow]]:
        """键以 ``prefix`` 开头的各行，按键排序。"""
        ...

    def due(self, now: datetime) -> Iterator[tuple[str, StateRow]]:
        """``due_at`` 不晚于 ``now`` 的各行，先到期者在前。"""
        ...


@dataclass(frozen=True, slots=True)
class Command:
    """机器提出的一道命令。

    ``purpose`` makes the id together with the source event; a timer's purpose is the text of
    (deadline id, revision, due). ``expected``: refusal codes that mean "nothing left to do"; any
    other refusal parks the keys. ``key``: for timers, the row it belongs to.
    """

    purpose: str
    act: Act
    actor: Actor
    expected: frozenset[str] = frozenset()
    key: str = ""


@dataclass(frozen=True, slots=True)
class Reaction:
    """对一件事的反应：底册的变更（None 为删行）与要提出的命令。

    Only rows named by ``keys(event)`` may be changed: that is what keeps a parked key in order.
    """

    rows: Mapping[str, StateRow | None] = field(default_factory=dict)
    commands: tuple[Command, ...] = ()


React: TypeAlias = Callable[[Rows, Delivered], Reaction]
Due: TypeAlias = Callable[[datetime, Rows], Iterable[Command]]


@dataclass(frozen=True, slots=True)
class Supervisor:
    """一个监管消费者的定义。

    ``keys``: what an event concerns; events that share a key are handled in order, and queue behind
    a parked one. ``due``: called with the ledger's clock once the head is reached.
    """

    name: str
    version: int
    reads: frozenset[str]
    keys: Keys
    react: React
    due: Due | None = None


def command_id(follower: str, source: str | None, purpose: str, revision: int = 0) -> UUID:
    """命令编号：由（消费者、来源事件、目的、修订）推出，同因必同号。

    ``source`` is the event id, None for a timer. ``revision`` counts the retries of a parked key.
    """
    return uuid5(NAMESPACE, "|".join((follower, source or "timer", purpose, str(revision))))
