"""转报：异地、镇村代收与送达；下级初审、报送，上级接收、决定；办件告结即终止。"""

from dataclasses import replace
from datetime import date, datetime

from domain import forwarding
from domain.acts.forwardings import (
    ConfirmArrival,
    ForwardToSuperior,
    HandInElsewhere,
    MarkExaminationOverdue,
    OpenExamination,
    TakeOver,
)
from domain.acts.intake import Receive, RequestSupplement
from domain.case import Received, ReviewOpinion
from domain.decider import Event, Plan
from domain.forwarding import (
    Arrive,
    Arrived,
    CountFrom,
    ElsewhereWay,
    End,
    ExaminationOpened,
    ExaminationOverdue,
    Forward,
    ForwardedToSuperior,
    ForwardingEnded,
    HandedIn,
    HandIn,
    MarkOverdue,
    TakenOver,
)
from domain.refusals import Refusal
from domain.terms import CaseNo, ItemCode, Material, Organ, PersonId, Role, SubjectId
from tests.domain.case_file import (
    APPROVER,
    ITEM,
    ITEM_V1,
    MACHINE,
    SHA,
    Book,
    actor,
    at,
    case_files,
    check_impossible,
    events_of,
    person,
    town,
)
from tests.domain.laws import anything, check_decider_laws
from tests.domain.proceedings import ACCEPT, APPROVE, CLERK, DECIDER, NO, RECEIVE, REVIEW, REVIEWER

given = case_files(forwarding.AGGREGATE, forwarding.decide)

HALL, CITY, CITY_HALL = Organ("350200-ZX"), Organ("350500-SPJ"), Organ("350500-ZX")
S1, WHO, THERE = SubjectId("S-1"), PersonId("P-W"), PersonId("P-T")
PAPERS = (Material("申请书", SHA),)
DAY, NEXT = date(2026, 3, 2), date(2026, 3, 4)
HANDED = HandedIn(
    applicant=S1,
    item_code=ITEM,
    way=ElsewhereWay.OTHER_CITY,
    receiving_hall=HALL,
    accepting_body=APPROVER,
    handed_in_on=DAY,
    count_from=CountFrom.ARRIVED,
    materials=PAPERS,
    handler=WHO,
)
ARRIVED = Arrived(APPROVER, NEXT, NEXT, THERE)
OPENED = ExaminationOpened(APPROVER, CITY, DAY, date(2026, 3, 30), WHO)
FORWARDED = ForwardedToSuperior(
    ReviewOpinion.APPROVE, "符合条件", PAPERS, date(2026, 3, 30), late=False, handler=WHO
)
TAKEN = TakenOver(CITY, date(2026, 3, 31), THERE)
LATE = ExaminationOverdue(date(2026, 3, 30))
ENDED = ForwardingEnded(date(2026, 3, 31))
LIVES: tuple[tuple[Event, ...], ...] = (
    (HANDED,),
    (HANDED, ARRIVED),
    (HANDED, ARRIVED, OPENED),
    (OPENED,),
    (OPENED, LATE),
    (OPENED, FORWARDED),
    (OPENED, FORWARDED, TAKEN),
    (OPENED, ENDED),
)


# -- the aggregate


def test_handed_in_elsewhere_once() -> None:
    """代收的大厅与有权机关是两家，一件一次。"""
    given().when(HandIn(HANDED)).then(HANDED)
    given(HANDED).when(HandIn(HANDED)).then()
    here = replace(HANDED, receiving_hall=APPROVER)
    given().when(HandIn(here)).refused(Refusal.FORWARDING_SAME_PLACE, organ=APPROVER)
    again = HandIn(replace(HANDED, handler=THERE))
    given(HANDED).when(again).refused(Refusal.FORWARDING_NOT_ARRIVED, organ=HALL, on="2026-03-02")
    given(HANDED, ARRIVED).when(again).refused(Refusal.FORWARDING_ARRIVED, on="2026-03-04")
    given(OPENED).when(again).refused(Refusal.FORWARDING_EXAMINING)


