"""办件：收件、补正、受理、审核、决定、送达，以及每一步不予办理的理由。"""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from domain import case
from domain.case import (
    Accept,
    Accepted,
    Approve,
    Approved,
    DeadlineKind,
    DeadlineMissed,
    Decline,
    Declined,
    DeclineReason,
    DeemAccepted,
    DeemedAccepted,
    Deliver,
    Delivered,
    MarkMissed,
    Receive,
    Received,
    Reject,
    Rejected,
    RequestSupplement,
    Review,
    Reviewed,
    ReviewOpinion,
    Supplement,
    Supplemented,
    SupplementRequested,
)
from domain.clock import Running
from domain.decider import Event
from domain.refusals import Refusal
from domain.remarks import NoticeFault, NoticeViolated
from domain.terms import (
    CaseKind,
    Channel,
    ItemCode,
    LicenceNo,
    Material,
    Organ,
    PersonId,
    SubjectId,
)
from tests.domain.case_file import SHA, at, case_files, check_impossible
from tests.domain.laws import anything, check_decider_laws

given = case_files(case.AGGREGATE, case.decide)

CLERK, REVIEWER, DECIDER, OTHER = (PersonId(n) for n in ("P-W", "P-R", "P-D", "P-O"))
AGENT = PersonId("P-A")
RECEIVED_ON, NOTICE_DUE = date(2026, 2, 12), date(2026, 2, 26)
TODAY = date(2026, 2, 24)

RECEIVED = Received(
    item_code=ItemCode("350505-0001"),
    item_version=1,
    channel=Channel.COUNTER,
    applicant=SubjectId("S-1"),
    agent=AGENT,
    contact=None,
    materials=(Material("申请书", SHA),),
    received_at=at("2026-02-12 10:00"),
    notice_due_on=NOTICE_DUE,
    receipt_no="SJ-1",
    handler=CLERK,
)
NOTICE = SupplementRequested("BZ-1", ("平面图",), CLERK)
SUPPLEMENT = Supplemented((Material("平面图", SHA),), at("2026-03-03 15:00"), CLERK)
ACCEPTED = Accepted(
    accepted_on=TODAY,
    kind=CaseKind.PLEDGED_TIME,
    promised_days=7,
    legal_days=20,
    promised_due_on=date(2026, 3, 5),
    legal_due_on=date(2026, 3, 24),
    provisional=False,
    document_no="SL-1",
    handler=CLERK,
)
ON_THE_SPOT = replace(ACCEPTED, kind=CaseKind.ON_THE_SPOT)
DEEMED = DeemedAccepted(
    accepted_on=RECEIVED_ON,
    kind=CaseKind.PLEDGED_TIME,
    promised_days=7,
    legal_days=20,
    promised_due_on=date(2026, 2, 28),
    legal_due_on=date(2026, 3, 18),
    provisional=False,
)
DECLINED = Declined(
    reason=DeclineReason.NOT_COMPETENT,
    competent_organ=Organ("350505-GAJ"),
    explanation="属公安机关职权",
    decided_on=TODAY,
    document_no="BY-1",
    handler=CLERK,
)
REVIEWED = Reviewed(ReviewOpinion.APPROVE, "符合条件", REVIEWER)
APPROVED = Approved(
    decided_on=date(2026, 3, 4),
    decision_no="ZY-1",
    licence_no=LicenceNo("JY-1"),
    commitment_id=None,
    valid_from=date(2026, 3, 4),
    valid_to=date(2031, 3, 3),
    delivery_due_on=date(2026, 3, 18),
    handler=DECIDER,
)
REJECTED = Rejected(
    decided_on=date(2026, 3, 4),
    decision_no="BX-1",
    reasons="场所不符合要求",
    remedies="六十日内可申请行政复议，六个月内可提起行政诉讼",
    delivery_due_on=date(2026, 3, 18),
    handler=DECIDER,
)
DELIVERED = Delivered("ZY-1", "窗口领取", CLERK)
LATE = DeadlineMissed(DeadlineKind.LEGAL_DECISION, date(2026, 3, 24))

