"""办件（case）：从收件到送达的一生。Events → state → commands → evolve → decide.

A command carries the fact as it would be recorded, and what the law needs to know besides.
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar, Final, TypeAlias, assert_never

from domain.clock import (
    AT_ACCEPTANCE,
    Clock,
    Expedited,
    Extended,
    Paused,
    Resumed,
    Running,
    counted,
)
from domain.decider import Aggregate, Answer, Event, ImpossibleHistory, Refused
from domain.gaps import GapDefaulted, GapFilled, Gaps, GapsAccepted
from domain.refusals import Refusal
from domain.remarks import (
    NO_REMARKS,
    Corrected,
    FeeNotified,
    NoticeFault,
    NoticeViolated,
    Remarks,
    SurveyRecorded,
)
from domain.sources import SourceRecord, Taken, contradicts
from domain.terms import (
    CaseKind,
    Channel,
    CommitmentId,
    ItemCode,
    LicenceNo,
    Material,
    Organ,
    PersonalText,
    PersonId,
    SubjectId,
    beijing_day,
)

NOTICE_DAYS: Final = 5  # 许可法 32 条一款四项：五日内一次告知
DELIVERY_DAYS: Final = 10  # 许可法 44 条：十日内送达


class DeclineReason(StrEnum):
    """不予受理的两种情形（许可法 32 条一款一、二项）。"""

    NOT_REQUIRED = "NOT_REQUIRED"  # 不需要取得许可
    NOT_COMPETENT = "NOT_COMPETENT"  # 不属本机关职权


class ReviewOpinion(StrEnum):
    """审核意见。"""

    APPROVE = "APPROVE"
    REJECT = "REJECT"


class WithdrawalGround(StrEnum):
    """申请因何撤回。"""

    APPLICANT = "APPLICANT"  # 申请人撤回
    GAP_DEFAULT = "GAP_DEFAULT"  # 容缺到期没有补齐，视为撤回


class DeadlineKind(StrEnum):
    """办件上的期限。"""

    COMPLETENESS_NOTICE = "COMPLETENESS_NOTICE"  # 五日一次告知（32 条）
    PROMISED_DECISION = "PROMISED_DECISION"  # 承诺时限
    LEGAL_DECISION = "LEGAL_DECISION"  # 法定时限（42 条）
    DELIVERY = "DELIVERY"  # 十日送达（44 条）
    EXPEDITED_DECISION = "EXPEDITED_DECISION"  # 绿色通道


# The deadlines that a decision settles.
DECISION_CLOCKS: Final = (
    DeadlineKind.EXPEDITED_DECISION,
    DeadlineKind.PROMISED_DECISION,
    DeadlineKind.LEGAL_DECISION,
)


class ImportedStep(StrEnum):
    """导入的办件步骤：来源系统的一步，对应我们的哪件事（对照与理由见 docs/imports.md）。"""

    RECEIVED = "RECEIVED"  # 收到申请，出具收件凭证
    RECEIPT_CHECKED = "RECEIPT_CHECKED"  # 收件凭证核对
    RECEIPT_CORRECTED = "RECEIPT_CORRECTED"  # 收件凭证更正
    RECEIPT_SETTLED = "RECEIPT_SETTLED"  # 收件凭证审定
    RECEIPT_SENT = "RECEIPT_SENT"  # 收件凭证送达
    STAY_CONSIDERED = "STAY_CONSIDERED"  # 研究是否暂缓
    STAY_DRAFTED = "STAY_DRAFTED"  # 暂缓理由拟写
    STAY_CHECKED = "STAY_CHECKED"  # 暂缓告知核对
    STAY_CORRECTED = "STAY_CORRECTED"  # 暂缓告知更正
    STAY_SETTLED = "STAY_SETTLED"  # 暂缓告知审定
    STAY_SENT = "STAY_SENT"  # 暂缓告知送达
    ADVICE_DRAFTED = "ADVICE_DRAFTED"  # 内部意见拟写
    ADVICE_REQUESTED = "ADVICE_REQUESTED"  # 外部意见征求
    ADVICE_RECEIVED = "ADVICE_RECEIVED"  # 外部意见收到
    NOT_REQUIRED_DRAFTED = "NOT_REQUIRED_DRAFTED"  # 不需许可告知拟写
    NOT_REQUIRED_CHECKED = "NOT_REQUIRED_CHECKED"  # 不需许可告知核对
    NOT_REQUIRED_CORRECTED = "NOT_REQUIRED_CORRECTED"  # 不需许可告知更正
    NOT_REQUIRED_SETTLED = "NOT_REQUIRED_SETTLED"  # 不需许可告知审定
    NOT_REQUIRED_SENT = "NOT_REQUIRED_SENT"  # 不需许可告知送达


# -- events: stored for ever; see schemas/registry.py before touching a name


@dataclass(frozen=True, slots=True)
class Received(Event):
    """收件。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:29", "xkf:32")
    item_code: ItemCode
    item_version: int
    channel: Channel
    applicant: SubjectId
    agent: PersonId | None
    contact: PersonalText | None  # telephone
    materials: tuple[Material, ...]
    received_at: datetime
    notice_due_on: date
    receipt_no: str
    handler: PersonId


