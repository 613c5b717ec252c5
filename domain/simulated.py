"""模拟审批（simulated）：前置条件未到之前先行审查；没有法律效力，不起算期限，条件齐了转为正式申请。

Its numbers are a series of their own and it is no case: nothing of it is counted as received or
finished, and nothing is published.
"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import ClassVar, Final, TypeAlias, assert_never

from domain.decider import Aggregate, Answer, Event, ImpossibleHistory, Refused
from domain.refusals import Refusal
from domain.terms import CaseNo, ItemCode, PersonId, Sha256, SubjectId


class SimulationGround(StrEnum):
    """为什么模拟：缺的是什么。"""

    PREREQUISITE = "PREREQUISITE"  # 前置事项在办
    LAND = "LAND"  # 土地使用权未取得


class SimulatedView(StrEnum):
    """模拟审查的意见；不是决定。"""

    FEASIBLE = "FEASIBLE"  # 可行
    INFEASIBLE = "INFEASIBLE"  # 不可行


class SimulationEnd(StrEnum):
    """模拟审批怎样终止。"""

    OVERDUE = "OVERDUE"  # 期限已过而条件未齐
    LAND_LOST = "LAND_LOST"  # 土地由他人取得
    PLAN_CHANGED = "PLAN_CHANGED"  # 规划变了
    PREREQUISITE_FAILED = "PREREQUISITE_FAILED"  # 前置事项没有准予
    WITHDRAWN = "WITHDRAWN"  # 申请人撤回


@dataclass(frozen=True, slots=True)
class Condition:
    """一项未到的前置条件；等一件在办的，写明是哪一件。"""

    name: str
    awaited_case: CaseNo | None = None


# -- events


@dataclass(frozen=True, slots=True)
class Opened(Event):
    """模拟审批启动。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:mnys",)
    item_code: ItemCode
    item_version: int
    applicant: SubjectId
    project: str
    ground: SimulationGround
    conditions: tuple[Condition, ...]
    scheme_sha256: Sha256  # 方案
    plan_version: str  # 所据的规划版本
    opened_on: date
    valid_until: date
    handler: PersonId


@dataclass(frozen=True, slots=True)
class OpinionIssued(Event):
    """模拟意见：内部意见，没有法律效力。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:mnys",)
    view: SimulatedView
    lacking: tuple[str, ...]  # 还缺的法定要件
    scheme_sha256: Sha256
    item_version: int
    plan_version: str
    explanation: str
    handler: PersonId


@dataclass(frozen=True, slots=True)
class ConditionMet(Event):
    """前置条件到了。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:mnys",)
    name: str
    reference: str  # 合同、权证或决定书的文号，或准予的办件
    handler: PersonId | None  # 前置事项准予的，机器记下


@dataclass(frozen=True, slots=True)
class SchemeChanged(Event):
    """方案变了，须重新审查。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:mnys",)
    scheme_sha256: Sha256
    explanation: str
    handler: PersonId


@dataclass(frozen=True, slots=True)
class SuccessorRecorded(Event):
    """申请主体变了：承继人，写明依据。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:mnys",)
    successor: SubjectId
    document_no: str
    handler: PersonId


@dataclass(frozen=True, slots=True)
class Converted(Event):
    """转为正式申请：此后才有收件、受理与决定，各有其日。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:mnys", "xkf:29")
    case_no: CaseNo
    applicant: SubjectId
    converted_on: date
    handler: PersonId


@dataclass(frozen=True, slots=True)
class Lapsed(Event):
    """模拟审批终止。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:mnys",)
    reason: SimulationEnd
    explanation: str
    handler: PersonId | None  # 期限已过的，机器记下


SimulatedEvent: TypeAlias = (
    Opened | OpinionIssued | ConditionMet | SchemeChanged | SuccessorRecorded | Converted | Lapsed
)


# -- state


@dataclass(frozen=True, slots=True)
class Nothing:
    """没有这一项模拟审批。"""

    def after(self, event: Event) -> "State":
        """启动。"""
        match event:
            case Opened():
                return Preparing(event, event.applicant, event.scheme_sha256)
            case _:
                raise ImpossibleHistory(f"{event} before the opening")


