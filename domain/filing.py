"""自审报备（filing）：只查形式、直接报备通过，事后监管；报告被疑、无效，撤回重赋码，开工。"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import ClassVar, Final, TypeAlias, assert_never

from domain.decider import Aggregate, Answer, Event, ImpossibleHistory, Refused
from domain.refusals import Refusal
from domain.terms import CaseNo, Evidence, ItemCode, PersonId, Sha256, SubjectId


class CancelReason(StrEnum):
    """撤销备案的原因。"""

    REPORT_INVALID = "REPORT_INVALID"  # 合格报告被认定无效
    OWNER_CONSENT = "OWNER_CONSENT"  # 业主同意注销重赋码


class ProjectTrait(StrEnum):
    """不适用自审报备的项目（泉台管办〔2021〕47号）。"""

    SAFETY = "SAFETY"  # 安全要求高
    TECHNICAL = "TECHNICAL"  # 技术等级要求高
    RESTRICTED = "RESTRICTED"  # 限制类
    SENSITIVE = "SENSITIVE"  # 敏感类


# -- events


@dataclass(frozen=True, slots=True)
class Submitted(Event):
    """报备提交。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:5",)
    item_code: ItemCode
    item_version: int
    filer: SubjectId
    intermediary: str
    report_sha256: Sha256
    promise_sha256: Sha256


@dataclass(frozen=True, slots=True)
class Returned(Event):
    """形式不齐，一次告知。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:5",)
    missing: tuple[str, ...]
    handler: PersonId


@dataclass(frozen=True, slots=True)
class Filed(Event):
    """报备通过。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:5", "yhyshj:39")
    handler: PersonId


@dataclass(frozen=True, slots=True)
class Cancelled(Event):
    """撤销备案。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:5",)
    reason: CancelReason
    explanation: str
    handler: PersonId


@dataclass(frozen=True, slots=True)
class Screened(Event):
    """报备核对：项目不在除外之列，中介在报告之日有资质。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:5", "yhyshj:43")
    project: str  # 项目代码或名称
    reported_on: date
    certificate_no: str
    qualified_until: date
    replaces: CaseNo | None  # 注销重赋码的，原备案编号


@dataclass(frozen=True, slots=True)
class Withdrawn(Event):
    """经业主同意撤回备案，重新赋码。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:5",)
    consent_sha256: Sha256
    explanation: str
    successor: CaseNo | None  # 重新赋码后的备案编号
    handler: PersonId


@dataclass(frozen=True, slots=True)
class Tracked(Event):
    """备案转入工程审批系统。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:sglh",)
    project_code: str
    handler: PersonId


@dataclass(frozen=True, slots=True)
class Completed(Event):
    """开工。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:sglh",)
    started_on: date
    handler: PersonId


@dataclass(frozen=True, slots=True)
class ReportChallenged(Event):
    """合格报告存疑。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:5",)
    intermediary: str
    evidence: tuple[Evidence, ...]
    challenger: PersonId | None  # 空：机器因同一中介的别的事提出


@dataclass(frozen=True, slots=True)
class ReportInvalidated(Event):
    """合格报告无效。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:5",)
    intermediary: str
    explanation: str
    handler: PersonId


@dataclass(frozen=True, slots=True)
class ReportUpheld(Event):
    """合格报告成立。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:5",)
    intermediary: str
    explanation: str
    handler: PersonId


FilingEvent: TypeAlias = (
    Submitted
    | Screened
    | Returned
    | Filed
    | Cancelled
    | Withdrawn
    | Tracked
    | Completed
    | ReportChallenged
    | ReportInvalidated
    | ReportUpheld
)


# -- state


@dataclass(frozen=True, slots=True)
class Nothing:
    """尚无报备。"""

    def after(self, event: Event) -> "State":
        """提交报备。"""
        match event:
            case Submitted():
                return Lodged(event)
            case _:
                raise ImpossibleHistory(f"{event} before the submission")


@dataclass(frozen=True, slots=True)
class Lodged:
    """已提交，待形式核对；``returned`` 为先前的一次告知。"""

    submitted: Submitted
    returned: Returned | None = None
    screened: Screened | None = None

    def after(self, event: Event) -> "State":
        """核对、退回补齐或报备通过。"""
        match event:
            case Screened() if self.screened is None:
                return replace(self, screened=event)
            case Returned():
                return SentBack(self.submitted, event)
            case Filed():
                return OnFile(self.submitted, event)
            case _:
                raise ImpossibleHistory(f"{event} after {self}")


@dataclass(frozen=True, slots=True)
class SentBack:
    """形式不齐，已一次告知，等候补齐。"""

    submitted: Submitted
    returned: Returned

    def after(self, event: Event) -> "State":
        """补齐后再次提交。"""
        match event:
            case Submitted():
                return Lodged(event, self.returned)
            case _:
                raise ImpossibleHistory(f"{event} after {self}")


