"""规则 8：只有许可法四十五条所列的时间不计入期限。"""

import pytest

from domain.acts.intake import MarkDeadlineMissed
from domain.acts.procedure import PauseClock, ResumeClock, StopReason
from domain.case import DeadlineKind, DeadlineMissed
from domain.clock import Paused, Resumed
from domain.refusals import Refusal
from tests.domain.case_file import MACHINE, Book, events_of
from tests.rules.papers import APPROVE, DECIDER, NO, REVIEWER, accepted, item, only, reviewed

EXPERTS = PauseClock(NO, StopReason.EXPERT_REVIEW, "审查通则第十条", "TB-1", expected_days=9)
BACK = ResumeClock(NO, "TB-1")
LEGAL = MarkDeadlineMissed(NO, DeadlineKind.LEGAL_DECISION)


def _paused() -> Book:
    book = accepted("2026-04-20", item(promised=20))
    told = only(book.do(EXPERTS, REVIEWER, "2026-04-27"), Paused)
    assert str(told.expected_end_on) == "2026-05-11"
    assert str(told.dues.legal_due_on) == "2026-06-02"
    return book


def test_expert_review_does_not_count() -> None:
    """四月二十日受理，专家评审四月二十七日至五月十一日（九个工作日），二十日改至六月二日。"""
    book = _paused()
    back = only(book.do(BACK, REVIEWER, "2026-05-11"), Resumed)
    assert str(back.dues.legal_due_on) == "2026-06-02"
    book.refuse(Refusal.CASE_NOT_YET_DUE, LEGAL, MACHINE, "2026-06-02 23:00", due_on="2026-06-02")
    missed = only(book.do(LEGAL, MACHINE, "2026-06-03 00:00"), DeadlineMissed)
    assert str(missed.due_on) == "2026-06-02"


def test_a_survey_counts() -> None:
    """同一段时间作现场踏勘：停算被拒，五月二十日即届满。"""
    book = accepted("2026-04-20", item(promised=20))
    for reason in (
        StopReason.SURVEY,
        StopReason.COLLECTIVE,
        StopReason.PUBLICITY,
        StopReason.OTHER_OFFICE,
        StopReason.SUPPLEMENT,
    ):
        stop = PauseClock(NO, reason, "审查通则第十条", "TB-1", expected_days=9)
        book.refuse(Refusal.CASE_NO_PAUSE, stop, REVIEWER, "2026-04-27", reason=reason)
    missed = only(book.do(LEGAL, MACHINE, "2026-05-21"), DeadlineMissed)
    assert str(missed.due_on) == "2026-05-20"


@pytest.mark.parametrize(
    ("stop", "code"),
    [
        (PauseClock(NO, StopReason.HEARING, "四十七条", " ", 9), Refusal.CASE_PAUSE_NOTICE),
        (PauseClock(NO, StopReason.HEARING, "四十七条", "TB-1", 0), Refusal.CASE_PAUSE_NOTICE),
        (PauseClock(NO, StopReason.APPRAISAL, "", "TB-1", 9), Refusal.CASE_PAUSE_NOT_REQUIRED),
    ],
)
def test_the_applicant_is_told_in_writing_and_the_law_requires_it(
    stop: PauseClock, code: Refusal
) -> None:
    """没有告知书、没有写明所需时间的不能停；机关自行委托、并非依法需要的鉴定不能停（L-16）。"""
    accepted("2026-04-20").refuse(code, stop, REVIEWER, "2026-04-27")


def test_the_clock_stands_as_long_as_the_procedure_lasts() -> None:
    """逾预计之日仍未结束的，期限接着停，机器不断定逾期；早结束的早续算。"""
    book = _paused()
    book.refuse(Refusal.CASE_NOT_YET_DUE, LEGAL, MACHINE, "2026-06-10")
    short = _paused()
    early = only(short.do(BACK, REVIEWER, "2026-04-28"), Resumed)
    assert str(early.dues.legal_due_on) == "2026-05-22"


def test_what_is_already_overdue_stays_overdue() -> None:
    """承诺时限先已过的，停算救不回来。"""
    book = accepted("2026-04-20", item(promised=3))
    told = only(book.do(EXPERTS, REVIEWER, "2026-04-27"), Paused)
    assert str(told.dues.promised_due_on) == "2026-04-23"
    mark = MarkDeadlineMissed(NO, DeadlineKind.PROMISED_DECISION)
    assert len(events_of(book.do(mark, MACHINE, "2026-04-28"))) == 1


def test_no_decision_while_the_procedure_lasts() -> None:
    """特别程序没有结束的，不能决定；结束之后照常决定，没有逾期。"""
    book = reviewed("2026-04-20", item(promised=20))
    book.do(EXPERTS, REVIEWER, "2026-04-27")
    book.refuse(Refusal.CASE_PAUSED, APPROVE, DECIDER, "2026-05-11", notice_no="TB-1")
    book.do(BACK, REVIEWER, "2026-05-11")
    assert DeadlineMissed not in map(type, events_of(book.do(APPROVE, DECIDER, "2026-06-02")))
