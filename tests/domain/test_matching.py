"""配对检查人员：合格、封顶、只要能配就全配上、绝不一人（trust.md B.5，规则 23）。"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import combinations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain import matching
from domain.matching import Matching, Pair
from domain.roster import ListedInspector, ListedObject
from domain.terms import HashName, PersonId, SubjectId

ON = date(2026, 9, 10)
SEED = bytes(range(32))


def subject(name: str, *involved: str, region: str = "350505", need: str = "餐饮") -> ListedObject:
    """一个抽中的对象。"""
    officers = tuple(PersonId(one) for one in involved)
    return ListedObject(SubjectId(name), "A", region, need, None, None, officers)


def person(
    name: str,
    *skills: str,
    region: str = "350505",
    station: str = "外所",
    valid_to: date = date(2027, 12, 31),
) -> ListedInspector:
    """一名检查人员。"""
    return ListedInspector(PersonId(name), region, skills or ("餐饮",), station, valid_to)


def match(
    objects: Sequence[ListedObject], inspectors: Sequence[ListedInspector], seed: bytes = SEED
) -> Matching:
    """按检查之日配对。"""
    return matching.match(HashName.SHA256, seed, objects, inspectors, ON)


def test_only_one_eligible_is_a_shortage_not_a_team_of_one() -> None:
    """规则 23：甲经办过该件，乙证件已过期，只剩丙：配不成，如实记下，不由一人检查。"""
    pool = [person("甲"), person("乙", valid_to=date(2026, 8, 31)), person("丙")]
    assert match([subject("店", "甲")], pool) == Matching((), (SubjectId("店"),))


@pytest.mark.parametrize(
    "unfit",
    [
        person("丙", "消防"),
        person("丙", region="350521"),
        person("丙", station="350505"),
        person("丙", valid_to=date(2026, 9, 9)),
    ],
    ids=["speciality", "region", "own_station", "certificate"],
)
def test_the_unfit_are_not_sent(unfit: ListedInspector) -> None:
    """专业不符、片区不符、所在地本所、证件过期的，都不派。"""
    told = match([subject("店")], [person("甲"), unfit])
    assert told.unmatched == ("店",)
    fit = match([subject("店")], [person("甲"), person("丙"), unfit])
    assert {*fit.pairs[0].inspectors} == {"甲", "丙"}


def test_a_certificate_is_valid_on_its_last_day() -> None:
    """证件有效期的最后一日仍有效。"""
    told = match([subject("店")], [person("甲", valid_to=ON), person("乙")])
    assert told.unmatched == ()


def test_no_inspectors_at_all_is_a_shortage() -> None:
    """名库为空，全部记为不足。"""
    assert match([subject("店")], []).unmatched == ("店",)


def test_the_lowest_two_by_hash_go_together() -> None:
    """序号最小的两人一组，按序号先后列出。"""
    pool = [person(name) for name in "甲乙丙丁戊"]
    rank = matching.pair_rank(HashName.SHA256, SEED)
    lowest = sorted((one.inspector for one in pool), key=lambda name: rank("店", name))[:2]
    assert match([subject("店")], pool).pairs == (Pair(SubjectId("店"), tuple(lowest)),)


def test_the_load_has_a_hard_cap() -> None:
    """二十户、十人：每人至多五户（2×20÷10×1.15=4.6 进一）。"""
    assert matching.load_cap(20, 10) == 5
    told = match([subject(f"店{n}") for n in range(20)], [person(f"人{n}") for n in range(10)])
    load = Counter(one for pair in told.pairs for one in pair.inspectors)
    assert told.unmatched == ()
    assert max(load.values()) <= 5


def test_earlier_teams_make_way_for_a_later_subject() -> None:
    """甲乙丙三人都够格，先到的可能占了只会两样的人；让路之后仍全部配上。"""
    generalists = [person(f"通{n}", "餐饮", "消防") for n in range(2)]
    cooks = [person(f"厨{n}", "餐饮") for n in range(2)]
    objects = [subject("餐1"), subject("消1", need="消防"), subject("消2", need="消防")]
    for n in range(64):
        told = match(objects, [*generalists, *cooks], n.to_bytes(32))
        assert told.unmatched == ()


def teams(target: ListedObject, pool: Sequence[ListedInspector]) -> list[tuple[PersonId, ...]]:
    """All teams of two that may go, by the rules read aloud."""
    fit = [one.inspector for one in pool if matching.eligible(target, one, ON)]
    return list(combinations(fit, 2))


def solutions(
    objects: Sequence[ListedObject], pool: Sequence[ListedInspector], cap: int
) -> Iterator[dict[SubjectId, tuple[PersonId, ...]]]:
    """Brute force: every way of giving every object a team under the cap."""
    if not objects:
        yield {}
        return
    for rest in solutions(objects[1:], pool, cap):
        load = Counter(one for team in rest.values() for one in team)
        for team in teams(objects[0], pool):
            if all(load[one] < cap for one in team):
                yield {objects[0].subject: team, **rest}


SMALL = st.tuples(
    st.lists(
        st.builds(
            subject,
            st.sampled_from(["店1", "店2", "店3", "店4"]),
            st.sampled_from(["甲", "乙", "无"]),
            need=st.sampled_from(["餐饮", "消防"]),
        ),
        unique_by=lambda one: one.subject,
        min_size=1,
        max_size=4,
    ),
    st.lists(
        st.builds(
            lambda name, skills, good: person(
                name, *skills, valid_to=ON if good else date(2026, 1, 1)
            ),
            st.sampled_from("甲乙丙丁戊"),
            st.sampled_from([("餐饮",), ("消防",), ("餐饮", "消防")]),
            st.sampled_from([True, True, True, False]),
        ),
        unique_by=lambda one: one.inspector,
        max_size=5,
    ),
    st.binary(min_size=32, max_size=32),
)


@settings(max_examples=150, deadline=None)
@given(SMALL)
def test_a_full_matching_is_found_whenever_one_exists(
    case: tuple[list[ListedObject], list[ListedInspector], bytes],
) -> None:
    """与穷举对照：只要全配得上就全配上；配不上的，前面各户加上它确实无解。"""
    objects, pool, seed = case
    told = match(objects, pool, seed)
    cap = matching.load_cap(len(objects), len(pool))
    matched = {pair.subject for pair in told.pairs}
    assert bool(told.unmatched) is (next(solutions(objects, pool, cap), None) is None)
    for lost in told.unmatched:
        at = next(n for n, one in enumerate(objects) if one.subject == lost)
        earlier = [one for one in objects[:at] if one.subject in matched]
        assert next(solutions([*earlier, objects[at]], pool, cap), None) is None


@given(SMALL)
def test_every_matching_is_valid(
    case: tuple[list[ListedObject], list[ListedInspector], bytes],
) -> None:
    """每户恰两人、都合格、不超封顶；每户要么配上要么记为不足。"""
    objects, pool, seed = case
    told = match(objects, pool, seed)
    by_id = {one.subject: one for one in objects}
    for pair in told.pairs:
        assert tuple(sorted(pair.inspectors)) in [
            tuple(sorted(team)) for team in teams(by_id[pair.subject], pool)
        ]
    load = Counter(one for pair in told.pairs for one in pair.inspectors)
    assert all(n <= matching.load_cap(len(objects), len(pool)) for n in load.values())
    assert sorted([*told.unmatched, *(pair.subject for pair in told.pairs)]) == sorted(by_id)


@given(SMALL, st.randoms(use_true_random=False))
def test_the_order_of_the_register_does_not_matter(
    case: tuple[list[ListedObject], list[ListedInspector], bytes], mixer: Random
) -> None:
    """检查人员名单怎么排都一样。"""
    objects, pool, seed = case
    shuffled = list(pool)
    mixer.shuffle(shuffled)
    assert match(objects, pool, seed) == match(objects, shuffled, seed)


def test_inspectors_are_exchangeable() -> None:
    """没有谁因编号或位置而多派：六人各自被派到的次数大致均匀。"""
    pool = [person(name) for name in "甲乙丙丁戊己"]
    load = Counter(
        one
        for n in range(1800)
        for pair in match([subject("店")], pool, n.to_bytes(32)).pairs
        for one in pair.inspectors
    )
    chi_square = sum((load[one.inspector] - 600) ** 2 / 600 for one in pool)
    assert chi_square < 40  # p < 1e-6 with 5 degrees of freedom


def test_recusal_follows_the_person_not_the_position() -> None:
    """回避的人换到名单哪里都回避。"""
    pool = [person("甲"), person("乙"), person("丙")]
    for order in (pool, pool[::-1]):
        told = match([subject("店", "乙")], [replace(one) for one in order])
        assert {*told.pairs[0].inspectors} == {"甲", "丙"}
