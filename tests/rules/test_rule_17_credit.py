"""规则 17：不良信用只关告知承诺这一条路，申请之日存照，修复之后再开。"""

from dataclasses import replace
from datetime import date

from domain import approval, commitment
from domain.acts.credits import AddCreditRecord, RepairCredit
from domain.acts.pledges import MakeCommitment
from domain.commitment import CommitmentKind, Promise
from domain.credit import CreditGrade, Severity
from domain.refusals import Refusal
from domain.terms import CaseNo, CommitmentId, Evidence, LicenceNo, SubjectId
from tests.domain.case_file import APPLICANT, SHA, STAFF, Book, events_of, town
from tests.domain.test_case_acts import ACCEPT, APPROVE, RECEIVE, REVIEW

CLERK, REVIEWER, DECIDER, CHIEF = (
    STAFF[name] for name in ("clerk", "reviewer", "decider", "chief")
)
WHO = SubjectId("S-1")
BREACH = AddCreditRecord(WHO, "XY-1", Severity.GENERAL, "CF-1", date(2026, 5, 10))
REPAIR = RepairCredit(WHO, "XY-1", Evidence("ZG-1", SHA), SHA)


def apply(book: Book, case_no: str, when: str) -> MakeCommitment:
    """收下一件申请，备好其中的承诺。"""
    number = CaseNo(case_no)
    book.do(replace(RECEIVE, case_no=number, receipt_no=f"SJ-{case_no}"), CLERK, when)
    return MakeCommitment(
        commitment_id=CommitmentId(f"C-{case_no}"),
        case_no=number,
        kind=CommitmentKind.NOTIFICATION,
        text_sha256=SHA,
        promises=(Promise("平面图", date(2026, 12, 1)),),
        verification_due_on=date(2026, 12, 10),
    )


def grant(book: Book, case_no: str, licence: str, days: tuple[str, str, str]) -> None:
    """普通程序走完，准予许可。"""
    number = CaseNo(case_no)
    book.do(replace(ACCEPT, case_no=number), CLERK, days[0])
    book.do(replace(REVIEW, case_no=number), REVIEWER, days[1])
    act = replace(
        APPROVE, case_no=number, licence_no=LicenceNo(licence), decision_no=f"ZY-{case_no}"
    )
    book.do(act, DECIDER, days[2])


def test_rule_17() -> None:
    """五月十日记入；六月一日的申请不能承诺、可走普通程序；九月一日修复之后即可承诺。"""
    book = town()
    apply(book, "2026-1", "2026-04-01")
    grant(book, "2026-1", "JY-1", ("2026-04-01", "2026-04-02", "2026-04-03"))
    book.do(BREACH, CHIEF, "2026-05-11")

    pledge = apply(book, "2026-2", "2026-06-01")
    book.refuse(Refusal.COMMITMENT_BAD_CREDIT, pledge, APPLICANT, "2026-06-01", records="XY-1")
    grant(book, "2026-2", "JY-2", ("2026-06-01", "2026-06-02", "2026-06-03"))

    book.refuse(Refusal.CREDIT_TOO_EARLY, REPAIR, CHIEF, "2026-08-10", repair_from="2026-08-11")
    book.do(REPAIR, CHIEF, "2026-09-01")
    pledge = apply(book, "2026-3", "2026-09-01")
    checked, _ = events_of(book.do(pledge, APPLICANT, "2026-09-01 10:00"))
    assert isinstance(checked, commitment.EligibilityChecked)
    assert checked.credit_grade is CreditGrade.GOOD

    for licence in ("JY-1", "JY-2"):
        assert isinstance(book.load(approval.AGGREGATE, licence), approval.InForce)


def test_the_snapshot_stands() -> None:
    """存照之后才记入的信用，不推翻已经作出的承诺。"""
    book = town()
    pledge = apply(book, "2026-1", "2026-05-08")
    book.do(pledge, APPLICANT, "2026-05-08")
    book.do(BREACH, CHIEF, "2026-05-11")
    book.do(replace(ACCEPT, case_no=CaseNo("2026-1")), CLERK, "2026-05-11")
    book.do(replace(REVIEW, case_no=CaseNo("2026-1")), REVIEWER, "2026-05-12")
    relying = replace(APPROVE, case_no=CaseNo("2026-1"), commitment_id=pledge.commitment_id)
    book.do(relying, DECIDER, "2026-05-13")
