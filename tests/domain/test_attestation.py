"""副本作证（机制 77）。"""

from domain import attestation
from domain.acts.attestations import AttestCopies
from domain.acts.intake import RequestSupplement, Supplement
from domain.attestation import Attest, CopyAttested
from domain.decider import Plan
from domain.joint import OpinionOverdue
from domain.refusals import Refusal
from domain.terms import CaseNo, Material, PersonId, Sha256
from tests.deliveries import PANEL_DAY
from tests.domain.case_file import APPROVER, SHA, case_files, check_impossible
from tests.domain.laws import anything, check_decider_laws
from tests.domain.proceedings import CLERK, NO, RECEIVE, handled

copies = case_files(attestation.AGGREGATE, attestation.decide)

WHO = PersonId("P-W")
APPLICATION, PLAN = Material("申请书", SHA), Material("平面图", Sha256("b" * 64))
ATTESTED = CopyAttested((APPLICATION,), WHO)
NONE = CaseNo("2026-000009")


def test_copies_of_what_was_received_are_attested() -> None:
    """只为收到的材料作证，至少一份。"""
    copies().when(Attest(ATTESTED, (APPLICATION,))).then(ATTESTED)
    copies(ATTESTED).when(Attest(ATTESTED, (APPLICATION,))).then()
    copies().when(Attest(ATTESTED, (PLAN,))).refused(Refusal.COPY_NOT_RECEIVED, materials="申请书")
    copies().when(Attest(CopyAttested((), WHO), (PLAN,))).refused(Refusal.COPY_NOT_RECEIVED)


def test_laws_of_the_decider() -> None:
    """同样的现状同样的答复；重复不再添事；重放等于现状。"""
    check_decider_laws(
        attestation.AGGREGATE, attestation.decide, anything(attestation.Command), ((ATTESTED,),)
    )


def test_impossible_histories_stop_at_once() -> None:
    """同一件事不会记两次，别的事不在此记。"""
    foreign = OpinionOverdue(APPROVER, PANEL_DAY)
    check_impossible(attestation.AGGREGATE, ((), (ATTESTED,)), (ATTESTED, foreign))


def test_the_window_vouches_for_its_copies() -> None:
    """窗口为收到的、补正的材料作证；别的摘要不是。"""
    book = handled()
    book.do(RECEIVE, CLERK, "2026-03-02")
    book.do(AttestCopies(NO, (APPLICATION,)), CLERK, "2026-03-02")
    assert book.ask(AttestCopies(NO, (APPLICATION,)), CLERK, "2026-03-02") == Plan()
    book.refuse(Refusal.COPY_NOT_RECEIVED, AttestCopies(NO, (PLAN,)), CLERK, "2026-03-02")
    book.do(RequestSupplement(NO, "BZ-1", ("平面图",)), CLERK, "2026-03-03")
    book.do(Supplement(NO, (PLAN,)), CLERK, "2026-03-04")
    book.do(AttestCopies(NO, (PLAN,)), CLERK, "2026-03-04")
    book.refuse(Refusal.CASE_NOT_FOUND, AttestCopies(NONE, (PLAN,)), CLERK, "2026-03-04")
