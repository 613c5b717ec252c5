"""两份实现：照协议的文字另写的 replay.py，与我们的领域代码，逐件相符；改一处就说出是哪一步。"""

import ast
import copy
import hashlib
import importlib.util
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest

from domain import inspection_plan, sampling
from domain.decider import Event, Refused
from domain.inspection_plan import CampaignKind, PlanRegistered, Stratum
from domain.roster import ListedInspector, ListedObject
from domain.terms import (
    CommitmentId,
    Evidence,
    HashName,
    LicenceNo,
    Organ,
    PersonId,
    Sha256,
    SubjectId,
)
from runtime.draws import package

SCRIPT: Final = Path(__file__).parents[2] / "verifiers" / "replay.py"
PLANS: Final = 1_000
REGIONS: Final = ("350505", "350521")
SKILLS: Final = ("餐饮", "消防", "综合")
VALUE_AT: Final = datetime(2026, 1, 9, 13, 15, tzinfo=UTC)


def _loaded() -> Any:
    spec = importlib.util.spec_from_file_location("replay", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


replay = _loaded()


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
        regions=() if len(strata) > 1 else REGIONS,
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


def replacements(
    number: int, chance: Random, commands: list[inspection_plan.Command]
) -> list[inspection_plan.Command]:
    """每四份随机计划有一份排除几户，替补的也可能再被排除。"""
    state: inspection_plan.State = inspection_plan.AGGREGATE.initial
    found: list[inspection_plan.Command] = []
    proof = (Evidence("任务 7", Sha256("ab" * 32)),)
    for one in commands:
        state = _applied(state, one)
    for _ in range(3 if number % 4 == 1 else 0):
        assert isinstance(state, inspection_plan.Settled)
        gone = {one.subject for one in state.replaced}
        later = [one.substitute for one in state.replaced if one.substitute]
        here = [one.subject for one in (*state.result.drawn, *later) if one.subject not in gone]
        if here:
            reason = chance.choice(tuple(inspection_plan.ExclusionReason))
            people = (PersonId("runner"), PersonId("witness"))
            subject = chance.choice(here)
            act = inspection_plan.Replace(subject, reason, proof, *people, inspected=False)
            found.append(act)
            state = _applied(state, act)
    return found


def _applied(
    state: inspection_plan.State, command: inspection_plan.Command
) -> inspection_plan.State:
    answer = inspection_plan.decide(state, command)
    assert not isinstance(answer, Refused), answer
    for event in answer:
        state = inspection_plan.evolve(state, event)
    return state


def plan_events(number: int) -> list[Event]:
    """一份随机的计划，从登记到抽定：由我们的领域代码走完。"""
    chance = Random(number)  # noqa: S311 - a plan that can be made again
    sealed = sealed_share(number)
    plan = _registered(chance, sealed)
    objects = tuple(_object(chance, one, plan) for one in range(chance.randint(1, 24)))
    inspectors = tuple(_inspector(chance, one) for one in range(chance.randint(0, 9)))
    shares = {office: chance.randbytes(32) for office in plan.offices}
    told = [office for office in plan.offices if chance.random() < 0.9]
    commands: list[inspection_plan.Command] = [
        inspection_plan.Register(plan, datetime(2026, 1, 5, tzinfo=UTC), ()),
        inspection_plan.Freeze(objects, inspectors, 17, chance.randbytes(32).hex()),
        *(
            inspection_plan.Commit(office, sampling.share_commitment(plan.hash, share))
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
    commands += replacements(number, chance, commands)
    if sealed:
        opened = inspection_plan.SealedShareOpened(sealed.hex(), plan.runner)
        commands.append(inspection_plan.OpenShare(opened, plan.inspect_by))
    state: inspection_plan.State = inspection_plan.AGGREGATE.initial
    events: list[Event] = []
    for command in commands:
        answer = inspection_plan.decide(state, command)
        assert not isinstance(answer, Refused), (number, answer)
        for event in answer:
            state = inspection_plan.evolve(state, event)
            events.append(event)
    return events


def published(number: int) -> dict[str, Any]:
    """它的卷宗，照 JSON 读写过一遍。"""
    told = json.dumps(package.read("000001", plan_events(number)).audit(), ensure_ascii=False)
    found: dict[str, Any] = replay.read(told)
    return found


def faults(told: Any) -> list[str]:
    """不符的各步。"""
    return [name.split()[-1] for name, fault in replay.verify(told) if fault]


def test_two_implementations_agree_on_a_thousand_random_plans() -> None:
    """一千份随机的计划：种子、抽签号、抽中的、配对、配不上的，两份实现逐字相同（trust.md D）。"""
    short = vacant = unpaired = 0
    for number in range(PLANS):
        told = published(number)
        assert replay.verify(told) == [(name, "") for name, _ in replay.STEPS], number
        short += bool(told["unmatched"])
        vacant += any(one["substitute"] is None for one in told["replaced"])
        unpaired += any(one["substitute"] and not one["inspectors"] for one in told["replaced"])
    assert 0 < short < PLANS  # both kinds occur
    assert vacant > 0  # a stratum ran out
    assert unpaired > 0  # nobody left to send


Harm = Callable[[dict[str, Any]], object]


def _flip(text: str) -> str:
    return text[:-1] + ("0" if text[-1] != "0" else "1")


def _share(told: dict[str, Any]) -> None:
    one = next(one for one in told["reveals"] if one["share"])
    one["share"] = _flip(one["share"])


HARMS: Final[dict[str, tuple[Harm, str]]] = {
    "an_office_is_dropped": (lambda told: told["plan"]["offices"].pop(), "offices"),
    "a_commitment_is_copied": (
        lambda told: told["commitments"][1].update(commitment=told["commitments"][0]["commitment"]),
        "offices",
    ),
    "a_share_is_another": (_share, "shares"),
    "a_share_is_sealed_unannounced": (lambda told: told.update(sealed_share="00" * 32), "share"),
    "an_object_is_left_out": (lambda told: told["objects"].pop(), "list"),
    "an_object_stands_twice": (
        lambda told: told["objects"].append(dict(told["objects"][0])),
        "list",
    ),
    "an_object_changes_its_class": (lambda told: told["objects"][0].update(stratum="Z"), "list"),
    "the_scope_is_narrowed": (
        lambda told: told["plan"].update(campaign="DIRECTED", regions=["别处"]),
        "scope",
    ),
    "a_scope_is_unannounced": (lambda told: told["plan"].update(item_codes=["别项"]), "scope"),
    "an_inspector_is_left_out": (lambda told: told["inspectors"].pop(), "list"),
    "a_recusal_is_forgotten": (
        lambda told: told["objects"][0]["officers_involved"].append("P-77"),
        "list",
    ),
    "the_public_value_is_another": (lambda told: told.update(public_value="别的号"), "seed"),
    "the_plan_is_another": (
        lambda told: told.update(plan_leaf_hash=_flip(told["plan_leaf_hash"])),
        "seed",
    ),
    "a_ratio_is_another": (
        lambda told: [one.update(ratio_bp=0, floor=0) for one in told["plan"]["strata"]],
        "drawn",
    ),
    "a_friend_is_not_drawn": (lambda told: told["chosen"].pop(0), "drawn"),
    "a_rival_is_drawn": (
        lambda told: told["chosen"][0].update(subject=told["chosen"][-1]["subject"] + "0"),
        "drawn",
    ),
    "a_friendly_inspector": (
        lambda told: told["pairs"][0].update(inspectors=["P-8", "P-7"]),
        "pairs",
    ),
    "a_friend_takes_the_place": (
        lambda told: told["replaced"][0]["substitute"].update(subject="企业-999"),
        "replaced",
    ),
    "friends_are_sent_there": (
        lambda told: told["replaced"][0].update(inspectors=["P-8", "P-7"]),
        "replaced",
    ),
    "somebody_undrawn_is_excluded": (
        lambda told: told["replaced"][0].update(excluded="企业-999"),
        "replaced",
    ),
    "one_is_excluded_twice": (
        lambda told: told["replaced"].append(told["replaced"][0]),
        "replaced",
    ),
    "a_shortage_is_hidden": (lambda told: told["unmatched"].append("企业-999"), "unmatched"),
}


@pytest.mark.parametrize("name", HARMS)
def test_a_change_is_named_by_its_step(name: str) -> None:
    """公布之后改一处：复算不符，并说出是哪一步。"""
    harm, step = HARMS[name]
    number = next(
        one
        for one in range(PLANS)
        if (told := published(one))["pairs"]
        and len(told["chosen"]) > 2
        and told["unmatched"]
        and told["replaced"]
        and told["replaced"][0]["substitute"]
        and told["plan"]["campaign"] == "UNDIRECTED"
    )
    told = published(number)
    harm(told)
    assert step in faults(told)


def test_no_single_change_goes_unseen() -> None:
    """逐处改一个十六进制位、一个名字、一个数：没有一处改了还全部相符（说明用的几项除外）。"""
    number = next(
        one
        for one in range(PLANS)
        if (told := published(one))["pairs"]
        and told["sealed_share"]
        and told["replaced"]
        and all(said["share"] for said in told["reveals"])  # else its commitment opens nothing
    )
    sound = published(number)
    told_only = {"format", "plan_no", "as_of_size"}
    silent = {"serial", "title", "department", "public_source", "public_value_at"}
    unseen = []
    for path in _leaves(sound):
        if path[0] in told_only or (path[:1] == ("plan",) and path[1] in silent):
            continue
        if path[0] == "plan" and path[1] in {"algorithm", "hash", "inspect_by", "strata"}:
            continue  # bound by the plan's leaf, which the ledger proves, not by this file
        if path[0] == "replaced" and path[2] in {"reason", "evidence"}:
            continue  # what people say and show; no arithmetic follows from it
        if not faults(_changed(sound, path)):
            unseen.append(path)
    assert unseen == []


def _leaves(told: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(told, dict):
        return [one for name in told for one in _leaves(told[name], (*path, name))]
    if isinstance(told, list):
        return [one for at, inner in enumerate(told) for one in _leaves(inner, (*path, at))]
    return [path]


def _changed(told: Any, path: tuple[Any, ...]) -> Any:
    changed = copy.deepcopy(told)
    at = changed
    for step in path[:-1]:
        at = at[step]
    was = at[path[-1]]
    if was is None:
        at[path[-1]] = "00" * 32
    else:
        at[path[-1]] = _flip(was) if isinstance(was, str) else was + 1
    return changed


@pytest.mark.parametrize("length", [0, 1, 55, 56, 63, 64, 65, 119, 120, 1_000])
def test_its_own_sm3_is_the_national_standard(length: int) -> None:
    """没有 SM3 的 Python 也算得对（GB/T 32905）。"""
    data = bytes(number % 251 for number in range(length))
    assert replay.sm3(data) == hashlib.new("sm3", data).digest()
    assert replay.sm3(b"abc").hex() == (
        "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    )


def test_it_needs_nothing_but_python() -> None:
    """一个文件，只用标准库；语法是 Python 3.8 的。"""
    tree = ast.parse(SCRIPT.read_text(encoding="utf-8"), feature_version=(3, 8))
    named = {
        name.split(".")[0]
        for node in ast.walk(tree)
        for name in (
            [one.name for one in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert named <= sys.stdlib_module_names


def _run(*argv: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", str(SCRIPT), *argv]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_at_the_command_line(tmp_path: Path) -> None:
    """公众照说明运行：相符为 0，读不了为 1，没有名单为 2，不符为 3 并写明是哪一步。"""
    told = published(1)
    path = tmp_path / "draw.json"
    path.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    assert (_run(str(path)).returncode, "全部相符" in _run(str(path)).stdout) == (0, True)
    told["seed"] = _flip(told["seed"])
    path.write_text(json.dumps(told), encoding="utf-8")
    found = _run(str(path))
    assert (found.returncode, "✗ 种子" in found.stdout) == (3, True)
    report = json.loads(_run("--json", str(path)).stdout)
    assert [one["step"] for one in report if not one["agrees"]] == ["种子 seed"]
    path.write_text(json.dumps(told | {"objects": []}), encoding="utf-8")
    assert _run(str(path)).returncode == 2
    path.write_text("{", encoding="utf-8")
    assert _run(str(path)).returncode == 1
    assert _run(str(tmp_path / "none")).returncode == 1


@pytest.mark.parametrize(
    ("place", "value"),
    [("seed", "AB" * 32), ("plan", {}), ("objects", [{}]), ("chosen", "x"), ("format", "v2")],
)
def test_a_file_of_another_shape_is_not_guessed_at(place: str, value: object) -> None:
    """格式不合、多一项、少一项、一个名字写两次：不算，也不猜。"""
    told = published(1)
    with pytest.raises(replay.Malformed, match=place):
        replay.read(json.dumps(told | {place: value}))
    with pytest.raises(replay.Malformed, match="extra"):
        replay.read(json.dumps(told | {"extra": 1}))
    with pytest.raises(replay.Malformed, match=place):
        replay.read(json.dumps({name: one for name, one in told.items() if name != place}))
    with pytest.raises(replay.Malformed):
        replay.read('{"seed": 1, "seed": 2}')


def test_a_plan_that_has_not_drawn_has_no_package() -> None:
    """没有抽取的计划没有卷宗。"""
    with pytest.raises(package.NotDrawn):
        package.read("000001", plan_events(2)[:-2])


def test_a_sealed_draw_has_no_package_before_its_share_is_opened() -> None:
    """封存份额开启之前没有卷宗；开启之后份额在卷宗里，改一位就不符。"""
    events = plan_events(3)
    with pytest.raises(package.Unopened):
        package.read("000001", events[:-1])
    told = published(3)
    assert told["sealed_share"] == "04" * 32
    assert package.read("000001", events).draw_input()["sealed_share"] == "04" * 32
    told["sealed_share"] = "05" * 32
    assert {"share", "seed"} <= set(faults(told))
