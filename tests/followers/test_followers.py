"""跟随者：同一次序，各推各的；有疑即停，重复不算，命令只生效一次。"""

from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest

from followers.kafka_feed import PENDING
from followers.parking import release
from followers.rebuild import RebuildOptions, rebuild
from followers.storage import connect
from ledger.errors import LedgerDamaged, LedgerError
from schemas.topics import partition_for
from tests.conftest import NewDatabase
from tests.tally import CLOCKWORK, ECHO, TALLY
from tests.town import TOPICS, Town, eventually, following, forge, found_town, relaying

pytestmark = [pytest.mark.integration, pytest.mark.kafka]

BACKLOG = 3 * PENDING  # of one lane: it is paused, and resumed, more than once
CHUNK = 200


@pytest.fixture
def town(new_database: NewDatabase, kafka: str) -> Iterator[Town]:
    """一座新城。"""
    with found_town(new_database(), kafka) as founded:
        yield founded


def rows(town: Town, name: str = "tally") -> dict[str, tuple[int, str]]:
    """视图的各行。"""
    generation = town.sql("SELECT generation FROM follower.cursor WHERE name = %s", name)[0][0]
    found = town.sql(f"SELECT key, count, last FROM projection.{name}_g{generation}")
    return {key: (count, last) for key, count, last in found}


def level(town: Town, *names: str) -> bool:
    """这些跟随者是否都到了账首。"""
    return all(town.next_of(name) == town.head() for name in names)


