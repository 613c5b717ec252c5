"""导入对照表（mapping）：来源的哪一列是我们的哪一项，哪个代码是什么意思。TOML，全文随导入入账。

Every key is checked before a row is read: a mapping that is only nearly right would put wrong
history into a ledger that keeps it for ever.
"""

import re
import tomllib
from collections.abc import Mapping as Table
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from cattrs import ClassValidationError, Converter, transform_error

from domain.approval import ImportedEnding, TermKind
from domain.case import ImportedStep
from domain.importing import ImportKind
from domain.inspection import FindingCode
from domain.subject import SubjectKind
from domain.terms import Channel
from runtime.imports.refused import FileRefused

FOLDER: Final = Path(__file__).parent / "mappings"
DEFAULTS: Final[dict[ImportKind, str]] = {
    ImportKind.CASES: "wabo_cases.toml",
    ImportKind.LICENCES: "chicago_licences.toml",
    ImportKind.INSPECTIONS: "chicago_inspections.toml",
}
SOURCE: Final = re.compile(r"[A-Z][A-Z0-9]{1,11}")
MAX_TEXT: Final = 32_000  # characters: the whole mapping goes into one event


class FieldKind(StrEnum):
    """一项的写法。"""

    CODE = "CODE"  # ASCII 代码
    NUMBER = "NUMBER"  # 来源中的编号；入账时前加来源代号
    TEXT = "TEXT"
    NAME = "NAME"  # 个人信息，封存
    DATE = "DATE"
    INSTANT = "INSTANT"
    NATURAL = "NATURAL"
    LIST = "LIST"  # 顿号或逗号分隔的代码
    ENUM = "ENUM"


@dataclass(frozen=True, slots=True)
class Field:
    """我们的一项：写法、是否必填、属哪个代码集。"""

    kind: FieldKind
    required: bool = True
    choices: type[StrEnum] | None = None


def _enum(choices: type[StrEnum], *, required: bool = True) -> Field:
    return Field(FieldKind.ENUM, required, choices)


_CODE, _NUMBER, _TEXT = Field(FieldKind.CODE), Field(FieldKind.NUMBER), Field(FieldKind.TEXT)
_CODE_OR_NONE, _TEXT_OR_NONE = (
    Field(FieldKind.CODE, required=False),
    Field(FieldKind.TEXT, required=False),
)
_DATE, _DATE_OR_NONE = Field(FieldKind.DATE), Field(FieldKind.DATE, required=False)
_INSTANT, _INSTANT_OR_NONE = Field(FieldKind.INSTANT), Field(FieldKind.INSTANT, required=False)
_NATURAL: Final = Field(FieldKind.NATURAL)

FIELDS: Final[dict[ImportKind, dict[str, Field]]] = {
    ImportKind.CASES: {
        "record": _CODE,
        "case_no": _NUMBER,
        "item_code": _NUMBER,
        "item_name": _TEXT,
        "organ": _CODE,
        "department": _TEXT,
        "channel": _enum(Channel),
        "team": _TEXT_OR_NONE,
        "responsible": _CODE_OR_NONE,
        "started_at": _INSTANT,
        "due_at": _INSTANT_OR_NONE,
        "planned_end_at": _INSTANT_OR_NONE,
        "ended_at": _INSTANT_OR_NONE,
        "step": _enum(ImportedStep),
        "activity": _TEXT,
        "step_team": _TEXT_OR_NONE,
        "officer": _CODE_OR_NONE,
        "completed_at": _INSTANT,
    },
    ImportKind.LICENCES: {
        "record": _CODE,
        "licence_no": _NUMBER,
        "holder": _NUMBER,
        "holder_kind": _enum(SubjectKind, required=False),
        "holder_name": Field(FieldKind.NAME, required=False),
        "risk_class": _CODE,
        "item_code": _NUMBER,
        "item_name": _TEXT,
        "approving_body": _CODE,
        "supervising_bodies": Field(FieldKind.LIST),
        "speciality": _TEXT,
        "region": _TEXT,
        "first_licensed_on": _DATE_OR_NONE,
        "kind": _enum(TermKind),
        "valid_from": _DATE,
        "valid_to": _DATE_OR_NONE,
        "source_status": _TEXT,
        "ending": _enum(ImportedEnding, required=False),
        "ended_on": _DATE_OR_NONE,
    },
    ImportKind.INSPECTIONS: {
        "record": _CODE,
        "inspection_no": _NUMBER,
        "licence_no": _NUMBER,
        "performed_on": _DATE,
        "code": _enum(FindingCode),
        "source_result": _TEXT,
        "source_risk": _TEXT_OR_NONE,
        "critical": _NATURAL,
        "serious": _NATURAL,
        "minor": _NATURAL,
        "inspector": _CODE_OR_NONE,
        "facility": _TEXT_OR_NONE,
        "region": _TEXT,
    },
}


