"""监督的办理：督办由谁提、谁答、谁结、谁再监督；电子监察该谁答复；预登记与回访（机制 21、22、26、27、36）。"""

from dataclasses import replace
from datetime import date

from domain import (
    complaint,
    linkage,
    oversight,
    preregistration,
    publication,
    referral,
    reform,
)
from domain.acts.intake import RequestSupplement
from domain.acts.monitoring import CheckNotice, RaiseAlert
from domain.acts.oversight import (
    AnswerOversight,
    CloseOversight,
    ClosePreregistration,
    ConcludeVisit,
    DecideTolerance,
    MarkAnswerMissed,
    Preregister,
    RaiseOversight,
    ReopenOversight,
    RequestTolerance,
)
from domain.decider import Plan
from domain.oversight import AlertLevel, OversightOutcome, OversightRule, OversightTier
from domain.refusals import Refusal
from domain.terms import Actor, CaseNo, Channel, ItemCode, Organ, Role, SubjectId
from tests.deliveries import plan
from tests.domain.case_file import (
    APPROVER,
    ITEM,
    MACHINE,
    SHA,
    STAFF,
    SUPERVISOR,
    Book,
    person,
    town,
)
from tests.domain.test_case_acts import (
    ACCEPT,
    APPROVE,
    CLERK,
    DECIDER,
    DELIVER,
    NO,
    RECEIVE,
    REVIEW,
    REVIEWER,
    received,
)
from tests.rules.papers import only

XNB, JW = Organ("350505-XNB"), Organ("350505-JW")
RAISE = RaiseOversight("DB-1", OversightRule.OTHER, AlertLevel.YELLOW, APPROVER, "窗口空岗")
ANSWER = AnswerOversight("DB-1", "属实", "已整改")
CLOSE = CloseOversight("DB-1", OversightOutcome.CORRECTED, "已核实")
ALERT = RaiseAlert(
    oversight_no="JC-1",
    rule=OversightRule.SECOND_NOTICE,
    level=AlertLevel.RED,
    source_stream=f"case/{NO}",
    source_event="e-1",
    explanation="BZ-2",
    case_no=NO,
)


def overseer(book: Book) -> Actor:
    """效能办的人。"""
    return book.hire("overseer", Role.PERFORMANCE, XNB, person("overseer"))


def discipline(book: Book) -> Actor:
    """纪检监察的人。"""
    return book.hire("discipline", Role.DISCIPLINE, JW, person("discipline"))


def raised() -> tuple[Book, Actor]:
    """三月二日效能办提出一项督办。"""
    book = town()
    who = overseer(book)
    book.do(RAISE, who, "2026-03-02")
    return book, who


def decided(book: Book | None = None) -> Book:
    """窗口收件受理、审核人审核、决定人准予的一件。"""
    book = book or town()
    for act, who in ((RECEIVE, CLERK), (ACCEPT, CLERK), (REVIEW, REVIEWER), (APPROVE, DECIDER)):
        book.do(act, who, "2026-03-02")
    return book


def test_a_finding_is_answered_and_closed() -> None:
    """督办、五个工作日内答复、由提出的机关办结。"""
    book, who = raised()
    state = book.load(oversight.AGGREGATE, "DB-1")
    assert isinstance(state, oversight.Open)
    assert state.raised.tier is OversightTier.PERFORMANCE
    assert state.answer_due_on == date(2026, 3, 9)
    book.do(ANSWER, REVIEWER, "2026-03-05")
    closed = only(book.do(CLOSE, who, "2026-03-06"), oversight.Closed)
    assert closed.office == XNB
    book.refuse(Refusal.OVERSIGHT_NOT_FOUND, replace(CLOSE, oversight_no="DB-9"), who, "2026-03-06")
    missing = replace(ANSWER, oversight_no="DB-9")
    book.refuse(Refusal.OVERSIGHT_NOT_FOUND, missing, REVIEWER, "2026-03-06")


