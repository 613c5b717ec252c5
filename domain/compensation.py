"""补偿与赔偿（compensation）：撤回要补偿，机关有过错的撤销要赔偿；因骗取而撤销的没有。"""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final, TypeAlias, assert_never

from domain.approval import RevocationGround
from domain.decider import Aggregate, Answer, Event, ImpossibleHistory, Refused
from domain.refusals import Refusal
from domain.terms import CaseNo, LicenceNo, Organ, PersonId, SubjectId


class CompensationCause(StrEnum):
    """为何要办补偿或赔偿。"""

    WITHDRAWN = "WITHDRAWN"  # 撤回许可的补偿
    REVOKED = "REVOKED"  # 撤销许可的赔偿


# 许可法 69 条一款各项；骗取的（二款）、承诺落空的，利益不受保护。
AT_FAULT: Final = frozenset(
    {
        RevocationGround.ABUSE_OR_NEGLECT,
        RevocationGround.BEYOND_POWERS,
        RevocationGround.PROCEDURE_BREACHED,
        RevocationGround.NOT_QUALIFIED,
        RevocationGround.OTHER_LAWFUL,
    }
)

# -- events


@dataclass(frozen=True, slots=True)
class Opened(Event):
    """补偿立案。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:8.2", "xkf:69.4")
    cause: CompensationCause
    licence_no: LicenceNo
    case_no: CaseNo
    holder: SubjectId
    organ: Organ  # 补偿、赔偿的义务机关
    decision_no: str  # 所因的撤回或撤销决定


@dataclass(frozen=True, slots=True)
class Decided(Event):
    """补偿决定。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:8.2", "xkf:69.4")
    amount_yuan: int  # 零：不予补偿
    document_no: str
    reasons: str
    handler: PersonId


CompensationEvent: TypeAlias = Opened | Decided


# -- state


@dataclass(frozen=True, slots=True)
class Nothing:
    """没有补偿之事。"""

    def after(self, event: Event) -> "State":
        """立案。"""
        match event:
            case Opened():
                return Open(event)
            case _:
                raise ImpossibleHistory(f"{event} before it was opened")


@dataclass(frozen=True, slots=True)
class Open:
    """已立案，待决定。"""

    opened: Opened

    def after(self, event: Event) -> "State":
        """决定。"""
        match event:
            case Decided():
                return Settled(self.opened, event)
            case _:
                raise ImpossibleHistory(f"{event} after {self}")


@dataclass(frozen=True, slots=True)
class Settled:
    """已决定。"""

    opened: Opened
    decided: Decided

    def after(self, event: Event) -> "State":
        """决定之后再无其事。"""
        raise ImpossibleHistory(f"{event} after {self}")


State: TypeAlias = Nothing | Open | Settled


# -- commands


@dataclass(frozen=True, slots=True)
class OpenTask:
    """补偿立案。"""

    fact: Opened

    def decide(self, state: State) -> Answer:
        """一项决定只立一次。"""
        return (self.fact,) if isinstance(state, Nothing) else ()


@dataclass(frozen=True, slots=True)
class Decide:
    """补偿决定。"""

    fact: Decided

    def decide(self, state: State) -> Answer:
        """给多少、为何，一次说清；不给的也说明理由。"""
        match state:
            case Nothing():
                return Refused(Refusal.COMPENSATION_NOT_FOUND)
            case Open() if self.fact.amount_yuan < 0 or not self.fact.reasons.strip():
                return Refused(Refusal.COMPENSATION_REASONS)
            case Open():
                return (self.fact,)
            case Settled(decided=known) if known == self.fact:
                return ()
            case Settled(decided=known):
                facts = {"document_no": known.document_no, "handler": str(known.handler)}
                return Refused(Refusal.COMPENSATION_DECIDED, facts)
            case never:
                assert_never(never)


Command: TypeAlias = OpenTask | Decide


# -- evolve, decide


def evolve(state: State, event: Event) -> State:
    """一件事发生之后的补偿。Raises ImpossibleHistory."""
    return state.after(event)


def decide(state: State, command: Command) -> Answer:
    """该不该办：应记的事件，或依法不予办理。"""
    return command.decide(state)


AGGREGATE: Final = Aggregate[State]("compensation", Nothing(), evolve)
