"""撤销程序与许可的四种终结的办理。机器和监管部门只能建议，决定由作出许可的机关的人作出。"""

from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias

from domain import approval, commitment, compensation, revocation
from domain.acts.base import Desk, combine, handles, write
from domain.acts.credits import bar_for_fraud, clear_credit
from domain.acts.lookups import (
    COMMITMENT,
    LICENCE,
    case_file,
    granted,
    heir,
    not_in_name_of,
    outside,
    outside_item,
    period,
    revive,
    superiors,
    void,
)
from domain.acts.pledges import breach_handling
from domain.approval import DeregistrationReason, Granted, RevocationGround
from domain.calendar import calendar_from
from domain.commitment import VoidReason
from domain.compensation import AT_FAULT, CompensationCause
from domain.deadlines import natural_due
from domain.decider import Claim, Decision, Plan, Refused, RuleUsed
from domain.refusals import Refusal
from domain.revocation import FollowUpMeasure
from domain.terms import Evidence, LicenceNo, Organ, Role, Sha256


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
    part: str | None = None  # 只撤销许可的这一部分


@dataclass(frozen=True, slots=True)
class PublishNotice:
    """当事人无法联系：以公告告知，公告期四十五日。"""

    revocation_id: str
    notice_no: str
    attempts: tuple[str, ...]
    rectification: Evidence | None = None


@dataclass(frozen=True, slots=True)
class FollowUp:
    """不予撤销之后，由谁、在何日以前责令改正或者处罚。"""

    measure: FollowUpMeasure
    organ: Organ
    instruction: str
    due_on: date


@dataclass(frozen=True, slots=True)
class DropRevocation:
    """终止撤销程序，说明理由；为公共利益不撤的，写明后续。"""

    revocation_id: str
    reasons: str
    follow_up: FollowUp | None = None


@dataclass(frozen=True, slots=True)
class CloseFollowUp:
    """不予撤销的后续了结：改正了，或者处罚了。"""

    revocation_id: str
    document_no: str
    result: str


@dataclass(frozen=True, slots=True)
class ReverseRevocation:
    """撤销决定被撤销，许可恢复。"""

    licence_no: LicenceNo
    decision_no: str
    reasons: str
    supply_by: date | None = None  # 承诺还没有补交的材料，约定之日已过的补交至何日


@dataclass(frozen=True, slots=True)
class TakeOverRevocation:
    """上级机关提级办理撤销：下级作出的许可，上级也可以撤销（许可法 69 条）。"""

    revocation_id: str
    document_no: str
    reasons: str


@dataclass(frozen=True, slots=True)
class DecideCompensation:
    """决定补偿或赔偿多少；不予补偿的为零，说明理由。"""

    compensation_id: str
    amount_yuan: int
    document_no: str
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
    | PublishNotice
    | HearStatement
    | ReviewLegality
    | Revoke
    | DropRevocation
    | CloseFollowUp
    | ReverseRevocation
    | TakeOverRevocation
    | DecideCompensation
    | WithdrawLicence
    | ForfeitLicence
    | ExpireLicence
    | DeregisterLicence
)


# -- handlers: the procedure

REVOCATION: Final = revocation.AGGREGATE
COMPENSATION: Final = compensation.AGGREGATE
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
        body = heir(desk, grant.in_name_of)
        return outside(desk, body, *superiors(desk, body))
    file = case_file(desk, grant.case_no)
    return file if isinstance(file, Refused) else outside_item(desk, file.item)


@handles(ServeNotice)
def serve_notice(act: ServeNotice, desk: Desk) -> Decision:
    """撤销前告知，陈述申辩的期限起算。"""
    due, rules = period(desk, desk.today, STATEMENT_DAYS)
    fact = revocation.NoticeServed(act.notice_no, due.day, act.rectification, desk.handler)
    return _serve(act.revocation_id, fact, rules, desk)


@handles(PublishNotice)
def publish_notice(act: PublishNotice, desk: Desk) -> Decision:
    """以公告告知；公告期末日遇休假日顺延。"""
    calendar = calendar_from(desk.load, desk.today)
    due = natural_due(desk.today, revocation.PUBLIC_NOTICE_DAYS, calendar)
    fact = revocation.NoticePublished(
        act.notice_no, desk.today, due.day, act.attempts, act.rectification, desk.handler
    )
    return _serve(act.revocation_id, fact, calendar.rules, desk)


