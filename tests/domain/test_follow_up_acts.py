"""检查后续处理的办理：谁能办、期限从哪日算、移送与撤销另有案卷、机器只立核实。"""

from dataclasses import replace
from datetime import date
from typing import Final

from domain import follow_up, referral, revocation
from domain.acts.check_results import MarkFollowUpLacking
from domain.acts.complaints import AnswerReferral, ReturnReferral, SignReferral
from domain.acts.follow_ups import (
    CloseCheckFollowUp,
    MarkCheckFollowUpOverdue,
    OpenCheckFollowUp,
    OpenContactCheck,
    PleadFollowUp,
    RecheckObject,
    ReportRectification,
    TryContact,
    WeighStatement,
)
from domain.acts.monitoring import RaiseAlert
from domain.approval import RevocationGround
from domain.check_result import FollowUpBegun
from domain.code_set import FollowUpKind
from domain.follow_up import (
    ContactTried,
    FollowUpClosed,
    FollowUpOpened,
    FollowUpOutcome,
    RectificationReported,
)
from domain.inspection_task import FindingCode
from domain.oversight import AlertLevel, OversightRule, Raised
from domain.refusals import Refusal
from domain.terms import Evidence, Organ, PersonId, Role, SubjectId
from tests.domain.case_file import MACHINE, SHA, actor
from tests.domain.hall import BUREAU, Hall
from tests.rules.checked import HEAD, INSPECTOR, NO, PEOPLE, SHOP, TASK, formed
from tests.rules.draws import RUNNER, SHARERS

PROOF: Final = (Evidence("照片", SHA),)
PENDING: Final = FindingCode.PROBLEM_PENDING
OWNER: Final = actor("S-1", Role.APPLICANT, Organ("PUBLIC"))
FIRE: Final = SHARERS[1]
ORDER: Final = OpenCheckFollowUp(
    *("HX-1", NO, SHOP, FollowUpKind.RECTIFY, "更换灭火器", "责改-1", date(2026, 10, 20)),
)


def ordered() -> Hall:
    """发现问题待后续处理，已责令改正。"""
    new, _ = formed("2026-09-24", PENDING)
    new.record(ORDER, RUNNER, "2026-09-28")
    return new


def test_a_rectification_from_order_to_recheck() -> None:
    """责令改正：报告之日起十个工作日内复查，两人签名；复查合格由别人办结，历史都在账上。"""
    new, _ = formed("2026-09-24", PENDING)
    opened, begun = new.record(ORDER, RUNNER, "2026-09-28")
    assert isinstance(opened, FollowUpOpened)
    assert begun == FollowUpBegun("HX-1", FollowUpKind.RECTIFY, complete=True)
    new.idle(ORDER, RUNNER, "2026-09-28")
    new.idle(MarkFollowUpLacking(TASK), MACHINE, "2026-10-12")
    report = ReportRectification("HX-1", SHA)
    (reported,) = new.record(report, OWNER, "2026-10-12")
    assert isinstance(reported, RectificationReported)
    assert (reported.recheck_by, reported.handler) == (date(2026, 10, 26), None)
    check = RecheckObject("HX-1", date(2026, 10, 20), True, PEOPLE, PROOF, "已更换")  # noqa: FBT003
    stranger = replace(check, signatures=(PEOPLE[0], PersonId("p-x")))
    assert new.refusal(stranger, INSPECTOR, "2026-10-21") is Refusal.TASK_CERTIFICATE
    new.record(check, INSPECTOR, "2026-10-21")
    close = CloseCheckFollowUp("HX-1", FollowUpOutcome.RECTIFIED, "复查合格")
    assert new.refusal(close, FIRE, "2026-10-22") is Refusal.DUTY_ORGAN
    (closed,) = new.record(close, HEAD, "2026-10-22")
    assert isinstance(closed, FollowUpClosed)
    assert closed.task_id == TASK


