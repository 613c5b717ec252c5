"""期限簿：哪些事开了期限，哪些事了结它，逾期而未办的仍在。"""

from dataclasses import replace
from datetime import UTC, date, datetime

from domain import (
    approval,
    case,
    clock,
    commitment,
    credit,
    hearing,
    inspection_plan,
    linkage,
    revocation,
    risk,
    timekeeping,
)
from domain.decider import Event, RuleUsed
from domain.lights import Light
from domain.terms import Evidence, Organ, PersonId
from domain.timers import Timer, TimerKind, Told, advance, told
from tests.deliveries import (
    APPLICANT,
    CASE,
    CLERK,
    DECIDER,
    HASH,
    MARKET,
    accepted,
    approved,
    assigned,
    check_opened,
    credited,
    granted,
    inspected,
    made,
    plan,
    proposed,
    received,
    registers,
    sent,
)


def _after(*events: Event) -> tuple[Timer, ...]:
    timers: tuple[Timer, ...] = ()
    for version, event in enumerate(events, start=1):
        timers = advance(timers, event, version)
    return timers


def _open(*events: Event) -> dict[str, date]:
    return {timer.identity: timer.due_on for timer in _after(*events)}


def test_notice_period_ends_at_beijing_midnight() -> None:
    """一次告知的最后一日北京时间二十四时届满，即次日零时（UTC 十六时）。"""
    (timer,) = _after(received())
    assert timer.kind is TimerKind.COMPLETENESS_NOTICE
    assert timer.over_at == datetime(2026, 3, 9, 16, tzinfo=UTC)


def test_acceptance_replaces_the_notice_by_two_decision_deadlines() -> None:
    """受理后，告知期限了结，承诺时限与法定时限起算。"""
    assert _open(received(), accepted()) == {
        "PROMISED_DECISION": date(2026, 3, 11),
        "LEGAL_DECISION": date(2026, 3, 30),
    }


def test_supplement_request_settles_the_notice() -> None:
    """已一次告知补正的，不再视为受理。"""
    assert _open(received(), case.SupplementRequested("N-1", ("平面图",), CLERK)) == {}


def test_deemed_acceptance_starts_the_same_deadlines() -> None:
    """视为受理的，时限同样起算。"""
    deemed = case.DeemedAccepted(
        accepted_on=date(2026, 3, 2),
        kind=accepted().kind,
        promised_days=7,
        legal_days=20,
        promised_due_on=date(2026, 3, 11),
        legal_due_on=date(2026, 3, 30),
        provisional=False,
    )
    assert set(_open(received(), deemed)) == {"PROMISED_DECISION", "LEGAL_DECISION"}


def test_missed_deadline_stays_until_the_thing_is_done() -> None:
    """已记逾期的期限仍开着，到作出决定才了结。"""
    missed = case.DeadlineMissed(case.DeadlineKind.PROMISED_DECISION, date(2026, 3, 11))
    marks = {timer.identity: timer.missed for timer in _after(accepted(), missed)}
    assert marks == {"PROMISED_DECISION": True, "LEGAL_DECISION": False}
    assert _open(accepted(), missed, approved()) == {"DELIVERY": date(2026, 3, 16)}


def test_rejection_must_be_delivered_too() -> None:
    """不予许可的决定书同样十日内送达，送达即了结。"""
    rejected = case.Rejected(
        decided_on=date(2026, 3, 2),
        decision_no="D-1",
        reasons="不符",
        remedies="可复议",
        delivery_due_on=date(2026, 3, 16),
        handler=DECIDER,
    )
    assert _open(accepted(), rejected) == {"DELIVERY": date(2026, 3, 16)}
    assert _open(accepted(), rejected, case.Delivered("D-1", "邮寄", CLERK)) == {}


def test_each_promised_material_has_a_deadline() -> None:
    """每份承诺材料各有期限；补交即了结该份，承诺核查期限仍在。"""
    supplied = commitment.MaterialSupplied("消防验收意见", HASH, datetime(2026, 3, 20, tzinfo=UTC))
    assert _open(made()) == {
        "SUPPLEMENT:消防验收意见": date(2026, 4, 1),
        "VERIFICATION": date(2026, 5, 29),
    }
    assert _open(made(), supplied) == {"VERIFICATION": date(2026, 5, 29)}


