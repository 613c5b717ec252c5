"""读数据文件：TOML 与 XLSX 都读成一行一行的值；写错的逐处指明文件、行、项。"""

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from domain.policy import Trigger
from runtime.catalogue.fields import ITEM, TABLES, Field, Shape, Table
from runtime.catalogue.finding import Fault, Finding, Place
from runtime.exits import Exit, Stop
from runtime.imports.table import workbook
from runtime.messages import say, tables
from runtime.words import choice

TOML: Final = ".toml"
XLSX: Final = ".xlsx"
SPLIT: Final = "；"  # between several texts in one cell, unless it has lines
YES: Final[Mapping[str, bool]] = {"是": True, "否": False, "TRUE": True, "FALSE": False}
LONGEST: Final = 500
MOST_DIGITS: Final = 9  # of a number: it is an Avro int
_HEADER: Final = {
    "source": str,
    "about": str,
    "mechanisms": list,
    "elsewhere": list,  # items that other files publish
    "defaults": dict,
    "organ": dict,
}
_ITEM_EVENT: Final = "item.published.v2"
# Enumerations whose Chinese words stand in the schema of another event.
_WORDS_OF: Final = {
    "ListKind": "list.version_published.v1",
    "Trigger": "policy.published.v1",
    "Path": "policy.published.v1",
    "TransferMode": "item.authority_transferred.v1",
    "CancelMode": "item.cancelled.v1",
}


@dataclass(frozen=True, slots=True)
class Row:
    """一行：哪张表、在哪里、各项的值（没有写的取平常的值）。"""

    table: str
    place: Place
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Read:
    """读到的各行与写错的各处。"""

    rows: list[Row] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    elsewhere: set[str] = field(default_factory=set)


def files(paths: Sequence[Path]) -> list[Path]:
    """给出的文件，以及给出的文件夹里的各份。Raises :class:`Stop` where there is none."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = (one for one in path.iterdir() if one.suffix.lower() in {TOML, XLSX})
            found += sorted(one for one in inside if not one.name.startswith((".", "~")))
        elif path.is_file():
            found.append(path)
        else:
            raise Stop(Exit.REFUSED, "catalogue.no_file", file=path)
    if not found:
        raise Stop(Exit.REFUSED, "catalogue.no_file", file="、".join(map(str, paths)))
    return found


def read(paths: Sequence[Path]) -> Read:
    """读全部文件。Raises :class:`Stop` for a file that cannot be read at all."""
    known = Read()
    for path in files(paths):
        match path.suffix.lower():
            case ".toml":
                _toml(path, known)
            case ".xlsx":
                _xlsx(path, known)
            case _:
                raise Stop(Exit.USAGE, "catalogue.kind", file=path.name)
    return known


# -- TOML


def _toml(path: Path, known: Read) -> None:
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        why = say("catalogue.not_utf8")
        raise Stop(Exit.REFUSED, "catalogue.unreadable", file=path.name, why=why) from error
    except tomllib.TOMLDecodeError as error:
        raise Stop(Exit.REFUSED, "catalogue.unreadable", file=path.name, why=error) from error
    defaults = _header(path, told, known)
    for name in told.keys() & TABLES.keys() - {"organ"}:
        entries = told[name] if isinstance(told[name], list) else [told[name]]
        for number, entry in enumerate(entries, 1):
            place = Place(path.name, name, number)
            if not isinstance(entry, dict):
                known.findings.append(Finding(place, "", Fault.SHAPE, str(entry)))
                continue
            for one in _expanded(name, entry):
                usual = defaults if name == ITEM.name else {}
                _take(TABLES[name], place, {**usual, **one}, _typed, known)


def _header(path: Path, told: dict[str, Any], known: Read) -> dict[str, Any]:
    for name in sorted(told.keys() - TABLES.keys() - _HEADER.keys()):
        known.findings.append(Finding(Place(path.name, name, 1), "", Fault.UNKNOWN_TABLE, name))
    for name, kind in _HEADER.items():
        if not isinstance(told.get(name, kind()), kind):
            wrong = Finding(Place(path.name, name, 1), "", Fault.SHAPE, str(told[name]))
            known.findings.append(wrong)
            told[name] = kind()
    for number, (code, name) in enumerate(told.get("organ", {}).items(), 1):
        place = Place(path.name, "organ", number)
        _take(TABLES["organ"], place, {"code": code, "name": name}, _typed, known)
    known.elsewhere.update(map(str, told.get("elsewhere", ())))
    return dict(told.get("defaults", {}))


def _expanded(name: str, entry: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A list, a policy: what it says once is said in each of its rows."""
    head = {key: value for key, value in entry.items() if key != "entries"}
    inner = entry.get("entries")
    if name == "policy":
        told = {one: head.pop(one.lower(), None) for one in Trigger}
        inner = [
            {"trigger": str(one), **rest} for one, rest in told.items() if isinstance(rest, dict)
        ]
    if inner and isinstance(inner, list) and all(isinstance(one, dict) for one in inner):
        yield from ({**head, **one} for one in inner)
        return
    yield entry if inner else head