def test_only_those_concerned_may_act() -> None:
    """检查对象只办自己的，工作人员须属立项的部门；没有立项的没有可办的。"""
    new = ordered()
    other = actor("S-2", Role.APPLICANT, Organ("PUBLIC"))
    plead = PleadFollowUp("HX-1", "当日停业", SHA)
    assert new.refusal(plead, other, "2026-10-09") is Refusal.DUTY_SELF
    assert new.refusal(ReportRectification("HX-1", SHA), FIRE, "2026-10-09") is Refusal.DUTY_ORGAN
    new.record(plead, OWNER, "2026-10-09")
    weigh = WeighStatement("HX-1", adopted=False, reasons="没有公示停业")
    assert new.refusal(weigh, FIRE, "2026-10-10") is Refusal.DUTY_ORGAN
    new.record(weigh, HEAD, "2026-10-10")
    foreign = new.employ("fi", Role.INSPECTOR, FIRE.organ)
    recheck = RecheckObject("HX-1", date(2026, 10, 20), True, PEOPLE, PROOF, "已更换")  # noqa: FBT003
    assert new.refusal(recheck, foreign, "2026-10-21") is Refusal.DUTY_ORGAN
    absent = PleadFollowUp("HX-9", "无", SHA)
    assert new.refusal(absent, OWNER, "2026-10-09") is Refusal.FOLLOWUP_NOT_FOUND
    gone = replace(recheck, follow_up_no="HX-9")
    assert new.refusal(gone, INSPECTOR, "2026-10-21") is Refusal.FOLLOWUP_NOT_FOUND
    close = CloseCheckFollowUp("HX-9", FollowUpOutcome.RECTIFIED, "无")
    assert new.refusal(close, HEAD, "2026-10-21") is Refusal.FOLLOWUP_NOT_FOUND
    late = MarkCheckFollowUpOverdue("HX-9")
    assert new.refusal(late, MACHINE, "2026-10-21") is Refusal.FOLLOWUP_NOT_FOUND


def test_an_overdue_step_is_a_finding_for_the_department() -> None:
    """改正的期限过了没有报告：机器记逾期，督办立项的部门。"""
    new = ordered()
    (fact,) = new.record(MarkCheckFollowUpOverdue("HX-1"), MACHINE, "2026-10-21")
    assert fact == follow_up.FollowUpOverdue(date(2026, 10, 20))
    alert = RaiseAlert(
        *("JC-1", OversightRule.DEADLINE_MISSED, AlertLevel.YELLOW, "followup/HX-1", "E-1"),
        "HX-1 2026-10-20",
    )
    (raised,) = new.record(alert, MACHINE, "2026-10-21")
    assert isinstance(raised, Raised)
    assert raised.responsible_organ == BUREAU


def test_no_follow_up_without_a_result() -> None:
    """结果没有成立的、别的部门、没有的计划，都不能立项。"""
    new, _ = formed("2026-09-24", PENDING)
    absent = replace(ORDER, subject=SubjectId("S-9"))
    assert new.refusal(absent, RUNNER, "2026-09-28") is Refusal.RESULT_NOT_FOUND
    assert new.refusal(ORDER, FIRE, "2026-09-28") is Refusal.DUTY_ORGAN
    gone = replace(ORDER, plan_no="000009")
    assert new.refusal(gone, RUNNER, "2026-09-28") is Refusal.PLAN_NOT_FOUND
    machine = OpenContactCheck("000001.S-9")
    assert new.refusal(machine, MACHINE, "2026-09-28") is Refusal.RESULT_NOT_FOUND
    new.idle(OpenContactCheck(TASK), MACHINE, "2026-09-28")


def test_the_unreachable_are_verified_before_they_are_listed() -> None:
    """无法联系：机器立项核实，十个工作日；两次查实之后十个工作日内由人决定列入，异议先复核。"""
    new, _ = formed("2026-09-24", FindingCode.UNREACHABLE)
    opened, begun = new.record(OpenContactCheck(TASK), MACHINE, "2026-09-24")
    assert isinstance(opened, FollowUpOpened)
    assert (opened.due_on, opened.handler) == (date(2026, 10, 15), None)
    assert isinstance(begun, FollowUpBegun)
    assert begun.complete
    new.idle(OpenContactCheck(TASK), MACHINE, "2026-09-25")
    number = f"{TASK}.ABNORMAL"
    tried = TryContact(number, date(2026, 9, 28), "上门，门锁", reached=False, evidence=PROOF)
    assert new.refusal(tried, FIRE, "2026-09-28") is Refusal.DUTY_ORGAN
    new.record(tried, INSPECTOR, "2026-09-28")
    listed = CloseCheckFollowUp(number, FollowUpOutcome.LISTED, "两次查实", "列异-1")
    assert new.refusal(listed, HEAD, "2026-09-29") is Refusal.FOLLOWUP_NOT_BORNE_OUT
    letter = replace(tried, tried_on=date(2026, 10, 12), means="专用信函退回")
    (second,) = new.record(letter, INSPECTOR, "2026-10-12")
    assert isinstance(second, ContactTried)
    assert (second.verified, second.due_on) == (True, date(2026, 10, 26))
    new.record(PleadFollowUp(number, "已迁址", SHA), OWNER, "2026-10-13")
    assert new.refusal(listed, HEAD, "2026-10-13") is Refusal.FOLLOWUP_UNHEARD
    weighed = WeighStatement(number, adopted=False, reasons="没有变更登记")
    new.record(weighed, HEAD, "2026-10-14")
    new.record(listed, HEAD, "2026-10-14")


