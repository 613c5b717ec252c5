"""核验（verify）：由存下的字节重算一切，逐步编号，指出第一处不符及其位置。

One snapshot of the database, one pass in order of position, memory bounded by the number of
streams. The numbers of the steps are those of the printed report:

(1) positions  (2) lane positions  (3) versions  (4) leaf hashes  (5) chains of the streams
(6) heads  (7) strict decoding, columns equal to the envelope  (8) answers to commands
(9) topics equal to the ledger  (10)–(13) the seal: :mod:`ledger.verify_seal`

What no event covers cannot be proved from here: recorded refusals and the real time of appending.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Final, TypeAlias

import psycopg

from domain.decider import Event
from domain.genesis import LedgerCreated, TopicPartitions
from ledger.entry import Entry
from ledger.leaf import leaf_bytes, leaf_hasher
from ledger.line import Connection
from ledger.outbox import Lane, lanes_of
from ledger.outside import Outside
from ledger.seals import read_tile, root_at, walk_checkpoints
from ledger.steps import Difference as Difference
from ledger.steps import Step
from ledger.store import (
    Frame,
    lane_entries,
    lane_entry,
    read_counter,
    read_frame,
    read_lane_heads,
    read_schema,
    read_stream_heads,
    unmatched_command,
    walk_commands,
    walk_entries,
)
from ledger.verify_seal import SEAL_STEPS, SealCheck
from schemas.codec import Schema, decode, from_text
from schemas.errors import CodecError
from schemas.topics import partition_for, topic_of

STEPS: Final = (
    "positions",
    "lanes",
    "versions",
    "leaves",
    "chains",
    "heads",
    "contents",
    "commands",
    "topics",
    *SEAL_STEPS,
)
Topics: TypeAlias = Callable[[str, Lane], Iterator[Entry]]
Published: TypeAlias = Callable[[str], Iterable[bytes]]
Progress: TypeAlias = Callable[[int, int], None]


@dataclass(slots=True)
class Report:
    """核验报告。``skipped`` names steps that were not asked for."""

    origin: str
    next_position: int
    steps: tuple[Step, ...]
    skipped: tuple[str, ...] = ()

    @property
    def is_sound(self) -> bool:
        """各步均相符。"""
        return all(step.difference is None for step in self.steps)


@dataclass(slots=True)
class _Stream:
    version: int
    leaf: bytes
    lane: tuple[str, str, int]  # key, topic, partition


@dataclass(slots=True)
class _Walk:
    """One pass over the entries; what a step needs of earlier entries is kept here."""

    conn: Connection
    frame: Frame
    steps: dict[str, Step]
    seal: SealCheck
    position: int = 0
    streams: dict[str, _Stream] = field(default_factory=dict)
    lanes: dict[tuple[str, int], int] = field(default_factory=dict)
    _hash: Callable[[bytes], bytes] = field(init=False)
    _schema: Callable[[bytes], Schema] = field(init=False)

    def __post_init__(self) -> None:
        self._hash = leaf_hasher(self.frame.hash)
        self._schema = cache(self._read_schema)

    def see(self, entry: Entry, command_id: str) -> None:
        """核验一件；``command_id`` 是它那一行所记的命令号。"""
        for name in ("positions", "lanes", "versions", "leaves", "chains", "contents"):
            self.steps[name].examined += 1
        self._number(entry)
        leaf = self._leaf(entry)
        self._chain(entry)
        event = self._content(entry, command_id)
        self.seal.see(leaf, event)

    def _number(self, entry: Entry) -> None:
        if entry.position != self.position:
            self.steps["positions"].found("hole", position=self.position, found=entry.position)
        self.position = entry.position + 1
        lane = (entry.topic, entry.partition)
        expected = self.lanes.get(lane, 0)
        if entry.lane_position != expected:
            self.steps["lanes"].found("lane_hole", position=entry.position, expected=expected)
        self.lanes[lane] = entry.lane_position + 1
        family_topic = topic_of(entry.stream)
        right = partition_for(entry.key, self.frame.partitions[family_topic])
        if lane != (family_topic, right):
            self.steps["lanes"].found("wrong_lane", position=entry.position, stream=entry.stream)

    def _leaf(self, entry: Entry) -> bytes:
        prev = entry.prev_leaf_hash
        leaf = self._hash(
            leaf_bytes(entry.schema_sha256, entry.stream, entry.version, prev, entry.value)
        )
        if leaf != entry.leaf_hash:
            self.steps["leaves"].found("leaf", position=entry.position, stream=entry.stream)
        return leaf

    def _chain(self, entry: Entry) -> None:
        lane = (entry.key, entry.topic, entry.partition)
        before = self.streams.get(entry.stream) or _Stream(0, b"", lane)
        if entry.version != before.version + 1:
            expected = before.version + 1
            self.steps["versions"].found("version", position=entry.position, expected=expected)
        if entry.prev_leaf_hash != before.leaf:
            self.steps["chains"].found("chain", position=entry.position, stream=entry.stream)
        if lane != before.lane:
            self.steps["lanes"].found("wrong_lane", position=entry.position, stream=entry.stream)
        self.streams[entry.stream] = _Stream(entry.version, entry.leaf_hash, lane)

    def _content(self, entry: Entry, command_id: str) -> Event | None:
        """Decoded as strictly as when it was written; columns repeat what the hash covers."""
        step = self.steps["contents"]
        try:
            schema = self._schema(entry.schema_sha256)
            meta, event = decode(schema, entry.value)
        except CodecError as error:
            step.found("content", position=entry.position, reason=error.code)
            return None
        told = (schema.name, meta.event_id, meta.key, meta.incarnation, meta.recorded_at)
        stored = (entry.name, entry.event_id, entry.key, entry.incarnation, entry.recorded_at)
        if (*told, meta.command_id) != (*stored, command_id):
            step.found("column", position=entry.position, stream=entry.stream)
        if isinstance(event, LedgerCreated) and event != _created(self.frame):
            step.found("genesis", origin=self.frame.origin)
        return event

    def _read_schema(self, sha256: bytes) -> Schema:
        text = read_schema(self.conn, sha256)
        if text is None or hashlib.sha256(text).digest() != sha256:
            raise CodecError("codec.schema", {"found": sha256.hex()})
        return from_text(text)


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """账本之外可以对照的：主题、封账主题、库外留存的；没有的为 None，那一步就不查。

    ``topics`` gives, for the ledger's origin, all records of one lane in the order of the topic,
    repeats included; ``published`` all checkpoints of the checkpoint topic.
    """

    topics: Topics | None = None
    published: Published | None = None
    outside: Outside | None = None


def verify(
    dsn: str, elsewhere: Elsewhere = Elsewhere(), progress: Progress = lambda *_: None
) -> Report | None:
    """核验一本账；尚未建账或一件也没有，答 None。

    Raises :class:`LedgerDamaged` for a topic that cannot be read as ours.
    """
    outside = elsewhere.outside
    note = outside.head() if outside else None  # before the snapshot: all it covers is there
    with psycopg.connect(dsn) as conn:
        conn.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        conn.read_only = True
        frame = read_frame(conn)
        total = read_counter(conn)
        if frame is None or total == 0:
            return None
        steps = {name: Step(number, name) for number, name in enumerate(STEPS, 1)}
        stored = walk_checkpoints(conn)
        seal = SealCheck(frame, steps, stored, partial(read_tile, conn), outside, note)
        walk = _Walk(conn, frame, steps, seal)
        for entry, command_id in zip(walk_entries(conn), walk_commands(conn), strict=True):
            walk.see(entry, command_id)
            if entry.position % 1000 == 0:
                progress(entry.position, total)
        _heads(walk, total)
        _commands(walk)
        seal.end()
        with psycopg.connect(dsn, autocommit=True) as later:
            if elsewhere.topics is not None:
                _topics((conn, later), walk, elsewhere.topics)
            if elsewhere.published is not None and seal.is_sealed:
                seal.compare(elsewhere.published(frame.origin), partial(root_at, later))
    skipped = _skipped(elsewhere, is_sealed=seal.is_sealed)
    chosen = tuple(step for step in steps.values() if step.name not in skipped)
    return Report(frame.origin, total, chosen, skipped)


def _topics(conns: tuple[Connection, Connection], walk: _Walk, topics: Topics) -> None:
    for lane in lanes_of(walk.frame):
        records = topics(walk.frame.origin, lane)
        _compare_lane(conns, lane, records, walk.steps["topics"])


def _skipped(elsewhere: Elsewhere, *, is_sealed: bool) -> tuple[str, ...]:
    """What was not asked for, and what a ledger that was never sealed cannot be asked."""
    if not is_sealed:
        return (*(() if elsewhere.topics else ("topics",)), *SEAL_STEPS)
    asked = (
        ("topics", elsewhere.topics),
        ("outside", elsewhere.outside),
        ("bulletin", elsewhere.published),
    )
    return tuple(name for name, found in asked if found is None)


def _created(frame: Frame) -> LedgerCreated:
    topics = tuple(TopicPartitions(name, count) for name, count in sorted(frame.partitions.items()))
    return LedgerCreated(frame.origin, frame.mode, frame.hash, topics)


def _commands(walk: _Walk) -> None:
    """(8) 每条已入账的命令，起止与它名下的各件相同。"""
    step = walk.steps["commands"]
    step.examined = walk.position
    if (position := unmatched_command(walk.conn)) is not None:
        step.found("command", position=position)


def _heads(walk: _Walk, total: int) -> None:
    """(6) 末端各表与逐件推出的一致：末尾被删，只有它们看得出来。"""
    step = walk.steps["heads"]
    if walk.position != total:
        step.found("head", position=walk.position, expected=total)
    for topic, partition, following in read_lane_heads(walk.conn):
        step.examined += 1
        if walk.lanes.get((topic, partition), 0) != following:
            step.found("lane_head", topic=topic, partition=partition, expected=following)
    unheaded = dict(walk.streams)
    for stream, version, leaf in read_stream_heads(walk.conn):
        step.examined += 1
        walked = unheaded.pop(stream, None)
        if walked is None or (walked.version, walked.leaf) != (version, leaf):
            step.found("stream_head", stream=stream, version=version)
    for stream, walked in unheaded.items():
        step.found("stream_head", stream=stream, version=walked.version)


def _compare_lane(
    conns: tuple[Connection, Connection], lane: Lane, records: Iterator[Entry], step: Step
) -> None:
    """(9) 两边逐条相同；主题中可有重复，重复的也须相同。

    A record beyond the snapshot was appended since, or the ledger has lost it: a second connection,
    which sees the present, tells which. (The ledger commits before it publishes.)
    """
    snapshot, later = conns
    stored = lane_entries(snapshot, lane.topic, lane.partition)
    following = 0
    for record in records:
        step.examined += 1
        repeated = record.lane_position < following
        place = (lane.topic, lane.partition, record.lane_position)
        entry = lane_entry(later, *place) if repeated else next(stored, None)
        entry = entry or lane_entry(later, *place)
        if entry is None:
            step.found("topic_extra", **_place(lane, record))
            return
        following += not repeated
        if record != entry:
            step.found("topic_differs", **_place(lane, entry))
            return
    missing = next(stored, None)
    if missing is not None:
        step.found("topic_short", **_place(lane, missing))


def _place(lane: Lane, entry: Entry) -> dict[str, str]:
    return {
        "topic": lane.topic,
        "partition": str(lane.partition),
        "lane_position": str(entry.lane_position),
        "position": str(entry.position),
    }
