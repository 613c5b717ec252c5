"""记录头：一条 Kafka 记录的 CloudEvents 头与账本编号，双向转换（architecture.md §11）。

Numbers are decimal text, hashes lower-case hex, all UTF-8. Headers are a convenience for readers:
what counts lies in the value and in the leaf hash. A record that is published again carries the
same headers.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from schemas.errors import CodecError

_NUMBERS: Final = ("incarnation", "position", "lane_position", "version")
_HASHES: Final = ("schema", "prev_leaf_hash", "leaf_hash")
_TEXTS: Final = (
    "ce_specversion",
    "ce_id",
    "ce_type",
    "ce_source",
    "ce_subject",
    "ce_time",
    "stream",
)
_REQUIRED: Final = frozenset((*_TEXTS, *_NUMBERS, *_HASHES))
_SOURCE: Final = "/ledger/"
_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,18}")
_HASH: Final = re.compile(r"[0-9a-f]{64}")
_TIME: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")


@dataclass(frozen=True, slots=True)
class Headers:
    """一条记录的头。

    ``schema`` is the SHA-256 of the schema text, ``prev_leaf_hash`` is empty for the first event of
    a stream, ``recorded_at`` an aware instant.
    """

    origin: str
    event_id: str
    name: str
    stream: str
    recorded_at: datetime
    incarnation: int
    position: int
    lane_position: int
    version: int
    schema: bytes
    prev_leaf_hash: bytes
    leaf_hash: bytes
    traceparent: str | None = None


def write_headers(headers: Headers) -> list[tuple[str, bytes]]:
    """写成 Kafka 记录头，次序固定。"""
    texts = {
        "ce_specversion": "1.0",
        "ce_id": headers.event_id,
        "ce_type": headers.name,
        "ce_source": _SOURCE + headers.origin,
        "ce_subject": headers.stream,
        "ce_time": _time_text(headers.recorded_at),
        "incarnation": str(headers.incarnation),
        "position": str(headers.position),
        "lane_position": str(headers.lane_position),
        "stream": headers.stream,
        "version": str(headers.version),
        "schema": headers.schema.hex(),
        "prev_leaf_hash": headers.prev_leaf_hash.hex(),
        "leaf_hash": headers.leaf_hash.hex(),
    }
    if headers.traceparent is not None:
        texts["traceparent"] = headers.traceparent
    return [(key, text.encode()) for key, text in texts.items()]


def read_headers(pairs: Iterable[tuple[str, bytes]]) -> Headers:
    """读回记录头；缺项、重项、写法不合的一律不认。

    Headers that we do not know are left alone: brokers and mirrors add their own. Raises
    :class:`CodecError` ``codec.headers``.
    """
    texts: dict[str, str] = {}
    for key, raw in pairs:
        if key in texts:
            raise _bad(key)
        try:
            texts[key] = raw.decode()
        except UnicodeDecodeError:
            raise _bad(key) from None
    if absent := _REQUIRED - texts.keys():
        raise _bad(min(absent))
    _check(texts)
    return Headers(
        origin=texts["ce_source"].removeprefix(_SOURCE),
        event_id=texts["ce_id"],
        name=texts["ce_type"],
        stream=texts["stream"],
        recorded_at=_instant(texts["ce_time"]),
        incarnation=int(texts["incarnation"]),
        position=int(texts["position"]),
        lane_position=int(texts["lane_position"]),
        version=int(texts["version"]),
        schema=bytes.fromhex(texts["schema"]),
        prev_leaf_hash=bytes.fromhex(texts["prev_leaf_hash"]),
        leaf_hash=bytes.fromhex(texts["leaf_hash"]),
        traceparent=texts.get("traceparent"),
    )


def _check(texts: dict[str, str]) -> None:
    rules = {
        **{name: bool(_NUMBER.fullmatch(texts[name])) for name in _NUMBERS},
        **{name: bool(_HASH.fullmatch(texts[name])) for name in ("schema", "leaf_hash")},
        # A stream's first event follows none.
        "prev_leaf_hash": not texts["prev_leaf_hash"]
        or bool(_HASH.fullmatch(texts["prev_leaf_hash"])),
        "ce_specversion": texts["ce_specversion"] == "1.0",
        "ce_source": texts["ce_source"].startswith(_SOURCE),
        "ce_subject": texts["ce_subject"] == texts["stream"],
        "ce_time": bool(_TIME.fullmatch(texts["ce_time"])),
    }
    for name, holds in rules.items():
        if not holds:
            raise _bad(name)


def _time_text(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _instant(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:  # such as 31 February
        raise _bad("ce_time") from None


def _bad(name: str) -> CodecError:
    return CodecError("codec.headers", {"field": name})
