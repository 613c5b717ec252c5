"""用语：全系统共用的编号、角色和类别，与 docs/glossary.toml 一一对应。"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum
from typing import Final, NewType, TypeAlias

CaseNo = NewType("CaseNo", str)  # 办件编号
ItemCode = NewType("ItemCode", str)  # 事项编码
SubjectId = NewType("SubjectId", str)  # 监管对象（申请人）内部编号，不含个人信息
PersonId = NewType("PersonId", str)  # 自然人内部编号：一人多账号时仍是一人
OfficerId = NewType("OfficerId", str)  # 工作人员账号
Organ = NewType("Organ", str)  # 机关代码
LicenceNo = NewType("LicenceNo", str)  # 许可证件编号
CommitmentId = NewType("CommitmentId", str)
Sha256 = NewType("Sha256", str)  # 小写十六进制

BEIJING: Final = timezone(timedelta(hours=8), "Asia/Shanghai")


def beijing_day(instant: datetime) -> date:
    """北京时间的日期；期限一律按此判断（规则 6）。``instant`` must be aware."""
    if instant.tzinfo is None:
        msg = "naive instant"
        raise ValueError(msg)
    return instant.astimezone(BEIJING).date()


def end_of_day(day: date) -> datetime:
    """该日北京时间二十四时，即次日零时（UTC）。"""
    return datetime(day.year, day.month, day.day, tzinfo=BEIJING).astimezone(UTC) + timedelta(
        days=1
    )


@dataclass(frozen=True, slots=True, repr=False)
class Personal:
    """个人信息原文：只在内存里，入账前由账本按此人的密钥封存。"""

    holder: str
    text: str

    def __repr__(self) -> str:
        return f"Personal(holder={self.holder!r})"


@dataclass(frozen=True, slots=True)
class Sealed:
    """已封存的个人信息（trust.md, Erasure）。"""

    value: bytes


PersonalText: TypeAlias = Personal | Sealed


class Role(StrEnum):
    """角色（domain.md §4）。"""

    APPLICANT = "APPLICANT"  # 申请人
    AGENT = "AGENT"  # 代办人
    COUNTER = "COUNTER"  # 综合窗口
    REVIEWER = "REVIEWER"  # 审核人
    DECIDER = "DECIDER"  # 决定人
    HEAD = "HEAD"  # 行政机关负责人
    GOVERNMENT = "GOVERNMENT"  # 本级政府负责人
    LEGAL = "LEGAL"  # 法制审核
    ISSUER = "ISSUER"  # 出证送达窗口
    SUPERVISOR = "SUPERVISOR"  # 监管部门联络员
    SUPERVISION_HEAD = "SUPERVISION_HEAD"  # 监管部门负责人
    INSPECTOR = "INSPECTOR"  # 执法检查人员
    PERFORMANCE = "PERFORMANCE"  # 效能办
    DISCIPLINE = "DISCIPLINE"  # 纪检监察
    CATALOGUE = "CATALOGUE"  # 事项清单管理员
    ARCHIVE = "ARCHIVE"  # 档案
    SYSTEM_ADMIN = "SYSTEM_ADMIN"  # 系统管理员
    SECURITY_ADMIN = "SECURITY_ADMIN"  # 安全管理员
    AUDITOR = "AUDITOR"  # 审计员
    SYSTEM = "SYSTEM"  # 定时与监管消费者：机器，不是人


@dataclass(frozen=True, slots=True)
class Actor:
    """谁、以何角色、代表哪个机关、以谁的名义。"""

    officer_id: OfficerId
    role: Role
    organ: Organ
    in_name_of: Organ


class Channel(StrEnum):
    """申请渠道（GB/T 39046 A.5）。"""

    COUNTER = "COUNTER"  # 窗口
    WEB = "WEB"  # 网上
    MOBILE = "MOBILE"  # 掌上
    POST = "POST"  # 邮寄
    OTHER = "OTHER"  # 其他


class CaseKind(StrEnum):
    """办件类型（GB/T 39046 A.6）。"""

    ON_THE_SPOT = "ON_THE_SPOT"  # 即办件
    PLEDGED_TIME = "PLEDGED_TIME"  # 承诺件


@dataclass(frozen=True, slots=True)
class Material:
    """一份材料：名称与内容的 SHA-256。"""

    name: str
    sha256: Sha256


@dataclass(frozen=True, slots=True)
class Evidence:
    """证据：出处（事件编号或文书号）与内容摘要。"""

    reference: str
    sha256: Sha256


class Mode(StrEnum):
    """账本性质：演练或正式。"""

    DEMO = "DEMO"
    FORMAL = "FORMAL"


class HashName(StrEnum):
    """账本所用杂凑算法，建账时选定。"""

    SHA256 = "SHA256"
    SM3 = "SM3"
