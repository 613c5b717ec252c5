"""会商、观察员与副本作证（机制 62、77）。"""

from dataclasses import replace
from datetime import date

from domain import attestation, consultation
from domain.acts.consultations import AttestCopies, RecordConsultation, RecordObserver
from domain.acts.intake import RequestSupplement, Supplement
from domain.attestation import Attest, CopyAttested
from domain.consultation import Consult, ConsultationHeld, Observe, ObserverAttended
from domain.decider import Plan
from domain.refusals import Refusal
from domain.terms import CaseNo, Material, PersonId, Sha256
from tests.domain.case_file import (
    APPROVER,
    SECOND_SUPERVISOR,
    SHA,
    STAFF,
    SUPERVISOR,
    case_files,
    check_impossible,
    events_of,
    person,
)
from tests.domain.laws import anything, check_decider_laws
from tests.domain.proceedings import CLERK, NO, RECEIVE, REVIEWER, accepted, handled

given = case_files(consultation.AGGREGATE, consultation.decide)
copies = case_files(attestation.AGGREGATE, attestation.decide)

WHO, DAY = PersonId("P-W"), date(2026, 3, 4)
HELD = ConsultationHeld("油烟", (APPROVER, SUPERVISOR), "加装净化", DAY, WHO)
SEEN = ObserverAttended(SUPERVISOR, "KC-1", "无异议", DAY, WHO)
APPLICATION, PLAN = Material("申请书", SHA), Material("平面图", Sha256("b" * 64))
ATTESTED = CopyAttested((APPLICATION,), WHO)
NONE = CaseNo("2026-000009")


def test_two_or_more_consult_and_conclude() -> None:
    """有两家以上、有结论才是会商。"""
    given().when(Consult(HELD)).then(HELD)
    given(HELD).when(Consult(HELD)).then()
    alone = replace(HELD, bodies=(APPROVER, APPROVER))
    given().when(Consult(alone)).refused(Refusal.CONSULTATION_ALONE)
    given().when(Consult(replace(HELD, conclusions=" "))).refused(Refusal.CASE_REASONS_MISSING)


def test_the_observer_comes_from_a_supervising_body() -> None:
    """观察员来自本事项的监管部门。"""
    given().when(Observe(SEEN, (SUPERVISOR,))).then(SEEN)
    given(SEEN).when(Observe(SEEN, (SUPERVISOR,))).then()
    given().when(Observe(SEEN, ())).refused(Refusal.DUTY_ORGAN)


def test_copies_of_what_was_received_are_attested() -> None:
    """只为收到的材料作证，至少一份。"""
    copies().when(Attest(ATTESTED, (APPLICATION,))).then(ATTESTED)
    copies(ATTESTED).when(Attest(ATTESTED, (APPLICATION,))).then()
    copies().when(Attest(ATTESTED, (PLAN,))).refused(Refusal.COPY_NOT_RECEIVED, materials="申请书")
    copies().when(Attest(CopyAttested((), WHO), (PLAN,))).refused(Refusal.COPY_NOT_RECEIVED)


def test_laws_of_the_deciders() -> None:
    """同样的现状同样的答复；重复不再添事；重放等于现状。"""
    check_decider_laws(
        consultation.AGGREGATE, consultation.decide, anything(consultation.Command), ((HELD, SEEN),)
    )
    check_decider_laws(
        attestation.AGGREGATE, attestation.decide, anything(attestation.Command), ((ATTESTED,),)
    )


def test_impossible_histories_stop_at_once() -> None:
    """同一件事不会记两次，别的事不在此记。"""
    check_impossible(consultation.AGGREGATE, ((), (HELD, SEEN)), (HELD, SEEN, ATTESTED))
    check_impossible(attestation.AGGREGATE, ((), (ATTESTED,)), (ATTESTED, HELD))


def test_who_was_there_records_it() -> None:
    """记会商的人，其机关在场；没有写日子的是今日。"""
    book = accepted(handled(), "2026-03-02")
    act = RecordConsultation(NO, "油烟", (APPROVER, SUPERVISOR), "加装净化")
    (held,) = events_of(book.do(act, REVIEWER, "2026-03-04"))
    assert held == replace(HELD, handler=person("reviewer"))
    absent = replace(act, bodies=(APPROVER, SECOND_SUPERVISOR))
    book.refuse(Refusal.DUTY_ORGAN, absent, STAFF["supervisor"], "2026-03-04")
    book.refuse(Refusal.CASE_NOT_FOUND, replace(act, case_no=NONE), REVIEWER, "2026-03-04")
    observer = RecordObserver(NO, "KC-1", "无异议", DAY)
    (seen,) = events_of(book.do(observer, STAFF["supervisor"], "2026-03-05"))
    assert seen == replace(SEEN, handler=person("supervisor"))
    unknown = replace(observer, case_no=NONE)
    book.refuse(Refusal.CASE_NOT_FOUND, unknown, STAFF["supervisor"], "2026-03-05")


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
