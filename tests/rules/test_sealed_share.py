"""封存份额（trust.md B.3）：企业事先算不出抽没抽中；压着不开的，抽取不算数。"""

from dataclasses import replace
from datetime import date
from typing import Final

import pytest
from hypothesis import strategies as st

from domain import inspection_plan, sampling
from domain.acts.inspections import (
    AnnulPlan,
    AssignTask,
    CloseReveals,
    CommitShare,
    Draw,
    DrawSealed,
    FixPublicValue,
    FreezeLists,
    OpenSealedShare,
    RegisterPlan,
    VoidPlan,
)
from domain.decider import Event
from domain.refusals import Refusal
from domain.terms import HashName, OfficerId, PersonId, Role
from tests.domain.case_file import MACHINE, check_impossible
from tests.domain.hall import BUREAU, Hall
from tests.domain.laws import check_decider_laws
from tests.rules.draws import FIRE, NO, PLAN, RUNNER, SHARERS, hall, inspector, ready, shop

SHARE: Final = "5e" * 32
SEAL: Final = sampling.share_commitment(HashName.SHA256, bytes.fromhex(SHARE))
SEALED: Final = replace(PLAN, sealed_share_commitment=SEAL)
CHECK: Final = date(2026, 9, 30)
DRAWN_ON: Final = "2026-09-02"
SHOPS: Final = tuple(shop(number) for number in range(1, 4))
PEOPLE: Final = tuple(map(inspector, ("A", "B", "C", "D")))
DRAW: Final = DrawSealed(NO, SHARE)
OPEN: Final = OpenSealedShare(NO, SHARE)


@pytest.fixture
def sealed() -> Hall:
    """一份封存了份额的计划，公开值已定。"""
    return ready(hall(), SHOPS, PEOPLE, CHECK, SEALED)


def settled(new: Hall) -> inspection_plan.Settled:
    """抽定之后的计划。"""
    state = new.load(inspection_plan.AGGREGATE, NO)
    assert isinstance(state, inspection_plan.Settled)
    return state


def test_the_runner_draws_with_the_share(sealed: Hall) -> None:
    """机器没有份额、抽不了；抽取人凭份额抽，别的份额、别的人都不行；再抽无事可办。"""
    assert sealed.refusal(Draw(NO), MACHINE, DRAWN_ON) is Refusal.PLAN_SEALED
    for wrong in ("00" * 32, SHARE.upper(), ""):
        act = DrawSealed(NO, wrong)
        assert sealed.refusal(act, RUNNER, DRAWN_ON) is Refusal.PLAN_SHARE_WRONG
    other = sealed.employ("other", Role.SUPERVISOR, BUREAU)
    assert sealed.refusal(DRAW, other, DRAWN_ON) is Refusal.PLAN_ONLY_RUNNER
    sealed.record(DRAW, RUNNER, DRAWN_ON)
    sealed.idle(DRAW, RUNNER, DRAWN_ON)
    wrong_again = DrawSealed(NO, "00" * 32)
    assert sealed.refusal(wrong_again, RUNNER, DRAWN_ON) is Refusal.PLAN_SHARE_WRONG
    sealed.record(AssignTask(NO, settled(sealed).pairs[0].subject), MACHINE, DRAWN_ON)


def test_the_share_is_in_the_seed_and_not_in_the_ledger(sealed: Hall) -> None:
    """种子合入了份额，公开的各项算不出来；开启之前账上没有份额。"""
    sealed.record(DRAW, RUNNER, DRAWN_ON)
    openly = ready(hall(), SHOPS, PEOPLE, CHECK)
    openly.record(Draw(NO), MACHINE, DRAWN_ON)
    assert settled(sealed).result.seed != settled(openly).result.seed
    assert SHARE not in str(sealed.streams)


def test_no_plan_without_a_share_is_drawn_by_hand() -> None:
    """公开方式由机器抽，不收份额，也没有份额可开、不因此失效；没有的计划更没有。"""
    openly = ready(hall(), SHOPS, PEOPLE, CHECK)
    assert openly.refusal(DRAW, RUNNER, DRAWN_ON) is Refusal.PLAN_NOT_SEALED
    openly.record(Draw(NO), MACHINE, DRAWN_ON)
    assert openly.refusal(OPEN, RUNNER, "2026-10-01") is Refusal.PLAN_NOT_SEALED
    assert openly.refusal(VoidPlan(NO), MACHINE, "2026-11-30") is Refusal.PLAN_NOT_SEALED
    assert hall().refusal(DRAW, RUNNER, DRAWN_ON) is Refusal.PLAN_NOT_FOUND
    assert hall().refusal(OPEN, RUNNER, DRAWN_ON) is Refusal.PLAN_NOT_FOUND


def test_the_share_is_opened_at_publication(sealed: Hall) -> None:
    """检查限期之日起三十日内开启，一次；别的份额、别的部门不行；开启之后不再失效。"""
    assert sealed.refusal(OPEN, RUNNER, "2026-10-01") is Refusal.PLAN_AWAITS_DRAW
    sealed.record(DRAW, RUNNER, DRAWN_ON)
    assert sealed.refusal(OPEN, RUNNER, "2026-09-29") is Refusal.PLAN_SHARE_EARLY
    wrong = OpenSealedShare(NO, "00" * 32)
    assert sealed.refusal(wrong, RUNNER, "2026-09-30") is Refusal.PLAN_SHARE_WRONG
    stranger = next(who for who in SHARERS if who.organ == FIRE)
    assert sealed.refusal(OPEN, stranger, "2026-09-30") is Refusal.DUTY_ORGAN
    (opened,) = sealed.record(OPEN, RUNNER, "2026-09-30")
    assert opened == inspection_plan.SealedShareOpened(SHARE, settled(sealed).lists.plan.runner)
    assert settled(sealed).share == SHARE
    sealed.idle(OPEN, RUNNER, "2026-12-01")
    assert sealed.refusal(VoidPlan(NO), MACHINE, "2026-12-01") is Refusal.PLAN_DRAWN


