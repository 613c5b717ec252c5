"""监督、公示与服务的期限：何时开、何时了结；公示之前就推翻的，无可撤下。"""

from datetime import date

import pytest

from domain import complaint, publication, referral, reform, supervision, visit
from domain.decider import Event
from domain.terms import ItemCode, Organ, PersonId, SubjectId
from domain.timers import Timer, TimerKind, advance
from tests.domain.case_file import APPROVER, SHA
from tests.domain.test_oversight import ANSWERED, CLOSED, MISSED, RAISED, REOPENED

DAY = date(2026, 3, 9)
WHO, S = PersonId("P-X"), SubjectId("S-1")
DUE = publication.Due(
    matter=publication.PublicMatter.APPROVED,
    case_no=None,
    licence_no=None,
    item_code=None,
    decision_no="D-1",
    organ=APPROVER,
    subject=S,
    decided_on=date(2026, 3, 2),
    valid_from=None,
    valid_to=None,
    objection_due_on=date(2026, 3, 5),
    double_due_on=DAY,
    general_due_on=date(2026, 3, 30),
)
PUBLISHED = publication.Published(DUE.matter, "D-1", "", APPROVER, S, DAY, None, None, ())
OVERTURNED = publication.Overturned("FY-1", "复议", DAY, date(2026, 3, 12), None)
RESTORED = publication.Restored("FY-2", "再审", DAY)
VISIT = visit.Opened("Y-1", S, APPROVER, ItemCode("I"), DAY, DAY, DAY)
ASSIGNED = complaint.Assigned(APPROVER, DAY, WHO)
MADE = referral.Made(None, None, S, "涉嫌", Organ("X"), Organ("D"), SHA, (), DAY, WHO)
TASK = reform.Assigned("任务", "文件", APPROVER, Organ("X"), DAY, WHO)
CAMPAIGN = supervision.Opened("督查", (Organ("X"),), (APPROVER,), DAY, WHO)


def open_after(*events: Event) -> set[TimerKind]:
    """办过这些事之后还开着的期限。"""
    timers: tuple[Timer, ...] = ()
    for version, event in enumerate(events, 1):
        timers = advance(timers, event, version)
    return {timer.kind for timer in timers}


@pytest.mark.parametrize(
    ("events", "kinds"),
    [
        ((RAISED,), {TimerKind.ANSWER}),
        ((RAISED, ANSWERED), set()),
        ((RAISED, ANSWERED, CLOSED, REOPENED), {TimerKind.ANSWER}),
        ((VISIT,), {TimerKind.VISIT}),
        (
            (
                VISIT,
                visit.Concluded(confirmed=False, explanation="无", office=APPROVER, handler=WHO),
            ),
            set(),
        ),
        ((DUE,), {TimerKind.OBJECTION, TimerKind.PUBLICATION, TimerKind.DISCLOSURE}),
        ((DUE, PUBLISHED), set()),
        ((DUE, PUBLISHED, OVERTURNED), {TimerKind.WITHDRAWAL}),
        ((DUE, PUBLISHED, OVERTURNED, publication.Withdrawn("复议")), set()),
        ((DUE, PUBLISHED, OVERTURNED, RESTORED), set()),
        ((DUE, OVERTURNED), set()),
        ((ASSIGNED,), {TimerKind.COMPLAINT}),
        ((ASSIGNED, complaint.Answered(APPROVER, "已办", WHO)), set()),
        ((MADE,), {TimerKind.REFERRAL}),
        ((MADE, referral.Returned(Organ("D"), "不属", WHO)), set()),
        ((TASK,), {TimerKind.REFORM}),
        ((TASK, reform.Closed("核验", WHO)), set()),
        ((CAMPAIGN,), {TimerKind.SUPERVISION}),
        ((CAMPAIGN, supervision.Concluded("毕", WHO)), set()),
    ],
)
def test_what_opens_and_what_settles(events: tuple[Event, ...], kinds: set[TimerKind]) -> None:
    """各种期限由何事开、由何事了结。"""
    assert open_after(*events) == kinds


@pytest.mark.parametrize(
    ("opening", "missed"),
    [
        (RAISED, MISSED),
        (DUE, publication.Missed(DAY)),
        (ASSIGNED, complaint.Overdue(DAY)),
        (TASK, reform.Overdue(DAY)),
    ],
)
def test_what_is_missed_stays_open(opening: Event, missed: Event) -> None:
    """记了逾期的期限仍然开着，只是不再记第二次。"""
    timers = advance(advance((), opening, 1), missed, 2)
    assert [one.missed for one in timers].count(True) == 1
