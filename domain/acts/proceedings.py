"""一件办件上的别的程序对其决定的约束：听证、并联、核验、转报。"""

from domain import case, forwarding, joint, verification
from domain.acts.base import Desk, combine
from domain.acts.forwardings import FORWARDING
from domain.acts.hearings import on_the_record
from domain.acts.joints import JOINT
from domain.acts.lookups import CaseFile
from domain.acts.verifications import VERIFICATION, needed
from domain.case import ReviewOpinion
from domain.decider import Decision, Plan, Refused
from domain.terms import CaseNo


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
    return verification.in_the_way(desk.load(VERIFICATION, case_no), needed(file))
