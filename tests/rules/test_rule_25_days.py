"""规则 25 的日子：决定之后的送达、双公示与公开，处罚被撤销之后的撤下。"""

from datetime import date

import pytest

from domain.calendar import calendar_from
from domain.case import Approved
from domain.deadlines import due
from tests.domain.case_file import town
from tests.rules.papers import APPROVE, DECIDER, item, only, reviewed


@pytest.mark.parametrize(
    ("start", "days", "last"),
    [
        (date(2026, 9, 30), 7, "2026-10-15"),
        (date(2026, 9, 30), 10, "2026-10-20"),
        (date(2026, 9, 30), 20, "2026-11-03"),
        (date(2026, 2, 13), 3, "2026-02-25"),
    ],
)
def test_the_days_of_publication(start: date, days: int, last: str) -> None:
    """双公示七日、送达十日、公开二十日；被撤销的三日内撤下。"""
    assert str(due(start, days, calendar_from(town().load, start)).day) == last


def test_a_decision_is_delivered_in_ten_working_days() -> None:
    """九月三十日准予的，十月二十日以前送达。"""
    book = reviewed("2026-09-28", item(promised=20))
    fact = only(book.do(APPROVE, DECIDER, "2026-09-30"), Approved)
    assert str(fact.delivery_due_on) == "2026-10-20"
