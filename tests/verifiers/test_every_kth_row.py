"""为什么不用“随机起点、每隔几行抽一户”：docs/why-not-every-kth-row.md 里的数，在这里算出来。"""

import math
from collections import Counter
from itertools import pairwise
from pathlib import Path

from domain import sampling
from domain.sampling import Stratum
from domain.terms import HashName

PAGE = Path(__file__).parents[2] / "docs" / "why-not-every-kth-row.md"
LISTED, TAKEN = 299, 100


def outcomes(step: int, listed: int, taken: int) -> list[list[int]]:
    """通常的做法：起点是前 step 行之一，此后每隔 step 行取一户，取满为止。"""
    return [[start + step * at for at in range(taken)] for start in range(step) if start < listed]


def ours(seed: int, listed: int, taken: int) -> list[int]:
    """双随机 v1：抽签号最小的那些。"""
    office = sampling.ticket_office(HashName.SHA256, seed.to_bytes(32))
    stratum = Stratum("A", 0, taken)
    return sorted(
        int(one.subject) for one in sampling.draw_stratum(office, stratum, map(str, range(listed)))
    )


def test_two_outcomes_and_ninety_nine_that_are_never_drawn() -> None:
    """299 户抽 100 户：只有两种结果，99 户永远抽不到，相邻的永远不同时抽中。"""
    possible = outcomes(LISTED // TAKEN, LISTED, TAKEN)
    drawn = Counter(one for outcome in possible for one in outcome)
    assert len(possible) == 2
    assert LISTED - len(drawn) == 99
    assert set(range(LISTED)) - set(drawn) == set(range(200, 299))
    assert {count / len(possible) for count in drawn.values()} == {0.5}
    assert all(two - one > 1 for outcome in possible for one, two in pairwise(outcome))
    text = PAGE.read_text(encoding="utf-8")
    assert "| 可能的结果 | 2 种 | C(299, 100) 种，约 10 的 81 次方 |" in text
    assert math.floor(math.log10(math.comb(LISTED, TAKEN))) == 81
    assert "| 永远抽不到的 | 99 户（名单末尾的） | 没有 |" in text


def test_a_draw_of_three_tenths_has_three_outcomes() -> None:
    """抽三成：每隔三行，只有三种结果。"""
    assert len(outcomes(int(1 / 0.3), 100, 30)) == 3
    assert math.floor(math.log10(math.comb(100, 30))) == 25
    assert "| 可能的结果 | 3 种：起点是第几行，全部就定了 |" in PAGE.read_text(encoding="utf-8")


def test_ours_leaves_nobody_out_and_knows_no_neighbours() -> None:
    """双随机 v1：一百次抽取里户户都抽到过，相邻的也有同时抽中的，比例与任意两户相当。"""
    draws = [ours(seed, LISTED, TAKEN) for seed in range(100)]
    assert {one for drawn in draws for one in drawn} == set(range(LISTED))
    assert all(len(drawn) == TAKEN for drawn in draws)
    together = sum(two - one == 1 for drawn in draws for one, two in pairwise(drawn))
    expected = (LISTED - 1) * (TAKEN / LISTED) * ((TAKEN - 1) / (LISTED - 1))
    assert 0.9 < together / len(draws) / expected < 1.1  # fixed seeds: the same in every run
    assert round(100 * (TAKEN / LISTED) * ((TAKEN - 1) / (LISTED - 1))) == 11
    assert "约 11 % 的机会" in PAGE.read_text(encoding="utf-8")
