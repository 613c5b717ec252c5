"""服务与台账的办理：预约、跑趟、好差评、归档、巡查、会商、积分、过程推送、回流
（机制 17、24、25、37、42、62、72、78、87）。
"""

from dataclasses import replace
from datetime import date

import pytest

from domain import feed, record, service
from domain.acts import Act
from domain.acts.intake import Decline
from domain.acts.services import (
    ArchiveCase,
    AwardPoints,
    BreakAppointment,
    CancelAppointment,
    CorrectPoints,
    DeclareFeed,
    FollowRating,
    KeepAppointment,
    MakeAppointment,
    PushProgress,
    RateCase,
    ReconcileFeed,
    RecordConsultation,
    RecordObserver,
    RecordPatrol,
    RecordTrip,
    TakeFeed,
)
from domain.case import DeclineReason
from domain.decider import Plan
from domain.record import ArchivedPaper, ArchivePart, ProgressStage
from domain.refusals import Refusal
from domain.service import TripPurpose
from domain.terms import Actor, CaseNo, OfficerId, Organ, PersonId, Role, SubjectId
from tests.domain.case_file import (
    APPLICANT,
    APPROVER,
    CENTRE,
    ITEM,
    MACHINE,
    SECOND_SUPERVISOR,
    SHA,
    STAFF,
    SUPERVISOR,
    Book,
    at,
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
from tests.domain.test_oversight_acts import XNB, decided, overseer
from tests.rules.papers import only

NOWHERE = CaseNo("2026-000999")
STRANGER = Actor(OfficerId("S-2"), Role.APPLICANT, Organ("PUBLIC"), Organ("PUBLIC"))
BOOK = MakeAppointment("YY-1", ITEM, SubjectId("S-1"), "3", at("2026-03-03 10:00"), "A012")
AGENT = PersonId("P-agent")


def archivist(book: Book) -> Actor:
    """档案人员。"""
    return book.hire("archivist", Role.ARCHIVE, CENTRE, person("archivist"))


def test_an_appointment_is_made_for_oneself_and_for_a_time_to_come() -> None:
    """预约：本人或窗口代约，时间在今后；本人取消自己的（机制 37）。"""
    book = town()
    book.refuse(Refusal.DUTY_SELF, BOOK, STRANGER, "2026-03-02")
    book.refuse(Refusal.APPOINTMENT_PAST, BOOK, APPLICANT, "2026-03-03 10:00")
    made = only(book.do(BOOK, APPLICANT, "2026-03-02"), service.AppointmentMade)
    assert (made.ticket_no, made.handler) == ("A012", None)
    cancel = CancelAppointment("YY-1", "临时有事")
    book.refuse(Refusal.DUTY_SELF, cancel, STRANGER, "2026-03-02")
    only(book.do(cancel, APPLICANT, "2026-03-02"), service.AppointmentCancelled)
    book.refuse(
        Refusal.COURSE_NOT_FOUND, replace(cancel, appointment_no="YY-9"), CLERK, "2026-03-02"
    )


def test_an_appointment_is_kept_or_broken() -> None:
    """到场即如约；时间过了没有来才算未到。"""
    book = town()
    book.do(BOOK, CLERK, "2026-03-02")
    broken = BreakAppointment("YY-1")
    book.refuse(Refusal.APPOINTMENT_OPEN, broken, CLERK, "2026-03-03 10:00")
    only(book.do(broken, CLERK, "2026-03-03 10:30"), service.AppointmentBroken)
    book.refuse(Refusal.COURSE_NOT_FOUND, BreakAppointment("YY-9"), CLERK, "2026-03-03")
    other = replace(BOOK, appointment_no="YY-2")
    book.do(other, CLERK, "2026-03-02")
    only(book.do(KeepAppointment("YY-2"), CLERK, "2026-03-03 10:05"), service.AppointmentKept)


def test_trips_are_counted_by_case() -> None:
    """跑趟：一趟记一次，同一趟不重记（机制 42）。"""
    book = received()
    trip = RecordTrip(NO, TripPurpose.SUBMIT)
    only(book.do(trip, CLERK, "2026-03-02"), service.TripRecorded)
    assert book.do(trip, CLERK, "2026-03-02 11:00") == Plan()
    only(book.do(trip, CLERK, "2026-03-03"), service.TripRecorded)


def test_only_the_applicant_rates_a_decided_case_once() -> None:
    """好差评：本人评，有了决定才评，一至五级，一次（机制 72）。"""
    rate = RateCase(NO, 1, ("态度",))
    book = received()
    book.refuse(Refusal.CASE_NOT_ACCEPTED, rate, APPLICANT, "2026-03-02")
    book = decided()
    book.refuse(Refusal.DUTY_SELF, rate, STRANGER, "2026-03-03")
    for score in (0, 6):
        book.refuse(Refusal.RATING_SCORE, replace(rate, score=score), APPLICANT, "2026-03-03")
    only(book.do(rate, APPLICANT, "2026-03-03"), service.RatingGiven)
    assert book.do(rate, APPLICANT, "2026-03-04") == Plan()
    book.refuse(Refusal.COURSE_NOT_NOW, replace(rate, score=5), APPLICANT, "2026-03-04")


def test_a_poor_rating_is_looked_into_by_somebody_else() -> None:
    """差评由没有经手过的人核实（SD11）；好评不核实。"""
    book = decided()
    who = overseer(book)
    book.do(RateCase(NO, 2), APPLICANT, "2026-03-03")
    follow = FollowRating(NO, confirmed=True, explanation="属实")
    book.hire("reviewer", Role.PERFORMANCE, XNB, person("reviewer"))
    himself = Actor(REVIEWER.officer_id, Role.PERFORMANCE, XNB, XNB)
    book.refuse(Refusal.DUTY_SAME_PERSON, follow, himself, "2026-03-04")
    only(book.do(follow, who, "2026-03-04"), service.RatingFollowed)
    good = decided()
    good.do(RateCase(NO, 3), APPLICANT, "2026-03-03")
    good.refuse(Refusal.RATING_NOT_POOR, follow, overseer(good), "2026-03-04", value="3")
    none = decided()
    none.refuse(Refusal.COURSE_NOT_FOUND, follow, overseer(none), "2026-03-04")


PAPERS = tuple(ArchivedPaper(part, str(part), SHA) for part in ArchivePart)
ARCHIVE = ArchiveCase(NO, "DA-1", PAPERS, 30)


def test_a_case_is_archived_whole_and_after_delivery() -> None:
    """归档：三类材料缺一不可；送达之后，不予受理的即可（国办发〔2023〕26号）。"""
    book = received()
    who = archivist(book)
    book.refuse(Refusal.CASE_NOT_ACCEPTED, ARCHIVE, who, "2026-03-02")
    book = decided()
    who = archivist(book)
    book.refuse(Refusal.ARCHIVE_UNDELIVERED, ARCHIVE, who, "2026-03-03", document_no="ZY-1")
    book.do(DELIVER, STAFF["issuer"], "2026-03-03")
    partial = replace(ARCHIVE, papers=PAPERS[:1])
    book.refuse(Refusal.ARCHIVE_INCOMPLETE, partial, who, "2026-03-04")
    filed = only(book.do(ARCHIVE, who, "2026-03-04"), record.ArchiveFiled)
    assert filed.retention_years == 30
    declined = received()
    decline = Decline(NO, DeclineReason.NOT_REQUIRED, "BS-1", "无须许可")
    declined.do(decline, CLERK, "2026-03-02")
    only(declined.do(ARCHIVE, archivist(declined), "2026-03-03"), record.ArchiveFiled)


def test_patrols_and_meetings_are_on_record() -> None:
    """日常巡查、审管会商记录在账（机制 62、87）。"""
    book = town()
    patrol = RecordPatrol("XC-1", "一楼大厅", ("三号窗口空岗",))
    assert only(book.do(patrol, overseer(book), "2026-03-02"), record.PatrolRecorded).issues
    meeting = RecordConsultation("HS-1", "消防前置", (APPROVER, SUPERVISOR), "先审后查")
    held = only(book.do(meeting, DECIDER, "2026-03-02"), record.LiaisonConsulted)
    assert held.held_on == date(2026, 3, 2)


def test_an_observer_comes_from_a_supervising_department() -> None:
    """观察员由该事项的监管部门派（机制 62）。"""
    book = received()
    observe = RecordObserver("GC-1", NO, "布局合理")
    foreign = book.hire("foreign", Role.SUPERVISOR, Organ("350505-ZJJ"), person("foreign"))
    book.refuse(Refusal.DUTY_ORGAN, observe, foreign, "2026-03-03")
    seen = only(book.do(observe, STAFF["supervisor"], "2026-03-03"), record.LiaisonObserved)
    assert seen.department == SUPERVISOR


def test_an_agent_has_one_point_a_case() -> None:
    """代办积分：有决定才记，一件一次；没有代办人的没有（机制 25）。"""
    award = AwardPoints(NO)
    assert decided().do(award, MACHINE, "2026-03-03") == Plan()
    book = town()
    book.do(replace(RECEIVE, agent=AGENT), CLERK, "2026-03-02")
    assert book.do(award, MACHINE, "2026-03-02") == Plan()
    for act, who in ((ACCEPT, CLERK), (REVIEW, REVIEWER), (APPROVE, DECIDER)):
        book.do(act, who, "2026-03-02")
    points = only(book.do(award, MACHINE, "2026-03-03"), record.PointsAwarded)
    assert (points.agent, points.points) == (AGENT, 1)
    assert book.do(award, MACHINE, "2026-03-04") == Plan()


def test_points_are_corrected_with_a_reason_and_by_another() -> None:
    """窗口积分更正：写明理由，不更正自己的（机制 24）。"""
    book = town()
    who = overseer(book)
    correct = CorrectPoints("GZ-1", person("clerk"), -2, "误扣返还")
    own = replace(correct, officer=person("overseer"))
    book.refuse(Refusal.DUTY_SAME_PERSON, own, who, "2026-03-02")
    book.refuse(Refusal.OVERSIGHT_NO_REASON, replace(correct, reasons=""), who, "2026-03-02")
    assert only(book.do(correct, who, "2026-03-02"), record.PointsCorrected).points == -2


def test_each_step_is_pushed_to_every_supervising_department_once() -> None:
    """过程推送：一步一次，推给该事项的每个监管部门（机制 17）。"""
    book = received()
    push = PushProgress(NO, ProgressStage.ACCEPTED, "e-1")
    pushed = only(book.do(push, MACHINE, "2026-03-02"), record.ProgressPushed)
    assert pushed.departments == (SUPERVISOR, SECOND_SUPERVISOR)
    assert book.do(push, MACHINE, "2026-03-05") == Plan()
    only(book.do(replace(push, source_event="e-2"), MACHINE, "2026-03-05"), record.ProgressPushed)


def test_a_feed_is_taken_declared_and_reconciled() -> None:
    """回流：收到的批、来源的申报、逐件对账（机制 78）。"""
    book = town()
    who, day = archivist(book), date(2026, 3, 2)
    book.do(TakeFeed("YC", day, "P-1", ("1", "2")), who, "2026-03-02")
    book.refuse(Refusal.FEED_NOT_DECLARED, ReconcileFeed("YC", day), who, "2026-03-03")
    book.do(DeclareFeed("YC", day, 3, ("1", "2", "3")), who, "2026-03-03")
    found = only(book.do(ReconcileFeed("YC", day), who, "2026-03-03"), feed.Reconciled)
    assert found.missing == ("3",)


@pytest.mark.parametrize(
    ("act", "role"),
    [
        (RecordTrip(NOWHERE, TripPurpose.SUBMIT), Role.COUNTER),
        (RateCase(NOWHERE, 5), Role.APPLICANT),
        (replace(ARCHIVE, case_no=NOWHERE), Role.ARCHIVE),
        (RecordObserver("GC-1", NOWHERE, "x"), Role.SUPERVISOR),
        (AwardPoints(NOWHERE), Role.SYSTEM),
        (PushProgress(NOWHERE, ProgressStage.ACCEPTED, "e-1"), Role.SYSTEM),
    ],
)
def test_there_must_be_such_a_case(act: Act, role: Role) -> None:
    """没有此件的，什么也不记。"""
    book = town()
    known = {Role.APPLICANT: APPLICANT, Role.SYSTEM: MACHINE}
    who = known.get(role) or book.hire("anyone", role, CENTRE, person("anyone"))
    book.refuse(Refusal.CASE_NOT_FOUND, act, who, "2026-03-02")
