"""两个名录：对象出库与恢复；检查人员的回避、出库与证件到期。"""

from dataclasses import replace
from datetime import date

import pytest

from domain import inspector, subject
from domain.acts.register import RegisterInspector, RegisterSubject
from domain.acts.rolls import (
    DeclareStanding,
    DeregisterSubject,
    LiftStanding,
    RemoveInspector,
    RestoreSubject,
    WarnCertificate,
)
from domain.decider import Plan
from domain.inspector import (
    CertificateExpiring,
    InspectorRegistered,
    InspectorRemoved,
    LeftFor,
    RecusalDeclared,
    RecusalGround,
    RecusalLifted,
)
from domain.refusals import Refusal
from domain.subject import Deregistered, OffReason, Restored, SubjectKind, SubjectRegistered
from domain.terms import Actor, Evidence, Personal, PersonId, Role, Sealed, SubjectId
from domain.timers import TimerKind, advance
from tests.domain.case_file import (
    APPROVER,
    MACHINE,
    SECOND_SUPERVISOR,
    SHA,
    STAFF,
    SUPERVISOR,
    Book,
    case_files,
    check_impossible,
    events_of,
    person,
    town,
)
from tests.domain.laws import anything, check_decider_laws
from tests.domain.test_imports import PERSON as HOLDER

CHIEF, CLERK = STAFF["chief"], STAFF["clerk"]
NO, HE = SubjectId("S-1"), PersonId("P-five")
PROOF = (Evidence("注销通知书", SHA),)
KNOWN = SubjectRegistered(SubjectKind.COMPANY, "9" * 18, Sealed(b"x"), "片区", "C", "0" * 64)
OFF = Deregistered(OffReason.WOUND_UP, date(2026, 3, 1), PROOF, person("chief"))
BACK = Restored("注销的是另一家", PROOF, person("chief"))
ENTERED = InspectorRegistered(HE, SUPERVISOR, "片区", ("食品",), "一所", "闽-5", date(2026, 8, 31))
LEFT = InspectorRemoved(LeftFor.RETIRED, date(2026, 5, 31), person("chief"))
SHOP = RecusalDeclared(NO, None, RecusalGround.RELATIVE, "近亲属任职", HE)
OFFICE = RecusalDeclared(None, APPROVER, RecusalGround.FORMER_POST, "", HE)
LIFTED = RecusalLifted(NO, None, "已经变更", person("chief"))
WARNED = CertificateExpiring(SUPERVISOR, "闽-5", date(2026, 8, 31))
subjects = case_files(subject.AGGREGATE, subject.decide)
people = case_files(inspector.AGGREGATE, inspector.decide)


# -- subjects


def test_a_subject_leaves_with_evidence() -> None:
    """须有证据，终止之日不在将来；出了库的无事可办，不认识的无从出库。"""
    day = date(2026, 3, 2)
    subjects(KNOWN).when(subject.Deregister(OFF, day)).then(OFF)
    subjects(KNOWN, OFF).when(subject.Deregister(OFF, day)).then()
    subjects().when(subject.Deregister(OFF, day)).refused(Refusal.SUBJECT_NOT_FOUND)
    bare = replace(OFF, evidence=())
    subjects(KNOWN).when(subject.Deregister(bare, day)).refused(Refusal.SUBJECT_NO_EVIDENCE)
    early = subject.Deregister(OFF, date(2026, 2, 28))
    subjects(KNOWN).when(early).refused(Refusal.SUBJECT_NOT_ENDED, ended_on="2026-03-01")
    assert OFF.takes_effect(day) == OFF.ended_on


def test_a_subject_comes_back_with_reasons_and_evidence() -> None:
    """恢复成原来的样子；在库的无事可办；出了库的不能直接登记。"""
    subjects(KNOWN, OFF).when(subject.Restore(BACK)).then(BACK)
    assert subject.AGGREGATE.fold([KNOWN, OFF, BACK]) == subject.Registered(KNOWN)
    subjects(KNOWN).when(subject.Restore(BACK)).then()
    subjects().when(subject.Restore(BACK)).refused(Refusal.SUBJECT_NOT_FOUND)
    for fact in (replace(BACK, reasons=" "), replace(BACK, evidence=())):
        subjects(KNOWN, OFF).when(subject.Restore(fact)).refused(Refusal.SUBJECT_NO_EVIDENCE)
    subjects(KNOWN, OFF).when(subject.Register(KNOWN)).refused(Refusal.SUBJECT_OFF)
    subjects(KNOWN, OFF).when(subject.Import(HOLDER)).then()


