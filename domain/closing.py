"""日终封账（closing）：一日终了，记下此刻各份案卷各到第几件的树根，案卷的齐全由此可证。

A leaf proves that an event is there; nothing but a list of all heads can prove that none is left
out. The list itself is not stored: whoever holds the events up to ``size`` computes it again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final, TypeAlias

from domain import merkle
from domain.decider import Aggregate, Answer, Event, ImpossibleHistory, Refused
from domain.hashing import lp
from domain.refusals import Refusal
from domain.terms import HashName

ALL: Final = "all"  # one file for the whole ledger


@dataclass(frozen=True, slots=True, order=True)
class Head:
    """一份案卷到了第几件；清单按（编号，案卷）排序，一件办件的各份案卷挨在一起。"""

    key: str
    stream: str
    version: int
    leaf_hash: bytes

    @property
    def encoded(self) -> bytes:
        """在清单之树里的条目：``lp`` 编号、案卷、八字节大端件数、``lp`` 末件的叶。"""
        parts = (lp(self.key.encode()), lp(self.stream.encode()), self.version.to_bytes(8, "big"))
        return b"sgld/head/v1" + b"".join(parts) + lp(self.leaf_hash)


def heads_root(name: HashName, heads: Iterable[Head]) -> str:
    """清单的树根（小写十六进制），次序由本函数排定。"""
    return merkle.root(name, (one.encoded for one in sorted(heads))).hex()


# -- events


@dataclass(frozen=True, slots=True)
class ClosingRecorded(Event):
    """日终封账。"""

    BASIS: ClassVar[tuple[str, ...]] = ("zxzwfw:7",)
    serial: int
    closed_on: date
    size: int
    streams: int
    heads_root: str


# -- state


@dataclass(frozen=True, slots=True)
class Nothing:
    """还没有封过。"""


@dataclass(frozen=True, slots=True)
class Closed:
    """封到哪一日。"""

    latest: ClosingRecorded


State: TypeAlias = Nothing | Closed


# -- command


@dataclass(frozen=True, slots=True)
class Close:
    """日终封账。``today`` 是北京时间的日子；序号由本类排定。"""

    closed_on: date
    size: int
    streams: int
    heads_root: str
    today: date

    def decide(self, state: State) -> Answer:
        """一日只封一次、依次向前；当日未终的不封。"""
        known = state.latest if isinstance(state, Closed) else None
        serial = 1 if known is None else known.serial + 1
        fact = ClosingRecorded(serial, self.closed_on, self.size, self.streams, self.heads_root)
        if self.closed_on >= self.today:
            return Refused(Refusal.CLOSING_NOT_OVER, {"closed_on": str(self.closed_on)})
        if known is None:
            return (fact,)
        told = (known.closed_on, known.size, known.streams, known.heads_root)
        if told == (self.closed_on, self.size, self.streams, self.heads_root):
            return ()
        if self.closed_on <= known.closed_on or self.size <= known.size:
            facts = {"closed_on": str(known.closed_on), "size": str(known.size)}
            return Refused(Refusal.CLOSING_DONE, facts)
        return (fact,)


def evolve(state: State, event: Event) -> State:
    """序号连续，日子与件数只向前。"""
    match state, event:
        case Nothing(), ClosingRecorded(serial=1):
            return Closed(event)
        case Closed(latest=known), ClosingRecorded(serial=serial, closed_on=day, size=size) if (
            serial == known.serial + 1 and day > known.closed_on and size > known.size
        ):
            return Closed(event)
        case _:
            raise ImpossibleHistory(f"{type(event).__name__} after {type(state).__name__}")


def decide(state: State, command: Close) -> Answer:
    """依封到哪一日决定。"""
    return command.decide(state)


AGGREGATE: Final = Aggregate[State]("closing", Nothing(), evolve)
