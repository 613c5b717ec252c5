"""复算公开的抽取：照公布的输入算出公布的结果；一处不合格式就说明是哪一处，不猜。"""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from runtime import cli
from runtime.commands import draw
from runtime.exits import Exit, Stop
from runtime.messages import say

VECTORS = Path(__file__).parents[3].parent / "shared" / "data" / "draw"
INPUT: dict[str, Any] = {
    "hash": "sha256",
    "plan_leaf_hash": "11" * 32,
    "reveals": ["01" * 32, None, "03" * 32],
    "public_value": "双色球 2026089：03.07.11.19.25.30+08",
    "sealed_share": "",
    "strata": [
        {"name": "A", "objects": ["甲-1", "甲-2", "甲-3"], "ratio_bp": 3000, "floor": 1},
        {"name": "B", "objects": [], "ratio_bp": 10_000, "floor": 5},
    ],
}
Compute = Callable[[object], int]


@pytest.fixture
def compute(tmp_path: Path) -> Compute:
    """把它写成文件，照公众的办法复算。"""

    def run(told: object) -> int:
        path = tmp_path / "draw.json"
        path.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
        return draw.run(cli.parse(["draw", "compute", str(path)]), None)

    return run


@pytest.mark.parametrize("name", ["sha256", "sm3"])
def test_an_open_vector_is_printed_letter_for_letter(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """由独立实现算出的向量：印出的与公布的结果逐字相同。"""
    path = VECTORS / f"open-1-{name}.json"
    if not path.exists():
        pytest.skip("the open draw vectors (../shared/data/draw) are not on this machine")
    assert draw.run(cli.parse(["draw", "compute", str(path)]), None) == Exit.DONE
    told, published = capsys.readouterr(), json.loads(path.read_text(encoding="utf-8"))
    assert told.out == json.dumps(published["expected"], ensure_ascii=False, indent=1) + "\n"
    assert "相符" in told.err


def test_the_input_alone_is_enough(compute: Compute, capsys: pytest.CaptureFixture[str]) -> None:
    """只有输入也算；不抽的层写明为零；什么也不与之比，也就不说相符。"""
    assert compute(INPUT) == Exit.DONE
    told = capsys.readouterr()
    assert [one["size"] for one in json.loads(told.out)["strata"]] == [1, 0]
    assert told.err == ""


def test_a_published_result_that_is_another_one_is_named(
    compute: Compute, capsys: pytest.CaptureFixture[str]
) -> None:
    """公布的结果改过一处：以 3 退出，并说出头一处在哪里。"""
    compute(INPUT)
    expected = json.loads(capsys.readouterr().out)
    assert compute({"input": INPUT, "expected": expected}) == Exit.DONE
    expected["strata"][0]["chosen"][0]["object"] = "甲-9"
    assert compute({"input": INPUT, "expected": expected}) == Exit.INTEGRITY
    assert "strata[0].chosen[0].object" in capsys.readouterr().err
    assert compute({"input": INPUT, "expected": []}) == Exit.INTEGRITY
    assert "整份文件" in capsys.readouterr().err


def at(*path: str | int, value: object) -> Callable[[Any], None]:
    """把所指之处写成这个值。"""

    def write(told: Any) -> None:
        *way, last = path
        for step in way:
            told = told[step]
        told[last] = value

    return write


def without(name: str) -> Callable[[Any], None]:
    """少了一项。"""
    return lambda told: told.pop(name)


@pytest.mark.parametrize(
    ("where", "harm"),
    [
        ("hash", at("hash", value="md5")),
        ("hash", at("hash", value="SHA256")),
        ("hash", at("hash", value=["sha256"])),
        ("plan_leaf_hash", at("plan_leaf_hash", value="AB" * 32)),
        ("plan_leaf_hash", at("plan_leaf_hash", value="11" * 31)),
        ("plan_leaf_hash", at("plan_leaf_hash", value="11" * 32 + "\n")),
        ("plan_leaf_hash", without("plan_leaf_hash")),
        ("reveals", at("reveals", value=["01" * 32, "02" * 32])),
        ("reveals", at("reveals", value="01" * 32)),
        ("reveals[1]", at("reveals", 1, value="")),
        ("public_value", at("public_value", value="")),
        ("public_value", at("public_value", value=3)),
        ("sealed_share", at("sealed_share", value="00")),
        ("sealed_share", at("sealed_share", value=None)),
        ("strata", at("strata", value=[])),
        ("strata", at("strata", value={})),
        ("strata[1]", at("strata", 1, value="A")),
        ("strata[1].name", at("strata", 1, "name", value="A")),
        ("strata[0].ratio_bp", at("strata", 0, "ratio_bp", value=10_001)),
        ("strata[0].ratio_bp", at("strata", 0, "ratio_bp", value=-1)),
        ("strata[0].ratio_bp", at("strata", 0, "ratio_bp", value=3000.0)),
        ("strata[0].floor", at("strata", 0, "floor", value=True)),
        ("strata[0].share", at("strata", 0, "share", value=1)),
        ("strata[0].objects", at("strata", 0, "objects", value="甲-1")),
        ("strata[0].objects[2]", at("strata", 0, "objects", 2, value="甲-1")),
        ("strata[1].objects[0]", at("strata", 1, "objects", value=["甲-1"])),
        ("strata[0].objects[0]", at("strata", 0, "objects", 0, value="")),
        ("strata[0].objects[0]", at("strata", 0, "objects", 0, value="\ud800")),
        ("seed", at("seed", value="11" * 32)),
    ],
)
def test_a_wrong_place_is_named(
    where: str,
    harm: Callable[[Any], None],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """格式不合：说出哪一处、为什么，什么也不算。"""
    told = copy.deepcopy(INPUT)
    harm(told)
    path = tmp_path / "draw.json"
    path.write_text(json.dumps(told), encoding="utf-8")
    with pytest.raises(Stop) as stop:
        draw.run(cli.parse(["draw", "compute", str(path)]), None)
    assert (stop.value.exit_code, stop.value.code) == (Exit.USAGE, "draw.input_wrong")
    assert stop.value.facts["where"] == where
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    "content",
    [b"", b"[1", b"\xff\xfe\xff", b'{"hash": "sha256", "hash": "sm3"}', b"[" * 100_000],
    ids=["empty", "cut", "not_text", "said_twice", "deep"],
)
def test_what_is_no_json_is_said_to_be_none(content: bytes, tmp_path: Path) -> None:
    """读不成 JSON 的、同一个名字写了两次的，都不猜。"""
    path = tmp_path / "draw.json"
    path.write_bytes(content)
    with pytest.raises(Stop) as stop:
        draw.run(cli.parse(["draw", "compute", str(path)]), None)
    assert (stop.value.exit_code, stop.value.code) == (Exit.USAGE, "draw.input_unreadable")


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    """没有这份文件。"""
    with pytest.raises(Stop) as stop:
        draw.run(cli.parse(["draw", "compute", str(tmp_path / "none.json")]), None)
    assert stop.value.code == "draw.input_unreadable"
    assert stop.value.facts["why"] == say("draw.why.no_file")


def test_what_is_not_an_object_is_the_whole_file_wrong(compute: Compute) -> None:
    """文件里是一列，不是一份输入。"""
    with pytest.raises(Stop) as stop:
        compute([INPUT])
    assert stop.value.facts["where"] == "整份文件"
