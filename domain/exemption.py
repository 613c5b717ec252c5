"""低风险豁免（exemption）：逐个项目筛查，记下豁免，监管部门因此知道；可以随时收回（ADR 0007）。"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import ClassVar, Final, TypeAlias, assert_never

from domain.decider import Aggregate, Answer, Event, ImpossibleHistory, Refused
from domain.refusals import Refusal
from domain.terms import ItemCode, Organ, PersonId, SubjectId


class Criterion(StrEnum):
    """逐项筛查的风险（泉台管办〔2021〕47号 低风险豁免制）：沾上一项即不得豁免。"""

    NATIONAL_SECURITY = "NATIONAL_SECURITY"  # 国家安全
    CLASSIFIED = "CLASSIFIED"  # 国家秘密
    PUBLIC_SECURITY = "PUBLIC_SECURITY"  # 公共安全
    FINANCIAL_PRUDENCE = "FINANCIAL_PRUDENCE"  # 金融业审慎监管
    ECOLOGY = "ECOLOGY"  # 生态环境保护
    LIFE_AND_PROPERTY = "LIFE_AND_PROPERTY"  # 直接关系人身健康或生命财产安全
    FOREIGN_AFFAIRS = "FOREIGN_AFFAIRS"  # 重要涉外
    TOXIC_OR_DANGEROUS = "TOXIC_OR_DANGEROUS"  # 有毒有害及危险品


class EndReason(StrEnum):
    """豁免终止的原因。"""

    COMPLETED = "COMPLETED"  # 项目完工或临时设施拆除
    PROJECT_CHANGED = "PROJECT_CHANGED"  # 项目变了，不再符合筛查时的情形
    FALSE_STATEMENT = "FALSE_STATEMENT"  # 筛查时所述不实
    SWITCHED_BACK = "SWITCHED_BACK"  # 收回豁免，恢复审批


@dataclass(frozen=True, slots=True)
class Finding:
    """一项风险的筛查：沾不沾，理由何在。"""

    criterion: Criterion
    touched: bool
    reason: str


# -- events


@dataclass(frozen=True, slots=True)
class Screened(Event):
    """豁免筛查：这个项目能不能豁免。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:2",)
    item_code: ItemCode
    item_version: int
    list_version: int
    list_basis: tuple[str, ...]  # 豁免制清单所载的依据
    subject: SubjectId
    project: str
    findings: tuple[Finding, ...]
    exempt: bool
    handler: PersonId


@dataclass(frozen=True, slots=True)
class Registered(Event):
    """豁免登记：免予审批，仍受监管。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:2", "qtgb2021-47:sglh")
    item_code: ItemCode
    subject: SubjectId
    project: str
    supervising_bodies: tuple[Organ, ...]
    registered_on: date
    document_no: str
    handler: PersonId


@dataclass(frozen=True, slots=True)
class Ended(Event):
    """豁免终止；项目还在的，此后按普通程序申请。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:17", "qtgb2021-47:2")
    item_code: ItemCode
    reason: EndReason
    explanation: str
    supervising_bodies: tuple[Organ, ...]
    ended_on: date
    handler: PersonId


# -- state


@dataclass(frozen=True, slots=True)
class Nothing:
    """尚未筛查。"""

    def after(self, event: Event) -> "State":
        """筛查。"""
        match event:
            case Screened(exempt=True):
                return Eligible(event)
            case Screened():
                return Ineligible(event)
            case _:
                raise ImpossibleHistory(f"{event} before the screening")


@dataclass(frozen=True, slots=True)
class Eligible:
    """可以豁免，待登记。"""

    screened: Screened

    def after(self, event: Event) -> "State":
        """登记。"""
        match event:
            case Registered():
                return Exempt(self.screened, event)
            case _:
                raise ImpossibleHistory(f"{event} after {self}")


@dataclass(frozen=True, slots=True)
class Ineligible:
    """不得豁免，按普通程序。"""

    screened: Screened

    def after(self, event: Event) -> "State":
        """不得豁免的再无豁免上的事。"""
        raise ImpossibleHistory(f"{event} after {self}")


@dataclass(frozen=True, slots=True)
class Exempt:
    """已登记豁免。"""

    screened: Screened
    registered: Registered

    def after(self, event: Event) -> "State":
        """终止。"""
        match event:
            case Ended():
                return Over(self.screened, self.registered, event)
            case _:
                raise ImpossibleHistory(f"{event} after {self}")


@dataclass(frozen=True, slots=True)
class Over:
    """豁免已终止。"""

    screened: Screened
    registered: Registered
    ended: Ended

    def after(self, event: Event) -> "State":
        """终止之后再无豁免上的事。"""
        raise ImpossibleHistory(f"{event} after {self}")


