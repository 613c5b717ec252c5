"""网上预审（prereview）：收件之前看一看材料；没有法律效力，不起算期限，可以转为收件（机制 68）。"""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final, TypeAlias

from domain.course import Order
from domain.decider import Event
from domain.terms import CaseNo, Channel, ItemCode, Material, PersonId, SubjectId


@dataclass(frozen=True, slots=True)
class PrereviewAsked(Event):
    """申请网上预审。"""

    BASIS: ClassVar[tuple[str, ...]] = ("spfwbmh",)
    item_code: ItemCode  # 事项编码
    item_version: int  # 当日有效的事项版本
    applicant: SubjectId  # 申请人
    channel: Channel  # 申请渠道
    materials: tuple[Material, ...]  # 送来预审的材料
    asked_on: date  # 申请预审之日
    handler: PersonId | None  # 代为录入的人，本人提交的为空


@dataclass(frozen=True, slots=True)
class PrereviewAnswered(Event):
    """告知预审结果。"""

    BASIS: ClassVar[tuple[str, ...]] = ("spfwbmh", "xkf:30")
    complete: bool  # 材料看来是否齐全
    missing: tuple[str, ...]  # 还缺的材料，齐全的为空
    advice: str  # 告知申请人的话
    answered_on: date  # 告知之日
    handler: PersonId  # 预审的人


@dataclass(frozen=True, slots=True)
class PrereviewConverted(Event):
    """预审转为收件。"""

    BASIS: ClassVar[tuple[str, ...]] = ("spfwbmh", "xkf:32")
    case_no: CaseNo  # 转成的办件
    converted_on: date  # 转为收件之日
    handler: PersonId  # 收件的人


PrereviewEvent: TypeAlias = PrereviewAsked | PrereviewAnswered | PrereviewConverted
ORDER: Final = Order(
    "prereview",
    {
        PrereviewAsked: frozenset({None}),
        PrereviewAnswered: frozenset({PrereviewAsked, PrereviewAnswered}),
        # Nobody may be kept from applying by what a preview says, nor by waiting for it.
        PrereviewConverted: frozenset({PrereviewAsked, PrereviewAnswered}),
    },
)
