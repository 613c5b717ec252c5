"""叶：布局冻结，任何人可以重算。"""

import hashlib

from domain.terms import HashName
from ledger.leaf import key_commitment, leaf_bytes, leaf_hash, lp

SCHEMA = bytes(range(32))


def test_leaf_layout_is_frozen() -> None:
    """叶的原文逐字节照 trust.md：标识、格式、案卷、版本、前叶、内容。"""
    assert leaf_bytes(SCHEMA, "case/1", 2, b"p", b"value") == (
        b"sgld/leaf/v1"
        b"\x00\x00\x00\x20"
        + SCHEMA
        + b"\x00\x00\x00\x06case/1"
        + b"\x00\x00\x00\x00\x00\x00\x00\x02"
        + b"\x00\x00\x00\x01p"
        + b"\x00\x00\x00\x05value"
    )


def test_leaf_hash_is_rfc_6962() -> None:
    """叶的杂凑在原文之前加 0x00。"""
    leaf = leaf_bytes(SCHEMA, "case/1", 1, b"", b"value")
    assert (
        leaf_hash(HashName.SHA256, SCHEMA, "case/1", 1, b"", b"value")
        == hashlib.sha256(b"\x00" + leaf).digest()
    )


def test_sm3_ledger_hashes_with_sm3() -> None:
    """选定国密的账本用 SM3（GB/T 32905 的例值）。"""
    assert key_commitment(HashName.SM3, b"") == hashlib.new("sm3", b"kc").digest()
    assert leaf_hash(HashName.SM3, SCHEMA, "case/1", 1, b"", b"v") != leaf_hash(
        HashName.SHA256, SCHEMA, "case/1", 1, b"", b"v"
    )


def test_parts_cannot_run_into_each_other() -> None:
    """长度前缀使前后两段不能相混。"""
    assert lp(b"a") + lp(b"bc") != lp(b"ab") + lp(b"c")
