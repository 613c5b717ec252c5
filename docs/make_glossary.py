"""由 docs/glossary.toml 生成 docs/glossary.md：``python docs/make_glossary.py``。

A test compares the two, so the page cannot fall behind.
"""
# ruff: noqa: INP001  (a script beside its page, not a package)

import tomllib
from pathlib import Path
from typing import Final

DOCS: Final = Path(__file__).parent
HEADINGS: Final = {"event": "事件", "role": "角色", "term": "用语"}
HEAD: Final = """\
# 词汇表

由 `docs/glossary.toml` 生成（`python docs/make_glossary.py`），请改前者。一个中文术语只对一个英文词；
撤销、撤回、注销、吊销是四种法律行为，也是四种事件。
"""


def page(source: str) -> str:
    """生成的页面全文。``source`` is the text of glossary.toml."""
    terms: list[dict[str, str]] = tomllib.loads(source)["term"]
    parts = [HEAD]
    for kind, heading in HEADINGS.items():
        rows = [
            f"| {term['chinese']} | `{term['identifier']}` | {term['english']} "
            f"| {term.get('note', '')} |"
            for term in terms
            if term["kind"] == kind
        ]
        parts.append("\n".join([f"## {heading}", "", "| 中文 | 标识 | English | 说明 |"]))
        parts.append("\n".join(["|---|---|---|---|", *rows, ""]))
    return "\n".join(parts)


if __name__ == "__main__":
    text = page((DOCS / "glossary.toml").read_text(encoding="utf-8"))
    (DOCS / "glossary.md").write_text(text, encoding="utf-8")
