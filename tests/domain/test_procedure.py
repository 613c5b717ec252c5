"""办件的程序：停算、续算、延长、绿色通道，以及各步不予办理的理由。"""

from dataclasses import replace
from datetime import date

import pytest

from domain import case, clock, procedure
from domain.acts.intake import MarkDeadlineMissed
from domain.acts.procedure import (
    Expedite,
    ExtendLimit,
    PauseClock,
    ProcedureAct,
    ResumeClock,
    StopReason,
)
from domain.case import DeadlineKind, DeadlineMissed
from domain.clock import Dues, Expedited, Extended, Paused, Resumed, SpecialReason
from domain.decider import Event, Plan
from domain.refusals import Refusal
from domain.terms import Actor, Organ, Role
from tests.domain.case_file import (
    MACHINE,
    case_files,
    check_impossible,
    events_of,
    person,
    town,
)
from tests.domain.laws import anything, check_decider_laws
from tests.domain.test_case import (
    ACCEPTED,
    AGENT,
    APPROVED,
    DEEMED,
    LIVES,
    RECEIVED,
    REVIEWED,
    REVIEWER,
    TODAY,
)
from tests.rules.papers import APPROVE as APPROVE_ACT
from tests.rules.papers import CLERK, DECIDER, NO, accepted, head, item, only, reviewed
from tests.rules.papers import REVIEWER as REVIEWER_AT_DESK

given = case_files(case.AGGREGATE, procedure.decide)

DUES = Dues(date(2026, 3, 9), date(2026, 3, 26), None, provisional=False)
PAUSED = Paused(
    reason=SpecialReason.HEARING,
    required_by="许可法四十七条",
    notice_no="TB-1",
    started_on=TODAY,
    expected_days=2,
    expected_end_on=date(2026, 2, 25),
    dues=DUES,
    handler=REVIEWER,
)
RESUMED = Resumed("TB-1", date(2026, 2, 25), DUES, REVIEWER)
EXTENDED = Extended(10, "案情复杂", "YQ-1", DUES, REVIEWER)
EXPEDITED = Expedited("省重点项目", 3, DUES, REVIEWER)

STEPS: tuple[tuple[Event, ...], ...] = (
    (RECEIVED, ACCEPTED, PAUSED),
    (RECEIVED, ACCEPTED, PAUSED, RESUMED),
    (RECEIVED, ACCEPTED, EXTENDED, EXPEDITED),
)
PAUSE = procedure.Pause(PAUSED, TODAY)
RESUME = procedure.Resume(RESUMED, date(2026, 2, 25))
EXTEND = procedure.Extend(
    EXTENDED, joint=False, by_government=False, due_on=date(2026, 3, 24), today=TODAY
)
EXPEDITE = procedure.Expedite(EXPEDITED)
COMMANDS: tuple[procedure.Command, ...] = (PAUSE, RESUME, EXTEND, EXPEDITE)


def test_each_step_once() -> None:
    """各步记一次；同一步再来，无事可办。"""
    given(RECEIVED, ACCEPTED).when(PAUSE).then(PAUSED)
    given(*STEPS[0]).when(PAUSE).then()
    given(*STEPS[0]).when(RESUME).then(RESUMED)
    given(*STEPS[1]).when(RESUME).then()
    given(RECEIVED, DEEMED).when(EXTEND).then(EXTENDED)
    given(*STEPS[2]).when(EXTEND).then()
    given(RECEIVED, ACCEPTED, REVIEWED).when(EXPEDITE).then(EXPEDITED)
    given(*STEPS[2]).when(EXPEDITE).then()


@pytest.mark.parametrize("command", COMMANDS, ids=lambda one: type(one).__name__)
def test_the_clock_runs_only_between_acceptance_and_decision(command: procedure.Command) -> None:
    """没有受理、已经决定的，无钟可停可延；代办人不得经手（SD12）。"""
    given(RECEIVED).when(command).refused(Refusal.CASE_NOT_ACCEPTED)
    decided = (RECEIVED, ACCEPTED, REVIEWED, APPROVED)
    given(*decided).when(command).refused(Refusal.CASE_ALREADY_DECIDED)
    life = STEPS[0] if command is RESUME else (RECEIVED, ACCEPTED)
    own = replace(command, fact=replace(command.fact, handler=AGENT))  # type: ignore[arg-type]
    given(*life).when(own).refused(Refusal.DUTY_AGENT, person=AGENT)


