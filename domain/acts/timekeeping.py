"""计时的办理：公布服务日历；机器按新日历重新推算期限、记下亮灯。"""

from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias

from domain import case, light_setting, lights, service_days, timekeeping
from domain.acts.base import Desk, handles, write
from domain.acts.lookups import CASE, ending, period, rolled
from domain.calendar import AGGREGATE as CALENDAR
from domain.calendar import Published, calendar_from, calendar_id
from domain.case import DeadlineKind
from domain.clock import Running
from domain.deadlines import Due
from domain.decider import Decision, Plan, RuleUsed
from domain.light_setting import KindLevels, rule_of, table_from
from domain.lights import Light, Span
from domain.terms import Organ


@dataclass(frozen=True, slots=True)
class PublishServiceDays:
    """公布一个中心一个年度的服务日历：哪些日子开门办事。"""

    centre: Organ
    year: int
    source: str
    days_open: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class OpenDeadline:
    """一项未了的期限，依所属案卷的事件而知。

    ``key`` is the partition of the file. ``working_days`` None: not counted by working days, its
    last day only rolls over a holiday.
    """

    stream: str
    key: str
    deadline: str
    name: str
    revision: int
    start: date
    working_days: int | None
    due_on: date


@dataclass(frozen=True, slots=True)
class RederiveDeadline:
    """机器：某年度的日历公布或更正之后，重新推算一项未了的期限。"""

    running: OpenDeadline
    year: int


@dataclass(frozen=True, slots=True)
class WarnDeadline:
    """机器：一项未了的期限亮了灯。"""

    running: OpenDeadline
    light: Light


@dataclass(frozen=True, slots=True)
class PublishLights:
    """公布灯的界限的新版本；版本号由账本排定，至早次日生效。"""

    effective_from: date
    document_no: str
    levels: tuple[KindLevels, ...]


TimekeepingAct: TypeAlias = PublishServiceDays | PublishLights | RederiveDeadline | WarnDeadline


# -- handlers

TIMEKEEPING: Final = timekeeping.AGGREGATE
OF_A_CASE: Final = frozenset(DeadlineKind)


@handles(PublishServiceDays)
def publish_service_days(act: PublishServiceDays, desk: Desk) -> Decision:
    """公布服务日历；与法定工作日历互不相干，期限从不据以计算。"""
    identity = service_days.service_id(act.centre, act.year)
    command = service_days.Publish(act.centre, act.year, act.source, act.days_open)
    outcome = service_days.decide(desk.load(service_days.AGGREGATE, identity), command)
    return write(service_days.AGGREGATE, identity, identity, outcome)


@handles(PublishLights)
def publish_lights(act: PublishLights, desk: Desk) -> Decision:
    """公布灯的界限；已经起算的期限仍依旧版。"""
    setting, identity = light_setting.AGGREGATE, light_setting.IDENTITY
    fact = light_setting.LightsPublished(
        version=0,
        effective_from=act.effective_from,
        document_no=act.document_no,
        levels=act.levels,
        handler=desk.handler,
    )
    known = desk.load(setting, identity)
    answer = light_setting.decide(known, light_setting.Publish(fact, desk.today))
    return write(setting, identity, identity, answer)


@handles(RederiveDeadline)
def rederive_deadline(act: RederiveDeadline, desk: Desk) -> Decision:
    """按现行日历重新推算；已经了结的、日历没有公布过的，无事可记。"""
    running = act.running
    published = desk.load(CALENDAR, calendar_id(act.year))
    answer = _derived(running, desk)
    if answer is None or not isinstance(published, Published):
        return Plan()
    last, rules = answer
    fact = timekeeping.Rederived(
        deadline=running.deadline,
        name=running.name,
        revision=running.revision,
        year=act.year,
        calendar_version=published.latest.version,
        was_due_on=running.due_on,
        due_on=last.day,
        provisional=last.provisional,
    )
    outcome = timekeeping.decide(desk.load(TIMEKEEPING, running.stream), timekeeping.Rederive(fact))
    return write(TIMEKEEPING, running.stream, running.key, outcome, rules=rules)


@handles(WarnDeadline)
def warn_deadline(act: WarnDeadline, desk: Desk) -> Decision:
    """亮灯：以现行日历与起算之日的界限核对今日确是此灯；已经了结的，无事可记。"""
    running = act.running
    if _is_settled(running, desk):
        return Plan()
    table = table_from(desk.load, running.start)
    levels = table.of(running.deadline)
    calendar = calendar_from(desk.load, running.start)
    span = Span(running.start, running.due_on)
    left = span.left(desk.today, levels.count, calendar)
    fact = timekeeping.Warned(running.deadline, running.name, act.light, running.due_on, left)
    light = lights.light_on(desk.today, span, levels, calendar)
    state = desk.load(TIMEKEEPING, running.stream)
    outcome = timekeeping.decide(state, timekeeping.Warn(fact, light))
    rules = (*calendar.rules, rule_of(table))
    return write(TIMEKEEPING, running.stream, running.key, outcome, rules=rules)


def _derived(running: OpenDeadline, desk: Desk) -> tuple[Due, tuple[RuleUsed, ...]] | None:
    """办件自己的期限由办件推算（停算、延长都在内），别的依其起算之日与日数。"""
    if clock := _clock(running, desk):
        return ending(desk, clock)
    if _is_settled(running, desk):
        return None
    if running.working_days is not None:
        return period(desk, running.start, running.working_days)
    return rolled(desk, running.due_on), calendar_from(desk.load, running.due_on).rules


def _is_settled(running: OpenDeadline, desk: Desk) -> bool:
    """办件自己的期限，办件已经了结的；别的由期限簿看着。"""
    of_case = running.stream.startswith(f"{CASE.family}/") and running.deadline in OF_A_CASE
    return of_case and _clock(running, desk) is None


def _clock(running: OpenDeadline, desk: Desk) -> Running | None:
    family, _, number = running.stream.partition("/")
    if family != CASE.family or running.deadline not in OF_A_CASE:
        return None
    return case.running(desk.load(CASE, number), DeadlineKind(running.deadline))
