"""期限盯办：日历来了重新推算，灯到时才亮；停过再来不重不漏，重放得同样的命令。"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.deadline_watch import SUPERVISOR, due
from consumers.scheduler import SUPERVISOR as SCHEDULER
from domain.acts.timekeeping import RederiveDeadline, WarnDeadline
from domain.calendar import CalendarPublished
from domain.decider import RuleUsed
from domain.lights import Light
from domain.terms import end_of_day
from domain.timekeeping import Rederived, Warned
from followers.supervisor import Command
from runtime.scenarios.book import Notes
from tests.deliveries import (
    CASE,
    LICENCE,
    PLEDGE,
    START,
    Book,
    accepted,
    approved,
    assigned,
    calendar,
    credited,
    granted,
    lights_published,
    made,
    plan,
    played,
    received,
    sent,
    story,
)

FILE = f"case/{CASE}"
NEXT = CalendarPublished(2027, 1, "通知", (date(2027, 1, 1),), ())


def _rows(book: Book) -> Notes:
    rows = Notes()
    played(SUPERVISOR, book.kept, rows)
    return rows


def _fired(book: Book, now: datetime) -> list[WarnDeadline]:
    return [
        command.act for command in due(now, _rows(book)) if isinstance(command.act, WarnDeadline)
    ]


def _morning(day: date) -> datetime:
    return end_of_day(day - timedelta(days=1))


def _case() -> Book:
    book = Book()
    book.add(FILE, received())
    book.add(FILE, accepted())
    return book


def _derived(book: Book) -> list[tuple[str, str, int]]:
    commands = played(SUPERVISOR, book.kept)
    acts = [command.act for command in commands]
    assert all(isinstance(act, RederiveDeadline) for act in acts)
    return [
        (act.running.stream, act.running.deadline, act.year)
        for act in acts
        if isinstance(act, RederiveDeadline)
    ]


def test_calendar_of_a_year_concerns_the_deadlines_that_reach_into_it() -> None:
    """2027 年日历公布：办件的期限不及那一年的不动；更正 2026 年的，都重新推算。"""
    book = _case()
    book.add("calendar/cn-2027", NEXT, key="cn-2027")
    assert _derived(book) == []
    again = CalendarPublished(2026, 2, "临时通知", (date(2026, 3, 20),), ())
    book.add("calendar/cn-2026", again, key="cn-2026")
    assert _derived(book) == [(FILE, "PROMISED_DECISION", 2026), (FILE, "LEGAL_DECISION", 2026)]


def test_only_what_is_counted_by_the_calendar_is_derived() -> None:
    """承诺的补交与核查遇休假顺延，也重新推算；许可有效期、检查任务是定好的日子，不动。"""
    book = Book()
    book.add(f"commitment/{PLEDGE}", made())
    book.add("push/1", sent())
    book.add(f"licence/{LICENCE}", granted())
    book.add("task/1", assigned(), key="2026-0001")
    book.add("calendar/cn-2026", CalendarPublished(2026, 2, "通知", (), ()), key="cn-2026")
    assert sorted(kind for _, kind, _ in _derived(book)) == ["CLAIM", "SUPPLEMENT", "VERIFICATION"]


def test_derived_deadline_moves_here_and_in_the_scheduler() -> None:
    """重新推算入账之后，灯与到期的动作都依新的日子；不是这一项的不动。"""
    book = _case()
    moved = Rederived("LEGAL_DECISION", "", 2, 2026, 2, date(2026, 3, 30), date(2026, 4, 1), False)  # noqa: FBT003
    book.add(f"deadline/{FILE}", moved, rules=(RuleUsed("calendar/cn-2026", "2"),))
    stale = replace(moved, deadline="PROMISED_DECISION", revision=1, due_on=date(2026, 5, 1))
    book.add(f"deadline/{FILE}", stale)
    row = _rows(book).get(FILE)
    assert row is not None
    assert isinstance(row["timers"], list)
    known = {one["kind"]: (one["due_on"], one["calendars"]) for one in row["timers"]}  # type: ignore[index,call-overload]
    assert known == {
        "PROMISED_DECISION": ("2026-03-11", []),
        "LEGAL_DECISION": ("2026-04-01", ["cn-2026 2"]),
    }
    rows = Notes()
    played(SCHEDULER, book.kept, rows)
    assert SCHEDULER.due is not None
    late = [command.act for command in SCHEDULER.due(_morning(date(2026, 4, 1)), rows)]
    assert len(late) == 1, "only the promised one has run out"


def test_lights_come_on_at_the_beginning_of_their_day() -> None:
    """承诺七日至 03-11：03-10 零时黄灯，一微秒之前还没有；03-11 红灯。"""
    book = _case()
    tenth = _morning(date(2026, 3, 10))
    assert _fired(book, tenth - timedelta(microseconds=1)) == []
    (yellow,) = _fired(book, tenth)
    assert (yellow.running.deadline, yellow.light) == ("PROMISED_DECISION", Light.YELLOW)
    (red,) = _fired(book, _morning(date(2026, 3, 11)))
    assert red.light is Light.RED


def test_calendar_that_is_known_decides_the_day() -> None:
    """依账上的日历：03-03 放假、03-07 周六上班，七日仍至 03-11，黄灯仍在 03-10。"""
    book = calendar()
    book.add(FILE, received())
    book.add(FILE, accepted())
    assert [act.light for act in _fired(book, _morning(date(2026, 3, 10)))] == [Light.YELLOW]


def test_light_that_is_recorded_is_told_no_more() -> None:
    """黄灯记过了，只等红灯；记过红灯的，再无可报；别的届满之日的灯不算。"""
    book = _case()
    due_on = accepted().promised_due_on
    at = _morning(date(2026, 3, 11))
    book.add(f"deadline/{FILE}", Warned("PROMISED_DECISION", "", Light.YELLOW, due_on, 2))
    assert _fired(book, _morning(date(2026, 3, 10))) == []
    book.add(f"deadline/{FILE}", Warned("PROMISED_DECISION", "", Light.RED, date(2026, 3, 1), 1))
    assert [act.light for act in _fired(book, at)] == [Light.RED]
    book.add(f"deadline/{FILE}", Warned("PROMISED_DECISION", "", Light.RED, due_on, 1))
    assert _fired(book, at) == []


def test_settled_deadline_has_no_light() -> None:
    """期内办结的，决定期限不再亮灯，只剩送达的。"""
    book = _case()
    book.add(FILE, approved())
    lit = {act.running.deadline for act in _fired(book, _morning(date(2026, 3, 16)))}
    assert lit == {"DELIVERY"}


def test_black_is_told_only_where_nothing_else_records_it() -> None:
    """办件逾期另有记录；检查任务逾期、登记了不抽的计划由黑灯记下；种子份额与陈述申辩不报。"""
    book = _case()
    book.add("task/1", assigned(), key="2026-0001")
    book.add("plan/2026-0001", plan(), key="2026-0001")
    fired = _fired(book, datetime(2026, 6, 1, tzinfo=UTC))
    assert {(act.running.deadline, act.running.key, act.light) for act in fired} == {
        ("INSPECTION", "2026-0001", Light.BLACK),
        ("DRAWING", "2026-0001", Light.BLACK),
    }


@given(hours=st.integers(0, 24 * 60))
def test_commands_are_the_same_after_every_restart(hours: int) -> None:
    """任一时刻停下再来：同样的底册，同样的命令与编号，没有两道同号的。"""
    now = START + timedelta(hours=hours)
    once, again = (_purposes(tuple(due(now, _rows(story())))) for _ in range(2))
    assert once == again
    assert len(set(once)) == len(once)


def _purposes(commands: tuple[Command, ...]) -> list[str]:
    return [command.purpose for command in commands]


@pytest.mark.parametrize("light", [Light.YELLOW, Light.RED])
def test_purpose_names_file_deadline_day_and_light(light: Light) -> None:
    """命令的编号由案卷、期限、届满之日、灯与当日推出。"""
    day = {Light.YELLOW: date(2026, 3, 10), Light.RED: date(2026, 3, 11)}[light]
    (command,) = due(_morning(day), _rows(_case()))
    assert command.purpose == f"{FILE}:PROMISED_DECISION|2026-03-11|{light}|{day}"
    assert command.key == FILE


def test_finished_story_has_nothing_to_watch() -> None:
    """全过程走完，底册只剩日历、灯的界限与检查人员的证件（不亮灯）。"""
    kept = [key for key, _ in _rows(story(calendar())).scan("")]
    people = ["inspector/P-5", "inspector/P-6"]
    assert kept == ["calendar/cn-2026", *people, "lights/deadlines"]


def _set(book: Book, version: int, since: date) -> None:
    book.add("lights/deadlines", lights_published(version, since), key="deadlines")


def test_levels_are_those_of_the_day_from_which_a_deadline_runs() -> None:
    """三月二日起余五日亮黄灯：03-05 零时即亮，而不是 03-10；三日起的一版不及这一件。"""
    book = Book()
    _set(book, 1, date(2026, 3, 2))
    _set(book, 2, date(2026, 3, 3))
    book.add(FILE, received())
    book.add(FILE, accepted())
    assert _fired(book, _morning(date(2026, 3, 5)) - timedelta(microseconds=1)) == []
    assert [act.light for act in _fired(book, _morning(date(2026, 3, 5)))] == [Light.YELLOW]
    later = Book()
    _set(later, 1, date(2026, 3, 3))
    later.add(FILE, received())
    later.add(FILE, accepted())
    assert _fired(later, _morning(date(2026, 3, 5))) == []
    assert [act.light for act in _fired(later, _morning(date(2026, 3, 10)))] == [Light.YELLOW]


def test_levels_published_meanwhile_light_nothing_anew() -> None:
    """期限走到一半公布新的界限：这一项仍依旧版，灯与命令的编号都不变。"""
    book = _case()
    at = _morning(date(2026, 3, 10))
    before = _purposes(tuple(due(at, _rows(book))))
    _set(book, 1, date(2026, 3, 4))
    assert _purposes(tuple(due(at, _rows(book)))) == before
    assert _fired(book, _morning(date(2026, 3, 6))) == []


def test_credit_records_run_out_without_a_warning() -> None:
    """读全部有期限的案卷；信用记录期满是好事，不为它亮灯。"""
    book = Book()
    book.add("credit/S-1", credited()[0])
    row = _rows(book).get("credit/S-1")
    assert row is not None
    assert "CREDIT_RECORD" in str(row["timers"])
    assert row["turns"] == []
