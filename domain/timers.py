"""期限簿（timers）：由一份案卷的事件，推出还有哪些期限没有了结。

Shared by the scheduler, who acts once a day is over, and by the deadline view, who shows what is
open: both must see the very same deadlines. Pure; nothing here knows what time it is.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from domain import approval, case, commitment, inspection, linkage, revocation
from domain.decider import Event
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
    # 许可的一生
    RENEWAL = "RENEWAL"  # 延续的决定：届满之前（许可法 50 条）
    FOLLOW_UP = "FOLLOW_UP"  # 不予撤销之后的责令改正或处罚（69 条三款）


@dataclass(frozen=True, slots=True)
class Timer:
    """一项未了的期限。

    ``over_at`` is the first instant (UTC) at which it has run out; ``revision`` is the version of
    the event that set it, so that a deadline that moves has another identity. ``missed`` says that
    the ledger already records that it was missed, while the thing itself is still to be done.
    """

    kind: TimerKind
    name: str
    due_on: date
    over_at: datetime
    revision: int
    missed: bool = False

    @property
    def identity(self) -> str:
        """同一份案卷内区别各期限的名字。"""
        return f"{self.kind}:{self.name}" if self.name else str(self.kind)


def advance(timers: tuple[Timer, ...], event: Event, version: int) -> tuple[Timer, ...]:
    """一件事发生之后，案卷上还开着的期限。"""
    moved = (_moved(timer, event, version) for timer in timers)
    kept = tuple(timer for timer in moved if not _settles(event, timer))
    return (*kept, *_opened(event, version))


# 终结、延续的申请与答复：有效期或延续的期限了结，或另起（_opened_elsewhere）。
_LICENCE_MOVES: Final[tuple[type[Event], ...]] = (
    approval.Revoked,
    approval.Withdrawn,
    approval.Forfeited,
    approval.Expired,
    approval.Deregistered,
    approval.RenewalRequested,
    approval.Renewed,
    approval.RenewalRefused,
    approval.DeemedRenewed,
)
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
    **dict.fromkeys(_LICENCE_MOVES, frozenset({TimerKind.VALIDITY, TimerKind.RENEWAL})),
    revocation.FollowUpClosed: frozenset({TimerKind.FOLLOW_UP}),
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


def _until(kind: TimerKind, due_on: date, version: int, name: str = "") -> Timer:
    return Timer(kind, name, due_on, end_of_day(due_on), version)


def _opened(event: Event, version: int) -> Iterator[Timer]:
    match event:
        case case.Received(notice_due_on=due):
            yield _until(TimerKind.COMPLETENESS_NOTICE, due, version)
        case case.Accepted() | case.DeemedAccepted():
            yield _until(TimerKind.PROMISED_DECISION, event.promised_due_on, version)
            yield _until(TimerKind.LEGAL_DECISION, event.legal_due_on, version)
        case case.Approved(delivery_due_on=due) | case.Rejected(delivery_due_on=due):
            yield _until(TimerKind.DELIVERY, due, version)
        case _:
            yield from _opened_elsewhere(event, version)


def _opened_elsewhere(event: Event, version: int) -> Iterator[Timer]:
    match event:
        case commitment.Made():
            for promise in event.promises:
                yield _until(TimerKind.SUPPLEMENT, promise.due_on, version, promise.name)
            yield _until(TimerKind.VERIFICATION, event.verification_due_on, version)
        case linkage.Sent(claim_due_on=due):
            yield _until(TimerKind.CLAIM, due, version)
        case (
            revocation.NoticeServed(statement_due_on=due)
            | revocation.NoticePublished(statement_due_on=due)
        ):
            yield _until(TimerKind.STATEMENT, due, version)
        case inspection.PlanRegistered(public_value_at=instant):
            yield Timer(TimerKind.REVEALS, "", beijing_day(instant), instant, version)
        case inspection.TaskAssigned(due_on=due):
            yield _until(TimerKind.INSPECTION, due, version)
        case _:
            yield from _opened_on_licence(event, version)


def _opened_on_licence(event: Event, version: int) -> Iterator[Timer]:
    """许可的有效期；有延续申请、届时视为准予的，到期不是届满（规则 13）；不予撤销的后续。"""
    match event:
        case approval.RenewalRequested(tacit=True, valid_to=due):
            yield _until(TimerKind.RENEWAL, due, version)
        case (
            approval.Granted(valid_to=date() as due)
            | approval.RenewalRequested(valid_to=due)
            | approval.Renewed(valid_to=due)
            | approval.RenewalRefused(valid_to=due)
            | approval.DeemedRenewed(valid_to=due)
            | approval.RevocationReversed(valid_to=date() as due)
        ):
            yield _until(TimerKind.VALIDITY, due, version)
        case revocation.FollowUpOrdered(due_on=due):
            yield _until(TimerKind.FOLLOW_UP, due, version)
        case _:
            return
