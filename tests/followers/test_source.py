"""两路一规：Kafka 不给，改读账本；给得出下一件，再换回来。"""

from dataclasses import dataclass, field

from followers.source import FeedName, Source
from ledger.entry import Entry
from tests.deliveries import START


def entry(position: int) -> Entry:
    """某个位置的一件。"""
    return Entry(
        position,
        "case",
        0,
        position,
        "case/C",
        position + 1,
        "C",
        "e",
        "case.delivered.v1",
        b"",
        b"",
        b"",
        1,
        START,
        None,
        b"",
    )


@dataclass
class Broker:
    """一路 Kafka：手里有哪些件，由测试说了算。"""

    held: set[int] = field(default_factory=set)
    newest: int = -1

    def take(self, position: int, limit: int, timeout: float) -> list[Entry]:
        """自某位置起相连的各件。"""
        del timeout
        run: list[Entry] = []
        while position + len(run) in self.held and len(run) < limit:
            run.append(entry(position + len(run)))
        return run

    def offsets(self, after: int) -> dict[str, int]:
        """提示。"""
        return {"id/0": after}

    def has_delivered(self, position: int) -> bool:
        """送到过的最新一件。"""
        return self.newest == position


@dataclass
class Shelf:
    """账本一路：全部都有。"""

    head: int = 0

    def read(self, position: int, limit: int) -> list[Entry]:
        """自某位置起各件。"""
        return [entry(number) for number in range(position, min(self.head, position + limit))]


@dataclass
class Scene:
    """一处场景：时钟由测试拨。"""

    broker: Broker = field(default_factory=Broker)
    shelf: Shelf = field(default_factory=Shelf)
    now: float = 0.0

    def source(self, *, store: bool = True) -> Source:
        """两路之源。"""
        shelf = self.shelf if store else None
        return Source(self.broker, shelf, lambda: self.shelf.head, lambda: self.now)


def test_kafka_is_read_while_it_delivers() -> None:
    """Kafka 送得到，就读 Kafka。"""
    scene = Scene(Broker({0, 1, 2}), Shelf(3))
    batch = scene.source().next_batch(0, 10, 0)
    assert batch is not None
    assert (batch.feed, len(batch.entries), batch.offsets) == (FeedName.KAFKA, 3, {"id/0": 3})


def test_store_takes_over_after_two_silent_seconds_and_gives_back() -> None:
    """账首已在前而 Kafka 沉默两秒，改读账本；Kafka 追平即换回。"""
    scene = Scene(shelf=Shelf(2))
    source = scene.source()
    assert source.next_batch(0, 10, 0) is None
    scene.now = 1.9
    assert source.next_batch(0, 10, 0) is None
    scene.now = 2.0
    first = source.next_batch(0, 10, 0)
    assert first is not None
    assert (first.feed, len(first.entries)) == (FeedName.STORE, 2)
    scene.shelf.head = 3
    second = source.next_batch(2, 10, 0)
    assert second is not None
    assert second.feed is FeedName.STORE
    scene.broker.newest, scene.shelf.head = 2, 4
    assert source.next_batch(3, 10, 0) is None, "Kafka has come level: it is waited for again"
    scene.broker.held = {3}
    back = source.next_batch(3, 10, 0)
    assert back is not None
    assert back.feed is FeedName.KAFKA


def test_nothing_to_read_is_no_silence() -> None:
    """账本没有新事，Kafka 沉默多久都不算。"""
    scene = Scene(shelf=Shelf(5))
    source = scene.source()
    for now in (0.0, 5.0, 10.0):
        scene.now = now
        assert source.next_batch(5, 10, 0) is None
    scene.shelf.head = 6
    assert source.next_batch(5, 10, 0) is None, "the two seconds begin when the head moves"


def test_a_missing_record_comes_from_the_store() -> None:
    """主题里缺一件，由账本补上，其后照读 Kafka。"""
    scene = Scene(Broker({0, 2}), Shelf(3))
    source = scene.source()
    read: list[tuple[int, FeedName]] = []
    for now in (0.0, 1.0, 4.0):
        scene.now = now
        if batch := source.next_batch(len(read), 1, 0):
            read += [(one.position, batch.feed) for one in batch.entries]
    scene.now = 5.0
    if batch := source.next_batch(len(read), 1, 0):
        read += [(one.position, batch.feed) for one in batch.entries]
    assert read == [(0, FeedName.KAFKA), (1, FeedName.STORE), (2, FeedName.KAFKA)]


def test_without_a_store_it_waits() -> None:
    """无权读事件的角色只等 Kafka。"""
    scene = Scene(shelf=Shelf(5))
    source = scene.source(store=False)
    for now in (0.0, 60.0):
        scene.now = now
        assert source.next_batch(0, 10, 0) is None
