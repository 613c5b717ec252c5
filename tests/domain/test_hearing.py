"""听证：告知、申请、公告、回避、举行、笔录，决定根据笔录。"""

from dataclasses import replace
from datetime import date

import pytest

from domain import hearing
from domain.acts import Act
from domain.acts.deciding import Review
from domain.acts.hearings import (
    AnnounceHearing,
    ChallengeChair,
    DecideChallenge,
    HoldHearing,
    MarkHearingLapsed,
    MarkHearingOverdue,
    NotifyParty,
    RequestHearing,
    SignHearingRecord,
    TellHearingRight,
)
from domain.case import ReviewOpinion
from domain.catalogue import HearingNeed, ReviewRules
from domain.decider import Event, Plan
from domain.hearing import (
    Announce,
    ChairChallenged,
    Challenge,
    ChallengeDecided,
    HearingAnnounced,
    HearingGround,
    HearingHeld,
    HearingOverdue,
    HearingRequested,
    Hold,
    Lapse,
    MarkOverdue,
    PartyNotified,
    RecordReliedOn,
    RecordSigned,
    RelyOn,
    Request,
    RequestLapsed,
    RightTold,
    Sign,
    TellRight,
)
from domain.refusals import Refusal
from domain.terms import Organ, PersonId, Role, SubjectId
from tests.domain.case_file import (
    APPLICANT,
    APPROVER,
    MACHINE,
    SHA,
    STAFF,
    Book,
    case_files,
    check_impossible,
    events_of,
    person,
)
from tests.domain.laws import anything, check_decider_laws
from tests.domain.proceedings import (
    ACCEPT,
    APPROVE,
    CLERK,
    DECIDER,
    HEAD,
    NO,
    RECEIVE,
    REJECT,
    REVIEW,
    REVIEWER,
    accepted,
    handled,
)

given = case_files(hearing.AGGREGATE, hearing.decide)

PARTY, NEIGHBOUR = SubjectId("S-1"), SubjectId("S-2")
CHAIR, OTHER, WHO = PersonId("P-C"), PersonId("P-D"), PersonId("P-W")
TOLD_ON, APPLY_BY, HOLD_BY = date(2026, 4, 28), date(2026, 5, 8), date(2026, 6, 4)
NOTIFIED = PartyNotified(NEIGHBOUR, "相邻", "GZ-1", WHO)
TOLD = RightTold((PARTY, NEIGHBOUR), "TZ-1", TOLD_ON, APPLY_BY, WHO)
ASKED = HearingRequested(NEIGHBOUR, APPLY_BY, HOLD_BY, WHO)
LAPSED = RequestLapsed(APPLY_BY)
ANNOUNCED = HearingAnnounced(
    HearingGround.REQUESTED, "GG-1", HOLD_BY, "三楼", CHAIR, late=False, handler=WHO
)
CHALLENGED = ChairChallenged(NEIGHBOUR, "近亲属", None)
REPLACED = ChallengeDecided(OTHER, "属实", WHO)
KEPT = ChallengeDecided(None, "不属实", WHO)
HELD = HearingHeld(HOLD_BY, ("申请人",), CHAIR)
SIGNED = RecordSigned("BL-1", SHA, ("申请人",), CHAIR)
OVERDUE = HearingOverdue(HOLD_BY)
RELIED = RecordReliedOn("BL-1", "ZY-1")
COMING = (TOLD, ASKED, ANNOUNCED)
OVER = (*COMING, HELD, SIGNED)
ENDED = hearing.HearingEnded(date(2026, 3, 20))
LIVES: tuple[tuple[Event, ...], ...] = (
    (NOTIFIED,),
    (TOLD,),
    (TOLD, LAPSED),
    (TOLD, ASKED),
    (TOLD, ASKED, OVERDUE),
    COMING,
    (*COMING, CHALLENGED),
    (*COMING, CHALLENGED, REPLACED),
    (*COMING, CHALLENGED, KEPT),
    (*COMING, HELD),
    OVER,
    (*OVER, RELIED),
    (TOLD, ENDED),
    (*COMING, ENDED),
)
NOBODY: tuple[PersonId, ...] = ()


# -- the aggregate


