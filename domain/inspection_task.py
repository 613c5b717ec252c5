"""检查任务（task）：派发 → 告知 → 检查 → 复核，一户一项。"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar, Final, TypeAlias

from domain import inspection_plan as plans
from domain.code_set import V1, CodeKind, CodeSetPublished
from domain.decider import Aggregate, Answer, Event, ImpossibleHistory, Refused
from domain.matching import Pair as Pair
from domain.refusals import Refusal
from domain.roster import ListedInspector as ListedInspector
from domain.roster import ListedObject as ListedObject
from domain.sampling import DrawnObject as DrawnObject
from domain.sampling import Stratum as Stratum
from domain.terms import (
    CaseNo,
    CommitmentId,
    Evidence,
    LicenceNo,
    PersonId,
    Sha256,
    SubjectId,
    beijing_day,
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


class PartySignature(StrEnum):
    """检查对象在检查记录上签字了没有；没有签的写明理由（处罚法 55 条）。"""

    SIGNED = "SIGNED"  # 已签字
    REFUSED = "REFUSED"  # 拒绝签字
    ABSENT = "ABSENT"  # 不在场


class Told(StrEnum):
    """检查之前告知对象的各项，缺一不可（国办发〔2024〕54号）。"""

    RIGHTS = "RIGHTS"  # 陈述申辩与申请回避的权利
    YEARLY_CAP = "YEARLY_CAP"  # 年度检查次数上限
    PROHIBITIONS = "PROHIBITIONS"  # 五个严禁


class DeferralCause(StrEnum):
    """暂缓检查的缘由，只有这几种；联系不上的不在其内，照检查结果记。"""

    FORCE_MAJEURE = "FORCE_MAJEURE"  # 不可抗力
    SEASONAL = "SEASONAL"  # 季节性停业
    SUSPENDED = "SUSPENDED"  # 依法停业或者停工
    OTHER_PROCEEDING = "OTHER_PROCEEDING"  # 另有机关正在查办


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
    set_codes: tuple[str, ...] = ()  # v1 以外的代码集所选各项；用 v1 的为空
    kinds: tuple[CodeKind, ...] = ()  # 所选各项各是哪一类；早先的记录为空，依 v1
    filing_no: CaseNo | None = None  # 所查的报备；不涉报备的为空
    party: PartySignature | None = None  # 检查对象签字；早先的记录没有写
    party_note: str = ""  # 没有签字的理由
    experts: tuple[PersonId, ...] = ()  # 委托到场的专家，不计入检查人员

    @property
    def chosen(self) -> tuple[str, ...]:
        """所选的各项代码，不论哪一套。"""
        return self.set_codes or tuple(map(str, self.codes))

    @property
    def meant(self) -> tuple[CodeKind, ...]:
        """所选的各项各是哪一类。"""
        return self.kinds or tuple(one.kind for one in V1.find(self.chosen))


@dataclass(frozen=True, slots=True)
class CheckNotified(Event):
    """检查通知。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2024-54", "cff:55")
    document_no: str
    approval_no: str  # 《行政检查审批表》编号
    notified_on: date
    visit_on: date  # 拟检查之日
    told: tuple[Told, ...]
    handler: PersonId


@dataclass(frozen=True, slots=True)
class CheckUnannounced(Event):
    """不预先告知的检查。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2024-54",)
    approval_no: str  # 《行政检查审批表》编号
    reason: str
    decided_on: date
    handler: PersonId


@dataclass(frozen=True, slots=True)
class EnteredLate(Event):
    """检查结果补录迟缓。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2015-58", "xkf:61.2")
    performed_on: date
    enter_by: date
    entered_on: date
    handler: PersonId


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


