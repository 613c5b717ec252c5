"""公示的办理：应予公示、异议、公示、逾期、推翻与撤下（机制 74，规则 25）。"""

from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from domain import approval, case, publication, revocation, subject
from domain.acts.base import Desk, combine, handles
from domain.acts.lookups import ITEM, LICENCE, case_file, not_self, outside, period
from domain.acts.steps import begun, course, mark_missed, step
from domain.approval import Forfeited, Revoked
from domain.catalogue import version_on
from domain.decider import Decision, Plan, Refused
from domain.publication import ORDER, PublicMatter
from domain.refusals import Refusal
from domain.terms import CaseNo, ItemCode, LicenceNo, Organ, SubjectId

SUBJECT: Final = subject.AGGREGATE


@dataclass(frozen=True, slots=True)
class OpenPublication:
    """机器：决定作出了，应予公示；账上确有其决定才开。"""

    case_no: CaseNo
    matter: PublicMatter


@dataclass(frozen=True, slots=True)
class DisclosePenalty:
    """监管部门：本系统之外作出的行政处罚，应予公示；``penalty_id`` 是处罚的编号。"""

    penalty_id: str
    decision_no: str
    subject: SubjectId
    item_code: ItemCode | None = None
    licence_no: LicenceNo | None = None


@dataclass(frozen=True, slots=True)
class ObjectToPublication:
    """申请人（或窗口代为录入）对公开商业秘密等提出异议。"""

    publication_id: str
    parts: tuple[str, ...]
    reasons: str


@dataclass(frozen=True, slots=True)
class DecideObjection:
    """作出决定的机关处理公开异议。"""

    publication_id: str
    withheld: tuple[str, ...]
    reasons: str


@dataclass(frozen=True, slots=True)
class Publish:
    """机器：公示（已滤去不得公开的）。"""

    publication_id: str


@dataclass(frozen=True, slots=True)
class MarkPublicationMissed:
    """机器：双公示期限已过而没有公示。"""

    publication_id: str


@dataclass(frozen=True, slots=True)
class OverturnPublished:
    """作出决定的机关：所公示的决定被撤销、变更或确认违法。"""

    publication_id: str
    document_no: str
    reasons: str


@dataclass(frozen=True, slots=True)
class OverturnRevoked:
    """机器：许可已撤销，其准予决定的公示据此推翻。"""

    case_no: CaseNo


@dataclass(frozen=True, slots=True)
class RestorePublished:
    """机器：撤销决定被撤销、许可恢复了：撤销的公示推翻，准予的公示恢复。"""

    case_no: CaseNo
    revocation_id: str


@dataclass(frozen=True, slots=True)
class WithdrawPublication:
    """机器：撤下公示，写明理由。"""

    publication_id: str


PublicationAct: TypeAlias = (
    OpenPublication
    | DisclosePenalty
    | ObjectToPublication
    | DecideObjection
    | Publish
    | MarkPublicationMissed
    | OverturnPublished
    | OverturnRevoked
    | RestorePublished
    | WithdrawPublication
)


# -- handlers


@handles(OpenPublication)
def open_publication(act: OpenPublication, desk: Desk) -> Decision:
    """准予、撤销与吊销，自决定之日起算双公示与主动公开的期限。"""
    file = case_file(desk, act.case_no)
    made = None if isinstance(file, Refused) else case.grant(file.state)
    if isinstance(file, Refused) or made is None:
        return Refused(Refusal.PUBLICATION_NOTHING, {"case_no": act.case_no})
    ending = _ending(desk, made.licence_no)
    found: tuple[str, str, Organ]
    match act.matter, ending:
        case PublicMatter.APPROVED, _:
            found = (act.case_no, made.decision_no, file.item.approving_body)
        case PublicMatter.REVOKED, Revoked():
            by = _revoking(desk, ending, file.item.approving_body)
            found = (ending.revocation_id, ending.decision_no, by)
        case PublicMatter.PENALTY, Forfeited():
            found = (made.licence_no, ending.penalty_no, ending.penalising_organ)
        case _:
            return Refused(Refusal.PUBLICATION_NOTHING, {"case_no": act.case_no})
    approves = act.matter is PublicMatter.APPROVED
    received = file.state.received
    reference, decision_no, organ = found
    return _open(
        desk,
        reference,
        publication.Due(
            matter=act.matter,
            case_no=act.case_no,
            licence_no=made.licence_no,
            item_code=received.item_code,
            decision_no=decision_no,
            organ=organ,
            subject=received.applicant,
            decided_on=made.decided_on if approves else desk.today,
            valid_from=made.valid_from if approves else None,
            valid_to=made.valid_to if approves and isinstance(made, case.Approved) else None,
            objection_due_on=desk.today,
            double_due_on=desk.today,
            general_due_on=desk.today,
        ),
    )


