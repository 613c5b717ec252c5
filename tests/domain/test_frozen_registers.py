"""随名单冻结的：检查人员长期的回避（各有树根），与此前三十日的等级变更；没有的计划一字不变。"""

from dataclasses import replace
from datetime import date

import pytest

from domain import inspection_plan, roster
from domain.acts.inspections import FreezeLists
from domain.inspection_plan import (
    CHUNK,
    ClassChange,
    InspectorsListed,
    ListedRecusal,
    ListsFrozen,
    ObjectsListed,
    ReclassificationsListed,
    RecusalsFrozen,
    RecusalsListed,
)
from domain.refusals import Refusal
from domain.terms import HashName, PersonId, SubjectId
from tests.domain.case_file import MACHINE, check_impossible
from tests.domain.hall import Hall
from tests.rules.draws import NO, PLAN, RUNNER, hall, inspector, ready, settled, shop

DAY = date(2026, 9, 30)
A, B, C = (inspector(name) for name in ("p-a", "p-b", "p-c"))
RECUSAL = ListedRecusal(PersonId("p-a"), SubjectId("S-1"))
CHANGE = ClassChange(SubjectId("S-1"), "D", "B", date(2026, 8, 20))
FREEZE = FreezeLists(
    NO, (shop(1, PersonId("p-a")), shop(2)), (A, B, C), 17, "0b" * 32,
    (RECUSAL,), (CHANGE,), date(2026, 8, 1),
)  # fmt: skip


def _registered() -> Hall:
    new = hall()
    new.record(PLAN, RUNNER, "2026-08-31")
    return new


def test_they_are_frozen_with_the_lists() -> None:
    """先两份名单，再回避及其树根、等级变更，末了冻结；案卷里都在。"""
    new = _registered()
    events = new.record(FREEZE, MACHINE, "2026-08-31")
    kinds = [ObjectsListed, InspectorsListed, RecusalsListed, RecusalsFrozen]
    assert [type(one) for one in events] == [*kinds, ReclassificationsListed, ListsFrozen]
    root = roster.recusal_root(HashName.SHA256, [RECUSAL])
    assert events[3] == RecusalsFrozen(1, root)
    assert events[4] == ReclassificationsListed(0, date(2026, 8, 1), (CHANGE,))
    state = new.load(inspection_plan.AGGREGATE, NO)
    assert isinstance(state, inspection_plan.Frozen)
    lists = state.lists
    assert (lists.recusals, lists.reclassified) == ((RECUSAL,), (CHANGE,))
    assert lists.recusals_frozen == events[3]
    assert new.record(FREEZE, MACHINE, "2026-08-31") == ()


def test_a_plan_without_them_is_as_it_always_was() -> None:
    """没有回避、没有变更的，一件也不多。"""
    new = _registered()
    bare = replace(FREEZE, recusals=(), reclassified=())
    events = new.record(bare, MACHINE, "2026-08-31")
    assert [type(one) for one in events] == [ObjectsListed, InspectorsListed, ListsFrozen]


def test_the_root_does_not_depend_on_the_order_told() -> None:
    """树根按对象、人员编号排序；另一项另一个树根。"""
    other = ListedRecusal(PersonId("p-b"), SubjectId("S-1"))
    both = roster.recusal_root(HashName.SM3, [RECUSAL, other])
    assert both == roster.recusal_root(HashName.SM3, [other, RECUSAL])
    assert both != roster.recusal_root(HashName.SM3, [RECUSAL])


@pytest.mark.parametrize(
    "wrong",
    [
        (ListedRecusal(PersonId("p-z"), SubjectId("S-1")),),
        (ListedRecusal(PersonId("p-a"), SubjectId("S-2")),),
        (ListedRecusal(PersonId("p-a"), SubjectId("S-9")),),
        (RECUSAL, RECUSAL),
    ],
    ids=["nobody on the list", "may check it", "no such object", "twice"],
)
def test_a_recusal_fits_both_lists(wrong: tuple[ListedRecusal, ...]) -> None:
    """人在检查人员名单上，并且写在那一户不得检查的人里；不重复。"""
    refusal = _registered().refusal(replace(FREEZE, recusals=wrong), MACHINE, "2026-08-31")
    assert refusal is Refusal.PLAN_RECUSALS


def test_a_long_list_is_told_in_parts() -> None:
    """一百项一段。"""
    count = CHUNK + 1
    objects = tuple(shop(number, PersonId("p-a")) for number in range(count))
    recusals = tuple(ListedRecusal(PersonId("p-a"), one.subject) for one in objects)
    changes = tuple(replace(CHANGE, subject=one.subject) for one in objects)
    freeze = replace(FREEZE, objects=objects, recusals=recusals, reclassified=changes)
    events = _registered().record(freeze, MACHINE, "2026-08-31")
    parts = [len(one.recusals) for one in events if isinstance(one, RecusalsListed)]
    told = [len(one.changes) for one in events if isinstance(one, ReclassificationsListed)]
    assert parts == told == [CHUNK, 1]


def test_whoever_is_recused_is_not_sent() -> None:
    """三人两户，p-a 回避 S-1：S-1 由另两人检查。"""
    new = ready(hall(), FREEZE.objects, (A, B, C), DAY)
    sent = {pair.subject: set(pair.inspectors) for pair in settled(new).pairs}
    assert sent[SubjectId("S-1")] == {"p-b", "p-c"}


def test_parts_out_of_their_order_are_no_history() -> None:
    """缺段的、个数不符的，立即停下。"""
    new = _registered()
    new.record(FREEZE, MACHINE, "2026-08-31")
    whole = new.streams[inspection_plan.AGGREGATE.stream(NO)]
    gaps = [
        RecusalsListed(1, (RECUSAL,)),
        RecusalsFrozen(7, ""),
        ReclassificationsListed(1, DAY, (CHANGE,)),
    ]
    lives = [whole[:at] for at in range(len(whole) + 1)]
    check_impossible(inspection_plan.AGGREGATE, lives, [*whole, *gaps])