LIVES: tuple[tuple[Event, ...], ...] = (
    (RECEIVED,),
    (RECEIVED, NOTICE),
    (RECEIVED, NOTICE, SUPPLEMENT),
    (RECEIVED, ACCEPTED),
    (RECEIVED, DEEMED),
    (RECEIVED, ACCEPTED, REVIEWED),
    (RECEIVED, ACCEPTED, REVIEWED, LATE),
    (RECEIVED, ON_THE_SPOT),
    (RECEIVED, DECLINED),
    (RECEIVED, ACCEPTED, REVIEWED, APPROVED),
    (RECEIVED, ACCEPTED, REVIEWED, REJECTED, DELIVERED),
)


def _accept(fact: Accepted = ACCEPTED, *, today: date = TODAY, authorised: bool = False) -> Accept:
    return Accept(fact, NOTICE_DUE, today, authorised)


def _approve(
    fact: Approved = APPROVED, *, authorised: bool = False, window: bool = False
) -> Approve:
    return Approve(fact, authorised, window)


# -- receipt


def test_receipt_opens_a_case() -> None:
    """收件后始有办件；同一收件再来一次，无事可办。"""
    receive = Receive(RECEIVED, at("2026-02-12 10:00"))
    given().when(receive).then(RECEIVED)
    given(RECEIVED).when(receive).then()


def test_a_case_number_is_used_once() -> None:
    """同一编号再次收件的，告知何日由谁收过。"""
    other = Receive(replace(RECEIVED, receipt_no="SJ-2"), at("2026-02-12 11:00"))
    for life in LIVES:
        given(*life).when(other).refused(
            Refusal.CASE_EXISTS, received_on="2026-02-12", handler=CLERK
        )


def test_nothing_is_received_in_the_future() -> None:
    """收到之时不得晚于现在。"""
    given().when(Receive(RECEIVED, at("2026-02-12 09:59"))).refused(Refusal.CASE_TIME_IMPOSSIBLE)


def test_the_agent_never_handles_the_case() -> None:
    """代办人不得经手同一办件的任何一步（SD12）。"""
    own = replace(RECEIVED, handler=AGENT)
    given().when(Receive(own, at("2026-02-13"))).refused(Refusal.DUTY_AGENT, person=AGENT)
    steps: list[tuple[tuple[Event, ...], case.Command]] = [
        ((RECEIVED,), RequestSupplement(replace(NOTICE, handler=AGENT), NOTICE_DUE, TODAY)),
        (
            (RECEIVED, NOTICE),
            Supplement(replace(SUPPLEMENT, handler=AGENT), at("2026-03-03 16:00")),
        ),
        ((RECEIVED,), _accept(replace(ACCEPTED, handler=AGENT))),
        ((RECEIVED,), Decline(replace(DECLINED, handler=AGENT), NOTICE_DUE)),
        ((RECEIVED, ACCEPTED), Review(replace(REVIEWED, handler=AGENT))),
        ((RECEIVED, ACCEPTED, REVIEWED), _approve(replace(APPROVED, handler=AGENT))),
        ((RECEIVED, ACCEPTED, REVIEWED), Reject(replace(REJECTED, handler=AGENT))),
        (
            (RECEIVED, ACCEPTED, REVIEWED, APPROVED),
            Deliver(replace(DELIVERED, handler=AGENT)),
        ),
    ]
    for life, command in steps:
        given(*life).when(command).refused(Refusal.DUTY_AGENT, person=AGENT)


# -- completeness


def test_a_notice_on_the_fifth_day_is_in_time_and_on_the_sixth_is_not() -> None:
    """规则 2：第五个工作日的告知有效，次日即为受理，告知不再有效。"""
    given(RECEIVED).when(RequestSupplement(NOTICE, NOTICE_DUE, NOTICE_DUE)).then(NOTICE)
    late = RequestSupplement(NOTICE, NOTICE_DUE, date(2026, 2, 27))
    given(RECEIVED).when(late).refused(Refusal.CASE_NOTICE_TOO_LATE, due_on="2026-02-26")


def test_one_notice_only() -> None:
    """规则 3：补正只告知一次；重复同一告知无事可办，另发一份的照记为违规。"""
    same = RequestSupplement(NOTICE, NOTICE_DUE, TODAY)
    second = replace(NOTICE, notice_no="BZ-2")
    given(RECEIVED, NOTICE).when(same).then()
    given(RECEIVED, NOTICE).when(RequestSupplement(second, NOTICE_DUE, TODAY)).then(
        NoticeViolated(NoticeFault.TWICE, "BZ-2", second.missing, None, second.handler)
    )


