"""一件事：受理、逐件办结、全部办结；一件不成不累及别件。"""

from dataclasses import replace
from datetime import date

import pytest

from domain import package
from domain.acts.deciding import Approve
from domain.acts.intake import Decline
from domain.acts.packages import CloseChild, OpenPackage
from domain.acts.procedure import PauseClock, ResumeClock, StopReason
from domain.acts.remarks import WithdrawApplication
from domain.case import DeclineReason
from domain.decider import Claim, Event, Plan
from domain.package import (
    ChildClosed,
    ChildOutcome,
    Close,
    Open,
    PackageCase,
    PackageClosed,
    PackageOpened,
)
from domain.refusals import Refusal
from domain.terms import CaseNo, LicenceNo, PersonId, SubjectId
from tests.domain.case_file import (
    ITEM,
    MACHINE,
    Book,
    case_files,
    check_impossible,
    events_of,
    person,
    town,
)
from tests.domain.laws import anything, check_decider_laws
from tests.domain.proceedings import CLERK, DECIDER, RECEIVE, REJECT, REVIEW, REVIEWER, accepted

given = case_files(package.AGGREGATE, package.decide)

ONE, TWO, THREE = CaseNo("2026-000001"), CaseNo("2026-000002"), CaseNo("2026-000003")
WHO, S1 = PersonId("P-W"), SubjectId("S-1")
DAY, DUE, LAST = date(2026, 3, 2), date(2026, 3, 5), date(2026, 3, 6)
OPENED = PackageOpened(
    applicant=S1,
    name="开餐馆一件事",
    application_no="YJS-1",
    cases=(PackageCase(ONE, ITEM), PackageCase(TWO, ITEM)),
    opened_on=DAY,
    target_days=3,
    due_on=DUE,
    handler=WHO,
)
FIRST = ChildClosed(ONE, ChildOutcome.APPROVED, DUE, early=True)
SECOND = ChildClosed(TWO, ChildOutcome.REJECTED, LAST, early=True)
CLOSED = PackageClosed(LAST, 4, 1, early=True, within_target=False)
DONE = (OPENED, FIRST, SECOND, CLOSED)
LIVES: tuple[tuple[Event, ...], ...] = ((OPENED,), (OPENED, FIRST), (OPENED, FIRST, SECOND), DONE)


# -- the aggregate


def test_opened_once_with_at_least_two() -> None:
    """至少两件，各不相同，一次。"""
    given().when(Open(OPENED)).then(OPENED)
    given(OPENED).when(Open(OPENED)).then()
    again = Open(replace(OPENED, handler=PersonId("P-X")))
    given(OPENED).when(again).refused(Refusal.PACKAGE_EXISTS, handler=WHO)
    alone = replace(OPENED, cases=OPENED.cases[:1])
    given().when(Open(alone)).refused(Refusal.PACKAGE_TOO_FEW)
    twice = replace(OPENED, cases=(*OPENED.cases, OPENED.cases[0]))
    given().when(Open(twice)).refused(Refusal.PACKAGE_TOO_FEW)


def test_closed_with_the_last_child() -> None:
    """一件一件办结；最后一件办结，一件事即办结，准予的点数。"""
    given(OPENED).when(Close(FIRST, 3, DUE)).then(FIRST)
    given(OPENED, FIRST).when(Close(FIRST, 3, DUE)).then()
    given(OPENED, FIRST).when(Close(SECOND, 4, DUE)).then(SECOND, CLOSED)
    given(*DONE).when(Close(SECOND, 4, DUE)).then()
    other = Close(replace(FIRST, case_no=THREE), 3, DUE)
    given(OPENED).when(other).refused(Refusal.PACKAGE_OTHER_CASE, case_no=THREE)
    given().when(Close(FIRST, 3, DUE)).refused(Refusal.PACKAGE_NOT_FOUND)


@pytest.mark.parametrize(
    ("first", "second", "early"),
    [(True, True, True), (True, False, False), (None, True, True), (None, None, False)],
)
def test_early_only_if_all_are(*, first: bool | None, second: bool | None, early: bool) -> None:
    """全部提前才算提前；没有承诺时限的不论，一件也没有时限的不算。"""
    told = replace(FIRST, early=first)
    last = replace(SECOND, early=second)
    closed = replace(CLOSED, early=early)
    given(OPENED, told).when(Close(last, 4, DUE)).then(last, closed)


def test_the_target_is_judged_by_the_last_day() -> None:
    """全程目标依最后一件；没有定目标的不论。"""
    met = replace(CLOSED, within_target=True)
    given(OPENED, FIRST).when(Close(SECOND, 4, LAST)).then(SECOND, met)
    none = replace(CLOSED, within_target=None)
    given(OPENED, FIRST).when(Close(SECOND, 4, None)).then(SECOND, none)


def test_laws_of_the_decider() -> None:
    """同样的现状同样的答复；重复不再添事；重放等于现状。"""
    check_decider_laws(package.AGGREGATE, package.decide, anything(package.Command), LIVES)


def test_impossible_histories_stop_at_once() -> None:
    """办不出来的历史当即停下。"""
    check_impossible(package.AGGREGATE, ((), *LIVES), (OPENED, FIRST, SECOND, CLOSED))


