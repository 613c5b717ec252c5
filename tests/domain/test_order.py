"""先后颠倒的、倒填的、在将来的：不该办的一律有说法，账上什么也不添。"""

from dataclasses import replace
from datetime import date
from typing import Final

import pytest

from domain.acts import Act
from domain.acts.deciding import Deliver
from domain.acts.licences import ReissueCertificate, RequestRenewal
from domain.acts.revocations import (
    DeregisterLicence,
    ExpireLicence,
    ForfeitLicence,
    ProposeRevocation,
    Revoke,
)
from domain.approval import DeregistrationReason, ReissueCause, RevocationGround
from domain.case import Accepted, DeadlineKind, DeadlineMissed
from domain.refusals import Refusal
from domain.terms import Actor, Evidence, LicenceNo
from tests.domain.case_file import APPLICANT, MACHINE, SHA, STAFF, at, town
from tests.rules.papers import (
    ACCEPT,
    APPROVE,
    CLERK,
    DECIDER,
    NO,
    RECEIVE,
    REVIEW,
    REVIEWER,
    accepted,
    only,
    received,
)
from tests.rules.test_rule_22_deregistration import over

LICENCE: Final = LicenceNo("JY-1")
CHECKER, CHIEF = STAFF["supervisor"], STAFF["chief"]
PROPOSE: Final = ProposeRevocation(
    "CX-1", LICENCE, RevocationGround.FRAUD_OR_BRIBERY, (Evidence("JC-1", SHA),)
)
REVOKE: Final = Revoke("CX-1", "CXJD-1", "以欺骗取得", "可申请复议")


@pytest.mark.parametrize(
    ("act", "who", "code"),
    [
        (ACCEPT, CLERK, Refusal.CASE_NOT_FOUND),
        (REVIEW, REVIEWER, Refusal.CASE_NOT_FOUND),
        (APPROVE, DECIDER, Refusal.CASE_NOT_FOUND),
        (Deliver(NO, "ZY-1", "窗口领取"), CLERK, Refusal.CASE_NOT_FOUND),
        (PROPOSE, CHECKER, Refusal.LICENCE_NOT_FOUND),
        (REVOKE, DECIDER, Refusal.REVOCATION_NOT_FOUND),
        (ForfeitLicence(LICENCE, "CF-1"), CHIEF, Refusal.LICENCE_NOT_FOUND),
        (ExpireLicence(LICENCE), MACHINE, Refusal.LICENCE_NOT_FOUND),
        (RequestRenewal(LICENCE, "YX-1"), APPLICANT, Refusal.LICENCE_NOT_FOUND),
    ],
)
def test_nothing_comes_before_its_beginning(act: Act, who: Actor, code: Refusal) -> None:
    """没有收件就受理、没有许可就撤销：都没有可办的。"""
    town().refuse(code, act, who, "2026-03-02")


@pytest.mark.parametrize(
    ("act", "who"),
    [
        (APPROVE, DECIDER),
        (PROPOSE, CHECKER),
        (ForfeitLicence(LICENCE, "CF-1"), CHIEF),
        (ReissueCertificate(LICENCE, "JY-1-2", ReissueCause.REPLACED), DECIDER),
        (RequestRenewal(LICENCE, "YX-1"), APPLICANT),
        (DeregisterLicence(LICENCE, DeregistrationReason.HOLDER_DEAD), DECIDER),
    ],
)
def test_nothing_comes_after_deregistration(act: Act, who: Actor) -> None:
    """已注销的，不再准予、撤销、吊销、换证、延续，也不以别的事由再注销。"""
    book = over()
    before = dict(book.streams)
    answer = book.ask(act, who, "2026-07-03")
    assert getattr(answer, "code", None) in {
        Refusal.CASE_ALREADY_DECIDED,
        Refusal.LICENCE_DEREGISTERED,
    }
    assert book.streams == before


def test_the_future_has_not_arrived() -> None:
    """收件、补来的时刻在将来的，差一秒也不收。"""
    ahead = replace(RECEIVE, received_at=at("2026-03-02 09:00:01"))
    town().refuse(Refusal.CASE_TIME_IMPOSSIBLE, ahead, CLERK, "2026-03-02")
    now = replace(RECEIVE, received_at=at("2026-03-02 09:00"))
    town().do(now, CLERK, "2026-03-02")


def test_a_receipt_entered_a_year_late_gains_nothing() -> None:
    """一年前收到、今日才录的：受理溯及收到之日，早已逾期的照记，期限不从今日重起。"""
    book = received("2025-03-03")
    late = town()
    late.do(replace(RECEIVE, received_at=at("2025-03-03")), CLERK, "2026-03-02")
    taken = late.do(ACCEPT, CLERK, "2026-03-02 10:00")
    assert only(taken, Accepted).accepted_on == date(2025, 3, 3)
    assert only(taken, DeadlineMissed).deadline is DeadlineKind.COMPLETENESS_NOTICE
    at_once = only(book.do(ACCEPT, CLERK, "2025-03-03 10:00"), Accepted)
    assert only(taken, Accepted).legal_due_on == at_once.legal_due_on


def test_no_decision_before_the_receipt() -> None:
    """决定之日由办理之日来定：没有办法写成收件之前（体外循环）。"""
    book = accepted("2026-03-02")
    book.do(REVIEW, REVIEWER, "2026-03-03")
    early = replace(APPROVE, valid_from=date(2026, 3, 1))
    book.refuse(Refusal.LICENCE_VALIDITY, early, DECIDER, "2026-03-03")
