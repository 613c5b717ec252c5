"""区域评估的办理：公布评估，认定一件办件落在片区之内。"""

from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from domain import area, case
from domain.acts.base import Desk, handles, write
from domain.acts.lookups import case_file
from domain.decider import Decision, Refused, RuleUsed
from domain.terms import CaseNo, ItemCode, beijing_day


@dataclass(frozen=True, slots=True)
class PublishAssessment:
    """公布一个片区的区域评估；版本号由账本排定。"""

    area_id: str
    name: str
    parcels: tuple[str, ...]
    items: tuple[ItemCode, ...]
    assessments: tuple[str, ...]
    valid_from: date
    valid_to: date
    document_no: str


@dataclass(frozen=True, slots=True)
class ConfirmPlace:
    """落区认定：此件的地块在评估有效的片区之内，相应的评估材料可以承诺。"""

    case_no: CaseNo
    area_id: str
    parcel: str


AreaAct: TypeAlias = PublishAssessment | ConfirmPlace


# -- handlers


@handles(PublishAssessment)
def publish_assessment(act: PublishAssessment, desk: Desk) -> Decision:
    """公布区域评估。"""
    fact = area.AssessmentPublished(
        name=act.name,
        version=0,
        parcels=act.parcels,
        items=act.items,
        assessments=act.assessments,
        valid_from=act.valid_from,
        valid_to=act.valid_to,
        document_no=act.document_no,
        handler=desk.handler,
    )
    command = area.PublishAssessment(fact, desk.today)
    answer = area.decide_area(desk.load(area.AREA, act.area_id), command)
    return write(area.AREA, act.area_id, act.area_id, answer)


@handles(ConfirmPlace)
def confirm_place(act: ConfirmPlace, desk: Desk) -> Decision:
    """落区认定：在决定之前，依申请之日有效的评估。"""
    file = case_file(desk, act.case_no)
    if isinstance(file, Refused):
        return file
    if isinstance(file.state, case.Concluded):
        return case.standing(file.state)
    received = file.state.received
    known = desk.load(area.AREA, act.area_id).on(beijing_day(received.received_at))
    fact = area.Confirmed(act.area_id, 0, act.parcel, (), desk.handler)
    command = area.Confirm(fact, received.item_code, known)
    answer = area.decide_place(desk.load(area.PLACE, act.case_no), command)
    used = () if known is None else (RuleUsed(area.AREA.stream(act.area_id), str(known.version)),)
    return write(area.PLACE, act.case_no, act.case_no, answer, rules=used)
