"""文书与材料的办理：材料随办件走，文书由办件的事实出具，决定书送达即办件送达。"""

from dataclasses import replace
from datetime import date

import pytest

from domain import case, document, material, revocation, seal
from domain.acts.deciding import Deliver, Reject
from domain.acts.documents import (
    DeliverDocument,
    DispatchDocument,
    IssueDocument,
    UseSeal,
    document_id,
)
from domain.acts.intake import Decline, RequestSupplement
from domain.acts.materials import ReplaceMaterial, ReuseMaterial, StoreMaterial
from domain.acts.pledges import MakeCommitment
from domain.approval import RevocationGround
from domain.case import DeclineReason
from domain.commitment import CommitmentKind, Promise
from domain.decider import Plan
from domain.document import DeliveryMethod, DocumentKind
from domain.material import MediaType, Seen, SeenAt
from domain.refusals import Refusal
from domain.seal import SealSource
from domain.terms import CaseNo, CommitmentId, Material, Organ, Sha256, SubjectId
from tests.domain.case_file import APPLICANT, APPROVER, SHA, STAFF, Book, events_of, person, town
from tests.domain.test_case_acts import (
    ACCEPT,
    APPROVE,
    CLERK,
    DECIDER,
    DELIVER,
    NO,
    RECEIVE,
    REJECT,
    REVIEW,
    REVIEWER,
    received,
    reviewed,
)

ISSUER = STAFF["issuer"]
NEW = Sha256("b" * 64)
STORE = StoreMaterial(NO, "申请书", SHA, 900, MediaType.PDF)
PLAN = StoreMaterial(NO, "平面图", NEW, 77, MediaType.PNG)
SECOND = ReplaceMaterial(NO, "平面图", SHA, 78, MediaType.PNG, "原图缺比例尺")


def issue(kind: DocumentKind, number: str, stream: str = f"case/{NO}") -> IssueDocument:
    """出具一份文书。"""
    return IssueDocument(NO, kind, number, stream, "e-1", SHA, 900, "paper/v1")


ACCEPTANCE = issue(DocumentKind.ACCEPTANCE, "SL-1")
APPROVAL = issue(DocumentKind.APPROVAL, "ZY-1")
PAPER = document_id(APPROVAL.source_stream, APPROVAL.kind)
SEAL = UseSeal(PAPER, SealSource.EMBEDDED, SHA, NEW, NEW)
POSTED = DispatchDocument(PAPER, "中国邮政", "EA1")
SERVED = DeliverDocument(PAPER, DeliveryMethod.POST, date(2026, 3, 6), "EA1")


def approved() -> Book:
    """已准予、决定书已出具并用印的账。"""
    book = reviewed()
    book.do(APPROVE, DECIDER, "2026-03-05")
    book.do(APPROVAL, DECIDER, "2026-03-05 10:00")
    book.do(SEAL, DECIDER, "2026-03-05 10:01")
    return book


# -- materials


def test_what_review_and_decision_rested_on_is_fixed() -> None:
    """审核看的是第一版，换版之后决定看的是第二版：两次各以摘要固定，事后都查得出。"""
    book = received()
    book.do(STORE, CLERK, "2026-03-02 09:10")
    book.do(PLAN, APPLICANT, "2026-03-02 09:20")
    book.do(ACCEPT, CLERK, "2026-03-02 10:00")
    first = events_of(book.do(REVIEW, REVIEWER, "2026-03-03"))[-1]
    book.do(SECOND, CLERK, "2026-03-03 10:00")
    second = next(
        one for one in events_of(book.do(APPROVE, DECIDER, "2026-03-04")) if isinstance(one, Seen)
    )
    form = Material("申请书", SHA)
    assert first == Seen(SeenAt.REVIEW, (form, Material("平面图", NEW)), (), person("reviewer"))
    assert second == Seen(SeenAt.APPROVAL, (form, Material("平面图", SHA)), (), person("decider"))
    third = ReplaceMaterial(NO, "平面图", NEW, 9, MediaType.PNG, "又改")
    book.refuse(Refusal.MATERIAL_DECIDED_ON, third, CLERK, "2026-03-05", handler="P-decider")