@dataclass(frozen=True, slots=True)
class Preparing:
    """模拟中：``opinion`` 是末一次意见。"""

    opened: Opened
    applicant: SubjectId
    scheme: Sha256
    met: tuple[ConditionMet, ...] = ()
    opinion: OpinionIssued | None = None
    successor: SuccessorRecorded | None = None

    @property
    def missing(self) -> tuple[str, ...]:
        """还没有到的条件。"""
        met = {one.name for one in self.met}
        return tuple(one.name for one in self.opened.conditions if one.name not in met)

    def after(self, event: Event) -> "State":
        """意见、条件、方案与主体的变化；转正或终止。"""
        match event:
            case OpinionIssued(scheme_sha256=scheme) if scheme == self.scheme:
                return replace(self, opinion=event)
            case ConditionMet(name=name) if name in self.missing:
                return replace(self, met=(*self.met, event))
            case SchemeChanged(scheme_sha256=scheme) if scheme != self.scheme:
                return replace(self, scheme=scheme)
            case SuccessorRecorded(successor=successor) if successor != self.applicant:
                return replace(self, applicant=successor, successor=event)
            case Converted() | Lapsed():
                return Over(self.opened, event)
            case _:
                raise ImpossibleHistory(f"{event} after {self}")


@dataclass(frozen=True, slots=True)
class Over:
    """已转为正式申请，或者已终止。"""

    opened: Opened
    by: Converted | Lapsed

    def after(self, event: Event) -> "State":
        """此后再无模拟上的事。"""
        raise ImpossibleHistory(f"{event} after {self}")


State: TypeAlias = Nothing | Preparing | Over


def standing(state: State) -> Refused:
    """模拟审批现在到了哪一步、由谁办到这一步。"""
    match state:
        case Nothing():
            return Refused(Refusal.SIMULATED_NOT_FOUND)
        case Preparing(opened=known):
            facts = {"valid_until": str(known.valid_until), "handler": known.handler}
            return Refused(Refusal.SIMULATED_EXISTS, facts)
        case Over(by=end):
            return _over(end)
        case never:
            assert_never(never)


def _over(end: Converted | Lapsed) -> Refused:
    if isinstance(end, Converted):
        return Refused(Refusal.SIMULATED_CONVERTED, {"case_no": end.case_no})
    return Refused(Refusal.SIMULATED_LAPSED, {"why": str(end.reason)})


# -- commands


@dataclass(frozen=True, slots=True)
class Open:
    """启动。``pending``: the awaited cases that are still being handled."""

    fact: Opened
    pending: tuple[CaseNo, ...]

    def decide(self, state: State) -> Answer:
        """条件写明且确实未到，期限在今日之后；条件的名字不重复。"""
        match state:
            case Nothing():
                return self._barrier() or (self.fact,)
            case Preparing(opened=known) | Over(opened=known) if known == self.fact:
                return ()
            case _:
                return standing(state)

    def _barrier(self) -> Refused | None:
        fact = self.fact
        names = [one.name for one in fact.conditions]
        if not names or len(set(names)) < len(names):
            return Refused(Refusal.SIMULATED_NO_CONDITION)
        if fact.valid_until <= fact.opened_on:
            return Refused(Refusal.SIMULATED_PERIOD, {"valid_until": str(fact.valid_until)})
        for one in fact.conditions:
            if one.awaited_case is not None and one.awaited_case not in self.pending:
                return Refused(Refusal.SIMULATED_NOT_PENDING, {"case_no": one.awaited_case})
        return None


@dataclass(frozen=True, slots=True)
class IssueOpinion:
    """出具模拟意见；``fact.scheme_sha256`` is set here."""

    fact: OpinionIssued
    today: date

    def decide(self, state: State) -> Answer:
        """由启动以外的人出具，说明理由；方案或规划变了的，再出一次。"""
        match state:
            case Preparing(opened=known) if known.handler == self.fact.handler:
                return Refused(Refusal.DUTY_SAME_PERSON, {"person": self.fact.handler})
            case Preparing() if not self.fact.explanation.strip():
                return Refused(Refusal.CASE_REASONS_MISSING)
            case Preparing(scheme=scheme, opinion=opinion):
                fact = replace(self.fact, scheme_sha256=scheme)
                return () if opinion == fact else (_late(state, self.today) or (fact,))
            case _:
                return standing(state)


def _late(state: Preparing, today: date) -> Refused | None:
    """期限已过：等候机器记下终止，不再办。"""
    last = state.opened.valid_until
    return None if today <= last else Refused(Refusal.SIMULATED_OVERDUE, {"valid_until": str(last)})