def test_deadlines_run_again_after_a_rectification_or_a_revival() -> None:
    """落空停下的补交期限，续行之后另起一项，末日照续行的。"""
    broken = commitment.BreachConfirmed(commitment.BreachGround.NOT_AS_PROMISED, "属实", CLERK)
    resumed = commitment.DeadlinesResumed((commitment.Promise("消防验收意见", date(2026, 6, 1)),))
    assert _after(made(), broken) == ()
    (timer,) = _after(made(), broken, resumed)
    assert (timer.kind, timer.name) == (TimerKind.SUPPLEMENT, "消防验收意见")
    assert (timer.due_on, timer.revision) == (date(2026, 6, 1), 3)


def test_a_record_that_fell_lapses_no_more() -> None:
    """所依决定被撤销的记录，不再等它期满。"""
    added, *_ = credited()
    assert isinstance(added, credit.RecordAdded)
    fell = credit.DecisionReversed(
        "CX-1", "HF-1", ("XY-1",), barred=False, case_no=CASE, handler=CLERK
    )
    other = replace(added, record_no="XY-2")
    assert [one.name for one in _after(added, other, fell)] == ["XY-2"]


def test_another_material_does_not_settle_the_promise() -> None:
    """补交了别的材料，原承诺的期限不动；逾期只记该份。"""
    other = commitment.MaterialSupplied("别的材料", HASH, datetime(2026, 3, 20, tzinfo=UTC))
    assert "SUPPLEMENT:消防验收意见" in _open(made(), other)
    overdue = commitment.SupplementOverdue("消防验收意见", date(2026, 4, 1))
    assert [timer.missed for timer in _after(made(), overdue)] == [True, False]


def test_fulfilled_commitment_leaves_nothing_open() -> None:
    """承诺履行完毕，核查期限也了结。"""
    assert _open(made(), commitment.Fulfilled(date(2026, 5, 1))) == {}


def test_claim_settles_the_push_and_overdue_only_marks_it() -> None:
    """认领即了结；逾期未认领的仍待认领。"""
    assert _open(sent()) == {"CLAIM": date(2026, 3, 3)}
    (late,) = _after(sent(), linkage.Overdue(date(2026, 3, 3)))
    assert late.missed
    assert _open(sent(), linkage.Claimed(MARKET, CLERK)) == {}


def test_licence_without_a_term_never_runs_out() -> None:
    """长期有效的许可没有届满之日。"""
    assert _open(granted()) == {"VALIDITY": date(2031, 3, 1)}
    forever = approval.Granted(
        case_no=granted().case_no,
        item_code=granted().item_code,
        holder=granted().holder,
        decision_no="D-1",
        approving_body=granted().approving_body,
        in_name_of=granted().in_name_of,
        commitment_id=None,
        valid_from=date(2026, 3, 2),
        valid_to=None,
    )
    assert _open(forever) == {}


def test_ended_licence_does_not_expire() -> None:
    """已吊销的许可不再届满。"""
    forfeited = approval.Forfeited("F-1", Organ("MARKET"), CLERK)
    assert _open(granted(), forfeited) == {}


def test_statement_period_ends_with_the_statement() -> None:
    """陈述申辩期限，听取或期满未提出即了结。"""
    notice = revocation.NoticeServed("W-1", date(2026, 5, 20), None, CLERK)
    heard = revocation.StatementHeard(waived=True, record_sha256=None, handler=CLERK)
    assert _open(proposed(), notice) == {"STATEMENT": date(2026, 5, 20)}
    assert _open(proposed(), notice, heard) == {}


def test_reveals_close_at_the_instant_of_the_public_value() -> None:
    """揭示截止于公开值产生的时刻，不是当日二十四时。"""
    timer, _ = _after(plan())
    assert timer.over_at == datetime(2026, 4, 10, 2, tzinfo=UTC)
    assert timer.due_on == date(2026, 4, 10)


def test_reveals_get_a_new_identity_once_all_have_committed() -> None:
    """承诺齐备之后才谈得上揭示：此前被拒的截止命令不作数。"""
    before, _ = _after(plan())
    after, _ = _after(plan(), inspection_plan.CommitsIn((MARKET,)))
    assert (before.revision, after.revision) == (1, 2)
    assert "REVEALS" not in _open(plan(), inspection_plan.RevealsClosed(()))