def test_one_procedure_at_a_time_and_never_backdated() -> None:
    """一项没有结束不开第二项；同一告知书不用两次；不得倒填到今日或受理之前。"""
    second = replace(PAUSE, fact=replace(PAUSED, notice_no="TB-2"))
    given(*STEPS[0]).when(second).refused(Refusal.CASE_PAUSED, notice_no="TB-1")
    given(*STEPS[1]).when(PAUSE).refused(Refusal.CASE_PAUSE_NOTICE)
    given(*STEPS[1]).when(second).then(second.fact)
    early = replace(PAUSE, fact=replace(PAUSED, started_on=date(2026, 2, 14)))
    given(RECEIVED, ACCEPTED).when(early).refused(Refusal.CASE_PAUSE_BACKDATED, on="2026-02-24")


def test_it_ends_between_its_first_day_and_today() -> None:
    """结束之日不早于首日、不晚于今日；没有开始的谈不上结束。"""
    for day in (date(2026, 2, 14), date(2026, 2, 26)):
        wrong = replace(RESUME, fact=replace(RESUMED, ended_on=day))
        given(*STEPS[0]).when(wrong).refused(Refusal.CASE_PAUSE_END, first="2026-02-24")
    other = replace(RESUME, fact=replace(RESUMED, notice_no="TB-2"))
    given(*STEPS[0]).when(other).refused(Refusal.CASE_NOT_PAUSED, notice_no="TB-2")
    given(RECEIVED, ACCEPTED).when(RESUME).refused(Refusal.CASE_NOT_PAUSED)


def test_the_green_channel_has_its_reason() -> None:
    """进绿色通道须说明理由。"""
    mute = procedure.Expedite(replace(EXPEDITED, reasons=""))
    given(RECEIVED, ACCEPTED).when(mute).refused(Refusal.CASE_REASONS_MISSING)


def test_the_days_that_the_law_dates() -> None:
    """停算自首日起、至末日止，与何日入账无关。"""
    assert PAUSED.takes_effect(date(2026, 3, 9)) == TODAY
    assert RESUMED.takes_effect(date(2026, 3, 9)) == date(2026, 2, 25)


def test_contradictions_stop_the_case() -> None:
    """停而又停、没有停过的续、两次延长：互相矛盾的历史当即停下。"""
    events: list[Event] = [PAUSED, RESUMED, EXTENDED, EXPEDITED, REVIEWED]
    check_impossible(case.AGGREGATE, ((), *LIVES, *STEPS), events)


def test_decider_laws() -> None:
    """程序上的各步守决定者的共同规矩。"""
    gone = case.Withdrawn(case.WithdrawalGround.APPLICANT, "改日再办", TODAY, None)
    lives = (*LIVES, *STEPS, (RECEIVED, gone))
    check_decider_laws(case.AGGREGATE, procedure.decide, anything(procedure.Command), lives)
    check_decider_laws(case.AGGREGATE, case.decide, anything(case.Command), ((RECEIVED, gone),))


# -- 绿色通道


def test_the_green_channel_halves_the_promise_and_keeps_the_law() -> None:
    """承诺七日，绿色通道三日：自成一项期限，逾期自成一条；承诺时限与法定时限不变。"""
    book = accepted("2026-04-20")
    fact = only(book.do(Expedite(NO, "省重点项目"), CLERK, "2026-04-20"), Expedited)
    assert fact.expedited_days == 3
    assert fact.dues == Dues(
        date(2026, 4, 29), date(2026, 5, 20), date(2026, 4, 23), provisional=False
    )
    assert book.do(Expedite(NO, "省重点项目"), CLERK, "2026-04-21") == Plan()
    mark = MarkDeadlineMissed(NO, DeadlineKind.EXPEDITED_DECISION)
    book.refuse(Refusal.CASE_NOT_YET_DUE, mark, MACHINE, "2026-04-23")
    missed = DeadlineMissed(DeadlineKind.EXPEDITED_DECISION, date(2026, 4, 23))
    assert events_of(book.do(mark, MACHINE, "2026-04-24")) == (missed,)


