"""两路一规：平时读 Kafka；它该给而不给时改读账本，给得出下一件时再换回来。

A frozen or dead broker raises no exception in the client and simply delivers nothing, so only the
ledger's head tells. The rule: the head is ahead and Kafka has not offered the next position for two
seconds, be it silent, behind or missing a record.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from ledger.entry import Entry

QUIET_SECONDS: Final = 2.0
STORE_SECONDS: Final = 0.02  # how long Kafka is asked first while on the store


class FeedName(StrEnum):
    """走的是哪一路。"""

    KAFKA = "kafka"
    STORE = "store"


class KafkaSide(Protocol):
    """Kafka 一路，见 :class:`followers.kafka_feed.KafkaFeed`。"""

    def take(self, position: int, limit: int, timeout: float) -> list[Entry]:
        """自 ``position`` 起相连的各件；没有则为空。"""
        ...

    def offsets(self, after: int) -> dict[str, int]:
        """续读的提示。"""
        ...

    def has_delivered(self, position: int) -> bool:
        """送到过的最新一件，是否就是 ``position``。"""
        ...


class StoreSide(Protocol):
    """账本一路，见 :class:`followers.store_feed.StoreFeed`。"""

    def read(self, position: int, limit: int) -> list[Entry]:
        """自 ``position`` 起各件。"""
        ...


@dataclass(frozen=True, slots=True)
class Batch:
    """位置相连的一批，连同来路。"""

    entries: tuple[Entry, ...]
    feed: FeedName
    offsets: Mapping[str, int]


class Source:
    """按规则在两路之间选一路。

    ``store`` is None for a role that may read no event value: it then waits for Kafka. ``head``
    answers the ledger's next position, ``clock`` monotonic seconds.
    """

    def __init__(
        self,
        kafka: KafkaSide,
        store: StoreSide | None,
        head: Callable[[], int],
        clock: Callable[[], float],
    ) -> None:
        self._kafka, self._store, self._head, self._clock = kafka, store, head, clock
        self._quiet_since: float | None = None
        self._feed = FeedName.KAFKA

    def next_batch(self, position: int, limit: int, timeout: float) -> Batch | None:
        """自 ``position`` 起的一批；``timeout`` 秒内没有则为 None。"""
        wait = timeout if self._feed is FeedName.KAFKA else min(timeout, STORE_SECONDS)
        if entries := self._kafka.take(position, limit, wait):
            self._to_kafka()
        elif self._store is not None and self._is_overdue(position):
            self._feed = FeedName.STORE
            entries = self._store.read(position, limit)
        if not entries:
            return None
        after = entries[-1].position + 1
        return Batch(tuple(entries), self._feed, self._kafka.offsets(after))

    def _to_kafka(self) -> None:
        self._feed, self._quiet_since = FeedName.KAFKA, None

    def _is_overdue(self, position: int) -> bool:
        if self._feed is FeedName.STORE and self._kafka.has_delivered(position - 1):
            self._to_kafka()  # it has come level
        if self._head() <= position:
            self._quiet_since = None
            return False
        now = self._clock()
        if self._quiet_since is None:
            self._quiet_since = now
        return self._feed is FeedName.STORE or now - self._quiet_since >= QUIET_SECONDS
