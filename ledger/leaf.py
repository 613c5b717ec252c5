"""叶（leaf）：一件事的指纹，任何人可以重算（trust.md A，RFC 6962 §2.1）。

Standard library only: the stand-alone verifier carries these lines as they are.
"""

import hashlib
from collections.abc import Callable
from typing import Final

from domain.terms import HashName

_LEAF: Final = b"sgld/leaf/v1"
_ALGORITHM: Final = {HashName.SHA256: "sha256", HashName.SM3: "sm3"}


def lp(part: bytes) -> bytes:
    """长度前缀：four bytes big-endian, then the bytes themselves."""
    return len(part).to_bytes(4, "big") + part


def hasher(name: HashName) -> Callable[[bytes], bytes]:
    """建账时选定的杂凑算法。

    Raises ``ValueError`` where this Python's OpenSSL has no SM3 (GB/T 32905).
    """
    if name is HashName.SHA256:
        return lambda data: hashlib.sha256(data).digest()
    algorithm = _ALGORITHM[name]
    hashlib.new(algorithm)
    return lambda data: hashlib.new(algorithm, data).digest()


def leaf_bytes(schema_sha256: bytes, stream: str, version: int, prev: bytes, value: bytes) -> bytes:
    """叶的原文；布局冻结，任何改动须换新的版本标识。"""
    return b"".join(
        (
            _LEAF,
            lp(schema_sha256),
            lp(stream.encode("ascii")),
            version.to_bytes(8, "big"),
            lp(prev),
            lp(value),
        )
    )


def leaf_hasher(hash_name: HashName) -> Callable[[bytes], bytes]:
    """由叶的原文得叶的杂凑：``H(0x00 ‖ leaf)``。"""
    digest = hasher(hash_name)
    return lambda leaf: digest(b"\x00" + leaf)


def leaf_hash(
    hash_name: HashName, schema_sha256: bytes, stream: str, version: int, prev: bytes, value: bytes
) -> bytes:
    """一件事的叶；``prev`` 为同一案卷上一件事的叶，首件为空。"""
    return leaf_hasher(hash_name)(leaf_bytes(schema_sha256, stream, version, prev, value))


def key_commitment(hash_name: HashName, key: bytes) -> bytes:
    """密钥承诺：``H("kc" ‖ key)``，因为 GCM 本身不绑定密钥。"""
    return hasher(hash_name)(b"kc" + key)
