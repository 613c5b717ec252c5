"""规则 24：检查结果是一组代码：未发现问题排斥其他，未开展经营、已注销既不是问题也不是没有问题。"""

from datetime import date

import pytest

from domain.calendar import calendar_from
from domain.deadlines import due
from domain.inspection import FindingCode
from projections.inspection_view import found_problem
from tests.domain.case_file import town


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        (FindingCode.NO_PROBLEM, False),
        (FindingCode.NOT_OPERATING, False),
        (FindingCode.DEREGISTERED, False),
        (FindingCode.PROBLEM_PENDING, True),
    ],
)
def test_neutral_outcomes_are_no_problems(code: FindingCode, problem: bool) -> None:  # noqa: FBT001
    """中性的结果不计入发现问题。"""
    assert found_problem((code,)) is problem


def test_a_result_is_published_in_twenty_working_days() -> None:
    """九月二十四日形成的结果，十月二十九日以前公开。"""
    formed = date(2026, 9, 24)
    assert str(due(formed, 20, calendar_from(town().load, formed)).day) == "2026-10-29"
