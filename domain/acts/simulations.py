"""模拟审批的办理：启动、意见、条件到了、方案与主体的变化、转为正式申请、终止。"""

from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias

from domain import case, simulated
from domain.acts.base import Desk, combine, handles, write
from domain.acts.intake import Receive, receive
from domain.acts.lookups import CASE, ITEM, edition, item_rule, not_in_force, outside
from domain.catalogue import version_on
from domain.decider import Decision, Refused
from domain.refusals import Refusal
from domain.simulated import Condition, SimulatedView, SimulationEnd, SimulationGround
from domain.terms import (
    CaseNo,
    Channel,
    ItemCode,
    Material,
    PersonalText,
    PersonId,
    Role,
    Sha256,
    SubjectId,
)


@dataclass(frozen=True, slots=True)
class OpenSimulation:
    """启动模拟审批：写明缺哪些条件，至何日为止。"""

    simulated_no: str
    item_code: ItemCode
    applicant: SubjectId
    project: str
    ground: SimulationGround
    conditions: tuple[Condition, ...]
    scheme_sha256: Sha256
    plan_version: str
    valid_until: date


@dataclass(frozen=True, slots=True)
class IssueSimulatedOpinion:
    """出具模拟意见：可行与否，还缺哪些法定要件。"""

    simulated_no: str
    view: SimulatedView
    explanation: str
    plan_version: str
    lacking: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MeetCondition:
    """记下一项条件到了，写明凭据；前置事项准予的，由机器记下。"""

    simulated_no: str
    name: str
    reference: str


@dataclass(frozen=True, slots=True)
class ChangeScheme:
    """方案变了：重新审查。"""

    simulated_no: str
    scheme_sha256: Sha256
    explanation: str


@dataclass(frozen=True, slots=True)
class RecordSuccessor:
    """申请主体由他人承继。"""

    simulated_no: str
    successor: SubjectId
    document_no: str


@dataclass(frozen=True, slots=True)
class ConvertSimulation:
    """转为正式申请：收件同时记下，五日告知期限自此起算。"""

    simulated_no: str
    case_no: CaseNo
    channel: Channel
    applicant: SubjectId
    materials: tuple[Material, ...]
    receipt_no: str
    scheme_sha256: Sha256
    plan_version: str
    agent: PersonId | None = None
    contact: PersonalText | None = None


@dataclass(frozen=True, slots=True)
class LapseSimulation:
    """终止模拟审批，说明理由。"""

    simulated_no: str
    reason: SimulationEnd
    explanation: str


@dataclass(frozen=True, slots=True)
class ExpireSimulation:
    """机器：期限已过而没有转为正式申请。"""

    simulated_no: str


SimulationAct: TypeAlias = (
    OpenSimulation
    | IssueSimulatedOpinion
    | MeetCondition
    | ChangeScheme
    | RecordSuccessor
    | ConvertSimulation
    | LapseSimulation
    | ExpireSimulation
)


# -- handlers

SIMULATED: Final = simulated.AGGREGATE


@handles(OpenSimulation)
def open_simulation(act: OpenSimulation, desk: Desk) -> Decision:
    """启动：事项今日有效，所等的办件确实在办。"""
    item = version_on(desk.load(ITEM, act.item_code), desk.today)
    if item is None:
        return not_in_force(desk, act.item_code, desk.today)
    fact = simulated.Opened(
        item_code=act.item_code,
        item_version=item.version,
        applicant=act.applicant,
        project=act.project,
        ground=act.ground,
        conditions=act.conditions,
        scheme_sha256=act.scheme_sha256,
        plan_version=act.plan_version,
        opened_on=desk.today,
        valid_until=act.valid_until,
        handler=desk.handler,
    )
    awaited = (one.awaited_case for one in act.conditions if one.awaited_case is not None)
    pending = tuple(number for number in awaited if _pending(desk, number))
    answer = simulated.decide(desk.load(SIMULATED, act.simulated_no), simulated.Open(fact, pending))
    rules = (item_rule(act.item_code, item),)
    return write(SIMULATED, act.simulated_no, act.simulated_no, answer, rules=rules)


def _pending(desk: Desk, case_no: CaseNo) -> bool:
    state = desk.load(CASE, case_no)
    return isinstance(state, case.Checking | case.AwaitingSupplement | case.UnderReview)


