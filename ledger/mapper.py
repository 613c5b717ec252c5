"""换算（mapper）：事件与账目字节之间，eventsourcing 的 Mapper 换成 Avro。

The library's own mapper rebuilds events without ``__init__`` and stores Python paths; ours goes
through ``schemas.codec`` and the registry's names.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import JSONTranscoder, Mapper, StoredEvent

from domain.decider import Event
from domain.terms import HashName
from ledger.entry import Entry
from ledger.errors import LedgerDamaged
from ledger.leaf import leaf_bytes, leaf_hasher
from schemas.codec import Meta, Schema, current, decode, encode, from_text
from schemas.registry import EVENT_NAMES, name_of


@dataclass(frozen=True, slots=True)
class Fact:
    """一件事：在哪份案卷、第几版、信封与内容。

    ``entry`` is its row in the ledger, None until it has one. The first two names are the library's.
    """

    originator_id: str
    originator_version: int
    meta: Meta
    event: Event
    entry: Entry | None = None


@dataclass(frozen=True)
class Encoded(StoredEvent):
    """待入账的一件事，已成字节。"""

    event_id: str
    schema_sha256: bytes


@dataclass(frozen=True)
class Kept(StoredEvent):
    """账上的一件事。"""

    entry: Entry


class SchemaBook(Protocol):
    """按指纹找到格式原文。"""

    def __call__(self, sha256: bytes, /) -> bytes | None:
        """None where the ledger has no such schema."""


class AvroMapper(Mapper[str]):
    """事件入账时编码，出账时先核叶、再译出。"""

    def __init__(self, hash_name: HashName, text_of: SchemaBook) -> None:
        super().__init__(transcoder=JSONTranscoder())  # demanded by the library, never used
        self._hash = leaf_hasher(hash_name)
        self._schema = cache(_schema_finder(text_of))

    def to_stored_event(self, domain_event: DomainEventProtocol[str]) -> StoredEvent:
        """编码。Raises ``CodecError`` for an event that does not fit its schema."""
        fact = _fact(domain_event)
        schema = current(name_of(fact.event))
        return Encoded(
            originator_id=fact.originator_id,
            originator_version=fact.originator_version,
            topic=schema.name,
            state=encode(schema, fact.meta, fact.event),
            event_id=fact.meta.event_id,
            schema_sha256=schema.sha256,
        )

    def to_domain_event(self, stored_event: StoredEvent) -> Fact:
        """译出。Raises :class:`LedgerDamaged` where the bytes are not those of the leaf."""
        if not isinstance(stored_event, Kept):
            raise TypeError(type(stored_event).__name__)
        entry = stored_event.entry
        leaf = self._hash(
            leaf_bytes(
                entry.schema_sha256, entry.stream, entry.version, entry.prev_leaf_hash, entry.value
            )
        )
        if leaf != entry.leaf_hash:
            raise LedgerDamaged("ledger.leaf", {"position": str(entry.position)})
        meta, event = decode(self._schema(entry.schema_sha256), entry.value)
        return Fact(entry.stream, entry.version, meta, event, entry)


def _fact(domain_event: DomainEventProtocol[str]) -> Fact:
    if not isinstance(domain_event, Fact):
        raise TypeError(type(domain_event).__name__)
    return domain_event


def _schema_finder(text_of: SchemaBook) -> Callable[[bytes], Schema]:
    """现行格式直接取用；早年的格式按指纹读账本所存原文。"""
    todays = {schema.sha256: schema for schema in map(current, EVENT_NAMES)}

    def find(sha256: bytes) -> Schema:
        if sha256 in todays:
            return todays[sha256]
        text = text_of(sha256)
        if text is None:
            raise LedgerDamaged("ledger.schema_missing", {"sha256": sha256.hex()})
        return from_text(text)

    return find
