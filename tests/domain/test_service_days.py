"""服务日历：大厅哪些日子开门，与法定工作日历互不相干；日均按它算，期限从不按它。"""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import strategies as st

from domain import service_days
from domain.acts.timekeeping import PublishServiceDays
from domain.deadlines import due
from domain.refusals import Refusal
from domain.service_days import (
    ServiceDays,
    ServiceDaysPublished,
    every_day_but,
)
from domain.terms import Organ, Role
from tests.domain.case_file import CENTRE, Book, actor, check_impossible, events_of, person
from tests.domain.laws import anything, check_decider_laws
from tests.domain.test_deadlines import CALENDAR

DAYS = (date(2026, 2, 27), date(2026, 2, 28), date(2026, 3, 1))
ACT = PublishServiceDays(CENTRE, 2026, "中心 2026 年值班安排", DAYS)
FACT = ServiceDaysPublished(CENTRE, 2026, 1, "中心 2026 年值班安排", DAYS)
CLERK = actor("list", Role.CATALOGUE, CENTRE)


def _hall() -> Book:
    book = Book()
    book.hire("list", Role.CATALOGUE, CENTRE, person("list"))
    return book


def test_a_centre_publishes_its_days() -> None:
    """公布一个年度；相同的无事可办，更正的为第二版，另一年另一份。"""
    book = _hall()
    assert events_of(book.do(ACT, CLERK, "2026-01-05")) == (FACT,)
    assert events_of(book.do(ACT, CLERK, "2026-01-05")) == ()
    (second,) = events_of(book.do(replace(ACT, days_open=DAYS[:2]), CLERK, "2026-01-06"))
    assert second == replace(FACT, version=2, days_open=DAYS[:2])
    next_year = replace(ACT, year=2027, days_open=(date(2027, 1, 1),))
    (other,) = events_of(book.do(next_year, CLERK, "2026-01-06"))
    assert isinstance(other, ServiceDaysPublished)
    assert other.version == 1


@pytest.mark.parametrize(
    "days", [(), (date(2027, 1, 1),), (DAYS[1], DAYS[0]), (DAYS[0], DAYS[0])], ids=str
)
def test_days_must_be_sound(days: tuple[date, ...]) -> None:
    """都在当年，先后有序，不重复，不为空。"""
    act = replace(ACT, days_open=days)
    _hall().refuse(Refusal.CALENDAR_SERVICE_DAYS, act, CLERK, "2026-01-05", year="2026")


def test_a_weekend_that_is_open_is_no_working_day() -> None:
    """“5+2”：周日 2026-03-01 开门收件，五日告知仍只数工作日，至 03-06（规则 5）。"""
    days = every_day_but(2026, [date(2026, 1, 1)])
    assert len(days) == 364
    assert date(2026, 3, 1) in days
    assert not CALENDAR.is_working_day(date(2026, 3, 1))
    assert due(date(2026, 3, 1), 5, CALENDAR).day == date(2026, 3, 6)


def test_days_between_are_counted_or_unknown() -> None:
    """首尾两日在内；其间有一年没有公布的，不知道，不当作零。"""
    known = ServiceDays(frozenset({2026}), frozenset(DAYS))
    assert known.between(date(2026, 2, 28), date(2026, 3, 1)) == 2
    assert known.between(date(2026, 4, 1), date(2026, 4, 30)) == 0
    assert known.between(date(2025, 12, 31), date(2026, 3, 1)) is None


def test_service_days_obey_the_laws_of_deciders() -> None:
    """同答、幂等、重放等于现状。"""
    commands = st.one_of(st.just(FACT).map(_again), anything(service_days.Publish))
    check_decider_laws(service_days.AGGREGATE, service_days.decide, commands)


def _again(fact: ServiceDaysPublished) -> service_days.Publish:
    return service_days.Publish(fact.centre, fact.year, fact.source, fact.days_open)


def test_versions_follow_each_other() -> None:
    """跳号的版本是不可能的历史。"""
    lives: tuple[tuple[ServiceDaysPublished, ...], ...] = ((), (FACT,))
    check_impossible(service_days.AGGREGATE, lives, (replace(FACT, version=3),))
    assert service_days.service_id(Organ("350505-ZX"), 2026) == "350505-ZX-2026"