def test_the_day_of_receipt_is_the_one_that_was_told() -> None:
    """收件之日依代收时写明的算法；由有权机关签收，一次。"""
    given(HANDED).when(Arrive(ARRIVED)).then(ARRIVED)
    given(HANDED, ARRIVED).when(Arrive(ARRIVED)).then()
    early = replace(HANDED, count_from=CountFrom.HANDED_IN)
    given(early).when(Arrive(ARRIVED)).then(replace(ARRIVED, received_on=DAY))
    given().when(Arrive(ARRIVED)).refused(Refusal.FORWARDING_NOT_FOUND)
    later = Arrive(replace(ARRIVED, arrived_on=date(2026, 3, 5)))
    given(HANDED, ARRIVED).when(later).refused(Refusal.FORWARDING_ARRIVED)
    given(HANDED).when(Arrive(replace(ARRIVED, accepting_body=CITY))).refused(
        Refusal.DUTY_ORGAN, organ=APPROVER
    )


def test_a_lower_organ_examines_once() -> None:
    """由下级机关初审，一次。"""
    given().when(forwarding.OpenExamination(OPENED)).then(OPENED)
    given(OPENED).when(forwarding.OpenExamination(OPENED)).then()
    again = forwarding.OpenExamination(replace(OPENED, handler=THERE))
    given(OPENED).when(again).refused(Refusal.FORWARDING_EXAMINING, due_on="2026-03-30")
    for lower, superior in (
        (CITY, CITY),
        (CITY, APPROVER),
        (Organ("350200-SPJ"), CITY),
        (APPROVER, Organ("SPJ")),
        (Organ("SPJ"), CITY),
    ):
        wrong = replace(OPENED, lower_body=lower, superior=superior)
        given().when(forwarding.OpenExamination(wrong)).refused(
            Refusal.FORWARDING_NOT_BELOW, organ=superior
        )


def test_forwarded_with_an_opinion_late_or_not() -> None:
    """初审机关附意见报送，一次；逾期的照送，记为逾期。"""
    due = OPENED.due_on
    given(OPENED).when(Forward(FORWARDED, APPROVER, due)).then(FORWARDED)
    given(OPENED, FORWARDED).when(Forward(FORWARDED, APPROVER, due)).then()
    slow = replace(FORWARDED, forwarded_on=date(2026, 3, 31))
    given(OPENED, LATE).when(Forward(slow, APPROVER, due)).then(replace(slow, late=True))
    given(OPENED).when(Forward(FORWARDED, HALL, due)).refused(Refusal.DUTY_ORGAN, organ=APPROVER)
    given(OPENED).when(Forward(replace(FORWARDED, reasons=""), APPROVER, due)).refused(
        Refusal.CASE_REASONS_MISSING
    )
    given().when(Forward(FORWARDED, APPROVER, due)).refused(Refusal.FORWARDING_NOT_FOUND)
    given(OPENED, FORWARDED).when(Forward(slow, APPROVER, due)).refused(
        Refusal.FORWARDING_FORWARDED, organ=CITY
    )
    given(OPENED, ENDED).when(Forward(FORWARDED, APPROVER, due)).refused(
        Refusal.FORWARDING_ENDED, on="2026-03-31"
    )


def test_the_superior_takes_over_once() -> None:
    """报送之后，由上级机关接收，一次。"""
    sent = (OPENED, FORWARDED)
    given(*sent).when(forwarding.TakeOver(TAKEN)).then(TAKEN)
    given(*sent, TAKEN).when(forwarding.TakeOver(TAKEN)).then()
    other = forwarding.TakeOver(replace(TAKEN, superior=HALL))
    given(*sent).when(other).refused(Refusal.DUTY_ORGAN, organ=CITY)
    given(*sent, TAKEN).when(other).refused(Refusal.FORWARDING_TAKEN, handler=THERE)
    given(OPENED).when(forwarding.TakeOver(TAKEN)).refused(Refusal.FORWARDING_EXAMINING)
    given().when(forwarding.TakeOver(TAKEN)).refused(Refusal.FORWARDING_NOT_FOUND)


