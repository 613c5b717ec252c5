"""投诉、移送、改革任务、专项督查的办理：由谁办、到何时、逾期怎样（机制 71、82、85、90）。"""

from dataclasses import replace
from datetime import date

import pytest

from domain import complaint, referral, reform, supervision
from domain.acts import Act
from domain.acts.complaints import (
    AnswerComplaint,
    AnswerReferral,
    AssignComplaint,
    AssignReform,
    CloseReform,
    ConcludeSupervision,
    LodgeComplaint,
    MakeReferral,
    MarkComplaintOverdue,
    MarkReformOverdue,
    NoteSupervision,
    OpenSupervision,
    ReportReform,
    ReturnComplaint,
    ReturnReferral,
    SettleComplaint,
    SignReferral,
    TriggerCheck,
)
from domain.complaint import ComplaintMatter, ComplaintSource
from domain.decider import Plan
from domain.refusals import Refusal
from domain.terms import Actor, CaseNo, Evidence, LicenceNo, Organ, Role, SubjectId
from tests.domain.case_file import APPROVER, MACHINE, SHA, STAFF, SUPERVISOR, Book, person, town
from tests.domain.test_case_acts import NO, received
from tests.domain.test_oversight_acts import JW, XNB, discipline, overseer
from tests.rules.papers import only

REVIEWER, DECIDER, CHIEF = STAFF["reviewer"], STAFF["decider"], STAFF["chief"]
CLERK, LIAISON = STAFF["clerk"], STAFF["supervisor"]
LODGE = LodgeComplaint(
    "TS-1", ComplaintSource.HOTLINE, "GD-1", ComplaintMatter.SERVICE, "排队太久", case_no=NO
)
ASSIGN = AssignComplaint("TS-1", APPROVER)
ANSWER = AnswerComplaint("TS-1", "已增开窗口")
SETTLE = SettleComplaint("TS-1", upheld=True, satisfied=True, explanation="属实，已改")


def office() -> tuple[Book, Actor]:
    """有一件办件、有效能办的小城。"""
    book = received()
    return book, overseer(book)


def assigned() -> tuple[Book, Actor]:
    """三月二日收到并转办，三月九日以前答复。"""
    book, who = office()
    book.do(LODGE, who, "2026-03-02")
    book.do(ASSIGN, who, "2026-03-02")
    return book, who


def test_a_complaint_goes_full_circle() -> None:
    """收到、转办、答复、退回重办、再答复、办结；同一工单只记一次（机制 71）。"""
    book, who = assigned()
    assert book.do(LODGE, who, "2026-03-02") == Plan()
    book.refuse(Refusal.DUTY_ORGAN, ANSWER, LIAISON, "2026-03-03", organ=APPROVER)
    book.do(ANSWER, REVIEWER, "2026-03-03")
    book.do(ReturnComplaint("TS-1", "投诉人不满意"), who, "2026-03-04")
    again = only(book.do(ASSIGN, who, "2026-03-04"), complaint.Assigned)
    assert again.due_on == date(2026, 3, 11)
    book.do(replace(ANSWER, explanation="已致歉"), REVIEWER, "2026-03-05")
    done = only(book.do(SETTLE, who, "2026-03-06"), complaint.Settled)
    assert done.responsible_organ == APPROVER


def test_who_handled_the_case_does_not_settle_its_complaint() -> None:
    """SD11：经手过所涉办件的人不办结它的投诉。"""
    book, _ = assigned()
    book.do(ANSWER, REVIEWER, "2026-03-03")
    book.hire("clerk", Role.PERFORMANCE, XNB, person("clerk"))
    same = Actor(CLERK.officer_id, Role.PERFORMANCE, XNB, XNB)
    book.refuse(Refusal.DUTY_SAME_PERSON, SETTLE, same, "2026-03-06")


def test_a_complaint_about_a_case_of_elsewhere_is_settled_too() -> None:
    """所涉办件不在本账的，没有谁经过手，照常办结。"""
    book = town()
    who = overseer(book)
    book.do(replace(LODGE, case_no=CaseNo("WAI-1")), who, "2026-03-02")
    book.do(ASSIGN, who, "2026-03-02")
    book.do(ANSWER, REVIEWER, "2026-03-03")
    only(book.do(SETTLE, who, "2026-03-04"), complaint.Settled)


