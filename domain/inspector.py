"""执法检查人员名录（inspector）：资格、专业、片区、所站与回避。"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import ClassVar, Final, TypeAlias

from domain.decider import Aggregate, Answer, Event, ImpossibleHistory, Refused
from domain.refusals import Refusal
from domain.terms import Organ, PersonId, SubjectId

EXPIRY_NOTICE: Final = timedelta(days=30)  # 证件到期前三十日提醒


class RecusalGround(StrEnum):
    """回避的缘由（处罚法 43 条：直接利害关系或者有其他关系可能影响公正）。"""

    INTEREST = "INTEREST"  # 有直接利害关系
    RELATIVE = "RELATIVE"  # 近亲属在该处
    FORMER_POST = "FORMER_POST"  # 曾在该处任职
    OTHER = "OTHER"  # 其他可能影响公正的关系


class LeftFor(StrEnum):
    """检查人员出库的缘由。"""

    TRANSFERRED = "TRANSFERRED"  # 调离
    RETIRED = "RETIRED"  # 退休
    RESIGNED = "RESIGNED"  # 辞职或者辞退
    DISQUALIFIED = "DISQUALIFIED"  # 执法资格被取消


# -- events


@dataclass(frozen=True, slots=True)
class InspectorRegistered(Event):
    """入库。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2015-58", "cff:42")
    person: PersonId
    organ: Organ
    region: str
    specialities: tuple[str, ...]
    station: str
    certificate_no: str
    certificate_valid_to: date


@dataclass(frozen=True, slots=True)
class RecusalDeclared(Event):
    """检查人员申明回避。"""

    BASIS: ClassVar[tuple[str, ...]] = ("cff:43", "gbf2015-58")
    subject: SubjectId | None  # 不检查哪一户
    organ: Organ | None  # 或者不检查哪个机关准予的
    ground: RecusalGround
    explanation: str
    handler: PersonId

    @property
    def target(self) -> tuple[SubjectId | None, Organ | None]:
        """回避什么。"""
        return self.subject, self.organ


@dataclass(frozen=True, slots=True)
class RecusalLifted(Event):
    """检查人员回避解除。"""

    BASIS: ClassVar[tuple[str, ...]] = ("cff:43",)
    subject: SubjectId | None
    organ: Organ | None
    reasons: str
    handler: PersonId