def test_what_was_not_held_is_named() -> None:
    """收件时登记过而内容没有存入的，固定所看材料时逐一写明；不予许可时也一样。"""
    book = received()
    book.do(PLAN, CLERK, "2026-03-02 09:10")
    book.do(ACCEPT, CLERK, "2026-03-02 10:00")
    book.do(REVIEW, REVIEWER, "2026-03-03")
    plan = book.do(REJECT, DECIDER, "2026-03-04")
    seen = next(one for one in events_of(plan) if isinstance(one, Seen))
    assert (seen.step, seen.not_held) == (SeenAt.REJECTION, ("申请书",))
    assert book.ask(REJECT, DECIDER, "2026-03-04") == Plan()


def test_a_decision_that_is_refused_fixes_nothing() -> None:
    """没有办成的审核，不记所看的材料；卷里没有材料的也不记。"""
    book = received()
    book.do(STORE, CLERK, "2026-03-02 09:10")
    book.refuse(Refusal.CASE_NOT_ACCEPTED, REVIEW, REVIEWER, "2026-03-02 10:00")
    assert f"material/{NO}" not in reviewed().streams


def test_whose_material_for_which_case() -> None:
    """没有的办件不收；申请人只交自己的；摘要与收件时登记的相符。"""
    for act in (STORE, SECOND, ReuseMaterial(NO, "申请书", CaseNo("2026-000002"))):
        town().refuse(Refusal.CASE_NOT_FOUND, act, CLERK, "2026-03-02")
    stranger = replace(APPLICANT, officer_id=CLERK.officer_id)
    received().refuse(Refusal.DUTY_SELF, STORE, stranger, "2026-03-02")
    received().refuse(Refusal.DUTY_SELF, SECOND, stranger, "2026-03-02")
    wrong = replace(STORE, sha256=NEW)
    received().refuse(Refusal.MATERIAL_DIFFERS, wrong, CLERK, "2026-03-02", name="申请书")


def test_a_material_already_held_is_reused() -> None:
    """同一申请人在别的办件里交过的，取其现行版，不必再交；别人的不行。"""
    book = received()
    book.do(PLAN, CLERK, "2026-03-02")
    book.do(SECOND, CLERK, "2026-03-02")
    other = CaseNo("2026-000002")
    book.do(replace(RECEIVE, case_no=other, materials=()), CLERK, "2026-03-03")
    reuse = ReuseMaterial(other, "平面图", NO)
    (event,) = events_of(book.do(reuse, APPLICANT, "2026-03-03"))
    assert event == material.Reused("平面图", SHA, 78, MediaType.PNG, NO, None)
    book.refuse(Refusal.MATERIAL_NOT_HELD, replace(reuse, name="健康证"), CLERK, "2026-03-03")
    book.refuse(
        Refusal.CASE_NOT_FOUND, replace(reuse, source_case=CaseNo("2026-9")), CLERK, "2026-03-03"
    )
    third = CaseNo("2026-000003")
    foreign = replace(RECEIVE, case_no=third, applicant=SubjectId("S-2"))
    book.do(foreign, CLERK, "2026-03-03")
    book.refuse(
        Refusal.MATERIAL_OTHER_APPLICANT, replace(reuse, case_no=third), CLERK, "2026-03-03"
    )


# -- documents


def test_a_decision_is_sealed_posted_and_delivered() -> None:
    """机制 70、79：决定书用印、寄出、送达；送达一经记下，办件的送达期限也就了结。"""
    book = approved()
    book.do(POSTED, ISSUER, "2026-03-05 15:00")
    issued, delivered = events_of(book.do(SERVED, ISSUER, "2026-03-06"))
    assert isinstance(issued, document.Delivered)
    assert delivered == case.Delivered("ZY-1", "邮寄送达", person("issuer"))
    assert book.do(SERVED, ISSUER, "2026-03-06") == Plan()
    assert isinstance(book.load(document.AGGREGATE, PAPER), document.Served)
    assert isinstance(book.load(seal.AGGREGATE, PAPER), seal.Sealed)


