"""监督问题（oversight）：督办、答复、办结、再监督与容错。监督行为自己也是账上的事（机制 21、22）。

A finding is never deleted: fault tolerance stands beside it, a closed one may be opened again by
the third tier, and what the second tier did with it stays to be read.
"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import ClassVar, Final, TypeAlias, assert_never

from domain.decider import Aggregate, Answer, Event, ImpossibleHistory, Refused
from domain.refusals import Refusal
from domain.terms import CaseNo, Organ, PersonId


class OversightRule(StrEnum):
    """监察规则：查的是哪一种问题。"""

    ONE_TIME_NOTICE = "ONE_TIME_NOTICE"  # 一次性告知不到位
    SECOND_NOTICE = "SECOND_NOTICE"  # 同一办件再次告知补正
    LATE_NOTICE = "LATE_NOTICE"  # 告知逾期
    HALF_LIMIT = "HALF_LIMIT"  # 补件告知过了承诺时限的前半段
    PROMISE_MISSED = "PROMISE_MISSED"  # 超过承诺时限
    LEGAL_LIMIT_MISSED = "LEGAL_LIMIT_MISSED"  # 超过法定时限
    DELIVERY_MISSED = "DELIVERY_MISSED"  # 送达逾期
    UNCLAIMED_PUSH = "UNCLAIMED_PUSH"  # 推送逾期未认领
    DECIDED_BEFORE_RECEIPT = "DECIDED_BEFORE_RECEIPT"  # 决定早于收件
    LATE_ENTRY = "LATE_ENTRY"  # 事后补录
    OFFICER_AS_AGENT = "OFFICER_AS_AGENT"  # 工作人员充任代办
    STAMP_DEMANDED = "STAMP_DEMANDED"  # 要求加盖印章
    PAPER_DEMANDED = "PAPER_DEMANDED"  # 网上件要求纸质材料
    UNLISTED_MATERIAL = "UNLISTED_MATERIAL"  # 要求清单以外的材料
    PUBLICATION_MISSED = "PUBLICATION_MISSED"  # 公示逾期
    COMPLAINT_UPHELD = "COMPLAINT_UPHELD"  # 投诉属实
    POOR_RATING = "POOR_RATING"  # 差评
    REFORM_OVERDUE = "REFORM_OVERDUE"  # 改革任务逾期
    OTHER = "OTHER"  # 其他
    LATE_PUSH = "LATE_PUSH"  # 推送迟缓
    DEADLINE_MISSED = "DEADLINE_MISSED"  # 其他期限已过


class AlertLevel(StrEnum):
    """监察预警类型（GB/T 39046 表 11）。"""

    REMINDER = "REMINDER"  # 提醒
    YELLOW = "YELLOW"  # 黄牌
    RED = "RED"  # 红牌


class OversightTier(StrEnum):
    """哪一级监督提出的（机制 21 的三级，加电子监察）。"""

    DEPARTMENT = "DEPARTMENT"  # 审批部门自查
    PERFORMANCE = "PERFORMANCE"  # 效能监督
    DISCIPLINE = "DISCIPLINE"  # 纪检监察再监督
    MONITOR = "MONITOR"  # 电子监察


class OversightOutcome(StrEnum):
    """监督问题怎样办结。"""

    CORRECTED = "CORRECTED"  # 已改正
    CRITICISED = "CRITICISED"  # 批评教育
    ADMONISHED = "ADMONISHED"  # 效能告诫
    REFERRED = "REFERRED"  # 移送处理
    UNFOUNDED = "UNFOUNDED"  # 经核实不成立


# -- events


@dataclass(frozen=True, slots=True)
class Raised(Event):
    """提出督办。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:72", "qtgb2021-47:fjjd")
    rule: OversightRule  # 监察规则
    rule_no: str  # 监察规则编号
    level: AlertLevel  # 监察预警类型
    tier: OversightTier  # 提出监督的层级
    office: Organ | None  # 提出督办的机关，由它办结；电子监察提出的为空，由效能办办结
    responsible_organ: Organ  # 责任部门
    responsible: PersonId | None  # 责任人，没有指明的为空
    case_no: CaseNo | None  # 所涉办件，不涉办件的为空
    source_stream: str  # 所据的案卷
    source_event: str  # 所据的事件编号，由人提出的为空文字
    explanation: str  # 查到的情况
    raised_on: date  # 提出之日
    answer_due_on: date  # 答复期限
    handler: PersonId | None  # 提出的人，机器提出的为空


@dataclass(frozen=True, slots=True)
class Answered(Event):
    """答复督办。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:fjjd",)
    organ: Organ  # 答复的责任部门
    explanation: str  # 情况说明
    measures: str  # 整改措施
    handler: PersonId  # 经办人


@dataclass(frozen=True, slots=True)
class AnswerMissed(Event):
    """督办逾期未答复。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:fjjd",)
    due_on: date  # 答复期限


