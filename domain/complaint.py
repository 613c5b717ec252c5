"""投诉（complaint）：12345 与网格上报的闭环：受理、转办、答复、退回重办、办结，并可触发检查（机制 71、82）。"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar, Final, TypeAlias

from domain.course import Order
from domain.decider import Event
from domain.terms import CaseNo, LicenceNo, Organ, PersonId


class ComplaintSource(StrEnum):
    """投诉从哪里来。"""

    HOTLINE = "HOTLINE"  # 12345热线
    GRID = "GRID"  # 网格上报
    ONLINE = "ONLINE"  # 网上投诉
    COUNTER = "COUNTER"  # 窗口投诉


class ComplaintMatter(StrEnum):
    """投诉什么。"""

    SERVICE = "SERVICE"  # 服务态度与效率
    NOTICE = "NOTICE"  # 告知不清或多次告知
    STAMP = "STAMP"  # 要求加盖印章
    PAPER = "PAPER"  # 要求纸质材料
    CHARGE = "CHARGE"  # 收费
    SUBJECT = "SUBJECT"  # 市场主体的经营行为


@dataclass(frozen=True, slots=True)
class Lodged(Event):
    """收到投诉。"""

    BASIS: ClassVar[tuple[str, ...]] = ("tbyj2018:12345",)
    source: ComplaintSource  # 来源
    source_no: str  # 来源的工单号
    matter: ComplaintMatter  # 投诉什么
    content: str  # 投诉内容，不写个人信息
    case_no: CaseNo | None  # 所涉办件，没有的为空
    licence_no: LicenceNo | None  # 所涉许可，没有的为空
    lodged_on: date  # 收到之日
    handler: PersonId  # 录入的人


@dataclass(frozen=True, slots=True)
class Assigned(Event):
    """投诉转办。"""

    BASIS: ClassVar[tuple[str, ...]] = ("tbyj2018:12345",)
    organ: Organ  # 承办的机关
    due_on: date  # 办理期限
    handler: PersonId  # 转办的人


@dataclass(frozen=True, slots=True)
class Answered(Event):
    """投诉答复。"""

    BASIS: ClassVar[tuple[str, ...]] = ("tbyj2018:12345",)
    organ: Organ  # 答复的机关
    explanation: str  # 办理情况
    handler: PersonId  # 经办人


@dataclass(frozen=True, slots=True)
class Returned(Event):
    """投诉退回重办。"""

    BASIS: ClassVar[tuple[str, ...]] = ("tbyj2018:12345",)
    reasons: str  # 退回的理由
    handler: PersonId  # 经办人


@dataclass(frozen=True, slots=True)
class Settled(Event):
    """投诉办结。"""

    BASIS: ClassVar[tuple[str, ...]] = ("tbyj2018:12345",)
    upheld: bool  # 是否属实
    satisfied: bool  # 投诉人是否满意
    explanation: str  # 结论
    responsible_organ: Organ  # 承办或者责任部门
    handler: PersonId  # 经办人


@dataclass(frozen=True, slots=True)
class CheckTriggered(Event):
    """投诉触发检查。"""

    BASIS: ClassVar[tuple[str, ...]] = ("tbyj2018:12345",)
    department: Organ  # 去检查的监管部门
    licence_no: LicenceNo  # 检查的许可
    handler: PersonId  # 经办人


@dataclass(frozen=True, slots=True)
class Overdue(Event):
    """投诉逾期未办。"""

    BASIS: ClassVar[tuple[str, ...]] = ("tbyj2018:12345",)
    due_on: date  # 办理期限


ComplaintEvent: TypeAlias = (
    Lodged | Assigned | Answered | Returned | Settled | CheckTriggered | Overdue
)

ORDER: Final = Order(
    "complaint",
    {
        Lodged: frozenset({None}),
        Assigned: frozenset({Lodged, Returned}),
        Answered: frozenset({Assigned}),
        Returned: frozenset({Answered}),
        Settled: frozenset({Answered}),
        CheckTriggered: frozenset({Lodged, Assigned, Answered}),
        Overdue: frozenset({Assigned}),
    },
    marks=frozenset({CheckTriggered, Overdue}),
)
AGGREGATE: Final = ORDER.aggregate
