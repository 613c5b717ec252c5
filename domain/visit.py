"""办件回访（visit）：疑似告知不到位的，问过申请人才知道属实不属实（机制 27）。"""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final, TypeAlias

from domain.course import Order
from domain.decider import Event
from domain.terms import ItemCode, Organ, PersonId, SubjectId


@dataclass(frozen=True, slots=True)
class Opened(Event):
    """办件回访立项。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qxzg2012-7:ydj",)
    preregistration: str  # 所据的预登记
    applicant: SubjectId  # 回访的申请人
    department: Organ  # 所涉部门
    item_code: ItemCode  # 所涉事项
    first_on: date  # 首次登记之日
    last_on: date  # 本次登记之日
    due_on: date  # 回访期限


@dataclass(frozen=True, slots=True)
class Concluded(Event):
    """办件回访办结。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qxzg2012-7:ydj",)
    confirmed: bool  # 告知不到位是否属实
    explanation: str  # 回访的情况
    office: Organ  # 回访的机关
    handler: PersonId  # 回访的人


VisitEvent: TypeAlias = Opened | Concluded

ORDER: Final = Order("visit", {Opened: frozenset({None}), Concluded: frozenset({Opened})})
AGGREGATE: Final = ORDER.aggregate
