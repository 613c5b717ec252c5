"""两个名录的导入：对象、检查人员逐行收，终止了的出库，回避随之记下；来两次不变，矛盾的不收。"""

from dataclasses import replace
from datetime import date

import pytest

from domain import importing, inspector, subject
from domain.acts.imports import ImportInspector, ImportSubject
from domain.acts.rolls import RemoveInspector
from domain.decider import Claim, Plan
from domain.importing import ImportKind
from domain.inspector import InspectorRegistered, LeftFor, RecusalGround
from domain.refusals import Refusal
from domain.sources import SourceRecord
from domain.subject import OffReason, SubjectImported, SubjectKind
from domain.terms import Organ, PersonId, Role, Sha256, SubjectId
from tests.domain.case_file import SHA, STAFF, SUPERVISOR, Book, actor, events_of, person, town

ID = "MLK-1"
ARCHIVIST = actor("archivist", Role.ARCHIVE, SUPERVISOR)
STARTED = importing.ImportStarted(ImportKind.SUBJECTS, "MLK", SHA, 1, SHA, "")
FACT = SubjectImported(
    SourceRecord("MLK", "0001", SHA, ID, 2), SubjectKind.COMPANY, None, "片区", "B", None
)
SHOP = ImportSubject(SubjectId("MLK-0001"), FACT, None, None)
HE = PersonId("P-five")
ENTERED = InspectorRegistered(HE, SUPERVISOR, "片区", ("食品",), "一所", "闽-5", date(2027, 8, 31))
MAN = ImportInspector(ID, ENTERED, (SubjectId("MLK-0001"),), (Organ("SPJ"),), RecusalGround.OTHER)


def _book() -> Book:
    book = town()
    book.hire("archivist", Role.ARCHIVE, SUPERVISOR, person("archivist"))
    book.put(importing.AGGREGATE.stream(ID), STARTED)
    return book


def test_a_subject_is_taken_once() -> None:
    """再来不再记；同一条记录内容变了的不收；已在本系统登记的早已在账。"""
    book = _book()
    assert events_of(book.do(SHOP, ARCHIVIST, "2026-03-02")) == (FACT,)
    assert book.do(SHOP, ARCHIVIST, "2026-03-02") == Plan()
    origin = replace(FACT.origin, sha256=Sha256("b" * 64))
    other = replace(SHOP, fact=replace(FACT, origin=origin, region="别处"))
    book.refuse(Refusal.IMPORT_DIFFERS, other, ARCHIVIST, "2026-03-02", record="0001")
    elsewhere = replace(origin, record="0002")
    again = replace(SHOP, fact=replace(FACT, origin=elsewhere))
    assert book.do(again, ARCHIVIST, "2026-03-02") == Plan()
    wrong = replace(SHOP, fact=replace(FACT, risk_class="E"))
    _book().refuse(Refusal.SUBJECT_RISK_CLASS, wrong, ARCHIVIST, "2026-03-02")


def test_what_has_ended_is_taken_off_at_once() -> None:
    """来源说已注销的，随即出库；早已在库的也出库；终止在将来的不收。"""
    ended = replace(SHOP, off=OffReason.WOUND_UP, ended_on=date(2025, 12, 1))
    book = _book()
    (known, off) = events_of(book.do(ended, ARCHIVIST, "2026-03-02"))
    assert known == FACT
    assert isinstance(off, subject.Deregistered)
    assert (off.reason, off.ended_on) == (OffReason.WOUND_UP, date(2025, 12, 1))
    assert (off.evidence[0].reference, off.evidence[0].sha256) == ("MLK 0001", SHA)
    assert book.do(ended, ARCHIVIST, "2026-03-02") == Plan()
    later = replace(ended, ended_on=date(2026, 4, 1))
    _book().refuse(Refusal.SUBJECT_NOT_ENDED, later, ARCHIVIST, "2026-03-02")


def test_an_inspector_is_taken_with_his_recusals() -> None:
    """入库与各项回避一起记；证号只属一人；再来不再记，多出的回避补记。"""
    book = _book()
    (known, *recusals) = events_of(book.do(MAN, ARCHIVIST, "2026-03-02"))
    assert known == ENTERED
    targets = [one.target for one in recusals if isinstance(one, inspector.RecusalDeclared)]
    assert targets == [("MLK-0001", None), (None, "SPJ")]
    assert book.held(Claim("certificate", "闽-5", f"inspector/{HE}"))
    assert book.do(MAN, ARCHIVIST, "2026-03-02") == Plan()
    more = replace(MAN, recused_organs=(Organ("SPJ"), Organ("ZJJ")))
    (one,) = events_of(book.do(more, ARCHIVIST, "2026-03-02"))
    assert isinstance(one, inspector.RecusalDeclared)
    assert one.organ == "ZJJ"


@pytest.mark.parametrize(
    "changed", [replace(ENTERED, station="二所"), replace(ENTERED, certificate_no="")]
)
def test_an_inspector_who_differs_is_not_taken(changed: InspectorRegistered) -> None:
    """在库而内容不同的不收：换证由所在部门登记，旧文件不改新证。"""
    book = _book()
    book.do(MAN, ARCHIVIST, "2026-03-02")
    other = replace(MAN, fact=changed)
    book.refuse(Refusal.IMPORT_DIFFERS, other, ARCHIVIST, "2026-03-02", record=HE)


def test_who_is_unqualified_or_left_is_not_taken() -> None:
    """没有专业的不入库；出了库的由部门决定是否再入。"""
    book = _book()
    bare = replace(MAN, fact=replace(ENTERED, specialities=()))
    book.refuse(Refusal.INSPECTOR_UNQUALIFIED, bare, ARCHIVIST, "2026-03-02")
    book.do(MAN, ARCHIVIST, "2026-03-02")
    book.do(RemoveInspector(HE, LeftFor.RETIRED, date(2026, 3, 3)), STAFF["chief"], "2026-03-03")
    book.refuse(Refusal.INSPECTOR_REMOVED, MAN, ARCHIVIST, "2026-03-04")


def test_only_within_an_import() -> None:
    """没有开始的导入，一行也不收。"""
    book = _book()
    del book.streams[importing.AGGREGATE.stream(ID)]
    for act in (SHOP, MAN):
        book.refuse(Refusal.IMPORT_NOT_STARTED, act, ARCHIVIST, "2026-03-02")