@handles(IssueSimulatedOpinion)
def issue_simulated_opinion(act: IssueSimulatedOpinion, desk: Desk) -> Decision:
    """由审批机关的审核人出具，依今日有效的事项版本。"""
    state = desk.load(SIMULATED, act.simulated_no)
    if not isinstance(state, simulated.Preparing):
        return simulated.standing(state)
    opened = state.opened
    item = version_on(desk.load(ITEM, opened.item_code), desk.today)
    if item is None:
        return not_in_force(desk, opened.item_code, desk.today)
    fact = simulated.OpinionIssued(
        view=act.view,
        lacking=act.lacking,
        scheme_sha256=state.scheme,
        item_version=item.version,
        plan_version=act.plan_version,
        explanation=act.explanation,
        handler=desk.handler,
    )
    command = simulated.IssueOpinion(fact, desk.today)
    return outside(desk, item.approving_body) or _record(act.simulated_no, command, desk)


@handles(MeetCondition)
def meet_condition(act: MeetCondition, desk: Desk) -> Decision:
    """机器所记，须是账上确已准予的前置事项。"""
    if desk.is_machine and case.grant(desk.load(CASE, act.reference)) is None:
        return Refused(Refusal.SIMULATED_NOT_APPROVED, {"case_no": act.reference})
    fact = simulated.ConditionMet(act.name, act.reference, desk.person)
    return _record(act.simulated_no, simulated.Meet(fact), desk)


@handles(ChangeScheme)
def change_scheme(act: ChangeScheme, desk: Desk) -> Decision:
    """方案变更。"""
    fact = simulated.SchemeChanged(act.scheme_sha256, act.explanation, desk.handler)
    return _record(act.simulated_no, simulated.ChangeScheme(fact), desk)


@handles(RecordSuccessor)
def record_successor(act: RecordSuccessor, desk: Desk) -> Decision:
    """记下承继人。"""
    fact = simulated.SuccessorRecorded(act.successor, act.document_no, desk.handler)
    return _record(act.simulated_no, simulated.RecordSuccessor(fact), desk)


@handles(ConvertSimulation)
def convert_simulation(act: ConvertSimulation, desk: Desk) -> Decision:
    """转正与收件一起入账；受理、审核、决定照常另办，各有其日。"""
    state = desk.load(SIMULATED, act.simulated_no)
    if isinstance(state, simulated.Nothing):
        return simulated.standing(state)
    opened = state.opened
    item = version_on(desk.load(ITEM, opened.item_code), desk.today)
    if item is None:
        return not_in_force(desk, opened.item_code, desk.today)
    fact = simulated.Converted(act.case_no, act.applicant, desk.today, desk.handler)
    command = simulated.Convert(fact, act.scheme_sha256, act.plan_version, item.version)
    answer = simulated.decide(state, command)
    converted = write(SIMULATED, act.simulated_no, act.simulated_no, answer)
    if not answer or isinstance(answer, Refused):
        return converted
    application = Receive(
        case_no=act.case_no,
        item_code=opened.item_code,
        channel=act.channel,
        applicant=act.applicant,
        materials=act.materials,
        receipt_no=act.receipt_no,
        agent=act.agent,
        contact=act.contact,
    )
    return combine(converted, receive(application, desk))


@handles(LapseSimulation)
def lapse_simulation(act: LapseSimulation, desk: Desk) -> Decision:
    """由窗口或审批机关的审核人终止。"""
    state = desk.load(SIMULATED, act.simulated_no)
    if isinstance(state, simulated.Nothing):
        return simulated.standing(state)
    body = edition(desk, state.opened.item_code, state.opened.item_version).approving_body
    refusal = outside(desk, body) if desk.actor.role is Role.REVIEWER else None
    fact = simulated.Lapsed(act.reason, act.explanation, desk.handler)
    return refusal or _record(act.simulated_no, simulated.Lapse(fact, desk.today), desk)


@handles(ExpireSimulation)
def expire_simulation(act: ExpireSimulation, desk: Desk) -> Decision:
    """期满终止。"""
    fact = simulated.Lapsed(SimulationEnd.OVERDUE, "", None)
    return _record(act.simulated_no, simulated.Lapse(fact, desk.today), desk)


def _record(simulated_no: str, command: simulated.Command, desk: Desk) -> Decision:
    answer = simulated.decide(desk.load(SIMULATED, simulated_no), command)
    return write(SIMULATED, simulated_no, simulated_no, answer)
