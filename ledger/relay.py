"""中继：把账本原样抄送到 Kafka，同样的字节、同样的次序，至少一次（G5）。

There is no relay checkpoint. At each start the tail record of every partition is compared, by leaf
hash, with the ledger, and the relay goes on behind it: a wiped or truncated partition heals by
itself, a tail that is not ours stops it. The client can lose, hang or reorder records after a
timeout, so one request is in flight, nothing expires, and any doubt ends the *process*.
"""

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Protocol

import structlog
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError, KafkaTimeoutError

from ledger.entry import Entry
from ledger.errors import LedgerDamaged, LedgerError, LedgerUnavailable
from ledger.failpoints import arm, reach
from ledger.leaf import leaf_bytes, leaf_hasher
from ledger.outbox import Lane, Outbox, lanes_of
from ledger.records import Record, entry_of, headers_of
from ledger.store import Frame
from schemas.errors import CodecError
from schemas.topics import topic_name

log: Final = structlog.get_logger()
READ: Final = 500  # events a read
TAIL_SECONDS: Final = 30.0  # to answer with the tail of every partition


@dataclass(frozen=True, slots=True)
class RelayOptions:
    """中继的参数：连哪里，容许多少条未确认，多久无确认即自行了断。"""

    dsn: str
    bootstrap: str
    window: int = 2_000
    patience: float = 20.0
    poll: float = 0.05


class _Future(Protocol):
    is_done: bool
    exception: BaseException | None

    def get(self, timeout: float | None = None) -> object: ...


# -- Kafka clients: every dangerous default is overridden here and nowhere else


# A poll takes all that has been fetched (memory is bounded by the sizes of fetches): kafka-python 3.0
# never returns to the rest of a fetch whose partition was paused in between.
_ALL_FETCHED: Final = 1_000_000


def open_consumer(bootstrap: str) -> KafkaConsumer:
    """只读的 Kafka 客户端，不属任何组，不自动提交。Raises ``KafkaError`` without a broker."""
    return KafkaConsumer(
        bootstrap_servers=bootstrap,
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        allow_auto_create_topics=False,
        fetch_max_wait_ms=100,
        max_poll_records=_ALL_FETCHED,
        bootstrap_timeout_ms=5_000,
    )


def open_producer(bootstrap: str) -> KafkaProducer:
    """保序的 Kafka 客户端：一次只发一个请求，永不过期。"""
    return KafkaProducer(
        bootstrap_servers=bootstrap,
        acks="all",
        enable_idempotence=True,
        max_in_flight_requests_per_connection=1,
        delivery_timeout_ms=2_147_483_647,
        allow_auto_create_topics=False,
        linger_ms=5,
        batch_size=131_072,
        bootstrap_timeout_ms=5_000,
    )


def topic_ids(bootstrap: str, names: list[str]) -> dict[str, tuple[str, int]]:
    """主题全名 → （topic id，分区数）；不存在的主题不在其中。"""
    admin = KafkaAdminClient(bootstrap_servers=bootstrap, bootstrap_timeout_ms=5_000)
    try:
        described = admin.describe_topics(names)
    finally:
        admin.close()
    return {
        topic["name"]: (str(topic["topic_id"]), len(topic["partitions"]))
        for topic in described
        if topic["error_code"] == 0
    }


# -- starting: are these our topics, and where did the last relay stop


def check_topics(frame: Frame, known: dict[str, str], bootstrap: str) -> None:
    """主题须是建账或重发时的那一个。

    Raises :class:`LedgerDamaged`: ``relay.topic_missing``, ``relay.topic_recreated`` or
    ``relay.partitions_changed``.
    """
    names = {lane.topic: topic_name(frame.origin, lane.topic) for lane in lanes_of(frame)}
    found = topic_ids(bootstrap, list(names.values()))
    for short, name in names.items():
        if name not in found:
            raise LedgerDamaged("relay.topic_missing", {"topic": name})
        identity, partitions = found[name]
        if identity != known.get(short):
            raise LedgerDamaged("relay.topic_recreated", {"topic": name})
        if partitions != frame.partitions[short]:
            raise LedgerDamaged("relay.partitions_changed", {"topic": name})


