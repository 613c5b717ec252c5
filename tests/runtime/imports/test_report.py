"""报告：行号写成区间，一件事件放得下；没有收的行原样在内，没有一格成为公式。"""

import csv
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from openpyxl import load_workbook

from runtime.imports.refused import RowRefused
from runtime.imports.report import ALL_LISTED, LISTED, Report, Tally, ranges


def test_rows_are_written_as_ranges() -> None:
    """连续的合成一段。"""
    assert ranges([9, 3, 7, 8]) == "3、7-9"
    assert ranges([]) == ""


def test_row_lists_fit_into_an_event() -> None:
    """再多的行、再多的理由，行号的总长有限；截断的有省略号，数目不变。"""
    tally = Tally()
    for code in range(20):
        for line in range(0, 60_000, 2):
            tally.refuse(RowRefused(line, f"import.{code}"))
    groups = tally.groups()
    assert tally.refusals == sum(one.count for one in groups) == 600_000
    assert all(len(one.rows) <= LISTED and one.rows.endswith("…") for one in groups)
    assert sum(len(one.rows) for one in groups) <= ALL_LISTED
    assert sum(len(one.rows.encode()) for one in groups) < 65_535


def test_report_holds_reasons_and_rows_and_no_formula(tmp_path: Path) -> None:
    """CSV 里像公式的前面加一撇，XLSX 里只是文字；摘要是 CSV 的；文件只有本人可读。"""
    cells = ["=1+1", "+86", "-1", "@x", "\tx", "https://example.org", "012"]
    with Report(tmp_path / "new", "X-1", [f"c{n}" for n in range(len(cells))]) as report:
        report.add(RowRefused(7, "import.number", {"field": "c2", "value": "-1"}), cells)
        digest = report.close_rows()
        report.summarise([("行数", "=1")])
    assert digest == sha256(report.csv.read_bytes()).hexdigest()
    with report.csv.open(encoding="utf-8-sig", newline="") as file:
        heading, row = csv.reader(file)
    assert (len(heading), row[:2]) == (len(row), ["7", "import.number"])
    assert row[4:] == ["'=1+1", "'+86", "'-1", "'@x", "'\tx", "https://example.org", "012"]
    book = load_workbook(report.xlsx)
    summary, refused = book.worksheets
    assert (summary.title, [one.value for one in summary[1]]) == ("说明", ["行数", "=1"])
    found = [one.value for one in refused[2]]
    assert found[4:] == cells
    assert {one.data_type for one in refused[2]} == {"s"}
    assert not any(one.hyperlink for one in refused[2])
    assert {path.stat().st_mode & 0o777 for path in (report.csv, report.xlsx)} == {0o600}


def test_an_interrupted_report_leaves_nothing_half_written(tmp_path: Path) -> None:
    """写到一半停下：没有半份报告，上一次的还在。"""
    (tmp_path / "X-1.csv").write_text("old")
    with suppress(KeyboardInterrupt), Report(tmp_path, "X-1", ["a"]) as report:
        report.add(RowRefused(2, "import.missing", {"field": "a"}), [""])
        raise KeyboardInterrupt
    assert [path.name for path in tmp_path.iterdir()] == ["X-1.csv"]
    assert (tmp_path / "X-1.csv").read_text() == "old"