def test_a_decision_records_a_missed_green_channel() -> None:
    """定时器没赶上的，绿色通道的逾期随决定一并记下；没有进绿色通道的没有此项期限。"""
    book = reviewed("2026-04-20")
    mark = MarkDeadlineMissed(NO, DeadlineKind.EXPEDITED_DECISION)
    assert book.do(mark, MACHINE, "2026-04-24") == Plan()
    book.do(Expedite(NO, "省重点项目"), head(book), "2026-04-20")
    events = events_of(book.do(APPROVE_ACT, DECIDER, "2026-04-24"))
    assert events[0] == DeadlineMissed(DeadlineKind.EXPEDITED_DECISION, date(2026, 4, 23))


def test_a_promise_of_one_day_is_halved_to_one() -> None:
    """承诺一日的，绿色通道仍是一日。"""
    book = accepted("2026-04-20", item(promised=1))
    fact = only(book.do(Expedite(NO, "省重点项目"), CLERK, "2026-04-20"), Expedited)
    assert (fact.expedited_days, fact.dues.expedited_due_on) == (1, date(2026, 4, 21))


# -- acts


def test_other_organs_do_not_stop_the_clock() -> None:
    """停算、延长由审批机关的人办。"""
    book = accepted("2026-04-20")
    other = Organ("350505-ZJJ")
    stranger = book.hire("stranger", Role.REVIEWER, other, person("stranger"))
    boss = book.hire("boss", Role.HEAD, other, person("boss"))
    stop = PauseClock(NO, StopReason.HEARING, "四十七条", "TB-1", 5)
    book.refuse(Refusal.DUTY_ORGAN, stop, stranger, "2026-04-27")
    book.refuse(Refusal.DUTY_ORGAN, ExtendLimit(NO, "YQ-1", "复杂"), boss, "2026-04-27")


def test_an_announced_procedure_starts_when_announced() -> None:
    """告知在先、日后开始的，自所告知的首日停算；补记的结束之日以实际为准。"""
    book = accepted("2026-04-20")
    stop = PauseClock(NO, StopReason.HEARING, "四十七条", "TB-1", 5, date(2026, 4, 27))
    told = only(book.do(stop, REVIEWER_AT_DESK, "2026-04-22"), Paused)
    assert told.started_on == date(2026, 4, 27)
    back = ResumeClock(NO, "TB-1", date(2026, 4, 28))
    fact = only(book.do(back, REVIEWER_AT_DESK, "2026-05-06"), Resumed)
    assert fact.dues.promised_due_on == date(2026, 5, 6)


@pytest.mark.parametrize(
    ("act", "who"),
    [
        (PauseClock(NO, StopReason.HEARING, "四十七条", "TB-1", 5), REVIEWER_AT_DESK),
        (ResumeClock(NO, "TB-1"), REVIEWER_AT_DESK),
        (Expedite(NO, "省重点项目"), CLERK),
    ],
    ids=lambda value: type(value).__name__,
)
def test_no_such_case(act: ProcedureAct, who: Actor) -> None:
    """没有此件的，什么也办不了。"""
    town().refuse(Refusal.CASE_NOT_FOUND, act, who, "2026-03-04")


def test_no_such_case_to_extend() -> None:
    """没有此件的，也无可延长；没有受理的，谈不上延长。"""
    book = town()
    act = ExtendLimit(NO, "YQ-1", "复杂")
    book.refuse(Refusal.CASE_NOT_FOUND, act, head(book), "2026-03-04")


def test_a_stopped_clock_reaches_to_today() -> None:
    """没有停算的不扣；正停着的，扣到预计之日，逾期仍停的扣到今日。"""
    plain = clock.Running(TODAY, 5)
    assert plain.stops(date(2026, 3, 9)) == ()
    state = case.AGGREGATE.fold(STEPS[0])
    running = case.running(state, DeadlineKind.LEGAL_DECISION)
    assert running is not None
    assert [stop.last for stop in running.stops(TODAY)] == [date(2026, 2, 25)]
    assert [stop.last for stop in running.stops(date(2026, 3, 9))] == [date(2026, 3, 9)]