@dataclass(frozen=True, slots=True)
class Closed(Event):
    """督办办结。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:fjjd",)
    office: Organ  # 办结的机关
    outcome: OversightOutcome  # 怎样办结
    reasons: str  # 理由
    handler: PersonId  # 经办人


@dataclass(frozen=True, slots=True)
class Reopened(Event):
    """再监督。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:fjjd",)
    office: Organ  # 接手的机关，此后由它办结
    reasons: str  # 理由
    answer_due_on: date  # 重新答复的期限
    handler: PersonId  # 经办人


@dataclass(frozen=True, slots=True)
class ToleranceRequested(Event):
    """申请容错。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:rcjc",)
    organ: Organ  # 申请的责任部门
    reasons: str  # 理由
    handler: PersonId  # 经办人


@dataclass(frozen=True, slots=True)
class ToleranceGranted(Event):
    """准予容错。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:rcjc",)
    office: Organ  # 作出认定的机关
    reasons: str  # 理由
    handler: PersonId  # 经办人


@dataclass(frozen=True, slots=True)
class ToleranceDenied(Event):
    """不予容错。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:rcjc",)
    office: Organ  # 作出认定的机关
    reasons: str  # 理由
    handler: PersonId  # 经办人


OversightEvent: TypeAlias = (
    Raised
    | Answered
    | AnswerMissed
    | Closed
    | Reopened
    | ToleranceRequested
    | ToleranceGranted
    | ToleranceDenied
)
Tolerance: TypeAlias = ToleranceRequested | ToleranceGranted | ToleranceDenied


# -- state


@dataclass(frozen=True, slots=True)
class Nothing:
    """尚无此问题。"""


@dataclass(frozen=True, slots=True)
class Open:
    """已提出（或再监督），待责任部门答复。"""

    raised: Raised
    office: Organ | None
    answer_due_on: date
    missed: bool = False
    tolerance: Tolerance | None = None


@dataclass(frozen=True, slots=True)
class Replied:
    """已答复，待提出的机关办结。"""

    raised: Raised
    office: Organ | None
    answer: Answered
    tolerance: Tolerance | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """已办结；第三级仍可再监督。"""

    raised: Raised
    closed: Closed
    tolerance: Tolerance | None = None


State: TypeAlias = Nothing | Open | Replied | Ended


def standing(state: State) -> Refused:
    """问题现在到了哪一步、由谁办到这一步。"""
    match state:
        case Nothing():
            return Refused(Refusal.OVERSIGHT_NOT_FOUND)
        case Open(raised=raised, answer_due_on=due_on):
            facts = {"organ": str(raised.responsible_organ), "due_on": str(due_on)}
            return Refused(Refusal.OVERSIGHT_UNANSWERED, facts)
        case Replied(answer=answer):
            facts = {"organ": str(answer.organ), "handler": str(answer.handler)}
            return Refused(Refusal.OVERSIGHT_ANSWERED, facts)
        case Ended(closed=closed):
            facts = {"office": str(closed.office), "handler": str(closed.handler)}
            return Refused(Refusal.OVERSIGHT_CLOSED, facts)
        case never:
            assert_never(never)


# -- commands


@dataclass(frozen=True, slots=True)
class Raise:
    """提出督办。"""

    fact: Raised

    def decide(self, state: State) -> Answer:
        """一个缘由一个问题；须写明查到的情况。审批部门只查自己（第一级）。"""
        if not isinstance(state, Nothing):
            same = (state.raised.rule, state.raised.source_event, state.raised.handler)
            again = same == (self.fact.rule, self.fact.source_event, self.fact.handler)
            return () if again else Refused(Refusal.OVERSIGHT_EXISTS)
        if not self.fact.explanation.strip():
            return Refused(Refusal.OVERSIGHT_NO_REASON)
        own = self.fact.responsible_organ == self.fact.office
        if self.fact.tier is OversightTier.DEPARTMENT and not own:
            return Refused(Refusal.OVERSIGHT_OWN_ONLY, {"organ": self.fact.responsible_organ})
        return (self.fact,)


@dataclass(frozen=True, slots=True)
class Reply:
    """答复督办。"""

    fact: Answered

    def decide(self, state: State) -> Answer:
        """由责任部门答复；提出的人不答复自己提出的。逾期的仍须答复。"""
        match state:
            case Open(raised=raised) if raised.responsible_organ != self.fact.organ:
                return Refused(Refusal.DUTY_ORGAN, {"organ": raised.responsible_organ})
            case Open(raised=raised) if raised.handler == self.fact.handler:
                return Refused(Refusal.DUTY_SAME_PERSON, {"person": self.fact.handler})
            case Open() if not self.fact.explanation.strip():
                return Refused(Refusal.OVERSIGHT_NO_REASON)
            case Open():
                return (self.fact,)
            case Replied(answer=known) if known == self.fact:
                return ()
            case _:
                return standing(state)


@dataclass(frozen=True, slots=True)
class MarkMissed:
    """记下逾期未答复。"""

    due_on: date
    today: date

    def decide(self, state: State) -> Answer:
        """答复期限之日过完才算逾期；已经答复的无事可办。"""
        match state:
            case Nothing():
                return standing(state)
            case Open(missed=False) if self.today <= self.due_on:
                return Refused(Refusal.OVERSIGHT_NOT_YET_DUE, {"due_on": str(self.due_on)})
            case Open(missed=False):
                return (AnswerMissed(self.due_on),)
            case _:
                return ()


@dataclass(frozen=True, slots=True)
class Close:
    """办结。``overseer``: 由效能办或者纪检监察来办。"""

    fact: Closed
    overseer: bool

    def decide(self, state: State) -> Answer:
        """由提出的机关办结，须写明理由；还没有答复的，只能以不成立办结。"""
        match state:
            case Ended(closed=known) if known == self.fact:
                return ()
            case Open() if self.fact.outcome is not OversightOutcome.UNFOUNDED:
                return standing(state)
            case Open() | Replied():
                return self._fault(state) or (self.fact,)
            case _:
                return standing(state)

    def _fault(self, state: Open | Replied) -> Refused | None:
        if state.office is None and not self.overseer:
            return Refused(Refusal.OVERSIGHT_OVERSEER)
        if state.office not in {None, self.fact.office}:
            return Refused(Refusal.DUTY_ORGAN, {"organ": str(state.office)})
        if isinstance(state, Replied) and state.answer.handler == self.fact.handler:
            return Refused(Refusal.DUTY_SAME_PERSON, {"person": self.fact.handler})
        if not self.fact.reasons.strip():
            return Refused(Refusal.OVERSIGHT_NO_REASON)
        return None


@dataclass(frozen=True, slots=True)
class Reopen:
    """再监督。"""

    fact: Reopened

    def decide(self, state: State) -> Answer:
        """已办结的，或者逾期不答复的，由第三级接手；须写明理由。"""
        match state:
            case Ended() | Open(missed=True) if not self.fact.reasons.strip():
                return Refused(Refusal.OVERSIGHT_NO_REASON)
            case Ended() | Open(missed=True):
                return (self.fact,)
            case Open(office=office, answer_due_on=due_on) if (office, due_on) == (
                self.fact.office,
                self.fact.answer_due_on,
            ):
                return ()
            case _:
                return standing(state)


@dataclass(frozen=True, slots=True)
class RequestTolerance:
    """申请容错。"""

    fact: ToleranceRequested

    def decide(self, state: State) -> Answer:
        """由责任部门申请一次；问题照旧在账，照旧要答复。"""
        match state:
            case Nothing():
                return standing(state)
            case _ if state.raised.responsible_organ != self.fact.organ:
                return Refused(Refusal.DUTY_ORGAN, {"organ": state.raised.responsible_organ})
            case _ if state.tolerance == self.fact:
                return ()
            case _ if state.tolerance is not None:
                return Refused(Refusal.OVERSIGHT_TOLERANCE_ASKED)
            case _ if not self.fact.reasons.strip():
                return Refused(Refusal.OVERSIGHT_NO_REASON)
            case _:
                return (self.fact,)


@dataclass(frozen=True, slots=True)
class DecideTolerance:
    """认定是否容错。"""

    fact: ToleranceGranted | ToleranceDenied

    def decide(self, state: State) -> Answer:
        """有申请才有认定，一次；须写明理由，问题本身不因此消失。"""
        match state:
            case Nothing():
                return standing(state)
            case _ if state.tolerance == self.fact:
                return ()
            case _ if not isinstance(state.tolerance, ToleranceRequested):
                return Refused(Refusal.OVERSIGHT_TOLERANCE_NOT_ASKED)
            case _ if not self.fact.reasons.strip():
                return Refused(Refusal.OVERSIGHT_NO_REASON)
            case _:
                return (self.fact,)


Command: TypeAlias = (
    Raise | Reply | MarkMissed | Close | Reopen | RequestTolerance | DecideTolerance
)


# -- evolve, decide


def evolve(state: State, event: Event) -> State:
    """一件事发生之后的问题。Raises ImpossibleHistory."""
    match state, event:
        case Nothing(), Raised(office=office, answer_due_on=due_on):
            return Open(event, office, due_on)
        case Open(), Answered():
            return Replied(state.raised, state.office, event, state.tolerance)
        case Open(missed=False), AnswerMissed():
            return replace(state, missed=True)
        case Open() | Replied(), Closed():
            return Ended(state.raised, event, state.tolerance)
        case Open() | Ended(), Reopened(office=office, answer_due_on=due_on):
            return Open(state.raised, office, due_on, tolerance=state.tolerance)
        case Open() | Replied() | Ended(), ToleranceRequested() if state.tolerance is None:
            return replace(state, tolerance=event)
        case Open() | Replied() | Ended(), ToleranceGranted() | ToleranceDenied() if isinstance(
            state.tolerance, ToleranceRequested
        ):
            return replace(state, tolerance=event)
        case _:
            raise ImpossibleHistory(f"{event} after {state}")


def decide(state: State, command: Command) -> Answer:
    """该不该办：应记的事件，或依法不予办理。"""
    return command.decide(state)


AGGREGATE: Final = Aggregate[State]("oversight", Nothing(), evolve)