def _typed(one: Field, value: Any) -> object:
    match one.shape, value:
        case Shape.YES, bool():
            return value
        case Shape.NATURAL, int() if not isinstance(value, bool) and _is_natural(str(value)):
            return value
        case Shape.DAY, date() if not isinstance(value, datetime):
            return value
        case Shape.TEXT, str():
            return _sound(value)
        case Shape.CHOICE, str():
            return _chosen(one, value)
        case ((Shape.TEXTS | Shape.CHOICES), list()) if all(
            isinstance(part, str) for part in value
        ):
            return _several(one, value)
        case _:
            raise Wrong(Fault.SHAPE, str(value))


# -- XLSX


def _xlsx(path: Path, known: Read) -> None:
    names = {str(word): name for name, word in tables()["catalogue_table"].items()}
    found = 0
    for title, lines in workbook(path).items():
        name = names.get(title)
        if name is None:
            continue  # a sheet of notes
        found += 1
        _sheet(path, TABLES[name], lines, known)
    if not found:
        raise Stop(Exit.REFUSED, "catalogue.no_sheet", file=path.name, names="、".join(names))


def _sheet(path: Path, table: Table, lines: Sequence[Sequence[str]], known: Read) -> None:
    words = {str(word): name for name, word in tables()["catalogue_field"].items()}
    heading = [words.get(one.strip(), one.strip()) for one in (lines[0] if lines else ())]
    for twice in sorted({one for one in heading if one and heading.count(one) > 1}):
        known.findings.append(Finding(Place(path.name, table.name, 1), twice, Fault.TWICE, twice))
    for number, line in enumerate(lines[1:], 2):
        told = {name: cell for name, cell in zip(heading, line, strict=False) if cell != ""}
        if told:
            _take(table, Place(path.name, table.name, number), told, _parsed, known)


def _parsed(one: Field, text: str) -> object:
    match one.shape:
        case Shape.YES if text in YES:
            return YES[text]
        case Shape.NATURAL if _is_natural(text):
            return int(text)
        case Shape.DAY:
            return _day(text)
        case Shape.TEXT:
            return _sound(text)
        case Shape.CHOICE:
            return _chosen(one, text)
        case Shape.TEXTS | Shape.CHOICES:
            parts = text.split("\n" if "\n" in text else SPLIT)
            return _several(one, [part for part in parts if part])
        case _:
            raise Wrong(Fault.SHAPE, text)


def joined(parts: Sequence[str]) -> str:
    """若干条写进一格，一条一行。"""
    return "\n".join(parts) + ("\n" if len(parts) == 1 and SPLIT in parts[0] else "")


# -- what both have in common


class Wrong(Exception):  # noqa: N818 - says what is wrong with a value
    """一项写错了。"""

    def __init__(self, fault: Fault, what: str) -> None:
        super().__init__(fault, what)
        self.fault = fault
        self.what = what


def _take(
    table: Table,
    place: Place,
    told: Mapping[str, Any],
    reading: Callable[[Field, Any], object],
    known: Read,
) -> None:
    """One row; nothing is taken of a row in which something is wrong."""
    key = told.get(table.key[0]) if table.key else None
    place = Place(place.file, place.table, place.number, key if isinstance(key, str) else "")
    names = {one.name for one in table.fields}
    wrong = [Finding(place, name, Fault.UNKNOWN_FIELD, name) for name in told if name not in names]
    values: dict[str, object] = {}
    for one in table.fields:
        if one.name not in told:
            values[one.name] = one.default
            if one.is_needed:
                wrong.append(Finding(place, one.name, Fault.MISSING))
            continue
        try:
            values[one.name] = reading(one, told[one.name])
        except Wrong as error:
            wrong.append(Finding(place, one.name, error.fault, error.what))
    known.findings.extend(wrong)
    if not wrong:
        known.rows.append(Row(table.name, place, values))


def _sound(text: str) -> str:
    """Printable, nothing around it, neither empty nor endless."""
    if not text or text != text.strip() or not text.isprintable() or len(text) > LONGEST:
        raise Wrong(Fault.SHAPE, text[:LONGEST])
    return text


def _is_natural(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Wrong(Fault.SHAPE, text) from error


def _chosen(one: Field, text: str) -> StrEnum:
    assert one.of is not None  # noqa: S101 -- a choice has its enumeration
    for member in one.of:
        if text in {member.value, word(member)}:
            return member
    raise Wrong(Fault.CHOICE, text)


def word(member: StrEnum) -> str:
    """代码的中文，出自事件格式。"""
    event = _WORDS_OF.get(type(member).__name__, _ITEM_EVENT)
    return str(choice(event, member.value))


def _several(one: Field, parts: Sequence[str]) -> tuple[str, ...]:
    found = tuple(
        _sound(part) if one.shape is Shape.TEXTS else _chosen(one, part) for part in parts
    )
    if twice := [part for part in found if found.count(part) > 1]:
        raise Wrong(Fault.TWICE, str(twice[0]))
    if one.is_needed and not found:
        raise Wrong(Fault.MISSING, "")
    return found
