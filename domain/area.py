"""区域评估（area）与落区认定（placement）：评估过的片区，区内项目的相应评估可以承诺（机制 4）。"""

from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar, Final, TypeAlias, assert_never

from domain.decider import Aggregate, Answer, Event, ImpossibleHistory, Refused
from domain.refusals import Refusal
from domain.terms import ItemCode, PersonId

# -- events


@dataclass(frozen=True, slots=True)
class AssessmentPublished(Event):
    """区域评估公布。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:3",)
    name: str  # 片区名称
    version: int
    parcels: tuple[str, ...]
    items: tuple[ItemCode, ...]
    assessments: tuple[str, ...]  # 由区域评估顶替、可以承诺的评估材料
    valid_from: date
    valid_to: date
    document_no: str
    handler: PersonId

    def takes_effect(self, decided_on: date) -> date:  # noqa: ARG002 -- the fact says its day
        """评估有效期的起日。"""
        return self.valid_from


@dataclass(frozen=True, slots=True)
class Confirmed(Event):
    """落区认定：一件办件的地块在评估有效的片区之内。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:3",)
    area_id: str
    area_version: int
    parcel: str
    assessments: tuple[str, ...]
    handler: PersonId


# -- the assessments of an area


@dataclass(frozen=True, slots=True)
class Assessed:
    """一个片区的全部区域评估，先后有序；没有评估过的为空。"""

    versions: tuple[AssessmentPublished, ...] = ()

    def on(self, day: date) -> AssessmentPublished | None:
        """那一日有效的评估：后公布的取代先公布的，过期的不算。"""
        begun = (one for one in reversed(self.versions) if one.valid_from <= day)
        last = next(begun, None)
        return last if last is not None and day <= last.valid_to else None


@dataclass(frozen=True, slots=True)
class PublishAssessment:
    """公布区域评估；``fact.version`` is set here. ``today`` is Beijing's."""

    fact: AssessmentPublished
    today: date

    def decide(self, state: Assessed) -> Answer:
        """写明文件、地块、事项与材料，起止合理；修订不溯及既往。"""
        fact, known = self.fact, state.versions[-1] if state.versions else None
        if known is not None and replace(fact, version=known.version) == known:
            return ()
        if not fact.document_no.strip():
            return Refused(Refusal.ITEM_NO_DOCUMENT)
        if not (fact.parcels and fact.items and fact.assessments):
            return Refused(Refusal.AREA_EMPTY)
        if fact.valid_to < fact.valid_from:
            facts = {"valid_from": str(fact.valid_from), "valid_to": str(fact.valid_to)}
            return Refused(Refusal.AREA_PERIOD, facts)
        if known is not None and fact.valid_from < max(self.today, known.valid_from):
            return Refused(Refusal.ITEM_BACKDATED, {"effective_from": str(fact.valid_from)})
        return (replace(fact, version=len(state.versions) + 1),)


def _evolve_area(state: Assessed, event: Event) -> Assessed:
    match event:
        case AssessmentPublished(version=version) if version == len(state.versions) + 1:
            return Assessed((*state.versions, event))
        case _:
            raise ImpossibleHistory(f"{event} after {state}")


def decide_area(state: Assessed, command: PublishAssessment) -> Answer:
    """依已有的评估决定。"""
    return command.decide(state)


AREA: Final = Aggregate[Assessed]("area", Assessed(), _evolve_area)


# -- the place of one case


@dataclass(frozen=True, slots=True)
class Unplaced:
    """还没有认定落区。"""


@dataclass(frozen=True, slots=True)
class Placed:
    """已认定落在片区之内。"""

    confirmed: Confirmed


Place: TypeAlias = Unplaced | Placed


@dataclass(frozen=True, slots=True)
class Confirm:
    """落区认定。``assessment``: of that area, valid on the application day (None: none is)."""

    fact: Confirmed
    item_code: ItemCode
    assessment: AssessmentPublished | None

    def decide(self, state: Place) -> Answer:
        """申请之日评估有效，地块在片区之内，事项在其列。"""
        match state:
            case Placed(confirmed=known):
                same = known == self._of(known.area_version, known.assessments)
                return () if same else Refused(Refusal.AREA_PLACED, {"area_id": known.area_id})
            case Unplaced() if self.assessment is None:
                return Refused(Refusal.AREA_NOT_ASSESSED, {"area_id": self.fact.area_id})
            case Unplaced() if self.fact.parcel not in self.assessment.parcels:
                return Refused(Refusal.AREA_OUTSIDE, {"parcel": self.fact.parcel})
            case Unplaced() if self.item_code not in self.assessment.items:
                return Refused(Refusal.AREA_ITEM, {"item_code": self.item_code})
            case Unplaced():
                return (self._of(self.assessment.version, self.assessment.assessments),)
            case never:
                assert_never(never)

    def _of(self, version: int, assessments: tuple[str, ...]) -> Confirmed:
        return replace(self.fact, area_version=version, assessments=assessments)


def _evolve_place(state: Place, event: Event) -> Place:
    match state, event:
        case Unplaced(), Confirmed():
            return Placed(event)
        case _:
            raise ImpossibleHistory(f"{event} after {state}")


def decide_place(state: Place, command: Confirm) -> Answer:
    """该不该认定。"""
    return command.decide(state)


PLACE: Final = Aggregate[Place]("placement", Unplaced(), _evolve_place)
