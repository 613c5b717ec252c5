"""测试用的随机计划：从登记到抽定、到各户的结果，由我们的领域代码走完，写成公布的卷宗。"""

import json
from datetime import UTC, date, datetime
from functools import cache
from random import Random
from typing import Any, Final

from domain import check_result, inspection_plan, inspection_task, redraw, sampling
from domain.code_set import V1
from domain.decider import Event, Refused
from domain.inspection_plan import CampaignKind, PlanRegistered, Stratum
from domain.inspection_task import FindingCode
from domain.observation import ExclusionMade, Observed
from domain.roster import ClassChange, ListedInspector, ListedObject, ListedRecusal
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
from ledger import leaf
from runtime.draws import package
from runtime.draws.package import PlanLeaf, Stage
from schemas.codec import Meta, current, encode
from schemas.registry import name_of

PLANS: Final = 1_000
LATER: Final = 60  # the plans before this one have neither recusals nor changes of class
REGIONS: Final = ("350505", "350521")
SKILLS: Final = ("餐饮", "消防", "综合")
UNFIT_SHARE: Final = 0.5  # of those in line, whose certificate has expired since
VALUE_AT: Final = datetime(2026, 1, 9, 13, 15, tzinfo=UTC)
BEFORE: Final = datetime(2026, 1, 5, tzinfo=UTC)
RUNNER: Final = Actor(OfficerId("runner"), Role.SUPERVISOR, Organ("市监局"), Organ("市监局"))


def plan_leaf(plan: PlanRegistered) -> PlanLeaf:
    """计划登记入账的样子：信封与各项，照格式写成字节。"""
    meta = Meta(
        event_id="018f0000-0000-7000-8000-000000000001",
        command_id="018f0000-0000-7000-8000-000000000002",
        correlation_id="c",
        causation_id=None,
        key="000001",
        actor=RUNNER,
        decided_at=BEFORE,
        effective_on=BEFORE.date(),
        recorded_at=BEFORE,
        legal_basis=plan.BASIS,
        rules=(),
        incarnation=0,
    )
    schema = current(name_of(plan))
    value = encode(schema, meta, plan)
    return PlanLeaf(HashName.SHA256, schema.text.decode(), "plan/000001", 1, b"", value)


def leaf_hash(one: PlanLeaf) -> bytes:
    """它的叶杂凑，照账本自己的算法。"""
    schema = current("plan.registered.v2").sha256
    return leaf.leaf_hash(one.hash, schema, one.stream, one.version, one.prev_leaf_hash, one.value)


def sealed_share(number: int) -> bytes | None:
    """每三份随机计划有一份封存了份额。"""
    return bytes([number % 251 + 1]) * 32 if number % 3 == 0 else None


def _registered(chance: Random, sealed: bytes | None) -> PlanRegistered:
    strata = tuple(
        Stratum(name, chance.choice((0, 300, 1050, 3333, 10_000)), chance.randrange(4))
        for name in ("A", "B", "丙类")[: chance.randint(1, 3)]
    )
    name = chance.choice((HashName.SHA256, HashName.SM3))
    promised = None if sealed is None else sampling.share_commitment(name, sealed)
    return PlanRegistered(
        serial=1,
        title="抽查",
        department=Organ("市监局"),
        algorithm=sampling.ALGORITHM,
        hash=name,
        strata=strata,
        offices=tuple(Organ(f"O{number}") for number in range(chance.randint(3, 5))),
        public_source="开奖号码",
        public_value_at=VALUE_AT,
        sealed_share_commitment=promised,
        inspect_by=date(2026, 3, 31),
        runner=PersonId("runner"),
        witness=PersonId("witness"),
        campaign=CampaignKind.UNDIRECTED if len(strata) > 1 else CampaignKind.DIRECTED,
        item_codes=() if len(strata) > 1 else (ItemCode("350505-FOOD"),),
        regions=() if len(strata) > 1 else REGIONS,
        matters=("CC-01", "CC-02"),
        annual_plan_no="2026",
        unplanned_reason="专项",
        value_format="FREE",
        fallback_source="次日开奖",
        fallback_at=chance.choice((None, VALUE_AT)),
        share_keepers=(Organ("司法局"),),
    )


def _object(chance: Random, number: int, plan: PlanRegistered) -> ListedObject:
    return ListedObject(
        SubjectId(f"企业-{number:03d}"),
        chance.choice(plan.strata).name,
        chance.choice(REGIONS),
        chance.choice(SKILLS),
        chance.choice((None, LicenceNo(f"L-{number}"))),
        chance.choice((None, CommitmentId(f"C-{number}"))),
        tuple(PersonId(f"P-{one}") for one in range(4) if chance.random() < 0.2),
    )


