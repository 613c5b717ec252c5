"""许可的一生：变更、换证与公告作废、延续。"""

from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from domain import approval, commitment
from domain.acts.base import Desk, handles, write
from domain.acts.lookups import (
    COMMITMENT,
    ITEM,
    LICENCE,
    item_rule,
    not_in_force,
    not_in_name_of,
    not_self,
    outside,
)
from domain.approval import ChangeMatter, InForce, ReissueCause
from domain.calendar import calendar_from
from domain.catalogue import DayCount, RenewalRules, version_on
from domain.deadlines import ONE_DAY, Due, counted_back
from domain.decider import Decision, Refused, RuleUsed
from domain.refusals import Refusal
from domain.terms import LicenceNo, Role


@dataclass(frozen=True, slots=True)
class ChangeLicence:
    """准予变更许可的若干项（许可法 49 条）。"""

    licence_no: LicenceNo
    decision_no: str
    matters: tuple[ChangeMatter, ...]
    explanation: str


@dataclass(frozen=True, slots=True)
class ReissueCertificate:
    """另发证照，换新号；旧的不收回，等候公告作废。"""

    licence_no: LicenceNo
    certificate_no: str
    cause: ReissueCause


@dataclass(frozen=True, slots=True)
class VoidCertificate:
    """公告作废一张换下的（或许可已终结的）证照，自今日起。"""

    licence_no: LicenceNo
    certificate_no: str
    notice_no: str


@dataclass(frozen=True, slots=True)
class RequestRenewal:
    """申请延续；自今日起算是否及时。"""

    licence_no: LicenceNo
    request_no: str


@dataclass(frozen=True, slots=True)
class Renew:
    """准予延续至某日。"""

    licence_no: LicenceNo
    decision_no: str
    valid_to: date


@dataclass(frozen=True, slots=True)
class RefuseRenewal:
    """不予延续，说明理由，告知救济。"""

    licence_no: LicenceNo
    decision_no: str
    reasons: str
    remedies: str


@dataclass(frozen=True, slots=True)
class DeemRenewed:
    """机器：及时申请而届满前没有决定的，视为准予延续。"""

    licence_no: LicenceNo


LicenceAct: TypeAlias = (
    ChangeLicence
    | ReissueCertificate
    | VoidCertificate
    | RequestRenewal
    | Renew
    | RefuseRenewal
    | DeemRenewed
)


# -- handlers


Known: TypeAlias = approval.InForce | approval.Ended | approval.OffRegister


def known_licence(desk: Desk, licence_no: LicenceNo) -> Known | Refused:
    """调阅许可，不论效力；没有此证的、导入的拒绝。"""
    state = desk.load(LICENCE, licence_no)
    if isinstance(state, approval.Nothing | approval.Imported):
        return approval.standing(state)
    return state


def in_force(desk: Desk, licence_no: LicenceNo) -> InForce | Refused:
    """调阅此刻有效的许可；有效期已过而届满还没有记下的，也不是有效的。"""
    state = desk.load(LICENCE, licence_no)
    if not isinstance(state, InForce):
        return approval.standing(state)
    if state.valid_to is not None and desk.today > state.valid_to:
        return Refused(Refusal.LICENCE_LAPSED, {"valid_to": str(state.valid_to)})
    return state


def _by_the_organ(state: Known, desk: Desk) -> Refused | None:
    """以作出许可的机关的名义；决定人还须是该机关的人。"""
    organ = state.granted.in_name_of
    inside = None if desk.actor.role is Role.ISSUER else outside(desk, organ)
    return inside or not_in_name_of(desk, organ)


def _suspended(state: Known, desk: Desk) -> Refused | None:
    """承诺落空、依办法中止办理的，整改认定之前不准予变更、延续（各地办法，深圳信用条例 64 条）。"""
    identity = state.granted.commitment_id
    known = COMMITMENT.initial if identity is None else desk.load(COMMITMENT, identity)
    order = commitment.suspension(known)
    if order is None:
        return None
    facts = {"document_no": order.document_no, "due_on": str(order.due_on)}
    return Refused(Refusal.COMMITMENT_SUSPENDED, facts)


def _record(
    licence_no: LicenceNo,
    state: Known,
    command: approval.Command,
    rules: tuple[RuleUsed, ...] = (),
) -> Decision:
    answer = approval.decide(state, command)
    return write(LICENCE, licence_no, state.granted.case_no, answer, rules=rules)


