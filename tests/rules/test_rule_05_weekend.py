"""规则 5：休息日也收件，自下一个工作日起算；调休上班的周六是工作日。"""

import pytest

from domain.case import Received
from tests.domain.case_file import town
from tests.rules.papers import CLERK, RECEIVE, only


@pytest.mark.parametrize(
    ("day", "due"), [("2026-03-01", "2026-03-06"), ("2026-02-27", "2026-03-05")]
)
def test_the_period_begins_on_the_next_working_day(day: str, due: str) -> None:
    """三月一日（周日）收的到三月六日；二月二十七日（周五）收的，周六上班，到三月五日。"""
    assert str(only(town().do(RECEIVE, CLERK, day), Received).notice_due_on) == due
