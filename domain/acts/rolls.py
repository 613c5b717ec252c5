"""两个名录的进出：对象出库与恢复，检查人员的回避、出库与证件到期。"""

from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias

from domain import inspection_task, inspector, subject
from domain.acts.base import Desk, handles, write
from domain.code_set import CodeKind
from domain.decider import Decision, Refused
from domain.inspector import LeftFor, RecusalGround
from domain.refusals import Refusal
from domain.subject import OffReason
from domain.terms import Evidence, Organ, PersonId, Role, SubjectId, beijing_day


@dataclass(frozen=True, slots=True)
class DeregisterSubject:
    """对象出库：以后的名单不再列入；写明终止之日与证据。"""

    subject: SubjectId
    reason: OffReason
    ended_on: date
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class DeregisterFound:
    """机器：检查结果“已注销”经复核同意的，出库；凭该任务的结果。"""

    plan_no: str
    subject: SubjectId


@dataclass(frozen=True, slots=True)
class RestoreSubject:
    """出库错了的对象恢复在库。"""

    subject: SubjectId
    reasons: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class DeclareStanding:
    """检查人员申明回避一户，或者一个机关准予的各户。"""

    person: PersonId
    subject: SubjectId | None
    against: Organ | None
    ground: RecusalGround
    explanation: str


@dataclass(frozen=True, slots=True)
class LiftStanding:
    """解除一项回避，由所在部门的负责人办。"""

    person: PersonId
    subject: SubjectId | None
    against: Organ | None
    reasons: str


@dataclass(frozen=True, slots=True)
class RemoveInspector:
    """检查人员出库；``last_day`` 是可以检查的末一日。"""

    person: PersonId
    reason: LeftFor
    last_day: date


@dataclass(frozen=True, slots=True)
class WarnCertificate:
    """机器：执法证件临近到期。"""

    person: PersonId


RollAct: TypeAlias = (
    DeregisterSubject
    | DeregisterFound
    | RestoreSubject
    | DeclareStanding
    | LiftStanding
    | RemoveInspector
    | WarnCertificate
)

# -- handlers

SUBJECT: Final = subject.AGGREGATE
INSPECTOR: Final = inspector.AGGREGATE
TASK: Final = inspection_task.AGGREGATE


@handles(DeregisterSubject)
def deregister_subject(act: DeregisterSubject, desk: Desk) -> Decision:
    """监管部门凭证据办。"""
    fact = subject.Deregistered(act.reason, act.ended_on, act.evidence, desk.handler)
    return _subject(desk, act.subject, subject.Deregister(fact, desk.today))


@handles(DeregisterFound)
def deregister_found(act: DeregisterFound, desk: Desk) -> Decision:
    """结果是人查的、人复核的，机器只记下它的后果（规则 24）。"""
    state = desk.load(TASK, inspection_task.task_id(act.plan_no, act.subject))
    if not isinstance(state, inspection_task.Agreed):
        return Refused(Refusal.TASK_NOT_INSPECTED)
    found = state.finding
    if CodeKind.ENDED not in found.meant:
        return Refused(Refusal.SUBJECT_NO_EVIDENCE)
    proof = Evidence(f"{act.plan_no} {act.subject}", found.report_sha256)
    fact = subject.Deregistered(
        OffReason.WOUND_UP, beijing_day(found.performed_at), (*found.evidence, proof), None
    )
    return _subject(desk, act.subject, subject.Deregister(fact, desk.today))


@handles(RestoreSubject)
def restore_subject(act: RestoreSubject, desk: Desk) -> Decision:
    """恢复。"""
    fact = subject.Restored(act.reasons, act.evidence, desk.handler)
    return _subject(desk, act.subject, subject.Restore(fact))


def _subject(desk: Desk, number: SubjectId, command: subject.Command) -> Decision:
    outcome = subject.decide(desk.load(SUBJECT, number), command)
    return write(SUBJECT, number, number, outcome)


@handles(DeclareStanding)
def declare_recusal(act: DeclareStanding, desk: Desk) -> Decision:
    """本人申明，或者由所在部门记下。"""
    own = desk.actor.role is Role.INSPECTOR
    if own and desk.handler != act.person:
        return Refused(Refusal.DUTY_SELF)
    fact = inspector.RecusalDeclared(
        act.subject, act.against, act.ground, act.explanation, desk.handler
    )
    return _inspector(desk, act.person, inspector.DeclareRecusal(fact), own_organ=not own)


@handles(LiftStanding)
def lift_recusal(act: LiftStanding, desk: Desk) -> Decision:
    """解除回避。"""
    fact = inspector.RecusalLifted(act.subject, act.against, act.reasons, desk.handler)
    return _inspector(desk, act.person, inspector.LiftRecusal(fact, act.person))


@handles(RemoveInspector)
def remove_inspector(act: RemoveInspector, desk: Desk) -> Decision:
    """出库。"""
    fact = inspector.InspectorRemoved(act.reason, act.last_day, desk.handler)
    return _inspector(desk, act.person, inspector.Remove(fact))


@handles(WarnCertificate)
def warn_certificate(act: WarnCertificate, desk: Desk) -> Decision:
    """证件临近到期。"""
    command = inspector.WarnExpiry(desk.today)
    return _inspector(desk, act.person, command, own_organ=False)


def _inspector(
    desk: Desk, person: PersonId, command: inspector.Command, *, own_organ: bool = True
) -> Decision:
    """只有所在部门才能处置本部门的检查人员。"""
    state = desk.load(INSPECTOR, person)
    known = inspector.entered(state)
    if own_organ and known is not None and known.organ != desk.actor.organ:
        return Refused(Refusal.DUTY_ORGAN, {"organ": known.organ})
    return write(INSPECTOR, person, person, inspector.decide(state, command))