@dataclass(frozen=True, slots=True)
class Meet:
    """条件到了。"""

    fact: ConditionMet

    def decide(self, state: State) -> Answer:
        """写明凭据；一项条件只记一次。"""
        match state:
            case Preparing(met=met) if any(one.name == self.fact.name for one in met):
                return ()
            case Preparing() if self.fact.name not in state.missing:
                return Refused(Refusal.SIMULATED_OTHER_CONDITION, {"name": self.fact.name})
            case Preparing() if not self.fact.reference.strip():
                return Refused(Refusal.SIMULATED_NO_REFERENCE)
            case Preparing():
                return (self.fact,)
            case _:
                return standing(state)


@dataclass(frozen=True, slots=True)
class ChangeScheme:
    """方案变更。"""

    fact: SchemeChanged

    def decide(self, state: State) -> Answer:
        """说明理由；先前的意见不再适用。"""
        match state:
            case Preparing(scheme=known) if known == self.fact.scheme_sha256:
                return ()
            case Preparing() if not self.fact.explanation.strip():
                return Refused(Refusal.CASE_REASONS_MISSING)
            case Preparing():
                return (self.fact,)
            case _:
                return standing(state)


@dataclass(frozen=True, slots=True)
class RecordSuccessor:
    """记下承继人。"""

    fact: SuccessorRecorded

    def decide(self, state: State) -> Answer:
        """写明承继的依据。"""
        match state:
            case Preparing(applicant=known) if known == self.fact.successor:
                return ()
            case Preparing() if not self.fact.document_no.strip():
                return Refused(Refusal.SIMULATED_NO_REFERENCE)
            case Preparing():
                return (self.fact,)
            case _:
                return standing(state)


@dataclass(frozen=True, slots=True)
class Convert:
    """转为正式申请；所递交的方案、所据的规划、今日有效的事项版本都写明。"""

    fact: Converted
    scheme_sha256: Sha256
    plan_version: str
    item_version: int

    def decide(self, state: State) -> Answer:
        """条件齐备、主体相同或已承继、意见可行，且法与规划没有变；否则重新审查。"""
        match state:
            case Preparing():
                return self._barrier(state) or (self.fact,)
            case Over(by=known) if known == self.fact:
                return ()
            case _:
                return standing(state)

    def _barrier(self, state: Preparing) -> Refused | None:
        if late := _late(state, self.fact.converted_on):
            return late
        if state.missing:
            missing = "、".join(state.missing)
            return Refused(Refusal.SIMULATED_CONDITIONS_OPEN, {"missing": missing})
        if self.fact.applicant != state.applicant:
            return Refused(Refusal.SIMULATED_OTHER_APPLICANT)
        return self._not_as_reviewed(state)

    def _not_as_reviewed(self, state: Preparing) -> Refused | None:
        opinion = state.opinion
        if opinion is None or opinion.view is SimulatedView.INFEASIBLE:
            return Refused(Refusal.SIMULATED_NOT_FEASIBLE)
        seen = (opinion.scheme_sha256, opinion.plan_version, opinion.item_version)
        if seen != (self.scheme_sha256, self.plan_version, self.item_version):
            return Refused(Refusal.SIMULATED_REVIEW_AGAIN)
        return None


@dataclass(frozen=True, slots=True)
class Lapse:
    """终止。"""

    fact: Lapsed
    today: date

    def decide(self, state: State) -> Answer:
        """期限过完才算期满；其余的须说明理由。"""
        match state:
            case Preparing(opened=known) if self.fact.reason is SimulationEnd.OVERDUE:
                if self.today <= known.valid_until:
                    facts = {"valid_until": str(known.valid_until)}
                    return Refused(Refusal.SIMULATED_NOT_YET_DUE, facts)
                return (self.fact,)
            case Preparing() if not self.fact.explanation.strip():
                return Refused(Refusal.CASE_REASONS_MISSING)
            case Preparing():
                return (self.fact,)
            case Over(by=known) if known == self.fact:
                return ()
            case _:
                return standing(state)


Command: TypeAlias = Open | IssueOpinion | Meet | ChangeScheme | RecordSuccessor | Convert | Lapse


# -- evolve, decide


def evolve(state: State, event: Event) -> State:
    """一件事发生之后的模拟审批。Raises ImpossibleHistory."""
    return state.after(event)


def decide(state: State, command: Command) -> Answer:
    """该不该办：应记的事件，或依规则不予办理。"""
    return command.decide(state)


AGGREGATE: Final = Aggregate[State]("simulated", Nothing(), evolve)
