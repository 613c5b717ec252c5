"""README 说的都有测试核对：保证、命令、链接。"""

import ast
import re
import runpy
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from runtime.cli import parse, visible
from runtime.messages import find
from tests.architecture.source import ROOT, cases_in, committed, name_of, sources

README: Final = (ROOT / "README.md").read_text(encoding="utf-8")
SCRIPT: Final = runpy.run_path(str(ROOT / "docs/make_guarantees.py"))
SOURCE: Final = (ROOT / "docs/guarantees.toml").read_text(encoding="utf-8")
GUARANTEES: Final[list[dict[str, Any]]] = SCRIPT["guarantees"](SOURCE)
FENCE: Final = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK: Final = re.compile(r"\]\(([^)\s]+)\)")


def commands(text: str) -> list[list[str]]:
    """代码块里的每条 ./shenguan 命令，注释不算。"""
    lines = [line for block in FENCE.findall(text) for line in block.splitlines()]
    return [shlex.split(line, comments=True)[1:] for line in lines if line.startswith("./shenguan")]


def test_the_table_of_guarantees_is_generated() -> None:
    """README 的保证表与 docs/guarantees.toml 一致；改了须重新生成。"""
    page: Callable[[str, str], str] = SCRIPT["page"]
    assert page(README, SOURCE) == README


def test_every_guarantee_says_what_it_is_worth() -> None:
    """十二条保证，一条不少；每条都有话说、有测试、有限度。"""
    assert [one["id"] for one in GUARANTEES] == [f"G{n}" for n in range(1, 13)]
    assert all(one["promise"] and one["limit"] and one["tests"] for one in GUARANTEES)


@pytest.mark.parametrize("guarantee", GUARANTEES, ids=lambda one: str(one["id"]))
def test_tests_that_prove_a_guarantee_exist(guarantee: dict[str, Any]) -> None:
    """保证所指的测试真有其物，且不是可以跳过的。"""
    known = {
        f"{name_of(path)}::{test.name}": [ast.unparse(mark) for mark in test.decorator_list]
        for path in sources("tests")
        for test in cases_in(path)
    }
    assert [test for test in guarantee["tests"] if test not in known] == []
    marks = [mark for test in guarantee["tests"] for mark in known[test]]
    assert not any(mark.startswith(("pytest.mark.skip", "pytest.mark.xfail")) for mark in marks)


def test_the_readme_shows_commands_that_parse() -> None:
    """README 里的每条命令照抄即可运行：有此命令，有此选项。"""
    shown = [argv for argv in commands(README) if "--help" not in argv]
    assert len(shown) >= 6
    for argv in shown:
        arguments = parse(argv)
        assert arguments.command in visible()
        if arguments.command == "explain":
            assert find("error", arguments.code) or find("refusal", arguments.code)


def test_commands_named_in_passing_exist() -> None:
    """文中提到的 ./shenguan 命令都在命令表里。"""
    texts = [path.read_text(encoding="utf-8") for path in _pages()]
    named = {name for text in texts for name in re.findall(r"\./shenguan ([a-z]+)", text)}
    assert named
    assert named <= {*visible(), "role"}


def _pages() -> list[Path]:
    return [path for path in committed() if path.suffix == ".md"]


def test_links_lead_somewhere() -> None:
    """文档里的每个相对链接都通。"""
    broken = [
        (name_of(page), target)
        for page in _pages()
        for target in LINK.findall(page.read_text(encoding="utf-8"))
        if "://" not in target
        and not target.startswith("#")
        and not (page.parent / target.partition("#")[0]).exists()
    ]
    assert broken == []


def test_no_page_has_a_blank_left_to_fill() -> None:
    """没有留着待填的空格。"""
    assert [name_of(page) for page in _pages() if re.search(r"@[A-Z]+@", page.read_text())] == []
