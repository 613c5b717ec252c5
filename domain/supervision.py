"""专项督查（supervision）：审改办、数字办、法制办等督查机关的一次督查（机制 85）。"""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final, TypeAlias

from domain.course import Order
from domain.decider import Event
from domain.terms import Organ, PersonId


@dataclass(frozen=True, slots=True)
class Opened(Event):
    """专项督查立项。"""

    BASIS: ClassVar[tuple[str, ...]] = ("rzb2018-264:dc",)
    title: str  # 督查什么
    offices: tuple[Organ, ...]  # 督查的机关
    scope: tuple[Organ, ...]  # 被督查的机关
    due_on: date  # 督查期限
    handler: PersonId  # 立项的人


@dataclass(frozen=True, slots=True)
class Noted(Event):
    """督查记录。"""

    BASIS: ClassVar[tuple[str, ...]] = ("rzb2018-264:dc",)
    organ: Organ  # 被督查的机关
    explanation: str  # 查到的情况
    oversight_no: str | None  # 据此提出的督办，没有的为空
    handler: PersonId  # 记录的人


@dataclass(frozen=True, slots=True)
class Concluded(Event):
    """专项督查办结。"""

    BASIS: ClassVar[tuple[str, ...]] = ("rzb2018-264:dc",)
    explanation: str  # 结论
    handler: PersonId  # 办结的人


SupervisionEvent: TypeAlias = Opened | Noted | Concluded

ORDER: Final = Order(
    "supervision",
    {
        Opened: frozenset({None}),
        Noted: frozenset({Opened, Noted}),
        Concluded: frozenset({Opened, Noted}),
    },
)
AGGREGATE: Final = ORDER.aggregate
