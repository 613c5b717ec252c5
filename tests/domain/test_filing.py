"""自审报备：只查形式，直接通过；事后可以撤销备案。"""

from dataclasses import replace

import pytest

from domain import filing
from domain.decider import Event
from domain.filing import (
    Cancel,
    Cancelled,
    CancelReason,
    Filed,
    Pass,
    Return,
    Returned,
    Submit,
    Submitted,
)
from domain.refusals import Refusal
from domain.terms import ItemCode, PersonId, SubjectId
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
LIVES: tuple[tuple[Event, ...], ...] = (
    (SUBMITTED,),
    (SUBMITTED, RETURNED),
    (SUBMITTED, RETURNED, SUBMITTED),
    (SUBMITTED, FILED),
    (SUBMITTED, FILED, CANCELLED),
)


def test_only_listed_items_are_filed() -> None:
    """只有报备制清单上的事项可以报备。"""
    given().when(Submit(SUBMITTED, listed=True)).then(SUBMITTED)
    given(SUBMITTED).when(Submit(SUBMITTED, listed=True)).then()
    given().when(Submit(SUBMITTED, listed=False)).refused(
        Refusal.FILING_NOT_LISTED, item_code="350505-0009"
    )


def test_a_returned_filing_is_submitted_again_by_the_same_filer() -> None:
    """退回补齐的，同一人同一事项以同一编号再次提交；换了人不行。"""
    given(SUBMITTED, RETURNED).when(Submit(SUBMITTED, listed=True)).then(SUBMITTED)
    other = replace(SUBMITTED, filer=SubjectId("S-2"))
    given(SUBMITTED, RETURNED).when(Submit(other, listed=True)).refused(
        Refusal.FILING_SENT_BACK, missing="合格报告盖章", handler=CLERK
    )
    given(SUBMITTED).when(Submit(other, listed=True)).refused(Refusal.FILING_LODGED, filer="S-1")


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
    """只撤已通过的备案，说明理由，一次。"""
    given(SUBMITTED, FILED).when(Cancel(CANCELLED)).then(CANCELLED)
    given(SUBMITTED, FILED, CANCELLED).when(Cancel(CANCELLED)).then()
    mute = replace(CANCELLED, explanation="")
    given(SUBMITTED, FILED).when(Cancel(mute)).refused(Refusal.CASE_REASONS_MISSING)
    given(SUBMITTED).when(Cancel(CANCELLED)).refused(Refusal.FILING_LODGED)
    given(SUBMITTED, FILED, CANCELLED).when(Pass(FILED)).refused(
        Refusal.FILING_CANCELLED, reason="REPORT_INVALID", handler=OTHER
    )


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
