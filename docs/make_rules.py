"""由 docs/rules.toml 与 tests/rules 生成 docs/rules.md：``python docs/make_rules.py``。

A rule's tests are known by their file names, a trap's are named in the table. A test compares.
"""
# ruff: noqa: INP001  (a script beside its page, not a package)

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

DOCS: Final = Path(__file__).parent
ROOT: Final = DOCS.parent
HEAD: Final = """\
# 二十五条规则与小陷阱

由 `docs/rules.toml` 与 `tests/rules` 生成（`python docs/make_rules.py`）。每条规则以已发生、来办、应记的样子写成测试，
日期都是领域说明第六节的原日期；“还没有”一栏照实写明缺什么。

| 号 | 规则 | 测试 | 还没有 |
|---|---|---|---|
"""
TRAPS: Final = """
| 小陷阱 | 测试 | 还没有 |
|---|---|---|
"""


def files_of(number: str) -> list[Path]:
    """一条规则的各个测试文件。"""
    return sorted((ROOT / "tests/rules").glob(f"test_rule_{int(number):02d}_*.py"))


def told(path: Path) -> str:
    """测试文件自己的说明，第一行。"""
    return (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").split("\n")[0]


def absent(table: dict[str, Any], number: str) -> list[str]:
    """这条规则还没有到的部分。"""
    waiting = (one for one in table["waiting"] if str(one["rule"]) == number)
    return [one["what"] for one in waiting if not (ROOT / one["file"]).exists()]


def tests_of(trap: dict[str, Any]) -> list[str]:
    """看着一个小陷阱的测试；还没有到的没有。"""
    if "file" in trap:
        return [trap["file"]] if (ROOT / trap["file"]).exists() else []
    return list(trap["tests"])


def page(table: dict[str, Any]) -> str:
    """生成的页面全文。"""
    return HEAD + "".join(_rules(table)) + TRAPS + "".join(_traps(table))


def _rules(table: dict[str, Any]) -> Iterator[str]:
    for number, name in table["rule"].items():
        shown = "<br>".join(
            f"`{path.name}` {told(path).partition('：')[2]}" for path in files_of(number)
        )
        yield f"| {number} | {name} | {shown} | {'；'.join(absent(table, number))} |\n"


def _traps(table: dict[str, Any]) -> Iterator[str]:
    for trap in table["trap"]:
        tests = tests_of(trap)
        missing = "" if tests else trap["file"]
        yield f"| {trap['name']} | {'<br>'.join(f'`{one}`' for one in tests)} | {missing} |\n"


if __name__ == "__main__":
    rules = tomllib.loads((DOCS / "rules.toml").read_text(encoding="utf-8"))
    (DOCS / "rules.md").write_text(page(rules), encoding="utf-8")
