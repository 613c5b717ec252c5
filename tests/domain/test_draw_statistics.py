"""抽取匀不匀（trust.md D）：种子固定的几万次抽取，χ² 与 KS；配对与独立的最大流对照，检查人员可互换。

The same experiments run a million times over a fresh published seed: ``python -m benchmarks.uniformity``.
"""

import hashlib
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from datetime import date
from random import Random
from typing import Final

import pytest

from benchmarks.uniformity import (
    LISTED,
    REJECT,
    Office,
    Tickets,
    chi_square_tail,
    drawn,
    evenness,
    exchange_tail,
    inclusion_tail,
    kolmogorov_tail,
    matched,
    our_office,
    seeds,
)
from domain import matching, sampling
from domain.roster import ListedInspector, ListedObject
from domain.sampling import Stratum
from domain.terms import HashName, PersonId, SubjectId

ROOT: Final = b"shenguan draw statistics 1"
ON: Final = date(2026, 9, 10)
DRAWS: Final = 10_000
BOTH: Final = [HashName.SHA256, HashName.SM3]

# -- the yardstick itself


@pytest.mark.parametrize(
    ("statistic", "freedom", "tail"),
    [
        (3.841458820694124, 1, 0.05),
        (18.307038053275146, 10, 0.05),
        (135.8067232, 100, 0.01),
        (2.0, 2, 0.36787944117144233),  # e⁻¹
        (0.0, 5, 1.0),
        (1558.3333, 1559, 0.5),  # as many cells as the pairs have, at the median
    ],
)
def test_the_chi_square_tail_is_that_of_the_tables(
    statistic: float, freedom: int, tail: float
) -> None:
    """χ² 的尾部机会与统计表一致。"""
    assert chi_square_tail(statistic, freedom) == pytest.approx(tail, rel=1e-3)


def test_the_kolmogorov_tail_is_that_of_the_tables() -> None:
    """KS：均匀的不拒绝；最大偏离恰为 1.358 ÷ √n 的，机会约为百分之五；挤在一边的拒绝。"""
    even = [(at + 0.5) / 10_000 for at in range(10_000)]
    assert kolmogorov_tail(even) == 1.0
    assert kolmogorov_tail([one * (1 - 0.01358) for one in even]) == pytest.approx(0.05, abs=0.003)
    assert kolmogorov_tail([one * 0.9 for one in even]) < REJECT


# -- our draw


@pytest.mark.parametrize("name", BOTH)
def test_every_object_every_pair_every_ticket_has_its_even_chance(name: HashName) -> None:
    """一万次抽取：各户抽中的次数、最前两户是谁、抽签号的分布，三项都不偏（p ≥ 一百万分之一）。"""
    told = drawn(our_office(name), ROOT, DRAWS).p_values()
    assert min(told.values()) >= REJECT, told


def _favoured(seed: bytes) -> Tickets:
    tickets = sampling.ticket_office(HashName.SHA256, seed)

    def office(subject: str) -> bytes:
        """Object 7 holds two tickets and gives in the better one."""
        return min(tickets(subject), tickets("again")) if subject == "7" else tickets(subject)

    return office


