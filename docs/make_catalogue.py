"""由 runtime/catalogue/fields.py 生成 docs/catalogue.md 里的各表：``python -m docs.make_catalogue``。

A test compares the two, so that the page tells every field as it is read.
"""
# ruff: noqa: INP001  (a script beside its page, not a package)

from pathlib import Path
from typing import Final

from runtime.catalogue.fields import TABLES, Field, Shape, Table
from runtime.catalogue.rows import word
from runtime.messages import tables

PAGE: Final = Path(__file__).parent / "catalogue.md"
BEGIN: Final = "<!-- fields -->"
END: Final = "<!-- /fields -->"
HEAD: Final = "| TOML | XLSX 标题 | 写法 | 不写时 |\n|---|---|---|---|\n"
SHAPES: Final = {
    Shape.TEXT: "文字",
    Shape.TEXTS: "若干条文字",
    Shape.NATURAL: "整数",
    Shape.YES: "是否",
    Shape.DAY: "日期",
    Shape.CHOICE: "代码",
    Shape.CHOICES: "若干个代码",
}


def reference() -> str:
    """各表各项，不含首尾的记号。"""
    return "\n".join(_table(one) for one in TABLES.values())


def page(text: str) -> str:
    """换上新表的全文。Raises ValueError unless it holds both marks, once each."""
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n\n{reference()}\n{END}{after}"


def _table(table: Table) -> str:
    words = tables()["catalogue_field"]
    title = f"### `{table.name}` {tables()['catalogue_table'][table.name]}\n\n"
    rows = "".join(
        f"| `{one.name}` | {words[one.name]} | {_shape(one)} | {_usual(one)} |\n"
        for one in table.fields
    )
    return title + HEAD + rows


def _shape(one: Field) -> str:
    members = "、".join(f"`{member.value}` {word(member)}" for member in one.of or ())
    return f"{SHAPES[one.shape]}：{members}" if members else SHAPES[one.shape]


def _usual(one: Field) -> str:
    match one.default:
        case _ if one.is_needed:
            return "必须写"
        case None | ():
            return "可无"
        case bool():
            return "是" if one.default else "否"
        case value:
            return f"`{value}`"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
