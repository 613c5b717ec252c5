"""政银合作（outlet）：银行网点作为收件点：设点、撤点；网点代收，材料移交大厅（机制 57）。

A bank is no organ: what its outlet takes in is not yet a receipt. From which day the statutory
periods run is told once, when the outlet is opened, as its agreement says.
"""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final, TypeAlias

from domain.course import Order
from domain.decider import Event
from domain.forwarding import CountFrom
from domain.terms import ItemCode, Material, Organ, PersonId, SubjectId

# -- 网点


@dataclass(frozen=True, slots=True)
class OutletOpened(Event):
    """设立网点。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qz2023", "xkf:29")
    organ: Organ  # 网点的单位代码，在网点收件的人属于它
    name: str  # 银行与网点名称
    receiving_hall: Organ  # 接收材料的大厅
    item_codes: tuple[ItemCode, ...]  # 可以代收的事项
    count_from: CountFrom  # 收件之日以哪一天为准
    document_no: str  # 合作协议的文号
    opened_on: date  # 设点之日
    handler: PersonId  # 经办人


@dataclass(frozen=True, slots=True)
class OutletClosed(Event):
    """撤销网点。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qz2023",)
    reasons: str  # 理由
    closed_on: date  # 撤点之日
    handler: PersonId  # 经办人


OutletEvent: TypeAlias = OutletOpened | OutletClosed
OUTLET: Final = Order(
    "outlet",
    {
        OutletOpened: frozenset({None, OutletClosed}),
        OutletClosed: frozenset({OutletOpened}),
    },
)


# -- 代收与移交


@dataclass(frozen=True, slots=True)
class HandoverTakenIn(Event):
    """网点代收。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qz2023", "xkf:29")
    outlet_no: str  # 网点编号
    applicant: SubjectId  # 申请人
    item_code: ItemCode  # 事项编码
    materials: tuple[Material, ...]  # 代收的材料
    taken_on: date  # 代收之日
    handler: PersonId  # 网点收件的人


@dataclass(frozen=True, slots=True)
class HandoverCompleted(Event):
    """网点材料移交大厅。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qz2023", "xkf:32")
    receiving_hall: Organ  # 接收的大厅
    arrived_on: date  # 移交之日
    received_on: date  # 据以起算的收件之日
    handler: PersonId  # 接收的人


HandoverEvent: TypeAlias = HandoverTakenIn | HandoverCompleted
HANDOVER: Final = Order(
    "handover",
    {
        HandoverTakenIn: frozenset({None}),
        HandoverCompleted: frozenset({HandoverTakenIn}),
    },
)
