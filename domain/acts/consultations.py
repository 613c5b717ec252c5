"""会商、观察与副本作证的办理（机制 62、77）。"""

from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias

from domain import attestation, case, consultation
from domain.acts.base import Desk, handles, write
from domain.acts.lookups import case_file, outside
from domain.decider import Decision, Refused
from domain.terms import CaseNo, Material, Organ


@dataclass(frozen=True, slots=True)
class RecordConsultation:
    """记一次专项会商。``held_on`` None: today."""

    case_no: CaseNo
    matter: str
    bodies: tuple[Organ, ...]
    conclusions: str
    held_on: date | None = None


@dataclass(frozen=True, slots=True)
class RecordObserver:
    """监管部门的观察员参与踏勘。``attended_on`` None: today."""

    case_no: CaseNo
    survey_no: str
    remarks: str
    attended_on: date | None = None


@dataclass(frozen=True, slots=True)
class AttestCopies:
    """窗口：电子副本与所见原件一致。"""

    case_no: CaseNo
    materials: tuple[Material, ...]


ConsultationAct: TypeAlias = RecordConsultation | RecordObserver | AttestCopies

CONSULTATION: Final = consultation.AGGREGATE
COPY: Final = attestation.AGGREGATE


# -- handlers


@handles(RecordConsultation)
def record_consultation(act: RecordConsultation, desk: Desk) -> Decision:
    """会商；记的人所属机关在场。"""
    file = case_file(desk, act.case_no)
    if isinstance(file, Refused):
        return file
    fact = consultation.ConsultationHeld(
        matter=act.matter,
        bodies=act.bodies,
        conclusions=act.conclusions,
        held_on=act.held_on or desk.today,
        handler=desk.handler,
    )
    state = desk.load(CONSULTATION, act.case_no)
    absent = outside(desk, *act.bodies)
    answer = absent or consultation.decide(state, consultation.Consult(fact))
    return write(CONSULTATION, act.case_no, act.case_no, answer)


@handles(RecordObserver)
def record_observer(act: RecordObserver, desk: Desk) -> Decision:
    """观察，以所代表的监管部门。"""
    file = case_file(desk, act.case_no)
    if isinstance(file, Refused):
        return file
    fact = consultation.ObserverAttended(
        department=desk.actor.organ,
        survey_no=act.survey_no,
        remarks=act.remarks,
        attended_on=act.attended_on or desk.today,
        handler=desk.handler,
    )
    state = desk.load(CONSULTATION, act.case_no)
    command = consultation.Observe(fact, file.item.supervising_bodies)
    return write(CONSULTATION, act.case_no, act.case_no, consultation.decide(state, command))


@handles(AttestCopies)
def attest_copies(act: AttestCopies, desk: Desk) -> Decision:
    """作证：只为本件收到的材料。"""
    file = case_file(desk, act.case_no)
    if isinstance(file, Refused):
        return file
    fact = attestation.CopyAttested(act.materials, desk.handler)
    command = attestation.Attest(fact, _received(file.state))
    answer = attestation.decide(desk.load(COPY, act.case_no), command)
    return write(COPY, act.case_no, act.case_no, answer)


def _received(
    state: case.Open | case.Concluded | case.Closed,
) -> tuple[Material, ...]:
    parts = state.supplements if isinstance(state, case.AwaitingSupplement) else ()
    later = (material for part in parts for material in part.materials)
    return (*state.received.materials, *later)
