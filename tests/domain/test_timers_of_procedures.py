"""期限簿：补正、容缺、听证、核查、整改、信用与别的机关的期限，何时开、何时了。"""

from dataclasses import replace
from datetime import date

from domain import (
    commitment,
    forwarding,
    gaps,
    hearing,
    joint,
    package,
    project,
    verification,
)
from domain.case import ReviewOpinion, SupplementLapsed, SupplementRequested
from domain.catalogue import GapDefault
from domain.decider import Event
from domain.terms import Material, Organ, SubjectId
from domain.timers import Timer, TimerKind, advance
from tests.deliveries import CLERK, HASH, REVIEWER, START, built, credited, packaged

DUE = date(2026, 3, 9)
PARTY = SubjectId("S-2")


def _after(*events: Event) -> tuple[Timer, ...]:
    timers: tuple[Timer, ...] = ()
    for version, event in enumerate(events, start=1):
        timers = advance(timers, event, version)
    return timers


def _kinds(*events: Event) -> list[tuple[TimerKind, str, bool]]:
    return [(one.kind, one.name, one.missed) for one in _after(*events)]


def test_a_notice_may_set_a_day_for_the_supplement() -> None:
    """告知书定了补正的日子，即有期限；逾期不补正即了结；没有定的没有。"""
    told = SupplementRequested("BZ-1", ("平面图",), CLERK, DUE)
    assert [(one.kind, one.due_on) for one in _after(told)] == [(TimerKind.SUPPLY, DUE)]
    assert _after(told, SupplementLapsed(("平面图",), DUE)) == ()
    assert _after(SupplementRequested("BZ-1", ("平面图",), CLERK)) == ()


def test_each_gap_is_a_deadline_of_its_own() -> None:
    """容缺两份即两项期限；补来一份了结一项，到期的只作记号。"""
    lacking = gaps.GapsAccepted(("平面图", "健康证"), DUE, HASH, CLERK)
    filled = gaps.GapFilled(Material("平面图", HASH), START, CLERK)
    late = gaps.GapDefaulted(("健康证",), DUE, GapDefault.REJECT)
    assert _kinds(lacking, filled) == [(TimerKind.GAP, "健康证", False)]
    assert _kinds(lacking, filled, late) == [(TimerKind.GAP, "健康证", True)]


def test_a_hearing_is_asked_for_and_held_in_time() -> None:
    """告知之后五日申请、申请之后二十日举行；逾期只作记号，仍要举行。"""
    right = hearing.RightTold((PARTY,), "TZ-1", date(2026, 4, 28), date(2026, 5, 8), REVIEWER)
    asked = hearing.HearingRequested(PARTY, date(2026, 5, 8), date(2026, 6, 4), None)
    overdue = hearing.HearingOverdue(date(2026, 6, 4))
    assert _kinds(right) == [(TimerKind.HEARING_REQUEST, "", False)]
    assert _kinds(right, asked) == [(TimerKind.HEARING, "", False)]
    assert _kinds(right, asked, overdue) == [(TimerKind.HEARING, "", True)]


def test_verification_and_rectification_have_their_days() -> None:
    """核查的期限由决定之后定下；责令整改的到期；免予核查的没有。"""
    checked = commitment.VerificationSet(DUE, provisional=False)
    ordered = commitment.RectificationOrdered("ZG-1", ("补交",), DUE, False, REVIEWER)  # noqa: FBT003
    assert _kinds(checked, ordered) == [
        (TimerKind.VERIFICATION, "", False),
        (TimerKind.RECTIFICATION, "", False),
    ]
    assert _after(commitment.VerificationSet(None, provisional=False)) == ()


def test_each_credit_record_lasts_to_its_last_day() -> None:
    """每条信用记录一项期限；修复或期满的了结。"""
    first, second, repaired, lapsed = credited()[:4]
    assert [name for _, name, _ in _kinds(first, second)] == ["XY-1", "XY-2"]
    assert [name for _, name, _ in _kinds(first, second, repaired)] == ["XY-2"]
    assert _after(first, second, repaired, lapsed) == ()


def test_what_other_organs_were_asked_has_its_day() -> None:
    """协办意见、核验、初审各有期限；逾期只作记号；答复、汇总、告结即了结。"""
    day, due_on = date(2026, 3, 2), date(2026, 3, 16)
    fire, land = Organ("350505-XFJY"), Organ("350505-ZRZY")
    opinion = joint.OpinionRequested(fire, "消防", "XT-1", day, 10, due_on, REVIEWER)
    other = replace(opinion, body=land)
    late = joint.OpinionOverdue(fire, due_on)
    given = joint.OpinionGiven(land, ReviewOpinion.APPROVE, "同意", REVIEWER)
    assert _kinds(opinion, other, late, given) == [(TimerKind.OPINION, fire, True)]
    (timer, _) = _after(opinion, other)
    assert (timer.start, timer.working_days, timer.due_on) == (day, 10, due_on)
    assert _after(opinion, joint.JointEnded((fire,), due_on)) == ()
    concluded = joint.JointConcluded(ReviewOpinion.APPROVE, "各家同意", (fire,), REVIEWER)
    assert _after(opinion, late, concluded) == ()
    asked = verification.VerificationRequested("产权证", "1 号", land, day, 3, due_on, REVIEWER)
    missed = verification.VerificationOverdue("产权证", land, due_on)
    true = verification.DocumentVerified("产权证", HASH, land, REVIEWER)
    false = verification.DocumentNotVerified("产权证", "查无此证", land, REVIEWER)
    assert _kinds(asked, missed) == [(TimerKind.DOCUMENT, "产权证", True)]
    for answer in (true, false, verification.VerificationsEnded(("产权证",), due_on)):
        assert _after(asked, missed, answer) == ()
    examined = forwarding.ExaminationOpened(land, fire, day, due_on, REVIEWER)
    slow = forwarding.ExaminationOverdue(due_on)
    assert _kinds(examined, slow) == [(TimerKind.EXAMINATION, "", True)]
    assert _after(examined, slow, forwarding.ForwardingEnded(due_on)) == ()


def test_a_package_and_a_project_have_targets_if_they_were_set() -> None:
    """定了全程目标的有期限，没有定的没有；开了调度会，下次的另起。"""
    opened, *_, closed = packaged()
    assert isinstance(opened, package.PackageOpened)
    assert _kinds(opened) == [(TimerKind.TARGET, "", False)]
    assert _after(opened, closed) == ()
    assert _after(replace(opened, target_days=None, due_on=None)) == ()
    registered, meeting, completed = (built()[n] for n in (0, 2, -1))
    assert isinstance(meeting, project.MeetingHeld)
    again = replace(meeting, meeting_no="DD-2", next_on=date(2026, 3, 30))
    (target, next_meeting) = _after(registered, meeting, again)
    assert (target.kind, target.working_days) == (TimerKind.TARGET, 50)
    assert (next_meeting.kind, next_meeting.due_on) == (TimerKind.MEETING, date(2026, 3, 30))
    assert _after(registered, meeting, completed) == ()