def test_a_complaint_is_settled_in_its_turn() -> None:
    """没有答复的不办结。"""
    book, who = assigned()
    book.refuse(Refusal.COURSE_NOT_NOW, SETTLE, who, "2026-03-03", step="complaint.assigned")


def test_an_unanswered_complaint_is_overdue_the_day_after() -> None:
    """答复期限之日过完记逾期，一次；还没有转办的、已答复的无事可记。"""
    late = MarkComplaintOverdue("TS-1")
    book, who = assigned()
    book.refuse(Refusal.COMPLAINT_NOT_YET_DUE, late, MACHINE, "2026-03-09", due_on="2026-03-09")
    missed = only(book.do(late, MACHINE, "2026-03-10"), complaint.Overdue)
    assert missed.due_on == date(2026, 3, 9)
    assert book.do(late, MACHINE, "2026-03-11") == Plan()
    book, who = office()
    book.do(LODGE, who, "2026-03-02")
    assert book.do(late, MACHINE, "2026-03-30") == Plan()


def test_a_complaint_may_send_inspectors() -> None:
    """投诉经营行为的，触发一次定向检查。"""
    book, who = assigned()
    trigger = TriggerCheck("TS-1", SUPERVISOR, LicenceNo("L-1"))
    checked = only(book.do(trigger, who, "2026-03-03"), complaint.CheckTriggered)
    assert checked.department == SUPERVISOR


EVIDENCE = (Evidence("PHOTO-1", SHA),)
REFER = MakeReferral("YS-1", SubjectId("S-1"), "涉嫌无证经营", SUPERVISOR, SHA, EVIDENCE)


def test_a_referral_is_signed_and_answered_by_whom_it_went_to() -> None:
    """移送须附证据；只有接受移送的机关签收、回告；二十个工作日内回告（机制 82）。"""
    book = town()
    bare = replace(REFER, evidence=())
    book.refuse(Refusal.REFERRAL_NO_EVIDENCE, bare, DECIDER, "2026-03-02")
    made = only(book.do(REFER, DECIDER, "2026-03-02"), referral.Made)
    assert made.due_on == date(2026, 3, 30)
    elsewhere = book.hire("other", Role.SUPERVISOR, Organ("350505-ZJJ"), person("other"))
    book.refuse(Refusal.DUTY_ORGAN, SignReferral("YS-1"), elsewhere, "2026-03-03")
    book.do(SignReferral("YS-1"), LIAISON, "2026-03-03")
    answered = AnswerReferral("YS-1", "罚字1号", "罚款")
    assert only(book.do(answered, CHIEF, "2026-03-20"), referral.Answered).document_no == "罚字1号"


def test_a_referral_may_be_sent_back() -> None:
    """不属管辖的退回，写明理由。"""
    book = town()
    book.do(REFER, DECIDER, "2026-03-02")
    back = only(
        book.do(ReturnReferral("YS-1", "不属本机关"), CHIEF, "2026-03-03"), referral.Returned
    )
    assert back.reason == "不属本机关"


TASK = AssignReform("GG-1", "推行容缺受理", "47号文第三条", APPROVER, date(2026, 6, 30))


