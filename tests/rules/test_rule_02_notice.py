"""规则 2：第五日的告知在期内，第六日的对受理没有效力。"""

from domain.acts.intake import RequestSupplement
from domain.case import DeemedAccepted, SupplementRequested
from domain.remarks import NoticeFault, NoticeViolated
from tests.domain.case_file import events_of
from tests.rules.papers import CLERK, NO, only, received

NOTICE = RequestSupplement(NO, "BZ-1", ("平面图",))


def test_a_notice_on_the_fifth_day_is_in_time() -> None:
    """二月二十六日十七时告知：转入补正。"""
    book = received("2026-02-12")
    assert isinstance(events_of(book.do(NOTICE, CLERK, "2026-02-26 17:00"))[0], SupplementRequested)


def test_a_notice_on_the_sixth_day_is_void_and_on_record() -> None:
    """二月二十七日告知：早已受理，告知记为违规，再说一遍无事可办。"""
    book = received("2026-02-12")
    plan = book.do(NOTICE, CLERK, "2026-02-27")
    assert str(only(plan, DeemedAccepted).accepted_on) == "2026-02-12"
    violated = only(plan, NoticeViolated)
    assert (violated.fault, str(violated.due_on)) == (NoticeFault.LATE, "2026-02-26")
    assert book.do(NOTICE, CLERK, "2026-02-27 10:00").writes == ()
    again = RequestSupplement(NO, "BZ-2", ("健康证",))
    assert only(book.do(again, CLERK, "2026-03-02"), NoticeViolated).fault is NoticeFault.LATE