def test_a_notice_lists_what_is_missing() -> None:
    """补正告知须写明需要补正的全部内容。"""
    empty = RequestSupplement(replace(NOTICE, missing=()), NOTICE_DUE, TODAY)
    given(RECEIVED).when(empty).refused(Refusal.CASE_NOTICE_EMPTY)


def test_supplements_are_taken_after_a_notice_only() -> None:
    """未告知补正的不收补正；收到之时不得在将来，也不得早于收件。"""
    supplement = Supplement(SUPPLEMENT, at("2026-03-03 15:00"))
    given(RECEIVED, NOTICE).when(supplement).then(SUPPLEMENT)
    given(RECEIVED, NOTICE, SUPPLEMENT).when(supplement).then()
    given(RECEIVED).when(supplement).refused(Refusal.CASE_NOT_ACCEPTED, handler=CLERK)
    future = Supplement(SUPPLEMENT, at("2026-03-03 14:59"))
    given(RECEIVED, NOTICE).when(future).refused(Refusal.CASE_TIME_IMPOSSIBLE)
    early = replace(SUPPLEMENT, received_at=at("2026-02-12 09:00"))
    given(RECEIVED, NOTICE).when(Supplement(early, at("2026-03-03"))).refused(
        Refusal.CASE_TIME_IMPOSSIBLE
    )


# -- acceptance


def test_a_complete_application_is_accepted_on_the_day() -> None:
    """材料齐全的，当日受理；同一受理再来一次，无事可办。"""
    given(RECEIVED).when(_accept()).then(ACCEPTED)
    given(RECEIVED, ACCEPTED).when(_accept()).then()


def test_the_second_clerk_sees_who_accepted_and_when() -> None:
    """两人同时受理，后到的看到何日由谁受理（S3）。"""
    second = _accept(replace(ACCEPTED, handler=OTHER, document_no="SL-2"))
    given(RECEIVED, ACCEPTED).when(second).refused(
        Refusal.CASE_ALREADY_ACCEPTED, accepted_on="2026-02-24", handler=CLERK
    )


def test_acceptance_after_supplement_is_the_day_of_the_last_material() -> None:
    """补正齐全的，受理之日为最后一份补正材料收到之日；补正不齐的不能受理。"""
    two = replace(NOTICE, missing=("平面图", "健康证"))
    given(RECEIVED, two, SUPPLEMENT).when(_accept()).refused(
        Refusal.CASE_SUPPLEMENT_INCOMPLETE, missing="健康证"
    )
    last = Supplemented((Material("健康证", SHA),), at("2026-03-05"), CLERK)
    right = replace(ACCEPTED, accepted_on=date(2026, 3, 5))
    life = (RECEIVED, two, last, SUPPLEMENT)
    given(*life).when(_accept(right, today=date(2026, 3, 9))).then(right)
    given(*life).when(_accept(today=date(2026, 3, 9))).refused(
        Refusal.CASE_ACCEPTANCE_DAY, accepted_on="2026-03-05"
    )


def test_the_last_supplement_sets_the_day_for_acceptance() -> None:
    """补齐的那一份才定下受理的期限；还没有补齐的、补齐之后再补的不定；同一份不记两次。"""
    two, due_on = replace(NOTICE, missing=("平面图", "健康证")), date(2026, 3, 12)
    first = replace(SUPPLEMENT, accept_due_on=due_on)
    last = Supplemented((Material("健康证", SHA),), at("2026-03-05"), CLERK, due_on)
    more = replace(last, received_at=at("2026-03-06"))
    now = at("2026-03-09")
    given(RECEIVED, two).when(Supplement(first, now)).then(SUPPLEMENT)
    given(RECEIVED, two, SUPPLEMENT).when(Supplement(first, now)).then()
    given(RECEIVED, two, SUPPLEMENT).when(Supplement(last, now)).then(last)
    given(RECEIVED, two, SUPPLEMENT, last).when(Supplement(last, now)).then()
    given(RECEIVED, two, SUPPLEMENT, last).when(Supplement(more, now)).then(
        replace(more, accept_due_on=None)
    )


