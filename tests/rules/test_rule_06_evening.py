"""规则 6：一律按北京时间判断在哪一日；夜里上传的，当日收到。"""

from dataclasses import replace
from datetime import UTC, date, datetime

from domain.case import Received
from domain.terms import Channel, beijing_day, end_of_day
from tests.domain.case_file import at, town
from tests.rules.papers import CLERK, RECEIVE, only


def test_an_evening_upload_was_received_that_day() -> None:
    """四月二十九日二十二时十分上传，即四月二十九日收到，存为协调世界时十四时十分。"""
    moment = at("2026-04-29 22:10")
    upload = replace(RECEIVE, channel=Channel.WEB, received_at=moment)
    fact = only(town().do(upload, CLERK, "2026-04-29 22:11"), Received)
    assert fact.received_at.astimezone(UTC) == datetime(2026, 4, 29, 14, 10, tzinfo=UTC)
    assert str(fact.notice_due_on) == "2026-05-09"  # 五月一日至五日放假，九日（周六）上班


def test_the_day_is_beijings() -> None:
    """协调世界时九月三十日十六时半，在北京已是十月一日，休假。"""
    assert beijing_day(datetime(2026, 9, 30, 16, 30, tzinfo=UTC)) == date(2026, 10, 1)


def test_a_minute_to_midnight_is_still_that_day() -> None:
    """三月二日二十三时五十九分五十九秒收到的，是三月二日；零时整的，是三月三日。"""
    for moment, due in (("2026-03-02 23:59:59", "2026-03-09"), ("2026-03-03 00:00", "2026-03-10")):
        upload = replace(RECEIVE, channel=Channel.WEB, received_at=at(moment))
        fact = only(town().do(upload, CLERK, "2026-03-03 08:00"), Received)
        assert str(fact.notice_due_on) == due
    utc = datetime(2026, 3, 2, 16, tzinfo=UTC)  # the same midnight, told in UTC
    assert beijing_day(utc) == date(2026, 3, 3)
    assert end_of_day(date(2026, 3, 2)) == utc
