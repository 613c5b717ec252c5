"""规则 12：补不过半：告知须在承诺时限的前半段；一半不是整数的怎样取，由事项写明。"""

from datetime import date

import pytest

from domain.acts.intake import RequestSupplement
from domain.calendar import calendar_from
from domain.case import Accepted
from domain.catalogue import HalfLimit, ReviewRules
from domain.deadlines import half_limit
from domain.remarks import NoticeFault, NoticeViolated
from tests.domain.case_file import events_of, town
from tests.rules.papers import ACCEPT, CLERK, NO, item, only, received

NOTICE = RequestSupplement(NO, "BZ-1", ("平面图",))
START = date(2026, 9, 21)


@pytest.mark.parametrize(
    ("days", "up", "last"),
    [(10, False, "2026-09-29"), (7, False, "2026-09-24"), (7, True, "2026-09-28")],
)
def test_the_last_day_of_the_first_half(days: int, up: bool, last: str) -> None:  # noqa: FBT001
    """九月二十一日起：十日的一半到九月二十九日；七日的，舍去到二十四日，进一到二十八日。"""
    assert str(half_limit(START, days, calendar_from(town().load, START), up=up).day) == last


def test_ten_days_promised_end_on_the_twelfth_of_october() -> None:
    """九月二十一日受理、承诺十日的，十月十二日届满。"""
    book = received("2026-09-21", item(promised=10))
    assert str(only(book.do(ACCEPT, CLERK, "2026-09-21"), Accepted).promised_due_on) == "2026-10-12"


def test_a_notice_in_the_second_half_is_on_record() -> None:
    """承诺两日的，第二日才告知：在五日之内，照样有效，另记过半。"""
    book = received("2026-03-02", item(promised=2))
    events = events_of(book.do(NOTICE, CLERK, "2026-03-04"))
    faults = [event.fault for event in events if isinstance(event, NoticeViolated)]
    assert faults == [NoticeFault.AFTER_HALF]


@pytest.mark.parametrize(
    ("rounding", "faults"), [(HalfLimit.FLOOR, [NoticeFault.AFTER_HALF]), (HalfLimit.CEIL, [])]
)
def test_the_item_says_how_to_round(rounding: HalfLimit, faults: list[NoticeFault]) -> None:
    """承诺七日：第四个工作日告知，舍去的算过半，进一的不算。"""
    book = received("2026-03-02", item(promised=7, review=ReviewRules(half_limit=rounding)))
    events = events_of(book.do(NOTICE, CLERK, "2026-03-06"))
    assert [event.fault for event in events if isinstance(event, NoticeViolated)] == faults


def test_the_fifth_day_still_caps_the_notice() -> None:
    """承诺三十日，前半段还有十五日：第六个工作日的告知照样无效，已经受理。"""
    book = received("2026-02-12", item(promised=30, legal=30))
    faults = [
        event.fault
        for event in events_of(book.do(NOTICE, CLERK, "2026-02-27"))
        if isinstance(event, NoticeViolated)
    ]
    assert faults == [NoticeFault.LATE]
