"""办件记事的办理：踏勘、收费告知、更正；撤回申请与逾期不补正。"""

from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from domain import case, officer, procedure, remarks
from domain.acts.base import Desk, combine, handles, write
from domain.acts.lookups import CASE, case_file, heir, not_self, outside, void
from domain.acts.places import write_case
from domain.case import WithdrawalGround
from domain.commitment import VoidReason
from domain.decider import Decision, Refused
from domain.refusals import Refusal
from domain.remarks import CorrectedField
from domain.terms import CaseNo, CommitmentId, OfficerId, Organ, PersonId, Role, Sha256


@dataclass(frozen=True, slots=True)
class RecordSurvey:
    """记下现场踏勘。``surveyed_on`` None: today. ``observer``: sent by a supervising body."""

    case_no: CaseNo
    surveyors: tuple[PersonId, ...]
    findings: str
    report_sha256: Sha256
    surveyed_on: date | None = None
    observer: PersonId | None = None
    observer_organ: Organ | None = None


@dataclass(frozen=True, slots=True)
class NotifyFee:
    """一次性收费告知；``amount_fen`` 以分计。"""

    case_no: CaseNo
    notice_no: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class CorrectEntry:
    """更正一项录入差错；本人当日更正自己的录入不必第二人，此外须有 ``second``。"""

    case_no: CaseNo
    field: CorrectedField
    now: str
    reasons: str
    second: OfficerId | None = None


@dataclass(frozen=True, slots=True)
class WithdrawApplication:
    """申请人撤回申请；已作承诺的，写明编号以终止承诺。"""

    case_no: CaseNo
    reasons: str
    commitment_id: CommitmentId | None = None


@dataclass(frozen=True, slots=True)
class LapseSupplement:
    """机器：告知书定的补正期限已过而没有补齐。"""

    case_no: CaseNo


RemarksAct: TypeAlias = (
    RecordSurvey | NotifyFee | CorrectEntry | WithdrawApplication | LapseSupplement
)


# -- handlers


@handles(RecordSurvey)
def record_survey(act: RecordSurvey, desk: Desk) -> Decision:
    """踏勘：审批机关的人办；观察员由该事项的监管部门派。"""
    file = case_file(desk, act.case_no)
    if isinstance(file, Refused):
        return file
    fact = remarks.SurveyRecorded(
        surveyed_on=act.surveyed_on or desk.today,
        surveyors=act.surveyors,
        observer=act.observer,
        observer_organ=act.observer_organ,
        findings=act.findings,
        report_sha256=act.report_sha256,
        handler=desk.handler,
    )
    command = procedure.RecordSurvey(fact, file.item.supervising_bodies, desk.today)
    answer = outside(desk, file.item.approving_body) or procedure.decide(file.state, command)
    return write(CASE, act.case_no, act.case_no, answer)


@handles(NotifyFee)
def notify_fee(act: NotifyFee, desk: Desk) -> Decision:
    """收费告知，一件一次。"""
    file = case_file(desk, act.case_no)
    if isinstance(file, Refused):
        return file
    fact = remarks.FeeNotified(act.notice_no, act.amount_fen, desk.handler)
    command = procedure.NotifyFee(fact, file.item.rules.review.charged)
    return write(CASE, act.case_no, act.case_no, procedure.decide(file.state, command))


@handles(CorrectEntry)
def correct_entry(act: CorrectEntry, desk: Desk) -> Decision:
    """更正：原来怎样写，由账上取来。"""
    file = case_file(desk, act.case_no)
    if isinstance(file, Refused):
        return file
    second = _second(desk, act.second, file.item.approving_body)
    if isinstance(second, Refused):
        return second
    fact = remarks.Corrected(
        field=act.field,
        was="",
        now=act.now,
        reasons=act.reasons,
        second=second,
        handler=desk.handler,
    )
    command = procedure.Correct(fact, desk.today)
    answer = procedure.decide(file.state, command)
    return write(CASE, act.case_no, act.case_no, answer)


def _second(desk: Desk, account: OfficerId | None, body: Organ) -> PersonId | Refused | None:
    """第二人须是审批机关今日在岗的决定人（权限矩阵“更正”一行）。"""
    if account is None:
        return None
    known, organ = desk.load(officer.AGGREGATE, account), heir(desk, body)
    if isinstance(known, officer.Nothing) or not known.holds(Role.DECIDER, organ, desk.today):
        facts = {"officer": account, "organ": organ, "role": str(Role.DECIDER)}
        return Refused(Refusal.OFFICER_NO_GRANT, facts | {"on": str(desk.today)})
    return known.person


@handles(WithdrawApplication)
def withdraw_application(act: WithdrawApplication, desk: Desk) -> Decision:
    """撤回申请：申请人自己的，或到窗口由工作人员录入；本件中的承诺一并终止。"""
    file = case_file(desk, act.case_no)
    if isinstance(file, Refused):
        return file
    refusal = not_self(desk, file.state.received.applicant)
    fact = case.Withdrawn(WithdrawalGround.APPLICANT, act.reasons, desk.today, desk.person)
    answer = refusal or procedure.decide(file.state, procedure.Withdraw(fact))
    return combine(
        write_case(desk, act.case_no, file, answer),
        void(desk, act.commitment_id, VoidReason.APPLICATION_REJECTED, act.case_no),
    )


@handles(LapseSupplement)
def lapse_supplement(act: LapseSupplement, desk: Desk) -> Decision:
    """逾期不补正：记下视为撤回。"""
    state = desk.load(CASE, act.case_no)
    notice = state.notice if isinstance(state, case.AwaitingSupplement) else None
    missing = state.lacking if isinstance(state, case.AwaitingSupplement) else ()
    supply_by = (notice and notice.supply_by) or desk.today
    command = procedure.Lapse(case.SupplementLapsed(missing, supply_by), desk.today)
    return write(CASE, act.case_no, act.case_no, procedure.decide(state, command))
