"""表格文件：CSV 与 XLSX，一行一行地读，不全部放进内存。"""

import codecs
import csv
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, time
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, TypeAlias

from openpyxl import Workbook, load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from domain.terms import Sha256
from runtime.exits import Exit, Stop
from runtime.imports.cells import FileFormat, Iso

CHUNK: Final = 1 << 20
WORKBOOK: Final = b"PK\x03\x04"
OLD_WORKBOOK: Final = b"\xd0\xcf\x11\xe0"
MAX_UNPACKED: Final = 4 << 30  # bytes of an unpacked workbook
MAX_RATIO: Final = 200  # a workbook unpacks to at most so many times its size
MAX_CELL: Final = 1 << 24  # characters; the csv module's own limit would refuse the whole file
ENCODINGS: Final = ("utf-8-sig", "gb18030")

Row: TypeAlias = Sequence[str]
Mark: TypeAlias = tuple[int, int, int]
Pulse: TypeAlias = Callable[[int, int], None]  # bytes done, of how many


@dataclass(frozen=True, slots=True)
class Survey:
    """第一遍看到的：摘要、字节数、编码（工作簿为空）、标题、有多少行；``mark``：此刻的文件。"""

    path: Path
    sha256: Sha256
    size: int
    encoding: str
    heading: tuple[str, ...]
    rows: int
    mark: Mark

    def require_unchanged(self) -> None:
        """文件在导入途中被改动即停下。Raises :class:`Stop` ``import.changed``."""
        if _mark(self.path) != self.mark:
            raise Stop(Exit.REFUSED, "import.changed", file=self.path.name)


def survey(path: Path, form: FileFormat, pulse: Pulse = lambda *_: None) -> Survey:
    """第一遍：还什么都没有写，先看整份文件读不读得。

    Raises :class:`Stop`: ``import.empty``, ``import.encoding``, ``import.unreadable``,
    ``import.heading_twice``, ``import.sheet``; :class:`OSError` where there is no such file.
    """
    mark = _mark(path)
    digest, size = _digest(path, pulse)
    if size == 0:
        raise Stop(Exit.REFUSED, "import.empty", file=path.name)
    encoding = "" if _is_workbook(path) else _encoding(path, form.encoding)
    rows = _rows(path, form, encoding)
    heading = tuple(name.strip() for name in next(rows, ()))
    if not any(heading):
        raise Stop(Exit.REFUSED, "import.empty", file=path.name)
    if twice := sorted({name for name in heading if name and heading.count(name) > 1}):
        raise Stop(Exit.REFUSED, "import.heading_twice", columns="、".join(twice))
    count = sum(1 for row in rows if any(row))
    if count == 0:
        raise Stop(Exit.REFUSED, "import.empty", file=path.name)
    seen = Survey(path, digest, size, encoding, heading, count, mark)
    seen.require_unchanged()
    return seen


def read(seen: Survey, form: FileFormat) -> Iterator[tuple[int, Row]]:
    """第二遍：(行号, 各格)，标题行为 1；空行不算一行，行号照数。"""
    rows = _rows(seen.path, form, seen.encoding)
    next(rows, None)
    for line, row in enumerate(rows, 2):
        if any(row):
            yield line, row


def _mark(path: Path) -> Mark:
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns


def _digest(path: Path, pulse: Pulse) -> tuple[Sha256, int]:
    found, size, total = sha256(), 0, path.stat().st_size
    with path.open("rb") as file:
        while block := file.read(CHUNK):
            found.update(block)
            size += len(block)
            pulse(size, total)
    return Sha256(found.hexdigest()), size


def _unreadable(path: Path, why: str) -> Stop:
    return Stop(Exit.REFUSED, "import.unreadable", file=path.name, why=why)


def _is_workbook(path: Path) -> bool:
    with path.open("rb") as file:
        beginning = file.read(len(WORKBOOK))
    if beginning == OLD_WORKBOOK:
        raise _unreadable(path, "XLS")
    return beginning == WORKBOOK


