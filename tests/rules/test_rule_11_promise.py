"""规则 11：超过承诺时限不等于违法：记下逾期，许可有效。"""

from domain.approval import Granted
from domain.case import DeadlineKind, DeadlineMissed
from tests.rules.papers import APPROVE, DECIDER, item, only, reviewed


def test_the_promise_is_missed_and_the_approval_stands() -> None:
    """承诺七日、法定二十日，第九个工作日准予：承诺时限逾期，许可生效。"""
    book = reviewed("2026-03-02", item(promised=7))
    plan = book.do(APPROVE, DECIDER, "2026-03-13")
    assert only(plan, DeadlineMissed).deadline is DeadlineKind.PROMISED_DECISION
    only(plan, Granted)
