"""规则与陷阱的对照：二十五条各有带编号的测试，小陷阱各有测试，页面与实际相符。"""

import re
import runpy
import tomllib
from typing import Any, Final

from tests.architecture.source import ROOT, cases_in, name_of, sources

SCRIPT: Final = runpy.run_path(str(ROOT / "docs/make_rules.py"))
TABLE: Final[dict[str, Any]] = tomllib.loads((ROOT / "docs/rules.toml").read_text("utf-8"))
RULES: Final = 25


def test_the_page_is_up_to_date() -> None:
    """页面与表、与测试文件一致；改后须重新生成。"""
    page = (ROOT / "docs/rules.md").read_text(encoding="utf-8")
    assert page == SCRIPT["page"](TABLE)


def test_every_rule_has_a_test_or_says_what_it_waits_for() -> None:
    """二十五条一条不少；没有测试的，写明等着哪个文件。"""
    assert list(TABLE["rule"]) == [str(number) for number in range(1, RULES + 1)]
    bare = [
        number
        for number in TABLE["rule"]
        if not SCRIPT["files_of"](number) and not SCRIPT["absent"](TABLE, number)
    ]
    assert bare == []


def test_a_rule_test_carries_its_number_and_says_it() -> None:
    """文件名里的编号，文件自己的说明里也写着；编号都在表上。"""
    wrong = []
    for path in sorted((ROOT / "tests/rules").glob("test_rule_*.py")):
        number = str(int(path.name.split("_")[2]))
        said = re.match(r"规则 (\d+)", SCRIPT["told"](path))
        if number not in TABLE["rule"] or said is None or said[1] != number:
            wrong.append(path.name)
    assert wrong == []


def test_every_test_of_a_trap_exists() -> None:
    """表上写的每项测试确有其名；还没有到的只写文件。"""
    there = {
        f"{name_of(path)}::{case.name}" for path in sources("tests") for case in cases_in(path)
    }
    named = [one for trap in TABLE["trap"] for one in trap.get("tests", ())]
    assert set(named) <= there
    assert all(bool(trap.get("tests")) != bool(trap.get("file")) for trap in TABLE["trap"])
