"""规则 16：承诺制清单的版本依申请之日。

清单第三版自 2026-07-01 去掉一份材料。2026-06-30 申请并承诺、07-02 决定的，依第二版；
07-01 新申请的，走普通程序。
"""

from datetime import date
from typing import Final

from domain.acts.deciding import Approve, Review
from domain.acts.intake import Accept, Receive
from domain.acts.lists import PublishList
from domain.acts.pledges import MakeCommitment
from domain.case import ReviewOpinion
from domain.commitment import CommitmentKind, Promise
from domain.lists import ListEntry, ListKind
from domain.refusals import Refusal
from domain.terms import (
    CaseKind,
    CaseNo,
    Channel,
    CommitmentId,
    LicenceNo,
    Material,
    Role,
    SubjectId,
)
from tests.domain.case_file import APPLICANT, APPROVER, ITEM, SHA, STAFF, Book, actor, person, town

OLD: Final = CaseNo("2026-000016")
NEW: Final = CaseNo("2026-000017")
LISTER: Final = actor("list", Role.CATALOGUE, APPROVER)
RULE: Final = "list/COMMITMENT_MATERIALS"


def publish(book: Book, day: date, today: str, *papers: str) -> None:
    """公布承诺制材料清单的一版。"""
    entries = tuple(ListEntry(ITEM, paper) for paper in papers)
    number = f"泉台管办清单{day}"
    act = PublishList(
        ListKind.COMMITMENT_MATERIALS, day, number, ("泉台管办〔2021〕47号",), entries
    )
    book.do(act, LISTER, today)


def listed() -> Book:
    """三版清单：第三版自七月一日去掉平面图。"""
    book = town()
    book.hire("list", Role.CATALOGUE, APPROVER, person("list"))
    publish(book, date(2025, 1, 1), "2026-03-02", "平面图")
    publish(book, date(2026, 4, 1), "2026-03-02", "平面图", "健康证")
    publish(book, date(2026, 7, 1), "2026-06-01", "健康证")
    return book


def receive(book: Book, case_no: CaseNo, day: str) -> None:
    """收件受理。"""
    paper = (Material("申请书", SHA),)
    act = Receive(case_no, ITEM, Channel.COUNTER, SubjectId("S-1"), paper, f"R-{case_no}")
    book.do(act, STAFF["clerk"], day)
    book.do(Accept(case_no, CaseKind.PLEDGED_TIME, f"SL-{case_no}"), STAFF["clerk"], day)


def promise(case_no: CaseNo, number: str) -> MakeCommitment:
    """承诺补交平面图。"""
    return MakeCommitment(
        CommitmentId(number),
        case_no,
        CommitmentKind.NOTIFICATION,
        SHA,
        (Promise("平面图", date(2026, 7, 31)),),
        date(2026, 9, 30),
    )


def test_the_list_of_the_application_day_counts() -> None:
    """六月三十日的承诺依第二版，写入决定；七月二日照样依承诺准予。"""
    book = listed()
    receive(book, OLD, "2026-06-30")
    plan = book.do(promise(OLD, "K-16"), APPLICANT, "2026-06-30")
    used = {rule.name: rule.version for rule in plan.rules}
    assert used[RULE] == "2"
    book.do(Review(OLD, ReviewOpinion.APPROVE, "齐全"), STAFF["reviewer"], "2026-07-01")
    approve = Approve(OLD, "XK-16", LicenceNo("JY-16"), CommitmentId("K-16"))
    book.do(approve, STAFF["decider"], "2026-07-02")


def test_an_application_before_the_change_keeps_its_list() -> None:
    """六月三十日申请、七月二日才承诺的，仍依申请之日的第二版。"""
    book = listed()
    receive(book, OLD, "2026-06-30")
    book.do(promise(OLD, "K-16"), APPLICANT, "2026-07-02")


def test_a_new_application_takes_the_ordinary_way() -> None:
    """七月一日新申请的，平面图已不在清单上，不得承诺。"""
    book = listed()
    receive(book, NEW, "2026-07-01")
    book.refuse(
        Refusal.COMMITMENT_NOT_ON_LIST,
        promise(NEW, "K-17"),
        APPLICANT,
        "2026-07-01",
        materials="平面图",
    )
