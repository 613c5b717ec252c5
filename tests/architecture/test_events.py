"""每种事件：有名字、有格式、有存档字节、有中文名，有人读它。"""

import runpy
import tomllib
from typing import Final

import projections
from domain.duties import DUTIES
from runtime.messages import tables
from schemas.registry import EVENT_NAMES
from tests.architecture.source import ROOT

# Families that no view shows, and who reads them instead.
UNSEEN: Final = {
    "ledger": "打开账本与核验时读（ledger/application.py、ledger/verify.py）",
}


def test_every_event_is_complete() -> None:
    """少登记一处，便有一种事件说不清、读不出、没人看。"""
    terms = tomllib.loads((ROOT / "docs/glossary.toml").read_text(encoding="utf-8"))["term"]
    golden = ROOT / "tests/schemas/golden"
    places = {
        "schema": {path.stem for path in (ROOT / "schemas/avro").glob("*.avsc")},
        "golden": {path.stem for path in golden.glob("*.bin")},
        "glossary": {term["identifier"] for term in terms if term["kind"] == "event"},
        "title": set(tables()["event"]),
    }
    assert places == {place: set(EVENT_NAMES) for place in places}


def test_every_event_is_read_by_a_view_or_for_a_reason_by_none() -> None:
    """每种事件都有视图读它；没有的，写明谁来读。"""
    read = {name for projection in projections.ALL for name in projection.reads}
    unread = {name.partition(".")[0] for name in set(EVENT_NAMES) - read}
    assert unread == set(UNSEEN)
    assert not {name for name in read if name.partition(".")[0] in UNSEEN}


def test_the_mechanisms_page_is_generated_and_no_row_is_empty() -> None:
    """每项机制一行：有家的写明事件、办理、测试与哪里看得见，没有的照实写明；写到的都在。"""
    script = runpy.run_path(str(ROOT / "docs/make_mechanisms.py"))
    source, tables_page = (
        (ROOT / f"docs/{name}").read_text(encoding="utf-8")
        for name in ("mechanisms.toml", "tables.md")
    )
    page = (ROOT / "docs/mechanisms.md").read_text(encoding="utf-8")
    assert script["page"](source, tables_page) == page
    rows = script["rows"](source)
    assert {str(number) for number in range(1, 91)} | {"8b"} <= rows.keys()
    for number, row in rows.items():
        whole = row["events"] and row["acts"] and row["tests"] and row["seen"]
        assert whole or row["missing"], number
        assert set(row["events"]) <= set(EVENT_NAMES), number
        assert set(row["acts"]) <= set(DUTIES), number
        assert all((ROOT / name).is_file() for name in row["tests"]), number
