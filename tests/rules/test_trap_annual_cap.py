"""陷阱：年度检查次数有上限，联合检查只计一次（国办发〔2024〕54号）。"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final

import pytest

from domain import frequency, inspection_plan
from domain.acts.annual import ApproveAnnualPlan, DraftAnnualPlan
from domain.acts.check_results import ReviewFinding
from domain.acts.frequencies import RecordCapExclusion
from domain.acts.inspections import AssignTask, RecordInspection, ReplaceObject
from domain.acts.lists import PublishMatters
from domain.acts.register import RegisterInspector
from domain.annual import number
from domain.code_set import BUILT_IN
from domain.decider import Event, Refused
from domain.frequency import CheckGround, Corrected, Counted
from domain.inspection_plan import ExclusionReason, ListedObject, PlanRegistered
from domain.inspection_task import FindingCode, PartySignature
from domain.lists import MatterLevel
from domain.refusals import Refusal
from domain.sampling import Stratum
from domain.terms import Actor, Evidence, OfficerId, PersonId, Role, SubjectId
from tests.domain.case_file import MACHINE, SHA, actor, at
from tests.domain.hall import BUREAU, Hall
from tests.rules.draws import FIRE, PLAN, RUNNER, hall, inspector, notice, ready, settled, shop
from tests.yearly import CAPS, check_matter, planned_matter

ANNUAL: Final = number(BUREAU, 2026)
HEAD: Final = actor("head", Role.SUPERVISION_HEAD, BUREAU)
ONE, TWO = PersonId("p-one"), PersonId("p-two")
PROOF: Final = (Evidence("task/000001.S-1", SHA),)
GENERAL, KEY = check_matter(), check_matter("SC-02", MatterLevel.KEY)
ALL: Final = tuple(Stratum(name, 1_000, 9) for name in "BD")  # 至少九户：名单上的全抽
FIRST, SECOND, RISKY = shop(1), shop(2), replace(shop(3), stratum="D")


@pytest.fixture
def town() -> Hall:
    """监管局公布了清单，年度计划已批准：B 类一年至多一次，D 类不设上限。"""
    new = hall()
    new.employ("head", Role.SUPERVISION_HEAD)
    for name in ("one", "two"):
        new.employ(name, Role.INSPECTOR)
        valid_to = date(2027, 12, 31)
        certificate = ("350505", ("餐饮",), "一所", f"闽-{name}", valid_to)
        new.record(RegisterInspector(PersonId(f"p-{name}"), BUREAU, *certificate), RUNNER)
    new.record(PublishMatters(date(2026, 1, 1), "公告 1 号", (GENERAL, KEY)), HEAD)
    planned = [
        replace(planned_matter(one, 9), lead=BUREAU, ratios=ALL, end_on=date(2026, 12, 31))
        for one in ("SC-01", "SC-02")
    ]
    new.record(DraftAnnualPlan(2026, tuple(planned), CAPS), RUNNER)
    new.record(ApproveAnnualPlan(ANNUAL, "批 1 号"), HEAD)
    return new


def campaign(
    new: Hall, serial: int, objects: Sequence[ListedObject] = (FIRST,), matter: str = "SC-01"
) -> str:
    """计划内的一次抽查，名单上的全抽、都已派发。"""
    plan = replace(PLAN, serial=serial, strata=ALL, matters=(matter,), annual_plan_no=ANNUAL)
    pool = (inspector(ONE), inspector(TWO))
    ready(new, tuple(objects), pool, date(2026, 12, 31), plan)
    told = inspection_plan.plan_number(serial)
    settled(new, told)
    assign(new, told, objects)
    return told


def assign(new: Hall, told: str, objects: Sequence[ListedObject]) -> None:
    """派发各户的任务。"""
    for one in objects:
        new.record(AssignTask(told, one.subject), MACHINE, "2026-09-02")


def copied(new: Hall, told: str, serial: int, **changes: Any) -> str:
    """照抄一份抽定的计划，登记的内容有所不同：别的部门的，或者限期在明年的。"""
    registered, *rest = new.streams[f"plan/{told}"]
    assert isinstance(registered, PlanRegistered)
    other = inspection_plan.plan_number(serial)
    new.put(f"plan/{other}", replace(registered, serial=serial, **changes), *rest)
    assign(new, other, (FIRST,))
    return other


def inspected(
    new: Hall, told: str, on: str, subject: SubjectId = FIRST.subject, recorded_on: str = ""
) -> Counted:
    """上门检查一户，次日或另一日录入；所记的次数。"""
    who = actor("one", Role.INSPECTOR, BUREAU)
    result = (BUILT_IN, (FindingCode.NO_PROBLEM,), (ONE, TWO), (), SHA, PartySignature.SIGNED)
    new.record(notice(subject, date.fromisoformat(on), told), who, "2026-09-02")
    act = RecordInspection(told, subject, at(f"{on} 10:00"), *result)
    _, fact = new.record(act, who, recorded_on or f"{on} 17:00")
    assert isinstance(fact, Counted)
    return fact


def exclude(new: Hall, told: str, subject: SubjectId, on: str) -> Refusal | Event:
    """凭已到上限排除一户。"""
    act = ReplaceObject(told, subject, ExclusionReason.CAP_REACHED, PROOF, OfficerId("witness"))
    if isinstance(answer := new.ask(act, RUNNER, on), Refused):
        return answer.code
    return answer.writes[0].events[0]


def test_one_visit_and_the_cap_is_reached(town: Hall) -> None:
    """九月十日查过一次：B 类到了上限，同年的第二次抽查凭此排除；没有查过的不能。"""
    fact = inspected(town, campaign(town, 1), "2026-09-10")
    assert (fact.nth, fact.most, fact.visits_of_year) == (1, 1, 1)
    assert (fact.ground, fact.annual_plan_no, fact.matters) == (
        CheckGround.DRAW,
        ANNUAL,
        ("SC-01",),
    )
    second = campaign(town, 2, (FIRST, SECOND))
    assert exclude(town, second, SECOND.subject, "2026-09-11") is Refusal.ANNUAL_CAP_OPEN
    replaced = exclude(town, second, FIRST.subject, "2026-09-11")
    assert isinstance(replaced, inspection_plan.ObjectReplaced)
    assert replaced.reason is ExclusionReason.CAP_REACHED


def test_a_joint_check_counts_once(town: Hall) -> None:
    """市场监管与消防九月十日一同上门：对企业是一次，两个部门各记各的一次，不是两次。"""
    first = campaign(town, 1)
    market = inspected(town, first, "2026-09-10")
    joint = copied(town, first, 2, department=FIRE, seed_plan_no=first, annual_plan_no=None)
    fire = inspected(town, joint, "2026-09-10")
    assert (market.visit_no, fire.visit_no) == (f"{first}.S-1", f"{first}.S-1")
    assert (market.visits_of_year, fire.visits_of_year) == (1, 1)
    assert (fire.department, fire.nth, fire.most) == (FIRE, 1, None)
    visits = town.load(frequency.AGGREGATE, FIRST.subject)
    assert frequency.made(visits, 2026) == 1
    alone = copied(town, first, 3, department=FIRE, annual_plan_no=None)
    assert inspected(town, alone, "2026-10-12").visits_of_year == 2


def test_the_year_is_that_of_the_visit(town: Hall) -> None:
    """十二月三十一日上门、次年一月四日才录入：计在二〇二六年，新的一年从零起。"""
    first = campaign(town, 1)
    inspected(town, first, "2026-12-31", recorded_on="2027-01-04")
    visits = town.load(frequency.AGGREGATE, FIRST.subject)
    assert [frequency.counted(visits, BUREAU, year) for year in (2026, 2027)] == [1, 0]
    assert frequency.counted_checks(visits, BUREAU, 2026) == (f"{first}.S-1",)


def test_what_can_be_done_next_year_is_not_excused(town: Hall) -> None:
    """限期在明年一月的，今年到了上限也不能排除：明年一月去查。"""
    first = campaign(town, 1)
    inspected(town, first, "2026-09-10")
    late = copied(town, first, 2, inspect_by=date(2027, 1, 31))
    assert exclude(town, late, FIRST.subject, "2026-12-30") is Refusal.ANNUAL_CAP_OPEN
    this_year = copied(town, first, 3)
    assert isinstance(
        exclude(town, this_year, FIRST.subject, "2026-12-30"), inspection_plan.ObjectReplaced
    )


def test_key_matters_and_high_risk_do_not_use_the_cap(town: Hall) -> None:
    """重点检查事项、D 类对象的检查照记而不计入上限，也不能凭上限排除。"""
    key = inspected(town, campaign(town, 1, matter="SC-02"), "2026-09-10")
    assert (key.ground, key.nth, key.visits_of_year) == (CheckGround.KEY_MATTER, 0, 1)
    second = campaign(town, 2, (FIRST, RISKY))
    risky = inspected(town, second, "2026-09-10", RISKY.subject)
    assert (risky.ground, risky.nth, risky.most) == (CheckGround.HIGH_RISK, 0, None)
    assert exclude(town, second, FIRST.subject, "2026-09-11") is Refusal.ANNUAL_CAP_OPEN
    fact = inspected(town, second, "2026-09-11")
    assert (fact.nth, fact.visits_of_year) == (1, 2)
    third = campaign(town, 3, (FIRST, RISKY), matter="SC-02")
    for one in (FIRST, RISKY):
        assert exclude(town, third, one.subject, "2026-09-12") is Refusal.ANNUAL_NO_CAP
    fourth = campaign(town, 4, (RISKY,))
    assert exclude(town, fourth, RISKY.subject, "2026-09-12") is Refusal.ANNUAL_NO_CAP


def test_a_visit_beyond_the_cap_is_recorded(town: Hall) -> None:
    """到了上限还是去了的，如实记下第二次：上门是事实，由效能督办。"""
    inspected(town, campaign(town, 1), "2026-09-10")
    fact = inspected(town, campaign(town, 2), "2026-10-12")
    assert (fact.nth, fact.most) == (2, 1)


def test_a_returned_result_counts_once(town: Hall) -> None:
    """退回重录的不再计一次；改了检查之日的更正那一次。"""
    told = campaign(town, 1)
    inspected(town, told, "2026-09-10")
    who = actor("two", Role.INSPECTOR, BUREAU)
    back = ReviewFinding(told, FIRST.subject, agreed=False, explanation="日期有误")
    again = RecordInspection(
        told, FIRST.subject, at("2026-09-10 10:00"), BUILT_IN, (FindingCode.UNREACHABLE,),
        (ONE, TWO), (), SHA, PartySignature.SIGNED,
    )  # fmt: skip
    town.record(back, HEAD, "2026-09-11")
    assert len(town.record(again, who, "2026-09-11")) == 1
    town.record(replace(back, explanation="日期仍有误"), HEAD, "2026-09-12")
    moved = replace(again, performed_at=at("2026-09-11 10:00"))
    _, fact = town.record(moved, who, "2026-09-12")
    assert fact == Corrected(f"{told}.S-1", date(2026, 9, 11))
    visits = town.load(frequency.AGGREGATE, FIRST.subject)
    assert frequency.counted(visits, BUREAU, 2026) == 1


def test_left_out_up_front_is_on_the_record(town: Hall) -> None:
    """冻结名单时已到上限的不列入，写明上限与所据的检查；一轮一户一件。"""
    act = RecordCapExclusion("000002", FIRST.subject, 2026, 1, ("000001.S-1",))
    (fact,) = town.record(act, MACHINE)
    assert getattr(fact, "checks", ()) == ("000001.S-1",)
    town.idle(act, MACHINE)
    other: Actor = RUNNER
    assert town.refusal(act, other) is Refusal.DUTY_ROLE
