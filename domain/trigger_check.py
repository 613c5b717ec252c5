"""有因检查（check）：投诉举报、转办交办、数据监测、承诺核查、专项检查；不占、也不靠随机抽查的名额。

Another type than the drawn task: a department opens it on a ground with evidence, its head approves it
(an urgent one afterwards), two certified people who took no part go there, another one reviews.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar, Final, TypeAlias

from domain.code_set import CodeKind, CodeSetPublished
from domain.decider import Aggregate, Answer, Event, ImpossibleHistory, Refused
from domain.refusals import Refusal
from domain.terms import CommitmentId, Evidence, LicenceNo, Organ, PersonId, Sha256, SubjectId


class CheckTrigger(StrEnum):
    """因何检查。"""

    COMPLAINT = "COMPLAINT"  # 投诉举报
    TRANSFER = "TRANSFER"  # 转办交办
    DATA_ALERT = "DATA_ALERT"  # 数据监测
    COMMITMENT = "COMMITMENT"  # 承诺核查
    SPECIAL = "SPECIAL"  # 专项检查


# -- events


@dataclass(frozen=True, slots=True)
class CheckOpened(Event):
    """有因检查立项。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2024-54", "yhyshj:54")
    department: Organ
    subject: SubjectId
    trigger: CheckTrigger
    source: str  # 来源的编号：投诉、转办单、监测预警、专项方案
    ground: str  # 线索与要查什么，不写个人信息
    provisions: str  # 检查的法律依据
    evidence: tuple[Evidence, ...]
    licence_no: LicenceNo | None
    commitment_id: CommitmentId | None
    due_on: date
    approve_by: date | None  # 紧急的先查后批，至迟何日补批；空：批准之后才检查
    handler: PersonId | None  # 空：随时抽查抽中的，由机器立项


@dataclass(frozen=True, slots=True)
class CheckApproved(Event):
    """批准检查。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2024-54",)
    approval_no: str
    handler: PersonId


@dataclass(frozen=True, slots=True)
class CheckRefused(Event):
    """不批准检查；已经查了的，结果不作数。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2024-54",)
    reason: str
    handler: PersonId


@dataclass(frozen=True, slots=True)
class InspectorsSent(Event):
    """指派检查人员；换人的再记一次。"""

    BASIS: ClassVar[tuple[str, ...]] = ("cff:42", "gbf2024-54")
    inspectors: tuple[PersonId, ...]
    handler: PersonId


@dataclass(frozen=True, slots=True)
class CheckDone(Event):
    """有因检查的结果。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:61.2", "cff:55")
    performed_at: datetime
    code_set: str
    set_codes: tuple[str, ...]
    kinds: tuple[CodeKind, ...]
    signatures: tuple[PersonId, ...]
    evidence: tuple[Evidence, ...]
    report_sha256: Sha256


@dataclass(frozen=True, slots=True)
class CheckReviewed(Event):
    """有因检查的复核。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2015-58",)
    agreed: bool
    explanation: str
    handler: PersonId


CheckEvent: TypeAlias = (
    CheckOpened | CheckApproved | CheckRefused | InspectorsSent | CheckDone | CheckReviewed
)


# -- limits


TEAM: Final = 2  # 检查人员不少于两人（处罚法 42 条）
APPROVE_DAYS: Final = 2  # 紧急的先查后批：两个工作日之内补批


# -- state


@dataclass(frozen=True, slots=True)
class Nothing:
    """没有这项检查。"""


@dataclass(frozen=True, slots=True)
class Check:
    """一项有因检查；批准、指派、结果、复核，有了哪几样就走到了哪一步。"""

    opened: CheckOpened
    approval: CheckApproved | CheckRefused | None = None
    team: tuple[PersonId, ...] = ()
    done: CheckDone | None = None
    review: CheckReviewed | None = None

    @property
    def approved(self) -> bool:
        """负责人批准了。"""
        return isinstance(self.approval, CheckApproved)

    @property
    def agreed(self) -> bool:
        """复核同意，结果成立。"""
        return self.review is not None and self.review.agreed


State: TypeAlias = Nothing | Check


def _running(state: State) -> Check | Refused:
    """没有立项、不批准的办不了。"""
    if isinstance(state, Nothing):
        return Refused(Refusal.CHECK_NOT_FOUND)
    if isinstance(state.approval, CheckRefused):
        return Refused(Refusal.CHECK_REFUSED, {"handler": state.approval.handler})
    return state


# -- commands


@dataclass(frozen=True, slots=True)
class Open:
    """立项。``today`` 是北京时间的日子。"""

    fact: CheckOpened
    today: date

    def decide(self, state: State) -> Answer:
        """须有线索、证据与法律依据；没有依据的不得检查。"""
        if isinstance(state, Check):
            return () if state.opened == self.fact else Refused(Refusal.CHECK_EXISTS)
        if not self.fact.ground.strip() or not self.fact.source.strip() or not self.fact.evidence:
            return Refused(Refusal.CHECK_NO_GROUND)
        if not self.fact.provisions.strip():
            return Refused(Refusal.CHECK_NO_PROVISIONS)
        if self.fact.due_on < self.today:
            return Refused(Refusal.CHECK_DUE, {"due_on": str(self.fact.due_on)})
        return (self.fact,)


