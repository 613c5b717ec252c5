"""办理方式：一个事项按它的办理规则、清单与现状，有哪几种办法（机制 1–12、28、33、38、39、76）。"""

from collections.abc import Iterable, Iterator
from datetime import date
from enum import StrEnum

from domain.catalogue import (
    HearingNeed,
    ItemPublished,
    Listed,
    ReviewStep,
)
from domain.lists import ListKind
from domain.terms import ItemCode
from runtime.catalogue.published import Snapshot


class Way(StrEnum):
    """办理方式，可以并有。"""

    COMMITMENT = "COMMITMENT"  # 告知承诺
    FILING = "FILING"  # 自审报备
    EXEMPTION = "EXEMPTION"  # 低风险豁免
    JOINT = "JOINT"  # 并联审批
    PACKAGE = "PACKAGE"  # 一件事
    ON_THE_SPOT = "ON_THE_SPOT"  # 即办
    GAPS = "GAPS"  # 容缺
    VERIFICATION = "VERIFICATION"  # 跨界联审
    SHARED = "SHARED"  # 证照共享
    TACIT = "TACIT"  # 超时默认
    QUOTA = "QUOTA"  # 数量有限
    HEARING = "HEARING"  # 听证
    ON_SITE = "ON_SITE"  # 现场踏勘
    EXPERT = "EXPERT"  # 专家论证
    TESTING = "TESTING"  # 检验检测
    COLLECTIVE = "COLLECTIVE"  # 集体讨论
    STAGED = "STAGED"  # 工程建设分阶段
    CHARGED = "CHARGED"  # 收费
    SAFETY = "SAFETY"  # 涉及公共安全
    HIGH_RISK = "HIGH_RISK"  # 不适用承诺
    NEGATIVE_LIST = "NEGATIVE_LIST"  # 进驻负面清单
    DORMANT = "DORMANT"  # 休眠
    TRANSFERRED = "TRANSFERRED"  # 下放划转
    PLANNED = "PLANNED"  # 拟下放
    ORDINARY = "ORDINARY"  # 普通程序


def ways(item: ItemPublished, lists: Iterable[ListKind], state: Listed, day: date) -> list[Way]:
    """一个事项那一日的办理方式，按上面的次序；一种也没有的是普通程序。"""
    found = {*_by_rules(item), *_by_review(item), *_by_state(state, day)}
    on = set(lists)
    found |= {Way.EXEMPTION} if ListKind.EXEMPTION in on else set()
    found |= {Way.PACKAGE} if ListKind.ONE_MATTER in on else set()
    return [way for way in Way if way in found] or [Way.ORDINARY]


def _by_rules(item: ItemPublished) -> Iterator[Way]:
    rules = item.rules
    told = {
        Way.COMMITMENT: item.commitment_allowed,
        Way.FILING: item.filing_only,
        Way.ON_THE_SPOT: item.window_authorised and not item.filing_only,
        Way.GAPS: bool(rules.intake.gap_materials),
        Way.VERIFICATION: bool(rules.intake.verified_materials),
        Way.SHARED: bool(rules.intake.shared_materials),
        Way.STAGED: rules.stage is not None,
        Way.SAFETY: rules.safety,
        Way.HIGH_RISK: rules.pledge.high_risk,
        Way.NEGATIVE_LIST: rules.on_negative_list,
    }
    yield from (way for way, is_so in told.items() if is_so)


def _by_review(item: ItemPublished) -> Iterator[Way]:
    review = item.rules.review
    told = {
        Way.JOINT: bool(review.joint_bodies),
        Way.TACIT: review.deemed_approval_basis is not None,
        Way.QUOTA: review.quota is not None,
        Way.HEARING: review.hearing is not HearingNeed.NONE,
        Way.CHARGED: review.charged,
        **{Way[one.name]: one in review.steps for one in ReviewStep},
    }
    yield from (way for way, is_so in told.items() if is_so)


def _by_state(state: Listed, day: date) -> Iterator[Way]:
    if state.dormant is not None:
        yield Way.DORMANT
    if any(one.effective_from <= day for one in state.transfers):
        yield Way.TRANSFERRED
    if state.planned:
        yield Way.PLANNED


def lists_of(known: Snapshot, code: ItemCode, day: date) -> list[ListKind]:
    """那一日事项在哪几张清单上。"""
    versions = {kind: known.list_on(kind, day) for kind in ListKind}
    return [
        kind
        for kind, version in versions.items()
        if version is not None and any(one.item_code == code for one in version.entries)
    ]
