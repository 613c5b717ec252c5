"""职责分离 SD1–SD12：每一条都有写明编号的测试；延长只由有权的负责人（SD2）。"""

import re
from pathlib import Path
from typing import Final

import pytest

from domain.acts.procedure import ExtendLimit
from domain.catalogue import ReviewRules
from domain.clock import Extended
from domain.duties import DUTIES
from domain.refusals import Refusal
from domain.terms import Organ, Role
from tests.domain.case_file import APPROVER, person
from tests.rules.papers import GOVERNMENT, NO, accepted, item, only

EXTEND: Final = ExtendLimit(NO, "YQ-1", "案情复杂")
JOINT: Final = item(promised=45, legal=45, review=ReviewRules(joint_bodies=(Organ("350505-XFJY"),)))


def test_every_separation_of_duties_has_a_test_that_names_it() -> None:
    """编号写在测试的说明里，十二条都有。"""
    folder = Path(__file__).parents[1]
    named = {
        number
        for path in folder.rglob("test_*.py")
        if path != Path(__file__)
        for number in re.findall(r"\bSD\d+\b", path.read_text(encoding="utf-8"))
    }
    own = {"SD2"}
    assert {f"SD{number}" for number in range(1, 13)} == named | own


@pytest.mark.parametrize("role", [role for role in Role if role not in DUTIES["ExtendLimit"].roles])
def test_nobody_else_extends_a_limit(role: Role) -> None:
    """SD2：行政机关负责人、本级政府负责人之外的任何岗位，都不得批准延长。"""
    book = accepted("2026-04-20", item(promised=20))
    who = book.hire("anyone", role, APPROVER, person("anyone"))
    code = Refusal.DUTY_MACHINE if role is Role.SYSTEM else Refusal.DUTY_ROLE
    book.refuse(code, EXTEND, who, "2026-05-06")


def test_each_head_extends_his_own_kind() -> None:
    """SD2：一般的由本机关负责人，并联的由本级政府负责人，不得互代。"""
    plain = accepted("2026-04-20", item(promised=20))
    joint = accepted("2026-03-02", JOINT)
    for book, wrong in (
        (plain, Refusal.CASE_EXTENSION_BY_HEAD),
        (joint, Refusal.CASE_EXTENSION_BY_GOVERNMENT),
    ):
        head = book.hire("head", Role.HEAD, APPROVER, person("head"))
        mayor = book.hire("mayor", Role.GOVERNMENT, GOVERNMENT, person("mayor"))
        right, other = (head, mayor) if book is plain else (mayor, head)
        book.refuse(wrong, EXTEND, other, "2026-05-06")
        assert only(book.do(EXTEND, right, "2026-05-06"), Extended).notice_no == "YQ-1"
