"""告知承诺的办理：清单、顺延、独占，谁可以核查、报告、确认。"""

from dataclasses import replace
from datetime import date

import pytest

from domain import calendar, commitment, inspection
from domain.acts.deciding import Reject
from domain.acts.pledges import (
    AssessMaterial,
    ConfirmBreach,
    DismissBreach,
    Fulfil,
    MakeCommitment,
    MarkSupplementOverdue,
    SupplyMaterial,
    SuspectBreach,
)
from domain.commitment import BreachGround, CommitmentKind, Promise
from domain.decider import Claim, Plan
from domain.refusals import Refusal
from domain.terms import (
    Actor,
    CaseNo,
    CommitmentId,
    Evidence,
    Organ,
    PersonId,
    Role,
    SubjectId,
)
from tests.domain.case_file import (
    APPLICANT,
    ITEM_V1,
    MACHINE,
    SHA,
    STAFF,
    Book,
    at,
    events_of,
    person,
    town,
)
from tests.domain.test_case_acts import (
    ACCEPT,
    APPROVE,
    CLERK,
    DECIDER,
    NO,
    RECEIVE,
    REJECT,
    REVIEW,
    REVIEWER,
    received,
)

ID = CommitmentId("C-1")
CLAIM = Claim("commitment", "S-1:350505-0001", "commitment/C-1")
MAKE = MakeCommitment(
    commitment_id=ID,
    case_no=NO,
    kind=CommitmentKind.NOTIFICATION,
    text_sha256=SHA,
    promises=(Promise("平面图", date(2026, 10, 2)),),
    verification_due_on=date(2026, 10, 3),
)
SUPPLY = SupplyMaterial(ID, "平面图", SHA)
ASSESS = AssessMaterial(ID, "平面图", conforming=True, explanation="相符")
OVERDUE = MarkSupplementOverdue(ID, "平面图")
PROOF = (Evidence("JC-1", SHA),)
SUSPECT = SuspectBreach(ID, BreachGround.NOT_AS_PROMISED, PROOF)
CONFIRM = ConfirmBreach(ID, BreachGround.NOT_AS_PROMISED, "现场不符")
DISMISS = DismissBreach(ID, "经核实相符")
CHECKER = STAFF["supervisor"]


def promised() -> Book:
    """八月三日收件、作出承诺的账。"""
    book = received("2026-08-03")
    book.do(MAKE, APPLICANT, "2026-08-03 10:00")
    return book


def relied() -> Book:
    """已依承诺准予许可的账。"""
    book = promised()
    book.do(ACCEPT, CLERK, "2026-08-03 11:00")
    book.do(REVIEW, REVIEWER, "2026-08-04")
    book.do(replace(APPROVE, commitment_id=ID), DECIDER, "2026-08-05")
    return book


def inspected(book: Book, task: str = "P-1.S-1", commitment_id: str = ID) -> None:
    """账上有一次已录入结果的检查。"""
    assigned = inspection.TaskAssigned(
        subject=SubjectId("S-1"),
        inspectors=(PersonId("P-I1"), person("decider")),
        licence_no=None,
        commitment_id=CommitmentId(commitment_id),
        due_on=date(2026, 9, 30),
    )
    result = inspection.Inspected(
        performed_at=at("2026-09-10"),
        code_set="v1",
        codes=(inspection.FindingCode.NOT_AS_PROMISED,),
        signatures=assigned.inspectors,
        evidence=PROOF,
        report_sha256=SHA,
    )
    book.put(f"task/{task}", assigned, result)


def test_a_due_day_on_a_holiday_rolls_over() -> None:
    """规则 18：十月二日到期的，顺延至十月八日；申请人与事项占一份有效承诺。"""
    book = received("2026-08-03")
    plan = book.do(MAKE, APPLICANT, "2026-08-03")
    (fact,) = events_of(plan)
    assert isinstance(fact, commitment.Made)
    assert fact.promises == (Promise("平面图", date(2026, 10, 8)),)
    assert fact.verification_due_on == date(2026, 10, 8)
    assert (fact.signer, plan.claims) == ("S-1", (CLAIM,))
    assert book.do(MAKE, APPLICANT, "2026-08-03") == Plan()


