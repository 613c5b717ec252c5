"""投诉、移送、改革任务与专项督查的办理（机制 71、82、85、90）。"""

from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias

from domain import complaint, referral, reform, supervision
from domain.acts.base import Desk, handles
from domain.acts.lookups import outside, period
from domain.acts.steps import begun, course, handled_it, mark_missed, step
from domain.complaint import ComplaintMatter, ComplaintSource
from domain.decider import Decision, Plan, Refused
from domain.refusals import Refusal
from domain.terms import CaseNo, Evidence, LicenceNo, Organ, Sha256, SubjectId

COMPLAINT_DAYS: Final = 5  # 转办之后答复的期限，工作日；各地自定
REFERRAL_DAYS: Final = 20  # 移送之后回告的期限，工作日；各地自定


@dataclass(frozen=True, slots=True)
class LodgeComplaint:
    """收到投诉；网格员上报的也走这里。"""

    complaint_no: str
    source: ComplaintSource
    source_no: str
    matter: ComplaintMatter
    content: str
    case_no: CaseNo | None = None
    licence_no: LicenceNo | None = None


@dataclass(frozen=True, slots=True)
class AssignComplaint:
    """转办。"""

    complaint_no: str
    organ: Organ


@dataclass(frozen=True, slots=True)
class AnswerComplaint:
    """承办机关答复。"""

    complaint_no: str
    explanation: str


@dataclass(frozen=True, slots=True)
class ReturnComplaint:
    """退回重办。"""

    complaint_no: str
    reasons: str


@dataclass(frozen=True, slots=True)
class SettleComplaint:
    """办结：是否属实，投诉人是否满意。"""

    complaint_no: str
    upheld: bool
    satisfied: bool
    explanation: str


@dataclass(frozen=True, slots=True)
class TriggerCheck:
    """投诉触发一次定向检查；不占用随机抽查的次数。"""

    complaint_no: str
    department: Organ
    licence_no: LicenceNo


@dataclass(frozen=True, slots=True)
class MarkComplaintOverdue:
    """机器：投诉逾期未办。"""

    complaint_no: str


@dataclass(frozen=True, slots=True)
class MakeReferral:
    """移送给综合行政执法机关，附移送清单与证据。"""

    referral_no: str
    subject: SubjectId
    grounds: str
    to_organ: Organ
    record_sha256: Sha256
    evidence: tuple[Evidence, ...]
    case_no: CaseNo | None = None
    licence_no: LicenceNo | None = None


@dataclass(frozen=True, slots=True)
class SignReferral:
    """签收移送。"""

    referral_no: str


@dataclass(frozen=True, slots=True)
class ReturnReferral:
    """退回移送：不属管辖。"""

    referral_no: str
    reason: str


@dataclass(frozen=True, slots=True)
class AnswerReferral:
    """回告处理结果。"""

    referral_no: str
    document_no: str
    explanation: str


@dataclass(frozen=True, slots=True)
class AssignReform:
    """下达改革任务。"""

    reform_no: str
    title: str
    source: str
    responsible_organ: Organ
    due_on: date


@dataclass(frozen=True, slots=True)
class ReportReform:
    """责任部门报告进展。"""

    reform_no: str
    progress: str
    finished: bool


@dataclass(frozen=True, slots=True)
class MarkReformOverdue:
    """机器：改革任务逾期。"""

    reform_no: str


@dataclass(frozen=True, slots=True)
class CloseReform:
    """核验完成，销号。"""

    reform_no: str
    explanation: str


@dataclass(frozen=True, slots=True)
class OpenSupervision:
    """专项督查立项；立项人的机关须在督查机关之列。"""

    supervision_no: str
    title: str
    offices: tuple[Organ, ...]
    scope: tuple[Organ, ...]
    due_on: date


@dataclass(frozen=True, slots=True)
class NoteSupervision:
    """记录督查所见；据此提出督办的，写明其编号。"""

    supervision_no: str
    organ: Organ
    explanation: str
    oversight_no: str | None = None


@dataclass(frozen=True, slots=True)
class ConcludeSupervision:
    """专项督查办结。"""

    supervision_no: str
    explanation: str


ComplaintAct: TypeAlias = (
    LodgeComplaint
    | AssignComplaint
    | AnswerComplaint
    | ReturnComplaint
    | SettleComplaint
    | TriggerCheck
    | MarkComplaintOverdue
    | MakeReferral
    | SignReferral
    | ReturnReferral
    | AnswerReferral
    | AssignReform
    | ReportReform
    | MarkReformOverdue
    | CloseReform
    | OpenSupervision
    | NoteSupervision
    | ConcludeSupervision
)


# -- handlers: complaints


@handles(LodgeComplaint)
def lodge_complaint(act: LodgeComplaint, desk: Desk) -> Decision:
    """收到投诉；同一工单只记一次。"""
    fact = complaint.Lodged(
        source=act.source,
        source_no=act.source_no,
        matter=act.matter,
        content=act.content,
        case_no=act.case_no,
        licence_no=act.licence_no,
        lodged_on=desk.today,
        handler=desk.handler,
    )
    return step(desk, complaint.ORDER, act.complaint_no, fact, key=act.case_no)


