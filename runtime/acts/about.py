"""每一种办理：中文名、谁可以办、要写哪些项、怎样写；由类型与格式推出，不另立一张表。"""

import dataclasses
import inspect
import re
import typing
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import Any, Final, NamedTuple

from domain.acts.base import HANDLERS
from domain.decider import Event
from domain.duties import DUTIES
from domain.terms import Evidence, Material, Personal, Role, Sealed
from runtime import words
from runtime.exits import Exit, Stop
from runtime.messages import say, tables
from runtime.scenarios.reader import ACTS
from schemas.registry import EVENT_NAMES

_SENTENCE: Final = re.compile(r"[；。（(\"]")
_ZEROS: Final = "0" * 64
KEY: Final = "key_commitment"  # of the person's key: the ledger knows it, the official does not


class Shape(NamedTuple):
    """一项的类型：单独一个还是若干个，可不可以不写。"""

    kind: Any  # a class, or a NewType
    many: bool
    optional: bool


@dataclass(frozen=True, slots=True)
class Field:
    """一项：名称、中文名、类型，可以不写与否；``choices`` 是枚举的代码与中文。"""

    name: str
    label: str
    type: str
    required: bool
    choices: Mapping[str, str]
    example: str


@dataclass(frozen=True, slots=True)
class About:
    """一种办理。"""

    name: str
    word: str
    meaning: str
    roles: tuple[str, ...]
    fields: tuple[Field, ...]

    @property
    def by_people(self) -> bool:
        """有人可以办；否则只由机器办。"""
        return self.roles != (str(Role.SYSTEM),)


def every() -> list[About]:
    """全部办理，按权限表的次序。"""
    return [about(ACTS[name]) for name in DUTIES]


def kind_of(given: str, where: str = "") -> type:
    """一种办理，认代码也认中文名；``where`` 是写在何处。Raises :class:`Stop` ``act.unknown``."""
    named = {str(word): name for name, word in tables()["act"].items()}
    name = named.get(given, given)
    if name not in ACTS:
        near = words.near(given, [*ACTS, *named])
        names = "、".join(near) or say("act.none")
        raise Stop(Exit.USAGE, "act.unknown", where=where, what=given, names=names)
    return ACTS[name]


@cache
def about(kind: type) -> About:
    """一种办理要写什么。"""
    name = kind.__name__
    return About(
        name=name,
        word=words.term("act", name),
        meaning=_meaning(kind),
        roles=tuple(str(role) for role in Role if role in DUTIES[name].roles),
        fields=tuple(_fields(kind)),
    )


def _meaning(kind: type) -> str:
    """What the class says of itself; what it says to programmers, behind, is left out."""
    first = (inspect.getdoc(kind) or "").partition("\n")[0]
    return first.partition("``")[0].rstrip("；，。 ") + "。"


def _fields(kind: type) -> Iterator[Field]:
    hints = typing.get_type_hints(kind)
    for one in fields(kind):
        shape = shape_of(hints[one.name])
        yield Field(
            name=one.name,
            label=label(kind, one.name),
            type=told(shape),
            required=is_needed(one, shape),
            choices=choices(shape.kind),
            example=example(shape, label(kind, one.name)),
        )


# -- types


def shape_of(hint: Any) -> Shape:
    """类型注记所说的：``X``、``X | None``、``tuple[X, ...]``。"""
    parts = [one for one in typing.get_args(hint) if one not in {type(None), Sealed, ...}]
    if typing.get_origin(hint) is tuple:
        return Shape(parts[0], many=True, optional=False)
    if parts:
        inner = shape_of(parts[0])
        return inner._replace(optional=type(None) in typing.get_args(hint))
    return Shape(hint, many=False, optional=False)


def is_needed(one: dataclasses.Field[Any], shape: Shape) -> bool:
    """必写与否；TOML 写不出“没有”，可以没有的就不写。"""
    return not (shape.optional or _has_default(one) or one.name == KEY)


def _has_default(one: dataclasses.Field[Any]) -> bool:
    return one.default is not MISSING or one.default_factory is not MISSING


def filled(kind: type, given: Mapping[str, Any]) -> dict[str, Any]:
    """连同没有写的：类里没有默认值而可以不写的，算作没有。"""
    hints, made = typing.get_type_hints(kind), dict(given)
    for one in fields(kind):
        shape = shape_of(hints[one.name])
        if one.name in given:
            made[one.name] = _filled_inside(shape.kind, given[one.name])
        elif not _has_default(one) and not is_needed(one, shape):
            made[one.name] = "" if one.name == KEY else None
    return made


