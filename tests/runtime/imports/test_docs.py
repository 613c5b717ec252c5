"""docs/imports.md 与实际一致：每个对照、每一项、每个理由都写到了。"""

import re
from typing import Final

import pytest

from domain.importing import ImportKind
from runtime.imports.mapping import FIELDS, default_text, parse
from runtime.imports.port import OF_A_ROW
from runtime.messages import ROOT
from tests.architecture.source import calls, sources
from tests.architecture.test_messages import codes

PAGE: Final = (ROOT / "docs" / "imports.md").read_text("utf-8")
ROW: Final = re.compile(r"^\| `([^`]+)` \| `?([^`|]+?)`? \|", re.MULTILINE)


@pytest.mark.parametrize("kind", ImportKind)
def test_every_correspondence_has_its_reason(kind: ImportKind) -> None:
    """随附对照表的每一行，文档里都有，意思相同。"""
    told = set(ROW.findall(PAGE))
    for table in parse(kind, default_text(kind)).values.values():
        assert {(code, meaning or "无") for code, meaning in table.items()} <= told


@pytest.mark.parametrize("kind", ImportKind)
def test_every_field_is_listed_where_it_belongs(kind: ImportKind) -> None:
    """必填的在必填一栏，可无的在可无一栏。"""
    line = re.search(rf"^\| {kind.lower()} \| (.*) \| (.*) \|$", PAGE, re.MULTILINE)
    assert line
    for at, required in ((1, True), (2, False)):
        wanted = {name for name, one in FIELDS[kind].items() if one.required is required}
        assert set(re.findall(r"`(\w+)`", line[at])) == wanted


def test_every_reason_for_refusing_a_row_is_listed() -> None:
    """一行不收的每个理由都列出。"""
    given = {
        code
        for path in sources("runtime")
        for name, call in calls(path)
        if name == "CellRefused"
        for code in (codes(call.args[0]) if call.args else ())
    }
    assert len(given) > 8, "the search finds nothing: this test proves nothing"
    listed = set(re.findall(r"^\| `(import\.\w+)` \|", PAGE, re.MULTILINE))
    assert listed == given | {str(code) for code in OF_A_ROW if code.startswith("import.")}
