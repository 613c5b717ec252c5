"""预登记、回流与各种小案卷：次序、重复与矛盾。"""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import strategies as st

from domain import (
    complaint,
    feed,
    preregistration,
    publication,
    record,
    referral,
    reform,
    service,
    supervision,
    visit,
)
from domain.course import Order
from domain.decider import ImpossibleHistory, Refused
from domain.refusals import Refusal
from domain.terms import CaseNo, Channel, ItemCode, Organ, PersonId, SubjectId
from tests.domain.case_file import case_files, check_impossible
from tests.domain.laws import anything, check_decider_laws

ORDERS: tuple[tuple[Order, Any], ...] = (
    (visit.ORDER, visit.VisitEvent),
    (publication.ORDER, publication.PublicationEvent),
    (complaint.ORDER, complaint.ComplaintEvent),
    (referral.ORDER, referral.ReferralEvent),
    (reform.ORDER, reform.ReformEvent),
    (supervision.ORDER, supervision.SupervisionEvent),
    (service.APPOINTMENT, service.AppointmentEvent),
    (service.TRIP, service.TripEvent),
    (service.RATING, service.RatingEvent),
    (record.ARCHIVE, record.ArchiveFiled),
    (record.PATROL, record.PatrolRecorded),
    (record.LIAISON, record.LiaisonConsulted | record.LiaisonObserved),
    (record.POINTS, record.PointsAwarded | record.PointsCorrected),
    (record.PROGRESS, record.ProgressPushed),
)
each = pytest.mark.parametrize(
    ("order", "events"), ORDERS, ids=lambda one: getattr(one, "family", "")
)
DAY, NEXT = date(2026, 3, 2), date(2026, 3, 20)
CLERK = PersonId("P-C")


@each
def test_every_small_file_obeys_the_laws(order: Order, events: Any) -> None:
    """各种小案卷守决定者的共同规矩。"""
    facts: st.SearchStrategy[Any] = anything(events)
    check_decider_laws(order.aggregate, order.decide, facts)


def test_steps_go_in_order() -> None:
    """还没有的案卷、次序不对的一步，都告诉现在到了哪一步；旁记的逾期只记一次，不移动现状。"""
    given = case_files(reform.AGGREGATE, reform.ORDER.decide)
    assigned = reform.Assigned("并联审批", "第三条", Organ("A"), Organ("X"), DAY, CLERK)
    reported = reform.Reported(Organ("A"), "已办", finished=True, handler=CLERK)
    overdue, closed = reform.Overdue(DAY), reform.Closed("核验", CLERK)
    given().when(reported).refused(Refusal.COURSE_NOT_FOUND)
    given(assigned).when(closed).refused(Refusal.COURSE_NOT_NOW, step="reform.assigned")
    given(assigned).when(overdue).then(overdue)
    given(assigned, overdue).when(reform.Overdue(NEXT)).then()
    given(assigned, overdue).when(reported).then(reported)
    given(assigned, overdue, reported).when(closed).then(closed)
    with pytest.raises(ImpossibleHistory):
        reform.AGGREGATE.fold((assigned, overdue, overdue))


MADE = preregistration.Made(
    "Y-1", ItemCode("I"), Organ("D"), SubjectId("S-1"), None, Channel.COUNTER, DAY, CLERK
)
AGAIN = replace(MADE, serial_no="Y-2", registered_on=NEXT)
SUSPECTED = preregistration.NoticeSuspected(2, DAY, NEXT)
WINDOW = preregistration.WindowClosed(CaseNo("1"), NEXT)


def test_suspicion_at_the_second_registration() -> None:
    """满二次即疑，一窗口一次；受理之后重新计数；同一登记号只记一次。"""
    given = case_files(preregistration.AGGREGATE, preregistration.decide)
    register, close = preregistration.Preregister, preregistration.CloseWindow
    third = replace(MADE, serial_no="Y-3")
    given().when(register(MADE)).then(MADE)
    given(MADE).when(register(MADE)).then()
    given(MADE).when(register(AGAIN)).then(AGAIN, SUSPECTED)
    given(MADE, AGAIN, SUSPECTED).when(register(third)).then(third)
    given(MADE).when(close(WINDOW)).then(WINDOW)
    given().when(close(WINDOW)).then()
    given(MADE, WINDOW).when(register(AGAIN)).then(AGAIN)
    lives = ((MADE,), (MADE, AGAIN, SUSPECTED), (MADE, WINDOW))
    check_impossible(preregistration.AGGREGATE, ((), *lives), (MADE, SUSPECTED, WINDOW))
    commands = anything(preregistration.Command)
    check_decider_laws(preregistration.AGGREGATE, preregistration.decide, commands, lives)


