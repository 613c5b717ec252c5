"""导入对照表（mapping）：来源的哪一列是我们的哪一项，哪个代码是什么意思。TOML，全文随导入入账。

Every key is checked before a row is read: a mapping that is only nearly right would put wrong
history into a ledger that keeps it for ever.
"""

import re
import tomllib
from collections.abc import Iterator
from collections.abc import Mapping as Table
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from cattrs import (
    AttributeValidationNote,
    BaseValidationError,
    Converter,
    ForbiddenExtraKeysError,
    IterableValidationNote,
)

from domain.approval import ImportedEnding, TermKind
from domain.case import ImportedStep
from domain.importing import ImportKind
from domain.inspection_task import FindingCode
from domain.inspector import RecusalGround
from domain.subject import OffReason, SubjectKind
from domain.terms import Channel, Sha256
from runtime.exits import Exit, Stop
from runtime.imports.cells import ISO, Field, FieldKind, FileFormat, Reader, zone
from runtime.imports.refused import CellRefused
from runtime.messages import say

FOLDER: Final = Path(__file__).parent / "mappings"
DEFAULTS: Final[Table[ImportKind, str]] = {
    ImportKind.CASES: "wabo_cases.toml",
    ImportKind.LICENCES: "chicago_licences.toml",
    ImportKind.INSPECTIONS: "chicago_inspections.toml",
    ImportKind.SUBJECTS: "subjects.toml",
    ImportKind.INSPECTORS: "inspectors.toml",
}
SOURCE: Final = re.compile(r"[A-Z][A-Z0-9]{1,11}")
ENCODINGS: Final = ("auto", "utf-8", "gb18030")
MAX_TEXT: Final = 16_000  # characters: the whole mapping goes into one event


def _choice(choices: type[StrEnum], *, required: bool = True) -> Field:
    return Field(FieldKind.CHOICE, required, choices)


def _optional(kind: FieldKind) -> Field:
    return Field(kind, required=False)


_CODE, _NUMBER, _TEXT = Field(FieldKind.CODE), Field(FieldKind.NUMBER), Field(FieldKind.TEXT)
_RECORD, _NATURAL = Field(FieldKind.RECORD), Field(FieldKind.NATURAL)
_DATE, _INSTANT = Field(FieldKind.DATE), Field(FieldKind.INSTANT)

FIELDS: Final[Table[ImportKind, Table[str, Field]]] = {
    ImportKind.CASES: {
        "record": _RECORD,
        "case_no": _NUMBER,
        "item_code": _NUMBER,
        "item_name": _TEXT,
        "organ": _CODE,
        "department": _TEXT,
        "channel": _choice(Channel),
        "team": _optional(FieldKind.TEXT),
        "responsible": _optional(FieldKind.CODE),
        "started_at": _INSTANT,
        "due_at": _optional(FieldKind.INSTANT),
        "planned_end_at": _optional(FieldKind.INSTANT),
        "ended_at": _optional(FieldKind.INSTANT),
        "step": _choice(ImportedStep),
        "activity": _TEXT,
        "step_team": _optional(FieldKind.TEXT),
        "officer": _optional(FieldKind.CODE),
        "completed_at": _INSTANT,
    },
    ImportKind.LICENCES: {
        "record": _RECORD,
        "licence_no": _NUMBER,
        "holder": _NUMBER,
        "holder_kind": _choice(SubjectKind, required=False),
        "holder_name": _optional(FieldKind.NAME),
        "holder_region": _optional(FieldKind.TEXT),  # 检查片区；不给即 region
        "risk_class": _CODE,
        "item_code": _NUMBER,
        "item_name": _TEXT,
        "approving_body": _CODE,
        "supervising_bodies": Field(FieldKind.LIST),
        "speciality": _TEXT,
        "region": _TEXT,
        "first_licensed_on": _optional(FieldKind.DATE),
        "kind": _choice(TermKind),
        "valid_from": _DATE,
        "valid_to": _optional(FieldKind.DATE),
        "source_status": _TEXT,
        "ending": _choice(ImportedEnding, required=False),
        "ended_on": _optional(FieldKind.DATE),
    },
    ImportKind.INSPECTIONS: {
        "record": _RECORD,
        "inspection_no": _NUMBER,
        "licence_no": _NUMBER,
        "performed_on": _DATE,
        "code": _choice(FindingCode),
        "source_result": _TEXT,
        "source_risk": _optional(FieldKind.TEXT),
        "critical": _NATURAL,
        "serious": _NATURAL,
        "minor": _NATURAL,
        "inspector": _optional(FieldKind.CODE),
        "facility": _optional(FieldKind.TEXT),
        "region": _TEXT,
    },
    ImportKind.SUBJECTS: {
        "record": _RECORD,
        "subject": _NUMBER,
        "kind": _choice(SubjectKind),
        "name": _optional(FieldKind.NAME),
        "region": _TEXT,
        "risk_class": _CODE,
        "status": _choice(OffReason, required=False),  # 不给即在库
        "ended_on": _optional(FieldKind.DATE),
    },
    ImportKind.INSPECTORS: {
        "record": _RECORD,
        "person": _CODE,  # 本系统的自然人编号，不加来源代号
        "organ": _CODE,
        "region": _TEXT,
        "specialities": Field(FieldKind.TEXTS),
        "station": _TEXT,
        "certificate_no": _TEXT,
        "certificate_valid_to": _DATE,
        "recused_subjects": Field(FieldKind.LIST, required=False),
        "recused_organs": Field(FieldKind.LIST, required=False),
        "ground": _choice(RecusalGround, required=False),
    },
}


