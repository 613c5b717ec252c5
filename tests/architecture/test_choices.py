"""法律与文件说法不一之处（ADR 0007）：八处各有选择，所说的设置与代码真的在。"""

import re
from dataclasses import fields
from functools import reduce
from typing import Final

import pytest

from domain.acts.base import HANDLERS
from domain.catalogue import AS_USUAL
from domain.policy import Handling
from schemas.registry import EVENT_NAMES
from tests.architecture.source import ROOT

PAGE: Final = ROOT / "docs" / "adr" / "0007-where-law-and-paper-disagree.md"
ROWS: Final = tuple(
    tuple(cell.strip() for cell in line.strip("|\n").split("|"))
    for line in PAGE.read_text(encoding="utf-8").splitlines()
    if line.startswith("| ") and not line.startswith("| 文件怎样说")
)
FILE: Final = re.compile(r"(?:domain|ledger)/[\w/]+\.\w+")
NAMED: Final = re.compile(r"`([\w.]+)`")
KNOWN: Final = (
    {kind.__name__ for kind in (*HANDLERS, *EVENT_NAMES.values())}
    | {one.name for kind in EVENT_NAMES.values() for one in fields(kind)}  # type: ignore[arg-type]
    | {one.name for one in fields(Handling)}
)


def test_all_eight_are_decided() -> None:
    """设计所列的八处，一处一行，各写文件、法律、选择、设置。"""
    assert len(ROWS) == 8
    assert all(len(row) == 4 and all(row) for row in ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_each_choice_names_what_can_be_set_and_where(row: tuple[str, ...]) -> None:
    """所说的文件存在；所说的规则、字段、办理、事件都有。"""
    files = FILE.findall(row[3])
    assert files
    assert [name for name in files if not (ROOT / name).exists()] == []
    for name in NAMED.findall(row[3]):
        if name.startswith("rules."):
            reduce(getattr, name.split(".")[1:], AS_USUAL)
        else:
            assert name in KNOWN, name
