"""办件的记事（remarks）：违规告知、踏勘、收费告知、更正——记下来，不改变办到哪一步。

Events and what a case keeps of them; the commands are in ``domain.case`` and ``domain.procedure``.
"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import ClassVar, Final, TypeAlias, assert_never

from domain.decider import Event
from domain.terms import Organ, PersonId, Sha256


class NoticeFault(StrEnum):
    """补正告知违规在哪里。"""

    TWICE = "TWICE"  # 再次告知，一次性告知不到位
    LATE = "LATE"  # 五日已过才告知
    AFTER_HALF = "AFTER_HALF"  # 承诺时限过半才告知


class CorrectedField(StrEnum):
    """可以更正的录入差错；法律上的判断不在其内。"""

    RECEIPT_NO = "RECEIPT_NO"  # 收件凭证号
    CHANNEL = "CHANNEL"  # 申请渠道
    NOTICE_NO = "NOTICE_NO"  # 补正告知书文号
    ACCEPTANCE_NO = "ACCEPTANCE_NO"  # 受理通知书文号
    DELIVERY_METHOD = "DELIVERY_METHOD"  # 送达方式


# -- events


@dataclass(frozen=True, slots=True)
class NoticeViolated(Event):
    """违规的补正告知：确已发出，照记，对受理没有效力。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:32.1.4", "xkf:72")
    fault: NoticeFault
    notice_no: str
    missing: tuple[str, ...]
    due_on: date | None  # 最迟应在何日告知；再次告知的没有
    handler: PersonId


@dataclass(frozen=True, slots=True)
class SurveyRecorded(Event):
    """现场踏勘：两人以上，不停止计算期限。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:34",)
    surveyed_on: date
    surveyors: tuple[PersonId, ...]
    observer: PersonId | None  # 监管部门派来的观察员
    observer_organ: Organ | None
    findings: str
    report_sha256: Sha256
    handler: PersonId


@dataclass(frozen=True, slots=True)
class FeeNotified(Event):
    """一次性收费告知。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:59", "qxzglz2012-7:sf")
    notice_no: str
    amount_fen: int
    handler: PersonId


@dataclass(frozen=True, slots=True)
class Corrected(Event):
    """更正录入差错：另记一笔，原来的照样在账上。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2023-26",)
    field: CorrectedField
    was: str
    now: str
    reasons: str
    second: PersonId | None  # 同意更正的第二人；本人当日更正自己的录入，没有
    handler: PersonId


Remark: TypeAlias = NoticeViolated | SurveyRecorded | FeeNotified | Corrected


# -- state


@dataclass(frozen=True, slots=True)
class Remarks:
    """办件随带的各种记事。"""

    violations: tuple[NoticeViolated, ...] = ()
    surveys: tuple[SurveyRecorded, ...] = ()
    fees: tuple[FeeNotified, ...] = ()
    corrections: tuple[Corrected, ...] = ()
    hands: frozenset[PersonId] = frozenset()  # 经过手的人，办到哪一步都记着（SD11）

    def plus(self, event: Remark) -> "Remarks":
        """又记了一笔。"""
        match event:
            case NoticeViolated():
                return replace(self, violations=(*self.violations, event))
            case SurveyRecorded():
                return replace(self, surveys=(*self.surveys, event))
            case FeeNotified():
                return replace(self, fees=(*self.fees, event))
            case Corrected():
                return replace(self, corrections=(*self.corrections, event))
            case never:
                assert_never(never)

    def touched(self, event: Event) -> "Remarks":
        """又有谁经了手：经办人、踏勘的人、同意更正的第二人。"""
        named = (getattr(event, "handler", None), getattr(event, "second", None))
        hands = (*named, *getattr(event, "surveyors", ()))
        return replace(self, hands=self.hands.union(one for one in hands if one is not None))

    def knows(self, notice_no: str) -> bool:
        """这份违规的告知是否已经记过。"""
        return any(known.notice_no == notice_no for known in self.violations)


NO_REMARKS: Final = Remarks()
