"""`tail`：从真的 Kafka 读出，核对之后才显示；条件各自管用。"""

import json
import os
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from followers.delivered import Delivered
from followers.kafka_feed import KafkaFeed
from followers.overview import DISORDER, lane_starts, position_since
from followers.storage import connect
from ledger.entry import Entry
from ledger.outbox import Lane
from ledger.store import read_frame
from runtime import cli
from runtime.commands import tail
from runtime.exits import Exit, Stop
from runtime.settings import Settings
from tests.conftest import NewDatabase
from tests.deliveries import CASE, FIRE, MARKET, Book, accepted, received, sent, story
from tests.town import LANES, Town, eventually, found_town, relaying

NOTHING = tail.EVERYTHING


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
        ({"events": ("case.",)}, True),
        ({"events": ("case.accepted.v1",)}, False),
        ({"events": ("push.", "case.received.v1")}, True),
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


@pytest.mark.parametrize(
    ("name", "near"), [("case.acepted.v1", "case.accepted.v1"), ("收件", "commitment.")]
)
def test_unknown_event_is_a_usage_error_with_what_is_near(name: str, near: str) -> None:
    """没有的事件名：退出码一，说出相近的；一个也不像的，说出各类的开头。"""
    with pytest.raises(Stop) as stop:
        tail._event(name)
    assert (stop.value.exit_code, stop.value.code) == (Exit.USAGE, "tail.event")
    assert near in stop.value.facts["names"].split("、")


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


