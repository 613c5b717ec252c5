"""监督问题：督办、答复、逾期、办结、再监督与容错；问题从不消失。"""

from dataclasses import replace
from datetime import date

from domain import oversight
from domain.decider import Event
from domain.oversight import (
    AlertLevel,
    Answered,
    AnswerMissed,
    Close,
    Closed,
    DecideTolerance,
    MarkMissed,
    OversightOutcome,
    OversightRule,
    OversightTier,
    Raise,
    Raised,
    Reopen,
    Reopened,
    Reply,
    RequestTolerance,
    ToleranceDenied,
    ToleranceGranted,
    ToleranceRequested,
)
from domain.refusals import Refusal
from domain.terms import Organ, PersonId
from tests.domain.case_file import case_files, check_impossible
from tests.domain.laws import anything, check_decider_laws

given = case_files(oversight.AGGREGATE, oversight.decide)

SPJ, XNB, JW = Organ("SPJ"), Organ("XNB"), Organ("JW")
OVERSEER, CLERK, THIRD = PersonId("P-X"), PersonId("P-C"), PersonId("P-J")
DUE = date(2026, 3, 9)
RAISED = Raised(
    rule=OversightRule.OTHER,
    rule_no="JC019",
    level=AlertLevel.YELLOW,
    tier=OversightTier.PERFORMANCE,
    office=XNB,
    responsible_organ=SPJ,
    responsible=None,
    case_no=None,
    source_stream="",
    source_event="",
    explanation="窗口空岗",
    raised_on=date(2026, 3, 2),
    answer_due_on=DUE,
    handler=OVERSEER,
)
ALERT = replace(RAISED, tier=OversightTier.MONITOR, office=None, handler=None, source_event="e-1")
ANSWERED = Answered(SPJ, "属实", "已改", CLERK)
MISSED = AnswerMissed(DUE)
CLOSED = Closed(XNB, OversightOutcome.CORRECTED, "已核实", OVERSEER)
REOPENED = Reopened(JW, "处理过轻", date(2026, 4, 1), THIRD)
ASKED = ToleranceRequested(SPJ, "先行先试", CLERK)
GRANTED, DENIED = ToleranceGranted(JW, "无私利", THIRD), ToleranceDenied(JW, "失职", THIRD)
LIVES: tuple[tuple[Event, ...], ...] = (
    (RAISED,),
    (RAISED, MISSED),
    (RAISED, ANSWERED),
    (RAISED, ANSWERED, CLOSED),
    (RAISED, ASKED),
    (RAISED, ASKED, GRANTED),
    (RAISED, ANSWERED, CLOSED, REOPENED),
    (ALERT,),
)


def test_one_cause_one_finding() -> None:
    """一个缘由一个问题；须写明情况；审批部门只查自己。"""
    given().when(Raise(RAISED)).then(RAISED)
    given(RAISED).when(Raise(RAISED)).then()
    other = replace(RAISED, rule=OversightRule.POOR_RATING)
    given(RAISED).when(Raise(other)).refused(Refusal.OVERSIGHT_EXISTS)
    blank = replace(RAISED, explanation=" ")
    given().when(Raise(blank)).refused(Refusal.OVERSIGHT_NO_REASON)
    own = replace(RAISED, tier=OversightTier.DEPARTMENT, office=SPJ)
    given().when(Raise(own)).then(own)
    foreign = replace(own, office=XNB)
    given().when(Raise(foreign)).refused(Refusal.OVERSIGHT_OWN_ONLY, organ=SPJ)


def test_the_responsible_organ_answers() -> None:
    """只有责任部门答复；提出的人不答复自己；逾期的仍须答复。"""
    given(RAISED).when(Reply(ANSWERED)).then(ANSWERED)
    given(RAISED, MISSED).when(Reply(ANSWERED)).then(ANSWERED)
    given(RAISED, ANSWERED).when(Reply(ANSWERED)).then()
    foreign = Reply(replace(ANSWERED, organ=XNB))
    given(RAISED).when(foreign).refused(Refusal.DUTY_ORGAN, organ=SPJ)
    raiser = Reply(replace(ANSWERED, handler=OVERSEER))
    given(RAISED).when(raiser).refused(Refusal.DUTY_SAME_PERSON, person=OVERSEER)
    blank = Reply(replace(ANSWERED, explanation=""))
    given(RAISED).when(blank).refused(Refusal.OVERSIGHT_NO_REASON)
    given().when(Reply(ANSWERED)).refused(Refusal.OVERSIGHT_NOT_FOUND)
    given(RAISED, ANSWERED, CLOSED).when(Reply(ANSWERED)).refused(Refusal.OVERSIGHT_CLOSED)


