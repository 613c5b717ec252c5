"""改革任务（reform）：谁、何时、做到什么、报了没有、逾期没有（机制 21、90）。"""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final, TypeAlias

from domain.course import Order
from domain.decider import Event
from domain.terms import Organ, PersonId


@dataclass(frozen=True, slots=True)
class Assigned(Event):
    """下达改革任务。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:fjjd",)
    title: str  # 任务名称
    source: str  # 任务出处，文件与条目
    responsible_organ: Organ  # 责任部门
    office: Organ  # 下达并督办的机关
    due_on: date  # 完成期限
    handler: PersonId  # 下达的人


@dataclass(frozen=True, slots=True)
class Reported(Event):
    """改革任务报告。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:fjjd",)
    organ: Organ  # 报告的部门
    progress: str  # 进展
    finished: bool  # 是否报称完成
    handler: PersonId  # 报告的人


@dataclass(frozen=True, slots=True)
class Overdue(Event):
    """改革任务逾期。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:fjjd",)
    due_on: date  # 完成期限


@dataclass(frozen=True, slots=True)
class Closed(Event):
    """改革任务销号。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:fjjd",)
    explanation: str  # 核验的情况
    handler: PersonId  # 核验的人


ReformEvent: TypeAlias = Assigned | Reported | Overdue | Closed

ORDER: Final = Order(
    "reform",
    {
        Assigned: frozenset({None}),
        Reported: frozenset({Assigned, Reported}),
        Overdue: frozenset({Assigned, Reported}),
        Closed: frozenset({Reported}),
    },
    marks=frozenset({Overdue}),
)
AGGREGATE: Final = ORDER.aggregate
