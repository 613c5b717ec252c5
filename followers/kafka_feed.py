"""Kafka 一路：读账本各主题的全部分区，按账本位置合成一路。

The consumer lives in a thread of its own, because it is not thread-safe and because a frozen broker
raises nothing: whoever asks here only ever waits as long as he likes. Records below the wanted
position are repeats and are dropped by number; a record that cannot be ours is dropped and logged.
What is offered is only *claimed*: :mod:`followers.vouching` checks it.
"""

import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import structlog
from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from ledger.entry import Entry
from ledger.errors import LedgerDamaged, LedgerUnavailable
from ledger.outbox import Lane
from ledger.records import Record, entry_of
from ledger.relay import open_consumer, topic_ids
from schemas.errors import CodecError
from schemas.topics import topic_name

log: Final = structlog.get_logger()
PENDING: Final = 4_000  # records of one partition held back while others are awaited
RETRY_SECONDS: Final = 1.0
SILENT_SECONDS: Final = 30.0  # for read_topics, which must reach the end


@dataclass(frozen=True, slots=True)
class _Held:
    entry: Entry
    partition: TopicPartition
    offset: int


@dataclass(slots=True)
class _Merge:
    """What has been read and not yet taken; guarded by ``changed``."""

    wanted: int
    passed: int = -1  # the newest position below the wanted one that Kafka did deliver
    held: dict[int, _Held] = field(default_factory=dict)
    counts: Counter[TopicPartition] = field(default_factory=Counter)
    following: dict[TopicPartition, int] = field(default_factory=dict)
    changed: threading.Condition = field(default_factory=threading.Condition)


class KafkaFeed:
    """按位置给出记录的一路；``start`` 之后自行重连，``close`` 结束。

    ``offsets``: hints ``<topic id>/<partition>`` → offset; a hint of another topic is ignored and
    one out of range falls back to the earliest record.
    """

    def __init__(
        self,
        bootstrap: str,
        origin: str,
        lanes: tuple[Lane, ...],
        position: int,
        offsets: Mapping[str, int],
    ) -> None:
        self._bootstrap = bootstrap
        self._lanes = {
            TopicPartition(topic_name(origin, lane.topic), lane.partition): lane for lane in lanes
        }
        self._hints = dict(offsets)
        self._ids: dict[str, str] = {}
        self._merge = _Merge(position)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="kafka-feed", daemon=True)

    def start(self) -> None:
        """Starts reading."""
        self._thread.start()

    def close(self) -> None:
        """Stops reading; does not wait long for a broker that is gone."""
        self._stopped.set()
        with self._merge.changed:
            self._merge.changed.notify_all()
        self._thread.join(timeout=10)

    def take(self, position: int, limit: int, timeout: float) -> list[Entry]:
        """自 ``position`` 起连续的至多 ``limit`` 件；``timeout`` 秒内没有则为空。"""
        merge = self._merge
        with merge.changed:
            self._move(position)
            merge.changed.wait_for(lambda: merge.wanted in merge.held, timeout)
            run: list[Entry] = []
            while len(run) < limit and (held := merge.held.get(position + len(run))):
                run.append(held.entry)
            return run

    def has_delivered(self, position: int) -> bool:
        """已取走的各件中，Kafka 是否也送到了 ``position`` 这一件。"""
        with self._merge.changed:
            return self._merge.passed == position

    def offsets(self, after: int) -> dict[str, int]:
        """重启时自此读起，便不会漏掉 ``after`` 及以后各件。"""
        with self._merge.changed:
            hints = dict(self._merge.following)
            for position, held in self._merge.held.items():
                if position >= after:
                    hints[held.partition] = min(hints[held.partition], held.offset)
            return {self._hint(partition): offset for partition, offset in hints.items()}

    # -- taking in

    def _hint(self, partition: TopicPartition) -> str:
        return f"{self._ids.get(partition.topic)}/{partition.partition}"

    def _move(self, position: int) -> None:
        merge = self._merge
        for passed in range(merge.wanted, position):
            if held := merge.held.pop(passed, None):
                merge.counts[held.partition] -= 1
                merge.passed = passed
        merge.wanted = position

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                self._read()
            except KafkaError as error:
                log.warning("follower.kafka_unreachable", error=repr(error))
                self._stopped.wait(RETRY_SECONDS)

    def _read(self) -> None:
        names = sorted({partition.topic for partition in self._lanes})
        self._ids = {name: found[0] for name, found in topic_ids(self._bootstrap, names).items()}
        consumer = open_consumer(self._bootstrap)
        try:
            self._begin(consumer)
            while not self._stopped.is_set():
                self._hold_back(consumer)
                for partition, records in consumer.poll(timeout_ms=100).items():
                    self._take_in(partition, records)
        finally:
            consumer.close(autocommit=False, timeout_ms=1_000)

    def _begin(self, consumer: KafkaConsumer) -> None:
        consumer.assign(list(self._lanes))
        with self._merge.changed:
            starts = self._hints | {
                self._hint(partition): offset for partition, offset in self._merge.following.items()
            }
        for partition in self._lanes:
            hint = starts.get(self._hint(partition))
            if hint is None:
                consumer.seek_to_beginning(partition)
            else:
                consumer.seek(partition, hint)

    def _hold_back(self, consumer: KafkaConsumer) -> None:
        """Bounded memory: a partition that ran ahead waits for the others."""
        with self._merge.changed:
            full = {name for name, count in self._merge.counts.items() if count >= PENDING}
        paused = consumer.paused()
        if full - paused:
            consumer.pause(*(full - paused))
        if paused - full:
            consumer.resume(*(paused - full))

    def _take_in(self, partition: TopicPartition, records: Sequence[Record]) -> None:
        topic = self._lanes[partition].topic
        claimed = [(_claimed(record, topic), record.offset) for record in records]
        merge = self._merge
        with merge.changed:
            merge.following[partition] = records[-1].offset + 1
            for entry, offset in claimed:
                if entry is None:
                    continue
                if entry.position < merge.wanted:
                    merge.passed = max(merge.passed, entry.position)
                elif entry.position not in merge.held:
                    merge.held[entry.position] = _Held(entry, partition, offset)
                    merge.counts[partition] += 1
            merge.changed.notify_all()


