"""公示（publication）：决定依法公开，滤去不得公开的；决定被推翻的撤下，账上两样都留着（机制 74）。

The record that goes out is made here and holds nothing but what may: no identity number, no
telephone, no address, and of a natural person no more than the internal number (行政许可法 40 条,
个人信息保护法 25 条).
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar, Final, TypeAlias

from domain.course import Course, Order
from domain.decider import Event
from domain.terms import CaseNo, ItemCode, LicenceNo, Organ, PersonId, SubjectId

DOUBLE_DAYS: Final = 7  # 双公示：七个工作日
GENERAL_DAYS: Final = 20  # 主动公开：二十个工作日（政府信息公开条例 26 条）
OBJECTION_DAYS: Final = 3  # 公开之前申请人可以提出异议的期间
WITHDRAWAL_DAYS: Final = 3  # 决定被推翻的三日内撤下（行政处罚法 48 条）


class PublicMatter(StrEnum):
    """公示的是哪一种决定。"""

    APPROVED = "APPROVED"  # 准予许可
    REVOKED = "REVOKED"  # 撤销许可
    PENALTY = "PENALTY"  # 行政处罚


# -- events


@dataclass(frozen=True, slots=True)
class Due(Event):
    """应予公示。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:40", "zfxxgk:26", "sgs")
    matter: PublicMatter  # 哪一种决定
    case_no: CaseNo | None  # 所出的办件，没有的为空
    licence_no: LicenceNo | None  # 所涉许可，没有的为空
    item_code: ItemCode | None  # 事项
    decision_no: str  # 决定文号
    organ: Organ  # 以其名义作出决定的机关
    subject: SubjectId  # 相对人编号
    decided_on: date  # 决定之日
    valid_from: date | None  # 有效期自
    valid_to: date | None  # 有效期至
    objection_due_on: date  # 公开之前提出异议的期限
    double_due_on: date  # 双公示期限，七个工作日
    general_due_on: date  # 主动公开期限，二十个工作日


@dataclass(frozen=True, slots=True)
class Objected(Event):
    """公开异议。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:5.2", "zfxxgk:15")
    parts: tuple[str, ...]  # 不愿公开的各项
    reasons: str  # 理由
    handler: PersonId | None  # 代为录入的人，本人提出的为空


@dataclass(frozen=True, slots=True)
class ObjectionDecided(Event):
    """公开异议处理。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:5.2", "zfxxgk:15")
    withheld: tuple[str, ...]  # 决定不公开的各项，都公开的为空
    reasons: str  # 理由
    handler: PersonId  # 经办人


@dataclass(frozen=True, slots=True)
class Published(Event):
    """公示。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:40", "zfxxgk:20", "grxxbhf:25")
    matter: PublicMatter  # 哪一种决定
    decision_no: str  # 决定文号
    item_name: str  # 事项名称
    organ: Organ  # 作出决定的机关
    holder: str  # 相对人，法人为统一社会信用代码，自然人只写内部编号
    decided_on: date  # 决定之日
    valid_from: date | None  # 有效期自
    valid_to: date | None  # 有效期至
    withheld: tuple[str, ...]  # 依异议不公开的各项


@dataclass(frozen=True, slots=True)
class Missed(Event):
    """公示逾期。"""

    BASIS: ClassVar[tuple[str, ...]] = ("sgs", "zfxxgk:26")
    due_on: date  # 双公示期限


@dataclass(frozen=True, slots=True)
class Overturned(Event):
    """所公示的决定被推翻。"""

    BASIS: ClassVar[tuple[str, ...]] = ("cff:48",)
    document_no: str  # 推翻它的文书
    reasons: str  # 理由
    overturned_on: date  # 推翻之日
    withdraw_due_on: date  # 撤下公示的期限
    handler: PersonId | None  # 经办人，机器依账上的撤销所记的为空


@dataclass(frozen=True, slots=True)
class Withdrawn(Event):
    """撤下公示。"""

    BASIS: ClassVar[tuple[str, ...]] = ("cff:48",)
    reasons: str  # 公开说明的理由


@dataclass(frozen=True, slots=True)
class Restored(Event):
    """恢复公示。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:40", "ztdjtl:42")
    document_no: str  # 恢复它的文书
    reasons: str  # 理由
    restored_on: date  # 恢复之日


PublicationEvent: TypeAlias = (
    Due | Objected | ObjectionDecided | Published | Missed | Overturned | Withdrawn | Restored
)

ORDER: Final = Order(
    "publication",
    {
        Due: frozenset({None}),
        Objected: frozenset({Due}),
        ObjectionDecided: frozenset({Objected}),
        Published: frozenset({Due, ObjectionDecided, Restored}),
        Missed: frozenset({Due, Objected, ObjectionDecided}),
        Overturned: frozenset({Due, Objected, ObjectionDecided, Published, Restored}),
        Withdrawn: frozenset({Overturned}),
        Restored: frozenset({Overturned, Withdrawn}),
    },
    marks=frozenset({Missed}),
)
AGGREGATE: Final = ORDER.aggregate

# What an objection may keep back; the rest is what the law itself makes public.
WITHHOLDABLE: Final = frozenset({"item_name", "valid_from", "valid_to"})


def publication_id(matter: PublicMatter, reference: str) -> str:
    """一项决定一份公示；``reference``: the case, the revocation or the penalty (文号不是编号)."""
    return f"{matter}.{reference}"


def public_record(state: Course, due: Due, item_name: str, credit_code: str | None) -> Published:
    """可以公开的记录：只取列明的各项；``credit_code`` is None for a natural person."""
    settled = state.last(ObjectionDecided)
    withheld = () if settled is None else settled.withheld
    return Published(
        matter=due.matter,
        decision_no=due.decision_no,
        item_name="" if "item_name" in withheld else item_name,
        organ=due.organ,
        holder=due.subject if credit_code is None else credit_code,
        decided_on=due.decided_on,
        valid_from=None if "valid_from" in withheld else due.valid_from,
        valid_to=None if "valid_to" in withheld else due.valid_to,
        withheld=withheld,
    )
