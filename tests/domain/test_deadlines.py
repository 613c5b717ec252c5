"""期限推算：domain.md §5 的核对表与 §6 规则 5–9、12、18、23、24 所列日期。"""

import tomllib
from datetime import date, datetime, timedelta
from pathlib import Path

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import calendar
from domain.deadlines import Calendar, Due, Pause, due, half_limit, natural_due, rolled_over
from domain.terms import beijing_day, end_of_day

DATA = Path(calendar.__file__).parent / "data" / "calendar.toml"


def official() -> Calendar:
    """2025、2026 两年的日历，取自随附的数据。"""
    years = tomllib.loads(DATA.read_text(encoding="utf-8"))["calendar"]
    return calendar.calendar_of(
        calendar.Published(
            calendar.CalendarPublished(
                one["year"],
                1,
                one["source"],
                tuple(one["days_off"]),
                tuple(one["working_weekends"]),
            )
        )
        for one in years
    )


CALENDAR = official()
DAYS = st.dates(date(2025, 1, 1), date(2026, 12, 31))


@pytest.mark.parametrize("year", [2025, 2026])
def test_every_day_of_the_year_is_as_the_state_council_published(year: int) -> None:
    """逐日核对：是否工作日与 chinesecalendar 所载的国务院通知一致，全年 248 个工作日。"""
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(365)]
    ours = [CALENDAR.is_working_day(day) for day in days]
    assert ours == [chinese_calendar.is_workday(day) for day in days]
    assert sum(ours) == 248


@pytest.mark.parametrize(
    ("start", "working_days", "last"),
    [
        ("2025-01-24", 5, "2025-02-07"),
        ("2025-04-25", 5, "2025-05-06"),
        ("2025-09-26", 5, "2025-10-10"),
        ("2026-02-09", 5, "2026-02-14"),
        ("2026-04-30", 5, "2026-05-11"),
        ("2026-09-18", 20, "2026-10-22"),
        ("2025-12-31", 5, "2026-01-08"),
        ("2026-02-13", 1, "2026-02-14"),
        ("2026-02-12", 5, "2026-02-26"),  # 规则 1：五日告知
        ("2026-02-12", 20, "2026-03-18"),  # 规则 1：视为受理溯及收件
        ("2026-03-01", 5, "2026-03-06"),  # 规则 5：周日收件
        ("2026-02-27", 5, "2026-03-05"),  # 规则 5：周六上班
        ("2026-04-20", 20, "2026-05-20"),  # 规则 8
        ("2026-04-20", 30, "2026-06-03"),  # 规则 9：延长十日
        ("2026-03-02", 45, "2026-05-08"),  # 规则 10
        ("2026-03-02", 60, "2026-05-28"),  # 规则 10：延长十五日
        ("2026-09-21", 10, "2026-10-12"),  # 规则 12：全程
        ("2026-09-24", 20, "2026-10-29"),  # 规则 24：结果公示
        ("2026-09-30", 7, "2026-10-15"),  # 规则 25：双公示
        ("2026-09-30", 10, "2026-10-20"),  # 规则 25：送达
        ("2026-07-01", 60, "2026-09-22"),  # 核查六十日
    ],
)
def test_working_days_are_counted_by_the_official_calendar(
    start: str, working_days: int, last: str
) -> None:
    """工作日期限：开始之日不计入，调休上班的周末计入，法定节假日不计入。"""
    told = due(date.fromisoformat(start), working_days, CALENDAR)
    assert told == Due(date.fromisoformat(last), provisional=False)


def test_immediate_means_the_very_day() -> None:
    """当场办结的，期限即当日，即使当日休息。"""
    assert due(date(2026, 10, 1), 0, CALENDAR) == Due(date(2026, 10, 1), provisional=False)


def test_only_article_45_stops_the_clock() -> None:
    """规则 8、9：专家评审四月二十七日至五月十一日（九个工作日）不计入，届满之日随之推后。"""
    review = Pause(date(2026, 4, 27), date(2026, 5, 11))
    assert due(date(2026, 4, 20), 20, CALENDAR, [review]).day == date(2026, 6, 2)
    assert due(date(2026, 4, 20), 30, CALENDAR, [review]).day == date(2026, 6, 16)