def test_the_applicant_promises_for_himself_before_the_decision() -> None:
    """只有本件的申请人（或窗口代录）可以承诺，且在决定之前，事项须许可承诺。"""
    stranger = replace(APPLICANT, officer_id=STAFF["clerk"].officer_id)
    book = received("2026-08-03")
    book.refuse(Refusal.DUTY_SELF, MAKE, stranger, "2026-08-03")
    book.do(MAKE, CLERK, "2026-08-03")
    no_list = received(
        "2026-08-03",
        town(replace(ITEM_V1, commitment_allowed=False, commitment_materials=())),
    )
    no_list.refuse(Refusal.COMMITMENT_NOT_ALLOWED, MAKE, APPLICANT, "2026-08-03")
    decided = relied()
    again = replace(MAKE, commitment_id=CommitmentId("C-2"))
    decided.refuse(Refusal.CASE_ALREADY_DECIDED, again, APPLICANT, "2026-08-06")


def test_decision_licence_and_commitment_stand_together() -> None:
    """依承诺作出的决定、许可与承诺，一起入账；别的办件的承诺不能用。"""
    book = relied()
    state = book.load(commitment.AGGREGATE, ID)
    assert isinstance(state, commitment.Live)
    assert state.relied == commitment.ReliedOn(APPROVE.licence_no, "ZY-1")
    second = CaseNo("2026-000002")
    book.do(replace(RECEIVE, case_no=second), CLERK, "2026-08-03")
    book.do(replace(ACCEPT, case_no=second), CLERK, "2026-08-03")
    book.do(replace(REVIEW, case_no=second), REVIEWER, "2026-08-04")
    for act in (
        replace(APPROVE, case_no=second, commitment_id=ID),
        Reject(second, "BX-2", "不符", "可复议", ID),
    ):
        book.refuse(Refusal.COMMITMENT_OTHER_CASE, act, DECIDER, "2026-08-05", case_no=NO)


def test_a_rejection_ends_the_commitment() -> None:
    """不予许可的，本件的承诺终止，独占解除，可另行申请。"""
    book = promised()
    assert book.held(CLAIM)
    book.do(ACCEPT, CLERK, "2026-08-03")
    book.do(REVIEW, REVIEWER, "2026-08-04")
    book.do(replace(REJECT, commitment_id=ID), DECIDER, "2026-08-05")
    assert isinstance(book.load(commitment.AGGREGATE, ID), commitment.Closed)
    assert not book.held(CLAIM)


# -- materials


def test_supply_until_the_rolled_day_is_over() -> None:
    """规则 18：十月八日二十四时前补交有效；十月九日起为迟交，才可记逾期。"""
    relied().do(SUPPLY, APPLICANT, "2026-10-08 23:59")
    book = relied()
    book.refuse(
        Refusal.COMMITMENT_NOT_YET_DUE, OVERDUE, MACHINE, "2026-10-08 23:59", due_on="2026-10-08"
    )
    book.refuse(
        Refusal.COMMITMENT_TOO_LATE, SUPPLY, APPLICANT, "2026-10-09 00:00", due_on="2026-10-08"
    )
    book.do(OVERDUE, MACHINE, "2026-10-09 00:00")
    assert book.do(OVERDUE, MACHINE, "2026-10-10") == Plan()


def test_the_applicant_cannot_set_the_time_back() -> None:
    """申请人自己提交的，以进入系统的时间为准；窗口可记先前收到之时，不得在将来。"""
    early = replace(SUPPLY, received_at=at("2026-09-30"))
    relied().refuse(Refusal.COMMITMENT_TOO_LATE, early, APPLICANT, "2026-10-09")
    relied().do(early, CLERK, "2026-10-09")
    future = replace(SUPPLY, received_at=at("2026-10-01"))
    relied().refuse(Refusal.CASE_TIME_IMPOSSIBLE, future, CLERK, "2026-09-30")
    stranger = replace(APPLICANT, officer_id=STAFF["clerk"].officer_id)
    relied().refuse(Refusal.DUTY_SELF, SUPPLY, stranger, "2026-09-30")


