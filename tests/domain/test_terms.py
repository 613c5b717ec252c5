"""用语：个人信息不外露，没有时区的时刻不算数。"""

from datetime import UTC, datetime

import pytest

from domain.terms import Personal, beijing_day


def test_personal_text_does_not_show() -> None:
    """打印、记日志、报错时，看得到是谁的，看不到写的是什么。"""
    shown = repr(Personal("S-0001", "0595-00000000"))
    assert "S-0001" in shown
    assert "0595" not in shown


def test_an_instant_without_a_zone_is_no_instant() -> None:
    """没有时区的时刻，推不出北京时间的日期。"""
    with pytest.raises(ValueError, match="naive"):
        beijing_day(datetime(2026, 3, 2, 9, tzinfo=UTC).replace(tzinfo=None))
