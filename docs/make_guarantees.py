"""由 docs/guarantees.toml 生成 README 里的保证表：``python docs/make_guarantees.py``。

A test compares the two, so the README cannot promise what no test proves.
"""
# ruff: noqa: INP001  (a script beside its page, not a package)

import tomllib
from pathlib import Path
from typing import Final, TypedDict

DOCS: Final = Path(__file__).parent
BEGIN: Final = "<!-- guarantees -->"
END: Final = "<!-- /guarantees -->"
HEAD: Final = """\
| | 保证 | 限度 | 由这些测试证明（`tests/` 下） |
|---|---|---|---|
"""


class Guarantee(TypedDict):
    """一条保证。"""

    id: str
    promise: str
    tests: list[str]
    limit: str


def guarantees(source: str) -> list[Guarantee]:
    """全部保证。``source`` is the text of guarantees.toml."""
    found: list[Guarantee] = tomllib.loads(source)["guarantee"]
    return found


def table(source: str) -> str:
    """保证表，不含首尾的记号。"""
    rows = []
    for one in guarantees(source):
        tests = "<br>".join(f"`{test.removeprefix('tests/')}`" for test in one["tests"])
        rows.append(f"| {one['id']} | {one['promise']} | {one['limit']} | {tests} |\n")
    return HEAD + "".join(rows)


def page(readme: str, source: str) -> str:
    """换上新表的 README 全文。Raises ValueError unless it holds both marks, once each."""
    before, rest = readme.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n{table(source)}{END}{after}"


if __name__ == "__main__":
    readme = DOCS.parent / "README.md"
    text = (DOCS / "guarantees.toml").read_text(encoding="utf-8")
    readme.write_text(page(readme.read_text(encoding="utf-8"), text), encoding="utf-8")
