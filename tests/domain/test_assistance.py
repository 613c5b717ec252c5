"""帮代办：无偿，帮办的人即本件的代办人，故不得经手；办成与否以办件的决定为准（机制 50）。"""

from dataclasses import replace
from datetime import date
from typing import Final

from domain import assistance, record
from domain.acts.assistances import BeginAssistance, FinishAssistance
from domain.acts.services import AwardPoints
from domain.assistance import AssistanceOutcome, Begin, Begun, Finish, Finished
from domain.decider import Plan
from domain.refusals import Refusal
from domain.terms import CaseNo, SubjectId
from tests.domain.case_file import (
    MACHINE,
    Book,
    case_files,
    check_impossible,
    events_of,
    person,
    town,
)
from tests.domain.laws import anything, check_decider_laws
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
)

given = case_files(assistance.AGGREGATE, assistance.decide)
TODAY: Final = date(2026, 3, 2)
HELPER: Final = person("helper")
BEGUN: Final = Begun(HELPER, SubjectId("S-1"), "白沙厂房", TODAY, person("clerk"))
DONE: Final = Finished(AssistanceOutcome.DONE, "", date(2026, 3, 4), person("clerk"))
NOT_DONE: Final = replace(DONE, outcome=AssistanceOutcome.NOT_DONE, explanation="不予许可")
LIVES: Final = ((), (BEGUN,), (BEGUN, DONE))
BEGIN: Final = Begin(BEGUN, HELPER)


def test_the_helper_is_the_agent_of_the_case() -> None:
    """帮办的人须是本件所载的代办人；再记无事可办。"""
    given().when(BEGIN).then(BEGUN)
    given(BEGUN).when(BEGIN).then()
    given(BEGUN, DONE).when(BEGIN).then()
    for agent in (None, person("other")):
        given().when(replace(BEGIN, agent=agent)).refused(
            Refusal.ASSISTANCE_NOT_AGENT, person=HELPER
        )
    other = replace(BEGIN, fact=replace(BEGUN, project="别的"))
    given(BEGUN).when(other).refused(Refusal.ASSISTANCE_BEGUN, person=HELPER)


def test_the_decision_says_whether_it_was_done() -> None:
    """准予了的才算办成；没有办成的、不要帮了的写明为何；一次。"""
    given(BEGUN).when(Finish(DONE, granted=True)).then(DONE)
    given(BEGUN).when(Finish(DONE, granted=False)).refused(Refusal.ASSISTANCE_OUTCOME)
    given(BEGUN).when(Finish(NOT_DONE, granted=True)).refused(Refusal.ASSISTANCE_OUTCOME)
    given(BEGUN).when(Finish(NOT_DONE, granted=False)).then(NOT_DONE)
    mute = replace(NOT_DONE, explanation=" ")
    given(BEGUN).when(Finish(mute, granted=False)).refused(Refusal.CASE_REASONS_MISSING)
    given(BEGUN, DONE).when(Finish(DONE, granted=True)).then()
    given(BEGUN, DONE).when(Finish(NOT_DONE, granted=False)).refused(
        Refusal.ASSISTANCE_FINISHED, on="2026-03-04"
    )
    given().when(Finish(DONE, granted=True)).refused(Refusal.ASSISTANCE_NOT_FOUND)


def test_contradictory_history_stops() -> None:
    """不可能的历史当即停下。"""
    check_impossible(assistance.AGGREGATE, LIVES, (BEGUN, DONE))


def test_laws() -> None:
    """同样的现状同样的答复，办成的再办不再添事。"""
    check_decider_laws(assistance.AGGREGATE, assistance.decide, anything(assistance.Command), LIVES)


# -- on a book

START: Final = BeginAssistance(NO, HELPER, "白沙厂房")
END: Final = FinishAssistance(NO, AssistanceOutcome.DONE)


def helped() -> Book:
    """收了一件，代办人是中心的人；已开始帮代办。"""
    book = town()
    book.do(replace(RECEIVE, agent=HELPER), CLERK, "2026-03-02")
    book.do(START, CLERK, "2026-03-02")
    return book


def test_a_case_is_helped_for_nothing() -> None:
    """办成了：记完成，不计代办积分；没有帮代办的代办件照常计分。"""
    book = helped()
    book.do(ACCEPT, CLERK, "2026-03-02")
    book.do(REVIEW, REVIEWER, "2026-03-03")
    book.refuse(Refusal.ASSISTANCE_OUTCOME, END, CLERK, "2026-03-03")
    book.do(APPROVE, DECIDER, "2026-03-04")
    assert events_of(book.do(END, CLERK, "2026-03-04")) == (DONE,)
    assert book.do(AwardPoints(NO), MACHINE, "2026-03-04") == Plan()
    book.refuse(Refusal.CASE_ALREADY_DECIDED, START, CLERK, "2026-03-05")
    paid = town()
    paid.do(replace(RECEIVE, agent=HELPER), CLERK, "2026-03-02")
    paid.do(ACCEPT, CLERK, "2026-03-02")
    paid.do(REVIEW, REVIEWER, "2026-03-03")
    paid.do(REJECT, DECIDER, "2026-03-04")
    (points,) = events_of(paid.do(AwardPoints(NO), MACHINE, "2026-03-04"))
    assert isinstance(points, record.PointsAwarded)


def test_the_helper_does_not_handle_what_he_helps() -> None:
    """帮办的人来受理：拒绝（SD12）。"""
    book = helped()
    helper = book.hire("helper", CLERK.role, CLERK.organ, HELPER)
    book.refuse(
        Refusal.DUTY_AGENT, ACCEPT, replace(helper, in_name_of=CLERK.in_name_of), "2026-03-02"
    )


def test_a_case_that_is_not_there() -> None:
    """没有此件的，无从帮办。"""
    unknown = CaseNo("2026-000099")
    for act in (replace(START, case_no=unknown), replace(END, case_no=unknown)):
        town().refuse(Refusal.CASE_NOT_FOUND, act, CLERK, "2026-03-02")