def test_the_class_registered_is_known_in_every_state() -> None:
    """登记的等级：登记的、导入的、出了库的都有，不认识的没有。"""
    for life, found in (
        ((), None),
        ((KNOWN,), "C"),
        ((HOLDER,), HOLDER.risk_class),
        ((KNOWN, OFF), "C"),
    ):
        assert subject.seed_class(subject.AGGREGATE.fold(life)) == found


def test_the_department_takes_a_subject_off_and_back() -> None:
    """监管部门凭证据办出库，负责人办恢复。"""
    book = _book()
    book.do(DeregisterSubject(NO, OFF.reason, OFF.ended_on, PROOF), CHIEF, "2026-03-02")
    book.do(RestoreSubject(NO, "同名的另一家", PROOF), CHIEF, "2026-03-03")
    book.refuse(
        Refusal.DUTY_ROLE, RestoreSubject(NO, "同名", PROOF), STAFF["supervisor"], "2026-03-03"
    )


# -- inspectors


def _book() -> Book:
    book = town()
    name = Personal(NO, "甲公司")
    act = RegisterSubject(NO, SubjectKind.COMPANY, "9" * 18, name, "片区", "B", "0" * 64)
    book.do(act, CLERK, "2025-01-06")
    book.do(REGISTER, CHIEF, "2026-03-02")
    return book


REGISTER = RegisterInspector(HE, SUPERVISOR, "片区", ("食品",), "一所", "闽-5", date(2026, 8, 31))


def _himself(book: Book, who: PersonId = HE) -> Actor:
    return book.hire(f"a-{who}", Role.INSPECTOR, SUPERVISOR, who)


def test_a_recusal_names_one_subject_or_one_organ() -> None:
    """一项写一户或者一个机关；申明过的无事可办；不在库的无从申明。"""
    people(ENTERED).when(inspector.DeclareRecusal(SHOP)).then(SHOP)
    people(ENTERED, SHOP).when(inspector.DeclareRecusal(replace(SHOP, explanation="再说"))).then()
    people(ENTERED, SHOP).when(inspector.DeclareRecusal(OFFICE)).then(OFFICE)
    for fact in (replace(SHOP, subject=None), replace(SHOP, organ=APPROVER)):
        people(ENTERED).when(inspector.DeclareRecusal(fact)).refused(Refusal.INSPECTOR_RECUSAL)
    people().when(inspector.DeclareRecusal(SHOP)).refused(Refusal.INSPECTOR_NOT_FOUND)
    people(ENTERED, LEFT).when(inspector.DeclareRecusal(SHOP)).refused(
        Refusal.INSPECTOR_REMOVED, last_day="2026-05-31"
    )


def test_a_recusal_is_lifted_by_another_with_reasons() -> None:
    """自己不能解除自己的；写明理由；没有的无事可办；别的申明还在。"""
    life = people(ENTERED, SHOP, OFFICE)
    life.when(inspector.LiftRecusal(LIFTED, HE)).then(LIFTED)
    own = replace(LIFTED, handler=HE)
    life.when(inspector.LiftRecusal(own, HE)).refused(Refusal.DUTY_SAME_PERSON)
    bare = replace(LIFTED, reasons=" ")
    life.when(inspector.LiftRecusal(bare, HE)).refused(Refusal.INSPECTOR_NO_REASON)
    people(ENTERED).when(inspector.LiftRecusal(LIFTED, HE)).then()
    people().when(inspector.LiftRecusal(LIFTED, HE)).refused(Refusal.INSPECTOR_NOT_FOUND)
    after = inspector.AGGREGATE.fold([ENTERED, SHOP, OFFICE, LIFTED])
    assert after == inspector.Registered(ENTERED, (OFFICE,))


def test_whoever_left_may_come_back() -> None:
    """出库一次；可以再入库，申明的回避还在；出库之前作的检查照算。"""
    people(ENTERED).when(inspector.Remove(LEFT)).then(LEFT)
    people(ENTERED, LEFT).when(inspector.Remove(LEFT)).then()
    people().when(inspector.Remove(LEFT)).refused(Refusal.INSPECTOR_NOT_FOUND)
    people(ENTERED, LEFT).when(inspector.Register(ENTERED)).then(ENTERED)
    state = inspector.AGGREGATE.fold([ENTERED, SHOP, LEFT])
    assert inspector.certified_on(state, date(2026, 5, 31))
    assert not inspector.certified_on(state, date(2026, 6, 1))
    again = inspector.AGGREGATE.fold([ENTERED, SHOP, LEFT, ENTERED])
    assert again == inspector.Registered(ENTERED, (SHOP,))
    other = replace(ENTERED, person=PersonId("P-six"))
    people(ENTERED, LEFT).when(inspector.Register(other)).refused(Refusal.INSPECTOR_OTHER_PERSON)


