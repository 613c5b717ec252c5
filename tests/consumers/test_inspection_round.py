"""双随机检查：名单由账本推出，无一遗漏，也无人可以挑选。"""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from consumers.inspection_round import SUPERVISOR
from domain import approval, inspection_plan, observation
from domain.acts.inspections import AssignTask, Draw, FreezeLists
from domain.acts.observations import RecordExclusion
from domain.catalogue import HandlingRules
from domain.decider import Event
from domain.terms import CaseNo, CommitmentId, ItemCode, Organ, PersonId, SubjectId
from tests.deliveries import (
    APPLICANT,
    CASE,
    CLERK,
    DECIDER,
    FIRE,
    ITEM,
    LICENCE,
    MARKET,
    Book,
    approved,
    change_imported,
    ending_imported,
    granted,
    inspector_registered,
    item,
    licence_imported,
    plan,
    played,
    received,
    registered,
    subject_imported,
)

PLAN = "plan/2026-0001"


def _hall() -> Book:
    """两家持证企业，三名检查人员（一名属别的部门）。"""
    book = Book()
    book.add(f"item/{ITEM}", item(MARKET), key=ITEM)
    book.add(f"subject/{APPLICANT}", registered("B"), key=APPLICANT)
    book.add("subject/S-2", registered("A"), key="S-2")
    for person, organ in (("P-5", MARKET), ("P-6", MARKET), ("P-7", MARKET), ("P-9", FIRE)):
        book.add(f"inspector/{person}", inspector_registered(person, organ), key=person)
    book.add(f"case/{CASE}", received())
    book.add(f"case/{CASE}", approved())
    book.add(f"licence/{LICENCE}", granted())
    other = granted(SubjectId("S-2"), CaseNo("2026-000002"), None)
    book.add("licence/L-2", other, key="2026-000002")
    return book


def _frozen(book: Book) -> FreezeLists:
    acts = [command.act for command in played(SUPERVISOR, book.kept)]
    (act,) = [act for act in acts if isinstance(act, FreezeLists)]
    return act


def test_list_is_everyone_in_force_under_the_department() -> None:
    """名单：本部门监管的有效许可的持有人，带上片区、等级、承诺与经手人。"""
    book = _hall()
    book.add(PLAN, plan(), key="2026-0001")
    first, second = _frozen(book).objects
    assert (first.subject, first.stratum, first.licence_no) == (APPLICANT, "B", LICENCE)
    assert first.officers_involved == (CLERK, DECIDER)
    assert (second.subject, second.commitment_id) == ("S-2", None)


def test_list_is_as_of_the_plan_itself() -> None:
    """名单依计划登记那一刻：其后的许可不入，叶杂凑取自计划那件事。"""
    book = _hall()
    registered_plan = book.add(PLAN, plan(), key="2026-0001")
    later = granted(SubjectId("S-3"), CaseNo("2026-000003"), None)
    book.add("licence/L-3", later, key="2026-000003")
    act = _frozen(book)
    assert act.as_of_size == registered_plan.position + 1
    assert act.plan_leaf_hash == registered_plan.entry.leaf_hash.hex()
    assert [one.subject for one in act.objects] == [APPLICANT, "S-2"]


def test_ended_licence_leaves_the_list() -> None:
    """已撤销的许可，其持有人不再列名。"""
    book = _hall()
    revoked = approval.Revoked(
        "V-1", approval.RevocationGround.FRAUD_OR_BRIBERY, "D-2", date(2026, 3, 2)
    )
    book.add(f"licence/{LICENCE}", revoked)
    book.add(PLAN, plan(), key="2026-0001")
    assert [one.subject for one in _frozen(book).objects] == ["S-2"]


FIRST, LATER, EARLIER = date(2011, 9, 16), date(2013, 9, 16), date(2009, 9, 16)


def _history(*events: Event) -> Book:
    """一座小城，加一份历史许可及其后各件。"""
    book = _hall()
    book.add("subject/CHI-9", subject_imported("C"), key="CHI-9")
    first = licence_imported(FIRST, holder=SubjectId("CHI-9"))
    for event in (first, *events):
        book.add("licence/CHI-1", event, key="CHI-1")
    book.add(PLAN, plan(MARKET, "C"), key="2026-0001")
    return book


def test_an_licence_imported_is_listed_without_an_item_of_ours() -> None:
    """历史许可归谁监管、属何专业由导入时定；没有经手人须回避。"""
    (only,) = _frozen(_history()).objects
    assert (only.subject, only.licence_no, only.speciality) == ("CHI-9", "CHI-1", "FOOD")
    assert (only.commitment_id, only.officers_involved) == (None, ())


