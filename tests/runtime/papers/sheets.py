"""文书的测试共用：每种文书所据的事，与读出 PDF 的文字。"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import pypdfium2

from domain import case, revocation
from domain.case import DeclineReason
from domain.decider import Event
from domain.document import DocumentKind
from domain.terms import Organ
from ledger.mapper import Fact
from runtime.documents.paper import Told
from tests.deliveries import (
    CASE,
    CLERK,
    DECIDER,
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
}


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
    }
    return Told(**(known | changes))


def text_of(pdf: bytes) -> str:
    """PDF 里的全部文字，不计空白与换行。"""
    with pypdfium2.PdfDocument(pdf) as document:
        pages = [page.get_textpage().get_text_range() for page in document]
    return re.sub(r"\s+", "", "".join(pages))