def test_late_acceptance_reaches_back_to_receipt() -> None:
    """规则 1：五日已过才来受理的，受理之日仍为收件之日，逾期一并记下。"""
    missed = DeadlineMissed(DeadlineKind.COMPLETENESS_NOTICE, NOTICE_DUE)
    back = replace(ACCEPTED, accepted_on=RECEIVED_ON)
    command = replace(_accept(back, today=date(2026, 2, 27)), missed=(missed,))
    given(RECEIVED).when(command).then(missed, back)


def test_acceptance_day_of_a_taken_or_finished_case() -> None:
    """已受理的，受理之日不再变；未经受理即告结的，无所谓溯及。"""
    taken = case.AGGREGATE.fold((RECEIVED, ACCEPTED))
    ended = case.AGGREGATE.fold((RECEIVED, DECLINED))
    assert isinstance(taken, case.UnderReview)
    assert isinstance(ended, case.Concluded)
    assert case.acceptance_day(taken, NOTICE_DUE, date(2026, 3, 9)) == TODAY
    assert case.acceptance_day(ended, NOTICE_DUE, date(2026, 3, 9)) == date(2026, 3, 9)


def test_on_the_spot_needs_an_authorised_window() -> None:
    """规则 15：未授权窗口的事项不能定为即办件。"""
    given(RECEIVED).when(_accept(ON_THE_SPOT)).refused(Refusal.CASE_NOT_ON_THE_SPOT)
    given(RECEIVED).when(_accept(ON_THE_SPOT, authorised=True)).then(ON_THE_SPOT)


def test_deemed_acceptance_only_after_the_fifth_day_and_retroactive() -> None:
    """规则 1：第五个工作日过完才视为受理，溯及收件之日；已告知的、已办的无事可办。"""
    deem = DeemAccepted(DEEMED, NOTICE_DUE, date(2026, 2, 27))
    given(RECEIVED).when(replace(deem, today=NOTICE_DUE)).refused(
        Refusal.CASE_NOT_YET_DUE, due_on="2026-02-26"
    )
    given(RECEIVED).when(deem).then(DEEMED)
    wrong = replace(deem, fact=replace(DEEMED, accepted_on=date(2026, 2, 27)))
    given(RECEIVED).when(wrong).refused(Refusal.CASE_ACCEPTANCE_DAY, accepted_on="2026-02-12")
    given().when(deem).refused(Refusal.CASE_NOT_FOUND)
    for life in LIVES[1:]:
        given(*life).when(deem).then()


def test_a_deemed_acceptance_bars_a_later_one() -> None:
    """视为受理之后，窗口不能再受理、再告知或不予受理。"""
    commands: list[case.Command] = [
        _accept(),
        RequestSupplement(NOTICE, NOTICE_DUE, TODAY),
        Decline(DECLINED, NOTICE_DUE),
    ]
    for command in commands:
        given(RECEIVED, DEEMED).when(command).refused(
            Refusal.CASE_DEEMED_ACCEPTED, accepted_on="2026-02-12"
        )


def test_declining_names_the_competent_organ_in_time() -> None:
    """不予受理：说明理由，不属职权的告知有权机关；五日已过的不得再不予受理。"""
    decline = Decline(DECLINED, NOTICE_DUE)
    given(RECEIVED).when(decline).then(DECLINED)
    given(RECEIVED, DECLINED).when(decline).then()
    given(RECEIVED, NOTICE).when(decline).then(DECLINED)
    given(RECEIVED, ACCEPTED).when(decline).refused(Refusal.CASE_ALREADY_ACCEPTED)
    late = Decline(replace(DECLINED, decided_on=date(2026, 2, 27)), NOTICE_DUE)
    given(RECEIVED).when(late).refused(Refusal.CASE_DECLINE_TOO_LATE, due_on="2026-02-26")
    mute = Decline(replace(DECLINED, explanation=" "), NOTICE_DUE)
    given(RECEIVED).when(mute).refused(Refusal.CASE_REASONS_MISSING)
    nowhere = Decline(replace(DECLINED, competent_organ=None), NOTICE_DUE)
    given(RECEIVED).when(nowhere).refused(Refusal.CASE_COMPETENT_ORGAN_MISSING)


# -- review and decision


@pytest.mark.parametrize("life", [(RECEIVED, ACCEPTED), (RECEIVED, DEEMED)])
def test_reviewer_is_another_person(life: tuple[Event, ...]) -> None:
    """SD1：审核人与收件、受理的人分开，视为受理的与收件的人分开。"""
    given(*life).when(Review(REVIEWED)).then(REVIEWED)
    given(*life).when(Review(replace(REVIEWED, handler=CLERK))).refused(
        Refusal.DUTY_SAME_PERSON, person=CLERK
    )


