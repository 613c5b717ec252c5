"""并联审批的办理：牵头机关开始、征求、汇总，协办机关的审核人提出意见（机制 8b、34）。"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final, TypeAlias

from domain import case, joint
from domain.acts.base import Desk, handles, write
from domain.acts.hearings import under_review
from domain.acts.lookups import CaseFile, ending, outside, period
from domain.case import DeadlineKind, ReviewOpinion
from domain.decider import Decision, Refused
from domain.joint import JointStep
from domain.terms import CaseNo, Organ


@dataclass(frozen=True, slots=True)
class OpenJointReview:
    """牵头机关开始并联审批；协办机关依事项。"""

    case_no: CaseNo


@dataclass(frozen=True, slots=True)
class RequestOpinion:
    """征求一家协办机关的意见，限若干工作日。"""

    case_no: CaseNo
    body: Organ
    matter: str
    document_no: str
    days: int


@dataclass(frozen=True, slots=True)
class GiveOpinion:
    """协办机关提出意见。"""

    case_no: CaseNo
    opinion: ReviewOpinion
    reasons: str


@dataclass(frozen=True, slots=True)
class MarkOpinionOverdue:
    """机器：协办机关逾期没有提出意见。"""

    case_no: CaseNo
    body: Organ


@dataclass(frozen=True, slots=True)
class HoldJointStep:
    """联合勘验、审图、测绘或验收；监管部门可以派观察员。"""

    case_no: CaseNo
    step: JointStep
    bodies: tuple[Organ, ...]
    findings: str
    observers: tuple[Organ, ...] = ()
    held_on: date | None = None


@dataclass(frozen=True, slots=True)
class ConcludeJointReview:
    """牵头机关汇总各家意见。"""

    case_no: CaseNo
    opinion: ReviewOpinion
    reasons: str


JointAct: TypeAlias = (
    OpenJointReview
    | RequestOpinion
    | GiveOpinion
    | MarkOpinionOverdue
    | HoldJointStep
    | ConcludeJointReview
)

JOINT: Final = joint.AGGREGATE


# -- handlers


def _decide(desk: Desk, case_no: CaseNo, command: joint.Command) -> Decision:
    answer = joint.decide(desk.load(JOINT, case_no), command)
    return write(JOINT, case_no, case_no, answer)


def _led(desk: Desk, case_no: CaseNo) -> CaseFile | Refused:
    """牵头机关就是审批机关。"""
    file = under_review(desk, case_no)
    if isinstance(file, Refused):
        return file
    return outside(desk, file.item.approving_body) or file


@handles(OpenJointReview)
def open_joint_review(act: OpenJointReview, desk: Desk) -> Decision:
    """开始并联：自受理之日起四十五日，事项的法定时限更短的从其短。"""
    file = _led(desk, act.case_no)
    if isinstance(file, Refused):
        return file
    accepted_on = case.acceptance_day(file.state, desk.today, desk.today)
    days = min(joint.LIMIT_DAYS, file.item.legal_days)
    last, rules = period(desk, accepted_on, days)
    fact = joint.JointOpened(
        lead=file.item.approving_body,
        bodies=file.item.rules.review.joint_bodies,
        accepted_on=accepted_on,
        days=days,
        due_on=last.day,
        handler=desk.handler,
    )
    answer = joint.decide(desk.load(JOINT, act.case_no), joint.Open(fact))
    return write(JOINT, act.case_no, act.case_no, answer, rules=(file.rule, *rules))


@handles(RequestOpinion)
def request_opinion(act: RequestOpinion, desk: Desk) -> Decision:
    """征求意见，限期自今日起。"""
    file = _led(desk, act.case_no)
    if isinstance(file, Refused):
        return file
    last, rules = period(desk, desk.today, act.days)
    limit = _limit(desk, act.case_no, file)
    fact = joint.OpinionRequested(
        body=act.body,
        matter=act.matter,
        document_no=act.document_no,
        requested_on=desk.today,
        days=act.days,
        due_on=last.day,
        handler=desk.handler,
    )
    answer = joint.decide(desk.load(JOINT, act.case_no), joint.Ask(fact, limit))
    return write(JOINT, act.case_no, act.case_no, answer, rules=rules)


def _limit(desk: Desk, case_no: CaseNo, file: CaseFile) -> date:
    """并联的限期随法定时限停算、延长：政府负责人批准的十五日也在其内。"""
    opened = desk.load(JOINT, case_no).opened
    clock = case.reckoned(file.state, DeadlineKind.LEGAL_DECISION)
    if opened is None or clock is None:
        return desk.today
    days = clock.working_days - file.item.legal_days + opened.days
    return ending(desk, replace(clock, working_days=days))[0].day


@handles(GiveOpinion)
def give_opinion(act: GiveOpinion, desk: Desk) -> Decision:
    """提出意见，由协办机关的审核人办。"""
    file = under_review(desk, act.case_no)
    if isinstance(file, Refused):
        return file
    fact = joint.OpinionGiven(desk.actor.organ, act.opinion, act.reasons, desk.handler)
    refusal = outside(desk, *file.item.rules.review.joint_bodies)
    return refusal or _decide(desk, act.case_no, joint.Give(fact))


@handles(MarkOpinionOverdue)
def mark_opinion_overdue(act: MarkOpinionOverdue, desk: Desk) -> Decision:
    """记下逾期；期限按现行日历重新推算，日历未公布的不能断定。"""
    asked = desk.load(JOINT, act.case_no).request(act.body)
    start, days = (asked.requested_on, asked.days) if asked else (desk.today, 0)
    last, _ = period(desk, start, days)
    today = last.day if last.provisional else desk.today
    command = joint.MarkOverdue(joint.OpinionOverdue(act.body, last.day), today)
    return _decide(desk, act.case_no, command)


@handles(HoldJointStep)
def hold_joint_step(act: HoldJointStep, desk: Desk) -> Decision:
    """几家一起办一步，由牵头机关记。"""
    file = _led(desk, act.case_no)
    if isinstance(file, Refused):
        return file
    fact = joint.JointStepHeld(
        step=act.step,
        bodies=act.bodies,
        observers=act.observers,
        held_on=act.held_on or desk.today,
        findings=act.findings,
        handler=desk.handler,
    )
    command = joint.HoldStep(fact, file.item.supervising_bodies)
    return _decide(desk, act.case_no, command)


@handles(ConcludeJointReview)
def conclude_joint_review(act: ConcludeJointReview, desk: Desk) -> Decision:
    """汇总；逾期没有提出意见的机关点名。"""
    file = _led(desk, act.case_no)
    if isinstance(file, Refused):
        return file
    fact = joint.JointConcluded(act.opinion, act.reasons, (), desk.handler)
    return _decide(desk, act.case_no, joint.Conclude(fact))