def test_a_missed_answer_is_recorded_once_the_day_is_over() -> None:
    """期限之日过完才算逾期，一次；已答复的无事可办。"""
    late = MarkMissed(DUE, date(2026, 3, 10))
    given(RAISED).when(MarkMissed(DUE, DUE)).refused(Refusal.OVERSIGHT_NOT_YET_DUE)
    given(RAISED).when(late).then(MISSED)
    given(RAISED, MISSED).when(late).then()
    given(RAISED, ANSWERED).when(late).then()
    given().when(late).refused(Refusal.OVERSIGHT_NOT_FOUND)


def test_the_office_that_raised_it_closes_it() -> None:
    """由提出的机关办结，写明理由；没有答复的只能以不成立办结；电子监察的由效能办办结。"""
    close = Close(CLOSED, overseer=True)
    given(RAISED, ANSWERED).when(close).then(CLOSED)
    given(RAISED, ANSWERED, CLOSED).when(close).then()
    given(RAISED).when(close).refused(Refusal.OVERSIGHT_UNANSWERED, organ=SPJ)
    given().when(close).refused(Refusal.OVERSIGHT_NOT_FOUND)
    unfounded = replace(CLOSED, outcome=OversightOutcome.UNFOUNDED)
    given(RAISED).when(Close(unfounded, overseer=True)).then(unfounded)
    foreign = Close(replace(CLOSED, office=SPJ), overseer=True)
    given(RAISED, ANSWERED).when(foreign).refused(Refusal.DUTY_ORGAN, organ=XNB)
    answerer = Close(replace(CLOSED, handler=CLERK), overseer=True)
    given(RAISED, ANSWERED).when(answerer).refused(Refusal.DUTY_SAME_PERSON)
    blank = Close(replace(CLOSED, reasons=""), overseer=True)
    given(RAISED, ANSWERED).when(blank).refused(Refusal.OVERSIGHT_NO_REASON)
    given(ALERT, ANSWERED).when(Close(CLOSED, overseer=False)).refused(Refusal.OVERSIGHT_OVERSEER)
    given(ALERT, ANSWERED).when(close).then(CLOSED)


def test_the_third_tier_takes_it_over() -> None:
    """已办结的、逾期不答复的，由第三级再监督；进行中的不接手（机制 21）。"""
    reopen = Reopen(REOPENED)
    given(RAISED, ANSWERED, CLOSED).when(reopen).then(REOPENED)
    given(RAISED, MISSED).when(reopen).then(REOPENED)
    given(RAISED, MISSED, REOPENED).when(reopen).then()
    given(RAISED).when(reopen).refused(Refusal.OVERSIGHT_UNANSWERED)
    given(RAISED, ANSWERED).when(reopen).refused(Refusal.OVERSIGHT_ANSWERED, handler=CLERK)
    blank = Reopen(replace(REOPENED, reasons=""))
    given(RAISED, MISSED).when(blank).refused(Refusal.OVERSIGHT_NO_REASON)


def test_fault_tolerance_never_deletes_the_finding() -> None:
    """容错申请一次、认定一次；准予之后问题照旧待答复（机制 22）。"""
    ask = RequestTolerance(ASKED)
    given(RAISED).when(ask).then(ASKED)
    given(RAISED, ASKED).when(ask).then()
    given(RAISED, ASKED, GRANTED).when(ask).refused(Refusal.OVERSIGHT_TOLERANCE_ASKED)
    given().when(ask).refused(Refusal.OVERSIGHT_NOT_FOUND)
    foreign = RequestTolerance(replace(ASKED, organ=XNB))
    given(RAISED).when(foreign).refused(Refusal.DUTY_ORGAN, organ=SPJ)
    blank = RequestTolerance(replace(ASKED, reasons=""))
    given(RAISED).when(blank).refused(Refusal.OVERSIGHT_NO_REASON)
    for fact in (GRANTED, DENIED):
        given(RAISED, ASKED).when(DecideTolerance(fact)).then(fact)
        given(RAISED, ASKED, fact).when(DecideTolerance(fact)).then()
        mute = DecideTolerance(replace(fact, reasons=""))
        given(RAISED, ASKED).when(mute).refused(Refusal.OVERSIGHT_NO_REASON)
        bare = given(RAISED).when(DecideTolerance(fact))
        bare.refused(Refusal.OVERSIGHT_TOLERANCE_NOT_ASKED)
        given().when(DecideTolerance(fact)).refused(Refusal.OVERSIGHT_NOT_FOUND)
    given(RAISED, ASKED, GRANTED).when(Reply(ANSWERED)).then(ANSWERED)


def test_contradictions_stop_the_file() -> None:
    """互相矛盾的历史当即停下。"""
    events = {type(event): event for life in (*LIVES, (DENIED,)) for event in life}
    check_impossible(oversight.AGGREGATE, ((), *LIVES), events.values())


def test_decider_laws() -> None:
    """监督问题守决定者的共同规矩。"""
    check_decider_laws(oversight.AGGREGATE, oversight.decide, anything(oversight.Command), LIVES)
