"""投资项目（project）：许多办件同属一个项目，分阶段、有调度、按单体验收，全部验收才算竣工（机制 51、58、84）。"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import ClassVar, Final, TypeAlias

from domain.catalogue import Stage
from domain.decider import Aggregate, Answer, Event, ImpossibleHistory, Refused
from domain.refusals import Refusal
from domain.terms import CaseNo, Organ, PersonId, SubjectId

MEETING_DAYS: Final = 14  # 两周一次调度会（机制 51）
TEN_THOUSAND: Final = 10_000  # 万元


class ApprovalRoute(StrEnum):
    """按投资额合并审批（泉行政管〔2012〕7号）。"""

    THREE_IN_ONE = "THREE_IN_ONE"  # 建议书与可研和初设与概算三合一
    TWO_IN_ONE = "TWO_IN_ONE"  # 建议书与可研二合一
    ONE_PLUS_ONE = "ONE_PLUS_ONE"  # 可研前置与初设编制一加一


# “以上”“以下”都含本数（民法典 1259 条），故五百万、五千万元两类都及；归手续少的一类，从宽便民。
ROUTES: Final = (
    (500 * TEN_THOUSAND, ApprovalRoute.THREE_IN_ONE),
    (5_000 * TEN_THOUSAND, ApprovalRoute.TWO_IN_ONE),
)


def route_of(amount_yuan: int) -> ApprovalRoute:
    """投资额（元）所走的一路。"""
    for most, route in ROUTES:
        if amount_yuan <= most:
            return route
    return ApprovalRoute.ONE_PLUS_ONE


class Milestone(StrEnum):
    """项目的里程碑。"""

    LAND_ACQUIRED = "LAND_ACQUIRED"  # 拿地
    CONSTRUCTION_STARTED = "CONSTRUCTION_STARTED"  # 开工


@dataclass(frozen=True, slots=True)
class Issue:
    """调度会上要解决的一个问题。"""

    number: str
    matter: str
    body: Organ


# -- events


@dataclass(frozen=True, slots=True)
class ProjectRegistered(Event):
    """项目登记入台账。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qz2023", "qxzg2012-7")
    name: str
    owner: SubjectId
    amount_yuan: int
    route: ApprovalRoute
    registered_on: date
    target_days: int | None
    due_on: date | None
    handler: PersonId


@dataclass(frozen=True, slots=True)
class CaseLinked(Event):
    """办件归入项目。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qz2023",)
    case_no: CaseNo
    stage: Stage
    handler: PersonId


@dataclass(frozen=True, slots=True)
class MeetingHeld(Event):
    """项目调度会。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qz2023",)
    meeting_no: str
    held_on: date
    bodies: tuple[Organ, ...]
    issues: tuple[Issue, ...]
    next_on: date
    handler: PersonId


@dataclass(frozen=True, slots=True)
class IssueSettled(Event):
    """调度会的问题解决。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qz2023",)
    number: str
    result: str
    settled_on: date
    handler: PersonId


@dataclass(frozen=True, slots=True)
class UnitsDeclared(Event):
    """一证多单体：申报单体工程。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qz2023",)
    permit_no: str  # 建设工程规划许可证号
    units: tuple[str, ...]
    handler: PersonId


@dataclass(frozen=True, slots=True)
class UnitAccepted(Event):
    """单体工程竣工验收。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qz2023",)
    unit: str
    document_no: str
    accepted_on: date
    handler: PersonId


@dataclass(frozen=True, slots=True)
class MilestoneReached(Event):
    """项目里程碑。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:10", "qz2023")
    milestone: Milestone
    reached_on: date
    document_no: str
    handler: PersonId


