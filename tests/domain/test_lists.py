"""清单：逐版公布，依那一日有效的版本查；事项不得超出清单，承诺依申请之日的清单。"""

from dataclasses import replace
from datetime import date
from typing import Final

import pytest

from domain import catalogue, lists
from domain.acts.intake import Receive, RequestSupplement
from domain.acts.listed import LIST
from domain.acts.lists import PublishList, PublishServices
from domain.acts.register import PublishItem
from domain.catalogue import HandlingRules, IntakeRules, ItemTag
from domain.lists import ListEntry, ListKind, Publish, Service, ServicesPublished, VersionPublished
from domain.refusals import Refusal
from domain.terms import CaseNo, Channel, ItemCode, Material, Role, SubjectId
from tests.domain.case_file import (
    APPROVER,
    ITEM,
    ITEM_V1,
    SHA,
    STAFF,
    Book,
    actor,
    case_files,
    check_impossible,
    events_of,
    person,
    town,
)
from tests.domain.laws import anything, check_decider_laws

given = case_files(LIST, lists.decide)
TODAY: Final = date(2026, 3, 2)
LATER: Final = date(2026, 7, 1)
LISTER: Final = person("list")
CATALOGUE: Final = actor("list", Role.CATALOGUE, APPROVER)
PAPERS: Final = ListKind.COMMITMENT_MATERIALS
CASE: Final = CaseNo("2026-000020")

V1: Final = VersionPublished(
    PAPERS, 1, date(2025, 1, 1), "文件一", ("依据",), (ListEntry(ITEM, "平面图"),), LISTER
)
V2: Final = replace(V1, version=2, effective_from=LATER, entries=(ListEntry(ITEM, "健康证"),))
SERVICE: Final = Service(ITEM, "环评", 5, "流程", "条件", "免费", required_by_law=True)
S1: Final = ServicesPublished(1, date(2025, 1, 1), "文件二", (SERVICE,), LISTER)


def test_versions_follow_one_another() -> None:
    """版本号由账本排定；内容相同即无事可办；其后的版本不溯及既往。"""
    given().when(Publish(replace(V1, version=0), TODAY)).then(V1)
    given(V1).when(Publish(replace(V1, version=0), TODAY)).then()
    given(V1).when(Publish(replace(V2, version=0), TODAY)).then(V2)
    late = replace(V2, effective_from=date(2026, 3, 1))
    given(V1).when(Publish(late, TODAY)).refused(
        Refusal.ITEM_BACKDATED, effective_from="2026-03-01"
    )
    given().when(Publish(replace(S1, version=0), TODAY)).then(S1)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (replace(V1, document_no=" "), Refusal.ITEM_NO_DOCUMENT),
        (replace(V1, legal_basis=()), Refusal.LIST_NO_BASIS),
        (replace(V1, entries=()), Refusal.LIST_EMPTY),
        (replace(V1, entries=V1.entries * 2), Refusal.LIST_REPEATS),
        (replace(V1, entries=(ListEntry(ITEM),)), Refusal.LIST_ENTRY),
        (replace(V1, kind=ListKind.ONE_MATTER, entries=(ListEntry(ITEM),)), Refusal.LIST_ENTRY),
        (replace(V1, kind=ListKind.FILING), Refusal.LIST_ENTRY),
        (replace(S1, services=()), Refusal.LIST_EMPTY),
        (replace(S1, services=(SERVICE, SERVICE)), Refusal.LIST_REPEATS),
    ],
)
def test_what_is_wrong_with_a_list(wrong: lists.Version, code: Refusal) -> None:
    """没有文号或依据的、空的、重复的、条目与种类不合的，不得公布。"""
    given().when(Publish(wrong, TODAY)).refused(code)


def test_the_version_of_the_day_counts() -> None:
    """尚未生效的不算，没有公布的没有；条目依事项与材料查。"""
    state = LIST.fold((V1, V2))
    assert lists.version_on(state, date(2026, 6, 30)) == V1
    assert lists.version_on(state, LATER) == V2
    assert lists.version_on(state, date(2024, 12, 31)) is None
    assert lists.holds(V1, ITEM, "平面图")
    assert not lists.holds(V2, ITEM, "平面图")
    assert not lists.holds(S1, ITEM)
    assert V2.takes_effect(TODAY) == LATER
    assert S1.takes_effect(TODAY) == S1.effective_from


def test_time_not_asked_by_law_counts() -> None:
    """不是法律要求、由机关委托的中介服务，所用时间计入办理期限。"""
    assert not SERVICE.counts
    assert replace(SERVICE, required_by_law=False).counts


def test_contradictory_history_stops() -> None:
    """跳号的版本、混入的另一种清单，当即停下。"""
    other = replace(V2, kind=ListKind.FILING)
    check_impossible(LIST, [(), (V1,), (S1,)], [V2, other, replace(S1, version=3)])


def test_laws() -> None:
    """同样的现状同样的答复，办成的再办不再添事。"""
    publish = anything(Publish)
    services = publish.filter(lambda one: isinstance(one.fact, ServicesPublished))
    check_decider_laws(LIST, lists.decide, services, [(S1,)])
    papers = publish.filter(lambda one: getattr(one.fact, "kind", None) is PAPERS)
    check_decider_laws(LIST, lists.decide, papers, [(V1,)])


# -- on a book


