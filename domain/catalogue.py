"""事项（catalogue）：办件依申请之日有效的事项版本办理。"""

from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar, Final, TypeAlias

from domain.commitment import BreachPolicy
from domain.decider import Aggregate, Answer, Event, ImpossibleHistory, Refused
from domain.refusals import Refusal
from domain.terms import Organ

# -- events


@dataclass(frozen=True, slots=True)
class ItemPublished(Event):
    """事项（版本）公布。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:30",)
    version: int
    effective_from: date
    name: str
    legal_basis: tuple[str, ...]
    approving_body: Organ
    supervising_bodies: tuple[Organ, ...]
    legal_days: int
    promised_days: int
    window_authorised: bool  # 即办件，授权窗口
    commitment_allowed: bool
    commitment_materials: tuple[str, ...]  # 承诺制材料清单
    breach_policy: BreachPolicy
    filing_only: bool  # 报备制
    materials: tuple[str, ...]
    speciality: str  # 检查专业

    def takes_effect(self, decided_on: date) -> date:  # noqa: ARG002 -- the version says its own day
        """版本生效之日。"""
        return self.effective_from


ItemEvent: TypeAlias = ItemPublished


# -- state


@dataclass(frozen=True, slots=True)
class Nothing:
    """清单上没有此事项。"""


@dataclass(frozen=True, slots=True)
class Listed:
    """清单上的事项与其全部版本，生效之日先后有序。"""

    versions: tuple[ItemPublished, ...]

    @property
    def latest(self) -> ItemPublished:
        """最后公布的版本，可能尚未生效。"""
        return self.versions[-1]


State: TypeAlias = Nothing | Listed


def version_on(state: State, day: date) -> ItemPublished | None:
    """申请之日有效的版本（规则 16）；当日尚无有效版本的没有。"""
    if isinstance(state, Nothing):
        return None
    valid = (one for one in reversed(state.versions) if one.effective_from <= day)
    return next(valid, None)


# -- command


@dataclass(frozen=True, slots=True)
class Publish:
    """公布一个版本；``fact.version`` is set here, whatever it carries. ``today`` is Beijing's."""

    fact: ItemPublished
    today: date

    def decide(self, state: State) -> Answer:
        """内容相同即无事可办；新版本不溯及既往。"""
        known = state.latest if isinstance(state, Listed) else None
        if known is not None and replace(self.fact, version=known.version) == known:
            return ()
        if fault := self._fault():
            return Refused(fault)
        if known is None:
            return (replace(self.fact, version=1),)
        if self.fact.effective_from < max(self.today, known.effective_from):
            facts = {"effective_from": str(self.fact.effective_from)}
            return Refused(Refusal.ITEM_BACKDATED, facts)
        return (replace(self.fact, version=known.version + 1),)

    def _fault(self) -> Refusal | None:
        fact = self.fact
        if not fact.legal_basis:
            return Refusal.ITEM_NO_BASIS
        if not fact.supervising_bodies:
            return Refusal.ITEM_NO_SUPERVISOR
        if not 0 <= fact.promised_days <= fact.legal_days:
            return Refusal.ITEM_PERIOD
        on_list = set(fact.commitment_materials)
        if fact.commitment_allowed != bool(on_list) or not on_list <= set(fact.materials):
            return Refusal.ITEM_MATERIALS
        return None


def evolve(state: State, event: Event) -> State:
    """版本逐一相续。"""
    known = state.versions if isinstance(state, Listed) else ()
    match event:
        case ItemPublished(version=version) if version == len(known) + 1:
            return Listed((*known, event))
        case _:
            raise ImpossibleHistory(f"{event} after {state}")


def decide(state: State, command: Publish) -> Answer:
    """依现有版本决定。"""
    return command.decide(state)


AGGREGATE: Final = Aggregate[State]("item", Nothing(), evolve)
