"""对照与公布：只办相差的；自哪一日起；办不成的先知道，什么也不写。"""

from dataclasses import replace
from datetime import date
from typing import Final

import pytest

from domain.acts.catalogue import CancelItem, MakeDormant, RecordFirstUse, TransferAuthority
from domain.acts.lists import PublishList
from domain.acts.register import PublishItem
from domain.catalogue import CancelMode, TransferMode
from domain.commitment import BreachPolicy
from domain.lists import ListEntry, ListKind
from domain.refusals import Refusal
from domain.terms import ItemCode, Organ, Role
from runtime.catalogue.content import Content
from runtime.catalogue.differ import Change, ChangeKind, Difference, Moment, compare
from runtime.catalogue.publish import objections
from runtime.exits import Stop
from runtime.founding import CITY
from runtime.hall import officer
from runtime.scenarios.book import Book
from runtime.scenarios.player import PUBLISHER
from runtime.scenarios.reader import PLAIN_ITEM
from tests.runtime.catalogue.memory import MOMENT, TODAY, founded, put, seen

CODE: Final = ItemCode("XK-1")
LONG_AGO: Final = date(2025, 1, 1)
LATER: Final = date(2026, 7, 1)
MACHINE: Final = officer("system.first_use", Role.SYSTEM, "SYSTEM")


def item(code: ItemCode = CODE, **other: object) -> PublishItem:
    """一个平常的事项。"""
    plain = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in PLAIN_ITEM.items()
    }
    plain["breach_policy"] = BreachPolicy.REVOKE
    told = {**plain, "item_code": code, "name": f"某许可{code}", **other}
    return PublishItem(**told)  # type: ignore[arg-type]


def items(*some: PublishItem) -> Content:
    """只有几个事项的内容。"""
    return Content(items={one.item_code: one for one in some})


def listing(*codes: str, number: str = "一号") -> Content:
    """只有一张一件事清单的内容。"""
    entries = tuple(ListEntry(ItemCode(code), None, "某一件事") for code in codes)
    known = PublishList(ListKind.ONE_MATTER, LONG_AGO, number, ("某文",), entries)
    return Content(lists={ListKind.ONE_MATTER: known})


@pytest.fixture
def book() -> Book:
    """小城。"""
    return founded()


def told(content: Content, book: Book, moment: Moment = MOMENT) -> list[Change]:
    """要办的相差。"""
    return [one for one in compare(content, seen(book), moment) if one.act is not None]


def test_a_new_item_starts_when_the_file_says(book: Book) -> None:
    """账上没有的：添，依文件所写之日，早已实行的也可以。"""
    (change,) = told(items(item()), book)
    assert (change.kind, change.effective_from) == (ChangeKind.ADDED, LONG_AGO)
    put(book, items(item()))
    assert told(items(item()), book) == []


def test_a_changed_item_starts_today_or_later(book: Book) -> None:
    """改动的：逐项指明；不早于今日，文件写得更晚的依文件，命令行给了的依命令行。"""
    put(book, items(item()))
    changed = item(promised_days=3)
    (change,) = told(items(changed), book)
    assert change.differences == (Difference("promised_days", 10, 3),)
    assert change.effective_from == TODAY
    (later,) = told(items(replace(changed, effective_from=LATER)), book)
    assert later.effective_from == LATER
    (named,) = told(items(changed), book, Moment(TODAY, LATER))
    assert named.effective_from == LATER
    put(book, items(replace(changed, effective_from=LATER)))
    (again,) = told(items(item(promised_days=2)), book)
    assert again.effective_from == LATER  # never before the version that is announced already


def test_the_day_alone_is_no_difference(book: Book) -> None:
    """只有生效之日不同的，不算相差。"""
    put(book, items(item()))
    assert told(items(item(effective_from=LATER)), book) == []


def test_what_the_file_lacks_is_only_told(book: Book) -> None:
    """文件里没有的：只列出，没有可办的。"""
    put(book, items(item()))
    changes = compare(items(), seen(book), MOMENT)
    assert Change("item", CODE, ChangeKind.REMOVED) in changes
    assert all(one.act is None for one in changes)


