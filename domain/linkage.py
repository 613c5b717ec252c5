"""审管联动（linkage）：审批结果推送监管部门，认领、异议或逾期。"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import ClassVar, Final, TypeAlias, assert_never

from domain.decider import Aggregate, Answer, Event, ImpossibleHistory, Refused
from domain.refusals import Refusal
from domain.terms import CaseNo, ItemCode, Organ, PersonId

CLAIM_DAYS: Final = 1  # 次一工作日内认领（各地一至二日；可随事项另定）


class PushMatter(StrEnum):
    """推送的是什么。"""

    APPROVED = "APPROVED"  # 准予许可
    REJECTED = "REJECTED"  # 不予许可
    FILED = "FILED"  # 报备通过
    REVOKED = "REVOKED"  # 撤销
    PARTLY_REVOKED = "PARTLY_REVOKED"  # 部分撤销
    REVERSED = "REVERSED"  # 撤销决定被撤销，许可恢复


# -- events


@dataclass(frozen=True, slots=True)
class Sent(Event):
    """推送。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:sglh",)
    matter: PushMatter
    case_no: CaseNo  # 办件或报备编号
    source_stream: str
    source_event: str
    item_code: ItemCode
    department: Organ
    claim_due_on: date


@dataclass(frozen=True, slots=True)
class Claimed(Event):
    """认领。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:sglh",)
    department: Organ
    handler: PersonId


@dataclass(frozen=True, slots=True)
class Disputed(Event):
    """异议：不属本部门监管。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:sglh",)
    department: Organ
    reason: str
    handler: PersonId


@dataclass(frozen=True, slots=True)
class Overdue(Event):
    """逾期未认领。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:sglh",)
    due_on: date


PushEvent: TypeAlias = Sent | Claimed | Disputed | Overdue


# -- state


@dataclass(frozen=True, slots=True)
class Nothing:
    """尚无推送。"""

    def after(self, event: Event) -> "State":
        """推送。"""
        match event:
            case Sent():
                return Waiting(event)
            case _:
                raise ImpossibleHistory(f"{event} before the push")


@dataclass(frozen=True, slots=True)
class Waiting:
    """已推送，待认领；逾期的仍可认领。"""

    sent: Sent
    overdue: bool = False

    def after(self, event: Event) -> "State":
        """认领、异议或逾期。"""
        match event:
            case Claimed():
                return Taken(self.sent, event)
            case Disputed():
                return Contested(self.sent, event)
            case Overdue():
                return replace(self, overdue=True)
            case _:
                raise ImpossibleHistory(f"{event} after {self}")


@dataclass(frozen=True, slots=True)
class Taken:
    """已认领。"""

    sent: Sent
    claimed: Claimed

    def after(self, event: Event) -> "State":
        """认领之后再无推送上的事。"""
        raise ImpossibleHistory(f"{event} after {self}")


@dataclass(frozen=True, slots=True)
class Contested:
    """监管部门有异议，待改派。"""

    sent: Sent
    disputed: Disputed

    def after(self, event: Event) -> "State":
        """改派另行推送。"""
        raise ImpossibleHistory(f"{event} after {self}")


State: TypeAlias = Nothing | Waiting | Taken | Contested


def standing(state: State) -> Refused:
    """推送现在到了哪一步、由谁办到这一步。"""
    match state:
        case Nothing():
            return Refused(Refusal.PUSH_NOT_FOUND)
        case Waiting(sent=sent):
            facts = {"department": sent.department, "due_on": str(sent.claim_due_on)}
            return Refused(Refusal.PUSH_WAITING, facts)
        case Taken(claimed=known):
            facts = {"department": known.department, "handler": known.handler}
            return Refused(Refusal.PUSH_CLAIMED, facts)
        case Contested(disputed=known):
            facts = {"department": known.department, "handler": known.handler}
            return Refused(Refusal.PUSH_DISPUTED, facts)
        case never:
            assert_never(never)


# -- commands


@dataclass(frozen=True, slots=True)
class Send:
    """推送。"""

    fact: Sent

    def decide(self, state: State) -> Answer:
        """一件事由对一个部门只推送一次。"""
        match state:
            case Nothing():
                return (self.fact,)
            case Waiting(sent=known) | Taken(sent=known) | Contested(sent=known):
                same = known.source_event == self.fact.source_event
                return () if same else standing(state)
            case never:
                assert_never(never)


@dataclass(frozen=True, slots=True)
class Answering:
    """认领或异议。"""

    fact: Claimed | Disputed

    def decide(self, state: State) -> Answer:
        """只有收到推送的部门可以答复，一次；异议须说明理由。"""
        match state:
            case Waiting(sent=sent) if sent.department != self.fact.department:
                return Refused(Refusal.DUTY_ORGAN, {"organ": sent.department})
            case Waiting():
                if isinstance(self.fact, Disputed) and not self.fact.reason.strip():
                    return Refused(Refusal.CASE_REASONS_MISSING)
                return (self.fact,)
            case Taken(claimed=known) if known == self.fact:
                return ()
            case Contested(disputed=known) if known == self.fact:
                return ()
            case _:
                return standing(state)


@dataclass(frozen=True, slots=True)
class MarkOverdue:
    """记下逾期未认领。"""

    fact: Overdue
    today: date

    def decide(self, state: State) -> Answer:
        """认领期限之日过完才算逾期。"""
        match state:
            case Waiting(overdue=True):
                return ()
            case Waiting() if self.today <= self.fact.due_on:
                return Refused(Refusal.PUSH_NOT_YET_DUE, {"due_on": str(self.fact.due_on)})
            case Waiting():
                return (self.fact,)
            case Nothing():
                return standing(state)
            case Taken() | Contested():
                return ()
            case never:
                assert_never(never)


Command: TypeAlias = Send | Answering | MarkOverdue


# -- evolve, decide


def evolve(state: State, event: Event) -> State:
    """一件事发生之后的推送。Raises ImpossibleHistory."""
    return state.after(event)


def decide(state: State, command: Command) -> Answer:
    """该不该办：应记的事件，或依法不予办理。"""
    return command.decide(state)


AGGREGATE: Final = Aggregate[State]("push", Nothing(), evolve)
