"""规则 13（延续的部分）：及时申请而届满前没有决定的，依法视为准予延续，一次为限。"""

from datetime import date

from domain import approval
from domain.acts.licences import DeemRenewed, RefuseRenewal, Renew, RequestRenewal
from domain.acts.revocations import ExpireLicence
from domain.decider import Plan
from domain.refusals import Refusal
from domain.terms import LicenceNo
from tests.domain.case_file import APPLICANT, MACHINE, Book, events_of
from tests.domain.test_case_acts import DECIDER
from tests.domain.test_licence_acts import licensed

NO = LicenceNo("JY-1")
DEEM = DeemRenewed(NO)
EXPIRE = ExpireLicence(NO)


def asked(on: str) -> Book:
    """有效至 2026 年 10 月 15 日的许可，某日申请了延续。"""
    book = licensed(date(2026, 10, 15))
    book.do(RequestRenewal(NO, "YX-1"), APPLICANT, on)
    return book


def test_deemed_renewed_when_the_last_day_is_over() -> None:
    """9 月 1 日申请，10 月 15 日二十四时没有决定：视为准予延续，许可没有届满过。"""
    book = asked("2026-09-01")
    book.refuse(Refusal.LICENCE_RENEWAL_PENDING, DEEM, MACHINE, "2026-10-15 23:59")
    book.refuse(Refusal.LICENCE_RENEWAL_PENDING, EXPIRE, MACHINE, "2026-10-16 00:00")
    (fact,) = events_of(book.do(DEEM, MACHINE, "2026-10-16 00:00"))
    assert isinstance(fact, approval.DeemedRenewed)
    assert fact.valid_from == date(2026, 10, 16)
    state = book.load(approval.AGGREGATE, NO)
    assert isinstance(state, approval.InForce)


def test_deemed_once_even_if_the_timer_fires_twice() -> None:
    """定时器响两次，也只视为准予一次。"""
    book = asked("2026-09-01")
    book.do(DEEM, MACHINE, "2026-10-16 00:00")
    assert book.do(DEEM, MACHINE, "2026-10-16 00:01") == Plan()
    book.refuse(Refusal.LICENCE_IN_FORCE, EXPIRE, MACHINE, "2026-10-16 00:02")


def test_a_decision_before_the_last_day_is_over_stands() -> None:
    """届满之前决定的，依决定：准予的另有一期，不予的届时届满。"""
    granted = asked("2026-09-01")
    granted.do(Renew(NO, "YXJD-1", date(2031, 10, 15)), DECIDER, "2026-10-15 23:00")
    assert granted.do(DEEM, MACHINE, "2026-10-16 00:00") == Plan()
    refused = asked("2026-09-01")
    refused.do(RefuseRenewal(NO, "BYX-1", "不再符合条件", "可申请复议"), DECIDER, "2026-10-14")
    assert refused.do(DEEM, MACHINE, "2026-10-16 00:00") == Plan()
    refused.do(EXPIRE, MACHINE, "2026-10-16 00:00")


def test_no_decision_after_the_law_has_decided() -> None:
    """过了 10 月 15 日，机关不能再说不予延续：法律已经替它说了。"""
    book = asked("2026-09-01")
    late = RefuseRenewal(NO, "BYX-1", "不再符合条件", "可申请复议")
    book.refuse(Refusal.LICENCE_LAPSED, late, DECIDER, "2026-10-16", valid_to="2026-10-15")
