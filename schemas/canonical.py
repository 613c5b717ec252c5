"""规范读法：Avro 字节只认一种写法，读与核对一气呵成。

Avro leaves four freedoms: a varint may be over-long, an array may be split into blocks or carry
their sizes, any byte but 0 may be true, and bytes may follow the value. Each reader here refuses
its own, so a value that is read is the one that the writer would write; nothing need be written
again to know. ``IndexError`` and ``UnicodeDecodeError`` mean bytes that are no Avro at all.
"""

from collections.abc import Callable
from typing import Final, NoReturn, TypeAlias, TypeVar

from schemas.errors import CodecError

T = TypeVar("T")
U = TypeVar("U")

Reader: TypeAlias = Callable[[bytes, int], tuple[T, int]]  # bytes, where → what, where it ends
Read: TypeAlias = Reader[object]

_MORE: Final = 0x80  # the bit of a byte that another one follows
_LAST_SHIFT: Final = 63  # the tenth byte of a varint has room for one bit


def long(value: bytes, at: int) -> tuple[int, int]:
    """整数：zigzag 变长，最短写法，六十四位以内。"""
    byte = value[at]
    if byte < _MORE:
        return (byte >> 1) ^ -(byte & 1), at + 1
    number, shift = byte & 0x7F, 7
    while byte >= _MORE:
        at += 1
        byte = value[at]
        number |= (byte & 0x7F) << shift
        if shift == _LAST_SHIFT and byte > 1:
            _not_canonical()
        shift += 7
    if byte == 0:
        _not_canonical()
    return (number >> 1) ^ -(number & 1), at + 1


def blob(value: bytes, at: int) -> tuple[bytes, int]:
    """若干字节，长度在前。"""
    size = value[at]
    if size & 0x81:  # negative, or more than one byte long
        size, at = long(value, at)
    else:
        size, at = size >> 1, at + 1
    end = at + size
    if size < 0 or end > len(value):
        raise IndexError
    return value[at:end], end


def text(value: bytes, at: int) -> tuple[str, int]:
    """文字：UTF-8。"""
    size = value[at]
    if size & 0x81:  # as blob, written out: most of what is read are short texts
        size, at = long(value, at)
    else:
        size, at = size >> 1, at + 1
    end = at + size
    if size < 0 or end > len(value):
        raise IndexError
    return value[at:end].decode(), end


def boolean(value: bytes, at: int) -> tuple[bool, int]:
    """是非：一个字节，0 或 1。"""
    byte = value[at]
    if byte > 1:
        _not_canonical()
    return byte == 1, at + 1


def symbol(symbols: tuple[str, ...]) -> Reader[str]:
    """枚举的一项，按序号。"""

    def read(value: bytes, at: int) -> tuple[str, int]:
        number, at = long(value, at)
        if number < 0:
            raise IndexError
        return symbols[number], at

    return read


def optional(read: Reader[T]) -> Reader[T | None]:
    """可空：``["null", …]``，序号在前。"""

    def read_optional(value: bytes, at: int) -> tuple[T | None, int]:
        branch, at = long(value, at)
        if branch == 0:
            return None, at
        if branch != 1:
            raise IndexError
        return read(value, at)

    return read_optional


def array(read: Reader[T]) -> Reader[tuple[T, ...]]:
    """序列：空的只写一个 0；不空的一段写完，以 0 收尾。"""

    def read_array(value: bytes, at: int) -> tuple[tuple[T, ...], int]:
        count, at = long(value, at)
        if count < 0:
            _not_canonical()
        if count > len(value) - at:  # every item takes a byte at least
            raise IndexError
        items: list[T] = []
        for _ in range(count):
            item, at = read(value, at)
            items.append(item)
        if count:
            more, at = long(value, at)
            if more:
                _not_canonical()
        return tuple(items), at

    return read_array


def converted(read: Reader[T], into: Callable[[T], U]) -> Reader[U]:
    """读出之后再换成我们的类型。"""

    def read_converted(value: bytes, at: int) -> tuple[U, int]:
        found, at = read(value, at)
        return into(found), at

    return read_converted


def _not_canonical() -> NoReturn:
    raise CodecError("codec.not_canonical")
