"""计时：日历公布或更正之后期限重新推算，将至的亮灯；各记一次，办结的不记。"""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import strategies as st

from domain import calendar, case, commitment, linkage, timekeeping
from domain.acts.intake import Accept, MarkDeadlineMissed, Receive
from domain.acts.linkage import ClaimPush, MarkPushOverdue
from domain.acts.register import PublishCalendar
from domain.acts.timekeeping import OpenDeadline, RederiveDeadline, WarnDeadline
from domain.case import DeadlineKind
from domain.decider import Event, Plan
from domain.lights import Light
from domain.linkage import PushMatter
from domain.refusals import Refusal
from domain.terms import CaseKind, CaseNo, Channel, Material, Organ, SubjectId
from domain.timekeeping import Rederived, Warned
from domain.timers import TimerKind
from tests.domain.case_file import (
    ITEM,
    MACHINE,
    SHA,
    STAFF,
    SUPERVISOR,
    Book,
    check_impossible,
    events_of,
    town,
)
from tests.domain.laws import anything, check_decider_laws

CASE = CaseNo("2026-000001")
FILE = f"case/{CASE}"
RECEIVE = Receive(CASE, ITEM, Channel.COUNTER, SubjectId("S-1"), (Material("申请书", SHA),), "R-1")
# A supposed calendar: New Year's Day off on Friday, Saturday 01-09 worked instead of Monday 01-04.
NEXT_YEAR = PublishCalendar(
    2027, "假定的通知", (date(2027, 1, 1), date(2027, 1, 4)), (date(2027, 1, 9),)
)


def _accepted(on: str) -> tuple[Book, case.Accepted]:
    book = town()
    book.do(RECEIVE, STAFF["clerk"], on)
    plan = book.do(Accept(CASE, CaseKind.PLEDGED_TIME, "A-1"), STAFF["clerk2"], on)
    (taken,) = events_of(plan)
    assert isinstance(taken, case.Accepted)
    return book, taken


def _legal(taken: case.Accepted) -> OpenDeadline:
    return OpenDeadline(
        stream=FILE,
        key=CASE,
        deadline="LEGAL_DECISION",
        name="",
        revision=2,
        start=taken.accepted_on,
        working_days=taken.legal_days,
        due_on=taken.legal_due_on,
    )


def test_t2_deadline_beyond_the_calendar_is_derived_when_the_year_arrives() -> None:
    """12 月 4 日受理，二十日越过 2026 年：暂定 2027-01-01；2027 年日历公布后为 01-05，只推算一次。"""
    book, taken = _accepted("2026-12-04")
    assert (taken.legal_due_on, taken.provisional) == (date(2027, 1, 1), True)
    act = RederiveDeadline(_legal(taken), 2027)
    assert book.do(act, MACHINE, "2026-12-20") == Plan(), "no calendar, nothing to derive from"
    book.do(NEXT_YEAR, MACHINE, "2026-12-21")
    plan = book.do(act, MACHINE, "2026-12-21")
    derived = Rederived(
        deadline="LEGAL_DECISION",
        name="",
        revision=2,
        year=2027,
        calendar_version=1,
        was_due_on=date(2027, 1, 1),
        due_on=date(2027, 1, 5),
        provisional=False,
    )
    assert events_of(plan) == (derived,)
    assert (plan.writes[0].stream, plan.writes[0].key) == (f"deadline/{FILE}", CASE)
    assert [f"{rule.name} {rule.version}" for rule in plan.rules] == [
        "calendar/cn-2026 1",
        "calendar/cn-2027 1",
    ]
    assert book.do(act, MACHINE, "2026-12-22") == Plan()


def test_t2_third_of_december_is_the_last_day_that_is_certain() -> None:
    """12 月 3 日受理的二十日期限至 12-31，确定；其后的暂定，暂定的不能断定逾期。"""
    _, taken = _accepted("2026-12-03")
    assert (taken.legal_due_on, taken.provisional) == (date(2026, 12, 31), False)
    book, taken = _accepted("2026-12-04")
    act = MarkDeadlineMissed(CASE, DeadlineKind.LEGAL_DECISION)
    book.refuse(Refusal.CASE_DEADLINE_PROVISIONAL, act, MACHINE, "2027-01-02")
    book.do(NEXT_YEAR, MACHINE, "2027-01-02")
    book.refuse(Refusal.CASE_NOT_YET_DUE, act, MACHINE, "2027-01-05", due_on="2027-01-05")
    (missed,) = events_of(book.do(act, MACHINE, "2027-01-06"))
    assert missed == case.DeadlineMissed(DeadlineKind.LEGAL_DECISION, date(2027, 1, 5))


