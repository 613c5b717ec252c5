"""容缺受理：主件齐全、清单之内、书面承诺；补齐之前不得准予，到期依事项处理。"""

from dataclasses import replace

import pytest

from domain import case, gaps, procedure
from domain.acts.gaps import AcceptWithGaps, DefaultGaps, FillGap, RevokeAcceptance
from domain.acts.intake import RequestSupplement, Supplement
from domain.case import AcceptanceRevoked, Accepted, WithdrawalGround, Withdrawn
from domain.catalogue import GapDefault, IntakeRules, ItemPublished
from domain.decider import ImpossibleHistory, Refused
from domain.refusals import Refusal
from domain.terms import CaseKind, CaseNo, Material, PersonId
from tests.domain.case_file import MACHINE, SHA, Book, at, events_of
from tests.rules.papers import (
    APPROVE,
    CLERK,
    DECIDER,
    NO,
    RECEIVE,
    REVIEW,
    REVIEWER,
    accepted,
    item,
    only,
    received,
)


def rules(default: GapDefault = GapDefault.DEEM_WITHDRAWN) -> ItemPublished:
    """申请书是主件，平面图、健康证可以容缺五个工作日。"""
    return item(
        promised=20,
        intake=IntakeRules(
            main_materials=("申请书",),
            gap_materials=("平面图", "健康证"),
            gap_days=5,
            gap_default=default,
        ),
    )


GAPS = AcceptWithGaps(NO, CaseKind.PLEDGED_TIME, "SL-1", ("平面图",), SHA)
FILL = FillGap(NO, Material("平面图", SHA))
REVOKE = RevokeAcceptance(NO, "没有补来平面图", "CX-1")


def lacking(default: GapDefault = GapDefault.DEEM_WITHDRAWN) -> Book:
    """三月二日容缺受理，缺平面图，三月九日以前补来。"""
    book = received("2026-03-02", rules(default))
    plan = book.do(GAPS, CLERK, "2026-03-02")
    only(plan, Accepted)
    assert str(only(plan, gaps.GapsAccepted).due_on) == "2026-03-09"
    return book


def test_no_approval_before_the_gaps_are_filled() -> None:
    """补齐之前不得准予；补来之后准予。"""
    book = lacking()
    assert book.do(GAPS, CLERK, "2026-03-02").writes == ()
    book.do(REVIEW, REVIEWER, "2026-03-03")
    book.refuse(Refusal.CASE_GAPS_OPEN, APPROVE, DECIDER, "2026-03-04", missing="平面图")
    fact = only(book.do(FILL, CLERK, "2026-03-09"), gaps.GapFilled)
    assert fact.material.name == "平面图"
    same = replace(FILL, received_at=at("2026-03-09"))
    assert book.do(same, CLERK, "2026-03-09").writes == ()
    assert book.do(DefaultGaps(NO), MACHINE, "2026-03-10").writes == ()
    book.do(APPROVE, DECIDER, "2026-03-10")
    book.refuse(Refusal.CASE_ALREADY_DECIDED, FILL, CLERK, "2026-03-10")


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (("合同",), Refusal.CASE_GAPS_NOT_LISTED),
        (("申请书",), Refusal.CASE_GAPS_NOT_LISTED),
        ((), Refusal.CASE_GAPS_NOTHING),
        (("平面图", "平面图"), Refusal.CASE_GAPS_NOTHING),
    ],
)
def test_only_what_the_list_allows_may_be_missing(wanted: tuple[str, ...], code: Refusal) -> None:
    """清单之外的、主件、什么也不缺、重复写的，都不行。"""
    book = received("2026-03-02", rules())
    book.refuse(code, replace(GAPS, gaps=wanted), CLERK, "2026-03-02")


def test_the_main_materials_must_be_there() -> None:
    """主件不齐，不得容缺受理。"""
    book = Book()
    book.streams = dict(received("2026-03-02", rules()).streams)
    other = CaseNo("2026-000002")
    bare = replace(RECEIVE, case_no=other, materials=(Material("健康证", SHA),), receipt_no="SJ-2")
    book.do(bare, CLERK, "2026-03-02")
    book.refuse(
        Refusal.CASE_MAIN_MISSING,
        replace(GAPS, case_no=other),
        CLERK,
        "2026-03-02",
        materials="申请书",
    )
    book.refuse(Refusal.CASE_NOT_FOUND, replace(GAPS, case_no=CaseNo("X")), CLERK, "2026-03-02")


def test_gaps_may_follow_a_notice() -> None:
    """告知补正之后补来一部分，其余容缺：自今日受理。"""
    book = received("2026-03-02", rules())
    book.do(RequestSupplement(NO, "BZ-1", ("平面图", "健康证")), CLERK, "2026-03-03")
    book.do(Supplement(NO, (Material("健康证", SHA),)), CLERK, "2026-03-04")
    assert str(only(book.do(GAPS, CLERK, "2026-03-05"), Accepted).accepted_on) == "2026-03-05"


