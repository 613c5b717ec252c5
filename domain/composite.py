"""一业一证（composite）：一张综合许可证载明若干项许可；各项仍是各自的许可，一项变动，综合证同步调整（机制 49）。

The composite adds no power of its own: who revokes a component, and against whom one appeals, stays
as it was (浦东新区“一业一证”规定).
"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import ClassVar, Final, TypeAlias, assert_never

from domain.decider import Aggregate, Answer, Event, ImpossibleHistory, Refused
from domain.refusals import Refusal
from domain.terms import ItemCode, LicenceNo, Organ, PersonId, SubjectId

LEAST: Final = 2  # 少于两项的，不成综合证


class AdjustCause(StrEnum):
    """综合证因何调整。"""

    ENDED = "ENDED"  # 一项许可终结
    RESTORED = "RESTORED"  # 一项许可恢复
    RENEWED = "RENEWED"  # 一项许可延续
    CHANGED = "CHANGED"  # 一项许可变更


@dataclass(frozen=True, slots=True)
class Component:
    """综合证载明的一项许可。"""

    licence_no: LicenceNo
    item_code: ItemCode
    approving_body: Organ
    valid_to: date | None


# -- events


@dataclass(frozen=True, slots=True)
class Issued(Event):
    """综合许可证颁发。"""

    BASIS: ClassVar[tuple[str, ...]] = ("pdyyyz:6",)
    industry: str
    holder: SubjectId
    components: tuple[Component, ...]
    valid_to: date | None  # 统一的有效期：各项中最早届满的
    organ: Organ
    document_no: str
    issued_on: date
    handler: PersonId


@dataclass(frozen=True, slots=True)
class Adjusted(Event):
    """综合许可证同步调整；其余各项照旧。"""

    BASIS: ClassVar[tuple[str, ...]] = ("pdyyyz:8",)
    cause: AdjustCause
    licence_no: LicenceNo
    source_event: str
    components: tuple[Component, ...]  # 调整之后还载明的
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Ended(Event):
    """综合许可证终止：所载各项都已终结。"""

    BASIS: ClassVar[tuple[str, ...]] = ("pdyyyz:8",)
    licence_no: LicenceNo  # 末一项
    source_event: str


CompositeEvent: TypeAlias = Issued | Adjusted | Ended


# -- state


@dataclass(frozen=True, slots=True)
class Nothing:
    """没有这张综合证。"""

    def after(self, event: Event) -> "State":
        """颁发。"""
        match event:
            case Issued():
                return Known(event, event.components)
            case _:
                raise ImpossibleHistory(f"{event} before the issue")


@dataclass(frozen=True, slots=True)
class Known:
    """颁发过的综合证；``components`` 空的，已经终止。``taken``: the events already answered."""

    issued: Issued
    components: tuple[Component, ...]
    taken: frozenset[str] = frozenset()

    def holds(self, licence_no: LicenceNo) -> Component | None:
        """现在还载明的一项。"""
        return next((one for one in self.components if one.licence_no == licence_no), None)

    def after(self, event: Event) -> "State":
        """调整、终止；终止之后还可以因一项恢复而恢复。"""
        match event:
            case Adjusted(components=parts, source_event=source) if source not in self.taken:
                return replace(self, components=parts, taken=self.taken | {source})
            case Ended(source_event=source) if self.components and source not in self.taken:
                return replace(self, components=(), taken=self.taken | {source})
            case _:
                raise ImpossibleHistory(f"{event} after {self}")


State: TypeAlias = Nothing | Known


def standing(state: State) -> Refused:
    """综合证现在怎样。"""
    match state:
        case Nothing():
            return Refused(Refusal.COMPOSITE_NOT_FOUND)
        case Known(issued=known):
            facts = {"document_no": known.document_no, "handler": known.handler}
            return Refused(Refusal.COMPOSITE_EXISTS, facts)
        case never:
            assert_never(never)


def unified(components: tuple[Component, ...]) -> date | None:
    """统一的有效期：最早届满的一项；都长期有效的没有。"""
    return min((one.valid_to for one in components if one.valid_to is not None), default=None)


# -- commands


@dataclass(frozen=True, slots=True)
class Issue:
    """颁发；``fact.valid_to`` is set here."""

    fact: Issued

    def decide(self, state: State) -> Answer:
        """至少两项，不重复，写明文号。"""
        match state:
            case Nothing() if len({one.licence_no for one in self.fact.components}) < LEAST:
                return Refused(Refusal.COMPOSITE_TOO_FEW)
            case Nothing() if not self.fact.document_no.strip():
                return Refused(Refusal.ITEM_NO_DOCUMENT)
            case Nothing():
                return (self._fact(),)
            case Known(issued=known) if known == self._fact():
                return ()
            case _:
                return standing(state)

    def _fact(self) -> Issued:
        return replace(self.fact, valid_to=unified(self.fact.components))


@dataclass(frozen=True, slots=True)
class Adjust:
    """随一项许可的变动而调整。``component``: what the licence is now; None where it has ended."""

    licence_no: LicenceNo
    component: Component | None
    source_event: str

    def decide(self, state: State) -> Answer:
        """所载的一项才调整；同一件事只调整一次，本来如此的不动。"""
        match state:
            case Known(issued=issued) if self.licence_no not in {
                one.licence_no for one in issued.components
            }:
                return Refused(Refusal.COMPOSITE_NOT_PART, {"licence_no": self.licence_no})
            case Known(taken=taken) if self.source_event in taken:
                return ()
            case Known():
                return self._adjust(state)
            case _:
                return standing(state)

    def _adjust(self, state: Known) -> Answer:
        before = state.holds(self.licence_no)
        if self.component is None:
            return () if before is None else self._ended(state)
        cause = AdjustCause.CHANGED
        if before is None:
            cause = AdjustCause.RESTORED
        elif before.valid_to != self.component.valid_to:
            cause = AdjustCause.RENEWED
        return (self._fact(cause, self._with(state, self.component)),)

    def _ended(self, state: Known) -> Answer:
        left = tuple(one for one in state.components if one.licence_no != self.licence_no)
        if not left:
            return (Ended(self.licence_no, self.source_event),)
        return (self._fact(AdjustCause.ENDED, left),)

    def _with(self, state: Known, part: Component) -> tuple[Component, ...]:
        """In the order of the issue."""
        now = {one.licence_no: one for one in state.components} | {part.licence_no: part}
        order = (one.licence_no for one in state.issued.components)
        return tuple(now[number] for number in order if number in now)

    def _fact(self, cause: AdjustCause, parts: tuple[Component, ...]) -> Adjusted:
        return Adjusted(cause, self.licence_no, self.source_event, parts, unified(parts))


Command: TypeAlias = Issue | Adjust


# -- evolve, decide


def evolve(state: State, event: Event) -> State:
    """一件事发生之后的综合证。Raises ImpossibleHistory."""
    return state.after(event)


def decide(state: State, command: Command) -> Answer:
    """该不该办：应记的事件，或依规则不予办理。"""
    return command.decide(state)


AGGREGATE: Final = Aggregate[State]("composite", Nothing(), evolve)
