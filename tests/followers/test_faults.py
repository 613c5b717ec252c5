"""故障：打断任何一处，已答复的都在，次序不变，效果只有一次（G1、G4、G5、G6）。"""

import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import Any, cast
from uuid import uuid4

import pytest
from kafka import KafkaProducer
from kafka.errors import KafkaError

from domain.acts import Act
from ledger.application import Request
from ledger.errors import LedgerUnavailable
from runtime.kafka_admin import create_topics
from tests.followers.plant import Plant, Role, planted
from tests.town import CLERK, Note, Town, eventually, first_seen, found_town

pytestmark = [pytest.mark.integration, pytest.mark.kafka, pytest.mark.fault]


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    """可以打断的服务器。"""
    with planted(tmp_path_factory.mktemp("plant")) as running:
        yield running


@pytest.fixture(scope="module")
def town(plant: Plant) -> Iterator[Town]:
    """一座建在其上的城。"""
    with found_town(plant.settings, plant.settings.kafka_bootstrap) as founded:
        yield founded


class Traffic(threading.Thread):
    """不停记事的窗口：没有得到答复的，以同一命令号再问，直到得到答复。"""

    def __init__(self, town: Town) -> None:
        super().__init__(daemon=True)
        self._town, self._halt = town, threading.Event()
        self.acknowledged: list[str] = []

    def run(self) -> None:
        """一件接一件。"""
        number = 0
        while not self._halt.is_set():
            text = f"N-{uuid4().hex[:8]}"
            act = cast("Act", Note(f"C-{number % 5}", (text,)))
            self._ask(Request(act, CLERK, uuid4()))
            self.acknowledged.append(text)
            number += 1
            self._halt.wait(0.005)

    def _ask(self, request: Request) -> None:
        while True:
            try:
                self._town.ledger.execute(request)
            except LedgerUnavailable:
                self._halt.wait(0.05)
            else:
                return

    def has_reached(self, count: int) -> bool:
        """是否已有这么多件得到答复。"""
        return len(self.acknowledged) >= count

    def finish(self) -> list[str]:
        """停下，给出已得答复的各件。"""
        self._halt.set()
        self.join(30)
        assert not self.is_alive()
        return self.acknowledged


def interrupted(town: Town, faults: list[Callable[[dict[str, Role]], None]]) -> list[str]:
    """边记事边出故障，直到全部追平；给出已得答复的各件。"""
    roles = {name: Role(name, town.settings) for name in ("relay", "followers")}
    traffic = Traffic(town)
    traffic.start()
    try:
        for fault in faults:
            eventually(partial(traffic.has_reached, len(traffic.acknowledged) + 60), 30)
            fault(roles)
        acknowledged = traffic.finish()

        def settled() -> bool:
            for role in roles.values():
                role.revive()
            head = town.head()
            return all(town.next_of(name) == head for name in ("tally", "echo"))

        eventually(settled, 60)
        eventually(lambda: {e.position for e in town.published()} == set(range(town.head())), 30)
    finally:
        for role in roles.values():
            role.end()
    return acknowledged


def check_everything(town: Town, acknowledged: list[str]) -> None:
    """已答复 ⊆ 账本 = 主题，次序相同；视图每件数一次，回声每件一次。"""
    stored = town.stored()
    published = {entry.position: entry for entry in town.published()}
    assert [published[entry.position] for entry in stored] == stored
    for order in first_seen(town.published()).values():
        assert order == list(range(len(order)))
    texts: Counter[str] = Counter()
    echoes: Counter[str] = Counter()
    for stream in {entry.stream for entry in stored}:
        found = [fact.event.document_no for fact in town.ledger.events(stream)]  # type: ignore[attr-defined]
        (echoes if "/ECHO-" in stream else texts).update(found)
    assert set(acknowledged) <= set(texts)
    assert set(texts.values()) == {1}
    assert echoes == texts
    counted = town.sql("SELECT key, count FROM projection.tally_g1")
    assert dict(counted) == Counter(entry.key for entry in stored)


def test_kill_nine_anywhere_loses_and_repeats_nothing(plant: Plant, town: Town) -> None:
    """PostgreSQL、Kafka、中继、跟随者各被 kill -9 一次。"""

    def kill(name: str) -> Callable[[dict[str, Role]], None]:
        def fault(roles: dict[str, Role]) -> None:
            roles[name].signal(signal.SIGKILL)
            roles[name].process.wait(10)
            roles[name].revive()

        return fault

    faults = [kill("relay"), kill("followers"), lambda _: plant.kill("postgres")]
    faults += [lambda _: plant.kill("kafka"), kill("relay")]
    check_everything(town, interrupted(town, faults))


