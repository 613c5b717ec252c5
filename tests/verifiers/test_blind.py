"""盲查练习：十二处，只凭证据包、公钥和 verify.py，一处不漏，干净的一件不冤。"""

import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any, Final

import pytest

from tests.verifiers.blind import exercise, town
from tests.verifiers.tampering import SCRIPT, files_of

FOLDER: Final = Path(__file__).parents[2] / "docs" / "blind"
ANSWERS: Final = tomllib.loads((FOLDER / "answers.toml").read_text("utf-8"))["abuse"]


def report(name: str) -> tuple[int, dict[str, Any]]:
    """检查人员照练习的说明核验一份。"""
    words = [name, "--policy", "policy.txt", "--last", "last-checkpoint", "--json"]
    command = [sys.executable, "-I", str(SCRIPT), *words]
    done = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, check=False)
    return done.returncode, json.loads(done.stdout)


def test_there_are_twelve() -> None:
    """十二处，每处写明在哪一份、怎样看出。"""
    assert [one["number"] for one in ANSWERS] == list(range(1, 13))


@pytest.mark.parametrize("abuse", ANSWERS, ids=lambda one: str(one["number"]))
def test_each_is_found(abuse: dict[str, Any]) -> None:
    """这一处看得出，说得出是哪一件。"""
    code, told = report(abuse["file"])
    if "suspicion" in abuse:
        found = [one["what"] for one in told["suspicions"] if one["kind"] == abuse["suspicion"]]
        assert code == 0
    else:
        found = [one["found"] for one in told["checks"] if one["result"] == "failed"]
        assert code == 3
        assert told["checks"][abuse["check"] - 1]["result"] == "failed"
    assert any(abuse["says"] in one for one in found), found


def test_nothing_else_is_suspected() -> None:
    """干净的办件、检查一件也不冤。"""
    _, told = report("A.zip")
    expected = {one["suspicion"] for one in ANSWERS if "suspicion" in one}
    assert {one["kind"] for one in told["suspicions"]} == expected
    assert len(told["suspicions"]) == len(expected)


def test_the_shipped_files_are_those_of_the_generator() -> None:
    """随附的各个文件由同一段程序写出，内容逐个相同。"""
    for name, data in exercise():
        shipped = (FOLDER / name).read_bytes()
        if name.endswith(".zip"):
            assert files_of(shipped) == files_of(data)
        else:
            assert shipped == data
    assert len(town()) > 60
