"""双随机检查：从计划到复核的一份案卷，以及每一步不许的事（trust.md B，Table F，规则 23、24）。"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

import pytest
from hypothesis import strategies as st

from domain import inspection_plan, inspection_task, roster, sampling
from domain.acts.check_results import ReviewFinding
from domain.acts.checks import NotifyCheck
from domain.acts.inspections import (
    AnnulPlan,
    AssignTask,
    CloseReveals,
    CommitShare,
    Draw,
    FixPublicValue,
    FreezeLists,
    RecordInspection,
    RegisterPlan,
    RevealShare,
)
from domain.acts.register import RegisterInspector
from domain.decider import Event, ImpossibleHistory, RuleUsed
from domain.inspection_plan import CampaignKind, ListedInspector, ListedObject, Stratum
from domain.inspection_task import FindingCode, PartySignature, Told
from domain.refusals import Refusal
from domain.terms import (
    Actor,
    CommitmentId,
    Evidence,
    HashName,
    ItemCode,
    LicenceNo,
    OfficerId,
    Organ,
    PersonId,
    Role,
    Sha256,
    SubjectId,
)
from tests.domain.case_file import MACHINE, actor, at, check_impossible
from tests.domain.hall import BUREAU, Hall
from tests.domain.laws import anything, check_decider_laws

FIRE: Final = Organ("消防")
PERFORMANCE: Final = Organ("效能办")
OFFICES: Final = (BUREAU, FIRE, PERFORMANCE)
NO: Final = "000001"
VALUE_AT: Final = "2026-01-09 21:15"
DRAWN_ON: Final = "2026-01-12"
CHECKED: Final = "2026-02-03 10:00"
SHA: Final = Sha256("a" * 64)
LEAF: Final = "0b" * 32

RUNNER: Final = actor("runner", Role.SUPERVISOR, BUREAU)
WITNESS: Final = actor("witness", Role.DISCIPLINE, Organ("纪检"))
HEAD: Final = actor("head", Role.SUPERVISION_HEAD, BUREAU)
OFFICE: Final = {
    BUREAU: RUNNER,
    FIRE: actor("fire", Role.SUPERVISOR, FIRE),
    PERFORMANCE: actor("performance", Role.PERFORMANCE, PERFORMANCE),
}
SHARE: Final = {office: f"{n:02x}" * 32 for n, office in enumerate(OFFICES, 1)}
INSPECTORS: Final = tuple(PersonId(f"p-insp{n}") for n in range(4))
PLAN: Final = RegisterPlan(
    serial=1,
    title="二〇二六年一季度餐饮抽查",
    department=BUREAU,
    hash=HashName.SHA256,
    strata=(Stratum("B", 5000, 1), Stratum("D", 10_000, 0)),
    offices=OFFICES,
    public_source="中国福利彩票双色球当期开奖号码",
    public_value_at=at(VALUE_AT),
    inspect_by=date(2026, 3, 31),
    witness=OfficerId("witness"),
)


def listed(number: int, stratum: str, *involved: PersonId) -> ListedObject:
    """名单上的一户。"""
    return ListedObject(
        SubjectId(f"S-{number}"),
        stratum,
        "350505",
        "餐饮",
        LicenceNo(f"L-{number}"),
        CommitmentId(f"C-{number}") if number % 2 else None,
        involved,
    )


def candidate(person: PersonId) -> ListedInspector:
    """名单上的一名检查人员。"""
    return ListedInspector(person, "350505", ("餐饮",), "一所", date(2026, 12, 31))


LISTS: Final = FreezeLists(
    NO,
    tuple(listed(number, "B" if number else "D") for number in range(5)),
    tuple(map(candidate, INSPECTORS)),
    17,
    LEAF,
)


@pytest.fixture
def hall() -> Hall:
    """各岗位的人与四名检查人员都已在册。"""
    new = Hall()
    for who in (WITNESS, HEAD, *OFFICE.values()):
        new.employ(who.officer_id, who.role, who.organ)
    for number, person in enumerate(INSPECTORS):
        new.employ(f"insp{number}", Role.INSPECTOR)
        act = RegisterInspector(
            person, BUREAU, "350505", ("餐饮",), "一所", f"闽-{number}", date(2026, 12, 31)
        )
        new.record(act, RUNNER)
    return new


def planned(hall: Hall) -> None:
    """计划登记。"""
    hall.record(PLAN, RUNNER)


def frozen(hall: Hall) -> None:
    """名单冻结。"""
    planned(hall)
    hall.record(LISTS, MACHINE)


def commitment(office: Organ) -> CommitShare:
    """一个部门的承诺。"""
    share = bytes.fromhex(SHARE[office])
    return CommitShare(NO, sampling.share_commitment(HashName.SHA256, share))


def committed(hall: Hall) -> None:
    """承诺齐备。"""
    frozen(hall)
    for office in OFFICES:
        hall.record(commitment(office), OFFICE[office])


def reveal(hall: Hall, *offices: Organ) -> None:
    """若干部门揭示份额。"""
    for office in offices:
        hall.record(RevealShare(NO, SHARE[office]), OFFICE[office])


def closed(hall: Hall) -> None:
    """全部揭示，截止。"""
    committed(hall)
    reveal(hall, *OFFICES)
    hall.record(CloseReveals(NO), MACHINE)


def valued(hall: Hall) -> None:
    """公开值已定。"""
    closed(hall)
    hall.record(FixPublicValue(NO, "03.06.13.25.28.29+06"), RUNNER, DRAWN_ON)


def settled(hall: Hall) -> None:
    """对象与人员都已抽定。"""
    valued(hall)
    hall.record(Draw(NO), MACHINE, DRAWN_ON)


def assigned(hall: Hall) -> inspection_task.TaskAssigned:
    """派发第一项任务。"""
    settled(hall)
    (task,) = hall.record(AssignTask(NO, outcome(hall).pairs[0].subject), MACHINE, DRAWN_ON)
    assert isinstance(task, inspection_task.TaskAssigned)
    return task


def notified(hall: Hall) -> inspection_task.TaskAssigned:
    """派发了第一项任务，已告知检查对象。"""
    task = assigned(hall)
    act = NotifyCheck(NO, task.subject, "检通字-1", "检审-1", at(CHECKED).date(), tuple(Told))
    hall.record(act, inspector_of(task), DRAWN_ON)
    return task


def outcome(hall: Hall) -> inspection_plan.Settled:
    """抽定的结果。"""
    state = inspection_plan.AGGREGATE.fold(hall.streams[f"plan/{NO}"])
    assert isinstance(state, inspection_plan.Settled)
    return state


# -- 计划


def test_a_plan_is_registered_with_its_runner_and_witness(hall: Hall) -> None:
    """计划登记：经办人即抽取人，编号独占，公开方式，再登记无事可办。"""
    (plan,) = hall.record(PLAN, RUNNER)
    assert isinstance(plan, inspection_plan.PlanRegistered)
    assert (plan.runner, plan.witness) == ("p-runner", "p-witness")
    assert (plan.algorithm, plan.sealed_share_commitment) == ("ssj/v1", None)
    assert hall.claims["plan_serial", "1"] == "plan/000001"
    hall.idle(PLAN, RUNNER)
    assert hall.refusal(replace(PLAN, title="另一计划"), RUNNER) is Refusal.PLAN_EXISTS


@pytest.mark.parametrize("serial", [-1, 0, 2, 3])
def test_plan_numbers_have_no_gap(hall: Hall, serial: int) -> None:
    """编号从一开始、连续：不能跳号备着几份计划挑着用。"""
    assert hall.refusal(replace(PLAN, serial=serial), RUNNER) is Refusal.PLAN_SERIAL


def test_the_next_plan_follows(hall: Hall) -> None:
    """前一份登记之后才有后一份。"""
    planned(hall)
    hall.record(replace(PLAN, serial=2), RUNNER)
    assert "plan/000002" in hall.streams


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (replace(PLAN, department=FIRE), Refusal.DUTY_ORGAN),
        (replace(PLAN, witness=OfficerId("runner")), Refusal.PLAN_SAME_PERSON),
        (replace(PLAN, witness=OfficerId("nobody")), Refusal.OFFICER_UNKNOWN),
        (replace(PLAN, witness=OfficerId("insp0")), Refusal.PLAN_IN_POOL),
        (replace(PLAN, offices=(BUREAU, FIRE)), Refusal.PLAN_OFFICES),
        (replace(PLAN, offices=(*OFFICES, FIRE)), Refusal.PLAN_OFFICES),
        (replace(PLAN, strata=()), Refusal.PLAN_STRATA),
        (replace(PLAN, strata=(Stratum("A", 1, 1),) * 2), Refusal.PLAN_STRATA),
        (replace(PLAN, strata=(Stratum("A", 10_001, 1),)), Refusal.PLAN_STRATA),
        (replace(PLAN, strata=(Stratum("A", 1, -1),)), Refusal.PLAN_STRATA),
        (replace(PLAN, public_value_at=at("2026-01-05")), Refusal.PLAN_TIMES),
        (replace(PLAN, inspect_by=date(2026, 1, 8)), Refusal.PLAN_TIMES),
        (replace(PLAN, campaign=CampaignKind.DIRECTED), Refusal.PLAN_UNSCOPED),
        (replace(PLAN, regions=("350505",)), Refusal.PLAN_SCOPED),
        (replace(PLAN, item_codes=(ItemCode("I-1"),)), Refusal.PLAN_SCOPED),
    ],
)
def test_an_unsound_plan_is_refused(hall: Hall, wrong: RegisterPlan, code: Refusal) -> None:
    """本部门的计划、两个不同的人且不在检查之列、三家以上、分层合理、公开值尚未产生。"""
    assert hall.refusal(wrong, RUNNER) is code


def test_a_witness_who_left_is_no_witness(hall: Hall) -> None:
    """见证人当日须在岗。"""
    hall.put(
        "officer/left",
        *hall.streams["officer/witness"][:1],
    )
    act = replace(PLAN, witness=OfficerId("left"))
    assert hall.refusal(act, RUNNER) is Refusal.OFFICER_NOT_ON_DUTY


# -- 名单


def test_the_lists_are_frozen_before_any_seed(hall: Hall) -> None:
    """名单按编号分段入账，树根与个数写明；同一名单再冻结无事可办，换一户即拒绝。"""
    planned(hall)
    many = tuple(listed(number, "B") for number in range(10, 260))
    act = replace(LISTS, objects=many)
    *chunks, last = hall.record(act, MACHINE)
    assert [
        len(one.objects) for one in chunks if isinstance(one, inspection_plan.ObjectsListed)
    ] == [
        100,
        100,
        50,
    ]
    assert last == inspection_plan.ListsFrozen(
        17,
        250,
        roster.object_root(HashName.SHA256, many),
        4,
        roster.inspector_root(HashName.SHA256, LISTS.inspectors),
        LEAF,
    )
    hall.idle(act, MACHINE)
    hall.idle(replace(act, objects=many[::-1]), MACHINE)
    assert hall.refusal(replace(act, objects=many[1:]), MACHINE) is Refusal.PLAN_LISTS_FROZEN


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (replace(LISTS, objects=()), Refusal.PLAN_LIST_OBJECTS),
        (replace(LISTS, objects=LISTS.objects[:1] * 2), Refusal.PLAN_LIST_OBJECTS),
        (replace(LISTS, plan_leaf_hash="0B" * 32), Refusal.PLAN_LEAF_HASH),
        (replace(LISTS, inspectors=LISTS.inspectors[:1] * 2), Refusal.PLAN_LIST_INSPECTORS),
        (replace(LISTS, inspectors=(candidate(PersonId("p-runner")),)), Refusal.PLAN_IN_POOL),
        (replace(LISTS, inspectors=(candidate(PersonId("p-witness")),)), Refusal.PLAN_IN_POOL),
        (replace(LISTS, objects=(listed(1, "Z"),)), Refusal.PLAN_STRATUM),
        (replace(LISTS, plan_no="000002"), Refusal.PLAN_NOT_FOUND),
    ],
)
def test_an_unsound_list_is_refused(hall: Hall, wrong: FreezeLists, code: Refusal) -> None:
    """名单不得为空、重复、出层；抽取人与见证人不得在检查人员之列（SD9）。"""
    planned(hall)
    assert hall.refusal(wrong, MACHINE) is code


# -- 种子


def test_the_last_commitment_completes_them(hall: Hall) -> None:
    """最后一家交来承诺，同时记下承诺齐备；重复提交无事可办。"""
    frozen(hall)
    for office in OFFICES[:2]:
        assert len(hall.record(commitment(office), OFFICE[office])) == 1
        hall.idle(commitment(office), OFFICE[office])
    last = hall.record(commitment(PERFORMANCE), OFFICE[PERFORMANCE])
    assert last[1:] == (inspection_plan.CommitsIn(OFFICES),)
    hall.idle(commitment(PERFORMANCE), OFFICE[PERFORMANCE])


def test_a_commitment_is_given_once_and_is_ones_own(hall: Hall) -> None:
    """承诺不得更换、不得抄袭别家、须是杂凑值、须是计划所列部门。"""
    frozen(hall)
    hall.record(commitment(BUREAU), RUNNER)
    assert hall.refusal(commitment(FIRE), RUNNER) is Refusal.PLAN_SHARE_GIVEN
    fire = OFFICE[FIRE]
    assert hall.refusal(commitment(BUREAU), fire) is Refusal.PLAN_COMMITMENT
    assert hall.refusal(CommitShare(NO, "00"), fire) is Refusal.PLAN_COMMITMENT
    assert hall.refusal(CommitShare(NO, "G" * 64), fire) is Refusal.PLAN_COMMITMENT
    assert hall.refusal(commitment(FIRE), WITNESS) is Refusal.PLAN_NOT_AN_OFFICE


def test_a_commitment_after_chance_has_spoken_is_not_taken(hall: Hall) -> None:
    """公开值产生之时已到的承诺不收：交与不交会成了看着结果挑选；先前交过的再交无事可办。"""
    frozen(hall)
    hall.record(commitment(BUREAU), RUNNER)
    assert hall.refusal(commitment(FIRE), OFFICE[FIRE], VALUE_AT) is Refusal.PLAN_COMMIT_LATE
    hall.idle(commitment(BUREAU), RUNNER, VALUE_AT)


def test_no_reveal_before_all_have_committed(hall: Hall) -> None:
    """先承诺，后揭示：还差一家就不能揭示。"""
    frozen(hall)
    hall.record(commitment(BUREAU), RUNNER)
    assert hall.refusal(RevealShare(NO, SHARE[BUREAU]), RUNNER) is Refusal.PLAN_AWAITS_COMMITMENTS


def test_a_wrong_reveal_is_refused(hall: Hall) -> None:
    """揭示与承诺不符、不是份额、不是计划所列部门的，都拒绝；正确的只记一次。"""
    committed(hall)
    assert hall.refusal(RevealShare(NO, SHARE[FIRE]), RUNNER) is Refusal.PLAN_REVEAL_WRONG
    assert hall.refusal(RevealShare(NO, "01"), RUNNER) is Refusal.PLAN_REVEAL_WRONG
    assert hall.refusal(RevealShare(NO, SHARE[FIRE]), WITNESS) is Refusal.PLAN_NOT_AN_OFFICE
    reveal(hall, BUREAU)
    hall.idle(RevealShare(NO, SHARE[BUREAU]), RUNNER)


def test_who_withholds_is_named_and_counts_as_zero(hall: Hall) -> None:
    """到公开值产生之时仍未揭示的，按全零计并公开；迟到的揭示不收。"""
    committed(hall)
    reveal(hall, BUREAU, PERFORMANCE)
    assert hall.refusal(CloseReveals(NO), MACHINE) is Refusal.PLAN_REVEALS_OPEN
    late = RevealShare(NO, SHARE[FIRE])
    assert hall.refusal(late, OFFICE[FIRE], VALUE_AT) is Refusal.PLAN_REVEAL_LATE
    assert hall.record(CloseReveals(NO), MACHINE, VALUE_AT) == (
        inspection_plan.RevealsClosed((FIRE,)),
    )
    hall.record(FixPublicValue(NO, "公开值"), RUNNER, DRAWN_ON)
    drawn, _ = hall.record(Draw(NO), MACHINE, DRAWN_ON)
    reveals = [bytes.fromhex(SHARE[BUREAU]), bytes(32), bytes.fromhex(SHARE[PERFORMANCE])]
    base = sampling.base_seed(HashName.SHA256, bytes.fromhex(LEAF), reveals, "公开值")
    assert isinstance(drawn, inspection_plan.Drawn)
    assert drawn.seed == sampling.final_seed(HashName.SHA256, base).hex()


def test_when_all_have_revealed_the_reveals_may_close_early(hall: Hall) -> None:
    """各家都已揭示的，不必等到时；再截止无事可办。"""
    closed(hall)
    hall.idle(CloseReveals(NO), MACHINE)


def test_the_public_value_comes_after_the_reveals(hall: Hall) -> None:
    """公开值：揭示截止之前不收，产生之前不收，外人记的不收，空的不收；记下后不得更换。"""
    committed(hall)
    act = FixPublicValue(NO, "开奖号码")
    assert hall.refusal(act, RUNNER, DRAWN_ON) is Refusal.PLAN_AWAITS_REVEALS
    reveal(hall, *OFFICES)
    hall.record(CloseReveals(NO), MACHINE)
    assert hall.refusal(act, RUNNER) is Refusal.PLAN_VALUE_EARLY
    assert hall.refusal(act, HEAD, DRAWN_ON) is Refusal.PLAN_NOT_RUNNER
    assert hall.refusal(FixPublicValue(NO, ""), RUNNER, DRAWN_ON) is Refusal.PLAN_VALUE_EARLY
    hall.record(act, WITNESS, DRAWN_ON)
    hall.idle(act, RUNNER, DRAWN_ON)
    assert (
        hall.refusal(FixPublicValue(NO, "另一号码"), RUNNER, DRAWN_ON) is Refusal.PLAN_VALUE_FIXED
    )


# -- 抽取与配对


@pytest.mark.parametrize(
    ("stage", "code"),
    [
        (planned, Refusal.PLAN_AWAITS_LISTS),
        (frozen, Refusal.PLAN_AWAITS_COMMITMENTS),
        (committed, Refusal.PLAN_AWAITS_REVEALS),
        (closed, Refusal.PLAN_AWAITS_VALUE),
    ],
)
def test_whoever_draws_too_early_is_told_what_is_missing(
    hall: Hall, stage: Callable[[Hall], None], code: Refusal
) -> None:
    """提前抽取的，告知还差哪一步。"""
    stage(hall)
    assert hall.refusal(Draw(NO), MACHINE, DRAWN_ON) is code


def test_the_steps_are_not_taken_twice(hall: Hall) -> None:
    """抽定之后，承诺与揭示都不再收。"""
    settled(hall)
    assert hall.refusal(commitment(FIRE), OFFICE[FIRE], DRAWN_ON) is Refusal.PLAN_DRAWN
    late = RevealShare(NO, SHARE[FIRE])
    assert hall.refusal(late, OFFICE[FIRE], DRAWN_ON) is Refusal.PLAN_DRAWN


def test_the_draw_is_what_anybody_computes(hall: Hall) -> None:
    """抽取结果与外人依公开值复算的逐位相同，记下所依算法；一份计划只抽一次。"""
    valued(hall)
    plan = hall.do(Draw(NO), MACHINE, DRAWN_ON)
    assert plan.rules == (RuleUsed("draw", "ssj/v1"),)
    state = outcome(hall)
    told = sampling.compute(
        {
            "hash": "sha256",
            "plan_leaf_hash": LEAF,
            "reveals": [SHARE[office] for office in OFFICES],
            "public_value": "03.06.13.25.28.29+06",
            "sealed_share": "",
            "strata": [
                {
                    "name": one.name,
                    "ratio_bp": one.basis_points,
                    "floor": one.floor,
                    "objects": [o.subject for o in LISTS.objects if o.stratum == one.name],
                }
                for one in PLAN.strata
            ],
        }
    )
    assert told["seed"] == state.result.seed
    assert told["strata"] == [
        {
            "name": name,
            "size": size,
            "chosen": [
                {"object": one.subject, "ticket": one.ticket}
                for one in state.result.drawn
                if one.stratum == name
            ],
        }
        for name, size in (("B", 2), ("D", 1))
    ]
    assert state.unmatched == ()
    assert all(len(set(pair.inspectors)) == 2 for pair in state.pairs)
    tickets = {one.subject: one.ticket for one in state.result.drawn}
    assert [tickets[pair.subject] for pair in state.pairs] == sorted(tickets.values())
    hall.idle(Draw(NO), MACHINE, DRAWN_ON)


def test_too_few_inspectors_is_recorded_not_filled(hall: Hall) -> None:
    """规则 23（SD5）：四人中甲经手、乙丙证件在检查期内到期，配不成的如实记下，也不派发。"""
    planned(hall)
    first, second, third, fourth = INSPECTORS
    expiring = date(2026, 3, 30)
    pool = (
        candidate(first),
        replace(candidate(second), certificate_valid_to=expiring),
        replace(candidate(third), certificate_valid_to=expiring),
        candidate(fourth),
    )
    hall.record(replace(LISTS, objects=(listed(1, "D", first),), inspectors=pool), MACHINE)
    for office in OFFICES:
        hall.record(commitment(office), OFFICE[office])
    reveal(hall, *OFFICES)
    hall.record(CloseReveals(NO), MACHINE)
    hall.record(FixPublicValue(NO, "号码"), RUNNER, DRAWN_ON)
    _, matched = hall.record(Draw(NO), MACHINE, DRAWN_ON)
    assert matched == inspection_plan.Matched((), (SubjectId("S-1"),))
    act = AssignTask(NO, SubjectId("S-1"))
    assert hall.refusal(act, MACHINE, DRAWN_ON) is Refusal.TASK_NOT_DRAWN


@pytest.mark.parametrize("count", [500, 501, 1_100])
def test_a_large_draw_is_told_in_parts(hall: Hall, count: int) -> None:
    """全抽的一层有一千多户：抽取与配对各分段入账，合起来与一次算出的一样，不因多而少抽一户。"""
    planned(hall)
    subjects = tuple(listed(number, "D") for number in range(count))
    short = tuple(replace(one, region="350521") for one in subjects[: count // 2 + 101])
    objects = short + subjects[len(short) :]
    hall.record(replace(LISTS, objects=objects), MACHINE)
    for office in OFFICES:
        hall.record(commitment(office), OFFICE[office])
    reveal(hall, *OFFICES)
    hall.record(CloseReveals(NO), MACHINE)
    hall.record(FixPublicValue(NO, "号码"), RUNNER, DRAWN_ON)
    events = hall.record(Draw(NO), MACHINE, DRAWN_ON)
    assert [type(one) for one in events] == [
        inspection_plan.Drawn,
        *[inspection_plan.MoreDrawn] * ((count - 1) // 500),
        *[inspection_plan.MoreMatched] * ((len(short) - 1) // 500),
        inspection_plan.Matched,
    ]
    state = inspection_plan.AGGREGATE.fold(hall.streams[f"plan/{NO}"])
    assert isinstance(state, inspection_plan.Settled)
    assert {one.subject for one in state.result.drawn} == {one.subject for one in objects}
    tickets = [one.ticket for one in state.result.drawn]
    assert tickets == sorted(tickets)
    assert {*state.unmatched} == {one.subject for one in short}
    assert {one.subject for one in state.pairs} == {one.subject for one in objects[len(short) :]}
    hall.idle(Draw(NO), MACHINE, DRAWN_ON)


def test_parts_out_of_their_order_are_no_history(hall: Hall) -> None:
    """分段缺一段、乱了次序，或者配对之后又来抽取：不成历史。"""
    settled(hall)
    events = hall.streams[f"plan/{NO}"]
    picked = inspection_plan.AGGREGATE.fold(events[:-1])
    one = inspection_plan.DrawnObject(SubjectId("S-9"), "B", "00" * 32)
    pair = inspection_plan.Pair(SubjectId("S-9"), INSPECTORS[:2])
    part = inspection_plan.MoreMatched(0, (pair,), ())
    for wrong in (
        inspection_plan.MoreDrawn(1, (one,)),
        inspection_plan.MoreMatched(1, (pair,), ()),
    ):
        with pytest.raises(ImpossibleHistory):
            inspection_plan.evolve(picked, wrong)
    matched = inspection_plan.evolve(picked, part)
    with pytest.raises(ImpossibleHistory):
        inspection_plan.evolve(matched, inspection_plan.MoreDrawn(1, (one,)))


# -- 作废


STAGES: Final = [planned, frozen, committed, closed, valued, settled]


@pytest.mark.parametrize("stage", STAGES)
def test_annulment_needs_a_second_person_and_a_reason(
    hall: Hall, stage: Callable[[Hall], None]
) -> None:
    """任何一步都可公开作废：须另一人、须理由、须本部门；作废之后什么也不能办。"""
    stage(hall)
    act = AnnulPlan(NO, "公开源停播", OfficerId("head"))
    assert hall.refusal(replace(act, second=OfficerId("runner")), RUNNER) is (
        Refusal.PLAN_SAME_PERSON
    )
    assert hall.refusal(replace(act, second=OfficerId("nobody")), RUNNER) is (
        Refusal.OFFICER_UNKNOWN
    )
    assert hall.refusal(replace(act, reason=" "), RUNNER) is Refusal.PLAN_NO_REASON
    assert hall.refusal(act, OFFICE[FIRE]) is Refusal.DUTY_ORGAN
    hall.record(act, RUNNER)
    hall.idle(act, RUNNER)
    assert hall.refusal(replace(act, reason="不称心"), RUNNER) is Refusal.PLAN_ANNULLED
    for late, who in (
        (PLAN, RUNNER),
        (LISTS, MACHINE),
        (commitment(BUREAU), RUNNER),
        (RevealShare(NO, SHARE[BUREAU]), RUNNER),
        (CloseReveals(NO), MACHINE),
        (FixPublicValue(NO, "号码"), RUNNER),
        (Draw(NO), MACHINE),
        (AssignTask(NO, SubjectId("S-0")), MACHINE),
    ):
        if late is PLAN:
            hall.idle(PLAN, RUNNER)  # it stays registered, its number is spent
        else:
            assert hall.refusal(late, who) is Refusal.PLAN_ANNULLED


def test_a_plan_that_is_not_there_cannot_be_annulled(hall: Hall) -> None:
    """没有的计划无从作废。"""
    act = AnnulPlan(NO, "理由", OfficerId("head"))
    assert hall.refusal(act, RUNNER) is Refusal.PLAN_NOT_FOUND
    fact = inspection_plan.PlanAnnulled("理由", PersonId("A"), PersonId("B"))
    told = inspection_plan.decide(inspection_plan.Nothing(), inspection_plan.Annul(fact))
    assert told == inspection_plan.standing(inspection_plan.Nothing())


# -- 任务


def finding(task: inspection_task.TaskAssigned, *codes: FindingCode) -> RecordInspection:
    """抽定的两人录入的结果。"""
    return RecordInspection(
        NO,
        task.subject,
        at(CHECKED),
        "v1",
        codes or (FindingCode.NO_PROBLEM,),
        task.inspectors,
        (Evidence("照片一", SHA),),
        SHA,
        PartySignature.SIGNED,
    )


def inspector_of(task: inspection_task.TaskAssigned) -> Actor:
    """抽定两人中的第一人的账号。"""
    return actor(task.inspectors[0].removeprefix("p-"), Role.INSPECTOR, BUREAU)


LATER: Final = "2026-02-04"


def test_a_task_goes_to_the_drawn_pair(hall: Hall) -> None:
    """抽定谁就派谁，带上许可、承诺与期限；再派无事可办，没抽中的不派。"""
    task = assigned(hall)
    pair = outcome(hall).pairs[0]
    number = pair.subject.removeprefix("S-")
    assert task == inspection_task.TaskAssigned(
        pair.subject,
        pair.inspectors,
        LicenceNo(f"L-{number}"),
        CommitmentId(f"C-{number}") if int(number) % 2 else None,
        PLAN.inspect_by,
    )
    assert f"task/{NO}.{pair.subject}" in hall.streams
    hall.idle(AssignTask(NO, pair.subject), MACHINE, DRAWN_ON)
    act = AssignTask(NO, SubjectId("S-99"))
    assert hall.refusal(act, MACHINE, DRAWN_ON) is Refusal.TASK_NOT_DRAWN


def test_no_task_before_the_draw(hall: Hall) -> None:
    """没有抽定，不派任务；没有派发，不能录入、不能复核。"""
    valued(hall)
    act = AssignTask(NO, SubjectId("S-0"))
    assert hall.refusal(act, MACHINE, DRAWN_ON) is Refusal.PLAN_AWAITS_DRAW
    task = inspection_task.TaskAssigned(
        SubjectId("S-0"), INSPECTORS[:2], None, None, PLAN.inspect_by
    )
    assert hall.refusal(finding(task), inspector_of(task), LATER) is Refusal.TASK_NOT_FOUND
    review = ReviewFinding(NO, SubjectId("S-0"), agreed=True, explanation="")
    assert hall.refusal(review, HEAD, LATER) is Refusal.TASK_NOT_FOUND


def test_a_finding_is_recorded_and_reviewed(hall: Hall) -> None:
    """两人签名的结果入账，另一人复核同意；各自重复无事可办，改口的拒绝。"""
    task = notified(hall)
    who, act = inspector_of(task), finding(task)
    review = ReviewFinding(NO, task.subject, agreed=True, explanation="")
    assert hall.refusal(review, HEAD, LATER) is Refusal.TASK_NOT_INSPECTED
    fact, _counted = hall.record(act, who, LATER)
    assert getattr(fact, "codes", ()) == act.codes
    hall.idle(act, who, LATER)
    other = replace(act, codes=(FindingCode.UNREACHABLE,))
    assert hall.refusal(other, who, LATER) is Refusal.TASK_ALREADY_INSPECTED
    assert len(hall.record(review, HEAD, LATER)) == 2
    hall.idle(review, HEAD, LATER)
    assert hall.refusal(replace(review, agreed=False), HEAD, LATER) is Refusal.TASK_REVIEWED
    hall.idle(act, who, LATER)


def test_a_returned_finding_is_recorded_anew(hall: Hall) -> None:
    """复核退回须写明理由；退回之后由抽定的人重新录入，再复核。"""
    task = notified(hall)
    who = inspector_of(task)
    hall.record(finding(task), who, LATER)
    back = ReviewFinding(NO, task.subject, agreed=False, explanation="缺少照片")
    assert hall.refusal(replace(back, explanation=" "), HEAD, LATER) is Refusal.TASK_NO_REASON
    hall.record(back, HEAD, LATER)
    hall.idle(back, HEAD, LATER)
    hall.record(finding(task, FindingCode.PROBLEM_PENDING), who, LATER)
    hall.record(replace(back, agreed=True), HEAD, LATER)
    state = hall.load(inspection_task.AGGREGATE, inspection_task.task_id(NO, task.subject))
    assert isinstance(state, inspection_task.Agreed)
    assert state.finding.codes == (FindingCode.PROBLEM_PENDING,)


def test_only_the_drawn_pair_inspects(hall: Hall) -> None:
    """没抽中的人不能录入，少一个签名、换一个签名都不行。"""
    task = notified(hall)
    act, who = finding(task), inspector_of(task)
    stranger = next(one for one in INSPECTORS if one not in task.inspectors)
    outsider = actor(stranger.removeprefix("p-"), Role.INSPECTOR, BUREAU)
    assert hall.refusal(act, outsider, LATER) is Refusal.TASK_NOT_ASSIGNED
    for signatures in (task.inspectors[:1], (task.inspectors[0], stranger)):
        wrong = replace(act, signatures=signatures)
        assert hall.refusal(wrong, who, LATER) is Refusal.TASK_SIGNATURES
    hall.record(replace(act, signatures=task.inspectors[::-1]), who, LATER)


def test_the_certificate_is_valid_on_the_day_of_the_visit(hall: Hall) -> None:
    """规则 23：检查之日一人证件已失效的，不得录入。"""
    task = notified(hall)
    person = task.inspectors[1]
    lapsed = RegisterInspector(
        person, BUREAU, "350505", ("餐饮",), "一所", "闽-旧", date(2026, 2, 2)
    )
    hall.record(lapsed, RUNNER)
    assert hall.refusal(finding(task), inspector_of(task), LATER) is Refusal.TASK_CERTIFICATE
    earlier = replace(finding(task), performed_at=at("2026-02-02 23:00"))
    hall.record(earlier, inspector_of(task), LATER)


@pytest.mark.parametrize(
    "codes",
    [
        (),
        (FindingCode.NO_PROBLEM, FindingCode.PROBLEM_CORRECTED),
        (FindingCode.UNREACHABLE, FindingCode.UNREACHABLE),
    ],
)
def test_the_codes_follow_the_code_set(hall: Hall, codes: tuple[FindingCode, ...]) -> None:
    """规则 24：“未发现问题”排斥其他；至少一项，不重复。"""
    task = notified(hall)
    act = replace(finding(task), codes=codes)
    assert hall.refusal(act, inspector_of(task), LATER) is Refusal.TASK_CODES


def test_several_problems_may_be_found_at_once(hall: Hall) -> None:
    """规则 24：发现问题可多选。"""
    task = notified(hall)
    act = finding(task, FindingCode.PROBLEM_PENDING, FindingCode.NOT_AS_PROMISED)
    fact, _counted = hall.record(act, inspector_of(task), LATER)
    assert getattr(fact, "codes", ()) == act.codes


def test_an_unknown_code_set_or_a_future_visit_is_refused(hall: Hall) -> None:
    """代码集须是本账所用；检查不能在录入之后。"""
    task = notified(hall)
    who = inspector_of(task)
    strange = replace(finding(task), code_set="v0")
    assert hall.refusal(strange, who, LATER) is Refusal.TASK_CODES
    future = replace(finding(task), performed_at=at(LATER) + timedelta(minutes=1))
    assert hall.refusal(future, who, LATER) is Refusal.TASK_TIME


def test_who_inspected_does_not_review(hall: Hall) -> None:
    """SD6：检查人不复核自己的结果，换岗位也不行；别的部门不复核。"""
    task = notified(hall)
    hall.record(finding(task), inspector_of(task), LATER)
    person = task.inspectors[0]
    also = hall.employ("also", Role.SUPERVISION_HEAD, person=person)
    review = ReviewFinding(NO, task.subject, agreed=True, explanation="")
    assert hall.refusal(review, also, LATER) is Refusal.DUTY_SAME_PERSON
    assert hall.refusal(review, OFFICE[FIRE], LATER) is Refusal.DUTY_ORGAN


def test_an_annulled_plan_takes_no_findings(hall: Hall) -> None:
    """计划作废之后，不再录入结果。"""
    task = notified(hall)
    hall.record(AnnulPlan(NO, "公开源有误", OfficerId("head")), RUNNER, LATER)
    assert hall.refusal(finding(task), inspector_of(task), LATER) is Refusal.PLAN_ANNULLED


# -- 决定者的共同规矩与不可能的历史


def lives(hall: Hall) -> list[tuple[Event, ...]]:
    """一份计划从无到有的每一步。"""
    settled(hall)
    events = hall.streams[f"plan/{NO}"]
    return [events[:length] for length in range(len(events) + 1)]


# never the first of an append, so no life ends just before one
GOES_WITH: Final = (
    inspection_plan.InspectorsListed,
    inspection_plan.ListsFrozen,
    inspection_plan.CommitsIn,
    inspection_plan.Matched,
)


def test_a_plan_obeys_the_laws_of_deciders(hall: Hall) -> None:
    """计划的决定守共同规矩，从每一步起、以真办与乱来的命令相间。"""
    steps = lives(hall)
    plan = steps[-1][0]
    assert isinstance(plan, inspection_plan.PlanRegistered)
    annulled = inspection_plan.PlanAnnulled("理由", PersonId("A"), PersonId("B"))
    real: list[inspection_plan.Command] = [
        inspection_plan.Register(plan, at("2026-01-05"), ()),
        inspection_plan.Freeze(LISTS.objects, LISTS.inspectors, 17, LEAF),
        *(
            inspection_plan.Commit(one, commitment(one).commitment, at("2026-01-06"))
            for one in OFFICES
        ),
        *(inspection_plan.Reveal(one, SHARE[one], at("2026-01-06")) for one in OFFICES),
        inspection_plan.Close(at(VALUE_AT)),
        inspection_plan.FixValue("号码", PersonId("p-runner"), at(VALUE_AT)),
        inspection_plan.Draw(),
        inspection_plan.Annul(annulled),
    ]
    check_decider_laws(
        inspection_plan.AGGREGATE,
        inspection_plan.decide,
        st.sampled_from(real) | anything(inspection_plan.Command),
        [life for life, after in pairwise(steps) if not isinstance(after[-1], GOES_WITH)]
        + [steps[-1], (*steps[-1], annulled)],
    )


def test_a_task_obeys_the_laws_of_deciders(hall: Hall) -> None:
    """任务的决定守共同规矩。"""
    task = assigned(hall)
    plan = outcome(hall)
    done = inspection_task.Inspected(
        *(at(CHECKED), "v1", (FindingCode.NO_PROBLEM,), task.inspectors, (), SHA),
        party=PartySignature.SIGNED,
    )
    person = task.inspectors[0]
    day = at(CHECKED).date()
    notices: list[inspection_task.Notice] = [
        inspection_task.CheckNotified("检通字-1", "检审-1", day, day, tuple(Told), person),
        inspection_task.CheckNotified("检通字-2", "检审-1", day, day, (), person),
        inspection_task.CheckUnannounced("检审-2", "突击", day, PersonId("A")),
    ]
    late = inspection_task.EnteredLate(day, day, at(LATER).date(), person)
    reviews = [
        inspection_task.FindingReviewed(agreed, "理由", PersonId(handler))
        for agreed in (True, False)
        for handler in ("A", person)
    ]
    real: list[inspection_task.Command] = [
        inspection_task.Assign(plan, task.subject),
        inspection_task.Record(done, person, (), at(LATER)),
        inspection_task.Record(replace(done, codes=()), person, (), at(LATER)),
        inspection_task.Record(done, person, (), at(LATER), enter_by=date(2026, 2, 3)),
        *map(inspection_task.Notify, notices),
        *map(inspection_task.Review, reviews),
    ]
    lives: list[tuple[Event, ...]] = [
        (task,),
        (task, notices[0]),
        (task, notices[2]),
        (task, done),
        (task, notices[0], done),
        (task, notices[0], done, late),
        (task, done, reviews[0]),
        (task, done, reviews[2]),
    ]
    check_decider_laws(
        inspection_task.AGGREGATE,
        inspection_task.decide,
        st.sampled_from(real),
        lives,
    )
    check_impossible(
        inspection_task.AGGREGATE,
        [(), *lives],
        [task, done, late, *notices, *reviews, plan.result],
    )


def test_contradicting_facts_stop_a_plan(hall: Hall) -> None:
    """计划的事实次序颠倒、名单缺段、个数不符的，立即停下。"""
    steps = lives(hall)
    whole = steps[-1]
    annulled = inspection_plan.PlanAnnulled("理由", PersonId("A"), PersonId("B"))
    gaps = [
        inspection_plan.ObjectsListed(1, LISTS.objects),
        inspection_plan.InspectorsListed(1, LISTS.inspectors),
        inspection_plan.ListsFrozen(1, 99, "", 99, "", LEAF),
    ]
    check_impossible(
        inspection_plan.AGGREGATE, [*steps, (whole[0], annulled)], [*whole, *gaps, annulled]
    )
