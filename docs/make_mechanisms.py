"""由 docs/mechanisms.toml 与 docs/tables.md 生成 docs/mechanisms.md：``python docs/make_mechanisms.py``。

A test compares the two and fails where a mechanism has no row, or a row says nothing.
"""
# ruff: noqa: INP001  (a script beside its page, not a package)

import tomllib
from pathlib import Path
from typing import Any, Final

DOCS: Final = Path(__file__).parent
HEAD: Final = """\
# 机制对照

由 `docs/mechanisms.toml` 与 `docs/tables.md` 生成（`python docs/make_mechanisms.py`），请改前者。编号是五份政策文件里各项机制的
编号；“还没有”一栏照实写明缺什么。

| 号 | 机制 | 事件 | 办理 | 测试 | 在哪里看得见 | 还没有 |
|---|---|---|---|---|---|---|
"""
LISTS: Final = ("events", "acts", "tests")
TEXTS: Final = ("seen", "missing")


def rows(source: str) -> dict[str, dict[str, Any]]:
    """每个编号一行；一个编号写两次是错的。``source`` is the text of mechanisms.toml."""
    told = tomllib.loads(source)
    found: dict[str, dict[str, Any]] = {
        number: {"name": name, **{part: [] for part in (*LISTS, *TEXTS)}}
        for number, name in told["name"].items()
    }
    for one in told.get("mechanism", ()):
        row = found[one["number"]]
        if row["seen"]:
            raise ValueError(f"mechanism {one['number']} is told twice")
        for part in LISTS:
            row[part] += [item for item in one.get(part, ()) if item not in row[part]]
        for part in TEXTS:
            row[part] += [one[part]] if one.get(part) else []
    return found


def page(source: str, tables: str) -> str:
    """生成的页面全文。"""
    lines = []
    for number, row in rows(source).items():
        cells = [
            number,
            row["name"],
            "<br>".join(f"`{name}`" for name in row["events"]),
            "<br>".join(f"`{name}`" for name in row["acts"]),
            "<br>".join(row["tests"]),
            "；".join(row["seen"]),
            "；".join(row["missing"]),
        ]
        lines.append(f"| {' | '.join(cells)} |\n")
    return HEAD + "".join(lines) + "\n" + tables


if __name__ == "__main__":
    text = page(
        (DOCS / "mechanisms.toml").read_text(encoding="utf-8"),
        (DOCS / "tables.md").read_text(encoding="utf-8"),
    )
    (DOCS / "mechanisms.md").write_text(text, encoding="utf-8")
