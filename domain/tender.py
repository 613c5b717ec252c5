"""竞价、中标（tender）：有数量限制的事项经招标、拍卖定了给谁，据此准予，不论受理先后（机制 69）。

许可法 53 条：中标人、买受人依结果取得许可；57 条的先后只在没有另外规定时适用。
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar, Final, TypeAlias

from domain.course import Course, Order
from domain.decider import Event
from domain.terms import Organ, PersonId, SubjectId


class TenderMethod(StrEnum):
    """公平竞争的方式。"""

    TENDER = "TENDER"  # 招标
    AUCTION = "AUCTION"  # 拍卖


@dataclass(frozen=True, slots=True)
class TenderAwarded(Event):
    """招标、拍卖的结果。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:53",)
    method: TenderMethod  # 招标还是拍卖
    organ: Organ  # 组织的机关
    winners: tuple[SubjectId, ...]  # 中标人、买受人
    document_no: str  # 中标通知书、拍卖成交确认书的文号
    awarded_on: date  # 记下结果之日
    handler: PersonId  # 经办人


TenderEvent: TypeAlias = TenderAwarded
ORDER: Final = Order("tender", {TenderAwarded: frozenset({None, TenderAwarded})})


def winners(state: Course) -> frozenset[SubjectId]:
    """历次的中标人、买受人；从未招标、拍卖的没有。"""
    held = (step for step in state.steps if isinstance(step, TenderAwarded))
    return frozenset(one for step in held for one in step.winners)