def test_a_late_delivery_says_so() -> None:
    """迟于十日送达的，逾期一并记下。"""
    book = approved()
    book.do(POSTED, ISSUER, "2026-03-05 15:00")
    late = replace(SERVED, delivered_on=date(2026, 3, 20))
    kinds = [type(event) for event in events_of(book.do(late, ISSUER, "2026-03-20"))]
    assert kinds == [document.Delivered, case.DeadlineMissed, case.Delivered]


def test_the_window_may_have_delivered_before() -> None:
    """窗口先已当面送达的，文书的送达照记，办件的不记第二次。"""
    book = approved()
    book.do(DELIVER, CLERK, "2026-03-05 16:00")
    by_hand = replace(SERVED, method=DeliveryMethod.IN_PERSON, proof="HZ-1")
    (event,) = events_of(book.do(by_hand, ISSUER, "2026-03-06"))
    assert isinstance(event, document.Delivered)
    assert isinstance(DELIVER, Deliver)


def test_without_a_seal_nothing_leaves_the_house() -> None:
    """没有用印的不寄、不送；受理通知书送达的，办件不算送达。"""
    book = reviewed()
    book.do(ACCEPTANCE, CLERK, "2026-03-04")
    number = document_id(ACCEPTANCE.source_stream, ACCEPTANCE.kind)
    sent = replace(POSTED, document_id=number)
    book.refuse(Refusal.DOCUMENT_NOT_SEALED, sent, ISSUER, "2026-03-04")
    served = replace(SERVED, document_id=number, method=DeliveryMethod.ELECTRONIC)
    book.refuse(Refusal.DOCUMENT_NOT_SEALED, served, ISSUER, "2026-03-06")
    book.do(replace(SEAL, document_id=number), CLERK, "2026-03-06")
    (event,) = events_of(book.do(served, ISSUER, "2026-03-06"))
    assert isinstance(event, document.Delivered)


def test_what_was_never_issued_is_not_found() -> None:
    """没有出具过的，不能用印、寄出、送达。"""
    for act in (SEAL, POSTED, SERVED):
        who = DECIDER if act is SEAL else ISSUER
        reviewed().refuse(Refusal.DOCUMENT_NOT_FOUND, act, who, "2026-03-06")


def test_whose_document_and_whose_seal() -> None:
    """以审批机关名义出具、用其印章；窗口可以代办，别的机关不行。"""
    book = reviewed()
    book.refuse(Refusal.DUTY_IN_NAME_OF, ACCEPTANCE, ISSUER, "2026-03-04", organ=APPROVER)
    foreign = book.hire("foreign", DECIDER.role, Organ("350505-ZJJ"), person("foreign"))
    abroad = replace(foreign, in_name_of=APPROVER)
    book.refuse(Refusal.DUTY_ORGAN, ACCEPTANCE, abroad, "2026-03-04", organ=APPROVER)
    book.do(ACCEPTANCE, DECIDER, "2026-03-04")
    paper = replace(SEAL, document_id=document_id(f"case/{NO}", DocumentKind.ACCEPTANCE))
    book.refuse(Refusal.DUTY_IN_NAME_OF, paper, ISSUER, "2026-03-04", organ=APPROVER)
    town().refuse(Refusal.CASE_NOT_FOUND, ACCEPTANCE, DECIDER, "2026-03-04")


@pytest.mark.parametrize(
    "act",
    [
        replace(ACCEPTANCE, number="SL-2"),
        APPROVAL,
        replace(ACCEPTANCE, source_stream="case/2026-000002"),
        replace(ACCEPTANCE, source_stream=f"push/{NO}"),
        issue(DocumentKind.REVOCATION_NOTICE, "CX-1", "revocation/JY-1"),
        issue(DocumentKind.COMMITMENT, "K-1", "commitment/K-1"),
    ],
    ids=lambda act: f"{act.kind} {act.source_stream}",
)
def test_no_paper_without_its_fact(act: IssueDocument) -> None:
    """文号不符、尚未发生、别的案卷的事，都不能出具。"""
    reviewed().refuse(Refusal.DOCUMENT_NO_GROUND, act, DECIDER, "2026-03-04")


