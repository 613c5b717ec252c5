"""联审核验（verification）：同级机关出具的材料，由出具机关的联审岗位核验，不必申请人提交（机制 8）。"""

from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar, Final, TypeAlias

from domain.decider import Aggregate, Answer, Event, ImpossibleHistory, Refused
from domain.refusals import Refusal
from domain.terms import Organ, PersonId, Sha256

# -- events


@dataclass(frozen=True, slots=True)
class VerificationRequested(Event):
    """请出具机关核验材料。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:8",)
    material: str
    document_no: str  # 所核验的文书
    issuing_body: Organ
    requested_on: date
    days: int
    due_on: date
    handler: PersonId


@dataclass(frozen=True, slots=True)
class DocumentVerified(Event):
    """材料核验属实。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:8",)
    material: str
    document_sha256: Sha256
    body: Organ
    handler: PersonId


@dataclass(frozen=True, slots=True)
class DocumentNotVerified(Event):
    """材料核验不实。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:8",)
    material: str
    reasons: str
    body: Organ
    handler: PersonId


@dataclass(frozen=True, slots=True)
class VerificationOverdue(Event):
    """核验逾期。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:8", "xkf:74.2")
    material: str
    body: Organ
    due_on: date


@dataclass(frozen=True, slots=True)
class VerificationsEnded(Event):
    """核验因办件告结而终止。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:8",)
    materials: tuple[str, ...]  # 还没有答复的材料，不必再核验
    ended_on: date


VerificationEvent: TypeAlias = (
    VerificationRequested
    | DocumentVerified
    | DocumentNotVerified
    | VerificationOverdue
    | VerificationsEnded
)


# -- state


@dataclass(frozen=True, slots=True)
class Check:
    """一份材料的核验；``answer`` None: 还没有答复。"""

    request: VerificationRequested
    answer: DocumentVerified | DocumentNotVerified | None = None
    overdue: bool = False

    @property
    def standing(self) -> Refused:
        """这份材料核验到哪一步。"""
        material = {"material": self.request.material}
        if self.answer is not None:
            return Refused(
                Refusal.VERIFICATION_ANSWERED, material | {"handler": self.answer.handler}
            )
        facts = {"organ": self.request.issuing_body, "due_on": str(self.request.due_on)}
        return Refused(Refusal.VERIFICATION_OPEN, material | facts)


@dataclass(frozen=True, slots=True)
class Verifications:
    """一件办件的各项核验，一份材料一项。"""

    checks: tuple[Check, ...] = ()
    ended: VerificationsEnded | None = None

    @property
    def open(self) -> tuple[str, ...]:
        """还没有答复的材料。"""
        if self.ended is not None:
            return ()
        return tuple(one.request.material for one in self.checks if one.answer is None)

    def of(self, material: str) -> Check | None:
        """该材料现在的核验。"""
        return next((one for one in self.checks if one.request.material == material), None)

    def with_check(self, check: Check) -> "Verifications":
        """换上这一项。"""
        others = [one for one in self.checks if one.request.material != check.request.material]
        return replace(self, checks=(*others, check))

    def after(self, event: Event) -> "Verifications":
        """请求、答复、逾期；核验不实的可以另行请求；办件告结即终止。"""
        match event:
            case VerificationRequested(material=name) if self._may_ask(name):
                return self.with_check(Check(event))
            case DocumentVerified(material=name) | DocumentNotVerified(material=name):
                return self.with_check(replace(self._waiting(event, name), answer=event))
            case VerificationOverdue(material=name) if name not in self._late:
                return self.with_check(replace(self._waiting(event, name), overdue=True))
            case VerificationsEnded() if self.open:
                return replace(self, ended=event)
            case _:
                raise ImpossibleHistory(f"{event} after {self}")

    @property
    def _late(self) -> frozenset[str]:
        return frozenset(one.request.material for one in self.checks if one.overdue)

    def _may_ask(self, material: str) -> bool:
        known = self.of(material)
        return self.ended is None and (
            known is None or isinstance(known.answer, DocumentNotVerified)
        )

    def _waiting(self, event: Event, material: str) -> Check:
        known = self.of(material)
        if known is None or material not in self.open:
            raise ImpossibleHistory(f"{event} after {self}")
        return known


BLANK: Final = Verifications()


def in_the_way(state: Verifications, needed: tuple[str, ...]) -> Refused | None:
    """还不能准予：已请求的没有答复，或者该核验的没有核验属实。"""
    for check in state.checks:
        if check.answer is None:
            return check.standing
    for material in needed:
        check_of = state.of(material)
        if check_of is None or not isinstance(check_of.answer, DocumentVerified):
            return Refused(Refusal.VERIFICATION_REQUIRED, {"material": material})
    return None


# -- commands


@dataclass(frozen=True, slots=True)
class Request:
    """请求核验。``listed``: on the list of materials that organs verify for each other."""

    fact: VerificationRequested
    listed: bool
    same_level: bool

    def decide(self, state: Verifications) -> Answer:
        """清单上的材料，向同级的出具机关请求，一份一次；不实的可以另行请求。"""
        known = state.of(self.fact.material)
        if known is not None and known.request == self.fact:
            return ()
        if state.ended is not None:
            return _over(state.ended)
        if not self.listed:
            return Refused(Refusal.VERIFICATION_NOT_LISTED, {"material": self.fact.material})
        if not self.same_level:
            return Refused(Refusal.VERIFICATION_LEVEL, {"organ": self.fact.issuing_body})
        if known is None or isinstance(known.answer, DocumentNotVerified):
            return (self.fact,)
        return known.standing


@dataclass(frozen=True, slots=True)
class Reply:
    """答复核验。"""

    fact: DocumentVerified | DocumentNotVerified

    def decide(self, state: Verifications) -> Answer:
        """出具机关答复一次；不实的说明理由。"""
        known = state.of(self.fact.material)
        if known is None:
            return Refused(Refusal.VERIFICATION_NOT_FOUND, {"material": self.fact.material})
        if known.answer == self.fact:
            return ()
        if known.request.issuing_body != self.fact.body:
            return Refused(Refusal.DUTY_ORGAN, {"organ": known.request.issuing_body})
        if state.ended is not None:
            return _over(state.ended)
        if known.answer is not None:
            return known.standing
        if isinstance(self.fact, DocumentNotVerified) and not self.fact.reasons.strip():
            return Refused(Refusal.CASE_REASONS_MISSING)
        return (self.fact,)


@dataclass(frozen=True, slots=True)
class MarkOverdue:
    """记下核验逾期。"""

    fact: VerificationOverdue
    today: date

    def decide(self, state: Verifications) -> Answer:
        """限期之日过完而没有答复。"""
        known = state.of(self.fact.material)
        if known is None:
            return Refused(Refusal.VERIFICATION_NOT_FOUND, {"material": self.fact.material})
        if self.fact.material not in state.open or known.overdue:
            return ()
        if self.today <= self.fact.due_on:
            return Refused(Refusal.VERIFICATION_NOT_YET_DUE, {"due_on": str(self.fact.due_on)})
        return (self.fact,)


@dataclass(frozen=True, slots=True)
class End:
    """办件告结。"""

    today: date

    def decide(self, state: Verifications) -> Answer:
        """没有答复的不必再核验；都已答复的无事可办。"""
        return (VerificationsEnded(state.open, self.today),) if state.open else ()


Command: TypeAlias = Request | Reply | MarkOverdue | End


def _over(ended: VerificationsEnded) -> Refused:
    return Refused(Refusal.VERIFICATION_ENDED, {"on": str(ended.ended_on)})


# -- evolve, decide


def evolve(state: Verifications, event: Event) -> Verifications:
    """一件事发生之后的各项核验。Raises ImpossibleHistory."""
    return state.after(event)


def decide(state: Verifications, command: Command) -> Answer:
    """该不该办：应记的事件，或依法不予办理。"""
    return command.decide(state)


AGGREGATE: Final = Aggregate[Verifications]("verification", BLANK, evolve)