@dataclass(frozen=True, slots=True)
class SupplementRequested(Event):
    """补正告知（一次）。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:32.1.4",)
    notice_no: str
    missing: tuple[str, ...]
    handler: PersonId
    supply_by: date | None = None  # since v2：告知书定的补正期限


@dataclass(frozen=True, slots=True)
class Supplemented(Event):
    """补正材料收到。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:32.1.4",)
    materials: tuple[Material, ...]
    received_at: datetime
    handler: PersonId
    accept_due_on: date | None = None  # 至此补齐的，应当在何日以前受理（32 条一款五项）


@dataclass(frozen=True, slots=True)
class Accepted(Event):
    """受理。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:32.1.5",)
    accepted_on: date
    kind: CaseKind
    promised_days: int
    legal_days: int
    promised_due_on: date
    legal_due_on: date
    provisional: bool  # 期限越过已公布日历，待重算
    document_no: str
    handler: PersonId

    def takes_effect(self, decided_on: date) -> date:  # noqa: ARG002 -- the fact says its day
        """受理之日：补正的，为最后一份材料收到之日。"""
        return self.accepted_on


@dataclass(frozen=True, slots=True)
class DeemedAccepted(Event):
    """视为受理：逾期不告知。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:32.1.4",)
    accepted_on: date  # 收到申请材料之日（溯及）
    kind: CaseKind
    promised_days: int
    legal_days: int
    promised_due_on: date
    legal_due_on: date
    provisional: bool

    def takes_effect(self, decided_on: date) -> date:  # noqa: ARG002 -- the fact says its day
        """自收到申请材料之日起即为受理（规则 1）。"""
        return self.accepted_on


@dataclass(frozen=True, slots=True)
class Declined(Event):
    """不予受理 / 不需许可。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:32.1",)
    reason: DeclineReason
    competent_organ: Organ | None
    explanation: str
    decided_on: date
    document_no: str
    handler: PersonId


@dataclass(frozen=True, slots=True)
class Reviewed(Event):
    """审核完毕。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:34",)
    opinion: ReviewOpinion
    reasons: str
    handler: PersonId


@dataclass(frozen=True, slots=True)
class Approved(Event):
    """准予许可。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:38",)
    decided_on: date
    decision_no: str
    licence_no: LicenceNo
    commitment_id: CommitmentId | None
    valid_from: date
    valid_to: date | None
    delivery_due_on: date
    handler: PersonId


@dataclass(frozen=True, slots=True)
class Rejected(Event):
    """不予许可。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:38.2",)
    decided_on: date
    decision_no: str
    reasons: str
    remedies: str
    delivery_due_on: date
    handler: PersonId


@dataclass(frozen=True, slots=True)
class DeemedApproved(Event):
    """超时默认：事项明示选用并有依据的，承诺时限已过而不作决定，视为准予。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qxzglz2012-7:csmr",)
    basis: str  # 事项所载的依据
    decided_on: date
    decision_no: str
    licence_no: LicenceNo
    valid_from: date
    delivery_due_on: date


@dataclass(frozen=True, slots=True)
class Withdrawn(Event):
    """撤回申请。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:29", "qxzglz2012-7:rq")
    ground: WithdrawalGround
    reasons: str
    withdrawn_on: date
    handler: PersonId | None  # 申请人网上撤回的、视为撤回的没有


@dataclass(frozen=True, slots=True)
class SupplementLapsed(Event):
    """逾期不补正，视为撤回申请。"""

    BASIS: ClassVar[tuple[str, ...]] = ("zjxk:11",)
    missing: tuple[str, ...]
    supply_by: date


@dataclass(frozen=True, slots=True)
class AcceptanceRevoked(Event):
    """撤销受理：容缺的材料到期没有补齐。"""

    BASIS: ClassVar[tuple[str, ...]] = ("zjxk:11",)
    reasons: str
    decided_on: date
    document_no: str
    handler: PersonId


@dataclass(frozen=True, slots=True)
class Delivered(Event):
    """送达。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:44",)
    document_no: str
    method: str
    handler: PersonId


@dataclass(frozen=True, slots=True)
class DeadlineMissed(Event):
    """逾期（事实，不影响决定效力）。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:74.2",)
    deadline: DeadlineKind
    due_on: date