@pytest.mark.parametrize(("promised", "last"), [(10, "2026-09-29"), (7, "2026-09-24")])
def test_half_of_the_promise_is_rounded_down(promised: int, last: str) -> None:
    """规则 12 补不过半：七个工作日的一半舍去零头，为三日。"""
    assert half_limit(date(2026, 9, 21), promised, CALENDAR).day == date.fromisoformat(last)


def test_a_natural_day_period_rolls_over_a_holiday() -> None:
    """规则 18：八月三日起六十日，末日遇国庆，顺延至十月八日。"""
    assert natural_due(date(2026, 8, 3), 60, CALENDAR) == Due(date(2026, 10, 8), provisional=False)


def test_a_working_saturday_is_no_reason_to_roll_over() -> None:
    """规则 7：末日是调休上班的周六，不顺延。"""
    assert rolled_over(date(2026, 2, 14), CALENDAR).day == date(2026, 2, 14)


def test_an_evening_upload_counts_as_that_beijing_day() -> None:
    """规则 6：国内二十二时上传仍算当日；世界时九月三十日十六时半已是北京十月一日。"""
    assert beijing_day(datetime.fromisoformat("2026-04-29T14:10:00+00:00")) == date(2026, 4, 29)
    assert beijing_day(datetime.fromisoformat("2026-09-30T16:30:00+00:00")) == date(2026, 10, 1)


def test_an_overdue_mark_waits_until_the_day_is_over() -> None:
    """规则 18：十月八日届满的，十月九日零时之前不算逾期。"""
    assert end_of_day(date(2026, 10, 8)).isoformat() == "2026-10-08T16:00:00+00:00"


@pytest.mark.parametrize(
    ("start", "working_days", "provisional"),
    [("2026-12-03", 20, False), ("2026-12-04", 20, True), ("2027-01-04", 5, True)],
)
def test_beyond_the_known_calendar_a_deadline_is_provisional(
    start: str,
    working_days: int,
    provisional: bool,  # noqa: FBT001 -- a column of the table above
) -> None:
    """二〇二七年日历未公布：十二月三日之后起算的二十日期限只是暂定。"""
    assert due(date.fromisoformat(start), working_days, CALENDAR).provisional is provisional


def test_rolling_into_an_unknown_year_is_provisional() -> None:
    """末日落在尚未公布日历的年度，顺延只是暂定。"""
    assert rolled_over(date(2027, 1, 2), CALENDAR) == Due(date(2027, 1, 4), provisional=True)


@pytest.mark.parametrize("count", [due, natural_due])
def test_a_period_is_never_negative(count: type) -> None:
    """期限不能为负。"""
    with pytest.raises(ValueError, match="not negative"):
        count(date(2026, 1, 5), -1, CALENDAR)


@given(DAYS, st.integers(1, 60), st.integers(1, 60))
def test_periods_add_up(start: date, first: int, second: int) -> None:
    """先过若干日再过若干日，等于一次过完；末日总是工作日。"""
    middle = due(start, first, CALENDAR)
    whole = due(start, first + second, CALENDAR)
    assert due(middle.day, second, CALENDAR) == whole
    assert CALENDAR.is_working_day(whole.day)


@given(DAYS, st.integers(1, 60))
def test_the_count_between_is_what_was_promised(start: date, working_days: int) -> None:
    """次日起至届满之日，工作日恰为所定之数（以笨法逐日数）。"""
    last = due(start, working_days, CALENDAR).day
    between = [start + timedelta(days=n) for n in range(1, (last - start).days + 1)]
    assert sum(map(CALENDAR.is_working_day, between)) == working_days


@given(DAYS)
def test_rolling_over_goes_to_the_first_working_day(day: date) -> None:
    """顺延只到休假日的次日，不更远；再顺延一次不变。"""
    told = rolled_over(day, CALENDAR)
    skipped = [day + timedelta(days=n) for n in range((told.day - day).days)]
    assert not any(map(CALENDAR.is_working_day, skipped))
    assert rolled_over(told.day, CALENDAR).day == told.day
