"""文书的测试共用：每种文书所据的事，与读出 PDF 的文字。"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import pypdfium2

from domain import (
    approval,
    case,
    clock,
    commitment,
    compensation,
    document,
    gaps,
    hearing,
    remarks,
    revocation,
)
from domain.case import DeclineReason
from domain.clock import Dues
from domain.decider import Event
from domain.document import DocumentKind
from domain.terms import Organ, PersonId, SubjectId
from ledger.mapper import Fact
from runtime.documents.paper import Told
from tests.deliveries import (
    BUREAU,
    CASE,
    CLERK,
    DECIDER,
    HASH,
    LICENCE,
    PLEDGE,
    Book,
    accepted,
    approved,
    item,
    made,
    proposed,
    received,
)

CASE_STREAM: Final = f"case/{CASE}"
REVOCATION: Final = "revocation/K-1.3"
APPLICANT: Final = "泉州市鲤城区味香园餐饮店"
DUE: Final = date(2026, 3, 16)
DUES: Final = Dues(date(2026, 3, 18), date(2026, 4, 14), None, provisional=False)
HEARING: Final = f"hearing/{CASE}"
LICENCE_STREAM: Final = f"licence/{LICENCE}"
NEIGHBOUR: Final = SubjectId("S-2")
CHAIR: Final = PersonId("P-LUO")


def issued() -> document.Issued:
    """准予许可决定书已经出具。"""
    return document.Issued(
        kind=DocumentKind.APPROVAL,
        number="D-1",
        case_no=CASE,
        organ=BUREAU,
        source_stream=CASE_STREAM,
        source_event="e-1",
        sha256=HASH,
        file_bytes=900,
        template="paper/v1",
        handler=DECIDER,
    )


# What each paper rests on: file, event, the earlier events that it quotes too.
FACTS: Final[Mapping[DocumentKind, tuple[str, Event, tuple[Event, ...]]]] = {
    DocumentKind.ACCEPTANCE: (CASE_STREAM, accepted(), ()),
    DocumentKind.SUPPLEMENT: (
        CASE_STREAM,
        case.SupplementRequested("补字〔2026〕1号", ("平面图", "健康证"), CLERK),
        (),
    ),
    DocumentKind.DECLINE: (
        CASE_STREAM,
        case.Declined(
            DeclineReason.NOT_COMPETENT,
            Organ("350505-SLJ"),
            "属于水土保持事项",
            date(2026, 3, 2),
            "不受字〔2026〕1号",
            CLERK,
        ),
        (),
    ),
    DocumentKind.APPROVAL: (CASE_STREAM, approved(), ()),
    DocumentKind.REJECTION: (
        CASE_STREAM,
        case.Rejected(
            date(2026, 3, 2), "不准字〔2026〕1号", "场所不符合要求", "可以重新申请", DUE, DECIDER
        ),
        (),
    ),
    DocumentKind.REVOCATION_NOTICE: (
        REVOCATION,
        revocation.NoticeServed("告字〔2026〕1号", date(2026, 5, 20), None, CLERK),
        (proposed(),),
    ),
    DocumentKind.REVOCATION: (
        REVOCATION,
        revocation.Decided("撤字〔2026〕1号", "承诺落空", "可以重新申请", DECIDER),
        (proposed(),),
    ),
    DocumentKind.COMMITMENT: (f"commitment/{PLEDGE}", made(), ()),
    DocumentKind.RECEIPT: (CASE_STREAM, received(), ()),
    DocumentKind.GAPS: (
        CASE_STREAM,
        gaps.GapsAccepted(("健康证", "平面图"), date(2026, 3, 23), HASH, CLERK),
        (accepted(),),
    ),
    DocumentKind.ACCEPTANCE_REVOCATION: (
        CASE_STREAM,
        case.AcceptanceRevoked("容缺的材料没有补齐", DUE, "撤受字〔2026〕1号", DECIDER),
        (),
    ),
    DocumentKind.WITHDRAWAL: (
        CASE_STREAM,
        case.Withdrawn(case.WithdrawalGround.APPLICANT, "不办了", DUE, CLERK),
        (),
    ),
    DocumentKind.FEE: (CASE_STREAM, remarks.FeeNotified("费字〔2026〕1号", 12050, CLERK), ()),
    DocumentKind.PAUSE: (
        CASE_STREAM,
        clock.Paused(
            reason=clock.SpecialReason.EXPERT_REVIEW,
            required_by="食品安全法 37 条",
            notice_no="特字〔2026〕1号",
            started_on=date(2026, 3, 5),
            expected_days=5,
            expected_end_on=date(2026, 3, 11),
            dues=DUES,
            handler=CLERK,
        ),
        (),
    ),
    DocumentKind.EXTENSION: (
        CASE_STREAM,
        clock.Extended(10, "案情复杂", "延字〔2026〕1号", DUES, DECIDER),
        (),
    ),
    DocumentKind.PARTY: (
        HEARING,
        hearing.PartyNotified(NEIGHBOUR, "油烟影响其住宅", "利字〔2026〕1号", CLERK),
        (),
    ),
    DocumentKind.HEARING: (
        HEARING,
        hearing.RightTold(
            (SubjectId("S-1"), NEIGHBOUR), "听告〔2026〕1号", DUE, date(2026, 3, 23), CLERK
        ),
        (),
    ),
    DocumentKind.HEARING_NOTICE: (
        HEARING,
        hearing.HearingAnnounced(
            ground=hearing.HearingGround.REQUESTED,
            notice_no="听通〔2026〕1号",
            hold_on=date(2026, 4, 8),
            place="三楼会议室",
            chair=CHAIR,
            late=False,
            handler=CLERK,
        ),
        (),
    ),
    DocumentKind.RECTIFICATION: (
        f"commitment/{PLEDGE}",
        commitment.RectificationOrdered(
            document_no="改字〔2026〕1号",
            requirements=("装好油烟净化设施", "补交验收报告"),
            due_on=DUE,
            suspended=True,
            handler=DECIDER,
        ),
        (),
    ),
    DocumentKind.DELIVERY: (
        f"document/{CASE}.approval",
        document.Delivered(document.DeliveryMethod.IN_PERSON, DUE, "HZ-1", CLERK),
        (issued(),),
    ),
    DocumentKind.CHANGE: (
        LICENCE_STREAM,
        approval.Changed("变字〔2026〕1号", tuple(approval.ChangeMatter)[:2], "更名", DECIDER),
        (),
    ),
    DocumentKind.RENEWAL: (
        LICENCE_STREAM,
        approval.Renewed("延续字〔2026〕1号", date(2031, 3, 2), date(2036, 3, 1), DECIDER),
        (),
    ),
    DocumentKind.RENEWAL_REFUSAL: (
        LICENCE_STREAM,
        approval.RenewalRefused(
            "不延字〔2026〕1号", "场所已经拆除", "可以另行申请", date(2031, 3, 1), DECIDER
        ),
        (),
    ),
    DocumentKind.LICENCE_WITHDRAWAL: (
        LICENCE_STREAM,
        approval.Withdrawn(
            "所依规章已经废止",
            compensation_due=True,
            decision_no="撤回字〔2026〕1号",
            handler=DECIDER,
        ),
        (),
    ),
    DocumentKind.DEREGISTRATION: (
        LICENCE_STREAM,
        approval.Deregistered(approval.DeregistrationReason.EXPIRED, DECIDER),
        (),
    ),
    DocumentKind.COMPENSATION: (
        f"compensation/{LICENCE}.1",
        compensation.Decided(30000, "偿字〔2026〕1号", "停业损失", DECIDER),
        (
            compensation.Opened(
                compensation.CompensationCause.WITHDRAWN,
                LICENCE,
                CASE,
                SubjectId("S-1"),
                BUREAU,
                "撤回字〔2026〕1号",
            ),
        ),
    ),
}
NAMES: Final = {NEIGHBOUR: "鲤城区幸福小区业主委员会", "S-1": APPLICANT, CHAIR: "罗明法"}


def told(kind: DocumentKind, **changes: Any) -> Told:
    """出具一份文书所知的一切。"""
    stream, event, before = FACTS[kind]
    entry = Book().add(stream, event)
    fact = Fact(stream, 1, entry.meta, entry.event, entry.entry)
    known: dict[str, Any] = {
        "kind": kind,
        "fact": fact,
        "before": before,
        "case_no": CASE,
        "received": received(),
        "item": item(),
        "applicant": APPLICANT,
        "names": NAMES,
    }
    return Told(**(known | changes))


def text_of(pdf: bytes) -> str:
    """PDF 里的全部文字，不计空白与换行。"""
    with pypdfium2.PdfDocument(pdf) as document:
        pages = [page.get_textpage().get_text_range() for page in document]
    return re.sub(r"\s+", "", "".join(pages))
