"""转报的办理：异地、镇村代收与送达；下级初审、报送，上级接收（许可法 35、43 条）。"""

from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias

from domain import case, forwarding
from domain.acts.base import Desk, handles, write
from domain.acts.hearings import under_review
from domain.acts.lookups import period
from domain.case import ReviewOpinion
from domain.decider import Decision, Refused
from domain.forwarding import CountFrom, ElsewhereWay
from domain.refusals import Refusal
from domain.terms import CaseNo, ItemCode, Material, Organ, SubjectId


@dataclass(frozen=True, slots=True)
class HandInElsewhere:
    """代收：写明收件的大厅、有权机关、收件之日以哪一天为准。"""

    case_no: CaseNo
    applicant: SubjectId
    item_code: ItemCode
    way: ElsewhereWay
    accepting_body: Organ
    materials: tuple[Material, ...]
    count_from: CountFrom


@dataclass(frozen=True, slots=True)
class ConfirmArrival:
    """有权机关签收代收的材料。"""

    case_no: CaseNo


@dataclass(frozen=True, slots=True)
class OpenExamination:
    """下级机关初审，之后报上级决定。"""

    case_no: CaseNo


@dataclass(frozen=True, slots=True)
class ForwardToSuperior:
    """将初审意见和全部材料报送上级机关。"""

    case_no: CaseNo
    opinion: ReviewOpinion
    reasons: str


@dataclass(frozen=True, slots=True)
class TakeOver:
    """上级机关接收。"""

    case_no: CaseNo


@dataclass(frozen=True, slots=True)
class MarkExaminationOverdue:
    """机器：二十日过完，初审还没有报送。"""

    case_no: CaseNo


ForwardingAct: TypeAlias = (
    HandInElsewhere
    | ConfirmArrival
    | OpenExamination
    | ForwardToSuperior
    | TakeOver
    | MarkExaminationOverdue
)

FORWARDING: Final = forwarding.AGGREGATE


# -- what the other steps of a case must heed


def received_elsewhere(
    desk: Desk, case_no: CaseNo, applicant: SubjectId, item_code: ItemCode, day: date
) -> Refused | None:
    """代收的件：送达之后才收件，是谁申请的什么、收件之日是哪一天，都如代收时所写。"""
    state = desk.load(FORWARDING, case_no)
    told = state.handed_in
    if told is None:
        return None
    if (told.applicant, told.item_code) != (applicant, item_code):
        facts = {"subject": told.applicant, "item_code": told.item_code}
        return Refused(Refusal.FORWARDING_OTHER, facts)
    if state.arrived is None:
        return forwarding.standing(state)
    if day != state.arrived.received_on:
        return Refused(Refusal.FORWARDING_RECEIVED_ON, {"on": str(state.arrived.received_on)})
    return None


def asked_again(desk: Desk, case_no: CaseNo, names: tuple[str, ...]) -> Refused | None:
    """上级机关不得要求申请人重复提供材料（许可法 35 条）。"""
    sent = desk.load(FORWARDING, case_no).forwarded
    again = {one.name for one in sent.materials} if sent else set()
    found = [name for name in names if name in again]
    if found:
        return Refused(Refusal.FORWARDING_ASKED_AGAIN, {"materials": "、".join(found)})
    return None


# -- handlers


def _decide(desk: Desk, case_no: CaseNo, command: forwarding.Command) -> Decision:
    answer = forwarding.decide(desk.load(FORWARDING, case_no), command)
    return write(FORWARDING, case_no, case_no, answer)


@handles(HandInElsewhere)
def hand_in_elsewhere(act: HandInElsewhere, desk: Desk) -> Decision:
    """代收，今日。"""
    fact = forwarding.HandedIn(
        applicant=act.applicant,
        item_code=act.item_code,
        way=act.way,
        receiving_hall=desk.actor.organ,
        accepting_body=act.accepting_body,
        handed_in_on=desk.today,
        count_from=act.count_from,
        materials=act.materials,
        handler=desk.handler,
    )
    return _decide(desk, act.case_no, forwarding.HandIn(fact))


@handles(ConfirmArrival)
def confirm_arrival(act: ConfirmArrival, desk: Desk) -> Decision:
    """签收，今日；由有权机关的窗口办。"""
    fact = forwarding.Arrived(desk.actor.in_name_of, desk.today, desk.today, desk.handler)
    return _decide(desk, act.case_no, forwarding.Arrive(fact))


@handles(OpenExamination)
def open_examination(act: OpenExamination, desk: Desk) -> Decision:
    """初审：自受理之日起二十日；上级是事项的审批机关。"""
    file = under_review(desk, act.case_no)
    if isinstance(file, Refused):
        return file
    accepted_on = case.acceptance_day(file.state, desk.today, desk.today)
    last, rules = period(desk, accepted_on, forwarding.EXAMINATION_DAYS)
    fact = forwarding.ExaminationOpened(
        lower_body=desk.actor.organ,
        superior=file.item.approving_body,
        accepted_on=accepted_on,
        due_on=last.day,
        handler=desk.handler,
    )
    command = forwarding.OpenExamination(fact)
    answer = forwarding.decide(desk.load(FORWARDING, act.case_no), command)
    return write(FORWARDING, act.case_no, act.case_no, answer, rules=(file.rule, *rules))


def _last(desk: Desk, case_no: CaseNo) -> tuple[date, bool]:
    """The last day of the examination by today's calendars, and whether that is certain."""
    open_one = desk.load(FORWARDING, case_no).examination
    start = open_one.accepted_on if open_one else desk.today
    last, _ = period(desk, start, forwarding.EXAMINATION_DAYS)
    return last.day, not last.provisional


@handles(ForwardToSuperior)
def forward_to_superior(act: ForwardToSuperior, desk: Desk) -> Decision:
    """报送意见和收到的全部材料。"""
    file = under_review(desk, act.case_no)
    if isinstance(file, Refused):
        return file
    fact = forwarding.ForwardedToSuperior(
        opinion=act.opinion,
        reasons=act.reasons,
        materials=file.state.received.materials,
        forwarded_on=desk.today,
        late=False,
        handler=desk.handler,
    )
    due_on, _ = _last(desk, act.case_no)
    return _decide(desk, act.case_no, forwarding.Forward(fact, desk.actor.organ, due_on))


@handles(TakeOver)
def take_over(act: TakeOver, desk: Desk) -> Decision:
    """上级接收，今日。"""
    fact = forwarding.TakenOver(desk.actor.organ, desk.today, desk.handler)
    return _decide(desk, act.case_no, forwarding.TakeOver(fact))


@handles(MarkExaminationOverdue)
def mark_examination_overdue(act: MarkExaminationOverdue, desk: Desk) -> Decision:
    """记下初审逾期；期限按现行日历重新推算，日历未公布的不能断定。"""
    due_on, certain = _last(desk, act.case_no)
    today = desk.today if certain else due_on
    command = forwarding.MarkOverdue(forwarding.ExaminationOverdue(due_on), today)
    return _decide(desk, act.case_no, command)