def test_a_party_is_notified_once() -> None:
    """一人告知一次；笔录签字之后不再告知。"""
    again = hearing.NotifyParty(replace(NOTIFIED, notice_no="GZ-2"))
    given().when(hearing.NotifyParty(NOTIFIED)).then(NOTIFIED)
    given(NOTIFIED).when(hearing.NotifyParty(NOTIFIED)).then()
    given(NOTIFIED).when(again).refused(Refusal.HEARING_NOTIFIED, notice_no="GZ-1")
    given(*OVER).when(again).refused(Refusal.HEARING_RECORDED, record_no="BL-1")
    other = replace(NOTIFIED, party=PARTY, notice_no="GZ-2")
    given(NOTIFIED).when(hearing.NotifyParty(other)).then(other)


def test_the_right_is_told_once_to_somebody() -> None:
    """告知听证权利一次，写明告知了谁。"""
    given().when(TellRight(TOLD)).then(TOLD)
    given(TOLD).when(TellRight(TOLD)).then()
    given().when(TellRight(replace(TOLD, parties=()))).refused(Refusal.HEARING_NO_PARTY)
    given(TOLD).when(TellRight(replace(TOLD, notice_no="X"))).refused(Refusal.HEARING_RIGHT_TOLD)
    given(ANNOUNCED).when(TellRight(TOLD)).refused(Refusal.HEARING_ANNOUNCED)


def test_who_was_told_asks_in_time() -> None:
    """被告知的人五日内提出；有一人提出，别人不必再提。"""
    given(TOLD).when(Request(ASKED, APPLY_BY)).then(ASKED)
    given(TOLD, ASKED).when(Request(ASKED, APPLY_BY)).then()
    given().when(Request(ASKED, APPLY_BY)).refused(Refusal.HEARING_NOT_TOLD)
    late = replace(ASKED, requested_on=date(2026, 5, 9))
    given(TOLD).when(Request(late, APPLY_BY)).refused(Refusal.HEARING_LAPSED, due_on="2026-05-08")
    given(TOLD, LAPSED).when(Request(ASKED, APPLY_BY)).refused(Refusal.HEARING_LAPSED)
    stranger = replace(ASKED, party=SubjectId("S-9"))
    given(TOLD).when(Request(stranger, APPLY_BY)).refused(Refusal.HEARING_NOT_PARTY, subject="S-9")
    second = replace(ASKED, party=PARTY)
    given(TOLD, ASKED).when(Request(second, APPLY_BY)).refused(
        Refusal.HEARING_REQUESTED, due_on="2026-06-04"
    )
    given(TOLD, ANNOUNCED).when(Request(ASKED, APPLY_BY)).refused(Refusal.HEARING_ANNOUNCED)


def test_the_request_lapses_when_the_day_is_over() -> None:
    """最后一日过完才算逾期；已申请、已公告的无事可办。"""
    given(TOLD).when(Lapse(LAPSED, APPLY_BY)).refused(
        Refusal.HEARING_NOT_YET_DUE, due_on="2026-05-08"
    )
    given(TOLD).when(Lapse(LAPSED, date(2026, 5, 9))).then(LAPSED)
    for life in ((TOLD, LAPSED), (TOLD, ASKED), (TOLD, ANNOUNCED)):
        given(*life).when(Lapse(LAPSED, date(2026, 5, 9))).then()
    given().when(Lapse(LAPSED, date(2026, 5, 9))).refused(Refusal.HEARING_NOT_FOUND)


def test_announced_seven_days_before_and_within_twenty() -> None:
    """七日前通知、二十日内举行；还来得及的不许定在期限之外，来不及的记为逾期。"""
    in_time, short = date(2026, 5, 20), date(2026, 6, 5)
    given(TOLD, ASKED).when(Announce(ANNOUNCED, in_time, HOLD_BY, NOBODY)).then(ANNOUNCED)
    given(*COMING).when(Announce(ANNOUNCED, in_time, HOLD_BY, NOBODY)).then()
    given(TOLD, ASKED).when(Announce(ANNOUNCED, short, HOLD_BY, NOBODY)).refused(
        Refusal.HEARING_NOTICE_SHORT, on="2026-06-05"
    )
    far = replace(ANNOUNCED, hold_on=short)
    given(TOLD, ASKED).when(Announce(far, in_time, HOLD_BY, NOBODY)).refused(
        Refusal.HEARING_TOO_LATE, due_on="2026-06-04"
    )
    given(TOLD, ASKED).when(Announce(far, short, HOLD_BY, NOBODY)).then(replace(far, late=True))
    moved = replace(ANNOUNCED, place="五楼")
    given(*COMING).when(Announce(moved, in_time, HOLD_BY, NOBODY)).then(moved)