def _serve(
    revocation_id: str,
    fact: revocation.NoticeServed | revocation.NoticePublished,
    rules: tuple[RuleUsed, ...],
    desk: Desk,
) -> Decision:
    state = _known(revocation_id, desk)
    if isinstance(state, Refused):
        return state
    promise = _promise(state.proposed, desk)
    if isinstance(promise, commitment.Rectifying):
        return commitment.standing(promise)
    broken = promise if isinstance(promise, commitment.Broken) else None
    command = revocation.Serve(fact, broken is not None, _rectify_first(broken, desk))
    answer = _of_the_organ(state, desk) or revocation.decide(state, command)
    return write(REVOCATION, revocation_id, state.proposed.case_no, answer, rules=rules)


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
    releases = (_claim(act.revocation_id, proposed.licence_no),)
    key = proposed.case_no
    ending = approval.decide(licence, _ending(act, proposed, grant))
    whole = act.part is None
    reason = VoidReason.LICENCE_REVOKED
    fraud = proposed.ground is RevocationGround.FRAUD_OR_BRIBERY
    return combine(
        write(REVOCATION, act.revocation_id, key, answer, releases=releases),
        write(LICENCE, proposed.licence_no, key, ending),
        void(desk, proposed.commitment_id if whole else None, reason, act.revocation_id),
        bar_for_fraud(grant, act.decision_no, desk) if fraud and answer else Plan(),
        _damages(act, proposed, grant, desk) if answer else Plan(),
    )


def _ending(act: Revoke, proposed: revocation.Proposed, grant: Granted) -> approval.Command:
    """全部撤销，或者只撤销一部分。"""
    day = act.ineffective_from or grant.valid_from
    if act.part is None:
        whole = approval.Revoked(act.revocation_id, proposed.ground, act.decision_no, day)
        return approval.End(whole)
    part = approval.PartlyRevoked(
        act.revocation_id, proposed.ground, act.decision_no, act.part, day
    )
    return approval.RevokePart(part)


def _damages(act: Revoke, proposed: revocation.Proposed, grant: Granted, desk: Desk) -> Decision:
    """许可法 69 条四款：一款各项的撤销，立案赔偿；骗取的、承诺落空的没有。"""
    if proposed.ground not in AT_FAULT:
        return Plan()
    cause, licence_no = CompensationCause.REVOKED, proposed.licence_no
    return _open_compensation(act.revocation_id, cause, licence_no, grant, act.decision_no, desk)


def _open_compensation(
    identity: str,
    cause: CompensationCause,
    licence_no: LicenceNo,
    grant: Granted,
    decision_no: str,
    desk: Desk,
) -> Decision:
    fact = compensation.Opened(
        cause, licence_no, grant.case_no, grant.holder, grant.in_name_of, decision_no
    )
    state = desk.load(COMPENSATION, identity)
    answer = compensation.decide(state, compensation.OpenTask(fact))
    return write(COMPENSATION, identity, grant.case_no, answer)


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
    """终止撤销程序；期限已过的后续不算后续。"""
    asked = act.follow_up
    ordered = None
    if asked is not None and asked.due_on >= desk.today:
        ordered = revocation.FollowUpOrdered(
            asked.measure, asked.organ, asked.instruction, asked.due_on, desk.handler
        )
    command = revocation.Drop(revocation.Dropped(act.reasons, desk.handler), ordered)
    return _proceed(act.revocation_id, command, desk, release=True)


@handles(CloseFollowUp)
def close_follow_up(act: CloseFollowUp, desk: Desk) -> Decision:
    """后续由所定的机关了结。"""
    state = _known(act.revocation_id, desk)
    if isinstance(state, Refused):
        return state
    ordered = state.follow_up if isinstance(state, revocation.Closed) else None
    if ordered is None:
        return Refused(Refusal.REVOCATION_NO_FOLLOW_UP)
    fact = revocation.FollowUpClosed(act.document_no, act.result, desk.handler)
    command = revocation.CloseFollowUp(fact)
    answer = outside(desk, ordered.organ) or revocation.decide(state, command)
    return write(REVOCATION, act.revocation_id, state.proposed.case_no, answer)


