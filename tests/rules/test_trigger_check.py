"""有因检查（表 F 末段、国办发〔2024〕54号）：与随机抽查是两种，须有线索、依据与批准，两人持证，经手的回避。"""

from dataclasses import replace
from datetime import date
from typing import Final

import pytest

from domain import commitment, trigger_check
from domain.acts.pledges import SuspectBreach
from domain.acts.register import RegisterInspector
from domain.acts.trigger_checks import (
    ApproveCheck,
    OpenCheck,
    RecordCheck,
    RefuseCheck,
    ReviewCheck,
    SendInspectors,
)
from domain.code_set import CodeKind
from domain.commitment import BreachGround
from domain.refusals import Refusal
from domain.terms import CommitmentId, Evidence, LicenceNo, Organ, PersonId, Role, Sha256, SubjectId
from domain.trigger_check import CheckTrigger
from tests.domain.case_file import (
    MACHINE,
    STAFF,
    SUPERVISOR,
    Book,
    actor,
    at,
    events_of,
    person,
    town,
)
from tests.domain.test_case_acts import APPROVE
from tests.domain.test_pledge_acts import ID, relied

NO: Final = "CK-2026-1"
SHA: Final = Sha256("ab" * 32)
PROOF: Final = (Evidence("投诉登记", SHA),)
CHIEF, CLERK = STAFF["chief"], STAFF["supervisor"]
ANNA, BERT, CARL = (PersonId(f"P-{name}") for name in ("anna", "bert", "carl"))
OPEN: Final = OpenCheck(
    NO,
    SUPERVISOR,
    SubjectId("S-1"),
    CheckTrigger.COMPLAINT,
    "TS-2026-17",
    "反映后厨无人持健康证",
    "《食品安全法》第一百零九条",
    PROOF,
    date(2026, 4, 30),
)
DAY: Final = "2026-04-10"
RESULT: Final = RecordCheck(
    NO, at("2026-04-13 15:00"), "v1", ("PROBLEM_PENDING",), (ANNA, BERT), PROOF, SHA
)
AGREE: Final = ReviewCheck(NO, agreed=True, explanation="属实")


@pytest.fixture
def book() -> Book:
    """监管局：负责人、监管员，三名检查人员（一名证件 4 月 12 日到期），别的部门一名。"""
    told = town()
    for one, organ, until in (
        (ANNA, SUPERVISOR, date(2027, 12, 31)),
        (BERT, SUPERVISOR, date(2027, 12, 31)),
        (CARL, SUPERVISOR, date(2026, 4, 12)),
        (PersonId("P-else"), Organ("别局"), date(2027, 12, 31)),
    ):
        entry = RegisterInspector(one, organ, "350505", ("食品",), "一所", f"Z-{one}", until)
        keeper = told.hire(f"keeper-{organ}", Role.SUPERVISOR, organ, PersonId(f"P-keeper-{organ}"))
        told.do(entry, keeper, "2026-01-05")
    for one in (ANNA, BERT):
        told.hire(one, Role.INSPECTOR, SUPERVISOR, one)
    told.hire("supervisor2", Role.SUPERVISOR, SUPERVISOR, person("supervisor2"))
    return told


ANNA_ON_DUTY: Final = actor(ANNA, Role.INSPECTOR, SUPERVISOR)
SECOND: Final = actor("supervisor2", Role.SUPERVISOR, SUPERVISOR)


def state(book: Book) -> trigger_check.Check:
    """这项检查。"""
    found = book.load(trigger_check.AGGREGATE, NO)
    assert isinstance(found, trigger_check.Check)
    return found


