"""事项体检（lint）：一个事项的写法有没有毛病，离压缩时限的目标还有多远（机制 43、81）。

Faults refuse publication; remarks are only reported. Days are compared in whole numbers.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from domain.catalogue import ItemPublished, ReviewStep

# “其他材料”“其他有关证明文件”“法律法规规定的其他……”：说不清要什么的，不得要。写明是什么的
# （“其他组织身份证明”“其他《……》”）不在此列：“其他”之后到末尾，只有泛泛之词的才是兜底。
_VAGUE: Final = (
    "材料|资料|文件|证件|凭证|证明|手续|要件|事项|情况|附件|有关|相关|必要|需要|须要|应当|提交|提供"
    "|补充|说明|法律|法规|规章|规定|法定|依法|要求|申请|审批|审核|审查|部门|机关|许可|佐证|支撑|辅助"
    "|书面|本|该|的|与|和|及|或|等|、"
)
_CATCH_ALL: Final = re.compile(
    rf"其[他它](?:{_VAGUE})*$|等(?:有关|相关)?(?:材料|证明|文件)$|有关材料$|相关材料$"
)
TARGET_PERCENT: Final = 30  # 承诺时限压缩至法定时限的百分之三十以内（榕政办〔2018〕264号）


class LintCode(StrEnum):
    """毛病与提醒的代码。"""

    NO_BASIS = "NO_BASIS"  # 没有法律依据
    PERIOD = "PERIOD"  # 承诺时限超过法定时限
    CATCH_ALL = "CATCH_ALL"  # 兜底材料
    SHARED_ASKED = "SHARED_ASKED"  # 已能共享或联审的材料还要申请人提交
    MATERIAL_REPEATED = "MATERIAL_REPEATED"  # 材料重复
    NOT_A_MATERIAL = "NOT_A_MATERIAL"  # 主件、容缺、承诺的材料不在材料清单上
    MAIN_GAP = "MAIN_GAP"  # 主件不得容缺
    ON_THE_SPOT = "ON_THE_SPOT"  # 要踏勘、论证、检测、集体讨论的，不得授权窗口即收即办
    HIGH_RISK = "HIGH_RISK"  # 风险较大的不适用告知承诺
    NO_SUPERVISOR = "NO_SUPERVISOR"  # 没有监管部门
    ABOVE_TARGET = "ABOVE_TARGET"  # 提醒：承诺时限超过法定时限的百分之三十
    NO_STANDARD = "NO_STANDARD"  # 提醒：没有绑定五级十五同标准
    NO_TAG = "NO_TAG"  # 提醒：没有四办标签


REMARKS: Final = frozenset({LintCode.ABOVE_TARGET, LintCode.NO_STANDARD, LintCode.NO_TAG})


@dataclass(frozen=True, slots=True)
class Lint:
    """一处毛病或提醒；``what`` 指明是哪一份材料、多少天。"""

    code: LintCode
    what: str = ""

    @property
    def is_fault(self) -> bool:
        """毛病要先改；提醒不妨碍公布。"""
        return self.code not in REMARKS


def is_catch_all(name: str) -> bool:
    """是不是说不清要什么的兜底材料。"""
    return _CATCH_ALL.search(name) is not None


def within_target(promised_days: int, legal_days: int) -> bool:
    """承诺时限在法定时限的百分之三十以内；整数相比，不用小数。"""
    return promised_days * 100 <= legal_days * TARGET_PERCENT


def lint(item: ItemPublished) -> tuple[Lint, ...]:
    """一个事项的全部毛病与提醒。"""
    return (*_whole(item), *_materials(item), *_named(item), *_remarks(item))


def _whole(item: ItemPublished) -> Iterator[Lint]:
    if not any(one.strip() for one in item.legal_basis):
        yield Lint(LintCode.NO_BASIS)
    if not item.supervising_bodies:
        yield Lint(LintCode.NO_SUPERVISOR)
    if not 0 <= item.promised_days <= item.legal_days:
        yield Lint(LintCode.PERIOD, f"{item.promised_days}/{item.legal_days}")
    if item.window_authorised and set(item.rules.review.steps) & set(ReviewStep):
        yield Lint(LintCode.ON_THE_SPOT, "、".join(item.rules.review.steps))
    if item.commitment_allowed and item.rules.pledge.high_risk:
        yield Lint(LintCode.HIGH_RISK)


def _materials(item: ItemPublished) -> Iterator[Lint]:
    intake, listed = item.rules.intake, item.materials
    for name in dict.fromkeys(listed):
        if is_catch_all(name):
            yield Lint(LintCode.CATCH_ALL, name)
        if listed.count(name) > 1:
            yield Lint(LintCode.MATERIAL_REPEATED, name)
        if name in {*intake.shared_materials, *intake.verified_materials}:
            yield Lint(LintCode.SHARED_ASKED, name)


def _named(item: ItemPublished) -> Iterator[Lint]:
    intake, listed = item.rules.intake, item.materials
    named = (*intake.main_materials, *intake.gap_materials, *item.commitment_materials)
    for name in dict.fromkeys(named):
        if name not in listed:
            yield Lint(LintCode.NOT_A_MATERIAL, name)
    for name in intake.main_materials:
        if name in intake.gap_materials:
            yield Lint(LintCode.MAIN_GAP, name)


def _remarks(item: ItemPublished) -> Iterator[Lint]:
    if not within_target(item.promised_days, item.legal_days):
        yield Lint(LintCode.ABOVE_TARGET, f"{item.promised_days}/{item.legal_days}")
    if item.rules.standard_no is None:
        yield Lint(LintCode.NO_STANDARD)
    if not item.rules.tags:
        yield Lint(LintCode.NO_TAG)