@handles(ReverseRevocation)
def reverse_revocation(act: ReverseRevocation, desk: Desk) -> Decision:
    """撤销决定被撤销：由作出许可的机关或其上级恢复许可；承诺恢复，据以记下的信用后果失效。"""
    grant = granted(desk, act.licence_no)
    if isinstance(grant, Refused):
        return grant
    body = heir(desk, grant.in_name_of)
    here = desk.actor.organ if desk.actor.organ in superiors(desk, body) else body
    refusal = outside(desk, here) or not_in_name_of(desk, here)
    if refusal is not None:
        return refusal
    state = desk.load(LICENCE, act.licence_no)
    answer = approval.decide(state, approval.Reverse(act.decision_no, act.reasons, desk.handler))
    restored = write(LICENCE, act.licence_no, grant.case_no, answer)
    ended = approval.revoked_by(state)
    if ended is None:
        return restored
    fact = commitment.Revived(act.licence_no, ended.revocation_id, act.decision_no)
    return combine(
        restored,
        revive(desk, grant.commitment_id, fact, act.supply_by),
        clear_credit(grant, ended.decision_no, act.decision_no, desk),
    )


@handles(TakeOverRevocation)
def take_over_revocation(act: TakeOverRevocation, desk: Desk) -> Decision:
    """提级办理：程序由登记的上级机关接过去，此前各步照旧有效。"""
    state = _known(act.revocation_id, desk)
    if isinstance(state, Refused):
        return state
    here = desk.actor.organ
    above = superiors(desk, heir(desk, state.proposed.deciding_organ))
    fact = revocation.TakenOver(here, act.document_no, act.reasons, desk.handler)
    answer = revocation.decide(state, revocation.TakeOver(fact, here in above))
    return write(REVOCATION, act.revocation_id, state.proposed.case_no, answer)


@handles(DecideCompensation)
def decide_compensation(act: DecideCompensation, desk: Desk) -> Decision:
    """补偿决定，由义务机关作出。"""
    state = desk.load(COMPENSATION, act.compensation_id)
    if isinstance(state, compensation.Nothing):
        return Refused(Refusal.COMPENSATION_NOT_FOUND)
    fact = compensation.Decided(act.amount_yuan, act.document_no, act.reasons, desk.handler)
    opened = state.opened
    refusal = outside(desk, opened.organ) or not_in_name_of(desk, opened.organ)
    answer = refusal or compensation.decide(state, compensation.Decide(fact))
    return write(COMPENSATION, act.compensation_id, opened.case_no, answer)


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
    ended = refusal or _end(act.licence_no, grant, approval.End(fact), desk)
    if isinstance(ended, Refused) or not (act.compensation_due and ended.writes):
        return ended
    identity, cause = f"{act.licence_no}.withdrawn", CompensationCause.WITHDRAWN
    return combine(
        ended,
        _open_compensation(identity, cause, act.licence_no, grant, act.decision_no, desk),
    )


@handles(ForfeitLicence)
def forfeit_licence(act: ForfeitLicence, desk: Desk) -> Decision:
    """吊销，由该事项的监管部门作出处罚。"""
    fact = approval.Forfeited(act.penalty_no, desk.actor.organ, desk.handler)
    grant = granted(desk, act.licence_no)
    if isinstance(grant, Refused):
        return grant
    file = case_file(desk, grant.case_no)
    refusal = file if isinstance(file, Refused) else outside_item(desk, file.item)
    refusal = refusal or _another_penalises(act.licence_no, desk)
    command = approval.Forfeit(fact, desk.today)
    return refusal or _end(act.licence_no, grant, command, desk)


def _another_penalises(licence_no: LicenceNo, desk: Desk) -> Refused | None:
    """立案、告知的是哪个监管部门，就由哪个部门决定。"""
    state = desk.load(LICENCE, licence_no)
    known = state.penalty if isinstance(state, approval.InForce) else None
    return None if known is None else outside(desk, known.noticed.organ)


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
