"""抽后的回避（recusal）：检查人员自己申请，或者被检查的对象申请；负责人决定之前不停止检查。

One file a person and task. What is granted sends the next in line instead (``domain.redraw``).
"""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final, TypeAlias

from domain.course import Course, Order
from domain.decider import Event
from domain.terms import PersonId, SubjectId


@dataclass(frozen=True, slots=True)
class RecusalDeclared(Event):
    """检查人员自行回避。"""

    BASIS: ClassVar[tuple[str, ...]] = ("cff:43",)
    plan_no: str
    subject: SubjectId
    person: PersonId  # 申请自己回避的检查人员
    reasons: str
    declared_on: date


@dataclass(frozen=True, slots=True)
class RecusalRequested(Event):
    """申请检查人员回避。"""

    BASIS: ClassVar[tuple[str, ...]] = ("cff:43",)
    plan_no: str
    subject: SubjectId  # 申请的对象，即被检查的
    person: PersonId  # 被申请回避的检查人员
    reasons: str
    requested_on: date
    handler: PersonId | None  # 代为录入的人；空为本人提出


@dataclass(frozen=True, slots=True)
class RecusalDecided(Event):
    """回避的决定。"""

    BASIS: ClassVar[tuple[str, ...]] = ("cff:43",)
    granted: bool
    reasons: str
    remedy: str  # 不准的，告知救济
    decided_on: date
    handler: PersonId  # 行政机关负责人


RecusalEvent: TypeAlias = RecusalDeclared | RecusalRequested | RecusalDecided
_ASKED: Final = frozenset({RecusalDeclared, RecusalRequested})
_OPEN: Final = frozenset({None, RecusalDecided})
ORDER: Final = Order(
    "recusal",
    {RecusalDeclared: _OPEN, RecusalRequested: _OPEN, RecusalDecided: _ASKED},
)


def identity(plan_no: str, subject: SubjectId, person: PersonId) -> str:
    """一名检查人员在一项任务上的回避，一份案卷。"""
    return f"{plan_no}.{subject}.{person}"


def pending(state: Course) -> bool:
    """申请了而没有决定。"""
    return isinstance(ORDER.turn(state), RecusalDeclared | RecusalRequested)
