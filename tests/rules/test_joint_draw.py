"""联合抽查（domain.md 3.4、trust.md B.4）：几个部门共用一个种子，进一次门、查多项事。"""

from dataclasses import replace
from datetime import date
from typing import Any, Final

import pytest

from domain import inspection_plan, joint_visit, sampling
from domain.acts.inspections import (
    AnnulPlan,
    AssignTask,
    CloseReveals,
    CommitShare,
    Draw,
    FixPublicValue,
    FreezeLists,
    OpenSealedShare,
    RegisterPlan,
    ReplaceObject,
    RevealShare,
    VoidPlan,
)
from domain.acts.joint_draws import AgreeVisit, FallWithLead, MergeVisit, TakeSeed
from domain.inspection_plan import ExclusionReason, Settled, Stratum
from domain.refusals import Refusal
from domain.terms import Evidence, HashName, OfficerId, Role, Sha256, SubjectId
from tests.domain.case_file import MACHINE, at
from tests.domain.hall import BUREAU, Hall
from tests.rules.draws import (
    FIRE,
    NO,
    OFFICE,
    PLAN,
    RUNNER,
    SHARERS,
    SHARES,
    hall,
    inspector,
    shop,
)

SECOND: Final = "000002"
FIREMAN: Final = next(who for who in SHARERS if who.organ == FIRE)
FOLLOWER: Final = replace(
    PLAN,
    serial=2,
    title="消防联合抽查",
    department=FIRE,
    strata=(Stratum("B", 5_000, 0),),
    inspect_by=date(2026, 9, 20),
    seed_plan_no=NO,
)
OURS: Final = tuple(map(inspector, ("A", "B", "C", "D", "E", "F")))
THEIRS: Final = tuple(map(inspector, ("U", "V", "W", "X", "Y", "Z")))
LEAF: Final = "0b" * 32
DAY: Final = "2026-09-02"
BOTH: Final = SubjectId("S-3")
PROOF: Final = (Evidence("联合检查的任务", Sha256("ab" * 32)),)


def registered() -> Hall:
    """牵头的、跟随的都登记了，名单都冻结了：三户在两份名单上，另外各有一户。"""
    new = hall()
    new.record(replace(PLAN, inspect_by=date(2026, 9, 30)), RUNNER, "2026-08-30")
    new.record(FOLLOWER, FIREMAN, "2026-08-31")
    freeze(new, NO, range(1, 5))
    return new


def freeze(new: Hall, plan_no: str, shops: range) -> None:
    """机器冻结一份名单。"""
    people = OURS if plan_no == NO else THEIRS
    new.record(
        FreezeLists(plan_no, tuple(map(shop, shops)), people, 17, LEAF), MACHINE, "2026-08-31"
    )


def drawn(new: Hall) -> Hall:
    """牵头的走到抽定。"""
    for who, share in zip(SHARERS, SHARES, strict=True):
        sealed = sampling.share_commitment(HashName.SHA256, bytes.fromhex(share))
        new.record(CommitShare(NO, sealed), who, "2026-08-31")
    for who, share in zip(SHARERS, SHARES, strict=True):
        new.record(RevealShare(NO, share), who, "2026-09-01")
    new.record(CloseReveals(NO), MACHINE, "2026-09-01")
    new.record(FixPublicValue(NO, "03.06.13.25.28.29+06"), RUNNER, DAY)
    new.record(Draw(NO), MACHINE, DAY)
    return new


def joint() -> Hall:
    """两份都抽定。"""
    new = registered()
    freeze(new, SECOND, range(2, 6))
    drawn(new)
    new.record(TakeSeed(SECOND), MACHINE, DAY)
    return new


def plan(new: Hall, plan_no: str) -> Settled:
    """抽定了的计划。"""
    state = new.load(inspection_plan.AGGREGATE, plan_no)
    assert isinstance(state, Settled)
    return state


