"""编码：事件与字节之间，一种写法、一种读法。

The value of a record is bare Avro: ``meta`` (the envelope) first, the fields of the event flat
behind it. These very bytes are stored, hashed and published. Avro allows one value many encodings
(split blocks, over-long varints, trailing bytes), so ``decode`` consumes every byte and knows only
the one that ``encode`` writes. A schema is identified by the SHA-256 of its text.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any, Final, cast

from fastavro import parse_schema, schemaless_writer

from domain.decider import Event, RuleUsed
from domain.terms import Actor
from schemas.binding import Avro, Json, MismatchError, RecordPair, bind_record
from schemas.errors import CodecError
from schemas.registry import EVENT_NAMES

__all__ = ["MAX_VALUE", "CodecError", "Meta", "Schema", "current", "decode", "encode", "from_text"]

AVRO: Final = Path(__file__).parent / "avro"
MAX_VALUE: Final = 65_535  # bytes of one value (architecture.md §11)


@dataclass(frozen=True, slots=True)
class Meta:
    """信封：谁、何时、依何规则、因何而来；与事件同受杂凑保护。

    ``decided_at`` and ``recorded_at`` are instants (UTC once stored), ``effective_on`` is a day in
    Beijing. ``legal_basis`` holds codes such as ``xkf:32.1.5``.
    """

    event_id: str
    command_id: str
    correlation_id: str
    causation_id: str | None
    key: str
    actor: Actor
    decided_at: datetime
    effective_on: date
    recorded_at: datetime
    legal_basis: tuple[str, ...]
    rules: tuple[RuleUsed, ...]
    incarnation: int


@dataclass(frozen=True, slots=True, eq=False)
class Schema:
    """一种事件的格式：名字、原文、指纹，以及读写所需的一切。

    ``personal`` names the fields of the event that hold sealed personal data. ``parsed`` is the
    schema without logical types, as fastavro gets it.
    """

    name: str
    text: bytes = field(repr=False)
    sha256: bytes
    personal: tuple[str, ...]
    record_class: type[Event]
    parsed: dict[str, Json] = field(repr=False)
    meta: RecordPair[Meta] = field(repr=False)
    body: RecordPair[Event] = field(repr=False)


@cache
def current(name: str) -> Schema:
    """现行格式，读自 ``schemas/avro/<name>.avsc``。

    Raises :class:`CodecError` ``codec.event_unknown`` for a name that is not registered.
    """
    if name not in EVENT_NAMES:
        raise CodecError("codec.event_unknown", {"event": name})
    return from_text((AVRO / f"{name}.avsc").read_bytes())


@lru_cache(maxsize=1024)
def from_text(text: bytes) -> Schema:
    """由格式原文（现行或早年）得到读写方法。

    Raises :class:`CodecError`: ``codec.schema`` for a text that is no schema of ours or does not
    fit our class, ``codec.event_unknown`` for an event that this version does not know.
    """
    try:
        tree = json.loads(text)
        name = tree["event"]
        envelope, *body = _fields(tree)
        record_class = EVENT_NAMES.get(name)
        if record_class is None:
            raise CodecError("codec.event_unknown", {"event": str(name)})
        return Schema(
            name=name,
            text=text,
            sha256=hashlib.sha256(text).digest(),
            personal=tuple(item["name"] for item in body if item["pii"] != "none"),
            record_class=record_class,
            parsed=_parse(tree),
            meta=bind_record(envelope["type"], Meta, "meta"),
            body=bind_record({"type": "record", "fields": body}, record_class, ""),
        )
    except (MismatchError, ValueError, LookupError, TypeError, RecursionError) as error:
        raise CodecError("codec.schema", {"found": str(error)}) from error


def encode(schema: Schema, meta: Meta, event: Event) -> bytes:
    """把信封和事件写成入账的字节。

    Personal fields must be :class:`domain.terms.Sealed` already. Raises :class:`CodecError`, and
    then nothing may be recorded.
    """
    try:
        record = schema.body.pack(event)
        record["meta"] = schema.meta.pack(meta)
        value = _write(schema, record)
    except CodecError as error:
        error.facts["event"] = schema.name
        raise
    except UnicodeEncodeError as error:  # half a surrogate pair is no text
        raise CodecError("codec.text", {"event": schema.name}) from error
    if len(value) > MAX_VALUE:
        raise CodecError("codec.too_large", {"event": schema.name, "size": str(len(value))})
    return value


def decode(schema: Schema, value: bytes) -> tuple[Meta, Event]:
    """读回信封和事件；字节必须恰好是 ``encode`` 会写出的那一种。

    Raises :class:`CodecError` and nothing else, whatever the bytes are.
    """
    if len(value) > MAX_VALUE:
        raise CodecError("codec.too_large", {"event": schema.name, "size": str(len(value))})
    try:
        meta, at = schema.meta.read(value, 0)
        event, at = schema.body.read(value, at)
    except CodecError as error:
        error.facts["event"] = schema.name
        raise
    except (IndexError, UnicodeDecodeError) as error:
        raise CodecError("codec.malformed", {"event": schema.name}) from error
    if at != len(value):
        raise CodecError("codec.trailing", {"event": schema.name})
    return meta, event


def _fields(tree: dict[str, Any]) -> list[Any]:
    """The members as the text has them, the envelope first: that is how they are read."""
    members: list[Any] = tree["fields"]
    if members[0]["name"] != "meta":
        raise MismatchError("meta")
    return members


def _write(schema: Schema, record: Mapping[str, Avro]) -> bytes:
    out = BytesIO()
    schemaless_writer(out, schema.parsed, record)
    return out.getvalue()


def _parse(tree: dict[str, Json]) -> dict[str, Json]:
    physical = cast("dict[str, Json]", _physical(tree))
    return cast("dict[str, Json]", parse_schema(physical, named_schemas={}))


def _physical(schema: Json) -> Json:
    """Without logical types: dates and instants are numbers to fastavro, texts are texts."""
    if isinstance(schema, dict):
        return {k: _physical(v) for k, v in schema.items() if k != "logicalType"}
    return [_physical(item) for item in schema] if isinstance(schema, list) else schema
