"""建账（genesis）：账本自身的大事：建立、公布事件格式、公布封账公钥、封账存疑。

The log's own keys are events too: the key of a checkpoint of size N is the one announced last among
the first N events, so nobody who reads the log has to be told which key was whose turn.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
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


@dataclass(frozen=True, slots=True)
class KeyAnnounced(Event):
    """公布封账公钥；轮换的，写明替下哪一把、为何。"""

    BASIS: ClassVar[tuple[str, ...]] = ("zxzwfw:7",)
    verifier_key: str  # C2SP vkey
    replaces: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class SealDoubted(Event):
    """封账存疑：重算与库外的封账单不符，封账即停。"""

    BASIS: ClassVar[tuple[str, ...]] = ("zxzwfw:7",)
    code: str  # what did not agree, as told by the sealer
    as_of_size: int
    at_position: int | None


LedgerEvent: TypeAlias = LedgerCreated | SchemaPublished | KeyAnnounced | SealDoubted


# -- state


@dataclass(frozen=True, slots=True)
class Nothing:
    """尚未建账。"""


@dataclass(frozen=True, slots=True)
class Created:
    """已建账；``schemas`` 是已公布的格式名与其全文的 SHA-256，``keys`` 依次为各封账公钥。"""

    genesis: LedgerCreated
    schemas: Mapping[str, str] = field(default_factory=dict)
    keys: tuple[str, ...] = ()
    doubts: frozenset[SealDoubted] = frozenset()


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


@dataclass(frozen=True, slots=True)
class AnnounceKey:
    """公布封账公钥。"""

    fact: KeyAnnounced

    def decide(self, state: State) -> Answer:
        """第一把不替谁；其后的须写明替下现用的一把及理由；替下的不再用。"""
        fact = self.fact
        if isinstance(state, Nothing):
            return Refused(Refusal.LEDGER_MISSING)
        current = state.keys[-1] if state.keys else None
        if fact.verifier_key == current:
            return ()
        if fact.verifier_key in state.keys:
            return Refused(Refusal.LEDGER_KEY_RETIRED, {"key": fact.verifier_key})
        if fact.replaces != current or (current is not None and not fact.reason):
            return Refused(Refusal.LEDGER_KEY_REPLACES, {"key": current or ""})
        return (fact,)


@dataclass(frozen=True, slots=True)
class DoubtSeal:
    """报告封账存疑。"""

    fact: SealDoubted

    def decide(self, state: State) -> Answer:
        """同一处只报一次。"""
        if isinstance(state, Nothing):
            return Refused(Refusal.LEDGER_MISSING)
        return () if self.fact in state.doubts else (self.fact,)


Command: TypeAlias = Create | Publish | AnnounceKey | DoubtSeal


def evolve(state: State, event: Event) -> State:
    """先建账，后公布格式与公钥。"""
    match state, event:
        case Nothing(), LedgerCreated():
            return Created(event)
        case Created(schemas=known), SchemaPublished() if event.name not in known:
            return replace(state, schemas={**known, event.name: event.sha256})
        case Created(keys=keys), KeyAnnounced() if event.verifier_key not in keys:
            return replace(state, keys=(*keys, event.verifier_key))
        case Created(doubts=doubts), SealDoubted():
            return replace(state, doubts=doubts | {event})
        case _:
            raise ImpossibleHistory(f"{type(event).__name__} after {type(state).__name__}")


def decide(state: State, command: Command) -> Answer:
    """依账本现状决定。"""
    return command.decide(state)


AGGREGATE: Final = Aggregate[State]("ledger", Nothing(), evolve)