@dataclass(frozen=True, slots=True)
class CaseImported(Event):
    """历史办件导入：期限是来源的，本系统不据以计时。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2023-26",)
    origin: SourceRecord
    item_code: ItemCode
    item_name: str
    organ: Organ
    department: str  # 来源中的承办部门
    channel: Channel
    team: str | None  # 来源中的承办组
    responsible: str | None  # 来源中的责任人代号
    started_at: datetime
    due_at: datetime | None
    planned_end_at: datetime | None
    ended_at: datetime | None

    def was_decided(self, recorded_at: datetime) -> datetime:  # noqa: ARG002 -- the source says
        """来源所载的开始时刻。"""
        return self.started_at


@dataclass(frozen=True, slots=True)
class StepImported(Event):
    """历史办件步骤导入。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2023-26",)
    origin: SourceRecord
    step: ImportedStep
    activity: str  # 来源中的名称
    team: str | None
    officer: str | None  # 来源中的经办人代号
    completed_at: datetime

    def was_decided(self, recorded_at: datetime) -> datetime:  # noqa: ARG002 -- the source says
        """来源所载的完成时刻。"""
        return self.completed_at


CaseEvent: TypeAlias = (
    CaseImported
    | StepImported
    | Received
    | SupplementRequested
    | Supplemented
    | Accepted
    | DeemedAccepted
    | Declined
    | Reviewed
    | Approved
    | Rejected
    | Delivered
    | DeadlineMissed
    | Paused
    | Resumed
    | Extended
    | Expedited
    | NoticeViolated
    | SurveyRecorded
    | FeeNotified
    | Corrected
    | DeemedApproved
    | Withdrawn
    | SupplementLapsed
    | GapsAccepted
    | GapFilled
    | GapDefaulted
    | AcceptanceRevoked
)


# -- state


@dataclass(frozen=True, slots=True)
class Nothing:
    """尚无此件。"""

    def after(self, event: Event) -> "State":
        """收件之后始有办件。"""
        match event:
            case Received():
                return Checking(event)
            case CaseImported():
                return Imported(event)
            case _:
                raise ImpossibleHistory(f"{event} before receipt")


@dataclass(frozen=True, slots=True)
class Imported:
    """导入的历史办件：只有来源记下的步骤，本系统不再办理。"""

    case: CaseImported
    taken: Taken = field(default_factory=Taken)

    def after(self, event: Event) -> "State":
        """只有别的步骤可以再导入。"""
        match event:
            case StepImported(origin=origin):
                return replace(self, taken=self.taken.plus(origin))
            case _:
                raise ImpossibleHistory(f"{event} after {self}")


@dataclass(frozen=True, slots=True)
class Checking:
    """收件待核：五日内或受理，或一次告知，或不予受理。"""

    received: Received
    missed: frozenset[DeadlineKind] = frozenset()
    remarks: Remarks = NO_REMARKS

    def after(self, event: Event) -> "State":
        """核对材料的结果。"""
        match event:
            case SupplementRequested():
                return AwaitingSupplement(
                    self.received, event, missed=self.missed, remarks=self.remarks
                )
            case Accepted() | DeemedAccepted():
                return UnderReview(self.received, event, missed=self.missed, remarks=self.remarks)
            case Declined():
                return Concluded(self.received, None, event, remarks=self.remarks)
            case Withdrawn():
                return Closed(self.received, None, event, self.missed, self.remarks)
            case DeadlineMissed():
                return replace(self, missed=self.missed | {event.deadline})
            case Corrected():
                return replace(self, remarks=self.remarks.plus(event))
            case _:
                raise ImpossibleHistory(f"{event} after {self}")


@dataclass(frozen=True, slots=True)
class AwaitingSupplement:
    """已告知补正，等候或收到补正材料。"""

    received: Received
    notice: SupplementRequested
    supplements: tuple[Supplemented, ...] = ()
    missed: frozenset[DeadlineKind] = frozenset()
    remarks: Remarks = NO_REMARKS

    @property
    def lacking(self) -> tuple[str, ...]:
        """告知的材料中还没有补来的。"""
        names = {material.name for part in self.supplements for material in part.materials}
        return tuple(name for name in self.notice.missing if name not in names)

    def after(self, event: Event) -> "State":
        """补正之后受理或不予受理。"""
        match event:
            case Supplemented():
                return replace(self, supplements=(*self.supplements, event))
            case Accepted():
                return UnderReview(
                    self.received,
                    event,
                    missed=self.missed,
                    remarks=self.remarks,
                    notice=self.notice,
                )
            case Declined():
                return Concluded(self.received, None, event, remarks=self.remarks)
            case Withdrawn() | SupplementLapsed():
                return Closed(self.received, None, event, self.missed, self.remarks)
            case NoticeViolated() | Corrected():
                return replace(self, remarks=self.remarks.plus(event))
            case _:
                raise ImpossibleHistory(f"{event} after {self}")