def _filled_inside(kind: Any, value: Any) -> Any:
    if isinstance(value, list):
        return [_filled_inside(kind, one) for one in value]
    is_record = isinstance(value, dict) and is_dataclass(kind) and kind is not Personal
    return filled(kind, value) if is_record else value


def told(shape: Shape) -> str:
    """类型说给人听。"""
    kind, known = shape.kind, tables()["field_type"]
    if kind.__name__ in known:
        one = str(known[kind.__name__])
    elif choices(kind):
        one = str(known["choice"])
    elif is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        parts = (f"{item.name} {told(shape_of(hints[item.name]))}" for item in fields(kind))
        one = str(known["table"]).format(parts="，".join(parts))
    else:
        one = str(known[_plain(kind).__name__])
    return str(known["many"]).format(one=one) if shape.many else one


def _plain(kind: Any) -> Any:
    """A NewType is what it wraps."""
    return _plain(kind.__supertype__) if hasattr(kind, "__supertype__") else kind


def choices(kind: Any) -> Mapping[str, str]:
    """枚举的代码与中文；不是枚举的空着。"""
    if not (isinstance(kind, type) and issubclass(kind, Enum)):
        return {}
    named = tables()["choice"].get(kind.__name__)
    known = words.enumeration(kind.__name__) | (named if isinstance(named, dict) else {})
    if kind is Role:
        known = {str(role): words.term("role", role) for role in Role}
    return {str(one.value): str(known.get(str(one.value), one.value)) for one in kind}


# -- what a field is called


def label(kind: type, name: str) -> str:
    """一项的中文名：告知语另有的照它，否则取最像的一种事件的格式里的说法。"""
    own = tables()["field"]
    if (said := own.get(f"{kind.__name__}.{name}") or own.get(name)) is not None:
        return str(said)
    for event in _likely(kind):
        if (found := words.labels(event).get(name)) is not None:
            return found
    if (known := words.entry_name(name)) != name:
        return known
    about_what = (inspect.getdoc(inspect.getmodule(kind)) or name).partition("的")[0]
    return say("act.number", of=about_what)


@cache
def _likely(kind: type) -> tuple[str, ...]:
    """Events that the act may write: of the modules that its handler knows, most alike first."""
    near = {id(one) for one in vars(inspect.getmodule(HANDLERS[kind])).values()}
    own = {one.name for one in fields(kind)}

    def alike(event: str) -> tuple[int, int, str]:
        its = set(words.labels(event))
        return (-len(own & its), len(its - own), event)

    def is_near(event: type[Event]) -> bool:
        return id(inspect.getmodule(event)) in near

    return tuple(sorted((name for name, one in EVENT_NAMES.items() if is_near(one)), key=alike))


# -- an example that is ready to be copied


def example_of(one: About, by: str) -> str:
    """一步的样子：各项填着样例，可以不写的以 # 开头。"""
    lines = ["[[step]]", f'by = "{by}"', f'act = "{one.name}"', "[step.with]"]
    return "\n".join([*lines, *(_line(field) for field in one.fields)])


def _line(field: Field) -> str:
    note = "、".join(f"{code} {word}" for code, word in field.choices.items())
    said = f"{field.label}（{note}）" if note else field.label
    return f"{'' if field.required else '# '}{field.name} = {field.example}  # {said}"


def example(shape: Shape, named: str) -> str:
    """一项的样例，照写即可读。"""
    one = _example(shape.kind, named)
    return f"[{one}]" if shape.many else one


def _example(kind: Any, named: str) -> str:
    known = tables()["field_example"]
    if kind.__name__ in known:
        return str(known[kind.__name__])
    if codes := choices(kind):
        return f'"{next(iter(codes))}"'
    if kind in {Material, Evidence}:
        key = "name" if kind is Material else "reference"
        return f'{{ {key} = "{_SENTENCE.split(named)[0]}", sha256 = "{_ZEROS}" }}'
    if kind is Personal:
        return '{ holder = "S-0001", text = "…" }'
    if is_dataclass(kind):
        return "{ " + ", ".join(_inside(typing.get_type_hints(kind), fields(kind))) + " }"
    return _scalar(_plain(kind), named)


def _inside(hints: Mapping[str, Any], known: Iterable[Any]) -> Iterator[str]:
    for one in known:
        shape = shape_of(hints[one.name])
        if is_needed(one, shape):
            yield f"{one.name} = {example(shape, '…')}"


def _scalar(kind: Any, named: str) -> str:
    plain = {int: "1", bool: "false", date: "2026-03-02", datetime: "2026-03-02T09:00:00"}
    return plain.get(kind, f'"{_SENTENCE.split(named)[0]}"')
