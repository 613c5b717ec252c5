"""定时：北京时间该日未终绝不动作，已终只提一次，移动了的期限另是一次。"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.scheduler import ACTS, SUPERVISOR, due
from domain import case, commitment, forwarding, inspection_plan, joint, verification
from domain.acts.forwardings import MarkExaminationOverdue
from domain.acts.inspections import CloseReveals
from domain.acts.intake import DeemAccepted, MarkDeadlineMissed
from domain.acts.joints import MarkOpinionOverdue
from domain.acts.linkage import MarkPushOverdue
from domain.acts.pledges import MarkSupplementOverdue
from domain.acts.revocations import ExpireLicence
from domain.acts.rolls import WarnCertificate
from domain.acts.verifications import MarkVerificationOverdue
from domain.case import DeadlineKind
from domain.refusals import Refusal
from domain.terms import CaseNo, end_of_day
from domain.timers import TimerKind
from followers.supervisor import Command, command_id
from runtime.scenarios.book import Notes
from tests.deliveries import (
    CASE,
    FIRE,
    LICENCE,
    MARKET,
    PANEL_DAY,
    PLEDGE,
    Book,
    accepted,
    approved,
    granted,
    made,
    paneled,
    plan,
    played,
    received,
    sent,
    story,
)

INSTANT = timedelta(microseconds=1)
ASKED = frozenset(
    {
        joint.OpinionRequested,
        verification.VerificationRequested,
        forwarding.ExaminationOpened,
    }
)


def _rows(book: Book) -> Notes:
    rows = Notes()
    assert played(SUPERVISOR, book.kept, rows) == ()
    return rows


def _fired(book: Book, now: datetime) -> tuple[Command, ...]:
    return tuple(due(now, _rows(book)))


def _opened() -> Book:
    book = Book()
    book.add(f"case/{CASE}", accepted())
    book.add(f"commitment/{PLEDGE}", made())
    book.add("push/1", sent())
    book.add(f"licence/{LICENCE}", granted())
    book.add("plan/2026-0001", plan(), key="2026-0001")
    for one in paneled().kept:
        if type(one.event) in ASKED and one.key == "J-1":
            book.add(one.stream, one.event, key=one.key)
    return book


@pytest.mark.parametrize(
    ("over_at", "act"),
    [
        (end_of_day(date(2026, 3, 3)), MarkPushOverdue("1")),
        (end_of_day(date(2026, 3, 11)), MarkDeadlineMissed(CASE, DeadlineKind.PROMISED_DECISION)),
        (end_of_day(date(2026, 3, 30)), MarkDeadlineMissed(CASE, DeadlineKind.LEGAL_DECISION)),
        (end_of_day(date(2026, 4, 1)), MarkSupplementOverdue(PLEDGE, "消防验收意见")),
        (datetime(2026, 4, 10, 2, tzinfo=UTC), CloseReveals("2026-0001")),
        (end_of_day(date(2031, 3, 1)), ExpireLicence(LICENCE)),
        (end_of_day(PANEL_DAY), MarkOpinionOverdue(CaseNo("J-1"), FIRE)),
        (end_of_day(date(2026, 3, 5)), MarkVerificationOverdue(CaseNo("J-1"), "产权证")),
        (end_of_day(date(2026, 3, 30)), MarkExaminationOverdue(CaseNo("J-1"))),
    ],
    ids=[
        *("claim", "promised", "legal", "supplement", "reveals", "validity"),
        *("opinion", "document", "examination"),
    ],
)
def test_nothing_happens_before_the_day_is_over(over_at: datetime, act: object) -> None:
    """届满之前一微秒不动作，届满之时即动作。"""
    before = {repr(command.act) for command in _fired(_opened(), over_at - INSTANT)}
    after = {repr(command.act) for command in _fired(_opened(), over_at)}
    assert repr(act) not in before
    assert repr(act) in after


def test_notice_not_given_in_five_days_is_deemed_acceptance() -> None:
    """二月十二日收件（规则 1）：二月二十六日终了才视为受理。"""
    book = Book()
    last = date(2026, 2, 26)
    book.add(f"case/{CASE}", replace(received(), notice_due_on=last))
    assert _fired(book, end_of_day(last) - INSTANT) == ()
    (command,) = _fired(book, end_of_day(last))
    assert command.act == DeemAccepted(CASE)


def test_supplement_on_a_holiday_waits_for_the_day_after() -> None:
    """补交期限顺延至十月八日（规则 18）：十月九日零时之前不记逾期。"""
    book = Book()
    promise = commitment.Promise("消防验收意见", date(2026, 10, 8))
    made_in_august = replace(made(), promises=(promise,), verification_due_on=date(2027, 3, 1))
    book.add(f"commitment/{PLEDGE}", made_in_august)
    midnight = datetime(2026, 10, 8, 16, tzinfo=UTC)
    assert _fired(book, midnight - INSTANT) == ()
    assert len(_fired(book, midnight)) == 1


def test_asking_again_is_the_same_command() -> None:
    """同一日里再问，命令编号相同；记账之后不再提。"""
    book = Book()
    book.add(f"case/{CASE}", accepted())
    night = end_of_day(date(2026, 3, 11))
    first, second = (
        {command_id("scheduler", None, command.purpose) for command in _fired(book, now)}
        for now in (night, night + timedelta(hours=5))
    )
    assert first == second
    missed = case.DeadlineMissed(case.DeadlineKind.PROMISED_DECISION, date(2026, 3, 11))
    book.add(f"case/{CASE}", missed)
    assert _fired(book, night) == ()


def test_answer_not_yet_is_asked_again_after_another_day() -> None:
    """日历改了、账本答“尚未届满”的，再过一日换个编号再问。"""
    book = Book()
    book.add("push/1", sent())
    night = end_of_day(date(2026, 3, 3))
    purposes = {
        command.purpose
        for now in (night, night + timedelta(days=1))
        for command in _fired(book, now)
    }
    assert len(purposes) == 2


def test_moved_deadline_is_another_command() -> None:
    """承诺齐备之后，揭示截止是另一道命令：先前的拒绝不作数。"""
    book = Book()
    book.add("plan/2026-0001", plan(), key="2026-0001")
    now = datetime(2026, 4, 10, 3, tzinfo=UTC)
    (before,) = _fired(book, now)
    book.add("plan/2026-0001", inspection_plan.CommitsIn((MARKET,)), key="2026-0001")
    (after,) = _fired(book, now)
    assert before.act == after.act
    assert before.purpose != after.purpose


def test_settled_deadline_never_fires() -> None:
    """期内作出决定的，决定期限不再动作，只剩送达。"""
    book = Book()
    book.add(f"case/{CASE}", accepted())
    book.add(f"case/{CASE}", approved())
    (command,) = _fired(book, datetime(2027, 1, 1, tzinfo=UTC))
    assert command.act == MarkDeadlineMissed(CASE, DeadlineKind.DELIVERY)


def test_deadlines_for_people_are_not_the_machines() -> None:
    """核查、陈述申辩、检查、吊销、补齐后的受理、不予撤销的后续、调度会与全程目标，期限是给人的，机器不动作。"""
    assert set(TimerKind) - set(ACTS) == {
        TimerKind.VERIFICATION,
        TimerKind.PENALTY,
        TimerKind.PENALTY_HEARING,
        TimerKind.ACCEPTANCE,
        TimerKind.UNDERTAKING_CHECK,
        TimerKind.UNDERTAKING_REPAIR,
        TimerKind.STATEMENT,
        TimerKind.DRAWING,
        TimerKind.INSPECTION,
        # 监督、公示与服务
        TimerKind.VISIT,
        TimerKind.DISCLOSURE,
        TimerKind.WITHDRAWAL,
        TimerKind.REFERRAL,
        TimerKind.SUPERVISION,
        TimerKind.RESULT_WITHDRAWAL,
        TimerKind.FOLLOW_UP,
        TimerKind.MEETING,
        TimerKind.TARGET,
        TimerKind.MEASURE,
        TimerKind.RISK_OBJECTION,
    }


def test_unknown_file_is_not_an_expected_answer() -> None:
    """查无此案卷不是“已办妥”，须停放待人看。"""
    book = Book()
    book.add(f"case/{CASE}", accepted())
    for command in _fired(book, datetime(2027, 1, 1, tzinfo=UTC)):
        assert Refusal.CASE_ALREADY_DECIDED in command.expected
        assert Refusal.CASE_NOT_FOUND not in command.expected


@given(hours=st.integers(0, 24 * 365 * 6))
def test_no_command_is_ever_early(hours: int) -> None:
    """任一时刻：提出的命令，其期限都已届满。"""
    now = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(hours=hours)
    rows = _rows(_opened())
    over = {
        row["kind"]: datetime.fromisoformat(str(row["over_at"]))
        for _, held in rows.scan("")
        for row in _timers(held)
    }
    fired = list(due(now, rows))
    assert len({command.purpose for command in fired}) == len(fired)
    for command in fired:
        kind = command.purpose.partition(":")[2].partition("|")[0].partition(":")[0]
        assert over[kind] <= now


def _timers(row: object) -> list[dict[str, object]]:
    assert isinstance(row, dict)
    return list(row["timers"])


def test_finished_story_leaves_no_deadline() -> None:
    """全过程走完，没有期限悬着；只有检查人员的证件日后要提醒。"""
    left = _fired(story(), datetime(2040, 1, 1, tzinfo=UTC))
    assert {type(command.act) for command in left} == {WarnCertificate}
