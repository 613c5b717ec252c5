"""办件的钟（clock）：特别程序停算、延长、绿色通道；决定的期限由此推算。

The events and the state of the clocks that run from acceptance to decision. The commands are in
``domain.procedure``; a case holds one :class:`Clock`.
"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import ClassVar, Final

from domain.deadlines import Pause
from domain.decider import Event, ImpossibleHistory
from domain.terms import PersonId

EXTENSION_DAYS: Final = 10  # 许可法 42 条一款：经本行政机关负责人批准
JOINT_EXTENSION_DAYS: Final = 15  # 许可法 42 条二款：经本级人民政府负责人批准


class SpecialReason(StrEnum):
    """不计入期限的八种时间（许可法 45 条）；此外都计入。"""

    HEARING = "HEARING"  # 听证
    TENDER = "TENDER"  # 招标
    AUCTION = "AUCTION"  # 拍卖
    INSPECTION = "INSPECTION"  # 检验
    TESTING = "TESTING"  # 检测
    QUARANTINE = "QUARANTINE"  # 检疫
    APPRAISAL = "APPRAISAL"  # 鉴定
    EXPERT_REVIEW = "EXPERT_REVIEW"  # 专家评审


@dataclass(frozen=True, slots=True)
class Dues:
    """决定的各项期限何日届满。"""

    promised_due_on: date
    legal_due_on: date
    expedited_due_on: date | None  # 绿色通道
    provisional: bool  # 期限越过已公布日历，待重算


UNRECKONED: Final = Dues(date.min, date.min, None, provisional=True)

# -- events: each says where the deadlines stand after it


@dataclass(frozen=True, slots=True)
class Paused(Event):
    """特别程序开始：自此停算。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:45",)
    reason: SpecialReason
    required_by: str  # 依法需要此程序的规定；机关自行委托的计入期限（L-16）
    notice_no: str
    started_on: date
    expected_days: int
    expected_end_on: date
    dues: Dues
    handler: PersonId

    def takes_effect(self, decided_on: date) -> date:  # noqa: ARG002 -- the fact says its day
        """停算之首日。"""
        return self.started_on


@dataclass(frozen=True, slots=True)
class Resumed(Event):
    """特别程序结束：次日起续算。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:45",)
    notice_no: str  # 开始时的告知书
    ended_on: date
    dues: Dues
    handler: PersonId

    def takes_effect(self, decided_on: date) -> date:  # noqa: ARG002 -- the fact says its day
        """停算之末日。"""
        return self.ended_on


@dataclass(frozen=True, slots=True)
class Extended(Event):
    """延长期限：只延法定时限，承诺时限不动。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:42",)
    days: int
    reasons: str
    notice_no: str
    dues: Dues
    handler: PersonId


@dataclass(frozen=True, slots=True)
class Expedited(Event):
    """绿色通道：承诺时限减半，另立一项期限；法定时限不变。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qxzglz2012-7:lstd",)
    reasons: str
    expedited_days: int
    dues: Dues
    handler: PersonId


# -- state


@dataclass(frozen=True, slots=True)
class Clock:
    """受理之后的钟：停过哪几段、正停着的、延长、绿色通道。"""

    pauses: tuple[Pause, ...] = ()
    closed: frozenset[str] = frozenset()  # 已结束的各次停算的告知书
    open: Paused | None = None
    extended: Extended | None = None
    expedited: Expedited | None = None

    @property
    def extra_days(self) -> int:
        """法定时限延长了几个工作日。"""
        return self.extended.days if self.extended else 0

    def after(self, event: Paused | Resumed | Extended | Expedited) -> "Clock":
        """停、续、延、提速之后的钟。"""
        match event:
            case Paused() if self.open is None:
                return replace(self, open=event)
            case Resumed() if self.open is not None and self.open.notice_no == event.notice_no:
                past = (*self.pauses, Pause(self.open.started_on, event.ended_on))
                known = self.closed | {event.notice_no}
                return replace(self, pauses=past, closed=known, open=None)
            case Extended() if self.extended is None:
                return replace(self, extended=event)
            case Expedited() if self.expedited is None:
                return replace(self, expedited=event)
            case _:
                raise ImpossibleHistory(f"{event} after {self}")


@dataclass(frozen=True, slots=True)
class Running:
    """一项正在走的期限：自何日起（不计当日）、几个工作日、其间停算的各段。"""

    start: date
    working_days: int
    pauses: tuple[Pause, ...] = ()
    open: Pause | None = None  # 正停着的：至预计之日，逾此仍未续算的停到今日

    def stops(self, today: date) -> tuple[Pause, ...]:
        """截至今日应当扣除的各段。"""
        if self.open is None:
            return self.pauses
        return (*self.pauses, replace(self.open, last=max(self.open.last, today)))


def counted(clock: Clock, start: date, working_days: int) -> Running:
    """自受理之日起的一项期限，扣除停算。"""
    held = clock.open
    open_ = None if held is None else Pause(held.started_on, held.expected_end_on)
    return Running(start, working_days, clock.pauses, open_)


AT_ACCEPTANCE: Final = Clock()