def test_a_case_without_gaps_has_none_to_fill() -> None:
    """没有容缺的件、没有缺的材料、将来的时刻、过了期的，都不收。"""
    plain = accepted("2026-03-02", rules())
    plain.refuse(Refusal.CASE_NO_GAP, FILL, CLERK, "2026-03-03")
    plain.refuse(Refusal.CASE_ALREADY_ACCEPTED, GAPS, CLERK, "2026-03-03")
    assert plain.do(DefaultGaps(NO), MACHINE, "2026-03-20").writes == ()
    plain.refuse(Refusal.CASE_GAPS_NOT_DEFAULTED, REVOKE, DECIDER, "2026-03-20")
    book = lacking()
    wrong = replace(FILL, material=Material("合同", SHA))
    book.refuse(Refusal.CASE_NO_GAP, wrong, CLERK, "2026-03-03")
    future = replace(FILL, received_at=at("2026-03-05"))
    book.refuse(Refusal.CASE_TIME_IMPOSSIBLE, future, CLERK, "2026-03-03")
    book.refuse(Refusal.CASE_GAP_LATE, FILL, CLERK, "2026-03-10", due_on="2026-03-09")


def test_a_default_is_withdrawal_where_the_item_says_so() -> None:
    """视为撤回：三月九日过完，记下没有补齐，同时告结。"""
    book = lacking()
    book.refuse(Refusal.CASE_NOT_YET_DUE, DefaultGaps(NO), MACHINE, "2026-03-09 23:00")
    plan = book.do(DefaultGaps(NO), MACHINE, "2026-03-10 00:00")
    assert only(plan, gaps.GapDefaulted).missing == ("平面图",)
    ended = only(plan, Withdrawn)
    assert (ended.ground, ended.handler) == (WithdrawalGround.GAP_DEFAULT, None)
    assert book.do(DefaultGaps(NO), MACHINE, "2026-03-11").writes == ()
    book.refuse(Refusal.CASE_CLOSED, REVIEW, REVIEWER, "2026-03-11")
    missing = DefaultGaps(CaseNo("X"))
    book.refuse(Refusal.CASE_NOT_FOUND, missing, MACHINE, "2026-03-11")


def test_a_default_leads_to_revoked_acceptance_by_a_decider() -> None:
    """撤销受理：机器只记事实，由审批机关的决定人书面撤销。"""
    book = lacking(GapDefault.REVOKE_ACCEPTANCE)
    book.refuse(Refusal.CASE_GAPS_NOT_DEFAULTED, REVOKE, DECIDER, "2026-03-09")
    assert len(events_of(book.do(DefaultGaps(NO), MACHINE, "2026-03-10"))) == 1
    book.refuse(Refusal.CASE_GAP_LATE, FILL, CLERK, "2026-03-10")
    bare = replace(REVOKE, reasons=" ")
    book.refuse(Refusal.CASE_REASONS_MISSING, bare, DECIDER, "2026-03-11")
    only(book.do(REVOKE, DECIDER, "2026-03-11"), AcceptanceRevoked)
    assert book.do(REVOKE, DECIDER, "2026-03-11").writes == ()
    book.refuse(Refusal.CASE_CLOSED, replace(REVOKE, document_no="CX-2"), DECIDER, "2026-03-12")
    unknown = replace(REVOKE, case_no=CaseNo("X"))
    book.refuse(Refusal.CASE_NOT_FOUND, unknown, DECIDER, "2026-03-12")


def test_a_default_may_lead_to_rejection() -> None:
    """不予许可：机器只记事实，决定照常由人作出。"""
    book = lacking(GapDefault.REJECT)
    assert len(events_of(book.do(DefaultGaps(NO), MACHINE, "2026-03-10"))) == 1
    book.refuse(Refusal.CASE_GAPS_NOT_DEFAULTED, REVOKE, DECIDER, "2026-03-11")


def test_contradictory_gaps_stop_the_case() -> None:
    """没有缺的补来了、两次到期：账上的事互相矛盾。"""
    who = PersonId("P-1")
    known = gaps.Gaps(gaps.GapsAccepted(("平面图",), at("2026-03-09").date(), SHA, who))
    filled = gaps.GapFilled(Material("合同", SHA), at("2026-03-03"), who)
    due_on = at("2026-03-09").date()
    defaulted = gaps.GapDefaulted(("平面图",), due_on, GapDefault.REJECT)
    with pytest.raises(ImpossibleHistory):
        known.after(filled)
    with pytest.raises(ImpossibleHistory):
        known.after(defaulted).after(defaulted)


def test_nothing_defaults_before_there_is_a_case() -> None:
    """没有这件办件：机器也不能记容缺到期。"""
    fact = gaps.GapDefaulted(("平面图",), at("2026-03-09").date(), GapDefault.REJECT)
    command = procedure.DefaultGaps(fact, at("2026-03-10").date())
    answer = procedure.decide(case.Nothing(), command)
    assert answer == Refused(Refusal.CASE_NOT_FOUND)
