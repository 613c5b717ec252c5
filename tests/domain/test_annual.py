"""年度抽查计划（表 F2）：清单上的才列，另一人批准，批准之后据以登记，用完为止。"""

from dataclasses import replace
from datetime import date
from typing import Final

import pytest

from domain import annual, inspection_plan, lists
from domain.acts.annual import (
    AmendAnnualPlan,
    ApproveAnnualPlan,
    ApprovePlan,
    CloseAnnualPlan,
    DraftAnnualPlan,
    FileAnnualPlan,
    PublishAnnualPlan,
)
from domain.acts.catalogue import SetSuperior
from domain.acts.inspections import AnnulPlan, FreezeLists, VoidPlan
from domain.acts.lists import PublishMatters
from domain.annual import CheckCap
from domain.inspection_plan import ListsFrozen, PlanApproved, PlanRegistered
from domain.lists import MatterLevel
from domain.refusals import Refusal
from domain.sampling import Stratum, share_commitment
from domain.terms import HashName, OfficerId, Organ, Role
from tests.domain.case_file import MACHINE, at, case_files, check_impossible
from tests.domain.hall import BUREAU, Hall
from tests.domain.laws import anything, check_decider_laws
from tests.rules.draws import FIRE, PLAN, RUNNER, inspector, shop
from tests.rules.draws import hall as people
from tests.yearly import CAPS, DRAFTER, HEAD, check_matter, planned_matter

NO: Final = annual.number(BUREAU, 2026)
DAY: Final = "2026-01-08"
CITY: Final = Organ("市局")
GENERAL, KEY = check_matter(), check_matter("SC-02", MatterLevel.KEY)
PUBLISH: Final = PublishMatters(date(2026, 1, 1), "公告〔2026〕1号", (GENERAL, KEY))
MATTER: Final = replace(planned_matter(), lead=BUREAU, co_departments=(FIRE,))
DRAFT: Final = DraftAnnualPlan(2026, (MATTER,), CAPS)
APPROVE: Final = ApproveAnnualPlan(NO, "批〔2026〕1号")
FILE: Final = FileAnnualPlan(NO, CITY, "备〔2026〕1号")
SHOW: Final = PublishAnnualPlan(NO, "区政府门户网站")
SOME: Final = (Stratum("B", 500, 1),)
PLANNED: Final = replace(PLAN, strata=SOME, matters=("SC-01",), annual_plan_no=NO)
OUTSIDE: Final = replace(PLAN, matters=("SC-02",), unplanned_reason="群众反映集中")


@pytest.fixture
def hall() -> Hall:
    """清单已公布的部门：拟订的人是联络员，负责人另有其人。"""
    new = people()
    for account, role, organ in (
        ("head", Role.SUPERVISION_HEAD, BUREAU),
        ("catalogue", Role.CATALOGUE, Organ("ZX")),
    ):
        new.employ(account, role, organ)
    new.record(PUBLISH, replace(RUNNER, officer_id=OfficerId("head"), role=Role.SUPERVISION_HEAD))
    return new


CHIEF: Final = replace(RUNNER, officer_id=OfficerId("head"), role=Role.SUPERVISION_HEAD)


def approved(hall: Hall) -> Hall:
    """已拟订、批准。"""
    hall.record(DRAFT, RUNNER, DAY)
    hall.record(APPROVE, CHIEF, DAY)
    return hall


def test_a_matter_without_a_basis_is_not_listed() -> None:
    """没有法律依据的、没有内容的、比例频次说不通的、重复的，都不能公布（国办发〔2015〕58号）。"""
    new = people()
    new.employ("head", Role.SUPERVISION_HEAD)
    for wrong, code in (
        (replace(GENERAL, legal_basis=()), Refusal.MATTER_NO_BASIS),
        (replace(GENERAL, legal_basis=(" ",)), Refusal.MATTER_NO_BASIS),
        (replace(GENERAL, contents=()), Refusal.MATTER_VAGUE),
        (replace(GENERAL, basis_points=0), Refusal.MATTER_VAGUE),
        (replace(GENERAL, times_a_year=0), Refusal.MATTER_VAGUE),
    ):
        assert new.refusal(replace(PUBLISH, matters=(wrong,)), CHIEF) is code
    assert new.refusal(replace(PUBLISH, matters=()), CHIEF) is Refusal.LIST_EMPTY
    twice = replace(PUBLISH, matters=(GENERAL, GENERAL))
    assert new.refusal(twice, CHIEF) is Refusal.LIST_REPEATS
    (told,) = new.record(PUBLISH, CHIEF)
    assert (getattr(told, "department", None), getattr(told, "version", 0)) == (BUREAU, 1)
    later = replace(PUBLISH, effective_from=date(2026, 7, 1), matters=(GENERAL,))
    new.record(later, CHIEF, "2026-06-01")
    state = new.load(lists.AGGREGATE, lists.matters_identity(BUREAU))
    assert set(lists.matters_on(state, date(2026, 6, 30))) == {"SC-01", "SC-02"}
    assert set(lists.matters_on(state, date(2026, 7, 1))) == {"SC-01"}
    assert lists.matters_on(state, date(2025, 12, 31)) == {}