def test_provisional_that_turns_out_right_is_recorded_as_certain() -> None:
    """初次公布：届满之日不变的也记，暂定从此确定。"""
    book, taken = _accepted("2026-12-04")
    book.do(
        replace(NEXT_YEAR, days_off=(date(2027, 2, 8),), working_weekends=()), MACHINE, "2026-12-21"
    )
    (derived,) = events_of(book.do(RederiveDeadline(_legal(taken), 2027), MACHINE, "2026-12-21"))
    assert isinstance(derived, Rederived)
    assert (derived.was_due_on, derived.due_on) == (date(2027, 1, 1), date(2027, 1, 1))
    assert not derived.provisional


def test_revised_calendar_moves_only_what_it_changes() -> None:
    """更正已知年度：临时多放一日（如 2015 年 9 月 3 日）的，越过它的期限推后；没有越过的无事可记。"""
    book, taken = _accepted("2026-03-02")
    published = book.load(calendar.AGGREGATE, "cn-2026")
    assert isinstance(published, calendar.Published)
    known = published.latest
    act = RederiveDeadline(_legal(taken), 2026)
    extra = PublishCalendar(
        2026, "临时通知", (*known.days_off, date(2026, 3, 20)), known.working_weekends
    )
    book.do(extra, MACHINE, "2026-03-10")
    (derived,) = events_of(book.do(act, MACHINE, "2026-03-10"))
    assert isinstance(derived, Rederived)
    assert (derived.calendar_version, derived.due_on) == (2, date(2026, 3, 31))
    later = PublishCalendar(
        2026, "又一通知", (*extra.days_off, date(2026, 6, 1)), known.working_weekends
    )
    book.do(later, MACHINE, "2026-03-11")
    moved = RederiveDeadline(replace(act.running, due_on=derived.due_on), 2026)
    assert book.do(moved, MACHINE, "2026-03-11") == Plan()


def test_what_is_settled_is_not_derived_again() -> None:
    """已受理的，告知期限早已了结：不推算，也不亮灯。"""
    book, taken = _accepted("2026-12-31")
    book.do(NEXT_YEAR, MACHINE, "2026-12-31")
    notice = replace(_legal(taken), deadline="COMPLETENESS_NOTICE", working_days=5)
    assert book.do(RederiveDeadline(notice, 2027), MACHINE, "2026-12-31") == Plan()
    assert book.do(WarnDeadline(notice, Light.RED), MACHINE, "2027-01-07") == Plan()


def _sent(due_on: date) -> tuple[Book, OpenDeadline]:
    book = town()
    fact = linkage.Sent(
        PushMatter.APPROVED, CASE, FILE, "event-1", ITEM, SUPERVISOR, claim_due_on=due_on
    )
    book.put("push/P-1", fact)
    return book, OpenDeadline("push/P-1", CASE, "CLAIM", "", 1, date(2026, 12, 31), 1, due_on)


def test_claim_is_overdue_by_the_calendar_that_came_later() -> None:
    """年末推送的认领期限：日历公布之前不能断定逾期，公布之后依重新推算的日子。"""
    book, running = _sent(date(2027, 1, 1))
    overdue = MarkPushOverdue("P-1")
    book.refuse(Refusal.PUSH_DUE_PROVISIONAL, overdue, MACHINE, "2027-01-02", due_on="2027-01-01")
    book.do(NEXT_YEAR, MACHINE, "2027-01-02")
    (derived,) = events_of(book.do(RederiveDeadline(running, 2027), MACHINE, "2027-01-02"))
    assert isinstance(derived, Rederived)
    assert derived.due_on == date(2027, 1, 5)
    book.refuse(Refusal.PUSH_NOT_YET_DUE, overdue, MACHINE, "2027-01-05", due_on="2027-01-05")
    assert events_of(book.do(overdue, MACHINE, "2027-01-06")) == (
        linkage.Overdue(date(2027, 1, 5)),
    )
    book.do(ClaimPush("P-1"), STAFF["supervisor"], "2027-01-06")
    assert book.do(overdue, MACHINE, "2027-01-07") == Plan()


def test_promised_material_rolls_over_the_holiday_that_came_later() -> None:
    """约定 2027-01-04 补交：后来公布该日放假，顺延至 01-05。"""
    book = town()
    book.do(NEXT_YEAR, MACHINE, "2026-12-21")
    stream = f"{commitment.AGGREGATE.family}/K-1"
    last = date(2027, 1, 4)
    running = OpenDeadline(stream, CASE, "SUPPLEMENT", "平面图", 1, date(2026, 12, 1), None, last)
    (derived,) = events_of(book.do(RederiveDeadline(running, 2027), MACHINE, "2026-12-21"))
    assert isinstance(derived, Rederived)
    assert (derived.name, derived.due_on) == ("平面图", date(2027, 1, 5))