# -- the acts

NO = "YJS-2026-1"
OPEN = OpenPackage(NO, S1, "开餐馆一件事", "YJS-1", (ONE, TWO), 3)


def _two(*numbers: CaseNo) -> Book:
    book = town()
    for number in numbers or (ONE, TWO):
        accepted(book, "2026-03-02", replace(RECEIVE, case_no=number, receipt_no=f"SJ-{number}"))
        book.do(replace(REVIEW, case_no=number), REVIEWER, "2026-03-02")
    return book


def _approve(number: CaseNo) -> Approve:
    return Approve(number, f"ZY-{number}", LicenceNo(f"JY-{number}"))


def test_a_package_lives_until_its_last_child_is_closed() -> None:
    """受理一件事；一件准予、一件不予许可，各办各的；第三个工作日之后才办结，没有达到目标。"""
    book = _two()
    plan = book.do(OPEN, CLERK, "2026-03-02")
    assert events_of(plan) == (replace(OPENED, handler=person("clerk")),)
    assert all(book.held(Claim("package_case", one, f"package/{NO}")) for one in (ONE, TWO))
    book.refuse(Refusal.PACKAGE_CASE_OPEN, CloseChild(NO, ONE), MACHINE, "2026-03-03", case_no=ONE)
    book.do(_approve(ONE), DECIDER, "2026-03-05")
    assert events_of(book.do(CloseChild(NO, ONE), MACHINE, "2026-03-05")) == (FIRST,)
    book.do(replace(REJECT, case_no=TWO), DECIDER, "2026-03-06")
    assert events_of(book.do(CloseChild(NO, TWO), MACHINE, "2026-03-06")) == (SECOND, CLOSED)
    assert book.ask(CloseChild(NO, TWO), MACHINE, "2026-03-09") == Plan()


def test_early_is_judged_by_the_clock_that_stood() -> None:
    """停算过的，提前与否看停算之后的承诺时限。"""
    book = _two()
    book.do(OPEN, CLERK, "2026-03-02")
    pause = PauseClock(ONE, StopReason.TESTING, "某法 1 条", "TZ-1", 5)
    book.do(pause, REVIEWER, "2026-03-03")
    book.do(ResumeClock(ONE, "TZ-1", date(2026, 3, 9)), REVIEWER, "2026-03-09")
    book.do(_approve(ONE), DECIDER, "2026-03-12")  # past the seventh day, which was 3.11
    (child,) = events_of(book.do(CloseChild(NO, ONE), MACHINE, "2026-03-12"))
    assert child == ChildClosed(ONE, ChildOutcome.APPROVED, date(2026, 3, 12), early=True)
    book.do(_approve(TWO), DECIDER, "2026-03-11")
    (late, _) = events_of(book.do(CloseChild(NO, TWO), MACHINE, "2026-03-12"))
    assert late == ChildClosed(TWO, ChildOutcome.APPROVED, date(2026, 3, 11), early=False)


def test_withdrawn_and_declined_are_closed_too() -> None:
    """撤回的、不予受理的也办结，谈不上提前；没有定目标的不论。"""
    book = town()
    for number in (ONE, TWO):
        receive = replace(RECEIVE, case_no=number, receipt_no=f"SJ-{number}")
        book.do(receive, CLERK, "2026-03-02")
    book.do(replace(OPEN, target_days=None), CLERK, "2026-03-02")
    book.do(WithdrawApplication(ONE, "不办了"), CLERK, "2026-03-03")
    (gone,) = events_of(book.do(CloseChild(NO, ONE), MACHINE, "2026-03-03"))
    assert gone == ChildClosed(ONE, ChildOutcome.WITHDRAWN, date(2026, 3, 3), early=None)
    book.do(Decline(TWO, DeclineReason.NOT_REQUIRED, "不需许可", "BY-1"), CLERK, "2026-03-04")
    (declined, closed) = events_of(book.do(CloseChild(NO, TWO), MACHINE, "2026-03-04"))
    assert declined == ChildClosed(TWO, ChildOutcome.DECLINED, date(2026, 3, 4), early=None)
    assert closed == PackageClosed(date(2026, 3, 4), 2, 0, early=False, within_target=None)


def test_only_cases_of_one_applicant() -> None:
    """各件须已收件，同一申请人；机器所说的一件须在其中。"""
    book = _two()
    unknown = replace(OPEN, cases=(ONE, CaseNo("2026-000009")))
    book.refuse(Refusal.CASE_NOT_FOUND, unknown, CLERK, "2026-03-02")
    stranger = replace(OPEN, applicant=SubjectId("S-2"))
    book.refuse(Refusal.PACKAGE_OTHER_APPLICANT, stranger, CLERK, "2026-03-02", case_no=ONE)
    book.refuse(Refusal.CASE_NOT_FOUND, CloseChild(NO, THREE), MACHINE, "2026-03-02")
    book.do(_approve(ONE), DECIDER, "2026-03-03")
    book.refuse(Refusal.PACKAGE_NOT_FOUND, CloseChild(NO, ONE), MACHINE, "2026-03-03")
