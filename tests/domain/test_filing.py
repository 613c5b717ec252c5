"""自审报备：只查形式，直接通过；事后报告存疑、认定，撤销或撤回，转入工程审批，开工。"""

from dataclasses import replace
from datetime import date

import pytest

from domain import filing
from domain.decider import Event, Refused
from domain.filing import (
    Cancel,
    Cancelled,
    CancelReason,
    Challenge,
    Completed,
    Filed,
    Follow,
    JudgeReport,
    Pass,
    ProjectTrait,
    ReportChallenged,
    ReportInvalidated,
    ReportUpheld,
    Return,
    Returned,
    Screened,
    Submit,
    Submitted,
    Tracked,
    Withdraw,
    Withdrawn,
)
from domain.refusals import Refusal
from domain.terms import CaseNo, Evidence, ItemCode, PersonId, SubjectId
from tests.domain.case_file import SHA, case_files, check_impossible
from tests.domain.laws import anything, check_decider_laws

given = case_files(filing.AGGREGATE, filing.decide)

CLERK, OTHER = PersonId("P-W"), PersonId("P-O")
SUBMITTED = Submitted(
    item_code=ItemCode("350505-0009"),
    item_version=1,
    filer=SubjectId("S-1"),
    intermediary="评审机构甲",
    report_sha256=SHA,
    promise_sha256=SHA,
)
RETURNED = Returned(("合格报告盖章",), CLERK)
FILED = Filed(CLERK)
CANCELLED = Cancelled(CancelReason.REPORT_INVALID, "报告被认定无效", OTHER)
CHECKED = Screened("水保项目", date(2026, 3, 1), "ZZ-1", date(2027, 12, 31), None)
SUBMIT = Submit(SUBMITTED, listed=True, traits=(), screened=CHECKED)
DOUBT = ReportChallenged("评审机构甲", (Evidence("JC-1", SHA),), CLERK)
INVALID = ReportInvalidated("评审机构甲", "数据不实", OTHER)
UPHELD = ReportUpheld("评审机构甲", "复核相符", OTHER)
TRACKED = Tracked("2026-350505-01", CLERK)
STARTED = Completed(date(2026, 5, 6), CLERK)
GONE = Withdrawn(SHA, "变更建设内容", CaseNo("BB-2"), OTHER)
TODAY = date(2026, 5, 6)
ON_FILE: tuple[Event, ...] = (SUBMITTED, CHECKED, FILED)
STRUCK: tuple[Event, ...] = (*ON_FILE, DOUBT, INVALID, CANCELLED)
LIVES: tuple[tuple[Event, ...], ...] = (
    (SUBMITTED,),
    (SUBMITTED, RETURNED),
    (SUBMITTED, RETURNED, SUBMITTED),
    (SUBMITTED, FILED),
    STRUCK,
    (*ON_FILE, DOUBT),
    (*ON_FILE, DOUBT, UPHELD),
    (*ON_FILE, DOUBT, INVALID),
    (*ON_FILE, TRACKED, STARTED),
    (*ON_FILE, GONE),
)


def test_only_listed_items_are_filed() -> None:
    """只有报备制清单上的事项可以报备。"""
    given().when(SUBMIT).then(SUBMITTED, CHECKED)
    given(SUBMITTED).when(SUBMIT).then()
    given().when(replace(SUBMIT, listed=False)).refused(
        Refusal.FILING_NOT_LISTED, item_code="350505-0009"
    )


def test_some_projects_are_not_filed() -> None:
    """安全、技术等级要求高、限制类、敏感类的项目除外；中介不合格的不收。"""
    traits = (ProjectTrait.SAFETY, ProjectTrait.SENSITIVE)
    given().when(replace(SUBMIT, traits=traits)).refused(
        Refusal.FILING_EXCLUDED, traits="SAFETY、SENSITIVE"
    )
    unknown = Refused(Refusal.INTERMEDIARY_NOT_FOUND)
    given().when(replace(SUBMIT, screened=unknown)).refused(Refusal.INTERMEDIARY_NOT_FOUND)


def test_a_returned_filing_is_submitted_again_by_the_same_filer() -> None:
    """退回补齐的，同一人同一事项以同一编号再次提交；换了人不行。"""
    given(SUBMITTED, RETURNED).when(SUBMIT).then(SUBMITTED, CHECKED)
    other = replace(SUBMIT, fact=replace(SUBMITTED, filer=SubjectId("S-2")))
    given(SUBMITTED, RETURNED).when(other).refused(
        Refusal.FILING_SENT_BACK, missing="合格报告盖章", handler=CLERK
    )
    given(SUBMITTED).when(other).refused(Refusal.FILING_LODGED, filer="S-1")


def test_form_is_questioned_once() -> None:
    """形式不齐只告知一次，写明缺什么；没有因实质内容的退回。"""
    given(SUBMITTED).when(Return(RETURNED)).then(RETURNED)
    given(SUBMITTED, RETURNED).when(Return(RETURNED)).then()
    given(SUBMITTED).when(Return(Returned((), CLERK))).refused(Refusal.CASE_NOTICE_EMPTY)
    given(SUBMITTED, RETURNED, SUBMITTED).when(Return(RETURNED)).refused(
        Refusal.FILING_RETURNED_ONCE, handler=CLERK
    )
    given().when(Return(RETURNED)).refused(Refusal.FILING_NOT_FOUND)


