"""期限簿（timers）：由一份案卷的事件，推出还有哪些期限没有了结。

Shared by the scheduler, who acts once a day is over, and by the deadline view, who shows what is
open: both must see the very same deadlines. Pure; nothing here knows what time it is.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from domain import (
    approval,
    case,
    commitment,
    forwarding,
    hearing,
    inspection,
    joint,
    linkage,
    package,
    project,
    revocation,
    verification,
)
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
    # 几个机关几个人
    HEARING_REQUEST = "HEARING_REQUEST"  # 五日内申请听证（许可法 47 条）
    HEARING = "HEARING"  # 二十日内举行听证（47 条）
    OPINION = "OPINION"  # 协办机关意见
    DOCUMENT = "DOCUMENT"  # 联审核验
    EXAMINATION = "EXAMINATION"  # 下级初审（43 条）
    MEETING = "MEETING"  # 两周一次调度会
    TARGET = "TARGET"  # 全程目标


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
    # 几个机关几个人
    hearing.HearingRequested: frozenset({TimerKind.HEARING_REQUEST}),
    hearing.RequestLapsed: frozenset({TimerKind.HEARING_REQUEST}),
    hearing.HearingAnnounced: frozenset({TimerKind.HEARING_REQUEST}),
    hearing.HearingHeld: frozenset({TimerKind.HEARING}),
    joint.JointConcluded: frozenset({TimerKind.OPINION}),
    forwarding.ForwardedToSuperior: frozenset({TimerKind.EXAMINATION}),
    project.MeetingHeld: frozenset({TimerKind.MEETING}),
    project.ProjectCompleted: frozenset({TimerKind.MEETING, TimerKind.TARGET}),
    package.PackageClosed: frozenset({TimerKind.TARGET}),
}


def _settles(event: Event, timer: Timer) -> bool:
    if isinstance(event, commitment.MaterialSupplied):
        return timer.kind is TimerKind.SUPPLEMENT and timer.name == event.name
    if isinstance(event, joint.OpinionGiven):
        return timer.kind is TimerKind.OPINION and timer.name == event.body
    if isinstance(event, verification.DocumentVerified | verification.DocumentNotVerified):
        return timer.kind is TimerKind.DOCUMENT and timer.name == event.material
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
            return _moved_among(timer, event)


def _moved_among(timer: Timer, event: Event) -> Timer:
    """几个机关几个人的程序：逾期只作记号，事情还是要办。"""
    match event:
        case hearing.HearingOverdue() if timer.kind is TimerKind.HEARING:
            return replace(timer, missed=True)
        case joint.OpinionOverdue(body=name) if timer.name == name:
            return replace(timer, missed=True)
        case verification.VerificationOverdue(material=name) if timer.name == name:
            return replace(timer, missed=True)
        case forwarding.ExaminationOverdue() if timer.kind is TimerKind.EXAMINATION:
            return replace(timer, missed=True)
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
        case approval.Granted(valid_to=date() as due):
            yield _until(TimerKind.VALIDITY, due, version)
        case linkage.Sent(claim_due_on=due):
            yield _until(TimerKind.CLAIM, due, version)
        case revocation.NoticeServed(statement_due_on=due):
            yield _until(TimerKind.STATEMENT, due, version)
        case inspection.PlanRegistered(public_value_at=instant):
            yield Timer(TimerKind.REVEALS, "", beijing_day(instant), instant, version)
        case inspection.TaskAssigned(due_on=due):
            yield _until(TimerKind.INSPECTION, due, version)
        case _:
            yield from _opened_among(event, version)


# What opens a deadline among several organs: its kind, and where the event says when and whose.
_OPENS: Final[dict[type[Event], tuple[TimerKind, str, str]]] = {
    hearing.RightTold: (TimerKind.HEARING_REQUEST, "apply_due_on", ""),
    hearing.HearingRequested: (TimerKind.HEARING, "hold_due_on", ""),
    joint.OpinionRequested: (TimerKind.OPINION, "due_on", "body"),
    verification.VerificationRequested: (TimerKind.DOCUMENT, "due_on", "material"),
    forwarding.ExaminationOpened: (TimerKind.EXAMINATION, "due_on", ""),
    project.MeetingHeld: (TimerKind.MEETING, "next_on", ""),
    project.ProjectRegistered: (TimerKind.TARGET, "due_on", ""),
    package.PackageOpened: (TimerKind.TARGET, "due_on", ""),
}


def _opened_among(event: Event, version: int) -> Iterator[Timer]:
    """几个机关几个人的程序。"""
    if type(event) in _OPENS:
        kind, when, whose = _OPENS[type(event)]
        due_on = getattr(event, when)
        if due_on is not None:
            yield _until(kind, due_on, version, getattr(event, whose) if whose else "")
