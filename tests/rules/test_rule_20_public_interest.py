"""规则 20：骗取的许可，撤了会断一镇唯一的水源，不予撤销，但不能不了了之；赔偿只给该给的。"""

from dataclasses import replace
from datetime import date

import pytest

from domain import approval, compensation, revocation
from domain.acts.revocations import CloseFollowUp, DecideCompensation, DropRevocation, FollowUp
from domain.approval import RevocationGround
from domain.refusals import Refusal
from domain.revocation import FollowUpMeasure
from domain.timers import Timer, TimerKind, advance
from tests.domain.case_file import STAFF, SUPERVISOR, Book, events_of
from tests.domain.test_case_acts import DECIDER
from tests.domain.test_revocation_acts import (
    CHECKER,
    FRAUD,
    LICENCE,
    NEGLECT,
    REVIEW_LEGALITY,
    REVOKE,
    licensed,
    ready,
)

HARMFUL = replace(REVIEW_LEGALITY, harms_public_interest=True, explanation="全镇唯一的水源")
DROP = DropRevocation("CX-1", "撤销将断全镇供水，依法不予撤销")
RECTIFY = FollowUp(FollowUpMeasure.RECTIFY, SUPERVISOR, "限期补齐水质检测", date(2026, 12, 31))


def gated() -> Book:
    """以欺骗取得、法制审核认为撤销有重大损害的程序。"""
    book = licensed()
    book.do(FRAUD, CHECKER, "2026-10-09")
    return ready(book, HARMFUL)


def test_fraud_must_be_revoked_but_not_at_the_price_of_the_towns_water() -> None:
    """应当撤销的也不予撤销；只写理由不行，须写明后续，许可仍然有效。"""
    book = gated()
    book.refuse(Refusal.REVOCATION_PUBLIC_INTEREST, REVOKE, DECIDER, "2026-10-16")
    book.refuse(Refusal.REVOCATION_FOLLOW_UP_NEEDED, DROP, DECIDER, "2026-10-16")
    dropped, ordered = events_of(book.do(replace(DROP, follow_up=RECTIFY), DECIDER, "2026-10-16"))
    assert isinstance(dropped, revocation.Dropped)
    assert isinstance(ordered, revocation.FollowUpOrdered)
    assert isinstance(book.load(approval.AGGREGATE, LICENCE), approval.InForce)


def test_the_case_never_ends_unhandled() -> None:
    """后续是一项未了的期限，到监管部门写明改正了或者处罚了才了结。"""
    book = gated()
    book.do(replace(DROP, follow_up=RECTIFY), DECIDER, "2026-10-16")
    timers: tuple[Timer, ...] = ()
    for version, event in enumerate(book.streams["revocation/CX-1"], start=1):
        timers = advance(timers, event, version)
    assert [(one.kind, one.due_on) for one in timers] == [(TimerKind.FOLLOW_UP, date(2026, 12, 31))]
    closed = CloseFollowUp("CX-1", "ZGFC-1", "已补齐检测，复查合格")
    (fact,) = events_of(book.do(closed, STAFF["chief"], "2026-12-01"))
    assert advance(timers, fact, 9) == ()


@pytest.mark.parametrize(
    "ground",
    [
        RevocationGround.ABUSE_OR_NEGLECT,
        RevocationGround.BEYOND_POWERS,
        RevocationGround.PROCEDURE_BREACHED,
        RevocationGround.NOT_QUALIFIED,
        RevocationGround.OTHER_LAWFUL,
    ],
)
def test_the_authoritys_fault_opens_a_compensation_task(ground: RevocationGround) -> None:
    """六十九条一款一至五项：撤销的同时立赔偿之案，由机关决定多少。"""
    book = licensed()
    book.do(replace(NEGLECT, ground=ground), CHECKER, "2026-10-09")
    plan = ready(book).do(REVOKE, DECIDER, "2026-10-16")
    (opened,) = [one for one in events_of(plan) if isinstance(one, compensation.Opened)]
    assert (opened.licence_no, opened.decision_no) == (LICENCE, "CXJD-1")
    book.do(DecideCompensation("CX-1", 30_000, "PC-1", "停业损失"), DECIDER, "2026-11-02")


def test_fraud_has_none() -> None:
    """骗取的：利益不受保护，没有赔偿之案。"""
    book = licensed()
    book.do(FRAUD, CHECKER, "2026-10-09")
    plan = ready(book).do(REVOKE, DECIDER, "2026-10-16")
    assert not [one for one in events_of(plan) if isinstance(one, compensation.Opened)]
