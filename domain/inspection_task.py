"""检查任务（task）：派发 → 检查 → 复核，一户一项。"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar, Final, TypeAlias

from domain import inspection_plan as plans
from domain.decider import Aggregate, Answer, Event, ImpossibleHistory, Refused
from domain.matching import Pair as Pair
from domain.refusals import Refusal
from domain.roster import ListedInspector as ListedInspector
from domain.roster import ListedObject as ListedObject
from domain.sampling import DrawnObject as DrawnObject
from domain.sampling import Stratum as Stratum
from domain.terms import (
    CommitmentId,
    Evidence,
    LicenceNo,
    PersonId,
    Sha256,
    SubjectId,
)


class FindingCode(StrEnum):
    """检查结果代码集 v1（多选；NO_PROBLEM 排斥其他）。"""

    NO_PROBLEM = "NO_PROBLEM"  # 未发现问题
    PROBLEM_PENDING = "PROBLEM_PENDING"  # 发现问题待后续处理
    PROBLEM_CORRECTED = "PROBLEM_CORRECTED"  # 发现问题经责令已改正
    NOT_AS_PROMISED = "NOT_AS_PROMISED"  # 不符合承诺内容
    UNREACHABLE = "UNREACHABLE"  # 通过登记的住所无法联系
    NOT_OPERATING = "NOT_OPERATING"  # 未发现开展本次抽查涉及的经营活动
    DEREGISTERED = "DEREGISTERED"  # 已注销


# -- events


@dataclass(frozen=True, slots=True)
class TaskAssigned(Event):
    """派发检查任务。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2015-58", "cff:42")
    subject: SubjectId
    inspectors: tuple[PersonId, ...]
    licence_no: LicenceNo | None
    commitment_id: CommitmentId | None
    due_on: date


@dataclass(frozen=True, slots=True)
class Inspected(Event):
    """检查结果。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:61.2", "cff:55")
    performed_at: datetime
    code_set: str
    codes: tuple[FindingCode, ...]
    signatures: tuple[PersonId, ...]
    evidence: tuple[Evidence, ...]
    report_sha256: Sha256


@dataclass(frozen=True, slots=True)
class FindingReviewed(Event):
    """结果复核。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2015-58",)
    agreed: bool
    explanation: str
    handler: PersonId


@dataclass(frozen=True, slots=True)
class TaskWithdrawn(Event):
    """撤回检查任务：对象已排除。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2015-58",)
    reason: plans.ExclusionReason
    inspectors: tuple[PersonId, ...]
    handler: PersonId


TaskEvent: TypeAlias = TaskAssigned | Inspected | FindingReviewed | TaskWithdrawn


# -- limits


CODE_SET: Final = "v1"  # 检查结果代码集


# -- state


@dataclass(frozen=True, slots=True)
class Nothing:
    """没有这项任务。"""


@dataclass(frozen=True, slots=True)
class Assigned:
    """已派发，待检查。"""

    task: TaskAssigned


@dataclass(frozen=True, slots=True)
class Done:
    """已检查，待复核。"""

    task: TaskAssigned
    finding: Inspected


@dataclass(frozen=True, slots=True)
class Returned:
    """复核退回，待重新录入。"""

    task: TaskAssigned
    review: FindingReviewed


@dataclass(frozen=True, slots=True)
class Agreed:
    """复核同意，结果成立。"""

    task: TaskAssigned
    finding: Inspected
    review: FindingReviewed


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """对象已排除，任务撤回。"""

    task: TaskAssigned


State: TypeAlias = Nothing | Assigned | Done | Returned | Agreed | Withdrawn


def task_id(plan_no: str, subject: SubjectId) -> str:
    """任务编号：计划编号加对象编号。"""
    return f"{plan_no}.{subject}"


# -- commands


@dataclass(frozen=True, slots=True)
class Assign:
    """派发任务。``plan`` is the plan's state, read in the same command."""

    plan: plans.State
    subject: SubjectId

    def decide(self, state: State) -> Answer:
        """抽定了谁就派谁；配不上的不派。"""
        if not isinstance(self.plan, plans.Settled):
            return plans.standing(self.plan)
        if not isinstance(state, Nothing):
            return ()
        if plans.replacement(self.plan, self.subject):
            return Refused(Refusal.TASK_WITHDRAWN, {"subject": self.subject})
        pair = plans.teams(self.plan).get(self.subject)
        if pair is None:
            return Refused(Refusal.TASK_NOT_DRAWN, {"subject": self.subject})
        lists = self.plan.lists
        listed = next(one for one in lists.objects if one.subject == self.subject)
        return (
            TaskAssigned(
                pair.subject,
                pair.inspectors,
                listed.licence_no,
                listed.commitment_id,
                lists.plan.inspect_by,
            ),
        )