def _claimed(record: Record, topic: str) -> Entry | None:
    try:
        return entry_of(record, topic)
    except CodecError as error:
        log.warning(
            "follower.foreign_record",
            topic=topic,
            partition=record.partition,
            offset=record.offset,
            field=error.facts.get("field"),
        )
        return None


def read_topics(bootstrap: str, origin: str, lanes: tuple[Lane, ...]) -> Iterator[Entry]:
    """各主题此刻的全部记录，逐个分区，按偏移；供核验，故一条不漏也不挑。

    Repeats are given as they stand. Raises :class:`LedgerDamaged` ``kafka.foreign_record`` or
    ``kafka.topic_missing``, :class:`LedgerUnavailable` ``kafka.silent``.
    """
    consumer = open_consumer(bootstrap)
    try:
        for lane in lanes:
            partition = TopicPartition(topic_name(origin, lane.topic), lane.partition)
            if lane.partition not in (consumer.partitions_for_topic(partition.topic) or ()):
                raise LedgerDamaged("kafka.topic_missing", {"topic": partition.topic})
            yield from _partition_to_end(consumer, partition, lane)
    except KafkaError as error:
        raise LedgerUnavailable("kafka.silent", {"detail": repr(error)}) from error
    finally:
        consumer.close(autocommit=False)


def _partition_to_end(
    consumer: KafkaConsumer, partition: TopicPartition, lane: Lane
) -> Iterator[Entry]:
    consumer.assign([partition])
    consumer.seek_to_beginning(partition)
    end = consumer.end_offsets([partition])[partition]
    heard = time.monotonic()
    while (consumer.position(partition) or 0) < end:
        records = consumer.poll(timeout_ms=500).get(partition, [])
        for record in records:
            try:
                yield entry_of(record, lane.topic)
            except CodecError as error:
                facts = {"topic": partition.topic, "partition": str(lane.partition)}
                facts |= {"offset": str(record.offset)}
                raise LedgerDamaged("kafka.foreign_record", facts) from error
        if records:
            heard = time.monotonic()
        if time.monotonic() - heard > SILENT_SECONDS:
            raise LedgerUnavailable("kafka.silent", {"detail": partition.topic})