def test_a_plan_is_drawn_or_annulled_within_ten_days() -> None:
    """登记了没有下文的计划：公开值产生后十日内抽取或者作废，抽定即了结。"""
    assert _open(plan())["DRAWING"] == date(2026, 4, 20)
    closed, annulled = inspection_plan.RevealsClosed(()), inspection_plan.PlanAnnulled
    assert "DRAWING" in _open(plan(), closed)
    assert _open(plan(), closed, inspection_plan.Matched((), ())) == {}
    assert _open(plan(), annulled("理由", PersonId("P-1"), PersonId("P-2"))) == {}


def test_a_sealed_share_is_opened_within_thirty_days() -> None:
    """封存份额：检查限期起三十日内开启，不开即失效；公开方式没有这一期限。"""
    sealed = replace(plan(), sealed_share_commitment="0b" * 32)
    assert _open(sealed)["SHARE_OPENING"] == date(2026, 5, 30)
    drawn = (inspection_plan.RevealsClosed(()), inspection_plan.Matched((), ()))
    assert list(_open(sealed, *drawn)) == ["SHARE_OPENING"]
    opened = inspection_plan.SealedShareOpened("5e" * 32, PersonId("P-1"))
    assert _open(sealed, *drawn, opened) == {}
    assert _open(sealed, inspection_plan.PlanVoided(date(2026, 5, 30))) == {}


def test_inspection_task_is_due_until_inspected() -> None:
    """检查任务有完成期限，录入结果即了结。"""
    assert _open(assigned()) == {"INSPECTION": date(2026, 4, 30)}
    assert _open(assigned(), inspected()) == {}


def test_a_stopped_clock_moves_the_deadlines_of_the_decision() -> None:
    """停、续、延之后，决定的各项期限改到新的日子，已记的逾期照旧；绿色通道自成一项。"""
    first = clock.Dues(date(2026, 3, 18), date(2026, 4, 7), None, provisional=False)
    paused = clock.Paused(
        reason=clock.SpecialReason.HEARING,
        required_by="许可法四十七条",
        notice_no="TB-1",
        started_on=date(2026, 3, 4),
        expected_days=5,
        expected_end_on=date(2026, 3, 10),
        dues=first,
        handler=CLERK,
    )
    missed = case.DeadlineMissed(case.DeadlineKind.PROMISED_DECISION, date(2026, 3, 11))
    moved = _after(accepted(), missed, paused)
    assert {(one.identity, one.due_on, one.missed, one.revision) for one in moved} == {
        ("PROMISED_DECISION", date(2026, 3, 18), True, 3),
        ("LEGAL_DECISION", date(2026, 4, 7), False, 3),
    }
    fast = clock.Dues(date(2026, 3, 18), date(2026, 4, 7), date(2026, 3, 12), provisional=False)
    expedited = clock.Expedited("省重点项目", 3, fast, CLERK)
    later = clock.Dues(date(2026, 3, 17), date(2026, 4, 3), date(2026, 3, 11), provisional=False)
    resumed = clock.Resumed("TB-1", date(2026, 3, 9), later, CLERK)
    assert _open(accepted(), paused, expedited, resumed) == {
        "PROMISED_DECISION": date(2026, 3, 17),
        "LEGAL_DECISION": date(2026, 4, 3),
        "EXPEDITED_DECISION": date(2026, 3, 11),
    }
    assert _open(accepted(), paused, expedited, approved()) == {"DELIVERY": date(2026, 3, 16)}