@dataclass(frozen=True, slots=True)
class Mapping:
    """一张对照表。``text`` is the file as it stands; its digest is part of the import's number."""

    kind: ImportKind
    source: str
    columns: dict[str, str]  # 我们的项 → 来源的列
    file: FileFormat = field(default_factory=FileFormat)
    constants: dict[str, str] = field(default_factory=dict)  # 整份文件都相同的
    defaults: dict[str, str] = field(default_factory=dict)  # 来源空着时取的
    values: dict[str, dict[str, str]] = field(default_factory=dict)  # 来源的代码 → 我们的代码
    patterns: dict[str, str] = field(default_factory=dict)  # 来源的写法：认得出错位的列
    text: str = field(default="", repr=False)

    @property
    def sha256(self) -> Sha256:
        """全文的 SHA-256。"""
        return Sha256(sha256(self.text.encode()).hexdigest())

    @property
    def fields(self) -> Table[str, Field]:
        """这一种导入的各项。"""
        return FIELDS[self.kind]

    @property
    def reader(self) -> Reader:
        """各格的读法。"""
        return Reader(self.file, self.source)

    def column(self, name: str) -> str:
        """给人看的列名：来源的列，没有列的用我们的项名。"""
        return self.columns.get(name, name)


def default_text(kind: ImportKind) -> str:
    """随附的对照表全文。"""
    return (FOLDER / DEFAULTS[kind]).read_text("utf-8")


