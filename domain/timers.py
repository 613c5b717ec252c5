"""期限簿（timers）：由一份案卷的事件，推出还有哪些期限没有了结。

Shared by the scheduler, who acts once a day is over, and by the deadline view, who shows what is
open: both must see the very same deadlines. Pure; nothing here knows what time it is.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from operator import attrgetter
from typing import Final

from domain import (
    annual,
    approval,
    case,
    check_result,
    clock,
    commitment,
    complaint,
    credit,
    follow_up,
    forwarding,
    gaps,
    hearing,
    inspection_plan,
    inspection_task,
    inspector,
    joint,
    linkage,
    measure,
    oversight,
    package,
    project,
    publication,
    referral,
    reform,
    revocation,
    risk,
    simulated,
    supervision,
    timekeeping,
    trigger_check,
    undertaking,
    verification,
    visit,
)
from domain.code_set import FollowUpKind
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
    DRAWING = "DRAWING"  # 抽取或者作废：登记了没有下文的督办
    SHARE_OPENING = "SHARE_OPENING"  # 封存份额开启，过后计划失效
    INSPECTION = "INSPECTION"  # 检查任务
    YEAR_END = "YEAR_END"  # 年度抽查计划的年终：记下没有组织的
    # 办件的时间
    EXPEDITED_DECISION = "EXPEDITED_DECISION"  # 绿色通道
    SUPPLY = "SUPPLY"  # 补正（告知书定的期限）
    GAP = "GAP"  # 容缺补齐
    ACCEPTANCE = "ACCEPTANCE"  # 补齐之后的受理（许可法 32 条一款五项）：没有默认受理，只亮灯
    # 几个机关几个人
    HEARING_REQUEST = "HEARING_REQUEST"  # 五日内申请听证（许可法 47 条）
    HEARING = "HEARING"  # 二十日内举行听证（47 条）
    OPINION = "OPINION"  # 协办机关意见
    DOCUMENT = "DOCUMENT"  # 联审核验
    EXAMINATION = "EXAMINATION"  # 下级初审（43 条）
    MEETING = "MEETING"  # 两周一次调度会
    TARGET = "TARGET"  # 全程目标
    # 许可的一生
    RENEWAL = "RENEWAL"  # 延续的决定：届满之前（许可法 50 条）
    PENALTY_HEARING = "PENALTY_HEARING"  # 吊销前要求听证：五个工作日（处罚法 64 条）
    PENALTY = "PENALTY"  # 吊销的决定：立案起九十日，自然日（处罚法 60 条）
    FOLLOW_UP = "FOLLOW_UP"  # 不予撤销之后的责令改正或处罚（69 条三款）
    # 承诺备案：核查与整改由人办，只亮灯
    UNDERTAKING_CHECK = "UNDERTAKING_CHECK"  # 承诺备案的核查
    UNDERTAKING_REPAIR = "UNDERTAKING_REPAIR"  # 承诺备案的整改
    SIMULATION = "SIMULATION"  # 模拟审批的期限：届时转为正式申请或者终止
    # 承诺整改、信用
    RECTIFICATION = "RECTIFICATION"  # 承诺整改
    CREDIT_RECORD = "CREDIT_RECORD"  # 信用记录的最长期限
    MEASURE = "MEASURE"  # 承诺落空的后续措施：催办
    # 监督、公示与服务
    ANSWER = "ANSWER"  # 督办答复
    VISIT = "VISIT"  # 办件回访
    OBJECTION = "OBJECTION"  # 公开异议期，过后公示
    PUBLICATION = "PUBLICATION"  # 双公示（七个工作日）
    DISCLOSURE = "DISCLOSURE"  # 主动公开（二十个工作日）
    WITHDRAWAL = "WITHDRAWAL"  # 撤下公示（处罚法 48 条）
    COMPLAINT = "COMPLAINT"  # 投诉办理
    REFERRAL = "REFERRAL"  # 移送回告
    REFORM = "REFORM"  # 改革任务
    SUPERVISION = "SUPERVISION"  # 专项督查
    # 有因检查
    CHECK_APPROVAL = "CHECK_APPROVAL"  # 紧急检查的补批
    # 两个名录、风险等级
    CERTIFICATE = "CERTIFICATE"  # 执法证件到期前三十日的提醒
    RISK_OVERRIDE = "RISK_OVERRIDE"  # 风险等级人工调整的末日
    RISK_OBJECTION = "RISK_OBJECTION"  # 风险等级异议的答复
    # 检查结果的公开与后续处理
    RESULT_PUBLICATION = "RESULT_PUBLICATION"  # 检查结果公开（二十个工作日）
    RESULT_WITHDRAWAL = "RESULT_WITHDRAWAL"  # 撤下检查结果（三个工作日）：机器即撤，只亮灯
    FOLLOW_UP_OPENING = "FOLLOW_UP_OPENING"  # 检查后续立项
    HANDLING = "HANDLING"  # 检查后续处理：改正、核实、立案
    RECHECK = "RECHECK"  # 复查（十个工作日）
    LISTING = "LISTING"  # 列入经营异常名录的决定（十个工作日）


# The families of streams that deadlines run on.
FAMILIES: Final = (
    *("case", "commitment", "licence", "push", "revocation", "plan", "task"),
    *("hearing", "credit", "deadline", "measure"),
    *("joint", "verification", "forwarding", "package", "project"),  # 几个机关几个人
    *("oversight", "visit", "publication", "complaint", "referral", "reform", "supervision"),
    *("simulated", "undertaking"),  # 模拟审批、承诺备案
    "check",  # 有因检查
    *("inspector", "risk"),  # 两个名录、风险等级
    *("result", "followup"),  # 检查结果的公开与后续处理
    "annual",  # 年度抽查计划
)


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
ROLLED: Final = frozenset({TimerKind.SUPPLEMENT, TimerKind.VERIFICATION, TimerKind.PENALTY})


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
    moved = (_otherwise(timer, _moved(timer, event, version), told) for timer in timers)
    kept = tuple(timer for timer in moved if not _settles(event, timer))
    new = (timer for timer in _opened(event, version) if not _needless(timer, timers))
    return (*kept, *(_since(timer, timers, told) for timer in new))


def _needless(new: Timer, timers: tuple[Timer, ...]) -> bool:
    """What was overturned before it was ever published needs no withdrawal."""
    unpublished = any(one.kind is TimerKind.PUBLICATION for one in timers)
    return new.kind is TimerKind.WITHDRAWAL and unpublished


_PUBLIC: Final = frozenset({TimerKind.OBJECTION, TimerKind.PUBLICATION, TimerKind.DISCLOSURE})


def _otherwise(before: Timer, after: Timer, told: Told) -> Timer:
    """On another day than before: its light is not recorded yet, other calendars may apply."""
    if after.due_on == before.due_on:
        return after
    return replace(after, shown=Light.GREEN, calendars=told.calendars or before.calendars)


def _since(timer: Timer, others: tuple[Timer, ...], told: Told) -> Timer:
    """Where the event does not say it: the green channel runs from acceptance, all else from now."""
    start = timer.start
    if start == date.min:
        legal = (one.start for one in others if one.kind is TimerKind.LEGAL_DECISION)
        green = timer.kind is TimerKind.EXPEDITED_DECISION
        start = next(legal, told.on) if green else told.on
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


# The deadlines of the decision, and where an event that moves the clock says that they now end.
_DECISION: Final = {
    TimerKind.PROMISED_DECISION: "promised_due_on",
    TimerKind.LEGAL_DECISION: "legal_due_on",
    TimerKind.EXPEDITED_DECISION: "expedited_due_on",
}
# 终结、延续的申请与答复：有效期或延续的期限了结，或另起（_opened_elsewhere）。
_LICENCE_ENDS: Final[tuple[type[Event], ...]] = (
    approval.Revoked,
    approval.Withdrawn,
    approval.Forfeited,
    approval.Expired,
    approval.Deregistered,
)
_LICENCE_MOVES: Final[tuple[type[Event], ...]] = (
    approval.RenewalRequested,
    approval.Renewed,
    approval.RenewalRefused,
    approval.DeemedRenewed,
)
_BEFORE_ACCEPTANCE: Final = frozenset(
    {TimerKind.COMPLETENESS_NOTICE, TimerKind.SUPPLY, TimerKind.ACCEPTANCE}
)
_TERM: Final = frozenset({TimerKind.VALIDITY, TimerKind.RENEWAL})
_PENALTY: Final = frozenset({TimerKind.PENALTY, TimerKind.PENALTY_HEARING})
_FOLLOWED: Final = frozenset({TimerKind.HANDLING, TimerKind.RECHECK, TimerKind.LISTING})
_OF_A_PLAN: Final = frozenset({TimerKind.REVEALS, TimerKind.DRAWING, TimerKind.SHARE_OPENING})
# What settles a deadline, whatever became of it.
_SETTLES: Final[dict[type[Event], frozenset[TimerKind]]] = {
    case.SupplementRequested: frozenset({TimerKind.COMPLETENESS_NOTICE}),
    case.Accepted: _BEFORE_ACCEPTANCE,
    case.DeemedAccepted: frozenset({TimerKind.COMPLETENESS_NOTICE}),
    case.Declined: _BEFORE_ACCEPTANCE,
    case.Approved: frozenset({*_DECISION, TimerKind.GAP}),
    case.Rejected: frozenset({*_DECISION, TimerKind.GAP}),
    case.DeemedApproved: frozenset({*_DECISION, TimerKind.GAP}),
    case.AcceptanceRevoked: frozenset({*_DECISION, TimerKind.GAP}),
    case.SupplementLapsed: frozenset({TimerKind.SUPPLY}),
    case.Withdrawn: frozenset({*_DECISION, *_BEFORE_ACCEPTANCE, TimerKind.GAP}),
    case.Delivered: frozenset({TimerKind.DELIVERY}),
    commitment.BreachConfirmed: frozenset({TimerKind.SUPPLEMENT, TimerKind.VERIFICATION}),
    commitment.Fulfilled: frozenset({TimerKind.SUPPLEMENT, TimerKind.VERIFICATION}),
    commitment.Voided: frozenset(
        {TimerKind.SUPPLEMENT, TimerKind.VERIFICATION, TimerKind.RECTIFICATION}
    ),
    commitment.Withdrawn: frozenset({TimerKind.SUPPLEMENT, TimerKind.VERIFICATION}),
    commitment.VerificationSet: frozenset({TimerKind.VERIFICATION}),  # 承诺书所写的由此取代
    commitment.Verified: frozenset({TimerKind.VERIFICATION}),
    commitment.Rectified: frozenset({TimerKind.RECTIFICATION}),
    commitment.RectificationFailed: frozenset({TimerKind.RECTIFICATION}),
    linkage.Claimed: frozenset({TimerKind.CLAIM}),
    linkage.Disputed: frozenset({TimerKind.CLAIM}),
    **dict.fromkeys(_LICENCE_MOVES, _TERM),
    **dict.fromkeys(_LICENCE_ENDS, _TERM | _PENALTY),
    approval.PenaltyNoticed: _PENALTY,  # 前一案过了期限，另行立案
    approval.PenaltyHeard: frozenset({TimerKind.PENALTY_HEARING}),
    undertaking.Verified: frozenset({TimerKind.UNDERTAKING_CHECK, TimerKind.UNDERTAKING_REPAIR}),
    undertaking.Cancelled: frozenset({TimerKind.UNDERTAKING_REPAIR}),
    simulated.Converted: frozenset({TimerKind.SIMULATION}),
    simulated.Lapsed: frozenset({TimerKind.SIMULATION}),
    revocation.FollowUpClosed: frozenset({TimerKind.FOLLOW_UP}),
    measure.Closed: frozenset({TimerKind.MEASURE}),
    revocation.StatementHeard: frozenset({TimerKind.STATEMENT}),
    revocation.Decided: frozenset({TimerKind.STATEMENT}),
    revocation.Dropped: frozenset({TimerKind.STATEMENT}),
    inspection_plan.RevealsClosed: frozenset({TimerKind.REVEALS}),
    inspection_plan.Matched: frozenset({TimerKind.DRAWING}),
    inspection_plan.PlanAnnulled: _OF_A_PLAN,
    inspection_plan.SealedShareOpened: frozenset({TimerKind.SHARE_OPENING}),
    inspection_plan.PlanVoided: _OF_A_PLAN,
    inspection_plan.LeadFell: _OF_A_PLAN,
    trigger_check.CheckApproved: frozenset({TimerKind.CHECK_APPROVAL}),
    trigger_check.CheckRefused: frozenset({TimerKind.CHECK_APPROVAL, TimerKind.INSPECTION}),
    trigger_check.CheckDone: frozenset({TimerKind.INSPECTION}),
    annual.Closed: frozenset({TimerKind.YEAR_END}),
    inspection_task.Inspected: frozenset({TimerKind.INSPECTION}),
    inspection_task.TaskWithdrawn: frozenset({TimerKind.INSPECTION}),
    inspection_task.TaskReassigned: frozenset({TimerKind.INSPECTION}),  # 由新的一项接着
    inspection_task.TaskDeferred: frozenset({TimerKind.INSPECTION}),  # 由改到的限期接着
    # 几个机关几个人
    hearing.HearingRequested: frozenset({TimerKind.HEARING_REQUEST}),
    hearing.RequestLapsed: frozenset({TimerKind.HEARING_REQUEST}),
    hearing.HearingAnnounced: frozenset({TimerKind.HEARING_REQUEST}),
    hearing.HearingHeld: frozenset({TimerKind.HEARING}),
    hearing.HearingEnded: frozenset({TimerKind.HEARING_REQUEST, TimerKind.HEARING}),
    joint.JointConcluded: frozenset({TimerKind.OPINION}),
    joint.JointEnded: frozenset({TimerKind.OPINION}),
    verification.VerificationsEnded: frozenset({TimerKind.DOCUMENT}),
    forwarding.ForwardingEnded: frozenset({TimerKind.EXAMINATION}),
    forwarding.ForwardedToSuperior: frozenset({TimerKind.EXAMINATION}),
    project.MeetingHeld: frozenset({TimerKind.MEETING}),
    project.ProjectCompleted: frozenset({TimerKind.MEETING, TimerKind.TARGET}),
    package.PackageClosed: frozenset({TimerKind.TARGET}),
    # 监督、公示与服务
    oversight.Answered: frozenset({TimerKind.ANSWER}),
    oversight.Closed: frozenset({TimerKind.ANSWER}),
    oversight.Reopened: frozenset({TimerKind.ANSWER}),
    visit.Concluded: frozenset({TimerKind.VISIT}),
    publication.Published: _PUBLIC,
    publication.Overturned: _PUBLIC,
    publication.Withdrawn: frozenset({TimerKind.WITHDRAWAL}),
    publication.Restored: frozenset({TimerKind.WITHDRAWAL}),
    complaint.Answered: frozenset({TimerKind.COMPLAINT}),
    referral.Returned: frozenset({TimerKind.REFERRAL}),
    referral.Answered: frozenset({TimerKind.REFERRAL}),
    reform.Closed: frozenset({TimerKind.REFORM}),
    supervision.Concluded: frozenset({TimerKind.SUPERVISION}),
    # 两个名录、风险等级
    inspector.InspectorRegistered: frozenset({TimerKind.CERTIFICATE}),
    inspector.InspectorRemoved: frozenset({TimerKind.CERTIFICATE}),
    inspector.CertificateExpiring: frozenset({TimerKind.CERTIFICATE}),
    risk.OverrideEnded: frozenset({TimerKind.RISK_OVERRIDE}),
    risk.ObjectionDecided: frozenset({TimerKind.RISK_OBJECTION}),
    # 检查结果的公开与后续处理
    check_result.ResultPublished: frozenset({TimerKind.RESULT_PUBLICATION}),
    check_result.ResultOverturned: frozenset(
        {TimerKind.RESULT_PUBLICATION, TimerKind.FOLLOW_UP_OPENING}
    ),
    check_result.ResultWithdrawn: frozenset({TimerKind.RESULT_WITHDRAWAL}),
    follow_up.RectificationReported: frozenset({TimerKind.HANDLING}),
    follow_up.Rechecked: _FOLLOWED,
    follow_up.ContactTried: _FOLLOWED,
    follow_up.FollowUpClosed: _FOLLOWED,
}


# What settles one deadline of several of its kind, and where the event names which.
_SETTLES_ONE: Final[dict[type[Event], tuple[TimerKind, str]]] = {
    gaps.GapFilled: (TimerKind.GAP, "material.name"),
    commitment.MaterialSupplied: (TimerKind.SUPPLEMENT, "name"),
    credit.RecordRepaired: (TimerKind.CREDIT_RECORD, "record_no"),
    credit.RecordLapsed: (TimerKind.CREDIT_RECORD, "record_no"),
    joint.OpinionGiven: (TimerKind.OPINION, "body"),
    verification.DocumentVerified: (TimerKind.DOCUMENT, "material"),
    verification.DocumentNotVerified: (TimerKind.DOCUMENT, "material"),
}


def _settles(event: Event, timer: Timer) -> bool:
    if isinstance(event, check_result.FollowUpBegun):
        return event.complete and timer.kind is TimerKind.FOLLOW_UP_OPENING
    if isinstance(event, credit.DecisionReversed):
        return timer.kind is TimerKind.CREDIT_RECORD and timer.name in event.records
    if type(event) in _SETTLES_ONE:
        kind, where = _SETTLES_ONE[type(event)]
        return timer.kind is kind and timer.name == attrgetter(where)(event)
    return timer.kind in _SETTLES.get(type(event), frozenset())


def _moved(timer: Timer, event: Event, version: int) -> Timer:
    for mover in _MOVERS:
        timer = mover(timer, event, version)
    return timer


def _opened(event: Event, version: int) -> Iterator[Timer]:
    for opener in _OPENERS:
        yield from opener(event, version)


def _until(
    kind: TimerKind, due_on: date, version: int, name: str = "", start: date = date.min
) -> Timer:
    return Timer(kind, name, due_on, end_of_day(due_on), version, start=start)


def _counted(kind: TimerKind, due_on: date, version: int, days: int, start: date) -> Timer:
    """One that is counted by working days, from the day after ``start``."""
    return replace(_until(kind, due_on, version, start=start), working_days=days)


# -- what moves a deadline that is open, slice by slice


def _case_moves(timer: Timer, event: Event, version: int) -> Timer:
    match event:
        case case.DeadlineMissed(deadline=kind) if timer.kind.value == kind.value:
            return replace(timer, missed=True)
        case clock.Paused() | clock.Resumed() | clock.Extended() if timer.kind in _DECISION:
            due: date = getattr(event.dues, _DECISION[timer.kind])
            return replace(timer, due_on=due, over_at=end_of_day(due), revision=version)
        case gaps.GapDefaulted() if timer.kind is TimerKind.GAP:
            return replace(timer, missed=True)
        case _:
            return timer


def _pledge_moves(timer: Timer, event: Event, version: int) -> Timer:
    del version
    match event:
        case commitment.SupplementOverdue(name=name) if timer.name == name:
            return replace(timer, missed=True)
        case linkage.Overdue() if timer.kind is TimerKind.CLAIM:
            return replace(timer, missed=True)
        case _:
            return timer


def _inspection_moves(timer: Timer, event: Event, version: int) -> Timer:
    if isinstance(event, inspection_plan.CommitsIn) and timer.kind is TimerKind.REVEALS:
        # Reveals can be closed only now: a refusal before this must not count for ever.
        return replace(timer, revision=version)
    return timer


def _hearing_moves(timer: Timer, event: Event, version: int) -> Timer:
    """逾期只作记号，事情还是要办。"""
    del version
    if isinstance(event, hearing.HearingOverdue) and timer.kind is TimerKind.HEARING:
        return replace(timer, missed=True)
    return timer


def _panel_moves(timer: Timer, event: Event, version: int) -> Timer:
    """别的机关逾期：只作记号，事情还是要办。"""
    del version
    late: tuple[TimerKind, str]
    match event:
        case joint.OpinionOverdue(body=name):
            late = (TimerKind.OPINION, name)
        case verification.VerificationOverdue(material=name):
            late = (TimerKind.DOCUMENT, name)
        case forwarding.ExaminationOverdue():
            late = (TimerKind.EXAMINATION, "")
        case _:
            return timer
    return replace(timer, missed=True) if (timer.kind, timer.name) == late else timer


# 监督、公示与服务：记下哪一种期限已过。
_MISSES: Final[dict[type[Event], TimerKind]] = {
    oversight.AnswerMissed: TimerKind.ANSWER,
    publication.Missed: TimerKind.PUBLICATION,
    complaint.Overdue: TimerKind.COMPLAINT,
    reform.Overdue: TimerKind.REFORM,
    check_result.PublicationMissed: TimerKind.RESULT_PUBLICATION,
    check_result.FollowUpLacking: TimerKind.FOLLOW_UP_OPENING,
}


def _oversight_moves(timer: Timer, event: Event, version: int) -> Timer:
    del version
    late = isinstance(event, follow_up.FollowUpOverdue) and timer.kind in _FOLLOWED
    if late or timer.kind is _MISSES.get(type(event)):
        return replace(timer, missed=True)
    return timer


_MOVERS: Final = (
    *(_case_moves, _pledge_moves, _inspection_moves, _hearing_moves),
    *(_oversight_moves, _panel_moves),
)


# -- what opens a deadline, slice by slice


def _case_opens(event: Event, version: int) -> Iterator[Timer]:
    match event:
        case case.Received(notice_due_on=due, received_at=at):
            start = beijing_day(at)
            yield _counted(TimerKind.COMPLETENESS_NOTICE, due, version, case.NOTICE_DAYS, start)
        case case.Accepted() | case.DeemedAccepted():
            start, promised, legal = event.accepted_on, event.promised_due_on, event.legal_due_on
            days = event.promised_days
            yield _counted(TimerKind.PROMISED_DECISION, promised, version, days, start)
            yield _counted(TimerKind.LEGAL_DECISION, legal, version, event.legal_days, start)
        case clock.Expedited(dues=clock.Dues(expedited_due_on=date() as due)):
            # From the day of acceptance, which the event does not say: see _since.
            days = event.expedited_days
            yield _counted(TimerKind.EXPEDITED_DECISION, due, version, days, date.min)
        case case.SupplementRequested(supply_by=date() as due):
            yield _until(TimerKind.SUPPLY, due, version)
        case gaps.GapsAccepted(due_on=due):
            for name in event.gaps:
                yield _until(TimerKind.GAP, due, version, name)
        case (
            case.Approved(delivery_due_on=due)
            | case.Rejected(delivery_due_on=due)
            | case.DeemedApproved(delivery_due_on=due)
        ):
            start = event.decided_on
            yield _counted(TimerKind.DELIVERY, due, version, case.DELIVERY_DAYS, start)
        case _:
            return


def _acceptance_opens(event: Event, version: int) -> Iterator[Timer]:
    """补齐之后应当受理。"""
    match event:
        case case.Supplemented(accept_due_on=date() as due, received_at=at):
            start = beijing_day(at)
            yield _counted(TimerKind.ACCEPTANCE, due, version, case.NOTICE_DAYS, start)
        case _:
            return


def _pledge_opens(event: Event, version: int) -> Iterator[Timer]:
    match event:
        case commitment.DeadlinesResumed(promises=promises):
            yield from _promised(promises, version)
        case commitment.Made(promises=promises):
            yield from _promised(promises, version)
            yield _until(TimerKind.VERIFICATION, event.verification_due_on, version)
        case linkage.Sent(claim_due_on=due):
            yield _counted(TimerKind.CLAIM, due, version, linkage.CLAIM_DAYS, date.min)
        case commitment.VerificationSet(due_on=date() as due):
            yield _until(TimerKind.VERIFICATION, due, version)
        case commitment.RectificationOrdered(due_on=due):
            yield _until(TimerKind.RECTIFICATION, due, version)
        case measure.Opened(due_on=due):
            yield _counted(TimerKind.MEASURE, due, version, measure.MEASURE_DAYS, date.min)
        case credit.RecordAdded(record_no=number, last_day=due):
            yield _until(TimerKind.CREDIT_RECORD, due, version, number)
        case _:
            return


def _promised(promises: tuple[commitment.Promise, ...], version: int) -> Iterator[Timer]:
    for promise in promises:
        yield _until(TimerKind.SUPPLEMENT, promise.due_on, version, promise.name)


def _inspection_opens(event: Event, version: int) -> Iterator[Timer]:
    match event:
        case inspection_plan.PlanRegistered(public_value_at=instant):
            if event.seed_plan_no is None:
                yield Timer(TimerKind.REVEALS, "", beijing_day(instant), instant, version)
            yield _until(TimerKind.DRAWING, inspection_plan.draw_by(event), version)
            if event.sealed_share_commitment is not None:
                yield _until(TimerKind.SHARE_OPENING, inspection_plan.open_by(event), version)
        case (
            inspection_task.TaskAssigned(due_on=due)
            | inspection_task.TaskReassigned(due_on=due)
            | inspection_task.TaskDeferred(due_on=due)
        ):
            yield _until(TimerKind.INSPECTION, due, version)
        case trigger_check.CheckOpened(due_on=due, approve_by=approve_by):
            yield _until(TimerKind.INSPECTION, due, version)
            if approve_by is not None:
                yield _until(TimerKind.CHECK_APPROVAL, approve_by, version)
        case annual.Drafted(year=year):
            yield _until(TimerKind.YEAR_END, annual.year_end(year), version)
        case _:
            return


def _hearing_opens(event: Event, version: int) -> Iterator[Timer]:
    """几个机关几个人的程序。"""
    match event:
        case hearing.RightTold(told_on=start, apply_due_on=due):
            days = hearing.APPLY_DAYS
            yield _counted(TimerKind.HEARING_REQUEST, due, version, days, start)
        case hearing.HearingRequested(requested_on=start, hold_due_on=due):
            yield _counted(TimerKind.HEARING, due, version, hearing.HOLD_DAYS, start)
        case _:
            return


def _licence_opens(event: Event, version: int) -> Iterator[Timer]:
    """许可的有效期；有延续申请、届时视为准予的，到期不是届满（规则 13）。"""
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
        case (
            revocation.NoticeServed(statement_due_on=due)
            | revocation.NoticePublished(statement_due_on=due)
        ):
            yield _until(TimerKind.STATEMENT, due, version)
        case revocation.FollowUpOrdered(due_on=due):
            yield _until(TimerKind.FOLLOW_UP, due, version)
        case simulated.Opened(valid_until=due):
            yield _until(TimerKind.SIMULATION, due, version)
        case undertaking.Filed(verify_by=date() as due):
            yield _until(TimerKind.UNDERTAKING_CHECK, due, version)
        case undertaking.Verified(rectify_by=date() as due):
            yield _until(TimerKind.UNDERTAKING_REPAIR, due, version)
        case _:
            return


def _penalty_opens(event: Event, version: int) -> Iterator[Timer]:
    """吊销前告知：要求听证的五个工作日，决定的九十个自然日。"""
    if isinstance(event, approval.PenaltyNoticed):
        asked, days = event.request_due_on, approval.HEARING_DAYS
        yield _counted(TimerKind.PENALTY_HEARING, asked, version, days, event.noticed_on)
        yield _until(TimerKind.PENALTY, event.decide_due_on, version, start=event.filed_on)


def _panel_opens(event: Event, version: int) -> Iterator[Timer]:
    """别的机关的答复、初审、调度会与全程目标。"""
    match event:
        case joint.OpinionRequested(requested_on=start, days=days, due_on=due, body=name):
            yield replace(_counted(TimerKind.OPINION, due, version, days, start), name=name)
        case verification.VerificationRequested(
            requested_on=start, days=days, due_on=due, material=name
        ):
            yield replace(_counted(TimerKind.DOCUMENT, due, version, days, start), name=name)
        case forwarding.ExaminationOpened(accepted_on=start, due_on=due):
            days = forwarding.EXAMINATION_DAYS
            yield _counted(TimerKind.EXAMINATION, due, version, days, start)
        case project.MeetingHeld(next_on=due):
            yield _until(TimerKind.MEETING, due, version)
        case (
            package.PackageOpened(opened_on=start, target_days=int() as days, due_on=date() as due)
            | project.ProjectRegistered(
                registered_on=start, target_days=int() as days, due_on=date() as due
            )
        ):
            yield _counted(TimerKind.TARGET, due, version, days, start)
        case _:
            return


def _oversight_opens(event: Event, version: int) -> Iterator[Timer]:
    match event:
        case oversight.Raised(answer_due_on=due) | oversight.Reopened(answer_due_on=due):
            yield _until(TimerKind.ANSWER, due, version)
        case publication.Due():
            yield _until(TimerKind.OBJECTION, event.objection_due_on, version)
            yield _until(TimerKind.PUBLICATION, event.double_due_on, version)
            yield _until(TimerKind.DISCLOSURE, event.general_due_on, version)
        case publication.Overturned(withdraw_due_on=due):
            yield _until(TimerKind.WITHDRAWAL, due, version)
        case _:
            yield from _opened_for_people(event, version)


def _opened_for_people(event: Event, version: int) -> Iterator[Timer]:
    match event:
        case visit.Opened(due_on=due):
            yield _until(TimerKind.VISIT, due, version)
        case complaint.Assigned(due_on=due):
            yield _until(TimerKind.COMPLAINT, due, version)
        case referral.Made(due_on=due):
            yield _until(TimerKind.REFERRAL, due, version)
        case reform.Assigned(due_on=due):
            yield _until(TimerKind.REFORM, due, version)
        case supervision.Opened(due_on=due):
            yield _until(TimerKind.SUPERVISION, due, version)
        case _:
            return


def _register_opens(event: Event, version: int) -> Iterator[Timer]:
    """两个名录与风险等级。"""
    match event:
        case inspector.InspectorRegistered():
            yield _until(TimerKind.CERTIFICATE, inspector.notice_on(event), version)
        case risk.Overridden(last_day=due):
            yield _until(TimerKind.RISK_OVERRIDE, due, version)
        case risk.Objected(due_on=due):
            yield _until(TimerKind.RISK_OBJECTION, due, version)
        case _:
            return


def _result_opens(event: Event, version: int) -> Iterator[Timer]:
    """检查结果的公开、撤下，与后续处理的立项。"""
    match event:
        case (
            check_result.ResultFormed(formed_on=start)
            | check_result.ResultCorrected(corrected_on=start)
        ):
            days, due = check_result.PUBLISH_DAYS, event.publish_by
            yield _counted(TimerKind.RESULT_PUBLICATION, due, version, days, start)
            if event.follow_up_by is not None:
                days, due = check_result.FOLLOW_UP_DAYS, event.follow_up_by
                yield _counted(TimerKind.FOLLOW_UP_OPENING, due, version, days, start)
        case check_result.ResultOverturned(overturned_on=start, withdraw_by=date() as due):
            days = check_result.WITHDRAW_DAYS
            yield _counted(TimerKind.RESULT_WITHDRAWAL, due, version, days, start)
        case _:
            return


_HANDLED_WITHIN: Final = {
    FollowUpKind.ABNORMAL: follow_up.VERIFY_DAYS,
    FollowUpKind.CASE_FILED: follow_up.FILE_DAYS,
}


def _follow_up_opens(event: Event, version: int) -> Iterator[Timer]:
    """检查后续处理：改正、核实、立案，复查，列入的决定。"""
    match event:
        case follow_up.FollowUpOpened(kind=kind, opened_on=start, due_on=date() as due):
            days = _HANDLED_WITHIN.get(kind)
            timer = _until(TimerKind.HANDLING, due, version, start=start)
            yield replace(timer, working_days=days)
        case follow_up.RectificationReported(reported_on=start, recheck_by=due):
            days = follow_up.RECHECK_DAYS
            yield _counted(TimerKind.RECHECK, due, version, days, start)
        case follow_up.Rechecked(performed_on=start, rectify_by=date() as due):
            yield _until(TimerKind.HANDLING, due, version, start=start)
        case follow_up.ContactTried(reached=False, tried_on=start, due_on=due, verified=verified):
            if verified:
                yield _counted(TimerKind.LISTING, due, version, follow_up.LIST_DAYS, start)
            else:
                yield _until(TimerKind.HANDLING, due, version, start=start)
        case _:
            return


_OPENERS: Final = (
    *(_case_opens, _pledge_opens, _inspection_opens, _hearing_opens, _licence_opens),
    _panel_opens,
    _oversight_opens,
    *(_penalty_opens, _acceptance_opens, _register_opens),
    *(_result_opens, _follow_up_opens),
)