def test_a_transfer_waits_for_the_other_organ() -> None:
    """移送：移送案卷同时另立；受移送的机关签收、回告之后办结，退回的以退回办结。"""
    new, _ = formed("2026-09-24", PENDING)
    bare = OpenCheckFollowUp("HX-2", NO, SHOP, FollowUpKind.TRANSFER, "涉嫌无证经营")
    assert new.refusal(bare, RUNNER, "2026-09-28") is Refusal.FOLLOWUP_PARTICULARS
    act = replace(bare, to_organ=FIRE.organ, record_sha256=SHA, evidence=PROOF)
    made, opened, _ = new.record(act, RUNNER, "2026-09-28")
    assert isinstance(made, referral.Made)
    assert isinstance(opened, FollowUpOpened)
    assert (opened.referral_no, opened.due_on) == ("HX-2", None)
    handled = CloseCheckFollowUp("HX-2", FollowUpOutcome.HANDLED, "已处理")
    assert new.refusal(handled, HEAD, "2026-10-09") is Refusal.FOLLOWUP_NOT_BORNE_OUT
    new.record(SignReferral("HX-2"), FIRE, "2026-10-09")
    chief = new.employ("fire-chief", Role.SUPERVISION_HEAD, FIRE.organ)
    new.record(AnswerReferral("HX-2", "消罚-1", "已处罚"), chief, "2026-10-12")
    new.record(handled, HEAD, "2026-10-13")
    new.record(replace(act, follow_up_no="HX-3"), RUNNER, "2026-10-13")
    new.record(ReturnReferral("HX-3", "不属本部门"), chief, "2026-10-14")
    back = CloseCheckFollowUp("HX-3", FollowUpOutcome.RETURNED, "退回")
    new.record(back, HEAD, "2026-10-15")


def test_filing_a_case_within_fifteen_working_days() -> None:
    """立案：十五个工作日内决定。"""
    new, _ = formed("2026-09-24", PENDING)
    act = OpenCheckFollowUp("HX-4", NO, SHOP, FollowUpKind.CASE_FILED, "涉嫌经营过期食品")
    opened, _ = new.record(act, RUNNER, "2026-09-28")
    assert isinstance(opened, FollowUpOpened)
    assert opened.due_on == date(2026, 10, 23)


def test_a_revocation_is_only_proposed() -> None:
    """建议撤销：须有许可、事由与证据；没有的许可提不出，撤销与否由审批机关决定（规则 19）。"""
    new, _ = formed("2026-09-24", PENDING)
    bare = OpenCheckFollowUp("HX-5", NO, SHOP, FollowUpKind.REVOCATION, "以欺骗取得")
    ground = RevocationGround.FRAUD_OR_BRIBERY
    for wrong in (
        bare,
        replace(bare, ground=ground),
    ):
        assert new.refusal(wrong, RUNNER, "2026-09-28") is Refusal.FOLLOWUP_PARTICULARS
    act = replace(bare, ground=ground, evidence=PROOF)
    assert new.refusal(act, RUNNER, "2026-09-28") is Refusal.LICENCE_NOT_FOUND
    opened = FollowUpOpened(
        *(FollowUpKind.REVOCATION, NO, TASK, SHOP, None, BUREAU, PEOPLE, "v1", (PENDING,)),
        *("以欺骗取得", "", None, None, "HX-5", date(2026, 9, 28), PersonId("p-runner")),
    )
    new.put("followup/HX-5", opened)
    done = CloseCheckFollowUp("HX-5", FollowUpOutcome.HANDLED, "撤销程序已了结")
    assert new.refusal(done, HEAD, "2026-10-09") is Refusal.FOLLOWUP_NOT_BORNE_OUT
    assert new.load(revocation.AGGREGATE, "HX-5") == revocation.Nothing()
