"""派谁去的承诺（trust.md B.6）：检查之前看不出人，检查之后一打开就知道换没换人。"""

import hashlib
from datetime import date
from typing import Final

import pytest

from domain.disclosure import pair_commitments
from domain.hashing import lp
from domain.matching import Pair
from domain.roster import ListedInspector, canonical_inspector
from domain.terms import HashName, PersonId, SubjectId

SEED: Final = bytes(range(32))


def person(name: str) -> ListedInspector:
    """名单上的一名检查人员。"""
    return ListedInspector(PersonId(name), "350505", ("餐饮",), "外所", date(2027, 12, 31))


ROSTER: Final = [person(name) for name in ("甲", "乙", "丙")]
PAIR: Final = Pair(SubjectId("店"), (PersonId("乙"), PersonId("甲")))


def _h(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(map(lp, parts))).digest()


def test_the_commitment_is_the_formula_of_the_page() -> None:
    """公式逐项写明：名单成钥匙，钥匙加对象成盐，盐、对象与两人成承诺；与名单的次序无关。"""
    ordered = sorted(ROSTER, key=lambda one: one.inspector)
    key = _h(b"ssj/pair-key/v1", SEED, *map(canonical_inspector, ordered))
    salt = _h(b"ssj/pair-salt/v1", key, "店".encode())
    told = _h(b"ssj/pair-commitment/v1", salt, "店".encode(), "乙".encode(), "甲".encode()).hex()
    assert pair_commitments(HashName.SHA256, SEED, ROSTER)(PAIR) == told
    assert pair_commitments(HashName.SHA256, SEED, reversed(ROSTER))(PAIR) == told


@pytest.mark.parametrize(
    ("seed", "roster", "pair"),
    [
        (bytes(32), ROSTER, PAIR),
        (SEED, ROSTER[:2], PAIR),
        (SEED, ROSTER, Pair(SubjectId("店"), (PersonId("乙"), PersonId("丙")))),
        (SEED, ROSTER, Pair(SubjectId("另一店"), PAIR.inspectors)),
    ],
    ids=["seed", "roster", "people", "object"],
)
def test_another_pair_is_another_commitment(
    seed: bytes, roster: list[ListedInspector], pair: Pair
) -> None:
    """换种子、换名单、换人、换对象，承诺都不同。"""
    first = pair_commitments(HashName.SM3, SEED, ROSTER)(PAIR)
    assert pair_commitments(HashName.SM3, seed, roster)(pair) != first
