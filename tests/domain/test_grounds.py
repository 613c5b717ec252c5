"""文书所据：每一步能出具哪几种文书、各是什么文号；别的办件的事不能拿来出具。"""

from dataclasses import replace
from datetime import date

import pytest

from domain import approval, case, clock, document, gaps, remarks, revocation
from domain.acts.base import Desk
from domain.acts.documents import REPEATED, DispatchDocument, IssueDocument, UseSeal, document_id
from domain.acts.grounds import grounds
from domain.acts.procedure import PauseClock, ResumeClock, StopReason
from domain.approval import ChangeMatter
from domain.decider import Event
from domain.document import DocumentKind
from domain.refusals import Refusal
from domain.seal import SealSource
from domain.terms import CaseNo, Organ, PersonId, Role
from tests.domain import (
    test_approval,
    test_commitment,
    test_compensation,
    test_document,
    test_hearing,
    test_revocation,
)
from tests.domain.case_file import SHA, STAFF, Book, at, events_of
from tests.domain.test_case import (
    ACCEPTED,
    APPROVED,
    DECLINED,
    DEEMED,
    NOTICE,
    RECEIVED,
    REJECTED,
)
from tests.domain.test_case_acts import NO, reviewed
from tests.domain.test_procedure import EXTENDED, PAUSED, RESUMED

WHO = PersonId("P-1")
OTHER = CaseNo("2026-000002")
GAPS = gaps.GapsAccepted(("平面图",), date(2026, 3, 16), SHA, WHO)
FEE = remarks.FeeNotified("SF-1", 100, WHO)
TACIT = case.DeemedApproved(
    "超时默认", date(2026, 3, 4), "MR-1", APPROVED.licence_no, *[date.max] * 2
)
RENEWAL = approval.RenewalRequested(
    request_no="YX-1",
    applied_on=date(2026, 5, 1),
    apply_by=date(2026, 5, 31),
    in_time=True,
    tacit=True,
    valid_to=date(2026, 6, 30),
    provisional=False,
    handler=None,
)
CHANGED = approval.Changed("BG-1", (ChangeMatter.NAME,), "更名", WHO)
RENEWED = approval.Renewed("YX-1", date(2026, 7, 1), date(2031, 6, 30), WHO)
DENIED = approval.RenewalRefused("BYX-1", "不再符合", "可以复议", date(2026, 6, 30), WHO)
LICENCE = (test_approval.GRANTED, CHANGED, RENEWAL)
K = DocumentKind


def found(stream: str, *events: Event, case_no: str = NO) -> set[tuple[str, str]]:
    """这份案卷里可以出具的文书；收件凭证另外看。"""
    book = Book()
    book.put(stream, *events)
    known = grounds(
        Desk(STAFF["clerk"], None, at("2026-03-02"), book.load), CaseNo(case_no), stream
    )
    return {(str(kind), number) for kind, number in known if kind is not K.RECEIPT}