def test_notices_of_intake() -> None:
    """补正告知书在等候补正时出具，不予受理决定书在决定之后出具。"""
    book = received()
    book.do(RequestSupplement(NO, "BZ-1", ("健康证",)), CLERK, "2026-03-03")
    book.do(issue(DocumentKind.SUPPLEMENT, "BZ-1"), CLERK, "2026-03-03")
    decline = Decline(NO, DeclineReason.NOT_REQUIRED, "不需要许可", "BS-1")
    book.do(decline, CLERK, "2026-03-04")
    book.do(issue(DocumentKind.DECLINE, "BS-1"), CLERK, "2026-03-04")


def test_a_rejection_and_a_commitment_have_their_papers() -> None:
    """不予许可决定书；告知承诺书以承诺编号为号，须是本件的承诺。"""
    book = received()
    pledge = MakeCommitment(
        CommitmentId("K-1"),
        NO,
        CommitmentKind.NOTIFICATION,
        SHA,
        (Promise("健康证", date(2026, 5, 8)),),
        date(2026, 6, 30),
    )
    book.do(pledge, APPLICANT, "2026-03-02 10:00")
    paper = issue(DocumentKind.COMMITMENT, "K-1", "commitment/K-1")
    other = CaseNo("2026-000002")
    book.do(replace(RECEIVE, case_no=other), CLERK, "2026-03-02 11:00")
    foreign = replace(paper, case_no=other)
    book.refuse(Refusal.DOCUMENT_NO_GROUND, foreign, CLERK, "2026-03-02 11:00")
    book.do(paper, CLERK, "2026-03-02 11:00")
    book.do(ACCEPT, CLERK, "2026-03-02 12:00")
    book.do(REVIEW, REVIEWER, "2026-03-03")
    book.do(replace(REJECT, commitment_id=CommitmentId("K-1")), DECIDER, "2026-03-04")
    book.do(issue(DocumentKind.REJECTION, "BX-1"), DECIDER, "2026-03-04")
    assert isinstance(REJECT, Reject)


def test_revocation_has_its_notice_and_its_decision() -> None:
    """撤销前告知书在告知之后出具，撤销决定书在决定之后；须是本件的许可。"""
    book = approved()
    opened = revocation.Proposed(
        licence_no=APPROVE.licence_no,
        case_no=NO,
        commitment_id=None,
        ground=RevocationGround.COMMITMENT_BROKEN,
        deciding_organ=APPROVER,
        proposing_organ=APPROVER,
        evidence=(),
        proposer=None,
    )
    notice = revocation.NoticeServed("GZ-1", date(2026, 3, 20), None, person("reviewer"))
    book.put("revocation/JY-1", opened, notice)
    other = CaseNo("2026-000002")
    book.do(replace(RECEIVE, case_no=other), CLERK, "2026-03-12")
    told = issue(DocumentKind.REVOCATION_NOTICE, "GZ-1", "revocation/JY-1")
    foreign = replace(told, case_no=other)
    book.refuse(Refusal.DOCUMENT_NO_GROUND, foreign, DECIDER, "2026-03-12")
    book.do(told, DECIDER, "2026-03-12")
    book.put(
        "revocation/JY-1",
        revocation.StatementHeard(waived=True, record_sha256=None, handler=person("reviewer")),
        revocation.LegalReviewed(
            lawful=True, harms_public_interest=False, explanation="合法", handler=person("legal")
        ),
        revocation.Decided("CX-1", "以欺骗手段取得", "可申请行政复议", person("decider2")),
    )
    decided = issue(DocumentKind.REVOCATION, "CX-1", "revocation/JY-1")
    foreign = replace(decided, case_no=other)
    book.refuse(Refusal.DOCUMENT_NO_GROUND, foreign, DECIDER, "2026-03-23")
    book.do(decided, DECIDER, "2026-03-23")
