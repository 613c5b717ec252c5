"""后续措施（measure）：承诺落空之后，办法要求记入信用、移送处罚的，各是一件待办，由人办结（机制 23）。"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar, Final, TypeAlias, assert_never

from domain.commitment import BreachGround
from domain.decider import Aggregate, Answer, Event, ImpossibleHistory, Refused
from domain.refusals import Refusal
from domain.terms import CaseNo, CommitmentId, Organ, PersonId, SubjectId

# 法律没有定移送与记入的日数：以双公示的七个工作日催办，过期只亮灯，不生法律效果。
MEASURE_DAYS: Final = 7


class MeasureKind(StrEnum):
    """办法要求的措施（Table C-policy）。"""

    CREDIT = "CREDIT"  # 记入信用记录
    PENALTY = "PENALTY"  # 移送监管部门处罚


# -- events


@dataclass(frozen=True, slots=True)
class Opened(Event):
    """措施待办。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2020-42",)
    kind: MeasureKind
    commitment_id: CommitmentId
    case_no: CaseNo
    subject: SubjectId
    ground: BreachGround
    organs: tuple[Organ, ...]  # 由其中之一办理
    since: int  # 因承诺案卷的第几件事
    due_on: date


@dataclass(frozen=True, slots=True)
class Closed(Event):
    """措施办结：办了，或者依法不办，说明理由。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2020-42",)
    taken: bool
    document_no: str
    reasons: str
    handler: PersonId


MeasureEvent: TypeAlias = Opened | Closed


# -- state


@dataclass(frozen=True, slots=True)
class Nothing:
    """没有待办的措施。"""

    def after(self, event: Event) -> "State":
        """待办。"""
        match event:
            case Opened():
                return Open(event)
            case _:
                raise ImpossibleHistory(f"{event} before it was opened")


@dataclass(frozen=True, slots=True)
class Open:
    """待办。"""

    opened: Opened

    def after(self, event: Event) -> "State":
        """办结。"""
        match event:
            case Closed():
                return Done(self.opened, event)
            case _:
                raise ImpossibleHistory(f"{event} after {self}")


@dataclass(frozen=True, slots=True)
class Done:
    """已办结；承诺再次落空的，再有一次。"""

    opened: Opened
    closed: Closed

    def after(self, event: Event) -> "State":
        """后来又有一次。"""
        match event:
            case Opened(since=since) if since > self.opened.since:
                return Open(event)
            case _:
                raise ImpossibleHistory(f"{event} after {self}")


State: TypeAlias = Nothing | Open | Done


# -- commands


@dataclass(frozen=True, slots=True)
class OpenTask:
    """待办。"""

    fact: Opened

    def decide(self, state: State) -> Answer:
        """同一次落空的同一措施只立一次；前一次还没有办结的，并为一件。"""
        match state:
            case Nothing():
                return (self.fact,)
            case Done(opened=known) if self.fact.since > known.since:
                return (self.fact,)
            case Open() | Done():
                return ()
            case never:
                assert_never(never)


@dataclass(frozen=True, slots=True)
class Close:
    """办结。"""

    fact: Closed

    def decide(self, state: State) -> Answer:
        """写明文号；依法不办的说明理由。"""
        match state:
            case Open() if not self.fact.document_no.strip():
                return Refused(Refusal.MEASURE_REASONS)
            case Open() if not (self.fact.taken or self.fact.reasons.strip()):
                return Refused(Refusal.MEASURE_REASONS)
            case Open():
                return (self.fact,)
            case Done(closed=known):
                facts = {"document_no": known.document_no, "handler": str(known.handler)}
                return () if known == self.fact else Refused(Refusal.MEASURE_CLOSED, facts)
            case Nothing():
                return Refused(Refusal.MEASURE_NOT_FOUND)
            case never:
                assert_never(never)


Command: TypeAlias = OpenTask | Close


# -- evolve, decide


def evolve(state: State, event: Event) -> State:
    """一件事发生之后的措施。Raises ImpossibleHistory."""
    return state.after(event)


def decide(state: State, command: Command) -> Answer:
    """该不该记。"""
    return command.decide(state)


def measure_id(commitment_id: CommitmentId, kind: MeasureKind) -> str:
    """一份承诺的一种措施一份案卷。"""
    return f"{commitment_id}.{kind.lower()}"


AGGREGATE: Final = Aggregate[State]("measure", Nothing(), evolve)
