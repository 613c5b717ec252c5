"""规则 25（检查结果）：谁检查谁公开，二十个工作日；推翻的三个工作日撤下；自然人不列名。"""

from datetime import date

from consumers.scheduler import ACTS
from domain import check_result, oversight
from domain.acts.check_results import (
    CorrectResult,
    MarkFollowUpLacking,
    MarkResultMissed,
    OverturnResult,
    PublishResult,
    WithdrawResult,
)
from domain.acts.monitoring import RaiseAlert
from domain.check_result import PublicationMissed, ResultFormed, ResultOverturned, ResultPublished
from domain.inspection_task import FindingCode
from domain.oversight import AlertLevel, OversightRule
from domain.refusals import Refusal
from domain.terms import Role
from domain.timers import TimerKind
from projections.publication_view import PROJECTION as PUBLIC
from tests import deliveries
from tests.domain.case_file import MACHINE
from tests.domain.hall import BUREAU
from tests.rules.checked import HEAD, INSPECTOR, NO, ONE, SHOP, TASK, enterprise, formed
from tests.rules.draws import SHARERS

CREDIT = "91350505MA2XXXXX0X"
PUBLISH = PublishResult(NO, SHOP)


def test_the_result_is_published_in_twenty_working_days() -> None:
    """九月二十四日形成，十月二十九日以前公开；三十日机器记逾期，晚了还要公开。"""
    new, events = formed("2026-09-24")
    (result,) = [one for one in events if isinstance(one, ResultFormed)]
    assert result.publish_by == date(2026, 10, 29)
    assert result.follow_up_by is None
    missed = MarkResultMissed(TASK)
    assert new.refusal(missed, MACHINE, "2026-10-29 23:00") is Refusal.RESULT_NOT_YET_DUE
    assert new.record(missed, MACHINE, "2026-10-30") == (PublicationMissed(date(2026, 10, 29)),)
    new.idle(missed, MACHINE, "2026-10-31")
    new.record(PUBLISH, INSPECTOR, "2026-11-02")
    new.idle(PUBLISH, INSPECTOR, "2026-11-03")
    assert ACTS[TimerKind.RESULT_PUBLICATION](TASK, None) == missed  # type: ignore[arg-type]


def test_who_checked_publishes() -> None:
    """别的部门不能公开；结果没有成立的，没有可公开的。"""
    new, _ = formed("2026-09-24")
    fire = SHARERS[1]
    assert new.refusal(PUBLISH, fire, "2026-10-12") is Refusal.DUTY_ORGAN
    unknown = PublishResult(NO, type(SHOP)("S-9"))
    assert new.refusal(unknown, INSPECTOR, "2026-10-12") is Refusal.RESULT_NOT_FOUND


def test_an_enterprise_is_named_by_its_credit_code_a_person_not_at_all() -> None:
    """企业写统一社会信用代码；自然人不列名（个人信息保护法 25 条）；检查人员都不写。"""
    for code, holder in ((CREDIT, CREDIT), (None, "")):
        new, _ = formed("2026-09-24", FindingCode.PROBLEM_CORRECTED)
        enterprise(new, code)
        (shown,) = new.record(PUBLISH, INSPECTOR, "2026-10-12")
        assert isinstance(shown, ResultPublished)
        assert (shown.holder, shown.names) == (holder, ("发现问题经责令已改正",))
        book = deliveries.Book()
        for event in new.streams[f"result/{TASK}"]:
            book.add(f"result/{TASK}", event, key=NO)
        (row,) = deliveries.folded(PUBLIC, book.kept).values()
        said = {row[name] for name in ("decision_no", "item_name", "organ", "holder")}
        assert said == {NO, "餐饮抽查：发现问题经责令已改正", BUREAU, holder}
        assert not {ONE, str(SHOP)} & said


