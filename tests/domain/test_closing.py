"""日终封账：一日一次、依次向前，清单的树根与谁先谁后无关。"""

from datetime import date, timedelta
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import closing
from domain.acts.closings import RecordClosing
from domain.closing import ClosingRecorded, Head, heads_root
from domain.decider import ImpossibleHistory
from domain.refusals import Refusal
from domain.terms import HashName
from tests.domain.case_file import MACHINE, Book, case_files
from tests.domain.laws import anything, check_decider_laws

DAY: Final = date(2026, 3, 2)
FIRST: Final = ClosingRecorded(1, DAY, 100, 7, "a" * 64)
given_file = case_files(closing.AGGREGATE, closing.decide)


def close(day: date = DAY, size: int = 100, streams: int = 7, after: int = 1) -> closing.Close:
    """隔 ``after`` 日来封。"""
    return closing.Close(day, size, streams, "a" * 64, day + timedelta(days=after))


def test_laws() -> None:
    """日终封账守决定者的共同规矩。"""
    check_decider_laws(closing.AGGREGATE, closing.decide, anything(closing.Close))


def test_a_day_is_closed_when_it_is_over() -> None:
    """当日未终的不封；终了即封，再封一次无事可办。"""
    given_file().when(close(after=0)).refused(Refusal.CLOSING_NOT_OVER, closed_on="2026-03-02")
    given_file().when(close()).then(FIRST)
    given_file(FIRST).when(close()).then()


def test_days_follow_each_other() -> None:
    """下一日件数更多的接着封；同一日改口的、件数没有多的不封。"""
    later = DAY + timedelta(days=3)
    second = ClosingRecorded(2, later, 130, 8, "a" * 64)
    given_file(FIRST).when(close(later, 130, 8)).then(second)
    given_file(FIRST).when(close(size=101)).refused(Refusal.CLOSING_DONE, size="100")
    given_file(FIRST).when(close(later)).refused(Refusal.CLOSING_DONE, closed_on="2026-03-02")


@pytest.mark.parametrize(
    "event",
    [
        ClosingRecorded(3, DAY + timedelta(days=1), 200, 9, "b" * 64),
        ClosingRecorded(2, DAY, 200, 9, "b" * 64),
        ClosingRecorded(2, DAY + timedelta(days=1), 100, 9, "b" * 64),
    ],
)
def test_history_only_goes_forward(event: ClosingRecorded) -> None:
    """跳号、倒退的历史自相矛盾。"""
    with pytest.raises(ImpossibleHistory):
        closing.AGGREGATE.fold((FIRST, event))


def test_the_machine_closes() -> None:
    """由机器办理，记在一份案卷里。"""
    book = Book()
    act = RecordClosing(DAY, 100, 7, "a" * 64)
    book.do(act, MACHINE, "2026-03-03")
    assert book.load(closing.AGGREGATE, closing.ALL) == closing.Closed(FIRST)


HEADS: Final = st.lists(
    st.builds(
        Head,
        st.text(max_size=4),
        st.text(max_size=4),
        st.integers(1, 2**40),
        st.binary(min_size=32, max_size=32),
    ),
    unique_by=lambda one: (one.key, one.stream),
)


@given(heads=HEADS, data=st.data())
def test_the_root_of_the_heads_is_a_set(heads: list[Head], data: st.DataObject) -> None:
    """谁先谁后没有关系；少一份、换一件即不同。"""
    whole = heads_root(HashName.SHA256, heads)
    assert heads_root(HashName.SHA256, data.draw(st.permutations(heads))) == whole
    if heads:
        assert heads_root(HashName.SHA256, heads[1:]) != whole