def test_the_follower_draws_with_the_leads_seed() -> None:
    """同一个种子：两份名单上都有的，抽签号相同；跟随的用自己的名单、分层与人员。"""
    new = joint()
    lead, other = plan(new, NO), plan(new, SECOND)
    assert other.result.seed == lead.result.seed
    assert other.value == lead.value
    tickets = {one.subject: one.ticket for one in lead.result.drawn}
    again = {one.subject: one.ticket for one in other.result.drawn}
    assert len(again) == 2  # half of four
    shared = tickets.keys() & again.keys()
    assert shared
    assert all(tickets[one] == again[one] for one in shared)
    assert {person for pair in other.pairs for person in pair.inspectors} <= {
        one.inspector for one in THEIRS
    }
    new.idle(TakeSeed(SECOND), MACHINE, DAY)
    new.record(AssignTask(SECOND, other.pairs[0].subject), MACHINE, DAY)


def test_the_list_may_be_frozen_after_the_leads_draw() -> None:
    """机器慢了一步也不要紧：名单是登记之时的，种子后取。"""
    new = drawn(registered())
    assert new.refusal(TakeSeed(SECOND), MACHINE, DAY) is Refusal.PLAN_AWAITS_LISTS
    freeze(new, SECOND, range(2, 6))
    new.record(TakeSeed(SECOND), MACHINE, DAY)
    assert plan(new, SECOND).result.seed == plan(new, NO).result.seed


def test_a_follower_takes_no_shares_of_its_own() -> None:
    """跟随的不收承诺、不揭示、不记公开值、不自己抽；牵头的没抽，种子取不到。"""
    new = registered()
    freeze(new, SECOND, range(2, 6))
    for act, who in (
        (CommitShare(SECOND, "0c" * 32), FIREMAN),
        (RevealShare(SECOND, SHARES[0]), FIREMAN),
        (CloseReveals(SECOND), MACHINE),
        (FixPublicValue(SECOND, "号"), FIREMAN),
        (Draw(SECOND), MACHINE),
        (TakeSeed(SECOND), MACHINE),
    ):
        assert new.refusal(act, who, "2026-09-01") is Refusal.PLAN_AWAITS_LEAD
    assert new.refusal(TakeSeed(NO), MACHINE, DAY) is Refusal.PLAN_NO_LEAD
    assert new.refusal(TakeSeed("000009"), MACHINE, DAY) is Refusal.PLAN_NOT_FOUND
    opened = joint()
    assert opened.refusal(OpenSealedShare(SECOND, "5e" * 32), FIREMAN, "2026-09-21") is (
        Refusal.PLAN_NOT_SEALED
    )


OTHER_TERMS: Final[dict[str, dict[str, Any]]] = {
    "hash": {"hash": HashName.SM3},
    "offices": {"offices": (FIRE, BUREAU, OFFICE)},
    "public_source": {"public_source": "别的号码"},
    "public_value_at": {"public_value_at": at("2026-09-03 21:15")},
    "value_format": {"value_format": "SSQ"},
    "fallback_source、fallback_at": {
        "fallback_source": "别处",
        "fallback_at": at("2026-09-05 09:00"),
    },
    "unplanned_reason": {"unplanned_reason": "临时交办"},
    "sealed_share_commitment": {"sealed_share_commitment": "0c" * 32},
}


@pytest.mark.parametrize("name", OTHER_TERMS)
def test_what_makes_the_seed_is_the_leads_to_the_letter(name: str) -> None:
    """杂凑、部门、公开值的来源与时刻不同的，不能共用；封存份额只由牵头的封存。"""
    new = hall()
    new.record(replace(PLAN, inspect_by=date(2026, 9, 30)), RUNNER, "2026-08-30")
    act: RegisterPlan = replace(FOLLOWER, **OTHER_TERMS[name])
    assert new.refusal(act, FIREMAN, "2026-08-31") is Refusal.PLAN_LEAD_DIFFERS
    decision = new.ask(act, FIREMAN, "2026-08-31")
    assert getattr(decision, "facts", {})["terms"] == name


