"""公开值的写法（public value）：几种公开的偶然，各有一种写法，一个值只有一种写法。

The seed takes the text as it stands, so a value that can be written in two ways is two draws to
choose from. Of a drand round the ledger checks that the randomness is the hash of the signature and
that the round is the one of the announced instant; the BLS signature itself it does not verify.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from types import MappingProxyType
from typing import Final


class ValueFormat(StrEnum):
    """公开值的写法。"""

    FREE = "FREE"  # 来源里写明，原文照录
    SSQ = "SSQ"  # 双色球：六个红球由小到大，加一个蓝球
    KL8 = "KL8"  # 快乐 8：二十个号码由小到大
    FC3D = "FC3D"  # 福彩 3D：三位数字
    DICE = "DICE"  # 当众掷骰，依次记下
    DRAND = "DRAND"  # drand quicknet 的一轮


# -- drand quicknet: scheme bls-unchained-g1-rfc9380, one round every three seconds

QUICKNET: Final = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"  # chain hash
GENESIS: Final = 1_692_803_367  # Unix seconds of round 1
PERIOD: Final = 3
DICE_LEAST: Final = 24  # 62 bits
DICE_MOST: Final = 200


def quicknet_round(at: datetime) -> int:
    """此刻或此后最早的一轮；``at`` is aware. Nobody may pick a later one."""
    seconds = at.timestamp() - GENESIS
    return max(1, -int(-seconds // PERIOD) + 1)


# -- each checks one canonical text


def _ascending(text: str, count: int, most: int) -> bool:
    numbers = text.split(" ")
    return (
        len(numbers) == count
        and all(re.fullmatch(r"[0-9]{2}", one) for one in numbers)
        and numbers == sorted(set(numbers))
        and int(numbers[0]) >= 1
        and int(numbers[-1]) <= most
    )


def _ssq(text: str, _: datetime) -> bool:
    red, plus, blue = text.partition("+")
    return bool(plus) and _ascending(red, 6, 33) and _ascending(blue, 1, 16)


def _kl8(text: str, _: datetime) -> bool:
    return _ascending(text, 20, 80)


def _fc3d(text: str, _: datetime) -> bool:
    return re.fullmatch(r"[0-9] [0-9] [0-9]", text) is not None


def _dice(text: str, _: datetime) -> bool:
    throws = text.split(" ")
    sound = all(re.fullmatch(r"[1-6]", one) for one in throws)
    return sound and DICE_LEAST <= len(throws) <= DICE_MOST


def _drand(text: str, at: datetime) -> bool:
    """``round signature randomness``: lower-case hex, the round of ``at``, SHA-256 of the rest."""
    told = re.fullmatch(r"([1-9][0-9]*) ([0-9a-f]{96}) ([0-9a-f]{64})", text)
    if told is None:
        return False
    number, signature, randomness = told.groups()
    same = sha256(bytes.fromhex(signature)).hexdigest() == randomness
    return same and int(number) == quicknet_round(at)


def _free(text: str, _: datetime) -> bool:
    return bool(text.strip())


@dataclass(frozen=True, slots=True)
class _Written:
    """一种写法：怎样核对，一个样子。"""

    sound: Callable[[str, datetime], bool]
    example: str


_SIGNATURE: Final = (
    "b713718a38ae728dfd477991af2822e08d2f305e47718cef9f7848ce4050e7be"
    "41076862b98fad56e91a6b85b89cd97b"
)
_RANDOMNESS: Final = "fc1873a13f3545aeade8401532ef5519920652eee6b0d2b19ca12643b87b3587"
_FORMATS: Final[Mapping[ValueFormat, _Written]] = MappingProxyType(
    {
        ValueFormat.FREE: _Written(_free, "03.06.13.25.28.29+06"),
        ValueFormat.SSQ: _Written(_ssq, "03 06 13 25 28 29+06"),
        ValueFormat.KL8: _Written(
            _kl8, "02 05 07 11 14 19 23 28 31 36 40 44 47 52 58 61 66 70 75 79"
        ),
        ValueFormat.FC3D: _Written(_fc3d, "3 0 7"),
        ValueFormat.DICE: _Written(_dice, "3 5 1 6 2 2 4 1 5 3 6 6 1 4 2 5 3 1 6 4 2 2 5 3"),
        ValueFormat.DRAND: _Written(_drand, f"657413 {_SIGNATURE} {_RANDOMNESS}"),
    }
)


def known(name: str) -> bool:
    """计划里写的是不是这几种之一；空为旧计划，原文照录。"""
    return not name or name in ValueFormat.__members__


def sound(name: str, text: str, at: datetime) -> bool:
    """这个值合不合计划说定的写法；``at`` is when the source was to speak."""
    return _FORMATS[ValueFormat(name or ValueFormat.FREE)].sound(text, at)


def example(name: str) -> str:
    """这种写法的一个样子。"""
    return _FORMATS[ValueFormat(name or ValueFormat.FREE)].example


def names() -> str:
    """各种写法的名称。"""
    return "、".join(ValueFormat)
