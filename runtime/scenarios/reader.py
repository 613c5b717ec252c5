"""读演案：一份 TOML 写明何时、何人、办何事，期望准还是不准、案卷成什么样。见 docs/scenarios.md。"""

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import EnumMeta
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, TypeVar, get_args, get_origin

from cattrs import BaseValidationError, Converter

from domain.acts import Act
from domain.acts.base import HANDLERS
from domain.acts.register import PublishItem
from domain.terms import BEIJING, Evidence, ItemCode, Material, Personal, Sealed, Sha256
from runtime.exits import Exit, Stop
from runtime.founding import CITY, IN_FORCE

R = TypeVar("R")

FOLDER: Final = Path(__file__).parents[2] / "scenarios"
ACTS: Final[Mapping[str, type]] = {kind.__name__: kind for kind in HANDLERS}
_HEX: Final = re.compile(r"[0-9a-f]{64}")  # a SHA-256 that is written out
# What an item of a scenario says where it says nothing.
PLAIN_ITEM: Final[Mapping[str, Any]] = {
    "effective_from": IN_FORCE,
    "legal_basis": ["行政许可法 12 条"],
    "approving_body": CITY,
    "supervising_bodies": ["350505-SCJG"],
    "legal_days": 20,
    "promised_days": 10,
    "window_authorised": False,
    "commitment_allowed": False,
    "commitment_materials": [],
    "breach_policy": "REVOKE",
    "filing_only": False,
    "materials": ["申请书"],
    "speciality": "综合",
}


@dataclass(frozen=True, slots=True)
class Step:
    """一步：何时、何人、办何事；``refused`` 是期望的拒绝码，没有写的应当办成。

    ``act`` None: time only passes. ``then``: the events it must record, in order.
    """

    at: datetime
    by: str | None
    act: Act | None
    refused: str | None
    then: tuple[str, ...] | None
    note: str | None


@dataclass(frozen=True, slots=True)
class Scenario:
    """一份演案。``expect``: columns of the case view, ``events``: names that must occur."""

    name: str
    title: str
    about: str
    rules: tuple[int, ...]
    mechanisms: tuple[str, ...]
    case: str
    items: tuple[PublishItem, ...]
    steps: tuple[Step, ...]
    expect: Mapping[str, Any]
    events: tuple[str, ...]
    absent: tuple[str, ...]


def names() -> list[str]:
    """现成的演案，按名称。"""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def read(name: str) -> Scenario:
    """读一份演案。Raises :class:`Stop`: unknown name, or a file that says something wrong."""
    path = FOLDER / f"{name}.toml"
    if name not in names():
        raise Stop(Exit.REFUSED, "scenario.unknown", name=name, names="、".join(names()))
    return parse(name, path.read_text(encoding="utf-8"))


def parse(name: str, text: str) -> Scenario:
    """由正文读出。Raises :class:`Stop` ``scenario.wrong``, which names the item or the step."""
    told = _understood(name, "TOML", lambda: tomllib.loads(text))
    items = _understood(name, "catalogue", lambda: dict(_shipped(told.get("catalogue", ()))))
    items |= {one["item_code"]: dict(PLAIN_ITEM) | one for one in told.get("item", ())}
    published = [
        _understood(name, code, partial(act_of, PublishItem, one)) for code, one in items.items()
    ]
    steps = [
        _understood(name, f"step {number}", partial(_step, one, items))
        for number, one in enumerate(told.get("step", ()), 1)
    ]
    return _understood(name, "head", lambda: _scenario(name, told, published, steps))


