"""许可的一生：变更、换证与公告作废、延续。"""

from dataclasses import replace
from datetime import date

import pytest

from domain import approval
from domain.approval import (
    CertificateReissued,
    Certificates,
    CertificateVoided,
    Change,
    Changed,
    ChangeMatter,
    DeemedRenewed,
    DeemRenewed,
    Deregistered,
    DeregistrationReason,
    Expire,
    Expired,
    InForce,
    RefuseRenewal,
    Reissue,
    ReissueCause,
    Renew,
    RenewalRefused,
    RenewalRequested,
    Renewed,
    RequestRenewal,
    VoidCause,
    VoidCertificate,
    next_term,
)
from domain.decider import Event, ImpossibleHistory
from domain.refusals import Refusal
from domain.terms import LicenceNo, PersonId
from domain.timers import Timer, advance
from tests.domain.case_file import case_files, check_impossible
from tests.domain.laws import anything, check_decider_laws
from tests.domain.test_approval import DECIDER, FORFEITED, GRANTED, REVOKED

given = case_files(approval.AGGREGATE, approval.decide)

NO = LicenceNo("JY-1")
CLERK = PersonId("P-C")
LAST = date(2026, 6, 30)  # 许可自三月四日至六月三十日
CHANGED = Changed("BG-1", (ChangeMatter.ADDRESS,), "迁至新址，符合条件", DECIDER)
REISSUED = CertificateReissued("JY-1-2", "JY-1", ReissueCause.REPLACED, DECIDER)
REISSUE = Reissue("JY-1-2", ReissueCause.REPLACED, DECIDER, NO)
VOIDED = CertificateVoided("JY-1", VoidCause.REPLACED, "GG-1", date(2026, 5, 6), DECIDER)
VOID = VoidCertificate("JY-1", "GG-1", date(2026, 5, 6), DECIDER, NO)
REQUESTED = RenewalRequested(
    request_no="YX-1",
    applied_on=date(2026, 5, 29),
    apply_by=date(2026, 5, 31),
    in_time=True,
    tacit=True,
    valid_to=LAST,
    provisional=False,
    handler=CLERK,
)
LATE = replace(REQUESTED, applied_on=date(2026, 6, 20), in_time=False, tacit=False)
RENEW = Renew("YXJD-1", date(2031, 6, 30), DECIDER, date(2026, 6, 15))
RENEWED = Renewed("YXJD-1", date(2026, 7, 1), date(2031, 6, 30), DECIDER)
REFUSE = RefuseRenewal("BYX-1", "不再符合条件", "可申请复议", DECIDER, date(2026, 6, 15))
REFUSED = RenewalRefused("BYX-1", "不再符合条件", "可申请复议", LAST, DECIDER)
DEEMED = DeemedRenewed(date(2026, 7, 1), date(2026, 10, 27))
EXPIRED = Expired(LAST)
OVER = Deregistered(DeregistrationReason.EXPIRED, DECIDER)
LIVES: tuple[tuple[Event, ...], ...] = (
    (GRANTED, CHANGED),
    (GRANTED, REISSUED),
    (GRANTED, REISSUED, VOIDED),
    (GRANTED, REQUESTED),
    (GRANTED, LATE),
    (GRANTED, REQUESTED, RENEWED),
    (GRANTED, REQUESTED, REFUSED),
    (GRANTED, REQUESTED, DEEMED),
    (GRANTED, REISSUED, EXPIRED),
    (GRANTED, REISSUED, EXPIRED, OVER),
)


def test_a_change_is_decided_on_a_licence_in_force() -> None:
    """许可法 49 条：有效的许可才有变更，写明哪几项、为何。"""
    given(GRANTED).when(Change(CHANGED)).then(CHANGED)
    given(GRANTED, CHANGED).when(Change(CHANGED)).then()
    for mute in (replace(CHANGED, matters=()), replace(CHANGED, explanation=" ")):
        given(GRANTED).when(Change(mute)).refused(Refusal.CASE_REASONS_MISSING)
    given(GRANTED, FORFEITED).when(Change(CHANGED)).refused(Refusal.LICENCE_ENDED)


def test_a_certificate_is_reissued_under_a_new_number() -> None:
    """换证：许可照旧，证照换新号；用过的号不再用。"""
    given(GRANTED).when(REISSUE).then(REISSUED)
    given(GRANTED, REISSUED).when(REISSUE).then()
    for used in ("JY-1", "JY-1-2"):
        other = replace(REISSUE, certificate_no=used, handler=CLERK)
        given(GRANTED, REISSUED, VOIDED).when(other).refused(
            Refusal.LICENCE_CERTIFICATE_USED, certificate_no=used
        )
    given(GRANTED, EXPIRED).when(REISSUE).refused(Refusal.LICENCE_ENDED)