def test_a_complaint_is_checked_on_approval(book: Book) -> None:
    """4 月 10 日立项，负责人批准，指派两人，13 日检查，14 日另一人复核；重复办理无事可办。"""
    for act, who, when in (
        (OPEN, CLERK, DAY),
        (ApproveCheck(NO, "SP-9"), CHIEF, DAY),
        (SendInspectors(NO, (ANNA, BERT)), CLERK, DAY),
        (RESULT, ANNA_ON_DUTY, "2026-04-13 16:00"),
        (AGREE, SECOND, "2026-04-14"),
    ):
        assert events_of(book.do(act, who, when))
        assert events_of(book.do(act, who, when)) == ()
    assert state(book).agreed
    assert state(book).done is not None
    assert state(book).done.kinds == (CodeKind.PROBLEM,)  # type: ignore[union-attr]
    book.refuse(Refusal.TASK_REVIEWED, replace(AGREE, explanation="再复核"), SECOND, "2026-04-14")
    again = replace(RESULT, set_codes=("NO_PROBLEM",))
    book.refuse(Refusal.CHECK_ALREADY_DONE, again, ANNA_ON_DUTY, "2026-04-14")
    other = SendInspectors(NO, (BERT, ANNA))
    book.refuse(Refusal.CHECK_ALREADY_DONE, other, CLERK, "2026-04-14")


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (replace(OPEN, ground=" "), Refusal.CHECK_NO_GROUND),
        (replace(OPEN, source=""), Refusal.CHECK_NO_GROUND),
        (replace(OPEN, evidence=()), Refusal.CHECK_NO_GROUND),
        (replace(OPEN, provisions=" "), Refusal.CHECK_NO_PROVISIONS),
        (replace(OPEN, due_on=date(2026, 4, 9)), Refusal.CHECK_DUE),
        (replace(OPEN, department=Organ("别局")), Refusal.DUTY_ORGAN),
    ],
)
def test_no_check_without_a_ground(book: Book, act: OpenCheck, code: Refusal) -> None:
    """没有线索、没有证据、没有法律依据、期限已过、替别的部门立项：都不行。"""
    book.refuse(code, act, CLERK, DAY)


def test_nothing_happens_before_the_head_approves(book: Book) -> None:
    """没有立项的办不了；没有批准的不能指派；立项的人不批准自己的；批了不再批，不批准要理由。"""
    for act, who in (
        (ApproveCheck(NO, "SP-9"), CHIEF),
        (SendInspectors(NO, (ANNA, BERT)), CLERK),
        (RESULT, ANNA_ON_DUTY),
        (AGREE, SECOND),
    ):
        book.refuse(Refusal.CHECK_NOT_FOUND, act, who, "2026-04-14")
    book.do(OPEN, CHIEF, DAY)
    book.refuse(Refusal.CHECK_EXISTS, replace(OPEN, ground="别的"), CHIEF, DAY)
    book.refuse(Refusal.CHECK_AWAITS_APPROVAL, SendInspectors(NO, (ANNA, BERT)), CLERK, DAY)
    book.refuse(Refusal.DUTY_SAME_PERSON, ApproveCheck(NO, "SP-9"), CHIEF, DAY)
    head = book.hire("head2", Role.SUPERVISION_HEAD, SUPERVISOR, person("head2"))
    book.refuse(Refusal.CHECK_NO_REASON, ApproveCheck(NO, " "), head, DAY)
    book.refuse(Refusal.CHECK_NO_REASON, RefuseCheck(NO, " "), head, DAY)
    elsewhere = book.hire("else", Role.SUPERVISION_HEAD, Organ("别局"), person("else"))
    for act2 in (ApproveCheck(NO, "SP-9"), RefuseCheck(NO, "不归我们"), AGREE):
        book.refuse(Refusal.DUTY_ORGAN, act2, elsewhere, DAY)
    book.refuse(Refusal.DUTY_ORGAN, SendInspectors(NO, (ANNA, BERT)), elsewhere, DAY)
    book.do(ApproveCheck(NO, "SP-9"), head, DAY)
    book.refuse(Refusal.CHECK_DECIDED, RefuseCheck(NO, "改主意"), head, DAY)


