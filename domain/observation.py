"""包容审慎（observation）：观察期内以指导代替随机抽查；抽取时列明不抽谁、为什么（机制 89）。

优化营商环境条例 55 条 wants room to grow and safety both, and forbids leaving a field unsupervised:
hence an end date, never a field of safety or health, and one record for each draw that leaves
somebody out. What a complaint or a clue calls for is inspected all the same.
"""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final, TypeAlias

from domain.course import Order
from domain.decider import Event
from domain.terms import ItemCode, Organ, PersonId, SubjectId

MOST_MONTHS: Final = 12  # 观察期最长；上位法没有定数，各地自定


@dataclass(frozen=True, slots=True)
class ObservationGranted(Event):
    """列入观察期。"""

    BASIS: ClassVar[tuple[str, ...]] = ("yhyshj:55",)
    subject: SubjectId  # 监管对象
    item_code: ItemCode  # 哪一个事项的领域
    department: Organ  # 给观察期的监管部门
    reasons: str  # 理由
    document_no: str  # 文号
    granted_on: date  # 列入之日
    valid_until: date  # 观察期的末日
    handler: PersonId  # 决定的人


@dataclass(frozen=True, slots=True)
class ObservationGuided(Event):
    """观察期内的指导。"""

    BASIS: ClassVar[tuple[str, ...]] = ("yhyshj:55",)
    guidance: str  # 指导的内容
    guided_on: date  # 指导之日
    handler: PersonId  # 指导的人


@dataclass(frozen=True, slots=True)
class ObservationEnded(Event):
    """观察期提前终止。"""

    BASIS: ClassVar[tuple[str, ...]] = ("yhyshj:55",)
    reasons: str  # 理由
    ended_on: date  # 终止之日
    handler: PersonId  # 决定的人


ObservationEvent: TypeAlias = ObservationGranted | ObservationGuided | ObservationEnded
_UNDER: Final = frozenset({ObservationGranted, ObservationGuided})
ORDER: Final = Order(
    "observation",
    {
        ObservationGranted: frozenset({None, ObservationEnded}),
        ObservationGuided: _UNDER,
        ObservationEnded: _UNDER,
    },
)


@dataclass(frozen=True, slots=True)
class Observed:
    """一份观察期：哪个事项，何理由，至何日。"""

    item_code: ItemCode  # 事项编码
    document_no: str  # 文号
    reasons: str  # 理由
    valid_until: date  # 观察期的末日


@dataclass(frozen=True, slots=True)
class ExclusionMade(Event):
    """本轮抽查不列入名单。"""

    BASIS: ClassVar[tuple[str, ...]] = ("yhyshj:54", "yhyshj:55")
    plan_no: str  # 检查计划
    subject: SubjectId  # 监管对象
    observed: tuple[Observed, ...]  # 所据的各份观察期


@dataclass(frozen=True, slots=True)
class ExclusionCapped(Event):
    """本轮抽查不列入名单：已达年度检查次数上限。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2024-54",)
    plan_no: str  # 检查计划
    subject: SubjectId  # 监管对象
    year: int  # 哪一年的上限
    most: int  # 一年至多几次
    checks: tuple[str, ...]  # 计入的各次检查任务


EXCLUSION: Final = Order(
    "exclusion", {ExclusionMade: frozenset({None}), ExclusionCapped: frozenset({None})}
)


def identity(subject: SubjectId, item_code: ItemCode) -> str:
    """一个对象在一个事项上的观察期，一份案卷。"""
    return f"{item_code}.{subject}"
