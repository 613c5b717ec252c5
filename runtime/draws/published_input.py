"""公开的抽取输入（双随机 v1）：读进来，一处不合就说明是哪一处，不猜。

The format is that of the open vectors: hexadecimal seed material and the frozen list by strata. A file
may hold the input alone, or ``{"input": …, "expected": …}``.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from domain.inspection_plan import OFFICES
from domain.sampling import WHOLE, DrawInput, StratumInput
from domain.terms import HashName
from runtime.exits import Exit, Stop
from runtime.messages import say

_HASHES: Final = tuple(name.lower() for name in HashName)
_DIGEST: Final = re.compile("[0-9a-f]{64}")
_SEALED: Final = re.compile("([0-9a-f]{64})?")  # 空：公开方式
_KEYS: Final = DrawInput.__required_keys__
_STRATUM_KEYS: Final = StratumInput.__required_keys__


@dataclass(frozen=True, slots=True)
class Published:
    """一份公开的输入；``expected`` 是文件自己写明的结果，没有则为 None。"""

    input: DrawInput
    expected: object


def read(path: Path) -> Published:
    """读一份文件。Raises :class:`Stop` ``draw.input_unreadable`` or ``draw.input_wrong``."""
    if not path.is_file():
        raise Stop(Exit.USAGE, "draw.input_unreadable", file=path.name, why=say("draw.why.no_file"))
    try:
        told = json.loads(path.read_bytes(), object_pairs_hook=_once)
    except (OSError, ValueError, RecursionError) as error:
        raise Stop(Exit.USAGE, "draw.input_unreadable", file=path.name, why=error) from error
    expected = None
    if isinstance(told, dict) and "input" in told:
        _known(told, {"input", "expected"}, {"input"}, "")
        told, expected = told["input"], told.get("expected")
    return Published(_input(told), expected)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """JSON lets a name stand twice, and readers differ in which they believe."""
    told = dict(pairs)
    if len(told) != len(pairs):
        raise ValueError(say("draw.why.twice"))
    return told


def _input(told: object) -> DrawInput:
    known = _known(told, _KEYS, _KEYS, "")
    for name in _KEYS:
        _CHECKS[name](known[name], name)
    return DrawInput(**known)  # type: ignore[typeddict-item,no-any-return]


def _known(
    told: object, allowed: frozenset[str] | set[str], needed: frozenset[str] | set[str], where: str
) -> Mapping[str, Any]:
    if not isinstance(told, dict):
        raise _wrong(where, "object")
    if unknown := sorted(told.keys() - allowed):
        raise _wrong(_at(where, unknown[0]), "unknown")
    if missing := sorted(needed - told.keys()):
        raise _wrong(_at(where, missing[0]), "missing")
    return told


def _hash(told: object, where: str) -> None:
    if told not in _HASHES:
        raise _wrong(where, "hash")


def _leaf(told: object, where: str) -> None:
    if not (isinstance(told, str) and _DIGEST.fullmatch(told)):
        raise _wrong(where, "hex")


def _sealed(told: object, where: str) -> None:
    if not (isinstance(told, str) and _SEALED.fullmatch(told)):
        raise _wrong(where, "sealed")


def _reveals(told: object, where: str) -> None:
    if not isinstance(told, list) or len(told) < OFFICES:
        raise _wrong(where, "offices", least=OFFICES)
    for number, share in enumerate(told):
        if share is not None:
            _leaf(share, f"{where}[{number}]")


def _text(told: object, where: str) -> None:
    if not isinstance(told, str) or not told:
        raise _wrong(where, "text")
    try:
        told.encode()
    except UnicodeEncodeError as error:
        raise _wrong(where, "unicode") from error


def _whole(told: object, where: str, most: int | None = None) -> None:
    """A bool is an int to Python, not to a reader of the file."""
    if not isinstance(told, int) or isinstance(told, bool) or told < 0:
        raise _wrong(where, "natural")
    if most is not None and told > most:
        raise _wrong(where, "most", most=most)


def _strata(told: object, where: str) -> None:
    if not isinstance(told, list) or not told:
        raise _wrong(where, "strata")
    names: set[str] = set()
    objects: set[str] = set()
    for number, one in enumerate(told):
        here = f"{where}[{number}]"
        stratum = _known(one, _STRATUM_KEYS, _STRATUM_KEYS, here)
        _text(stratum["name"], f"{here}.name")
        _new(stratum["name"], names, f"{here}.name")
        _whole(stratum["ratio_bp"], f"{here}.ratio_bp", WHOLE)
        _whole(stratum["floor"], f"{here}.floor")
        _objects(stratum["objects"], objects, f"{here}.objects")


def _objects(told: object, seen: set[str], where: str) -> None:
    """名单：一个对象在整次抽取中只出现一次，否则它有两份机会。"""
    if not isinstance(told, list):
        raise _wrong(where, "list")
    for number, subject in enumerate(told):
        _text(subject, f"{where}[{number}]")
        _new(subject, seen, f"{where}[{number}]")


def _new(text: str, seen: set[str], where: str) -> None:
    if text in seen:
        raise _wrong(where, "repeated")
    seen.add(text)


_CHECKS: Final[Mapping[str, Callable[[object, str], None]]] = {
    "hash": _hash,
    "plan_leaf_hash": _leaf,
    "reveals": _reveals,
    "public_value": _text,
    "sealed_share": _sealed,
    "strata": _strata,
}


def _at(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name


def _wrong(where: str, why: str, **facts: object) -> Stop:
    reason = say(f"draw.why.{why}", **facts)
    return Stop(Exit.USAGE, "draw.input_wrong", where=where or say("draw.whole_file"), why=reason)