def test_thirty_days_before_the_certificate_expires() -> None:
    """八月三十一日到期，八月一日是第三十日，次日起提醒一次；换了证重新提醒。"""
    warn = inspector.WarnExpiry(date(2026, 8, 2))
    people(ENTERED).when(warn).then(WARNED)
    people(ENTERED).when(inspector.WarnExpiry(date(2026, 8, 1))).refused(
        Refusal.INSPECTOR_NOT_YET_DUE, due_on="2026-08-01"
    )
    for life in ((), (ENTERED, WARNED), (ENTERED, LEFT)):
        people(*life).when(warn).then()
    renewed = replace(ENTERED, certificate_no="闽-6", certificate_valid_to=date(2027, 8, 31))
    state = inspector.AGGREGATE.fold([ENTERED, WARNED, renewed])
    assert state == inspector.Registered(renewed)
    moved = inspector.AGGREGATE.fold([ENTERED, WARNED, replace(ENTERED, station="二所")])
    assert isinstance(moved, inspector.Registered)
    assert moved.warned


def test_the_reminder_is_a_deadline_of_the_file() -> None:
    """入库、换证即起算，提醒了、出库了即了结。"""
    (timer,) = advance((), ENTERED, 1)
    assert (timer.kind, timer.due_on) == (TimerKind.CERTIFICATE, date(2026, 8, 1))
    renewed = replace(ENTERED, certificate_valid_to=date(2027, 8, 31))
    (later,) = advance((timer,), renewed, 2)
    assert later.due_on == date(2027, 8, 1)
    assert advance((timer,), WARNED, 2) == ()
    assert advance((timer,), LEFT, 2) == ()
    assert advance((timer,), SHOP, 2) == (timer,)


def test_himself_or_his_department_declares() -> None:
    """本人申明自己的，部门记下本部门的；解除、出库只由本部门。"""
    book = _book()
    act = DeclareStanding(HE, NO, None, SHOP.ground, SHOP.explanation)
    book.refuse(Refusal.DUTY_SELF, act, _himself(book, PersonId("P-six")), "2026-03-03")
    book.do(act, _himself(book), "2026-03-03")
    assert book.do(act, CHIEF, "2026-03-03") == Plan()
    stranger = book.hire("far", Role.SUPERVISION_HEAD, SECOND_SUPERVISOR, person("far"))
    lift = LiftStanding(HE, NO, None, "已经变更")
    for wrong in (lift, RemoveInspector(HE, LEFT.reason, LEFT.last_day)):
        book.refuse(Refusal.DUTY_ORGAN, wrong, stranger, "2026-03-04", organ=SUPERVISOR)
    book.do(lift, CHIEF, "2026-03-04")
    book.do(RemoveInspector(HE, LEFT.reason, LEFT.last_day), CHIEF, "2026-03-05")
    book.do(replace(REGISTER, certificate_no="闽-7"), CHIEF, "2026-04-01")
    assert set(book.claims) >= {("certificate", "闽-7")}
    assert ("certificate", "闽-5") not in book.claims


def test_the_machine_reminds_once() -> None:
    """到期前三十日，机器记下。"""
    book = _book()
    book.refuse(Refusal.INSPECTOR_NOT_YET_DUE, WarnCertificate(HE), MACHINE, "2026-08-01")
    assert events_of(book.do(WarnCertificate(HE), MACHINE, "2026-08-02")) == (WARNED,)
    assert book.do(WarnCertificate(HE), MACHINE, "2026-08-03") == Plan()


# -- laws


def test_both_obey_the_laws_of_deciders() -> None:
    """同答、幂等、重放等于现状。"""
    check_decider_laws(
        inspector.AGGREGATE,
        inspector.decide,
        anything(inspector.Command),
        [(ENTERED,), (ENTERED, SHOP), (ENTERED, LEFT)],
    )
    check_decider_laws(
        subject.AGGREGATE,
        subject.decide,
        anything(subject.Deregister) | anything(subject.Restore),
        [(KNOWN,), (KNOWN, OFF)],
    )


@pytest.mark.parametrize("life", [(), (ENTERED,), (ENTERED, LEFT)])
def test_contradicting_facts_stop_the_file(life: tuple[InspectorRegistered, ...]) -> None:
    """不在库的回避、出库、提醒，换了人的登记，没有出库的恢复，立即停下。"""
    other = replace(ENTERED, person=PersonId("P-six"))
    facts = [SHOP, LIFTED, LEFT, WARNED, other, OFF]
    check_impossible(inspector.AGGREGATE, [life], facts)
    check_impossible(subject.AGGREGATE, [(), (KNOWN,), (KNOWN, OFF)], [OFF, BACK, KNOWN, SHOP])
