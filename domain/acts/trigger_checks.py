"""有因检查的办理（trigger checks）：立项、批准、指派、检查、复核。"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias

from domain import code_set, inspector, trigger_check
from domain.acts.base import Desk, handles, write
from domain.acts.lookups import CASE, granted, period
from domain.acts.steps import took_part
from domain.decider import Decision, Refused, RuleUsed
from domain.refusals import Refusal
from domain.terms import (
    CommitmentId,
    Evidence,
    LicenceNo,
    Organ,
    PersonId,
    Sha256,
    SubjectId,
    beijing_day,
)
from domain.trigger_check import CheckTrigger


@dataclass(frozen=True, slots=True)
class OpenCheck:
    """有因检查立项；``urgent`` 的先查后批，两个工作日之内补批。"""

    check_no: str
    department: Organ
    subject: SubjectId
    trigger: CheckTrigger
    source: str
    ground: str
    provisions: str
    evidence: tuple[Evidence, ...]
    due_on: date
    licence_no: LicenceNo | None = None
    commitment_id: CommitmentId | None = None
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class ApproveCheck:
    """负责人批准检查；``approval_no`` 是《行政检查审批表》编号。"""

    check_no: str
    approval_no: str


@dataclass(frozen=True, slots=True)
class RefuseCheck:
    """负责人不批准检查，写明理由。"""

    check_no: str
    reason: str


@dataclass(frozen=True, slots=True)
class SendInspectors:
    """指派检查人员，至少两人。"""

    check_no: str
    inspectors: tuple[PersonId, ...]


@dataclass(frozen=True, slots=True)
class RecordCheck:
    """录入有因检查的结果，由检查人员办理。"""

    check_no: str
    performed_at: datetime
    code_set: str
    set_codes: tuple[str, ...]
    signatures: tuple[PersonId, ...]
    evidence: tuple[Evidence, ...]
    report_sha256: Sha256


@dataclass(frozen=True, slots=True)
class ReviewCheck:
    """复核有因检查的结果：同意，或退回重录。"""

    check_no: str
    agreed: bool
    explanation: str


TriggerCheckAct: TypeAlias = (
    OpenCheck | ApproveCheck | RefuseCheck | SendInspectors | RecordCheck | ReviewCheck
)


def _step(
    desk: Desk,
    check_no: str,
    command: trigger_check.Command,
    rules: tuple[RuleUsed, ...] = (),
) -> Decision:
    aggregate = trigger_check.AGGREGATE
    outcome = trigger_check.decide(desk.load(aggregate, check_no), command)
    return write(aggregate, check_no, check_no, outcome, rules=rules)


def _elsewhere(desk: Desk, check_no: str) -> Refused | None:
    """只由立项的部门办。"""
    state = desk.load(trigger_check.AGGREGATE, check_no)
    if isinstance(state, trigger_check.Check) and state.opened.department != desk.actor.organ:
        return Refused(Refusal.DUTY_ORGAN, {"organ": state.opened.department})
    return None


@handles(OpenCheck)
def open_check(act: OpenCheck, desk: Desk) -> Decision:
    """立项；机器只为随时抽查抽中的立项。"""
    if not desk.is_machine and act.department != desk.actor.organ:
        return Refused(Refusal.DUTY_ORGAN, {"organ": act.department})
    known = desk.load(trigger_check.AGGREGATE, act.check_no)
    opened = known.opened if isinstance(known, trigger_check.Check) else None
    due, rules = period(desk, desk.today, trigger_check.APPROVE_DAYS)
    known_by = opened.approve_by if opened else None  # told again on a later day: the same
    fact = trigger_check.CheckOpened(
        act.department,
        act.subject,
        act.trigger,
        act.source,
        act.ground,
        act.provisions,
        act.evidence,
        act.licence_no,
        act.commitment_id,
        act.due_on,
        (known_by or due.day) if act.urgent else None,
        None if desk.is_machine else desk.handler,
    )
    return _step(
        desk, act.check_no, trigger_check.Open(fact, desk.today), rules if act.urgent else ()
    )


@handles(ApproveCheck)
def approve_check(act: ApproveCheck, desk: Desk) -> Decision:
    """批准。"""
    fact = trigger_check.CheckApproved(act.approval_no, desk.handler)
    barred = _elsewhere(desk, act.check_no)
    return barred or _step(desk, act.check_no, trigger_check.Approve(fact))


@handles(RefuseCheck)
def refuse_check(act: RefuseCheck, desk: Desk) -> Decision:
    """不批准。"""
    fact = trigger_check.CheckRefused(act.reason, desk.handler)
    barred = _elsewhere(desk, act.check_no)
    return barred or _step(desk, act.check_no, trigger_check.Approve(fact))


@handles(SendInspectors)
def send_inspectors(act: SendInspectors, desk: Desk) -> Decision:
    """指派。"""
    if barred := _elsewhere(desk, act.check_no):
        return barred
    fact = trigger_check.InspectorsSent(act.inspectors, desk.handler)
    unfit = tuple(one for one in act.inspectors if not _fit(desk, one))
    involved = _involved(desk, desk.load(trigger_check.AGGREGATE, act.check_no))
    return _step(desk, act.check_no, trigger_check.Send(fact, unfit, involved))


def _fit(desk: Desk, person: PersonId) -> bool:
    state = desk.load(inspector.AGGREGATE, person)
    if not isinstance(state, inspector.Registered) or state.latest.organ != desk.actor.organ:
        return False
    return inspector.certified_on(state, desk.today)


def _involved(desk: Desk, state: trigger_check.State) -> tuple[PersonId, ...]:
    """经手过该许可所出办件的人（SD5：审管分离）；历史导入的许可没有办件。"""
    licence_no = state.opened.licence_no if isinstance(state, trigger_check.Check) else None
    if licence_no is None:
        return ()
    licence = granted(desk, licence_no)
    if isinstance(licence, Refused):
        return ()
    return tuple(sorted(took_part(desk.load(CASE, licence.case_no))))


@handles(RecordCheck)
def record_check(act: RecordCheck, desk: Desk) -> Decision:
    """录入结果。"""
    known = code_set.in_use(act.code_set, desk.load(code_set.AGGREGATE, act.code_set))
    on = beijing_day(act.performed_at)
    uncertified = tuple(
        person
        for person in act.signatures
        if not inspector.certified_on(desk.load(inspector.AGGREGATE, person), on)
    )
    fact = trigger_check.CheckDone(
        act.performed_at,
        act.code_set,
        act.set_codes,
        tuple(one.kind for one in known.find(act.set_codes)) if known else (),
        act.signatures,
        act.evidence,
        act.report_sha256,
    )
    command = trigger_check.Record(fact, known, desk.handler, uncertified, desk.at)
    return _step(desk, act.check_no, command)


@handles(ReviewCheck)
def review_check(act: ReviewCheck, desk: Desk) -> Decision:
    """复核。"""
    if barred := _elsewhere(desk, act.check_no):
        return barred
    fact = trigger_check.CheckReviewed(act.agreed, act.explanation, desk.handler)
    return _step(desk, act.check_no, trigger_check.Review(fact))