def test_entries_of_a_list_are_told_one_by_one(book: Book) -> None:
    """清单添一条去一条，各自指明；次序不同不算相差；文件号换了是新版本。"""
    put(book, listing("XK-1", "XK-2"))
    (change,) = told(listing("XK-2", "XK-3"), book)
    assert change.differences == (
        Difference("entries", ListEntry(ItemCode("XK-1"), None, "某一件事"), None),
        Difference("entries", None, ListEntry(ItemCode("XK-3"), None, "某一件事")),
    )
    (renumbered,) = told(listing("XK-1", "XK-2", number="二号"), book)
    assert renumbered.differences == (Difference("document_no", "一号", "二号"),)
    removed = [one for one in compare(Content(), seen(book), MOMENT) if one.table == "list"]
    assert removed == [Change("list", ListKind.ONE_MATTER, ChangeKind.REMOVED)]


def test_dormant_items_that_were_woken_are_left_alone(book: Book) -> None:
    """休眠一次；有人申办而激活了的，文件再写休眠也不动它。"""
    content = replace(items(item()), dormant=(MakeDormant(CODE, "零办件", "一号"),))
    assert [one.table for one in put(book, content) if one.act] == ["item", "dormant"]
    assert told(content, book) == []
    assert book.ask(RecordFirstUse(CODE, "2026-000001"), MACHINE).code is None
    assert told(content, book) == []


def test_a_cancelled_item_is_done_with(book: Book) -> None:
    """取消一次，不倒签；取消之后文件里没有它也不算相差，文件要改它则不予办理。"""
    cancel = CancelItem(CODE, CancelMode.ABOLISHED, LONG_AGO, "不再审批", "一号")
    content = replace(items(item()), cancels=(cancel,))
    put(book, content)
    assert told(content, book) == []
    assert CODE not in {one.key for one in compare(items(), seen(book), MOMENT)}
    changes = told(items(item(promised_days=3)), book)
    (objection,) = objections(changes, PUBLISHER, book.now, book.load)
    assert objection.refused.code is Refusal.ITEM_CANCELLED


def test_a_transfer_is_made_once(book: Book) -> None:
    """下放一次，自今日起；同一次不再办。"""
    what = (CODE, TransferMode.DIRECT, Organ(CITY), Organ("350505-DYZ"))
    content = replace(items(item()), transfers=(TransferAuthority(*what, LONG_AGO, "一号"),))
    changes = [one for one in put(book, content) if one.table == "transfer"]
    assert [one.effective_from for one in changes] == [TODAY]
    assert told(content, book) == []


def test_objections_see_what_goes_before(book: Book) -> None:
    """照办一遍：后面的看得到前面的结果；办不成的逐件列出，什么也不写。"""
    cancel = CancelItem(ItemCode("XK-9"), CancelMode.ABOLISHED, LATER, "不再审批", "一号")
    content = replace(
        items(item(), item(ItemCode("XK-2"), legal_basis=())),
        dormant=(MakeDormant(CODE, "零办件", "一号"),),
        cancels=(cancel,),
    )
    before = len(book.delivered)
    found = objections(told(content, book), PUBLISHER, book.now, book.load)
    assert [(one.change.key, one.refused.code) for one in found] == [
        ("XK-2", Refusal.ITEM_NO_BASIS),
        ("XK-9", Refusal.ITEM_NOT_LISTED),
    ]
    assert len(book.delivered) == before


def test_only_the_administrator_of_lists_publishes(book: Book) -> None:
    """别的岗位来公布，一件也办不成。"""
    window = officer("W01", Role.COUNTER, CITY)
    found = objections(told(items(item()), book), window, book.now, book.load)
    assert [one.refused.code for one in found] == [Refusal.DUTY_ROLE]


def test_a_list_that_is_too_long_is_told_before(book: Book) -> None:
    """长到一件事件装不下的清单：先知道，什么也不写。"""
    content = listing(*(f"XK-{number:05d}" for number in range(3_000)))
    with pytest.raises(Stop) as stopped:
        objections(told(content, book), PUBLISHER, book.now, book.load)
    assert stopped.value.code == "catalogue.too_large"
    assert int(stopped.value.facts["size"]) > 65_535
