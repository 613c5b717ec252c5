"""读要办的事：与演案的一步同一格式（docs/scenarios.md）；写错的指出哪一行、哪一项、怎样改。"""

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from cattrs import ClassValidationError, ForbiddenExtraKeysError

from domain.acts import Act
from runtime.acts.about import Field, about, filled, kind_of
from runtime.exits import Exit, Stop
from runtime.messages import say
from runtime.scenarios.reader import act_of, instant_of

LARGEST: Final = 1 << 20
YEARS: Final = range(1900, 3000)
MOST: Final = 10**15
MOST_DAYS: Final = 3660  # ten years
_STEP: Final = re.compile(r"^\s*\[\[\s*step\s*\]\]", re.MULTILINE)
_LINE: Final = re.compile(r"line (\d+)")
_WORDS: Final = ("by", "act", "refused", "note", "command")
_KEYS: Final = frozenset({*_WORDS, "at", "with", "then"})
# Invisible, and they change what a reader sees: the bidirectional controls.
_HIDDEN: Final = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True, slots=True)
class Order:
    """要办的一步。``act`` None: time only passes. ``command``: its number, where one is given."""

    number: int
    at: datetime | None
    by: str | None
    act: Act | None
    refused: str | None = None
    then: tuple[str, ...] | None = None
    note: str | None = None
    command: str | None = None


class _Place(NamedTuple):
    """Where we are in the file: what a message about it begins with."""

    file: str
    text: str
    number: int

    def facts(self, key: str) -> dict[str, object]:
        return {"file": self.file, "line": self.line_of(key), "step": self.number}

    def line_of(self, key: str) -> int:
        """The line of this key in this step, else of the step itself."""
        starts = [found.start() for found in _STEP.finditer(self.text)] or [0]
        if self.number > len(starts):
            return 1
        begin, end = [*starts, len(self.text)][self.number - 1 : self.number + 1]
        found = re.compile(rf"^\s*{re.escape(key)}\s*=", re.MULTILINE).search(self.text, begin, end)
        shift = len(found.group()) - len(found.group().lstrip()) if found else 0
        return self.text.count("\n", 0, found.start() + shift if found else begin) + 1


def read(path: Path, *, strict: bool) -> list[Order]:
    """读一份文件。``strict``: a formal ledger, where text does not stand for a digest.

    Raises :class:`Stop`, exit code 1: what is wrong, and in which line.
    """
    return parse(str(path), text_of(path), strict=strict)


def text_of(path: Path) -> str:
    """文件的正文。Raises :class:`Stop` where there is none that could be meant."""
    if not path.is_file():
        raise Stop(Exit.USAGE, "act.file", file=path)
    if path.stat().st_size > LARGEST:
        raise Stop(Exit.USAGE, "act.large", file=path, largest=LARGEST)
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        raise Stop(Exit.USAGE, "act.text", file=path) from None


def parse(file: str, text: str, *, strict: bool) -> list[Order]:
    """由正文读出各步。Raises :class:`Stop` as :func:`read` does."""
    told = toml_of(file, text)
    for key in told:
        if key != "step":
            raise Stop(Exit.USAGE, "act.head", file=file, key=key)
    steps = told.get("step")
    if not isinstance(steps, list) or not steps or not all(isinstance(one, dict) for one in steps):
        raise Stop(Exit.USAGE, "act.no_step", file=file)
    return [
        _order(one, _Place(file, text, number), strict=strict)
        for number, one in enumerate(steps, 1)
    ]


def toml_of(file: str, text: str) -> dict[str, Any]:
    """正文的各项。Raises :class:`Stop`, with the line that is no TOML."""
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as wrong:
        found = _LINE.search(str(wrong))
        line = found[1] if found else text.count("\n") + 1
        raise Stop(Exit.USAGE, "act.toml", file=file, line=line) from None


def single(file: str, text: str, kind: type, given: dict[str, Any], *, strict: bool) -> Act:
    """一份文件写的就是这一件：各项都在头一层。Raises :class:`Stop` as :func:`read` does."""
    place = _Place(file, text, 1)
    for key, value in given.items():
        _refuse_odd(place, key, value)
    told = {"act": kind.__name__, "with": given}
    act = _act(told, place, strict=strict)
    if act is None:
        raise TypeError(kind)
    return act


