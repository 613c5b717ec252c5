"""边界：当日、当刻、零日、相等：每处“早于”与“不晚于”都有一项测试站在线上。"""

from dataclasses import replace
from datetime import date

from domain import calendar, catalogue, credit
from domain.acts.deciding import Reject
from domain.acts.gaps import FillGap
from domain.acts.pledges import SupplyMaterial
from domain.acts.procedure import PauseClock, ResumeClock, StopReason
from domain.calendar import CalendarPublished, calendar_from
from domain.case import Rejected
from domain.catalogue import Publish
from domain.catalogue_lint import LintCode, lint
from domain.clock import Resumed
from domain.credit import Severity
from domain.deadlines import Due, natural_due
from domain.decider import Refused
from domain.gaps import GapFilled
from domain.refusals import Refusal
from domain.terms import CommitmentId, Material
from tests.domain.case_file import APPLICANT, ITEM_V1, SHA, at, official, town
from tests.domain.test_credit import ADDED
from tests.domain.test_gaps import lacking
from tests.rules.papers import CLERK, DECIDER, NO, REVIEWER, accepted, only, reviewed
from tests.rules.test_rule_18_holiday import pledged


def test_nought_days_are_the_day_itself() -> None:
    """零个自然日即当日。"""
    known = calendar_from(town().load, date(2026, 3, 2))
    assert natural_due(date(2026, 3, 2), 0, known) == Due(date(2026, 3, 2), provisional=False)


def test_a_case_may_be_rejected_on_the_day_of_its_receipt() -> None:
    """当日收件、当日不予许可的，不是早于收件。"""
    book = reviewed("2026-03-02")
    act = Reject(NO, "BX-1", "场所不符合要求", "可申请行政复议或提起行政诉讼")
    assert str(only(book.do(act, DECIDER, "2026-03-02 17:00"), Rejected).decided_on) == "2026-03-02"


def test_a_special_procedure_may_end_on_its_first_day() -> None:
    """当日开始、当日结束的，停算一日；早于开始之日结束的拒绝。"""
    book = accepted("2026-04-20")
    stop = PauseClock(NO, StopReason.TESTING, "检测规程第三条", "TB-1", 3)
    book.do(stop, REVIEWER, "2026-04-27")
    early = ResumeClock(NO, "TB-1", date(2026, 4, 26))
    book.refuse(Refusal.CASE_PAUSE_END, early, REVIEWER, "2026-04-27")
    back = only(book.do(ResumeClock(NO, "TB-1"), REVIEWER, "2026-04-27 16:00"), Resumed)
    assert str(back.dues.legal_due_on) == "2026-05-21"  # 少算四月二十七日这一日


def test_a_gap_may_be_filled_at_the_moment_of_receipt() -> None:
    """补来的材料与收件同时收到的，收；早一秒的，不收；在将来的，不收。"""
    paper = Material("平面图", SHA)
    for moment in ("2026-03-02 08:59:59", "2026-03-03 09:00:01"):
        wrong = FillGap(NO, paper, at(moment))
        lacking().refuse(Refusal.CASE_TIME_IMPOSSIBLE, wrong, CLERK, "2026-03-03")
    same = FillGap(NO, paper, at("2026-03-02 09:00"))
    only(lacking().do(same, CLERK, "2026-03-03"), GapFilled)


def test_a_version_may_begin_when_the_last_one_did() -> None:
    """新版本可以自公布之日生效，也可以与前一版同日；更早的是溯及既往。"""
    today = date(2026, 3, 2)
    later = replace(ITEM_V1, promised_days=5, effective_from=today)
    state = catalogue.AGGREGATE.fold((ITEM_V1,))
    assert not isinstance(catalogue.decide(state, Publish(later, today)), Refused)
    second = catalogue.AGGREGATE.fold((ITEM_V1, replace(later, version=2)))
    third = replace(later, promised_days=4)
    assert not isinstance(catalogue.decide(second, Publish(third, today)), Refused)
    before = replace(third, effective_from=date(2026, 3, 1))
    answer = catalogue.decide(second, Publish(before, today))
    assert isinstance(answer, Refused)
    assert answer.code is Refusal.ITEM_BACKDATED


def test_a_promise_may_be_nought_or_all_of_the_legal_limit() -> None:
    """承诺当日办结、或与法定时限相等的，没有毛病；多一日、负一日的有。"""
    for promised, faulty in ((0, False), (20, False), (21, True), (-1, True)):
        found = {one.code for one in lint(replace(ITEM_V1, promised_days=promised))}
        assert (LintCode.PERIOD in found) is faulty


def test_a_credit_record_counts_on_its_last_day() -> None:
    """信用记录的最后一日仍然有效，次日不再有效。"""
    record = replace(ADDED, severity=Severity.SERIOUS, last_day=date(2026, 9, 1))
    standing = credit.AGGREGATE.fold((record,))
    assert standing.excluding(date(2026, 9, 1)) == (record.record_no,)
    assert standing.excluding(date(2026, 9, 2)) == ()


def test_a_corrected_calendar_moves_the_last_day_to_supply() -> None:
    """补交的末日十月八日，日历更正为放假的，顺延到十月九日：十月九日补交的不迟。"""
    late = SupplyMaterial(CommitmentId("C-1"), "平面图", SHA)
    book, _ = pledged()
    book.refuse(Refusal.COMMITMENT_TOO_LATE, late, APPLICANT, "2026-10-09 10:00")
    (year,) = (one for one in official() if one.year == 2026)
    off = tuple(sorted((*year.days_off, date(2026, 10, 8))))
    again = CalendarPublished(2026, 2, "更正通知", off, year.working_weekends)
    book.put(calendar.AGGREGATE.stream(calendar.calendar_id(2026)), again)
    book.do(late, APPLICANT, "2026-10-09 10:00")