def test_rows_follow_the_ledger_without_reading_event_values(town: Town) -> None:
    """Kafka 一路：角色读不到账上的字节，照样推得出现状；看得出走的是哪一路。"""
    with (
        psycopg.connect(town.settings.dsn("shenguan_follow")) as conn,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        conn.execute("SELECT value FROM ledger.event_feed")
    town.fill(200, cases=4)
    town.note("C-000", "DROP")
    with relaying(town), following(town, [TALLY], store=False):
        eventually(lambda: level(town, "tally"))
        town.note("C-001", "LAST")
        eventually(lambda: level(town, "tally"))
    assert rows(town) == {"C-001": (51, "LAST"), "C-002": (50, "D-198"), "C-003": (50, "D-199")}
    assert town.sql("SELECT feed, halted FROM follower.cursor") == [("kafka", None)]


def test_a_backlog_longer_than_what_is_held_back_is_read_to_its_end(town: Town) -> None:
    """一道积压上万件，另一道须先暂停等它：恢复之后照样读完，不从此无声（只凭 Kafka）。

    Given a lane that is paused in the middle of what the client has fetched; kafka-python 3.0 never
    returns to such a remainder.
    """
    lanes: dict[int, str] = {}
    for number in range(100):
        lanes.setdefault(partition_for(f"B-{number}", TOPICS["case"]), f"B-{number}")
    for lane in (0, 1):
        for _ in range(BACKLOG // CHUNK):
            town.note(lanes[lane], *["D"] * CHUNK)
    with relaying(town):
        eventually(lambda: len(town.published()) == 2 * BACKLOG, 120)
        with following(town, [TALLY], store=False):
            eventually(lambda: level(town, "tally"), 120)
    counts = {key: count for key, (count, _) in rows(town).items()}
    assert counts == {lanes[0]: BACKLOG, lanes[1]: BACKLOG}


def test_repeats_in_the_topic_are_dropped_by_number(town: Town) -> None:
    """主题里有重复的记录，视图不多数一件。"""
    town.fill(30, cases=1)
    with relaying(town):
        eventually(lambda: len(town.published()) == 30)
    for entry in town.stored()[10:20]:
        forge(town, entry)
    with following(town, [TALLY], store=False):
        eventually(lambda: level(town, "tally"))
        town.note("C-000", "AFTER")
        with relaying(town):
            eventually(lambda: level(town, "tally"))
    assert rows(town) == {"C-000": (31, "AFTER")}


def test_second_instance_steps_back(town: Town) -> None:
    """同一跟随者的第二个实例即退，并说明另有其人。"""
    town.fill(1)
    with relaying(town), following(town, [TALLY]):
        eventually(lambda: level(town, "tally"))
        with following(town, [TALLY]) as second:
            eventually(lambda: bool(second))
    assert isinstance(second[0], LedgerError)
    assert second[0].code == "follower.running_elsewhere"


def test_forged_record_is_never_folded_and_halts_with_its_position(town: Town) -> None:
    """冒写的记录不推、不译，全部停下，指名位置。"""
    town.fill(10, cases=1)
    stored = town.stored()
    for entry in stored[:6]:
        forge(town, entry)
    forge(town, replace(stored[6], value=stored[6].value + b"\x00"))
    with following(town, [TALLY], store=False) as ended:
        eventually(lambda: bool(ended))
    assert isinstance(ended[0], LedgerDamaged)
    assert (ended[0].code, ended[0].facts["position"]) == ("follower.leaf_differs", "6")
    assert town.sql("SELECT halted FROM follower.cursor") == [("follower.leaf_differs",)]
    assert town.next_of("tally") <= 6


def test_record_that_the_ledger_never_had_halts(town: Town) -> None:
    """账本上没有的位置，主题里却有：停下。"""
    town.fill(3, cases=1)
    last = town.stored()[-1]
    for entry in town.stored():
        forge(town, entry)
    forge(town, replace(last, position=3, lane_position=3))
    with following(town, [TALLY]) as ended:
        eventually(lambda: bool(ended))
    assert isinstance(ended[0], LedgerDamaged)
    assert (ended[0].code, ended[0].facts["position"]) == ("follower.leaf_missing", "3")


def test_false_headers_halt(town: Town) -> None:
    """字节是真的，记录头却改了事件名（想让人跳过它）：停下。"""
    town.fill(1)
    forge(town, replace(town.stored()[0], name="case.approved.v1"))
    with following(town, [TALLY], store=False) as ended:
        eventually(lambda: bool(ended))
    assert isinstance(ended[0], LedgerDamaged)
    assert ended[0].code == "follower.headers_differ"


def test_store_feeds_when_the_topic_lacks_a_record(town: Town) -> None:
    """主题里缺一件，改读账本，一件不漏；说得出走的是账本一路。"""
    town.fill(20, cases=2)
    for entry in town.stored():
        if entry.position != 7:
            forge(town, entry)
    with following(town, [TALLY]):
        eventually(lambda: level(town, "tally"))
        eventually(lambda: rows(town) == {"C-000": (10, "D-18"), "C-001": (10, "D-19")})
        town.note("C-000", "UNPUBLISHED")
        eventually(lambda: level(town, "tally"))
    assert town.sql("SELECT feed FROM follower.cursor") == [("store",)]


def test_failed_fold_halts_that_projection_only(town: Town) -> None:
    """一个视图推不下去，只停它自己，别的照走。"""
    counted = replace(TALLY, name="steady", fold=lambda *_: {"count": 1})
    town.fill(5, cases=1)
    town.note("C-000", "FAIL")
    town.fill(5, cases=1)
    with relaying(town), following(town, [TALLY, counted]):
        eventually(lambda: level(town, "steady"))
    halted = town.sql("SELECT halted, halted_facts FROM follower.cursor WHERE name = 'tally'")[0]
    assert halted[0] == "follower.fold_failed"
    assert halted[1]["position"] == "5"
    assert town.next_of("tally") <= 5


def test_commands_take_effect_once_whatever_is_repeated(town: Town) -> None:
    """进度拨回零重来一遍，命令编号相同，账上不多一件。"""
    town.fill(12, cases=3)
    with relaying(town), following(town, supervisors=[ECHO]):
        eventually(lambda: town.head() == 24 and level(town, "echo"))
    town.sql("UPDATE follower.cursor SET next_position = 0, offsets = '{}'")
    town.sql("DELETE FROM follower.row")
    with relaying(town), following(town, supervisors=[ECHO]):
        eventually(lambda: level(town, "echo"))
    assert town.head() == 24
    seen = town.sql("SELECT key, row->>'seen' FROM follower.row ORDER BY key")
    assert seen == [("C-000", "4"), ("C-001", "4"), ("C-002", "4")]
    echoed = [entry for entry in town.stored() if entry.key.startswith("ECHO-")]
    assert all(entry.lane_position >= 0 for entry in echoed)


def test_refused_command_parks_its_key_and_nothing_else(town: Town) -> None:
    """办不成的停放，同键的依次排队，别的照办；放行后按原次序补办。"""
    town.note("C-1", "FIRST")
    town.note("C-1", "REFUSE")
    town.note("C-1", "QUEUED")
    town.note("C-2", "FREE")
    with relaying(town), following(town, supervisors=[ECHO]):
        eventually(lambda: level(town, "echo") and bool(echoes(town, "C-2")))
        parked = town.sql("SELECT id, position, reason FROM follower.parked ORDER BY id")
        assert [(one[1], one[2]) for one in parked] == [(1, "duty.role"), (2, None)]
        assert echoes(town, "C-1") == ["FIRST"]
        town.note("PERMIT", "GRANTED")
        with connect(town.settings.dsn("shenguan_follow")) as conn:
            assert release(conn, parked[0][0])
        eventually(lambda: echoes(town, "C-1") == ["FIRST", "REFUSE", "QUEUED"])
        eventually(lambda: town.sql("SELECT count(*) FROM follower.parked") == [(0,)])
    assert town.sql("SELECT row FROM follower.row WHERE key = 'C-1'") == [({"seen": 3},)]


def echoes(town: Town, case_no: str) -> list[str]:
    """某办件的回声，按先后。"""
    facts = town.ledger.events(f"case/ECHO-{case_no}")
    return [fact.event.document_no for fact in facts]  # type: ignore[attr-defined]


def test_timer_fires_once_when_its_time_has_come(town: Town) -> None:
    """到期才提，只提一次；未到期的不提。"""
    town.note("SOON", "2020-01-01T00:00:00+00:00")
    town.note("LATER", "2199-01-01T00:00:00+00:00")
    with relaying(town), following(town, supervisors=[CLOCKWORK]):
        eventually(lambda: town.head() == 3 and level(town, "clockwork"))
    with relaying(town), following(town, supervisors=[CLOCKWORK]):
        eventually(lambda: town.next_of("clockwork") == 3)
        town.note("LATER", "2199-01-01T00:00:00+00:00")
        eventually(lambda: level(town, "clockwork"))
    assert [entry.stream for entry in town.stored() if "LATE-" in entry.stream] == [
        "case/LATE-SOON"
    ]


def test_rebuilt_rows_are_the_live_rows(town: Town) -> None:
    """重建等于现行（G7）：边来新件边重建，一行更新即切换，跟随者接着新的一代走。"""
    town.fill(300, cases=7)
    with relaying(town), following(town, [TALLY]):
        eventually(lambda: level(town, "tally"))
        rebuilt = rebuild(RebuildOptions(town.settings.dsn("shenguan_project"), 1), TALLY)
        assert (rebuilt.same, rebuilt.generation, rebuilt.rows) == (True, 2, 7)
        town.note("C-000", "AFTER")
        eventually(lambda: level(town, "tally"))
    assert rows(town)["C-000"] == (44, "AFTER")


def test_rebuild_finds_a_row_that_events_do_not_explain(town: Town) -> None:
    """有人改了视图的一行：重建比对不符，不切换。"""
    town.fill(20, cases=2)
    with relaying(town), following(town, [TALLY]):
        eventually(lambda: level(town, "tally"))
    town.sql("UPDATE projection.tally_g1 SET last = 'FORGED' WHERE key = 'C-000'")
    with pytest.raises(LedgerDamaged) as differs:
        rebuild(RebuildOptions(town.settings.dsn("shenguan_project"), 1), TALLY)
    assert differs.value.code == "projection.rebuild_differs"
    assert town.sql("SELECT generation FROM follower.cursor") == [(1,)]


def test_new_version_starts_over_and_an_older_programme_leaves_it_alone(town: Town) -> None:
    """版本升高则从头重推；旧程序不碰新程序的行。"""
    town.fill(10, cases=1)
    newer = replace(TALLY, version=2)
    with relaying(town), following(town, [TALLY]):
        eventually(lambda: level(town, "tally"))
    with relaying(town), following(town, [newer]):
        eventually(lambda: town.sql("SELECT version FROM follower.cursor") == [(2,)])
        eventually(lambda: level(town, "tally"))
    assert rows(town) == {"C-000": (10, "D-9")}
    with following(town, [TALLY]) as ended:
        eventually(lambda: bool(ended))
    assert town.sql("SELECT halted FROM follower.cursor") == [("follower.newer_version",)]