def test_timer_says_since_when_and_by_which_calendar() -> None:
    """每项期限写明自何日起算、几个工作日、依哪几版日历；自然日到期的不依日历。"""
    rules = (RuleUsed("item/A", "1"), RuleUsed("calendar/cn-2026", "2"))
    at = told(datetime(2026, 3, 2, 1, tzinfo=UTC), rules)
    opened = (*advance((), accepted(), 2, at), *advance((), granted(), 1, at))
    promised, legal, validity = opened
    assert (promised.start, promised.working_days, legal.working_days) == (date(2026, 3, 2), 7, 20)
    assert promised.calendars == legal.calendars == ("cn-2026 2",)
    assert (validity.start, validity.working_days) == (date(2026, 3, 2), None)
    assert [timer.follows_calendar for timer in opened] == [True, True, False]
    assert (legal.spans(2026), legal.spans(2027)) == (True, False)
    (verification,) = [one for one in _after(made()) if one.kind is TimerKind.VERIFICATION]
    assert verification.follows_calendar, "its last day rolls over a holiday"


def test_derived_deadline_has_another_day_and_its_light_goes_out() -> None:
    """重新推算：换了届满之日，记过的灯不再作数；别的一项、另一次所定的期限不动。"""
    before = advance(_after(accepted()), _lit(date(2026, 3, 30)), 1)
    moved = _derived(date(2026, 4, 1))
    _, legal = advance(before, moved, 1, Told(rules=(RuleUsed("calendar/cn-2026", "2"),)))
    assert (legal.due_on, legal.shown) == (date(2026, 4, 1), Light.GREEN)
    assert legal.over_at == datetime(2026, 4, 1, 16, tzinfo=UTC)
    assert legal.calendars == ("cn-2026 2",)
    assert advance(before, replace(moved, revision=9), 1) == before
    assert advance(before, replace(moved, deadline="DELIVERY"), 1) == before
    same = advance(before, _derived(date(2026, 3, 30)), 1)
    assert same[1].shown is Light.YELLOW


def test_light_counts_for_the_day_it_was_shown_for() -> None:
    """亮灯记在那个届满之日上；日子已经移动的，不算。"""
    assert [one.shown for one in advance(_after(accepted()), _lit(date(2026, 3, 30)), 1)] == [
        Light.GREEN,
        Light.YELLOW,
    ]
    assert advance(_after(accepted()), _lit(date(2026, 3, 1)), 1) == _after(accepted())


def test_a_stopped_clock_puts_the_light_out() -> None:
    """停算移动了期限：为旧日子亮过的灯不作数，所依日历改为这次的；没有写明日历的照旧。"""
    by = (RuleUsed("calendar/cn-2026", "1"),)
    before = advance(advance((), accepted(), 1, Told(rules=by)), _lit(date(2026, 3, 30)), 1)
    dues = clock.Dues(date(2026, 3, 11), date(2026, 4, 7), None, provisional=False)
    longer = clock.Extended(10, "案情复杂", "YQ-1", dues, CLERK)
    promised, legal = advance(before, longer, 2, Told(rules=(RuleUsed("calendar/cn-2026", "2"),)))
    assert (legal.due_on, legal.shown, legal.calendars) == (
        date(2026, 4, 7),
        Light.GREEN,
        ("cn-2026 2",),
    )
    assert promised.calendars == ("cn-2026 1",), "it did not move"
    assert advance(before, longer, 2)[1].calendars == ("cn-2026 1",)


def test_the_green_channel_runs_from_acceptance() -> None:
    """绿色通道自受理之日起以工作日计，不自决定走绿色通道之日；案卷不全的，自该日起。"""
    dues = clock.Dues(date(2026, 3, 11), date(2026, 3, 30), date(2026, 3, 5), provisional=False)
    expedited = clock.Expedited("省重点项目", 3, dues, CLERK)
    at = Told(date(2026, 3, 4))
    *_, green = advance(_after(accepted()), expedited, 2, at)
    assert (green.start, green.working_days) == (accepted().accepted_on, 3)
    (alone,) = advance((), expedited, 2, at)
    assert alone.start == date(2026, 3, 4)


def test_hearing_deadlines_are_counted_by_working_days() -> None:
    """告知听证权利之日起五个工作日申请，申请之日起二十个工作日举行；逾期未举行的仍要举行。"""
    told_right = hearing.RightTold((APPLICANT,), "TZ-1", date(2026, 3, 2), date(2026, 3, 9), CLERK)
    (request,) = _after(told_right)
    assert (request.kind, request.start, request.working_days, request.due_on) == (
        TimerKind.HEARING_REQUEST,
        date(2026, 3, 2),
        5,
        date(2026, 3, 9),
    )
    asked = hearing.HearingRequested(APPLICANT, date(2026, 3, 5), date(2026, 4, 2), None)
    (hold,) = _after(told_right, asked)
    assert (hold.kind, hold.start, hold.working_days) == (
        TimerKind.HEARING,
        date(2026, 3, 5),
        20,
    )
    assert hold.follows_calendar
    (late,) = _after(told_right, asked, hearing.HearingOverdue(date(2026, 4, 2)))
    assert late.missed
    assert _open(told_right, hearing.RequestLapsed(date(2026, 3, 9))) == {}


