"""表格文件：CSV 与 XLSX，一行一行地读，不全部放进内存。"""

import codecs
import csv
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, time
from hashlib import sha256
from pathlib import Path
from typing import Final

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from runtime.imports.mapping import FileFormat
from runtime.imports.refused import FileRefused

CHUNK: Final = 1 << 20
XLSX: Final = b"PK\x03\x04"
MAX_UNPACKED: Final = 4 << 30  # bytes of an unpacked workbook
MAX_RATIO: Final = 200  # a workbook unpacks to at most so many times its size
ENCODINGS: Final = ("utf-8-sig", "gb18030")


@dataclass(frozen=True, slots=True)
class Survey:
    """第一遍看到的：摘要、字节数、编码（XLSX 为空）、标题、有多少行。"""

    sha256: str
    size: int
    encoding: str
    heading: tuple[str, ...]
    rows: int


def survey(path: Path, form: FileFormat) -> Survey:
    """第一遍：还什么都没有写，先看整份文件读不读得。

    Raises :class:`FileRefused`: ``import.empty``, ``import.encoding``, ``import.unreadable``,
    ``import.heading_twice``; :class:`OSError` where there is no such file.
    """
    digest, size = _digest(path)
    if size == 0:
        raise FileRefused("import.empty", file=path.name)
    encoding = "" if _is_workbook(path) else _encoding(path, form.encoding)
    rows = _rows(path, form, encoding)
    heading = tuple(name.strip() for name in next(rows, ()))
    if not any(heading):
        raise FileRefused("import.empty", file=path.name)
    if twice := sorted({name for name in heading if name and heading.count(name) > 1}):
        raise FileRefused("import.heading_twice", columns="、".join(twice))
    count = sum(1 for row in rows if any(row))
    return Survey(digest, size, encoding, heading, count)


def read(path: Path, form: FileFormat, seen: Survey) -> Iterator[tuple[int, Sequence[str]]]:
    """第二遍：(行号, 各格)，标题行为 1；空行不算一行，行号照数。

    Raises :class:`FileRefused` ``import.changed`` at the end of a file that was written meanwhile.
    """
    rows = _rows(path, form, seen.encoding)
    next(rows, None)
    for line, row in enumerate(rows, 2):
        if any(row):
            yield line, row
    if _digest(path)[0] != seen.sha256:
        raise FileRefused("import.changed", file=path.name)


def _digest(path: Path) -> tuple[str, int]:
    found, size = sha256(), 0
    with path.open("rb") as file:
        while block := file.read(CHUNK):
            found.update(block)
            size += len(block)
    return found.hexdigest(), size


def _is_workbook(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(XLSX)) == XLSX


def _encoding(path: Path, wanted: str) -> str:
    names = ENCODINGS if wanted == "auto" else ("utf-8-sig" if wanted == "utf-8" else wanted,)
    where = 0
    for name in names:
        if (bad := _undecodable(path, name)) is None:
            return name
        where = bad
    raise FileRefused("import.encoding", encoding="、".join(names), at=where)


def _undecodable(path: Path, encoding: str) -> int | None:
    """Where the first byte stands that is no text in this encoding; None: all of it is."""
    decoder, passed = codecs.getincrementaldecoder(encoding)(), 0
    with path.open("rb") as file:
        while block := file.read(CHUNK):
            try:
                if "\0" in decoder.decode(block):
                    return passed
            except UnicodeDecodeError as error:
                return passed + error.start
            passed += len(block)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return passed
    return None


def _rows(path: Path, form: FileFormat, encoding: str) -> Iterator[Sequence[str]]:
    return _csv(path, form, encoding) if encoding else _workbook(path, form)


def _csv(path: Path, form: FileFormat, encoding: str) -> Iterator[Sequence[str]]:
    with path.open(encoding=encoding, newline="") as file:
        reader = csv.reader(file, delimiter=form.delimiter, strict=True)
        try:
            yield from reader
        except csv.Error as error:
            why = f"{reader.line_num}: {error}"
            raise FileRefused("import.unreadable", file=path.name, why=why) from error


def _workbook(path: Path, form: FileFormat) -> Iterator[Sequence[str]]:
    _refuse_bomb(path)
    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, KeyError, ValueError, OSError, zipfile.BadZipFile) as error:
        why = type(error).__name__
        raise FileRefused("import.unreadable", file=path.name, why=why) from error
    with closing(book):
        if form.sheet and form.sheet not in book.sheetnames:
            raise FileRefused("import.sheet", sheet=form.sheet, sheets="、".join(book.sheetnames))
        sheet = book[form.sheet] if form.sheet else book.worksheets[0]
        for row in sheet.iter_rows(values_only=True):
            yield [_cell(value, form) for value in row]


def _refuse_bomb(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as packed:
            unpacked = sum(item.file_size for item in packed.infolist())
    except zipfile.BadZipFile as error:
        raise FileRefused("import.unreadable", file=path.name, why="zip") from error
    if unpacked > min(MAX_UNPACKED, MAX_RATIO * path.stat().st_size):
        raise FileRefused("import.unreadable", file=path.name, why=f"zip: {unpacked}")


def _cell(value: object, form: FileFormat) -> str:
    """A cell as the text that a CSV file would hold."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).upper()
        case float() if value.is_integer():
            return str(int(value))
        case datetime() if value.time() == time() and form.date != "iso":
            return value.strftime(form.date)
        case datetime():
            is_day = value.time() == time()
            return value.date().isoformat() if is_day else value.isoformat()
        case date():
            return value.isoformat()
        case _:
            return str(value)
