"""清单（list）：七张清单与一张总表，另有中介服务事项清单、各部门的随机抽查事项清单；逐版公布（规则 16）。"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import ClassVar, Final, TypeAlias

from domain.decider import Aggregate, Answer, Event, ImpossibleHistory, Refused
from domain.refusals import Refusal
from domain.sampling import WHOLE
from domain.terms import ItemCode, Organ, PersonId
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


class MatterLevel(StrEnum):
    """抽查事项的类别（国市监信〔2019〕38号）。"""

    GENERAL = "GENERAL"  # 一般检查事项：比例、频次有上限
    KEY = "KEY"  # 重点检查事项：涉及安全、质量、公共利益，不设上限


class ObjectKind(StrEnum):
    """检查对象是什么。"""

    SUBJECT = "SUBJECT"  # 主体
    PRODUCT = "PRODUCT"  # 产品
    PROJECT = "PROJECT"  # 项目
    BEHAVIOUR = "BEHAVIOUR"  # 行为


@dataclass(frozen=True, slots=True)
class CheckMatter:
    """一项抽查事项：凭什么查、查什么、查多少。"""

    matter_no: str
    name: str
    legal_basis: tuple[str, ...]
    level: MatterLevel
    object_kind: ObjectKind
    contents: tuple[str, ...]  # 检查内容
    basis_points: int  # 抽查比例，基点；一般检查事项至多如此
    times_a_year: int  # 每年组织几次
    code_set: str  # 检查结果代码集
    speciality: str


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


@dataclass(frozen=True, slots=True)
class MattersPublished(Event):
    """随机抽查事项清单（版本）公布。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2015-58", "gsjx2019-38")
    department: Organ
    version: int
    effective_from: date
    document_no: str
    matters: tuple[CheckMatter, ...]
    handler: PersonId

    def takes_effect(self, decided_on: date) -> date:  # noqa: ARG002 -- the version says its day
        """版本生效之日。"""
        return self.effective_from


Version: TypeAlias = VersionPublished | ServicesPublished | MattersPublished


# -- state


@dataclass(frozen=True, slots=True)
class Published:
    """一张清单的全部版本，生效之日先后有序；没有公布过的为空。"""

    versions: tuple[Version, ...] = ()


def version_on(state: Published, day: date) -> Version | None:
    """那一日有效的版本；没有的没有。"""
    return in_force(state.versions, day)


def matters_identity(department: Organ) -> str:
    """一个部门的随机抽查事项清单，一份案卷。"""
    return f"MATTERS.{department}"


def matters_on(state: Published, day: date) -> dict[str, CheckMatter]:
    """那一日有效的抽查事项，按编号；没有公布清单的为空。"""
    version = version_on(state, day)
    known = version.matters if isinstance(version, MattersPublished) else ()
    return {one.matter_no: one for one in known}


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
        if isinstance(self.fact, MattersPublished):
            return _unfounded(self.fact.matters)
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


def _unfounded(matters: tuple[CheckMatter, ...]) -> Refused | None:
    """没有法律依据的不得检查（国办发〔2015〕58号）；写明查什么、查多少。"""
    unfounded = [one.matter_no for one in matters if not any(map(str.strip, one.legal_basis))]
    if unfounded:
        return Refused(Refusal.MATTER_NO_BASIS, {"matters": "、".join(unfounded)})
    vague = [
        one.matter_no
        for one in matters
        if not (one.contents and 0 < one.basis_points <= WHOLE and one.times_a_year > 0)
    ]
    if vague:
        return Refused(Refusal.MATTER_VAGUE, {"matters": "、".join(vague)})
    return _bare(matters) or _repeated(one.matter_no for one in matters)


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
        case VersionPublished() | ServicesPublished() | MattersPublished() if event.version == len(
            state.versions
        ) + 1 and (last is None or _same_list(last, event)):
            return Published((*state.versions, event))
        case _:
            raise ImpossibleHistory(f"{event} after {state}")


def _same_list(last: Version, event: Version) -> bool:
    return (type(last), _which(last)) == (type(event), _which(event))


def _which(version: Version) -> str | None:
    match version:
        case VersionPublished(kind=kind):
            return kind
        case MattersPublished(department=department):
            return department
        case _:
            return None


def decide(state: Published, command: Publish) -> Answer:
    """依现有版本决定。"""
    return command.decide(state)


AGGREGATE: Final = Aggregate[Published]("list", Published(), evolve)
