"""规则 25（听证）：告知四月二十八日，申请到五月八日；五月八日申请，六月四日之前举行。"""

from dataclasses import replace
from datetime import date

from domain.acts.hearings import (
    AnnounceHearing,
    HoldHearing,
    MarkHearingOverdue,
    RequestHearing,
    SignHearingRecord,
    TellHearingRight,
)
from domain.catalogue import HearingNeed, ReviewRules
from domain.decider import Plan
from domain.hearing import HearingAnnounced, HearingGround, HearingRequested, RightTold
from domain.refusals import Refusal
from domain.terms import SubjectId
from tests.domain.case_file import APPLICANT, MACHINE, SHA, STAFF, Book, events_of, person
from tests.domain.proceedings import APPROVE, DECIDER, NO, REVIEW, REVIEWER, accepted, handled

RULES = ReviewRules(hearing=HearingNeed.ON_REQUEST)
PARTY = SubjectId("S-1")
TELL = TellHearingRight(NO, (PARTY,), "TZ-1")
ASK = RequestHearing(NO, PARTY)
FOURTH = AnnounceHearing(
    NO, HearingGround.REQUESTED, "GG-1", date(2026, 6, 4), "三楼", person("legal")
)
FIFTH = replace(FOURTH, hold_on=date(2026, 6, 5))


def told() -> Book:
    """四月二十日受理，四月二十八日告知听证权利。"""
    book = accepted(handled(review=RULES), "2026-04-20")
    book.do(REVIEW, REVIEWER, "2026-04-27")
    (fact,) = events_of(book.do(TELL, REVIEWER, "2026-04-28"))
    assert isinstance(fact, RightTold)
    assert fact.apply_due_on == date(2026, 5, 8)  # 五一放假，五月九日（周六）上班
    return book


def asked() -> Book:
    """五月八日，最后一日，本人申请听证。"""
    book = told()
    (fact,) = events_of(book.do(ASK, APPLICANT, "2026-05-08 22:00"))
    assert isinstance(fact, HearingRequested)
    assert fact.hold_due_on == date(2026, 6, 4)
    return book


def test_asked_on_the_last_day_and_not_after() -> None:
    """五月八日申请在期内，五月九日（上班的周六）已经逾期。"""
    asked()
    told().refuse(Refusal.HEARING_LAPSED, ASK, APPLICANT, "2026-05-09", due_on="2026-05-08")


def test_held_in_time_the_decision_rests_on_the_record() -> None:
    """六月四日举行在期内；决定写明所据的笔录。"""
    book = asked()
    (fact,) = events_of(book.do(FOURTH, REVIEWER, "2026-05-12"))
    assert isinstance(fact, HearingAnnounced)
    assert not fact.late
    book.do(HoldHearing(NO, ("申请人",)), STAFF["legal"], "2026-06-04")
    book.do(SignHearingRecord(NO, "BL-1", SHA, ("申请人",)), STAFF["legal"], "2026-06-04")
    assert book.do(MarkHearingOverdue(NO), MACHINE, "2026-06-05") == Plan()
    book.refuse(Refusal.HEARING_RECORD_NOT_CITED, APPROVE, DECIDER, "2026-06-08")
    book.do(replace(APPROVE, hearing_record="BL-1"), DECIDER, "2026-06-08")


def test_the_fifth_of_june_is_late_and_needs_notice_by_the_twenty_seventh() -> None:
    """六月五日举行：五月二十七日之前须通知，且已经逾期；还来得及时不许这样定。"""
    book = asked()
    book.refuse(Refusal.HEARING_TOO_LATE, FIFTH, REVIEWER, "2026-05-26", due_on="2026-06-04")
    book.refuse(Refusal.HEARING_NOTICE_SHORT, FIFTH, REVIEWER, "2026-05-28", on="2026-06-08")
    book.refuse(Refusal.HEARING_NOTICE_SHORT, FOURTH, REVIEWER, "2026-05-27", on="2026-06-05")
    (fact,) = events_of(book.do(FIFTH, REVIEWER, "2026-05-27"))
    assert isinstance(fact, HearingAnnounced)
    assert fact.late
    book.refuse(Refusal.HEARING_NOT_YET_DUE, MarkHearingOverdue(NO), MACHINE, "2026-06-04 23:00")
    book.do(MarkHearingOverdue(NO), MACHINE, "2026-06-05 00:00")
    book.do(HoldHearing(NO, ("申请人",)), STAFF["legal"], "2026-06-05")
