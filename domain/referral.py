"""移送（referral）：把案件连同移送清单交给综合行政执法机关，签收、退回、回告（机制 82）。"""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final, TypeAlias

from domain.course import Order
from domain.decider import Event
from domain.terms import CaseNo, Evidence, LicenceNo, Organ, PersonId, Sha256, SubjectId


@dataclass(frozen=True, slots=True)
class Made(Event):
    """移送。"""

    BASIS: ClassVar[tuple[str, ...]] = ("cff:18",)
    case_no: CaseNo | None  # 所涉办件，没有的为空
    licence_no: LicenceNo | None  # 所涉许可，没有的为空
    subject: SubjectId  # 当事人
    grounds: str  # 涉嫌的违法情形
    from_organ: Organ  # 移送的机关
    to_organ: Organ  # 接受移送的机关
    record_sha256: Sha256  # 移送清单的摘要
    evidence: tuple[Evidence, ...]  # 随案移送的证据
    due_on: date  # 回告期限
    handler: PersonId  # 移送的人


@dataclass(frozen=True, slots=True)
class Signed(Event):
    """移送签收。"""

    BASIS: ClassVar[tuple[str, ...]] = ("cff:18",)
    organ: Organ  # 签收的机关
    handler: PersonId  # 签收的人


@dataclass(frozen=True, slots=True)
class Returned(Event):
    """移送退回。"""

    BASIS: ClassVar[tuple[str, ...]] = ("cff:18",)
    organ: Organ  # 退回的机关
    reason: str  # 不属管辖的理由
    handler: PersonId  # 经办人


@dataclass(frozen=True, slots=True)
class Answered(Event):
    """移送回告。"""

    BASIS: ClassVar[tuple[str, ...]] = ("cff:18",)
    organ: Organ  # 回告的机关
    document_no: str  # 处理决定的文号
    explanation: str  # 处理结果
    handler: PersonId  # 经办人


ReferralEvent: TypeAlias = Made | Signed | Returned | Answered

ORDER: Final = Order(
    "referral",
    {
        Made: frozenset({None}),
        Signed: frozenset({Made}),
        Returned: frozenset({Made, Signed}),
        Answered: frozenset({Signed}),
    },
)
AGGREGATE: Final = ORDER.aggregate
