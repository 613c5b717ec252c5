"""订阅对账（subscription）：订阅方报来一个主题某日收到几件，与账上所发的比（机制 86）。

The provincial platform must receive everything. How many were sent is counted by the machine from
the ledger; the difference is arithmetic and stands on the file until a later count closes it.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar, Final, TypeAlias

from domain.course import Order
from domain.decider import Event
from domain.terms import Organ, PersonId


class SubscribedTopic(StrEnum):
    """订阅的主题。"""

    CASE = "CASE"  # 办件
    INSPECTION = "INSPECTION"  # 双随机
    REGISTER = "REGISTER"  # 名录


@dataclass(frozen=True, slots=True)
class SubscriptionDeclared(Event):
    """订阅方申报收到的件数。"""

    BASIS: ClassVar[tuple[str, ...]] = ("tbyj2018:yc",)
    subscriber: Organ  # 订阅方
    topic: SubscribedTopic  # 主题
    day: date  # 数据之日
    count: int  # 订阅方所报收到的件数
    handler: PersonId  # 经办人


@dataclass(frozen=True, slots=True)
class SubscriptionCompared(Event):
    """订阅对账。"""

    BASIS: ClassVar[tuple[str, ...]] = ("tbyj2018:yc",)
    sent: int  # 账上当日所发的件数
    count: int  # 订阅方所报收到的件数
    difference: int  # 少收的件数，多收的为负
    compared_on: date  # 对账之日


SubscriptionEvent: TypeAlias = SubscriptionDeclared | SubscriptionCompared
ORDER: Final = Order(
    "subscription",
    {
        SubscriptionDeclared: frozenset({None, SubscriptionCompared}),
        SubscriptionCompared: frozenset({SubscriptionDeclared}),
    },
)


def identity(subscriber: Organ, topic: SubscribedTopic, day: date) -> str:
    """一个订阅方、一个主题、一天，一份案卷。"""
    return f"{subscriber}.{topic.lower()}.{day}"
