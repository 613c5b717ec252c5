"""建账（genesis）：账本自身的大事：建立、公布事件格式。"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Final, TypeAlias

from domain.decider import Aggregate, Answer, Event, ImpossibleHistory, Refused
from domain.refusals import Refusal
from domain.terms import HashName, Mode


@dataclass(frozen=True, slots=True)
class TopicPartitions:
    """一个主题及其分区数，建账时定死。"""

    name: str
    partitions: int


# -- events


@dataclass(frozen=True, slots=True)
class LedgerCreated(Event):
    """建账。"""

    BASIS: ClassVar[tuple[str, ...]] = ("zxzwfw:7",)
    origin: str
    mode: Mode
    hash: HashName
    topics: tuple[TopicPartitions, ...]


@dataclass(frozen=True, slots=True)
class SchemaPublished(Event):
    """公布事件格式。"""

    BASIS: ClassVar[tuple[str, ...]] = ("zxzwfw:7",)
    name: str
    sha256: str
    text: str


LedgerEvent: TypeAlias = LedgerCreated | SchemaPublished


# -- state


@dataclass(frozen=True, slots=True)
class Nothing:
    """尚未建账。"""


@dataclass(frozen=True, slots=True)
class Created:
    """已建账；``schemas`` 是已公布的格式名与其全文的 SHA-256。"""

    genesis: LedgerCreated
    schemas: Mapping[str, str] = field(default_factory=dict)


State: TypeAlias = Nothing | Created


# -- commands


@dataclass(frozen=True, slots=True)
class Create:
    """建账。"""

    fact: LedgerCreated

    def decide(self, state: State) -> Answer:
        """一本账只建一次，性质、算法、分区从此不变。"""
        if isinstance(state, Nothing):
            return (self.fact,)
        known = state.genesis
        if known == self.fact:
            return ()
        facts = {"origin": known.origin, "mode": known.mode, "hash": known.hash}
        return Refused(Refusal.LEDGER_EXISTS, facts)


@dataclass(frozen=True, slots=True)
class Publish:
    """公布事件格式。"""

    fact: SchemaPublished

    def decide(self, state: State) -> Answer:
        """摘要须与全文相符；公布过的格式不得改动，要改就用新名。"""
        fact = self.fact
        if hashlib.sha256(fact.text.encode()).hexdigest() != fact.sha256:
            return Refused(Refusal.LEDGER_SCHEMA_DIGEST, {"name": fact.name})
        if isinstance(state, Nothing):
            return Refused(Refusal.LEDGER_MISSING)
        known = state.schemas.get(fact.name)
        if known is None:
            return (fact,)
        if known == fact.sha256:
            return ()
        return Refused(Refusal.LEDGER_SCHEMA_FROZEN, {"name": fact.name, "sha256": known})


Command: TypeAlias = Create | Publish


def evolve(state: State, event: Event) -> State:
    """先建账，后公布格式。"""
    match state, event:
        case Nothing(), LedgerCreated():
            return Created(event)
        case Created(genesis=genesis, schemas=known), SchemaPublished() if event.name not in known:
            return Created(genesis, {**known, event.name: event.sha256})
        case _:
            raise ImpossibleHistory(f"{type(event).__name__} after {type(state).__name__}")


def decide(state: State, command: Command) -> Answer:
    """依账本现状决定。"""
    return command.decide(state)


AGGREGATE: Final = Aggregate[State]("ledger", Nothing(), evolve)