def test_the_department_finds_fault_with_itself_only() -> None:
    """第一级：审批部门自查，只查自己。"""
    book = town()
    book.do(RAISE, DECIDER, "2026-03-02")
    state = book.load(oversight.AGGREGATE, "DB-1")
    assert isinstance(state, oversight.Open)
    assert state.raised.tier is OversightTier.DEPARTMENT
    other = replace(RAISE, oversight_no="DB-2", responsible_organ=SUPERVISOR)
    book.refuse(Refusal.OVERSIGHT_OWN_ONLY, other, DECIDER, "2026-03-02")


def test_who_handled_the_case_does_not_oversee_it() -> None:
    """SD11：经手过本件的，不对本件提出督办、不办结；决定之后审核人仍算经手。"""
    book = decided()
    acts = replace(RAISE, case_no=NO)
    for name in ("clerk", "reviewer", "decider"):
        book.hire(name, Role.PERFORMANCE, XNB, person(name))
        same = Actor(STAFF[name].officer_id, Role.PERFORMANCE, XNB, XNB)
        book.refuse(Refusal.DUTY_SAME_PERSON, acts, same, "2026-03-03")
    book.do(acts, overseer(book), "2026-03-03")
    book.do(ANSWER, STAFF["reviewer2"], "2026-03-04")
    mine = Actor(STAFF["reviewer"].officer_id, Role.PERFORMANCE, XNB, XNB)
    book.refuse(Refusal.DUTY_SAME_PERSON, CLOSE, mine, "2026-03-05")
    nowhere = replace(RAISE, oversight_no="DB-3", case_no=CaseNo("2026-000999"))
    book.refuse(Refusal.CASE_NOT_FOUND, nowhere, overseer(book), "2026-03-05")


def test_silence_is_recorded_and_taken_over_by_the_third_tier() -> None:
    """逾期不答复：机器记下一次，纪检监察接手，重新给期限，由它办结（机制 21）。"""
    book, who = raised()
    late = MarkAnswerMissed("DB-1")
    book.refuse(Refusal.OVERSIGHT_NOT_YET_DUE, late, MACHINE, "2026-03-09")
    missed = only(book.do(late, MACHINE, "2026-03-10"), oversight.AnswerMissed)
    assert missed.due_on == date(2026, 3, 9)
    assert book.do(late, MACHINE, "2026-03-11") == Plan()
    third = discipline(book)
    reopen = ReopenOversight("DB-1", "拒不答复")
    missing = replace(reopen, oversight_no="DB-9")
    book.refuse(Refusal.OVERSIGHT_NOT_FOUND, missing, third, "2026-03-11")
    again = only(book.do(reopen, third, "2026-03-11"), oversight.Reopened)
    assert (again.office, again.answer_due_on) == (JW, date(2026, 3, 18))
    book.do(ANSWER, REVIEWER, "2026-03-12")
    assert book.do(late, MACHINE, "2026-03-30") == Plan()
    book.refuse(Refusal.DUTY_ORGAN, CLOSE, who, "2026-03-13", organ=JW)
    book.do(CLOSE, third, "2026-03-13")


def test_tolerance_is_asked_by_the_department_and_decided_by_discipline() -> None:
    """容错：责任部门申请，纪检监察认定；问题照旧要办结（机制 22）。"""
    book, _ = raised()
    third = discipline(book)
    decide = DecideTolerance("DB-1", granted=True, reasons="先行先试，无私利")
    book.refuse(Refusal.OVERSIGHT_TOLERANCE_NOT_ASKED, decide, third, "2026-03-03")
    book.do(RequestTolerance("DB-1", "先行先试"), REVIEWER, "2026-03-03")
    only(book.do(decide, third, "2026-03-04"), oversight.ToleranceGranted)
    other, _ = raised()
    third = discipline(other)
    other.do(RequestTolerance("DB-1", "先行先试"), REVIEWER, "2026-03-03")
    denied = replace(decide, granted=False)
    only(other.do(denied, third, "2026-03-04"), oversight.ToleranceDenied)


