"""撤销程序与许可的四种终结的办理。机器和监管部门只能建议，决定由作出许可的机关的人作出。"""

from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias

from domain import approval, commitment, revocation
from domain.acts.base import Desk, combine, handles, write
from domain.acts.credits import bar_for_fraud
from domain.acts.lookups import (
    COMMITMENT,
    LICENCE,
    case_file,
    granted,
    not_in_name_of,
    outside,
    outside_item,
    period,
    void,
)
from domain.acts.pledges import breach_handling
from domain.approval import DeregistrationReason, Granted, RevocationGround
from domain.commitment import VoidReason
from domain.decider import Claim, Decision, Plan, Refused
from domain.refusals import Refusal
from domain.terms import Evidence, LicenceNo, Role, Sha256


@dataclass(frozen=True, slots=True)
class ProposeRevocation:
    """撤销建议，附证据；所涉承诺由许可案卷查得。"""

    revocation_id: str
    licence_no: LicenceNo
    ground: RevocationGround
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class ServeNotice:
    """撤销前告知：拟撤销的事实、理由、依据和陈述申辩的权利。"""

    revocation_id: str
    notice_no: str
    rectification: Evidence | None = None


@dataclass(frozen=True, slots=True)
class HearStatement:
    """听取陈述申辩（附笔录），或期满未提出。"""

    revocation_id: str
    waived: bool
    record_sha256: Sha256 | None = None


@dataclass(frozen=True, slots=True)
class ReviewLegality:
    """法制审核与公共利益评估。"""

    revocation_id: str
    lawful: bool
    harms_public_interest: bool
    explanation: str


@dataclass(frozen=True, slots=True)
class Revoke:
    """撤销决定。``ineffective_from`` None: void from the day the licence took effect."""

    revocation_id: str
    decision_no: str
    reasons: str
    remedies: str
    ineffective_from: date | None = None


@dataclass(frozen=True, slots=True)
class DropRevocation:
    """终止撤销程序，说明理由。"""

    revocation_id: str
    reasons: str


@dataclass(frozen=True, slots=True)
class WithdrawLicence:
    """撤回：许可合法，因法律或客观情况变化而收回，依法补偿。"""

    licence_no: LicenceNo
    reason: str
    compensation_due: bool
    decision_no: str


@dataclass(frozen=True, slots=True)
class ForfeitLicence:
    """吊销：监管部门作出的行政处罚。"""

    licence_no: LicenceNo
    penalty_no: str


@dataclass(frozen=True, slots=True)
class ExpireLicence:
    """机器：有效期届满。"""

    licence_no: LicenceNo


@dataclass(frozen=True, slots=True)
class DeregisterLicence:
    """注销：许可终结之后，或许可法七十条自有的情形。"""

    licence_no: LicenceNo
    reason: DeregistrationReason


RevocationAct: TypeAlias = (
    ProposeRevocation
    | ServeNotice
    | HearStatement
    | ReviewLegality
    | Revoke
    | DropRevocation
    | WithdrawLicence
    | ForfeitLicence
    | ExpireLicence
    | DeregisterLicence
)


# -- handlers: the procedure

REVOCATION: Final = revocation.AGGREGATE
STATEMENT_DAYS: Final = 5  # 许可法未定陈述申辩的日数；参照其 47 条申请听证的五日


@handles(ProposeRevocation)
def propose_revocation(act: ProposeRevocation, desk: Desk) -> Decision:
    """撤销建议：许可有效才有可撤；一证同时只有一个撤销程序。"""
    licence = desk.load(LICENCE, act.licence_no)
    if not isinstance(licence, approval.InForce):
        return approval.standing(licence)
    grant = licence.granted
    refusal = _may_not_propose(grant, desk)
    if refusal is not None:
        return refusal
    fact = revocation.Proposed(
        licence_no=act.licence_no,
        case_no=grant.case_no,
        commitment_id=grant.commitment_id,
        ground=act.ground,
        deciding_organ=grant.in_name_of,
        proposing_organ=desk.actor.organ,
        evidence=act.evidence,
        proposer=desk.person,
    )
    promise = _promise(fact, desk)
    found = isinstance(promise, commitment.Suspected | commitment.Broken | commitment.Rectifying)
    state = desk.load(REVOCATION, act.revocation_id)
    answer = revocation.decide(state, revocation.Propose(fact, found))
    claims = (_claim(act.revocation_id, act.licence_no),)
    return write(REVOCATION, act.revocation_id, grant.case_no, answer, claims=claims)


