"""服务（service）：预约、跑趟、评价（机制 37、42、72）。各是一份小案卷。"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar, Final, TypeAlias

from domain.course import Order
from domain.decider import Event
from domain.terms import ItemCode, PersonId, SubjectId

LOWEST, HIGHEST = 1, 5  # 好差评五级（GB/T 39046 A.8）
POOR: Final = 2  # 差评：很不满意、不满意


class TripPurpose(StrEnum):
    """申请人这一趟来做什么。"""

    CONSULT = "CONSULT"  # 咨询
    SUBMIT = "SUBMIT"  # 提交材料
    SUPPLEMENT = "SUPPLEMENT"  # 补正材料
    COLLECT = "COLLECT"  # 领取结果
    OTHER = "OTHER"  # 其他


# -- 预约


@dataclass(frozen=True, slots=True)
class AppointmentMade(Event):
    """预约。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qxzg2012-7:yy",)
    item_code: ItemCode  # 预约办理的事项
    applicant: SubjectId  # 预约人
    window_no: str  # 窗口号
    slot_at: datetime  # 办事时间
    ticket_no: str  # 预约序号
    handler: PersonId | None  # 代为预约的人，本人预约的为空


@dataclass(frozen=True, slots=True)
class AppointmentKept(Event):
    """如约到场。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qxzg2012-7:yy",)
    handler: PersonId  # 接待的人


@dataclass(frozen=True, slots=True)
class AppointmentBroken(Event):
    """预约未到。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qxzg2012-7:yy",)
    handler: PersonId  # 经办人


@dataclass(frozen=True, slots=True)
class AppointmentCancelled(Event):
    """取消预约。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qxzg2012-7:yy",)
    reason: str  # 理由
    handler: PersonId | None  # 经办人，本人取消的为空


AppointmentEvent: TypeAlias = (
    AppointmentMade | AppointmentKept | AppointmentBroken | AppointmentCancelled
)
_BOOKED: Final = frozenset({AppointmentMade})
APPOINTMENT: Final = Order(
    "appointment",
    {
        AppointmentMade: frozenset({None}),
        AppointmentKept: _BOOKED,
        AppointmentBroken: _BOOKED,
        AppointmentCancelled: _BOOKED,
    },
)


# -- 跑趟


@dataclass(frozen=True, slots=True)
class TripRecorded(Event):
    """跑趟记录。"""

    BASIS: ClassVar[tuple[str, ...]] = ("rzb2018-264:pt",)
    purpose: TripPurpose  # 这一趟来做什么
    came_on: date  # 到场之日
    handler: PersonId  # 接待的人


TripEvent: TypeAlias = TripRecorded
TRIP: Final = Order("trip", {TripRecorded: frozenset({None, TripRecorded})})


# -- 评价


@dataclass(frozen=True, slots=True)
class RatingGiven(Event):
    """评价。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2019-51",)
    score: int  # 评价等级，一至五级，五级最高
    aspects: tuple[str, ...]  # 评价的方面
    rated_on: date  # 评价之日


@dataclass(frozen=True, slots=True)
class RatingFollowed(Event):
    """差评核实。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2019-51",)
    confirmed: bool  # 差评是否属实
    explanation: str  # 核实与整改的情况
    handler: PersonId  # 核实的人


RatingEvent: TypeAlias = RatingGiven | RatingFollowed
RATING: Final = Order(
    "rating", {RatingGiven: frozenset({None}), RatingFollowed: frozenset({RatingGiven})}
)