def _ending(desk: Desk, licence_no: LicenceNo) -> object:
    state = desk.load(LICENCE, licence_no)
    return state.by if isinstance(state, approval.Ended | approval.OffRegister) else None


def _revoking(desk: Desk, ending: Revoked, approving_body: Organ) -> Organ:
    """撤销以谁的名义：上级机关提级办理的，是上级机关。"""
    state = desk.load(revocation.AGGREGATE, ending.revocation_id)
    if isinstance(state, revocation.Closed):
        return state.proposed.deciding_organ
    return approving_body


def _open(desk: Desk, reference: str, due: publication.Due) -> Decision:
    """各期限自决定之日起算；处罚与撤销没有公开前的异议期。"""
    days = publication.OBJECTION_DAYS if due.matter is PublicMatter.APPROVED else 0
    objection, _ = period(desk, due.decided_on, days)
    double, rules = period(desk, due.decided_on, publication.DOUBLE_DAYS)
    general, _ = period(desk, due.decided_on, publication.GENERAL_DAYS)
    fact = replace(
        due,
        objection_due_on=objection.day,
        double_due_on=double.day,
        general_due_on=general.day,
    )
    identity = publication.publication_id(due.matter, reference)
    known = course(desk, ORDER, identity).last(publication.Due)
    if known is not None and known.decision_no == due.decision_no:
        return Plan()
    return step(desk, ORDER, identity, fact, key=due.case_no, rules=rules)


@handles(DisclosePenalty)
def disclose_penalty(act: DisclosePenalty, desk: Desk) -> Decision:
    """处罚的公示，自今日作出决定起算。"""
    return _open(
        desk,
        act.penalty_id,
        publication.Due(
            matter=PublicMatter.PENALTY,
            case_no=None,
            licence_no=act.licence_no,
            item_code=act.item_code,
            decision_no=act.decision_no,
            organ=desk.actor.organ,
            subject=act.subject,
            decided_on=desk.today,
            valid_from=None,
            valid_to=None,
            objection_due_on=desk.today,
            double_due_on=desk.today,
            general_due_on=desk.today,
        ),
    )


def _due(desk: Desk, publication_id: str) -> publication.Due | Refused:
    return begun(desk, ORDER, publication_id, publication.Due)


@handles(ObjectToPublication)
def object_to_publication(act: ObjectToPublication, desk: Desk) -> Decision:
    """异议须在公开之前、由申请人本人提出，只及可以不公开的各项，并说明理由。"""
    due = _due(desk, act.publication_id)
    if isinstance(due, Refused):
        return due
    if refusal := not_self(desk, due.subject) or _parts_fault(act.parts):
        return refusal
    if not act.reasons.strip():
        return Refused(Refusal.OVERSIGHT_NO_REASON)
    fact = publication.Objected(act.parts, act.reasons, desk.person)
    return step(desk, ORDER, act.publication_id, fact, key=due.case_no)


def _parts_fault(parts: tuple[str, ...]) -> Refused | None:
    if set(parts) <= publication.WITHHOLDABLE:
        return None
    return Refused(
        Refusal.PUBLICATION_PARTS, {"fields": "、".join(sorted(publication.WITHHOLDABLE))}
    )


@handles(DecideObjection)
def decide_objection(act: DecideObjection, desk: Desk) -> Decision:
    """由作出决定的机关处理：不公开的各项限于可以不公开的，写明理由。"""
    due = _due(desk, act.publication_id)
    if isinstance(due, Refused):
        return due
    if refusal := outside(desk, due.organ) or _parts_fault(act.withheld):
        return refusal
    fact = publication.ObjectionDecided(act.withheld, act.reasons, desk.handler)
    return step(desk, ORDER, act.publication_id, fact, key=due.case_no)


@handles(Publish)
def publish(act: Publish, desk: Desk) -> Decision:
    """公示：异议期过了，异议都有了处理；个人信息滤去。"""
    due = _due(desk, act.publication_id)
    if isinstance(due, Refused):
        return due
    state = course(desk, ORDER, act.publication_id)
    now = ORDER.turn(state)
    if isinstance(now, publication.Due) and desk.today <= due.objection_due_on:
        facts = {"due_on": str(due.objection_due_on)}
        return Refused(Refusal.PUBLICATION_OBJECTION_OPEN, facts)
    if isinstance(now, publication.Objected):
        return Refused(Refusal.PUBLICATION_OBJECTED)
    shown = state.last(publication.Published) is not None
    if shown or not ORDER.may(state, publication.Published):
        return Plan()
    item = due.item_code and version_on(desk.load(ITEM, due.item_code), due.decided_on)
    name = item.name if item else ""
    fact = publication.public_record(state, due, name, credit_code(desk, due.subject))
    return step(desk, ORDER, act.publication_id, fact, key=due.case_no)