State: TypeAlias = Nothing | Eligible | Ineligible | Exempt | Over


def standing(state: State) -> Refused:
    """豁免现在到了哪一步、由谁办到这一步。"""
    match state:
        case Nothing():
            return Refused(Refusal.EXEMPTION_NOT_SCREENED)
        case Eligible(screened=known):
            return Refused(Refusal.EXEMPTION_SCREENED, {"handler": known.handler})
        case Ineligible(screened=known):
            touched = "、".join(one.criterion for one in known.findings if one.touched)
            return Refused(Refusal.EXEMPTION_INELIGIBLE, {"criteria": touched})
        case Exempt(registered=known):
            facts = {"document_no": known.document_no, "handler": known.handler}
            return Refused(Refusal.EXEMPTION_REGISTERED, facts)
        case Over(ended=known):
            facts = {"ended_on": str(known.ended_on), "handler": known.handler}
            return Refused(Refusal.EXEMPTION_ENDED, facts)
        case never:
            assert_never(never)


# -- commands


@dataclass(frozen=True, slots=True)
class Screen:
    """筛查。``listed``: the item is on the list in force; ``fact.exempt`` is set by the findings."""

    fact: Screened
    listed: bool

    def decide(self, state: State) -> Answer:
        """事项在豁免制清单上，八项风险逐项写明；沾上一项即不得豁免。"""
        match state:
            case Nothing() if not self.listed:
                return Refused(Refusal.EXEMPTION_NOT_LISTED, {"item_code": self.fact.item_code})
            case Nothing() if sorted(one.criterion for one in self.fact.findings) != sorted(
                Criterion
            ):
                return Refused(Refusal.EXEMPTION_CRITERIA)
            case Nothing() if not all(one.reason.strip() for one in self.fact.findings):
                return Refused(Refusal.CASE_REASONS_MISSING)
            case Nothing():
                return (self._judged(),)
            case Eligible(screened=known) | Ineligible(screened=known) if known == self._judged():
                return ()
            case _:
                return standing(state)

    def _judged(self) -> Screened:
        return replace(self.fact, exempt=not any(one.touched for one in self.fact.findings))


@dataclass(frozen=True, slots=True)
class Register:
    """豁免登记。"""

    document_no: str
    supervising_bodies: tuple[Organ, ...]
    today: date
    handler: PersonId

    def decide(self, state: State) -> Answer:
        """筛查合格、由另一人登记；须写明文号。"""
        match state:
            case Eligible(screened=known) if known.handler == self.handler:
                return Refused(Refusal.DUTY_SAME_PERSON, {"person": self.handler})
            case Eligible() if not self.document_no.strip():
                return Refused(Refusal.ITEM_NO_DOCUMENT)
            case Eligible(screened=known):
                return (self._fact(known),)
            case Exempt(registered=done) if (done.document_no, done.handler) == (
                self.document_no,
                self.handler,
            ):
                return ()
            case _:
                return standing(state)

    def _fact(self, screened: Screened) -> Registered:
        return Registered(
            item_code=screened.item_code,
            subject=screened.subject,
            project=screened.project,
            supervising_bodies=self.supervising_bodies,
            registered_on=self.today,
            document_no=self.document_no,
            handler=self.handler,
        )


@dataclass(frozen=True, slots=True)
class End:
    """豁免终止。"""

    reason: EndReason
    explanation: str
    today: date
    handler: PersonId

    def decide(self, state: State) -> Answer:
        """须说明理由，一次。"""
        match state:
            case Exempt() if not self.explanation.strip():
                return Refused(Refusal.CASE_REASONS_MISSING)
            case Exempt(registered=known):
                return (self._fact(known),)
            case Over(ended=known) if (known.reason, known.handler) == (
                self.reason,
                self.handler,
            ):
                return ()
            case _:
                return standing(state)

    def _fact(self, registered: Registered) -> Ended:
        return Ended(
            item_code=registered.item_code,
            reason=self.reason,
            explanation=self.explanation,
            supervising_bodies=registered.supervising_bodies,
            ended_on=self.today,
            handler=self.handler,
        )


Command: TypeAlias = Screen | Register | End


# -- evolve, decide


def evolve(state: State, event: Event) -> State:
    """一件事发生之后的豁免。Raises ImpossibleHistory."""
    return state.after(event)


def decide(state: State, command: Command) -> Answer:
    """该不该办：应记的事件，或依法不予办理。"""
    return command.decide(state)


AGGREGATE: Final = Aggregate[State]("exemption", Nothing(), evolve)