def test_the_lead_must_be_there_in_time() -> None:
    """没有的、自己也跟随的、承诺已经齐备的、作废了的，都不能共用；重复登记无事可办。"""
    new = hall()
    orphan = replace(FOLLOWER, serial=1, seed_plan_no="000007")
    assert new.refusal(orphan, FIREMAN, "2026-08-31") is Refusal.PLAN_LEAD_UNKNOWN
    new = registered()
    third = replace(FOLLOWER, serial=3, department=BUREAU)
    chained = replace(third, seed_plan_no=SECOND)
    assert new.refusal(chained, RUNNER, "2026-08-31") is Refusal.PLAN_LEAD_FOLLOWS
    drawn(new)
    assert new.refusal(third, RUNNER, "2026-09-01") is Refusal.PLAN_LEAD_LATE
    new.idle(FOLLOWER, FIREMAN, "2026-09-01")
    gone = hall()
    gone.record(replace(PLAN, inspect_by=date(2026, 9, 30)), RUNNER, "2026-08-30")
    gone.record(AnnulPlan(NO, "另选日期", OfficerId("witness")), RUNNER, "2026-08-30")
    assert gone.refusal(FOLLOWER, FIREMAN, "2026-08-31") is Refusal.PLAN_ANNULLED


def test_a_follower_joins_while_the_offices_commit() -> None:
    """牵头的名单冻结之后、承诺齐备之前，仍可加入；同一部门自己的第二份也行。"""
    new = registered()
    more = replace(FOLLOWER, serial=3, department=BUREAU, title="综合")
    new.record(more, RUNNER, "2026-08-31")
    state = new.load(inspection_plan.AGGREGATE, NO)
    assert isinstance(state, inspection_plan.Frozen)
    assert [one.plan_no for one in state.lists.joined] == [SECOND, "000003"]


@pytest.mark.parametrize("stage", ["registered", "frozen", "drawn"])
def test_what_befalls_the_lead_befalls_the_follower(stage: str) -> None:
    """牵头的作废了，跟随的不论到了哪一步都不作数；另行登记。"""
    new = joint() if stage == "drawn" else registered()
    if stage == "frozen":
        freeze(new, SECOND, range(2, 6))
    assert new.refusal(FallWithLead(SECOND), MACHINE, DAY) is Refusal.PLAN_LEAD_STANDS
    new.record(AnnulPlan(NO, "公开源停播", OfficerId("witness")), RUNNER, DAY)
    assert new.record(FallWithLead(SECOND), MACHINE, DAY) == (inspection_plan.LeadFell(NO),)
    new.idle(FallWithLead(SECOND), MACHINE, DAY)
    for act, who in (
        (TakeSeed(SECOND), MACHINE),
        (FreezeLists(SECOND, (shop(2),), THEIRS, 17, LEAF), MACHINE),
        (AnnulPlan(SECOND, "重来", OfficerId("witness")), FIREMAN),
        (AssignTask(SECOND, BOTH), MACHINE),
    ):
        assert new.refusal(act, who, "2026-09-03") is Refusal.PLAN_LEAD_FELL


def test_a_sealed_lead_that_is_voided_takes_the_follower_along() -> None:
    """牵头的封存份额到期没有开启：牵头失效，跟随的随之；自有种子的不随谁。"""
    new = hall()
    share = "5e" * 32
    seal = sampling.share_commitment(HashName.SHA256, bytes.fromhex(share))
    sealed = replace(PLAN, inspect_by=date(2026, 9, 30), sealed_share_commitment=seal)
    new.record(sealed, RUNNER, "2026-08-30")
    new.record(FOLLOWER, FIREMAN, "2026-08-31")
    new.record(VoidPlan(NO), MACHINE, "2026-10-31")
    assert new.refusal(FallWithLead(NO), MACHINE, "2026-10-31") is Refusal.PLAN_NO_LEAD
    assert new.refusal(FallWithLead("000009"), MACHINE, DAY) is Refusal.PLAN_NOT_FOUND
    new.record(FallWithLead(SECOND), MACHINE, "2026-10-31")
    new.idle(VoidPlan(SECOND), MACHINE, "2026-11-01")


# -- one visit


def overlap(new: Hall) -> SubjectId:
    """两份计划都抽中的一户。"""
    theirs = {pair.subject for pair in plan(new, SECOND).pairs}
    return next(pair.subject for pair in plan(new, NO).pairs if pair.subject in theirs)