def _neighbours(seed: bytes) -> Tickets:
    """The usual way: a random start, then the rows that follow."""
    start = int.from_bytes(seed[:8]) % LISTED
    return lambda subject: ((int(subject) - start) % LISTED * 2**250 // LISTED).to_bytes(32)


@pytest.mark.parametrize(
    ("office", "fails"),
    [
        (_favoured, {"χ² inclusion", "χ² pairs"}),
        (_neighbours, {"χ² pairs", "KS tickets"}),
    ],
)
def test_the_tests_see_a_draw_that_is_not_even(office: Office, fails: set[str]) -> None:
    """对照：一户有两份机会的、起点随机而顺次取的，同样的检验都拒绝。"""
    told = drawn(office, ROOT, DRAWS).p_values()
    assert {what for what, p in told.items() if p < REJECT} >= fails


def test_inclusion_is_measured_for_draws_without_replacement() -> None:
    """不放回的修正是对的：全部 C(5, 2) 种结果各一次，各户次数相同，统计量为零。"""
    assert inclusion_tail([4] * 5, 10, 2) == 1.0
    assert inclusion_tail([10, 0, 0, 5, 5], 10, 2) < 0.01


@pytest.mark.parametrize("name", BOTH)
def test_strata_under_one_seed_are_independent(name: HashName) -> None:
    """同一种子下的两层互不相干：甲层第一户与乙层第一户的各种搭配次数相当。"""
    layers = [[f"{layer}{at}" for at in range(5)] for layer in "甲乙"]
    together = Counter(
        tuple(
            sampling.draw_stratum(sampling.ticket_office(name, seed), Stratum("A", 0, 1), layer)[
                0
            ].subject
            for layer in layers
        )
        for seed in seeds(ROOT, 5_000)
    )
    assert len(together) == 25
    assert chi_square_tail(*evenness(list(together.values()))) >= REJECT


# -- invariance over a real size


def test_a_list_of_thousands_changes_only_where_it_must() -> None:
    """两千户：打乱不变；加一户、减一户，只动这一户与界线上的一户；抽六十的前五十就是抽五十。"""
    chance = Random(5)  # noqa: S311 - the same in every run
    names = [f"企业-{number}" for number in range(2_000)]
    for seed in seeds(ROOT, 20):
        tickets = sampling.ticket_office(HashName.SHA256, seed)
        sixty, fifty = Stratum("A", 0, 60), Stratum("A", 0, 50)
        whole = sampling.draw_stratum(tickets, sixty, names)
        assert sampling.draw_stratum(tickets, sixty, chance.sample(names, len(names))) == whole
        assert sampling.draw_stratum(tickets, fifty, names) == whole[:50]
        newcomer = sampling.draw_stratum(tickets, sixty, [*names, "新户"])
        assert [one for one in newcomer if one.subject != "新户"] in (
            list(whole),
            list(whole[:-1]),
        )
        gone = chance.choice(whole).subject
        fewer = sampling.draw_stratum(tickets, sixty, [one for one in names if one != gone])
        assert list(fewer[:-1]) == [one for one in whole if one.subject != gone]


# -- inspectors


@pytest.mark.parametrize("name", BOTH)
def test_inspectors_who_are_alike_are_exchangeable(name: HashName) -> None:
    """条件相同的检查人员互换名字，派法的机会不变；在封顶与调换之下也是。"""
    found = matched(name, ROOT, DRAWS)
    assert sum(found.values()) == DRAWS
    assert all(len(way) == 3 for way in found)  # feasible, so always full
    assert exchange_tail(found) >= REJECT


def test_the_exchange_test_sees_a_favourite() -> None:
    """对照：多派“甲”的派法，同样的检验拒绝。"""
    found = matched(HashName.SHA256, ROOT, 5_000)
    favoured = Counter({way: n + n * ("甲" in way[0]) for way, n in found.items()})
    assert exchange_tail(favoured) < REJECT


def feasible(wishes: Mapping[SubjectId, Sequence[PersonId]], cap: int) -> bool:
    """最大流（Edmonds–Karp）：每户要两人、每人至多 ``cap`` 户，流满即可行。与 domain/matching.py 无关。"""
    room: dict[str, dict[str, int]] = {"终": {}}
    for place, people in wishes.items():
        pipes: list[tuple[str, str, int]] = [("起", place, 2)]
        pipes += [(place, who, 1) for who in people]
        pipes += [(who, "终", cap) for who in people]
        for tail, head, width in pipes:
            room.setdefault(tail, {})[head] = width
            room.setdefault(head, {}).setdefault(tail, 0)
    flow = 0
    while way := _way(room):
        for tail, head in way:
            room[tail][head] -= 1
            room[head][tail] += 1
        flow += 1
    return flow == 2 * len(wishes)


def _way(room: Mapping[str, Mapping[str, int]]) -> list[tuple[str, str]]:
    """The shortest way with room from the source to the sink, none where there is none."""
    came: dict[str, str] = {"起": ""}
    queue = deque(["起"])
    while queue:
        tail = queue.popleft()
        for head, width in room.get(tail, {}).items():
            if width and head not in came:
                came[head] = tail
                queue.append(head)
    way, head = [], "终"
    while tail := came.get(head, ""):
        way.append((tail, head))
        head = tail
    return way


def _town(chance: Random) -> tuple[list[ListedObject], list[ListedInspector]]:
    regions, skills = chance.choice((("350505",), ("350505", "350521"))), ("餐饮", "消防")
    people = [
        ListedInspector(
            PersonId(f"P-{number}"),
            chance.choice(regions),
            tuple(skill for skill in skills if chance.random() < 0.8),
            chance.choice((*regions, "外所", "外所", "外所")),
            date(2026, 9, chance.choice((9, 10, 30, 30))),
        )
        for number in range(chance.randint(2, 20))
    ]
    objects = [
        ListedObject(
            SubjectId(f"店{number}"),
            "A",
            chance.choice(regions),
            chance.choice(skills),
            None,
            None,
            tuple(one.inspector for one in people if chance.random() < 0.15),
        )
        for number in range(chance.randint(1, 20))
    ]
    return objects, people


def test_who_gets_a_team_is_what_the_greatest_flow_allows() -> None:
    """四百个随机的局面：配得上与否，逐户与最大流的答案相同；派出的全部合格、不超封顶、不重复。"""
    chance = Random(11)  # noqa: S311 - the same in every run
    short = full = 0
    for number in range(400):
        objects, people = _town(chance)
        seed = hashlib.sha256(ROOT + number.to_bytes(2)).digest()
        told = matching.match(HashName.SHA256, seed, objects, people, ON)
        cap = matching.load_cap(len(objects), len(people))
        wishes = {
            one.subject: [who.inspector for who in people if matching.eligible(one, who, ON)]
            for one in objects
        }
        accepted: dict[SubjectId, Sequence[PersonId]] = {}
        for one in objects:  # in ticket order: each that fits beside those before it
            if feasible({**accepted, one.subject: wishes[one.subject]}, cap):
                accepted[one.subject] = wishes[one.subject]
        assert {pair.subject for pair in told.pairs} == accepted.keys()
        assert (not told.unmatched) is feasible(wishes, cap)
        load = Counter(who for pair in told.pairs for who in pair.inspectors)
        assert all(load[who] <= cap for who in load)
        for pair in told.pairs:
            assert len({*pair.inspectors}) == len(pair.inspectors) == matching.TEAM
            assert {*pair.inspectors} <= {*wishes[pair.subject]}
        short, full = short + bool(told.unmatched), full + (not told.unmatched)
    assert min(short, full) > 20  # both kinds occur
