"""导出：一张说明加若干张表，写成 XLSX 或 CSV；写不全就不写。

A file leaves the building and is read by people who cannot ask: it says itself what it holds, as of
where, how many rows, and their digest. A cell never becomes a formula, whatever it begins with.
"""

import csv
import getpass
import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import IO, Final, TypeAlias

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from runtime import words
from runtime.exits import Exit, Stop

Cell: TypeAlias = "str | int | Decimal | date | datetime | None"
XLSX: Final = ".xlsx"
CSV: Final = ".csv"
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")  # what a spreadsheet would run
LARGEST_SHEET: Final = 1_048_575  # rows of an Excel sheet, the heading not counted
LARGEST_CELL: Final = 32_767  # characters of an Excel cell
WIDTH: Final = 18  # columns, in characters


@dataclass(frozen=True, slots=True)
class Sheet:
    """一张表：名称、栏目、各行。"""

    name: str
    headings: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]]


@dataclass(frozen=True, slots=True)
class Written:
    """写下了多少行，各行的 SHA-256。"""

    path: Path
    rows: int
    sha256: str


def suffix_of(path: Path) -> str:
    """按文件名的后缀决定写成什么。Raises :class:`Stop` for any other."""
    if (suffix := path.suffix.lower()) not in {XLSX, CSV}:
        raise Stop(Exit.USAGE, "export.kind", path=path)
    new_file(path)
    return suffix


def new_file(path: Path) -> Path:
    """要写的文件：还没有，所在的文件夹有。Asked before any work is done. Raises :class:`Stop`."""
    if path.exists():
        raise Stop(Exit.REFUSED, "export.exists", path=path)
    if not path.parent.is_dir():
        raise Stop(Exit.USAGE, "export.folder", path=path, folder=path.parent)
    return path


def text_of(cell: Cell) -> str:
    """一格写成文字：时刻为北京时间到秒，没有的为空。"""
    match cell:
        case None:
            return ""
        case datetime():
            return words.instant(cell)
        case _:
            return str(cell)


def digest(sheets: Sequence[Sheet]) -> str:
    """各行的 SHA-256：每行各格的文字写成一个 JSON 数组，一行一个，换行结尾，UTF-8。"""
    made = hashlib.sha256()
    for sheet in sheets:
        for row in (sheet.headings, *sheet.rows):
            line = json.dumps([text_of(cell) for cell in row], ensure_ascii=False)
            made.update(line.encode() + b"\n")
    return made.hexdigest()


def write(path: Path, notes: Sequence[tuple[str, Cell]], sheets: Sequence[Sheet]) -> Written:
    """写出文件；已有的不覆盖。``notes`` go first, followed by user, row count and digest.

    Raises :class:`Stop` where a row or a cell does not fit: a file that lacks some is not written.
    """
    suffix = suffix_of(path)
    written = Written(path, sum(len(sheet.rows) for sheet in sheets), digest(sheets))
    told = (
        *notes,
        (words.say("export_user"), getpass.getuser()),
        (words.say("export_rows"), written.rows),
        (words.say("export_digest"), written.sha256),
        (words.say("export_how"), words.say("export_how_text")),
    )
    part = path.with_name(f"{path.name}.part")
    try:
        if suffix == XLSX:
            _write_xlsx(part, told, sheets)
        else:
            with part.open("w", encoding="utf-8-sig", newline="") as file:
                _write_csv(file, told, sheets)
        os.link(part, path)  # never over a file that came meanwhile
    except FileExistsError as taken:
        raise Stop(Exit.REFUSED, "export.exists", path=path) from taken
    finally:
        part.unlink(missing_ok=True)
    return written


# -- XLSX


def _write_xlsx(path: Path, notes: Sequence[tuple[str, Cell]], sheets: Sequence[Sheet]) -> None:
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "remove_timezone": True,
    }
    for sheet in sheets:
        _fits(path, sheet)
    with xlsxwriter.Workbook(str(path), options) as book:
        bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
        first = book.add_worksheet(words.say("export_notes"))
        first.set_column(0, 1, 3 * WIDTH)
        for number, row in enumerate(notes):
            _put_row(first, number, row, day)
        for sheet in sheets:
            page = book.add_worksheet(sheet.name)
            page.set_column(0, len(sheet.headings) - 1, WIDTH)
            page.freeze_panes(1, 0)
            for column, heading in enumerate(sheet.headings):
                page.write_string(0, column, heading, bold)
            for number, cells in enumerate(sheet.rows, start=1):
                _put_row(page, number, cells, day)
            page.autofilter(0, 0, len(sheet.rows), len(sheet.headings) - 1)


def _put_row(page: Worksheet, number: int, cells: tuple[Cell, ...], day: Format) -> None:
    for column, cell in enumerate(cells):
        match cell:
            case None:
                continue
            case int() | Decimal():
                page.write_number(number, column, cell)
            case date() if not isinstance(cell, datetime):
                page.write_datetime(number, column, cell, day)
            case _:
                page.write_string(number, column, text_of(cell))


def _fits(path: Path, sheet: Sheet) -> None:
    if len(sheet.rows) > LARGEST_SHEET:
        raise Stop(Exit.REFUSED, "export.too_many", path=path, count=len(sheet.rows))
    for number, row in enumerate(sheet.rows, start=1):
        if any(isinstance(cell, str) and len(cell) > LARGEST_CELL for cell in row):
            raise Stop(Exit.REFUSED, "export.too_long", path=path, line=number)


# -- CSV


def _write_csv(file: IO[str], notes: Sequence[tuple[str, Cell]], sheets: Sequence[Sheet]) -> None:
    """The rows first, so that a program reads its headings in line 1; what they are, behind them."""
    writer = csv.writer(file)
    for sheet in sheets:
        writer.writerow(_safe(sheet.headings))
        writer.writerows(_safe(row) for row in sheet.rows)
        writer.writerow(())
    writer.writerow((words.say("export_notes"),))
    writer.writerows(_safe(row) for row in notes)


def _safe(row: Sequence[Cell]) -> Iterator[str]:
    for cell in row:
        yield harmless(cell) if isinstance(cell, str) else text_of(cell)


def harmless(text: str) -> str:
    """表格软件会当作公式的文字，前面加一撇。"""
    return f"'{text}" if text.startswith(FORMULA) else text