def test_a_pause_anywhere_loses_and_repeats_nothing(plant: Plant, town: Town) -> None:
    """各被停住几秒再放开（停住与杀掉，暴露的毛病不同）；Kafka 停得久，中继自行了断。"""

    def pause_role(name: str) -> Callable[[dict[str, Role]], None]:
        def fault(roles: dict[str, Role]) -> None:
            roles[name].signal(signal.SIGSTOP)
            time.sleep(3)
            roles[name].signal(signal.SIGCONT)

        return fault

    def pause_server(name: str, seconds: float) -> Callable[[dict[str, Role]], None]:
        def fault(roles: dict[str, Role]) -> None:
            plant.signal(name, signal.SIGSTOP)
            time.sleep(seconds)
            plant.signal(name, signal.SIGCONT)
            roles["relay"].revive()

        return fault

    faults = [pause_role("relay"), pause_role("followers")]
    faults += [pause_server("postgres", 3), pause_server("kafka", 7)]
    check_everything(town, interrupted(town, faults))


def test_relay_dies_after_produce_and_only_repeats(town: Town) -> None:
    """中继在发出之后、未及确认时死去：主题里至多重复，不缺、不乱。"""
    town.fill(40, cases=4)
    dying = Role("relay", town.settings, SHENGUAN_FAILPOINT="relay.after_produce:kill@7")
    assert dying.process.wait(30) == -signal.SIGKILL
    followers = Role("followers", town.settings)
    relay = Role("relay", town.settings)
    try:
        eventually(lambda: town.next_of("echo") == town.head() > 0, 30)
        eventually(lambda: {e.position for e in town.published()} == set(range(town.head())), 30)
    finally:
        relay.end()
        followers.end()
    check_everything(town, [])


def test_control_the_harness_can_see_a_wedge(plant: Plant) -> None:
    """对照：危险的设置（期限有限）在停住的 Kafka 上真会坏，可见以上测试看得见坏事。"""
    bootstrap = plant.settings.kafka_bootstrap
    create_topics(bootstrap, {"control": 1})
    producer = KafkaProducer(
        bootstrap_servers=bootstrap,
        acks="all",
        enable_idempotence=True,
        linger_ms=0,
        delivery_timeout_ms=1_500,
        request_timeout_ms=1_000,
    )
    outcome_of(producer.send("control", b"before"))
    plant.signal("kafka", signal.SIGSTOP)
    try:
        failed = producer.send("control", b"lost?")
        with pytest.raises(KafkaError):
            outcome_of(failed, 10)
    finally:
        plant.signal("kafka", signal.SIGCONT)
    fresh = KafkaProducer(bootstrap_servers=bootstrap)
    outcome_of(fresh.send("control", b"a fresh producer works"))
    with pytest.raises(KafkaError):  # the old one is wedged: this is why the relay ends its process
        outcome_of(producer.send("control", b"after"), 4)
    fresh.close()
    abandon(producer)


def abandon(producer: KafkaProducer) -> None:
    """丢开一个卡死的客户端：它的 close 会抛错，析构时又来一次。"""
    with suppress(KafkaError):
        producer.close(timeout=0)
    producer._closed = True  # type: ignore[attr-defined]


def outcome_of(future: Any, seconds: float = 30) -> object:
    """等一条的回音。The client's stubs leave its futures untyped."""
    return future.get(seconds)


def test_control_the_harness_can_see_a_hole(plant: Plant) -> None:
    """对照：期限有限、多个请求在途，中间的过期了，后面的却已确认——次序从此不可信。"""
    bootstrap = plant.settings.kafka_bootstrap
    create_topics(bootstrap, {"holes": 1})
    producer = KafkaProducer(
        bootstrap_servers=bootstrap,
        acks="all",
        enable_idempotence=False,
        max_in_flight_requests_per_connection=5,
        linger_ms=0,
        delivery_timeout_ms=1_500,
        request_timeout_ms=1_000,
    )
    outcome_of(producer.send("holes", b"before"))
    plant.signal("kafka", signal.SIGSTOP)
    sent = []
    try:
        for number in range(30):
            sent.append(producer.send("holes", b"%d" % number))
            time.sleep(0.1)  # the broker sleeps while these age
    finally:
        plant.signal("kafka", signal.SIGCONT)
    sent.append(producer.send("holes", b"last"))
    eventually(lambda: all(future.is_done for future in sent), 30)
    failed = [number for number, future in enumerate(sent) if future.failed()]
    acknowledged = [number for number, future in enumerate(sent) if future.succeeded()]
    assert failed, "nothing expired: the control proves nothing"
    assert min(failed) < max(acknowledged)
    abandon(producer)