@pytest.mark.parametrize(
    ("events", "listed"),
    [
        ((ending_imported(FIRST),), False),
        ((change_imported(LATER), ending_imported(FIRST)), True),
        ((ending_imported(FIRST), change_imported(LATER)), True),
        ((change_imported(EARLIER), ending_imported(EARLIER)), True),
        ((change_imported(LATER), ending_imported(LATER)), False),
    ],
    ids=["ended", "older ended", "renewed after", "older came later", "latest ended"],
)
def test_the_latest_term_counts(events: tuple[Event, ...], *, listed: bool) -> None:
    """历史许可是否在列，看起始最晚的一期有没有终结，不论各期先后到来。"""
    assert bool(_frozen(_history(*events)).objects) is listed


def test_a_term_without_its_licence_stops_here() -> None:
    """没有立卷而来的一期，不得悄悄漏掉。"""
    book = _hall()
    book.add("licence/CHI-1", change_imported(LATER), key="CHI-1")
    with pytest.raises(LookupError, match="licence/CHI-1 is not registered"):
        played(SUPERVISOR, book.kept)
    book = _hall()
    book.add(f"licence/{LICENCE}", change_imported(LATER))
    with pytest.raises(LookupError, match="was not imported"):
        played(SUPERVISOR, book.kept)


def test_other_department_lists_nobody() -> None:
    """不归本部门监管的事项不列名。"""
    book = _hall()
    book.add(PLAN, plan(FIRE), key="2026-0001")
    assert _frozen(book).objects == ()


def test_only_the_strata_of_the_plan_are_listed() -> None:
    """计划只抽 A 级的，B 级不列名。"""
    book = _hall()
    book.add(PLAN, plan(MARKET, "A"), key="2026-0001")
    assert [one.subject for one in _frozen(book).objects] == ["S-2"]


DIRECTED = inspection_plan.CampaignKind.DIRECTED


@pytest.mark.parametrize(
    ("scope", "listed"),
    [
        ({"item_codes": (ItemCode("ITEM-2"),)}, ["S-2"]),
        ({"item_codes": (ITEM, ItemCode("ITEM-2"))}, [APPLICANT, "S-2"]),
        ({"regions": ("350599",)}, []),
        ({"regions": ("350503",)}, [APPLICANT, "S-2"]),
        ({"item_codes": (ItemCode("ITEM-2"),), "regions": ("350599",)}, []),
    ],
    ids=["an item", "two items", "elsewhere", "here", "both"],
)
def test_a_directed_plan_lists_its_scope_alone(scope: dict[str, Any], listed: list[str]) -> None:
    """定向：只列所定事项的许可、所定片区的持有人；名单上所凭的许可也在范围之内。"""
    book = _hall()
    second = ItemCode("ITEM-2")
    book.add(f"item/{second}", item(MARKET), key=second)
    more = replace(granted(SubjectId("S-2"), CaseNo("2026-000003"), None), item_code=second)
    book.add("licence/L-3", more, key="2026-000003")
    book.add(PLAN, replace(plan(), campaign=DIRECTED, **scope), key="2026-0001")
    objects = _frozen(book).objects
    assert [one.subject for one in objects] == listed
    if scope.get("item_codes") == (second,) and objects:
        assert objects[0].licence_no == "L-3"


def test_one_visit_for_several_licences() -> None:
    """一户多证只列一次，先看有承诺待核查的；各证的经手人都须回避。"""
    book = _hall()
    second = CaseNo("2026-000009")
    book.add(f"case/{second}", received(), key=second)
    extra = granted(SubjectId("S-2"), second, CommitmentId("K-9"))
    book.add("licence/L-9", extra, key=second)
    book.add(PLAN, plan(MARKET, "A"), key="2026-0001")
    (only,) = _frozen(book).objects
    assert (only.licence_no, only.commitment_id) == ("L-9", "K-9")
    assert only.officers_involved == (CLERK,)


def test_inspectors_are_the_departments_own_but_runner_and_witness() -> None:
    """检查人员取本部门名录；操作人与见证人不在其内（SD9）。"""
    book = _hall()
    book.add(PLAN, plan(), key="2026-0001")
    assert [one.inspector for one in _frozen(book).inspectors] == ["P-5", "P-6"]


