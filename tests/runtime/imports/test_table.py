"""表格文件：各种编码与 XLSX 读得一样；读不成的整份不收，说出第几字节、第几行。"""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import xlsxwriter

from domain.importing import ImportKind
from runtime.exits import Exit, Stop
from runtime.imports.cells import FileFormat
from runtime.imports.mapping import default_text, parse
from runtime.imports.rows import Rows, Taken
from runtime.imports.table import CHUNK, read, survey
from tests.runtime.imports.files import GOOD, NOW, write

AUTO = FileFormat()
TEXT = '编号,说明\n1,好\n2,"第一行\n第二行"\n\n4,"有,逗号"\n'
ROWS = [(2, ["1", "好"]), (3, ["2", "第一行\n第二行"]), (5, ["4", "有,逗号"])]


def _rows(path: Path, form: FileFormat = AUTO) -> list[tuple[int, list[str]]]:
    return [(line, list(row)) for line, row in read(survey(path, form), form)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_encodings_read_alike(tmp_path: Path, encoding: str) -> None:
    """UTF-8、带 BOM 的、GB18030，自动认出；格内换行算同一行，空行不算而行号照数。"""
    path = tmp_path / "a.csv"
    path.write_bytes(TEXT.encode(encoding))
    seen = survey(path, AUTO)
    assert (seen.heading, seen.rows) == (("编号", "说明"), 3)
    assert _rows(path) == ROWS


def test_a_given_encoding_is_kept_to(tmp_path: Path) -> None:
    """对照表写明 UTF-8 的，GB18030 的文件不收，说出从何处起读不成。"""
    path = tmp_path / "a.csv"
    path.write_bytes("id\n1\n好\n".encode("gb18030"))
    with pytest.raises(Stop) as stop:
        survey(path, FileFormat(encoding="utf-8"))
    assert (stop.value.exit_code, stop.value.code) == (Exit.REFUSED, "import.encoding")
    assert (stop.value.facts["at"], stop.value.facts["line"]) == ("5", "3")


def test_the_bad_byte_is_found_across_blocks(tmp_path: Path) -> None:
    """坏字节的位置不受读块大小影响：一个汉字正好跨在两块之间。"""
    path = tmp_path / "a.csv"
    beginning = b"id\n" + b"x" * (CHUNK - 4) + "好".encode()
    path.write_bytes(beginning + b"\xff\xff\xff\n")
    with pytest.raises(Stop) as stop:
        survey(path, AUTO)
    assert (stop.value.facts["at"], stop.value.facts["line"]) == (str(len(beginning)), "2")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "import.empty"),
        (b"\n\n", "import.empty"),
        (b"\xef\xbb\xbf", "import.empty"),
        (b"a,b\n", "import.empty"),
        (b"a,b,a\n1,2,3\n", "import.heading_twice"),
        (b"a,b\n1,\x002\n", "import.encoding"),
        ("a,b\n1,2\n".encode("utf-16"), "import.encoding"),
        (b'a,b\n1,"2\n3,4\n', "import.unreadable"),
        (b'a,b\n1,"2"x\n', "import.unreadable"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "import.unreadable"),
        (b"PK\x03\x04 not a workbook", "import.unreadable"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_whole(
    tmp_path: Path, content: bytes, code: str
) -> None:
    """空文件、重名的列、二进制、引号不成对、旧格式与坏的工作簿。"""
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(Stop) as stop:
        survey(path, AUTO)
    assert (stop.value.exit_code, stop.value.code) == (Exit.REFUSED, code)


def _workbook(path: Path, rows: list[list[object]], sheet: str = "Sheet1") -> Path:
    book = xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd"})
    book.add_worksheet("空" if sheet != "Sheet1" else sheet)
    page = book.worksheets()[0] if sheet == "Sheet1" else book.add_worksheet(sheet)
    for at, row in enumerate(rows):
        page.write_row(at, 0, row)
    book.close()
    return path


def test_workbook_cells_are_read_as_their_text(tmp_path: Path) -> None:
    """日期、数目、真假各写成 CSV 里的样子；末尾的空格不算，短的一行补齐。"""
    day, at = date(2011, 5, 16), datetime(2011, 5, 16, 9, 30, tzinfo=UTC).replace(tzinfo=None)
    rows: list[list[object]] = [
        ["编号", "日", "时", "数", "真", ""],
        ["007", day, at, 12.0, True],
        ["8", "", "", 0.5],
    ]
    path = _workbook(tmp_path / "a.xlsx", rows)
    assert _rows(path) == [
        (2, ["007", "2011-05-16", "2011-05-16T09:30:00", "12", "TRUE"]),
        (3, ["8", "", "", "0.5", ""]),
    ]


def test_the_sheet_is_chosen_by_name(tmp_path: Path) -> None:
    """按名取表；没有这张表，说出有哪些。"""
    path = _workbook(tmp_path / "a.xlsx", [["a"], ["1"]], sheet="许可")
    assert _rows(path, FileFormat(sheet="许可")) == [(2, ["1"])]
    with pytest.raises(Stop) as stop:
        survey(path, FileFormat(sheet="无"))
    assert (stop.value.code, stop.value.facts["names"]) == ("import.sheet", "空、许可")


def test_a_date_cell_needs_no_format(tmp_path: Path) -> None:
    """对照表写明日期格式的，工作簿里真正的日期格照样认得，文字格按格式读。"""
    kind = ImportKind.INSPECTIONS
    text = default_text(kind).replace('date = "iso"', 'date = "%Y年%m月%d日"')
    good = GOOD[kind]
    rows: list[list[object]] = [
        list(good),
        list({**good, "inspection_date": date(2011, 9, 2)}.values()),
        list({**good, "inspection_date": "2011年09月02日", "inspection_id": "2"}.values()),
    ]
    mapping = parse(kind, text)
    seen = survey(_workbook(tmp_path / "a.xlsx", rows), mapping.file)
    taking = Rows(mapping, seen.heading, "X-1", NOW, str)
    found = [one for _, one in taking.take_all(read(seen, mapping.file))]
    assert all(isinstance(one, Taken) for one in found), found


def test_a_workbook_that_unpacks_too_large_is_refused(tmp_path: Path) -> None:
    """压缩比异常的工作簿不打开。"""
    rows: list[list[object]] = [["0" * 30_000 + str(n)] for n in range(600)]
    path = _workbook(tmp_path / "a.xlsx", rows)
    with pytest.raises(Stop) as stop:
        survey(path, AUTO)
    assert stop.value.code == "import.unreadable"


def test_other_delimiters_are_named_in_the_mapping(tmp_path: Path) -> None:
    """分号分隔的文件。"""
    path = tmp_path / "a.csv"
    path.write_text("a;b\n1,5;2\n", "utf-8")
    assert _rows(path, FileFormat(delimiter=";")) == [(2, ["1,5", "2"])]


def test_a_file_that_changes_meanwhile_stops_the_import(tmp_path: Path) -> None:
    """看过之后被改动的文件，不再往下收。"""
    path = write(tmp_path / "a.csv", [GOOD[ImportKind.CASES]])
    seen = survey(path, AUTO)
    seen.require_unchanged()
    path.write_bytes(path.read_bytes() + b"\n")
    with pytest.raises(Stop) as stop:
        seen.require_unchanged()
    assert stop.value.code == "import.changed"
