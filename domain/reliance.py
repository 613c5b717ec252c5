"""证照复用（reliance）：一件办件以哪些已有的许可证照为材料；所依的许可终结，依靠随之中断（机制 9）。"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import ClassVar, Final, TypeAlias

from domain.decider import Aggregate, Answer, Event, ImpossibleHistory, Refused
from domain.refusals import Refusal
from domain.terms import ItemCode, LicenceNo, Organ, PersonId


class LicenceEnding(StrEnum):
    """所依的许可怎样终结。"""

    REVOKED = "REVOKED"  # 撤销
    WITHDRAWN = "WITHDRAWN"  # 撤回
    FORFEITED = "FORFEITED"  # 吊销
    EXPIRED = "EXPIRED"  # 届满
    DEREGISTERED = "DEREGISTERED"  # 注销


class BreakAnswer(StrEnum):
    """依靠中断，审批机关怎样处置。"""

    NOT_NEEDED = "NOT_NEEDED"  # 不再以其为条件
    SUPPLIED = "SUPPLIED"  # 申请人已另行证明
    PROCEEDING = "PROCEEDING"  # 对依其作出的许可另案处理


# -- events


@dataclass(frozen=True, slots=True)
class CertificateReused(Event):
    """电子证照复用：申请人已有的许可证照即为材料，不必再交。"""

    BASIS: ClassVar[tuple[str, ...]] = ("zxzwfw:7", "zxzwfw:10", "qtgb2021-47:dzzz")
    name: str  # 充作哪一份材料
    licence_no: LicenceNo
    item_code: ItemCode  # 该许可的事项
    approving_body: Organ  # 发证机关
    valid_to: date | None  # 复用之时的有效期
    replaces: LicenceNo | None  # 同一份材料先前复用的证照
    handler: PersonId | None  # 申请人自己调用的没有


@dataclass(frozen=True, slots=True)
class DependencyBroken(Event):
    """依靠中断：办件所复用的许可已经终结。只是提醒，不改变依其作出的许可。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:61", "qtgb2021-47:sglh")
    licence_no: LicenceNo
    name: str
    ending: LicenceEnding
    source_event: str
    item_code: ItemCode  # 本件的事项
    dependent_licence: LicenceNo | None  # 依其作出的许可；还没有决定的没有
    approving_body: Organ  # 本件的审批机关
    supervising_bodies: tuple[Organ, ...]


@dataclass(frozen=True, slots=True)
class DependencyRestored(Event):
    """依靠恢复：所依许可的撤销决定被撤销。"""

    BASIS: ClassVar[tuple[str, ...]] = ("ztdjtl:42",)
    licence_no: LicenceNo
    source_event: str


