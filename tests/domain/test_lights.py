"""灯：绿黄红黑，按余下的日子或所余的几成；何时转灯，逐日看与一次算出的相同。"""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.catalogue import DayCount
from domain.deadlines import due
from domain.lights import (
    DEFAULT,
    Levels,
    Light,
    Span,
    Threshold,
    light_on,
    turning,
)
from domain.timers import TimerKind
from tests.domain.test_deadlines import CALENDAR

# Accepted 2026-03-02, twenty working days: due 2026-03-30.
LEGAL = Span(date(2026, 3, 2), date(2026, 3, 30))


@pytest.mark.parametrize(
    ("today", "light"),
    [
        ("2026-03-02", Light.GREEN),  # 受理当日，还有二十日
        ("2026-03-20", Light.GREEN),  # 还有七日
        ("2026-03-23", Light.YELLOW),  # 还有六日，即三成
        ("2026-03-26", Light.YELLOW),  # 还有三日
        ("2026-03-27", Light.RED),  # 还有两日，即一成
        ("2026-03-30", Light.RED),  # 末日
        ("2026-03-31", Light.BLACK),
    ],
)
def test_lights_of_twenty_working_days(today: str, light: Light) -> None:
    """二十个工作日：余三成黄，余一成红，过了黑。"""
    assert light_on(date.fromisoformat(today), LEGAL, DEFAULT.rest, CALENDAR) is light


@pytest.mark.parametrize(
    ("today", "light"),
    [
        ("2026-02-13", Light.GREEN),  # 周五上班，节前；一日之期还没有用去一日
        ("2026-02-14", Light.GREEN),  # 周六上班，即末日
        ("2026-02-16", Light.BLACK),
    ],
)
def test_a_period_of_one_day_is_not_urgent_from_its_beginning(today: str, light: Light) -> None:
    """一日之期不因其短而一开始就告急，过了才黑。"""
    span = Span(date(2026, 2, 13), date(2026, 2, 14))
    assert light_on(date.fromisoformat(today), span, DEFAULT.rest, CALENDAR) is light


def test_working_days_are_those_of_the_calendar() -> None:
    """春节假期不数：2026-02-14 至 02-25 之间只剩三个工作日。"""
    span = Span(date(2026, 2, 9), date(2026, 2, 25))
    assert span.left(date(2026, 2, 14), DayCount.WORKING, CALENDAR) == 3
    assert span.left(date(2026, 2, 16), DayCount.WORKING, CALENDAR) == 2
    assert span.left(date(2026, 2, 16), DayCount.NATURAL, CALENDAR) == 10
    assert span.left(date(2026, 2, 26), DayCount.NATURAL, CALENDAR) == 0


def test_years_of_a_span_are_two_at_most() -> None:
    """起讫之间的年度；以自然日数的长期限不必逐年看日历。"""
    assert LEGAL.years == (2026,)
    assert Span(date(2026, 12, 4), date(2027, 1, 5)).years == (2026, 2027)
    assert Span(date(2026, 3, 2), date(2031, 3, 1)).years == (2026, 2027)


def test_a_licence_turns_by_natural_days() -> None:
    """许可有效期按自然日：届满前九十日黄，三十日红（许可法 50 条三十日前申请延续）。"""
    span = Span(date(2021, 10, 16), date(2026, 10, 15))
    levels = DEFAULT.of(TimerKind.VALIDITY)
    assert turning(span, Light.YELLOW, levels, CALENDAR) == date(2026, 7, 18)
    assert turning(span, Light.RED, levels, CALENDAR) == date(2026, 9, 16)
    assert turning(span, Light.BLACK, levels, CALENDAR) == date(2026, 10, 16)


def test_every_setting_is_of_a_kind_that_exists() -> None:
    """逐种另定的，都是真有的期限；黄灯总不晚于红灯。"""
    assert set(DEFAULT.kinds) <= set(TimerKind)
    for levels in (DEFAULT.rest, *DEFAULT.kinds.values()):
        assert levels.yellow.days > levels.red.days
        assert levels.yellow.percent >= levels.red.percent


LEVEL = st.builds(
    Levels,
    st.builds(Threshold, st.integers(2, 9), st.integers(10, 40)),
    st.builds(Threshold, st.integers(0, 2), st.integers(0, 10)),
    st.sampled_from(DayCount),
)


@given(st.dates(date(2026, 1, 1), date(2026, 6, 30)), st.integers(0, 30), LEVEL)
def test_turning_is_what_is_seen_day_by_day(start: date, days: int, levels: Levels) -> None:
    """转灯之日：此前每一日都没有那么重，自此日起每一日都有。"""
    span = Span(start, due(start, days, CALENDAR).day)
    for light in (Light.YELLOW, Light.RED, Light.BLACK):
        first = turning(span, light, levels, CALENDAR)
        for n in range((span.due_on - start).days + 3):
            day = start + timedelta(days=n)
            seen = light_on(day, span, levels, CALENDAR)
            assert (seen.weight >= light.weight) is (day >= first)
