"""导入报告：收了多少、没有收的逐行列明；CSV 供核对摘要，XLSX 给人看。

The CSV holds nothing but rows of the file and reasons, so that the same import always gives the
same bytes: its digest goes into the ledger.
"""

import csv
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import xlsxwriter

from domain.importing import RefusedRows
from domain.terms import Sha256
from runtime import words
from runtime.export import harmless
from runtime.imports.refused import RowRefused
from runtime.messages import say

LISTED: Final = 4_000  # characters of row numbers in an event
SHEET_ROWS: Final = 1_000_000  # a sheet ends at 1,048,576


@dataclass
class Tally:
    """各数：行、收、早已在账、没有收的各理由及其行号。"""

    rows: int = 0
    taken: int = 0
    known: int = 0
    new: int = 0
    refused: dict[str, list[int]] = field(default_factory=dict)

    def refuse(self, refused: RowRefused) -> None:
        """记下一行没有收。"""
        self.refused.setdefault(refused.code, []).append(refused.line)

    @property
    def refusals(self) -> int:
        """没有收的行数。"""
        return sum(map(len, self.refused.values()))

    def groups(self) -> tuple[RefusedRows, ...]:
        """按理由，行号写成区间。"""
        return tuple(
            RefusedRows(code, len(lines), ranges(lines))
            for code, lines in sorted(self.refused.items())
        )


def ranges(lines: Sequence[int]) -> str:
    """行号写成 ``3、7-9``；过长的截断，末尾有省略号。"""
    parts: list[str] = []
    length = 0
    for first, last in _runs(sorted(lines)):
        part = str(first) if first == last else f"{first}-{last}"
        length += len(part) + 1
        if length > LISTED:
            return "、".join(parts) + "…"
        parts.append(part)
    return "、".join(parts)


def _runs(lines: Sequence[int]) -> Iterable[tuple[int, int]]:
    start = before = None
    for line in lines:
        if start is None or before is None:
            start = line
        elif line != before + 1:
            yield start, before
            start = line
        before = line
    if start is not None and before is not None:
        yield start, before


class Report:
    """正在写的报告；``with`` 之内逐行加，结束时两份文件都写好。"""

    def __init__(self, folder: Path, name: str, heading: Sequence[str]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.csv, self.xlsx = folder / f"{name}.csv", folder / f"{name}.xlsx"
        self._heading = [say(f"import.column.{one}") for one in ("line", "code", "text", "todo")]
        self._heading += heading
        self._closing = ExitStack()
        self._written = 0

    def __enter__(self) -> Self:
        part = self.csv.with_suffix(".csv.part")
        self._part = part
        file = self._closing.enter_context(part.open("w", encoding="utf-8-sig", newline=""))
        self._writer = csv.writer(file)
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self._book = xlsxwriter.Workbook(str(self.xlsx), options)
        self._summary = self._book.add_worksheet(say("import.sheet.summary"))
        self._sheet = self._book.add_worksheet(say("import.sheet.refused"))
        self._put(self._heading)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing.close()
        if kind is None:
            self._part.replace(self.csv)
            self._book.close()
        else:
            self._part.unlink(missing_ok=True)

    def add(self, refused: RowRefused, row: Sequence[str]) -> None:
        """没有收的一行，连同理由、办法和原来的各格。"""
        known = words.explained(refused.code, refused.facts)
        self._put([str(refused.line), refused.code, known.text, known.remedy, *row])

    def _put(self, cells: Sequence[str]) -> None:
        self._writer.writerow([harmless(cell) for cell in cells])
        if self._written < SHEET_ROWS:
            for column, cell in enumerate(cells):
                self._sheet.write_string(self._written, column, cell[:32_000])
        self._written += 1

    def digest(self, summary: Sequence[tuple[str, str]]) -> Sha256:
        """写完最后一行：说明页写好，答 CSV 的摘要。"""
        self._closing.close()
        found = Sha256(sha256(self._part.read_bytes()).hexdigest())
        lines = (*summary, (say("import.summary.digest"), found))
        for at, (name, value) in enumerate(lines):
            self._summary.write_string(at, 0, name)
            self._summary.write_string(at, 1, value)
        return found
