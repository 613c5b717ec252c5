"""台账（record）：一次记下、不再变动的事：归档、巡查、会商、积分、过程推送（机制 17、24、25、62、87）。"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar, Final, TypeAlias

from domain.course import Order
from domain.decider import Event
from domain.terms import CaseNo, ItemCode, Organ, PersonId, Sha256


class ProgressStage(StrEnum):
    """推送办理过程中的哪一步。"""

    ACCEPTED = "ACCEPTED"  # 受理
    DECLINED = "DECLINED"  # 不予受理
    REVIEWED = "REVIEWED"  # 审核完毕
    DELIVERED = "DELIVERED"  # 送达


class ArchivePart(StrEnum):
    """归档材料的三类（国办发〔2023〕26号）。"""

    BASIS = "BASIS"  # 依据性材料
    PROCEDURE = "PROCEDURE"  # 程序性材料
    RESULT = "RESULT"  # 结果性材料


@dataclass(frozen=True, slots=True)
class ArchivedPaper:
    """归档的一份材料。"""

    part: ArchivePart  # 哪一类材料
    name: str  # 材料名称
    sha256: Sha256  # 内容的摘要


@dataclass(frozen=True, slots=True)
class ArchiveFiled(Event):
    """归档。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2023-26", "xkf:61.2")
    archive_no: str  # 档号
    papers: tuple[ArchivedPaper, ...]  # 归档的材料，分依据性、程序性、结果性三类
    retention_years: int | None  # 保管期限的年数，永久的为空
    filed_on: date  # 归档之日
    handler: PersonId  # 归档的人


@dataclass(frozen=True, slots=True)
class PatrolRecorded(Event):
    """日常巡查。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qxzg2012-7:xc",)
    hall: str  # 巡查的大厅
    patrolled_at: datetime  # 巡查的时刻
    issues: tuple[str, ...]  # 发现的问题，没有的为空
    handler: PersonId  # 巡查的人


@dataclass(frozen=True, slots=True)
class LiaisonConsulted(Event):
    """审管会商。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:sglh",)
    topic: str  # 会商什么
    organs: tuple[Organ, ...]  # 参加的机关
    held_on: date  # 会商之日
    conclusions: str  # 会商的结论
    handler: PersonId  # 记录的人


@dataclass(frozen=True, slots=True)
class LiaisonObserved(Event):
    """观察员参与踏勘。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:sglh", "xkf:34")
    case_no: CaseNo  # 所涉办件
    department: Organ  # 派员的监管部门
    observed_on: date  # 踏勘之日
    remarks: str  # 观察的意见
    handler: PersonId  # 观察员


@dataclass(frozen=True, slots=True)
class PointsAwarded(Event):
    """代办积分。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:jf",)
    agent: PersonId  # 代办人
    points: int  # 积分


@dataclass(frozen=True, slots=True)
class PointsCorrected(Event):
    """窗口积分更正。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:jf",)
    officer: PersonId  # 更正谁的积分
    points: int  # 增减的分数，减分为负
    reasons: str  # 理由
    handler: PersonId  # 经办人


@dataclass(frozen=True, slots=True)
class ProgressPushed(Event):
    """过程推送。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:sglh",)
    stage: ProgressStage  # 办理过程中的哪一步
    item_code: ItemCode  # 事项
    departments: tuple[Organ, ...]  # 推送的监管部门
    source_event: str  # 所推的事件编号
    happened_on: date  # 发生之日


RecordEvent: TypeAlias = (
    ArchiveFiled
    | PatrolRecorded
    | LiaisonConsulted
    | LiaisonObserved
    | PointsAwarded
    | PointsCorrected
    | ProgressPushed
)

_FIRST: Final = frozenset({None})
ARCHIVE: Final = Order("archive", {ArchiveFiled: _FIRST})
PATROL: Final = Order("patrol", {PatrolRecorded: _FIRST})
LIAISON: Final = Order("liaison", {LiaisonConsulted: _FIRST, LiaisonObserved: _FIRST})
POINTS: Final = Order("points", {PointsAwarded: _FIRST, PointsCorrected: _FIRST})
PROGRESS: Final = Order("progress", {ProgressPushed: frozenset({None, ProgressPushed})})
