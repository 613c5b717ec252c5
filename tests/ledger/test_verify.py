"""核验：改一处历史，指出是哪一步、哪个位置。"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from uuid import uuid4

import pytest
from psycopg.conninfo import conninfo_to_dict

from ledger.application import Ledger
from ledger.entry import Entry
from ledger.outbox import Lane
from ledger.store import stream_entries
from ledger.verify import Elsewhere, Report, verify
from runtime.settings import Settings
from tests.conftest import NewDatabase
from tests.ledger.book import Book, Note, ask, book, handle

pytestmark = pytest.mark.integration
COUNT = 30


@pytest.fixture(scope="module")
def original(new_database: NewDatabase) -> Settings:
    """一本三十件的账，触发器已被超级用户关掉；各测试改的是它的副本。"""
    with book(new_database()) as opened:
        for n in range(COUNT // 2):
            opened.ask(Note(f"c{n % 3}", ("a", "b")))
        for table in ("event", "schema", "command"):
            opened.sql(f"ALTER TABLE ledger.{table} DISABLE TRIGGER ALL")
        return opened.settings


@pytest.fixture
def own(original: Settings) -> Iterator[Book]:
    """一份副本。"""
    name = f"t_{uuid4().hex[:12]}"
    template = conninfo_to_dict(original.admin_dsn)["dbname"]
    ask(original.with_database("postgres").admin_dsn, f"CREATE DATABASE {name} TEMPLATE {template}")
    copy = original.with_database(name)
    with Ledger.open(copy, handle=handle) as ledger:
        yield Book(copy, ledger)


def examined(own: Book, topics: Callable[[str, Lane], Iterator[Entry]] | None = None) -> Report:
    """核验一遍。"""
    report = verify(own.settings.dsn("shenguan_audit"), Elsewhere(topics))
    assert report is not None
    return report


def findings(report: Report) -> dict[str, dict[str, str]]:
    """各步的第一处不符。"""
    return {step.difference.code: step.difference.facts for step in report.steps if step.difference}


def copied(own: Book) -> list[Entry]:
    """账上的全部，当作主题里的记录。"""
    with stream_entries(own.settings.dsn("shenguan_audit")) as entries:
        return list(entries)


def of_topics(records: list[Entry]) -> Callable[[str, Lane], Iterator[Entry]]:
    """按道给出这些记录。"""
    return lambda _, lane: (
        one for one in records if (one.topic, one.partition) == (lane.topic, lane.partition)
    )


def test_sound_ledger_passes_every_step(own: Book) -> None:
    """没有改过的账，步步相符，件件查到。"""
    report = examined(own, of_topics(copied(own)))
    assert report.is_sound
    assert [step.number for step in report.steps] == [1, 2, 3, 4, 5, 6, 7, 8, 9]
    assert all(step.examined >= COUNT for step in report.steps if step.name != "heads")


def test_empty_ledger_has_nothing_to_verify(new_database: NewDatabase) -> None:
    """一件也没有，不答“相符”。"""
    with book(new_database()) as empty:
        assert verify(empty.settings.dsn("shenguan_audit")) is None


FLIP = """UPDATE ledger.event SET value = set_byte(value, 30, get_byte(value, 30) # 1)
 WHERE position = 7"""
EDITS = [
    (
        FLIP,
        "verify.leaf",
        {"position": "7"},
    ),
    (
        "UPDATE ledger.event SET leaf_hash = sha256('x') WHERE position = 7",
        "verify.leaf",
        {"position": "7"},
    ),
    (
        "UPDATE ledger.event SET version = version + 1 WHERE position = 29",
        "verify.version",
        {"position": "29"},
    ),
    ("DELETE FROM ledger.event WHERE position = 7", "verify.hole", {"position": "7"}),
    ("DELETE FROM ledger.event WHERE position = 7", "verify.chain", {}),
    ("DELETE FROM ledger.event WHERE position = 29", "verify.head", {"expected": "30"}),
    (
        "UPDATE ledger.event SET position = 100 WHERE position = 7",
        "verify.hole",
        {"position": "7"},
    ),
    (
        "UPDATE ledger.event SET lane_position = 99 WHERE position = 7",
        "verify.lane_hole",
        {"position": "7"},
    ),
    (
        "UPDATE ledger.event SET topic = 'register', lane_position = 0 WHERE position = 7",
        "verify.wrong_lane",
        {"position": "7"},
    ),
    (
        "UPDATE ledger.event SET key = 'other' WHERE position = 7",
        "verify.column",
        {"position": "7"},
    ),
    (
        "UPDATE ledger.event SET recorded_at = recorded_at - interval '1 day' WHERE position = 7",
        "verify.column",
        {"position": "7"},
    ),
    (
        "UPDATE ledger.event SET name = 'case.approved.v1' WHERE position = 7",
        "verify.column",
        {"position": "7"},
    ),
    ("DELETE FROM ledger.schema WHERE name = 'case.delivered.v1'", "verify.content", {}),
    (
        "UPDATE ledger.stream_head SET version = version - 1 WHERE stream = 'case/c1'",
        "verify.stream_head",
        {"stream": "case/c1"},
    ),
    ("UPDATE ledger.counter SET next_position = 31", "verify.head", {"position": "30"}),
    (
        "UPDATE ledger.lane_head SET next_lane_position = 99 WHERE topic = 'register'",
        "verify.lane_head",
        {"topic": "register"},
    ),
]


@pytest.mark.parametrize(("edit", "code", "facts"), EDITS)
def test_edit_is_found_and_placed(own: Book, edit: str, code: str, facts: dict[str, str]) -> None:
    """超级用户关了触发器改一处，核验指出来。"""
    own.sql(edit)
    found = findings(examined(own))
    assert code in found
    assert facts.items() <= found[code].items()


def test_careful_forger_is_caught_by_the_topics(own: Book) -> None:
    """末件连同叶和末端表一起改得天衣无缝，主题里的同一条与之不符。"""
    records = copied(own)
    last = records[-1]
    own.sql("DELETE FROM ledger.event WHERE position = %s", last.position)
    own.sql("UPDATE ledger.counter SET next_position = %s", last.position)
    own.sql(
        "UPDATE ledger.stream_head SET version = %s, leaf_hash = %s WHERE stream = %s",
        last.version - 1,
        last.prev_leaf_hash,
        last.stream,
    )
    own.sql(
        "UPDATE ledger.lane_head SET next_lane_position = %s WHERE topic = %s AND partition = %s",
        last.lane_position,
        last.topic,
        last.partition,
    )
    command = "ledger.command WHERE last_position"
    own.sql(f"DELETE FROM {command} = %s AND first_position = last_position", last.position)
    own.sql(
        "UPDATE ledger.command SET last_position = last_position - 1 WHERE last_position = %s",
        last.position,
    )
    assert examined(own).is_sound
    extra = findings(examined(own, of_topics(records)))
    assert extra["verify.topic_extra"]["position"] == str(last.position)
    own.ask(Note(last.key))  # something else takes the place
    found = findings(examined(own, of_topics(records)))
    assert found["verify.topic_differs"]["position"] == str(last.position)


def test_topic_that_lacks_a_record_is_found(own: Book) -> None:
    """主题缺一条，指出是哪一条；尾巴没抄完，也说出来。"""
    records = copied(own)
    gone = records.pop(7)
    found = findings(examined(own, of_topics(records)))
    assert found["verify.topic_differs"]["position"] == str(gone.position)
    short = findings(examined(own, of_topics(copied(own)[:-1])))
    assert short["verify.topic_short"]["position"] == str(COUNT - 1)


def test_repeats_in_a_topic_are_fine_if_equal(own: Book) -> None:
    """主题里的重复没有关系，只要一字不差。"""
    records = copied(own)
    assert examined(own, of_topics([*records, *records[10:15]])).is_sound
    forged = replace(records[12], value=records[13].value)
    found = findings(examined(own, of_topics([*records, forged])))
    assert found["verify.topic_differs"]["position"] == "12"


def test_a_record_appended_since_the_snapshot_is_no_difference(own: Book) -> None:
    """核验开始之后才入账、已抄到主题的，不算不符；账本里没有的才是。"""

    def growing(_: str, lane: Lane) -> Iterator[Entry]:
        own.ask(Note("SINCE"))
        return (one for one in copied(own) if Lane(one.topic, one.partition) == lane)

    assert examined(own, growing).is_sound


@pytest.mark.parametrize(
    ("tampering", "code"),
    [
        ("UPDATE ledger.event SET command_id = gen_random_uuid() WHERE position = 9", "column"),
        ("DELETE FROM ledger.command WHERE 9 BETWEEN first_position AND last_position", "command"),
        (
            "UPDATE ledger.command SET last_position = 900 WHERE 9 BETWEEN first_position AND last_position",
            "command",
        ),
    ],
)
def test_what_the_envelope_and_the_commands_say_is_compared(
    own: Book, tampering: str, code: str
) -> None:
    """命令号、建账记录、命令答复被改，都指得出来。"""
    own.sql(tampering)
    assert f"verify.{code}" in findings(examined(own))