@pytest.mark.parametrize(
    ("matter", "code"),
    [
        (replace(MATTER, matter_no="SC-99"), Refusal.ANNUAL_UNLISTED),
        (replace(MATTER, lead=FIRE, co_departments=()), Refusal.ANNUAL_LEAD),
        (replace(MATTER, co_departments=(BUREAU,)), Refusal.ANNUAL_LEAD),
        (replace(MATTER, end_on=date(2027, 1, 31)), Refusal.ANNUAL_PERIOD),
        (replace(MATTER, end_on=date(2026, 2, 1)), Refusal.ANNUAL_PERIOD),
        (replace(MATTER, campaigns=-1), Refusal.ANNUAL_PERIOD),
        (replace(MATTER, campaigns=0), Refusal.ANNUAL_EMPTY),
        (replace(MATTER, ratios=()), Refusal.ANNUAL_RATIO),
        (replace(MATTER, ratios=(Stratum("E", 500, 0),)), Refusal.ANNUAL_RATIO),
        (replace(MATTER, ratios=(Stratum("B", 1_001, 0),)), Refusal.ANNUAL_RATIO),
    ],
    ids=lambda value: value.value if isinstance(value, Refusal) else "",
)
def test_what_may_be_planned(hall: Hall, matter: annual.PlannedMatter, code: Refusal) -> None:
    """清单上的、有牵头的、在年内的、不超过清单所定比例的才列。"""
    assert hall.refusal(replace(DRAFT, matters=(matter,)), RUNNER, DAY) is code


def test_a_key_matter_has_no_ceiling(hall: Hall) -> None:
    """重点检查事项不限比例；没有清单的部门什么也列不进去。"""
    every = replace(MATTER, matter_no="SC-02", ratios=(Stratum("B", 10_000, 0),))
    hall.record(replace(DRAFT, matters=(every,)), RUNNER, DAY)
    stranger = replace(RUNNER, officer_id=OfficerId("fire"), organ=FIRE, in_name_of=FIRE)
    own = replace(DRAFT, matters=(replace(MATTER, lead=FIRE, co_departments=()),))
    assert hall.refusal(own, stranger, DAY) is Refusal.ANNUAL_UNLISTED


def test_caps_are_said_for_each_class_but_the_highest(hall: Hall) -> None:
    """A、B、C 各写一个，D 类不设；不能漏写、写负。"""
    for caps in (CAPS[:2], (*CAPS, CheckCap("D", 1)), (*CAPS[:2], CheckCap("C", -1))):
        assert hall.refusal(replace(DRAFT, caps=caps), RUNNER, DAY) is Refusal.ANNUAL_CAPS
    for matters in ((), (MATTER, MATTER)):
        assert hall.refusal(replace(DRAFT, matters=matters), RUNNER, DAY) is Refusal.ANNUAL_EMPTY
    for year in (2025, 2028):
        assert hall.refusal(replace(DRAFT, year=year), RUNNER, DAY) is Refusal.ANNUAL_YEAR


