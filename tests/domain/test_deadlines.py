"""期限推算：domain.md §5 的核对表与 §6 规则 5–9、12、18、23、24 所列日期。"""

import tomllib
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import calendar
from domain.deadlines import (
    Calendar,
    Due,
    Pause,
    due,
    half_limit,
    months_after,
    natural_due,
    rolled_over,
    sped_up,
)
from domain.terms import beijing_day, end_of_day

DATA = Path(calendar.__file__).parent / "data" / "calendar.toml"


def official() -> Calendar:
    """2004 至 2026 各年的日历，取自随附的数据。"""
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


# Working days of each year; those of 2011, 2025 and 2026 are also told by domain.md §2.2 and §5.
WORKING_DAYS = {
    2004: 252,
    2005: 250,
    2006: 251,
    2007: 249,
    2008: 251,
    2009: 250,
    2010: 250,
    2011: 250,
    2012: 249,
    2013: 250,
    2014: 250,
    2015: 249,
    2016: 250,
    2017: 249,
    2018: 250,
    2019: 250,
    2020: 249,
    2021: 250,
    2022: 249,
    2023: 249,
    2024: 251,
    2025: 248,
    2026: 248,
}


def test_every_year_from_2004_to_2026_is_there() -> None:
    """2004 至 2026 各年度的日历都在，一年不缺，一年不重。"""
    assert sorted(CALENDAR.years) == sorted(WORKING_DAYS) == list(range(2004, 2027))


@pytest.mark.parametrize("year", WORKING_DAYS)
def test_every_day_of_the_year_is_as_the_state_council_published(year: int) -> None:
    """逐日核对：是否工作日与 chinesecalendar 所载的国务院通知一致，全年工作日数也对。"""
    first, last = date(year, 1, 1), date(year, 12, 31)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    ours = [CALENDAR.is_working_day(day) for day in days]
    assert ours == [chinese_calendar.is_workday(day) for day in days]
    assert sum(ours) == WORKING_DAYS[year]


def test_months_of_2026_have_the_working_days_that_were_read() -> None:
    """2026 年各月工作日：21、16、22、21、19、21、23、21、22、18、21、23（domain.md §5）。"""
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    months = Counter(day.month for day in days if CALENDAR.is_working_day(day))
    assert list(months.values()) == [21, 16, 22, 21, 19, 21, 23, 21, 22, 18, 21, 23]


# domain.md §5, whole: day 0, working days, the true day, what Monday–Friday alone would give.
SECTION_5 = [
    ("2025-01-24", 5, "2025-02-07", "2025-01-31"),
    ("2025-04-25", 5, "2025-05-06", "2025-05-02"),
    ("2025-09-26", 5, "2025-10-10", "2025-10-03"),
    ("2026-02-09", 5, "2026-02-14", "2026-02-16"),
    ("2026-04-30", 5, "2026-05-11", "2026-05-07"),
    ("2026-09-18", 20, "2026-10-22", "2026-10-16"),
    ("2025-12-31", 5, "2026-01-08", "2026-01-07"),
    ("2026-02-13", 1, "2026-02-14", "2026-02-16"),
]


@pytest.mark.parametrize(("start", "working_days", "last", "wrong"), SECTION_5)
def test_monday_to_friday_alone_is_wrong(
    start: str, working_days: int, last: str, wrong: str
) -> None:
    """第五节的表：依日历得真正的届满之日；只看周一至周五的，每一行都错。"""
    day_0 = date.fromisoformat(start)
    assert due(day_0, working_days, CALENDAR).day == date.fromisoformat(last)
    bare = Calendar(CALENDAR.years, frozenset(), frozenset())
    assert due(day_0, working_days, bare).day == date.fromisoformat(wrong)
    assert last != wrong


@pytest.mark.parametrize(
    ("start", "working_days", "last"),
    [
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


@pytest.mark.parametrize(
    ("start", "months", "last"),
    [
        ("2026-07-01", 2, "2026-09-01"),  # 上海：两个月内核查；不是六十个工作日的 09-22
        ("2026-08-31", 1, "2026-09-30"),  # 民法典 202 条：没有对应日的，为月末
        ("2025-12-31", 2, "2026-02-28"),  # 周六上班，不顺延
        ("2026-08-01", 2, "2026-10-08"),  # 民法典 203 条：遇国庆顺延
        ("2026-11-15", 2, "2027-01-15"),
    ],
)
def test_months_end_on_the_corresponding_day(start: str, months: int, last: str) -> None:
    """以月计的期限：到对应日止，没有对应日的为月末，遇休假顺延。"""
    day = months_after(date.fromisoformat(start), months)
    assert rolled_over(day, CALENDAR).day == date.fromisoformat(last)


@pytest.mark.parametrize(("promised", "sped"), [(10, 5), (20, 10), (7, 3), (1, 0)])
def test_twice_as_fast_is_half_the_time(promised: int, sped: int) -> None:
    """“提速一倍”即提速 50 %：时限减半，不是减到零，也不是加倍；不足一日的舍去。"""
    assert sped_up(promised) == sped


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
    [
        ("2026-12-03", 20, False),
        ("2026-12-04", 20, True),
        ("2026-10-29", 45, False),
        ("2026-10-30", 45, True),
        ("2026-10-09", 60, False),
        ("2026-10-10", 60, True),
        ("2027-01-04", 5, True),
    ],
)
def test_beyond_the_known_calendar_a_deadline_is_provisional(
    start: str,
    working_days: int,
    provisional: bool,  # noqa: FBT001 -- a column of the table above
) -> None:
    """2027 年日历未公布：二十日期限自十二月四日、四十五日自十月三十日、六十日自十月十日起只是暂定。"""
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