def publish(
    book: Book, kind: ListKind, *entries: ListEntry, day: date = date(2025, 1, 1)
) -> PublishList:
    """公布一张清单。"""
    act = PublishList(kind, day, "文件一", ("依据",), entries)
    book.do(act, CATALOGUE, "2026-03-02")
    return act


def listed(item: catalogue.ItemPublished = ITEM_V1) -> Book:
    """小城，加一位清单管理员。"""
    book = town(item)
    book.hire("list", Role.CATALOGUE, APPROVER, LISTER)
    return book


def test_lists_are_published_by_the_catalogue_officer() -> None:
    """清单与中介服务事项清单由清单管理员公布，窗口不能。"""
    book = listed()
    act = publish(book, PAPERS, ListEntry(ITEM, "平面图"))
    assert book.load(LIST, PAPERS).versions == (V1,)
    book.refuse(Refusal.DUTY_ROLE, act, replace(CATALOGUE, role=Role.COUNTER), "2026-03-02")
    services = PublishServices(date(2025, 1, 1), "文件二", (SERVICE,))
    assert events_of(book.do(services, CATALOGUE, "2026-03-02")) == (S1,)


@pytest.mark.parametrize(
    ("kind", "wrong", "what"),
    [
        (PAPERS, ITEM_V1, "平面图、健康证"),
        (
            ListKind.SHARED_CERTIFICATES,
            replace(
                ITEM_V1,
                rules=HandlingRules(intake=IntakeRules(shared_materials=("营业执照",))),
            ),
            "营业执照",
        ),
        (
            ListKind.VERIFICATION_MATERIALS,
            replace(
                ITEM_V1,
                rules=HandlingRules(intake=IntakeRules(verified_materials=("户籍证明",))),
            ),
            "户籍证明",
        ),
        (ListKind.FILING, replace(ITEM_V1, filing_only=True), str(ITEM)),
        (ListKind.MOBILE, replace(ITEM_V1, rules=HandlingRules(tags=(ItemTag.MOBILE,))), str(ITEM)),
    ],
)
def test_an_item_never_says_more_than_the_list(
    kind: ListKind, wrong: catalogue.ItemPublished, what: str
) -> None:
    """清单公布以后，事项版本说了清单上没有的，不得公布；没有清单的依事项自己。"""
    book = listed()
    act = published(wrong)
    material = "别的材料" if kind in lists.OF_MATERIALS else None
    publish(book, kind, ListEntry(ItemCode("350505-0009"), material))
    book.refuse(Refusal.ITEM_OFF_LIST, act, CATALOGUE, "2026-03-02", list=kind, what=what)
    bare = listed()
    bare.do(act, CATALOGUE, "2026-03-02")


def published(item: catalogue.ItemPublished) -> PublishItem:
    """照此公布一个新版本。"""
    own = {name: getattr(item, name) for name in PublishItem.__slots__ if name in item.__slots__}
    return PublishItem(**own | {"item_code": ITEM, "effective_from": LATER, "name": "新名称"})


def test_what_is_on_the_list_may_be_said() -> None:
    """清单上有的，照样公布。"""
    book = listed()
    publish(book, PAPERS, ListEntry(ITEM, "平面图"), ListEntry(ITEM, "健康证"))
    book.do(published(ITEM_V1), CATALOGUE, "2026-03-02")


RECEIVE: Final = Receive(
    CASE, ITEM, Channel.COUNTER, SubjectId("S-1"), (Material("申请书", SHA),), "R-20"
)


def test_filing_only_while_it_is_on_the_list() -> None:
    """报备制清单上去掉了的事项，回到审批，不再收报备。"""
    book = listed(replace(ITEM_V1, filing_only=True))
    book.refuse(Refusal.CASE_FILING_ONLY, RECEIVE, STAFF["clerk"], "2026-03-02")
    publish(book, ListKind.FILING, ListEntry(ItemCode("350505-0009")))
    book.do(RECEIVE, STAFF["clerk"], "2026-03-02")


def test_what_is_kept_out_of_the_hall() -> None:
    """进驻负面清单上的事项，窗口不收，网上照收。"""
    book = listed(replace(ITEM_V1, rules=HandlingRules(on_negative_list=True)))
    book.refuse(Refusal.CASE_NOT_IN_HALL, RECEIVE, STAFF["clerk"], "2026-03-02", organ=APPROVER)
    book.do(replace(RECEIVE, channel=Channel.WEB), STAFF["clerk"], "2026-03-02")


def test_no_vague_and_no_shared_material_is_asked() -> None:
    """补正不得要“其他材料”，也不得要经共享就能取得的材料。"""
    rules = HandlingRules(intake=IntakeRules(shared_materials=("营业执照",)))
    book = listed(replace(ITEM_V1, rules=rules))
    book.do(RECEIVE, STAFF["clerk"], "2026-03-02")
    vague = RequestSupplement(CASE, "BZ-20", ("其他有关材料",))
    shared = RequestSupplement(CASE, "BZ-20", ("营业执照",))
    told = "2026-03-03"
    book.refuse(Refusal.MATERIAL_CATCH_ALL, vague, STAFF["clerk"], told, materials="其他有关材料")
    book.refuse(Refusal.MATERIAL_SHARED, shared, STAFF["clerk"], told, materials="营业执照")
    book.do(RequestSupplement(CASE, "BZ-20", ("平面图",)), STAFF["clerk"], told)
