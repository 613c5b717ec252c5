"""真的数据：三份文件都收进来，数目与 sqlite3 直接数 CSV 的一致。"""

import csv
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import pytest

from domain.approval import AGGREGATE as LICENCE
from domain.approval import Imported
from domain.past_inspection import AGGREGATE as INSPECTION
from domain.past_inspection import Linked
from ledger.application import Ledger
from runtime import cli
from runtime.commands import import_
from runtime.exits import Exit
from runtime.messages import ROOT
from runtime.settings import Settings
from tests.runtime.conftest import NewLedger
from tests.runtime.imports.files import write

DATA: Final = ROOT.parent / "shared" / "data"
FILES: Final = {
    "cases": "wabo_receipt.csv",
    "licences": "chicago_licences.csv",
    "inspections": "chicago_inspections.csv",
}
pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(
        not all((DATA / name).exists() for name in FILES.values()),
        reason="../shared/data is not there: the real files are not part of the repository",
    ),
]


@pytest.fixture(scope="module")
def counted() -> Iterator[sqlite3.Connection]:
    """三份 CSV 原样装进 sqlite3，不经过我们的任何代码。"""
    with closing(sqlite3.connect(":memory:")) as conn:
        for table, name in FILES.items():
            with (DATA / name).open(encoding="utf-8", newline="") as file:
                heading, *rows = csv.reader(file)
            columns = ", ".join(f'"{column}"' for column in heading)
            conn.execute(f"CREATE TABLE {table} ({columns})")
            marks = ", ".join("?" * len(heading))
            conn.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
        yield conn


def _take(
    settings: Settings, kind: str, capsys: pytest.CaptureFixture[str], folder: Path = DATA
) -> dict[str, Any]:
    arguments = cli.parse(["import", kind, str(folder / FILES[kind]), "--json"])
    assert import_.run(arguments, settings) == Exit.DONE
    result: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert (result["taken"], result["refused"]) == (result["rows"], [])
    return result


def _one(conn: sqlite3.Connection, query: str) -> int:
    return int(conn.execute(query).fetchone()[0])


LATER: Final = (
    "(SELECT count(*) FROM licences) - (SELECT count(DISTINCT licence_number) FROM licences)"
)
ORPHANS: Final = (
    "SELECT count(*) FROM inspections"
    " WHERE licence_number NOT IN (SELECT licence_number FROM licences)"
)


def test_numbers_agree_with_the_files(
    new_ledger: NewLedger, counted: sqlite3.Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    """办件、步骤、许可、变更、终结、监管对象、检查、待关联，逐项相同。"""
    settings = new_ledger()
    cases = _take(settings, "cases", capsys)["written"]
    assert cases["steps"] == _one(counted, "SELECT count(*) FROM cases")
    assert cases["cases"] == _one(counted, 'SELECT count(DISTINCT "case:concept:name") FROM cases')
    licences = _take(settings, "licences", capsys)["written"]
    for what, query in {
        "licences": "SELECT count(DISTINCT licence_number) FROM licences",
        "changes": f"SELECT {LATER}",
        "endings": "SELECT count(*) FROM licences WHERE status IN ('AAC', 'REV')",
        "subjects": "SELECT count(DISTINCT account_number) FROM licences",
    }.items():
        assert (what, licences[what]) == (what, _one(counted, query))
    inspections = _take(settings, "inspections", capsys)["written"]
    assert inspections["inspections"] == _one(counted, "SELECT count(*) FROM inspections")
    assert inspections["waiting"] == _one(counted, ORPHANS)
    _single_facts_agree(settings, counted)


def _single_facts_agree(settings: Settings, counted: sqlite3.Connection) -> None:
    """A revoked licence, one with three terms, and an inspection, each as its rows say."""
    with Ledger.open(settings) as ledger:
        number, terms, ended = counted.execute(
            "SELECT licence_number, count(*), sum(status IN ('AAC', 'REV')) FROM licences"
            " GROUP BY licence_number ORDER BY max(status = 'REV') DESC, count(*) DESC LIMIT 1"
        ).fetchone()
        licence = ledger.load(LICENCE, f"CHI-{number}")
        assert isinstance(licence, Imported)
        assert (len(licence.terms), len(licence.endings)) == (terms, ended)
        wanted, result = counted.execute(
            "SELECT inspection_id, result FROM inspections"
            " WHERE licence_number IN (SELECT licence_number FROM licences) LIMIT 1"
        ).fetchone()
        inspection = ledger.load(INSPECTION, f"CHI-{wanted}")
        assert isinstance(inspection, Linked)
        assert inspection.imported.source_result == result


def test_inspections_may_come_first(
    new_ledger: NewLedger, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """检查先到：全部待关联；所指的许可随后到，一份不少。"""
    settings = new_ledger()
    inspections = _some("inspections", tmp_path, lambda row: row["inspection_date"] < "2011-11-01")
    named = {row["licence_number"] for row in inspections}
    licences = _some("licences", tmp_path, lambda row: row["licence_number"] in named)
    assert len(inspections) > 500
    written = _take(settings, "inspections", capsys, tmp_path)["written"]
    assert written["waiting"] == written["inspections"] == len(inspections)
    written = _take(settings, "licences", capsys, tmp_path)["written"]
    assert written["licences"] == len({row["licence_number"] for row in licences})
    assert written["licences"] + written["changes"] == len(licences)


def _some(
    kind: str, folder: Path, wanted: Callable[[dict[str, str]], bool]
) -> list[dict[str, str]]:
    """The rows of a real file that are wanted, written into a file of their own."""
    with (DATA / FILES[kind]).open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if wanted(row)]
    write(folder / FILES[kind], rows)
    return rows