@handles(ChangeLicence)
def change_licence(act: ChangeLicence, desk: Desk) -> Decision:
    """变更，由作出许可的机关决定。"""
    state = in_force(desk, act.licence_no)
    if isinstance(state, Refused):
        return state
    fact = approval.Changed(act.decision_no, act.matters, act.explanation, desk.handler)
    refusal = _by_the_organ(state, desk) or _suspended(state, desk)
    return refusal or _record(act.licence_no, state, approval.Change(fact))


@handles(ReissueCertificate)
def reissue_certificate(act: ReissueCertificate, desk: Desk) -> Decision:
    """另发证照，由作出许可的机关或其出证窗口办。"""
    state = in_force(desk, act.licence_no)
    if isinstance(state, Refused):
        return state
    command = approval.Reissue(act.certificate_no, act.cause, desk.handler, act.licence_no)
    refusal = _by_the_organ(state, desk)
    return refusal or _record(act.licence_no, state, command)


@handles(VoidCertificate)
def void_certificate(act: VoidCertificate, desk: Desk) -> Decision:
    """公告作废，由作出许可的机关公告；许可终结之后也可以。"""
    state = known_licence(desk, act.licence_no)
    if isinstance(state, Refused):
        return state
    command = approval.VoidCertificate(
        act.certificate_no, act.notice_no, desk.today, desk.handler, act.licence_no
    )
    refusal = _by_the_organ(state, desk)
    return refusal or _record(act.licence_no, state, command)


@handles(RequestRenewal)
def request_renewal(act: RequestRenewal, desk: Desk) -> Decision:
    """延续申请：依申请之日有效的事项版本算出申请的最后一日（规则 14）。"""
    state = in_force(desk, act.licence_no)
    if isinstance(state, Refused):
        return state
    if state.valid_to is None:
        return Refused(Refusal.LICENCE_RENEWAL_NOT_NEEDED, {"valid_to": ""})
    grant = state.granted
    item = version_on(desk.load(ITEM, grant.item_code), desk.today)
    if item is None:
        return not_in_force(desk, grant.item_code, desk.today)
    renewal = item.rules.renewal
    last, rules = _apply_by(desk, state.valid_to, renewal)
    in_time = desk.today <= last.day
    fact = approval.RenewalRequested(
        request_no=act.request_no,
        applied_on=desk.today,
        apply_by=last.day,
        in_time=in_time,
        tacit=in_time and renewal.tacit,
        valid_to=state.valid_to,
        provisional=last.provisional,
        handler=desk.person,
    )
    rules = (item_rule(grant.item_code, item), *rules)
    refusal = not_self(desk, grant.holder)
    return refusal or _record(act.licence_no, state, approval.RequestRenewal(fact), rules)


def _apply_by(
    desk: Desk, valid_to: date, renewal: RenewalRules
) -> tuple[Due, tuple[RuleUsed, ...]]:
    """应当提出申请的最后一日：届满前若干日，自然日或工作日依事项（许可法 50、82 条）。"""
    if renewal.count is DayCount.NATURAL:
        return Due(valid_to - renewal.days_before * ONE_DAY, provisional=False), ()
    calendar = calendar_from(desk.load, date(valid_to.year - 1, 1, 1))
    return counted_back(valid_to, renewal.days_before, calendar), calendar.rules


@handles(Renew)
def renew(act: Renew, desk: Desk) -> Decision:
    """准予延续。"""
    command = approval.Renew(act.decision_no, act.valid_to, desk.handler, desk.today)
    state = known_licence(desk, act.licence_no)
    refusal = state if isinstance(state, Refused) else _suspended(state, desk)
    return refusal or _decide_renewal(act.licence_no, command, desk)


@handles(RefuseRenewal)
def refuse_renewal(act: RefuseRenewal, desk: Desk) -> Decision:
    """不予延续。"""
    command = approval.RefuseRenewal(
        act.decision_no, act.reasons, act.remedies, desk.handler, desk.today
    )
    return _decide_renewal(act.licence_no, command, desk)


def _decide_renewal(licence_no: LicenceNo, command: approval.Command, desk: Desk) -> Decision:
    state = known_licence(desk, licence_no)
    if isinstance(state, Refused):
        return state
    return _by_the_organ(state, desk) or _record(licence_no, state, command)


@handles(DeemRenewed)
def deem_renewed(act: DeemRenewed, desk: Desk) -> Decision:
    """视为准予延续。"""
    state = known_licence(desk, act.licence_no)
    if isinstance(state, Refused):
        return state
    return _record(act.licence_no, state, approval.DeemRenewed(desk.today))
