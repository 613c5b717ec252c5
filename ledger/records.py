"""记录：账上的一行与 Kafka 的一条记录互相转换；字节相同，编号在记录头里。"""

from collections.abc import Sequence
from typing import Protocol

from ledger.entry import Entry
from schemas.errors import CodecError
from schemas.headers import Headers, read_headers, write_headers


class Record(Protocol):
    """从主题读到的一条记录。"""

    @property
    def partition(self) -> int:
        """分区。"""
        ...

    @property
    def offset(self) -> int:
        """分区内偏移。"""
        ...

    @property
    def key(self) -> bytes | None:
        """键。"""
        ...

    @property
    def value(self) -> bytes | None:
        """字节。"""
        ...

    @property
    def headers(self) -> Sequence[tuple[str, bytes]]:
        """记录头。"""
        ...


def headers_of(entry: Entry, origin: str) -> list[tuple[str, bytes]]:
    """一行的记录头。"""
    return write_headers(
        Headers(
            origin=origin,
            event_id=entry.event_id,
            name=entry.name,
            stream=entry.stream,
            recorded_at=entry.recorded_at,
            incarnation=entry.incarnation,
            position=entry.position,
            lane_position=entry.lane_position,
            version=entry.version,
            schema=entry.schema_sha256,
            prev_leaf_hash=entry.prev_leaf_hash,
            leaf_hash=entry.leaf_hash,
            traceparent=entry.traceparent,
        )
    )


def entry_of(record: Record, topic: str) -> Entry:
    """一条记录所称的那一行；所称是否属实，另由叶杂凑核对。

    ``topic`` is the short name. Raises :class:`CodecError` for what cannot be a record of ours.
    """
    headers = read_headers(record.headers)
    if record.key is None or record.value is None:
        raise CodecError("codec.headers", {"field": "key" if record.key is None else "value"})
    return Entry(
        position=headers.position,
        topic=topic,
        partition=record.partition,
        lane_position=headers.lane_position,
        stream=headers.stream,
        version=headers.version,
        key=record.key.decode("utf-8", "replace"),
        event_id=headers.event_id,
        name=headers.name,
        schema_sha256=headers.schema,
        prev_leaf_hash=headers.prev_leaf_hash,
        leaf_hash=headers.leaf_hash,
        incarnation=headers.incarnation,
        recorded_at=headers.recorded_at,
        traceparent=headers.traceparent,
        value=record.value,
    )