def test_announced_on_a_ground_with_a_chair_who_did_not_review() -> None:
    """没有人申请的，须另有理由；审查人不得主持；举行之后不再公告。"""
    given(TOLD).when(Announce(ANNOUNCED, HOLD_BY, None, NOBODY)).refused(
        Refusal.HEARING_NOT_REQUESTED
    )
    public = replace(ANNOUNCED, ground=HearingGround.PUBLIC_INTEREST)
    given().when(Announce(public, HOLD_BY, None, NOBODY)).then(public)
    given().when(Announce(public, HOLD_BY, None, (CHAIR,))).refused(
        Refusal.HEARING_CHAIR_REVIEWED, person=CHAIR
    )
    given(*COMING, HELD).when(Announce(public, HOLD_BY, None, NOBODY)).refused(
        Refusal.HEARING_HELD, held_on="2026-06-04"
    )


def test_the_chair_may_be_challenged_before_the_hearing() -> None:
    """公告之后、举行之前可以申请回避，说明理由，一次一件。"""
    given(*COMING).when(Challenge(CHALLENGED)).then(CHALLENGED)
    given(*COMING, CHALLENGED).when(Challenge(CHALLENGED)).then()
    given(*COMING, CHALLENGED).when(Challenge(replace(CHALLENGED, party=PARTY))).refused(
        Refusal.HEARING_CHALLENGED, subject=NEIGHBOUR
    )
    given(*COMING).when(Challenge(replace(CHALLENGED, reasons=" "))).refused(
        Refusal.CASE_REASONS_MISSING
    )
    given(TOLD).when(Challenge(CHALLENGED)).refused(Refusal.HEARING_RIGHT_TOLD)
    given(*COMING, HELD).when(Challenge(CHALLENGED)).refused(Refusal.HEARING_HELD)


def test_a_challenge_is_decided_and_the_chair_replaced() -> None:
    """准予回避的换人，新主持人没有审查过本件；不准的照旧；说明理由。"""
    open_one = (*COMING, CHALLENGED)
    given(*open_one).when(hearing.DecideChallenge(REPLACED, NOBODY)).then(REPLACED)
    given(*open_one, REPLACED).when(hearing.DecideChallenge(REPLACED, NOBODY)).then()
    given(*COMING).when(hearing.DecideChallenge(REPLACED, NOBODY)).refused(
        Refusal.HEARING_NOT_CHALLENGED
    )
    for chair, reviewers in ((CHAIR, NOBODY), (OTHER, (OTHER,))):
        same = hearing.DecideChallenge(replace(REPLACED, chair=chair), reviewers)
        given(*open_one).when(same).refused(Refusal.HEARING_CHAIR_REVIEWED, person=chair)
    given(*open_one).when(hearing.DecideChallenge(replace(KEPT, reasons=""), NOBODY)).refused(
        Refusal.CASE_REASONS_MISSING
    )
    by_new = replace(HELD, handler=OTHER)
    given(*open_one, REPLACED).when(Hold(by_new, NOBODY)).then(by_new)
    given(*open_one, KEPT).when(Hold(HELD, NOBODY)).then(HELD)


def test_held_on_the_day_by_the_chair() -> None:
    """在公告之日，由主持人主持；回避未决、主持人审查过的不得举行。"""
    given(*COMING).when(Hold(HELD, NOBODY)).then(HELD)
    given(*COMING, HELD).when(Hold(HELD, NOBODY)).then()
    given(TOLD, ASKED).when(Hold(HELD, NOBODY)).refused(Refusal.HEARING_REQUESTED)
    given(*OVER).when(Hold(replace(HELD, present=()), NOBODY)).refused(Refusal.HEARING_RECORDED)
    given(*COMING, CHALLENGED).when(Hold(HELD, NOBODY)).refused(Refusal.HEARING_CHALLENGED)
    given(*COMING).when(Hold(replace(HELD, handler=OTHER), NOBODY)).refused(
        Refusal.HEARING_NOT_CHAIR, person=CHAIR
    )
    given(*COMING).when(Hold(HELD, (CHAIR,))).refused(Refusal.HEARING_CHAIR_REVIEWED)
    given(*COMING).when(Hold(replace(HELD, held_on=date(2026, 6, 3)), NOBODY)).refused(
        Refusal.HEARING_DAY, on="2026-06-04"
    )