def test_overdue_when_twenty_days_are_over() -> None:
    """二十日过完才记逾期，一次；报送了的、终止了的无事可办。"""
    after = date(2026, 3, 31)
    given(OPENED).when(MarkOverdue(LATE, OPENED.due_on)).refused(
        Refusal.FORWARDING_NOT_YET_DUE, due_on="2026-03-30"
    )
    given(OPENED).when(MarkOverdue(LATE, after)).then(LATE)
    given(OPENED, LATE).when(MarkOverdue(LATE, after)).then()
    given(OPENED, FORWARDED).when(MarkOverdue(LATE, after)).then()
    given(OPENED, ENDED).when(MarkOverdue(LATE, after)).then()
    given().when(MarkOverdue(LATE, after)).refused(Refusal.FORWARDING_NOT_FOUND)


def test_what_the_case_ends_without_is_over() -> None:
    """办件告结，没有接收的初审终止；已经接收的、没有初审的无事可办。"""
    day = ENDED.ended_on
    given(OPENED).when(End(day)).then(ENDED)
    given(OPENED, FORWARDED).when(End(day)).then(ENDED)
    given(OPENED, ENDED).when(End(day)).then()
    given(OPENED, FORWARDED, TAKEN).when(End(day)).then()
    given(HANDED).when(End(day)).then()


def test_laws_of_the_decider() -> None:
    """同样的现状同样的答复；重复不再添事；重放等于现状。"""
    check_decider_laws(forwarding.AGGREGATE, forwarding.decide, anything(forwarding.Command), LIVES)


def test_impossible_histories_stop_at_once() -> None:
    """办不出来的历史当即停下。"""
    facts = (HANDED, ARRIVED, OPENED, FORWARDED, TAKEN, LATE, ENDED)
    check_impossible(forwarding.AGGREGATE, ((), *LIVES), facts)


# -- the acts: handed in elsewhere

AWAY = actor("away", Role.COUNTER, HALL)
SEND = HandInElsewhere(NO, S1, ITEM, ElsewhereWay.OTHER_CITY, APPROVER, PAPERS, CountFrom.ARRIVED)


def _two_halls() -> Book:
    book = town()
    book.hire("away", Role.COUNTER, HALL, person("away"))
    return book


def _on(day: str) -> Receive:
    return replace(RECEIVE, received_at=at(day))


def test_received_on_the_day_it_arrived() -> None:
    """异地代收：送达之后才收件，收件之日是送达之日。"""
    book = _two_halls()
    book.do(SEND, AWAY, "2026-03-02")
    book.refuse(Refusal.FORWARDING_NOT_ARRIVED, RECEIVE, CLERK, "2026-03-03", organ=HALL)
    book.refuse(Refusal.DUTY_ORGAN, ConfirmArrival(NO), AWAY, "2026-03-04", organ=APPROVER)
    (arrived,) = events_of(book.do(ConfirmArrival(NO), CLERK, "2026-03-04"))
    assert arrived == replace(ARRIVED, handler=person("clerk"))
    early = _on("2026-03-02")
    book.refuse(Refusal.FORWARDING_RECEIVED_ON, early, CLERK, "2026-03-05", on="2026-03-04")
    plan = book.do(_on("2026-03-04"), CLERK, "2026-03-05")
    (received,) = (event for event in events_of(plan) if isinstance(event, Received))
    assert received.notice_due_on == date(2026, 3, 11)


def test_received_on_the_day_it_was_handed_in() -> None:
    """镇村代收：以代收之日为收件之日，五日自那日起算。"""
    book = _two_halls()
    way = replace(SEND, way=ElsewhereWay.VILLAGE, count_from=CountFrom.HANDED_IN)
    book.do(way, AWAY, "2026-03-02")
    book.do(ConfirmArrival(NO), CLERK, "2026-03-04")
    plan = book.do(_on("2026-03-02"), CLERK, "2026-03-04")
    (received,) = (event for event in events_of(plan) if isinstance(event, Received))
    assert received.received_at == datetime.fromisoformat("2026-03-02T09:00:00+08:00")
    assert received.notice_due_on == date(2026, 3, 9)


def test_received_as_it_was_handed_in() -> None:
    """收的须是代收的那一件：申请人、事项相符。"""
    book = _two_halls()
    book.do(replace(SEND, applicant=SubjectId("S-2")), AWAY, "2026-03-02")
    book.refuse(Refusal.FORWARDING_OTHER, RECEIVE, CLERK, "2026-03-03", subject="S-2")
    book = _two_halls()
    book.do(replace(SEND, item_code=ItemCode("OTHER")), AWAY, "2026-03-02")
    book.refuse(Refusal.FORWARDING_OTHER, RECEIVE, CLERK, "2026-03-03", item_code="OTHER")


