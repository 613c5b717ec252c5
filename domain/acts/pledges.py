"""告知承诺的办理：作出、补交、核查、疑似落空、确认或否定、履行完毕。"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias

from domain import case, commitment
from domain.acts.base import Desk, handles, write
from domain.acts.listed import as_listed
from domain.acts.lookups import (
    COMMITMENT,
    case_file,
    commitment_claim,
    edition,
    made,
    not_self,
    outside_item,
    rolled,
)
from domain.catalogue import ItemPublished
from domain.commitment import BreachGround, CommitmentKind, Made, Promise
from domain.decider import Decision, Refused
from domain.inspection import TASK, Agreed, Done
from domain.refusals import Refusal
from domain.terms import CaseNo, CommitmentId, Evidence, PersonId, Sha256, beijing_day


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
class Fulfil:
    """承诺的材料全部补交、核查相符：承诺履行完毕。"""

    commitment_id: CommitmentId


PledgeAct: TypeAlias = (
    MakeCommitment
    | SupplyMaterial
    | AssessMaterial
    | MarkSupplementOverdue
    | SuspectBreach
    | ConfirmBreach
    | DismissBreach
    | Fulfil
)


# -- handlers


@handles(MakeCommitment)
def make_commitment(act: MakeCommitment, desk: Desk) -> Decision:
    """作出承诺：在决定之前，依申请之日的清单；期限末日遇休假的顺延。"""
    file = case_file(desk, act.case_no)
    if isinstance(file, Refused):
        return file
    received = file.state.received
    item, listed = as_listed(desk, act.case_no, file)
    refusal = not_self(desk, received.applicant)
    if refusal is not None:
        return refusal
    if isinstance(file.state, case.Concluded):
        return case.standing(file.state)
    fact = Made(
        case_no=act.case_no,
        kind=act.kind,
        item_code=received.item_code,
        item_version=received.item_version,
        text_sha256=act.text_sha256,
        promises=tuple(Promise(p.name, rolled(desk, p.due_on).day) for p in act.promises),
        signer=received.applicant,
        verification_due_on=rolled(desk, act.verification_due_on).day,
        breach_policy=item.breach_policy,
    )
    command = commitment.Make(fact, item.commitment_allowed, item.commitment_materials, desk.today)
    answer = commitment.decide(desk.load(COMMITMENT, act.commitment_id), command)
    claims = (commitment_claim(fact, act.commitment_id),)
    rules = (file.rule, *listed)
    return write(COMMITMENT, act.commitment_id, act.case_no, answer, claims=claims, rules=rules)


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
    due_on = rolled(desk, _due_on(promise, act.name) or desk.today).day
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
    last = rolled(desk, _due_on(promise, act.name) or desk.today)
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
    return edition(desk, promise.item_code, promise.item_version)


def _due_on(promise: Made, name: str) -> date | None:
    return next((one.due_on for one in promise.promises if one.name == name), None)


def _inspectors(act: SuspectBreach, desk: Desk) -> tuple[PersonId, ...] | Refused:
    """由检查发现的，查得检查人员；检查须确与此承诺有关、已有结果。"""
    if act.task_id is None:
        return ()
    match desk.load(TASK, act.task_id):
        case Done(task=task) | Agreed(task=task) if task.commitment_id == act.commitment_id:
            return task.inspectors
        case _:
            return Refused(Refusal.COMMITMENT_TASK_UNRELATED, {"task_id": act.task_id})