@dataclass(frozen=True, slots=True)
class UnderReview:
    """已受理，审查中。"""

    received: Received
    acceptance: Accepted | DeemedAccepted
    review: Reviewed | None = None
    missed: frozenset[DeadlineKind] = frozenset()
    remarks: Remarks = NO_REMARKS
    clock: Clock = AT_ACCEPTANCE
    notice: SupplementRequested | None = None
    gaps: Gaps | None = None

    @property
    def acceptor(self) -> PersonId | None:
        """受理人；视为受理的没有。"""
        return self.acceptance.handler if isinstance(self.acceptance, Accepted) else None

    def after(self, event: Event) -> "State":
        """审核、决定、告结，或记下其间的事。"""
        match event:
            case Reviewed():
                return replace(self, review=event)
            case Approved() | Rejected() | DeemedApproved():
                return Concluded(
                    self.received,
                    self.acceptance,
                    event,
                    missed=self.missed,
                    remarks=self.remarks,
                    clock=self.clock,
                )
            case Withdrawn() | AcceptanceRevoked():
                return Closed(self.received, self.acceptance, event, self.missed, self.remarks)
            case _:
                return self._meanwhile(event)

    def _meanwhile(self, event: Event) -> "State":
        match event:
            case DeadlineMissed():
                return replace(self, missed=self.missed | {event.deadline})
            case Paused() | Resumed() | Extended() | Expedited():
                return replace(self, clock=self.clock.after(event))
            case GapsAccepted() if self.gaps is None:
                return replace(self, gaps=Gaps(event))
            case GapFilled() | GapDefaulted() if self.gaps is not None:
                return replace(self, gaps=self.gaps.after(event))
            case NoticeViolated() | SurveyRecorded() | FeeNotified() | Corrected():
                return replace(self, remarks=self.remarks.plus(event))
            case _:
                raise ImpossibleHistory(f"{event} after {self}")


@dataclass(frozen=True, slots=True)
class Concluded:
    """已作出决定（准予、不予、不予受理），待送达或已送达。"""

    received: Received
    acceptance: Accepted | DeemedAccepted | None
    decision: Approved | Rejected | Declined | DeemedApproved
    delivery: Delivered | None = None
    missed: frozenset[DeadlineKind] = frozenset()
    remarks: Remarks = NO_REMARKS
    clock: Clock = AT_ACCEPTANCE  # 决定之时的钟：停过几段

    @property
    def document_no(self) -> str:
        """决定书文号。"""
        match self.decision:
            case Declined(document_no=number):
                return number
            case (
                Approved(decision_no=number)
                | Rejected(decision_no=number)
                | DeemedApproved(decision_no=number)
            ):
                return number
            case never:
                assert_never(never)

    def after(self, event: Event) -> "State":
        """送达，或记下送达逾期。"""
        match event:
            case Delivered():
                return replace(self, delivery=event)
            case DeadlineMissed():
                return replace(self, missed=self.missed | {event.deadline})
            case Corrected():
                return replace(self, remarks=self.remarks.plus(event))
            case _:
                raise ImpossibleHistory(f"{event} after {self}")


@dataclass(frozen=True, slots=True)
class Closed:
    """没有决定而告结：撤回申请、逾期不补正、撤销受理；统计上算办结。"""

    received: Received
    acceptance: Accepted | DeemedAccepted | None
    ending: Withdrawn | SupplementLapsed | AcceptanceRevoked
    missed: frozenset[DeadlineKind] = frozenset()
    remarks: Remarks = NO_REMARKS

    def after(self, event: Event) -> "State":
        """告结之后只有更正。"""
        match event:
            case Corrected():
                return replace(self, remarks=self.remarks.plus(event))
            case _:
                raise ImpossibleHistory(f"{event} after {self}")


Open: TypeAlias = Checking | AwaitingSupplement | UnderReview
State: TypeAlias = Nothing | Imported | Open | Concluded | Closed


def stopped(state: UnderReview) -> Refused | None:
    """特别程序没有结束。"""
    if state.clock.open is None:
        return None
    return Refused(Refusal.CASE_PAUSED, {"notice_no": state.clock.open.notice_no})


def impediment(state: UnderReview) -> Refused | None:
    """还不能准予：特别程序没有结束，容缺的材料没有补齐。"""
    if state.gaps is not None and state.gaps.open:
        return Refused(Refusal.CASE_GAPS_OPEN, {"missing": "、".join(state.gaps.open)})
    return stopped(state)


def before_receipt(state: UnderReview) -> Refused:
    """决定之日早于收件之日（体外循环）。"""
    received_on = beijing_day(state.received.received_at)
    return Refused(Refusal.CASE_BEFORE_RECEIPT, {"received_on": str(received_on)})


def running(state: State, deadline: DeadlineKind) -> Running | None:
    """该期限是否还开着；已经了结的、已记逾期的没有。"""
    if not isinstance(state, Nothing | Imported | AwaitingSupplement) and deadline in state.missed:
        return None
    return reckoned(state, deadline)


def reckoned(state: State, deadline: DeadlineKind) -> Running | None:
    """该期限怎样推算，不问是否已记逾期；已经了结的没有。"""
    match state, deadline:
        case Checking(received=received), DeadlineKind.COMPLETENESS_NOTICE:
            return Running(beijing_day(received.received_at), NOTICE_DAYS)
        case UnderReview(), _:
            return _to_decide(state, deadline)
        case Concluded(
            decision=Approved() | Rejected() | DeemedApproved() as made, delivery=None
        ), (DeadlineKind.DELIVERY):
            return Running(made.decided_on, DELIVERY_DAYS)
        case _:
            return None