@pytest.mark.parametrize(
    ("stream", "events", "expected"),
    [
        ("case/{}", (RECEIVED, NOTICE), {(K.SUPPLEMENT, "BZ-1")}),
        ("case/{}", (RECEIVED, ACCEPTED), {(K.ACCEPTANCE, "SL-1")}),
        ("case/{}", (RECEIVED, ACCEPTED, FEE), {(K.ACCEPTANCE, "SL-1"), (K.FEE, "SF-1")}),
        ("case/{}", (RECEIVED, ACCEPTED, GAPS), {(K.ACCEPTANCE, "SL-1"), (K.GAPS, "SL-1")}),
        (
            "case/{}",
            (RECEIVED, ACCEPTED, EXTENDED),
            {(K.ACCEPTANCE, "SL-1"), (K.EXTENSION, "YQ-1")},
        ),
        ("case/{}", (RECEIVED, DEEMED, PAUSED), {(K.PAUSE, PAUSED.notice_no)}),
        ("case/{}", (RECEIVED, DEEMED, GAPS), set()),
        ("case/{}", (RECEIVED, DECLINED), {(K.DECLINE, "BY-1")}),
        ("case/{}", (RECEIVED, ACCEPTED, APPROVED), {(K.ACCEPTANCE, "SL-1"), (K.APPROVAL, "ZY-1")}),
        ("case/{}", (RECEIVED, DEEMED, REJECTED), {(K.REJECTION, "BX-1")}),
        ("case/{}", (RECEIVED, DEEMED, TACIT), set()),
        (
            "case/{}",
            (
                RECEIVED,
                ACCEPTED,
                case.AcceptanceRevoked("缺平面图", date(2026, 3, 17), "CS-1", WHO),
            ),
            {(K.ACCEPTANCE_REVOCATION, "CS-1")},
        ),
        (
            "case/{}",
            (
                RECEIVED,
                case.Withdrawn(case.WithdrawalGround.APPLICANT, "不办", date(2026, 3, 2), None),
            ),
            {(K.WITHDRAWAL, NO)},
        ),
        (
            "case/{}",
            (RECEIVED, NOTICE, case.SupplementLapsed(("平面图",), date(2026, 3, 2))),
            set(),
        ),
        ("hearing/{}", (test_hearing.NOTIFIED,), {(K.PARTY, "GZ-1")}),
        ("hearing/{}", (test_hearing.TOLD,), {(K.HEARING, "TZ-1")}),
        (
            "hearing/{}",
            test_hearing.COMING,
            {(K.HEARING, "TZ-1"), (K.HEARING_NOTICE, test_hearing.ANNOUNCED.notice_no)},
        ),
        ("commitment/C-1", (test_commitment.CHECKED,), set()),
        ("commitment/C-1", (test_commitment.MADE,), {(K.COMMITMENT, "C-1")}),
        (
            "commitment/C-1",
            test_commitment.RECTIFYING,
            {(K.COMMITMENT, "C-1"), (K.RECTIFICATION, "ZG-1")},
        ),
        (
            "revocation/CX-1",
            (test_revocation.PROPOSED, test_revocation.NOTICE),
            {(K.REVOCATION_NOTICE, "GZ-1")},
        ),
        (
            "revocation/CX-1",
            (*test_revocation.READY, test_revocation.DECIDED),
            {(K.REVOCATION, "CXJD-1")},
        ),
        ("revocation/CX-1", (test_revocation.PROPOSED,), set()),
        ("licence/JY-1", LICENCE, {(K.CHANGE, "BG-1")}),
        ("licence/JY-1", (*LICENCE, RENEWED), {(K.CHANGE, "BG-1"), (K.RENEWAL, "YX-1")}),
        ("licence/JY-1", (*LICENCE, DENIED), {(K.CHANGE, "BG-1"), (K.RENEWAL_REFUSAL, "BYX-1")}),
        (
            "licence/JY-1",
            (test_approval.GRANTED, test_approval.WITHDRAWN),
            {(K.LICENCE_WITHDRAWAL, "CH-1")},
        ),
        ("licence/JY-1", (test_approval.GRANTED, test_approval.EXPIRED), set()),
        ("licence/JY-1", test_approval.OFF, {(K.DEREGISTRATION, "JY-1")}),
        (
            "licence/JY-1",
            (
                test_approval.GRANTED,
                approval.CertificateReissued("JY-1-2", "JY-1", approval.ReissueCause.CHANGED, WHO),
            ),
            set(),
        ),
        (
            "compensation/CX-1",
            (test_compensation.OPENED, test_compensation.DECIDED),
            {(K.COMPENSATION, "BC-1")},
        ),
        ("compensation/CX-1", (test_compensation.OPENED,), set()),
        ("document/D.acceptance", test_document.LIVES[-1], {(K.DELIVERY, "EA1")}),
        ("document/D.acceptance", test_document.LIVES[0], set()),
        ("push/P-1", (), set()),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_a_file_can_put_on_paper(
    stream: str, events: tuple[Event, ...], expected: set[tuple[str, str]]
) -> None:
    """各步能出具的文书及其文号；换作别的办件来要，一种也没有。"""
    own = stream.format(NO)
    assert found(own, *events) == {(str(kind), number) for kind, number in expected}
    assert found(own, *events, case_no=OTHER) == set()
    assert found(own) == set()


def test_a_receipt_is_there_from_the_first_day() -> None:
    """收件凭证一收件就出得了，到办结仍出得了；没有收过的没有。"""
    for events in ((RECEIVED,), (RECEIVED, ACCEPTED, APPROVED)):
        book = Book()
        book.put(f"case/{NO}", *events)
        desk = Desk(STAFF["clerk"], None, at("2026-03-02"), book.load)
        assert (K.RECEIPT, "SJ-1") in grounds(desk, NO, f"case/{NO}")


def test_two_procedures_have_two_papers() -> None:
    """一件里两次特别程序，告知书两份，各有编号；同一份再出具无事可办。"""
    book = reviewed()
    first = IssueDocument(NO, K.PAUSE, "TB-1", f"case/{NO}", "e-1", SHA, 9, "paper/v1")
    second = replace(first, number="TB-2", source_event="e-2")
    reviewer = STAFF["reviewer"]
    book.do(
        PauseClock(NO, StopReason.TESTING, "食品安全法 84 条", "TB-1", 3), reviewer, "2026-03-04"
    )
    book.do(first, reviewer, "2026-03-04")
    assert not book.do(first, reviewer, "2026-03-04").writes
    book.do(ResumeClock(NO, "TB-1"), reviewer, "2026-03-06")
    book.do(PauseClock(NO, StopReason.APPRAISAL, "法", "TB-2", 3), reviewer, "2026-03-09")
    book.do(second, reviewer, "2026-03-09")
    kept = {name for name in book.streams if name.startswith("document/")}
    assert kept == {f"document/{NO}.pause.TB-1", f"document/{NO}.pause.TB-2"}
    late = replace(first, number="TB-3")
    book.refuse(Refusal.DOCUMENT_NO_GROUND, late, reviewer, "2026-03-09", number="TB-3")


def test_identities_of_papers() -> None:
    """一份案卷只有一份的，编号不带文号；会有几份的带。"""
    assert document_id(f"case/{NO}", K.EXTENSION, "YQ-1") == f"{NO}.extension"
    assert {document_id("a/B", kind, "1") for kind in REPEATED} == {
        f"B.{kind.lower()}.1" for kind in REPEATED
    }
    assert RESUMED.notice_no == PAUSED.notice_no
    assert EXTENDED.days == clock.EXTENSION_DAYS


def test_a_licence_paper_is_sealed_and_posted() -> None:
    """不予延续决定书：用印、寄出，与决定书一样；办件的送达不受影响。"""
    book = reviewed()
    book.put("licence/JY-1", *LICENCE, DENIED)
    decider, issuer = STAFF["decider"], STAFF["issuer"]
    issue = IssueDocument(NO, K.RENEWAL_REFUSAL, "BYX-1", "licence/JY-1", "e-1", SHA, 9, "paper/v1")
    book.do(issue, decider, "2026-06-01")
    paper = document_id("licence/JY-1", K.RENEWAL_REFUSAL, "BYX-1")
    book.do(UseSeal(paper, SealSource.EMBEDDED, SHA, SHA, SHA), decider, "2026-06-01")
    book.do(DispatchDocument(paper, "中国邮政", "EA-9"), issuer, "2026-06-01")
    assert len(book.streams[f"document/{paper}"]) == 2


def test_what_a_superior_decided_is_in_its_own_name() -> None:
    """上级机关提级撤销的：撤销决定书以上级的名义出具，原机关不能代为出具。"""
    book, above = reviewed(), Organ("350500-SPJ")
    taken = revocation.TakenOver(above, "TJ-1", "下级久拖不决", WHO)
    book.put("revocation/CX-1", *test_revocation.READY, taken, test_revocation.DECIDED)
    issue = IssueDocument(NO, K.REVOCATION, "CXJD-1", "revocation/CX-1", "e-1", SHA, 9, "paper/v1")
    superior = book.hire("superior", Role.DECIDER, above, PersonId("P-superior"))
    book.refuse(Refusal.DUTY_IN_NAME_OF, issue, STAFF["decider"], "2026-11-02", organ=str(above))
    (event,) = events_of(book.do(issue, superior, "2026-11-02"))
    assert isinstance(event, document.Issued)
    assert event.organ == above
    nothing = replace(issue, source_stream="revocation/CX-2")
    book.refuse(
        Refusal.DOCUMENT_NO_GROUND, nothing, STAFF["decider"], "2026-11-02", number="CXJD-1"
    )
