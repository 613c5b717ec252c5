"""各视图的折叠：重建等于现状，不改手里的行，列与声明相符。"""

import copy
from collections.abc import Mapping
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.decider import Event
from domain.lights import Light
from domain.service_days import ServiceDaysPublished
from domain.terms import Organ
from domain.timekeeping import Rederived, Warned
from followers.projection import ColumnType, Projection, Value
from projections import ALL
from schemas.registry import EVENT_NAMES
from tests.deliveries import CASE, Book, calendar, folded, imported, pledged, story


def _opened() -> Book:
    """两种日历在先。"""
    book = calendar()
    days = ServiceDaysPublished(Organ("APPROVAL"), 2026, 1, "值班安排", (date(2026, 3, 2),))
    book.add("calendar/APPROVAL-2026", days, key="APPROVAL-2026")
    return book


def _kept_time(book: Book) -> Book:
    """机器在办件的期限上记下的，随其后。"""
    due_on = date(2026, 3, 11)
    again = Rederived("PROMISED_DECISION", "", 2, 2026, 2, due_on, date(2026, 3, 12), False)  # noqa: FBT003
    warned = Warned("LEGAL_DECISION", "", Light.YELLOW, date(2026, 3, 30), 6)
    for event in (again, warned):
        book.add(f"deadline/case/{CASE}", event)
    return book


STORY = _kept_time(story(pledged(imported(_opened())))).kept
PYTHON: Mapping[ColumnType, type | tuple[type, ...]] = {
    ColumnType.TEXT: str,
    ColumnType.BIGINT: int,
    ColumnType.BOOLEAN: bool,
    ColumnType.DATE: date,
    ColumnType.INSTANT: datetime,
    ColumnType.JSON: (dict, list),
    ColumnType.BYTES: bytes,
}
each = pytest.mark.parametrize("projection", ALL, ids=lambda projection: projection.name)


@each
@given(cut=st.integers(0, len(STORY)))
def test_rebuild_equals_live(projection: Projection, cut: int) -> None:
    """先读前一段、停下、再读余下的，与一口气读完完全一样（G7）。"""
    before = folded(projection, STORY[:cut])
    kept = copy.deepcopy(before)
    assert folded(projection, STORY[cut:], before) == folded(projection, STORY)
    assert before == kept, "the fold changed a row in its hands"


@each
def test_rows_hold_the_declared_columns(projection: Projection) -> None:
    """每行只含声明过的列，类型相符。"""
    types = {column.name: column.type for column in projection.columns}
    halfway = folded(projection, STORY[: len(STORY) // 2])
    rows = [*halfway.values(), *folded(projection, STORY).values()]
    assert rows
    for row in rows:
        assert set(row) <= set(types)
        for name, value in row.items():
            assert _fits(value, types[name]), (name, value)


def _fits(value: Value, kind: ColumnType) -> bool:
    if value is None:
        return True
    if kind in {ColumnType.DATE, ColumnType.BIGINT} and isinstance(value, (datetime, bool)):
        return False
    return isinstance(value, PYTHON[kind])


def test_every_event_has_a_projection() -> None:
    """除账本自身的事件外，每种事件都有视图读它。"""
    read = {name for projection in ALL for name in projection.reads}
    own = {"ledger"}
    assert {name for name in EVENT_NAMES if name.partition(".")[0] not in own} == read


def test_projections_read_only_known_events() -> None:
    """视图只读登记在册的事件，名称互不相同。"""
    for projection in ALL:
        assert projection.reads <= set(EVENT_NAMES)
    assert len({projection.name for projection in ALL}) == len(ALL)


def test_story_shows_the_kinds_of_event_that_matter() -> None:
    """本文件所用的全过程涵盖办件类与检查类的大多数事件，折叠的试验才有分量。"""
    seen: set[type[Event]] = {type(delivered.event) for delivered in STORY}
    assert len(seen) > 35


def test_personal_data_reaches_no_row_in_the_clear() -> None:
    """电话、姓名的密文不进时间线；名册里只有密文。"""
    for projection in ALL:
        for key, row in folded(projection, STORY).items():
            assert "phone" not in repr(row), (projection.name, key)