def _to_decide(state: UnderReview, deadline: DeadlineKind) -> Running | None:
    clock, taken = state.clock, state.acceptance
    match deadline:
        case DeadlineKind.PROMISED_DECISION:
            return counted(clock, taken.accepted_on, taken.promised_days)
        case DeadlineKind.LEGAL_DECISION:
            return counted(clock, taken.accepted_on, taken.legal_days + clock.extra_days)
        case DeadlineKind.EXPEDITED_DECISION if clock.expedited is not None:
            return counted(clock, taken.accepted_on, clock.expedited.expedited_days)
        case _:
            return None


def acceptance_day(state: Open | Concluded | Closed, due_on: date, today: date) -> date:
    """受理之日：材料齐全的为今日，逾期未告知的溯及收件之日，补正的为最后一份材料收到之日。

    One that is accepted with gaps after a notice is accepted today.
    """
    match state:
        case Checking(received=received):
            return today if today <= due_on else beijing_day(received.received_at)
        case AwaitingSupplement() if state.lacking:
            return today
        case AwaitingSupplement(received=received, supplements=parts):
            days = (beijing_day(part.received_at) for part in parts)
            return max(days, default=beijing_day(received.received_at))
        case UnderReview(acceptance=taken):
            return taken.accepted_on
        case Concluded() | Closed():
            return today
        case never:
            assert_never(never)


def grant(state: State) -> Approved | DeemedApproved | None:
    """准予的决定，超时默认的在内；没有准予的没有。"""
    decision = state.decision if isinstance(state, Concluded) else None
    return decision if isinstance(decision, Approved | DeemedApproved) else None


def standing(state: State) -> Refused:
    """办件现在到了哪一步、由谁办到这一步：后到的人据此知道发生过什么。"""
    match state:
        case Nothing():
            return Refused(Refusal.CASE_NOT_FOUND)
        case Imported(case=known):
            return Refused(Refusal.CASE_IMPORTED, {"source": known.origin.source})
        case Checking(received=received):
            return Refused(
                Refusal.CASE_NOT_ACCEPTED,
                {
                    "received_on": str(beijing_day(received.received_at)),
                    "handler": received.handler,
                },
            )
        case AwaitingSupplement(notice=notice):
            return Refused(
                Refusal.CASE_AWAITING_SUPPLEMENT,
                {"notice_no": notice.notice_no, "handler": notice.handler},
            )
        case UnderReview(acceptance=Accepted() as taken):
            return Refused(
                Refusal.CASE_ALREADY_ACCEPTED,
                {"accepted_on": str(taken.accepted_on), "handler": taken.handler},
            )
        case UnderReview(acceptance=taken):
            return Refused(Refusal.CASE_DEEMED_ACCEPTED, {"accepted_on": str(taken.accepted_on)})
        case Concluded() | Closed():
            return _ended(state)
        case never:
            assert_never(never)


def _ended(state: Concluded | Closed) -> Refused:
    match state:
        case Closed(ending=ending):
            return Refused(Refusal.CASE_CLOSED, {"closing": type(ending).__name__})
        case Concluded(decision=made):
            facts = {"document_no": state.document_no, "decided_on": str(made.decided_on)}
            if isinstance(made, DeemedApproved):
                return Refused(Refusal.CASE_DEEMED_APPROVED, facts)
            return Refused(Refusal.CASE_ALREADY_DECIDED, facts | {"handler": made.handler})
        case never:
            assert_never(never)


# -- commands: each decides for itself; `decide` below is their common door


@dataclass(frozen=True, slots=True)
class Receive:
    """收件。"""

    fact: Received
    at: datetime

    def decide(self, state: State) -> Answer:
        """同一编号只收一次；代办人不得经手（SD12）。"""
        match state:
            case Nothing() if self.fact.received_at > self.at:
                return Refused(Refusal.CASE_TIME_IMPOSSIBLE, {"at": self.at.isoformat()})
            case Nothing() if self.fact.agent == self.fact.handler:
                return Refused(Refusal.DUTY_AGENT, {"person": self.fact.handler})
            case Nothing():
                return (self.fact,)
            case Checking(received=known) if known == self.fact:
                return ()
            case Imported():
                return standing(state)
            case _:
                known = state.received
                facts = {"received_on": str(beijing_day(known.received_at))}
                return Refused(Refusal.CASE_EXISTS, facts | {"handler": known.handler})


