"""一件事与投资项目的办理：许多办件同属一事。"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, TypeAlias

from domain import calendar, case, package, project
from domain.acts.base import Desk, handles, write
from domain.acts.lookups import case_file, ending, period
from domain.catalogue import Stage
from domain.clock import counted
from domain.deadlines import ONE_DAY
from domain.decider import Claim, Decision, Event, Refused
from domain.package import ChildOutcome, PackageCase
from domain.project import Issue, Milestone
from domain.refusals import Refusal
from domain.terms import CaseNo, Organ, SubjectId


@dataclass(frozen=True, slots=True)
class OpenPackage:
    """受理一件事：各件已经收件，同一申请人；可以定全程的目标工作日（如三、五日）。"""

    package_no: str
    applicant: SubjectId
    name: str
    application_no: str
    cases: tuple[CaseNo, ...]
    target_days: int | None = None


@dataclass(frozen=True, slots=True)
class CloseChild:
    """机器：一件事中的一件已经办结。"""

    package_no: str
    case_no: CaseNo


@dataclass(frozen=True, slots=True)
class RegisterProject:
    """项目登记入台账；走哪一路由投资额（元）定。"""

    project_no: str
    name: str
    owner: SubjectId
    amount_yuan: int
    target_days: int | None = None


@dataclass(frozen=True, slots=True)
class LinkCase:
    """办件归入项目；阶段依事项，事项没有写的在此写明。"""

    project_no: str
    case_no: CaseNo
    stage: Stage | None = None


@dataclass(frozen=True, slots=True)
class HoldMeeting:
    """开项目调度会，提出要解决的问题。"""

    project_no: str
    meeting_no: str
    bodies: tuple[Organ, ...]
    issues: tuple[Issue, ...]


@dataclass(frozen=True, slots=True)
class SettleIssue:
    """调度会的一个问题解决了。"""

    project_no: str
    number: str
    result: str


@dataclass(frozen=True, slots=True)
class ReachMilestone:
    """项目拿地、开工。``reached_on`` None: today."""

    project_no: str
    milestone: Milestone
    document_no: str
    reached_on: date | None = None


@dataclass(frozen=True, slots=True)
class DeclareUnits:
    """一张工规证下的单体工程。"""

    project_no: str
    permit_no: str
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AcceptUnit:
    """单体工程竣工验收；最后一个验收，项目即告竣工。"""

    project_no: str
    unit: str
    document_no: str


PackageAct: TypeAlias = (
    OpenPackage
    | CloseChild
    | RegisterProject
    | LinkCase
    | HoldMeeting
    | SettleIssue
    | ReachMilestone
    | DeclareUnits
    | AcceptUnit
)

PACKAGE: Final = package.AGGREGATE
PROJECT: Final = project.AGGREGATE


# -- handlers


def working_days(desk: Desk, first: date, last: date) -> int:
    """首日之后到末日的工作日数（首日不计入）。"""
    years = range(first.year, last.year + 1)
    known = calendar.calendar_of(
        desk.load(calendar.AGGREGATE, calendar.calendar_id(year)) for year in years
    )
    days = (first + ONE_DAY * n for n in range(1, (last - first).days + 1))
    return sum(known.is_working_day(day) for day in days)


def _due(desk: Desk, start: date, days: int | None) -> date | None:
    return None if days is None else period(desk, start, days)[0].day


@handles(OpenPackage)
def open_package(act: OpenPackage, desk: Desk) -> Decision:
    """受理一件事；一件办件只属于一件事。"""
    children: list[PackageCase] = []
    for case_no in act.cases:
        file = case_file(desk, case_no)
        if isinstance(file, Refused):
            return file
        received = file.state.received
        if received.applicant != act.applicant:
            return Refused(Refusal.PACKAGE_OTHER_APPLICANT, {"case_no": case_no})
        children.append(PackageCase(case_no, received.item_code))
    fact = package.PackageOpened(
        applicant=act.applicant,
        name=act.name,
        application_no=act.application_no,
        cases=tuple(children),
        opened_on=desk.today,
        target_days=act.target_days,
        due_on=_due(desk, desk.today, act.target_days),
        handler=desk.handler,
    )
    answer = package.decide(desk.load(PACKAGE, act.package_no), package.Open(fact))
    holder = PACKAGE.stream(act.package_no)
    claims = tuple(Claim("package_case", case_no, holder) for case_no in act.cases)
    return write(PACKAGE, act.package_no, act.package_no, answer, claims=claims)


@handles(CloseChild)
def close_child(act: CloseChild, desk: Desk) -> Decision:
    """一件办结：结果、是否提前，取自办件。"""
    file = case_file(desk, act.case_no)
    if isinstance(file, Refused):
        return file
    if not isinstance(file.state, case.Concluded | case.Closed):
        return Refused(Refusal.PACKAGE_CASE_OPEN, {"case_no": act.case_no})
    state = desk.load(PACKAGE, act.package_no)
    fact = _closed(desk, act.case_no, file.state)
    opened_on = state.opened.opened_on if state.opened else desk.today
    last = max(fact.closed_on, *(child.closed_on for child in state.children), opened_on)
    due_on = _due(desk, opened_on, state.opened.target_days if state.opened else None)
    command = package.Close(fact, working_days(desk, opened_on, last), due_on)
    answer = package.decide(state, command)
    return write(PACKAGE, act.package_no, act.package_no, answer)


_OUTCOMES: Final[dict[type[Event], ChildOutcome]] = {
    case.Approved: ChildOutcome.APPROVED,
    case.DeemedApproved: ChildOutcome.APPROVED,
    case.Rejected: ChildOutcome.REJECTED,
    case.Declined: ChildOutcome.DECLINED,
}


def _closed(
    desk: Desk, case_no: CaseNo, state: case.Concluded | case.Closed
) -> package.ChildClosed:
    """没有决定而告结的，以及没有受理的，谈不上提前。"""
    if isinstance(state, case.Closed):
        return package.ChildClosed(case_no, ChildOutcome.WITHDRAWN, desk.today, early=None)
    made, taken = state.decision, state.acceptance
    early = None
    if taken is not None:
        promised, _ = ending(desk, counted(state.clock, taken.accepted_on, taken.promised_days))
        early = made.decided_on < promised.day
    return package.ChildClosed(case_no, _OUTCOMES[type(made)], made.decided_on, early)


def _project(desk: Desk, project_no: str, command: project.Command) -> Decision:
    answer = project.decide(desk.load(PROJECT, project_no), command)
    return write(PROJECT, project_no, project_no, answer)


@handles(RegisterProject)
def register_project(act: RegisterProject, desk: Desk) -> Decision:
    """登记，今日。"""
    fact = project.ProjectRegistered(
        name=act.name,
        owner=act.owner,
        amount_yuan=act.amount_yuan,
        route=project.route_of(act.amount_yuan),
        registered_on=desk.today,
        target_days=act.target_days,
        due_on=_due(desk, desk.today, act.target_days),
        handler=desk.handler,
    )
    return _project(desk, act.project_no, project.Register(fact))


@handles(LinkCase)
def link_case(act: LinkCase, desk: Desk) -> Decision:
    """归件：项目业主自己的办件，写明阶段；一件办件只属于一个项目。"""
    file = case_file(desk, act.case_no)
    if isinstance(file, Refused):
        return file
    registered = desk.load(PROJECT, act.project_no).registered
    if registered is not None and registered.owner != file.state.received.applicant:
        return Refused(Refusal.PROJECT_OTHER_OWNER, {"case_no": act.case_no})
    stage = act.stage or file.item.rules.stage
    if stage is None:
        return Refused(Refusal.PROJECT_STAGE, {"case_no": act.case_no})
    fact = project.CaseLinked(act.case_no, stage, desk.handler)
    answer = project.decide(desk.load(PROJECT, act.project_no), project.Link(fact))
    claim = Claim("project_case", act.case_no, PROJECT.stream(act.project_no))
    return write(PROJECT, act.project_no, act.project_no, answer, claims=(claim,))


@handles(HoldMeeting)
def hold_meeting(act: HoldMeeting, desk: Desk) -> Decision:
    """调度会，今日；两周后再开。"""
    fact = project.MeetingHeld(
        meeting_no=act.meeting_no,
        held_on=desk.today,
        bodies=act.bodies,
        issues=act.issues,
        next_on=desk.today + timedelta(days=project.MEETING_DAYS),
        handler=desk.handler,
    )
    return _project(desk, act.project_no, project.Meet(fact))


@handles(SettleIssue)
def settle_issue(act: SettleIssue, desk: Desk) -> Decision:
    """解决，今日。"""
    fact = project.IssueSettled(act.number, act.result, desk.today, desk.handler)
    return _project(desk, act.project_no, project.Settle(fact))


@handles(ReachMilestone)
def reach_milestone(act: ReachMilestone, desk: Desk) -> Decision:
    """里程碑。"""
    day = act.reached_on or desk.today
    fact = project.MilestoneReached(act.milestone, day, act.document_no, desk.handler)
    return _project(desk, act.project_no, project.Reach(fact))


@handles(DeclareUnits)
def declare_units(act: DeclareUnits, desk: Desk) -> Decision:
    """申报单体工程。"""
    fact = project.UnitsDeclared(act.permit_no, act.units, desk.handler)
    return _project(desk, act.project_no, project.Declare(fact))


@handles(AcceptUnit)
def accept_unit(act: AcceptUnit, desk: Desk) -> Decision:
    """单体验收，今日。"""
    registered = desk.load(PROJECT, act.project_no).registered
    start = registered.registered_on if registered else desk.today
    due_on = _due(desk, start, registered.target_days if registered else None)
    fact = project.UnitAccepted(act.unit, act.document_no, desk.today, desk.handler)
    days = working_days(desk, start, desk.today)
    return _project(desk, act.project_no, project.AcceptUnit(fact, days, due_on))
