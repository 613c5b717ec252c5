"""数量有限的许可：依受理的先后；名额满了、前面的没有结果，都不能准予。"""

from dataclasses import replace
from datetime import date

from domain import quota
from domain.acts.deciding import Approve, Reject, Review
from domain.acts.gaps import DefaultGaps
from domain.acts.intake import Accept, DeemAccepted, MarkDeadlineMissed, Receive
from domain.acts.remarks import WithdrawApplication
from domain.approval import Revoked
from domain.case import DeadlineKind, DeadlineMissed, ReviewOpinion
from domain.catalogue import ReviewRules
from domain.decider import Plan
from domain.quota import Grant, PlaceGranted, PlaceRelease, PlaceReleased, PlaceTaken, Release, Take
from domain.refusals import Refusal
from domain.terms import CaseKind, CaseNo, LicenceNo, SubjectId
from tests.domain.case_file import (
    ITEM,
    MACHINE,
    Book,
    case_files,
    check_impossible,
    events_of,
    town,
)
from tests.domain.laws import anything, check_decider_laws
from tests.rules.papers import CLERK, DECIDER, RECEIVE, REVIEWER, item

given = case_files(quota.AGGREGATE, quota.decide)
A, B, C = (CaseNo(name) for name in "ABC")
DAY = date(2026, 3, 2)
FIRST, SECOND = PlaceTaken(A, 1, DAY), PlaceTaken(B, 2, DAY)
GRANTED = PlaceGranted(A, LicenceNo("L-A"))
LEFT = PlaceReleased(A, PlaceRelease.REJECTED)


def test_places_are_taken_one_after_another() -> None:
    """一件一号，依次排定。"""
    given().when(Take(PlaceTaken(A, 0, DAY))).then(FIRST)
    given(FIRST).when(Take(PlaceTaken(B, 0, DAY))).then(SECOND)
    given(FIRST).when(Take(PlaceTaken(A, 0, DAY))).then()


def test_the_earlier_one_comes_first() -> None:
    """前面的没有结果，后面的不能准予；退出之后可以；用过的不再用。"""
    second = PlaceGranted(B, LicenceNo("L-B"))
    given(FIRST, SECOND).when(Grant(second, 1, 0)).refused(Refusal.QUOTA_EARLIER, case_no="A")
    given(FIRST, SECOND, LEFT).when(Grant(second, 1, 0)).then(second)
    given(FIRST, SECOND, GRANTED).when(Grant(second, 1, 1)).refused(Refusal.QUOTA_FULL, count="1")
    given(FIRST, GRANTED).when(Grant(GRANTED, 1, 1)).then()
    given(FIRST, LEFT).when(Grant(GRANTED, 1, 0)).refused(Refusal.QUOTA_SETTLED)
    given().when(Grant(GRANTED, 1, 0)).refused(Refusal.QUOTA_NO_PLACE)


def test_an_earlier_day_goes_before_an_earlier_number() -> None:
    """视为受理溯及收件之日：受理之日在先的在前，虽然取号在后。"""
    late = PlaceTaken(B, 2, date(2026, 2, 27))
    given(FIRST, late).when(Grant(GRANTED, 1, 0)).refused(Refusal.QUOTA_EARLIER, case_no="B")


def test_a_place_is_released_once() -> None:
    """没有取过号的、已有结果的，无事可退。"""
    given(FIRST).when(Release(LEFT)).then(LEFT)
    given(FIRST, LEFT).when(Release(LEFT)).then()
    given().when(Release(LEFT)).then()


def test_impossible_places_stop_the_item() -> None:
    """跳号、重复取号、没有位置而用去：账上的事互相矛盾。"""
    check_impossible(
        quota.AGGREGATE,
        [(), (FIRST,), (FIRST, GRANTED), (FIRST, LEFT)],
        (FIRST, SECOND, PlaceTaken(C, 9, DAY), GRANTED, LEFT, Revoked("R", None, "D", DAY)),  # type: ignore[arg-type]
    )


def test_decider_laws() -> None:
    """决定者的共同规矩。"""
    lives = [(FIRST,), (FIRST, SECOND), (FIRST, GRANTED), (FIRST, LEFT)]
    check_decider_laws(quota.AGGREGATE, quota.decide, anything(quota.Command), lives)


# -- through the acts (许可法 57 条)

LIMITED = item(review=ReviewRules(quota=1, deemed_approval_basis="泉行政管〔2012〕7号"))


def _accepted(book: Book, number: str, when: str, applicant: str) -> CaseNo:
    case_no = CaseNo(number)
    receive = replace(
        RECEIVE, case_no=case_no, applicant=SubjectId(applicant), receipt_no=f"SJ-{number}"
    )
    assert isinstance(receive, Receive)
    book.do(receive, CLERK, when)
    book.do(Accept(case_no, CaseKind.PLEDGED_TIME, f"SL-{number}"), CLERK, when)
    book.do(Review(case_no, ReviewOpinion.APPROVE, "符合条件"), REVIEWER, when)
    return case_no


def _approve(case_no: CaseNo) -> Approve:
    return Approve(case_no, f"ZY-{case_no}", LicenceNo(f"JY-{case_no}"))


def _queue(book: Book) -> quota.Queue:
    return book.load(quota.AGGREGATE, ITEM)


def test_one_licence_for_two_applicants_in_the_order_of_acceptance() -> None:
    """一个名额两件：先受理的先办；它用去名额，后一件不能准予，默认同意也不行。"""
    book = town(LIMITED)
    first = _accepted(book, "1", "2026-03-02", "S-1")
    second = _accepted(book, "2", "2026-03-02 10:00", "S-2")
    book.refuse(Refusal.QUOTA_EARLIER, _approve(second), DECIDER, "2026-03-03", case_no="1")
    book.do(_approve(first), DECIDER, "2026-03-03")
    assert _queue(book).licences == ("JY-1",)
    book.refuse(Refusal.QUOTA_FULL, _approve(second), DECIDER, "2026-03-04", count="1")
    missed = MarkDeadlineMissed(second, DeadlineKind.PROMISED_DECISION)
    (event,) = events_of(book.do(missed, MACHINE, "2026-03-12"))
    assert isinstance(event, DeadlineMissed)
    rejected = Reject(second, "BZ-1", "名额已满", "可以复议")
    book.do(rejected, DECIDER, "2026-03-13")
    place = _queue(book).of(second)
    assert place is not None
    assert place.settled == PlaceReleased(second, PlaceRelease.REJECTED)


def test_who_withdraws_makes_room() -> None:
    """前一件撤回，后一件可以准予；视为受理的也取号。"""
    book = town(LIMITED)
    first = CaseNo("1")
    book.do(replace(RECEIVE, case_no=first, receipt_no="SJ-1"), CLERK, "2026-02-12")
    book.do(DeemAccepted(first), MACHINE, "2026-02-27 00:00")
    second = _accepted(book, "2", "2026-02-27", "S-2")
    book.refuse(Refusal.QUOTA_EARLIER, _approve(second), DECIDER, "2026-02-28")
    book.do(WithdrawApplication(first, "不办了"), CLERK, "2026-02-28")
    assert book.do(DefaultGaps(first), MACHINE, "2026-02-28") == Plan()
    assert book.do(_approve(second), DECIDER, "2026-02-28").writes