def test_the_case_is_reviewed_once() -> None:
    """审核一次；后来的审核人看到谁审过、意见如何。"""
    life = (RECEIVED, ACCEPTED, REVIEWED)
    given(*life).when(Review(REVIEWED)).then()
    given(*life).when(Review(replace(REVIEWED, handler=OTHER))).refused(
        Refusal.CASE_ALREADY_REVIEWED, handler=REVIEWER, opinion="APPROVE"
    )
    given(RECEIVED).when(Review(REVIEWED)).refused(Refusal.CASE_NOT_ACCEPTED)


def test_a_pledged_case_is_decided_by_a_third_person_after_review() -> None:
    """承诺件：先审核后决定，决定人不得是收件、受理、审核的人（SD1）。"""
    life = (RECEIVED, ACCEPTED, REVIEWED)
    given(*life).when(_approve()).then(APPROVED)
    given(*life, APPROVED).when(_approve()).then()
    given(RECEIVED, ACCEPTED).when(_approve()).refused(Refusal.CASE_NOT_REVIEWED)
    for same in (CLERK, REVIEWER):
        given(*life).when(_approve(replace(APPROVED, handler=same))).refused(
            Refusal.DUTY_SAME_PERSON, person=same
        )
        given(*life).when(Reject(replace(REJECTED, handler=same))).refused(
            Refusal.DUTY_SAME_PERSON, person=same
        )


def test_two_deciders_one_decision() -> None:
    """一件一个决定；后到的看到文号、何日、由谁决定。"""
    life = (RECEIVED, ACCEPTED, REVIEWED, APPROVED)
    facts = {"document_no": "ZY-1", "decided_on": "2026-03-04", "handler": DECIDER}
    given(*life).when(_approve(replace(APPROVED, handler=OTHER))).refused(
        Refusal.CASE_ALREADY_DECIDED, **facts
    )
    given(*life).when(Reject(REJECTED)).refused(Refusal.CASE_ALREADY_DECIDED, **facts)


def test_the_window_decides_authorised_cases_on_the_spot() -> None:
    """规则 15：授权窗口的即办件可由受理人当场决定；其余的窗口不能决定。"""
    own = replace(APPROVED, handler=CLERK)
    given(RECEIVED, ON_THE_SPOT).when(_approve(own, authorised=True, window=True)).then(own)
    given(RECEIVED, ON_THE_SPOT).when(_approve(own, window=True)).refused(
        Refusal.CASE_WINDOW_NOT_AUTHORISED
    )
    given(RECEIVED, ACCEPTED).when(_approve(own, authorised=True, window=True)).refused(
        Refusal.CASE_WINDOW_NOT_AUTHORISED
    )


def test_an_unauthorised_item_is_never_decided_by_its_acceptor() -> None:
    """即办件而事项未授权窗口的，仍须另一人决定，不必审核。"""
    own = replace(APPROVED, handler=CLERK)
    given(RECEIVED, ON_THE_SPOT).when(_approve(own)).refused(Refusal.DUTY_SAME_PERSON)
    given(RECEIVED, ON_THE_SPOT).when(_approve()).then(APPROVED)


@pytest.mark.parametrize(
    ("valid_from", "valid_to"),
    [(date(2026, 3, 3), date(2031, 3, 3)), (date(2026, 3, 4), date(2026, 3, 3))],
)
def test_a_licence_is_valid_from_its_decision_on(valid_from: date, valid_to: date) -> None:
    """许可不得早于决定之日生效，也不得先止后起。"""
    wrong = replace(APPROVED, valid_from=valid_from, valid_to=valid_to)
    given(RECEIVED, ACCEPTED, REVIEWED).when(_approve(wrong)).refused(
        Refusal.LICENCE_VALIDITY, decided_on="2026-03-04"
    )


def test_a_rejection_says_why_and_what_can_be_done() -> None:
    """许可法 38 条二款：不予许可须说明理由，并告知复议、诉讼的权利。"""
    life = (RECEIVED, ACCEPTED, REVIEWED)
    given(*life).when(Reject(REJECTED)).then(REJECTED)
    given(*life, REJECTED).when(Reject(REJECTED)).then()
    for mute in (replace(REJECTED, reasons=""), replace(REJECTED, remedies=" ")):
        given(*life).when(Reject(mute)).refused(Refusal.CASE_REASONS_MISSING)


