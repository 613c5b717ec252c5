"""承诺落空的后续措施：记入信用、移送处罚立为待办，由人办结；中止办理的不准予变更、延续。"""

from dataclasses import replace
from datetime import date

import pytest

from domain import commitment, credit, measure, policy
from domain.acts.credits import AddCreditRecord
from domain.acts.licences import ChangeLicence, Renew, RequestRenewal
from domain.acts.measures import CloseMeasure, OpenMeasure
from domain.acts.pledges import AcceptRectification, OrderRectification
from domain.approval import ChangeMatter
from domain.catalogue import HandlingRules, PledgeRules
from domain.commitment import BreachGround, VoidReason
from domain.credit import Severity
from domain.decider import Event, Plan
from domain.measure import Close, Closed, MeasureKind, Opened, OpenTask
from domain.policy import Path
from domain.refusals import Refusal
from domain.terms import CommitmentId, LicenceNo, Organ, Role, SubjectId
from domain.timers import TimerKind, advance
from tests.domain.case_file import (
    APPLICANT,
    APPROVER,
    ITEM_V1,
    MACHINE,
    SECOND_SUPERVISOR,
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
from tests.domain.test_case_acts import ACCEPT, APPROVE, CLERK, DECIDER, REVIEW, REVIEWER, received
from tests.domain.test_pledge_acts import CHECKER, CONFIRM, ID, MAKE, ORDER, PROOF, SUSPECT
from tests.domain.test_policy import V1

given = case_files(measure.AGGREGATE, measure.decide)

OPENED = Opened(
    kind=MeasureKind.PENALTY,
    commitment_id=CommitmentId("C-1"),
    case_no=MAKE.case_no,
    subject=SubjectId("S-1"),
    ground=BreachGround.FALSE_PROMISE,
    organs=(SUPERVISOR,),
    since=6,
    due_on=date(2026, 9, 21),
)
AGAIN = replace(OPENED, since=9)
DONE = Closed(taken=True, document_no="CF-1", reasons="", handler=person("chief"))
LIVES: tuple[tuple[Event, ...], ...] = ((OPENED,), (OPENED, DONE), (OPENED, DONE, AGAIN))
PENALTY = OpenMeasure(ID, MeasureKind.PENALTY, 7)
CREDIT = OpenMeasure(ID, MeasureKind.CREDIT, 9)
CLOSE = CloseMeasure(ID, MeasureKind.PENALTY, taken=True, document_no="CF-1")
NOT_RECORDED = CloseMeasure(ID, MeasureKind.CREDIT, False, "SM-1", "情节轻微并已改正")  # noqa: FBT003
RECORD = AddCreditRecord(SubjectId("S-1"), "XY-1", Severity.GENERAL, "ZG-1", date(2026, 9, 12), ID)
RECTIFIED = AcceptRectification(ID, "已改正", PROOF)
CHIEF = STAFF["chief"]
LICENCE = LicenceNo("JY-1")


def test_a_measure_is_opened_once_for_each_breach() -> None:
    """同一次落空只立一次，没有办结的并为一件；再次落空的再立。"""
    given().when(OpenTask(OPENED)).then(OPENED)
    given(OPENED).when(OpenTask(AGAIN)).then()
    given(OPENED, DONE).when(OpenTask(OPENED)).then()
    given(OPENED, DONE).when(OpenTask(AGAIN)).then(AGAIN)


def test_a_measure_is_settled_once_with_its_number() -> None:
    """办结写明文号；依法不办的说明理由。"""
    given(OPENED).when(Close(DONE)).then(DONE)
    given(OPENED, DONE).when(Close(DONE)).then()
    given(OPENED, DONE).when(Close(replace(DONE, document_no="CF-2"))).refused(
        Refusal.MEASURE_CLOSED, document_no="CF-1", handler="P-chief"
    )
    for wrong in (replace(DONE, document_no=" "), replace(DONE, taken=False)):
        given(OPENED).when(Close(wrong)).refused(Refusal.MEASURE_REASONS)
    given().when(Close(DONE)).refused(Refusal.MEASURE_NOT_FOUND)


def test_contradictions_stop_the_file() -> None:
    """互相矛盾的历史当即停下。"""
    check_impossible(measure.AGGREGATE, ((), *LIVES), (OPENED, DONE))


def test_decider_laws() -> None:
    """后续措施守决定者的共同规矩。"""
    commands = anything(measure.Command)
    check_decider_laws(measure.AGGREGATE, measure.decide, commands, LIVES)


# -- the acts


def broken(
    path: Path = Path.RECTIFY_SUSPENDED, *, penalty: bool = True, record: bool = True
) -> Book:
    """依要求中止办理、记入信用、移送处罚的办法，已确认落空的账。"""
    rules = HandlingRules(pledge=PledgeRules(policy="p"))
    book = town(replace(ITEM_V1, rules=rules))
    handlings = tuple(
        policy.Handling(trigger, path, True, record, False, penalty)  # noqa: FBT003
        for trigger in policy.Trigger
    )
    book.put("policy/p", replace(V1, handlings=handlings))
    received("2026-08-03", book)
    book.do(MAKE, APPLICANT, "2026-08-03 10:00")
    book.do(ACCEPT, CLERK, "2026-08-03 11:00")
    book.do(REVIEW, REVIEWER, "2026-08-04")
    book.do(replace(APPROVE, commitment_id=ID), DECIDER, "2026-08-05")
    book.do(SUSPECT, CHECKER, "2026-09-11")
    return book


def confirmed(
    path: Path = Path.RECTIFY_SUSPENDED, *, penalty: bool = True, record: bool = True
) -> Book:
    """接着确认了落空。"""
    book = broken(path, penalty=penalty, record=record)
    book.do(CONFIRM, REVIEWER, "2026-09-12")
    return book


def test_a_penalty_is_referred_to_the_supervising_departments() -> None:
    """确认落空，办法要求处罚的，移送监管部门为待办；由其中之一的负责人办结，别的部门不行。"""
    book = confirmed()
    (fact,) = events_of(book.do(PENALTY, MACHINE, "2026-09-12"))
    assert isinstance(fact, Opened)
    assert fact.organs == (SUPERVISOR, SECOND_SUPERVISOR)
    assert fact.due_on == date(2026, 9, 21)  # 七个工作日，9.20 周日上班
    (timer,) = advance((), fact, 1)
    assert timer.kind is TimerKind.MEASURE
    assert book.do(PENALTY, MACHINE, "2026-09-14") == Plan()
    stranger = book.hire("stranger", Role.SUPERVISION_HEAD, Organ("350505-ZJJ"), person("x"))
    book.refuse(Refusal.DUTY_ORGAN, CLOSE, stranger, "2026-09-15")
    (closed,) = events_of(book.do(CLOSE, CHIEF, "2026-09-15"))
    assert advance((timer,), closed, 2) == ()
    town().refuse(Refusal.MEASURE_NOT_FOUND, CLOSE, CHIEF, "2026-09-15")


def test_no_measure_that_the_policy_does_not_ask_for() -> None:
    """办法没有要求的不立；没有确认落空的、还没有决定的，不立。"""
    mild = confirmed(penalty=False, record=False)
    mild.do(OrderRectification(ID, "ZG-1", ("改正",), date(2026, 10, 24)), DECIDER, "2026-09-14")
    mild.do(RECTIFIED, REVIEWER, "2026-09-15")
    for act in (PENALTY, CREDIT):
        assert mild.do(act, MACHINE, "2026-09-15") == Plan()
        assert broken().do(act, MACHINE, "2026-09-12") == Plan()
        assert town().do(act, MACHINE, "2026-09-12") == Plan()
    assert confirmed().do(CREDIT, MACHINE, "2026-09-12") == Plan()


def test_credit_is_recorded_by_the_approving_organ_and_settles_the_task() -> None:
    """整改认定之后立记入信用的待办；决定人记入即办结，不能只说办了。"""
    book = confirmed()
    book.do(ORDER, DECIDER, "2026-09-14")
    book.do(RECTIFIED, REVIEWER, "2026-09-15")
    (fact,) = events_of(book.do(CREDIT, MACHINE, "2026-09-15"))
    assert isinstance(fact, Opened)
    assert fact.organs == (APPROVER,)
    claim = replace(NOT_RECORDED, taken=True)
    book.refuse(Refusal.MEASURE_BY_RECORD, claim, DECIDER, "2026-09-16")
    added, closed = events_of(book.do(RECORD, DECIDER, "2026-09-16"))
    assert isinstance(added, credit.RecordAdded)
    assert isinstance(closed, Closed)
    assert (closed.taken, closed.document_no) == (True, "ZG-1")


def test_a_person_may_be_faster_or_say_why_not() -> None:
    """人先记入的不再立；依法不记入的说明理由办结。"""
    book = confirmed()
    book.do(ORDER, DECIDER, "2026-09-14")
    book.do(RECTIFIED, REVIEWER, "2026-09-15")
    unwilling = Book(dict(book.streams), dict(book.claims))
    assert len(book.do(RECORD, DECIDER, "2026-09-15").writes) == 1
    assert book.do(CREDIT, MACHINE, "2026-09-15") == Plan()
    unwilling.do(CREDIT, MACHINE, "2026-09-15")
    unwilling.refuse(
        Refusal.MEASURE_REASONS, replace(NOT_RECORDED, reasons=""), DECIDER, "2026-09-16"
    )
    unwilling.do(NOT_RECORDED, DECIDER, "2026-09-16")


@pytest.mark.parametrize("reason", VoidReason)
def test_only_a_decision_settles_the_breach(reason: VoidReason) -> None:
    """承诺随撤销、不予许可而终止的，记入信用；许可另因终结的，不说明落空，只有已移送的处罚。"""
    book = confirmed()
    book.put(f"commitment/{ID}", commitment.Voided(reason, "CX-1"))
    opened = events_of(book.do(CREDIT, MACHINE, "2026-09-16"))
    assert bool(opened) is (reason in commitment.DECIDED)
    assert len(events_of(book.do(PENALTY, MACHINE, "2026-09-16"))) == 1  # 机器晚到的照立


def test_a_breach_suspected_again_leaves_the_first_one_settled() -> None:
    """整改过的承诺又被疑，先前那一次照样记入信用。"""
    book = confirmed()
    book.do(ORDER, DECIDER, "2026-09-14")
    book.do(RECTIFIED, REVIEWER, "2026-09-15")
    book.do(SUSPECT, CHECKER, "2026-09-16")
    assert len(events_of(book.do(CREDIT, MACHINE, "2026-09-16"))) == 1


# -- handling suspended


@pytest.mark.parametrize("path", [Path.RECTIFY_SUSPENDED, Path.RECTIFY_FIRST])
def test_while_handling_is_suspended_nothing_is_granted_on_the_licence(path: Path) -> None:
    """责令整改并中止办理的，不准予变更、延续；只责令整改的照办。整改认定完成即恢复。"""
    book = confirmed(path)
    change = ChangeLicence(LICENCE, "BG-1", (ChangeMatter.NAME,), "更名")
    renew = Renew(LICENCE, "YX-1", date(2036, 3, 3))
    book.do(RequestRenewal(LICENCE, "YS-1"), CLERK, "2026-09-13")
    book.do(ORDER, DECIDER, "2026-09-14")
    if path is Path.RECTIFY_FIRST:
        book.do(change, DECIDER, "2026-09-14")
        return
    for act in (change, renew):
        book.refuse(Refusal.COMMITMENT_SUSPENDED, act, DECIDER, "2026-09-14", document_no="ZG-1")
    book.do(RECTIFIED, REVIEWER, "2026-09-15")
    for act in (change, renew):
        book.do(act, DECIDER, "2026-09-16")


def test_a_failed_rectification_stays_suspended() -> None:
    """整改没有完成的，中止办理到承诺终止为止。"""
    book = confirmed()
    book.do(ORDER, DECIDER, "2026-09-14")
    failed = commitment.RectificationFailed(commitment.FailureReason.REFUSED, "拒不整改", None)
    book.put(f"commitment/{ID}", failed)
    change = ChangeLicence(LICENCE, "BG-1", (ChangeMatter.NAME,), "更名")
    book.refuse(Refusal.COMMITMENT_SUSPENDED, change, DECIDER, "2026-09-14")
