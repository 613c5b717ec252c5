"""期限簿（timers）：由一份案卷的事件，推出还有哪些期限没有了结。

Shared by the scheduler, who acts once a day is over, and by the deadline view, who shows what is
open: both must see the very same deadlines. Pure; nothing here knows what time it is.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from domain import approval, case, commitment, inspection, linkage, revocation, timekeeping
from domain.decider import Event, RuleUsed
from domain.lights import Light
from domain.terms import beijing_day, end_of_day


class TimerKind(StrEnum):
    """期限的种类；中文名在 messages 的 [deadline] 表。"""

    COMPLETENESS_NOTICE = "COMPLETENESS_NOTICE"  # 五日一次告知（许可法 32 条）
    PROMISED_DECISION = "PROMISED_DECISION"  # 承诺时限
    LEGAL_DECISION = "LEGAL_DECISION"  # 法定时限（42 条）
    DELIVERY = "DELIVERY"  # 十日送达（44 条）
    SUPPLEMENT = "SUPPLEMENT"  # 承诺补交材料
    VERIFICATION = "VERIFICATION"  # 承诺核查
    CLAIM = "CLAIM"  # 推送认领
    VALIDITY = "VALIDITY"  # 许可有效期
    STATEMENT = "STATEMENT"  # 陈述申辩
    REVEALS = "REVEALS"  # 种子份额揭示
    INSPECTION = "INSPECTION"  # 检查任务


@dataclass(frozen=True, slots=True)
class Timer:
    """一项未了的期限。

    ``over_at`` is the first instant (UTC) at which it has run out; ``revision`` is the version of
    the event that set it, so that a deadline that moves has another identity. ``missed`` says that
    the ledger already records that it was missed, while the thing itself is still to be done.

    ``start``: the day after which it runs. ``working_days``: how many it was given; None where it
    was given otherwise. ``calendars``: the versions by which it was reckoned, as ``cn-2026 1``.
    ``shown``: the light that the ledger already records.
    """

    kind: TimerKind
    name: str
    due_on: date
    over_at: datetime
    revision: int
    missed: bool = False
    start: date = date.min
    working_days: int | None = None
    calendars: tuple[str, ...] = ()
    shown: Light = Light.GREEN

    @property
    def identity(self) -> str:
        """同一份案卷内区别各期限的名字。"""
        return f"{self.kind}:{self.name}" if self.name else str(self.kind)

    @property
    def follows_calendar(self) -> bool:
        """日历公布或更正之后是否要重新推算：以工作日计的，或末日遇休假顺延的。"""
        return self.working_days is not None or self.kind in ROLLED

    def spans(self, year: int) -> bool:
        """起讫之间是否有这一年的日子。"""
        return self.start.year <= year <= self.due_on.year


# Not counted by working days, but the last day rolls over a holiday (民法典 203 条).
ROLLED: Final = frozenset({TimerKind.SUPPLEMENT, TimerKind.VERIFICATION})


@dataclass(frozen=True, slots=True)
class Told:
    """事件的信封里与期限有关的：作出之日（北京时间），所依的规则版本。"""

    on: date = date.min
    rules: tuple[RuleUsed, ...] = ()

    @property
    def calendars(self) -> tuple[str, ...]:
        """所依的日历，如 ``cn-2026 1``。"""
        named = (rule for rule in self.rules if rule.name.startswith("calendar/"))
        return tuple(f"{rule.name.partition('/')[2]} {rule.version}" for rule in named)


UNTOLD: Final = Told()


def told(decided_at: datetime, rules: tuple[RuleUsed, ...]) -> Told:
    """由信封所载的时刻与规则。"""
    return Told(beijing_day(decided_at), rules)


def advance(
    timers: tuple[Timer, ...], event: Event, version: int, told: Told = UNTOLD
) -> tuple[Timer, ...]:
    """一件事发生之后，案卷上还开着的期限。"""
    if isinstance(event, timekeeping.Rederived | timekeeping.Warned):
        return tuple(_kept_time(timer, event, told) for timer in timers)
    moved = (_moved(timer, event, version) for timer in timers)
    kept = tuple(timer for timer in moved if not _settles(event, timer))
    opened = (_since(timer, told) for timer in _opened(event, version))
    return (*kept, *opened)


def _since(timer: Timer, told: Told) -> Timer:
    start = told.on if timer.start == date.min else timer.start
    return replace(timer, start=start, calendars=told.calendars)


def _kept_time(
    timer: Timer, event: timekeeping.Rederived | timekeeping.Warned, told: Told
) -> Timer:
    """The machine derived it anew, or recorded its light: nothing else about it changes."""
    if (event.deadline, event.name) != (timer.kind, timer.name):
        return timer
    match event:
        case timekeeping.Warned(light=light, due_on=due):
            return replace(timer, shown=light) if due == timer.due_on else timer
        case timekeeping.Rederived(revision=revision, due_on=due) if revision == timer.revision:
            shown = timer.shown if due == timer.due_on else Light.GREEN
            over_at, calendars = end_of_day(due), told.calendars
            return replace(timer, due_on=due, over_at=over_at, calendars=calendars, shown=shown)
        case _:
            return timer


# What settles a deadline, whatever became of it.
_SETTLES: Final[dict[type[Event], frozenset[TimerKind]]] = {
    case.SupplementRequested: frozenset({TimerKind.COMPLETENESS_NOTICE}),
    case.Accepted: frozenset({TimerKind.COMPLETENESS_NOTICE}),
    case.DeemedAccepted: frozenset({TimerKind.COMPLETENESS_NOTICE}),
    case.Declined: frozenset({TimerKind.COMPLETENESS_NOTICE}),
    case.Approved: frozenset({TimerKind.PROMISED_DECISION, TimerKind.LEGAL_DECISION}),
    case.Rejected: frozenset({TimerKind.PROMISED_DECISION, TimerKind.LEGAL_DECISION}),
    case.Delivered: frozenset({TimerKind.DELIVERY}),
    commitment.BreachConfirmed: frozenset({TimerKind.SUPPLEMENT, TimerKind.VERIFICATION}),
    commitment.Fulfilled: frozenset({TimerKind.SUPPLEMENT, TimerKind.VERIFICATION}),
    commitment.Voided: frozenset({TimerKind.SUPPLEMENT, TimerKind.VERIFICATION}),
    linkage.Claimed: frozenset({TimerKind.CLAIM}),
    linkage.Disputed: frozenset({TimerKind.CLAIM}),
    approval.Revoked: frozenset({TimerKind.VALIDITY}),
    approval.Withdrawn: frozenset({TimerKind.VALIDITY}),
    approval.Forfeited: frozenset({TimerKind.VALIDITY}),
    approval.Expired: frozenset({TimerKind.VALIDITY}),
    approval.Deregistered: frozenset({TimerKind.VALIDITY}),
    revocation.StatementHeard: frozenset({TimerKind.STATEMENT}),
    revocation.Decided: frozenset({TimerKind.STATEMENT}),
    revocation.Dropped: frozenset({TimerKind.STATEMENT}),
    inspection.RevealsClosed: frozenset({TimerKind.REVEALS}),
    inspection.PlanAnnulled: frozenset({TimerKind.REVEALS}),
    inspection.Inspected: frozenset({TimerKind.INSPECTION}),
}


def _settles(event: Event, timer: Timer) -> bool:
    if isinstance(event, commitment.MaterialSupplied):
        return timer.kind is TimerKind.SUPPLEMENT and timer.name == event.name
    return timer.kind in _SETTLES.get(type(event), frozenset())


def _moved(timer: Timer, event: Event, version: int) -> Timer:
    match event:
        case case.DeadlineMissed(deadline=kind) if timer.kind.value == kind.value:
            return replace(timer, missed=True)
        case commitment.SupplementOverdue(name=name) if timer.name == name:
            return replace(timer, missed=True)
        case linkage.Overdue() if timer.kind is TimerKind.CLAIM:
            return replace(timer, missed=True)
        case inspection.CommitsIn() if timer.kind is TimerKind.REVEALS:
            # Reveals can be closed only now: a refusal before this must not count for ever.
            return replace(timer, revision=version)
        case _:
            return timer


def _until(
    kind: TimerKind, due_on: date, version: int, name: str = "", start: date = date.min
) -> Timer:
    return Timer(kind, name, due_on, end_of_day(due_on), version, start=start)


def _counted(kind: TimerKind, due_on: date, version: int, days: int, start: date) -> Timer:
    """One that is counted by working days, from the day after ``start``."""
    return replace(_until(kind, due_on, version, start=start), working_days=days)


def _opened(event: Event, version: int) -> Iterator[Timer]:
    match event:
        case case.Received(notice_due_on=due, received_at=at):
            start = beijing_day(at)
            yield _counted(TimerKind.COMPLETENESS_NOTICE, due, version, case.NOTICE_DAYS, start)
        case case.Accepted() | case.DeemedAccepted():
            start, promised, legal = event.accepted_on, event.promised_due_on, event.legal_due_on
            days = event.promised_days
            yield _counted(TimerKind.PROMISED_DECISION, promised, version, days, start)
            yield _counted(TimerKind.LEGAL_DECISION, legal, version, event.legal_days, start)
        case case.Approved(delivery_due_on=due) | case.Rejected(delivery_due_on=due):
            start = event.decided_on
            yield _counted(TimerKind.DELIVERY, due, version, case.DELIVERY_DAYS, start)
        case _:
            yield from _opened_elsewhere(event, version)


def _opened_elsewhere(event: Event, version: int) -> Iterator[Timer]:
    match event:
        case commitment.Made():
            for promise in event.promises:
                yield _until(TimerKind.SUPPLEMENT, promise.due_on, version, promise.name)
            yield _until(TimerKind.VERIFICATION, event.verification_due_on, version)
        case approval.Granted(valid_to=date() as due):
            yield _until(TimerKind.VALIDITY, due, version)
        case linkage.Sent(claim_due_on=due):
            yield _counted(TimerKind.CLAIM, due, version, linkage.CLAIM_DAYS, date.min)
        case revocation.NoticeServed(statement_due_on=due):
            yield _until(TimerKind.STATEMENT, due, version)
        case inspection.PlanRegistered(public_value_at=instant):
            yield Timer(TimerKind.REVEALS, "", beijing_day(instant), instant, version)
        case inspection.TaskAssigned(due_on=due):
            yield _until(TimerKind.INSPECTION, due, version)
        case _:
            return
