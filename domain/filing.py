"""自审报备（filing）：只查形式、直接报备通过，事后监管。"""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final, TypeAlias, assert_never

from domain.decider import Aggregate, Answer, Event, ImpossibleHistory, Refused
from domain.refusals import Refusal
from domain.terms import ItemCode, PersonId, Sha256, SubjectId


class CancelReason(StrEnum):
    """撤销备案的原因。"""

    REPORT_INVALID = "REPORT_INVALID"  # 合格报告被认定无效
    OWNER_CONSENT = "OWNER_CONSENT"  # 业主同意注销重赋码


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


FilingEvent: TypeAlias = Submitted | Returned | Filed | Cancelled


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

    def after(self, event: Event) -> "State":
        """退回补齐或报备通过。"""
        match event:
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
    """报备已通过。"""

    submitted: Submitted
    filed: Filed

    def after(self, event: Event) -> "State":
        """撤销备案。"""
        match event:
            case Cancelled():
                return Struck(self.submitted, event)
            case _:
                raise ImpossibleHistory(f"{event} after {self}")


@dataclass(frozen=True, slots=True)
class Struck:
    """备案已撤销。"""

    submitted: Submitted
    cancelled: Cancelled

    def after(self, event: Event) -> "State":
        """撤销之后再无备案上的事。"""
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
        case Struck(cancelled=cancelled):
            facts = {"reason": str(cancelled.reason), "handler": cancelled.handler}
            return Refused(Refusal.FILING_CANCELLED, facts)
        case never:
            assert_never(never)


# -- commands


@dataclass(frozen=True, slots=True)
class Submit:
    """提交报备。``listed``: the item is on the list of items that are only filed."""

    fact: Submitted
    listed: bool

    def decide(self, state: State) -> Answer:
        """只有报备制清单上的事项可以报备；补齐后同一人同一事项可再次提交。"""
        match state:
            case Nothing() if not self.listed:
                return Refused(Refusal.FILING_NOT_LISTED, {"item_code": self.fact.item_code})
            case Nothing():
                return (self.fact,)
            case SentBack(submitted=known) if (known.filer, known.item_code) == (
                self.fact.filer,
                self.fact.item_code,
            ):
                return (self.fact,)
            case Lodged(submitted=known) if known == self.fact:
                return ()
            case _:
                return standing(state)


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
        """只撤已通过的备案，须说明理由。"""
        match state:
            case OnFile() if not self.fact.explanation.strip():
                return Refused(Refusal.CASE_REASONS_MISSING)
            case OnFile():
                return (self.fact,)
            case Struck(cancelled=known) if known == self.fact:
                return ()
            case _:
                return standing(state)


Command: TypeAlias = Submit | Return | Pass | Cancel


# -- evolve, decide


def evolve(state: State, event: Event) -> State:
    """一件事发生之后的报备。Raises ImpossibleHistory."""
    return state.after(event)


def decide(state: State, command: Command) -> Answer:
    """该不该办：应记的事件，或依法不予办理。"""
    return command.decide(state)


AGGREGATE: Final = Aggregate[State]("filing", Nothing(), evolve)