@pytest.mark.integration
@pytest.mark.kafka
def test_count_is_taken_after_choosing(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    """最近两条，是符合条件的里面最近的两条。"""
    wanted = [entry.position for entry in town.stored() if entry.stream == "case/C-001"]
    lines = _lines(town, capsys, "-n", "2", "--case", "C-001")
    assert [line["position"] for line in lines] == wanted[-2:]
    late = _lines(town, capsys, "-n", "1", "--from-position", "0")
    assert [line["position"] for line in late] == [town.head() - 1]


@pytest.mark.integration
@pytest.mark.kafka
def test_the_index_knows_where_each_lane_begins(town: Town) -> None:
    """自任何位置起，各道的第一件在哪里，与逐件数的相同；末尾之后是各道的末端。"""
    stored = town.stored()
    with connect(town.settings.dsn("shenguan_audit")) as conn:
        for start in range(len(stored) + 1):
            found = lane_starts(conn, LANES, start)
            before = Counter(Lane(one.topic, one.partition) for one in stored[:start])
            assert found == {lane: before[lane] for lane in LANES}


@pytest.mark.integration
@pytest.mark.kafka
def test_the_index_knows_where_an_instant_is(town: Town) -> None:
    """自某时起记录的各件都在找到的位置之后；之前差得远的，不必读。"""
    first, end = town.stored()[0].recorded_at, town.head()
    with connect(town.settings.dsn("shenguan_audit")) as conn:
        assert position_since(conn, first, end) == 0
        assert position_since(conn, first + 2 * DISORDER + timedelta(hours=1), end) == end


@pytest.mark.integration
@pytest.mark.kafka
def test_a_late_start_does_not_read_the_topics_from_the_beginning(town: Town) -> None:
    """带着偏移提示的一路，自所要的位置送起，之前的一件也没有读到。"""
    with connect(town.settings.dsn("shenguan_audit")) as conn:
        frame, start = read_frame(conn), town.head() - 3
        assert frame is not None
        offsets = tail.hints(frame, lane_starts(conn, LANES, start), town.bootstrap)
    assert len(offsets) == len(LANES)
    feed = KafkaFeed(town.bootstrap, town.origin, LANES, start, offsets)
    with closing(feed):
        feed.start()
        eventually(lambda: len(feed.take(start, 3, 1.0)) == 3)
        assert not feed.has_delivered(start - 1)


@pytest.mark.integration
@pytest.mark.kafka
def test_no_hints_where_kafka_is_down(town: Town) -> None:
    """Kafka 停着：没有提示，也不报错；读的时候自会说明。"""
    with connect(town.settings.dsn("shenguan_audit")) as conn:
        frame = read_frame(conn)
    assert frame is not None
    assert tail.hints(frame, dict.fromkeys(LANES, 1), "127.0.0.1:9") == {}


@pytest.mark.integration
@pytest.mark.kafka
def test_tail_from_an_instant(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    """自某时起：不早于它的一件不少；在将来的，一件没有。"""
    stored = town.stored()
    since = stored[5].recorded_at
    wanted = [one.position for one in stored if one.recorded_at >= since]
    lines = _lines(town, capsys, "--from-time", since.isoformat())
    assert [line["position"] for line in lines] == wanted
    assert _lines(town, capsys, "--from-time", "2999-01-01") == []


@pytest.mark.integration
@pytest.mark.kafka
def test_several_events_may_be_named(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    """几个事件名或开头，符合一个即可；有一个写错，即说明。"""
    named = ("--event", "push.", "case.delivered.v1", "--event", "licence.")
    assert len(_lines(town, capsys, *named, "--from-position", "0")) == len(town.stored())
    assert _lines(town, capsys, "--event", "push.", "licence.") == []
    with pytest.raises(Stop) as stop:
        tail.run(cli.parse(["tail", "--event", "case.", "case.acepted.v1"]), town.settings)
    assert (stop.value.exit_code, stop.value.code) == (Exit.USAGE, "tail.event")


@pytest.mark.integration
@pytest.mark.kafka
def test_ctrl_c_is_how_a_live_stream_ends(
    town: Town, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """按 Ctrl-C：已有的都显示了，退出码零，没有多余的话。"""
    past = tail._batches

    def interrupted(feed: KafkaFeed, position: int, end: int | None) -> Iterator[list[Entry]]:
        if end is None:
            os.kill(os.getpid(), signal.SIGINT)
        yield from past(feed, position, end)

    monkeypatch.setattr(tail, "_batches", interrupted)
    assert tail.run(cli.parse(["tail", "--json", "-n", "2"]), town.settings) == Exit.DONE
    printed = capsys.readouterr()
    assert (len(printed.out.splitlines()), printed.err) == (2, "")


@pytest.mark.integration
@pytest.mark.kafka
def test_nothing_found_is_said(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    """一条也没有：说出来，而不是什么都不印。"""
    arguments = cli.parse(["tail", "--until-end", "--department", "NONE"])
    assert tail.run(arguments, town.settings) == Exit.DONE
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", "没有符合条件的事件。\n")


@pytest.mark.integration
@pytest.mark.kafka
@pytest.mark.parametrize(
    ("options", "code"),
    [(("--case", "C-999"), "tail.case"), (("--from-position", "9999"), "tail.beyond")],
)
def test_what_the_ledger_does_not_have_is_said_at_once(
    town: Town, options: tuple[str, ...], code: str
) -> None:
    """没有这个编号、没有到这个位置：退出码二，当即说明，不去等。"""
    with pytest.raises(Stop) as stop:
        tail.run(cli.parse(["tail", *options]), town.settings)
    assert (stop.value.exit_code, stop.value.code) == (Exit.REFUSED, code)


@pytest.mark.integration
@pytest.mark.kafka
@pytest.mark.fault
def test_what_kafka_withholds_is_said_after_what_it_gave(
    town: Town, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """中继没有运行，新的一件不在主题里：先显示已有的，再说 Kafka 送到哪里。"""
    monkeypatch.setattr(tail, "SILENT_SECONDS", 2.0)
    last = town.head() - 1
    town.note("C-LATE", "late")
    with pytest.raises(Stop) as stop:
        tail.run(cli.parse(["tail", "-n", "2", "--json", "--until-end"]), town.settings)
    with relaying(town):
        eventually(lambda: len(town.published()) == len(town.stored()))
    assert (stop.value.exit_code, stop.value.code) == (Exit.DEPENDENCY, "tail.silent")
    assert (stop.value.facts["position"], stop.value.facts["count"]) == (
        str(last + 1),
        str(last + 2),
    )
    shown = [json.loads(line)["position"] for line in capsys.readouterr().out.splitlines()]
    assert shown == [last]