def test_the_machine_raises_it_with_the_approving_organ() -> None:
    """电子监察：没有指明责任部门的，问办件的审批机关；红牌三个工作日答复；同一缘由只提一次。"""
    book = received()
    alert = only(book.do(ALERT, MACHINE, "2026-03-02"), oversight.Raised)
    assert (alert.responsible_organ, alert.tier) == (APPROVER, OversightTier.MONITOR)
    assert (alert.rule_no, alert.answer_due_on) == ("JC002", date(2026, 3, 5))
    assert book.do(ALERT, MACHINE, "2026-03-03") == Plan()
    nowhere = replace(ALERT, oversight_no="JC-2", case_no=None)
    book.refuse(Refusal.CASE_NOT_FOUND, nowhere, MACHINE, "2026-03-03")
    named = replace(ALERT, oversight_no="JC-3", organ=SUPERVISOR)
    assert only(book.do(named, MACHINE, "2026-03-03"), oversight.Raised).responsible_organ == (
        SUPERVISOR
    )


def test_the_machine_asks_whoever_the_file_belongs_to() -> None:
    """推送问收到它的部门；检查任务问计划的部门；公示、投诉、移送、改革任务，问各案卷上写明的机关；没有其卷的拒绝。"""
    day, who = date(2026, 3, 2), person("overseer")
    book = town()
    sent = linkage.Sent(linkage.PushMatter.APPROVED, NO, f"case/{NO}", "e-1", ITEM, Organ("A"), day)
    due = publication.Due(
        matter=publication.PublicMatter.PENALTY,
        case_no=None,
        licence_no=None,
        item_code=None,
        decision_no="CF-1",
        organ=Organ("B"),
        subject=SubjectId("S-1"),
        decided_on=day,
        valid_from=None,
        valid_to=None,
        objection_due_on=day,
        double_due_on=day,
        general_due_on=day,
    )
    lodged = complaint.Lodged(
        complaint.ComplaintSource.HOTLINE,
        "GD-1",
        complaint.ComplaintMatter.SERVICE,
        "内容",
        None,
        None,
        day,
        who,
    )
    made = referral.Made(
        None, None, SubjectId("S-1"), "涉嫌", Organ("X"), Organ("D"), SHA, (), day, who
    )
    book.put("plan/000001", plan(Organ("F")))
    for stream, events in (
        ("task/000001.S-1", ()),
        ("plan/000002", (plan(Organ("000002")),)),
        ("push/A", (sent,)),
        ("publication/B", (due,)),
        ("complaint/C", (lodged, complaint.Assigned(Organ("C"), day, who))),
        ("referral/D", (made,)),
        ("reform/E", (reform.Assigned("任务", "文件", Organ("E"), XNB, day, who),)),
    ):
        book.put(stream, *events)
        organ = stream.partition("/")[2].replace("000001.S-1", "F")
        act = replace(ALERT, oversight_no=f"JC-{organ}", source_stream=stream, case_no=None)
        assert (
            only(book.do(act, MACHINE, "2026-03-03"), oversight.Raised).responsible_organ == organ
        )
    for stream, code in (
        ("push/none", Refusal.PUSH_NOT_FOUND),
        ("task/000009.S-1", Refusal.PLAN_NOT_FOUND),
        ("plan/000009", Refusal.PLAN_NOT_FOUND),
        ("reform/none", Refusal.COURSE_NOT_FOUND),
    ):
        nowhere = replace(ALERT, oversight_no="JC-9", source_stream=stream)
        book.refuse(code, nowhere, MACHINE, "2026-03-03")


