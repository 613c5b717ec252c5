"""清单（list）：七张清单与一张总表，另有中介服务事项清单；办件依申请之日有效的清单版本（规则 16）。"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import ClassVar, Final, TypeAlias

from domain.decider import Aggregate, Answer, Event, ImpossibleHistory, Refused
from domain.refusals import Refusal
from domain.terms import ItemCode, PersonId
from domain.versions import in_force


class ListKind(StrEnum):
    """泉台管办〔2021〕47号的八个附件。"""

    SUMMARY = "SUMMARY"  # 审批服务事项汇总
    EXEMPTION = "EXEMPTION"  # 豁免制清单
    FILING = "FILING"  # 报备制清单
    COMMITMENT_MATERIALS = "COMMITMENT_MATERIALS"  # 承诺制材料清单
    VERIFICATION_MATERIALS = "VERIFICATION_MATERIALS"  # 联审制材料清单
    SHARED_CERTIFICATES = "SHARED_CERTIFICATES"  # 电子证照共享清单
    ONE_MATTER = "ONE_MATTER"  # 一件事清单
    MOBILE = "MOBILE"  # 掌上办清单


# Lists of materials: every entry names one. The others are lists of items.
OF_MATERIALS: Final = frozenset(
    {
        ListKind.COMMITMENT_MATERIALS,
        ListKind.VERIFICATION_MATERIALS,
        ListKind.SHARED_CERTIFICATES,
    }
)
SERVICES: Final = "INTERMEDIARY_SERVICES"  # the one file of the intermediaries' services


@dataclass(frozen=True, slots=True)
class ListEntry:
    """清单上的一条：事项，材料清单的并写材料（证照），“一件事”清单的并写是哪一件事。"""

    item_code: ItemCode
    material: str | None = None
    matter: str | None = None


@dataclass(frozen=True, slots=True)
class Service:
    """一项中介服务：时限、流程、条件、收费对外公开（机制 48）。"""

    item_code: ItemCode
    name: str
    days: int
    process: str
    conditions: str
    fee: str
    required_by_law: bool  # 不是法律要求、而由机关委托的，所用时间计入办理期限

    @property
    def counts(self) -> bool:
        """所用时间计入办理期限的（浙江 2018 规定 28 条）。"""
        return not self.required_by_law


# -- events


@dataclass(frozen=True, slots=True)
class VersionPublished(Event):
    """清单（版本）公布。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:qd",)
    kind: ListKind
    version: int
    effective_from: date
    document_no: str
    legal_basis: tuple[str, ...]
    entries: tuple[ListEntry, ...]
    handler: PersonId

    def takes_effect(self, decided_on: date) -> date:  # noqa: ARG002 -- the version says its day
        """版本生效之日。"""
        return self.effective_from


@dataclass(frozen=True, slots=True)
class ServicesPublished(Event):
    """中介服务事项清单（版本）公布。"""

    BASIS: ClassVar[tuple[str, ...]] = ("rzb2018-264:zj",)
    version: int
    effective_from: date
    document_no: str
    services: tuple[Service, ...]
    handler: PersonId

    def takes_effect(self, decided_on: date) -> date:  # noqa: ARG002 -- the version says its day
        """版本生效之日。"""
        return self.effective_from


Version: TypeAlias = VersionPublished | ServicesPublished


# -- state


@dataclass(frozen=True, slots=True)
class Published:
    """一张清单的全部版本，生效之日先后有序；没有公布过的为空。"""

    versions: tuple[Version, ...] = ()


def version_on(state: Published, day: date) -> Version | None:
    """那一日有效的版本；没有的没有。"""
    return in_force(state.versions, day)


def holds(version: Version, item_code: ItemCode, material: str | None = None) -> bool:
    """清单上有没有这个事项；材料清单的，有没有它的这份材料。"""
    return isinstance(version, VersionPublished) and any(
        (one.item_code, one.material) == (item_code, material) for one in version.entries
    )


# -- command


@dataclass(frozen=True, slots=True)
class Publish:
    """公布一个版本；``fact.version`` is set here, whatever it carries. ``today`` is Beijing's."""

    fact: Version
    today: date

    def decide(self, state: Published) -> Answer:
        """内容相同即无事可办；第一版可以早已实行，其后的不溯及既往。"""
        known = state.versions[-1] if state.versions else None
        if known is not None and replace(self.fact, version=known.version) == known:
            return ()
        if fault := self._fault():
            return fault
        if known is None:
            return (replace(self.fact, version=1),)
        if self.fact.effective_from < max(self.today, known.effective_from):
            facts = {"effective_from": str(self.fact.effective_from)}
            return Refused(Refusal.ITEM_BACKDATED, facts)
        return (replace(self.fact, version=known.version + 1),)

    def _fault(self) -> Refused | None:
        if not self.fact.document_no.strip():
            return Refused(Refusal.ITEM_NO_DOCUMENT)
        if isinstance(self.fact, VersionPublished):
            return _faulty(self.fact)
        twice = _repeated(f"{one.item_code} {one.name}" for one in self.fact.services)
        return _bare(self.fact.services) or twice


def _faulty(fact: VersionPublished) -> Refused | None:
    if not fact.legal_basis:
        return Refused(Refusal.LIST_NO_BASIS)
    wrong = [
        one.item_code
        for one in fact.entries
        if (one.material is not None) != (fact.kind in OF_MATERIALS)
        or (one.matter is not None) != (fact.kind is ListKind.ONE_MATTER)
    ]
    if wrong:
        return Refused(Refusal.LIST_ENTRY, {"items": "、".join(wrong)})
    twice = _repeated(
        " ".join(filter(None, (one.item_code, one.material, one.matter))) for one in fact.entries
    )
    return _bare(fact.entries) or twice


def _bare(entries: tuple[object, ...]) -> Refused | None:
    return None if entries else Refused(Refusal.LIST_EMPTY)


def _repeated(names: Iterable[str]) -> Refused | None:
    twice = [name for name, count in Counter(names).items() if count > 1]
    return Refused(Refusal.LIST_REPEATS, {"items": "、".join(twice)}) if twice else None


# -- evolve, decide


def evolve(state: Published, event: Event) -> Published:
    """版本逐一相续，同一张清单一种。Raises ImpossibleHistory."""
    last = state.versions[-1] if state.versions else None
    match event:
        case VersionPublished() | ServicesPublished() if event.version == len(
            state.versions
        ) + 1 and (last is None or _same_list(last, event)):
            return Published((*state.versions, event))
        case _:
            raise ImpossibleHistory(f"{event} after {state}")


def _same_list(last: Version, event: Version) -> bool:
    return getattr(last, "kind", None) == getattr(event, "kind", None)


def decide(state: Published, command: Publish) -> Answer:
    """依现有版本决定。"""
    return command.decide(state)


AGGREGATE: Final = Aggregate[Published]("list", Published(), evolve)
