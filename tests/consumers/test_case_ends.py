"""办件告结：一件事记一件办结，别的机关不必再办。"""

from datetime import date

from consumers.case_ends import SUPERVISOR
from domain import case, hearing
from domain.acts.packages import CloseChild
from domain.acts.proceedings import EndProceedings
from domain.decider import Event
from domain.refusals import Refusal
from domain.terms import CaseNo
from tests.deliveries import APPLICANT, CLERK, Book, approved, paneled, played

ONE, TWO = CaseNo("J-1"), CaseNo("J-2")
GONE = case.Withdrawn(case.WithdrawalGround.APPLICANT, "不办了", date(2026, 3, 20), CLERK)


def _begun(*families: str) -> Book:
    """这几类案卷上已经发生的事，还没有一件办件告结。"""
    book = Book()
    for one in paneled().kept:
        if one.stream.partition("/")[0] in families:
            book.add(one.stream, one.event, key=one.key)
    return book


def _acts(book: Book, *ends: tuple[CaseNo, Event]) -> list[object]:
    for number, event in ends:
        book.add(f"case/{number}", event, key=number)
    return [command.act for command in played(SUPERVISOR, book.kept)]


def test_a_package_asks_at_once_whether_a_child_has_ended() -> None:
    """受理一件事，各件先问一遍；还没有办结的拒绝在意料之中。"""
    book = _begun("package")
    asked = played(SUPERVISOR, book.kept)
    assert [one.act for one in asked] == [CloseChild("YJS-1", ONE), CloseChild("YJS-1", TWO)]
    assert all(one.expected == {Refusal.PACKAGE_CASE_OPEN} for one in asked)


def test_each_child_is_closed_when_it_ends() -> None:
    """一件准予、一件撤回，各记一次；与一件事无关的不记。"""
    other = CaseNo("J-9")
    acts = _acts(_begun("package"), (ONE, approved()), (other, GONE), (TWO, GONE))
    assert acts[2:] == [CloseChild("YJS-1", ONE), CloseChild("YJS-1", TWO)]


def test_what_others_were_asked_ends() -> None:
    """并联、核验、初审着的，告结即终止；没有请过别人的无事可办。"""
    for family in ("joint", "verification", "forwarding"):
        acts = _acts(_begun(family), (ONE, GONE), (CaseNo("J-9"), GONE))
        assert acts == [EndProceedings(ONE)], family


def test_a_child_that_others_were_asked_about() -> None:
    """属于一件事又在并联的，两样都办。"""
    acts = _acts(_begun("joint", "package"), (ONE, GONE))
    assert acts[2:] == [CloseChild("YJS-1", ONE), EndProceedings(ONE)]


def test_a_hearing_ends_with_its_case() -> None:
    """告知了听证权利的、公告了听证的，告结即终止。"""
    told = hearing.RightTold((APPLICANT,), "TZ-1", date(2026, 3, 2), date(2026, 3, 9), CLERK)
    for number, event in ((ONE, told),):
        book = Book()
        book.add(f"hearing/{number}", event, key=number)
        assert _acts(book, (number, GONE)) == [EndProceedings(number)]