@dataclass(frozen=True, slots=True)
class TaskReassigned(Event):
    """检查任务改派：一名检查人员换下，或者人员不足。"""

    BASIS: ClassVar[tuple[str, ...]] = ("cff:43", "cff:42")
    subject: SubjectId
    before: tuple[PersonId, ...]  # 原来的两人
    inspectors: tuple[PersonId, ...]  # 空：合格人员不足，不得一人检查
    outgoing: PersonId
    cause: plans.RedrawCause
    due_on: date
    handler: PersonId


@dataclass(frozen=True, slots=True)
class TaskDeferred(Event):
    """暂缓检查：改期，须有证据、另一人同意。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2015-58",)
    subject: SubjectId
    cause: DeferralCause
    explanation: str
    evidence: tuple[Evidence, ...]
    before: date  # 原来的限期
    due_on: date
    inspectors: tuple[PersonId, ...]
    handler: PersonId
    second: PersonId


Notice: TypeAlias = CheckNotified | CheckUnannounced
TaskEvent: TypeAlias = (
    TaskAssigned
    | CheckNotified
    | CheckUnannounced
    | Inspected
    | EnteredLate
    | FindingReviewed
    | TaskWithdrawn
    | TaskReassigned
    | TaskDeferred
)


# -- limits


ENTRY_DAYS: Final = 5  # 检查之后几个工作日内录入；文件没有给出数字，各地自定


# -- state


@dataclass(frozen=True, slots=True)
class Nothing:
    """没有这项任务。"""


@dataclass(frozen=True, slots=True)
class Assigned:
    """已派发，待检查。"""

    task: TaskAssigned
    notice: Notice | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """已检查，待复核。"""

    task: TaskAssigned
    finding: Inspected
    notice: Notice | None = None
    late: EnteredLate | None = None


@dataclass(frozen=True, slots=True)
class Returned:
    """复核退回，待重新录入。"""

    task: TaskAssigned
    review: FindingReviewed
    notice: Notice | None = None


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
class Notify:
    """告知检查对象，或者决定不预先告知。"""

    fact: Notice

    def decide(self, state: State) -> Answer:
        """告知由抽定的人办，不预先告知由检查人以外的人决定并写明理由；一次，须有审批。"""
        match state:
            case Nothing():
                return Refused(Refusal.TASK_NOT_FOUND)
            case Withdrawn(task=task):
                return Refused(Refusal.TASK_WITHDRAWN, {"subject": task.subject})
            case Assigned(notice=None):
                return self._fault(state.task) or (self.fact,)
            case Assigned(notice=known) if known == self.fact:
                return ()
            case _:
                return Refused(Refusal.TASK_NOTIFIED)

    def _fault(self, task: TaskAssigned) -> Refused | None:
        fact, ours = self.fact, self.fact.handler in task.inspectors
        if isinstance(fact, CheckUnannounced):
            if ours:
                return Refused(Refusal.DUTY_SAME_PERSON, {"person": fact.handler})
            return None if fact.reason.strip() else Refused(Refusal.TASK_NO_REASON)
        if not ours:
            return Refused(Refusal.TASK_NOT_ASSIGNED, {"person": fact.handler})
        if set(fact.told) != set(Told):
            return Refused(Refusal.TASK_NOT_TOLD)
        if not fact.notified_on <= fact.visit_on <= task.due_on:
            facts = {"visit_on": str(fact.visit_on), "due_on": str(task.due_on)}
            return Refused(Refusal.TASK_VISIT_DAY, facts)
        return None


@dataclass(frozen=True, slots=True)
class Record:
    """录入结果。

    ``uncertified`` 是检查之日证件无效的人；``at`` is aware. ``code_set`` is the plan's own, None
    where nobody published it; ``enter_by`` is the last day for entering without being late.
    """

    fact: Inspected
    person: PersonId
    uncertified: tuple[PersonId, ...]
    at: datetime
    code_set: CodeSetPublished | None = V1
    enter_by: date = date.max

    def decide(self, state: State) -> Answer:
        """抽定的两人检查、两人签名、当日持证；结果代码依代码集（规则 23、24）。"""
        if isinstance(state, Nothing):
            return Refused(Refusal.TASK_NOT_FOUND)
        if isinstance(state, Withdrawn):
            return Refused(Refusal.TASK_WITHDRAWN, {"subject": state.task.subject})
        if isinstance(state, Assigned | Returned):
            return self._fault(state) or (self.fact, *self._late)
        if state.finding == self.fact:
            return ()
        facts = {"performed_at": state.finding.performed_at.isoformat()}
        return Refused(Refusal.TASK_ALREADY_INSPECTED, facts)

    @property
    def _late(self) -> tuple[EnteredLate, ...]:
        performed, today = beijing_day(self.fact.performed_at), beijing_day(self.at)
        if today <= self.enter_by:
            return ()
        return (EnteredLate(performed, self.enter_by, today, self.person),)

    def _fault(self, state: Assigned | Returned) -> Refused | None:
        fact, task = self.fact, state.task
        if self.person not in task.inspectors:
            return Refused(Refusal.TASK_NOT_ASSIGNED, {"person": self.person})
        if sorted(fact.signatures) != sorted(task.inspectors):
            return Refused(Refusal.TASK_SIGNATURES, {"inspectors": "、".join(task.inspectors)})
        if self.uncertified:
            return Refused(Refusal.TASK_CERTIFICATE, {"persons": "、".join(self.uncertified)})
        if fact.performed_at > self.at:
            return Refused(Refusal.TASK_TIME, {"performed_at": fact.performed_at.isoformat()})
        return self._unannounced(state) or self._unsigned(task) or self._codes()

    def _unannounced(self, state: Assigned | Returned) -> Refused | None:
        """告知（或者决定不告知）在检查之前。"""
        notice = state.notice
        if notice is None:
            return Refused(Refusal.TASK_UNNOTIFIED)
        day = notice.notified_on if isinstance(notice, CheckNotified) else notice.decided_on
        if beijing_day(self.fact.performed_at) < day:
            return Refused(Refusal.TASK_BEFORE_NOTICE, {"on": str(day)})
        return None

    def _unsigned(self, task: TaskAssigned) -> Refused | None:
        """检查对象签字，没有签的写明理由；专家不是检查人员。"""
        fact = self.fact
        signed = fact.party is PartySignature.SIGNED
        if fact.party is None or not (signed or fact.party_note.strip()):
            return Refused(Refusal.TASK_PARTY)
        if own := [one for one in fact.experts if one in task.inspectors]:
            return Refused(Refusal.TASK_EXPERT, {"persons": "、".join(own)})
        return None

    def _codes(self) -> Refused | None:
        """只用计划所定的一套。v1 的代码写在 ``codes``，别的写在 ``set_codes``。"""
        fact, known = self.fact, self.code_set
        chosen = fact.chosen
        in_place = bool(fact.codes) != bool(fact.set_codes) and bool(fact.codes) == (
            fact.code_set == V1.code_set
        )
        if known is None or fact.code_set != known.code_set or not in_place:
            return Refused(Refusal.TASK_CODES, {"codes": "、".join(chosen)})
        if not known.sound(chosen):
            return Refused(Refusal.TASK_CODES, {"codes": "、".join(chosen)})
        return None


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


@dataclass(frozen=True, slots=True)
class Reassign:
    """改派任务，与更换检查人员同时；``inspectors`` 空为人员不足。"""

    inspectors: tuple[PersonId, ...]
    outgoing: PersonId
    cause: plans.RedrawCause
    handler: PersonId

    def decide(self, state: State) -> Answer:
        """派发了的才改派；已录入而没有复核同意的结果不作数，由新的两人重新检查。"""
        if isinstance(state, Agreed):
            return Refused(Refusal.TASK_REVIEWED, {"handler": state.review.handler})
        if isinstance(state, Nothing):
            return Refused(Refusal.TASK_NOT_FOUND)
        if isinstance(state, Withdrawn) or self.outgoing not in state.task.inspectors:
            return ()
        task = state.task
        return (
            TaskReassigned(
                subject=task.subject,
                before=task.inspectors,
                inspectors=self.inspectors,
                outgoing=self.outgoing,
                cause=self.cause,
                due_on=task.due_on,
                handler=self.handler,
            ),
        )


@dataclass(frozen=True, slots=True)
class Defer:
    """暂缓检查。``latest`` 是至迟改到哪一日，即计划公布的期限；``before`` 在此填写。"""

    fact: TaskDeferred
    latest: date

    def decide(self, state: State) -> Answer:
        """派发了而没有检查的才暂缓；凭证据、两人同意，往后改，不过公布的期限。"""
        if isinstance(state, Nothing):
            return Refused(Refusal.TASK_NOT_FOUND)
        if isinstance(state, Withdrawn):
            return Refused(Refusal.TASK_WITHDRAWN, {"subject": state.task.subject})
        if not isinstance(state, Assigned | Returned):
            at = state.finding.performed_at.isoformat()
            return Refused(Refusal.TASK_ALREADY_INSPECTED, {"performed_at": at})
        if self.fact.due_on == state.task.due_on:
            return ()
        return self._fault(state.task) or (
            replace(self.fact, before=state.task.due_on, inspectors=state.task.inspectors),
        )

    def _fault(self, task: TaskAssigned) -> Refused | None:
        fact = self.fact
        if fact.handler == fact.second:
            return Refused(Refusal.PLAN_SAME_PERSON, {"person": fact.handler})
        if not fact.evidence or not fact.explanation.strip():
            return Refused(Refusal.TASK_DEFERRAL_EVIDENCE)
        if not task.due_on < fact.due_on <= self.latest:
            facts = {"due_on": str(task.due_on), "latest": str(self.latest)}
            return Refused(Refusal.TASK_DEFERRAL_DAY, facts)
        return None


Command: TypeAlias = Assign | Notify | Record | Review | Withdraw | Reassign | Defer


# -- evolve, decide


def evolve(state: State, event: Event) -> State:
    """一件事发生之后的任务。Raises ImpossibleHistory."""
    match state, event:
        case Nothing(), TaskAssigned():
            return Assigned(event)
        case Assigned(notice=None), CheckNotified() | CheckUnannounced():
            return replace(state, notice=event)
        case Assigned() | Returned(), Inspected():
            return Done(state.task, event, state.notice)
        case Done(late=None), EnteredLate():
            return replace(state, late=event)
        case _, TaskWithdrawn() | TaskReassigned() | TaskDeferred():
            return _changed(state, event)
        case Done(task=task, finding=finding), FindingReviewed(agreed=agreed):
            if agreed:
                return Agreed(task, finding, event)
            return Returned(task, event, state.notice)
        case _:
            raise ImpossibleHistory(f"{type(event).__name__} after {type(state).__name__}")


def _changed(state: State, event: TaskWithdrawn | TaskReassigned | TaskDeferred) -> State:
    """计划有变：对象排除、换人，或者暂缓。"""
    match state, event:
        case Assigned(task=task) | Returned(task=task), TaskDeferred(due_on=due_on) if (
            event.before == task.due_on < due_on
        ):
            return replace(state, task=replace(task, due_on=due_on))
        case Assigned(task=task), TaskWithdrawn():
            return Withdrawn(task)
        case Assigned(task=task) | Returned(task=task) | Done(task=task), TaskReassigned() if (
            event.before == task.inspectors
        ):
            return Assigned(replace(task, inspectors=event.inspectors), state.notice)
        case _:
            raise ImpossibleHistory(f"{type(event).__name__} after {type(state).__name__}")


def decide(state: State, command: Command) -> Answer:
    """依任务现状决定。"""
    return command.decide(state)


AGGREGATE: Final = Aggregate[State]("task", Nothing(), evolve)
