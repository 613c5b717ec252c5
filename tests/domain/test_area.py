"""区域评估：逐版公布，地块在片区之内、申请之日评估有效的，相应的评估材料可以承诺。"""

from dataclasses import replace
from datetime import date
from typing import Final

from domain import area
from domain.acts.areas import ConfirmPlace, PublishAssessment
from domain.acts.intake import Decline, Receive
from domain.acts.pledges import MakeCommitment
from domain.area import AREA, PLACE, AssessmentPublished, Confirm, Confirmed
from domain.case import DeclineReason
from domain.commitment import CommitmentKind, Promise
from domain.refusals import Refusal
from domain.terms import CaseNo, Channel, CommitmentId, ItemCode, Material, Role, SubjectId
from tests.domain.case_file import (
    APPLICANT,
    APPROVER,
    ITEM,
    ITEM_V1,
    SHA,
    STAFF,
    case_files,
    check_impossible,
    person,
    town,
)
from tests.domain.laws import anything, check_decider_laws

areas = case_files(AREA, area.decide_area)
places = case_files(PLACE, area.decide_place)
TODAY: Final = date(2026, 3, 2)
V1: Final = AssessmentPublished(
    name="白沙片区",
    version=1,
    parcels=("B-1",),
    items=(ITEM,),
    assessments=("平面图",),
    valid_from=date(2026, 1, 1),
    valid_to=date(2026, 12, 31),
    document_no="文件一",
    handler=person("list"),
)
V2: Final = replace(V1, version=2, valid_from=date(2026, 7, 1), valid_to=date(2026, 9, 30))
PLACED: Final = Confirmed("BS", 1, "B-1", ("平面图",), person("clerk"))
ASK: Final = Confirm(replace(PLACED, area_version=0, assessments=()), ITEM, V1)


def test_assessments_follow_one_another() -> None:
    """版本号由账本排定；相同的无事可办；修订不溯及既往。"""
    publish = area.PublishAssessment(replace(V1, version=0), TODAY)
    areas().when(publish).then(V1)
    areas(V1).when(publish).then()
    areas(V1).when(replace(publish, fact=V2)).then(V2)
    late = replace(V2, valid_from=date(2026, 3, 1))
    areas(V1).when(replace(publish, fact=late)).refused(Refusal.ITEM_BACKDATED)
    for wrong, code in (
        (replace(V1, document_no=""), Refusal.ITEM_NO_DOCUMENT),
        (replace(V1, parcels=()), Refusal.AREA_EMPTY),
        (replace(V1, valid_to=date(2025, 1, 1)), Refusal.AREA_PERIOD),
    ):
        areas().when(replace(publish, fact=wrong)).refused(code)


def test_the_assessment_of_the_day_counts() -> None:
    """后公布的取代先公布的；末日当日有效，过期的不算。"""
    state = AREA.fold((V1, V2))
    assert state.on(date(2025, 12, 31)) is None
    assert state.on(date(2026, 6, 30)) == V1
    assert state.on(date(2026, 9, 30)) == V2
    assert state.on(date(2026, 10, 1)) is None
    assert V2.takes_effect(TODAY) == date(2026, 7, 1)


def test_a_parcel_inside_is_confirmed_once() -> None:
    """评估有效、地块在内、事项在列，才认定；认定一次。"""
    places().when(ASK).then(PLACED)
    places(PLACED).when(ASK).then()
    other = replace(ASK, fact=replace(ASK.fact, parcel="B-2"))
    places(PLACED).when(other).refused(Refusal.AREA_PLACED, area_id="BS")
    places().when(other).refused(Refusal.AREA_OUTSIDE, parcel="B-2")
    places().when(replace(ASK, assessment=None)).refused(Refusal.AREA_NOT_ASSESSED, area_id="BS")
    places().when(replace(ASK, item_code=ItemCode("X"))).refused(Refusal.AREA_ITEM, item_code="X")


def test_contradictory_history_stops() -> None:
    """跳号的评估、再次认定，当即停下。"""
    check_impossible(AREA, [(), (V1,)], [V2, PLACED])
    check_impossible(PLACE, [(), (PLACED,)], [PLACED, V1])


def test_laws() -> None:
    """同样的现状同样的答复，办成的再办不再添事。"""
    check_decider_laws(AREA, area.decide_area, anything(area.PublishAssessment), [(V1,)])
    check_decider_laws(PLACE, area.decide_place, anything(Confirm), [(PLACED,)])


# -- on a book

CASE: Final = CaseNo("2026-000004")
PUBLISH: Final = PublishAssessment(
    "BS", "白沙片区", ("B-1",), (ITEM,), ("平面图",), V1.valid_from, V1.valid_to, "文件一"
)
CONFIRM: Final = ConfirmPlace(CASE, "BS", "B-1")
PROMISE: Final = MakeCommitment(
    CommitmentId("K-4"),
    CASE,
    CommitmentKind.NOTIFICATION,
    SHA,
    (Promise("平面图", date(2026, 4, 1)),),
    date(2026, 6, 1),
)


def test_an_assessed_area_lets_the_assessment_be_promised() -> None:
    """不许承诺的事项，落在白沙片区的，相应的评估材料可以承诺。"""
    book = town(replace(ITEM_V1, commitment_allowed=False, commitment_materials=()))
    lister = book.hire("list", Role.CATALOGUE, APPROVER, person("list"))
    clerk = STAFF["clerk"]
    paper = (Material("申请书", SHA),)
    book.do(PUBLISH, lister, "2026-03-02")
    book.refuse(Refusal.CASE_NOT_FOUND, CONFIRM, clerk, "2026-03-02")
    book.do(
        Receive(CASE, ITEM, Channel.COUNTER, SubjectId("S-1"), paper, "R-4"), clerk, "2026-03-02"
    )
    book.refuse(Refusal.COMMITMENT_NOT_ALLOWED, PROMISE, APPLICANT, "2026-03-02")
    book.refuse(Refusal.AREA_NOT_ASSESSED, replace(CONFIRM, area_id="XX"), clerk, "2026-03-02")
    book.do(CONFIRM, clerk, "2026-03-02")
    plan = book.do(PROMISE, APPLICANT, "2026-03-02")
    assert "area/BS" in {rule.name for rule in plan.rules}


def test_a_closed_case_is_not_placed() -> None:
    """已办结的办件不再认定落区。"""
    book = town()
    clerk, paper = STAFF["clerk"], (Material("申请书", SHA),)
    book.do(
        Receive(CASE, ITEM, Channel.COUNTER, SubjectId("S-1"), paper, "R-4"), clerk, "2026-03-02"
    )
    book.do(Decline(CASE, DeclineReason.NOT_REQUIRED, "不需许可", "BS-4"), clerk, "2026-03-02")
    book.refuse(Refusal.CASE_ALREADY_DECIDED, CONFIRM, clerk, "2026-03-02")
