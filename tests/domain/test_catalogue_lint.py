"""事项体检：毛病逐一指出，提醒不妨碍公布；压缩目标以整数相比。"""

from dataclasses import replace

import pytest

from domain.catalogue import (
    HandlingRules,
    IntakeRules,
    ItemPublished,
    ItemTag,
    PledgeRules,
    ReviewRules,
    ReviewStep,
)
from domain.catalogue_lint import Lint, LintCode, is_catch_all, lint, within_target
from tests.domain.case_file import ITEM_V1

SOUND = replace(
    ITEM_V1,
    promised_days=6,
    rules=HandlingRules(tags=(ItemTag.MOBILE,), standard_no="WJSWT-1"),
)


def intake(**rules: tuple[str, ...]) -> HandlingRules:
    """只有收件规则不同的。"""
    return replace(SOUND.rules, intake=IntakeRules(**rules))  # type: ignore[arg-type]


def test_a_sound_item_has_no_fault() -> None:
    """写得好的事项，没有毛病，也没有提醒。"""
    assert lint(SOUND) == ()


@pytest.mark.parametrize(
    ("item", "code", "what"),
    [
        (replace(SOUND, legal_basis=(" ",)), LintCode.NO_BASIS, ""),
        (replace(SOUND, supervising_bodies=()), LintCode.NO_SUPERVISOR, ""),
        (replace(SOUND, promised_days=-1), LintCode.PERIOD, "-1/20"),
        (
            replace(
                SOUND,
                window_authorised=True,
                rules=replace(SOUND.rules, review=ReviewRules(steps=(ReviewStep.ON_SITE,))),
            ),
            LintCode.ON_THE_SPOT,
            "ON_SITE",
        ),
        (
            replace(SOUND, rules=replace(SOUND.rules, pledge=PledgeRules(high_risk=True))),
            LintCode.HIGH_RISK,
            "",
        ),
        (
            replace(SOUND, materials=(*SOUND.materials, "其他材料")),
            LintCode.CATCH_ALL,
            "其他材料",
        ),
        (
            replace(SOUND, materials=(*SOUND.materials, "申请书")),
            LintCode.MATERIAL_REPEATED,
            "申请书",
        ),
        (
            replace(SOUND, rules=intake(shared_materials=("健康证",))),
            LintCode.SHARED_ASKED,
            "健康证",
        ),
        (
            replace(SOUND, rules=intake(main_materials=("图纸",))),
            LintCode.NOT_A_MATERIAL,
            "图纸",
        ),
        (
            replace(SOUND, rules=intake(main_materials=("申请书",), gap_materials=("申请书",))),
            LintCode.MAIN_GAP,
            "申请书",
        ),
    ],
)
def test_every_fault_is_named(item: ItemPublished, code: LintCode, what: str) -> None:
    """一处毛病，指明是哪一份材料、多少天。"""
    assert lint(item) == (Lint(code, what),)
    assert lint(item)[0].is_fault


def test_remarks_are_no_faults() -> None:
    """没有压缩到位、没有绑定标准、没有标签的，只是提醒。"""
    found = lint(replace(SOUND, promised_days=7, rules=HandlingRules()))
    assert found == (
        Lint(LintCode.ABOVE_TARGET, "7/20"),
        Lint(LintCode.NO_STANDARD),
        Lint(LintCode.NO_TAG),
    )
    assert not any(one.is_fault for one in found)


def test_the_target_is_compared_in_whole_numbers() -> None:
    """二十日的百分之三十是六日，正好的算到位。"""
    assert within_target(6, 20)
    assert not within_target(7, 20)


@pytest.mark.parametrize(
    "name",
    [
        "其他材料",
        "其它有关证明",
        "其他",
        "法律、法规规定的其他材料",
        "其他与本申请有关的证明文件",
        "依法应当提交的其他文件、证件",
        "营业执照等材料",
        "有关材料",
    ],
)
def test_vague_names(name: str) -> None:
    """说不清要什么的是兜底材料。"""
    assert is_catch_all(name)


@pytest.mark.parametrize(
    "name",
    ["营业执照", "其他组织身份证明", "法人或者其他组织的登记证书", "其他《产品标准》文本"],
)
def test_names_that_say_what_is_wanted(name: str) -> None:
    """写明是什么的不是兜底材料，名称里有“其他”二字也不是。"""
    assert not is_catch_all(name)