def test_another_person_approves_then_filed_then_published(hall: Hall) -> None:
    """拟订的人不能自己批；批准之后备案，备案之后公布；各自重复无事可办。"""
    hall.employ("both", Role.SUPERVISION_HEAD, person="p-runner")
    same = replace(CHIEF, officer_id=OfficerId("both"))
    assert hall.refusal(APPROVE, CHIEF, DAY) is Refusal.ANNUAL_NOT_FOUND
    hall.record(DRAFT, RUNNER, DAY)
    hall.idle(DRAFT, RUNNER, DAY)
    assert hall.refusal(replace(DRAFT, caps=CAPS[::-1]), RUNNER, DAY) is Refusal.ANNUAL_EXISTS
    assert hall.refusal(APPROVE, same, DAY) is Refusal.DUTY_SAME_PERSON
    for act in (FILE, SHOW):
        assert hall.refusal(act, RUNNER, DAY) is Refusal.ANNUAL_NOT_APPROVED
    hall.record(APPROVE, CHIEF, DAY)
    hall.idle(APPROVE, CHIEF, DAY)
    assert hall.refusal(SHOW, RUNNER, DAY) is Refusal.ANNUAL_NOT_FILED
    assert hall.refusal(replace(FILE, superior=BUREAU), RUNNER, DAY) is Refusal.ANNUAL_SUPERIOR
    hall.record(FILE, RUNNER, DAY)
    hall.idle(FILE, RUNNER, DAY)
    hall.record(SHOW, RUNNER, DAY)
    hall.idle(SHOW, RUNNER, DAY)


def test_filed_with_the_registered_superior(hall: Hall) -> None:
    """登记了上级机关的，只报它备案。"""
    approved(hall)
    keeper = replace(
        RUNNER, officer_id=OfficerId("catalogue"), role=Role.CATALOGUE, organ=Organ("ZX")
    )
    hall.record(SetSuperior(BUREAU, CITY, date(2026, 1, 8), "编〔2026〕1号"), keeper, DAY)
    wrong = replace(FILE, superior=FIRE)
    assert hall.refusal(wrong, RUNNER, DAY) is Refusal.ANNUAL_SUPERIOR
    hall.record(FILE, RUNNER, DAY)


def test_an_amendment_waits_for_approval(hall: Hall) -> None:
    """修订写明理由与每一项，批准之前照原来的；批准之后重新备案、公布。"""
    act = AmendAnnualPlan(NO, (replace(MATTER, campaigns=1),), CAPS, "人员不足")
    assert hall.refusal(act, RUNNER, DAY) is Refusal.ANNUAL_NOT_FOUND
    approved(hall)
    hall.record(FILE, RUNNER, DAY)
    hall.record(SHOW, RUNNER, DAY)
    same = replace(act, matters=DRAFT.matters)
    hall.idle(same, RUNNER, DAY)
    assert hall.refusal(replace(act, reasons=" "), RUNNER, DAY) is Refusal.ANNUAL_NO_REASON
    gone = replace(act, matters=(replace(MATTER, matter_no="SC-02"),))
    assert hall.refusal(gone, RUNNER, DAY) is Refusal.ANNUAL_DROPPED
    unsound = replace(act, caps=())
    assert hall.refusal(unsound, RUNNER, DAY) is Refusal.ANNUAL_CAPS
    hall.record(act, RUNNER, DAY)
    hall.idle(act, RUNNER, DAY)
    state = hall.load(annual.AGGREGATE, NO)
    known = annual.in_force(state)
    assert known is not None
    assert [one.campaigns for one in known.matters] == [2]
    hall.idle(FILE, RUNNER, DAY)
    hall.record(APPROVE, CHIEF, DAY)
    now = annual.in_force(hall.load(annual.AGGREGATE, NO))
    assert now is not None
    assert [one.campaigns for one in now.matters] == [1]
    assert hall.refusal(SHOW, RUNNER, DAY) is Refusal.ANNUAL_NOT_FILED
    hall.record(FILE, RUNNER, DAY)
    hall.record(SHOW, RUNNER, DAY)


def test_a_draft_may_be_amended_before_it_is_approved(hall: Hall) -> None:
    """还没有批准的也可以修订；批准的是最新一版。"""
    hall.record(DRAFT, RUNNER, DAY)
    more = replace(MATTER, matter_no="SC-02")
    hall.record(AmendAnnualPlan(NO, (MATTER, more), CAPS, "补列"), RUNNER, DAY)
    (told,) = hall.record(APPROVE, CHIEF, DAY)
    assert getattr(told, "version", 0) == 2