def test_a_late_decision_is_valid_and_the_delay_is_a_fact() -> None:
    """规则 11：逾期的决定仍有效；定时器未及记下的逾期随决定一并记下。"""
    life = (RECEIVED, ACCEPTED, REVIEWED)
    late = replace(APPROVED, decided_on=date(2026, 3, 25), valid_from=date(2026, 3, 25))
    given(*life).when(replace(_approve(late), missed=(LATE,))).then(LATE, late)
    given(*life).when(Reject(REJECTED, (LATE,))).then(LATE, REJECTED)


# -- delivery


def test_every_decision_is_delivered_once() -> None:
    """准予、不予、不予受理都要送达，一次。"""
    for life in (
        (RECEIVED, ACCEPTED, REVIEWED, APPROVED),
        (RECEIVED, ACCEPTED, REVIEWED, REJECTED),
        (RECEIVED, DECLINED),
    ):
        given(*life).when(Deliver(DELIVERED)).then(DELIVERED)
        given(*life, DELIVERED).when(Deliver(DELIVERED)).then()
        given(*life, DELIVERED).when(Deliver(replace(DELIVERED, handler=OTHER))).refused(
            Refusal.CASE_ALREADY_DELIVERED, document_no="ZY-1", handler=CLERK
        )
    given(RECEIVED, ACCEPTED).when(Deliver(DELIVERED)).refused(Refusal.CASE_ALREADY_ACCEPTED)


def test_the_number_of_the_decision_that_was_delivered() -> None:
    """送达的是哪一份决定书，按决定的种类取文号。"""
    numbers = []
    for life in (LIVES[8], LIVES[9], LIVES[10]):
        state = case.AGGREGATE.fold(life)
        assert isinstance(state, case.Concluded)
        numbers.append(state.document_no)
    assert numbers == ["BY-1", "ZY-1", "BX-1"]


# -- deadlines


@pytest.mark.parametrize(
    ("life", "deadline", "clock"),
    [
        ((RECEIVED,), DeadlineKind.COMPLETENESS_NOTICE, Running(RECEIVED_ON, 5)),
        ((RECEIVED, DEEMED), DeadlineKind.PROMISED_DECISION, Running(RECEIVED_ON, 7)),
        ((RECEIVED, ACCEPTED), DeadlineKind.LEGAL_DECISION, Running(TODAY, 20)),
        (LIVES[9], DeadlineKind.DELIVERY, Running(date(2026, 3, 4), 10)),
    ],
)
def test_a_deadline_is_missed_when_its_last_day_is_over(
    life: tuple[Event, ...], deadline: DeadlineKind, clock: Running
) -> None:
    """期限之日过完才记逾期，记一次。"""
    assert case.running(case.AGGREGATE.fold(life), deadline) == clock
    missed = DeadlineMissed(deadline, date(2026, 3, 24))
    given(*life).when(MarkMissed(missed, date(2026, 3, 24))).refused(
        Refusal.CASE_NOT_YET_DUE, due_on="2026-03-24"
    )
    given(*life).when(MarkMissed(missed, date(2026, 3, 25))).then(missed)
    given(*life, missed).when(MarkMissed(missed, date(2026, 3, 25))).then()


@pytest.mark.parametrize(
    ("life", "deadline"),
    [
        ((RECEIVED, NOTICE), DeadlineKind.COMPLETENESS_NOTICE),
        ((RECEIVED,), DeadlineKind.LEGAL_DECISION),
        (LIVES[9], DeadlineKind.LEGAL_DECISION),
        (LIVES[10], DeadlineKind.DELIVERY),
        ((RECEIVED, DECLINED), DeadlineKind.DELIVERY),
    ],
)
def test_what_is_settled_cannot_be_missed(life: tuple[Event, ...], deadline: DeadlineKind) -> None:
    """已经了结的、还没有起算的期限，不记逾期。"""
    missed = DeadlineMissed(deadline, date(2026, 3, 24))
    given(*life).when(MarkMissed(missed, date(2027, 1, 4))).then()


