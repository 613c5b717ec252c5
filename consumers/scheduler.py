"""定时：期限届满（北京时间该日已终）之后，由机器记录、推定或收尾；从不提前，一次为限。

Row: the open deadlines of one stream; ``due_at`` is the first instant at which the machine has
something to do. The command id is (deadline, its revision, due): a deadline that moved has another
id, a repeat has none. ``due`` is the latest day that is over: the ledger reckons the period anew by
today's calendars, and where it answers "not yet" the machine asks again when one more day is over.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Final

from consumers.common import machine
from domain.acts import Act
from domain.acts.annual import CloseAnnualPlan
from domain.acts.check_results import MarkFollowUpLacking, MarkResultMissed
from domain.acts.complaints import MarkComplaintOverdue, MarkReformOverdue
from domain.acts.credits import LapseCredit
from domain.acts.follow_ups import MarkCheckFollowUpOverdue
from domain.acts.forwardings import MarkExaminationOverdue
from domain.acts.gaps import DefaultGaps
from domain.acts.hearings import MarkHearingLapsed, MarkHearingOverdue
from domain.acts.inspections import CloseReveals, VoidPlan
from domain.acts.intake import DeemAccepted, MarkDeadlineMissed
from domain.acts.joints import MarkOpinionOverdue
from domain.acts.licences import DeemRenewed
from domain.acts.linkage import MarkPushOverdue
from domain.acts.oversight import MarkAnswerMissed
from domain.acts.pledges import MarkRectificationOverdue, MarkSupplementOverdue
from domain.acts.publications import MarkPublicationMissed, Publish
from domain.acts.remarks import LapseSupplement
from domain.acts.revocations import ExpireLicence
from domain.acts.risks import ExpireOverride
from domain.acts.rolls import WarnCertificate
from domain.acts.simulations import ExpireSimulation
from domain.acts.verifications import MarkVerificationOverdue
from domain.case import DeadlineKind
from domain.refusals import Refusal
from domain.terms import (
    Actor,
    CaseNo,
    CommitmentId,
    LicenceNo,
    Organ,
    PersonId,
    SubjectId,
    beijing_day,
)
from domain.timekeeping import file_of
from domain.timers import FAMILIES, Timer, TimerKind, advance
from followers.delivered import Delivered
from followers.packing import pack, unpack
from followers.supervisor import DUE, Command, Reaction, Rows, StateRow, Supervisor
from schemas.registry import EVENT_NAMES

NAME: Final = "scheduler"
ACTOR: Final[Actor] = machine(NAME)
ONE_DAY: Final = timedelta(days=1)

# What the machine does about a deadline that has run out: (number of the stream, timer) -> act.
# The other kinds (核查、陈述申辩、检查、调度会、全程目标) are only shown: they are for people.
ACTS: Final[dict[TimerKind, Callable[[str, Timer], Act]]] = {
    TimerKind.COMPLETENESS_NOTICE: lambda no, _: DeemAccepted(CaseNo(no)),
    TimerKind.PROMISED_DECISION: lambda no, timer: _missed(no, timer),
    TimerKind.LEGAL_DECISION: lambda no, timer: _missed(no, timer),
    TimerKind.DELIVERY: lambda no, timer: _missed(no, timer),
    TimerKind.EXPEDITED_DECISION: lambda no, timer: _missed(no, timer),
    TimerKind.SUPPLY: lambda no, _: LapseSupplement(CaseNo(no)),
    TimerKind.GAP: lambda no, _: DefaultGaps(CaseNo(no)),
    TimerKind.SUPPLEMENT: lambda no, timer: MarkSupplementOverdue(CommitmentId(no), timer.name),
    TimerKind.CLAIM: lambda no, _: MarkPushOverdue(no),
    TimerKind.VALIDITY: lambda no, _: ExpireLicence(LicenceNo(no)),
    TimerKind.REVEALS: lambda no, _: CloseReveals(no),
    TimerKind.SHARE_OPENING: lambda no, _: VoidPlan(no),
    TimerKind.YEAR_END: lambda no, _: CloseAnnualPlan(no),
    # 监督、公示与服务
    TimerKind.ANSWER: lambda no, _: MarkAnswerMissed(no),
    TimerKind.OBJECTION: lambda no, _: Publish(no),
    TimerKind.PUBLICATION: lambda no, _: MarkPublicationMissed(no),
    TimerKind.COMPLAINT: lambda no, _: MarkComplaintOverdue(no),
    TimerKind.REFORM: lambda no, _: MarkReformOverdue(no),
    # 几个机关几个人
    TimerKind.HEARING_REQUEST: lambda no, _: MarkHearingLapsed(CaseNo(no)),
    TimerKind.HEARING: lambda no, _: MarkHearingOverdue(CaseNo(no)),
    TimerKind.OPINION: lambda no, timer: MarkOpinionOverdue(CaseNo(no), Organ(timer.name)),
    TimerKind.DOCUMENT: lambda no, timer: MarkVerificationOverdue(CaseNo(no), timer.name),
    TimerKind.EXAMINATION: lambda no, _: MarkExaminationOverdue(CaseNo(no)),
    TimerKind.RENEWAL: lambda no, _: DeemRenewed(LicenceNo(no)),
    TimerKind.SIMULATION: lambda no, _: ExpireSimulation(no),
    # 承诺整改、信用
    TimerKind.RECTIFICATION: lambda no, _: MarkRectificationOverdue(CommitmentId(no)),
    TimerKind.CREDIT_RECORD: lambda no, timer: LapseCredit(SubjectId(no), timer.name),
    # 两个名录、风险等级
    TimerKind.CERTIFICATE: lambda no, _: WarnCertificate(PersonId(no)),
    TimerKind.RISK_OVERRIDE: lambda no, _: ExpireOverride(SubjectId(no)),
    # 检查结果的公开与后续处理
    TimerKind.RESULT_PUBLICATION: lambda no, _: MarkResultMissed(no),
    TimerKind.FOLLOW_UP_OPENING: lambda no, _: MarkFollowUpLacking(no),
    TimerKind.HANDLING: lambda no, _: MarkCheckFollowUpOverdue(no),
    TimerKind.RECHECK: lambda no, _: MarkCheckFollowUpOverdue(no),
    TimerKind.LISTING: lambda no, _: MarkCheckFollowUpOverdue(no),
}


def _missed(number: str, timer: Timer) -> Act:
    return MarkDeadlineMissed(CaseNo(number), DeadlineKind(timer.kind.value))


@dataclass(frozen=True, slots=True)
class Timers:
    """底册的一行：一份案卷上还开着的期限。"""

    timers: tuple[Timer, ...] = ()


def keys(delivered: Delivered) -> tuple[str, ...]:
    """一份案卷一行；重新推算的归到所属案卷。"""
    return (file_of(delivered.stream),)


def react(rows: Rows, delivered: Delivered) -> Reaction:
    """期限开了、了结了或移动了。"""
    stream = file_of(delivered.stream)
    before = _timers(rows.get(stream))
    after = advance(before, delivered.event, delivered.entry.version)
    if after == before:
        return Reaction()
    return Reaction({stream: _row(after) if after else None})


def due(now: datetime, rows: Rows) -> Iterator[Command]:
    """此刻已届满、该由机器处置的期限。"""
    for stream, row in rows.due(now):
        family, _, number = stream.partition("/")
        for timer in _timers(row):
            if _pending(timer) and timer.over_at <= now:
                over = max(timer.due_on, beijing_day(now) - ONE_DAY)
                purpose = f"{stream}:{timer.identity}|{timer.revision}|{over}"
                act = ACTS[timer.kind](number, timer)
                yield Command(purpose, act, ACTOR, settled(family), key=stream)


@cache
def settled(family: str) -> frozenset[str]:
    """该案卷上已由人办妥、或尚未到期的各种答复；查无此案卷的不在其内。"""
    unknown = f"{family}.not_found"
    return frozenset(code for code in Refusal if code.startswith(f"{family}.") and code != unknown)


def _pending(timer: Timer) -> bool:
    return timer.kind in ACTS and not timer.missed


def _timers(row: StateRow | None) -> tuple[Timer, ...]:
    return unpack(row, Timers).timers if row else ()


def _row(timers: tuple[Timer, ...]) -> StateRow:
    pending = [timer.over_at for timer in timers if _pending(timer)]
    when = {DUE: min(pending).isoformat()} if pending else {}
    return {**pack(Timers(timers)), **when}


SUPERVISOR: Final = Supervisor(
    name=NAME,
    version=4,
    reads=frozenset(name for name in EVENT_NAMES if name.partition(".")[0] in FAMILIES),
    keys=keys,
    react=react,
    due=due,
)