def test_who_is_drawn_in_both_is_visited_once() -> None:
    """都抽中的并成一次进门：两个部门、四名检查人员；只有一份抽中的不并。"""
    new = joint()
    both = overlap(new)
    (ours, theirs) = new.record(MergeVisit(SECOND, both), MACHINE, DAY)
    assert isinstance(ours, joint_visit.MemberJoined)
    assert isinstance(theirs, joint_visit.MemberJoined)
    assert (ours.plan_no, ours.department) == (NO, BUREAU)
    assert (theirs.plan_no, theirs.department) == (SECOND, FIRE)
    assert len({*ours.inspectors, *theirs.inspectors}) == 4
    new.idle(MergeVisit(NO, both), MACHINE, DAY)
    theirs_alone = {pair.subject for pair in plan(new, SECOND).pairs}
    alone = next(one.subject for one in plan(new, NO).pairs if one.subject not in theirs_alone)
    assert new.refusal(MergeVisit(NO, alone), MACHINE, DAY) is Refusal.JOINTVISIT_NOT_JOINT
    assert new.refusal(MergeVisit("000009", both), MACHINE, DAY) is Refusal.PLAN_NOT_FOUND


def test_a_plan_that_has_not_drawn_goes_nowhere() -> None:
    """同组的第三份名单没有冻结、没有抽：其余两份照常并成一次进门。"""
    new = registered()
    new.record(replace(FOLLOWER, serial=3, department=BUREAU), RUNNER, "2026-08-31")
    freeze(new, SECOND, range(2, 6))
    drawn(new)
    new.record(TakeSeed(SECOND), MACHINE, DAY)
    assert len(new.record(MergeVisit(SECOND, overlap(new)), MACHINE, DAY)) == 2


def test_the_yearly_cap_counts_the_visit_once() -> None:
    """两份计划里的同一户，进门编号相同；各自的计划则各是各的。"""
    new = joint()
    lead, other = plan(new, NO).lists.plan, plan(new, SECOND).lists.plan
    assert inspection_plan.visit_id(lead, BOTH) == inspection_plan.visit_id(other, BOTH)
    own = replace(other, seed_plan_no=None)
    assert inspection_plan.visit_id(lead, BOTH) != inspection_plan.visit_id(own, BOTH)


def test_the_lead_sets_the_day() -> None:
    """日子由牵头部门约，不早于今日、不晚于最早的限期（9 月 20 日）；改期再约。"""
    new = joint()
    both = overlap(new)
    agree = AgreeVisit(NO, both, date(2026, 9, 20))
    assert new.refusal(agree, RUNNER, DAY) is Refusal.JOINTVISIT_NOT_JOINT
    new.record(MergeVisit(SECOND, both), MACHINE, DAY)
    for wrong in (date(2026, 9, 1), date(2026, 9, 21)):
        act = replace(agree, visit_on=wrong)
        assert new.refusal(act, RUNNER, DAY) is Refusal.JOINTVISIT_DATE
    assert new.refusal(agree, FIREMAN, DAY) is Refusal.DUTY_ORGAN
    second = replace(agree, plan_no=SECOND)
    assert new.refusal(second, FIREMAN, DAY) is Refusal.JOINTVISIT_NOT_JOINT
    new.record(agree, RUNNER, DAY)
    new.idle(agree, RUNNER, DAY)
    new.record(replace(agree, visit_on=date(2026, 9, 10)), RUNNER, DAY)
    assert new.refusal(replace(agree, plan_no="000009"), RUNNER, DAY) is Refusal.PLAN_NOT_FOUND
    new.record(AnnulPlan(NO, "公开源停播", OfficerId("witness")), RUNNER, DAY)
    assert new.refusal(agree, RUNNER, DAY) is Refusal.PLAN_ANNULLED


def test_an_excluded_subject_leaves_the_visit() -> None:
    """该户在一份计划里排除了，该部门不再同去；只剩一家的不再约日子。"""
    new = joint()
    both = overlap(new)
    new.record(MergeVisit(SECOND, both), MACHINE, DAY)
    new.employ("witness2", Role.SUPERVISION_HEAD, FIRE)
    gone = ReplaceObject(SECOND, both, ExclusionReason.MERGED, PROOF, OfficerId("witness2"))
    new.record(gone, FIREMAN, DAY)
    assert new.record(MergeVisit(SECOND, both), MACHINE, DAY) == (joint_visit.MemberLeft(SECOND),)
    new.idle(MergeVisit(SECOND, both), MACHINE, DAY)
    act = AgreeVisit(NO, both, date(2026, 9, 20))
    assert new.refusal(act, RUNNER, DAY) is Refusal.JOINTVISIT_NOT_JOINT
