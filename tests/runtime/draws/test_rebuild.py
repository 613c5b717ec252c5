"""由账本重建名单：与冻结的逐条相符；漏掉一户、多出一户、改一条，都说得出是哪一条。"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import pytest

from domain import inspection_plan
from domain.acts.inspections import FreezeLists
from domain.inspection_plan import ListsFrozen
from domain.terms import CaseNo, PersonId, SubjectId
from runtime.draws import rebuild
from tests.deliveries import (
    APPLICANT,
    CASE,
    ITEM,
    LICENCE,
    MARKET,
    Book,
    approved,
    granted,
    inspector_registered,
    item,
    plan,
    received,
    registered,
)

NO: Final = "2026-0001"


def book() -> Book:
    """两家持证企业、两名检查人员、一份计划，其后还有别的事。"""
    told = Book()
    told.add(f"item/{ITEM}", item(MARKET), key=ITEM)
    told.add(f"subject/{APPLICANT}", registered("B"), key=APPLICANT)
    told.add("subject/S-2", registered("A"), key="S-2")
    for person in ("P-5", "P-6"):
        told.add(f"inspector/{person}", inspector_registered(person, MARKET), key=person)
    told.add(f"case/{CASE}", received())
    told.add(f"case/{CASE}", approved())
    told.add(f"licence/{LICENCE}", granted())
    told.add("licence/L-2", granted(SubjectId("S-2"), CaseNo("2026-000002"), None))
    told.add("plan/2026-0009", inspection_plan.RevealsClosed(()), key="2026-0009")
    told.add(f"plan/{NO}", plan(), key=NO)
    told.add("licence/L-9", granted(SubjectId("S-9"), CaseNo("2026-000009"), None))
    return told


def remade() -> FreezeLists:
    """重建的名单。"""
    found = rebuild.relisted(NO, book().kept)
    assert found is not None
    return found


def frozen(lists: FreezeLists) -> inspection_plan.Lists:
    """照这样冻结了的名单；计划其后作废。"""
    command = inspection_plan.Freeze(
        lists.objects, lists.inspectors, lists.as_of_size, lists.plan_leaf_hash
    )
    answer = inspection_plan.decide(inspection_plan.Registered(plan()), command)
    assert isinstance(answer, tuple)
    annulled = inspection_plan.PlanAnnulled("重来", PersonId("P-7"), PersonId("P-8"))
    found = rebuild.frozen_lists([plan(), *answer, annulled])
    assert found is not None
    return found


def test_the_lists_are_made_again_from_the_events() -> None:
    """重建的与冻结的相符；登记之后的事不看。"""
    found = remade()
    assert [one.subject for one in found.objects] == [APPLICANT, "S-2"]
    assert [one.inspector for one in found.inspectors] == ["P-5", "P-6"]
    lists = frozen(found)
    assert rebuild.first_difference(lists, found) == ""
    assert rebuild.roots(plan().hash, found) == (
        lists.frozen.object_root,
        lists.frozen.inspector_root,
    )


HARMS: Final[dict[str, tuple[Callable[[FreezeLists], FreezeLists], str]]] = {
    "a friend is left out": (
        lambda one: replace(one, objects=one.objects[1:]),
        f"object {APPLICANT}",
    ),
    "a rival is added": (
        lambda one: replace(
            one, objects=(*one.objects, replace(one.objects[0], subject=SubjectId("S-7")))
        ),
        "object S-7",
    ),
    "a class is another": (
        lambda one: replace(one, objects=(replace(one.objects[0], stratum="A"), one.objects[1])),
        f"object {APPLICANT}",
    ),
    "an inspector is left out": (
        lambda one: replace(one, inspectors=one.inspectors[:1]),
        "inspector P-6",
    ),
    "another moment": (lambda one: replace(one, as_of_size=3), "as_of_size"),
    "another plan": (lambda one: replace(one, plan_leaf_hash="0b" * 32), "plan_leaf_hash"),
}


@pytest.mark.parametrize("name", HARMS)
def test_what_differs_is_named(name: str) -> None:
    """冻结的名单动过手脚：说出头一条不同的。"""
    harm, where = HARMS[name]
    assert rebuild.first_difference(frozen(harm(remade())), remade()) == where


def test_a_root_that_is_not_the_lists_is_named() -> None:
    """条目相同而树根另写一个，也看得出来。"""
    lists = frozen(remade())
    other = replace(lists.frozen, object_root="00" * 32)
    assert rebuild.first_difference(replace(lists, frozen=other), remade()) == "object_root"


def test_no_plan_no_lists() -> None:
    """没有登记的计划、没有冻结的名单，都没有可比的。"""
    assert rebuild.relisted("000099", book().kept) is None
    assert rebuild.frozen_lists([plan()]) is None
    assert not any(isinstance(one.event, ListsFrozen) for one in book().kept)