def test_a_reform_task_is_reported_and_checked() -> None:
    """下达、报告、核验销号；报告的人不核验自己，没有报称完成的不销号（机制 90）。"""
    book = town()
    who = overseer(book)
    past = replace(TASK, due_on=date(2026, 3, 1))
    book.refuse(Refusal.REFORM_BACKDATED, past, who, "2026-03-02")
    book.do(TASK, who, "2026-03-02")
    report = ReportReform("GG-1", "已出清单", finished=False)
    book.refuse(Refusal.DUTY_ORGAN, report, LIAISON, "2026-03-03", organ=APPROVER)
    close = CloseReform("GG-1", "现场核验")
    book.refuse(Refusal.REFORM_UNFINISHED, close, who, "2026-03-03")
    book.do(report, REVIEWER, "2026-04-01")
    book.refuse(Refusal.REFORM_UNFINISHED, close, who, "2026-04-02")
    book.do(replace(report, progress="已推行", finished=True), REVIEWER, "2026-05-06")
    foreign = book.hire("foreign", Role.PERFORMANCE, JW, person("foreign"))
    book.refuse(Refusal.DUTY_ORGAN, close, foreign, "2026-05-07", organ=XNB)
    book.hire("reviewer", Role.PERFORMANCE, XNB, person("reviewer"))
    himself = Actor(REVIEWER.officer_id, Role.PERFORMANCE, XNB, XNB)
    book.refuse(Refusal.DUTY_SAME_PERSON, close, himself, "2026-05-07")
    only(book.do(close, who, "2026-05-07"), reform.Closed)


def test_a_reform_task_is_overdue_the_day_after() -> None:
    """期限之日过完没有销号的，记逾期，一次。"""
    book = town()
    book.do(TASK, overseer(book), "2026-03-02")
    late = MarkReformOverdue("GG-1")
    book.refuse(Refusal.REFORM_NOT_YET_DUE, late, MACHINE, "2026-06-30", due_on="2026-06-30")
    missed = only(book.do(late, MACHINE, "2026-07-01"), reform.Overdue)
    assert missed.due_on == date(2026, 6, 30)
    assert book.do(late, MACHINE, "2026-07-02") == Plan()


OPEN = OpenSupervision("DC-1", "时限压缩", (XNB,), (APPROVER,), date(2026, 4, 30))


def test_a_supervision_campaign_looks_at_others() -> None:
    """专项督查：由督查机关之一立项，不督查自己；只记被督查的机关；督查机关办结（机制 85）。"""
    book = town()
    who, third = overseer(book), discipline(book)
    book.refuse(Refusal.DUTY_ORGAN, OPEN, third, "2026-03-02")
    for scope in ((), (XNB, APPROVER)):
        book.refuse(Refusal.SUPERVISION_SCOPE, replace(OPEN, scope=scope), who, "2026-03-02")
    book.do(OPEN, who, "2026-03-02")
    note = NoteSupervision("DC-1", APPROVER, "三个事项没有压缩", "DB-1")
    outside = replace(note, organ=SUPERVISOR)
    book.refuse(Refusal.SUPERVISION_SCOPE, outside, who, "2026-03-03")
    book.refuse(Refusal.DUTY_ORGAN, note, third, "2026-03-03")
    book.do(note, who, "2026-03-03")
    conclude = ConcludeSupervision("DC-1", "限期压缩")
    book.refuse(Refusal.DUTY_ORGAN, conclude, third, "2026-03-04")
    only(book.do(conclude, who, "2026-03-04"), supervision.Concluded)


@pytest.mark.parametrize(
    ("act", "role"),
    [
        (ASSIGN, Role.PERFORMANCE),
        (ANSWER, Role.REVIEWER),
        (ReturnComplaint("TS-1", "x"), Role.PERFORMANCE),
        (SETTLE, Role.PERFORMANCE),
        (TriggerCheck("TS-1", SUPERVISOR, LicenceNo("L-1")), Role.PERFORMANCE),
        (MarkComplaintOverdue("TS-1"), Role.SYSTEM),
        (SignReferral("YS-1"), Role.SUPERVISOR),
        (ReportReform("GG-1", "x", finished=True), Role.REVIEWER),
        (MarkReformOverdue("GG-1"), Role.SYSTEM),
        (CloseReform("GG-1", "x"), Role.PERFORMANCE),
        (NoteSupervision("DC-1", APPROVER, "x"), Role.PERFORMANCE),
        (ConcludeSupervision("DC-1", "x"), Role.PERFORMANCE),
    ],
)
def test_no_such_file(act: Act, role: Role) -> None:
    """没有这份案卷的，什么也不能接着办。"""
    book = town()
    machine = role is Role.SYSTEM
    who = MACHINE if machine else book.hire("anyone", role, APPROVER, person("anyone"))
    book.refuse(Refusal.COURSE_NOT_FOUND, act, who, "2026-03-02")
