"""首次办件：每个事项只记一次，收件、报备、导入的历史办件都算。"""

from consumers.first_use import SUPERVISOR
from domain import filing, undertaking
from domain.acts.catalogue import RecordFirstUse
from domain.refusals import Refusal
from domain.terms import ItemCode, Sha256, SubjectId
from tests.deliveries import CASE, HASH, ITEM, Book, imported, played, received, undertaken


def test_only_the_first_case_of_an_item_is_recorded() -> None:
    """同一事项的第二件不再提出；另一事项的报备另记。"""
    book = Book()
    book.add(f"case/{CASE}", received())
    book.add("case/2026-000099", received(), key="2026-000099")
    submitted = filing.Submitted(
        ItemCode("B-1"), 1, SubjectId("S-1"), "甲", Sha256(HASH), Sha256(HASH)
    )
    book.add("filing/F-1", submitted, key="F-1")
    acts = [command.act for command in played(SUPERVISOR, book.kept)]
    assert acts == [RecordFirstUse(ITEM, CASE), RecordFirstUse(ItemCode("B-1"), "F-1")]


def test_an_imported_case_of_a_foreign_item_is_expected_to_be_refused() -> None:
    """导入的历史办件所属事项不在清单上的，拒绝在意料之中。"""
    commands = played(SUPERVISOR, imported(Book()).kept)
    assert commands
    assert all(Refusal.ITEM_NOT_LISTED in command.expected for command in commands)


def test_a_filing_on_a_commitment_is_a_use() -> None:
    """承诺备案也算事项有了办件。"""
    book = Book()
    for stream, event, key in undertaken():
        book.add(stream, event, key=key)
    assert any(isinstance(one.event, undertaking.Lodged) for one in book.kept)
    assert [one.act for one in played(SUPERVISOR, book.kept)] == [RecordFirstUse(ITEM, "CB-1")]
