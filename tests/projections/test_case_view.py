"""办件现状：状态、许可、承诺、推送、撤销与红黄绿灯。"""

from dataclasses import fields
from datetime import date, timedelta

import pytest

from domain import approval, case, filing
from domain.decider import RuleUsed
from domain.terms import Organ
from followers.projection import Row
from projections.case_view import PROJECTION, CaseRow, Light
from tests.deliveries import (
    CASE,
    CLERK,
    HASH,
    ITEM,
    LICENCE,
    MACHINE,
    START,
    Book,
    accepted,
    approved,
    folded,
    imported,
    received,
    story,
)

CASE_STREAM = f"case/{CASE}"


def _row(book: Book) -> Row:
    return folded(PROJECTION, book.kept)[CASE]


def _typed(row: Row) -> CaseRow:
    named = {item.name: row.get(item.name) for item in fields(CaseRow)}
    return CaseRow(**named | {"key": CASE})  # type: ignore[arg-type]


def test_whole_story_ends_revoked() -> None:
    """撤销之后：办件仍是准予，许可已撤销，承诺已终止，撤销程序已决定。"""
    row = _row(story())
    assert row["state"] == "APPROVED"
    assert row["licence_no"] == LICENCE
    assert row["licence_state"] == "DEREGISTERED"
    assert row["commitment_state"] == "VOIDED"
    assert row["revocation_state"] == "DECIDED"
    assert row["delivered"] is True
    mine = [one for one in story().kept if one.name in PROJECTION.reads and one.key == CASE]
    assert (row["events"], row["position"]) == (len(mine), mine[-1].position)
    assert row["effective_on"] == mine[-1].meta.effective_on


def test_pushes_are_kept_one_by_one() -> None:
    """两个监管部门各有各的认领结果。"""
    pushes = _row(story())["pushes"]
    assert isinstance(pushes, dict)
    shown = {
        push["department"]: push["state"] for push in pushes.values() if isinstance(push, dict)
    }
    assert shown == {"MARKET": "CLAIMED", "FIRE": "DISPUTED"}


def test_revocation_moves_the_licence_not_the_decision() -> None:
    """撤销许可不改写“准予”这一事实。"""
    book = Book()
    book.add(CASE_STREAM, received())
    book.add(CASE_STREAM, approved())
    revoked = approval.Revoked(
        "V-1", approval.RevocationGround.FRAUD_OR_BRIBERY, "D-2", date(2026, 3, 2)
    )
    book.add(f"licence/{LICENCE}", revoked)
    assert (_row(book)["state"], _row(book)["licence_state"]) == ("APPROVED", "REVOKED")


def test_rules_used_are_remembered_with_their_version() -> None:
    """期限所依日历的版本写在现状里，后来的版本取代先前的。"""
    book = Book()
    book.add(CASE_STREAM, received(), rules=(RuleUsed("calendar/cn-2026", "1"),))
    book.add(CASE_STREAM, accepted(), rules=(RuleUsed("calendar/cn-2026", "2"),))
    assert _row(book)["rules"] == {"calendar/cn-2026": "2"}


def test_filing_is_a_case_of_its_own() -> None:
    """报备以自身编号成行，报备人即申请人。"""
    book = Book()
    submitted = filing.Submitted(ITEM, 1, received().applicant, "M-1", HASH, HASH)
    book.add("filing/F-1", submitted, key="F-1")
    book.add("filing/F-1", filing.Filed(CLERK), key="F-1")
    row = folded(PROJECTION, book.kept)["F-1"]
    assert (row["state"], row["applicant"]) == ("FILED", "S-1")


def test_missed_deadlines_add_up() -> None:
    """承诺时限与法定时限先后逾期，两条都在。"""
    book = Book()
    book.add(CASE_STREAM, accepted())
    for kind in (case.DeadlineKind.PROMISED_DECISION, case.DeadlineKind.LEGAL_DECISION):
        book.add(CASE_STREAM, case.DeadlineMissed(kind, date(2026, 3, 30)))
    assert _row(book)["missed"] == ["PROMISED_DECISION", "LEGAL_DECISION"]


@pytest.mark.parametrize(
    ("today", "light"),
    [
        (date(2026, 3, 8), Light.GREEN),
        (date(2026, 3, 9), Light.YELLOW),  # 离承诺时限不足三日
        (date(2026, 3, 11), Light.YELLOW),  # 承诺时限当日，仍在期内
        (date(2026, 3, 12), Light.YELLOW),  # 承诺时限已过：黄牌，不影响决定效力（规则 11）
        (date(2026, 3, 30), Light.YELLOW),  # 法定时限当日
        (date(2026, 3, 31), Light.RED),  # 法定时限已过
    ],
)
def test_light_follows_the_deadlines(today: date, light: Light) -> None:
    """红看法定期限，黄看承诺时限与临期。"""
    book = Book()
    book.add(CASE_STREAM, received())
    book.add(CASE_STREAM, accepted())
    assert _typed(_row(book)).light(today) is light


def test_received_case_is_judged_by_the_notice_period() -> None:
    """尚未受理的，按一次告知期限亮灯。"""
    book = Book()
    book.add(CASE_STREAM, received())
    assert _typed(_row(book)).light(date(2026, 3, 6)) is Light.GREEN
    assert _typed(_row(book)).light(date(2026, 3, 10)) is Light.RED


def test_decided_case_shows_no_light() -> None:
    """办结的不亮灯。"""
    assert _typed(_row(story())).light(date(2030, 1, 1)) is Light.NONE


def test_organ_of_the_case_is_who_received_it() -> None:
    """受理机关取自收件之人所代表的机关。"""
    assert _row(story())["organ"] == Organ("APPROVAL")


def test_imported_case_keeps_the_deadline_of_its_source() -> None:
    """历史办件：来源办结与否、来源的期限各归各列；我们的钟不走，不亮灯。"""
    rows = folded(PROJECTION, imported().kept)
    assert set(rows) == {"SRC-1", "SRC-2"}
    opened, closed = rows["SRC-1"], rows["SRC-2"]
    assert (opened["state"], closed["state"]) == ("IMPORTED_OPEN", "IMPORTED_CLOSED")
    assert (opened["source_due_at"], opened["due_on"]) == (START + timedelta(days=4), None)
    assert closed["decided_at"] == START + timedelta(days=3)
    assert _typed(opened).light(date(2030, 1, 1)) is Light.NONE


def test_latest_step_follows_the_source_not_the_order_of_arrival() -> None:
    """最近一步看来源的完成时刻；经办人是来源里的代号，不是导入的人。"""
    row = folded(PROJECTION, imported().kept)["SRC-1"]
    assert (row["latest_step"], row["steps"]) == ("RECEIPT_SENT", 2)
    assert row["officers"] == ["R-7", "R-8"]


def test_next_due_day_moves_with_the_case() -> None:
    """收件看一次告知，受理看最早到期的，决定之后没有。"""
    book = Book()
    book.add(CASE_STREAM, received())
    assert _row(book)["due_on"] == date(2026, 3, 9)
    book.add(CASE_STREAM, accepted())
    assert _row(book)["due_on"] == date(2026, 3, 11)
    book.add(CASE_STREAM, approved())
    assert _row(book)["due_on"] is None


def test_officers_are_people_of_the_hall() -> None:
    """经办人记下参与的账号；机器与申请人不在其中。"""
    book = Book()
    book.add(CASE_STREAM, received())
    book.add(CASE_STREAM, accepted(), actor=MACHINE)
    assert _row(book)["officers"] == ["zhang"]
