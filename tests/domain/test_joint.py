"""并联审批：开始、征求、答复、逾期、汇总、终止；决定等汇总。"""

from dataclasses import replace
from datetime import date

from domain import joint
from domain.acts.joints import (
    ConcludeJointReview,
    GiveOpinion,
    HoldJointStep,
    MarkOpinionOverdue,
    OpenJointReview,
    RequestOpinion,
)
from domain.case import ReviewOpinion
from domain.catalogue import ReviewRules
from domain.decider import Event, Plan
from domain.joint import (
    Ask,
    Conclude,
    End,
    Give,
    HoldStep,
    JointConcluded,
    JointEnded,
    JointOpened,
    JointStep,
    JointStepHeld,
    MarkOverdue,
    Open,
    OpinionGiven,
    OpinionOverdue,
    OpinionRequested,
)
from domain.refusals import Refusal
from domain.terms import Actor, CaseNo, Organ, PersonId, Role
from tests.domain.case_file import (
    APPROVER,
    MACHINE,
    STAFF,
    SUPERVISOR,
    Book,
    case_files,
    check_impossible,
    events_of,
    person,
)
from tests.domain.laws import anything, check_decider_laws
from tests.domain.proceedings import (
    APPROVE,
    DECIDER,
    NO,
    REJECT,
    REVIEW,
    REVIEWER,
    accepted,
    handled,
)

given = case_files(joint.AGGREGATE, joint.decide)

FIRE, HOUSING, STRANGER = Organ("350505-XFJY"), Organ("350505-ZJJ"), Organ("350505-SLJ")
WHO, AT_FIRE = PersonId("P-W"), PersonId("P-F")
ACCEPTED_ON, DUE, LIMIT = date(2026, 3, 2), date(2026, 3, 16), date(2026, 5, 8)
LATER = date(2026, 3, 17)
OPENED = JointOpened(APPROVER, (FIRE, HOUSING), ACCEPTED_ON, 45, LIMIT, WHO)
ASKED = OpinionRequested(FIRE, "消防设计", "XT-1", ACCEPTED_ON, 10, DUE, WHO)
ASKED_TOO = replace(ASKED, body=HOUSING, document_no="XT-2")
GIVEN = OpinionGiven(FIRE, ReviewOpinion.APPROVE, "符合规范", AT_FIRE)
AGAINST = replace(GIVEN, opinion=ReviewOpinion.REJECT, reasons="间距不足")
LATE = OpinionOverdue(HOUSING, DUE)
SURVEY = JointStepHeld(JointStep.SURVEY, (APPROVER, FIRE), (SUPERVISOR,), DUE, "一致", WHO)
TOGETHER = JointConcluded(ReviewOpinion.APPROVE, "各家同意", (HOUSING,), WHO)
ENDED = JointEnded((FIRE,), LATER)
BOTH_DONE = (OPENED, ASKED, ASKED_TOO, GIVEN, LATE)
LIVES: tuple[tuple[Event, ...], ...] = (
    (OPENED,),
    (OPENED, ASKED),
    (OPENED, ASKED, ASKED_TOO, LATE),
    (OPENED, ASKED, GIVEN, SURVEY),
    BOTH_DONE,
    (*BOTH_DONE, TOGETHER),
    (OPENED, ASKED, ENDED),
)


# -- the aggregate


def test_opened_once_with_somebody_to_ask() -> None:
    """有协办机关才有并联，一次。"""
    given().when(Open(OPENED)).then(OPENED)
    given(OPENED).when(Open(OPENED)).then()
    given().when(Open(replace(OPENED, bodies=()))).refused(Refusal.JOINT_NO_BODY)
    again = Open(replace(OPENED, handler=AT_FIRE))
    given(OPENED).when(again).refused(Refusal.JOINT_OPENED, organ=f"{FIRE}、{HOUSING}")
    answered = (OPENED, ASKED, ASKED_TOO, GIVEN, replace(GIVEN, body=HOUSING))
    given(*answered).when(again).refused(Refusal.JOINT_OPENED, organ=APPROVER)