def _inspector(chance: Random, number: int) -> ListedInspector:
    return ListedInspector(
        PersonId(f"P-{number}"),
        chance.choice(REGIONS),
        tuple(skill for skill in SKILLS if chance.random() < 0.7),
        chance.choice((*REGIONS, "外所")),
        date(2026, chance.choice((3, 4)), 30),
    )


def changes(number: int, chance: Random, state: inspection_plan.State) -> list[Event]:
    """每四份随机计划有一份排除几户、换几人，次序交错；替补的、接替的也可能再被换下。"""
    found: list[Event] = []
    for _ in range(6 if number % 4 == 1 else 0):
        assert isinstance(state, inspection_plan.Settled)
        act = chance.choice((_replacement, _redrawing))(chance, state)
        events = () if act is None else act.decide(state)
        assert not isinstance(events, Refused), events
        for event in events:
            state = inspection_plan.evolve(state, event)
            found.append(event)
    return found


def _replacement(chance: Random, state: inspection_plan.Settled) -> redraw.Command | None:
    gone = {one.subject for one in state.replaced}
    here = [one for one in state.ever_drawn if one not in gone]
    if not here:
        return None
    proof = (Evidence("任务 7", Sha256("ab" * 32)),)
    reason = chance.choice(tuple(inspection_plan.ExclusionReason))
    people = (PersonId("runner"), PersonId("witness"))
    return redraw.Replace(chance.choice(here), reason, proof, *people, inspected=False)


def _redrawing(chance: Random, state: inspection_plan.Settled) -> redraw.Command | None:
    teams = inspection_plan.teams(state)
    if not teams:
        return None
    subject = chance.choice(sorted(teams))
    unfit = frozenset(
        one for one in redraw.in_line(state, subject) if chance.random() < UNFIT_SHARE
    )
    outgoing = chance.choice(teams[subject].inspectors)
    cause = chance.choice(tuple(inspection_plan.RedrawCause))
    return redraw.Redraw(subject, outgoing, cause, "案卷", PersonId("head"), None, unfit)


def recused(
    number: int, objects: tuple[ListedObject, ...], inspectors: tuple[ListedInspector, ...]
) -> tuple[ListedRecusal, ...]:
    """每五份随机计划有一份，不得检查的人里有几位是自己申明的。"""
    here = {one.inspector for one in inspectors} if number >= LATER and number % 5 == 2 else set()
    return tuple(
        ListedRecusal(person, one.subject)
        for one in objects
        for person in one.officers_involved
        if person in here
    )


def reclassified(number: int, objects: tuple[ListedObject, ...]) -> tuple[ClassChange, ...]:
    """每七份随机计划有一份，头一户新近改了等级。"""
    changed = objects[:1] if number >= LATER and number % 7 == 3 else ()
    return tuple(ClassChange(one.subject, "D", one.stratum, date(2026, 1, 2)) for one in changed)


@cache
def plan_events(number: int) -> tuple[Event, ...]:
    """一份随机的计划，从登记到抽定：由我们的领域代码走完。"""
    chance = Random(number)  # noqa: S311 - a plan that can be made again
    sealed = sealed_share(number)
    plan = _registered(chance, sealed)
    objects = tuple(_object(chance, one, plan) for one in range(chance.randint(1, 24)))
    inspectors = tuple(_inspector(chance, one) for one in range(chance.randint(0, 16)))
    shares = {office: chance.randbytes(32) for office in plan.offices}
    told = [office for office in plan.offices if chance.random() < 0.9]
    commands: list[inspection_plan.Command] = [
        inspection_plan.Register(plan, datetime(2026, 1, 5, tzinfo=UTC), ()),
        inspection_plan.Freeze(
            objects,
            inspectors,
            17,
            leaf_hash(plan_leaf(plan)).hex(),
            recused(number, objects, inspectors),
            reclassified(number, objects),
            date(2025, 12, 6),
        ),
        *(
            inspection_plan.Commit(
                office,
                sampling.share_commitment(plan.hash, share),
                datetime(2026, 1, 7, tzinfo=UTC),
            )
            for office, share in shares.items()
        ),
        *(
            inspection_plan.Reveal(one, shares[one].hex(), datetime(2026, 1, 8, tzinfo=UTC))
            for one in told
        ),
        inspection_plan.Close(VALUE_AT),
        inspection_plan.FixValue(f"{chance.random()}号", plan.runner, VALUE_AT),
        inspection_plan.Draw(sealed.hex() if sealed else None),
    ]
    state: inspection_plan.State = inspection_plan.AGGREGATE.initial
    events: list[Event] = []
    for command in commands:
        answer = inspection_plan.decide(state, command)
        assert not isinstance(answer, Refused), (number, answer)
        for event in answer:
            state = inspection_plan.evolve(state, event)
            events.append(event)
    events += changes(number, chance, state)
    if sealed:
        events.append(inspection_plan.SealedShareOpened(sealed.hex(), plan.runner))
    return tuple(events)


