"""自审报备的办理，与报备通过后的推送。"""

from dataclasses import replace
from datetime import date

from domain import filing
from domain.acts.filings import CancelFiling, File, ReturnFiling, SubmitFiling
from domain.acts.linkage import SendPush
from domain.decider import RuleUsed
from domain.filing import CancelReason
from domain.linkage import PushMatter
from domain.refusals import Refusal
from domain.terms import CaseNo, Organ, Role, SubjectId
from tests.domain.case_file import (
    APPLICANT,
    ITEM,
    ITEM_V1,
    MACHINE,
    SHA,
    STAFF,
    Book,
    person,
    town,
)

NO = CaseNo("BB-1")
SUBMIT = SubmitFiling(NO, ITEM, SubjectId("S-1"), "评审机构甲", SHA, SHA)
RETURN = ReturnFiling(NO, ("合格报告盖章",))
CANCEL = CancelFiling(NO, CancelReason.REPORT_INVALID, "报告被认定无效")
LISTED = replace(ITEM_V1, filing_only=True, commitment_allowed=False, commitment_materials=())
CLERK, DECIDER = STAFF["clerk"], STAFF["decider"]


def filed() -> Book:
    """已报备通过的账。"""
    book = town(LISTED)
    book.do(SUBMIT, APPLICANT, "2026-03-02")
    book.do(File(NO), CLERK, "2026-03-02 10:00")
    return book


def test_the_life_of_a_filing() -> None:
    """提交、一次告知、补齐再交、通过；每一步都写明所依的事项版本或经手人。"""
    book = town(LISTED)
    plan = book.do(SUBMIT, APPLICANT, "2026-03-02")
    assert plan.rules == (RuleUsed("item/350505-0001", "1"),)
    book.do(RETURN, CLERK, "2026-03-02 10:00")
    book.do(SUBMIT, APPLICANT, "2026-03-03")
    book.refuse(Refusal.FILING_RETURNED_ONCE, RETURN, CLERK, "2026-03-03", handler="P-clerk")
    book.do(File(NO), CLERK, "2026-03-03")
    assert isinstance(book.load(filing.AGGREGATE, NO), filing.OnFile)


def test_who_files_what() -> None:
    """只报自己的事；只报清单上的、当日有效的事项。"""
    stranger = replace(APPLICANT, officer_id=CLERK.officer_id)
    town(LISTED).refuse(Refusal.DUTY_SELF, SUBMIT, stranger, "2026-03-02")
    town().refuse(Refusal.FILING_NOT_LISTED, SUBMIT, APPLICANT, "2026-03-02", item_code=ITEM)
    later = replace(LISTED, effective_from=date(2026, 4, 1))
    town(later).refuse(Refusal.CASE_ITEM_NOT_IN_FORCE, SUBMIT, APPLICANT, "2026-03-02")


def test_the_filing_organ_cancels() -> None:
    """撤销备案由备案机关决定；没有此报备的不能撤。"""
    book = filed()
    foreign = book.hire("foreign", Role.DECIDER, Organ("350505-ZJJ"), person("foreign"))
    book.refuse(Refusal.DUTY_ORGAN, CANCEL, foreign, "2026-03-04")
    book.do(CANCEL, DECIDER, "2026-03-04")
    town(LISTED).refuse(Refusal.FILING_NOT_FOUND, CANCEL, DECIDER, "2026-03-04")


def test_a_filing_is_pushed_once_it_is_on_file() -> None:
    """报备通过即推送每一个监管部门；未通过的无可推送。"""
    send = SendPush(NO, PushMatter.FILED, "e-1")
    plan = filed().do(send, MACHINE, "2026-03-02 11:00")
    assert [part.stream for part in plan.writes] == [
        "push/BB-1.filed.350505-SCJG",
        "push/BB-1.filed.350505-XFJY",
    ]
    town(LISTED).refuse(Refusal.PUSH_NOTHING_TO_SEND, send, MACHINE, "2026-03-02", case_no=NO)


def test_a_filing_is_pushed_though_it_is_cancelled_by_then() -> None:
    """推送晚到（机器停过）：报备通过后又撤销备案的，通过照推。"""
    book = filed()
    book.do(CANCEL, DECIDER, "2026-03-03")
    plan = book.do(SendPush(NO, PushMatter.FILED, "e-1"), MACHINE, "2026-03-04")
    assert len(plan.writes) == 2
