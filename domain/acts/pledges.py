"""告知承诺的办理：告知、作出、撤回、补交、核查、疑似落空、确认或否定、整改、履行完毕。"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias

from domain import case, commitment, credit, policy
from domain.acts.base import Desk, handles, write
from domain.acts.listed import as_listed
from domain.acts.lookups import (
    CASE,
    COMMITMENT,
    CaseFile,
    case_file,
    commitment_claim,
    competent,
    made,
    not_self,
    outside_item,
    reviewing_elsewhere,
    rolled,
)
from domain.catalogue import ItemPublished
from domain.commitment import BreachGround, CommitmentKind, Condition, FailureReason, Made, Promise
from domain.decider import Decision, ImpossibleHistory, Refused, RuleUsed
from domain.inspection_task import AGGREGATE as TASK
from domain.inspection_task import Agreed, Done
from domain.refusals import Refusal
from domain.terms import CaseNo, CommitmentId, Evidence, PersonId, Sha256, beijing_day


@dataclass(frozen=True, slots=True)
class OfferCommitment:
    """窗口告知申请人可以承诺哪些材料、条件与后果；先核对资格。"""

    commitment_id: CommitmentId
    case_no: CaseNo
    notice_no: str
    text_sha256: Sha256
    materials: tuple[str, ...]
    conditions: tuple[Condition, ...]
    consequences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MakeCommitment:
    """申请人在办件中作出承诺（签署人即该办件的申请人）。"""

    commitment_id: CommitmentId
    case_no: CaseNo
    kind: CommitmentKind
    text_sha256: Sha256
    promises: tuple[Promise, ...]
    verification_due_on: date


@dataclass(frozen=True, slots=True)
class WithdrawCommitment:
    """申请人在决定之前撤回承诺，转普通程序。"""

    commitment_id: CommitmentId
    reason: str


@dataclass(frozen=True, slots=True)
class SupplyMaterial:
    """按约补交一份材料。``received_at`` None: now (system entry time)."""

    commitment_id: CommitmentId
    name: str
    sha256: Sha256
    received_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AssessMaterial:
    """核查补交的材料是否符合要求。"""

    commitment_id: CommitmentId
    name: str
    conforming: bool
    explanation: str


@dataclass(frozen=True, slots=True)
class MarkSupplementOverdue:
    """机器：约定期限（含顺延）届满而未补交。"""

    commitment_id: CommitmentId
    name: str


@dataclass(frozen=True, slots=True)
class SuspectBreach:
    """机器或监管部门：疑似承诺落空，附证据；由检查发现的，写明检查任务。"""

    commitment_id: CommitmentId
    ground: BreachGround
    evidence: tuple[Evidence, ...]
    task_id: str | None = None


@dataclass(frozen=True, slots=True)
class ConfirmBreach:
    """审批机关的人确认承诺落空。"""

    commitment_id: CommitmentId
    ground: BreachGround
    explanation: str


@dataclass(frozen=True, slots=True)
class DismissBreach:
    """经核实，承诺落空不成立。"""

    commitment_id: CommitmentId
    explanation: str


@dataclass(frozen=True, slots=True)
class VerifyCommitment:
    """决定之后核查承诺是否属实，附证据。"""

    commitment_id: CommitmentId
    passed: bool
    explanation: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class OrderRectification:
    """责令限期整改，逐项写明；期限末日遇休假的顺延。"""

    commitment_id: CommitmentId
    document_no: str
    requirements: tuple[str, ...]
    due_on: date


@dataclass(frozen=True, slots=True)
class AcceptRectification:
    """认定整改完成，附证据。"""

    commitment_id: CommitmentId
    explanation: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class FailRectification:
    """认定整改没有完成：仍不符合，或者拒不整改。"""

    commitment_id: CommitmentId
    reason: FailureReason
    explanation: str


@dataclass(frozen=True, slots=True)
class MarkRectificationOverdue:
    """机器：整改期限（含顺延）届满而没有整改。"""

    commitment_id: CommitmentId


@dataclass(frozen=True, slots=True)
class Fulfil:
    """承诺的材料全部补交、核查相符：承诺履行完毕。"""

    commitment_id: CommitmentId


PledgeAct: TypeAlias = (
    OfferCommitment
    | MakeCommitment
    | WithdrawCommitment
    | SupplyMaterial
    | AssessMaterial
    | MarkSupplementOverdue
    | SuspectBreach
    | ConfirmBreach
    | DismissBreach
    | VerifyCommitment
    | OrderRectification
    | AcceptRectification
    | FailRectification
    | MarkRectificationOverdue
    | Fulfil
)


# -- handlers


@handles(OfferCommitment)
def offer_commitment(act: OfferCommitment, desk: Desk) -> Decision:
    """告知：在决定之前；资格依申请之日的清单与办法、今日的信用。"""
    file = _undecided(desk, act.case_no)
    if isinstance(file, Refused):
        return file
    listed = as_listed(desk, act.case_no, file)
    if (refusal := reviewing_elsewhere(desk, file.item)) is not None:
        return refusal
    eligibility = _eligibility(desk, act.case_no, listed.file, act.materials)
    if isinstance(eligibility, Refused):
        return eligibility
    fact = commitment.Offered(
        act.notice_no, act.text_sha256, act.conditions, act.consequences, desk.handler
    )
    state = desk.load(COMMITMENT, act.commitment_id)
    answer = commitment.decide(state, commitment.Offer(fact, eligibility))
    rules = (*_rules(file, eligibility), *listed.rules)
    return write(COMMITMENT, act.commitment_id, act.case_no, answer, rules=rules)


@handles(MakeCommitment)
def make_commitment(act: MakeCommitment, desk: Desk) -> Decision:
    """作出承诺：在决定之前，依申请之日的清单；期限末日遇休假的顺延。"""
    file = _undecided(desk, act.case_no)
    if isinstance(file, Refused):
        return file
    received = file.state.received
    listed = as_listed(desk, act.case_no, file)
    refusal = not_self(desk, received.applicant) or reviewing_elsewhere(desk, file.item)
    if refusal is not None:
        return refusal
    names = tuple(p.name for p in act.promises)
    eligibility = _eligibility(desk, act.case_no, listed.file, names)
    if isinstance(eligibility, Refused):
        return eligibility
    fact = Made(
        case_no=act.case_no,
        kind=act.kind,
        item_code=received.item_code,
        item_version=received.item_version,
        text_sha256=act.text_sha256,
        promises=tuple(Promise(p.name, rolled(desk, p.due_on).day) for p in act.promises),
        signer=received.applicant,
        verification_due_on=rolled(desk, act.verification_due_on).day,
        breach_policy=file.item.breach_policy,
    )
    command = commitment.Make(fact, eligibility, desk.today)
    answer = commitment.decide(desk.load(COMMITMENT, act.commitment_id), command)
    claims = (commitment_claim(fact, act.commitment_id),)
    rules = (*_rules(file, eligibility), *listed.rules)
    return write(COMMITMENT, act.commitment_id, act.case_no, answer, claims=claims, rules=rules)


def _undecided(desk: Desk, case_no: CaseNo) -> CaseFile | Refused:
    """尚未决定的办件。"""
    file = case_file(desk, case_no)
    if isinstance(file, CaseFile) and isinstance(file.state, case.Concluded | case.Closed):
        return case.standing(file.state)
    return file


def _eligibility(
    desk: Desk, case_no: CaseNo, file: CaseFile, materials: tuple[str, ...]
) -> commitment.Eligibility | Refused:
    """申请之日的清单与办法（规则 16），今日的信用（规则 17）。"""
    received, item = file.state.received, file.item
    pledge = item.rules.pledge
    known = None
    if pledge.policy is not None:
        state = desk.load(policy.AGGREGATE, pledge.policy)
        known = policy.version_on(state, beijing_day(received.received_at))
        if known is None:
            return Refused(Refusal.COMMITMENT_NO_POLICY, {"policy": pledge.policy})
    standing = desk.load(credit.AGGREGATE, received.applicant)
    fact = commitment.EligibilityChecked(
        case_no=case_no,
        applicant=received.applicant,
        item_code=received.item_code,
        item_version=received.item_version,
        materials=materials,
        policy=pledge.policy,
        policy_version=None if known is None else known.version,
        credit_grade=standing.grade(desk.today),
    )
    return commitment.Eligibility(
        fact,
        item.commitment_allowed,
        item.commitment_materials,
        pledge.high_risk,
        standing.excluding(desk.today),
    )


def _rules(file: CaseFile, eligibility: commitment.Eligibility) -> tuple[RuleUsed, ...]:
    fact = eligibility.fact
    if fact.policy is None:
        return (file.rule,)
    used = RuleUsed(policy.AGGREGATE.stream(fact.policy), str(fact.policy_version))
    return (file.rule, used)


@handles(WithdrawCommitment)
def withdraw_commitment(act: WithdrawCommitment, desk: Desk) -> Decision:
    """撤回承诺，解除独占；办件转普通程序，决定期限仍自受理之日起算。"""
    promise = made(desk, act.commitment_id)
    if isinstance(promise, Refused):
        return promise
    refusal = not_self(desk, promise.signer)
    if refusal is not None:
        return refusal
    state = desk.load(CASE, promise.case_no)
    accepted = state.acceptance.accepted_on if isinstance(state, case.UnderReview) else None
    command = commitment.Withdraw(commitment.Withdrawn(act.reason, accepted))
    return _settle(desk, act.commitment_id, promise, command, release=True)


@handles(SupplyMaterial)
def supply_material(act: SupplyMaterial, desk: Desk) -> Decision:
    """补交材料：申请人自己提交的，以进入系统的时间为准。"""
    promise = made(desk, act.commitment_id)
    if isinstance(promise, Refused):
        return promise
    given = desk.at if desk.person is None else act.received_at
    received_at = given or desk.at
    refusal = not_self(desk, promise.signer)
    if refusal is not None:
        return refusal
    if received_at > desk.at:
        return Refused(Refusal.CASE_TIME_IMPOSSIBLE, {"at": desk.at.isoformat()})
    fact = commitment.MaterialSupplied(act.name, act.sha256, received_at)
    state = desk.load(COMMITMENT, act.commitment_id)
    due_on = rolled(desk, _due_on(state, act.name) or desk.today).day
    command = commitment.Supply(fact, due_on, beijing_day(received_at))
    return _settle(desk, act.commitment_id, promise, command)


@handles(AssessMaterial)
def assess_material(act: AssessMaterial, desk: Desk) -> Decision:
    """核查材料，由审批机关或该事项的监管部门办。"""
    fact = commitment.MaterialAssessed(act.name, act.conforming, act.explanation, desk.handler)
    return _supervised(desk, act.commitment_id, commitment.Assess(fact))


@handles(MarkSupplementOverdue)
def mark_supplement_overdue(act: MarkSupplementOverdue, desk: Desk) -> Decision:
    """记下逾期：按现行日历重新顺延，日历未公布的不能断定。"""
    promise = made(desk, act.commitment_id)
    if isinstance(promise, Refused):
        return promise
    state = desk.load(COMMITMENT, act.commitment_id)
    last = rolled(desk, _due_on(state, act.name) or desk.today)
    if last.provisional:
        return Refused(Refusal.COMMITMENT_DUE_PROVISIONAL, {"due_on": str(last.day)})
    fact = commitment.SupplementOverdue(act.name, last.day)
    command = commitment.MarkOverdue(fact, desk.today)
    return _settle(desk, act.commitment_id, promise, command)


@handles(SuspectBreach)
def suspect_breach(act: SuspectBreach, desk: Desk) -> Decision:
    """疑似落空：记下谁发现的，以后不得由其确认。"""
    promise = made(desk, act.commitment_id)
    if isinstance(promise, Refused):
        return promise
    refusal = None if desk.is_machine else outside_item(desk, _item(desk, promise))
    if refusal is not None:
        return refusal
    inspectors = _inspectors(act, desk)
    if isinstance(inspectors, Refused):
        return inspectors
    finders = inspectors if desk.person is None else (*inspectors, desk.person)
    fact = commitment.BreachSuspected(act.ground, act.evidence, tuple(dict.fromkeys(finders)))
    return _settle(desk, act.commitment_id, promise, commitment.Suspect(fact))


@handles(ConfirmBreach)
def confirm_breach(act: ConfirmBreach, desk: Desk) -> Decision:
    """确认落空，由审批机关的人办。"""
    fact = commitment.BreachConfirmed(act.ground, act.explanation, desk.handler)
    return _supervised(desk, act.commitment_id, commitment.Confirm(fact))


@handles(DismissBreach)
def dismiss_breach(act: DismissBreach, desk: Desk) -> Decision:
    """否定落空，由审批机关的人办。"""
    fact = commitment.BreachDismissed(act.explanation, desk.handler)
    return _supervised(desk, act.commitment_id, commitment.Dismiss(fact))


@handles(VerifyCommitment)
def verify_commitment(act: VerifyCommitment, desk: Desk) -> Decision:
    """核查承诺，由该事项的监管部门办。"""
    fact = commitment.Verified(act.passed, act.explanation, act.evidence, desk.handler)
    return _supervised(desk, act.commitment_id, commitment.Verify(fact))


@handles(OrderRectification)
def order_rectification(act: OrderRectification, desk: Desk) -> Decision:
    """责令限期整改：办法许可先整改的才责令。"""
    state = desk.load(COMMITMENT, act.commitment_id)
    known = breach_handling(desk, state)
    fact = commitment.RectificationOrdered(
        document_no=act.document_no,
        requirements=act.requirements,
        due_on=rolled(desk, act.due_on).day,
        suspended=known is not None and known.path is policy.Path.RECTIFY_SUSPENDED,
        handler=desk.handler,
    )
    command = commitment.Order(fact, known is not None and known.rectify, desk.today)
    return _supervised(desk, act.commitment_id, command)


def breach_handling(desk: Desk, state: commitment.State) -> policy.Handling | None:
    """已确认的落空怎样处理；没有确认过的没有。"""
    if not isinstance(state, commitment.Broken | commitment.Rectifying):
        return None
    return handling_of(desk, state.made, state.live.checked, state.confirmation.ground)


def handling_of(
    desk: Desk, made_: Made, checked: commitment.EligibilityChecked | None, ground: BreachGround
) -> policy.Handling:
    """落空怎样处理：依申请之日的办法；没有指明办法的，依事项自定的路径。"""
    known = None
    if checked is not None and checked.policy is not None:
        published = desk.load(policy.AGGREGATE, checked.policy)
        if not isinstance(published, policy.InForce) or checked.policy_version is None:
            raise ImpossibleHistory(f"policy {checked.policy} is gone")
        known = published.versions[checked.policy_version - 1]
    return policy.handling(known, made_.breach_policy, ground)


@handles(AcceptRectification)
def accept_rectification(act: AcceptRectification, desk: Desk) -> Decision:
    """认定整改完成：承诺照旧有效。"""
    fact = commitment.Rectified(act.explanation, act.evidence, desk.handler)
    return _supervised(desk, act.commitment_id, commitment.Rectify(fact))


@handles(FailRectification)
def fail_rectification(act: FailRectification, desk: Desk) -> Decision:
    """认定整改没有完成。"""
    fact = commitment.RectificationFailed(act.reason, act.explanation, desk.handler)
    return _fail(desk, act.commitment_id, fact)


@handles(MarkRectificationOverdue)
def mark_rectification_overdue(act: MarkRectificationOverdue, desk: Desk) -> Decision:
    """记下整改期限届满。"""
    fact = commitment.RectificationFailed(FailureReason.OVERDUE, "", None)
    return _fail(desk, act.commitment_id, fact)


def _fail(
    desk: Desk, commitment_id: CommitmentId, fact: commitment.RectificationFailed
) -> Decision:
    """期限按现行日历重新顺延；日历未公布的，机器不能断定。"""
    promise = made(desk, commitment_id)
    if isinstance(promise, Refused):
        return promise
    refusal = None if desk.is_machine else outside_item(desk, _item(desk, promise))
    if refusal is not None:
        return refusal
    state = desk.load(COMMITMENT, commitment_id)
    ordered = state.order.due_on if isinstance(state, commitment.Rectifying) else desk.today
    last = rolled(desk, ordered)
    if last.provisional:
        return Refused(Refusal.COMMITMENT_DUE_PROVISIONAL, {"due_on": str(last.day)})
    command = commitment.FailRectification(fact, last.day, desk.today)
    return _settle(desk, commitment_id, promise, command)


@handles(Fulfil)
def fulfil(act: Fulfil, desk: Desk) -> Decision:
    """履行完毕，同时解除独占。"""
    command = commitment.Fulfil(commitment.Fulfilled(desk.today))
    return _supervised(desk, act.commitment_id, command, release=True)


def _settle(
    desk: Desk,
    commitment_id: CommitmentId,
    promise: Made,
    command: commitment.Command,
    *,
    release: bool = False,
) -> Decision:
    answer = commitment.decide(desk.load(COMMITMENT, commitment_id), command)
    releases = (commitment_claim(promise, commitment_id),) if release else ()
    return write(COMMITMENT, commitment_id, promise.case_no, answer, releases=releases)


def _supervised(
    desk: Desk, commitment_id: CommitmentId, command: commitment.Command, *, release: bool = False
) -> Decision:
    """审批机关的人办；权限表允许监管角色的，须属该事项的监管部门。"""
    promise = made(desk, commitment_id)
    if isinstance(promise, Refused):
        return promise
    refusal = outside_item(desk, _item(desk, promise))
    return refusal or _settle(desk, commitment_id, promise, command, release=release)


def _item(desk: Desk, promise: Made) -> ItemPublished:
    """审批职权划转、下放了的，由今日的有权机关办，与受理、决定一样。"""
    return competent(desk, promise.item_code, promise.item_version)


def _due_on(state: commitment.State, name: str) -> date | None:
    """一份材料补交的末日，整改中的不早于整改的限期；没有承诺过的、承诺已了的没有。"""
    match state:
        case commitment.Live() as live:
            no_earlier = date.min
        case commitment.Suspected(live=live):
            no_earlier = date.min
        case commitment.Rectifying(live=live, order=order):
            no_earlier = order.due_on
        case _:  # nothing is taken any more
            return None
    paper = live.paper(name)
    return None if paper is None else max(paper.promise.due_on, no_earlier)


def _inspectors(act: SuspectBreach, desk: Desk) -> tuple[PersonId, ...] | Refused:
    """由检查发现的，查得检查人员；检查须确与此承诺有关、已有结果。"""
    if act.task_id is None:
        return ()
    match desk.load(TASK, act.task_id):
        case Done(task=task) | Agreed(task=task) if task.commitment_id == act.commitment_id:
            return task.inspectors
        case _:
            return Refused(Refusal.COMMITMENT_TASK_UNRELATED, {"task_id": act.task_id})
