"""同步转正、同步办结：一个项目的几件同一日，要么都办，要么都不办（机制 10、11）。"""

from dataclasses import replace
from typing import Final

from domain import approval, case, simulated
from domain.acts.deciding import Approve, Review
from domain.acts.intake import Accept, Receive
from domain.acts.packages import LinkCase, ReachMilestone, RegisterProject
from domain.acts.simulations import ConvertSimulation
from domain.acts.together import ApproveTogether, ConvertTogether
from domain.case import ReviewOpinion
from domain.catalogue import HandlingRules, ReviewRules, Stage
from domain.decider import Plan
from domain.project import Milestone
from domain.refusals import Refusal
from domain.terms import CaseKind, CaseNo, LicenceNo, SubjectId
from tests.domain.case_file import ITEM_V1, MACHINE, Book, events_of, town
from tests.domain.test_simulated import ADVISE, FORESEEN, SIGN, START, TURN
from tests.rules.papers import ACCEPT, APPROVE, CLERK, DECIDER, RECEIVE, REVIEW, REVIEWER

PROJECT: Final = "XM-1"
OWNER: Final = SubjectId("S-1")
A, B = CaseNo("2026-000021"), CaseNo("2026-000022")
REGISTER: Final = RegisterProject(PROJECT, "白沙厂房", OWNER, 5_000_000, 50)
LAND: Final = ReachMilestone(PROJECT, Milestone.LAND_ACQUIRED, "CR-7")
FIRST: Final = replace(TURN, case_no=A, receipt_no="SJ-21")
SECOND: Final = replace(TURN, simulated_no="MN-2", case_no=B, receipt_no="SJ-22")
CONVERT: Final = ConvertTogether(PROJECT, (FIRST, SECOND))


def simulations() -> Book:
    """两件模拟审批，条件都到了。"""
    book = town()
    book.do(RECEIVE, CLERK, "2026-03-02")
    for number in (START.simulated_no, "MN-2"):
        book.do(replace(START, simulated_no=number), CLERK, "2026-03-02")
        book.do(replace(ADVISE, simulated_no=number), REVIEWER, "2026-03-05")
        book.do(replace(SIGN, simulated_no=number), CLERK, "2026-04-01")
    book.do(ACCEPT, CLERK, "2026-03-02")
    book.do(REVIEW, REVIEWER, "2026-03-06")
    book.do(APPROVE, DECIDER, "2026-03-09")
    for number in (START.simulated_no, "MN-2"):
        book.do(replace(FORESEEN, simulated_no=number), MACHINE, "2026-03-09")
    return book


def test_land_acquired_converts_all_on_one_day() -> None:
    """拿地记下之后，几件同日转正，各自收件、各自起算。"""
    book = simulations()
    book.refuse(Refusal.PROJECT_NOT_FOUND, CONVERT, CLERK, "2026-05-11")
    book.do(REGISTER, CLERK, "2026-03-02")
    book.refuse(Refusal.TOGETHER_NO_LAND, CONVERT, CLERK, "2026-05-11")
    book.do(LAND, CLERK, "2026-05-08")
    events = events_of(book.do(CONVERT, CLERK, "2026-05-11"))
    assert [type(one) for one in events] == [simulated.Converted, case.Received] * 2
    assert book.do(CONVERT, CLERK, "2026-05-11") == Plan()


def test_one_that_cannot_be_converted_holds_all() -> None:
    """一件不能转的，都不转；别人的、只有一件的、写了两次的不成批。"""
    book = simulations()
    book.do(REGISTER, CLERK, "2026-03-02")
    book.do(LAND, CLERK, "2026-05-08")

    def batch(*conversions: ConvertSimulation) -> ConvertTogether:
        return ConvertTogether(PROJECT, conversions)

    other = replace(SECOND, applicant=SubjectId("S-9"))
    book.refuse(Refusal.PROJECT_OTHER_OWNER, batch(FIRST, other), CLERK, "2026-05-11", case_no=B)
    changed = replace(SECOND, plan_version="控规 2026 版")
    book.refuse(Refusal.SIMULATED_REVIEW_AGAIN, batch(FIRST, changed), CLERK, "2026-05-11")
    book.refuse(Refusal.TOGETHER_TOO_FEW, batch(FIRST), CLERK, "2026-05-11")
    book.refuse(Refusal.TOGETHER_SAME_FILE, batch(FIRST, FIRST), CLERK, "2026-05-11")


def reviewed(book: Book, *, second: bool = True) -> Book:
    """两件归入项目；第二件未必审核了。"""
    book.do(REGISTER, CLERK, "2026-03-02")
    for number in (A, B):
        receive = replace(RECEIVE, case_no=number, receipt_no=f"SJ-{number}")
        assert isinstance(receive, Receive)
        book.do(receive, CLERK, "2026-03-02")
        book.do(Accept(number, CaseKind.PLEDGED_TIME, f"SL-{number}"), CLERK, "2026-03-02")
        if second or number == A:
            book.do(Review(number, ReviewOpinion.APPROVE, "符合条件"), REVIEWER, "2026-03-03")
    book.do(LinkCase(PROJECT, A, Stage.WORKS), CLERK, "2026-03-03")
    return book


def _approval(number: CaseNo) -> Approve:
    return Approve(number, f"ZY-{number}", LicenceNo(f"JY-{number}"))


BOTH: Final = ApproveTogether(PROJECT, (_approval(A), _approval(B)))


def test_all_are_decided_on_one_day() -> None:
    """归入项目的几件同日准予，各有各的决定与许可。"""
    book = reviewed(town())
    book.refuse(Refusal.TOGETHER_NOT_LINKED, BOTH, DECIDER, "2026-03-04", case_no=B)
    missing = replace(BOTH, project_no="XM-9")
    book.refuse(Refusal.PROJECT_NOT_FOUND, missing, DECIDER, "2026-03-04")
    book.do(LinkCase(PROJECT, B, Stage.WORKS), CLERK, "2026-03-03")
    events = events_of(book.do(BOTH, DECIDER, "2026-03-04"))
    granted = [one.case_no for one in events if isinstance(one, approval.Granted)]
    assert granted == [A, B]
    assert book.do(BOTH, DECIDER, "2026-03-04") == Plan()


def test_nothing_is_decided_if_one_is_not_ready() -> None:
    """一件没有审核的，都不准予；争同一个名额的，分开先后办。"""
    book = reviewed(town(), second=False)
    book.do(LinkCase(PROJECT, B, Stage.WORKS), CLERK, "2026-03-03")
    book.refuse(Refusal.CASE_NOT_REVIEWED, BOTH, DECIDER, "2026-03-04")
    limited = HandlingRules(review=ReviewRules(quota=2))
    scarce = reviewed(town(replace(ITEM_V1, rules=limited)))
    scarce.do(LinkCase(PROJECT, B, Stage.WORKS), CLERK, "2026-03-03")
    scarce.refuse(Refusal.QUOTA_EARLIER, BOTH, DECIDER, "2026-03-04", case_no=A)
    twice = ApproveTogether(PROJECT, (_approval(A), _approval(A)))
    scarce.refuse(Refusal.TOGETHER_SAME_FILE, twice, DECIDER, "2026-03-04")
