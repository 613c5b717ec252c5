"""一件办件上的别的程序：听证、并联、核验、转报对决定的约束，以及办件告结之后各自终止。"""

from dataclasses import dataclass
from typing import TypeAlias

from domain import case, forwarding, hearing, joint, verification
from domain.acts.base import Desk, combine, handles, write
from domain.acts.forwardings import FORWARDING
from domain.acts.hearings import HEARING, on_the_record
from domain.acts.joints import JOINT
from domain.acts.lookups import CASE, CaseFile
from domain.acts.verifications import VERIFICATION, needed
from domain.case import ReviewOpinion
from domain.decider import Decision, Plan, Refused
from domain.terms import CaseNo


@dataclass(frozen=True, slots=True)
class EndProceedings:
    """机器：办件已经告结，别的机关不必再办，听证不必再开。"""

    case_no: CaseNo


ProceedingAct: TypeAlias = EndProceedings


def barriers(
    desk: Desk,
    file: CaseFile,
    case_no: CaseNo,
    opinion: ReviewOpinion,
    decision_no: str,
    hearing_record: str | None,
) -> Decision:
    """没有走完的不得决定；听证了的根据笔录决定，并写明所据。"""
    if not isinstance(file.state, case.UnderReview):
        return Plan()
    return combine(
        joint_or_verified(desk, file, case_no, opinion) or Plan(),
        on_the_record(desk, file, case_no, decision_no, hearing_record),
    )


def joint_or_verified(
    desk: Desk, file: CaseFile, case_no: CaseNo, opinion: ReviewOpinion
) -> Refused | None:
    """别的机关还没有办完：并联没有汇总、核验没有答复、初审没有报送。"""
    bodies = file.item.rules.review.joint_bodies
    waiting = joint.in_the_way(desk.load(JOINT, case_no), bodies, opinion)
    waiting = waiting or forwarding.in_the_way(desk.load(FORWARDING, case_no))
    if waiting is not None or opinion is ReviewOpinion.REJECT:
        return waiting
    return verification.in_the_way(desk.load(VERIFICATION, case_no), needed(desk, case_no, file))


@handles(EndProceedings)
def end_proceedings(act: EndProceedings, desk: Desk) -> Decision:
    """终止；办件还没有告结的、没有什么要终止的，无事可办。"""
    number = act.case_no
    if not isinstance(desk.load(CASE, number), case.Concluded | case.Closed):
        return Plan()
    day = desk.today
    shared = joint.decide(desk.load(JOINT, number), joint.End(day))
    checked = verification.decide(desk.load(VERIFICATION, number), verification.End(day))
    forwarded = forwarding.decide(desk.load(FORWARDING, number), forwarding.End(day))
    heard = hearing.decide(desk.load(HEARING, number), hearing.End(day))
    return combine(
        write(JOINT, number, number, shared),
        write(VERIFICATION, number, number, checked),
        write(FORWARDING, number, number, forwarded),
        write(HEARING, number, number, heard),
    )
