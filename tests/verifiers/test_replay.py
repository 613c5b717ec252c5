"""两份实现：照协议的文字另写的 replay.py，与我们的领域代码，逐件相符；改一处就说出是哪一步。"""

import ast
import copy
import hashlib
import importlib.util
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest

from domain import sampling
from runtime.draws import package
from runtime.draws.package import Stage
from tests.verifiers.random_plans import PLANS, followed, published, readable, written

SCRIPT: Final = Path(__file__).parents[2] / "verifiers" / "replay.py"


def _loaded() -> Any:
    spec = importlib.util.spec_from_file_location("replay", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


replay = _loaded()


def faults(told: Any) -> list[str]:
    """不符的各步。"""
    return [name.split()[-1] for name, fault in replay.verify(told) if fault]


def test_two_implementations_agree_on_a_thousand_random_plans() -> None:
    """一千份随机的计划：种子、抽签号、抽中的、配对、配不上的，两份实现逐字相同（trust.md D）。"""
    short = vacant = unpaired = redrawn = alone = passed = recused = changed = 0
    for number in range(PLANS):
        told = replay.read(written(number))
        assert replay.verify(told) == [(name, "") for name, _ in replay.STEPS], number
        short += bool(told["unmatched"])
        recused += "recusals" in told
        changed += "reclassified" in told
        vacant += any(one["substitute"] is None for one in told["replaced"])
        unpaired += any(one["substitute"] and not one["inspectors"] for one in told["replaced"])
        redrawn += bool(told["redrawn"])
        alone += any(one["inspectors"] is None for one in told["redrawn"])
        passed += any(one["passed_over"] and one["inspectors"] for one in told["redrawn"])
    assert 0 < recused < PLANS
    assert 0 < changed < PLANS
    assert redrawn > alone > 0  # nobody left to take over
    assert passed > 0  # somebody in line could not go
    assert 0 < short < PLANS  # both kinds occur
    assert vacant > 0  # a stratum ran out
    assert unpaired > 0  # nobody left to send


def test_before_the_visits_the_pairs_are_only_committed_to() -> None:
    """抽取阶段：名字、名单、结果都没有，其余照核；承诺与结果阶段的逐字相同，检查之后打开。"""
    seen = 0
    for number in range(0, PLANS, 7):
        first = replay.read(written(number, Stage.DRAW))
        last = published(number)
        assert replay.verify(first) == [(name, "") for name, _ in replay.STEPS], number
        assert first["inspectors"] is first["results"] is None
        assert all(
            one["inspectors"] is None
            for one in (*first["pairs"], *first["replaced"], *first["redrawn"])
        )
        for part in ("pairs", "replaced", "redrawn"):
            early, late = ([one["commitment"] for one in told[part]] for told in (first, last))
            assert early == late
            seen += sum(one is not None for one in early)
        opened = {"stage", "inspectors", "results", "pairs", "replaced", "redrawn", "recusals"}
        told = {*last, *first} - opened
        assert all(first[name] == last[name] for name in told)
    assert seen > 20


Harm = Callable[[dict[str, Any]], object]


def _flip(text: str) -> str:
    return text[:-1] + ("0" if text[-1] != "0" else "1")


def _share(told: dict[str, Any]) -> None:
    one = next(one for one in told["reveals"] if one["share"])
    one["share"] = _flip(one["share"])


def _another_pair(told: dict[str, Any]) -> None:
    told["pairs"][0]["commitment"] = _flip(told["pairs"][0]["commitment"])


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
    "a_left_out_one_is_listed": (
        lambda told: told["left_out"].append(
            {"subject": told["objects"][0]["subject"], "observed": []}
        ),
        "out",
    ),
    "the_title_is_another": (lambda told: told["plan"].update(title="另一次"), "plan"),
    "the_deadline_is_another": (
        lambda told: told["plan"].update(inspect_by="2026-03-30"),
        "plan",
    ),
    "the_ledger_holds_another": (
        lambda told: told["plan_leaf"].update(value=_flip(told["plan_leaf"]["value"])),
        "plan",
    ),
    "a_threshold_is_another": (
        lambda told: told["thresholds"][0].update(listed=99),
        "thresholds",
    ),
    "a_pair_was_committed_to_otherwise": (_another_pair, "pairs"),
    "a_result_is_dropped": (lambda told: told["results"].pop(), "results"),
    "a_result_of_another_code_set": (
        lambda told: told["code_set"].update(code_set="v7"),
        "results",
    ),
    "nothing_found_and_something_found": (
        lambda told: [
            one.update(codes=["NO_PROBLEM", "PROBLEM_PENDING"])
            for one in told["results"]
            if one["codes"]
        ],
        "results",
    ),
    "an_excluded_one_is_inspected": (
        lambda told: next(one for one in told["results"] if one["status"] == "EXCLUDED").update(
            status="PENDING"
        ),
        "results",
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
    "a_friend_takes_over": (
        lambda told: told["redrawn"][0].update(inspectors=["P-8", "P-7"]),
        "replaced",
    ),
    "one_who_was_not_sent_is_taken_off": (
        lambda told: told["redrawn"][0].update(outgoing="P-99"),
        "replaced",
    ),
    "the_next_in_line_is_passed_over": (
        lambda told: told["redrawn"][0]["passed_over"].append("P-99"),
        "replaced",
    ),
    "one_is_taken_off_twice": (
        lambda told: told["redrawn"].insert(1, told["redrawn"][0]),
        "replaced",
    ),
    "a_change_came_before_the_draw": (
        lambda told: told["redrawn"][0].update(after=9),
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
        for one in range(5 * PLANS)
        if (told := published(one))["pairs"]
        and len(told["chosen"]) > 2
        and told["unmatched"]
        and told["replaced"]
        and told["replaced"][0]["substitute"]
        and told["redrawn"]
        and told["plan"]["campaign"] == "UNDIRECTED"
        and any(one["codes"] for one in told["results"])
    )
    told = published(number)
    harm(told)
    assert step in faults(told)


# What no arithmetic can bind: how big the ledger was (its proofs say so), and what people say and show.
# The changes of class are information; that there are recusals (not which) only the ledger says.
TOLD: Final = {("as_of_size",), ("left_out",), ("reclassified",), ("recusals",)} | {
    ("replaced", name) for name in ("reason", "evidence")
} | {("redrawn", name) for name in ("cause", "after")} | {("results", name) for name in ("status", "codes", "performed_on")} | {("code_set",)}  # fmt: skip
# Before the visits: the list of inspectors and the commitments are opened later, and nobody yet has a result
# that would show who was excluded.
HIDDEN: Final = {
    ("inspector_count",),
    ("inspector_root",),
    ("pairs", "commitment"),
    ("replaced",),
    ("redrawn",),
}


def _bound(path: tuple[Any, ...], free: set[tuple[str, ...]]) -> bool:
    names = tuple(one for one in path if isinstance(one, str))
    return not any(names[: len(one)] == one for one in free)


def _sealed_number() -> int:
    """A plan in which everything occurs: a sealed share, everybody revealed, a replacement."""
    return next(
        one
        for one in range(5 * PLANS)
        if (told := published(one))["pairs"]
        and told["sealed_share"]
        and told["replaced"]
        and told["redrawn"]
        and all(one["inspectors"] for one in told["redrawn"])
        and all(said["share"] for said in told["reveals"])  # else its commitment opens nothing
    )


@pytest.mark.parametrize(("stage", "free"), [(Stage.RESULTS, TOLD), (Stage.DRAW, TOLD | HIDDEN)])
def test_no_single_change_goes_unseen(stage: Stage, free: set[tuple[str, ...]]) -> None:
    """逐处改一个十六进制位、一个名字、一个数：没有一处改了还全部相符（人所说的几项除外）。"""
    sound = published(_sealed_number(), stage)
    unseen = [
        path
        for path in _leaves(sound)
        if _bound(path, free) and _verified(json.dumps(_changed(sound, path)))
    ]
    assert unseen == []


def _verified(text: str) -> bool:
    """The program reads it and finds no step that differs."""
    try:
        return not faults(replay.read(text))
    except replay.Malformed:
        return False


EDITS: Final = 2_500


def test_no_random_edit_goes_unseen() -> None:
    """两千五百次随机的改动（改字节、删、插、换、重复、改值、删项、对调）：凡内容变了的，没有一次全部相符，也没有一次出错停下。"""
    chance = Random(17)  # noqa: S311 - the same edits in every run
    numbers = [one for one in range(60) if published(one)["pairs"]][:20]
    changed = refused = 0
    for at in range(EDITS):
        stage = chance.choice((Stage.RESULTS, Stage.DRAW))
        number = numbers[at % len(numbers)]
        sound = published(number, stage)
        text = _edited(chance, number, stage)
        try:
            told = replay.read(text)
        except replay.Malformed:
            refused += 1
            continue
        # which of two was excluded first, where no substitute followed, is what people say; so is
        # which of a team fell out, where nobody could follow
        said = {("replaced", "excluded"), ("redrawn", "outgoing")}
        free = TOLD | (HIDDEN if stage is Stage.DRAW else said)
        if _essence(told, free) == _essence(sound, free):
            continue
        changed += 1
        assert faults(told), (number, stage, at)
    assert changed > EDITS // 4
    assert refused > EDITS // 4


def _essence(told: Any, free: set[tuple[str, ...]]) -> Any:
    """What is bound, with its place.

    The commitment of an office that revealed nothing opens nothing; where nobody is left to send, which of the two
    was taken off leaves no trace.
    """
    silent = {one["office"] for one in told["reveals"] if one["share"] is None}
    promised = [one for one in told["commitments"] if one["office"] not in silent]
    bound = told | {
        "commitments": [[one["office"] for one in told["commitments"]], promised],
        "replaced": sorted(told["replaced"], key=lambda one: json.dumps(one["substitute"])),
        "redrawn": [
            one if one["inspectors"] else one | {"outgoing": None} for one in told["redrawn"]
        ],
    }
    return {(path, json.dumps(_at(bound, path))) for path in _leaves(bound) if _bound(path, free)}


def _at(told: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        told = told[step]
    return told


def _edited(chance: Random, number: int, stage: Stage) -> str:
    text = written(number, stage)
    if chance.random() < 0.5:
        return _text_edit(chance, text)
    told = published(number, stage)
    path = chance.choice(_leaves(told))
    *way, last = path[: chance.randint(1, len(path))]
    holder = _at(told, tuple(way))
    match chance.randrange(4):
        case 0:
            told = _changed(told, path)
        case 1:
            holder.pop(last)
        case 2 if isinstance(holder, list):
            other = chance.randrange(len(holder))
            holder[last], holder[other] = holder[other], holder[last]
        case 2:
            other = chance.choice(list(holder))
            holder[last], holder[other] = holder[other], holder[last]
        case _ if isinstance(holder, list):
            holder.insert(chance.randrange(len(holder) + 1), holder[last])
        case _:
            holder[last] = chance.choice((None, [], {}, "", 0, "00" * 32, True))
    return json.dumps(told, ensure_ascii=False)


def _text_edit(chance: Random, text: str) -> str:
    at = chance.randrange(len(text))
    until = min(len(text), at + chance.choice((1, 1, 1, 8, 64)))
    piece = text[at:until]
    match chance.randrange(4):
        case 0:
            piece = "".join(chance.choice('0123456789abcdef",:{}[] 企-') for _ in piece)
        case 1:
            piece = ""
        case 2:
            piece += piece
        case _:
            piece = piece[::-1]
    return text[:at] + piece + text[until:]


def _leaves(told: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(told, dict) and told:
        return [one for name in told for one in _leaves(told[name], (*path, name))]
    if isinstance(told, list) and told:
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
    elif isinstance(was, str):
        at[path[-1]] = _flip(was or "0")
    else:
        at[path[-1]] = ["00"] if was == [] else was + 1
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
        readable(2, less=2)


def test_a_sealed_draw_has_no_package_before_its_share_is_opened() -> None:
    """封存份额开启之前没有卷宗；开启之后份额在卷宗里，改一位就不符。"""
    with pytest.raises(package.Unopened):
        readable(3, less=1)
    told = published(3)
    assert told["sealed_share"] == "04" * 32
    assert readable(3).draw_input()["sealed_share"] == "04" * 32
    told["sealed_share"] = "05" * 32
    assert {"share", "seed"} <= set(faults(told))


def test_a_joint_draw_is_replayed_from_its_own_file() -> None:
    """一百份联合抽查，两个阶段：跟随的卷宗自己就够复算；种子即牵头的，两份名单上都有的抽签号相同。"""
    shared = 0
    for number in range(100):
        drawn = followed(number)
        assert drawn.lead is not None
        for stage in Stage:
            told = replay.read(json.dumps(drawn.audit(stage), ensure_ascii=False))
            assert replay.verify(told) == [(name, "") for name, _ in replay.STEPS], number
        assert sampling.compute(drawn.draw_input())["seed"] == drawn.lead.state.result.seed
        tickets = {one.subject: one.ticket for one in drawn.lead.state.result.drawn}
        both = [one for one in drawn.state.result.drawn if one.subject in tickets]
        assert all(tickets[one.subject] == one.ticket for one in both)
        shared += len(both)
    assert shared > 0


def test_a_follower_cannot_pick_its_lead() -> None:
    """换一份牵头的、自己另封存一份、说不出牵头的、两份种子的来历不同：都看得出来。"""
    sound = followed(1).audit()
    own = sound["plan_leaf"], sound["plan_leaf_hash"]
    harms: tuple[Harm, ...] = (
        lambda told: told["lead"].update(plan_no="000009"),
        lambda told: told["plan"].update(seed_plan_no="000009"),
        lambda told: told["plan"].update(sealed_share_commitment="00" * 32),
        lambda told: told.update(lead=None),
        lambda told: told["plan"].update(public_source="别的号码"),
        lambda told: told["lead"].update(plan_leaf_hash=_flip(told["lead"]["plan_leaf_hash"])),
        lambda told: (
            told["lead"].update(plan_no="000002", plan_leaf=own[0], plan_leaf_hash=own[1]),
            told["plan"].update(seed_plan_no="000002"),
        ),
    )
    for at, harm in enumerate(harms):
        told = json.loads(json.dumps(sound))
        harm(told)
        assert "lead" in faults(told), at


def test_no_single_change_of_a_joint_draw_goes_unseen() -> None:
    """联合抽查的卷宗逐处改一处：没有一处改了还全部相符。"""
    number = next(
        one
        for one in range(1, PLANS, 4)
        if (told := followed(one).audit())["pairs"]
        and told["sealed_share"]
        and all(said["share"] for said in told["reveals"])
    )
    sound, free = followed(number).audit(), set[tuple[str, ...]](TOLD)
    unseen = [
        path
        for path in _leaves(sound)
        if _bound(path, free) and _verified(json.dumps(_changed(sound, path)))
    ]
    assert unseen == []


def test_the_recusals_are_of_the_list_and_their_root_is_told() -> None:
    """回避名单改一项、少一项、树根不符、那一户没有写明的，都说是这一步。"""
    number = next(one for one in range(PLANS) if "recusals" in published(one))
    harms: list[Harm] = [
        lambda told: told["recusals"]["listed"].pop(),
        lambda told: told["recusals"].update(root="0" * 64),
        lambda told: told["recusals"].update(listed=None),
        lambda told: told["recusals"]["listed"][0].update(inspector="P-77"),
    ]
    for harm in harms:
        told = copy.deepcopy(published(number))
        harm(told)
        assert "recusals" in faults(told)
    early = replay.read(written(number, Stage.DRAW))
    assert early["recusals"]["listed"] is None
    early["recusals"]["listed"] = []
    assert "recusals" in faults(early)