def test_each_body_is_asked_once_within_the_limit() -> None:
    """只征求协办机关，一家一次，限期不超出并联的限期。"""
    given(OPENED).when(Ask(ASKED, LIMIT)).then(ASKED)
    given(OPENED, ASKED).when(Ask(ASKED, LIMIT)).then()
    given().when(Ask(ASKED, LIMIT)).refused(Refusal.JOINT_NOT_FOUND)
    stranger = Ask(replace(ASKED, body=STRANGER), LIMIT)
    given(OPENED).when(stranger).refused(Refusal.JOINT_NOT_A_BODY, organ=STRANGER)
    again = Ask(replace(ASKED, document_no="XT-9"), LIMIT)
    given(OPENED, ASKED).when(again).refused(Refusal.JOINT_ASKED, due_on="2026-03-16")
    given(OPENED).when(Ask(ASKED, date(2026, 3, 13))).refused(
        Refusal.JOINT_LIMIT, due_on="2026-03-13"
    )
    given(*BOTH_DONE, TOGETHER).when(again).refused(Refusal.JOINT_CONCLUDED, handler=WHO)


def test_who_was_asked_answers_and_may_change_its_mind() -> None:
    """被征求的机关说明理由；逾期的补提、提过的改提，都在汇总之前。"""
    given(OPENED, ASKED).when(Give(GIVEN)).then(GIVEN)
    given(OPENED, ASKED, GIVEN).when(Give(GIVEN)).then()
    given(OPENED, ASKED, AGAINST).when(Give(GIVEN)).then(GIVEN)
    given(OPENED).when(Give(GIVEN)).refused(Refusal.JOINT_NOT_ASKED, organ=FIRE)
    given(OPENED, ASKED).when(Give(replace(GIVEN, reasons=" "))).refused(
        Refusal.CASE_REASONS_MISSING
    )
    given().when(Give(GIVEN)).refused(Refusal.JOINT_NOT_FOUND)
    late = replace(GIVEN, body=HOUSING)
    given(*BOTH_DONE).when(Give(late)).then(late)
    given(*BOTH_DONE, TOGETHER).when(Give(late)).refused(Refusal.JOINT_CONCLUDED)
    given(OPENED, ASKED, ENDED).when(Give(GIVEN)).refused(Refusal.JOINT_ENDED, on="2026-03-17")


def test_a_branch_is_overdue_when_its_day_is_over() -> None:
    """限期之日过完才算逾期，记一次；答复了的、终止了的无事可办。"""
    asked = (OPENED, ASKED_TOO)
    given(*asked).when(MarkOverdue(LATE, DUE)).refused(
        Refusal.JOINT_NOT_YET_DUE, due_on="2026-03-16"
    )
    given(*asked).when(MarkOverdue(LATE, LATER)).then(LATE)
    given(*asked, LATE).when(MarkOverdue(LATE, LATER)).then()
    given(*asked, replace(GIVEN, body=HOUSING)).when(MarkOverdue(LATE, LATER)).then()
    given(*asked, replace(ENDED, waiting=(HOUSING,))).when(MarkOverdue(LATE, LATER)).then()
    given(OPENED).when(MarkOverdue(LATE, LATER)).refused(Refusal.JOINT_NOT_ASKED)


def test_a_step_is_held_together_by_those_who_take_part() -> None:
    """参加的是牵头、协办机关，观察员来自监管部门，至少一家。"""
    hold = HoldStep(SURVEY, (SUPERVISOR,))
    given(OPENED).when(hold).then(SURVEY)
    given(OPENED, SURVEY).when(hold).then()
    given().when(hold).refused(Refusal.JOINT_NOT_FOUND)
    given(OPENED).when(HoldStep(SURVEY, ())).refused(Refusal.JOINT_NOT_A_BODY, organ=SUPERVISOR)
    strange = HoldStep(replace(SURVEY, bodies=(STRANGER,)), (SUPERVISOR,))
    given(OPENED).when(strange).refused(Refusal.JOINT_NOT_A_BODY, organ=STRANGER)
    nobody = HoldStep(replace(SURVEY, bodies=()), (SUPERVISOR,))
    given(OPENED).when(nobody).refused(Refusal.JOINT_NOT_A_BODY, organ="")
    given(*BOTH_DONE, TOGETHER).when(hold).refused(Refusal.JOINT_CONCLUDED)