@dataclass(frozen=True, slots=True)
class DependencyAnswered(Event):
    """对依靠中断的处置，由审批机关的人作出。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:34", "xkf:61")
    licence_no: LicenceNo
    answer: BreakAnswer
    explanation: str
    handler: PersonId


RelianceEvent: TypeAlias = (
    CertificateReused | DependencyBroken | DependencyRestored | DependencyAnswered
)


# -- state


@dataclass(frozen=True, slots=True)
class Reliance:
    """一件办件复用的各份证照：每份材料末一次的为准。``open``: breaks that nobody answered."""

    uses: tuple[CertificateReused, ...] = ()
    open: tuple[DependencyBroken, ...] = ()
    answered: tuple[DependencyAnswered, ...] = ()

    @property
    def current(self) -> tuple[CertificateReused, ...]:
        """各份材料现在用的证照。"""
        return tuple({use.name: use for use in self.uses}.values())

    def use_of(self, licence_no: LicenceNo) -> CertificateReused | None:
        """现在用着的这份证照；没有复用或已另换的没有。"""
        return next((use for use in self.current if use.licence_no == licence_no), None)

    def broken(self, licence_no: LicenceNo) -> DependencyBroken | None:
        """这份证照的中断，还没有处置的。"""
        return next((one for one in self.open if one.licence_no == licence_no), None)

    def answer_to(self, licence_no: LicenceNo) -> DependencyAnswered | None:
        """这份证照的中断，怎样处置的。"""
        return next((one for one in self.answered if one.licence_no == licence_no), None)

    def without(self, licence_no: LicenceNo) -> "Reliance":
        """这份证照不再是中断的。"""
        open_ = tuple(one for one in self.open if one.licence_no != licence_no)
        answered = tuple(one for one in self.answered if one.licence_no != licence_no)
        return replace(self, open=open_, answered=answered)


State: TypeAlias = Reliance


# -- commands


@dataclass(frozen=True, slots=True)
class Reuse:
    """复用一份证照；``fact.replaces`` is set here, whatever it carries."""

    fact: CertificateReused

    def decide(self, state: State) -> Answer:
        """同一份证照充作同一份材料，只记一次；换了证照的，写明换下哪份。"""
        fact = self.fact
        known = next((use for use in state.current if use.name == fact.name), None)
        if known is None:
            return (replace(fact, replaces=None),)
        if known.licence_no == fact.licence_no:
            return ()
        return (replace(fact, replaces=known.licence_no),)


@dataclass(frozen=True, slots=True)
class Break:
    """记下依靠中断；``fact.name`` is set here."""

    fact: DependencyBroken

    def decide(self, state: State) -> Answer:
        """还用着的才中断；已记下、已处置的不再记。"""
        number = self.fact.licence_no
        use = state.use_of(number)
        if use is None or state.broken(number) or state.answer_to(number):
            return ()
        return (replace(self.fact, name=use.name),)


@dataclass(frozen=True, slots=True)
class Restore:
    """记下依靠恢复。"""

    fact: DependencyRestored

    def decide(self, state: State) -> Answer:
        """中断过的才恢复。"""
        number = self.fact.licence_no
        return (self.fact,) if state.broken(number) or state.answer_to(number) else ()


@dataclass(frozen=True, slots=True)
class AnswerBreak:
    """处置一项中断。``decided``: the case has been decided."""

    fact: DependencyAnswered
    decided: bool

    def decide(self, state: State) -> Answer:
        """中断着的才处置，说明理由；还没有决定的，谈不上另案处理依其作出的许可。"""
        number = self.fact.licence_no
        if state.answer_to(number) == self.fact:
            return ()
        if state.broken(number) is None:
            return Refused(Refusal.RELIANCE_NOT_BROKEN, {"licence_no": number})
        if not self.fact.explanation.strip():
            return Refused(Refusal.CASE_REASONS_MISSING)
        if self.fact.answer is BreakAnswer.PROCEEDING and not self.decided:
            return Refused(Refusal.RELIANCE_UNDECIDED, {"licence_no": number})
        return (self.fact,)


Command: TypeAlias = Reuse | Break | Restore | AnswerBreak


# -- evolve, decide


def evolve(state: State, event: Event) -> State:
    """一件事发生之后的复用。Raises ImpossibleHistory."""
    match event:
        case CertificateReused(replaces=None, name=name) if name not in {
            use.name for use in state.uses
        }:
            return replace(state, uses=(*state.uses, event))
        case CertificateReused(replaces=str() as before) if _replaced(state, event):
            settled = state.without(LicenceNo(before))
            return replace(settled, uses=(*state.uses, event))
        case _:
            return _broken_or_mended(state, event)


def _replaced(state: State, event: CertificateReused) -> bool:
    known = next((use for use in state.current if use.name == event.name), None)
    return known is not None and known.licence_no == event.replaces


def _broken_or_mended(state: State, event: Event) -> State:
    match event:
        case DependencyBroken(licence_no=number) if state.use_of(number) and not (
            state.broken(number) or state.answer_to(number)
        ):
            return replace(state, open=(*state.open, event))
        case DependencyRestored(licence_no=number) if state.broken(number) or state.answer_to(
            number
        ):
            return state.without(number)
        case DependencyAnswered(licence_no=number) if state.broken(number):
            settled = state.without(number)
            return replace(settled, answered=(*settled.answered, event))
        case _:
            raise ImpossibleHistory(f"{event} after {state}")


def decide(state: State, command: Command) -> Answer:
    """该不该办：应记的事件，或依法不予办理。"""
    return command.decide(state)


AGGREGATE: Final = Aggregate[State]("reliance", Reliance(), evolve)
