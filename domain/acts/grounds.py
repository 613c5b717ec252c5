"""文书所据：账上现在有哪些可以出具文书的事，各有什么文号；没有其事就没有文书。"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final, TypeAlias

from domain import approval, case, commitment, compensation, document, hearing, revocation
from domain.acts.base import Desk
from domain.acts.lookups import heir
from domain.decider import Event
from domain.document import DocumentKind
from domain.terms import CaseNo, Organ

Ground: TypeAlias = tuple[DocumentKind, str]  # what kind of paper, under which number


def grounds(desk: Desk, case_no: CaseNo, stream: str) -> frozenset[Ground]:
    """这份案卷里属于本件的、可以出具文书的事；别的办件的没有。"""
    family, _, identity = stream.partition("/")
    read = _READERS.get(family)
    return frozenset() if read is None else frozenset(read(desk, case_no, identity))


def in_whose_name(desk: Desk, stream: str, body: Organ) -> Organ:
    """以谁的名义出具：审批机关；撤销程序的，是继续这一程序的机关（上级机关提级的为上级）。"""
    family, _, identity = stream.partition("/")
    if family != revocation.AGGREGATE.family:
        return body
    state = desk.load(revocation.AGGREGATE, identity)
    return (
        body if isinstance(state, revocation.Nothing) else heir(desk, state.proposed.deciding_organ)
    )


# -- the case


def _of_case(desk: Desk, case_no: CaseNo, identity: str) -> Iterator[Ground]:
    if identity != case_no:
        return
    state = desk.load(case.AGGREGATE, identity)
    if isinstance(state, case.Nothing | case.Imported):
        return
    yield DocumentKind.RECEIPT, state.received.receipt_no
    for fee in state.remarks.fees:
        yield DocumentKind.FEE, fee.notice_no
    yield from _of_stage(state, case_no)


def _of_stage(state: case.Open | case.Concluded | case.Closed, case_no: CaseNo) -> Iterator[Ground]:
    match state:
        case case.AwaitingSupplement(notice=notice):
            yield DocumentKind.SUPPLEMENT, notice.notice_no
        case case.UnderReview():
            yield from _of_acceptance(state.acceptance)
            yield from _under_review(state)
        case case.Concluded(acceptance=taken, decision=made):
            yield from _of_acceptance(taken)
            if (kind := _OF_DECISION.get(type(made))) is not None:
                yield kind, state.document_no
        case case.Closed(ending=case.AcceptanceRevoked(document_no=number)):
            yield DocumentKind.ACCEPTANCE_REVOCATION, number
        case case.Closed(ending=case.Withdrawn()):
            yield DocumentKind.WITHDRAWAL, case_no
        case _:
            return


def _of_acceptance(taken: case.Accepted | case.DeemedAccepted | None) -> Iterator[Ground]:
    if isinstance(taken, case.Accepted):
        yield DocumentKind.ACCEPTANCE, taken.document_no


def _under_review(state: case.UnderReview) -> Iterator[Ground]:
    if state.gaps is not None and isinstance(state.acceptance, case.Accepted):
        yield DocumentKind.GAPS, state.acceptance.document_no
    if state.clock.extended is not None:
        yield DocumentKind.EXTENSION, state.clock.extended.notice_no
    if state.clock.open is not None:
        yield DocumentKind.PAUSE, state.clock.open.notice_no


# A tacit approval has no paper of its own: nobody took it.
_OF_DECISION: Final[Mapping[type, DocumentKind]] = {
    case.Declined: DocumentKind.DECLINE,
    case.Approved: DocumentKind.APPROVAL,
    case.Rejected: DocumentKind.REJECTION,
}


def _of_hearing(desk: Desk, case_no: CaseNo, identity: str) -> Iterator[Ground]:
    if identity != case_no:
        return
    state = desk.load(hearing.AGGREGATE, identity)
    for one in state.notified:
        yield DocumentKind.PARTY, one.notice_no
    if state.told is not None:
        yield DocumentKind.HEARING, state.told.notice_no
    if state.announced is not None:
        yield DocumentKind.HEARING_NOTICE, state.announced.notice_no


# -- the promise


def _of_commitment(desk: Desk, case_no: CaseNo, identity: str) -> Iterator[Ground]:
    state = desk.load(commitment.AGGREGATE, identity)
    if isinstance(state, commitment.Nothing | commitment.Eligible):
        return
    if state.made.case_no != case_no:
        return
    yield DocumentKind.COMMITMENT, identity
    if isinstance(state, commitment.Rectifying):
        yield DocumentKind.RECTIFICATION, state.order.document_no


# -- the licence and its endings


def _of_revocation(desk: Desk, case_no: CaseNo, identity: str) -> Iterator[Ground]:
    match desk.load(revocation.AGGREGATE, identity):
        case revocation.Notified(proposed=proposed, notice=notice) if proposed.case_no == case_no:
            yield DocumentKind.REVOCATION_NOTICE, notice.notice_no
        case revocation.Closed(proposed=proposed, by=revocation.Decided() as made) if (
            proposed.case_no == case_no
        ):
            yield DocumentKind.REVOCATION, made.decision_no
        case _:
            return


def _of_licence(desk: Desk, case_no: CaseNo, identity: str) -> Iterator[Ground]:
    state = desk.load(approval.AGGREGATE, identity)
    if isinstance(state, approval.Nothing | approval.Imported):
        return
    if state.granted.case_no != case_no:
        return
    inside = state if isinstance(state, approval.InForce) else state.before
    for event in inside.known:
        yield from _of_known(event)
    if isinstance(state, approval.Ended) and isinstance(state.by, approval.Withdrawn):
        yield DocumentKind.LICENCE_WITHDRAWAL, state.by.decision_no
    if isinstance(state, approval.OffRegister):
        yield DocumentKind.DEREGISTRATION, identity


def _of_known(event: Event) -> Iterator[Ground]:
    match event:
        case approval.Changed(decision_no=number):
            yield DocumentKind.CHANGE, number
        case approval.Renewed(decision_no=number):
            yield DocumentKind.RENEWAL, number
        case approval.RenewalRefused(decision_no=number):
            yield DocumentKind.RENEWAL_REFUSAL, number
        case _:
            return


def _of_compensation(desk: Desk, case_no: CaseNo, identity: str) -> Iterator[Ground]:
    state = desk.load(compensation.AGGREGATE, identity)
    if isinstance(state, compensation.Settled) and state.opened.case_no == case_no:
        yield DocumentKind.COMPENSATION, state.decided.document_no


def _of_document(desk: Desk, case_no: CaseNo, identity: str) -> Iterator[Ground]:
    state = desk.load(document.AGGREGATE, identity)
    if isinstance(state, document.Served) and state.issued.case_no == case_no:
        yield DocumentKind.DELIVERY, state.delivered.proof


_READERS: Final[Mapping[str, Callable[[Desk, CaseNo, str], Iterator[Ground]]]] = {
    "case": _of_case,
    "hearing": _of_hearing,
    "commitment": _of_commitment,
    "revocation": _of_revocation,
    "licence": _of_licence,
    "compensation": _of_compensation,
    "document": _of_document,
}