@dataclass(frozen=True, slots=True)
class RequestSupplement:
    """补正告知；``due_on`` is the fifth working day, ``half_due_on`` the end of the first half of
    the promised limit, ``deemed`` what the law has made of the case by now (None: not to be said).
    """

    fact: SupplementRequested
    due_on: date
    today: date
    half_due_on: date = date.max
    deemed: DeemedAccepted | None = None

    def decide(self, state: State) -> Answer:
        """五日之内、一次、写明全部内容；违规发出的照记，不影响受理（规则 2、3、12）。"""
        match state:
            case Checking() | AwaitingSupplement() | UnderReview() if not self._says_what():
                return Refused(Refusal.CASE_NOTICE_EMPTY)
            case Checking():
                return self._first(state)
            case (
                AwaitingSupplement(notice=known)
                | UnderReview(notice=SupplementRequested() as known)
            ):
                if known == self.fact or state.remarks.knows(self.fact.notice_no):
                    return ()
                return self._violated(state, NoticeFault.TWICE, None)
            case UnderReview(remarks=remarks):
                return () if remarks.knows(self.fact.notice_no) else self._after_acceptance(state)
            case _:
                return standing(state)

    def _says_what(self) -> bool:
        return bool(self.fact.missing) and all(name.strip() for name in self.fact.missing)

    def _first(self, state: Checking) -> Answer:
        if self.fact.supply_by is not None and self.fact.supply_by <= self.today:
            return Refused(Refusal.CASE_SUPPLY_DATE, {"today": str(self.today)})
        if self.today <= self.due_on:
            events: tuple[Event, ...] = (self.fact,)
            if self.today > self.half_due_on:
                events += (self._violation(NoticeFault.AFTER_HALF, self.half_due_on),)
            return _unless_agent(state, self.fact.handler, events)
        if self.deemed is None:
            return Refused(Refusal.CASE_NOTICE_TOO_LATE, {"due_on": str(self.due_on)})
        late = self._violation(NoticeFault.LATE, self.due_on)
        return _unless_agent(state, self.fact.handler, (self.deemed, late))

    def _after_acceptance(self, state: UnderReview) -> Answer:
        """受理即认材料齐全：期限之内的拒绝，过了期限还发出的记为违规。"""
        if self.today > self.due_on:
            return self._violated(state, NoticeFault.LATE, self.due_on)
        if self.today > self.half_due_on:
            return self._violated(state, NoticeFault.AFTER_HALF, self.half_due_on)
        return standing(state)

    def _violated(
        self, state: AwaitingSupplement | UnderReview, fault: NoticeFault, due_on: date | None
    ) -> Answer:
        return _unless_agent(state, self.fact.handler, (self._violation(fault, due_on),))

    def _violation(self, fault: NoticeFault, due_on: date | None) -> NoticeViolated:
        fact = self.fact
        return NoticeViolated(fault, fact.notice_no, fact.missing, due_on, fact.handler)


@dataclass(frozen=True, slots=True)
class Supplement:
    """补正材料收到。"""

    fact: Supplemented
    at: datetime

    def decide(self, state: State) -> Answer:
        """只收告知过补正的；收到之时不得在将来，也不得早于收件；补齐了的，受理的期限起算。"""
        match state:
            case AwaitingSupplement(received=received):
                fact = self._fact(state)
                if fact in state.supplements:
                    return ()
                if not received.received_at <= fact.received_at <= self.at:
                    return Refused(Refusal.CASE_TIME_IMPOSSIBLE, {"at": self.at.isoformat()})
                return _unless_agent(state, fact.handler, (fact,))
            case _:
                return standing(state)

    def _fact(self, state: AwaitingSupplement) -> Supplemented:
        """The day for acceptance only with what makes it complete, for the first time."""
        same = (
            one
            for one in state.supplements
            if replace(self.fact, accept_due_on=one.accept_due_on) == one
        )
        known = next(same, None)
        if known is not None:
            return known
        names = {material.name for material in self.fact.materials}
        completed = bool(state.lacking) and names.issuperset(state.lacking)
        return self.fact if completed else replace(self.fact, accept_due_on=None)


@dataclass(frozen=True, slots=True)
class Accept:
    """受理。``due_on``: last day for the completeness notice."""

    fact: Accepted
    due_on: date
    today: date
    window_authorised: bool
    missed: tuple[DeadlineMissed, ...] = ()
    gaps: GapsAccepted | None = None  # 容缺受理，见 domain.procedure

    def decide(self, state: State) -> Answer:
        """材料齐全或补正齐全即受理；即办件须事项已授权窗口。"""
        match state:
            case Checking():
                return self._take(state)
            case AwaitingSupplement() if missing := self._missing(state):
                return Refused(Refusal.CASE_SUPPLEMENT_INCOMPLETE, {"missing": "、".join(missing)})
            case AwaitingSupplement():
                return self._take(state)
            case UnderReview(acceptance=known) if known == self.fact:
                return ()
            case _:
                return standing(state)

    def _missing(self, state: AwaitingSupplement) -> tuple[str, ...]:
        gaps = self.gaps.gaps if self.gaps else ()
        return tuple(name for name in state.lacking if name not in gaps)

    def _take(self, state: Checking | AwaitingSupplement) -> Answer:
        if self.fact.kind is CaseKind.ON_THE_SPOT and not self.window_authorised:
            return Refused(Refusal.CASE_NOT_ON_THE_SPOT)
        day = acceptance_day(state, self.due_on, self.today)
        if self.fact.accepted_on != day:
            return Refused(Refusal.CASE_ACCEPTANCE_DAY, {"accepted_on": str(day)})
        gaps = (self.gaps,) if self.gaps else ()
        missed = self.missed if isinstance(state, Checking) else ()  # a notice ended that period
        return _unless_agent(state, self.fact.handler, (*missed, self.fact, *gaps))