@dataclass(frozen=True, slots=True)
class Approve:
    """负责人批准，或者不批准。"""

    fact: CheckApproved | CheckRefused

    def decide(self, state: State) -> Answer:
        """批准的人不是立项的、也不是检查的；不批准的写明理由。"""
        if isinstance(state, Nothing):
            return Refused(Refusal.CHECK_NOT_FOUND)
        if state.approval is not None:
            facts = {"handler": str(state.approval.handler)}
            return () if state.approval == self.fact else Refused(Refusal.CHECK_DECIDED, facts)
        if self.fact.handler in (state.opened.handler, *state.team):
            return Refused(Refusal.DUTY_SAME_PERSON, {"person": self.fact.handler})
        told = self.fact.reason if isinstance(self.fact, CheckRefused) else self.fact.approval_no
        if not told.strip():
            return Refused(Refusal.CHECK_NO_REASON)
        return (self.fact,)


@dataclass(frozen=True, slots=True)
class Send:
    """指派。``unfit``：今日不在本部门名录、证件无效的；``involved``：经手过所涉办件的（SD5）。"""

    fact: InspectorsSent
    unfit: tuple[PersonId, ...]
    involved: tuple[PersonId, ...]

    def decide(self, state: State) -> Answer:
        """至少两人，持证、在本部门，没有经手；批准之后指派，紧急的可以先派。"""
        known = _running(state)
        if isinstance(known, Refused):
            return known
        if not known.approved and known.opened.approve_by is None:
            return Refused(Refusal.CHECK_AWAITS_APPROVAL)
        if self.fact.inspectors == known.team:
            return ()
        if known.done is not None:
            return Refused(Refusal.CHECK_ALREADY_DONE)
        return self._fault(known) or (self.fact,)

    def _fault(self, known: Check) -> Refused | None:
        people = self.fact.inspectors
        if len(people) < TEAM or len(set(people)) != len(people):
            return Refused(Refusal.CHECK_TWO)
        if self.unfit:
            return Refused(Refusal.TASK_CERTIFICATE, {"persons": "、".join(self.unfit)})
        approver = known.approval.handler if known.approval else None
        if recused := [one for one in people if one in self.involved or one == approver]:
            return Refused(Refusal.CHECK_RECUSED, {"persons": "、".join(recused)})
        return None


@dataclass(frozen=True, slots=True)
class Record:
    """录入结果。``codes`` 是所用的代码集，没有公布过的为空；``uncertified`` 是检查之日证件无效的。"""

    fact: CheckDone
    codes: CodeSetPublished | None
    person: PersonId
    uncertified: tuple[PersonId, ...]
    at: datetime

    def decide(self, state: State) -> Answer:
        """指派的人检查、全体签名、当日持证；结果代码依代码集（规则 24）。"""
        known = _running(state)
        if isinstance(known, Refused):
            return known
        if known.done is not None and (known.review is None or known.agreed):
            same = known.done == self.fact
            return () if same else Refused(Refusal.CHECK_ALREADY_DONE)
        if self.person not in known.team:
            return Refused(Refusal.TASK_NOT_ASSIGNED, {"person": self.person})
        return self._fault(known.team) or (self.fact,)

    def _fault(self, team: Sequence[PersonId]) -> Refused | None:
        fact = self.fact
        if sorted(fact.signatures) != sorted(team):
            return Refused(Refusal.TASK_SIGNATURES, {"inspectors": "、".join(team)})
        if self.uncertified:
            return Refused(Refusal.TASK_CERTIFICATE, {"persons": "、".join(self.uncertified)})
        if fact.performed_at > self.at:
            return Refused(Refusal.TASK_TIME, {"performed_at": fact.performed_at.isoformat()})
        if self.codes is None or not self.codes.sound(fact.set_codes):
            return Refused(Refusal.TASK_CODES, {"codes": "、".join(fact.set_codes)})
        return None


@dataclass(frozen=True, slots=True)
class Review:
    """复核结果。"""

    fact: CheckReviewed

    def decide(self, state: State) -> Answer:
        """复核人不是检查人（SD6）；紧急的补批之后才成立；退回的写明理由。"""
        known = _running(state)
        if isinstance(known, Refused):
            return known
        if known.done is None:
            return Refused(Refusal.TASK_NOT_INSPECTED)
        if known.review is not None:
            same = known.review == self.fact
            return () if same else Refused(Refusal.TASK_REVIEWED, {"handler": known.review.handler})
        return self._fault(known) or (self.fact,)

    def _fault(self, known: Check) -> Refused | None:
        if self.fact.handler in known.team:
            return Refused(Refusal.DUTY_SAME_PERSON, {"person": self.fact.handler})
        if not known.approved:
            return Refused(Refusal.CHECK_AWAITS_APPROVAL)
        if not self.fact.agreed and not self.fact.explanation.strip():
            return Refused(Refusal.TASK_NO_REASON)
        return None


Command: TypeAlias = Open | Approve | Send | Record | Review


# -- evolve, decide


def evolve(state: State, event: Event) -> State:
    """一件事发生之后的检查。Raises ImpossibleHistory."""
    match state, event:
        case Nothing(), CheckOpened():
            return Check(event)
        case Check(approval=None), CheckApproved() | CheckRefused():
            return replace(state, approval=event)
        case Check(done=None), InspectorsSent() if not isinstance(state.approval, CheckRefused):
            return replace(state, team=event.inspectors)
        case Check(done=None, team=(_, *_)), CheckDone():
            return replace(state, done=event)
        case Check(review=CheckReviewed(agreed=False)), CheckDone():
            return replace(state, done=event, review=None)
        case Check(done=CheckDone(), review=None), CheckReviewed():
            return replace(state, review=event)
        case _:
            raise ImpossibleHistory(f"{type(event).__name__} after {state}")


def decide(state: State, command: Command) -> Answer:
    """依检查的现状决定。"""
    return command.decide(state)


AGGREGATE: Final = Aggregate[State]("check", Nothing(), evolve)
