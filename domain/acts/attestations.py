"""副本作证的办理（机制 77）。"""

from dataclasses import dataclass
from typing import Final, TypeAlias

from domain import attestation, case
from domain.acts.base import Desk, handles, write
from domain.acts.lookups import case_file
from domain.decider import Decision, Refused
from domain.terms import CaseNo, Material


@dataclass(frozen=True, slots=True)
class AttestCopies:
    """窗口：电子副本与所见原件一致。"""

    case_no: CaseNo
    materials: tuple[Material, ...]


AttestationAct: TypeAlias = AttestCopies

COPY: Final = attestation.AGGREGATE


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
