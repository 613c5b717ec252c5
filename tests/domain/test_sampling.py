"""抽取对象：公开向量、次序无关、前缀性质、比例（trust.md B.1–B.4）。"""

import hashlib
import json
from collections import Counter
from itertools import combinations
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import sampling
from domain.hashing import lp
from domain.sampling import Stratum
from domain.terms import HashName

VECTORS = Path(__file__).parents[2].parent / "shared" / "data" / "draw"
IDS = st.lists(st.text(min_size=1, max_size=12), unique=True, max_size=60)
SEEDS = st.binary(min_size=32, max_size=32)


@pytest.mark.parametrize("hash_name", ["sha256", "sm3"])
def test_the_open_vectors_are_reproduced_byte_for_byte(hash_name: str) -> None:
    """由独立实现算出的公开向量逐字节复现；SM3 一份中有一家未揭示，按全零计。"""
    path = VECTORS / f"open-1-{hash_name}.json"
    if not path.exists():
        pytest.skip("the open draw vectors (../shared/data/draw) are not on this machine")
    vector = json.loads(path.read_text(encoding="utf-8"))
    told = sampling.compute(vector["input"])
    assert json.dumps(told, ensure_ascii=False, indent=1) == json.dumps(
        vector["expected"], ensure_ascii=False, indent=1
    )


def test_the_seed_is_the_formula_of_the_protocol() -> None:
    """种子公式逐项写明：计划叶杂凑、份额按序、公开值，再合入封存份额。"""
    leaf, shares = bytes(32), [b"\x01" * 32, sampling.WITHHELD, b"\x03" * 32]
    base = hashlib.sha256(
        lp(b"ssj/seed/v1") + lp(leaf) + b"".join(map(lp, shares)) + lp("公开值".encode())
    ).digest()
    assert sampling.base_seed(HashName.SHA256, leaf, shares, "公开值") == base
    openly = hashlib.sha256(lp(b"ssj/draw/v1") + lp(base) + lp(b"")).digest()
    assert sampling.final_seed(HashName.SHA256, base) == openly
    assert sampling.final_seed(HashName.SHA256, base, b"\x09" * 32) != openly


@pytest.mark.parametrize(
    ("count", "basis_points", "floor", "size"),
    [
        (339, 300, 5, 11),  # 10.17 进一
        (120, 1050, 1, 13),
        (7, 3333, 1, 3),
        (3, 10_000, 5, 3),  # 下限不超过全部
        (100, 300, 5, 5),  # 下限
        (100, 300, 0, 3),  # 恰好整数不再进一
        (10, 0, 0, 0),
        (0, 300, 5, 0),
    ],
)
def test_the_size_of_a_stratum(count: int, basis_points: int, floor: int, size: int) -> None:
    """各层个数：比例进一、不少于下限、不多于全部，全是整数运算。"""
    assert sampling.stratum_size(count, Stratum("A", basis_points, floor)) == size


@given(SEEDS, IDS, st.integers(0, 10_000), st.integers(0, 9), st.randoms(use_true_random=False))
def test_the_order_of_listing_does_not_matter(
    seed: bytes, ids: list[str], points: int, floor: int, mixer: Random
) -> None:
    """名单怎么排都一样。"""
    tickets = sampling.ticket_office(HashName.SHA256, seed)
    stratum = Stratum("A", points, floor)
    shuffled = list(ids)
    mixer.shuffle(shuffled)
    drawn = sampling.draw_stratum(tickets, stratum, ids)
    assert drawn == sampling.draw_stratum(tickets, stratum, shuffled)
    assert len(drawn) == sampling.stratum_size(len(ids), stratum)


@given(SEEDS, IDS, st.integers(0, 60), st.integers(0, 60))
def test_a_larger_draw_begins_with_the_smaller(
    seed: bytes, ids: list[str], first: int, second: int
) -> None:
    """抽六十个的前五十个，就是抽五十个。"""
    tickets = sampling.ticket_office(HashName.SM3, seed)
    small, large = sorted((first, second))
    some = sampling.draw_stratum(tickets, Stratum("A", 0, small), ids)
    more = sampling.draw_stratum(tickets, Stratum("A", 0, large), ids)
    assert more[: len(some)] == some


@given(SEEDS, IDS, st.text(min_size=1, max_size=12), st.integers(0, 60))
def test_one_more_subject_changes_at_most_one_place(
    seed: bytes, ids: list[str], newcomer: str, size: int
) -> None:
    """名单多一户，至多挤掉排在最后的一户，别人的签号不变。"""
    tickets = sampling.ticket_office(HashName.SHA256, seed)
    stratum = Stratum("A", 0, size)
    before = sampling.draw_stratum(tickets, stratum, [one for one in ids if one != newcomer])
    after = sampling.draw_stratum(tickets, stratum, {*ids, newcomer})
    kept = [one for one in after if one.subject != newcomer]
    assert kept == list(before[: len(kept)])


def test_every_pair_of_neighbours_can_be_drawn_together() -> None:
    """与“随机起点、等距抽取”不同：六户抽两户，十五种组合都会出现，且大致均匀。"""
    draws = Counter(
        tuple(
            sorted(
                one.subject
                for one in sampling.draw_stratum(
                    sampling.ticket_office(HashName.SHA256, n.to_bytes(32)),
                    Stratum("A", 0, 2),
                    "abcdef",
                )
            )
        )
        for n in range(3000)
    )
    expected = 3000 / 15
    chi_square = sum((count - expected) ** 2 / expected for count in draws.values())
    assert set(draws) == set(combinations("abcdef", 2))
    assert chi_square < 60  # p < 1e-6 with 14 degrees of freedom