def read_tails(consumer: KafkaConsumer, frame: Frame) -> dict[Lane, Entry | None]:
    """每个分区的末条记录；空分区为 None。

    Raises :class:`LedgerUnavailable` if the broker does not answer, :class:`LedgerDamaged` if a
    tail is no record of ours.
    """
    lanes = {
        TopicPartition(topic_name(frame.origin, lane.topic), lane.partition): lane
        for lane in lanes_of(frame)
    }
    consumer.assign(list(lanes))
    first, end = consumer.beginning_offsets(list(lanes)), consumer.end_offsets(list(lanes))
    tails: dict[Lane, Entry | None] = dict.fromkeys(lanes.values())
    waiting = {partition for partition in lanes if end[partition] > first[partition]}
    consumer.assign(list(waiting))
    for partition in waiting:
        consumer.seek(partition, end[partition] - 1)
    deadline = time.monotonic() + TAIL_SECONDS
    while waiting:
        if time.monotonic() > deadline:
            raise LedgerUnavailable("relay.kafka_silent", {"partitions": str(len(waiting))})
        for partition, records in consumer.poll(timeout_ms=200).items():
            lane = lanes[partition]
            tails[lane] = _tail(records[-1], lane)
            waiting.discard(partition)
    return tails


def _tail(record: Record, lane: Lane) -> Entry:
    try:
        return entry_of(record, lane.topic)
    except CodecError as error:
        facts = {"topic": lane.topic, "partition": str(lane.partition), "position": "?"}
        raise LedgerDamaged("relay.tail_not_ours", facts) from error


def resume_at(outbox: Outbox, tails: dict[Lane, Entry | None]) -> dict[Lane, int]:
    """每条道的下一个道内号：末条须与账本同一叶。

    Raises :class:`LedgerDamaged` ``relay.tail_not_ours``.
    """
    following: dict[Lane, int] = {}
    for lane, tail in tails.items():
        if tail is None:
            following[lane] = 0
            continue
        stored = outbox.at(lane, tail.lane_position)
        if stored != (tail.position, tail.leaf_hash):
            facts = {"topic": lane.topic, "partition": str(lane.partition)}
            raise LedgerDamaged("relay.tail_not_ours", facts | {"position": str(tail.position)})
        following[lane] = tail.lane_position + 1
    return following


# -- running


class Watchdog(threading.Thread):
    """看门狗：发出去而久无确认时，结束整个进程（客户端此时可能永不恢复）。"""

    def __init__(self, patience: float, end: Callable[[int], None]) -> None:
        super().__init__(name="relay-watchdog", daemon=True)
        self._patience, self._end = patience, end
        self._pending: deque[tuple[_Future, float]] = deque()
        self._acknowledged = time.monotonic()
        self._stopped = threading.Event()

    @property
    def pending(self) -> int:
        """未清点的条数。"""
        return len(self._pending)

    def sent(self, future: _Future) -> None:
        """记一条已发出。"""
        self._pending.append((future, time.monotonic()))

    def settle(self, limit: int) -> None:
        """清点已确认的，直到未清点的不超过 ``limit`` 条。

        Raises :class:`LedgerUnavailable` if a record failed: it may or may not be in the topic.
        """
        while self._pending and (self._pending[0][0].is_done or len(self._pending) > limit):
            try:
                self._pending[0][0].get(timeout=self._patience)
            except KafkaError as error:
                raise LedgerUnavailable("relay.unknown_outcome", {"error": repr(error)}) from error
            self._pending.popleft()
            self._acknowledged = time.monotonic()

    def run(self) -> None:
        """每半秒看一次。"""
        while not self._stopped.wait(min(0.5, self._patience / 4)):
            if self.is_stuck():
                log.error("relay.not_acknowledged", seconds=self._patience)
                self._end(5)
                return

    def is_stuck(self) -> bool:
        """最早一条未确认的，是否已超时。"""
        try:
            future, since = self._pending[0]
        except IndexError:
            return False
        silent = time.monotonic() - max(since, self._acknowledged)
        return not future.is_done and silent > self._patience

    def stop(self) -> None:
        """Ends the thread."""
        self._stopped.set()


