"""名额（quota）：数量有限的许可，依受理的先后决定（许可法 57 条）。

One stream per item, so that one writer gives the places their order; the case's own stream cannot.
"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import ClassVar, Final, TypeAlias

from domain.decider import Aggregate, Answer, Event, ImpossibleHistory, Refused
from domain.refusals import Refusal
from domain.terms import CaseNo, LicenceNo


class PlaceRelease(StrEnum):
    """排着的名额为何空了出来。"""

    REJECTED = "REJECTED"  # 不予许可
    WITHDRAWN = "WITHDRAWN"  # 撤回申请
    ACCEPTANCE_REVOKED = "ACCEPTANCE_REVOKED"  # 撤销受理


# -- events


@dataclass(frozen=True, slots=True)
class PlaceTaken(Event):
    """排队：一受理即取号。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:57",)
    case_no: CaseNo
    place: int
    accepted_on: date


@dataclass(frozen=True, slots=True)
class PlaceGranted(Event):
    """名额用去：准予许可。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:57",)
    case_no: CaseNo
    licence_no: LicenceNo


@dataclass(frozen=True, slots=True)
class PlaceReleased(Event):
    """退出排队：不予许可、撤回或撤销受理。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:57",)
    case_no: CaseNo
    reason: PlaceRelease


QuotaEvent: TypeAlias = PlaceTaken | PlaceGranted | PlaceReleased


# -- state


@dataclass(frozen=True, slots=True)
class Place:
    """一件办件的位置；``settled`` 是用去或退出。"""

    taken: PlaceTaken
    settled: PlaceGranted | PlaceReleased | None = None

    @property
    def order(self) -> tuple[date, int]:
        """受理之日在先者在先；同日的按取号的先后。"""
        return self.taken.accepted_on, self.taken.place


@dataclass(frozen=True, slots=True)
class Queue:
    """一个事项的全部位置，按取号的先后。"""

    places: tuple[Place, ...] = ()

    @property
    def licences(self) -> tuple[LicenceNo, ...]:
        """用去名额的各份许可。"""
        settled = (place.settled for place in self.places)
        return tuple(one.licence_no for one in settled if isinstance(one, PlaceGranted))

    def of(self, case_no: CaseNo) -> Place | None:
        """这一件的位置；没有取过号的没有。"""
        return next((one for one in self.places if one.taken.case_no == case_no), None)

    def after(self, event: Event) -> "Queue":
        """取号、用去、退出。"""
        match event:
            case PlaceTaken(case_no=case_no, place=number):
                if self.of(case_no) is None and number == len(self.places) + 1:
                    return Queue((*self.places, Place(event)))
            case PlaceGranted(case_no=case_no) | PlaceReleased(case_no=case_no):
                known = self.of(case_no)
                if known is not None and known.settled is None:
                    done = replace(known, settled=event)
                    return Queue(tuple(done if one is known else one for one in self.places))
            case _:
                pass
        raise ImpossibleHistory(f"{event} after {self}")


# -- commands


@dataclass(frozen=True, slots=True)
class Take:
    """受理即取号；``fact.place`` 由此处排定。"""

    fact: PlaceTaken

    def decide(self, state: Queue) -> Answer:
        """一件一号。"""
        if state.of(self.fact.case_no) is not None:
            return ()
        return (replace(self.fact, place=len(state.places) + 1),)


@dataclass(frozen=True, slots=True)
class Grant:
    """准予许可用去一个名额。``in_force``: licences of the item that still stand.

    ``awarded``: whether the applicant won, None if the item was never put out to tender or auction.
    """

    fact: PlaceGranted
    limit: int
    in_force: int
    awarded: bool | None = None

    def decide(self, state: Queue) -> Answer:
        """名额未满；招标、拍卖了的给中标人、买受人，没有的，受理在先的都已有结果。"""
        known = state.of(self.fact.case_no)
        if known is None:
            return Refused(Refusal.QUOTA_NO_PLACE)
        if known.settled is not None:
            return () if known.settled == self.fact else Refused(Refusal.QUOTA_SETTLED)
        if self.in_force >= self.limit:
            return Refused(Refusal.QUOTA_FULL, {"count": str(self.limit)})
        if self.awarded is not None:
            return (self.fact,) if self.awarded else Refused(Refusal.TENDER_NOT_WINNER)
        return self._in_turn(state, known)

    def _in_turn(self, state: Queue, known: Place) -> Answer:
        ahead = [one for one in state.places if one.settled is None and one.order < known.order]
        if ahead:
            first = min(ahead, key=lambda one: one.order).taken
            facts = {"case_no": first.case_no, "accepted_on": str(first.accepted_on)}
            return Refused(Refusal.QUOTA_EARLIER, facts)
        return (self.fact,)


@dataclass(frozen=True, slots=True)
class Release:
    """办件没有准予而告结，退出排队。"""

    fact: PlaceReleased

    def decide(self, state: Queue) -> Answer:
        """没有取过号的、已有结果的无事可办。"""
        known = state.of(self.fact.case_no)
        return () if known is None or known.settled is not None else (self.fact,)


Command: TypeAlias = Take | Grant | Release


# -- evolve, decide


def evolve(state: Queue, event: Event) -> Queue:
    """一件事发生之后的排队。Raises ImpossibleHistory."""
    return state.after(event)


def decide(state: Queue, command: Command) -> Answer:
    """该不该办：应记的事件，或依法不予办理。"""
    return command.decide(state)


AGGREGATE: Final = Aggregate[Queue]("quota", Queue(), evolve)
