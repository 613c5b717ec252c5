"""监管对象（subject）：申请人与许可持有人，个人信息封存于名下密钥。"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar, Final, TypeAlias

from domain.decider import Aggregate, Answer, Event, ImpossibleHistory, Refused
from domain.refusals import Refusal
from domain.sources import SourceRecord
from domain.terms import Evidence, PersonalText, PersonId


class SubjectKind(StrEnum):
    """对象类别。"""

    COMPANY = "COMPANY"
    SOLE_TRADER = "SOLE_TRADER"
    PERSON = "PERSON"


class OffReason(StrEnum):
    """对象出库的缘由。"""

    WOUND_UP = "WOUND_UP"  # 已注销
    DECEASED = "DECEASED"  # 自然人死亡
    MOVED_OUT = "MOVED_OUT"  # 迁出本地
    DUPLICATE = "DUPLICATE"  # 与另一编号是同一对象


RISK_CLASSES: Final = frozenset("ABCD")
CREDIT_CODE_LENGTH: Final = 18  # GB 32100；校验位有例外的旧码，不据以拒绝


# -- events


@dataclass(frozen=True, slots=True)
class SubjectRegistered(Event):
    """监管对象登记。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2015-58",)
    kind: SubjectKind
    credit_code: str | None  # 仅企业；自然人与个体户为空
    name: PersonalText
    region: str
    risk_class: str  # A–D
    key_commitment: str  # 个人信息密钥的承诺值


@dataclass(frozen=True, slots=True)
class SubjectImported(Event):
    """历史监管对象导入：来源没有载明的留空，办理时再登记。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2023-26", "gbf2015-58")
    origin: SourceRecord
    kind: SubjectKind | None
    name: PersonalText | None
    region: str
    risk_class: str  # A–D，来源没有的取导入对照表所定
    key_commitment: str | None


@dataclass(frozen=True, slots=True)
class Deregistered(Event):
    """监管对象出库：不列入以后的名单。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2015-58",)
    reason: OffReason
    ended_on: date
    evidence: tuple[Evidence, ...]
    handler: PersonId | None  # 由复核同意的检查结果而来的为空

    def takes_effect(self, decided_on: date) -> date:  # noqa: ARG002 -- the fact says its day
        """终止之日。"""
        return self.ended_on


@dataclass(frozen=True, slots=True)
class Restored(Event):
    """监管对象恢复在库。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2015-58",)
    reasons: str
    evidence: tuple[Evidence, ...]
    handler: PersonId


SubjectEvent: TypeAlias = SubjectRegistered | SubjectImported | Deregistered | Restored


# -- state


@dataclass(frozen=True, slots=True)
class Nothing:
    """尚未登记。"""


@dataclass(frozen=True, slots=True)
class Registered:
    """在册；再次登记的以最后一次为准。"""

    latest: SubjectRegistered


@dataclass(frozen=True, slots=True)
class Imported:
    """由导入的历史得知，尚未登记。"""

    fact: SubjectImported


@dataclass(frozen=True, slots=True)
class Off:
    """已出库；``before`` 是出库之前的样子，可以恢复。"""

    before: Registered | Imported
    by: Deregistered


State: TypeAlias = Nothing | Imported | Registered | Off


def seed_class(state: State) -> str | None:
    """登记的风险等级；不认识的没有。"""
    if isinstance(state, Off):
        return seed_class(state.before)
    if isinstance(state, Nothing):
        return None
    return state.fact.risk_class if isinstance(state, Imported) else state.latest.risk_class


# -- command


@dataclass(frozen=True, slots=True)
class Register:
    """登记，或变更片区与风险类别。"""

    fact: SubjectRegistered

    def decide(self, state: State) -> Answer:
        """一个编号只属一个对象；名称封存后不可比对，只改名称的不另登记。"""
        fact = self.fact
        if fact.risk_class not in RISK_CLASSES:
            return Refused(Refusal.SUBJECT_RISK_CLASS, {"risk_class": fact.risk_class})
        if not _code_fits(fact.kind, fact.credit_code):
            return Refused(Refusal.SUBJECT_CREDIT_CODE, {"kind": fact.kind})
        if isinstance(state, Nothing | Imported):
            return (fact,)
        if isinstance(state, Off):
            return Refused(Refusal.SUBJECT_OFF, {"ended_on": str(state.by.ended_on)})
        known = state.latest
        if _identity(known) != _identity(fact):
            return Refused(Refusal.SUBJECT_TAKEN, {"kind": known.kind})
        same = (known.region, known.risk_class) == (fact.region, fact.risk_class)
        return () if same else (fact,)


@dataclass(frozen=True, slots=True)
class Import:
    """导入历史监管对象。"""

    fact: SubjectImported

    def decide(self, state: State) -> Answer:
        """只在还不认识时记一次：来源对同一对象前后说法不一的，以先到的为准。"""
        if self.fact.risk_class not in RISK_CLASSES:
            return Refused(Refusal.SUBJECT_RISK_CLASS, {"risk_class": self.fact.risk_class})
        return (self.fact,) if isinstance(state, Nothing) else ()


@dataclass(frozen=True, slots=True)
class Deregister:
    """出库。``today`` is Beijing's."""

    fact: Deregistered
    today: date

    def decide(self, state: State) -> Answer:
        """须有证据，终止之日不在将来；已经出库的无事可办。"""
        if isinstance(state, Nothing):
            return Refused(Refusal.SUBJECT_NOT_FOUND)
        if isinstance(state, Off):
            return ()
        if not self.fact.evidence:
            return Refused(Refusal.SUBJECT_NO_EVIDENCE)
        if self.fact.ended_on > self.today:
            return Refused(Refusal.SUBJECT_NOT_ENDED, {"ended_on": str(self.fact.ended_on)})
        return (self.fact,)


@dataclass(frozen=True, slots=True)
class Restore:
    """恢复在库。"""

    fact: Restored

    def decide(self, state: State) -> Answer:
        """须有理由与证据；在库的无事可办。"""
        if isinstance(state, Nothing):
            return Refused(Refusal.SUBJECT_NOT_FOUND)
        if not isinstance(state, Off):
            return ()
        if not self.fact.evidence or not self.fact.reasons.strip():
            return Refused(Refusal.SUBJECT_NO_EVIDENCE)
        return (self.fact,)


Command: TypeAlias = Register | Import | Deregister | Restore


def _identity(fact: SubjectRegistered) -> tuple[SubjectKind, str | None, str]:
    return fact.kind, fact.credit_code, fact.key_commitment


def _code_fits(kind: SubjectKind, code: str | None) -> bool:
    if kind is not SubjectKind.COMPANY:
        return code is None  # 个体户的代码可识别到人
    return (
        code is not None
        and len(code) == CREDIT_CODE_LENGTH
        and code.isascii()
        and code.isalnum()
        and code == code.upper()
    )


def evolve(state: State, event: Event) -> State:
    """以最后一次登记为准，类别与代码不变。"""
    match state, event:
        case Nothing() | Imported(), SubjectRegistered():
            return Registered(event)
        case Nothing(), SubjectImported():
            return Imported(event)
        case Registered(latest=known), SubjectRegistered() if _identity(known) == _identity(event):
            return Registered(event)
        case Imported() | Registered(), Deregistered():
            return Off(state, event)
        case Off(before=before), Restored():
            return before
        case _:
            raise ImpossibleHistory(f"{event} after {state}")


def decide(state: State, command: Command) -> Answer:
    """依在册情况决定。"""
    return command.decide(state)


AGGREGATE: Final = Aggregate[State]("subject", Nothing(), evolve)