def left_out(number: int) -> tuple[ExclusionMade, ...]:
    """每五份随机计划有一份不列入一户。"""
    observed = Observed(ItemCode("350505-FOOD"), "观察 1 号", "新业态", date(2026, 12, 31))
    made = ExclusionMade("000001", SubjectId("新业态-1"), (observed,))
    return (made,) if number % 5 == 0 else ()


def tasks(number: int) -> dict[SubjectId, inspection_task.State]:
    """各户的任务走到随机的一步。"""
    chance = Random(-number)  # noqa: S311 - can be made again
    state = inspection_plan.AGGREGATE.fold(plan_events(number))
    assert isinstance(state, inspection_plan.Settled)
    return {
        subject: inspection_task.AGGREGATE.fold(
            _steps(subject, pair.inspectors)[: chance.randrange(6)]
        )
        for subject, pair in inspection_plan.teams(state).items()
    }


def _steps(subject: SubjectId, people: tuple[PersonId, ...]) -> tuple[Event, ...]:
    codes = (FindingCode.PROBLEM_PENDING, FindingCode.NOT_AS_PROMISED)
    done = inspection_task.Inspected(VALUE_AT, "v1", codes, people, (), Sha256("ab" * 32))
    reviewer = PersonId("reviewer")
    return (
        inspection_task.TaskAssigned(subject, people, None, None, date(2026, 3, 31)),
        done,
        inspection_task.FindingReviewed(agreed=False, explanation="缺照片", handler=reviewer),
        done,
        inspection_task.FindingReviewed(agreed=True, explanation="", handler=reviewer),
    )


def results(number: int) -> dict[SubjectId, check_result.State]:
    """复核同意的各户：待公开、已公开、不列名、已推翻。"""
    chance = Random(f"results {number}")  # noqa: S311 - can be made again
    return {
        subject: check_result.AGGREGATE.fold(_came_of(subject, chance.randrange(4)))
        for subject, task in tasks(number).items()
        if isinstance(task, inspection_task.Agreed)
    }


def _came_of(subject: SubjectId, kind: int) -> tuple[Event, ...]:
    on, market = VALUE_AT.date(), Organ("市监局")
    outcome = check_result.outcome(V1, ("PROBLEM_PENDING", "NOT_AS_PROMISED"))
    formed = check_result.ResultFormed(
        "000001", subject, market, (PersonId("P-1"),), None, None, on, outcome, on, on, None
    )
    handler = PersonId("head")
    shown = check_result.ResultPublished(
        "000001", "抽查", market, "9135" if kind > 1 else "", outcome.names, on, on, handler
    )
    overturned = check_result.ResultOverturned("复议 1 号", "事实不清", on, on, handler)
    return ((formed,), (formed, shown), (formed, shown), (formed, shown, overturned))[kind]


def readable(number: int, less: int = 0) -> package.Published:
    """可以公布的抽取；``less``：最后几件还没有发生。"""
    events = plan_events(number)
    plan = events[0]
    assert isinstance(plan, PlanRegistered)
    told = events[: len(events) - less]
    if less:
        return package.read("000001", plan_leaf(plan), told, left_out(number))
    return package.read(
        "000001",
        plan_leaf(plan),
        told,
        left_out(number),
        tasks(number),
        results=results(number),
    )


@cache
def written(number: int, stage: Stage = Stage.RESULTS) -> str:
    """它的卷宗，写成 JSON。"""
    return json.dumps(readable(number).audit(stage), ensure_ascii=False)


def published(number: int, stage: Stage = Stage.RESULTS) -> dict[str, Any]:
    """它的卷宗，照 JSON 读写过一遍。"""
    found: dict[str, Any] = json.loads(written(number, stage))
    return found
