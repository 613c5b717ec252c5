"""办件程序的办理：停算、续算、延长、绿色通道。"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import TypeAlias

from domain import case, clock, procedure
from domain.acts.base import Desk, handles, write
from domain.acts.lookups import CASE, CaseFile, case_file, ending, outside, period
from domain.case import DECISION_CLOCKS, DeadlineKind
from domain.clock import UNRECKONED, Dues, SpecialReason
from domain.deadlines import Due, sped_up
from domain.decider import Decision, Refused, RuleUsed
from domain.refusals import Refusal
from domain.terms import CaseNo, Role


class StopReason(StrEnum):
    """经办人为何要停算；只有前八种停得下来（许可法 45 条）。"""

    HEARING = "HEARING"  # 听证
    TENDER = "TENDER"  # 招标
    AUCTION = "AUCTION"  # 拍卖
    INSPECTION = "INSPECTION"  # 检验
    TESTING = "TESTING"  # 检测
    QUARANTINE = "QUARANTINE"  # 检疫
    APPRAISAL = "APPRAISAL"  # 鉴定
    EXPERT_REVIEW = "EXPERT_REVIEW"  # 专家评审
    SURVEY = "SURVEY"  # 现场踏勘
    COLLECTIVE = "COLLECTIVE"  # 集体讨论
    PUBLICITY = "PUBLICITY"  # 公示
    OTHER_OFFICE = "OTHER_OFFICE"  # 等候其他单位
    SUPPLEMENT = "SUPPLEMENT"  # 受理之后补件


@dataclass(frozen=True, slots=True)
class PauseClock:
    """特别程序开始，停算期限。

    ``required_by`` names the provision of law that requires the procedure: time of an intermediary
    whom the office commissions without one counts (L-16). ``started_on`` None: today.
    """

    case_no: CaseNo
    reason: StopReason
    required_by: str
    notice_no: str
    expected_days: int
    started_on: date | None = None


@dataclass(frozen=True, slots=True)
class ResumeClock:
    """特别程序结束，次日起续算。``ended_on`` None: today."""

    case_no: CaseNo
    notice_no: str
    ended_on: date | None = None


@dataclass(frozen=True, slots=True)
class ExtendLimit:
    """负责人批准延长期限，理由告知申请人。"""

    case_no: CaseNo
    notice_no: str
    reasons: str


@dataclass(frozen=True, slots=True)
class Expedite:
    """进绿色通道：承诺时限减半。"""

    case_no: CaseNo
    reasons: str


ProcedureAct: TypeAlias = PauseClock | ResumeClock | ExtendLimit | Expedite

Dated: TypeAlias = clock.Paused | clock.Resumed | clock.Extended | clock.Expedited


# -- handlers


@handles(PauseClock)
def pause_clock(act: PauseClock, desk: Desk) -> Decision:
    """停算：只有法定的八种程序，由审批机关办。"""
    file = case_file(desk, act.case_no)
    if isinstance(file, Refused):
        return file
    if act.reason.name not in SpecialReason.__members__:
        return Refused(Refusal.CASE_NO_PAUSE, {"reason": str(act.reason)})
    started_on = act.started_on or desk.today
    last, _ = period(desk, started_on, max(act.expected_days - 1, 0))
    draft = clock.Paused(
        reason=SpecialReason[act.reason.name],
        required_by=act.required_by,
        notice_no=act.notice_no,
        started_on=started_on,
        expected_days=act.expected_days,
        expected_end_on=last.day,
        dues=UNRECKONED,
        handler=desk.handler,
    )
    return _dated(desk, act.case_no, file, draft, procedure.Pause(draft, desk.today))


@handles(ResumeClock)
def resume_clock(act: ResumeClock, desk: Desk) -> Decision:
    """续算：期限依实际停算的日子重新推算。"""
    file = case_file(desk, act.case_no)
    if isinstance(file, Refused):
        return file
    draft = clock.Resumed(
        notice_no=act.notice_no,
        ended_on=act.ended_on or desk.today,
        dues=UNRECKONED,
        handler=desk.handler,
    )
    return _dated(desk, act.case_no, file, draft, procedure.Resume(draft, desk.today))


@handles(ExtendLimit)
def extend_limit(act: ExtendLimit, desk: Desk) -> Decision:
    """延长：一般十日由本机关负责人，并联审批十五日由本级政府负责人。"""
    file = case_file(desk, act.case_no)
    if isinstance(file, Refused):
        return file
    joint = bool(file.item.rules.review.joint_bodies)
    by_government = desk.actor.role is Role.GOVERNMENT
    draft = clock.Extended(
        days=clock.JOINT_EXTENSION_DAYS if joint else clock.EXTENSION_DAYS,
        reasons=act.reasons,
        notice_no=act.notice_no,
        dues=UNRECKONED,
        handler=desk.handler,
    )
    limit = case.reckoned(file.state, DeadlineKind.LEGAL_DECISION)
    due_on = desk.today if limit is None else ending(desk, limit)[0].day
    command = procedure.Extend(draft, joint, by_government, due_on, desk.today)
    return _dated(desk, act.case_no, file, draft, command, anywhere=by_government)


@handles(Expedite)
def expedite(act: Expedite, desk: Desk) -> Decision:
    """绿色通道：承诺时限的一半，不足一日的舍去，至少一日。"""
    file = case_file(desk, act.case_no)
    if isinstance(file, Refused):
        return file
    draft = clock.Expedited(
        reasons=act.reasons,
        expedited_days=max(sped_up(file.item.promised_days), 1),
        dues=UNRECKONED,
        handler=desk.handler,
    )
    return _dated(desk, act.case_no, file, draft, procedure.Expedite(draft), anywhere=True)


def _dated(
    desk: Desk,
    case_no: CaseNo,
    file: CaseFile,
    draft: Dated,
    command: procedure.Command,
    *,
    anywhere: bool = False,
) -> Decision:
    """办成的，写明此后各期限何日届满。``anywhere``: not only by the approving organ."""
    refusal = None if anywhere else outside(desk, file.item.approving_body)
    answer = refusal or procedure.decide(file.state, command)
    if isinstance(answer, Refused) or not answer:
        return write(CASE, case_no, case_no, answer)
    dues, rules = _dues(desk, case.evolve(file.state, draft))
    fact = replace(draft, dues=dues)
    return write(CASE, case_no, case_no, (fact,), rules=(file.rule, *rules))


def _dues(desk: Desk, state: case.State) -> tuple[Dues, tuple[RuleUsed, ...]]:
    rules: list[RuleUsed] = []
    found: dict[DeadlineKind, Due] = {}
    for kind in DECISION_CLOCKS:
        running = case.reckoned(state, kind)
        if running is not None:
            due, used = ending(desk, running)
            found[kind] = due
            rules += used
    expedited = found.get(DeadlineKind.EXPEDITED_DECISION)
    dues = Dues(
        promised_due_on=found[DeadlineKind.PROMISED_DECISION].day,
        legal_due_on=found[DeadlineKind.LEGAL_DECISION].day,
        expedited_due_on=None if expedited is None else expedited.day,
        provisional=any(due.provisional for due in found.values()),
    )
    return dues, tuple(dict.fromkeys(rules))