def _order(told: dict[str, Any], place: _Place, *, strict: bool) -> Order:
    for key, value in told.items():
        if key not in _KEYS or (key in _WORDS and not (isinstance(value, str) and value.strip())):
            raise _wrong_key(place, key)
        _refuse_odd(place, key, value)
    then = told.get("then")
    if not isinstance(told.get("with", {}), dict):
        raise _wrong_key(place, "with")
    if then is not None and not all(isinstance(one, str) for one in _listed(place, then)):
        raise _wrong_key(place, "then")
    return Order(
        number=place.number,
        at=_at(told.get("at"), place),
        by=told.get("by"),
        act=_act(told, place, strict=strict),
        refused=told.get("refused"),
        then=None if then is None else tuple(then),
        note=told.get("note"),
        command=told.get("command"),
    )


def _wrong_key(place: _Place, key: str) -> Stop:
    return Stop(Exit.USAGE, "act.step", key=key, **place.facts(key))


def _listed(place: _Place, value: object) -> list[object]:
    if not isinstance(value, list):
        raise _wrong_key(place, "then")
    return value


def _at(value: object, place: _Place) -> datetime | None:
    try:
        return None if value is None else instant_of(value)
    except TypeError:
        raise _wrong_key(place, "at") from None


def _refuse_odd(place: _Place, key: str, value: object) -> None:
    """What no person means: it would be invisible, or no calendar could reckon with it."""
    for name, one in _values(key, value):
        if isinstance(one, str) and _has_hidden(one):
            raise Stop(Exit.USAGE, "act.control", field=name, **place.facts(name))
        if _is_out_of_range(name, one):
            raise Stop(Exit.USAGE, "act.range", field=name, **place.facts(name))


def _has_hidden(text: str) -> bool:
    controls = (one for one in text if unicodedata.category(one) == "Cc" and one not in "\n\t")
    return any(controls) or bool(_HIDDEN & set(text))


def _is_out_of_range(name: str, value: object) -> bool:
    match value:
        case date():
            return value.year not in YEARS
        case bool():
            return False
        case int():
            in_days = name.endswith(("days", "years"))
            return not (0 <= value <= MOST_DAYS if in_days else abs(value) <= MOST)
        case _:
            return False


def _values(key: str, value: object) -> Iterator[tuple[str, object]]:
    match value:
        case dict():
            for name, inner in value.items():
                yield from _values(name, inner)
        case list():
            for inner in value:
                yield from _values(key, inner)
        case _:
            yield key, value


# -- the act


def _act(told: Mapping[str, Any], place: _Place, *, strict: bool) -> Act | None:
    if "act" not in told:
        if told.keys() - {"at", "note"} or "at" not in told:
            raise _wrong_key(place, "act")
        return None
    kind = kind_of(told["act"], say("act.where", file=place.file, line=place.line_of("act")))
    try:
        act: Act = act_of(kind, filled(kind, told.get("with", {})), strict=strict)
    except ClassValidationError as wrong:
        raise _explained(kind, wrong, place) from None
    return act


def _explained(kind: type, wrong: ClassValidationError, place: _Place) -> Stop:
    """The first thing that is wrong: unknown, missing, no such choice, or badly written."""
    known = about(kind)
    facts = {"act": known.word, "name": known.name}
    pairs, others = wrong.group_exceptions()
    for error in others:
        if isinstance(error, ForbiddenExtraKeysError):
            names = "、".join(field.name for field in known.fields)
            field = min(error.extra_fields)
            told = {"field": field, "names": names, "act": known.word, **place.facts(field)}
            return Stop(Exit.USAGE, "act.field_unknown", **told)
    error, note = pairs[0]
    one = next(field for field in known.fields if field.name == note.name)
    told = {**facts, "field": one.name, "label": one.label, **place.facts(one.name)}
    if isinstance(error, KeyError) and error.args == (note.name,):
        return Stop(Exit.USAGE, "act.field_missing", **told)
    return _misplaced(one, told)


def _misplaced(one: Field, told: dict[str, object]) -> Stop:
    if one.choices:
        names = "、".join(f"{code} {word}" for code, word in one.choices.items())
        told = {key: value for key, value in told.items() if key != "name"}
        return Stop(Exit.USAGE, "act.choice", names=names, **told)
    return Stop(Exit.USAGE, "act.field_wrong", type=one.type, **told)