def test_only_the_department_itself(hall: Hall) -> None:
    """别的部门不能修订、批准、备案、公布。"""
    approved(hall)
    hall.employ("fire-head", Role.SUPERVISION_HEAD, FIRE)
    stranger = replace(CHIEF, officer_id=OfficerId("fire-head"), organ=FIRE, in_name_of=FIRE)
    amend = AmendAnnualPlan(NO, (MATTER,), CAPS, "人员不足")
    for act in (amend, APPROVE, FILE, SHOW):
        assert hall.refusal(act, stranger, DAY) is Refusal.DUTY_ORGAN


# -- campaigns under it


def test_a_campaign_names_an_approved_plan(hall: Hall) -> None:
    """没有的、没有批准的、别的部门的，都不能据以登记；查的事项须在清单上。"""
    when = "2026-08-31"
    assert hall.refusal(PLANNED, RUNNER, when) is Refusal.ANNUAL_NOT_FOUND
    hall.record(DRAFT, RUNNER, DAY)
    assert hall.refusal(PLANNED, RUNNER, when) is Refusal.ANNUAL_NOT_APPROVED
    hall.record(APPROVE, CHIEF, DAY)
    for wrong, code in (
        (replace(PLANNED, matters=()), Refusal.ANNUAL_NO_MATTER),
        (replace(PLANNED, matters=("SC-99",)), Refusal.ANNUAL_UNLISTED),
        (replace(PLANNED, matters=("SC-02",)), Refusal.ANNUAL_OUTSIDE),
        (replace(PLANNED, inspect_by=date(2026, 12, 1)), Refusal.ANNUAL_TIME),
        (replace(PLANNED, strata=(Stratum("B", 501, 1),)), Refusal.ANNUAL_MORE),
        (replace(PLANNED, strata=(Stratum("B", 500, 2),)), Refusal.ANNUAL_MORE),
        (replace(PLANNED, strata=(Stratum("C", 1, 0),)), Refusal.ANNUAL_MORE),
    ):
        assert hall.refusal(wrong, RUNNER, when) is code
    hall.record(PLANNED, RUNNER, when)
    hall.idle(PLANNED, RUNNER, when)


def test_another_departments_plan(hall: Hall) -> None:
    """别的部门的年度计划不能用：消防没有清单，也没有查这一项的依据。"""
    approved(hall)
    fire = replace(RUNNER, officer_id=OfficerId("fire"), organ=FIRE, in_name_of=FIRE)
    act = replace(PLANNED, department=FIRE)
    assert hall.refusal(act, fire, "2026-08-31") is Refusal.ANNUAL_UNLISTED
    bare = replace(act, matters=())
    assert hall.refusal(bare, fire, "2026-08-31") is Refusal.DUTY_ORGAN


def test_no_more_often_than_planned(hall: Hall) -> None:
    """计划两次的登记两次；作废的退回一次，过年的不再登记。"""
    approved(hall)
    hall.record(PLANNED, RUNNER, "2026-08-31")
    hall.record(replace(PLANNED, serial=2), RUNNER, "2026-08-31")
    third = replace(PLANNED, serial=3)
    assert hall.refusal(third, RUNNER, "2026-08-31") is Refusal.ANNUAL_USED_UP
    fewer = AmendAnnualPlan(NO, (replace(MATTER, campaigns=1),), CAPS, "人员不足")
    assert hall.refusal(fewer, RUNNER, "2026-08-31") is Refusal.ANNUAL_BELOW
    annulled = hall.record(AnnulPlan("000002", "公开源有误", OfficerId("witness")), RUNNER, DAY)
    assert [type(one) for one in annulled][1:] == [annual.CampaignReturned]
    hall.idle(AnnulPlan("000002", "公开源有误", OfficerId("witness")), RUNNER, DAY)
    hall.record(third, RUNNER, "2026-08-31")


def test_a_void_campaign_is_given_back(hall: Hall) -> None:
    """封存份额没有开启而失效的，次数也退回；与年度计划无关的没有可退。"""
    approved(hall)
    sealed = share_commitment(HashName.SHA256, b"\1" * 32)
    hall.record(replace(PLANNED, sealed_share_commitment=sealed), RUNNER, "2026-08-31")
    void = VoidPlan("000001")
    assert hall.refusal(void, MACHINE, "2026-09-30") is Refusal.PLAN_NOT_YET_DUE
    told = hall.record(void, MACHINE, "2026-12-30")
    assert [type(one) for one in told][1:] == [annual.CampaignReturned]
    hall.record(replace(OUTSIDE, serial=2), RUNNER, "2026-08-31")
    second = OfficerId("witness")
    (_, *none) = hall.record(AnnulPlan("000002", "重复", second), RUNNER, "2026-08-31")
    assert none == []