def test_the_record_is_signed_and_relied_on() -> None:
    """笔录由主持人交签，有人签字；决定所据的就是这份笔录，一次。"""
    given(*COMING, HELD).when(Sign(SIGNED)).then(SIGNED)
    given(*OVER).when(Sign(SIGNED)).then()
    given(*COMING).when(Sign(SIGNED)).refused(Refusal.HEARING_ANNOUNCED, hold_on="2026-06-04")
    given(*OVER).when(Sign(replace(SIGNED, record_no="BL-2"))).refused(Refusal.HEARING_RECORDED)
    given(*COMING, HELD).when(Sign(replace(SIGNED, handler=OTHER))).refused(
        Refusal.HEARING_NOT_CHAIR
    )
    given(*COMING, HELD).when(Sign(replace(SIGNED, signed_by=()))).refused(Refusal.HEARING_UNSIGNED)
    given(*OVER).when(RelyOn(RELIED)).then(RELIED)
    given(*OVER, RELIED).when(RelyOn(RELIED)).then()
    given(*COMING).when(RelyOn(RELIED)).refused(Refusal.HEARING_ANNOUNCED)
    given(*OVER).when(RelyOn(replace(RELIED, record_no="X"))).refused(
        Refusal.HEARING_RECORD_NOT_CITED, record_no="BL-1"
    )


def test_overdue_is_a_fact_and_the_hearing_still_to_be_held() -> None:
    """二十日过完还没有举行，记一次；之后仍可公告、举行。"""
    late = date(2026, 6, 5)
    given(TOLD, ASKED).when(MarkOverdue(OVERDUE, HOLD_BY)).refused(Refusal.HEARING_NOT_YET_DUE)
    given(TOLD, ASKED).when(MarkOverdue(OVERDUE, late)).then(OVERDUE)
    given(TOLD, ASKED, OVERDUE).when(MarkOverdue(OVERDUE, late)).then()
    given(*COMING, HELD).when(MarkOverdue(OVERDUE, late)).then()
    given(TOLD).when(MarkOverdue(OVERDUE, late)).refused(Refusal.HEARING_RIGHT_TOLD)
    given(TOLD, LAPSED).when(MarkOverdue(OVERDUE, late)).refused(Refusal.HEARING_LAPSED)
    given(*COMING, OVERDUE).when(Hold(HELD, NOBODY)).then(HELD)


def test_contradictions_stop_the_case() -> None:
    """互相矛盾的历史当即停下。"""
    events = {type(event): event for life in LIVES for event in life}
    check_impossible(hearing.AGGREGATE, ((), *LIVES), events.values())


def test_a_hearing_ends_with_its_case() -> None:
    """告知了的、公告了的随办件告结终止，一次，此后什么也不办；没有开始的、已了结的无事可办。"""
    end = hearing.End(date(2026, 3, 20))
    going: tuple[tuple[Event, ...], ...] = ((TOLD,), (TOLD, ASKED), COMING, (*COMING, HELD), OVER)
    for life in going:
        given(*life).when(end).then(ENDED)
    over: tuple[tuple[Event, ...], ...] = ((), (NOTIFIED,), (TOLD, LAPSED), (*OVER, RELIED))
    for life in (*over, (TOLD, ENDED)):
        given(*life).when(end).then()
    request = hearing.Request(ASKED, ASKED.requested_on)
    given(TOLD, ENDED).when(request).refused(Refusal.HEARING_ENDED, on="2026-03-20")


def test_decider_laws() -> None:
    """听证守决定者的共同规矩。"""
    check_decider_laws(hearing.AGGREGATE, hearing.decide, anything(hearing.Command), LIVES)


# -- the acts

ON_REQUEST = ReviewRules(hearing=HearingNeed.ON_REQUEST)
MANDATORY = ReviewRules(hearing=HearingNeed.MANDATORY)
TELL = TellHearingRight(NO, (PARTY,), "TZ-1")
PUBLISH = AnnounceHearing(
    NO, HearingGround.REQUIRED, "GG-1", date(2026, 3, 13), "三楼", person("legal")
)
LEGAL = STAFF["legal"]
SIGN = SignHearingRecord(NO, "BL-1", SHA, ("申请人",))


def heard() -> Book:
    """应当听证的一件，三月二日受理，三月十三日已经听证、笔录签字。"""
    book = accepted(handled(review=MANDATORY), "2026-03-02")
    book.do(REVIEW, REVIEWER, "2026-03-03")
    book.do(PUBLISH, REVIEWER, "2026-03-03")
    book.do(HoldHearing(NO, ("申请人",)), LEGAL, "2026-03-13")
    book.do(SIGN, LEGAL, "2026-03-13")
    return book