def _may_not_propose(grant: Granted, desk: Desk) -> Refused | None:
    if desk.is_machine:
        return None
    if desk.actor.role is Role.REVIEWER:
        return outside(desk, grant.in_name_of)
    file = case_file(desk, grant.case_no)
    return file if isinstance(file, Refused) else outside_item(desk, file.item)


@handles(ServeNotice)
def serve_notice(act: ServeNotice, desk: Desk) -> Decision:
    """撤销前告知，陈述申辩的期限起算。"""
    due, rules = period(desk, desk.today, STATEMENT_DAYS)
    fact = revocation.NoticeServed(act.notice_no, due.day, act.rectification, desk.handler)
    state = _known(act.revocation_id, desk)
    if isinstance(state, Refused):
        return state
    promise = _promise(state.proposed, desk)
    if isinstance(promise, commitment.Rectifying):
        return commitment.standing(promise)
    broken = promise if isinstance(promise, commitment.Broken) else None
    command = revocation.Serve(fact, broken is not None, _rectify_first(broken, desk))
    answer = _of_the_organ(state, desk) or revocation.decide(state, command)
    return write(REVOCATION, act.revocation_id, state.proposed.case_no, answer, rules=rules)


def _rectify_first(broken: commitment.Broken | None, desk: Desk) -> bool:
    """依申请之日的办法先责令整改，而整改还没有被认定为失败（Table C-policy）。"""
    if broken is None or broken.failed is not None:
        return False
    known = breach_handling(desk, broken)
    return known is not None and known.rectify


@handles(HearStatement)
def hear_statement(act: HearStatement, desk: Desk) -> Decision:
    """听取陈述申辩，或记下期满未提出。"""
    fact = revocation.StatementHeard(act.waived, act.record_sha256, desk.handler)
    return _proceed(act.revocation_id, revocation.Hear(fact, desk.today), desk)


@handles(ReviewLegality)
def review_legality(act: ReviewLegality, desk: Desk) -> Decision:
    """法制审核，含公共利益评估。"""
    fact = revocation.LegalReviewed(
        act.lawful, act.harms_public_interest, act.explanation, desk.handler
    )
    return _proceed(act.revocation_id, revocation.ReviewLegality(fact), desk)


@handles(Revoke)
def revoke(act: Revoke, desk: Desk) -> Decision:
    """撤销决定：程序、许可与承诺一起入账；以作出许可的机关的名义。"""
    state = _known(act.revocation_id, desk)
    if isinstance(state, Refused):
        return state
    proposed = state.proposed
    licence = desk.load(LICENCE, proposed.licence_no)
    grant = granted(desk, proposed.licence_no)
    if isinstance(grant, Refused):
        return grant
    refusal = (
        _of_the_organ(state, desk)
        or not_in_name_of(desk, proposed.deciding_organ)
        or _wrong_day(act, proposed, desk)
    )
    if refusal is not None:
        return refusal
    promise = _promise(proposed, desk)
    confirmer = promise.confirmation.handler if isinstance(promise, commitment.Broken) else None
    fact = revocation.Decided(act.decision_no, act.reasons, act.remedies, desk.handler)
    answer = revocation.decide(state, revocation.Decide(fact, confirmer))
    ending = approval.Revoked(
        revocation_id=act.revocation_id,
        ground=proposed.ground,
        decision_no=act.decision_no,
        ineffective_from=act.ineffective_from or grant.valid_from,
    )
    releases = (_claim(act.revocation_id, proposed.licence_no),)
    key = proposed.case_no
    fraud = proposed.ground is RevocationGround.FRAUD_OR_BRIBERY
    return combine(
        write(REVOCATION, act.revocation_id, key, answer, releases=releases),
        write(LICENCE, proposed.licence_no, key, approval.decide(licence, approval.End(ending))),
        void(desk, proposed.commitment_id, VoidReason.LICENCE_REVOKED, act.revocation_id),
        bar_for_fraud(grant, act.decision_no, desk) if fraud else Plan(),
    )


