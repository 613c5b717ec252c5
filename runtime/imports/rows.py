"""逐行换算：来源的一行，依对照表换成一道命令，或者说清为何不收。

A row is taken whole or not at all. What the cells say is checked here; whether it contradicts what
the ledger holds, the ledger says.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from hashlib import sha256
from typing import Any, Final
from zoneinfo import ZoneInfo

from domain.acts.imports import ImportAct, ImportCaseStep, ImportInspection, ImportLicenceTerm
from domain.approval import LicenceImported, TermEnding
from domain.case import CaseImported, StepImported
from domain.importing import ImportKind
from domain.past_inspection import InspectionImported
from domain.sources import SourceRecord
from domain.subject import SubjectImported
from domain.terms import (
    CaseNo,
    ItemCode,
    LicenceNo,
    Organ,
    Personal,
    Sha256,
    SubjectId,
    beijing_day,
)
from runtime.imports import mapping as mappings
from runtime.imports.mapping import Field, FieldKind
from runtime.imports.refused import FileRefused, RowRefused, brief

CODE: Final = re.compile(r"[!-~]{1,80}")
PERSONAL: Final = re.compile(r"(?<!\d)(?:1[3-9]\d{9}|\d{17}[\dXx])(?!\d)")
LONGEST: Final = 200  # characters of a text
FIRST_YEAR, LAST_YEAR = 1900, 2199
CONTROLS: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
SEPARATOR: Final = re.compile(r"[、,，;；]")

# Given a subject's number, prepares the key under which a name will be sealed.
KeyOf = Callable[[str], str]


class _Wrong(Exception):  # noqa: N818 - one cell, told to the row
    """一格不对。"""

    def __init__(self, code: str, **facts: str) -> None:
        super().__init__(code, facts)
        self.code, self.facts = code, facts


@dataclass(frozen=True, slots=True)
class Taken:
    """可以收的一行：行号、来源记录编号、命令。"""

    line: int
    record: str
    act: ImportAct


class Rows:
    """一份文件的换算：标题已对上，逐行给出命令或不收的理由。

    ``now`` is the ledger's clock: what a source says happened later cannot have happened. Raises
    :class:`FileRefused` ``import.heading`` where a column of the mapping is not in the heading.
    """

    def __init__(
        self,
        mapping: mappings.Mapping,
        heading: Sequence[str],
        import_id: str,
        now: datetime,
        key_of: KeyOf,
    ) -> None:
        missing = [name for name in mapping.columns.values() if name not in heading]
        if missing:
            columns = "、".join(dict.fromkeys(missing))
            raise FileRefused("import.heading", columns=columns, found="、".join(heading))
        self.mapping, self._heading = mapping, tuple(heading)
        self._place = {name: heading.index(column) for name, column in mapping.columns.items()}
        self._read = sorted({heading.index(column) for column in mapping.columns.values()})
        self._patterns = {name: re.compile(text) for name, text in mapping.patterns.items()}
        self.now = now
        self._import_id, self._key_of = import_id, key_of
        self._first: dict[bytes, int] = {}

    def take(self, line: int, row: Sequence[str]) -> Taken | RowRefused:
        """一行。"""
        try:
            return self._taken(line, row)
        except _Wrong as wrong:
            return RowRefused(line, wrong.code, wrong.facts)

    def _taken(self, line: int, row: Sequence[str]) -> Taken:
        if len(row) != len(self._heading):
            raise _Wrong("import.columns", found=str(len(row)), expected=str(len(self._heading)))
        cells = {name: self._value(name, one, row) for name, one in self.mapping.fields.items()}
        record = str(cells["record"])
        mark = sha256(record.encode()).digest()[:12]
        first = self._first.setdefault(mark, line)
        if first != line:
            raise _Wrong("import.duplicate", record=brief(record), line=str(first))
        content = "\x1f".join(f"{self._heading[at]}\x1e{row[at]}" for at in self._read)
        origin = SourceRecord(
            self.mapping.source,
            record,
            Sha256(sha256(content.encode()).hexdigest()),
            self._import_id,
            line,
        )
        return Taken(line, record, _ACTS[self.mapping.kind](_Cells(cells, self, origin)))

    # -- one cell

    def _value(self, name: str, one: Field, row: Sequence[str]) -> object:
        text = self._text(name, row)
        if text == "":
            if one.required:
                raise _Wrong("import.missing", field=name)
            return None
        pattern = self._patterns.get(name)
        if pattern is not None and not pattern.fullmatch(text):
            raise _Wrong("import.pattern", field=name, value=brief(text))
        if (table := self.mapping.values.get(name)) is not None:
            return self._meaning(name, one, text, table)
        return _READERS[one.kind](self, name, one, text)

    def _text(self, name: str, row: Sequence[str]) -> str:
        """The cell as the source has it; what stands for nothing is empty."""
        constant = self.mapping.constants.get(name)
        place = self._place.get(name)
        text = constant if constant is not None else "" if place is None else row[place].strip()
        if text in self.mapping.file.blank:
            text = ""
        return text or self.mapping.defaults.get(name, "")

    def _meaning(self, name: str, one: Field, text: str, table: Mapping[str, str]) -> object:
        if text not in table:
            raise _Wrong("import.value", field=name, value=brief(text))
        meaning = table[text]
        if meaning == "":
            if one.required:
                raise _Wrong("import.missing", field=name)
            return None
        return _READERS[one.kind](self, name, one, meaning)

    def code(self, name: str, _: Field, text: str) -> str:
        """代码：可见的 ASCII，不得是姓名、证件号或电话。"""
        if not CODE.fullmatch(text):
            raise _Wrong("import.code", field=name, value=brief(text))
        if name != "record" and PERSONAL.search(text):
            raise _Wrong("import.personal", field=name)
        return text

    def number(self, name: str, one: Field, text: str) -> str:
        """来源中的编号，前面加来源代号：两边的编号永不相混。"""
        if not CODE.fullmatch(text) or "/" in text:
            raise _Wrong("import.code", field=name, value=brief(text))
        del one
        return f"{self.mapping.source}-{text}"

    def text(self, name: str, _: Field, text: str) -> str:
        """文字：不含控制字符与方向控制符，不过长，不含证件号与电话。"""
        if len(text) > LONGEST or any(unicodedata.category(sign) in CONTROLS for sign in text):
            raise _Wrong("import.text", field=name)
        if PERSONAL.search(text):
            raise _Wrong("import.personal", field=name)
        return text

    def name(self, name: str, _: Field, text: str) -> str:
        """姓名或名称：入账前封存。"""
        if len(text) > LONGEST or any(unicodedata.category(sign) in CONTROLS for sign in text):
            raise _Wrong("import.text", field=name)
        return text

    def day(self, name: str, _: Field, text: str) -> date:
        """日期。"""
        form = self.mapping.file.date
        try:
            # a day has no zone, hence a naive datetime for a moment
            iso = form == "iso"
            found = date.fromisoformat(text) if iso else datetime.strptime(text, form).date()  # noqa: DTZ007
        except ValueError:
            raise _Wrong("import.date", field=name, value=brief(text)) from None
        return self._plausible(name, text, found)

    def instant(self, name: str, _: Field, text: str) -> datetime:
        """时刻；没有时区的按对照表所定。"""
        form = self.mapping.file.time
        try:
            iso = form == "iso"
            found = datetime.fromisoformat(text) if iso else datetime.strptime(text, form)  # noqa: DTZ007
            aware = found if found.tzinfo else found.replace(tzinfo=self._zone)
            self._plausible(name, text, beijing_day(aware))
        except (ValueError, OverflowError):
            raise _Wrong("import.date", field=name, value=brief(text)) from None
        return aware

    @cached_property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.mapping.file.zone)

    def _plausible(self, name: str, text: str, day: date) -> date:
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise _Wrong("import.date", field=name, value=brief(text))
        return day

    def natural(self, name: str, _: Field, text: str) -> int:
        """不小于零的整数。"""
        if not (text.isascii() and text.isdecimal() and len(text) <= 9):  # noqa: PLR2004 - an int
            raise _Wrong("import.number", field=name, value=brief(text))
        return int(text)

    def several(self, name: str, one: Field, text: str) -> tuple[str, ...]:
        """几个代码。"""
        parts = [part.strip() for part in SEPARATOR.split(text)]
        return tuple(self.code(name, one, part) for part in parts if part)

    def choice(self, name: str, one: Field, text: str) -> object:
        """代码集里的一个。"""
        choices = one.choices
        if choices is None or text not in choices.__members__:
            raise _Wrong("import.value", field=name, value=brief(text))
        return choices[text]

    # -- what an act needs besides

    def not_later(self, name: str, at: datetime) -> None:
        """来源说在将来完成的，不收。"""
        if at > self.now:
            raise _Wrong("import.future", field=name, value=at.date().isoformat())

    def key(self, holder: str) -> str:
        """备好封存此人名称的密钥。"""
        return self._key_of(holder)


_READERS: Final[Mapping[FieldKind, Callable[[Rows, str, Field, str], object]]] = {
    FieldKind.CODE: Rows.code,
    FieldKind.NUMBER: Rows.number,
    FieldKind.TEXT: Rows.text,
    FieldKind.NAME: Rows.name,
    FieldKind.DATE: Rows.day,
    FieldKind.INSTANT: Rows.instant,
    FieldKind.NATURAL: Rows.natural,
    FieldKind.LIST: Rows.several,
    FieldKind.ENUM: Rows.choice,
}


@dataclass(frozen=True, slots=True)
class _Cells:
    """The values of one row by our names; each has the type of its field."""

    values: Mapping[str, object]
    rows: Rows
    origin: SourceRecord

    def __getattr__(self, name: str) -> Any:
        return self.values[name]


def _case_step(row: _Cells) -> ImportCaseStep:
    row.rows.not_later("completed_at", row.completed_at)
    row.rows.not_later("started_at", row.started_at)
    about = CaseImported(
        origin=row.origin,
        item_code=ItemCode(row.item_code),
        item_name=row.item_name,
        organ=Organ(row.organ),
        department=row.department,
        channel=row.channel,
        team=row.team,
        responsible=row.responsible,
        started_at=row.started_at,
        due_at=row.due_at,
        planned_end_at=row.planned_end_at,
        ended_at=row.ended_at,
    )
    step = StepImported(
        row.origin, row.step, row.activity, row.step_team, row.officer, row.completed_at
    )
    return ImportCaseStep(CaseNo(row.case_no), about, step)


def _licence_term(row: _Cells) -> ImportLicenceTerm:
    for later, earlier in (("valid_to", row.valid_from), ("ended_on", row.valid_from)):
        if (day := row.values[later]) is not None and day < earlier:
            raise _Wrong("import.period", first=str(earlier), last=str(day))
    term = LicenceImported(
        origin=row.origin,
        kind=row.kind,
        item_code=ItemCode(row.item_code),
        item_name=row.item_name,
        holder=SubjectId(row.holder),
        approving_body=Organ(row.approving_body),
        supervising_bodies=tuple(map(Organ, row.supervising_bodies)),
        speciality=row.speciality,
        region=row.region,
        first_licensed_on=row.first_licensed_on,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        source_status=row.source_status,
    )
    return ImportLicenceTerm(LicenceNo(row.licence_no), _holder(row), term, _ending(row))


def _ending(row: _Cells) -> TermEnding | None:
    if row.ending is None:
        return None
    ended_by = row.ended_on or row.valid_to
    if ended_by is None:
        raise _Wrong("import.missing", field="ended_on")
    return TermEnding(row.ending, ended_by, exact=row.ended_on is not None)


def _holder(row: _Cells) -> SubjectImported:
    name = row.holder_name
    return SubjectImported(
        origin=row.origin,
        kind=row.holder_kind,
        name=None if name is None else Personal(row.holder, name),
        region=row.region,
        risk_class=row.risk_class,
        key_commitment=None if name is None else row.rows.key(row.holder),
    )


def _inspection(row: _Cells) -> ImportInspection:
    fact = InspectionImported(
        origin=row.origin,
        licence_no=LicenceNo(row.licence_no),
        licence_known=False,
        performed_on=row.performed_on,
        codes=(row.code,),
        source_result=row.source_result,
        source_risk=row.source_risk,
        critical=row.critical,
        serious=row.serious,
        minor=row.minor,
        inspector=row.inspector,
        facility=row.facility,
        region=row.region,
    )
    row.rows.not_later("performed_on", fact.was_decided(row.rows.now))
    return ImportInspection(row.inspection_no, fact)


_ACTS: Final[Mapping[ImportKind, Callable[[_Cells], ImportAct]]] = {
    ImportKind.CASES: _case_step,
    ImportKind.LICENCES: _licence_term,
    ImportKind.INSPECTIONS: _inspection,
}


def rows_of(
    rows: Rows, numbered: Iterator[tuple[int, Sequence[str]]]
) -> Iterator[tuple[Sequence[str], Taken | RowRefused]]:
    """逐行换算，连同原来的各格（报告要用）。"""
    for line, row in numbered:
        yield row, rows.take(line, row)