def test_the_old_certificate_is_void_at_the_notice_and_the_approval_lives() -> None:
    """公告作废：旧号自公告之日作废，许可仍然有效。"""
    given(GRANTED, REISSUED).when(VOID).then(VOIDED)
    given(GRANTED, REISSUED, VOIDED).when(VOID).then()
    state = approval.AGGREGATE.fold((GRANTED, REISSUED, VOIDED))
    assert isinstance(state, InForce)
    assert state.certificates == Certificates("JY-1-2", (), (VOIDED,))
    assert VOIDED.takes_effect(date(2026, 5, 8)) == date(2026, 5, 6)


def test_only_what_was_replaced_or_has_ended_is_voided() -> None:
    """现用的证照不能作废；许可终结之后可以，一次。"""
    given(GRANTED).when(VOID).refused(Refusal.LICENCE_CERTIFICATE_LIVE, certificate_no="JY-1")
    given().when(VOID).refused(Refusal.LICENCE_NOT_FOUND)
    again = replace(VOID, notice_no="GG-2")
    given(GRANTED, REISSUED, VOIDED).when(again).refused(Refusal.LICENCE_CERTIFICATE_LIVE)
    last = replace(VOID, certificate_no="JY-1-2")
    fact = replace(VOIDED, certificate_no="JY-1-2", cause=VoidCause.ENDED)
    given(GRANTED, REISSUED, EXPIRED).when(last).then(fact)
    given(GRANTED, REISSUED, EXPIRED, OVER).when(last).then(fact)
    given(GRANTED, REISSUED, EXPIRED, OVER, fact).when(last).then()
    given(GRANTED, REISSUED, EXPIRED, fact).when(last).then()
    stranger = replace(VOID, certificate_no="JY-9")
    given(GRANTED, EXPIRED).when(stranger).refused(Refusal.LICENCE_CERTIFICATE_LIVE)


def test_a_dead_number_never_comes_back() -> None:
    """作废的号再发、再作废，账上不可能。"""
    back = CertificateReissued("JY-1", "JY-1-2", ReissueCause.CORRECTED, DECIDER)
    for event in (back, VOIDED):
        with pytest.raises(ImpossibleHistory):
            approval.AGGREGATE.fold((GRANTED, REISSUED, VOIDED, event))


def test_one_renewal_is_asked_for_at_a_time() -> None:
    """一次一个延续申请；届满之前都收，长期的、有效期不符的不必。"""
    given(GRANTED).when(RequestRenewal(REQUESTED)).then(REQUESTED)
    given(GRANTED, REQUESTED).when(RequestRenewal(REQUESTED)).then()
    given(GRANTED, REQUESTED).when(RequestRenewal(LATE)).refused(
        Refusal.LICENCE_RENEWAL_PENDING, valid_to="2026-06-30"
    )
    given(GRANTED, REQUESTED, REFUSED).when(RequestRenewal(LATE)).then(LATE)
    over = replace(LATE, applied_on=date(2026, 7, 1))
    given(GRANTED).when(RequestRenewal(over)).refused(Refusal.LICENCE_LAPSED, valid_to="2026-06-30")
    forever = replace(GRANTED, valid_to=None)
    given(forever).when(RequestRenewal(REQUESTED)).refused(
        Refusal.LICENCE_RENEWAL_NOT_NEEDED, valid_to=""
    )
    given(GRANTED, EXPIRED).when(RequestRenewal(LATE)).refused(Refusal.LICENCE_ENDED)


def test_renewal_is_granted_from_the_day_after() -> None:
    """准予延续：自届满的次日起，收申请的人不决定，届满之后不再决定。"""
    for asked in (REQUESTED, LATE):
        given(GRANTED, asked).when(RENEW).then(RENEWED)
    given(GRANTED, REQUESTED, RENEWED).when(RENEW).then()
    given(GRANTED, REQUESTED, RENEWED).when(replace(RENEW, decision_no="YXJD-2")).refused(
        Refusal.LICENCE_NO_RENEWAL
    )
    given(GRANTED).when(RENEW).refused(Refusal.LICENCE_NO_RENEWAL)
    given(GRANTED, REQUESTED).when(replace(RENEW, valid_to=LAST)).refused(Refusal.LICENCE_VALIDITY)
    given(GRANTED, REQUESTED).when(replace(RENEW, handler=CLERK)).refused(
        Refusal.DUTY_SAME_PERSON, person=CLERK
    )
    given(GRANTED, REQUESTED).when(replace(RENEW, today=date(2026, 7, 1))).refused(
        Refusal.LICENCE_LAPSED, valid_to="2026-06-30"
    )
    given(GRANTED, REVOKED).when(RENEW).refused(Refusal.LICENCE_ENDED)
    state = approval.AGGREGATE.fold((GRANTED, REQUESTED, RENEWED))
    assert isinstance(state, InForce)
    assert (state.valid_from, state.valid_to) == (date(2026, 7, 1), date(2031, 6, 30))