def _complaint(desk: Desk, number: str) -> complaint.Lodged | Refused:
    return begun(desk, complaint.ORDER, number, complaint.Lodged)


@handles(AssignComplaint)
def assign_complaint(act: AssignComplaint, desk: Desk) -> Decision:
    """转办，自转办之日起算答复期限。"""
    lodged = _complaint(desk, act.complaint_no)
    if isinstance(lodged, Refused):
        return lodged
    due, rules = period(desk, desk.today, COMPLAINT_DAYS)
    fact = complaint.Assigned(act.organ, due.day, desk.handler)
    return step(desk, complaint.ORDER, act.complaint_no, fact, key=lodged.case_no, rules=rules)


@handles(AnswerComplaint)
def answer_complaint(act: AnswerComplaint, desk: Desk) -> Decision:
    """由承办机关答复。"""
    lodged = _complaint(desk, act.complaint_no)
    if isinstance(lodged, Refused):
        return lodged
    assigned = course(desk, complaint.ORDER, act.complaint_no).last(complaint.Assigned)
    if assigned and (refusal := outside(desk, assigned.organ)):
        return refusal
    fact = complaint.Answered(desk.actor.organ, act.explanation, desk.handler)
    return step(desk, complaint.ORDER, act.complaint_no, fact, key=lodged.case_no)


@handles(ReturnComplaint)
def return_complaint(act: ReturnComplaint, desk: Desk) -> Decision:
    """答复不实或者投诉人不满意的，退回重新转办。"""
    lodged = _complaint(desk, act.complaint_no)
    if isinstance(lodged, Refused):
        return lodged
    fact = complaint.Returned(act.reasons, desk.handler)
    return step(desk, complaint.ORDER, act.complaint_no, fact, key=lodged.case_no)


@handles(SettleComplaint)
def settle_complaint(act: SettleComplaint, desk: Desk) -> Decision:
    """办结；经手过所涉办件的人不得来办结（SD11）。"""
    lodged = _complaint(desk, act.complaint_no)
    if isinstance(lodged, Refused):
        return lodged
    if refusal := handled_it(desk, lodged.case_no):
        return refusal
    state = course(desk, complaint.ORDER, act.complaint_no)
    answered = state.last(complaint.Answered)
    fact = complaint.Settled(
        upheld=act.upheld,
        satisfied=act.satisfied,
        explanation=act.explanation,
        responsible_organ=answered.organ if answered else desk.actor.organ,
        handler=desk.handler,
    )
    return step(desk, complaint.ORDER, act.complaint_no, fact, key=lodged.case_no)


@handles(TriggerCheck)
def trigger_check(act: TriggerCheck, desk: Desk) -> Decision:
    """触发检查。"""
    lodged = _complaint(desk, act.complaint_no)
    if isinstance(lodged, Refused):
        return lodged
    fact = complaint.CheckTriggered(act.department, act.licence_no, desk.handler)
    return step(desk, complaint.ORDER, act.complaint_no, fact, key=lodged.case_no)


@handles(MarkComplaintOverdue)
def mark_complaint_overdue(act: MarkComplaintOverdue, desk: Desk) -> Decision:
    """答复期限之日过完而没有答复的，记逾期。"""
    lodged = _complaint(desk, act.complaint_no)
    if isinstance(lodged, Refused):
        return lodged
    assigned = course(desk, complaint.ORDER, act.complaint_no).last(complaint.Assigned)
    if assigned is None:
        return Plan()
    fact, early = complaint.Overdue(assigned.due_on), Refusal.COMPLAINT_NOT_YET_DUE
    number, due_on = act.complaint_no, assigned.due_on
    return mark_missed(desk, complaint.ORDER, number, fact, due_on, early, lodged.case_no)


# -- handlers: referrals


@handles(MakeReferral)
def make_referral(act: MakeReferral, desk: Desk) -> Decision:
    """移送：须附证据，回告期限自今日起算。"""
    if not act.evidence:
        return Refused(Refusal.REFERRAL_NO_EVIDENCE)
    due, rules = period(desk, desk.today, REFERRAL_DAYS)
    fact = referral.Made(
        case_no=act.case_no,
        licence_no=act.licence_no,
        subject=act.subject,
        grounds=act.grounds,
        from_organ=desk.actor.organ,
        to_organ=act.to_organ,
        record_sha256=act.record_sha256,
        evidence=act.evidence,
        due_on=due.day,
        handler=desk.handler,
    )
    return step(desk, referral.ORDER, act.referral_no, fact, key=act.case_no, rules=rules)


@handles(SignReferral)
def sign_referral(act: SignReferral, desk: Desk) -> Decision:
    """签收。"""
    return _referred(desk, act.referral_no, referral.Signed(desk.actor.organ, desk.handler))


@handles(ReturnReferral)
def return_referral(act: ReturnReferral, desk: Desk) -> Decision:
    """退回，写明理由。"""
    fact = referral.Returned(desk.actor.organ, act.reason, desk.handler)
    return _referred(desk, act.referral_no, fact)


