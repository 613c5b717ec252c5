"""承诺备案：不新增用地的技改，承诺即备案；事后核查，违诺先整改，整改无果才撤销（机制 76）。"""

from dataclasses import replace
from datetime import date
from typing import Final

import pytest

from domain import credit, undertaking
from domain.acts.undertakings import (
    CancelUndertaking,
    FileUndertaking,
    LodgeUndertaking,
    VerifyUndertaking,
)
from domain.catalogue import HandlingRules, ItemPublished, PledgeRules
from domain.credit import CreditCause, RecordAdded, Severity
from domain.decider import Plan, Refused
from domain.refusals import Refusal
from domain.terms import CaseNo, CommitmentId, Evidence, ItemCode, OfficerId, Organ, Role, SubjectId
from domain.timers import TimerKind, advance
from domain.undertaking import Cancel, Cancelled, File, Filed, Lodge, Lodged, Verified, Verify
from tests.domain.case_file import (
    APPLICANT,
    APPROVER,
    ITEM,
    ITEM_V1,
    SECOND_SUPERVISOR,
    SHA,
    STAFF,
    SUPERVISOR,
    case_files,
    check_impossible,
    events_of,
    person,
    town,
)
from tests.domain.laws import anything, check_decider_laws

given = case_files(undertaking.AGGREGATE, undertaking.decide)
TODAY, LATER = date(2026, 3, 2), date(2026, 6, 30)
BODIES: Final = (SUPERVISOR, SECOND_SUPERVISOR)
PROOF: Final = (Evidence("ZP-1", SHA),)
LODGED: Final = Lodged(
    item_code=ITEM,
    item_version=1,
    filer=SubjectId("S-1"),
    project="冲压线技改",
    land_no="不动产权 1 号",
    promises=("平面图", "健康证"),
    text_sha256=SHA,
    handler=person("clerk"),
)
FILED: Final = Filed(ITEM, TODAY, date(2026, 5, 28), False, BODIES, person("clerk"))  # noqa: FBT003
KEPT: Final = Verified(True, (), "逐条相符", (), None, person("supervisor"))  # noqa: FBT003
BROKEN: Final = Verified(False, ("平面图",), "不符", PROOF, LATER, person("supervisor"))  # noqa: FBT003
STILL: Final = replace(BROKEN, explanation="仍不符", rectify_by=None)
CANCELLED: Final = Cancelled(ITEM, "整改无果", "CB-1", BODIES, person("decider"))
LIVES: Final = (
    (),
    (LODGED,),
    (LODGED, FILED),
    (LODGED, FILED, KEPT),
    (LODGED, FILED, BROKEN),
    (LODGED, FILED, BROKEN, STILL),
    (LODGED, FILED, BROKEN, CANCELLED),
)
LODGE: Final = Lodge(LODGED, None, ("平面图", "健康证"))


def test_what_is_promised_is_taken_at_its_word() -> None:
    """适用的、没有新增用地的、逐条承诺的，提交即收，备案只查形式。"""
    given().when(LODGE).then(LODGED)
    given(LODGED).when(LODGE).then()
    given().when(replace(LODGE, suitable=Refused(Refusal.DUTY_SELF))).refused(Refusal.DUTY_SELF)
    given().when(replace(LODGE, fact=replace(LODGED, land_no=" "))).refused(
        Refusal.UNDERTAKING_NEW_LAND
    )
    given().when(replace(LODGE, fact=replace(LODGED, promises=("平面图",)))).refused(
        Refusal.UNDERTAKING_PROMISES, missing="健康证"
    )
    given(LODGED, FILED).when(LODGE).refused(Refusal.UNDERTAKING_ON_FILE, on="2026-03-02")
    given(LODGED).when(File(FILED)).then(FILED)
    given(LODGED, FILED).when(File(FILED)).then()
    given().when(File(FILED)).refused(Refusal.UNDERTAKING_NOT_FOUND)
    given(*LIVES[6]).when(File(FILED)).refused(Refusal.UNDERTAKING_CANCELLED, document_no="CB-1")


