"""三分之二托管的算术（shamir）：封存份额分成三份，任意两份合得出，一份什么也说不出。

Shamir over GF(256), byte by byte, the field of AES (x^8 + x^4 + x^3 + x + 1); threshold two. The
random bytes come from the caller: here is arithmetic only.
"""

import re
from dataclasses import dataclass
from typing import Final

PIECES: Final = 3
_POLYNOMIAL: Final = 0x11B
_WRITTEN: Final = re.compile(r"([123])-([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Piece:
    """三份里的一份；``number`` 是 1、2、3。"""

    number: int
    value: bytes

    @property
    def text(self) -> str:
        """交给托管人的文件里的写法：``1-`` 接 64 位小写十六进制。"""
        return f"{self.number}-{self.value.hex()}"


def parse(text: str) -> Piece | None:
    """由写法读出；不合写法的没有。"""
    told = _WRITTEN.fullmatch(text)
    return Piece(int(told[1]), bytes.fromhex(told[2])) if told else None


def times(one: int, other: int) -> int:
    """GF(256) 的乘法。"""
    product = 0
    while other:
        if other & 1:
            product ^= one
        one <<= 1
        if one & 0x100:
            one ^= _POLYNOMIAL
        other >>= 1
    return product


def inverse(one: int) -> int:
    """GF(256) 的倒数：254 次幂；零没有。"""
    if one == 0:
        raise ZeroDivisionError("GF(256)")
    power = 1
    for _ in range(254):
        power = times(power, one)
    return power


def split(share: bytes, random: bytes) -> tuple[Piece, ...]:
    """分成三份。``random``: as many fresh random bytes as the share has, thrown away afterwards."""
    if len(random) != len(share):
        raise ValueError("as many random bytes as the share has")
    return tuple(
        Piece(number, bytes(s ^ times(a, number) for s, a in zip(share, random, strict=True)))
        for number in range(1, PIECES + 1)
    )


def combine(one: Piece, other: Piece) -> bytes:
    """任意两份合成份额；同一号的两份合不成。"""
    scale = inverse(one.number ^ other.number)
    return bytes(
        times(times(y, other.number) ^ times(z, one.number), scale)
        for y, z in zip(one.value, other.value, strict=True)
    )