@handles(AnswerReferral)
def answer_referral(act: AnswerReferral, desk: Desk) -> Decision:
    """回告处理结果。"""
    fact = referral.Answered(desk.actor.organ, act.document_no, act.explanation, desk.handler)
    return _referred(desk, act.referral_no, fact)


def _referred(desk: Desk, number: str, fact: referral.ReferralEvent) -> Decision:
    """只有接受移送的机关可以签收、退回、回告。"""
    made = begun(desk, referral.ORDER, number, referral.Made)
    if isinstance(made, Refused):
        return made
    if refusal := outside(desk, made.to_organ):
        return refusal
    return step(desk, referral.ORDER, number, fact, key=made.case_no)


# -- handlers: reform tasks


@handles(AssignReform)
def assign_reform(act: AssignReform, desk: Desk) -> Decision:
    """下达改革任务；期限不得早于今日。"""
    if act.due_on < desk.today:
        return Refused(Refusal.REFORM_BACKDATED, {"due_on": str(act.due_on)})
    fact = reform.Assigned(
        title=act.title,
        source=act.source,
        responsible_organ=act.responsible_organ,
        office=desk.actor.organ,
        due_on=act.due_on,
        handler=desk.handler,
    )
    return step(desk, reform.ORDER, act.reform_no, fact)


@handles(ReportReform)
def report_reform(act: ReportReform, desk: Desk) -> Decision:
    """由责任部门报告。"""
    assigned = begun(desk, reform.ORDER, act.reform_no, reform.Assigned)
    if isinstance(assigned, Refused):
        return assigned
    if refusal := outside(desk, assigned.responsible_organ):
        return refusal
    fact = reform.Reported(desk.actor.organ, act.progress, act.finished, desk.handler)
    return step(desk, reform.ORDER, act.reform_no, fact)


@handles(MarkReformOverdue)
def mark_reform_overdue(act: MarkReformOverdue, desk: Desk) -> Decision:
    """期限之日过完而没有销号的，记逾期。"""
    assigned = begun(desk, reform.ORDER, act.reform_no, reform.Assigned)
    if isinstance(assigned, Refused):
        return assigned
    fact, early = reform.Overdue(assigned.due_on), Refusal.REFORM_NOT_YET_DUE
    return mark_missed(desk, reform.ORDER, act.reform_no, fact, assigned.due_on, early)


@handles(CloseReform)
def close_reform(act: CloseReform, desk: Desk) -> Decision:
    """责任部门报称完成的，由下达的机关核验销号；报告的人不核验自己。"""
    assigned = begun(desk, reform.ORDER, act.reform_no, reform.Assigned)
    if isinstance(assigned, Refused):
        return assigned
    if refusal := outside(desk, assigned.office):
        return refusal
    reported = course(desk, reform.ORDER, act.reform_no).last(reform.Reported)
    if reported is None or not reported.finished:
        return Refused(Refusal.REFORM_UNFINISHED)
    if reported.handler == desk.handler:
        return Refused(Refusal.DUTY_SAME_PERSON, {"person": desk.handler})
    return step(desk, reform.ORDER, act.reform_no, reform.Closed(act.explanation, desk.handler))


# -- handlers: supervision campaigns


@handles(OpenSupervision)
def open_supervision(act: OpenSupervision, desk: Desk) -> Decision:
    """立项：督查机关之一来办，不督查自己。"""
    if refusal := outside(desk, *act.offices):
        return refusal
    if set(act.offices) & set(act.scope) or not act.scope:
        return Refused(Refusal.SUPERVISION_SCOPE)
    fact = supervision.Opened(act.title, act.offices, act.scope, act.due_on, desk.handler)
    return step(desk, supervision.ORDER, act.supervision_no, fact)


@handles(NoteSupervision)
def note_supervision(act: NoteSupervision, desk: Desk) -> Decision:
    """督查记录；只记被督查的机关。"""
    opened = _opened(desk, act.supervision_no)
    if isinstance(opened, Refused):
        return opened
    if act.organ not in opened.scope:
        return Refused(Refusal.SUPERVISION_SCOPE)
    fact = supervision.Noted(act.organ, act.explanation, act.oversight_no, desk.handler)
    return step(desk, supervision.ORDER, act.supervision_no, fact)


@handles(ConcludeSupervision)
def conclude_supervision(act: ConcludeSupervision, desk: Desk) -> Decision:
    """专项督查办结。"""
    opened = _opened(desk, act.supervision_no)
    if isinstance(opened, Refused):
        return opened
    fact = supervision.Concluded(act.explanation, desk.handler)
    return step(desk, supervision.ORDER, act.supervision_no, fact)


def _opened(desk: Desk, number: str) -> supervision.Opened | Refused:
    """立项的督查；经办人须属督查机关。"""
    opened = begun(desk, supervision.ORDER, number, supervision.Opened)
    if isinstance(opened, Refused):
        return opened
    return outside(desk, *opened.offices) or opened