def test_concluded_when_all_have_answered_or_are_late() -> None:
    """各家都已答复或逾期才汇总，逾期的点名；有不同意的不得汇总为同意。"""
    wanted = Conclude(replace(TOGETHER, silent=()))
    given(*BOTH_DONE).when(wanted).then(TOGETHER)
    given(*BOTH_DONE, TOGETHER).when(wanted).then()
    given(OPENED, ASKED, GIVEN).when(wanted).refused(Refusal.JOINT_OPENED, organ=HOUSING)
    given().when(wanted).refused(Refusal.JOINT_NOT_FOUND)
    given(*BOTH_DONE, AGAINST).when(wanted).refused(Refusal.JOINT_OPPOSED, organ=FIRE)
    refusing = replace(TOGETHER, opinion=ReviewOpinion.REJECT, reasons="间距不足")
    given(*BOTH_DONE, AGAINST).when(Conclude(refusing)).then(refusing)
    given(*BOTH_DONE).when(Conclude(replace(TOGETHER, reasons=""))).refused(
        Refusal.CASE_REASONS_MISSING
    )
    answered = (*BOTH_DONE, replace(GIVEN, body=HOUSING))
    given(*answered).when(Conclude(TOGETHER)).then(replace(TOGETHER, silent=()))
    given(OPENED, ASKED, ENDED).when(wanted).refused(Refusal.JOINT_ENDED)


def test_what_the_case_ends_without_is_over() -> None:
    """办件告结，没有汇总的终止，还没有答复的点名；没有并联、已经汇总的无事可办。"""
    given(OPENED, ASKED).when(End(LATER)).then(ENDED)
    given(OPENED, ASKED, ENDED).when(End(LATER)).then()
    given().when(End(LATER)).then()
    given(*BOTH_DONE, TOGETHER).when(End(LATER)).then()


def test_laws_of_the_decider() -> None:
    """同样的现状同样的答复；重复不再添事；重放等于现状。"""
    check_decider_laws(joint.AGGREGATE, joint.decide, anything(joint.Command), LIVES)


def test_impossible_histories_stop_at_once() -> None:
    """办不出来的历史当即停下。"""
    facts = (OPENED, ASKED, ASKED_TOO, GIVEN, LATE, SURVEY, TOGETHER, ENDED)
    check_impossible(joint.AGGREGATE, ((), *LIVES), facts)


# -- the acts


JOINT_ITEM = ReviewRules(joint_bodies=(FIRE, HOUSING))
OPEN = OpenJointReview(NO)
TO_FIRE = RequestOpinion(NO, FIRE, "消防设计", "XT-1", 10)
TO_HOUSING = RequestOpinion(NO, HOUSING, "结构安全", "XT-2", 10)
OPINION = GiveOpinion(NO, ReviewOpinion.APPROVE, "符合规范")
SUM = ConcludeJointReview(NO, ReviewOpinion.APPROVE, "各家同意")


def _reviewer(book: Book, account: str, organ: Organ) -> Actor:
    return book.hire(account, Role.REVIEWER, organ, person(account))


def _joint(legal_days: int = 45) -> tuple[Book, Actor, Actor]:
    book = accepted(handled(review=JOINT_ITEM, legal_days=legal_days), "2026-03-02")
    return book, _reviewer(book, "fire", FIRE), _reviewer(book, "housing", HOUSING)


def test_the_lead_opens_asks_and_concludes() -> None:
    """牵头机关开始、征求、汇总；协办机关各自答复；汇总之后才能决定。"""
    book, fire, housing = _joint()
    book.do(REVIEW, REVIEWER, "2026-03-02")
    book.refuse(Refusal.DUTY_ORGAN, OPEN, fire, "2026-03-02", organ=APPROVER)
    book.refuse(Refusal.JOINT_REQUIRED, APPROVE, DECIDER, "2026-03-03")
    (opened,) = events_of(book.do(OPEN, REVIEWER, "2026-03-02"))
    assert opened == replace(OPENED, handler=person("reviewer"))
    book.refuse(Refusal.DUTY_ORGAN, TO_FIRE, fire, "2026-03-02")
    book.do(TO_FIRE, REVIEWER, "2026-03-02")
    book.do(TO_HOUSING, REVIEWER, "2026-03-02")
    book.refuse(Refusal.JOINT_OPENED, APPROVE, DECIDER, "2026-03-03")
    book.refuse(Refusal.JOINT_OPENED, REJECT, DECIDER, "2026-03-03")
    book.refuse(Refusal.DUTY_ORGAN, OPINION, REVIEWER, "2026-03-03")
    book.do(OPINION, fire, "2026-03-03")
    book.do(OPINION, housing, "2026-03-03")
    step = HoldJointStep(NO, JointStep.SURVEY, (APPROVER, FIRE), "一致", (SUPERVISOR,))
    (held,) = events_of(book.do(step, REVIEWER, "2026-03-03"))
    assert isinstance(held, JointStepHeld)
    assert held.held_on == date(2026, 3, 3)
    book.refuse(Refusal.DUTY_ORGAN, SUM, fire, "2026-03-03")
    book.refuse(Refusal.DUTY_ORGAN, step, fire, "2026-03-03")
    book.do(SUM, REVIEWER, "2026-03-04")
    book.do(APPROVE, DECIDER, "2026-03-05")