def test_verification_names_what_was_not_kept() -> None:
    """做到与没有做到的前后一致，写明所见，没有做到的附证据。"""
    on_file = given(LODGED, FILED)
    on_file.when(Verify(KEPT, TODAY)).then(KEPT)
    given(LODGED, FILED, KEPT).when(Verify(KEPT, TODAY)).then()
    for wrong in (
        replace(KEPT, kept=False),
        replace(KEPT, failed=("平面图",)),
        replace(KEPT, rectify_by=LATER),
        replace(BROKEN, failed=("环评",)),
    ):
        on_file.when(Verify(wrong, TODAY)).refused(Refusal.UNDERTAKING_FAILED_WHAT)
    on_file.when(Verify(replace(KEPT, explanation=""), TODAY)).refused(Refusal.CASE_REASONS_MISSING)
    on_file.when(Verify(replace(BROKEN, evidence=()), TODAY)).refused(
        Refusal.COMMITMENT_NO_EVIDENCE
    )
    given(LODGED).when(Verify(KEPT, TODAY)).refused(Refusal.UNDERTAKING_PENDING, filer="S-1")


def test_rectification_comes_first() -> None:
    """首次查出的定整改期限；整改之后仍没有做到的，才不再定。"""
    given(LODGED, FILED).when(Verify(BROKEN, TODAY)).then(BROKEN)
    for life in ((LODGED, FILED), (LODGED, FILED, KEPT)):
        given(*life).when(Verify(STILL, TODAY)).refused(Refusal.UNDERTAKING_RECTIFY_FIRST)
    given(LODGED, FILED).when(Verify(replace(BROKEN, rectify_by=TODAY), TODAY)).refused(
        Refusal.UNDERTAKING_RECTIFY_DAY, today="2026-03-02"
    )
    given(LODGED, FILED, BROKEN).when(Verify(STILL, TODAY)).then(STILL)
    given(LODGED, FILED, BROKEN).when(Verify(KEPT, TODAY)).then(KEPT)


def test_only_a_lasting_breach_cancels() -> None:
    """整改期限过了、或者整改无果，由核查以外的人撤销；没有查出违诺的不得撤销。"""
    cancel = Cancel(CANCELLED, LATER)
    given(LODGED, FILED, BROKEN).when(cancel).refused(
        Refusal.UNDERTAKING_RECTIFYING, due_on="2026-06-30"
    )
    given(LODGED, FILED, BROKEN).when(replace(cancel, today=date(2026, 7, 1))).then(CANCELLED)
    given(*LIVES[5]).when(cancel).then(CANCELLED)
    given(*LIVES[6]).when(cancel).then()
    for life in ((LODGED, FILED), (LODGED, FILED, KEPT)):
        given(*life).when(cancel).refused(Refusal.UNDERTAKING_KEPT)
    itself = replace(cancel, fact=replace(CANCELLED, handler=person("supervisor")))
    given(*LIVES[5]).when(itself).refused(Refusal.DUTY_SAME_PERSON)
    for bare in (replace(CANCELLED, explanation=" "), replace(CANCELLED, document_no="")):
        given(*LIVES[5]).when(replace(cancel, fact=bare)).refused(Refusal.ITEM_NO_DOCUMENT)
    given(LODGED).when(cancel).refused(Refusal.UNDERTAKING_PENDING)


def test_its_deadlines() -> None:
    """核查与整改各有期限，核查了、撤销了即了；免予核查的没有。"""
    (check,) = advance((), FILED, 1)
    assert (check.kind, check.due_on) == (TimerKind.UNDERTAKING_CHECK, date(2026, 5, 28))
    (repair,) = advance((check,), BROKEN, 2)
    assert (repair.kind, repair.due_on) == (TimerKind.UNDERTAKING_REPAIR, LATER)
    for event in (KEPT, STILL, CANCELLED):
        assert advance((repair,), event, 3) == ()
    assert advance((), replace(FILED, verify_by=None), 1) == ()


def test_contradictory_history_stops() -> None:
    """不可能的历史当即停下。"""
    events = (LODGED, FILED, KEPT, BROKEN, STILL, CANCELLED)
    check_impossible(undertaking.AGGREGATE, LIVES, events)


def test_laws() -> None:
    """同样的现状同样的答复，办成的再办不再添事。"""
    check_decider_laws(
        undertaking.AGGREGATE, undertaking.decide, anything(undertaking.Command), LIVES
    )


# -- on a book

NO: Final = CaseNo("CB-0001")
CLERK, DECIDER, SUPERVISES = (STAFF[name] for name in ("clerk", "decider", "supervisor"))
ACT: Final = LodgeUndertaking(
    filing_no=NO,
    item_code=ITEM,
    filer=SubjectId("S-1"),
    project="冲压线技改",
    land_no="不动产权 1 号",
    promises=("平面图", "健康证"),
    text_sha256=SHA,
)
PASS: Final = FileUndertaking(NO)
FAIL: Final = VerifyUndertaking(NO, False, "不符", ("平面图",), PROOF, LATER)  # noqa: FBT003
STRIKE: Final = CancelUndertaking(NO, "整改无果", "CB-1")
FILED_ONLY: Final = replace(ITEM_V1, filing_only=True)


