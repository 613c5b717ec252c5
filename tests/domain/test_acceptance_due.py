"""补齐之后应当受理（许可法 32 条一款五项）：五个工作日，过了亮黑灯；法律没有默认受理。"""

from datetime import date

from domain import case
from domain.acts.intake import RequestSupplement, Supplement
from domain.acts.timekeeping import OpenDeadline, WarnDeadline
from domain.decider import Event
from domain.lights import Light
from domain.refusals import Refusal
from domain.terms import Material
from domain.timekeeping import Warned
from domain.timers import Timer, TimerKind, advance
from tests.domain.case_file import MACHINE, SHA, Book, town
from tests.rules.papers import ACCEPT, CLERK, NO, RECEIVE, item, only


def running(*events: Event) -> tuple[Timer, ...]:
    """案卷上还开着的期限。"""
    timers: tuple[Timer, ...] = ()
    for version, event in enumerate(events, 1):
        timers = advance(timers, event, version)
    return timers


def supplied() -> Book:
    """三月二日收件，三日告知补两样，四日补一样，五日补齐。"""
    book = town(item())
    book.do(RECEIVE, CLERK, "2026-03-02")
    book.do(RequestSupplement(NO, "BZ-1", ("平面图", "健康证")), CLERK, "2026-03-03")
    book.do(Supplement(NO, (Material("平面图", SHA),)), CLERK, "2026-03-04")
    book.do(Supplement(NO, (Material("健康证", SHA),)), CLERK, "2026-03-05")
    return book


def test_the_day_for_acceptance_runs_from_the_last_material() -> None:
    """三月五日补齐：至三月十二日应当受理；受理了，这一期限了结。"""
    book = supplied()
    (timer,) = running(*book.streams[f"case/{NO}"])
    assert (timer.kind, timer.due_on) == (TimerKind.ACCEPTANCE, date(2026, 3, 12))
    book.do(ACCEPT, CLERK, "2026-03-12")
    left = {one.kind for one in running(*book.streams[f"case/{NO}"])}
    assert left == {TimerKind.PROMISED_DECISION, TimerKind.LEGAL_DECISION}


def test_after_that_day_the_light_is_black_and_nothing_is_deemed() -> None:
    """三月十三日还没有受理的亮黑灯，记下来；不视为受理，仍须受理。"""
    book = supplied()
    (timer,) = running(*book.streams[f"case/{NO}"])
    deadline = OpenDeadline(
        stream=f"case/{NO}",
        key=NO,
        deadline=str(timer.kind),
        name="",
        revision=timer.revision,
        start=timer.start,
        working_days=timer.working_days,
        due_on=timer.due_on,
    )
    black = WarnDeadline(deadline, Light.BLACK)
    book.refuse(Refusal.DEADLINE_NOT_YET, black, MACHINE, "2026-03-12")
    only(book.do(black, MACHINE, "2026-03-13"), Warned)
    assert isinstance(book.load(case.AGGREGATE, NO), case.AwaitingSupplement)
    book.do(ACCEPT, CLERK, "2026-03-13")
