"""杂凑：账本选定的算法，与无歧义的长度前缀。"""

import hashlib
from collections.abc import Callable
from typing import TypeAlias

from domain.terms import HashName

Digest: TypeAlias = Callable[[bytes], bytes]


class MissingHashError(Exception):
    """本机的 Python 没有所需的杂凑算法（SM3 须由 OpenSSL 提供）。"""

    def __init__(self, name: HashName) -> None:
        super().__init__(f"hash {name} is not offered by this Python's OpenSSL")
        self.name = name


def lp(data: bytes) -> bytes:
    """四字节大端长度，再接内容（trust.md A）。"""
    return len(data).to_bytes(4) + data


def digest(name: HashName) -> Digest:
    """所选算法。SM3 (GB/T 32905) is no guaranteed algorithm, so :class:`MissingHashError` may rise."""
    if name is HashName.SHA256:
        return lambda data: hashlib.sha256(data).digest()  # twice as fast as hashlib.new
    try:
        hashlib.new("sm3")
    except ValueError:
        raise MissingHashError(name) from None
    return lambda data: hashlib.new("sm3", data).digest()
