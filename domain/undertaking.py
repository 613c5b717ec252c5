"""承诺备案（undertaking）：不新增用地的“零土地”技改，承诺之后只查形式、即予备案；事后核查，违诺先整改。

A filing and a commitment in one: nothing is decided on the merits (优化营商环境条例 39 条), and what
was promised is verified afterwards by the supervising department.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar, Final, TypeAlias, assert_never

from domain.decider import Aggregate, Answer, Event, ImpossibleHistory, Refused
from domain.refusals import Refusal
from domain.terms import Evidence, ItemCode, Organ, PersonId, Sha256, SubjectId

# -- events


@dataclass(frozen=True, slots=True)
class Lodged(Event):
    """承诺备案提交。"""

    BASIS: ClassVar[tuple[str, ...]] = ("splm2018:cnba",)
    item_code: ItemCode
    item_version: int
    filer: SubjectId
    project: str
    land_no: str  # 现有用地的权证号：没有新增用地
    promises: tuple[str, ...]  # 逐条承诺符合的条件
    text_sha256: Sha256  # 承诺书
    handler: PersonId | None  # 申请人自己在网上提交的没有


@dataclass(frozen=True, slots=True)
class Filed(Event):
    """承诺备案通过：只查形式。"""

    BASIS: ClassVar[tuple[str, ...]] = ("splm2018:cnba", "yhyshj:39")
    item_code: ItemCode
    filed_on: date
    verify_by: date | None  # 免予核查的没有
    provisional: bool
    supervising_bodies: tuple[Organ, ...]
    handler: PersonId


@dataclass(frozen=True, slots=True)
class Verified(Event):
    """承诺备案核查。"""

    BASIS: ClassVar[tuple[str, ...]] = ("splm2018:cnba", "gbf2020-42")
    kept: bool
    failed: tuple[str, ...]  # 没有做到的各条
    explanation: str
    evidence: tuple[Evidence, ...]
    rectify_by: date | None  # 责令限期整改的期限
    handler: PersonId


@dataclass(frozen=True, slots=True)
class Cancelled(Event):
    """撤销承诺备案：整改之后仍没有做到。"""

    BASIS: ClassVar[tuple[str, ...]] = ("splm2018:cnba", "gbf2020-42")
    item_code: ItemCode
    explanation: str
    document_no: str
    supervising_bodies: tuple[Organ, ...]
    handler: PersonId


UndertakingEvent: TypeAlias = Lodged | Filed | Verified | Cancelled


# -- state


@dataclass(frozen=True, slots=True)
class Nothing:
    """没有这一件承诺备案。"""

    def after(self, event: Event) -> "State":
        """提交。"""
        match event:
            case Lodged():
                return Pending(event)
            case _:
                raise ImpossibleHistory(f"{event} before it is lodged")


@dataclass(frozen=True, slots=True)
class Pending:
    """已提交，待形式核对。"""

    lodged: Lodged

    def after(self, event: Event) -> "State":
        """备案通过。"""
        match event:
            case Filed():
                return OnFile(self.lodged, event)
            case _:
                raise ImpossibleHistory(f"{event} after {self}")


@dataclass(frozen=True, slots=True)
class OnFile:
    """已备案；``verified`` 是末一次核查。"""

    lodged: Lodged
    filed: Filed
    verified: Verified | None = None

    def after(self, event: Event) -> "State":
        """核查，或者撤销。"""
        match event:
            case Verified() if event != self.verified:
                return replace(self, verified=event)
            case Cancelled() if self.verified is not None and not self.verified.kept:
                return Struck(self.lodged, event)
            case _:
                raise ImpossibleHistory(f"{event} after {self}")


@dataclass(frozen=True, slots=True)
class Struck:
    """承诺备案已撤销。"""

    lodged: Lodged
    cancelled: Cancelled

    def after(self, event: Event) -> "State":
        """此后再无备案上的事。"""
        raise ImpossibleHistory(f"{event} after {self}")


State: TypeAlias = Nothing | Pending | OnFile | Struck


def standing(state: State) -> Refused:
    """承诺备案现在到了哪一步、由谁办到这一步。"""
    match state:
        case Nothing():
            return Refused(Refusal.UNDERTAKING_NOT_FOUND)
        case Pending(lodged=known):
            return Refused(Refusal.UNDERTAKING_PENDING, {"filer": known.filer})
        case OnFile(filed=known):
            facts = {"on": str(known.filed_on), "handler": known.handler}
            return Refused(Refusal.UNDERTAKING_ON_FILE, facts)
        case Struck(cancelled=known):
            facts = {"document_no": known.document_no, "handler": known.handler}
            return Refused(Refusal.UNDERTAKING_CANCELLED, facts)
        case never:
            assert_never(never)


# -- commands


@dataclass(frozen=True, slots=True)
class Lodge:
    """提交。``suitable``: what the item and the applicant's credit say; ``required``: the conditions
    that the item wants promised.
    """

    fact: Lodged
    suitable: Refused | None
    required: tuple[str, ...]

    def decide(self, state: State) -> Answer:
        """适用承诺备案的事项、信用合格的申请人、没有新增用地，要承诺的条件逐条承诺。"""
        match state:
            case Nothing():
                return self._barrier() or (self.fact,)
            case Pending(lodged=known) if known == self.fact:
                return ()
            case _:
                return standing(state)

    def _barrier(self) -> Refused | None:
        if self.suitable is not None:
            return self.suitable
        if not self.fact.land_no.strip():
            return Refused(Refusal.UNDERTAKING_NEW_LAND)
        missing = [name for name in self.required if name not in self.fact.promises]
        if missing:
            return Refused(Refusal.UNDERTAKING_PROMISES, {"missing": "、".join(missing)})
        return None


@dataclass(frozen=True, slots=True)
class File:
    """备案通过。"""

    fact: Filed

    def decide(self, state: State) -> Answer:
        """形式齐全即予备案，不作实质审查。"""
        match state:
            case Pending():
                return (self.fact,)
            case OnFile(filed=known) if known == self.fact:
                return ()
            case _:
                return standing(state)


@dataclass(frozen=True, slots=True)
class Verify:
    """核查。"""

    fact: Verified
    today: date

    def decide(self, state: State) -> Answer:
        """没有做到的写明哪一条、附证据，先责令整改；整改之后仍没有做到的，才不再定期限。"""
        match state:
            case OnFile(verified=known) if known == self.fact:
                return ()
            case OnFile():
                return self._barrier(state) or (self.fact,)
            case _:
                return standing(state)

    def _barrier(self, state: OnFile) -> Refused | None:
        fact = self.fact
        strangers = [name for name in fact.failed if name not in state.lodged.promises]
        if fact.kept == bool(fact.failed) or strangers or (fact.kept and fact.rectify_by):
            return Refused(Refusal.UNDERTAKING_FAILED_WHAT)
        if not fact.explanation.strip():
            return Refused(Refusal.CASE_REASONS_MISSING)
        if fact.kept:
            return None
        if not fact.evidence:
            return Refused(Refusal.COMMITMENT_NO_EVIDENCE)
        return self._rectifies(state)

    def _rectifies(self, state: OnFile) -> Refused | None:
        day = self.fact.rectify_by
        if day is not None and day <= self.today:
            return Refused(Refusal.UNDERTAKING_RECTIFY_DAY, {"today": str(self.today)})
        before = state.verified
        if day is None and (before is None or before.kept):
            return Refused(Refusal.UNDERTAKING_RECTIFY_FIRST)
        return None


@dataclass(frozen=True, slots=True)
class Cancel:
    """撤销承诺备案。"""

    fact: Cancelled
    today: date

    def decide(self, state: State) -> Answer:
        """整改期限过了、或者整改之后仍没有做到的，由核查以外的人撤销，写明理由与文号（SD6）。"""
        match state:
            case OnFile(verified=Verified(kept=False) as known):
                return self._barrier(known) or (self.fact,)
            case OnFile():
                return Refused(Refusal.UNDERTAKING_KEPT)
            case Struck(cancelled=known) if known == self.fact:
                return ()
            case _:
                return standing(state)

    def _barrier(self, verified: Verified) -> Refused | None:
        if verified.handler == self.fact.handler:
            return Refused(Refusal.DUTY_SAME_PERSON, {"person": self.fact.handler})
        day = verified.rectify_by
        if day is not None and self.today <= day:
            return Refused(Refusal.UNDERTAKING_RECTIFYING, {"due_on": str(day)})
        if not (self.fact.explanation.strip() and self.fact.document_no.strip()):
            return Refused(Refusal.ITEM_NO_DOCUMENT)
        return None


Command: TypeAlias = Lodge | File | Verify | Cancel


# -- evolve, decide


def evolve(state: State, event: Event) -> State:
    """一件事发生之后的承诺备案。Raises ImpossibleHistory."""
    return state.after(event)


def decide(state: State, command: Command) -> Answer:
    """该不该办：应记的事件，或依法不予办理。"""
    return command.decide(state)


AGGREGATE: Final = Aggregate[State]("undertaking", Nothing(), evolve)