def test_a_share_that_stays_sealed_voids_the_plan(sealed: Hall) -> None:
    """最后一日仍可开；过了该日不能再开，机器记下失效；失效的不再办，另行登记一份。"""
    sealed.record(DRAW, RUNNER, DRAWN_ON)
    assert inspection_plan.open_by(settled(sealed).lists.plan) == date(2026, 10, 30)
    assert sealed.refusal(VoidPlan(NO), MACHINE, "2026-10-30") is Refusal.PLAN_NOT_YET_DUE
    subject = settled(sealed).pairs[0].subject
    assert sealed.refusal(OPEN, RUNNER, "2026-10-31") is Refusal.PLAN_SHARE_LATE
    assert sealed.record(VoidPlan(NO), MACHINE, "2026-10-31") == (
        inspection_plan.PlanVoided(date(2026, 10, 30)),
    )
    sealed.idle(VoidPlan(NO), MACHINE, "2026-11-01")
    annul = AnnulPlan(NO, "压着不开", OfficerId("witness"))
    lists = FreezeLists(NO, SHOPS, PEOPLE, 17, "0b" * 32)
    for act, who in (
        (OPEN, RUNNER),
        (DRAW, RUNNER),
        (annul, RUNNER),
        (lists, MACHINE),
        (CloseReveals(NO), MACHINE),
        (FixPublicValue(NO, "号"), RUNNER),
        (AssignTask(NO, subject), MACHINE),
    ):
        assert sealed.refusal(act, who, "2026-11-01") is Refusal.PLAN_VOIDED
    again = replace(
        SEALED,
        serial=2,
        public_value_at=SEALED.public_value_at.replace(month=12),
        inspect_by=date(2026, 12, 31),
    )
    sealed.record(again, RUNNER, "2026-11-02")


def test_a_plan_that_never_drew_is_voided_too() -> None:
    """没有走到抽取的，到期同样失效。"""
    new = hall()
    new.record(replace(SEALED, inspect_by=CHECK), RUNNER, "2026-08-31")
    assert len(new.record(VoidPlan(NO), MACHINE, "2026-10-31")) == 1


def test_the_commitment_is_a_hash_and_nobody_elses() -> None:
    """封存份额的承诺须是杂凑；部门抄它作自己的承诺不算：揭示即拆封。"""
    new = hall()
    bad: RegisterPlan = replace(SEALED, inspect_by=CHECK, sealed_share_commitment="x")
    assert new.refusal(bad, RUNNER, "2026-08-31") is Refusal.PLAN_COMMITMENT
    new.record(replace(SEALED, inspect_by=CHECK), RUNNER, "2026-08-31")
    new.record(FreezeLists(NO, SHOPS, PEOPLE, 17, "0b" * 32), MACHINE, "2026-08-31")
    copy = CommitShare(NO, SEAL)
    assert new.refusal(copy, RUNNER, "2026-08-31") is Refusal.PLAN_COMMITMENT


def test_no_act_of_an_unregistered_plan_or_inspector(sealed: Hall) -> None:
    """没有的计划无从失效；失效的计划不再录入检查结果。"""
    assert hall().refusal(VoidPlan(NO), MACHINE, DRAWN_ON) is Refusal.PLAN_NOT_FOUND
    sealed.record(AnnulPlan(NO, "公开源停播", OfficerId("witness")), RUNNER, DRAWN_ON)
    assert sealed.refusal(VoidPlan(NO), MACHINE, "2026-10-31") is Refusal.PLAN_ANNULLED


def lives() -> list[tuple[Event, ...]]:
    """封存份额的计划一步步到开启，另有失效与公开方式的。"""
    new = ready(hall(), SHOPS, PEOPLE, CHECK, SEALED)
    valued = new.streams[f"plan/{NO}"]
    new.record(DRAW, RUNNER, DRAWN_ON)
    drawn = new.streams[f"plan/{NO}"]
    new.record(OPEN, RUNNER, "2026-09-30")
    openly = ready(hall(), SHOPS, PEOPLE, CHECK).streams[f"plan/{NO}"]
    void = inspection_plan.PlanVoided(date(2026, 10, 30))
    return [(), valued[:1], valued, drawn, new.streams[f"plan/{NO}"], (*drawn, void), openly]


def test_a_sealed_plan_obeys_the_laws_of_deciders() -> None:
    """开启与失效守共同规矩；没有份额的失效、开了两次、失效之后还有事，都是不可能的历史。"""
    steps = lives()
    opened = inspection_plan.SealedShareOpened(SHARE, PersonId("p-runner"))
    void = inspection_plan.PlanVoided(date(2026, 10, 30))
    commands: list[inspection_plan.Command] = [
        inspection_plan.Draw(SHARE),
        inspection_plan.Draw(),
        inspection_plan.OpenShare(opened, date(2026, 9, 30)),
        inspection_plan.OpenShare(opened, date(2026, 10, 31)),
        inspection_plan.Void(date(2026, 10, 31)),
    ]
    check_decider_laws(
        inspection_plan.AGGREGATE, inspection_plan.decide, st.sampled_from(commands), steps[1:]
    )
    check_impossible(inspection_plan.AGGREGATE, steps, [opened, void])