def test_from_lodging_to_cancelling() -> None:
    """提交、备案、核查、整改期限过后撤销；核查的期限自备案之日起算。"""
    book = town(FILED_ONLY)
    book.do(ACT, CLERK, "2026-03-02")
    (filed,) = events_of(book.do(PASS, CLERK, "2026-03-02"))
    assert filed == FILED
    book.do(FAIL, SUPERVISES, "2026-05-06")
    book.refuse(Refusal.UNDERTAKING_RECTIFYING, STRIKE, DECIDER, "2026-06-30")
    book.do(STRIKE, DECIDER, "2026-07-01")
    state = book.load(undertaking.AGGREGATE, NO)
    assert state == undertaking.Struck(LODGED, CANCELLED)
    assert book.do(STRIKE, DECIDER, "2026-07-02") == Plan()


def test_an_applicant_lodges_only_his_own() -> None:
    """申请人自己提交的没有经办人；不得替别人提交。"""
    book = town(FILED_ONLY)
    (fact,) = events_of(book.do(ACT, APPLICANT, "2026-03-02"))
    assert fact == replace(LODGED, handler=None)
    stranger = replace(APPLICANT, officer_id=OfficerId("S-2"))
    town(FILED_ONLY).refuse(Refusal.DUTY_SELF, ACT, stranger, "2026-03-02")


@pytest.mark.parametrize(
    ("item", "code"),
    [
        (ITEM_V1, Refusal.FILING_NOT_LISTED),
        (
            replace(FILED_ONLY, commitment_allowed=False, commitment_materials=()),
            Refusal.COMMITMENT_NOT_ALLOWED,
        ),
        (
            replace(FILED_ONLY, rules=HandlingRules(pledge=PledgeRules(high_risk=True))),
            Refusal.COMMITMENT_HIGH_RISK,
        ),
    ],
)
def test_what_an_undertaking_does_not_fit(item: ItemPublished, code: Refusal) -> None:
    """不是报备制的、不适用承诺的、风险较大的事项，不走承诺备案。"""
    town(item).refuse(code, ACT, CLERK, "2026-03-02", item_code=ITEM)


def test_bad_credit_is_excluded() -> None:
    """有较严重不良信用记录的，不走承诺备案；事项不在清单上的无从提交。"""
    book = town(FILED_ONLY)
    record = RecordAdded(
        record_no="XY-1",
        cause=CreditCause.COMMITMENT_BROKEN,
        severity=Severity.GENERAL,
        published=True,
        document_no="CX-1",
        decided_on=date(2025, 12, 1),
        repair_from=date(2026, 3, 1),
        last_day=date(2026, 12, 1),
        excludes=True,
        commitment_id=CommitmentId("K-9"),
        case_no=CaseNo("2025-000001"),
        handler=person("decider"),
    )
    book.put(credit.AGGREGATE.stream("S-1"), record)
    book.refuse(Refusal.COMMITMENT_BAD_CREDIT, ACT, CLERK, "2026-03-02", records="XY-1")
    unknown = replace(ACT, item_code=ItemCode("350505-0009"))
    book.refuse(Refusal.CASE_ITEM_NOT_IN_FORCE, unknown, CLERK, "2026-03-02")


def test_who_verifies_and_who_cancels() -> None:
    """监管部门核查，备案机关撤销；别的机关都不行；没有此件的无从办起。"""
    book = town(FILED_ONLY)
    for act, who in ((PASS, CLERK), (FAIL, SUPERVISES), (STRIKE, DECIDER)):
        book.refuse(Refusal.UNDERTAKING_NOT_FOUND, act, who, "2026-03-02")
    book.do(ACT, CLERK, "2026-03-02")
    book.do(PASS, CLERK, "2026-03-02")
    other = Organ("350505-ZJ")
    stranger = book.hire("fire", Role.SUPERVISOR, other, person("fire"))
    book.refuse(Refusal.DUTY_ORGAN, FAIL, stranger, "2026-05-06")
    decider = book.hire("other", Role.DECIDER, other, person("other"))
    book.refuse(Refusal.DUTY_ORGAN, STRIKE, decider, "2026-05-06", organ=APPROVER)
