"""verify.py 的各个零件：与账本自己的程序各写各的，逐项相符。"""

from pathlib import Path
from random import Random
from typing import Final

import pytest

from domain import merkle
from domain.hashing import digest
from domain.terms import HashName
from ledger.note import Note
from ledger.signing import Ed25519Key
from schemas.codec import AVRO, current
from schemas.registry import EVENT_NAMES
from tests.verifiers.sealed import LOG, POLICY
from tests.verifiers.tampering import verify

GOLDEN: Final = Path(__file__).parents[1] / "schemas" / "golden"
LARGEST: Final = 33


COMPUTE: Final = digest(HashName.SHA256)
LEAVES: Final = [merkle.leaf_hash(COMPUTE, bytes([n])) for n in range(LARGEST)]
SUBTREES: Final = merkle.subtrees_of(COMPUTE, LEAVES)


@pytest.mark.parametrize("size", range(1, LARGEST))
def test_a_leaf_is_only_where_it_is(size: int) -> None:
    """每一叶只在它自己的位置、只在这个件数里成立（RFC 6962 §2.1.1）。"""
    root = merkle.root_at(COMPUTE, SUBTREES, size)
    for index in range(size):
        proof = list(merkle.inclusion_proof(COMPUTE, SUBTREES, index, size))
        for other in range(-1, size + 2):
            found = verify.root_of_inclusion(COMPUTE, LEAVES[index], other, size, proof)
            assert (found == root) == (other == index)
        for broken in (proof[:-1], [*proof, root], [root, *proof[1:]]):
            if broken != proof:
                found = verify.root_of_inclusion(COMPUTE, LEAVES[index], index, size, broken)
                assert found != root


@pytest.mark.parametrize("new", range(LARGEST))
def test_a_tree_only_goes_on(new: int) -> None:
    """续写成立，缺一个、多一个、换一个杂凑都不成立（RFC 6962 §2.1.2）。"""
    root = merkle.root_at(COMPUTE, SUBTREES, new)
    for old in range(new + 1):
        before = merkle.root_at(COMPUTE, SUBTREES, old)
        proof = list(merkle.consistency_proof(COMPUTE, SUBTREES, old, new))
        assert verify.continues(COMPUTE, old, before, new, root, proof)
        assert not verify.continues(COMPUTE, new, root, old, before, proof) or old == new
        for broken in (proof[:-1], [*proof, root], [bytes(32), *proof[1:]]):
            if broken != proof:
                assert not verify.continues(COMPUTE, old, before, new, root, broken)
        assert not verify.continues(COMPUTE, old, bytes(32), new, root, proof)


def test_signatures_are_those_of_the_library() -> None:
    """纯 Python 的 Ed25519 与软件包逐次相符；改一位不成立（RFC 8032 §5.1）。"""
    chance = Random(8032)  # noqa: S311 - which messages, not secrets
    for number in range(40):
        key = Ed25519Key(chance.randbytes(32))
        message = chance.randbytes(number)
        signature = key.sign(message)
        assert verify.signed(key.public, message, signature)
        at = chance.randrange(64)
        broken = bytearray(signature)
        broken[at] ^= 1 << chance.randrange(8)
        assert not verify.signed(key.public, message, bytes(broken))
        assert not verify.signed(key.public, message + b"x", signature)


@pytest.mark.parametrize("text", ["abc", "", "abcd" * 16])
def test_sm3_is_that_of_the_standard(text: str) -> None:
    """SM3（GB/T 32905-2016）：纯 Python 的与领域所用的相符。"""
    assert verify.sm3(text.encode()) == digest(HashName.SM3)(text.encode())


@pytest.mark.parametrize("name", sorted(EVENT_NAMES))
def test_every_event_ever_published_is_read(name: str) -> None:
    """公布过的每一种事件都读得通；截短的、多出的都读不通。"""
    schema = verify.Schema((AVRO / f"{name}.avsc").read_bytes())
    value = (GOLDEN / f"{name}.bin").read_bytes()
    told = schema.read(value)
    assert told["meta"]["key"]
    assert schema.event == name
    for broken in (value[:-1], value + b"\x00", b""):
        with pytest.raises(verify.Differs):
            schema.read(broken)


def test_other_bytes_for_the_same_value_are_refused() -> None:
    """同一个值的别种写法：过长的整数、分段的数组、非 0 非 1 的是非，都不认。"""
    kind = {
        "type": "record",
        "name": "R",
        "fields": [
            {"name": "n", "type": "long"},
            {"name": "a", "type": {"type": "array", "items": "int"}},
            {"name": "b", "type": "boolean"},
        ],
    }
    schema = verify.Schema(verify.canonical(kind))
    assert schema.read(b"\x02\x04\x02\x04\x00\x01") == {"n": 1, "a": [1, 2], "b": True}
    for other in (
        b"\x82\x00\x04\x02\x04\x00\x01",  # 1 in two bytes
        b"\x02\x02\x02\x02\x04\x00\x01",  # two blocks
        b"\x02\x03\x04\x02\x04\x00\x01",  # a block that carries its size
        b"\x02\x04\x02\x04\x00\x02",  # true as 2
    ):
        with pytest.raises(verify.Differs):
            schema.read(other)


def _notes() -> list[bytes]:
    """写法各有毛病的封账单。"""
    text = f"{LOG.name}\n3\n{'A' * 43}=\n"
    good = Note(text, (LOG.sign(text),)).encode()
    line = good.split(b"\n\n")[1]
    return [
        good.replace(b"\n", b"\r\n"),
        good.replace(b"\n3\n", b"\n03\n"),
        good.replace(b"\n3\n", b"\n-3\n"),
        good.replace(b"A=\n", b"B=\n"),
        good + line,
        good[:-1],
        good.replace(b"\n\n", b"\nother\n\n"),
        good.replace(LOG.name.encode(), b"other", 1),
        b"",
        b"\xff" + good,
        good + b"".join(b"\xe2\x80\x94 w%d AAAAAAAAAAA=\n" % n for n in range(17)),
    ]


def is_accepted(note: bytes) -> bool:
    """verify.py 认不认这份封账单。"""
    try:
        found = verify.read_checkpoint(note, verify.read_policy(POLICY))
    except (verify.Malformed, verify.Differs):
        return False
    return bool(found.by_log)


@pytest.mark.parametrize("note", _notes())
def test_a_note_written_otherwise_is_refused(note: bytes) -> None:
    """封账单只有一种写法（C2SP signed-note）。"""
    assert not is_accepted(note)


def test_a_note_as_it_is_written_is_accepted() -> None:
    """照写法写的认得。"""
    text = f"{LOG.name}\n3\n{'A' * 43}=\n"
    assert is_accepted(Note(text, (LOG.sign(text),)).encode())


def test_the_schema_of_today_is_the_one_on_file() -> None:
    """证据包里的格式全文，就是公布的那一份。"""
    assert verify.sha256(current("case.received.v1").text) == current("case.received.v1").sha256