def _encoding(path: Path, wanted: str) -> str:
    names = ENCODINGS if wanted == "auto" else (wanted.replace("utf-8", "utf-8-sig"),)
    found = [_undecodable(path, name) for name in names]
    for name, bad in zip(names, found, strict=True):
        if bad is None:
            return name
    at, row = found[0] or (0, 0)  # as UTF-8, if that was tried
    tried = "、".join(name.removesuffix("-sig").upper() for name in names)
    raise Stop(Exit.REFUSED, "import.encoding", encoding=tried, at=at, line=row)


def _undecodable(path: Path, encoding: str) -> tuple[int, int] | None:
    """Byte and line of the first thing that is no text in this encoding; None: all of it is."""
    decoder = codecs.getincrementaldecoder(encoding)()
    passed, lines = 0, 1
    with path.open("rb") as file:
        while True:
            block = file.read(CHUNK)
            kept = len(decoder.getstate()[0])  # bytes of an unfinished character
            try:
                text = decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                before = error.object[: error.start].count(b"\n")
                return passed - kept + error.start, lines + before
            if "\0" in text:
                return passed, lines + text.partition("\0")[0].count("\n")
            if not block:
                return None
            passed += len(block)
            lines += text.count("\n")


def _rows(path: Path, form: FileFormat, encoding: str) -> Iterator[Row]:
    return _csv(path, form, encoding) if encoding else _workbook(path, form)


def _csv(path: Path, form: FileFormat, encoding: str) -> Iterator[Row]:
    csv.field_size_limit(MAX_CELL)
    with path.open(encoding=encoding, newline="") as file:
        reader = csv.reader(file, delimiter=form.delimiter, strict=True)
        try:
            yield from reader
        except csv.Error as error:
            raise _unreadable(path, f"{reader.line_num}: {error}") from error


def _workbook(path: Path, form: FileFormat) -> Iterator[Row]:
    with closing(_opened(path)) as book:
        names = "、".join(book.sheetnames)
        if form.sheet and form.sheet not in book.sheetnames:
            raise Stop(Exit.REFUSED, "import.sheet", sheet=form.sheet, names=names)
        yield from _lines(book[form.sheet] if form.sheet else book.worksheets[0])


def workbook(path: Path) -> dict[str, list[Row]]:
    """一份工作簿的各张表，整份读出；行数不多的用这个。Raises :class:`Stop`."""
    with closing(_opened(path)) as book:
        return {sheet.title: list(_lines(sheet)) for sheet in book.worksheets}


def _opened(path: Path) -> Workbook:
    _refuse_bomb(path)
    try:
        return load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, KeyError, ValueError, OSError, zipfile.BadZipFile) as error:
        raise _unreadable(path, type(error).__name__) from error


def _lines(sheet: Any) -> Iterator[Row]:
    sheet.reset_dimensions()  # what other programs claim there is often wrong
    width = 0
    for row in sheet.iter_rows(values_only=True):
        cells = _trimmed([_cell(value) for value in row])
        width = width or len(cells)
        yield cells + [""] * (width - len(cells)) if cells else cells


def _trimmed(cells: list[str]) -> list[str]:
    """Empty cells at the end are not there: a sheet has no end of its own."""
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _refuse_bomb(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as packed:
            unpacked = sum(item.file_size for item in packed.infolist())
    except zipfile.BadZipFile as error:
        raise _unreadable(path, "ZIP") from error
    if unpacked > min(MAX_UNPACKED, MAX_RATIO * path.stat().st_size):
        raise _unreadable(path, f"ZIP {unpacked}")


def _cell(value: object) -> str:
    """A cell as the text that a CSV file would hold."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).upper()
        case float() if value.is_integer():
            return str(int(value))
        case datetime() if value.time() == time():
            return Iso(value.date().isoformat())
        case date():
            return Iso(value.isoformat())
        case _:
            return str(value)
