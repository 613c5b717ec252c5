"""联合抽查的规矩：共用种子的计划、合并的进门，守决定者的共同规矩；不可能的历史当即停下。"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Final, TypeAlias

from hypothesis import strategies as st

from domain import inspection_plan, joint_draw, joint_visit
from domain.decider import Answer, Event
from domain.joint_visit import DateAgreed, MemberJoined, MemberLeft
from domain.refusals import Refusal
from domain.terms import Organ, PersonId, SubjectId
from tests.domain.case_file import check_impossible
from tests.domain.laws import anything, check_decider_laws
from tests.rules.draws import NO
from tests.rules.test_joint_draw import SECOND, freeze, joint, registered

Asked: TypeAlias = joint_draw.Join | joint_draw.TakeSeed | joint_draw.Fall
JOINED: Final = inspection_plan.PlanJoined(SECOND, Organ("消防"))
FELL: Final = inspection_plan.LeadFell(NO)


def decide(state: inspection_plan.State, command: Asked) -> Answer:
    """联合抽查的几种命令。"""
    return command.decide(state)


def lives() -> list[tuple[Event, ...]]:
    """跟随的计划一步步到抽定，另有牵头的。"""
    both = joint()
    waiting = registered()
    freeze(waiting, SECOND, range(2, 6))
    return [
        (),
        both.streams[f"plan/{SECOND}"][:1],
        waiting.streams[f"plan/{SECOND}"],
        both.streams[f"plan/{SECOND}"],
        (*both.streams[f"plan/{SECOND}"], FELL),
        waiting.streams[f"plan/{NO}"],
        both.streams[f"plan/{NO}"],
    ]


def test_joint_draws_obey_the_laws_of_deciders() -> None:
    """加入、取种子、随之失效：同样的现状同样的答复，办过的不再办。"""
    both = joint()
    lead = both.load(inspection_plan.AGGREGATE, NO)
    follower = inspection_plan.plan_of(both.load(inspection_plan.AGGREGATE, SECOND))
    assert follower is not None
    annulled = inspection_plan.PlanAnnulled("停播", PersonId("A"), PersonId("B"))
    gone = inspection_plan.evolve(lead, annulled)
    commands: list[Asked] = [
        joint_draw.Join(JOINED, follower),
        joint_draw.Join(replace(JOINED, plan_no="000009"), follower),
        joint_draw.TakeSeed(lead),
        joint_draw.TakeSeed(gone),
        joint_draw.Fall(lead),
        joint_draw.Fall(gone),
    ]
    steps = lives()
    check_decider_laws(inspection_plan.AGGREGATE, decide, st.sampled_from(commands), steps[1:])
    seed = inspection_plan.SeedShared(NO, "号", "0b" * 32)
    other = inspection_plan.SeedShared("000007", "号", "0b" * 32)
    events: list[Event] = [JOINED, FELL, seed, other, inspection_plan.LeadFell("000007")]
    check_impossible(inspection_plan.AGGREGATE, steps, events)


def test_the_seed_comes_in_one_append_with_the_draw() -> None:
    """取了种子而还没抽的现状只在同一次入账之中：种子再取无事可办，别的都办不成。"""
    waiting = registered()
    freeze(waiting, SECOND, range(2, 6))
    state = waiting.load(inspection_plan.AGGREGATE, SECOND)
    seeded = inspection_plan.evolve(state, inspection_plan.SeedShared(NO, "号", "0b" * 32))
    lead = joint().load(inspection_plan.AGGREGATE, NO)
    assert joint_draw.TakeSeed(lead).decide(seeded) == ()
    assert joint_draw.joined(seeded) == ()
    assert inspection_plan.standing(seeded).code is Refusal.PLAN_AWAITS_DRAW


MEMBER: Final = MemberJoined(
    SubjectId("S-1"), NO, Organ("A"), (PersonId("A"), PersonId("B")), date(2026, 3, 5)
)
OTHER: Final = replace(MEMBER, plan_no=SECOND, department=Organ("B"))


def test_joint_visits_obey_the_laws_of_deciders() -> None:
    """并入、退出、约定：同样的现状同样的答复；没有的退出、重复的并入是不可能的历史。"""
    agreed = DateAgreed(date(2026, 3, 3), PersonId("A"))
    kinds: list[Callable[..., joint_visit.Command]] = [joint_visit.Merge, joint_visit.Agree]
    check_decider_laws(
        joint_visit.AGGREGATE,
        joint_visit.decide,
        st.one_of([anything(kind) for kind in kinds]),
        [(MEMBER, OTHER), (MEMBER, OTHER, agreed), (MEMBER, OTHER, MemberLeft(SECOND))],
    )
    check_impossible(
        joint_visit.AGGREGATE,
        [(), (MEMBER,), (MEMBER, OTHER)],
        [MEMBER, MemberLeft(SECOND), agreed],
    )


def test_another_team_is_told_again() -> None:
    """派去的人换了：再记一次，代替原来的。"""
    changed = replace(OTHER, inspectors=(PersonId("C"), PersonId("D")))
    state = joint_visit.AGGREGATE.fold((MEMBER, OTHER))
    assert joint_visit.decide(state, joint_visit.Merge((MEMBER, changed))) == (changed,)
    assert joint_visit.evolve(state, changed).members == (MEMBER, changed)