def test_year_end(hall: Hall) -> None:
    """十二月三十一日过完，记下差几次；此后不再登记，作废也不再退。"""
    close = CloseAnnualPlan(NO)
    assert hall.refusal(close, MACHINE, DAY) is Refusal.ANNUAL_NOT_FOUND
    approved(hall)
    hall.record(PLANNED, RUNNER, "2026-08-31")
    assert hall.refusal(close, MACHINE, "2026-12-31") is Refusal.ANNUAL_NOT_YET
    (told,) = hall.record(close, MACHINE, "2027-01-01")
    assert getattr(told, "shortfalls", ()) == (annual.Shortfall("SC-01", 2, 1),)
    hall.idle(close, MACHINE, "2027-01-02")
    hall.idle(DRAFT, RUNNER, "2027-01-02")
    value, day = at("2027-01-05 21:15"), date(2027, 1, 31)
    late = replace(PLANNED, serial=2, public_value_at=value, inspect_by=day)
    assert hall.refusal(late, RUNNER, "2027-01-02") is Refusal.ANNUAL_OVER
    act = AnnulPlan("000001", "公开源有误", OfficerId("witness"))
    assert len(hall.record(act, RUNNER, "2027-01-02")) == 1
    assert hall.refusal(APPROVE, CHIEF, "2027-01-02") is Refusal.ANNUAL_OVER
    state = hall.load(annual.AGGREGATE, NO)
    assert annual.cap_of(state, "B") == 1
    assert annual.cap_of(state, "D") is None


def test_never_approved_is_all_short(hall: Hall) -> None:
    """从未批准的，年终时全部没有组织。"""
    hall.record(DRAFT, RUNNER, DAY)
    (told,) = hall.record(CloseAnnualPlan(NO), MACHINE, "2027-01-01")
    assert getattr(told, "shortfalls", ()) == (annual.Shortfall("SC-01", 2, 0),)


# -- campaigns outside it

OBJECTS: Final = (shop(1),)
FREEZE: Final = FreezeLists("000001", OBJECTS, (inspector("A"), inspector("B")), 17, "0b" * 32)


def test_outside_the_plan_only_with_the_heads_approval(hall: Hall) -> None:
    """有年度计划的部门，计划外的写明缘由；负责人批准之前不冻结名单，抽取人自己不能批。"""
    approved(hall)
    bare = replace(OUTSIDE, unplanned_reason=" ")
    assert hall.refusal(bare, RUNNER, "2026-08-31") is Refusal.ANNUAL_UNPLANNED
    no_matter = replace(OUTSIDE, matters=())
    assert hall.refusal(no_matter, RUNNER, "2026-08-31") is Refusal.ANNUAL_NO_MATTER
    act = ApprovePlan("000001", "审〔2026〕7号")
    assert hall.refusal(act, CHIEF, "2026-08-31") is Refusal.PLAN_NOT_FOUND
    hall.record(OUTSIDE, RUNNER, "2026-08-31")
    assert hall.refusal(FREEZE, MACHINE, "2026-08-31") is Refusal.PLAN_AWAITS_APPROVAL
    hall.employ("both", Role.SUPERVISION_HEAD, person="p-runner")
    same = replace(CHIEF, officer_id=OfficerId("both"))
    assert hall.refusal(act, same, "2026-08-31") is Refusal.DUTY_SAME_PERSON
    hall.employ("fire-head", Role.SUPERVISION_HEAD, FIRE)
    stranger = replace(CHIEF, officer_id=OfficerId("fire-head"), organ=FIRE, in_name_of=FIRE)
    assert hall.refusal(act, stranger, "2026-08-31") is Refusal.DUTY_ORGAN
    hall.record(act, CHIEF, "2026-08-31")
    hall.idle(act, CHIEF, "2026-08-31")
    hall.record(FREEZE, MACHINE, "2026-08-31")
    assert hall.refusal(act, CHIEF, "2026-08-31") is Refusal.PLAN_NO_APPROVAL