def test_against_means_no_licence() -> None:
    """汇总不同意的不得准予，可以不予许可。"""
    book, fire, housing = _joint()
    book.do(REVIEW, REVIEWER, "2026-03-02")
    for act in (OPEN, TO_FIRE, TO_HOUSING):
        book.do(act, REVIEWER, "2026-03-02")
    book.do(replace(OPINION, opinion=ReviewOpinion.REJECT), fire, "2026-03-03")
    book.do(OPINION, housing, "2026-03-03")
    book.do(replace(SUM, opinion=ReviewOpinion.REJECT), REVIEWER, "2026-03-04")
    book.refuse(Refusal.JOINT_CONCLUDED, APPROVE, DECIDER, "2026-03-05", opinion="REJECT")
    book.do(REJECT, DECIDER, "2026-03-05")


def test_a_case_without_joint_review_may_be_rejected() -> None:
    """该并联而没有开始的，不予许可不必等。"""
    book, _, _ = _joint()
    book.do(REVIEW, REVIEWER, "2026-03-02")
    book.do(REJECT, DECIDER, "2026-03-05")


def test_the_limit_is_never_more_than_the_item_has() -> None:
    """事项的法定时限更短的，从其短；分支的限期也在其内。"""
    book, _, _ = _joint(legal_days=20)
    (opened,) = events_of(book.do(OPEN, REVIEWER, "2026-03-02"))
    assert isinstance(opened, JointOpened)
    assert (opened.days, opened.due_on) == (20, date(2026, 3, 30))
    far = replace(TO_FIRE, days=21)
    book.refuse(Refusal.JOINT_LIMIT, far, REVIEWER, "2026-03-02", due_on="2026-03-30")
    book.do(replace(TO_FIRE, days=20), REVIEWER, "2026-03-02")


def test_nobody_is_asked_before_the_opening() -> None:
    """没有开始并联的、没有受理的、没有此件的，都不能办。"""
    book, fire, _ = _joint()
    book.refuse(Refusal.JOINT_NOT_FOUND, TO_FIRE, REVIEWER, "2026-03-02")
    book.refuse(Refusal.JOINT_NOT_FOUND, OPINION, fire, "2026-03-02")
    none = CaseNo("2026-000009")
    for act, who in (
        (replace(OPEN, case_no=none), REVIEWER),
        (replace(TO_FIRE, case_no=none), REVIEWER),
        (replace(OPINION, case_no=none), fire),
        (replace(SUM, case_no=none), REVIEWER),
        (HoldJointStep(none, JointStep.MAPPING, (FIRE,), "一致"), REVIEWER),
    ):
        book.refuse(Refusal.CASE_NOT_FOUND, act, who, "2026-03-02")


def test_the_machine_marks_a_late_branch() -> None:
    """限期过完，机器记逾期；日历未公布的不能断定；没有征求过的拒绝。"""
    book, _, _ = _joint()
    late = MarkOpinionOverdue(NO, FIRE)
    book.refuse(Refusal.JOINT_NOT_ASKED, late, MACHINE, "2026-03-17")
    book.do(OPEN, REVIEWER, "2026-03-02")
    book.do(TO_FIRE, REVIEWER, "2026-03-02")
    book.refuse(Refusal.JOINT_NOT_YET_DUE, late, MACHINE, "2026-03-16")
    assert events_of(book.do(late, MACHINE, "2026-03-17")) == (OpinionOverdue(FIRE, DUE),)
    assert book.ask(late, MACHINE, "2026-03-18") == Plan()


def test_an_unknown_calendar_makes_nobody_late() -> None:
    """限期越过已公布的日历：不能断定逾期。"""
    book = accepted(handled(review=JOINT_ITEM, legal_days=45), "2026-12-25")
    book.do(OPEN, REVIEWER, "2026-12-25")
    book.do(TO_FIRE, REVIEWER, "2026-12-25")
    late = MarkOpinionOverdue(NO, FIRE)
    book.refuse(Refusal.JOINT_NOT_YET_DUE, late, MACHINE, "2027-03-01")


def test_a_supervisor_may_not_lead() -> None:
    """监管部门的人不能开始并联。"""
    book, _, _ = _joint()
    book.refuse(Refusal.DUTY_ROLE, OPEN, STAFF["supervisor"], "2026-03-02")