# -- the acts: examined below, decided above

EXAMINE, TAKE, MARK = OpenExamination(NO), TakeOver(NO), MarkExaminationOverdue(NO)
FORWARD = ForwardToSuperior(NO, ReviewOpinion.APPROVE, "符合条件")
CHIEF = actor("city-decider", Role.DECIDER, CITY)
ABOVE = actor("city-reviewer", Role.REVIEWER, CITY)
CITY_CLERK = actor("city-clerk", Role.COUNTER, CITY_HALL, CITY)


def _city(day: str = "2026-03-02") -> Book:
    """事项由市里的机关决定，在市里收件、受理。"""
    book = town(replace(ITEM_V1, approving_body=CITY))
    for who in (CHIEF, ABOVE, CITY_CLERK):
        book.hire(who.officer_id, who.role, who.organ, person(who.officer_id))
    book.do(RECEIVE, CITY_CLERK, day)
    book.do(ACCEPT, CITY_CLERK, day)
    return book


def test_examined_below_and_decided_above() -> None:
    """下级二十日内初审并报送全部材料，上级接收之后才决定，且不再要材料（35、43 条）。"""
    book = _city()
    book.refuse(Refusal.FORWARDING_NOT_BELOW, EXAMINE, ABOVE, "2026-03-02")
    (opened,) = events_of(book.do(EXAMINE, REVIEWER, "2026-03-02"))
    assert opened == replace(OPENED, handler=person("reviewer"))
    book.do(REVIEW, ABOVE, "2026-03-03")
    book.refuse(Refusal.FORWARDING_EXAMINING, APPROVE, CHIEF, "2026-03-04")
    book.refuse(Refusal.DUTY_ORGAN, FORWARD, ABOVE, "2026-03-30", organ=APPROVER)
    (sent,) = events_of(book.do(FORWARD, REVIEWER, "2026-03-30"))
    assert sent == replace(FORWARDED, handler=person("reviewer"))
    book.refuse(Refusal.FORWARDING_FORWARDED, APPROVE, CHIEF, "2026-03-30")
    book.refuse(Refusal.DUTY_ORGAN, TAKE, DECIDER, "2026-03-30", organ=CITY)
    book.do(TAKE, CHIEF, "2026-03-30")
    again = RequestSupplement(NO, "BZ-1", ("申请书",))
    asked = {"materials": "申请书"}
    book.refuse(Refusal.FORWARDING_ASKED_AGAIN, again, CITY_CLERK, "2026-03-30", **asked)
    book.do(APPROVE, CHIEF, "2026-03-30")


def test_the_machine_marks_a_late_examination() -> None:
    """二十日过完，机器记逾期；日历未公布的不能断定；没有初审的拒绝。"""
    book = _city()
    book.refuse(Refusal.FORWARDING_NOT_FOUND, MARK, MACHINE, "2026-03-31")
    book.do(EXAMINE, REVIEWER, "2026-03-02")
    book.refuse(Refusal.FORWARDING_NOT_YET_DUE, MARK, MACHINE, "2026-03-30")
    assert events_of(book.do(MARK, MACHINE, "2026-03-31")) == (LATE,)
    assert book.ask(MARK, MACHINE, "2026-04-01") == Plan()
    unknown = _city("2026-12-25")
    unknown.do(EXAMINE, REVIEWER, "2026-12-25")
    unknown.refuse(Refusal.FORWARDING_NOT_YET_DUE, MARK, MACHINE, "2027-03-01")


def test_nothing_is_examined_that_is_not_under_review() -> None:
    """没有此件的，不能初审、不能报送。"""
    book, none = _city(), CaseNo("2026-000009")
    book.refuse(Refusal.CASE_NOT_FOUND, replace(EXAMINE, case_no=none), REVIEWER, "2026-03-02")
    book.refuse(Refusal.CASE_NOT_FOUND, replace(FORWARD, case_no=none), REVIEWER, "2026-03-02")