@dataclass(frozen=True, slots=True)
class ProjectCompleted(Event):
    """项目全部验收。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qz2023",)
    completed_on: date
    working_days: int
    within_target: bool | None


ProjectEvent: TypeAlias = (
    ProjectRegistered
    | CaseLinked
    | MeetingHeld
    | IssueSettled
    | UnitsDeclared
    | UnitAccepted
    | MilestoneReached
    | ProjectCompleted
)


# -- state


@dataclass(frozen=True, slots=True)
class Project:
    """一个项目；没有登记的全空。"""

    registered: ProjectRegistered | None = None
    cases: tuple[CaseLinked, ...] = ()
    meetings: tuple[MeetingHeld, ...] = ()
    settled: tuple[IssueSettled, ...] = ()
    declared: tuple[UnitsDeclared, ...] = ()
    accepted: tuple[UnitAccepted, ...] = ()
    milestones: tuple[MilestoneReached, ...] = ()
    completed: ProjectCompleted | None = None

    @property
    def open_issues(self) -> tuple[str, ...]:
        """还没有解决的问题。"""
        done = {one.number for one in self.settled}
        raised = (issue.number for meeting in self.meetings for issue in meeting.issues)
        return tuple(number for number in raised if number not in done)

    @property
    def units(self) -> tuple[str, ...]:
        """申报的单体工程。"""
        return tuple(unit for one in self.declared for unit in one.units)

    @property
    def open_units(self) -> tuple[str, ...]:
        """还没有验收的单体工程。"""
        done = {one.unit for one in self.accepted}
        return tuple(unit for unit in self.units if unit not in done)

    def linked(self, case_no: CaseNo) -> CaseLinked | None:
        """归入本项目的这一办件。"""
        return next((one for one in self.cases if one.case_no == case_no), None)

    def reached(self, milestone: Milestone) -> MilestoneReached | None:
        """已到的里程碑。"""
        return next((one for one in self.milestones if one.milestone is milestone), None)

    def after(self, event: Event) -> "Project":
        """登记之后，归件、调度、里程碑；单体验收完毕即告竣工。"""
        if self.registered is None:
            if isinstance(event, ProjectRegistered):
                return replace(self, registered=event)
            raise ImpossibleHistory(f"{event} before registration")
        match event:
            case CaseLinked() if self.linked(event.case_no) is None:
                return replace(self, cases=(*self.cases, event))
            case MeetingHeld():
                return replace(self, meetings=(*self.meetings, event))
            case IssueSettled(number=number) if number in self.open_issues:
                return replace(self, settled=(*self.settled, event))
            case MilestoneReached() if self.reached(event.milestone) is None:
                return replace(self, milestones=(*self.milestones, event))
            case _:
                return self._built(event)

    def _built(self, event: Event) -> "Project":
        match event:
            case UnitsDeclared() if self.completed is None:
                return replace(self, declared=(*self.declared, event))
            case UnitAccepted(unit=unit) if unit in self.open_units:
                return replace(self, accepted=(*self.accepted, event))
            case ProjectCompleted() if self.accepted and not (self.open_units or self.completed):
                return replace(self, completed=event)
            case _:
                raise ImpossibleHistory(f"{event} after {self}")


BLANK: Final = Project()


# -- commands


@dataclass(frozen=True, slots=True)
class Register:
    """登记项目；``fact.route`` is set here, whatever it carries."""

    fact: ProjectRegistered

    def decide(self, state: Project) -> Answer:
        """一次；走哪一路由投资额定。"""
        fact = replace(self.fact, route=route_of(self.fact.amount_yuan))
        if state.registered == fact:
            return ()
        if state.registered is not None:
            return Refused(Refusal.PROJECT_EXISTS, {"handler": state.registered.handler})
        return (fact,) if fact.amount_yuan > 0 else Refused(Refusal.PROJECT_AMOUNT)


@dataclass(frozen=True, slots=True)
class Link:
    """办件归入项目。"""

    fact: CaseLinked

    def decide(self, state: Project) -> Answer:
        """一件归入一次。"""
        known = state.linked(self.fact.case_no)
        if known == self.fact:
            return ()
        if known is not None:
            return Refused(Refusal.PROJECT_LINKED, {"handler": known.handler})
        return _registered(state, self.fact)


@dataclass(frozen=True, slots=True)
class Meet:
    """开调度会。"""

    fact: MeetingHeld

    def decide(self, state: Project) -> Answer:
        """会议编号、问题编号不重复。"""
        if self.fact in state.meetings:
            return ()
        numbers = [issue.number for issue in self.fact.issues]
        raised = {issue.number for one in state.meetings for issue in one.issues}
        again = [number for number in numbers if number in raised or numbers.count(number) > 1]
        again += [
            one.meeting_no for one in state.meetings if one.meeting_no == self.fact.meeting_no
        ]
        if again:
            return Refused(Refusal.PROJECT_NUMBER_TAKEN, {"names": "、".join(dict.fromkeys(again))})
        return _registered(state, self.fact)


@dataclass(frozen=True, slots=True)
class Settle:
    """解决一个问题。"""

    fact: IssueSettled

    def decide(self, state: Project) -> Answer:
        """调度会提出的，解决一次，写明结果。"""
        if self.fact in state.settled:
            return ()
        if self.fact.number not in state.open_issues:
            return Refused(Refusal.PROJECT_NO_ISSUE, {"name": self.fact.number})
        return (self.fact,) if self.fact.result.strip() else Refused(Refusal.CASE_REASONS_MISSING)


@dataclass(frozen=True, slots=True)
class Reach:
    """到了一个里程碑。"""

    fact: MilestoneReached

    def decide(self, state: Project) -> Answer:
        """各到一次；开工不早于拿地。"""
        known = state.reached(self.fact.milestone)
        if known == self.fact:
            return ()
        if known is not None:
            return Refused(Refusal.PROJECT_REACHED, {"on": str(known.reached_on)})
        days = {one.milestone: one.reached_on for one in (*state.milestones, self.fact)}
        land = days.get(Milestone.LAND_ACQUIRED)
        start = days.get(Milestone.CONSTRUCTION_STARTED)
        if land is not None and start is not None and start < land:
            return Refused(Refusal.PROJECT_BEFORE_LAND, {"on": str(land)})
        return _registered(state, self.fact)


@dataclass(frozen=True, slots=True)
class Declare:
    """申报单体工程。"""

    fact: UnitsDeclared

    def decide(self, state: Project) -> Answer:
        """一张工规证申报一次，单体名称不重复。"""
        if self.fact in state.declared:
            return ()
        if state.completed is not None:
            return Refused(Refusal.PROJECT_COMPLETED, {"on": str(state.completed.completed_on)})
        units = self.fact.units
        again = [unit for unit in units if unit in state.units or units.count(unit) > 1]
        again += [one.permit_no for one in state.declared if one.permit_no == self.fact.permit_no]
        if again or not units:
            return Refused(Refusal.PROJECT_NUMBER_TAKEN, {"names": "、".join(dict.fromkeys(again))})
        return _registered(state, self.fact)


@dataclass(frozen=True, slots=True)
class AcceptUnit:
    """单体验收；``working_days`` and ``due_on`` judge the whole, if this is the last unit."""

    fact: UnitAccepted
    working_days: int
    due_on: date | None

    def decide(self, state: Project) -> Answer:
        """各单体分别验收；最后一个验收，项目即告竣工。"""
        if self.fact in state.accepted:
            return ()
        if self.fact.unit not in state.open_units:
            return Refused(Refusal.PROJECT_NO_UNIT, {"name": self.fact.unit})
        after = state.after(self.fact)
        if after.open_units:
            return (self.fact,)
        day = max(one.accepted_on for one in after.accepted)
        within = None if self.due_on is None else day <= self.due_on
        return (self.fact, ProjectCompleted(day, self.working_days, within))


Command: TypeAlias = Register | Link | Meet | Settle | Reach | Declare | AcceptUnit


def _registered(state: Project, fact: Event) -> Answer:
    return Refused(Refusal.PROJECT_NOT_FOUND) if state.registered is None else (fact,)


# -- evolve, decide


def evolve(state: Project, event: Event) -> Project:
    """一件事发生之后的项目。Raises ImpossibleHistory."""
    return state.after(event)


def decide(state: Project, command: Command) -> Answer:
    """该不该办：应记的事件，或依法不予办理。"""
    return command.decide(state)


AGGREGATE: Final = Aggregate[Project]("project", BLANK, evolve)
