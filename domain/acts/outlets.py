"""政银合作的办理：设点、撤点、网点代收、移交大厅（机制 57）。"""

from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from domain import outlet
from domain.acts.base import Desk, handles
from domain.acts.lookups import ITEM, not_in_force
from domain.acts.steps import course, step
from domain.catalogue import version_on
from domain.decider import Decision, ImpossibleHistory, Plan, Refused
from domain.forwarding import CountFrom
from domain.refusals import Refusal
from domain.terms import CaseNo, ItemCode, Material, Organ, SubjectId


@dataclass(frozen=True, slots=True)
class OpenOutlet:
    """设立银行网点：收哪些事项，材料交给哪个大厅，收件之日怎样算。"""

    outlet_no: str
    organ: Organ
    name: str
    receiving_hall: Organ
    item_codes: tuple[ItemCode, ...]
    count_from: CountFrom
    document_no: str


@dataclass(frozen=True, slots=True)
class CloseOutlet:
    """撤销银行网点；已代收的照常移交。"""

    outlet_no: str
    reasons: str


@dataclass(frozen=True, slots=True)
class TakeInAtOutlet:
    """在银行网点代收申请材料。"""

    case_no: CaseNo
    outlet_no: str
    applicant: SubjectId
    item_code: ItemCode
    materials: tuple[Material, ...]


@dataclass(frozen=True, slots=True)
class CompleteHandover:
    """大厅接收网点移交的材料。"""

    case_no: CaseNo


OutletAct: TypeAlias = OpenOutlet | CloseOutlet | TakeInAtOutlet | CompleteHandover


# -- what the receipt must heed


def taken_in(
    desk: Desk, case_no: CaseNo, applicant: SubjectId, item_code: ItemCode, day: date
) -> Refused | None:
    """网点代收的件：移交之后才收件，申请人、事项与收件之日都如所记。"""
    state = course(desk, outlet.HANDOVER, case_no)
    told = state.last(outlet.HandoverTakenIn)
    if told is None:
        return None
    if (told.applicant, told.item_code) != (applicant, item_code):
        facts = {"subject": told.applicant, "item_code": told.item_code}
        return Refused(Refusal.FORWARDING_OTHER, facts)
    done = state.last(outlet.HandoverCompleted)
    if done is None:
        return outlet.HANDOVER.standing(state)
    if day != done.received_on:
        return Refused(Refusal.FORWARDING_RECEIVED_ON, {"on": str(done.received_on)})
    return None


# -- handlers


@handles(OpenOutlet)
def open_outlet(act: OpenOutlet, desk: Desk) -> Decision:
    """设点：至少一个事项；网点与大厅是两家。"""
    if act.organ == act.receiving_hall:
        return Refused(Refusal.FORWARDING_SAME_PLACE, {"organ": act.organ})
    if not act.item_codes:
        return Refused(Refusal.OUTLET_NO_ITEM)
    fact = outlet.OutletOpened(
        organ=act.organ,
        name=act.name,
        receiving_hall=act.receiving_hall,
        item_codes=act.item_codes,
        count_from=act.count_from,
        document_no=act.document_no,
        opened_on=desk.today,
        handler=desk.handler,
    )
    return step(desk, outlet.OUTLET, act.outlet_no, fact)


@handles(CloseOutlet)
def close_outlet(act: CloseOutlet, desk: Desk) -> Decision:
    """撤点须说明理由。"""
    if not act.reasons.strip():
        return Refused(Refusal.CASE_REASONS_MISSING)
    fact = outlet.OutletClosed(act.reasons, desk.today, desk.handler)
    return step(desk, outlet.OUTLET, act.outlet_no, fact)


@handles(TakeInAtOutlet)
def take_in_at_outlet(act: TakeInAtOutlet, desk: Desk) -> Decision:
    """网点的人在网点收，只收协议所列的事项；同一次代收只记一次。"""
    place = course(desk, outlet.OUTLET, act.outlet_no)
    opened = outlet.OUTLET.turn(place)
    if not isinstance(opened, outlet.OutletOpened):
        return outlet.OUTLET.standing(place)
    if desk.actor.organ != opened.organ:
        return Refused(Refusal.DUTY_ORGAN, {"organ": opened.organ})
    if act.item_code not in opened.item_codes:
        return Refused(Refusal.OUTLET_OTHER_ITEM, {"item_code": act.item_code})
    if version_on(desk.load(ITEM, act.item_code), desk.today) is None:
        return not_in_force(desk, act.item_code, desk.today)
    fact = outlet.HandoverTakenIn(
        outlet_no=act.outlet_no,
        applicant=act.applicant,
        item_code=act.item_code,
        materials=act.materials,
        taken_on=desk.today,
        handler=desk.handler,
    )
    return step(desk, outlet.HANDOVER, act.case_no, fact)


@handles(CompleteHandover)
def complete_handover(act: CompleteHandover, desk: Desk) -> Decision:
    """由大厅的窗口接收；收件之日依协议，法定期限自那日起算（许可法 32 条）。"""
    state = course(desk, outlet.HANDOVER, act.case_no)
    told = state.last(outlet.HandoverTakenIn)
    if told is None:
        return outlet.HANDOVER.standing(state)
    opened = course(desk, outlet.OUTLET, told.outlet_no).last(outlet.OutletOpened)
    if opened is None:
        raise ImpossibleHistory(f"{told} at an outlet never opened")
    if desk.actor.organ != opened.receiving_hall:
        return Refused(Refusal.DUTY_ORGAN, {"organ": opened.receiving_hall})
    if state.last(outlet.HandoverCompleted) is not None:
        return Plan()
    from_start = opened.count_from is CountFrom.HANDED_IN
    fact = outlet.HandoverCompleted(
        receiving_hall=desk.actor.organ,
        arrived_on=desk.today,
        received_on=told.taken_on if from_start else desk.today,
        handler=desk.handler,
    )
    return step(desk, outlet.HANDOVER, act.case_no, fact)