def run_relay(
    options: RelayOptions, stop: threading.Event, end: Callable[[int], None] = os._exit
) -> None:
    """运行中继，直到 ``stop``。

    Raises :class:`LedgerError` ``relay.running_elsewhere``, :class:`LedgerDamaged` where the topics
    are not ours, :class:`LedgerUnavailable` where a server is gone; ``end(5)`` is called from the
    watchdog when nothing is acknowledged in time.
    """
    outbox = Outbox(options.dsn)
    try:
        if not outbox.lock():
            raise LedgerError("relay.running_elsewhere")
        frame = outbox.frame()
        if frame is None:
            raise LedgerUnavailable("ledger.not_created")
        arm(frame.mode)
        following = _connect(options, stop, outbox, frame)
        if following is not None:
            _carry(options, stop, outbox, frame, following, end)
    finally:
        outbox.close()


def _connect(
    options: RelayOptions, stop: threading.Event, outbox: Outbox, frame: Frame
) -> dict[Lane, int] | None:
    """Retries until the broker answers; nothing is in flight yet, so retrying here is safe."""
    while not stop.is_set():
        try:
            check_topics(frame, outbox.topic_ids(), options.bootstrap)
            consumer = open_consumer(options.bootstrap)
            try:
                return resume_at(outbox, read_tails(consumer, frame))
            finally:
                consumer.close()
        except KafkaError as error:
            log.warning("relay.kafka_unreachable", error=repr(error))
            outbox.head()  # the lock is only ours while this connection lives
            stop.wait(0.5)
    return None


def _unsent(
    outbox: Outbox, following: dict[Lane, int], stop: threading.Event, idle: Callable[[], None]
) -> Iterator[Entry]:
    """What the topics lack, in the order of the ledger, for ever."""
    head = outbox.head()  # read first: what is appended while the lanes are read lies behind it
    starts = [outbox.at(lane, number) for lane, number in following.items()]
    position = min([head, *(start[0] for start in starts if start)])
    while not stop.is_set():
        batch = outbox.read(position, READ)
        for entry in batch:
            lane = Lane(entry.topic, entry.partition)
            if entry.lane_position > following[lane]:
                raise LedgerDamaged("relay.lane_gap", {"position": str(entry.position)})
            if entry.lane_position == following[lane]:
                following[lane] += 1
                yield entry
        position += len(batch)
        if len(batch) < READ:
            idle()


def _carry(
    options: RelayOptions,
    stop: threading.Event,
    outbox: Outbox,
    frame: Frame,
    following: dict[Lane, int],
    end: Callable[[int], None],
) -> None:
    producer = open_producer(options.bootstrap)
    names = {lane.topic: topic_name(frame.origin, lane.topic) for lane in lanes_of(frame)}
    watchdog = Watchdog(options.patience, end)
    watchdog.start()

    vouched = leaf_hasher(frame.hash)

    def idle() -> None:
        watchdog.settle(options.window)
        outbox.wait(options.poll)

    try:
        for entry in _unsent(outbox, following, stop, idle):
            if vouched(leaf_of(entry)) != entry.leaf_hash:
                raise LedgerDamaged("relay.leaf_differs", {"position": str(entry.position)})
            reach("relay.before_produce")
            watchdog.settle(options.window - 1)
            watchdog.sent(
                producer.send(
                    names[entry.topic],
                    value=entry.value,
                    key=entry.key.encode(),
                    headers=headers_of(entry, frame.origin),
                    partition=entry.partition,
                    timestamp_ms=int(entry.recorded_at.timestamp() * 1000),
                )
            )
            reach("relay.after_produce")
        watchdog.settle(0)
    finally:
        watchdog.stop()
        _close(producer)


def leaf_of(entry: Entry) -> bytes:
    """一行的叶，由存下的字节而来：改过的行不外传。"""
    return leaf_bytes(
        entry.schema_sha256, entry.stream, entry.version, entry.prev_leaf_hash, entry.value
    )


def _close(producer: KafkaProducer) -> None:
    try:
        producer.close(timeout=1)
    except KafkaTimeoutError:  # what is left is carried by the next relay, behind the tail
        log.info("relay.closed_unfinished")