def test_what_must_be_heard_is_heard_before_the_decision() -> None:
    """法定应当听证的：先公告、举行、签字，决定写明所据的笔录。"""
    book = accepted(handled(review=MANDATORY), "2026-03-02")
    book.do(REVIEW, REVIEWER, "2026-03-03")
    book.refuse(Refusal.HEARING_REQUIRED, APPROVE, DECIDER, "2026-03-04")
    book.do(PUBLISH, REVIEWER, "2026-03-04")
    book.refuse(Refusal.HEARING_ANNOUNCED, REJECT, DECIDER, "2026-03-05")
    book.do(HoldHearing(NO, ("申请人",)), LEGAL, "2026-03-13")
    book.refuse(Refusal.HEARING_HELD, APPROVE, DECIDER, "2026-03-13")
    book.do(SIGN, LEGAL, "2026-03-13")
    book.refuse(Refusal.HEARING_RECORD_NOT_CITED, APPROVE, DECIDER, "2026-03-16", record_no="BL-1")
    told = events_of(book.do(replace(APPROVE, hearing_record="BL-1"), DECIDER, "2026-03-16"))
    assert RecordReliedOn("BL-1", "ZY-1") in told
    assert book.ask(replace(APPROVE, hearing_record="BL-1"), DECIDER, "2026-03-16") == Plan()


def test_a_refusal_rests_on_the_record_too() -> None:
    """不予许可同样根据笔录。"""
    told = events_of(heard().do(replace(REJECT, hearing_record="BL-1"), DECIDER, "2026-03-16"))
    assert RecordReliedOn("BL-1", "ZY-2") in told


def test_the_right_must_be_told_and_the_days_waited() -> None:
    """涉及他人重大利益的：不告知不得决定，告知了等五日；过了的可以决定。"""
    book = accepted(handled(review=ON_REQUEST), "2026-03-02")
    book.do(REVIEW, REVIEWER, "2026-03-03")
    book.refuse(Refusal.HEARING_NOT_TOLD, APPROVE, DECIDER, "2026-03-03")
    book.do(TELL, REVIEWER, "2026-03-03")
    book.refuse(Refusal.HEARING_RIGHT_TOLD, APPROVE, DECIDER, "2026-03-10", due_on="2026-03-10")
    book.do(APPROVE, DECIDER, "2026-03-11")


def test_the_machine_records_that_nobody_asked() -> None:
    """五日过完无人申请，机器记下，决定可以作出。"""
    book = accepted(handled(review=ON_REQUEST), "2026-03-02")
    book.do(REVIEW, REVIEWER, "2026-03-03")
    mark = MarkHearingLapsed(NO)
    book.refuse(Refusal.HEARING_NOT_FOUND, mark, MACHINE, "2026-03-10")
    book.do(TELL, REVIEWER, "2026-03-03")
    book.refuse(Refusal.HEARING_NOT_YET_DUE, mark, MACHINE, "2026-03-10")
    book.do(mark, MACHINE, "2026-03-11")
    book.do(APPROVE, DECIDER, "2026-03-11")


def test_a_request_stops_the_decision_until_the_hearing() -> None:
    """本人申请听证，只能以本人名义；申请之后，听证之前不得决定。"""
    book = accepted(handled(review=ON_REQUEST), "2026-03-02")
    book.do(REVIEW, REVIEWER, "2026-03-03")
    book.refuse(Refusal.HEARING_NOT_TOLD, RequestHearing(NO, PARTY), APPLICANT, "2026-03-04")
    book.do(TELL, REVIEWER, "2026-03-03")
    book.refuse(Refusal.DUTY_SELF, RequestHearing(NO, NEIGHBOUR), APPLICANT, "2026-03-04")
    book.do(RequestHearing(NO, PARTY), APPLICANT, "2026-03-04")
    book.refuse(Refusal.HEARING_REQUESTED, APPROVE, DECIDER, "2026-03-05")
    mark = MarkHearingOverdue(NO)
    book.refuse(Refusal.HEARING_NOT_YET_DUE, mark, MACHINE, "2026-04-01", due_on="2026-04-01")
    book.do(mark, MACHINE, "2026-04-02")


def test_overdue_needs_a_request() -> None:
    """没有人申请，谈不上听证逾期。"""
    book = accepted(handled(), "2026-03-02")
    book.refuse(Refusal.HEARING_NOT_FOUND, MarkHearingOverdue(NO), MACHINE, "2026-04-02")


