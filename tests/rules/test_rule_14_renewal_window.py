"""规则 14：延续申请的最后一日，自然日或工作日依事项；迟到的也收，只是没有视为准予。"""

from dataclasses import replace
from datetime import date

import pytest

from domain import approval
from domain.acts.licences import DeemRenewed, Renew, RequestRenewal
from domain.acts.revocations import ExpireLicence
from domain.catalogue import DayCount, HandlingRules, RenewalRules
from domain.decider import Plan, RuleUsed
from domain.terms import LicenceNo
from tests.domain.case_file import APPLICANT, ITEM_V1, MACHINE, Book, events_of, town
from tests.domain.test_case_acts import DECIDER
from tests.domain.test_licence_acts import licensed

NO = LicenceNo("JY-1")
ASK = RequestRenewal(NO, "YX-1")
WORKING = RenewalRules(count=DayCount.WORKING)


def town_with(rules: RenewalRules) -> Book:
    """有效至 2026 年 10 月 15 日，延续依此规则的许可。"""
    item = replace(ITEM_V1, rules=HandlingRules(renewal=rules))
    return licensed(date(2026, 10, 15), town(item))


def asked(book: Book, on: str) -> approval.RenewalRequested:
    """某日申请延续。"""
    (fact,) = events_of(book.do(ASK, APPLICANT, on))
    assert isinstance(fact, approval.RenewalRequested)
    return fact


@pytest.mark.parametrize(
    ("rules", "on", "apply_by", "in_time"),
    [
        (RenewalRules(), "2026-09-15", date(2026, 9, 15), True),
        (RenewalRules(), "2026-09-16", date(2026, 9, 15), False),
        (WORKING, "2026-08-28", date(2026, 8, 28), True),
        (WORKING, "2026-08-31", date(2026, 8, 28), False),
        (WORKING, "2026-09-15", date(2026, 8, 28), False),
    ],
)
def test_the_last_day_to_apply(rules: RenewalRules, on: str, apply_by: date, in_time: bool) -> None:  # noqa: FBT001
    """10 月 15 日届满：自然日读法至 9 月 15 日，工作日读法至 8 月 28 日。"""
    fact = asked(town_with(rules), on)
    assert (fact.apply_by, fact.in_time, fact.tacit) == (apply_by, in_time, in_time)
    assert not fact.provisional


def test_the_calendar_is_among_the_rules_of_the_working_day_reading() -> None:
    """以工作日计的，所依的日历版本写进申请。"""
    plan = town_with(WORKING).do(ASK, APPLICANT, "2026-08-28")
    assert plan.rules == (
        RuleUsed("item/350505-0001", "1"),
        RuleUsed("calendar/cn-2025", "1"),
        RuleUsed("calendar/cn-2026", "1"),
    )


def test_a_late_application_is_accepted_and_can_be_granted() -> None:
    """迟到的申请也收，届满之前仍可准予延续。"""
    book = town_with(RenewalRules())
    asked(book, "2026-10-10")
    book.do(Renew(NO, "YXJD-1", date(2031, 10, 15)), DECIDER, "2026-10-14")


def test_a_late_application_loses_tacit_renewal() -> None:
    """迟到而届满前没有决定的：许可届满，不视为准予。"""
    book = town_with(RenewalRules())
    asked(book, "2026-09-16")
    assert book.do(DeemRenewed(NO), MACHINE, "2026-10-16 00:00") == Plan()
    (fact,) = events_of(book.do(ExpireLicence(NO), MACHINE, "2026-10-16 00:00"))
    assert fact == approval.Expired(date(2026, 10, 15))


def test_an_item_may_know_no_tacit_renewal() -> None:
    """事项规定不适用视为准予的，及时申请也不适用。"""
    fact = asked(town_with(RenewalRules(tacit=False)), "2026-09-01")
    assert (fact.in_time, fact.tacit) == (True, False)