def read_mapping(kind: ImportKind, path: Path | None) -> Mapping:
    """读一张对照表；不给文件用随附的。Raises :class:`Stop` ``import.mapping``."""
    if path is None:
        return parse(kind, default_text(kind))
    try:
        return parse(kind, path.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise _wrong("TOML", say("import.fault.utf8")) from error


def parse(kind: ImportKind, text: str) -> Mapping:
    """由全文得对照表，逐项核对。Raises :class:`Stop` ``import.mapping``."""
    if len(text) > MAX_TEXT:
        raise _wrong("TOML", say("import.fault.long", largest=MAX_TEXT))
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _wrong("TOML", str(error)) from error
    mapping = _structured(tree, text)
    if mapping.kind is not kind:
        raise _wrong("kind", say("import.fault.kind", found=mapping.kind.lower()))
    for where, why in _faults(mapping):
        raise _wrong(where, why)
    return mapping


def _wrong(where: str, why: str) -> Stop:
    return Stop(Exit.REFUSED, "import.mapping", where=where, why=why)


def _structured(tree: dict[str, Any], text: str) -> Mapping:
    converter = Converter(forbid_extra_keys=True)
    converter.register_structure_hook(ImportKind, lambda value, _: ImportKind(str(value).upper()))
    converter.register_structure_hook(str, _text)
    if "text" in tree:
        raise _wrong("text", say("import.fault.unknown"))
    try:
        return converter.structure(tree | {"text": text}, Mapping)
    except BaseValidationError as error:
        raise _wrong(*_first_fault(error)) from error


def _text(value: object, _: object) -> str:
    if not isinstance(value, str):
        raise TypeError(type(value).__name__)
    return value


def _first_fault(error: BaseException, path: tuple[str, ...] = ()) -> tuple[str, str]:
    """The innermost first cause, and where it stands. A key that is wrong explains one missing."""
    match error:
        case BaseValidationError(exceptions=causes):
            first = min(causes, key=lambda one: not isinstance(one, ForbiddenExtraKeysError))
            return _first_fault(first, (*path, *_place(first)))
        case ForbiddenExtraKeysError(extra_fields=names):
            return "、".join(sorted(names)), say("import.fault.unknown")
        case KeyError(args=[name]):
            return str(name), say("import.fault.missing")
        case _:
            return ".".join(path) or "TOML", say("import.fault.type")


def _place(error: BaseException) -> Iterator[str]:
    """The key where this stands, as cattrs notes it."""
    for note in getattr(error, "__notes__", ()):
        if isinstance(note, IterableValidationNote):
            yield str(note.index)
        elif isinstance(note, AttributeValidationNote):
            yield note.name


def _faults(mapping: Mapping) -> Iterator[tuple[str, str]]:
    """What is wrong, as (where, why)."""
    yield from _format_faults(mapping.file)
    if not SOURCE.fullmatch(mapping.source):
        yield "source", say("import.fault.source")
    yield from _name_faults(mapping)
    yield from _pattern_faults(mapping.patterns)
    yield from _value_faults(mapping)


def _name_faults(mapping: Mapping) -> Iterator[tuple[str, str]]:
    known = mapping.fields
    for table in ("columns", "constants", "defaults", "values", "patterns"):
        for name in getattr(mapping, table).keys() - known.keys():
            yield f"{table}.{name}", say("import.fault.field", names="、".join(known))
    required = {name for name, one in known.items() if one.required}
    for name in sorted(required - mapping.columns.keys() - mapping.constants.keys()):
        yield name, say("import.fault.missing")
    for name in sorted(mapping.constants.keys() & mapping.columns.keys()):
        yield f"constants.{name}", say("import.fault.twice")
    for table in ("defaults", "values", "patterns"):
        for name in getattr(mapping, table).keys() - mapping.columns.keys():
            yield f"{table}.{name}", say("import.fault.no_column")


def _value_faults(mapping: Mapping) -> Iterator[tuple[str, str]]:
    """Whatever the mapping puts into the ledger must be readable as if it stood in a cell."""
    meant = [(f"constants.{name}", name, text) for name, text in mapping.constants.items()]
    meant += [(f"defaults.{name}", name, text) for name, text in mapping.defaults.items()]
    meant += [
        (f"values.{name}.{code}", name, text)
        for name, table in mapping.values.items()
        for code, text in table.items()
        if text or mapping.fields[name].required
    ]
    for where, name, text in meant:
        one = mapping.fields[name]
        try:
            mapping.reader.read(one, text)
        except CellRefused:
            choices = one.choices.__members__ if one.choices else ()
            key = "choice" if choices else "value"
            yield where, say(f"import.fault.{key}", what=text, names="、".join(choices))


def _format_faults(form: FileFormat) -> Iterator[tuple[str, str]]:
    if form.encoding not in ENCODINGS:
        yield (
            "file.encoding",
            say("import.fault.choice", what=form.encoding, names="、".join(ENCODINGS)),
        )
    if len(form.delimiter) != 1 or form.delimiter in '"\r\n':
        yield "file.delimiter", say("import.fault.delimiter")
    for name, text in (("date", form.date), ("time", form.time)):
        if not _is_pattern(text):
            yield f"file.{name}", say("import.fault.time")
    try:
        zone(form.zone)
    except (ValueError, OSError, LookupError):
        yield "file.zone", say("import.fault.zone")


def _pattern_faults(patterns: Table[str, str]) -> Iterator[tuple[str, str]]:
    for name, pattern in patterns.items():
        try:
            re.compile(pattern)
        except re.error as error:
            yield f"patterns.{name}", str(error)


def _is_pattern(text: str) -> bool:
    """Whether a day that is written so can be read so."""
    if text == ISO:
        return True
    day = datetime(2011, 10, 9, tzinfo=UTC)
    try:
        return datetime.strptime(day.strftime(text), text).date() == day.date()  # noqa: DTZ007
    except ValueError:
        return False
