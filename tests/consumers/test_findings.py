"""检查结果：历史检查先到的等着许可，许可一到即关联，一项一次。"""

from datetime import date

import pytest

from consumers.findings import SUPERVISOR
from domain import trigger_check
from domain.acts.imports import LinkInspection
from domain.acts.pledges import SuspectBreach
from domain.code_set import CodeKind
from domain.past_inspection import InspectionLinked
from domain.terms import LicenceNo, PersonId
from tests.deliveries import (
    LICENCE,
    Book,
    check_done,
    check_opened,
    granted,
    inspection_imported,
    licence_imported,
    played,
)


def _links(book: Book) -> list[str]:
    acts = [command.act for command in played(SUPERVISOR, book.kept)]
    return [act.inspection_id for act in acts if isinstance(act, LinkInspection)]


def test_what_waits_is_linked_when_the_licence_comes() -> None:
    """先导入检查、后导入许可：等着它的各项依次关联，别的许可的不动。"""
    book = Book()
    for number, licence in (("CHI-1", "L-7"), ("CHI-2", "L-8"), ("CHI-3", "L-7")):
        book.add(
            f"inspection/{number}",
            inspection_imported(LicenceNo(licence), licence_known=False),
            key=number,
        )
    assert _links(book) == []
    book.add("licence/L-7", licence_imported(date(2011, 9, 16)), key="L-7")
    assert _links(book) == ["CHI-1", "CHI-3"]


def test_a_licence_granted_here_is_waited_for_as_well() -> None:
    """所指的许可后来由本系统准予的，同样关联。"""
    book = Book()
    book.add("inspection/CHI-1", inspection_imported(LICENCE, licence_known=False), key="CHI-1")
    book.add(f"licence/{LICENCE}", granted())
    assert _links(book) == ["CHI-1"]


def test_what_is_linked_already_is_left_alone() -> None:
    """许可在前、检查在后的，导入时已关联；关联过的不再关联。"""
    book = Book()
    book.add("licence/L-7", licence_imported(date(2011, 9, 16)), key="L-7")
    book.add("inspection/CHI-1", inspection_imported(LicenceNo("L-7")), key="CHI-1")
    book.add("inspection/CHI-1", InspectionLinked(LicenceNo("L-7")), key="CHI-1")
    assert _links(book) == []


@pytest.mark.parametrize(
    ("kind", "reviewed", "suspected"),
    [
        (CodeKind.BREACH, True, 1),
        (CodeKind.PROBLEM, True, 0),
        (CodeKind.BREACH, False, 0),
    ],
    ids=["not as promised", "another problem", "returned"],
)
def test_a_check_on_a_ground_reaches_the_commitment(
    kind: CodeKind, suspected: int, *, reviewed: bool
) -> None:
    """有因检查复核同意的“不符合承诺”，同样报疑点；别的问题、退回的不报；不批准的丢开。"""
    book = Book()
    review = trigger_check.CheckReviewed(reviewed, "说明", PersonId("P-7"))
    for event in (check_opened(), check_done(kind), review):
        book.add("check/CK-1", event, key="CK-1")
    acts = [one.act for one in played(SUPERVISOR, book.kept)]
    assert [type(one) for one in acts] == [SuspectBreach] * suspected
    refused = trigger_check.CheckRefused("不属职责", PersonId("P-8"))
    dropped = Book()
    for later in (check_opened(), check_done(kind), refused, review):
        dropped.add("check/CK-1", later, key="CK-1")
    assert played(SUPERVISOR, dropped.kept) == ()
