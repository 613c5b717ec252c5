"""对应关系：一条格式的每个字段与程序里的一个类型，一一对应，不容含糊。

``bind`` walks an Avro schema and a Python type together, once, and returns the pair of functions
that carry a value across. fastavro is no validator (its writer turns 1.9 into 1, ``True`` into 1
and reads a naive datetime in the process's time zone), so everything is checked here and fastavro
only writes physical types: dates are days, instants are microseconds, both since 1970 in UTC.
Reading goes from the bytes straight to our types (:mod:`schemas.canonical`).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import reduce
from operator import attrgetter, or_
from types import NoneType
from typing import (
    Final,
    Generic,
    NamedTuple,
    NewType,
    NoReturn,
    TypeAlias,
    TypeVar,
    get_args,
    get_origin,
    get_type_hints,
)

from domain.terms import Sealed
from schemas.canonical import Read, array, blob, boolean, converted, long, optional, symbol, text
from schemas.errors import CodecError

Json: TypeAlias = "bool | int | str | list[Json] | dict[str, Json] | None"
Avro: TypeAlias = "bool | int | str | bytes | list[Avro] | dict[str, Avro] | None"
Pack: TypeAlias = Callable[[object], Avro]

T = TypeVar("T")

UNSPECIFIED: Final = "UNSPECIFIED"
UUID_TEXT: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
SEALED_MIN: Final = 1 + 16 + 12 + 16  # suite ‖ key id ‖ nonce ‖ tag (trust.md, Erasure)
SEALED_SUITES: Final = (1, 2)

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY: Final = date(1970, 1, 1).toordinal()
_MICROSECOND: Final = timedelta(microseconds=1)
_FIRST: Final = (datetime.min.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND
_LAST: Final = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND
_BOUNDS: Final = {"int": 2**31, "long": 2**63}


class Pair(NamedTuple):
    """A value's way out (domain → Avro) and in (bytes → domain)."""

    pack: Pack
    read: Read


class RecordPair(NamedTuple, Generic[T]):
    """As :class:`Pair`, of a whole record and its dataclass."""

    pack: Callable[[object], dict[str, Avro]]
    read: Callable[[bytes, int], tuple[T, int]]


class MismatchError(Exception):
    """格式与程序不符：这份格式不是为这个类写的。"""


def bind(schema: Json, kind: object, path: str) -> Pair:
    """把一个 Avro 类型与一个 Python 类型对应起来。

    ``path`` names the field in errors. Raises :class:`MismatchError` where the two do not agree.
    """
    if isinstance(kind, NewType):
        return bind(schema, kind.__supertype__, path)
    if isinstance(schema, list):
        return _bind_optional(schema, kind, path)
    if isinstance(schema, str):
        schema = {"type": schema}
    if not isinstance(schema, dict):
        raise MismatchError(path)
    if isinstance(kind, type) and is_dataclass(kind) and schema["type"] == "record":
        record = bind_record(schema, kind, path)
        return Pair(record.pack, record.read)
    if get_origin(kind) is tuple:
        return _bind_array(schema, kind, path)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return _bind_enum(schema, kind, path)
    return _bind_scalar(schema, kind, path)


def bind_record(schema: Mapping[str, Json], kind: type[T], path: str) -> RecordPair[T]:
    """把一条记录与一个 dataclass 对应起来：字段名、次序都须一致。

    A class may have grown since the schema was written: fields that it appended and that have
    defaults are absent from the old schema, and an old event reads as if it said the default.
    """
    members = _field_types(schema)
    hints = get_type_hints(kind)
    known = fields(kind)  # type: ignore[arg-type]  # T is a dataclass
    names = tuple(item.name for item in known[: len(members)])
    if names != tuple(members) or not all(map(_has_default, known[len(members) :])):
        raise MismatchError(f"{path}: {sorted({f.name for f in known} ^ set(members)) or 'order'}")
    pairs = {n: bind(t, hints[n], f"{path}.{n}" if path else n) for n, t in members.items()}
    packs = tuple(pair.pack for pair in pairs.values())
    reads = tuple(pair.read for pair in pairs.values())
    values = _getter(names)

    def pack(value: object) -> dict[str, Avro]:
        if type(value) is not kind:
            _wrong(path or "event", value)
        return {n: out(item) for n, out, item in zip(names, packs, values(value), strict=True)}

    def read(value: bytes, at: int) -> tuple[T, int]:
        facts: list[object] = []
        for member in reads:
            fact, at = member(value, at)
            facts.append(fact)
        return kind(*facts), at

    return RecordPair(pack, read)


def _has_default(member: Field[object]) -> bool:
    return member.default is not MISSING or member.default_factory is not MISSING


def _field_types(schema: Mapping[str, Json]) -> dict[str, Json]:
    members = schema["fields"]
    if not isinstance(members, list):
        raise MismatchError("fields")
    return {str(item["name"]): item["type"] for item in members if isinstance(item, dict)}


def _getter(names: tuple[str, ...]) -> Callable[[object], tuple[object, ...]]:
    if len(names) == 1:
        return lambda value: (getattr(value, names[0]),)
    return attrgetter(*names)


def _wrong(path: str, value: object) -> NoReturn:
    raise CodecError("codec.kind", {"field": path, "found": type(value).__name__})


