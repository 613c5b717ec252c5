"""审管联动的办理：推送、认领、异议、逾期。"""

from dataclasses import dataclass
from typing import Final, TypeAlias

from domain import approval, case, filing, linkage, timekeeping
from domain.acts.base import Desk, combine, handles, write
from domain.acts.lookups import CASE, LICENCE, case_file, edition, item_rule, period
from domain.calendar import calendar_from
from domain.catalogue import ItemPublished
from domain.decider import Decision, Refused
from domain.linkage import PushMatter
from domain.refusals import Refusal
from domain.terms import CaseNo, ItemCode


def push_id(case_no: str, matter: PushMatter, department: str) -> str:
    """推送编号：一件事由推送一个部门只有一份案卷。"""
    return f"{case_no}.{matter.lower()}.{department}"


@dataclass(frozen=True, slots=True)
class SendPush:
    """机器：把结果推送给该事项的每一个监管部门（一次办理，每部门一份案卷）。

    ``case_no`` is the case or, for FILED, the filing; the departments come from the item version
    the case was received under. ``source_event`` is the id of the event that is pushed.
    """

    case_no: CaseNo
    matter: PushMatter
    source_event: str


@dataclass(frozen=True, slots=True)
class ClaimPush:
    """监管部门认领。"""

    push_id: str


@dataclass(frozen=True, slots=True)
class DisputePush:
    """监管部门提出异议：不属本部门监管。"""

    push_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class MarkPushOverdue:
    """机器：认领期限届满而无人认领。"""

    push_id: str


LinkageAct: TypeAlias = SendPush | ClaimPush | DisputePush | MarkPushOverdue


# -- handlers

PUSH: Final = linkage.AGGREGATE
FILING: Final = filing.AGGREGATE


@dataclass(frozen=True, slots=True)
class _Source:
    stream: str
    item_code: ItemCode
    item: ItemPublished


@handles(SendPush)
def send_push(act: SendPush, desk: Desk) -> Decision:
    """推送：账上确有其事才推，每个监管部门各一份。"""
    source = _source(act, desk)
    if source is None:
        facts = {"case_no": str(act.case_no), "matter": str(act.matter)}
        return Refused(Refusal.PUSH_NOTHING_TO_SEND, facts)
    claim_due, rules = period(desk, desk.today, linkage.CLAIM_DAYS)
    rules = (item_rule(source.item_code, source.item), *rules)
    parts: list[Decision] = []
    for department in source.item.supervising_bodies:
        identity = _push_id(act, department, desk)
        fact = linkage.Sent(
            matter=act.matter,
            case_no=act.case_no,
            source_stream=source.stream,
            source_event=act.source_event,
            item_code=source.item_code,
            department=department,
            claim_due_on=claim_due.day,
        )
        answer = linkage.decide(desk.load(PUSH, identity), linkage.Send(fact))
        parts.append(write(PUSH, identity, act.case_no, answer, rules=rules))
    return combine(*parts)


# What may happen to a licence more than once: the second time has a file of its own.
_REPEATED: Final = frozenset({PushMatter.REVOKED, PushMatter.PARTLY_REVOKED, PushMatter.REVERSED})
_ON_LICENCE: Final = {
    PushMatter.PARTLY_REVOKED: approval.PartlyRevoked,
    PushMatter.REVERSED: approval.RevocationReversed,
}


def _push_id(act: SendPush, department: str, desk: Desk) -> str:
    identity = push_id(act.case_no, act.matter, department)
    known = desk.load(PUSH, identity)
    first = isinstance(known, linkage.Nothing) or known.sent.source_event == act.source_event
    return identity if first or act.matter not in _REPEATED else f"{identity}.{act.source_event}"


def _source(act: SendPush, desk: Desk) -> _Source | None:
    """所推之事的案卷；账上没有其事的没有。"""
    if act.matter is PushMatter.FILED:
        return _filed(act, desk)
    file = case_file(desk, act.case_no)
    if isinstance(file, Refused) or not isinstance(file.state, case.Concluded):
        return None
    item_code = file.state.received.item_code
    match act.matter, file.state.decision:
        case (PushMatter.APPROVED, case.Approved() | case.DeemedApproved()) | (
            PushMatter.REJECTED,
            case.Rejected(),
        ):
            return _Source(CASE.stream(act.case_no), item_code, file.item)
        case _, (case.Approved(licence_no=number) | case.DeemedApproved(licence_no=number)):
            happened = _happened(act.matter, desk.load(LICENCE, number))
            return _Source(LICENCE.stream(number), item_code, file.item) if happened else None
        case _:
            return None


def _happened(matter: PushMatter, licence: approval.State) -> bool:
    """许可上有过这件事；推送可以晚到。"""
    if matter is PushMatter.REVOKED:
        return approval.was_revoked(licence)
    kind = _ON_LICENCE.get(matter)
    return kind is not None and approval.has_known(licence, kind)


def _filed(act: SendPush, desk: Desk) -> _Source | None:
    state = desk.load(FILING, act.case_no)
    if not isinstance(state, filing.OnFile | filing.Struck):  # a push may come late
        return None
    submitted = state.submitted
    item = edition(desk, submitted.item_code, submitted.item_version)
    return _Source(FILING.stream(act.case_no), submitted.item_code, item)


@handles(ClaimPush)
def claim_push(act: ClaimPush, desk: Desk) -> Decision:
    """认领：以经办人所代表的部门名义。"""
    fact = linkage.Claimed(desk.actor.organ, desk.handler)
    return _answer(act.push_id, linkage.Answering(fact), desk)


@handles(DisputePush)
def dispute_push(act: DisputePush, desk: Desk) -> Decision:
    """异议：不属本部门监管。"""
    fact = linkage.Disputed(desk.actor.organ, act.reason, desk.handler)
    return _answer(act.push_id, linkage.Answering(fact), desk)


@handles(MarkPushOverdue)
def mark_push_overdue(act: MarkPushOverdue, desk: Desk) -> Decision:
    """记下逾期未认领；期限重新推算过的依推算，日历未公布的不能断定。"""
    state = desk.load(PUSH, act.push_id)
    due_on = state.sent.claim_due_on if isinstance(state, linkage.Waiting) else desk.today
    again = desk.load(timekeeping.AGGREGATE, PUSH.stream(act.push_id)).latest("CLAIM", "")
    due_on = again.due_on if again else due_on
    if isinstance(state, linkage.Waiting) and not calendar_from(desk.load, due_on).knows(due_on):
        return Refused(Refusal.PUSH_DUE_PROVISIONAL, {"due_on": str(due_on)})
    command = linkage.MarkOverdue(linkage.Overdue(due_on), desk.today)
    return _answer(act.push_id, command, desk)


def _answer(identity: str, command: linkage.Command, desk: Desk) -> Decision:
    state = desk.load(PUSH, identity)
    if isinstance(state, linkage.Nothing):
        return linkage.standing(state)
    return write(PUSH, identity, state.sent.case_no, linkage.decide(state, command))
