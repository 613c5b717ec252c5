"""政银合作：设点、网点代收、移交大厅，收件之日依协议（机制 57）。"""

from dataclasses import replace
from typing import Final

import pytest

from domain import outlet
from domain.acts.outlets import CloseOutlet, CompleteHandover, OpenOutlet, TakeInAtOutlet
from domain.course import Order
from domain.decider import ImpossibleHistory, Plan
from domain.forwarding import CountFrom
from domain.refusals import Refusal
from domain.terms import Actor, ItemCode, Organ, Role, SubjectId
from tests.domain.case_file import CENTRE, ITEM, STAFF, Book, at, person, town
from tests.domain.laws import anything, check_decider_laws
from tests.rules.papers import CLERK, NO, RECEIVE, only

BANK: Final = Organ("YH-NS-01")
OTHER_ITEM: Final = ItemCode("350505-0009")
OPEN: Final = OpenOutlet(
    outlet_no="WD-1",
    organ=BANK,
    name="农商银行东海支行",
    receiving_hall=CENTRE,
    item_codes=(ITEM, OTHER_ITEM),
    count_from=CountFrom.HANDED_IN,
    document_no="协〔2026〕1号",
)
TAKE: Final = TakeInAtOutlet(NO, "WD-1", SubjectId("S-1"), ITEM, RECEIVE.materials)
HAND: Final = CompleteHandover(NO)
CLOSE: Final = CloseOutlet("WD-1", "网点迁址")


def teller(book: Book) -> Actor:
    """网点收件的人。"""
    return book.hire("teller", Role.COUNTER, BANK, person("teller"))


def boss(book: Book) -> Actor:
    """大厅的负责人。"""
    return book.hire("boss", Role.HEAD, CENTRE, person("boss"))


def opened(count_from: CountFrom = CountFrom.HANDED_IN) -> Book:
    """已设网点的小城。"""
    book = town()
    book.do(replace(OPEN, count_from=count_from), boss(book), "2026-03-02")
    return book


@pytest.mark.parametrize("order", [outlet.OUTLET, outlet.HANDOVER], ids=["outlet", "handover"])
def test_laws(order: Order) -> None:
    """网点与移交守决定者的共同规矩。"""
    check_decider_laws(
        order.aggregate, order.decide, anything(outlet.OutletEvent | outlet.HandoverEvent)
    )


def test_an_outlet_is_opened_by_an_agreement() -> None:
    """设点写明事项，网点不是大厅；撤点说明理由，之后可以重新设。"""
    book = town()
    head = boss(book)
    book.refuse(Refusal.OUTLET_NO_ITEM, replace(OPEN, item_codes=()), head, "2026-03-02")
    same = replace(OPEN, organ=CENTRE)
    book.refuse(Refusal.FORWARDING_SAME_PLACE, same, head, "2026-03-02")
    only(book.do(OPEN, head, "2026-03-02"), outlet.OutletOpened)
    assert book.do(OPEN, head, "2026-03-02") == Plan()
    book.refuse(Refusal.CASE_REASONS_MISSING, replace(CLOSE, reasons=" "), head, "2026-03-03")
    only(book.do(CLOSE, head, "2026-03-03"), outlet.OutletClosed)
    book.refuse(Refusal.COURSE_NOT_NOW, TAKE, teller(book), "2026-03-04", step="outlet.closed")
    only(book.do(OPEN, head, "2026-03-05"), outlet.OutletOpened)


def test_an_outlet_takes_in_what_its_agreement_lists() -> None:
    """没有设点的、不是本网点的人、协议没有列的、没有公布的事项，都不代收。"""
    book = opened()
    bank = teller(book)
    nowhere = replace(TAKE, outlet_no="WD-9")
    book.refuse(Refusal.COURSE_NOT_FOUND, nowhere, bank, "2026-03-02")
    book.refuse(Refusal.DUTY_ORGAN, TAKE, CLERK, "2026-03-02", organ=BANK)
    strange = replace(TAKE, item_code=ItemCode("350505-0002"))
    book.refuse(Refusal.OUTLET_OTHER_ITEM, strange, bank, "2026-03-02")
    unlisted = replace(TAKE, item_code=OTHER_ITEM)
    book.refuse(Refusal.CASE_ITEM_NOT_IN_FORCE, unlisted, bank, "2026-03-02")
    only(book.do(TAKE, bank, "2026-03-02"), outlet.HandoverTakenIn)
    assert book.do(TAKE, bank, "2026-03-02") == Plan()


@pytest.mark.parametrize(
    ("count_from", "wrong", "right", "notice_due"),
    [
        (CountFrom.HANDED_IN, "2026-03-04", "2026-03-02", "2026-03-09"),
        (CountFrom.ARRIVED, "2026-03-02", "2026-03-04", "2026-03-11"),
    ],
    ids=["from the outlet", "from the hall"],
)
def test_the_clock_starts_as_the_agreement_says(
    count_from: CountFrom, wrong: str, right: str, notice_due: str
) -> None:
    """移交之前不收件；收件之日依协议，五日告知期限自那日起算（许可法 32 条）。"""
    book = opened(count_from)
    book.do(TAKE, teller(book), "2026-03-02")
    book.refuse(Refusal.COURSE_NOT_NOW, RECEIVE, CLERK, "2026-03-02", step="handover.taken_in")
    book.refuse(Refusal.DUTY_ORGAN, HAND, teller(book), "2026-03-04", organ=CENTRE)
    done = only(book.do(HAND, CLERK, "2026-03-04"), outlet.HandoverCompleted)
    assert str(done.received_on) == right
    assert book.do(HAND, CLERK, "2026-03-05") == Plan()
    receive = replace(RECEIVE, received_at=at(right))
    mistaken = replace(RECEIVE, received_at=at(wrong))
    book.refuse(Refusal.FORWARDING_RECEIVED_ON, mistaken, CLERK, "2026-03-04", on=right)
    other = replace(receive, applicant=SubjectId("S-2"))
    book.refuse(Refusal.FORWARDING_OTHER, other, CLERK, "2026-03-04", subject="S-1")
    received = book.do(receive, CLERK, "2026-03-04").writes[0].events[0]
    assert str(getattr(received, "notice_due_on")) == notice_due  # noqa: B009


def test_nothing_is_handed_over_that_was_not_taken_in() -> None:
    """没有代收的不能移交；在没有设过的网点代收的，账上互相矛盾。"""
    book = town()
    book.refuse(Refusal.COURSE_NOT_FOUND, HAND, CLERK, "2026-03-02")
    day = at("2026-03-02").date()
    told = outlet.HandoverTakenIn("WD-9", SubjectId("S-1"), ITEM, (), day, person("teller"))
    book.put(f"handover/{NO}", told)
    with pytest.raises(ImpossibleHistory):
        book.ask(HAND, STAFF["clerk"], "2026-03-02")