@dataclass(frozen=True, slots=True)
class FileFormat:
    """文件怎么读。``date``/``time``: ``iso`` or a strptime pattern; ``zone`` for times without one."""

    encoding: str = "auto"
    delimiter: str = ","
    sheet: str = ""
    date: str = "iso"
    time: str = "iso"
    zone: str = "Asia/Shanghai"
    blank: tuple[str, ...] = ()  # 来源用来表示“没有”的写法


@dataclass(frozen=True, slots=True)
class Mapping:
    """一张对照表。``text`` is the file as it stands; its digest is part of the import's number."""

    kind: ImportKind
    source: str
    columns: dict[str, str]
    file: FileFormat = field(default_factory=FileFormat)
    constants: dict[str, str] = field(default_factory=dict)
    defaults: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    patterns: dict[str, str] = field(default_factory=dict)
    text: str = field(default="", repr=False)

    @property
    def sha256(self) -> str:
        """全文的 SHA-256。"""
        return sha256(self.text.encode()).hexdigest()

    @property
    def fields(self) -> Table[str, Field]:
        """这一种导入的各项。"""
        return FIELDS[self.kind]


def default_text(kind: ImportKind) -> str:
    """随附的对照表全文。"""
    return (FOLDER / DEFAULTS[kind]).read_text("utf-8")


def read_mapping(kind: ImportKind, path: Path | None) -> Mapping:
    """读一张对照表；不给文件用随附的。Raises :class:`FileRefused` ``import.mapping``."""
    if path is None:
        return parse(kind, default_text(kind))
    try:
        return parse(kind, path.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise _wrong("TOML", "not UTF-8") from error


def parse(kind: ImportKind, text: str) -> Mapping:
    """由全文得对照表，逐项核对。Raises :class:`FileRefused` ``import.mapping``."""
    if len(text) > MAX_TEXT:
        raise _wrong("TOML", f"> {MAX_TEXT}")
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _wrong("TOML", str(error)) from error
    mapping = _structured(tree, text)
    if mapping.kind is not kind:
        raise _wrong("kind", f"{mapping.kind.lower()} ≠ {kind.lower()}")
    for where, why in _faults(mapping):
        raise _wrong(where, why)
    return mapping


def _wrong(where: str, why: str) -> FileRefused:
    return FileRefused("import.mapping", where=where, why=why)


def _structured(tree: dict[str, Any], text: str) -> Mapping:
    converter = Converter(forbid_extra_keys=True)
    converter.register_structure_hook(ImportKind, lambda value, _: ImportKind(str(value).upper()))
    converter.register_structure_hook(str, _text)
    try:
        return converter.structure(tree | {"text": text}, Mapping)
    except ClassValidationError as error:
        raise _wrong("TOML", "；".join(transform_error(error, path="")[:3])) from error


def _text(value: object, _: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"not a text: {value!r}")
    return value


def _faults(mapping: Mapping) -> "list[tuple[str, str]]":
    """What is wrong, as (where, why)."""
    known, choices = mapping.fields, {name: one.choices for name, one in mapping.fields.items()}
    found = [
        (f"{table}.{name}", "unknown field")
        for table in ("columns", "constants", "defaults", "values", "patterns")
        for name in getattr(mapping, table)
        if name not in known
    ]
    given = {**mapping.columns, **mapping.constants}
    found += [
        (name, "columns / constants")
        for name, one in known.items()
        if one.required and name not in given
    ]
    found += [(f"constants.{name}", "twice") for name in mapping.constants.keys() & mapping.columns]
    found += [
        (f"values.{name}.{code}", meaning)
        for name, table in mapping.values.items()
        for code, meaning in table.items()
        if meaning and (kinds := choices.get(name)) and meaning not in kinds.__members__
    ]
    return found + list(_format_faults(mapping))


def _format_faults(mapping: Mapping) -> "list[tuple[str, str]]":
    found: list[tuple[str, str]] = []
    if not SOURCE.fullmatch(mapping.source):
        found.append(("source", f"{mapping.source!r}: {SOURCE.pattern}"))
    if mapping.file.encoding not in {"auto", "utf-8", "gb18030"}:
        found.append(("file.encoding", mapping.file.encoding))
    if len(mapping.file.delimiter) != 1:
        found.append(("file.delimiter", mapping.file.delimiter))
    try:
        ZoneInfo(mapping.file.zone)
    except (ValueError, OSError, LookupError):
        found.append(("file.zone", mapping.file.zone))
    for name, pattern in mapping.patterns.items():
        try:
            re.compile(pattern)
        except re.error as error:
            found.append((f"patterns.{name}", str(error)))
    return found