def test_refusal_to_renew_gives_reasons_and_remedies() -> None:
    """不予延续：说明理由，告知救济；许可至原定之日届满。"""
    given(GRANTED, REQUESTED).when(REFUSE).then(REFUSED)
    given(GRANTED, REQUESTED, REFUSED).when(REFUSE).then()
    for mute in (replace(REFUSE, reasons=""), replace(REFUSE, remedies=" ")):
        given(GRANTED, REQUESTED).when(mute).refused(Refusal.CASE_REASONS_MISSING)
    given(GRANTED, REQUESTED).when(replace(REFUSE, handler=CLERK)).refused(Refusal.DUTY_SAME_PERSON)
    given(GRANTED, REQUESTED, REFUSED).when(Expire(date(2026, 7, 1))).then(EXPIRED)


def test_a_timely_request_holds_expiry_until_it_is_deemed_granted() -> None:
    """及时申请的，到期不届满，最后一日过完视为准予；迟到的申请挡不住届满。"""
    day, over = LAST, date(2026, 7, 1)
    for command in (Expire(over), DeemRenewed(day)):
        given(GRANTED, REQUESTED).when(command).refused(Refusal.LICENCE_RENEWAL_PENDING)
    given(GRANTED, REQUESTED).when(DeemRenewed(over)).then(DEEMED)
    given(GRANTED, REQUESTED, DEEMED).when(DeemRenewed(over)).then()
    given(GRANTED, LATE).when(Expire(over)).then(EXPIRED)
    for life in ((GRANTED, LATE), (GRANTED,), (GRANTED, REQUESTED, RENEWED), (GRANTED, EXPIRED)):
        given(*life).when(DeemRenewed(over)).then()
    given().when(DeemRenewed(over)).refused(Refusal.LICENCE_NOT_FOUND)


def test_the_next_term_is_as_long_as_the_one_before() -> None:
    """视为准予的一期与原来的一样长：整年的以年计，其余以日计。"""
    years = next_term(date(2021, 10, 16), date(2026, 10, 15))
    assert years == (date(2026, 10, 16), date(2031, 10, 15))
    assert next_term(date(2026, 3, 4), LAST) == (date(2026, 7, 1), date(2026, 10, 27))


def test_days_on_which_they_take_effect() -> None:
    """延续的自新的一期起生效。"""
    today = date(2026, 6, 15)
    days = [event.takes_effect(today) for event in (RENEWED, DEEMED, CHANGED)]
    assert days == [date(2026, 7, 1), date(2026, 7, 1), today]


def test_deadlines_of_a_licence_that_may_be_renewed() -> None:
    """及时申请之后，到期的是延续决定而不是届满；答复之后有效期另起或者仍旧。"""

    def open_after(*events: Event) -> list[tuple[str, date]]:
        timers: tuple[Timer, ...] = ()
        for version, event in enumerate(events, start=1):
            timers = advance(timers, event, version)
        return [(timer.identity, timer.due_on) for timer in timers]

    assert open_after(GRANTED, REQUESTED) == [("RENEWAL", LAST)]
    assert open_after(GRANTED, LATE) == [("VALIDITY", LAST)]
    assert open_after(GRANTED, REQUESTED, REFUSED) == [("VALIDITY", LAST)]
    for answer in (RENEWED, DEEMED):
        assert open_after(GRANTED, REQUESTED, answer) == [("VALIDITY", answer.valid_to)]
    assert open_after(GRANTED, REQUESTED, REVOKED) == []


def test_contradictions_stop_the_case() -> None:
    """互相矛盾的历史当即停下。"""
    events = {type(event): event for life in LIVES for event in life}
    check_impossible(approval.AGGREGATE, ((), *LIVES), events.values())


def test_decider_laws() -> None:
    """许可的一生守决定者的共同规矩。"""
    check_decider_laws(approval.AGGREGATE, approval.decide, anything(approval.Command), LIVES)
