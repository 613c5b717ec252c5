"""`tail`：从真的 Kafka 读出，核对之后才显示；条件各自管用。"""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from followers.delivered import Delivered
from ledger.entry import Entry
from runtime import cli
from runtime.commands import tail
from runtime.exits import Exit, Stop
from runtime.settings import Settings
from tests.conftest import NewDatabase
from tests.deliveries import CASE, FIRE, MARKET, Book, accepted, received, sent, story
from tests.town import Town, eventually, found_town, relaying

NOTHING = tail.Filter(None, None, None, None, None)


def _first(book: Book) -> Delivered:
    return book.kept[0]


def _entry() -> Entry:
    book = Book()
    book.add(f"case/{CASE}", received())
    return _first(book).entry


@pytest.mark.parametrize(
    ("condition", "wanted"),
    [
        ({}, True),
        ({"topic": "case"}, True),
        ({"topic": "register"}, False),
        ({"event": "case."}, True),
        ({"event": "case.accepted.v1"}, False),
        ({"case_no": CASE}, True),
        ({"case_no": "2026-000009"}, False),
        ({"since": datetime(2026, 3, 2, 1, tzinfo=UTC)}, True),
        ({"since": datetime(2026, 3, 2, 2, tzinfo=UTC)}, False),
    ],
    ids=str,
)
def test_headers_decide_what_is_wanted(condition: dict[str, object], wanted: bool) -> None:  # noqa: FBT001
    """主题、事件、办件与时间，凭标头即知要不要看。"""
    assert replace(NOTHING, **condition).wants_entry(_entry()) is wanted  # type: ignore[arg-type]


def test_department_sees_its_own_acts_and_what_is_pushed_to_it() -> None:
    """部门看得到自己经办的，以及推送给它的。"""
    book = Book()
    book.add("push/1", sent(MARKET))
    pushed = _first(book)
    assert replace(NOTHING, department=MARKET).wants(pushed)
    assert replace(NOTHING, department=pushed.meta.actor.organ).wants(pushed)
    assert not replace(NOTHING, department=FIRE).wants(pushed)


def test_sealed_fields_are_never_shown() -> None:
    """联系电话显示为已封存，两种格式都没有密文。"""
    book = Book()
    book.add(f"case/{CASE}", received())
    shown = tail.as_text(_first(book)) + tail.as_json(_first(book))
    assert "〔已封存〕" in shown
    assert "phone" not in shown
    assert b"\x01phone".hex() not in shown


def test_every_event_can_be_shown() -> None:
    """全过程的每件事都写得成两种格式。"""
    for delivered in story().kept:
        assert delivered.stream in tail.as_text(delivered)
        assert json.loads(tail.as_json(delivered))["position"] == delivered.position


def test_text_says_when_what_and_who() -> None:
    """一条写明位置、北京时间、何事、何人何职。"""
    book = Book()
    book.add(f"case/{CASE}", accepted())
    assert tail.as_text(_first(book)).startswith(
        f"[0] 2026-03-02 09:00:00  受理  case/{CASE} 第 1 件  zhang（综合窗口，APPROVAL）  case/0"
    )


@pytest.mark.integration
def test_unreadable_time_is_a_usage_error(postgres: Settings) -> None:
    """时间写错即说明写法，不当作没写。"""
    with pytest.raises(Stop) as stop:
        tail.run(cli.parse(["tail", "--from-time", "昨天"]), postgres)
    assert (stop.value.exit_code, stop.value.code) == (Exit.USAGE, "tail.time")


@pytest.fixture(scope="module")
def town(new_database: NewDatabase, kafka: str) -> Iterator[Town]:
    """一座小城，记了十二件，都已发布。"""
    settings = replace(new_database(), kafka_bootstrap=kafka)
    with found_town(settings, kafka) as town:
        town.fill(12, cases=3)
        with relaying(town):
            eventually(lambda: len(town.published()) == len(town.stored()))
        yield town


def _lines(
    town: Town, capsys: pytest.CaptureFixture[str], *options: str
) -> list[dict[str, object]]:
    arguments = cli.parse(["tail", "--until-end", "--json", *options])
    assert tail.run(arguments, town.settings) == Exit.DONE
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.mark.integration
@pytest.mark.kafka
def test_tail_shows_everything_in_ledger_order(
    town: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    """从头读到末尾：一件不少，按账本次序，叶杂凑相符。"""
    lines = _lines(town, capsys, "--from-position", "0")
    stored = town.stored()
    assert [line["position"] for line in lines] == [entry.position for entry in stored]
    assert [line["leaf_hash"] for line in lines] == [entry.leaf_hash.hex() for entry in stored]


@pytest.mark.integration
@pytest.mark.kafka
def test_tail_begins_with_the_last_few(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    """不指定起点时，只看最近几条。"""
    last = town.stored()[-1].position
    assert [line["position"] for line in _lines(town, capsys, "-n", "2")] == [last - 1, last]


@pytest.mark.integration
@pytest.mark.kafka
def test_tail_follows_one_case(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    """只看一件办件。"""
    lines = _lines(town, capsys, "--from-position", "0", "--case", "C-001", "--event", "case.")
    assert {line["stream"] for line in lines} == {"case/C-001"}
    assert len(lines) == 4