def test_verification_and_rectification_of_a_commitment() -> None:
    """核查期限由政策所定的取代，免予核查的没有；责令整改另有期限，整改了即了结。"""
    later = commitment.VerificationSet(date(2026, 6, 30), provisional=False)
    assert _open(made(), later)["VERIFICATION"] == date(2026, 6, 30)
    exempt = commitment.VerificationSet(None, provisional=False)
    assert "VERIFICATION" not in _open(made(), exempt)
    order = commitment.RectificationOrdered(
        document_no="ZG-1",
        requirements=("补装喷淋",),
        due_on=date(2026, 5, 8),
        suspended=False,
        handler=CLERK,
    )
    assert _open(order) == {"RECTIFICATION": date(2026, 5, 8)}


def test_credit_record_lapses_one_by_one() -> None:
    """信用记录各有最长期限：修复或期满的只了结那一条。"""
    first, second = (
        credit.RecordAdded(
            record_no=number,
            cause=next(iter(credit.CreditCause)),
            severity=next(iter(credit.Severity)),
            published=True,
            document_no="W-1",
            decided_on=date(2026, 3, 2),
            repair_from=date(2026, 6, 2),
            last_day=date(2029, 3, 1),
            excludes=True,
            commitment_id=None,
            case_no=None,
            handler=CLERK,
        )
        for number in ("R-1", "R-2")
    )
    repaired = credit.RecordRepaired("R-1", Evidence("Z-1", HASH), HASH, CLERK)
    assert _open(first, second, repaired) == {"CREDIT_RECORD:R-2": date(2029, 3, 1)}


def _lit(due_on: date) -> timekeeping.Warned:
    return timekeeping.Warned("LEGAL_DECISION", "", Light.YELLOW, due_on, 6)


def _derived(due_on: date) -> timekeeping.Rederived:
    return timekeeping.Rederived(
        deadline="LEGAL_DECISION",
        name="",
        revision=1,
        year=2026,
        calendar_version=2,
        was_due_on=date(2026, 3, 30),
        due_on=due_on,
        provisional=False,
    )


def test_a_follower_awaits_no_reveals() -> None:
    """共用种子的计划不收份额，没有揭示的期限；抽取的期限仍有。"""
    alone = {one.kind for one in advance((), plan(), 1)}
    follower = {one.kind for one in advance((), replace(plan(), seed_plan_no="000001"), 1)}
    assert alone - follower == {TimerKind.REVEALS}
    assert TimerKind.DRAWING in follower


def test_a_check_on_a_ground_is_due_and_an_urgent_one_awaits_its_approval() -> None:
    """有因检查到期须查；紧急的另有补批的期限。"""
    urgent = check_opened(None)
    assert urgent.approve_by is not None
    kinds = {one.kind for one in advance((), urgent, 1)}
    assert kinds == {TimerKind.INSPECTION, TimerKind.CHECK_APPROVAL}
    settled = replace(urgent, approve_by=None)
    assert {one.kind for one in advance((), settled, 1)} == {TimerKind.INSPECTION}


def test_a_set_class_ends_and_an_objection_is_answered() -> None:
    """人工调整到末日为止；异议须在期限内答复。"""
    events = [event for _, event, _ in registers() if isinstance(event, risk.Overridden)]
    objected = [event for _, event, _ in registers() if isinstance(event, risk.Objected)]
    (override,) = advance((), events[0], 1)
    (objection,) = advance((), objected[0], 1)
    assert (override.kind, override.due_on) == (TimerKind.RISK_OVERRIDE, events[0].last_day)
    assert (objection.kind, objection.due_on) == (TimerKind.RISK_OBJECTION, objected[0].due_on)