@dataclass(frozen=True, slots=True)
class InspectorRemoved(Event):
    """检查人员出库：不列入以后的名单。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2015-58", "cff:42")
    reason: LeftFor
    last_day: date
    handler: PersonId


@dataclass(frozen=True, slots=True)
class CertificateExpiring(Event):
    """执法证件临近到期。"""

    BASIS: ClassVar[tuple[str, ...]] = ("cff:42",)
    organ: Organ
    certificate_no: str
    certificate_valid_to: date


InspectorEvent: TypeAlias = (
    InspectorRegistered | RecusalDeclared | RecusalLifted | InspectorRemoved | CertificateExpiring
)


# -- state


@dataclass(frozen=True, slots=True)
class Nothing:
    """不在库。"""


@dataclass(frozen=True, slots=True)
class Registered:
    """在库；换证、换专业、换所站的以最后一次登记为准，回避不因此消失。"""

    latest: InspectorRegistered
    recusals: tuple[RecusalDeclared, ...] = ()
    warned: bool = False  # 这张证件已经提醒过


@dataclass(frozen=True, slots=True)
class Removed:
    """已出库；可以再入库。"""

    before: Registered
    by: InspectorRemoved


State: TypeAlias = Nothing | Registered | Removed


def certified_on(state: State, day: date) -> bool:
    """该日是否在库且执法证件有效（处罚法 42 条）；出库之前作的检查照算。"""
    if isinstance(state, Removed):
        return day <= state.by.last_day and certified_on(state.before, day)
    return isinstance(state, Registered) and day <= state.latest.certificate_valid_to


def entered(state: State) -> InspectorRegistered | None:
    """最后一次登记；不曾入库的没有。"""
    if isinstance(state, Nothing):
        return None
    return state.before.latest if isinstance(state, Removed) else state.latest


def notice_on(entered: InspectorRegistered) -> date:
    """证件到期的提醒之日。"""
    return entered.certificate_valid_to - EXPIRY_NOTICE


# -- command


@dataclass(frozen=True, slots=True)
class Register:
    """入库或变更。"""

    fact: InspectorRegistered

    def decide(self, state: State) -> Answer:
        """须有证件号与专业；内容相同即无事可办。"""
        if not self.fact.certificate_no or not self.fact.specialities:
            return Refused(Refusal.INSPECTOR_UNQUALIFIED, {"person": self.fact.person})
        if isinstance(state, Nothing):
            return (self.fact,)
        known = state.before.latest if isinstance(state, Removed) else state.latest
        if known.person != self.fact.person:
            return Refused(Refusal.INSPECTOR_OTHER_PERSON, {"person": known.person})
        same = known == self.fact and isinstance(state, Registered)
        return () if same else (self.fact,)


@dataclass(frozen=True, slots=True)
class DeclareRecusal:
    """申明回避。"""

    fact: RecusalDeclared

    def decide(self, state: State) -> Answer:
        """写一户或者一个机关，写明缘由；申明过的无事可办。"""
        if not isinstance(state, Registered):
            return _not_there(state)
        if (self.fact.subject is None) == (self.fact.organ is None):
            return Refused(Refusal.INSPECTOR_RECUSAL)
        if any(one.target == self.fact.target for one in state.recusals):
            return ()
        return (self.fact,)


@dataclass(frozen=True, slots=True)
class LiftRecusal:
    """解除回避。"""

    fact: RecusalLifted
    person: PersonId

    def decide(self, state: State) -> Answer:
        """由部门负责人写明理由；自己不能解除自己的。"""
        if not isinstance(state, Registered):
            return _not_there(state)
        if all(one.target != (self.fact.subject, self.fact.organ) for one in state.recusals):
            return ()
        if self.fact.handler == self.person:
            return Refused(Refusal.DUTY_SAME_PERSON, {"person": self.person})
        if not self.fact.reasons.strip():
            return Refused(Refusal.INSPECTOR_NO_REASON)
        return (self.fact,)


@dataclass(frozen=True, slots=True)
class Remove:
    """出库。"""

    fact: InspectorRemoved

    def decide(self, state: State) -> Answer:
        """在库的才有可出；出了库的无事可办。"""
        if isinstance(state, Nothing):
            return _not_there(state)
        return () if isinstance(state, Removed) else (self.fact,)


@dataclass(frozen=True, slots=True)
class WarnExpiry:
    """记下证件临近到期（机器）。``today`` is Beijing's."""

    today: date

    def decide(self, state: State) -> Answer:
        """到期前三十日起，一张证件一次；出了库的、换了证的无事可办。"""
        if not isinstance(state, Registered) or state.warned:
            return ()
        entered = state.latest
        if self.today <= notice_on(entered):
            return Refused(Refusal.INSPECTOR_NOT_YET_DUE, {"due_on": str(notice_on(entered))})
        return (
            CertificateExpiring(
                entered.organ, entered.certificate_no, entered.certificate_valid_to
            ),
        )


def _not_there(state: Nothing | Removed) -> Refused:
    if isinstance(state, Nothing):
        return Refused(Refusal.INSPECTOR_NOT_FOUND)
    return Refused(Refusal.INSPECTOR_REMOVED, {"last_day": str(state.by.last_day)})


Command: TypeAlias = Register | DeclareRecusal | LiftRecusal | Remove | WarnExpiry


def evolve(state: State, event: Event) -> State:
    """以最后一次登记为准；人不变。Raises ImpossibleHistory."""
    match state, event:
        case Nothing(), InspectorRegistered():
            return Registered(event)
        case Registered() | Removed(), InspectorRegistered():
            return _again(state, event)
        case Registered(recusals=known), RecusalDeclared():
            return replace(state, recusals=(*known, event))
        case Registered(recusals=known), RecusalLifted():
            left = (one for one in known if one.target != (event.subject, event.organ))
            return replace(state, recusals=tuple(left))
        case Registered(), InspectorRemoved():
            return Removed(state, event)
        case Registered(), CertificateExpiring():
            return replace(state, warned=True)
        case _:
            raise ImpossibleHistory(f"{event} after {state}")


def _again(state: Registered | Removed, event: InspectorRegistered) -> State:
    """A new certificate is warned of anew; what he declared stays declared."""
    before = state.before if isinstance(state, Removed) else state
    known = before.latest
    if known.person != event.person:
        raise ImpossibleHistory(f"{event} after {state}")
    same = known.certificate_valid_to == event.certificate_valid_to
    return Registered(event, before.recusals, warned=before.warned and same)


def decide(state: State, command: Command) -> Answer:
    """依在库情况决定。"""
    return command.decide(state)


AGGREGATE: Final = Aggregate[State]("inspector", Nothing(), evolve)