def test_an_overturned_result_is_withdrawn_in_three_working_days() -> None:
    """二月十三日推翻，二月二十五日以前撤下；公开、推翻、撤下三件都在账上；更正之后重新公开。"""
    new, _ = formed("2026-09-24", FindingCode.PROBLEM_PENDING)
    new.record(PUBLISH, INSPECTOR, "2026-10-12")
    overturn = OverturnResult(NO, SHOP, "复决-2026-3", "事实不清")
    correct = CorrectResult(NO, SHOP, ("NO_PROBLEM",), "更正-1", "复议变更")
    assert new.refusal(correct, HEAD, "2026-11-02") is Refusal.RESULT_STANDS
    also = new.employ("also", Role.SUPERVISOR, person=ONE)
    assert new.refusal(overturn, also, "2026-11-02") is Refusal.DUTY_SAME_PERSON
    (fact,) = new.record(overturn, HEAD, "2026-11-02")
    assert isinstance(fact, ResultOverturned)
    assert fact.withdraw_by == date(2026, 11, 5)
    new.idle(overturn, HEAD, "2026-11-02")
    other = OverturnResult(NO, SHOP, "复决-2026-4", "又一件")
    assert new.refusal(other, HEAD, "2026-11-02") is Refusal.RESULT_OVERTURNED
    assert new.refusal(correct, HEAD, "2026-11-02") is Refusal.RESULT_STILL_PUBLIC
    new.record(WithdrawResult(TASK), MACHINE, "2026-11-02")
    new.idle(WithdrawResult(TASK), MACHINE, "2026-11-02")
    assert new.refusal(PUBLISH, INSPECTOR, "2026-11-03") is Refusal.RESULT_OVERTURNED
    wrong = CorrectResult(NO, SHOP, ("NO_PROBLEM", "UNREACHABLE"), "更正-1", "复议变更")
    assert new.refusal(wrong, HEAD, "2026-11-03") is Refusal.TASK_CODES
    new.record(correct, HEAD, "2026-11-03")
    new.idle(correct, HEAD, "2026-11-03")
    (again,) = new.record(PUBLISH, INSPECTOR, "2026-11-04")
    assert isinstance(again, ResultPublished)
    assert again.names == ("未发现问题",)
    kept = [type(one).__name__ for one in new.streams[f"result/{TASK}"]]
    assert kept[1:4] == ["ResultPublished", "ResultOverturned", "ResultWithdrawn"]


def test_the_three_days_skip_the_spring_festival() -> None:
    """二月十三日推翻的，撤下的末日是二月二十五日（十四日上班，春节放假）。"""
    new, _ = formed("2026-09-24")
    new.record(PUBLISH, INSPECTOR, "2026-10-12")
    state = new.load(check_result.AGGREGATE, TASK)
    assert isinstance(state, check_result.Formed)
    (fact,) = new.record(OverturnResult(NO, SHOP, "复决-1", "撤销"), HEAD, "2026-02-13")
    assert isinstance(fact, ResultOverturned)
    assert fact.withdraw_by == date(2026, 2, 25)


def test_a_pending_problem_without_a_follow_up_is_a_finding() -> None:
    """发现问题待后续处理的，五个工作日内（十月九日以前）立项；没有的机器记下，可以督办部门。"""
    new, events = formed("2026-09-24", FindingCode.PROBLEM_PENDING)
    (result,) = [one for one in events if isinstance(one, ResultFormed)]
    assert result.follow_up_by == date(2026, 10, 9)
    act = MarkFollowUpLacking(TASK)
    assert new.refusal(act, MACHINE, "2026-10-09") is Refusal.RESULT_NOT_YET_DUE
    (fact,) = new.record(act, MACHINE, "2026-10-10")
    assert isinstance(fact, check_result.FollowUpLacking)
    new.idle(act, MACHINE, "2026-10-11")
    alert = RaiseAlert(
        *("JC-1", OversightRule.DEADLINE_MISSED, AlertLevel.YELLOW, f"result/{TASK}", "E-1"),
        f"{TASK} 2026-10-09",
    )
    (raised,) = new.record(alert, MACHINE, "2026-10-10")
    assert isinstance(raised, oversight.Raised)
    assert raised.responsible_organ == BUREAU