def test_an_urgent_one_is_approved_afterwards(book: Book) -> None:
    """情况紧急：周五立项当天先查，至迟下周二补批（两个工作日）；补批之前复核不了，不批准的不作数。"""
    urgent = replace(OPEN, urgent=True)
    book.do(urgent, CLERK, DAY)
    assert state(book).opened.approve_by == date(2026, 4, 14)
    assert events_of(book.do(urgent, CLERK, "2026-04-11")) == ()
    book.do(SendInspectors(NO, (ANNA, BERT)), CLERK, DAY)
    book.refuse(Refusal.TASK_NOT_INSPECTED, AGREE, SECOND, DAY)
    book.do(replace(RESULT, performed_at=at("2026-04-10 08:00")), ANNA_ON_DUTY, DAY)
    book.refuse(Refusal.CHECK_AWAITS_APPROVAL, AGREE, SECOND, "2026-04-13")
    book.do(RefuseCheck(NO, "不属职责"), CHIEF, "2026-04-13")
    for act, who in (
        (AGREE, SECOND),
        (SendInspectors(NO, (ANNA, BERT)), CLERK),
        (RESULT, ANNA_ON_DUTY),
    ):
        book.refuse(Refusal.CHECK_REFUSED, act, who, "2026-04-14")


@pytest.mark.parametrize(
    ("people", "code"),
    [
        ((ANNA,), Refusal.CHECK_TWO),
        ((ANNA, ANNA), Refusal.CHECK_TWO),
        ((ANNA, CARL), Refusal.TASK_CERTIFICATE),
        ((ANNA, PersonId("P-else")), Refusal.TASK_CERTIFICATE),
        ((ANNA, PersonId("P-nobody")), Refusal.TASK_CERTIFICATE),
        ((ANNA, person("chief")), Refusal.TASK_CERTIFICATE),
    ],
)
def test_two_certified_people_of_the_department(
    book: Book, people: tuple[PersonId, ...], code: Refusal
) -> None:
    """一人、重复、证件已到期（4 月 12 日）、别的部门、不在名录的：都不能派。"""
    book.do(OPEN, CLERK, DAY)
    book.do(ApproveCheck(NO, "SP-9"), CHIEF, DAY)
    book.refuse(code, SendInspectors(NO, people), CLERK, "2026-04-13")


def test_who_handled_the_case_stays_away() -> None:
    """经手过所涉办件的（SD5）、批准了检查的，不得去检查；没有这张许可的没有经手人。"""
    told = relied()
    hand = told.hire("hand", Role.SUPERVISOR, SUPERVISOR, person("reviewer"))
    for one in (ANNA, BERT, person("chief"), person("reviewer")):
        until = date(2027, 12, 31)
        entry = RegisterInspector(one, SUPERVISOR, "350505", ("食品",), "一所", f"Z-{one}", until)
        told.do(entry, CLERK, "2026-09-01")
    later = replace(OPEN, licence_no=APPROVE.licence_no, due_on=date(2026, 12, 31))
    told.do(later, CLERK, "2026-09-01")
    told.do(ApproveCheck(NO, "SP-9"), CHIEF, "2026-09-01")
    for recused in (person("chief"), person("reviewer")):
        team = SendInspectors(NO, (ANNA, recused))
        told.refuse(Refusal.CHECK_RECUSED, team, hand, "2026-09-02", persons=recused)
    told.do(SendInspectors(NO, (ANNA, BERT)), CLERK, "2026-09-02")
    unknown = replace(later, check_no="CK-2", licence_no=LicenceNo("L-none"))
    told.do(unknown, CLERK, "2026-09-01")
    told.do(ApproveCheck("CK-2", "SP-9"), CHIEF, "2026-09-01")
    told.do(SendInspectors("CK-2", (ANNA, person("reviewer"))), CLERK, "2026-09-02")