@dataclass(frozen=True, slots=True)
class DeemAccepted:
    """视为受理：机器只在第五个工作日过完之后记下法律已经发生的效果。"""

    fact: DeemedAccepted
    due_on: date
    today: date

    def decide(self, state: State) -> Answer:
        """自收到申请材料之日起即为受理（规则 1）。"""
        match state:
            case Checking() if self.today <= self.due_on:
                return Refused(Refusal.CASE_NOT_YET_DUE, {"due_on": str(self.due_on)})
            case Checking(received=received):
                day = beijing_day(received.received_at)
                if self.fact.accepted_on != day:
                    return Refused(Refusal.CASE_ACCEPTANCE_DAY, {"accepted_on": str(day)})
                return (self.fact,)
            case Nothing() | Imported():
                return standing(state)
            case _:  # 已告知、已受理或已决定：无须再推定
                return ()


@dataclass(frozen=True, slots=True)
class Decline:
    """不予受理。"""

    fact: Declined
    due_on: date

    def decide(self, state: State) -> Answer:
        """即时告知；五日已过的即为受理，不得再不予受理。"""
        match state:
            case Checking() | AwaitingSupplement():
                return self._turn_away(state)
            case Concluded(decision=known) if known == self.fact:
                return ()
            case _:
                return standing(state)

    def _turn_away(self, state: Checking | AwaitingSupplement) -> Answer:
        if isinstance(state, Checking) and self.fact.decided_on > self.due_on:
            return Refused(Refusal.CASE_DECLINE_TOO_LATE, {"due_on": str(self.due_on)})
        if not self.fact.explanation.strip():
            return Refused(Refusal.CASE_REASONS_MISSING)
        if self.fact.reason is DeclineReason.NOT_COMPETENT and self.fact.competent_organ is None:
            return Refused(Refusal.CASE_COMPETENT_ORGAN_MISSING)
        return _unless_agent(state, self.fact.handler, (self.fact,))


@dataclass(frozen=True, slots=True)
class Review:
    """审核完毕。"""

    fact: Reviewed

    def decide(self, state: State) -> Answer:
        """审核人与收件、受理的人分开（SD1）。"""
        match state:
            case UnderReview(review=None):
                clash = _clash(state, self.fact.handler)
                return clash or _unless_agent(state, self.fact.handler, (self.fact,))
            case UnderReview(review=known) if known == self.fact:
                return ()
            case UnderReview(review=Reviewed() as known):
                facts = {"handler": known.handler, "opinion": str(known.opinion)}
                return Refused(Refusal.CASE_ALREADY_REVIEWED, facts)
            case _:
                return standing(state)


@dataclass(frozen=True, slots=True)
class Approve:
    """准予许可。``missed``: deadlines that have run out and that no timer has recorded yet."""

    fact: Approved
    window_authorised: bool
    by_window: bool
    missed: tuple[DeadlineMissed, ...] = ()
    survey_needed: bool = False

    def decide(self, state: State) -> Answer:
        """受理、审核、决定分人（SD1）；授权窗口的即办件例外（规则 15）。逾期的决定仍有效。"""
        match state:
            case UnderReview():
                return self._grant(state)
            case Concluded(decision=known) if known == self.fact:
                return ()
            case _:
                return standing(state)

    def _grant(self, state: UnderReview) -> Answer:
        exempt = self.window_authorised and state.acceptance.kind is CaseKind.ON_THE_SPOT
        if self.by_window and not exempt:
            return Refused(Refusal.CASE_WINDOW_NOT_AUTHORISED)
        if self.fact.decided_on < beijing_day(state.received.received_at):
            return before_receipt(state)
        last = self.fact.valid_to or self.fact.valid_from
        if not self.fact.decided_on <= self.fact.valid_from <= last:
            return Refused(Refusal.LICENCE_VALIDITY, {"decided_on": str(self.fact.decided_on)})
        if self.survey_needed and not state.remarks.surveys:
            return Refused(Refusal.CASE_NOT_SURVEYED)
        barrier = impediment(state) or (None if exempt else _not_ready(state, self.fact.handler))
        if barrier is not None:
            return barrier
        return _unless_agent(state, self.fact.handler, (*self.missed, self.fact))


