"""规则 3：补正只告知一次；再次告知的照记，记为违规。"""

from domain.acts.intake import RequestSupplement, Supplement
from domain.remarks import NoticeFault, NoticeViolated
from domain.terms import Material
from tests.domain.case_file import SHA
from tests.rules.papers import ACCEPT, CLERK, NO, only, received

FIRST = RequestSupplement(NO, "BZ-1", ("平面图",))
SECOND = RequestSupplement(NO, "BZ-2", ("健康证",))


def test_a_second_notice_is_kept_as_a_violation() -> None:
    """同一件再次一次性告知：事件留下，申请人不必照办。"""
    book = received("2026-03-02")
    book.do(FIRST, CLERK, "2026-03-03")
    violated = only(book.do(SECOND, CLERK, "2026-03-04"), NoticeViolated)
    assert (violated.fault, violated.due_on) == (NoticeFault.TWICE, None)
    assert book.do(SECOND, CLERK, "2026-03-04").writes == ()
    book.do(Supplement(NO, (Material("平面图", SHA),)), CLERK, "2026-03-05")
    book.do(ACCEPT, CLERK, "2026-03-06")
    third = RequestSupplement(NO, "BZ-3", ("合同",))
    assert only(book.do(third, CLERK, "2026-03-09"), NoticeViolated).fault is NoticeFault.TWICE