def test_nothing_runs_out_by_an_unpublished_calendar() -> None:
    """越过已公布日历的期限不能断定已过。"""
    book = accepted(handled(review=ON_REQUEST), "2026-12-25")
    book.do(TELL, REVIEWER, "2026-12-28")
    mark = MarkHearingLapsed(NO)
    book.refuse(Refusal.HEARING_NOT_YET_DUE, mark, MACHINE, "2027-01-15")
    book.do(RequestHearing(NO, PARTY), APPLICANT, "2026-12-29")
    book.refuse(Refusal.HEARING_NOT_YET_DUE, MarkHearingOverdue(NO), MACHINE, "2027-03-01")


def test_the_chair_does_not_review_and_the_reviewer_does_not_chair() -> None:
    """SD3：审查人不得主持，主持人不得再审查。"""
    book = accepted(handled(review=MANDATORY), "2026-03-02")
    book.do(replace(PUBLISH, chair=person("reviewer2")), REVIEWER, "2026-03-03")
    review = Review(NO, ReviewOpinion.APPROVE, "符合")
    book.refuse(Refusal.HEARING_CHAIR_REVIEWED, review, STAFF["reviewer2"], "2026-03-04")
    book.do(review, REVIEWER, "2026-03-04")
    mine = replace(PUBLISH, chair=person("reviewer"))
    book.refuse(Refusal.HEARING_CHAIR_REVIEWED, mine, STAFF["reviewer2"], "2026-03-04")


def test_a_challenge_goes_to_the_head() -> None:
    """回避由行政机关负责人决定；申请人只能以本人名义提出。"""
    book = accepted(handled(review=MANDATORY), "2026-03-02")
    book.do(PUBLISH, REVIEWER, "2026-03-03")
    ask = ChallengeChair(NO, PARTY, "近亲属")
    book.refuse(Refusal.DUTY_SELF, replace(ask, party=NEIGHBOUR), APPLICANT, "2026-03-04")
    book.do(ask, APPLICANT, "2026-03-04")
    book.refuse(Refusal.HEARING_CHALLENGED, HoldHearing(NO, ()), LEGAL, "2026-03-13")
    rule = DecideChallenge(NO, "属实", person("decider2"))
    book.refuse(Refusal.DUTY_ROLE, rule, LEGAL, "2026-03-05")
    book.do(rule, HEAD, "2026-03-05")
    book.do(HoldHearing(NO, ("申请人",)), STAFF["decider2"], "2026-03-13")


def test_only_a_mandatory_hearing_is_announced_as_such() -> None:
    """事项没有规定应当听证的，不得以法定为由公告；涉及公共利益的可以。"""
    book = accepted(handled(), "2026-03-02")
    book.refuse(Refusal.HEARING_NOT_MANDATORY, PUBLISH, REVIEWER, "2026-03-03")
    book.do(replace(PUBLISH, ground=HearingGround.PUBLIC_INTEREST), REVIEWER, "2026-03-03")


STEPS = [
    NotifyParty(NO, NEIGHBOUR, "相邻", "GZ-1"),
    TELL,
    PUBLISH,
    DecideChallenge(NO, "属实", person("decider2")),
    HoldHearing(NO, ()),
]


@pytest.mark.parametrize("act", STEPS, ids=lambda act: type(act).__name__)
def test_a_hearing_belongs_to_a_case_under_review(act: Act) -> None:
    """没有此件、尚未受理、别的机关的，都不办。"""
    book = handled()
    role = Role.HEAD if isinstance(act, DecideChallenge) else Role.REVIEWER
    who = book.hire("mine", role, APPROVER, person("mine"))
    other = book.hire("other", role, Organ("350505-QT"), person("other"))
    book.refuse(Refusal.CASE_NOT_FOUND, act, who, "2026-03-03")
    book.do(RECEIVE, CLERK, "2026-03-02")
    book.refuse(Refusal.CASE_NOT_ACCEPTED, act, who, "2026-03-03")
    book.do(ACCEPT, CLERK, "2026-03-02")
    book.refuse(Refusal.DUTY_ORGAN, act, other, "2026-03-03", organ=APPROVER)


def test_an_interested_party_is_notified() -> None:
    """告知利害关系人，写明是什么利益。"""
    book = accepted(handled(), "2026-03-02")
    notify = NotifyParty(NO, NEIGHBOUR, "相邻", "GZ-1")
    assert events_of(book.do(notify, REVIEWER, "2026-03-03")) == (
        PartyNotified(NEIGHBOUR, "相邻", "GZ-1", person("reviewer")),
    )
