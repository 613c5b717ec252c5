"""电子监察：查到什么、问谁、几级；查不到的不提，一个缘由只提一次。"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from consumers import monitor
from consumers.monitor import SUPERVISOR
from domain import (
    annual,
    case,
    complaint,
    genesis,
    importing,
    inspection_plan,
    inspection_task,
    linkage,
    officer,
    publication,
    record,
    reform,
    service,
    timekeeping,
)
from domain.acts.monitoring import CheckNotice, RaiseAlert
from domain.case import DeadlineKind
from domain.complaint import ComplaintMatter, ComplaintSource
from domain.decider import Event
from domain.lights import Light
from domain.oversight import AlertLevel, OversightRule
from domain.remarks import NoticeFault, NoticeViolated
from domain.terms import CaseNo, Organ, PersonId, Sealed
from runtime.scenarios.book import Notes
from tests.deliveries import (
    BUREAU,
    CASE,
    CLERK,
    HASH,
    START,
    Book,
    approved,
    import_finished,
    import_started,
    played,
    received,
    sent,
)
from tests.yearly import DEPARTMENT, NUMBER, counted

DAY = date(2026, 3, 9)
AGENT = PersonId("P-agent")


def alerts(book: Book, rows: Notes | None = None) -> list[RaiseAlert]:
    """提出的督办。"""
    acts = [command.act for command in played(SUPERVISOR, book.kept, rows)]
    return [act for act in acts if isinstance(act, RaiseAlert)]


def told(stream: str, event: Event, key: str = CASE) -> list[RaiseAlert]:
    """只有这一件事的账上，提出的督办。"""
    book = Book()
    book.add(stream, event, key=key)
    return alerts(book)


def notice(fault: NoticeFault) -> NoticeViolated:
    """违规的补正告知。"""
    return NoticeViolated(fault, "BZ-2", ("租赁合同",), None, CLERK)


def lodged(matter: ComplaintMatter, case_no: CaseNo | None = CASE) -> complaint.Lodged:
    """收到一件投诉。"""
    source = ComplaintSource.HOTLINE
    return complaint.Lodged(source, "GD-1", matter, "内容", case_no, None, DAY, CLERK)


def settled(*, upheld: bool = True) -> complaint.Settled:
    """投诉办结。"""
    return complaint.Settled(
        upheld=upheld, satisfied=False, explanation="属实", responsible_organ=BUREAU, handler=CLERK
    )


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        (NoticeFault.TWICE, OversightRule.SECOND_NOTICE),
        (NoticeFault.LATE, OversightRule.LATE_NOTICE),
        (NoticeFault.AFTER_HALF, OversightRule.HALF_LIMIT),
    ],
)
def test_a_notice_against_the_rules_is_a_finding(fault: NoticeFault, rule: OversightRule) -> None:
    """再次、逾期、过半才告知的：提出督办，指明经办人（规则 2、3、12）。"""
    book = Book()
    book.add(f"case/{CASE}", notice(fault))
    first, second = (command.act for command in played(SUPERVISOR, book.kept))
    assert isinstance(second, CheckNotice)
    assert second.missing == ("租赁合同",)
    assert isinstance(first, RaiseAlert)
    alert = first
    assert (alert.rule, alert.level) == (rule, AlertLevel.YELLOW)
    assert (alert.case_no, alert.responsible) == (CASE, CLERK)
    assert alert.explanation == "BZ-2、租赁合同"
    assert alert.oversight_no.endswith(f".{CASE}.1")


@pytest.mark.parametrize(
    ("deadline", "rule", "level"),
    [
        (DeadlineKind.PROMISED_DECISION, OversightRule.PROMISE_MISSED, AlertLevel.YELLOW),
        (DeadlineKind.LEGAL_DECISION, OversightRule.LEGAL_LIMIT_MISSED, AlertLevel.RED),
        (DeadlineKind.EXPEDITED_DECISION, OversightRule.PROMISE_MISSED, AlertLevel.REMINDER),
        (DeadlineKind.DELIVERY, OversightRule.DELIVERY_MISSED, AlertLevel.YELLOW),
        (DeadlineKind.COMPLETENESS_NOTICE, OversightRule.LATE_NOTICE, AlertLevel.YELLOW),
    ],
)
def test_a_missed_limit_has_its_card(
    deadline: DeadlineKind, rule: OversightRule, level: AlertLevel
) -> None:
    """过了承诺亮黄牌，过了法定亮红牌（规则 11）。"""
    (alert,) = told(f"case/{CASE}", case.DeadlineMissed(deadline, DAY))
    assert (alert.rule, alert.level, alert.explanation) == (rule, level, "2026-03-09")


def test_every_kind_of_limit_and_notice_has_a_rule() -> None:
    """办件的每一种期限、每一种违规的告知，都有一条监察规则。"""
    assert set(monitor.LATE) == set(DeadlineKind)
    assert set(monitor.NOTICES) == set(NoticeFault)


@pytest.mark.parametrize(
    ("stream", "event", "rule", "case_no"),
    [
        ("push/1", linkage.Overdue(DAY), OversightRule.UNCLAIMED_PUSH, CASE),
        (
            "publication/APPROVED.1",
            publication.Missed(DAY),
            OversightRule.PUBLICATION_MISSED,
            CASE,
        ),
        ("complaint/TS-1", complaint.Overdue(DAY), OversightRule.DEADLINE_MISSED, None),
        ("reform/GG-1", reform.Overdue(DAY), OversightRule.REFORM_OVERDUE, None),
        ("plan/000001", inspection_plan.PlanVoided(DAY), OversightRule.DEADLINE_MISSED, None),
    ],
)
def test_what_is_overdue_elsewhere_is_a_finding(
    stream: str, event: Event, rule: OversightRule, case_no: CaseNo | None
) -> None:
    """推送无人认领、公示、投诉、改革任务逾期：督办，由账本看该谁答复。"""
    identity = stream.partition("/")[2]
    (alert,) = told(stream, event, key=case_no or identity)
    assert (alert.rule, alert.case_no, alert.organ) == (rule, case_no, None)
    assert alert.source_stream == stream
    assert alert.explanation == f"{identity} 2026-03-09"


def warned(light: Light) -> timekeeping.Warned:
    """期限亮灯。"""
    return timekeeping.Warned("VERIFICATION", "", light, DAY, 0)


def test_only_the_black_light_is_a_finding() -> None:
    """黑灯：期限已过而别无记载，督办；黄灯、红灯只是提醒；办件的黑灯另有记载。"""
    (alert,) = told("deadline/commitment/K-1", warned(Light.BLACK))
    assert alert.rule is OversightRule.DEADLINE_MISSED
    assert (alert.source_stream, alert.case_no) == ("commitment/K-1", CASE)
    assert alert.oversight_no.endswith(".commitment.K-1.1")
    assert told("deadline/commitment/K-1", warned(Light.RED)) == []
    (task,) = told("deadline/task/000001.S-1", warned(Light.BLACK), key="000001")
    assert (task.source_stream, task.case_no) == ("task/000001.S-1", None)
    assert told(f"deadline/case/{CASE}", warned(Light.BLACK)) == []


def test_a_case_entered_afterwards_is_a_finding() -> None:
    """收件写在五日之前、录入却在其后：体外循环（机制 26）；当日录入的不是。"""
    late = datetime(2026, 3, 10, 1, tzinfo=UTC)
    book = Book()
    book.add(f"case/{CASE}", received(), at=late)
    (alert,) = alerts(book)
    assert (alert.rule, alert.explanation) == (OversightRule.LATE_ENTRY, "2026-03-02")
    assert told(f"case/{CASE}", received()) == []


def test_a_bulk_entry_is_a_finding_of_whoever_entered_it() -> None:
    """成批补录审批结果：一次导入一个提醒，由录入的机关说明；检查结果、一行未收的不提。"""
    inspections = importing.ImportKind.INSPECTIONS
    for started, finished, raised in (
        (import_started(), import_finished(), [(OversightRule.LATE_ENTRY, BUREAU)]),
        (import_started(), replace(import_finished(), taken=0), []),
        (replace(import_started(), kind=inspections), import_finished(), []),
    ):
        book = Book()
        book.add("import/imp-1", started, key="imp-1")
        book.add("import/imp-1", finished, key="imp-1")
        found = alerts(book)
        assert [(one.rule, one.organ) for one in found] == raised
        assert all(one.level is AlertLevel.REMINDER for one in found)
    assert told("import/imp-1", import_finished(), key="imp-1") == []


@pytest.mark.parametrize(
    ("matter", "rule"),
    [
        (ComplaintMatter.STAMP, OversightRule.STAMP_DEMANDED),
        (ComplaintMatter.PAPER, OversightRule.PAPER_DEMANDED),
        (ComplaintMatter.NOTICE, OversightRule.ONE_TIME_NOTICE),
        (ComplaintMatter.SERVICE, OversightRule.COMPLAINT_UPHELD),
    ],
)
def test_an_upheld_complaint_is_a_finding(matter: ComplaintMatter, rule: OversightRule) -> None:
    """投诉属实：督办承办的机关，一次。"""
    book = Book()
    book.add("complaint/TS-1", lodged(matter))
    book.add("complaint/TS-1", settled())
    (alert,) = alerts(book)
    assert (alert.rule, alert.organ, alert.case_no) == (rule, BUREAU, CASE)


def test_other_complaints_are_no_finding() -> None:
    """不属实的、投诉市场主体的：不督办；没有办件的，编号照写。"""
    for matter, upheld in ((ComplaintMatter.STAMP, False), (ComplaintMatter.SUBJECT, True)):
        book = Book()
        book.add("complaint/TS-1", lodged(matter))
        book.add("complaint/TS-1", settled(upheld=upheld))
        assert alerts(book) == []
    assert told("complaint/TS-1", settled()) == []


def test_a_poor_rating_is_a_finding_once_confirmed() -> None:
    """差评核实属实才督办。"""
    stream = f"rating/{CASE}"
    (alert,) = told(stream, service.RatingFollowed(confirmed=True, explanation="差", handler=CLERK))
    assert (alert.rule, alert.case_no) == (OversightRule.POOR_RATING, CASE)
    assert (
        told(stream, service.RatingFollowed(confirmed=False, explanation="误", handler=CLERK)) == []
    )


def test_a_finding_entered_late_is_reported() -> None:
    """检查结果补录迟缓：督办组织抽取的部门，指明录入的人。"""
    day, person = date(2026, 9, 10), PersonId("P-5")
    late = inspection_task.EnteredLate(day, date(2026, 9, 17), date(2026, 9, 21), person)
    (alert,) = told("task/000001.S-1", late, key="000001")
    assert (alert.rule, alert.case_no) == (OversightRule.LATE_ENTRY, None)
    assert (alert.responsible, alert.explanation) == (person, "2026-09-17")


def test_an_officer_as_agent_is_reported() -> None:
    """代办人原来是工作人员：报告；别的代办人不报告（SD12）。"""
    book = Book()
    book.add("officer/zhang", officer.OfficerAppointed(AGENT, Sealed(b"name"), HASH), key="zhang")
    book.add(f"points/{CASE}", record.PointsAwarded(AGENT, 1))
    book.add("points/2", record.PointsAwarded(PersonId("P-other"), 1), key="2")
    book.add("points/3", record.PointsAwarded(AGENT, 1), key="3")
    first, second = alerts(book)
    assert (first.rule, first.case_no) == (OversightRule.OFFICER_AS_AGENT, CASE)
    assert (first.responsible, first.explanation) == (AGENT, "zhang")
    assert second.case_no == "3"


def test_a_notice_is_checked_against_the_list_of_the_item() -> None:
    """补正告知要的东西，由账本依事项版本核对（机制 47）。"""
    book = Book()
    book.add(f"case/{CASE}", case.SupplementRequested("BZ-1", ("租赁合同",), CLERK))
    (command,) = played(SUPERVISOR, book.kept)
    assert isinstance(command.act, CheckNotice)
    assert (command.act.missing, command.act.responsible) == (("租赁合同",), CLERK)


def test_a_decision_without_its_push_is_a_finding() -> None:
    """决定作出两日还没有推送：督办；推送到了即不再问，迟到的照样提出，都是同一个编号。"""
    book, rows = Book(), Notes()
    decision = book.add(f"case/{CASE}", approved())
    assert alerts(book, rows) == []
    limit = datetime(2026, 3, 4, 16, tzinfo=UTC)  # 三月四日二十四时
    assert list(monitor.due(limit - timedelta(minutes=1), rows)) == []
    (command,) = monitor.due(limit, rows)
    assert isinstance(command.act, RaiseAlert)
    assert command.act.rule is OversightRule.LATE_PUSH
    assert command.act.source_event == decision.entry.event_id
    pushed = replace(sent(), source_event=decision.entry.event_id)
    late = book.add("push/1", pushed, at=limit)
    (again,) = played(SUPERVISOR, [late], rows)
    assert again.act == command.act
    assert list(monitor.due(limit, rows)) == []


def test_a_push_in_time_is_no_finding() -> None:
    """当时推送的、推送第二个部门的：无事。"""
    book, rows = Book(), Notes()
    decision = book.add(f"case/{CASE}", approved())
    pushed = replace(sent(), source_event=decision.entry.event_id)
    book.add("push/1", pushed)
    book.add("push/2", replace(pushed, department=Organ("FIRE")))
    assert alerts(book, rows) == []
    assert list(monitor.due(START + timedelta(days=30), rows)) == []


def test_a_doubt_about_the_seal_is_a_red_finding() -> None:
    """封账存疑：红牌督办，写明不符之处、件数与位置。"""
    (alert,) = told("ledger/demo", genesis.SealDoubted("seal.leaf_differs", 100, 7), "demo")
    assert (alert.rule, alert.level) == (OversightRule.OTHER, AlertLevel.RED)
    assert alert.explanation == "seal.leaf_differs 100 7"
    assert alert.case_no is None


def test_the_annual_plan_not_done_and_a_visit_too_many_are_findings() -> None:
    """年终没有组织完的、到了上限还上门的，各提一件督办，由那个部门答复；组织完的、没有超过的不提。"""
    plan, short = f"annual/{NUMBER}", annual.Shortfall("SC-01", 2, 1)
    (alert,) = told(plan, annual.Closed((short,)), key=NUMBER)
    assert (alert.rule, alert.organ) == (OversightRule.DEADLINE_MISSED, DEPARTMENT)
    assert alert.explanation == "SCJG-2026 SC-01 1/2"
    assert told(plan, annual.Closed(()), key=NUMBER) == []
    (alert,) = told("frequency/S-7", replace(counted(), nth=2), key="S-7")
    assert (alert.rule, alert.organ, alert.case_no) == (OversightRule.OTHER, DEPARTMENT, None)
    assert alert.explanation == "000001.S-7 2/1"
    for within in (counted(), replace(counted(), nth=2, most=None)):
        assert told("frequency/S-7", within, key="S-7") == []