def test_within_the_plan_needs_no_other_approval(hall: Hall) -> None:
    """计划内的由年度计划一并批准，登记即冻结；作废了的也不再批。"""
    approved(hall)
    hall.record(PLANNED, RUNNER, "2026-08-31")
    act = ApprovePlan("000001", "审〔2026〕7号")
    assert hall.refusal(act, CHIEF, "2026-08-31") is Refusal.PLAN_NO_APPROVAL
    hall.record(FREEZE, MACHINE, "2026-08-31")
    hall.record(AnnulPlan("000001", "有误", OfficerId("witness")), RUNNER, "2026-08-31")
    assert hall.refusal(act, CHIEF, "2026-08-31") is Refusal.PLAN_ANNULLED


def test_a_department_without_a_list_or_a_plan_goes_on_as_before() -> None:
    """没有公布清单、没有年度计划的部门，照旧登记；写了清单上没有的事项则不行。"""
    new = people()
    named = replace(PLAN, matters=("SC-01",))
    assert new.refusal(named, RUNNER, "2026-08-31") is Refusal.ANNUAL_UNLISTED
    new.record(PLAN, RUNNER, "2026-08-31")


# -- the laws of the decider

given = case_files(annual.AGGREGATE, annual.decide)
D1: Final = annual.Drafted(BUREAU, 2026, (MATTER,), CAPS, DRAFTER)
A1: Final = annual.Approved(1, "批 1 号", HEAD)
F1: Final = annual.Filed(1, CITY, "备 1 号", DRAFTER)
P1: Final = annual.Published(1, "门户网站", DRAFTER)
T1: Final = annual.CampaignTaken("000001", ("SC-01",))
R1: Final = annual.CampaignReturned("000001", ("SC-01",))
M2: Final = annual.Amended(2, (MATTER,), CAPS, "理由", DRAFTER)
END: Final = annual.Closed(())


def test_laws() -> None:
    """年度计划守决定者的共同规矩：重复无事可办，结果可重放。"""
    listed = {"SC-01": GENERAL, "SC-02": KEY}
    lives = [(), (D1,), (D1, A1), (D1, A1, F1, P1, T1), (D1, A1, M2), (D1, A1, END)]
    check_decider_laws(
        annual.AGGREGATE,
        annual.decide,
        anything(annual.Approve | annual.File | annual.Publish | annual.Take | annual.Return),
        lives,
    )
    draft = annual.Draft(D1, listed, date(2026, 1, 8))
    given().when(draft).then(D1)
    given(D1).when(draft).then()
    given(D1, A1).when(annual.Amend(replace(M2, version=0), {})).then()
    given(D1, A1, END).when(annual.Amend(M2, listed)).refused(Refusal.ANNUAL_OVER, year="2026")
    days = (date(2026, 9, 1), date(2026, 9, 30))
    take = annual.Take("000001", BUREAU, ("SC-01",), *days, SOME)
    given(D1, A1, T1).when(take).then()
    given(D1, A1).when(replace(take, matters=())).refused(Refusal.ANNUAL_NO_MATTER)
    published = lists.MattersPublished(BUREAU, 1, days[0], "公告 1 号", (GENERAL,), HEAD)
    assert published.takes_effect(days[1]) == days[0]


def test_impossible_histories() -> None:
    """次序颠倒的、版本不对的、没有登记而退回的、重复占用的，当即停下。"""
    check_impossible(
        annual.AGGREGATE,
        [(), (D1,), (D1, A1), (D1, A1, F1), (D1, A1, F1, P1, T1), (D1, A1, END)],
        [D1, A1, F1, P1, T1, R1, replace(M2, version=9), END],
    )


def test_no_list_before_the_head_has_approved(hall: Hall) -> None:
    """计划外的没有批准就冻结了名单、不必批准的批准了，都是不可能的历史。"""
    hall.record(OUTSIDE, RUNNER, "2026-08-31")
    (outside,) = hall.streams["plan/000001"]
    assert isinstance(outside, PlanRegistered)
    within = replace(outside, unplanned_reason="")
    frozen = ListsFrozen(17, 0, "0b" * 32, 0, "0b" * 32, "0b" * 32)
    approval = PlanApproved("审 1 号", HEAD)
    for life, wrong in (
        ((outside,), frozen),
        ((within,), approval),
        ((outside, approval), approval),
    ):
        check_impossible(inspection_plan.AGGREGATE, [life], [wrong])
