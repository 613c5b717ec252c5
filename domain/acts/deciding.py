"""审核、决定与送达的办理。"""

from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from domain import approval, case, commitment
from domain.acts.base import Desk, combine, handles, write
from domain.acts.hearings import presiding
from domain.acts.lookups import (
    CASE,
    COMMITMENT,
    LICENCE,
    CaseFile,
    case_file,
    made,
    not_in_name_of,
    outside,
    overdue,
    period,
    verification,
    void,
)
from domain.acts.materials import seen
from domain.acts.places import write_case
from domain.acts.proceedings import barriers
from domain.acts.reliances import sound
from domain.case import DECISION_CLOCKS, DeadlineKind, ReviewOpinion
from domain.catalogue import ItemPublished, ReviewStep
from domain.commitment import VoidReason
from domain.decider import Decision, Plan, Refused
from domain.material import SeenAt
from domain.refusals import Refusal
from domain.terms import CaseNo, CommitmentId, LicenceNo, Role


@dataclass(frozen=True, slots=True)
class Review:
    """审核完毕，提出意见。"""

    case_no: CaseNo
    opinion: ReviewOpinion
    reasons: str


@dataclass(frozen=True, slots=True)
class Approve:
    """准予许可；依承诺作出的，写明承诺编号。``valid_from`` None: the day of the decision."""

    case_no: CaseNo
    decision_no: str
    licence_no: LicenceNo
    commitment_id: CommitmentId | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    hearing_record: str | None = None  # 听证了的，所据的笔录


@dataclass(frozen=True, slots=True)
class Reject:
    """不予许可：须说明理由并告知救济途径；已作承诺的，写明编号以终止承诺。"""

    case_no: CaseNo
    decision_no: str
    reasons: str
    remedies: str
    commitment_id: CommitmentId | None = None
    hearing_record: str | None = None  # 听证了的，所据的笔录


@dataclass(frozen=True, slots=True)
class Deliver:
    """送达决定书或证件。"""

    case_no: CaseNo
    document_no: str
    method: str


DecidingAct: TypeAlias = Review | Approve | Reject | Deliver


# -- handlers


def _not_competent(desk: Desk, file: CaseFile) -> Refused | None:
    """既不属有权机关，也不属受托以其名义办理的机关。"""
    return outside(desk, file.item.approving_body, *file.delegates)


@handles(Review)
def review(act: Review, desk: Desk) -> Decision:
    """审核，由审批机关的审核人办。"""
    file = case_file(desk, act.case_no)
    if isinstance(file, Refused):
        return file
    fact = case.Reviewed(act.opinion, act.reasons, desk.handler)
    barrier = _not_competent(desk, file) or presiding(desk, act.case_no)
    answer = barrier or case.decide(file.state, case.Review(fact))
    return seen(desk, act.case_no, SeenAt.REVIEW, write(CASE, act.case_no, act.case_no, answer))


@handles(Approve)
def approve(act: Approve, desk: Desk) -> Decision:
    """准予许可：决定、许可与所依的承诺一起入账。"""
    file = case_file(desk, act.case_no)
    if isinstance(file, Refused):
        return file
    body = file.item.approving_body
    by_window = desk.actor.role is Role.COUNTER
    refusal = not_in_name_of(desk, body) or (None if by_window else _not_competent(desk, file))
    if refusal is not None:
        return refusal
    delivery_due, rules = period(desk, desk.today, case.DELIVERY_DAYS)
    fact = case.Approved(
        decided_on=desk.today,
        decision_no=act.decision_no,
        licence_no=act.licence_no,
        commitment_id=act.commitment_id,
        valid_from=act.valid_from or desk.today,
        valid_to=act.valid_to,
        delivery_due_on=delivery_due.day,
        handler=desk.handler,
    )
    late = overdue(desk, file.state, *DECISION_CLOCKS)
    survey = ReviewStep.ON_SITE in file.item.rules.review.steps and act.commitment_id is None
    command = case.Approve(fact, file.item.window_authorised, by_window, late, survey)
    answer = case.decide(file.state, command)
    rules = (file.rule, *rules)
    granted = write_case(desk, act.case_no, file, answer, rules=rules)
    return combine(
        _proceedings(desk, file, act, ReviewOpinion.APPROVE),
        sound(desk, act.case_no, file),
        seen(desk, act.case_no, SeenAt.APPROVAL, granted),
        _rely_on(act, file.item, desk),
        _grant(act, file, fact, desk),
    )


