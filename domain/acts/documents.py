"""文书的办理：出具、用印、寄出、送达。"""

from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias

from domain import case, document, seal
from domain.acts.base import Desk, combine, handles, write
from domain.acts.grounds import grounds, in_whose_name
from domain.acts.lookups import CASE, case_file, not_in_name_of, outside, overdue
from domain.case import DeadlineKind
from domain.decider import Decision, Plan, Refused
from domain.document import DeliveryMethod, DocumentKind
from domain.seal import SealSource
from domain.terms import CaseNo, Role, Sha256

# Of these one file may have several, each under a number of its own.
REPEATED: Final = frozenset(
    {
        *(DocumentKind.FEE, DocumentKind.PAUSE, DocumentKind.PARTY, DocumentKind.HEARING_NOTICE),
        *(DocumentKind.CHANGE, DocumentKind.RENEWAL, DocumentKind.RENEWAL_REFUSAL),
    }
)


def document_id(source_stream: str, kind: DocumentKind, number: str = "") -> str:
    """文书编号：一份案卷的每种文书一份，例如 ``2026-000001.acceptance``；会有几份的带文号。"""
    own = f"{source_stream.partition('/')[2]}.{kind.lower()}"
    return f"{own}.{number}" if kind in REPEATED else own


@dataclass(frozen=True, slots=True)
class IssueDocument:
    """出具一份文书；``source_event`` 是所据事件的编号，在案卷 ``source_stream``。"""

    case_no: CaseNo
    kind: DocumentKind
    number: str
    source_stream: str
    source_event: str
    sha256: Sha256
    file_bytes: int
    template: str


@dataclass(frozen=True, slots=True)
class UseSeal:
    """在一份文书上用印。``sha256`` 是盖前的内容，``sealed_sha256`` 是盖后的文件。"""

    document_id: str
    source: SealSource
    sha256: Sha256
    sealed_sha256: Sha256
    certificate_sha256: Sha256


@dataclass(frozen=True, slots=True)
class DispatchDocument:
    """寄出一份文书。"""

    document_id: str
    carrier: str
    tracking_no: str


@dataclass(frozen=True, slots=True)
class DeliverDocument:
    """送达一份文书；是决定书的，办件的送达一并记下。"""

    document_id: str
    method: DeliveryMethod
    delivered_on: date
    proof: str


DocumentAct: TypeAlias = IssueDocument | UseSeal | DispatchDocument | DeliverDocument


# -- handlers

DOCUMENT: Final = document.AGGREGATE
SEAL: Final = seal.AGGREGATE
_WINDOW: Final = frozenset({Role.COUNTER, Role.ISSUER})
_DECISIONS: Final = frozenset({DocumentKind.DECLINE, DocumentKind.APPROVAL, DocumentKind.REJECTION})

_METHODS: Final = {  # what the delivery of the case says in words
    DeliveryMethod.IN_PERSON: "当面领取",
    DeliveryMethod.POST: "邮寄送达",
    DeliveryMethod.ELECTRONIC: "电子送达",
    DeliveryMethod.LEFT: "留置送达",
    DeliveryMethod.NOTICE: "公告送达",
}


@handles(IssueDocument)
def issue_document(act: IssueDocument, desk: Desk) -> Decision:
    """出具：以审批机关名义；窗口代为出具，其余的人须属该机关。"""
    file = case_file(desk, act.case_no)
    if isinstance(file, Refused):
        return file
    body = in_whose_name(desk, act.source_stream, file.item.approving_body)
    by_window = desk.actor.role in _WINDOW
    refusal = not_in_name_of(desk, body) or (None if by_window else outside(desk, body))
    if refusal is not None:
        return refusal
    fact = document.Issued(
        kind=act.kind,
        number=act.number,
        case_no=act.case_no,
        organ=body,
        source_stream=act.source_stream,
        source_event=act.source_event,
        sha256=act.sha256,
        file_bytes=act.file_bytes,
        template=act.template,
        handler=desk.handler,
    )
    identity = document_id(act.source_stream, act.kind, act.number)
    known = grounds(desk, act.case_no, act.source_stream)
    command = document.Issue(fact, (act.kind, act.number) in known)
    answer = document.decide(desk.load(DOCUMENT, identity), command)
    return write(DOCUMENT, identity, act.case_no, answer, rules=(file.rule,))


@handles(UseSeal)
def use_seal(act: UseSeal, desk: Desk) -> Decision:
    """用印：只用经办人以其名义办事的机关的印章，而且须是出具机关的。"""
    state = desk.load(DOCUMENT, act.document_id)
    if isinstance(state, document.Nothing):
        return document.standing(state)
    known = state.issued
    refusal = not_in_name_of(desk, known.organ)
    fact = seal.Used(
        document=DOCUMENT.stream(act.document_id),
        number=known.number,
        organ=known.organ,
        source=act.source,
        sha256=act.sha256,
        sealed_sha256=act.sealed_sha256,
        certificate_sha256=act.certificate_sha256,
        handler=desk.handler,
    )
    command = seal.Use(fact, known.sha256)
    answer = refusal or seal.decide(desk.load(SEAL, act.document_id), command)
    return write(SEAL, act.document_id, known.case_no, answer)


@handles(DispatchDocument)
def dispatch_document(act: DispatchDocument, desk: Desk) -> Decision:
    """寄出。"""
    state = desk.load(DOCUMENT, act.document_id)
    if isinstance(state, document.Nothing):
        return document.standing(state)
    fact = document.Dispatched(DeliveryMethod.POST, act.carrier, act.tracking_no, desk.handler)
    answer = document.decide(state, document.Dispatch(fact, _sealed(act.document_id, desk)))
    return write(DOCUMENT, act.document_id, state.issued.case_no, answer)


@handles(DeliverDocument)
def deliver_document(act: DeliverDocument, desk: Desk) -> Decision:
    """送达；决定书送达的，办件的送达期限也就此了结。"""
    state = desk.load(DOCUMENT, act.document_id)
    if isinstance(state, document.Nothing):
        return document.standing(state)
    issued = state.issued
    fact = document.Delivered(act.method, act.delivered_on, act.proof, desk.handler)
    sealed = _sealed(act.document_id, desk)
    answer = document.decide(state, document.Deliver(fact, sealed, desk.today))
    delivered = write(DOCUMENT, act.document_id, issued.case_no, answer)
    if issued.kind not in _DECISIONS or isinstance(answer, Refused) or not answer:
        return delivered
    return combine(delivered, _case_delivered(issued, act.method, desk))


def _case_delivered(issued: document.Issued, method: DeliveryMethod, desk: Desk) -> Decision:
    """窗口先已记过送达的，不再记。"""
    state = desk.load(CASE, issued.case_no)
    if isinstance(state, case.Concluded) and state.delivery is not None:
        return Plan()
    late = overdue(desk, state, DeadlineKind.DELIVERY)
    fact = case.Delivered(issued.number, _METHODS[method], desk.handler)
    answer = case.decide(state, case.Deliver(fact, late))
    return write(CASE, issued.case_no, issued.case_no, answer)


def _sealed(identity: str, desk: Desk) -> bool:
    return isinstance(desk.load(SEAL, identity), seal.Sealed)
