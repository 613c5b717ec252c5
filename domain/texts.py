"""文字（texts）：一件办理里填的每项文字，看得见、写得进账、不太长。

The one door for whatever people type: control characters and characters that turn the direction of
writing or cannot be seen would let one text pass for another, on a screen and on paper. Rare
characters, those of the private use area included, are names of people and are left alone.
"""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Final
from unicodedata import category

from domain.decider import Refused
from domain.refusals import Refusal

LONGEST: Final = 10_000  # characters of one text
LONGEST_NAME: Final = 200  # characters of the name of a material
_NOT_IN_NAMES: Final = frozenset("/\\\n\t")
_LINES: Final = frozenset("\n\t")
# 改变书写方向的，以及看不见的（零宽空格、零宽不连、字序标记）。
_UNSEEN: Final = frozenset("\u061c\u200b\u200c\u200e\u200f\u2060\ufeff\u2028\u2029") | frozenset(
    map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A)))
)


def improper_text(act: object) -> Refused | None:
    """这件办理里头一项不能入账的文字；都好的没有。"""
    for text in _texts(act):
        if len(text) > LONGEST:
            facts = {"length": str(len(text)), "largest": str(LONGEST)}
            return Refused(Refusal.TEXT_TOO_LONG, facts)
        for character in text:
            if _is_wrong(character):
                return Refused(Refusal.TEXT_CHARACTER, {"character": f"U+{ord(character):04X}"})
    return None


def _is_wrong(character: str) -> bool:
    if character.isprintable():
        return False
    unseen = category(character) in {"Cc", "Cs"} or character in _UNSEEN
    return unseen and character not in _LINES


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple | frozenset):
        for one in value:
            yield from _texts(one)
    elif is_dataclass(value):
        for one in fields(value):
            yield from _texts(getattr(value, one.name))


def is_sound_name(name: str) -> bool:
    """可以作一份材料的名字：不空、一行、首尾没有空白、不像路径、不太长。"""
    plain = bool(name) and name == name.strip() and len(name) <= LONGEST_NAME
    return plain and _NOT_IN_NAMES.isdisjoint(name)