def _shipped(codes: Iterable[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Items of the catalogue that comes with the program, as a scenario would write them."""
    from runtime.catalogue.checks import SHIPPED, sound

    known = sound(SHIPPED).items if codes else {}
    for code in codes:
        yield code, _CONVERTER.unstructure(known[ItemCode(code)])


def _scenario(
    name: str, told: dict[str, Any], items: list[PublishItem], steps: list[Step]
) -> Scenario:
    if unknown := told.keys() - _HEAD_KEYS:
        raise ValueError(f"unknown: {sorted(unknown)}")
    if not steps:
        raise ValueError("no step")
    return Scenario(
        name=name,
        title=told["title"],
        about=told.get("about", ""),
        rules=tuple(told.get("rules", ())),
        mechanisms=tuple(str(one) for one in told.get("mechanisms", ())),
        case=told["case"],
        items=tuple(items),
        steps=tuple(steps),
        expect=told.get("expect", {}),
        events=tuple(told.get("events", ())),
        absent=tuple(told.get("absent", ())),
    )


def _understood(name: str, where: str, reading: Callable[[], R]) -> R:
    try:
        return reading()
    except BaseValidationError as error:
        raise Stop(Exit.USAGE, "scenario.wrong", name=name, where=where, why=_why(error)) from error
    except (KeyError, TypeError, ValueError) as error:
        raise Stop(Exit.USAGE, "scenario.wrong", name=name, where=where, why=repr(error)) from error


def _why(error: BaseException) -> str:
    while isinstance(error, BaseValidationError):
        error = error.exceptions[0]
    return repr(error)


_HEAD_KEYS: Final = {
    *("title", "about", "rules", "mechanisms", "case", "catalogue"),
    *("item", "step", "expect", "events", "absent"),
}
_STEP_KEYS: Final = {"at", "by", "act", "with", "refused", "then", "note"}


def _step(told: dict[str, Any], items: Mapping[str, dict[str, Any]]) -> Step:
    if unknown := told.keys() - _STEP_KEYS:
        raise ValueError(f"unknown: {sorted(unknown)}")
    act = None
    if (kind := told.get("act")) is not None:
        given = dict(told.get("with", {}))
        if kind == PublishItem.__name__:
            given = items.get(given["item_code"], dict(PLAIN_ITEM)) | given
        act = act_of(ACTS[kind], given)
    then = told.get("then")
    return Step(
        at=instant_of(told["at"]),
        by=told.get("by"),
        act=act,
        refused=told.get("refused"),
        then=None if then is None else tuple(then),
        note=told.get("note"),
    )


# -- from TOML values to acts


def act_of(kind: type, given: Mapping[str, Any], *, strict: bool = False) -> Any:
    """一种办理，由 TOML 的各项写成。``strict``: a digest is written out, text is not taken for one.

    Raises :class:`cattrs.BaseValidationError`, which says which field is wrong.
    """
    return (_STRICT if strict else _CONVERTER).structure(given, kind)


def instant_of(value: object) -> datetime:
    """时刻；没有写时区的是北京时间。Raises TypeError."""
    if not isinstance(value, datetime):
        raise TypeError(f"not an instant: {value!r}")
    return value.replace(tzinfo=value.tzinfo or BEIJING)


def digest(text: str) -> Sha256:
    """演案里的材料没有正文：以其名称的摘要代之。"""
    return Sha256(sha256(text.encode()).hexdigest())


def _sha256(value: Any, _: object) -> Sha256:
    text = str(value)
    return Sha256(text) if _HEX.fullmatch(text) else digest(text)


def _written_out(value: Any, _: object) -> Sha256:
    if not _HEX.fullmatch(str(value)):
        raise ValueError("not the digits of a SHA-256")
    return Sha256(str(value))


def _material(value: Any, _: object) -> Material:
    if isinstance(value, str):
        return Material(value, digest(value))
    return Material(value["name"], _sha256(value["sha256"], None))


def _evidence(value: Any, _: object) -> Evidence:
    if isinstance(value, str):
        return Evidence(value, digest(value))
    return Evidence(value["reference"], _sha256(value["sha256"], None))


def _personal(value: Any, kind: Any) -> Personal | None:
    if value is None and type(None) in kind.__args__:
        return None
    return Personal(value["holder"], value["text"])


def _datetime(value: Any, _: object) -> datetime:
    return instant_of(value)


def _date(value: Any, _: object) -> date:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise TypeError(f"not a day: {value!r}")
    return value


def _exact(plain: type) -> Callable[[Any, Any], Any]:
    """Nothing is turned into text, or into a number. Asked for its subclasses too: text with a list
    of choices.
    """

    def structure(value: Any, kind: Any) -> Any:
        if isinstance(kind, EnumMeta):
            return kind(value)
        if type(value) is not plain:
            raise TypeError(f"not {plain.__name__}: {value!r}")
        return value

    return structure


def _is_several(kind: Any) -> bool:
    return get_origin(kind) is tuple


def _several(converter: Converter) -> Callable[[Any, Any], tuple[Any, ...]]:
    """A text is not taken for the list of its characters."""

    def structure(value: Any, kind: Any) -> tuple[Any, ...]:
        if not isinstance(value, list | tuple):
            raise TypeError(f"not several: {value!r}")
        inner, *_ = get_args(kind)
        return tuple(converter.structure(one, inner) for one in value)

    return structure


def _converter(*, strict: bool = False) -> Converter:
    made = Converter(forbid_extra_keys=True)
    digest_of = _written_out if strict else _sha256
    made.register_structure_hook_func(lambda kind: kind is Sha256, digest_of)
    if not strict:
        made.register_structure_hook(Material, _material)
        made.register_structure_hook(Evidence, _evidence)
    made.register_structure_hook(datetime, _datetime)
    made.register_structure_hook(date, _date)
    for plain in (str, int, bool):  # by name: a predicate is not asked about these
        made.register_structure_hook(plain, _exact(plain))
    made.register_structure_hook_func(_is_several, _several(made))
    made.register_structure_hook_func(
        lambda kind: Sealed in getattr(kind, "__args__", ()), _personal
    )
    return made


_CONVERTER: Final = _converter()
_STRICT: Final = _converter(strict=True)
