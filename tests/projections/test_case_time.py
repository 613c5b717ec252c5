"""办件现状与统计：停算、延长、绿色通道改动的期限与灯。"""

from dataclasses import fields, replace
from datetime import date
from typing import Final

from domain.clock import Dues, Expedited, Extended, Paused, Resumed, SpecialReason
from domain.timekeeping import Rederived
from followers.projection import Row
from projections import case_view, statistics
from projections.case_view import CaseRow, Light
from tests.deliveries import CASE, CLERK, Book, accepted, approved, folded, received

CASE_STREAM: Final = f"case/{CASE}"
HELD = Dues(date(2026, 3, 18), date(2026, 4, 7), None, provisional=False)
AFTER = Dues(date(2026, 3, 17), date(2026, 4, 3), date(2026, 3, 16), provisional=False)
PAUSED: Final = Paused(
    reason=SpecialReason.HEARING,
    required_by="许可法四十七条",
    notice_no="TB-1",
    started_on=date(2026, 3, 4),
    expected_days=5,
    expected_end_on=date(2026, 3, 10),
    dues=HELD,
    handler=CLERK,
)
RESUMED: Final = Resumed("TB-1", date(2026, 3, 9), AFTER, CLERK)


def opened() -> Book:
    """收件、受理了的一件。"""
    book = Book()
    book.add(CASE_STREAM, received())
    book.add(CASE_STREAM, accepted())
    return book


def row_of(book: Book) -> Row:
    """这一件的现状。"""
    return folded(case_view.PROJECTION, book.kept)[CASE]


def typed(row: Row) -> CaseRow:
    """读出来的样子。"""
    named = {item.name: row.get(item.name) for item in fields(CaseRow)}
    return CaseRow(**named | {"key": CASE})  # type: ignore[arg-type]


def test_a_stopped_case_says_why_and_shows_green() -> None:
    """停算之中写明理由，期限按预计推后，亮绿灯；续算之后照新的期限亮灯。"""
    book = opened()
    book.add(CASE_STREAM, PAUSED)
    row = row_of(book)
    assert (row["paused"], row["promised_due_on"], row["legal_due_on"], row["due_on"]) == (
        "HEARING",
        date(2026, 3, 18),
        date(2026, 4, 7),
        date(2026, 3, 18),
    )
    assert typed(row).light(date(2026, 6, 1)) is Light.GREEN
    book.add(CASE_STREAM, RESUMED)
    row = row_of(book)
    assert (row["paused"], row["legal_due_on"]) == (None, date(2026, 4, 3))
    assert typed(row).light(date(2026, 4, 4)) is Light.RED


def test_the_green_channel_is_due_first() -> None:
    """绿色通道的时限先到，将到时亮黄灯；延长只动法定时限。"""
    book = opened()
    fast = Dues(date(2026, 3, 11), date(2026, 3, 30), date(2026, 3, 5), provisional=False)
    book.add(CASE_STREAM, Expedited("省重点项目", 3, fast, CLERK))
    assert row_of(book)["due_on"] == date(2026, 3, 5)
    assert typed(row_of(book)).light(date(2026, 3, 3)) is Light.YELLOW
    longer = Dues(date(2026, 3, 11), date(2026, 4, 14), date(2026, 3, 5), provisional=False)
    book.add(CASE_STREAM, Extended(10, "案情复杂", "YQ-1", longer, CLERK))
    assert row_of(book)["legal_due_on"] == date(2026, 4, 14)


def test_early_is_reckoned_by_the_moved_promise() -> None:
    """提前办结与否，看停算之后的承诺时限。"""
    book = opened()
    before = folded(statistics.PROJECTION, book.kept)[CASE_STREAM]
    assert before["due_on"] == date(2026, 3, 11)
    book.add(CASE_STREAM, PAUSED)
    book.add(CASE_STREAM, RESUMED)
    assert folded(statistics.PROJECTION, book.kept)[CASE_STREAM]["due_on"] == date(2026, 3, 17)


def test_a_case_is_provisional_while_any_open_deadline_is() -> None:
    """任何一项未了的期限待重算，这一件就待重算；重新推算了一项，别的照旧；决定之后只看送达。"""
    book = Book()
    book.add(CASE_STREAM, received())
    assert row_of(book).get("provisional") is None
    far = replace(
        accepted(),
        promised_due_on=date(2027, 1, 5),
        legal_due_on=date(2027, 1, 20),
        provisional=True,
    )
    book.add(CASE_STREAM, far)
    assert row_of(book)["provisional_dues"] == ["legal_due_on", "promised_due_on"]
    _derive(book, "PROMISED_DECISION", date(2027, 1, 6), unsure=False)
    assert (row_of(book)["provisional"], row_of(book)["promised_due_on"]) == (
        True,
        date(2027, 1, 6),
    )
    _derive(book, "LEGAL_DECISION", date(2027, 1, 21), unsure=False)
    assert row_of(book)["provisional"] is False
    _derive(book, "LEGAL_DECISION", date(2027, 1, 22), unsure=True)
    assert row_of(book)["provisional"] is True
    book.add(CASE_STREAM, approved())
    assert row_of(book)["provisional"] is False, "nothing is left to decide"
    _derive(book, "DELIVERY", date(2027, 2, 1), unsure=True)
    assert row_of(book)["provisional"] is True


def test_what_ends_in_a_published_year_is_not_provisional() -> None:
    """承诺时限在已公布之年届满、法定时限越年的，只有法定时限待重算。"""
    book = Book()
    book.add(CASE_STREAM, received())
    taken = replace(accepted(), promised_due_on=date(2026, 12, 30), provisional=True)
    book.add(CASE_STREAM, replace(taken, legal_due_on=date(2027, 1, 20)))
    assert row_of(book)["provisional_dues"] == ["legal_due_on"]
    assert row_of(book)["provisional"] is True


def _derive(book: Book, deadline: str, due_on: date, *, unsure: bool) -> None:
    derived = Rederived(
        deadline=deadline,
        name="",
        revision=2,
        year=2027,
        calendar_version=1,
        was_due_on=date(2027, 1, 1),
        due_on=due_on,
        provisional=unsure,
    )
    book.add(f"deadline/{CASE_STREAM}", derived)