@dataclass(frozen=True, slots=True)
class Record:
    """录入结果。``uncertified`` 是检查之日证件无效的人；``at`` is aware."""

    fact: Inspected
    person: PersonId
    uncertified: tuple[PersonId, ...]
    at: datetime

    def decide(self, state: State) -> Answer:
        """抽定的两人检查、两人签名、当日持证；结果代码依代码集（规则 23、24）。"""
        if isinstance(state, Nothing):
            return Refused(Refusal.TASK_NOT_FOUND)
        if isinstance(state, Withdrawn):
            return Refused(Refusal.TASK_WITHDRAWN, {"subject": state.task.subject})
        if isinstance(state, Assigned | Returned):
            return self._fault(state.task) or (self.fact,)
        if state.finding == self.fact:
            return ()
        facts = {"performed_at": state.finding.performed_at.isoformat()}
        return Refused(Refusal.TASK_ALREADY_INSPECTED, facts)

    def _fault(self, task: TaskAssigned) -> Refused | None:
        fact = self.fact
        if self.person not in task.inspectors:
            return Refused(Refusal.TASK_NOT_ASSIGNED, {"person": self.person})
        if sorted(fact.signatures) != sorted(task.inspectors):
            return Refused(Refusal.TASK_SIGNATURES, {"inspectors": "、".join(task.inspectors)})
        if self.uncertified:
            return Refused(Refusal.TASK_CERTIFICATE, {"persons": "、".join(self.uncertified)})
        if fact.performed_at > self.at:
            return Refused(Refusal.TASK_TIME, {"performed_at": fact.performed_at.isoformat()})
        if fact.code_set != CODE_SET or not _codes_sound(fact.codes):
            return Refused(Refusal.TASK_CODES, {"codes": "、".join(fact.codes)})
        return None


def _codes_sound(codes: Sequence[FindingCode]) -> bool:
    """至少一项、不重复；“未发现问题”排斥其他（规则 24）。"""
    once = bool(codes) and len(set(codes)) == len(codes)
    return once and (FindingCode.NO_PROBLEM not in codes or len(codes) == 1)


@dataclass(frozen=True, slots=True)
class Review:
    """复核结果。"""

    fact: FindingReviewed

    def decide(self, state: State) -> Answer:
        """复核人不是检查人（SD6）；退回的写明理由，由检查人重新录入。"""
        if isinstance(state, Nothing):
            return Refused(Refusal.TASK_NOT_FOUND)
        if isinstance(state, Withdrawn):
            return Refused(Refusal.TASK_WITHDRAWN, {"subject": state.task.subject})
        if isinstance(state, Assigned):
            return Refused(Refusal.TASK_NOT_INSPECTED)
        if isinstance(state, Done):
            return self._fault(state.task) or (self.fact,)
        if state.review == self.fact:
            return ()
        return Refused(Refusal.TASK_REVIEWED, {"handler": state.review.handler})

    def _fault(self, task: TaskAssigned) -> Refused | None:
        if self.fact.handler in task.inspectors:
            return Refused(Refusal.DUTY_SAME_PERSON, {"person": self.fact.handler})
        if not self.fact.agreed and not self.fact.explanation.strip():
            return Refused(Refusal.TASK_NO_REASON)
        return None


@dataclass(frozen=True, slots=True)
class Withdraw:
    """撤回任务，与排除对象同时。"""

    reason: plans.ExclusionReason
    handler: PersonId

    def decide(self, state: State) -> Answer:
        """派发了而未检查的才有可撤；检查过的，排除时已拒绝。"""
        if isinstance(state, Assigned):
            return (TaskWithdrawn(self.reason, state.task.inspectors, self.handler),)
        return ()


Command: TypeAlias = Assign | Record | Review | Withdraw


# -- evolve, decide


def evolve(state: State, event: Event) -> State:
    """一件事发生之后的任务。Raises ImpossibleHistory."""
    match state, event:
        case Nothing(), TaskAssigned():
            return Assigned(event)
        case Assigned() | Returned(), Inspected():
            return Done(state.task, event)
        case Assigned(task=task), TaskWithdrawn():
            return Withdrawn(task)
        case Done(task=task, finding=finding), FindingReviewed(agreed=agreed):
            return Agreed(task, finding, event) if agreed else Returned(task, event)
        case _:
            raise ImpossibleHistory(f"{type(event).__name__} after {type(state).__name__}")


def decide(state: State, command: Command) -> Answer:
    """依任务现状决定。"""
    return command.decide(state)


AGGREGATE: Final = Aggregate[State]("task", Nothing(), evolve)