def test_each_light_is_recorded_once() -> None:
    """法定时限至 03-30：03-23 黄灯一次，03-27 红灯一次；未到不记，再报不记，轻的不盖重的。"""
    book, taken = _accepted("2026-03-02")
    yellow = WarnDeadline(_legal(taken), Light.YELLOW)
    red = WarnDeadline(_legal(taken), Light.RED)
    book.refuse(Refusal.DEADLINE_NOT_YET, yellow, MACHINE, "2026-03-20", due_on="2026-03-30")
    last = date(2026, 3, 30)
    warned = Warned("LEGAL_DECISION", "", Light.YELLOW, last, 6)
    assert events_of(book.do(yellow, MACHINE, "2026-03-23")) == (warned,)
    for day in ("2026-03-23", "2026-03-24", "2026-03-27"):
        assert book.do(yellow, MACHINE, day) == Plan()
    book.refuse(Refusal.DEADLINE_NOT_YET, red, MACHINE, "2026-03-26")
    assert events_of(book.do(red, MACHINE, "2026-03-27")) == (
        replace(warned, light=Light.RED, days_left=2),
    )
    assert book.do(red, MACHINE, "2026-03-30") == Plan()


def test_machine_that_comes_late_tells_only_the_light_of_the_day() -> None:
    """机器停了几日：黄灯已成红灯的，只记红灯；已成黑灯的，逾期另有记录。"""
    book, taken = _accepted("2026-03-02")
    assert book.do(WarnDeadline(_legal(taken), Light.YELLOW), MACHINE, "2026-03-27") == Plan()
    assert book.do(WarnDeadline(_legal(taken), Light.RED), MACHINE, "2026-04-01") == Plan()


def test_deadline_that_moved_warns_again() -> None:
    """届满之日移动了，是另一个日子的灯。"""
    book, taken = _accepted("2026-03-02")
    running = _legal(taken)
    book.do(WarnDeadline(running, Light.YELLOW), MACHINE, "2026-03-23")
    moved = replace(running, due_on=running.due_on + timedelta(days=7))
    assert len(events_of(book.do(WarnDeadline(moved, Light.YELLOW), MACHINE, "2026-03-30"))) == 1


@pytest.mark.parametrize("light", [Light.BLACK, Light.RED])
def test_deadline_of_people_goes_black_in_the_ledger(light: Light) -> None:
    """检查任务逾期没有别的记录，黑灯即其记录。"""
    running = OpenDeadline(
        "task/T-1", "2026-0001", "INSPECTION", "", 1, date(2026, 4, 1), None, date(2026, 4, 30)
    )
    on = {Light.RED: "2026-04-29", Light.BLACK: "2026-05-01"}[light]
    plan = town().do(WarnDeadline(running, light), MACHINE, on)
    (warned,) = events_of(plan)
    assert isinstance(warned, Warned)
    assert (warned.light, warned.days_left) == (light, {Light.RED: 2, Light.BLACK: 0}[light])
    assert plan.writes[0].key == "2026-0001"


DERIVED = Rederived("CLAIM", "", 1, 2027, 1, date(2027, 1, 1), date(2027, 1, 5), False)  # noqa: FBT003
SHOWN = Warned("CLAIM", "", Light.RED, date(2027, 1, 5), 1)
LIVES: tuple[tuple[Event, ...], ...] = ((), (DERIVED,), (SHOWN,), (DERIVED, SHOWN))


def test_timekeeping_obeys_the_laws_of_deciders() -> None:
    """同答、幂等、重放等于现状。"""
    commands = st.one_of(anything(timekeeping.Rederive), anything(timekeeping.Warn))
    check_decider_laws(timekeeping.AGGREGATE, timekeeping.decide, commands, LIVES)


def test_light_never_goes_back() -> None:
    """同一届满之日，灯只会更重；别的案卷的事不在其中。"""
    wrong = (SHOWN, replace(SHOWN, light=Light.YELLOW), linkage.Overdue(date(2027, 1, 5)))
    check_impossible(timekeeping.AGGREGATE, ((SHOWN,),), wrong)


def test_latest_derivation_takes_the_place_of_the_one_before() -> None:
    """一项期限只留最近一次推算，别的期限的不动。"""
    other = replace(DERIVED, deadline=str(TimerKind.DELIVERY))
    again = replace(DERIVED, calendar_version=2, due_on=date(2027, 1, 6))
    state = timekeeping.AGGREGATE.fold((DERIVED, other, again))
    assert state.latest("CLAIM", "") == again
    assert state.latest("DELIVERY", "") == other
    assert state.latest("DELIVERY", "别的") is None


def test_file_is_named_by_its_own_stream() -> None:
    """计时的案卷以所属案卷为号。"""
    assert timekeeping.file_of(f"deadline/{FILE}") == FILE == timekeeping.file_of(FILE)
    assert timekeeping.AGGREGATE.stream(FILE) == f"deadline/{FILE}"
    assert Organ("SYSTEM") == MACHINE.organ