def _wrong_day(act: Revoke, proposed: revocation.Proposed, desk: Desk) -> Refused | None:
    """欺骗、贿赂取得的自始无效；其他的可自某日起失效，但不得晚于今日。"""
    day = act.ineffective_from
    if day is None:
        return None
    fraud = proposed.ground is RevocationGround.FRAUD_OR_BRIBERY
    if fraud or day > desk.today:
        return Refused(Refusal.REVOCATION_RETROACTIVE, {"ineffective_from": str(day)})
    return None


@handles(DropRevocation)
def drop_revocation(act: DropRevocation, desk: Desk) -> Decision:
    """终止撤销程序。"""
    command = revocation.Drop(revocation.Dropped(act.reasons, desk.handler))
    return _proceed(act.revocation_id, command, desk, release=True)


Known: TypeAlias = (
    revocation.Opened
    | revocation.Notified
    | revocation.Heard
    | revocation.Reviewed
    | revocation.Closed
)


def _known(revocation_id: str, desk: Desk) -> Known | Refused:
    state = desk.load(REVOCATION, revocation_id)
    return revocation.standing(state) if isinstance(state, revocation.Nothing) else state


def _of_the_organ(state: Known, desk: Desk) -> Refused | None:
    return outside(desk, state.proposed.deciding_organ)


def _proceed(
    revocation_id: str, command: revocation.Command, desk: Desk, *, release: bool = False
) -> Decision:
    """作出许可的机关的人走一步程序。"""
    state = _known(revocation_id, desk)
    if isinstance(state, Refused):
        return state
    answer = _of_the_organ(state, desk) or revocation.decide(state, command)
    proposed = state.proposed
    releases = (_claim(revocation_id, proposed.licence_no),) if release else ()
    return write(REVOCATION, revocation_id, proposed.case_no, answer, releases=releases)


def _promise(proposed: revocation.Proposed, desk: Desk) -> commitment.State:
    """许可所依的承诺的现状；不依承诺的为空白。"""
    if proposed.commitment_id is None:
        return COMMITMENT.initial
    return desk.load(COMMITMENT, proposed.commitment_id)


def _claim(revocation_id: str, licence_no: LicenceNo) -> Claim:
    return Claim("revocation", licence_no, REVOCATION.stream(revocation_id))


# -- handlers: the other endings


@handles(WithdrawLicence)
def withdraw_licence(act: WithdrawLicence, desk: Desk) -> Decision:
    """撤回，由作出许可的机关决定。"""
    fact = approval.Withdrawn(act.reason, act.compensation_due, act.decision_no, desk.handler)
    grant = granted(desk, act.licence_no)
    if isinstance(grant, Refused):
        return grant
    refusal = outside(desk, grant.in_name_of) or not_in_name_of(desk, grant.in_name_of)
    return refusal or _end(act.licence_no, grant, approval.End(fact), desk)


@handles(ForfeitLicence)
def forfeit_licence(act: ForfeitLicence, desk: Desk) -> Decision:
    """吊销，由该事项的监管部门作出处罚。"""
    fact = approval.Forfeited(act.penalty_no, desk.actor.organ, desk.handler)
    grant = granted(desk, act.licence_no)
    if isinstance(grant, Refused):
        return grant
    file = case_file(desk, grant.case_no)
    refusal = file if isinstance(file, Refused) else outside_item(desk, file.item)
    return refusal or _end(act.licence_no, grant, approval.End(fact), desk)


@handles(ExpireLicence)
def expire_licence(act: ExpireLicence, desk: Desk) -> Decision:
    """有效期届满。"""
    grant = granted(desk, act.licence_no)
    if isinstance(grant, Refused):
        return grant
    return _end(act.licence_no, grant, approval.Expire(desk.today), desk)


@handles(DeregisterLicence)
def deregister_licence(act: DeregisterLicence, desk: Desk) -> Decision:
    """注销，由作出许可的机关办理。"""
    fact = approval.Deregistered(act.reason, desk.handler)
    grant = granted(desk, act.licence_no)
    if isinstance(grant, Refused):
        return grant
    refusal = outside(desk, grant.in_name_of)
    return refusal or _end(act.licence_no, grant, approval.Deregister(fact), desk)


def _end(licence_no: LicenceNo, grant: Granted, command: approval.Command, desk: Desk) -> Decision:
    """许可终结，所依的承诺随之终止。"""
    answer = approval.decide(desk.load(LICENCE, licence_no), command)
    return combine(
        write(LICENCE, licence_no, grant.case_no, answer),
        void(desk, grant.commitment_id, VoidReason.LICENCE_ENDED, licence_no),
    )
