"""规则 21：因欺骗被撤销的安全许可三年、因虚假材料不予许可的一年，不得再次申请。"""

from dataclasses import replace
from datetime import date

from domain.acts.credits import BarApplicant
from domain.acts.revocations import (
    HearStatement,
    ProposeRevocation,
    ReviewLegality,
    Revoke,
    ServeNotice,
)
from domain.approval import RevocationGround
from domain.catalogue import HandlingRules
from domain.refusals import Refusal
from domain.terms import CaseNo, Evidence, LicenceNo, SubjectId
from tests.domain.case_file import ITEM_V1, SHA, STAFF, Book, town
from tests.domain.test_case_acts import ACCEPT, APPROVE, NO, RECEIVE, REJECT, REVIEW

CLERK, REVIEWER, DECIDER, SECOND, LAWYER, WATCHER = (
    STAFF[name] for name in ("clerk", "reviewer", "decider", "decider2", "legal", "supervisor")
)
AGAIN = replace(RECEIVE, case_no=CaseNo("2029-000001"))


def under_review(*, safety: bool) -> Book:
    """一月五日收件、受理、审核的账。"""
    book = town(replace(ITEM_V1, rules=HandlingRules(safety=safety)))
    book.do(RECEIVE, CLERK, "2026-01-05")
    book.do(ACCEPT, CLERK, "2026-01-05")
    book.do(REVIEW, REVIEWER, "2026-01-06")
    return book


def revoked_for_fraud(*, safety: bool) -> Book:
    """一月七日准予，三月二日以欺骗取得为由撤销的账。"""
    book = under_review(safety=safety)
    book.do(APPROVE, DECIDER, "2026-01-07")
    ground, proof = RevocationGround.FRAUD_OR_BRIBERY, (Evidence("JC-1", SHA),)
    book.do(ProposeRevocation("CX-1", LicenceNo("JY-1"), ground, proof), WATCHER, "2026-02-02")
    book.do(ServeNotice("CX-1", "GZ-1"), REVIEWER, "2026-02-03")
    book.do(HearStatement("CX-1", waived=True), REVIEWER, "2026-02-26")
    fine = ReviewLegality("CX-1", lawful=True, harms_public_interest=False, explanation="")
    book.do(fine, LAWYER, "2026-02-27")
    book.do(Revoke("CX-1", "CX-9", "以欺骗取得", "可复议"), SECOND, "2026-03-02")
    return book


def test_rule_21() -> None:
    """二〇二九年三月二日的申请不收，三月三日的收；别人、别的事项不受限制。"""
    book = revoked_for_fraud(safety=True)
    book.refuse(
        Refusal.CREDIT_BARRED, AGAIN, CLERK, "2029-03-02", reference="CX-9", last_day="2029-03-02"
    )
    other = replace(AGAIN, case_no=CaseNo("2026-000009"), applicant=SubjectId("S-2"))
    book.do(other, CLERK, "2026-03-03")
    book.do(AGAIN, CLERK, "2029-03-03")


def test_no_bar_where_safety_is_not_at_stake() -> None:
    """不直接关系安全的许可，撤销之后可以再次申请。"""
    book = revoked_for_fraud(safety=False)
    book.do(replace(AGAIN, case_no=CaseNo("2026-000002")), CLERK, "2026-03-03")


def test_false_materials_without_a_permit() -> None:
    """虚假材料而没有取得许可的：一年。"""
    book = under_review(safety=True)
    book.do(REJECT, DECIDER, "2026-03-02")
    book.do(BarApplicant(NO), DECIDER, "2026-03-02 10:00")
    again = replace(AGAIN, case_no=CaseNo("2027-000001"))
    book.refuse(Refusal.CREDIT_BARRED, again, CLERK, "2027-03-02", last_day=str(date(2027, 3, 2)))
    book.do(again, CLERK, "2027-03-03")
