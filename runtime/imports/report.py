"""导入报告：收了多少、没有收的逐行列明；CSV 供核对摘要，XLSX 给人看。

The CSV holds nothing but rows of the file and reasons, so that the same import always gives the
same bytes: its digest goes into the ledger.
"""

import csv
from collections.abc import Iterator, Sequence
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
from runtime.imports.table import Row
from runtime.messages import say

LISTED: Final = 4_000  # characters of row numbers under one reason in an event
ALL_LISTED: Final = 20_000  # under all of them: an event holds 65,535 bytes
SHEET_ROWS: Final = 1_000_000  # a sheet ends at 1,048,576
SHEET_CELL: Final = 32_000  # and a cell at 32,767 characters
PRIVATE: Final = 0o600  # what was refused may hold personal data


@dataclass
class Tally:
    """各数：行、收、早已在账、没有收的各理由及其行号。"""

    rows: int = 0
    taken: int = 0
    known: int = 0
    new: int = 0  # 其中这一次运行收的；其余是中断之前收的
    refused: dict[str, list[int]] = field(default_factory=dict)

    def refuse(self, refused: RowRefused) -> None:
        """记下一行没有收。"""
        self.refused.setdefault(refused.code, []).append(refused.line)

    @property
    def refusals(self) -> int:
        """没有收的行数。"""
        return sum(map(len, self.refused.values()))

    def groups(self) -> tuple[RefusedRows, ...]:
        """按理由，行号写成区间；一件事件放得下。"""
        limit = min(LISTED, ALL_LISTED // max(1, len(self.refused)))
        return tuple(
            RefusedRows(code, len(lines), ranges(lines, limit))
            for code, lines in sorted(self.refused.items())
        )


def ranges(lines: Sequence[int], limit: int = LISTED) -> str:
    """行号写成 ``3、7-9``；过长的截断，末尾有省略号。"""
    parts: list[str] = []
    length = 1  # the sign that more would follow
    for first, last in _runs(sorted(lines)):
        part = str(first) if first == last else f"{first}-{last}"
        length += len(part) + 1
        if length > limit:
            return "、".join(parts) + "…"
        parts.append(part)
    return "、".join(parts)


def _runs(lines: Sequence[int]) -> Iterator[tuple[int, int]]:
    start = 0
    for at in range(1, len(lines) + 1):
        if at == len(lines) or lines[at] != lines[at - 1] + 1:
            yield lines[start], lines[at - 1]
            start = at


class Report:
    """正在写的报告；``with`` 之内逐行加，``close_rows`` 之后补上说明页。"""

    def __init__(self, folder: Path, name: str, heading: Sequence[str]) -> None:
        self.csv, self.xlsx = folder / f"{name}.csv", folder / f"{name}.xlsx"
        self._parts = [one.with_name(f"{one.name}.part") for one in (self.csv, self.xlsx)]
        self._heading = [say(f"import.column.{one}") for one in ("line", "code", "text", "todo")]
        self._heading += heading
        self._closing = ExitStack()
        self._written = 0

    def __enter__(self) -> Self:
        self.csv.parent.mkdir(parents=True, exist_ok=True)
        for part in self._parts:
            part.unlink(missing_ok=True)  # of an interrupted run
            part.touch(PRIVATE)
        file = self._closing.enter_context(
            self._parts[0].open("w", encoding="utf-8-sig", newline="")
        )
        self._writer = csv.writer(file)
        # Whatever looks like a formula, a number or an address stays the text that it is.
        options = {f"strings_to_{what}": False for what in ("formulas", "numbers", "urls")}
        self._book = xlsxwriter.Workbook(str(self._parts[1]), {**options, "constant_memory": True})
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
        self._book.close()  # an unfinished one too: it has files of its own open
        if kind is None:
            self._parts[1].replace(self.xlsx)
        for part in self._parts:
            part.unlink(missing_ok=True)

    def add(self, refused: RowRefused, row: Row) -> None:
        """没有收的一行，连同理由、办法和原来的各格。"""
        known = words.explained(refused.code, refused.facts)
        self._put([str(refused.line), refused.code, known.text, known.remedy, *row])

    def close_rows(self) -> Sha256:
        """各行都已写下：CSV 就位，答它的摘要。"""
        self._closing.close()
        found = sha256(self._parts[0].read_bytes()).hexdigest()
        self._parts[0].replace(self.csv)
        return Sha256(found)

    def summarise(self, lines: Sequence[tuple[str, str]]) -> None:
        """说明页。"""
        self._summary.set_column(0, 0, 24)
        self._summary.set_column(1, 1, 80)
        for at, cells in enumerate(lines):
            for column, cell in enumerate(cells):
                self._summary.write_string(at, column, cell[:SHEET_CELL])

    def _put(self, cells: Sequence[str]) -> None:
        self._writer.writerow([harmless(cell) for cell in cells])
        if self._written < SHEET_ROWS:
            for column, cell in enumerate(cells):
                self._sheet.write_string(self._written, column, cell[:SHEET_CELL])
        self._written += 1
