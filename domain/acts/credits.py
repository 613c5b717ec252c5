"""信用的办理：记入、修复、期满停止，以及限制再次申请。"""

from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias

from domain import approval, case, commitment, credit
from domain.acts.base import Desk, combine, handles, write
from domain.acts.lookups import COMMITMENT, case_file, competent, outside, outside_item
from domain.acts.measures import recorded
from domain.acts.pledges import handling_of
from domain.commitment import BreachGround
from domain.credit import BAR_MONTHS, MONTHS, BarGround, Barred, CreditCause, Severity
from domain.deadlines import ONE_DAY, months_after
from domain.decider import Decision, Plan, Refused
from domain.refusals import Refusal
from domain.terms import CaseNo, CommitmentId, Evidence, ItemCode, Sha256, SubjectId


@dataclass(frozen=True, slots=True)
class AddCreditRecord:
    """把生效的决定记入信用记录；因承诺落空的，写明承诺编号。"""

    subject: SubjectId
    record_no: str
    severity: Severity
    document_no: str
    decided_on: date
    commitment_id: CommitmentId | None = None


@dataclass(frozen=True, slots=True)
class RepairCredit:
    """信用修复：最短期限届满、已经纠正、作出信用承诺。"""

    subject: SubjectId
    record_no: str
    corrected: Evidence
    promise_sha256: Sha256


@dataclass(frozen=True, slots=True)
class LapseCredit:
    """机器：信用记录的最长期限届满。"""

    subject: SubjectId
    record_no: str


@dataclass(frozen=True, slots=True)
class BarApplicant:
    """因提供虚假材料而不予受理、不予许可的，一年之内不得再次申请该许可。"""

    case_no: CaseNo


CreditAct: TypeAlias = AddCreditRecord | RepairCredit | LapseCredit | BarApplicant


# -- handlers

CREDIT: Final = credit.AGGREGATE


@handles(AddCreditRecord)
def add_credit_record(act: AddCreditRecord, desk: Desk) -> Decision:
    """记入：承诺落空的，须撤销、不予许可已经决定，或者整改已经认定。"""
    cause, excludes, case_no = CreditCause.PENALTY, False, None
    if act.commitment_id is not None:
        breach = _breach(act, desk)
        if isinstance(breach, Refused):
            return breach
        promise, confirmed, excludes = breach
        case_no = promise.case_no
        false = confirmed.ground is BreachGround.FALSE_PROMISE
        cause = CreditCause.COMMITMENT_FALSE if false else CreditCause.COMMITMENT_BROKEN
    shortest, longest = MONTHS[act.severity]
    first = months_after(act.decided_on, shortest) + ONE_DAY if shortest else act.decided_on
    minor = act.severity is Severity.MINOR
    fact = credit.RecordAdded(
        record_no=act.record_no,
        cause=cause,
        severity=act.severity,
        published=not minor,
        document_no=act.document_no,
        decided_on=act.decided_on,
        repair_from=first,
        last_day=months_after(act.decided_on, longest),
        excludes=excludes or not minor or cause is CreditCause.COMMITMENT_FALSE,
        commitment_id=act.commitment_id,
        case_no=case_no,
        handler=desk.handler,
    )
    added = _settle(desk, act.subject, credit.Add(fact, desk.today))
    return combine(added, recorded(desk, act.commitment_id, act.document_no))