def test_a_complete_filing_passes() -> None:
    """优化营商环境条例 39 条：形式齐全即通过；后到的看到谁办的。"""
    given(SUBMITTED).when(Pass(FILED)).then(FILED)
    given(SUBMITTED, FILED).when(Pass(FILED)).then()
    given(SUBMITTED, FILED).when(Pass(Filed(OTHER))).refused(Refusal.FILING_ON_FILE, handler=CLERK)


def test_a_filing_is_cancelled_with_reasons() -> None:
    """只撤已通过的备案，说明理由，一次；以报告无效撤的，须已认定无效。"""
    invalid = (*ON_FILE, DOUBT, INVALID)
    given(*invalid).when(Cancel(CANCELLED)).then(CANCELLED)
    given(*STRUCK).when(Cancel(CANCELLED)).then()
    mute = replace(CANCELLED, explanation="")
    given(*invalid).when(Cancel(mute)).refused(Refusal.CASE_REASONS_MISSING)
    for life in (ON_FILE, (*ON_FILE, DOUBT), (*ON_FILE, DOUBT, UPHELD)):
        given(*life).when(Cancel(CANCELLED)).refused(Refusal.FILING_REPORT_STANDS)
    agreed = replace(CANCELLED, reason=CancelReason.OWNER_CONSENT)
    given(*ON_FILE).when(Cancel(agreed)).then(agreed)
    given(SUBMITTED).when(Cancel(CANCELLED)).refused(Refusal.FILING_LODGED)
    given(*STRUCK).when(Pass(FILED)).refused(
        Refusal.FILING_CANCELLED, reason="REPORT_INVALID", handler=OTHER
    )


def test_a_filing_is_withdrawn_with_the_owner_s_consent() -> None:
    """撤回须说明理由，一次；已开工的不再重赋码。"""
    given(*ON_FILE).when(Withdraw(GONE)).then(GONE)
    given(*ON_FILE, GONE).when(Withdraw(GONE)).then()
    given(*ON_FILE).when(Withdraw(replace(GONE, explanation=" "))).refused(
        Refusal.CASE_REASONS_MISSING
    )
    given(*ON_FILE, STARTED).when(Withdraw(GONE)).refused(Refusal.FILING_COMPLETED, on="2026-05-06")
    given(SUBMITTED).when(Withdraw(GONE)).refused(Refusal.FILING_LODGED)
    given(*ON_FILE, GONE).when(Pass(FILED)).refused(Refusal.FILING_WITHDRAWN, handler=OTHER)


def test_a_filing_is_followed_to_the_works() -> None:
    """转入工程审批、开工，各记一次；开工之日不在将来。"""
    for fact, code in (
        (TRACKED, Refusal.FILING_TRACKED),
        (STARTED, Refusal.FILING_COMPLETED),
    ):
        given(*ON_FILE).when(Follow(fact, TODAY)).then(fact)
        given(*ON_FILE, fact).when(Follow(fact, TODAY)).then()
        other = replace(fact, handler=OTHER)
        given(*ON_FILE, fact).when(Follow(other, TODAY)).refused(code)
    given(*ON_FILE).when(Follow(STARTED, date(2026, 5, 5))).refused(
        Refusal.FILING_NOT_STARTED, on="2026-05-06"
    )
    given(SUBMITTED).when(Follow(TRACKED, TODAY)).refused(Refusal.FILING_LODGED)


def test_a_report_is_doubted_and_judged_by_others() -> None:
    """疑问附证据，不重复；由没有提出疑问的人认定，说明理由；成立的可以再疑。"""
    given(*ON_FILE).when(Challenge(DOUBT)).then(DOUBT)
    bare = Challenge(replace(DOUBT, evidence=()))
    given(*ON_FILE).when(bare).refused(Refusal.COMMITMENT_NO_EVIDENCE)
    for life in ((DOUBT,), (DOUBT, UPHELD), (DOUBT, INVALID)):
        given(*ON_FILE, *life).when(Challenge(DOUBT)).then()
    more = replace(DOUBT, evidence=(Evidence("JC-2", SHA),))
    given(*ON_FILE, DOUBT, UPHELD).when(Challenge(more)).then(more)
    given(SUBMITTED).when(Challenge(DOUBT)).refused(Refusal.FILING_LODGED)
    for fact in (INVALID, UPHELD):
        given(*ON_FILE, DOUBT).when(JudgeReport(fact)).then(fact)
        given(*ON_FILE, DOUBT, fact).when(JudgeReport(fact)).then()
        own = JudgeReport(replace(fact, handler=CLERK))
        given(*ON_FILE, DOUBT).when(own).refused(Refusal.DUTY_SAME_PERSON, person=CLERK)
        mute = JudgeReport(replace(fact, explanation=""))
        given(*ON_FILE, DOUBT).when(mute).refused(Refusal.CASE_REASONS_MISSING)
    given(*ON_FILE).when(JudgeReport(INVALID)).refused(Refusal.FILING_NOT_CHALLENGED)
    given(SUBMITTED).when(JudgeReport(INVALID)).refused(Refusal.FILING_LODGED)


def test_contradictions_stop_the_case() -> None:
    """互相矛盾的历史当即停下。"""
    events = {type(event): event for life in LIVES for event in life}
    check_impossible(filing.AGGREGATE, ((), *LIVES), events.values())


def test_decider_laws() -> None:
    """报备守决定者的共同规矩。"""
    check_decider_laws(filing.AGGREGATE, filing.decide, anything(filing.Command), LIVES)


@pytest.mark.parametrize("life", LIVES)
def test_whatever_does_not_fit_says_where_it_stands(life: tuple[Event, ...]) -> None:
    """不合时宜的办理，答复报备现在到了哪一步。"""
    assert filing.standing(filing.AGGREGATE.fold(life)).facts