def _bind_optional(schema: list[Json], kind: object, path: str) -> Pair:
    inner = [item for item in get_args(kind) if item is not NoneType]
    if schema[:1] != ["null"] or len(inner) == len(get_args(kind)):
        raise MismatchError(path)
    _, value_schema = schema
    pack, read = bind(value_schema, reduce(or_, inner), path)
    return Pair(lambda value: None if value is None else pack(value), optional(read))


def _bind_array(schema: Mapping[str, Json], kind: object, path: str) -> Pair:
    if schema["type"] != "array":
        raise MismatchError(path)
    element, read_item = bind(schema["items"], get_args(kind)[0], f"{path}[]")

    def pack(value: object) -> Avro:
        if type(value) is not tuple:
            _wrong(path, value)
        return [element(item) for item in value]

    return Pair(pack, array(read_item))


def _bind_enum(schema: Mapping[str, Json], kind: type[StrEnum], path: str) -> Pair:
    known = {member.value: member for member in kind}
    symbols = schema.get("symbols")
    allowed = _symbols(schema, set(known), path)
    read_symbol = symbol(tuple(map(str, symbols))) if isinstance(symbols, list) else text

    def pack(value: object) -> Avro:
        if type(value) is not kind:
            _wrong(path, value)
        if value not in allowed:
            raise CodecError("codec.symbol", {"field": path, "found": str(value)})
        return value.value

    def read(value: bytes, at: int) -> tuple[object, int]:
        found, at = read_symbol(value, at)
        member = known.get(found)
        if member is None:
            raise CodecError("codec.symbol", {"field": path})
        return member, at

    return Pair(pack, read)


def _symbols(schema: Mapping[str, Json], known: set[str], path: str) -> set[str]:
    if schema["type"] == "string":  # an open list: a new member needs no new schema
        return known
    symbols = schema.get("symbols")
    if schema["type"] != "enum" or not isinstance(symbols, list):
        raise MismatchError(path)
    written = {str(symbol) for symbol in symbols} - {UNSPECIFIED}
    if not written <= known:  # a class may know more than an old schema, never less
        raise MismatchError(f"{path}: {sorted(written - known)}")
    return written


def _bind_scalar(schema: Mapping[str, Json], kind: object, path: str) -> Pair:
    physical, logical = str(schema["type"]), schema.get("logicalType")
    match physical, logical:
        case "string", None if kind is str:
            return _exact(str, text, path)
        case "string", "uuid" if kind is str:
            return _uuid(path)
        case "boolean", None if kind is bool:
            return _exact(bool, boolean, path)
        case (("int" | "long"), None) if kind is int:
            return _whole(_BOUNDS[physical], path)
        case "int", "date" if kind is date:
            return _day(path)
        case "long", "timestamp-micros" if kind is datetime:
            return _instant(path)
        case "bytes", None if Sealed in (kind, *get_args(kind)):
            return _sealed(path)
        case _:
            raise MismatchError(f"{path}: {physical}/{logical}")


def _exact(kind: type[str] | type[bool], read: Read, path: str) -> Pair:
    def pack(value: object) -> Avro:
        if type(value) is not kind:
            _wrong(path, value)
        return value

    return Pair(pack, read)


def _uuid(path: str) -> Pair:
    def check(value: object) -> str:
        if type(value) is not str or not UUID_TEXT.fullmatch(value):
            raise CodecError("codec.uuid", {"field": path})
        return value

    return Pair(check, converted(text, check))


def _whole(bound: int, path: str) -> Pair:
    def check(value: object) -> int:
        if type(value) is not int:
            _wrong(path, value)
        if not -bound <= value < bound:
            raise CodecError("codec.range", {"field": path})
        return value

    return Pair(check, converted(long, check))


def _day(path: str) -> Pair:
    def pack(value: object) -> Avro:
        if type(value) is not date:
            _wrong(path, value)
        return value.toordinal() - _EPOCH_DAY

    def unpack(value: int) -> date:
        try:
            return date.fromordinal(value + _EPOCH_DAY)
        except (ValueError, OverflowError):
            raise CodecError("codec.range", {"field": path}) from None

    return Pair(pack, converted(long, unpack))


def _instant(path: str) -> Pair:
    def pack(value: object) -> Avro:
        if type(value) is not datetime:
            _wrong(path, value)
        if value.utcoffset() is None:
            raise CodecError("codec.naive_time", {"field": path})
        micros = (value - _EPOCH) // _MICROSECOND
        if not _FIRST <= micros <= _LAST:  # no datetime in UTC
            raise CodecError("codec.range", {"field": path})
        return micros

    def unpack(value: int) -> datetime:
        try:
            return _EPOCH + timedelta(microseconds=value)
        except OverflowError:
            raise CodecError("codec.range", {"field": path}) from None

    return Pair(pack, converted(long, unpack))


def _sealed(path: str) -> Pair:
    def checked(value: bytes) -> bytes:
        # An append-only ledger keeps a plain text for ever, so the form is checked here again.
        if len(value) < SEALED_MIN or value[0] not in SEALED_SUITES:
            raise CodecError("codec.unsealed", {"field": path})
        return value

    def pack(value: object) -> Avro:
        if type(value) is not Sealed:
            raise CodecError("codec.unsealed", {"field": path})
        return checked(value.value)

    return Pair(pack, converted(blob, lambda value: Sealed(checked(value))))