def test_a_notice_may_ask_for_what_the_item_lists_only() -> None:
    """补正告知要的说得出是哪一份清单上的材料，无事；清单之外的，提出督办并指明经办人（机制 47）。"""
    book = received()
    book.do(RequestSupplement(NO, "BZ-1", ("平面图没有签字", "租赁合同")), CLERK, "2026-03-03")
    check = CheckNotice("JC-1", NO, f"case/{NO}", "e-1", ("平面图没有签字",), person("clerk"))
    assert book.do(check, MACHINE, "2026-03-03") == Plan()
    wrong = replace(check, missing=("平面图没有签字", "租赁合同"))
    alert = only(book.do(wrong, MACHINE, "2026-03-03"), oversight.Raised)
    assert (alert.rule, alert.explanation) == (OversightRule.UNLISTED_MATERIAL, "租赁合同")
    assert alert.responsible == person("clerk")
    nowhere = replace(check, case_no=CaseNo("2026-000999"))
    book.refuse(Refusal.CASE_NOT_FOUND, nowhere, MACHINE, "2026-03-03")


PREREGISTER = Preregister("YDJ-1", ITEM, APPROVER, SubjectId("S-1"), Channel.COUNTER)
WINDOW = f"S-1:{APPROVER}:{ITEM}"


def test_acceptance_closes_the_window_of_counting() -> None:
    """受理之后重新计数，记受理之日；没有预登记过的、没有此件的，不记（机制 27）。"""
    book = town()
    book.do(PREREGISTER, CLERK, "2026-03-02")
    book.do(RECEIVE, CLERK, "2026-03-02")
    close = ClosePreregistration(NO)
    assert book.do(close, MACHINE, "2026-03-02") == Plan()
    book.do(ACCEPT, CLERK, "2026-03-02")
    closed = only(book.do(close, MACHINE, "2026-03-03"), preregistration.WindowClosed)
    assert closed.accepted_on == date(2026, 3, 2)
    assert book.do(close, MACHINE, "2026-03-03") == Plan()
    book.do(replace(PREREGISTER, serial_no="YDJ-2"), CLERK, "2026-03-20")
    state = book.load(preregistration.AGGREGATE, WINDOW)
    assert state.suspected is None
    book.refuse(Refusal.CASE_NOT_FOUND, ClosePreregistration(CaseNo("9")), MACHINE, "2026-03-03")


def test_the_window_of_a_case_decided_meanwhile_closes_too() -> None:
    """机器来得迟、件已决定的，窗口照样了结。"""
    book = town()
    book.do(PREREGISTER, CLERK, "2026-03-02")
    decided(book)
    closed = only(
        book.do(ClosePreregistration(NO), MACHINE, "2026-03-04"), preregistration.WindowClosed
    )
    assert closed.accepted_on == date(2026, 3, 2)


def test_preregistration_of_oneself_and_of_an_item_in_force() -> None:
    """申请人只登记自己的；没有有效版本的事项不登记；没有的回访不办结。"""
    book = town()
    other = Actor(replace(CLERK).officer_id, Role.APPLICANT, Organ("PUBLIC"), Organ("PUBLIC"))
    book.refuse(Refusal.DUTY_SELF, PREREGISTER, other, "2026-03-02")
    unknown = replace(PREREGISTER, item_code=ItemCode("NONE"))
    book.refuse(Refusal.CASE_ITEM_NOT_IN_FORCE, unknown, CLERK, "2026-03-02")
    visit = ConcludeVisit("V-9", confirmed=True, explanation="问过", oversight_no="DB-1")
    book.refuse(Refusal.COURSE_NOT_FOUND, visit, overseer(book), "2026-03-02")


def test_everybody_who_handled_a_case_is_known_to_its_end() -> None:
    """SD11：收件、受理、审核、决定、送达的人，办结之后都还算经手。"""
    book = decided()
    book.do(DELIVER, STAFF["issuer"], "2026-03-03")
    for name in ("clerk", "reviewer", "decider", "issuer"):
        book.hire(name, Role.PERFORMANCE, XNB, person(name))
        who = Actor(STAFF[name].officer_id, Role.PERFORMANCE, XNB, XNB)
        book.refuse(Refusal.DUTY_SAME_PERSON, replace(RAISE, case_no=NO), who, "2026-03-04")