def _breach(
    act: AddCreditRecord, desk: Desk
) -> tuple[commitment.Made, commitment.BreachConfirmed, bool] | Refused:
    """所涉的承诺、对落空的确认，以及办法是否规定不再适用承诺。"""
    state = desk.load(COMMITMENT, act.commitment_id or "")
    if isinstance(state, commitment.Nothing | commitment.Eligible):
        return commitment.standing(state)
    promise = state.made
    refusal = outside_item(desk, competent(desk, promise.item_code, promise.item_version))
    if refusal is not None:
        return refusal
    if promise.signer != act.subject:
        return Refused(Refusal.CREDIT_OTHER_SUBJECT, {"subject": promise.signer})
    no_decision = Refused(Refusal.CREDIT_NO_DECISION, {"commitment_id": str(act.commitment_id)})
    match state:
        case commitment.Closed(by=commitment.Voided(reason=reason)) if (
            reason not in commitment.DECIDED
        ):
            return no_decision
        case commitment.Closed(broken=commitment.BreachConfirmed() as confirmed):
            pass
        case commitment.Live(broken=commitment.BreachConfirmed() as confirmed):
            pass
        case _:
            return no_decision
    told = handling_of(desk, promise, state.checked, confirmed.ground)
    return promise, confirmed, told.no_more_commitments


@handles(RepairCredit)
def repair_credit(act: RepairCredit, desk: Desk) -> Decision:
    """信用修复。"""
    fact = credit.RecordRepaired(act.record_no, act.corrected, act.promise_sha256, desk.handler)
    return _settle(desk, act.subject, credit.Repair(fact, desk.today))


@handles(LapseCredit)
def lapse_credit(act: LapseCredit, desk: Desk) -> Decision:
    """期满停止。"""
    return _settle(desk, act.subject, credit.Lapse(act.record_no, desk.today))


@handles(BarApplicant)
def bar_applicant(act: BarApplicant, desk: Desk) -> Decision:
    """限制再次申请，由作出不予受理、不予许可的机关办（许可法 78 条）。"""
    file = case_file(desk, act.case_no)
    if isinstance(file, Refused):
        return file
    refusal = outside(desk, file.item.approving_body)
    if refusal is not None:
        return refusal
    match file.state:
        case case.Concluded(decision=case.Rejected() | case.Declined() as decision):
            fact = _bar(
                BarGround.FALSE_MATERIALS,
                file.state.received.item_code,
                file.state.document_no,
                decision.decided_on,
                act.case_no,
                desk,
            )
        case _:
            return Refused(Refusal.CREDIT_NOT_REFUSED, {"case_no": act.case_no})
    command = credit.Bar(fact, file.item.rules.safety)
    return _settle(desk, file.state.received.applicant, command)


def bar_for_fraud(grant: approval.Granted, decision_no: str, desk: Desk) -> Decision:
    """因欺骗、贿赂被撤销的，三年之内不得再次申请该许可（79 条）；不涉安全的没有此限制。"""
    file = case_file(desk, grant.case_no)
    if isinstance(file, Refused) or not file.item.rules.safety:
        return Plan()
    fact = _bar(BarGround.FRAUD, grant.item_code, decision_no, desk.today, grant.case_no, desk)
    return _settle(desk, grant.holder, credit.Bar(fact, safety=True))


def clear_credit(
    grant: approval.Granted, decision_no: str, reversed_by: str, desk: Desk
) -> Decision:
    """撤销决定被撤销的，据以记入的信用记录与限制失效。"""
    command = credit.Clear(decision_no, reversed_by, grant.case_no, desk.handler)
    return _settle(desk, grant.holder, command)


def _bar(
    ground: BarGround,
    item_code: ItemCode,
    reference: str,
    decided_on: date,
    case_no: CaseNo,
    desk: Desk,
) -> Barred:
    last = months_after(decided_on, BAR_MONTHS[ground])
    return Barred(item_code, ground, reference, decided_on, last, case_no, desk.handler)


def barred(desk: Desk, subject: SubjectId, item_code: ItemCode, day: date) -> Refused | None:
    """申请之日仍不得再次申请此许可（规则 21）。"""
    bar = desk.load(CREDIT, subject).bar(item_code, day)
    if bar is None:
        return None
    facts = {"reference": bar.reference, "last_day": str(bar.last_day)}
    return Refused(Refusal.CREDIT_BARRED, facts)


def _settle(desk: Desk, subject: SubjectId, command: credit.Command) -> Decision:
    answer = credit.decide(desk.load(CREDIT, subject), command)
    return write(CREDIT, subject, subject, answer)