def credit_code(desk: Desk, number: SubjectId) -> str | None:
    """企业的统一社会信用代码；自然人、个体户与未登记的没有。"""
    state = desk.load(SUBJECT, number)
    return state.latest.credit_code if isinstance(state, subject.Registered) else None


@handles(MarkPublicationMissed)
def mark_publication_missed(act: MarkPublicationMissed, desk: Desk) -> Decision:
    """双公示期限之日过完而没有公示的，记逾期。"""
    due = _due(desk, act.publication_id)
    if isinstance(due, Refused):
        return due
    fact, early = publication.Missed(due.double_due_on), Refusal.PUBLICATION_NOT_YET_DUE
    number, until = act.publication_id, due.double_due_on
    return mark_missed(desk, ORDER, number, fact, until, early, due.case_no)


@handles(OverturnPublished)
def overturn_published(act: OverturnPublished, desk: Desk) -> Decision:
    """决定被推翻：作出决定的机关记下，三日内撤下公示。"""
    due = _due(desk, act.publication_id)
    if isinstance(due, Refused):
        return due
    if refusal := outside(desk, due.organ):
        return refusal
    if not act.reasons.strip():
        return Refused(Refusal.OVERSIGHT_NO_REASON)
    return _overturn(desk, act.publication_id, act.document_no, act.reasons)


def _overturn(desk: Desk, publication_id: str, document_no: str, reasons: str) -> Decision:
    state = course(desk, ORDER, publication_id)
    known, due = state.last(publication.Overturned), state.last(publication.Due)
    if due is None or (known is not None and known.document_no == document_no):
        return Plan()
    until, rules = period(desk, desk.today, publication.WITHDRAWAL_DAYS)
    fact = publication.Overturned(document_no, reasons, desk.today, until.day, desk.person)
    return step(desk, ORDER, publication_id, fact, key=due.case_no, rules=rules)


@handles(OverturnRevoked)
def overturn_revoked(act: OverturnRevoked, desk: Desk) -> Decision:
    """许可撤销了，准予决定的公示推翻；没有公示过的无事可办。"""
    file = case_file(desk, act.case_no)
    made = None if isinstance(file, Refused) else case.grant(file.state)
    ending = None if made is None else _ending(desk, made.licence_no)
    if made is None or not isinstance(ending, Revoked):
        return Refused(Refusal.PUBLICATION_NOTHING, {"case_no": act.case_no})
    number = publication.publication_id(PublicMatter.APPROVED, act.case_no)
    return _overturn(desk, number, ending.decision_no, ending.decision_no)


@handles(RestorePublished)
def restore_published(act: RestorePublished, desk: Desk) -> Decision:
    """许可恢复了（市场主体登记管理条例 42 条）：账上确有其事才办；没有公示过的无事可办。"""
    file = case_file(desk, act.case_no)
    made = None if isinstance(file, Refused) else case.grant(file.state)
    reversal = None if made is None else _reversal(desk, made.licence_no, act.revocation_id)
    if reversal is None:
        return Refused(Refusal.PUBLICATION_NOTHING, {"case_no": act.case_no})
    number, reasons = reversal.decision_no, reversal.reasons
    revoked = publication.publication_id(PublicMatter.REVOKED, act.revocation_id)
    granted = publication.publication_id(PublicMatter.APPROVED, act.case_no)
    overturned = _overturn(desk, revoked, number, reasons)
    if not ORDER.may(course(desk, ORDER, granted), publication.Restored):
        return overturned
    fact = publication.Restored(number, reasons, desk.today)
    return combine(overturned, step(desk, ORDER, granted, fact, key=act.case_no))


def _reversal(
    desk: Desk, licence_no: LicenceNo, revocation_id: str
) -> approval.RevocationReversed | None:
    """账上的恢复；没有其事的没有。"""
    state = desk.load(LICENCE, licence_no)
    known = state.known if isinstance(state, approval.InForce) else frozenset()
    found = (one for one in known if isinstance(one, approval.RevocationReversed))
    return next((one for one in found if one.revocation_id == revocation_id), None)


@handles(WithdrawPublication)
def withdraw_publication(act: WithdrawPublication, desk: Desk) -> Decision:
    """撤下公示，公开说明理由；没有公示过的无事可办。"""
    due = _due(desk, act.publication_id)
    if isinstance(due, Refused):
        return due
    state = course(desk, ORDER, act.publication_id)
    overturned = state.last(publication.Overturned)
    if overturned is None or state.last(publication.Published) is None:
        return Plan()
    fact = publication.Withdrawn(overturned.reasons)
    return step(desk, ORDER, act.publication_id, fact, key=due.case_no)