@dataclass(frozen=True, slots=True)
class OnFile:
    """报备已通过；``challenged`` 之后 ``judged`` 为空的，报告待认定。"""

    submitted: Submitted
    filed: Filed
    challenged: ReportChallenged | None = None
    judged: ReportInvalidated | ReportUpheld | None = None
    tracked: Tracked | None = None
    completed: Completed | None = None

    @property
    def in_doubt(self) -> bool:
        """报告存疑，待认定。"""
        return self.challenged is not None and self.judged is None

    def after(self, event: Event) -> "State":
        """存疑与认定、转入工程审批系统、开工；撤销或撤回。"""
        match event:
            case Cancelled() | Withdrawn():
                return Struck(self.submitted, event)
            case Tracked() if self.tracked is None:
                return replace(self, tracked=event)
            case Completed() if self.completed is None:
                return replace(self, completed=event)
            case _:
                return self._on_report(event)

    def _on_report(self, event: Event) -> "State":
        match event:
            case ReportChallenged() if not isinstance(self.judged, ReportInvalidated):
                return replace(self, challenged=event, judged=None)
            case ReportInvalidated() | ReportUpheld() if self.in_doubt:
                return replace(self, judged=event)
            case _:
                raise ImpossibleHistory(f"{event} after {self}")


@dataclass(frozen=True, slots=True)
class Struck:
    """备案已撤销或撤回。"""

    submitted: Submitted
    by: Cancelled | Withdrawn

    def after(self, event: Event) -> "State":
        """此后再无备案上的事。"""
        raise ImpossibleHistory(f"{event} after {self}")


State: TypeAlias = Nothing | Lodged | SentBack | OnFile | Struck


def standing(state: State) -> Refused:
    """报备现在到了哪一步、由谁办到这一步。"""
    match state:
        case Nothing():
            return Refused(Refusal.FILING_NOT_FOUND)
        case Lodged(submitted=known):
            return Refused(Refusal.FILING_LODGED, {"filer": known.filer})
        case SentBack(returned=returned):
            facts = {"missing": "、".join(returned.missing), "handler": returned.handler}
            return Refused(Refusal.FILING_SENT_BACK, facts)
        case OnFile(filed=filed):
            return Refused(Refusal.FILING_ON_FILE, {"handler": filed.handler})
        case Struck(by=end):
            return _struck(end)
        case never:
            assert_never(never)


def _struck(end: Cancelled | Withdrawn) -> Refused:
    if isinstance(end, Cancelled):
        facts = {"reason": str(end.reason), "handler": end.handler}
        return Refused(Refusal.FILING_CANCELLED, facts)
    return Refused(Refusal.FILING_WITHDRAWN, {"handler": end.handler})


# -- commands


@dataclass(frozen=True, slots=True)
class Submit:
    """提交报备。

    ``listed``: the item is on the list of items that are only filed. ``traits``: what the filer
    declares of the project. ``screened`` is a refusal where the intermediary is not qualified.
    """

    fact: Submitted
    listed: bool
    traits: tuple[ProjectTrait, ...]
    screened: Screened | Refused

    def decide(self, state: State) -> Answer:
        """只收报备制清单上的事项、不在除外之列的项目；补齐后同一人同一事项可再次提交。"""
        match state:
            case Nothing() if not self.listed:
                return Refused(Refusal.FILING_NOT_LISTED, {"item_code": self.fact.item_code})
            case Nothing():
                return self._take()
            case SentBack(submitted=known) if (known.filer, known.item_code) == (
                self.fact.filer,
                self.fact.item_code,
            ):
                return self._take()
            case Lodged(submitted=known) if known == self.fact:
                return ()
            case _:
                return standing(state)

    def _take(self) -> Answer:
        if self.traits:
            return Refused(Refusal.FILING_EXCLUDED, {"traits": "、".join(self.traits)})
        if isinstance(self.screened, Refused):
            return self.screened
        return (self.fact, self.screened)


@dataclass(frozen=True, slots=True)
class Return:
    """一次告知形式不齐。"""

    fact: Returned

    def decide(self, state: State) -> Answer:
        """写明缺什么，只此一次；没有因实质内容的退回。"""
        match state:
            case Lodged() if not self.fact.missing:
                return Refused(Refusal.CASE_NOTICE_EMPTY)
            case Lodged(returned=None):
                return (self.fact,)
            case Lodged(returned=Returned() as known):
                return Refused(Refusal.FILING_RETURNED_ONCE, {"handler": known.handler})
            case SentBack(returned=known) if known == self.fact:
                return ()
            case _:
                return standing(state)