@dataclass(frozen=True, slots=True)
class Reject:
    """不予许可。``missed`` as for :class:`Approve`."""

    fact: Rejected
    missed: tuple[DeadlineMissed, ...] = ()

    def decide(self, state: State) -> Answer:
        """须说明理由并告知复议、诉讼的权利（许可法 38 条二款）；分人办理。"""
        match state:
            case UnderReview() if not (self.fact.reasons.strip() and self.fact.remedies.strip()):
                return Refused(Refusal.CASE_REASONS_MISSING)
            case UnderReview() if self.fact.decided_on < beijing_day(state.received.received_at):
                return before_receipt(state)
            case UnderReview():
                barrier = stopped(state) or _not_ready(state, self.fact.handler)
                facts = (*self.missed, self.fact)
                return barrier or _unless_agent(state, self.fact.handler, facts)
            case Concluded(decision=known) if known == self.fact:
                return ()
            case _:
                return standing(state)


@dataclass(frozen=True, slots=True)
class Deliver:
    """送达。``missed`` as for :class:`Approve`."""

    fact: Delivered
    missed: tuple[DeadlineMissed, ...] = ()

    def decide(self, state: State) -> Answer:
        """有决定才有送达，一次。"""
        match state:
            case Concluded(delivery=None):
                return _unless_agent(state, self.fact.handler, (*self.missed, self.fact))
            case Concluded(delivery=known) if known == self.fact:
                return ()
            case Concluded(delivery=Delivered() as known):
                facts = {"document_no": known.document_no, "handler": known.handler}
                return Refused(Refusal.CASE_ALREADY_DELIVERED, facts)
            case _:
                return standing(state)


@dataclass(frozen=True, slots=True)
class MarkMissed:
    """记下期限已过。``deemed``: 事项明示选用超时默认的，承诺时限一过即视为准予。"""

    fact: DeadlineMissed
    today: date
    deemed: DeemedApproved | None = None

    def decide(self, state: State) -> Answer:
        """期限届满之日过完才算逾期；已经了结的、已记的无事可办。"""
        match state:
            case Nothing() | Imported():
                return standing(state)
            case _ if running(state, self.fact.deadline) is None:
                return ()
            case _ if self.today <= self.fact.due_on:
                return Refused(Refusal.CASE_NOT_YET_DUE, {"due_on": str(self.fact.due_on)})
            case UnderReview() if self.deemed is not None and self._ripe(state):
                return (self.fact, self.deemed)
            case _:
                return (self.fact,)

    def _ripe(self, state: UnderReview) -> bool:
        promised = self.fact.deadline is DeadlineKind.PROMISED_DECISION
        return promised and impediment(state) is None


# What every record of one imported case must say alike.
_ALIKE: Final = (
    "item_code",
    "item_name",
    "organ",
    "department",
    "channel",
    "team",
    "responsible",
    "started_at",
    "due_at",
    "planned_end_at",
    "ended_at",
)


@dataclass(frozen=True, slots=True)
class ImportStep:
    """导入历史办件的一步；``case`` 是同一条记录里办件本身的各项。"""

    case: CaseImported
    step: StepImported

    def decide(self, state: State) -> Answer:
        """第一步连同办件一起记；已有的不再记；同一办件各记录须说法一致。"""
        match state:
            case Nothing():
                return (self.case, self.step)
            case Imported(case=known, taken=taken):
                if self.step.origin in taken:
                    return ()
                wrong = taken.differs(self.step.origin) or contradicts(known, self.case, _ALIKE)
                return wrong or (self.step,)
            case _:
                return Refused(Refusal.IMPORT_TAKEN, {"record": self.step.origin.record})


Command: TypeAlias = (
    ImportStep
    | Receive
    | RequestSupplement
    | Supplement
    | Accept
    | DeemAccepted
    | Decline
    | Review
    | Approve
    | Reject
    | Deliver
    | MarkMissed
)


def _unless_agent(
    state: Open | Concluded,
    handler: PersonId,
    events: tuple[Event, ...],
) -> Answer:
    """代办人与经办人不得是同一人（SD12）。"""
    if state.received.agent == handler:
        return Refused(Refusal.DUTY_AGENT, {"person": handler})
    return events


def _clash(state: UnderReview, handler: PersonId, *also: PersonId) -> Refused | None:
    if handler in {state.received.handler, state.acceptor, *also}:
        return Refused(Refusal.DUTY_SAME_PERSON, {"person": handler})
    return None


def _not_ready(state: UnderReview, handler: PersonId) -> Refused | None:
    """还不能决定：承诺件未审核，或决定人经手过前面的环节。"""
    if state.review is None:
        if state.acceptance.kind is CaseKind.PLEDGED_TIME:
            return Refused(Refusal.CASE_NOT_REVIEWED)
        return _clash(state, handler)
    return _clash(state, handler, state.review.handler)


# -- evolve, decide


def evolve(state: State, event: Event) -> State:
    """一件事发生之后的办件，连同经了手的人。Raises ImpossibleHistory."""
    after = state.after(event)
    if isinstance(after, Nothing | Imported):
        return after
    return replace(after, remarks=after.remarks.touched(event))


def decide(state: State, command: Command) -> Answer:
    """该不该办：应记的事件，或依法不予办理。"""
    return command.decide(state)


AGGREGATE: Final = Aggregate[State]("case", Nothing(), evolve)
