"""中继：账本原样抄送到主题，重启之后从末条续抄。"""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest
from kafka import KafkaAdminClient, TopicPartition

from domain.terms import Mode
from ledger.clock import LedgerClock
from ledger.entry import Entry
from ledger.errors import LedgerDamaged, LedgerError
from ledger.failpoints import VARIABLE, FailpointRefused, arm
from ledger.founding import remember_topics
from ledger.relay import Watchdog, run_relay
from runtime.kafka_admin import create_topics, delete_topics, topic_ids
from schemas.topics import topic_name
from tests.conftest import NewDatabase
from tests.town import TOPICS, Town, eventually, first_seen, forge, found_town, relaying


@pytest.fixture
def town(new_database: NewDatabase, kafka: str) -> Iterator[Town]:
    """一座新城。"""
    with found_town(new_database(), kafka) as founded:
        yield founded


def by_position(town: Town) -> list[Entry]:
    """主题里的全部，按账本位置。"""
    return sorted(town.published(), key=lambda entry: entry.position)


def stopped_by(town: Town) -> str:
    """中继为何不肯开工。"""
    with pytest.raises(LedgerDamaged) as stopped:
        run_relay(town.options, threading.Event())
    return stopped.value.code


@pytest.mark.integration
@pytest.mark.kafka
def test_topics_carry_the_very_rows_of_the_ledger(town: Town) -> None:
    """抄送的与账上的逐字节相同，每条道内次序不变；重启不重抄。"""
    town.fill(300)
    with relaying(town):
        eventually(lambda: len(town.published()) == 300)
    town.fill(20)
    with relaying(town):
        eventually(lambda: len(town.published()) == 320)
    assert by_position(town) == town.stored()
    for order in first_seen(town.published()).values():
        assert order == list(range(len(order)))


@pytest.mark.integration
@pytest.mark.kafka
def test_a_ledger_whose_clock_runs_ahead_is_published(town: Town) -> None:
    """演练的时钟拨到了将来：Kafka 照收，记录的时间就是账上的时间。"""
    clock = town.ledger.clock
    assert isinstance(clock, LedgerClock)
    clock.advance(datetime(2100, 1, 1, tzinfo=UTC))
    town.fill(3)
    with relaying(town):
        eventually(lambda: len(town.published()) == 3)
    assert town.published()[0].recorded_at.year == 2100


@pytest.mark.integration
@pytest.mark.kafka
def test_second_relay_steps_back(town: Town) -> None:
    """已有一个中继，第二个即退，并说明另有其人。"""
    town.fill(1)
    with relaying(town):
        eventually(lambda: len(town.published()) == 1)
        with pytest.raises(LedgerError) as refused:
            run_relay(town.options, threading.Event())
    assert refused.value.code == "relay.running_elsewhere"


@pytest.mark.integration
@pytest.mark.kafka
def test_foreign_tail_stops_the_relay(town: Town) -> None:
    """末条记录与账本的叶不符，中继不往后抄。"""
    town.fill(10, cases=1)
    with relaying(town):
        eventually(lambda: len(town.published()) == 10)
    last = town.stored()[-1]
    forge(town, replace(last, leaf_hash=bytes(32)))
    assert stopped_by(town) == "relay.tail_not_ours"


@pytest.mark.integration
@pytest.mark.kafka
def test_tail_beyond_the_ledger_stops_the_relay(town: Town) -> None:
    """主题比账本还长（账本恢复自较早的备份），中继不往后抄。"""
    town.fill(3, cases=1)
    with relaying(town):
        eventually(lambda: len(town.published()) == 3)
    last = town.stored()[-1]
    forge(town, replace(last, position=9, lane_position=9))
    assert stopped_by(town) == "relay.tail_not_ours"


@pytest.mark.integration
@pytest.mark.kafka
def test_emptied_partition_heals_by_itself(town: Town) -> None:
    """同一主题的记录被清空，中继自行从头补抄。"""
    town.fill(50)
    with relaying(town):
        eventually(lambda: len(town.published()) == 50)
    admin = KafkaAdminClient(bootstrap_servers=town.bootstrap)
    name = topic_name(town.origin, "case")
    admin.delete_records({TopicPartition(name, number): -1 for number in (0, 1)})
    admin.close()
    assert town.published() == []
    with relaying(town):
        eventually(lambda: len(town.published()) == 50)
    assert by_position(town) == town.stored()


@pytest.mark.integration
@pytest.mark.kafka
def test_an_altered_row_is_not_published(town: Town) -> None:
    """账上的一行被改过（叶与字节不符），中继停在它之前，前面的照抄。"""
    town.fill(10)
    town.sql("ALTER TABLE ledger.event DISABLE TRIGGER ALL")
    town.sql("UPDATE ledger.event SET value = value || '\\x00'::bytea WHERE position = 6")

    assert stopped_by(town) == "relay.leaf_differs"
    assert all(entry.position < 6 for entry in town.published())


@pytest.mark.integration
@pytest.mark.kafka
def test_missing_and_recreated_topic_wait_for_republish(town: Town) -> None:
    """主题被删、被重建，中继停下；核定之后从头补抄。"""
    town.fill(20)
    with relaying(town):
        eventually(lambda: len(town.published()) == 20)
    name = topic_name(town.origin, "case")
    delete_topics(town.bootstrap, [name])
    eventually(lambda: not topic_ids(town.bootstrap, [name]))
    assert stopped_by(town) == "relay.topic_missing"
    ids = create_topics(town.bootstrap, {name: TOPICS["case"]})
    assert stopped_by(town) == "relay.topic_recreated"
    remember_topics(town.settings, {"case": ids[name]})
    with relaying(town):
        eventually(lambda: len(town.published()) == 20)
    assert by_position(town) == town.stored()


def test_failpoints_are_refused_on_a_formal_ledger(monkeypatch: pytest.MonkeyPatch) -> None:
    """正式账本不许有断点；写错的断点也不许。"""
    monkeypatch.setenv(VARIABLE, "relay.after_produce:kill@3")
    arm(Mode.DEMO)
    with pytest.raises(FailpointRefused):
        arm(Mode.FORMAL)
    monkeypatch.setenv(VARIABLE, "relay.after_produce:explode")
    with pytest.raises(FailpointRefused):
        arm(Mode.DEMO)
    monkeypatch.delenv(VARIABLE)
    arm(Mode.FORMAL)


@dataclass
class Unanswered:
    """发出去而没有回音的一条。"""

    is_done: bool = False
    exception: BaseException | None = None

    def get(self, timeout: float | None = None) -> object:
        """没有回音。"""
        return timeout


def test_watchdog_ends_the_process_when_nothing_is_acknowledged() -> None:
    """久无确认，看门狗以 5 结束进程；有确认则不。"""
    ended: list[int] = []
    bitten = threading.Event()

    def end(code: int) -> None:
        ended.append(code)
        bitten.set()

    watchdog = Watchdog(0.2, end)
    answered = Unanswered(is_done=True)
    watchdog.sent(answered)
    assert not watchdog.is_stuck()
    watchdog.settle(0)
    watchdog.sent(Unanswered())
    watchdog.start()
    assert bitten.wait(5)
    assert ended == [5]
