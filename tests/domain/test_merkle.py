"""杂凑与名单树根：RFC 6962 参考值（trust.md C），SHA-256 与 SM3。"""

import hashlib
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import merkle, roster
from domain.hashing import MissingHashError, digest, lp
from domain.roster import ListedInspector, ListedObject
from domain.terms import CommitmentId, HashName, LicenceNo, PersonId, SubjectId

LEAVES = [
    bytes.fromhex(leaf)
    for leaf in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
SHA256_ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
SM3_ROOTS = (
    "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b",
    "2daef60e7a0b8f5e024c81cd2ab3109f2b4f155cf83adeb2ae5532f74a157fdf",
    "0b990fe0c7ad70f1bf1a1262f2c7908ea48146b14253a6db99f2917ab1f5cc4d",
    "209ec96a210d662a964772680e8544d18cab7b88ffec3e00962220349b56ea56",
    "28e4e307ef6d2d0c62d84b11ef96e835efe490f35b93c8f024ecfe38c8dd4377",
    "bb10c996aeebbcdc69be3715fc847344de77442d37a5ab8213da9f41785b103b",
    "8723c1ab1f82ddfba4a3733ac0c80d936d9f4c208c7dbc8cc81ca9fff8584f66",
    "bd36c22a1ac6ff4308e0c3cc1a85bf0ffa30538ec60a55c70413ab15d45db4d2",
    "bc48ba7a709184b5f2a631e1adeb8dc2a0d4c018c1d6cc89b5664fe154c93b38",
)
HASHES = st.sampled_from(list(HashName))


@pytest.mark.parametrize("size", range(9))
@pytest.mark.parametrize(
    ("name", "roots"), [(HashName.SHA256, SHA256_ROOTS), (HashName.SM3, SM3_ROOTS)]
)
def test_roots_equal_the_references(name: HashName, roots: tuple[str, ...], size: int) -> None:
    """前若干个参考叶的树根与公布值相同。"""
    assert merkle.root(name, LEAVES[:size]).hex() == roots[size]


def naive_root(name: HashName, entries: list[bytes]) -> bytes:
    """RFC 6962 §2.1 word for word: split at the largest power of two below n."""
    compute = digest(name)
    if not entries:
        return compute(b"")
    if len(entries) == 1:
        return compute(b"\x00" + entries[0])
    split = 1
    while split * 2 < len(entries):
        split *= 2
    return compute(b"\x01" + naive_root(name, entries[:split]) + naive_root(name, entries[split:]))


@given(HASHES, st.lists(st.binary(max_size=8), max_size=70))
def test_roots_equal_the_recursive_definition(name: HashName, entries: list[bytes]) -> None:
    """与按定义递归的笨算法处处相同。"""
    assert merkle.root(name, entries) == naive_root(name, entries)


def test_sm3_is_the_national_standard() -> None:
    """SM3 与 GB/T 32905 示例一致。"""
    expected = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert digest(HashName.SM3)(b"abc").hex() == expected


def test_a_python_without_sm3_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """本机没有 SM3 的，明说缺什么，不用别的算法代替。"""

    def without_sm3(name: str, data: bytes = b"") -> None:
        raise ValueError(f"unsupported hash type {name}{data!r}")

    monkeypatch.setattr(hashlib, "new", without_sm3)
    with pytest.raises(MissingHashError, match="SM3") as told:
        digest(HashName.SM3)
    assert told.value.name is HashName.SM3
    assert digest(HashName.SHA256)(b"") == hashlib.sha256(b"").digest()


OBJECT = ListedObject(
    SubjectId("S-1"),
    "A",
    "350505",
    "餐饮",
    LicenceNo("L-1"),
    CommitmentId("C-1"),
    (PersonId("P-2"), PersonId("P-1")),
)
INSPECTOR = ListedInspector(PersonId("P-9"), "350505", ("餐饮", "消防"), "一所", date(2026, 8, 31))


def test_the_canonical_entries_are_written_down() -> None:
    """名单条目的规范编码逐字节固定：外人可以照写一遍。"""
    assert roster.canonical_object(OBJECT) == b"".join(
        [
            *map(lp, (b"ssj/listed-object/v1", b"S-1", b"A", b"350505")),
            lp("餐饮".encode()),
            *map(lp, (b"L-1", b"C-1")),
            b"\x00\x00\x00\x02" + lp(b"P-1") + lp(b"P-2"),
        ]
    )
    assert roster.canonical_inspector(INSPECTOR) == b"".join(
        [
            *map(lp, (b"ssj/listed-inspector/v1", b"P-9", b"350505")),
            *map(lp, ("一所".encode(), b"2026-08-31")),
            b"\x00\x00\x00\x02" + lp("消防".encode()) + lp("餐饮".encode()),
        ]
    )


def test_any_other_fact_gives_another_root() -> None:
    """名单上改动任何一项，树根即不同；列出的先后不影响树根。"""
    other = replace(OBJECT, subject=SubjectId("S-2"))
    changes = [
        replace(OBJECT, stratum="B"),
        replace(OBJECT, region="350521"),
        replace(OBJECT, speciality="消防"),
        replace(OBJECT, licence_no=None),
        replace(OBJECT, commitment_id=None),
        replace(OBJECT, officers_involved=(PersonId("P-1"),)),
    ]
    before = roster.object_root(HashName.SHA256, [OBJECT, other])
    roots = [roster.object_root(HashName.SHA256, [changed, other]) for changed in changes]
    assert len({before, *roots}) == len(changes) + 1
    assert before == roster.object_root(HashName.SHA256, [other, OBJECT])


def test_the_root_of_inspectors_ignores_the_order_of_listing() -> None:
    """检查人员名单同理。"""
    later = replace(INSPECTOR, certificate_valid_to=date(2027, 8, 31))
    second = replace(INSPECTOR, inspector=PersonId("P-8"))
    before = roster.inspector_root(HashName.SM3, [INSPECTOR, second])
    assert before == roster.inspector_root(HashName.SM3, [second, INSPECTOR])
    assert before != roster.inspector_root(HashName.SM3, [second, later])
