"""规则 7：期限可以在上班的周六届满。"""

from domain.case import Accepted, Approved, DeadlineMissed
from tests.rules.papers import (
    ACCEPT,
    APPROVE,
    CLERK,
    DECIDER,
    REVIEW,
    REVIEWER,
    item,
    only,
    received,
)


def test_due_on_a_working_saturday() -> None:
    """二月九日受理，五日到二月十四日（周六）；十六日起放假，二十四日再办已逾期。"""
    book = received("2026-02-09", item(promised=5))
    assert str(only(book.do(ACCEPT, CLERK, "2026-02-09"), Accepted).promised_due_on) == "2026-02-14"
    book.do(REVIEW, REVIEWER, "2026-02-10")
    plan = book.do(APPROVE, DECIDER, "2026-02-24")
    assert str(only(plan, DeadlineMissed).due_on) == "2026-02-14"
    only(plan, Approved)


def test_on_the_saturday_itself_it_is_in_time() -> None:
    """二月十四日当日准予的，没有逾期。"""
    book = received("2026-02-09", item(promised=5))
    book.do(ACCEPT, CLERK, "2026-02-09")
    book.do(REVIEW, REVIEWER, "2026-02-10")
    plan = book.do(APPROVE, DECIDER, "2026-02-14 17:00")
    assert not any(
        isinstance(event, DeadlineMissed) for part in plan.writes for event in part.events
    )