@dataclass(frozen=True, slots=True)
class Pass:
    """报备通过。"""

    fact: Filed

    def decide(self, state: State) -> Answer:
        """形式齐全即通过，不作实质审查（优化营商环境条例 39 条）。"""
        match state:
            case Lodged():
                return (self.fact,)
            case OnFile(filed=known) if known == self.fact:
                return ()
            case _:
                return standing(state)


@dataclass(frozen=True, slots=True)
class Cancel:
    """撤销备案。"""

    fact: Cancelled

    def decide(self, state: State) -> Answer:
        """只撤已通过的备案，须说明理由；以报告无效撤的，须已认定无效。"""
        match state:
            case OnFile() if not self.fact.explanation.strip():
                return Refused(Refusal.CASE_REASONS_MISSING)
            case OnFile(judged=judged) if (
                self.fact.reason is CancelReason.REPORT_INVALID
                and not isinstance(judged, ReportInvalidated)
            ):
                return Refused(Refusal.FILING_REPORT_STANDS)
            case OnFile():
                return (self.fact,)
            case Struck(by=known) if known == self.fact:
                return ()
            case _:
                return standing(state)


@dataclass(frozen=True, slots=True)
class Withdraw:
    """经业主同意撤回备案。"""

    fact: Withdrawn

    def decide(self, state: State) -> Answer:
        """只撤已通过的备案，须说明理由；已开工的不再重赋码。"""
        match state:
            case OnFile() if not self.fact.explanation.strip():
                return Refused(Refusal.CASE_REASONS_MISSING)
            case OnFile(completed=Completed(started_on=day)):
                return Refused(Refusal.FILING_COMPLETED, {"on": str(day)})
            case OnFile():
                return (self.fact,)
            case Struck(by=known) if known == self.fact:
                return ()
            case _:
                return standing(state)


@dataclass(frozen=True, slots=True)
class Follow:
    """转入工程审批系统，或者开工。``today`` is Beijing's."""

    fact: Tracked | Completed
    today: date

    def decide(self, state: State) -> Answer:
        """报备通过之后，各记一次；开工之日不在将来。"""
        match state:
            case OnFile(tracked=tracked, completed=completed):
                known = tracked if isinstance(self.fact, Tracked) else completed
                return self._follow(known)
            case _:
                return standing(state)

    def _follow(self, known: Tracked | Completed | None) -> Answer:
        match known:
            case None if isinstance(self.fact, Completed) and self.fact.started_on > self.today:
                return Refused(Refusal.FILING_NOT_STARTED, {"on": str(self.fact.started_on)})
            case None:
                return (self.fact,)
            case _ if known == self.fact:
                return ()
            case Tracked(project_code=code):
                return Refused(Refusal.FILING_TRACKED, {"project_code": code})
            case Completed(started_on=day):
                return Refused(Refusal.FILING_COMPLETED, {"on": str(day)})
            case never:
                assert_never(never)


@dataclass(frozen=True, slots=True)
class Challenge:
    """对合格报告提出疑问。"""

    fact: ReportChallenged

    def decide(self, state: State) -> Answer:
        """报备通过之后，附证据；已存疑、已认定无效的不重复；认定成立的，机器不因旧事再疑。"""
        match state:
            case OnFile() if not self.fact.evidence:
                return Refused(Refusal.COMMITMENT_NO_EVIDENCE)
            case OnFile(judged=ReportInvalidated()):
                return ()
            case OnFile() if state.in_doubt:
                return ()
            case OnFile(challenged=known) if known == self.fact:
                return ()
            case OnFile():
                return (self.fact,)
            case _:
                return standing(state)


@dataclass(frozen=True, slots=True)
class JudgeReport:
    """认定报告无效或者成立。"""

    fact: ReportInvalidated | ReportUpheld

    def decide(self, state: State) -> Answer:
        """由没有提出疑问的人认定（SD6），说明理由。"""
        match state:
            case OnFile(judged=known) if known == self.fact:
                return ()
            case OnFile(challenged=ReportChallenged(challenger=who)) if state.in_doubt:
                if who == self.fact.handler:
                    return Refused(Refusal.DUTY_SAME_PERSON, {"person": self.fact.handler})
                if not self.fact.explanation.strip():
                    return Refused(Refusal.CASE_REASONS_MISSING)
                return (self.fact,)
            case OnFile():
                return Refused(Refusal.FILING_NOT_CHALLENGED)
            case _:
                return standing(state)


Command: TypeAlias = Submit | Return | Pass | Cancel | Withdraw | Follow | Challenge | JudgeReport


# -- evolve, decide


def evolve(state: State, event: Event) -> State:
    """一件事发生之后的报备。Raises ImpossibleHistory."""
    return state.after(event)


def decide(state: State, command: Command) -> Answer:
    """该不该办：应记的事件，或依法不予办理。"""
    return command.decide(state)


AGGREGATE: Final = Aggregate[State]("filing", Nothing(), evolve)
