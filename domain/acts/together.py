"""同步转正、同步办结：一个项目的几件，条件齐了同日转为正式申请、同日决定（机制 10、11）。

Each case keeps its own receipt, acceptance, review and decision; only the day and the transaction
are one: all of them, or none.
"""

from dataclasses import dataclass
from typing import Final, TypeAlias

from domain.acts.base import Desk, combine, handles
from domain.acts.deciding import Approve, approve
from domain.acts.packages import PROJECT
from domain.acts.simulations import ConvertSimulation, convert_simulation
from domain.decider import Decision, Plan, Refused
from domain.project import Milestone
from domain.refusals import Refusal

FEWEST: Final = 2


@dataclass(frozen=True, slots=True)
class ConvertTogether:
    """拿地之后，一个项目的几件模拟审批同日转为正式申请。"""

    project_no: str
    conversions: tuple[ConvertSimulation, ...]


@dataclass(frozen=True, slots=True)
class ApproveTogether:
    """一个项目的几件同日准予：要么都准，要么都不准。"""

    project_no: str
    approvals: tuple[Approve, ...]


TogetherAct: TypeAlias = ConvertTogether | ApproveTogether


@handles(ConvertTogether)
def convert_together(act: ConvertTogether, desk: Desk) -> Decision:
    """拿地记下了才成批转；都是项目业主自己的；一件不能转的，都不转。"""
    state = desk.load(PROJECT, act.project_no)
    if state.registered is None:
        return Refused(Refusal.PROJECT_NOT_FOUND)
    if state.reached(Milestone.LAND_ACQUIRED) is None:
        return Refused(Refusal.TOGETHER_NO_LAND)
    for one in act.conversions:
        if one.applicant != state.registered.owner:
            return Refused(Refusal.PROJECT_OTHER_OWNER, {"case_no": one.case_no})
    return _all([convert_simulation(one, desk) for one in act.conversions])


@handles(ApproveTogether)
def approve_together(act: ApproveTogether, desk: Desk) -> Decision:
    """只决定归入本项目的办件；各件的审核与决定的条件一样不少，一件不能准的，都不准。"""
    state = desk.load(PROJECT, act.project_no)
    if state.registered is None:
        return Refused(Refusal.PROJECT_NOT_FOUND)
    for one in act.approvals:
        if state.linked(one.case_no) is None:
            return Refused(Refusal.TOGETHER_NOT_LINKED, {"case_no": one.case_no})
    return _all([approve(one, desk) for one in act.approvals])


def _all(decisions: list[Decision]) -> Decision:
    """Each was decided without knowing of the others: two may not write the same file."""
    if len(decisions) < FEWEST:
        return Refused(Refusal.TOGETHER_TOO_FEW)
    whole = combine(*decisions)
    if isinstance(whole, Plan):
        streams = [part.stream for part in whole.writes]
        if len(set(streams)) < len(streams):
            return Refused(Refusal.TOGETHER_SAME_FILE)
    return whole
