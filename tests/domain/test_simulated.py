"""模拟审批：没有法律效力，不起算期限；条件齐了、主体与方案没有变，才转为正式申请。"""

from dataclasses import replace
from datetime import date
from typing import Final

import pytest

from domain import case, simulated
from domain.acts.intake import Accept
from domain.acts.simulations import (
    ChangeScheme,
    ConvertSimulation,
    ExpireSimulation,
    IssueSimulatedOpinion,
    LapseSimulation,
    MeetCondition,
    OpenSimulation,
    RecordSuccessor,
)
from domain.decider import Plan
from domain.refusals import Refusal
from domain.simulated import (
    Condition,
    ConditionMet,
    Converted,
    Lapsed,
    Opened,
    OpinionIssued,
    SchemeChanged,
    SimulatedView,
    SimulationEnd,
    SimulationGround,
    SuccessorRecorded,
)
from domain.terms import CaseKind, CaseNo, Channel, ItemCode, Organ, Role, Sha256, SubjectId
from domain.timers import TimerKind, advance
from tests.domain.case_file import (
    APPROVER,
    ITEM,
    ITEM_V1,
    MACHINE,
    SHA,
    STAFF,
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

given = case_files(simulated.AGGREGATE, simulated.decide)
TODAY, LAST = date(2026, 3, 2), date(2026, 8, 31)
SIM: Final = "MN-1"
FORMAL: Final = CaseNo("2026-000077")
PLAN: Final = "控规 2025 版"
SCHEME, OTHER = SHA, Sha256("b" * 64)
LAND: Final = Condition("土地出让合同", None)
PRIOR: Final = Condition("用地规划许可", NO)
OPENED: Final = Opened(
    item_code=ITEM,
    item_version=1,
    applicant=SubjectId("S-1"),
    project="白沙厂房",
    ground=SimulationGround.LAND,
    conditions=(LAND, PRIOR),
    scheme_sha256=SCHEME,
    plan_version=PLAN,
    opened_on=TODAY,
    valid_until=LAST,
    handler=person("clerk"),
)
OPINION: Final = OpinionIssued(
    SimulatedView.FEASIBLE, ("土地出让合同",), SCHEME, 1, PLAN, "合乎规划", person("reviewer")
)
SIGNED: Final = ConditionMet(LAND.name, "CR-7", person("clerk"))
GRANTED: Final = ConditionMet(PRIOR.name, NO, None)
CHANGED: Final = SchemeChanged(OTHER, "层数减为三层", person("clerk"))
SUCCEEDED: Final = SuccessorRecorded(SubjectId("S-2"), "YZ-3", person("clerk"))
CONVERTED: Final = Converted(FORMAL, SubjectId("S-1"), TODAY, person("clerk"))
LAPSED: Final = Lapsed(SimulationEnd.LAND_LOST, "由他人竞得", person("clerk"))
READY: Final = (OPENED, OPINION, SIGNED, GRANTED)
LIVES: Final = (
    (),
    (OPENED,),
    READY,
    (*READY, CHANGED),
    (*READY, SUCCEEDED),
    (*READY, CONVERTED),
    (OPENED, LAPSED),
)
OPEN: Final = simulated.Open(replace(OPENED), (NO,))
ISSUE: Final = simulated.IssueOpinion(replace(OPINION, scheme_sha256=OTHER), TODAY)
CONVERT: Final = simulated.Convert(CONVERTED, SCHEME, PLAN, 1)


def test_it_is_opened_for_what_is_missing() -> None:
    """写明缺什么、等哪一件、至何日；同样的再办无事可办。"""
    given().when(OPEN).then(OPENED)
    given(OPENED).when(OPEN).then()
    given(OPENED).when(replace(OPEN, fact=replace(OPENED, project="别的"))).refused(
        Refusal.SIMULATED_EXISTS, valid_until="2026-08-31", handler="P-clerk"
    )
    for conditions in ((), (LAND, LAND)):
        bad = replace(OPEN, fact=replace(OPENED, conditions=conditions))
        given().when(bad).refused(Refusal.SIMULATED_NO_CONDITION)
    given().when(replace(OPEN, fact=replace(OPENED, valid_until=TODAY))).refused(
        Refusal.SIMULATED_PERIOD, valid_until="2026-03-02"
    )
    given().when(replace(OPEN, pending=())).refused(Refusal.SIMULATED_NOT_PENDING, case_no=NO)


def test_an_opinion_is_no_decision() -> None:
    """由启动以外的人、依现在的方案出具；可以再出；期限过了不再出。"""
    given(OPENED).when(ISSUE).then(OPINION)
    given(OPENED, OPINION).when(ISSUE).then()
    given(OPENED).when(replace(ISSUE, fact=replace(OPINION, handler=person("clerk")))).refused(
        Refusal.DUTY_SAME_PERSON
    )
    given(OPENED).when(replace(ISSUE, fact=replace(OPINION, explanation=""))).refused(
        Refusal.CASE_REASONS_MISSING
    )
    given(*READY, CHANGED).when(ISSUE).then(replace(OPINION, scheme_sha256=OTHER))
    given(OPENED).when(replace(ISSUE, today=date(2026, 9, 1))).refused(Refusal.SIMULATED_OVERDUE)
    given().when(ISSUE).refused(Refusal.SIMULATED_NOT_FOUND)


def test_conditions_come_one_by_one() -> None:
    """所等的条件，写明凭据，一项只记一次。"""
    given(OPENED).when(simulated.Meet(SIGNED)).then(SIGNED)
    given(OPENED, SIGNED).when(simulated.Meet(replace(SIGNED, reference="X"))).then()
    given(OPENED).when(simulated.Meet(replace(SIGNED, name="环评"))).refused(
        Refusal.SIMULATED_OTHER_CONDITION, name="环评"
    )
    given(OPENED).when(simulated.Meet(replace(SIGNED, reference=" "))).refused(
        Refusal.SIMULATED_NO_REFERENCE
    )
    given(OPENED, LAPSED).when(simulated.Meet(SIGNED)).refused(
        Refusal.SIMULATED_LAPSED, why="LAND_LOST"
    )


def test_scheme_and_applicant_may_change() -> None:
    """方案变更说明理由，主体承继写明依据；没有变的无事可办。"""
    given(OPENED).when(simulated.ChangeScheme(CHANGED)).then(CHANGED)
    given(OPENED).when(simulated.ChangeScheme(replace(CHANGED, scheme_sha256=SCHEME))).then()
    given(OPENED).when(simulated.ChangeScheme(replace(CHANGED, explanation=""))).refused(
        Refusal.CASE_REASONS_MISSING
    )
    given().when(simulated.ChangeScheme(CHANGED)).refused(Refusal.SIMULATED_NOT_FOUND)
    given(OPENED).when(simulated.RecordSuccessor(SUCCEEDED)).then(SUCCEEDED)
    same = replace(SUCCEEDED, successor=SubjectId("S-1"))
    given(OPENED).when(simulated.RecordSuccessor(same)).then()
    given(OPENED).when(simulated.RecordSuccessor(replace(SUCCEEDED, document_no=""))).refused(
        Refusal.SIMULATED_NO_REFERENCE
    )
    given().when(simulated.RecordSuccessor(SUCCEEDED)).refused(Refusal.SIMULATED_NOT_FOUND)


def test_conversion_needs_everything_as_it_was_reviewed() -> None:
    """条件齐、主体同、意见可行、方案与法与规划都没有变；过了期限不再转。"""
    given(*READY).when(CONVERT).then(CONVERTED)
    given(*READY, CONVERTED).when(CONVERT).then()
    given(OPENED, OPINION, SIGNED).when(CONVERT).refused(
        Refusal.SIMULATED_CONDITIONS_OPEN, missing=PRIOR.name
    )
    given(*READY, SUCCEEDED).when(CONVERT).refused(Refusal.SIMULATED_OTHER_APPLICANT)
    heir = replace(CONVERTED, applicant=SubjectId("S-2"))
    given(*READY, SUCCEEDED).when(replace(CONVERT, fact=heir)).then(heir)
    adverse = replace(OPINION, view=SimulatedView.INFEASIBLE)
    for life in ((OPENED, SIGNED, GRANTED), (OPENED, adverse, SIGNED, GRANTED)):
        given(*life).when(CONVERT).refused(Refusal.SIMULATED_NOT_FEASIBLE)
    for changed in (
        replace(CONVERT, scheme_sha256=OTHER),
        replace(CONVERT, plan_version="控规 2026 版"),
        replace(CONVERT, item_version=2),
    ):
        given(*READY).when(changed).refused(Refusal.SIMULATED_REVIEW_AGAIN)
    late = replace(CONVERT, fact=replace(CONVERTED, converted_on=date(2026, 9, 1)))
    given(*READY).when(late).refused(Refusal.SIMULATED_OVERDUE, valid_until="2026-08-31")
    given(*READY, CONVERTED).when(OPEN).then()
    given(*READY, CONVERTED).when(simulated.Meet(SIGNED)).refused(
        Refusal.SIMULATED_CONVERTED, case_no=FORMAL
    )


def test_it_lapses() -> None:
    """期限过完才算期满，其余的说明理由；只终止一次。"""
    lapse = simulated.Lapse(LAPSED, TODAY)
    given(OPENED).when(lapse).then(LAPSED)
    given(OPENED, LAPSED).when(lapse).then()
    given(OPENED).when(replace(lapse, fact=replace(LAPSED, explanation=""))).refused(
        Refusal.CASE_REASONS_MISSING
    )
    over = Lapsed(SimulationEnd.OVERDUE, "", None)
    given(OPENED).when(simulated.Lapse(over, LAST)).refused(Refusal.SIMULATED_NOT_YET_DUE)
    given(OPENED).when(simulated.Lapse(over, date(2026, 9, 1))).then(over)
    given(*READY, CONVERTED).when(lapse).refused(Refusal.SIMULATED_CONVERTED)


def test_contradictory_history_stops() -> None:
    """不可能的历史当即停下。"""
    events = (OPENED, OPINION, SIGNED, GRANTED, CHANGED, SUCCEEDED, CONVERTED, LAPSED)
    check_impossible(simulated.AGGREGATE, LIVES, events)


def test_laws() -> None:
    """同样的现状同样的答复，办成的再办不再添事。"""
    check_decider_laws(simulated.AGGREGATE, simulated.decide, anything(simulated.Command), LIVES)


def test_its_only_deadline_is_its_own() -> None:
    """期限簿上只有模拟自己的期限，转正或终止即了。"""
    (timer,) = advance((), OPENED, 1)
    assert (timer.kind, timer.due_on) == (TimerKind.SIMULATION, LAST)
    for event in (CONVERTED, LAPSED):
        assert advance((timer,), event, 2) == ()


# -- on a book

START: Final = OpenSimulation(
    simulated_no=SIM,
    item_code=ITEM,
    applicant=SubjectId("S-1"),
    project="白沙厂房",
    ground=SimulationGround.LAND,
    conditions=(LAND, PRIOR),
    scheme_sha256=SCHEME,
    plan_version=PLAN,
    valid_until=LAST,
)
ADVISE: Final = IssueSimulatedOpinion(
    SIM, SimulatedView.FEASIBLE, "合乎规划", PLAN, ("土地出让合同",)
)
SIGN: Final = MeetCondition(SIM, LAND.name, "CR-7")
FORESEEN: Final = MeetCondition(SIM, PRIOR.name, NO)
TURN: Final = ConvertSimulation(
    simulated_no=SIM,
    case_no=FORMAL,
    channel=Channel.COUNTER,
    applicant=SubjectId("S-1"),
    materials=RECEIVE.materials,
    receipt_no="SJ-77",
    scheme_sha256=SCHEME,
    plan_version=PLAN,
)
DROP: Final = LapseSimulation(SIM, SimulationEnd.LAND_LOST, "由他人竞得")


def opened() -> Book:
    """前置事项在办，模拟审批已启动、已出意见。"""
    book = town()
    book.do(RECEIVE, CLERK, "2026-03-02")
    book.do(START, CLERK, "2026-03-02")
    book.do(ADVISE, REVIEWER, "2026-03-05")
    return book


def ready() -> Book:
    """土地合同签了，前置事项准予了。"""
    book = opened()
    book.do(SIGN, CLERK, "2026-04-01")
    book.do(ACCEPT, CLERK, "2026-03-02")
    book.do(REVIEW, REVIEWER, "2026-03-06")
    book.do(APPROVE, DECIDER, "2026-03-09")
    book.do(FORESEEN, MACHINE, "2026-03-09")
    return book


def test_the_formal_case_starts_its_own_clock() -> None:
    """转正之日收件，五日告知与承诺时限都自正式的那一日起算，与模拟何时启动无关。"""
    book = ready()
    converted, received = events_of(book.do(TURN, CLERK, "2026-05-11"))
    assert converted == replace(CONVERTED, converted_on=date(2026, 5, 11))
    assert isinstance(received, case.Received)
    assert received.notice_due_on == date(2026, 5, 18)
    accept = Accept(FORMAL, CaseKind.PLEDGED_TIME, "SL-77")
    (accepted,) = events_of(book.do(accept, CLERK, "2026-05-11"))
    assert isinstance(accepted, case.Accepted)
    assert (accepted.accepted_on, accepted.promised_due_on) == (
        date(2026, 5, 11),
        date(2026, 5, 20),
    )
    assert book.do(TURN, CLERK, "2026-05-11") == Plan()


def test_the_formal_case_is_reviewed_and_decided_by_itself() -> None:
    """模拟意见不代替审核：没有审核的正式件不得决定。"""
    book = ready()
    book.do(TURN, CLERK, "2026-05-11")
    book.do(Accept(FORMAL, CaseKind.PLEDGED_TIME, "SL-77"), CLERK, "2026-05-11")
    decide = replace(APPROVE, case_no=FORMAL)
    book.refuse(Refusal.CASE_NOT_REVIEWED, decide, DECIDER, "2026-05-12")


def test_conversion_is_refused_as_a_whole() -> None:
    """不能转正的，正式件也不收；正式件收不下的，也不转正。"""
    book = opened()
    book.refuse(Refusal.SIMULATED_CONDITIONS_OPEN, TURN, CLERK, "2026-05-11")
    assert isinstance(book.load(case.AGGREGATE, FORMAL), case.Nothing)
    taken = ready()
    taken.refuse(Refusal.CASE_EXISTS, replace(TURN, case_no=NO), CLERK, "2026-05-11")
    town().refuse(Refusal.SIMULATED_NOT_FOUND, TURN, CLERK, "2026-05-11")


def test_a_new_version_of_the_item_asks_for_another_review() -> None:
    """转正之前事项换了版本：重新审查之后才转。"""
    book = ready()
    second = replace(ITEM_V1, version=2, effective_from=date(2026, 5, 1), promised_days=5)
    book.put(f"item/{ITEM}", second)
    book.refuse(Refusal.SIMULATED_REVIEW_AGAIN, TURN, CLERK, "2026-05-11")
    book.do(ADVISE, REVIEWER, "2026-05-11")
    book.do(TURN, CLERK, "2026-05-11")


def test_the_machine_notes_only_what_is_on_the_ledger() -> None:
    """前置事项还没有准予、没有准予的，机器不得记条件到了。"""
    book = opened()
    book.refuse(Refusal.SIMULATED_NOT_APPROVED, FORESEEN, MACHINE, "2026-03-05", case_no=NO)
    book.do(ACCEPT, CLERK, "2026-03-02")
    book.do(REVIEW, REVIEWER, "2026-03-06")
    book.do(REJECT, DECIDER, "2026-03-09")
    book.refuse(Refusal.SIMULATED_NOT_APPROVED, FORESEEN, MACHINE, "2026-03-09")
    late = replace(START, simulated_no="MN-2")
    book.refuse(Refusal.SIMULATED_NOT_PENDING, late, CLERK, "2026-03-09", case_no=NO)


def test_an_item_that_is_not_in_force() -> None:
    """今日没有有效版本的事项，不启动，不出意见，也不转正。"""
    unknown = replace(START, item_code=ItemCode("350505-0009"))
    town().refuse(Refusal.CASE_ITEM_NOT_IN_FORCE, unknown, CLERK, "2026-03-02")
    book = ready()
    del book.streams[f"item/{ITEM}"]
    book.refuse(Refusal.CASE_ITEM_NOT_IN_FORCE, ADVISE, REVIEWER, "2026-05-11")
    book.refuse(Refusal.CASE_ITEM_NOT_IN_FORCE, TURN, CLERK, "2026-05-11")


def test_who_advises_and_who_lapses() -> None:
    """意见由审批机关的审核人出；别的机关的审核人不出意见，也不终止；没有的无从终止。"""
    book = opened()
    other = book.hire("other", Role.REVIEWER, Organ("350505-ZJ"), person("other"))
    for act in (ADVISE, DROP):
        book.refuse(Refusal.DUTY_ORGAN, act, other, "2026-03-06", organ=APPROVER)
    town().refuse(Refusal.SIMULATED_NOT_FOUND, ADVISE, REVIEWER, "2026-03-06")
    town().refuse(Refusal.SIMULATED_NOT_FOUND, DROP, CLERK, "2026-03-06")
    book.do(DROP, REVIEWER, "2026-03-06")


@pytest.mark.parametrize("who", ["clerk", "reviewer"])
def test_people_may_end_it(who: str) -> None:
    """窗口与审批机关的审核人都可以终止。"""
    (fact,) = events_of(opened().do(DROP, STAFF[who], "2026-03-06"))
    assert fact == replace(LAPSED, handler=person(who))


def test_scheme_and_successor_on_a_book() -> None:
    """方案变了重新审查，主体变了由承继人申请。"""
    book = ready()
    book.do(ChangeScheme(SIM, OTHER, "层数减为三层"), CLERK, "2026-04-02")
    book.do(RecordSuccessor(SIM, SubjectId("S-2"), "YZ-3"), CLERK, "2026-04-02")
    turn = replace(TURN, applicant=SubjectId("S-2"), scheme_sha256=OTHER)
    book.refuse(Refusal.SIMULATED_REVIEW_AGAIN, turn, CLERK, "2026-05-11")
    book.do(ADVISE, REVIEWER, "2026-05-11")
    book.do(turn, CLERK, "2026-05-11")


def test_the_machine_ends_what_is_overdue() -> None:
    """期限过完，机器终止；当日还不能。"""
    book = opened()
    act = ExpireSimulation(SIM)
    book.refuse(Refusal.SIMULATED_NOT_YET_DUE, act, MACHINE, "2026-08-31")
    (fact,) = events_of(book.do(act, MACHINE, "2026-09-01"))
    assert fact == Lapsed(SimulationEnd.OVERDUE, "", None)
    assert book.do(act, MACHINE, "2026-09-02") == Plan()