def test_unknown_materials_and_unknown_calendars() -> None:
    """没有承诺过的材料不收；日历未公布的年度不能断定逾期。"""
    book = relied()
    book.refuse(
        Refusal.COMMITMENT_NOT_PROMISED, replace(SUPPLY, name="合同"), APPLICANT, "2026-09-30"
    )
    del book.streams[calendar.AGGREGATE.stream("cn-2026")]
    book.refuse(Refusal.COMMITMENT_DUE_PROVISIONAL, OVERDUE, MACHINE, "2026-10-09")


def test_fulfilment_releases_the_claim() -> None:
    """全部补交、核查相符，履行完毕，独占解除。"""
    book = relied()
    book.refuse(Refusal.COMMITMENT_UNPROVEN, Fulfil(ID), CHECKER, "2026-09-01")
    book.do(SUPPLY, APPLICANT, "2026-09-01")
    book.do(ASSESS, CHECKER, "2026-09-02")
    book.do(Fulfil(ID), REVIEWER, "2026-09-03")
    assert not book.held(CLAIM)


# -- breach


def test_a_supervisor_outside_the_item_is_refused() -> None:
    """核查、报告、履行只由该事项的监管部门或审批机关办。"""
    book = relied()
    book.do(SUPPLY, APPLICANT, "2026-09-01")
    stranger = book.hire("stranger", Role.SUPERVISOR, Organ("350505-ZJJ"), person("stranger"))
    for act in (ASSESS, SUSPECT, Fulfil(ID)):
        book.refuse(Refusal.DUTY_ORGAN, act, stranger, "2026-09-02")


def test_the_inspector_and_the_reporter_do_not_confirm() -> None:
    """SD6：检查人员、报告人换了审批机关的账号，也不得确认或否定。"""
    book = relied()
    inspected(book)
    book.do(replace(SUSPECT, task_id="P-1.S-1"), CHECKER, "2026-09-11")
    twin = book.hire("supervisor-2", Role.DECIDER, ITEM_V1.approving_body, person("supervisor"))
    for who in (DECIDER, twin):
        for act in (CONFIRM, DISMISS):
            book.refuse(Refusal.DUTY_SAME_PERSON, act, who, "2026-09-12")
    book.do(CONFIRM, STAFF["decider2"], "2026-09-12")


def test_the_machine_suspects_and_a_person_dismisses() -> None:
    """机器附证据报疑点，审批机关的人否定之后，承诺照旧有效。"""
    book = relied()
    (fact,) = events_of(book.do(SUSPECT, MACHINE, "2026-09-11"))
    assert isinstance(fact, commitment.BreachSuspected)
    assert fact.found_by == ()
    assert book.do(SUSPECT, MACHINE, "2026-09-11") == Plan()
    book.do(DISMISS, REVIEWER, "2026-09-12")
    assert isinstance(book.load(commitment.AGGREGATE, ID), commitment.Live)


@pytest.mark.parametrize(("task", "about"), [("P-9.S-1", "C-1"), ("P-1.S-1", "C-2")])
def test_an_unrelated_inspection_proves_nothing(task: str, about: str) -> None:
    """没有结果的检查、与此承诺无关的检查，不能据以报疑点。"""
    book = relied()
    inspected(book, commitment_id=about)
    act = replace(SUSPECT, task_id=task)
    book.refuse(Refusal.COMMITMENT_TASK_UNRELATED, act, MACHINE, "2026-09-11", task_id=task)


@pytest.mark.parametrize(
    ("act", "who"),
    [
        (SUPPLY, APPLICANT),
        (ASSESS, CHECKER),
        (OVERDUE, MACHINE),
        (SUSPECT, MACHINE),
        (CONFIRM, DECIDER),
        (DISMISS, DECIDER),
        (Fulfil(ID), REVIEWER),
    ],
    ids=lambda value: type(value).__name__,
)
def test_no_such_commitment(act: Fulfil, who: Actor) -> None:
    """没有此承诺的，什么也办不了；没有此件的，也无从承诺。"""
    town().refuse(Refusal.COMMITMENT_NOT_FOUND, act, who, "2026-09-01")
    town().refuse(Refusal.CASE_NOT_FOUND, MAKE, APPLICANT, "2026-09-01")