def _proceedings(
    desk: Desk, file: CaseFile, act: Approve | Reject, opinion: ReviewOpinion
) -> Decision:
    return barriers(desk, file, act.case_no, opinion, act.decision_no, act.hearing_record)


def _rely_on(act: Approve, item: ItemPublished, desk: Desk) -> Decision:
    if act.commitment_id is None:
        return Plan()
    refusal = _foreign(act, desk)
    if refusal is not None:
        return refusal
    relied = commitment.ReliedOn(act.licence_no, act.decision_no)
    command = commitment.RelyOn(relied, verification(desk, item.rules.pledge))
    answer = commitment.decide(desk.load(COMMITMENT, act.commitment_id), command)
    return write(COMMITMENT, act.commitment_id, act.case_no, answer)


def _grant(act: Approve, file: CaseFile, fact: case.Approved, desk: Desk) -> Decision:
    received = file.state.received
    licence = approval.Granted(
        case_no=act.case_no,
        item_code=received.item_code,
        holder=received.applicant,
        decision_no=act.decision_no,
        approving_body=file.item.approving_body,
        in_name_of=desk.actor.in_name_of,
        commitment_id=act.commitment_id,
        valid_from=fact.valid_from,
        valid_to=fact.valid_to,
    )
    answer = approval.decide(desk.load(LICENCE, act.licence_no), approval.Grant(licence))
    return write(LICENCE, act.licence_no, act.case_no, answer)


@handles(Reject)
def reject(act: Reject, desk: Desk) -> Decision:
    """不予许可；本件中的承诺一并终止。"""
    file = case_file(desk, act.case_no)
    if isinstance(file, Refused):
        return file
    body = file.item.approving_body
    refusal = _not_competent(desk, file) or not_in_name_of(desk, body) or _foreign(act, desk)
    if refusal is not None:
        return refusal
    delivery_due, rules = period(desk, desk.today, case.DELIVERY_DAYS)
    fact = case.Rejected(
        decided_on=desk.today,
        decision_no=act.decision_no,
        reasons=act.reasons,
        remedies=act.remedies,
        delivery_due_on=delivery_due.day,
        handler=desk.handler,
    )
    late = overdue(desk, file.state, *DECISION_CLOCKS)
    answer = case.decide(file.state, case.Reject(fact, late))
    refused = write_case(desk, act.case_no, file, answer, rules=(file.rule, *rules))
    return combine(
        _proceedings(desk, file, act, ReviewOpinion.REJECT),
        seen(desk, act.case_no, SeenAt.REJECTION, refused),
        void(desk, act.commitment_id, VoidReason.APPLICATION_REJECTED, act.decision_no),
    )


def _foreign(act: Approve | Reject, desk: Desk) -> Refused | None:
    """所写的承诺不存在，或不是本件的。"""
    if act.commitment_id is None:
        return None
    promise = made(desk, act.commitment_id)
    if isinstance(promise, Refused):
        return promise
    if promise.case_no != act.case_no:
        return Refused(Refusal.COMMITMENT_OTHER_CASE, {"case_no": promise.case_no})
    return None


@handles(Deliver)
def deliver(act: Deliver, desk: Desk) -> Decision:
    """送达；迟于十日的，逾期一并记下。"""
    state = desk.load(CASE, act.case_no)
    late = overdue(desk, state, DeadlineKind.DELIVERY)
    fact = case.Delivered(act.document_no, act.method, desk.handler)
    answer = case.decide(state, case.Deliver(fact, late))
    return write(CASE, act.case_no, act.case_no, answer)
