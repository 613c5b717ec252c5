"""填写（texts）：一件办理里人填的每一项，看得见、写得进账、在情理之中。

The one door for whatever people fill in. Before the law is asked: control characters, and those
that turn the direction of writing or cannot be seen, would let one text pass for another on screen
and on paper; a number or a day beyond all reason would break the count of days. Rare characters,
those of the private use area included, are names of people and are left alone. After the law has
said yes: a document without a number, a file without an identity, a digest that is none are not
written. What the machine says was read from the ledger, what is imported was examined by row.
"""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, Final, get_args, get_type_hints
from unicodedata import category

from domain.decider import Refused
from domain.refusals import Refusal
from domain.terms import (
    CaseNo,
    CommitmentId,
    ItemCode,
    LicenceNo,
    OfficerId,
    Organ,
    PersonId,
    Sha256,
    SubjectId,
)

LONGEST: Final = 10_000  # characters of one text
LONGEST_NAME: Final = 200  # characters of the name of a material, and of a number
LARGEST: Final = 2**31 - 1  # as the format of an event holds it
MOST_DAYS: Final = 3660  # of a period: ten years
MOST_MONTHS: Final = 120
YEARS: Final = range(1900, 2200)  # 长期有效的不填末日
_IDENTITIES: Final = frozenset(
    {CaseNo, ItemCode, SubjectId, PersonId, OfficerId, Organ, LicenceNo, CommitmentId}
)
_NOT_IN_NAMES: Final = frozenset("/\\\n\t")
_LINES: Final = frozenset("\n\t")
_HEX: Final = frozenset("0123456789abcdef")
_DIGEST: Final = 64
# 改变书写方向的，以及看不见的（零宽空格、零宽不连、字序标记）。
_UNSEEN: Final = frozenset("\u061c\u200b\u200c\u200e\u200f\u2060\ufeff\u2028\u2029") | frozenset(
    map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A)))
)


def improper(act: object) -> Refused | None:
    """这件办理里头一项不能受理的填写：文字、数目、日子；都好的没有。"""
    return next((fault for name, _, value in _entries(act) if (fault := _fault(name, value))), None)


def unnumbered(act: object) -> Refused | None:
    """这件办理里头一个空着的文号、编号，或者不成样的摘要；都好的没有。"""
    for name, hint, value in _entries(act):
        if hint is Sha256 and not (len(value) == _DIGEST and _HEX.issuperset(value)):
            return Refused(Refusal.TEXT_DIGEST, {"entry": name})
        if (hint in _IDENTITIES or name.endswith("_no")) and not _is_number(value):
            return Refused(Refusal.TEXT_NUMBER, {"entry": name})
    return None


def is_sound_name(name: str) -> bool:
    """可以作一份材料的名字：不空、一行、首尾没有空白、不像路径、不太长。"""
    return _is_number(name) and _NOT_IN_NAMES.isdisjoint(name)


def _is_number(text: str) -> bool:
    """一行之内，首尾没有空白，不空不太长。"""
    return 0 < len(text) <= LONGEST_NAME and text == text.strip() and "\n" not in text


def _fault(name: str, value: object) -> Refused | None:
    match value:
        case str():
            return _text_fault(value)
        case int():
            return _range_fault(name, value)
        case datetime(tzinfo=None):
            return Refused(Refusal.TEXT_DAY, {"entry": name})
        case date(year=year) if year not in YEARS:
            return Refused(Refusal.TEXT_DAY, {"entry": name})
        case _:
            return None


def _text_fault(text: str) -> Refused | None:
    if len(text) > LONGEST:
        facts = {"length": str(len(text)), "largest": str(LONGEST)}
        return Refused(Refusal.TEXT_TOO_LONG, facts)
    wrong = next((one for one in text if _is_wrong(one)), None)
    if wrong is None:
        return None
    return Refused(Refusal.TEXT_CHARACTER, {"character": f"U+{ord(wrong):04X}"})


def _is_wrong(character: str) -> bool:
    if character.isprintable():
        return False
    unseen = category(character) in {"Cc", "Cs"} or character in _UNSEEN
    return unseen and character not in _LINES


def _range_fault(name: str, value: int) -> Refused | None:
    largest = LARGEST
    if name.endswith("days"):
        largest = MOST_DAYS
    elif name.endswith("months"):
        largest = MOST_MONTHS
    if -largest <= value <= largest:
        return None
    return Refused(Refusal.TEXT_RANGE, {"entry": name, "largest": str(largest)})


def _entries(value: object, name: str = "", hint: Any = None) -> Iterator[tuple[str, Any, Any]]:
    """(项名, 所说的类型, 内容)，一项一项，列表与其中的各项都打开。"""
    if isinstance(value, tuple | frozenset):
        inner = next(iter(get_args(hint)), None)
        for one in value:
            yield from _entries(one, name, inner)
    elif is_dataclass(value) and not isinstance(value, type):
        hints = _hints(type(value))
        for one in fields(value):
            yield from _entries(getattr(value, one.name), one.name, hints[one.name])
    elif value is not None:
        yield name, _plain(hint), value


def _plain(hint: Any) -> Any:
    """``CaseNo | None`` says no more than ``CaseNo`` where there is a value."""
    parts = [part for part in get_args(hint) if part is not type(None)]
    return parts[0] if len(parts) == 1 and hint not in _IDENTITIES else hint


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)