def test_a_deadline_of_no_case() -> None:
    """没有此件的，无所谓逾期。"""
    given().when(MarkMissed(LATE, date(2026, 3, 25))).refused(Refusal.CASE_NOT_FOUND)


def test_missed_deadlines_stay_with_the_case() -> None:
    """各步的逾期一直跟着办件，直到告结。"""
    notice = DeadlineMissed(DeadlineKind.COMPLETENESS_NOTICE, NOTICE_DUE)
    delivery = DeadlineMissed(DeadlineKind.DELIVERY, date(2026, 3, 18))
    life = (RECEIVED, notice, DEEMED, LATE, REVIEWED, APPROVED, delivery, DELIVERED)
    state = case.AGGREGATE.fold(life)
    assert isinstance(state, case.Concluded)
    assert state.missed == {
        DeadlineKind.COMPLETENESS_NOTICE,
        DeadlineKind.LEGAL_DECISION,
        DeadlineKind.DELIVERY,
    }


# -- laws


def test_what_the_law_dates_by_itself() -> None:
    """受理与视为受理，法律上自受理之日生效（视为受理溯及收件）。"""
    today = date(2026, 2, 27)
    assert ACCEPTED.takes_effect(today) == TODAY
    assert DEEMED.takes_effect(today) == RECEIVED_ON
    assert NOTICE.takes_effect(today) == today


def test_contradictions_stop_the_case() -> None:
    """互相矛盾的历史当即停下，绝不跳过。"""
    events = {type(event): event for life in LIVES for event in life}
    check_impossible(case.AGGREGATE, ((), *LIVES), events.values())


def test_decider_laws() -> None:
    """办件守决定者的共同规矩。"""
    check_decider_laws(case.AGGREGATE, case.decide, anything(case.Command), LIVES)


@pytest.mark.parametrize("life", LIVES)
def test_whatever_does_not_fit_says_where_the_case_stands(life: tuple[Event, ...]) -> None:
    """不合时宜的办理，一律答复办件现在到了哪一步，并写明经手人。"""
    answer = case.standing(case.AGGREGATE.fold(life))
    assert answer.code is not Refusal.CASE_NOT_FOUND
    assert answer.facts


def test_instants_are_aware() -> None:
    """无时区的时刻不能用来算北京时间的日子。"""
    naive = replace(RECEIVED, received_at=datetime(2026, 2, 12, 10))  # noqa: DTZ001 -- on purpose
    state = case.AGGREGATE.fold((naive,))
    with pytest.raises(ValueError, match="naive"):
        case.running(state, DeadlineKind.COMPLETENESS_NOTICE)


def test_no_decision_before_receipt() -> None:
    """体外循环：决定之日早于收件之日的，准予、不予都不行。"""
    early = RECEIVED_ON - timedelta(days=1)
    life = (RECEIVED, ACCEPTED, REVIEWED)
    told = {"received_on": str(RECEIVED_ON)}
    given(*life).when(Reject(replace(REJECTED, decided_on=early))).refused(
        Refusal.CASE_BEFORE_RECEIPT, **told
    )
    fact = replace(APPROVED, decided_on=early, valid_from=early)
    given(*life).when(Approve(fact, window_authorised=False, by_window=False)).refused(
        Refusal.CASE_BEFORE_RECEIPT, **told
    )


def test_a_notice_after_acceptance_but_in_time_is_refused_or_recorded() -> None:
    """受理即认材料齐全：期限之内再告知的拒绝；承诺时限已经过半的记为违规。"""
    early = RequestSupplement(NOTICE, NOTICE_DUE, NOTICE_DUE)
    given(RECEIVED, ACCEPTED).when(early).refused(Refusal.CASE_ALREADY_ACCEPTED)
    half = NOTICE_DUE - timedelta(days=1)
    given(RECEIVED, ACCEPTED).when(replace(early, half_due_on=half)).then(
        NoticeViolated(
            NoticeFault.AFTER_HALF, NOTICE.notice_no, NOTICE.missing, half, NOTICE.handler
        )
    )


def test_a_decided_case_takes_no_notice() -> None:
    """已有决定的件，不再告知补正。"""
    late = RequestSupplement(NOTICE, NOTICE_DUE, TODAY)
    life = (RECEIVED, ACCEPTED, REVIEWED, APPROVED)
    given(*life).when(late).refused(Refusal.CASE_ALREADY_DECIDED)
