"""逐行换算：来源的一行，依对照表换成一道命令，或者说清为何不收。

A row is taken whole or not at all. What the cells say is checked here; whether it contradicts what
the ledger holds, the ledger says.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any, Final, TypeAlias

from domain.acts.imports import (
    ImportAct,
    ImportCaseStep,
    ImportInspection,
    ImportInspector,
    ImportLicenceTerm,
    ImportSubject,
)
from domain.approval import LicenceImported, TermEnding
from domain.case import CaseImported, StepImported
from domain.importing import ImportKind
from domain.inspector import InspectorRegistered, RecusalGround
from domain.past_inspection import InspectionImported
from domain.sources import SourceRecord, midnight
from domain.subject import SubjectImported
from domain.terms import (
    CaseNo,
    ItemCode,
    LicenceNo,
    Organ,
    Personal,
    PersonId,
    Sha256,
    SubjectId,
)
from runtime.exits import Exit, Stop
from runtime.imports.cells import Field, Iso
from runtime.imports.mapping import Mapping as Correspondence
from runtime.imports.mapping import default_text, parse
from runtime.imports.refused import CellRefused, RowRefused, brief
from runtime.imports.table import Row

REMEMBERED: Final = 20_000  # cells of one column whose meaning is kept at hand
MARK: Final = 12  # bytes of a digest that tell one record from another

# Given a subject's number, prepares the key under which a name will be sealed.
KeyOf: TypeAlias = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Taken:
    """可以收的一行：行号、来源记录编号、命令。"""

    line: int
    record: str
    act: ImportAct


Numbered: TypeAlias = tuple[Row, Taken | RowRefused]


def require_heading(mapping: Correspondence, heading: tuple[str, ...]) -> None:
    """标题里须有对照表所用的各列；像是另一种导入的，说出是哪一种。

    Raises :class:`Stop` ``import.other_kind`` or ``import.heading``.
    """
    missing = _missing(mapping, heading)
    if not missing:
        return
    for kind in ImportKind:
        if kind is not mapping.kind and not _missing(parse(kind, default_text(kind)), heading):
            raise Stop(Exit.REFUSED, "import.other_kind", kind=kind.lower())
    facts = {"columns": "、".join(missing), "found": "、".join(filter(None, heading))}
    raise Stop(Exit.REFUSED, "import.heading", **facts)


def _missing(mapping: Correspondence, heading: tuple[str, ...]) -> list[str]:
    return [name for name in dict.fromkeys(mapping.columns.values()) if name not in heading]


class Rows:
    """一份文件的换算：标题已对上，逐行给出命令或不收的理由。

    ``now``: what a source says happened later cannot have happened.
    """

    def __init__(
        self,
        mapping: Correspondence,
        heading: tuple[str, ...],
        import_id: str,
        now: datetime,
        key_of: KeyOf,
    ) -> None:
        self.mapping, self.now, self.key_of = mapping, now, key_of
        self._import_id, self._width = import_id, len(heading)
        place = {column: heading.index(column) for column in mapping.columns.values()}
        self._read = [place[column] for column in sorted(place)]
        self._columns = [
            _Column(mapping, name, one, place.get(mapping.columns.get(name, "")))
            for name, one in mapping.fields.items()
        ]
        self._first: dict[bytes, int] = {}

    def take(self, line: int, row: Row) -> Taken | RowRefused:
        """一行。"""
        try:
            return self._taken(line, row)
        except CellRefused as wrong:
            return RowRefused(line, wrong.code, wrong.facts)

    def take_all(self, numbered: Iterable[tuple[int, Row]]) -> Iterator[Numbered]:
        """逐行换算，连同原来的各格（报告要用）。"""
        for line, row in numbered:
            yield row, self.take(line, row)

    def _taken(self, line: int, row: Row) -> Taken:
        if len(row) != self._width:
            raise CellRefused("import.width", found=str(len(row)), expected=str(self._width))
        cells = {column.name: column.value(row) for column in self._columns}
        record = str(cells["record"])
        content = "\x1f".join([row[at].strip() for at in self._read])
        digest = Sha256(sha256(content.encode()).hexdigest())
        origin = SourceRecord(self.mapping.source, record, digest, self._import_id, line)
        act = _ACTS[self.mapping.kind](_Cells(cells, self, origin))
        mark = sha256(record.encode()).digest()[:MARK]
        first = self._first.setdefault(mark, line)
        if first != line:
            raise CellRefused("import.duplicate", record=brief(record), line=str(first))
        return Taken(line, record, act)


class _Column:
    """One of our fields: where it comes from, and what its cells were found to mean."""

    def __init__(self, mapping: Correspondence, name: str, one: Field, place: int | None) -> None:
        self.name, self._one, self._place = name, one, place
        self._shown = mapping.column(name)
        self._reader, self._blank = mapping.reader, frozenset(mapping.file.blank)
        pattern, self._table = mapping.patterns.get(name), mapping.values.get(name)
        self._pattern = re.compile(pattern) if pattern is not None else None
        constant = mapping.constants.get(name, mapping.defaults.get(name))
        self._otherwise = None if constant is None else self._reader.read(one, constant)
        self._known: dict[str, object] = {}

    def value(self, row: Row) -> object:
        """Raises :class:`CellRefused`."""
        if self._place is None:
            return self._otherwise
        text = row[self._place]
        try:
            return self._known[text]
        except KeyError:
            found = self._found(text)
        if len(self._known) < REMEMBERED and not isinstance(text, Iso):
            self._known[text] = found
        return found

    def _found(self, text: str) -> object:
        try:
            return self._meaning(text if isinstance(text, Iso) else text.strip())
        except CellRefused as wrong:
            raise CellRefused(wrong.code, field=self._shown, **wrong.facts) from None

    def _meaning(self, text: str) -> object:
        if text == "" or text in self._blank:
            return self._absent()
        if self._pattern is not None and not self._pattern.fullmatch(text):
            raise CellRefused("import.pattern", value=brief(text))
        if self._table is None:
            return self._reader.read(self._one, text)
        if text not in self._table:
            raise CellRefused("import.value", value=brief(text))
        meant = self._table[text]
        return self._reader.read(self._one, meant) if meant else self._absent()

    def _absent(self) -> object:
        if self._otherwise is None and self._one.required:
            raise CellRefused("import.missing")
        return self._otherwise


@dataclass(frozen=True, slots=True)
class _Cells:
    """The values of one row by our names; each has the type of its field."""

    values: Mapping[str, object]
    rows: Rows
    origin: SourceRecord

    def __getattr__(self, name: str) -> Any:
        return self.values[name]

    def not_later(self, name: str, at: datetime) -> None:
        """来源说在将来才有的事，不收。"""
        if at > self.rows.now:
            shown = self.rows.mapping.column(name)
            raise CellRefused("import.future", field=shown, value=at.isoformat())

    def in_order(self, first: str, begin: date | None, last: str, end: date | None) -> None:
        """止不早于起。"""
        if begin is not None and end is not None and end < begin:
            fields = "、".join(map(self.rows.mapping.column, (first, last)))
            raise CellRefused("import.period", fields=fields, first=str(begin), last=str(end))


def _case_step(row: _Cells) -> ImportCaseStep:
    row.not_later("completed_at", row.completed_at)
    row.not_later("started_at", row.started_at)
    if row.ended_at is not None:
        row.not_later("ended_at", row.ended_at)
        # By the day: many sources keep no time of an end.
        row.in_order("started_at", row.started_at.date(), "ended_at", row.ended_at.date())
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
    row.not_later("valid_from", midnight(row.valid_from))
    row.in_order("valid_from", row.valid_from, "valid_to", row.valid_to)
    row.in_order("valid_from", row.valid_from, "ended_on", row.ended_on)
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
    """Without a day in the source: by the last day of the term, not exactly on it."""
    if row.ending is None:
        return None
    if row.ended_on is not None:
        row.not_later("ended_on", midnight(row.ended_on))
    ended_by = row.ended_on or row.valid_to
    if ended_by is None:
        raise CellRefused("import.missing", field=row.rows.mapping.column("ended_on"))
    return TermEnding(row.ending, ended_by, exact=row.ended_on is not None)


def _holder(row: _Cells) -> SubjectImported:
    name = row.holder_name
    return SubjectImported(
        origin=row.origin,
        kind=row.holder_kind,
        name=None if name is None else Personal(row.holder, name),
        region=row.holder_region or row.region,
        risk_class=row.risk_class,
        key_commitment=None if name is None else row.rows.key_of(row.holder),
    )


def _inspection(row: _Cells) -> ImportInspection:
    row.not_later("performed_on", midnight(row.performed_on))
    fact = InspectionImported(
        origin=row.origin,
        licence_no=LicenceNo(row.licence_no),
        licence_known=False,  # the ledger knows
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
    return ImportInspection(row.inspection_no, fact)


def _subject(row: _Cells) -> ImportSubject:
    """One that has ended says the day: evidence of an unknown day is none."""
    if row.status is not None and row.ended_on is None:
        raise CellRefused("import.missing", field=row.rows.mapping.column("ended_on"))
    if row.ended_on is not None:
        row.not_later("ended_on", midnight(row.ended_on))
    fact = SubjectImported(
        origin=row.origin,
        kind=row.kind,
        name=None if row.name is None else Personal(row.subject, row.name),
        region=row.region,
        risk_class=row.risk_class,
        key_commitment=None if row.name is None else row.rows.key_of(row.subject),
    )
    return ImportSubject(SubjectId(row.subject), fact, row.status, row.ended_on)


def _inspector(row: _Cells) -> ImportInspector:
    fact = InspectorRegistered(
        person=PersonId(row.person),
        organ=Organ(row.organ),
        region=row.region,
        specialities=row.specialities,
        station=row.station,
        certificate_no=row.certificate_no,
        certificate_valid_to=row.certificate_valid_to,
    )
    return ImportInspector(
        import_id=row.origin.import_id,
        fact=fact,
        recused_subjects=tuple(map(SubjectId, row.recused_subjects or ())),
        recused_organs=tuple(map(Organ, row.recused_organs or ())),
        ground=row.ground or RecusalGround.OTHER,
    )


_ACTS: Final[Mapping[ImportKind, Callable[[_Cells], ImportAct]]] = {
    ImportKind.CASES: _case_step,
    ImportKind.LICENCES: _licence_term,
    ImportKind.INSPECTIONS: _inspection,
    ImportKind.SUBJECTS: _subject,
    ImportKind.INSPECTORS: _inspector,
}