BATCH = feed.Taken("YC", DAY, "B-1", ("1", "2", "2"), DAY, CLERK)
LATE = feed.Taken("YC", DAY, "B-2", ("4", "9"), NEXT, CLERK)
DECLARED = feed.Declared("YC", DAY, 4, ("1", "2", "3", "4"), CLERK)


def test_reconciliation_names_every_gap() -> None:
    """对账：漏的、重的、迟的、没有申报的，逐件指名；补到之后另记一次（机制 78）。"""
    given = case_files(feed.AGGREGATE, feed.decide)
    found = feed.Reconciled(4, 4, ("3",), ("2",), ("4", "9"), ("9",), 0, NEXT)
    given(BATCH, LATE, DECLARED).when(feed.Reconcile(NEXT)).then(found)
    later = feed.Reconcile(date(2026, 3, 21))
    given(BATCH, LATE, DECLARED, found).when(later).then()
    given(BATCH).when(feed.Reconcile(DAY)).refused(Refusal.FEED_NOT_DECLARED)
    bare = replace(DECLARED, serials=())
    total = feed.Reconciled(4, 2, (), ("2",), (), (), 2, DAY)
    given(BATCH, bare).when(feed.Reconcile(DAY)).then(total)
    given(BATCH).when(feed.Take(BATCH)).then()
    other = feed.Take(replace(BATCH, serials=("7",)))
    given(BATCH).when(other).refused(Refusal.FEED_BATCH_TAKEN, value="B-1")
    given().when(feed.Take(replace(BATCH, serials=()))).refused(Refusal.FEED_SIZE)
    given().when(feed.Declare(DECLARED)).then(DECLARED)
    given(DECLARED).when(feed.Declare(DECLARED)).then()
    given(DECLARED).when(feed.Declare(bare)).refused(Refusal.FEED_DECLARED, count="4")
    given().when(feed.Declare(replace(DECLARED, total=1))).refused(Refusal.FEED_SIZE)
    lives = ((BATCH,), (DECLARED,), (BATCH, DECLARED, found))
    check_impossible(feed.AGGREGATE, ((), *lives), (BATCH, DECLARED, found))
    check_decider_laws(feed.AGGREGATE, feed.decide, anything(feed.Command), lives)


def test_what_is_public_holds_no_personal_data() -> None:
    """自然人的公示只写内部编号；依异议不公开的各项留空。"""
    due = publication.Due(
        matter=publication.PublicMatter.APPROVED,
        case_no=None,
        licence_no=None,
        item_code=None,
        decision_no="ZY-1",
        organ=Organ("SPJ"),
        subject=SubjectId("S-1"),
        decided_on=DAY,
        valid_from=DAY,
        valid_to=NEXT,
        objection_due_on=DAY,
        double_due_on=DAY,
        general_due_on=DAY,
    )
    withheld = publication.ObjectionDecided(("item_name", "valid_from", "valid_to"), "密", CLERK)
    objected = publication.Objected(("item_name",), "密", None)
    plain = publication.public_record(publication.AGGREGATE.fold((due,)), due, "事项", None)
    assert (plain.holder, plain.item_name, plain.valid_to) == ("S-1", "事项", NEXT)
    state = publication.AGGREGATE.fold((due, objected, withheld))
    partly = publication.public_record(state, due, "事项", "9135")
    assert (partly.holder, partly.item_name, partly.valid_from) == ("9135", "", None)
    assert isinstance(publication.ORDER.decide(state, objected), tuple)
    assert isinstance(publication.ORDER.decide(state, replace(objected, reasons="又")), Refused)