def test_unregistered_holder_stops_the_plan() -> None:
    """持证而未登记的，不得悄悄漏掉：停下该计划。"""
    book = _hall()
    stranger = granted(SubjectId("S-9"), CaseNo("2026-000009"), None)
    book.add("licence/L-9", stranger, key="2026-000009")
    book.add(PLAN, plan(), key="2026-0001")
    with pytest.raises(LookupError, match="subject/S-9"):
        played(SUPERVISOR, book.kept)


def test_draw_follows_the_public_value() -> None:
    """公开值一定即抽取，之前不抽。"""
    book = Book()
    book.add(PLAN, inspection_plan.RevealsClosed(()), key="2026-0001")
    assert played(SUPERVISOR, book.kept) == ()
    book.add(PLAN, inspection_plan.PublicValueFixed("01 02 03"), key="2026-0001")
    (command,) = played(SUPERVISOR, book.kept)
    assert command.act == Draw("2026-0001")


def test_every_pair_gets_its_task() -> None:
    """配对之后逐一派发任务，各有各的命令。"""
    pairs = tuple(
        inspection_plan.Pair(SubjectId(name), (PersonId("P-5"), PersonId("P-6")))
        for name in ("S-1", "S-2")
    )
    book = Book()
    book.add(PLAN, inspection_plan.Matched(pairs, (SubjectId("S-3"),)), key="2026-0001")
    commands = played(SUPERVISOR, book.kept)
    assert [command.act for command in commands] == [
        AssignTask("2026-0001", SubjectId("S-1")),
        AssignTask("2026-0001", SubjectId("S-2")),
    ]
    assert len({command.purpose for command in commands}) == 2


# -- 包容审慎（机制 89）

UNTIL = date(2026, 12, 31)


def _watched(book: Book, holder: SubjectId, department: Organ = MARKET, until: date = UNTIL) -> str:
    """给一个对象观察期；返回案卷号。"""
    stream = f"observation/{observation.identity(holder, ITEM)}"
    given = observation.ObservationGranted(
        holder, ITEM, department, "初设", "观 1 号", date(2026, 3, 2), until, DECIDER
    )
    book.add(stream, given, key=stream.partition("/")[2])
    return stream


def _excluded(book: Book) -> list[SubjectId]:
    acts = (command.act for command in played(SUPERVISOR, book.kept))
    return [act.subject for act in acts if isinstance(act, RecordExclusion)]


def test_who_is_under_observation_is_left_out_and_named() -> None:
    """观察期内的不列入名单，同时逐个记下；不在此期的照列。"""
    book = _hall()
    _watched(book, SubjectId("S-2"))
    book.add(PLAN, plan(), key="2026-0001")
    assert [one.subject for one in _frozen(book).objects] == [APPLICANT]
    assert _excluded(book) == ["S-2"]


@pytest.mark.parametrize("why", ["ended", "past its day", "another department", "safety"])
def test_an_observation_that_does_not_hold_leaves_nobody_out(why: str) -> None:
    """提前终止、期满、别的部门所给、事项其后定为直接关系安全的，照常列入。"""
    book = _hall()
    department = FIRE if why == "another department" else MARKET
    until = date(2026, 2, 1) if why == "past its day" else UNTIL
    stream = _watched(book, SubjectId("S-2"), department, until)
    if why == "ended":
        over = observation.ObservationEnded("不改正", date(2026, 3, 2), DECIDER)
        book.add(stream, over, key=stream.partition("/")[2])
    if why == "safety":
        book.add(f"item/{ITEM}", replace(item(MARKET), rules=HandlingRules(safety=True)), key=ITEM)
    book.add(PLAN, plan(), key="2026-0001")
    assert [one.subject for one in _frozen(book).objects] == [APPLICANT, "S-2"]
    assert _excluded(book) == []


def test_another_licence_keeps_the_holder_on_the_list() -> None:
    """只有一个事项在观察期的，凭别的许可照常列入。"""
    book = _hall()
    second = ItemCode("ITEM-2")
    book.add(f"item/{second}", item(MARKET), key=second)
    more = replace(granted(SubjectId("S-2"), CaseNo("2026-000003"), None), item_code=second)
    book.add("licence/L-3", more, key="2026-000003")
    _watched(book, SubjectId("S-2"))
    book.add(PLAN, plan(), key="2026-0001")
    listed = {one.subject: one.licence_no for one in _frozen(book).objects}
    assert listed[SubjectId("S-2")] == "L-3"
    assert _excluded(book) == []