def test_its_finding_may_suspect_the_commitment() -> None:
    """有因检查查出的，同样可以据以报承诺疑点；检查人员不得确认（SD6）；没有结果的不能据以报。"""
    told = relied()
    for one in (ANNA, BERT):
        until = date(2027, 12, 31)
        entry = RegisterInspector(one, SUPERVISOR, "350505", ("食品",), "一所", f"Z-{one}", until)
        told.do(entry, CLERK, "2026-09-01")
        told.hire(one, Role.INSPECTOR, SUPERVISOR, one)
    later = replace(OPEN, commitment_id=CommitmentId(ID), due_on=date(2026, 12, 31))
    told.do(later, CLERK, "2026-09-01")
    told.do(ApproveCheck(NO, "SP-9"), CHIEF, "2026-09-01")
    told.do(SendInspectors(NO, (ANNA, BERT)), CLERK, "2026-09-01")
    suspect = SuspectBreach(CommitmentId(ID), BreachGround.NOT_AS_PROMISED, PROOF, NO)
    told.refuse(Refusal.COMMITMENT_TASK_UNRELATED, suspect, MACHINE, "2026-09-02", task_id=NO)
    done = replace(RESULT, set_codes=("NOT_AS_PROMISED",), performed_at=at("2026-09-02 08:00"))
    told.do(done, ANNA_ON_DUTY, "2026-09-02")
    (fact,) = events_of(told.do(suspect, MACHINE, "2026-09-03"))
    assert isinstance(fact, commitment.BreachSuspected)
    assert fact.found_by == (ANNA, BERT)


def test_the_result_is_signed_by_all_who_went(book: Book) -> None:
    """指派的人录入、全体签名、当日持证、不在将来、代码成一套；退回之后重新录入。"""
    book.do(OPEN, CLERK, DAY)
    book.do(ApproveCheck(NO, "SP-9"), CHIEF, DAY)
    book.refuse(Refusal.TASK_NOT_ASSIGNED, RESULT, ANNA_ON_DUTY, "2026-04-13 16:00")
    book.do(SendInspectors(NO, (ANNA, CARL)), CLERK, DAY)
    other = book.hire("other", Role.INSPECTOR, SUPERVISOR, person("other"))
    late = "2026-04-13 16:00"
    book.refuse(Refusal.TASK_NOT_ASSIGNED, RESULT, other, late)
    book.refuse(Refusal.TASK_SIGNATURES, RESULT, ANNA_ON_DUTY, late)
    expired = replace(RESULT, signatures=(ANNA, CARL))
    book.refuse(Refusal.TASK_CERTIFICATE, expired, ANNA_ON_DUTY, late)
    book.do(SendInspectors(NO, (ANNA, BERT)), CLERK, late)
    for wrong, code in (
        (replace(RESULT, performed_at=at("2026-04-14 09:00")), Refusal.TASK_TIME),
        (replace(RESULT, set_codes=("NO_PROBLEM", "PROBLEM_PENDING")), Refusal.TASK_CODES),
        (replace(RESULT, code_set="没有这一套"), Refusal.TASK_CODES),
    ):
        book.refuse(code, wrong, ANNA_ON_DUTY, late)
    book.do(RESULT, ANNA_ON_DUTY, late)
    inspector = book.hire("anna2", Role.SUPERVISOR, SUPERVISOR, ANNA)
    book.refuse(Refusal.DUTY_SAME_PERSON, AGREE, inspector, late)
    book.refuse(
        Refusal.TASK_NO_REASON, ReviewCheck(NO, agreed=False, explanation=" "), SECOND, late
    )
    book.do(ReviewCheck(NO, agreed=False, explanation="缺照片"), SECOND, late)
    book.do(replace(RESULT, set_codes=("PROBLEM_CORRECTED",)), ANNA_ON_DUTY, late)
    book.do(AGREE, SECOND, late)


def test_it_is_no_drawn_task() -> None:
    """有因检查没有计划、不入名额：它的事件里没有计划编号，与抽查的任务是两种案卷。"""
    assert trigger_check.AGGREGATE.stream(NO) == f"check/{NO}"
    assert not any("plan" in name for name in trigger_check.CheckOpened.__slots__)
