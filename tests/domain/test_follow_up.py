"""检查后续处理：五种各有条件，陈述申辩先复核，复查两人，核实两次，检查人不办结（表 F 第 11、12 行）。"""

from dataclasses import replace
from datetime import date
from typing import Final

import pytest
from hypothesis import strategies as st

from domain import follow_up
from domain.code_set import FollowUpKind
from domain.decider import Event
from domain.follow_up import (
    ENDINGS,
    Close,
    Command,
    ContactTried,
    FollowUpClosed,
    FollowUpOpened,
    FollowUpOutcome,
    FollowUpOverdue,
    MarkOverdue,
    Plead,
    Recheck,
    Rechecked,
    RectificationReported,
    Report,
    Start,
    StatementMade,
    StatementWeighed,
    Try,
    Weigh,
)
from domain.refusals import Refusal
from domain.terms import Evidence, Organ, PersonId, SubjectId
from domain.timers import TimerKind
from tests.domain.case_file import SHA, case_files, check_impossible
from tests.domain.laws import DAYS, anything, check_decider_laws
from tests.domain.test_timers_of_oversight import open_after

DAY, DUE, LATER = DAYS[0], date(2026, 3, 16), date(2026, 3, 30)
PROOF: Final = (Evidence("照片", SHA),)
PAIR: Final = (PersonId("B"), PersonId("C"))
OPENED: Final = FollowUpOpened(
    kind=FollowUpKind.RECTIFY,
    plan_no="000001",
    task_id="000001.S-1",
    subject=SubjectId("S-1"),
    licence_no=None,
    department=Organ("D"),
    inspectors=PAIR,
    code_set="v1",
    codes=("PROBLEM_PENDING",),
    demands="更换灭火器",
    document_no="责改-1",
    due_on=DUE,
    referral_no=None,
    revocation_id=None,
    opened_on=DAY,
    handler=PersonId("A"),
)
ABNORMAL: Final = replace(OPENED, kind=FollowUpKind.ABNORMAL, document_no="", handler=None)
STATED: Final = StatementMade("当日停业", SHA, DAY, None)
HEARD: Final = StatementWeighed(adopted=False, reasons="没有公示", handler=PersonId("A"))
ADOPTED: Final = replace(HEARD, adopted=True)
REPORTED: Final = RectificationReported(SHA, DAYS[1], date(2026, 3, 17), None)
PASSED: Final = Rechecked("000001.S-1", DAYS[2], True, PAIR, PROOF, "合格", None, PAIR[0])  # noqa: FBT003
FAILED: Final = replace(PASSED, passed=False, explanation="没有更换")
AGAIN: Final = replace(FAILED, rectify_by=LATER)
TRIED: Final = ContactTried(DAYS[1], "上门", False, PROOF, False, DUE, PAIR[0])  # noqa: FBT003
TWICE: Final = replace(TRIED, tried_on=DAYS[2], verified=True, due_on=LATER)
REACHED: Final = replace(TRIED, reached=True)
OVERDUE: Final = FollowUpOverdue(DUE)


def closed(kind: FollowUpKind, outcome: FollowUpOutcome, number: str = "") -> FollowUpClosed:
    """某种后续处理这样办结。"""
    return FollowUpClosed("000001.S-1", kind, outcome, number, "有据", DAYS[3], PersonId("A"))


RECTIFIED: Final = closed(FollowUpKind.RECTIFY, FollowUpOutcome.RECTIFIED)
LISTED: Final = closed(FollowUpKind.ABNORMAL, FollowUpOutcome.LISTED, "列异-1")
LIVES: Final[tuple[tuple[Event, ...], ...]] = (
    (OPENED,),
    (OPENED, OVERDUE),
    (OPENED, STATED),
    (OPENED, STATED, HEARD),
    (OPENED, REPORTED),
    (OPENED, REPORTED, PASSED),
    (OPENED, REPORTED, AGAIN),
    (OPENED, REPORTED, PASSED, RECTIFIED),
    (ABNORMAL,),
    (ABNORMAL, TRIED),
    (ABNORMAL, REACHED),
    (ABNORMAL, TRIED, TWICE),
    (ABNORMAL, TRIED, TWICE, LISTED),
)
given = case_files(follow_up.AGGREGATE, follow_up.decide)


def test_it_is_opened_with_reasons_and_a_day() -> None:
    """写明要求；责令改正的期限在今日之后；一个编号一项。"""
    given().when(Start(OPENED)).then(OPENED)
    given(OPENED).when(Start(OPENED)).then()
    given(OPENED).when(Start(ABNORMAL)).refused(Refusal.FOLLOWUP_EXISTS)
    blank = replace(OPENED, demands=" ")
    given().when(Start(blank)).refused(Refusal.CASE_REASONS_MISSING)
    for day in (None, DAY):
        wrong = replace(OPENED, due_on=day)
        given().when(Start(wrong)).refused(Refusal.FOLLOWUP_DAY, today=str(DAY))


def test_what_the_object_says_is_weighed_by_somebody_else() -> None:
    """随时可以陈述一次；复核由检查人以外的人（SD6），写明理由。"""
    given(OPENED).when(Plead(STATED)).then(STATED)
    given(OPENED, STATED).when(Plead(STATED)).then()
    other = replace(STATED, explanation="又一件")
    given(OPENED, STATED).when(Plead(other)).refused(Refusal.FOLLOWUP_STATED)
    blank = replace(STATED, explanation=" ")
    given(OPENED).when(Plead(blank)).refused(Refusal.CASE_REASONS_MISSING)
    given(OPENED).when(Weigh(HEARD)).refused(Refusal.FOLLOWUP_NOTHING_STATED)
    own = replace(HEARD, handler=PAIR[0])
    given(OPENED, STATED).when(Weigh(own)).refused(Refusal.DUTY_SAME_PERSON)
    silent = replace(HEARD, reasons="")
    given(OPENED, STATED).when(Weigh(silent)).refused(Refusal.CASE_REASONS_MISSING)
    given(OPENED, STATED).when(Weigh(HEARD)).then(HEARD)
    given(OPENED, STATED, HEARD).when(Weigh(HEARD)).then()


def test_the_report_and_the_recheck() -> None:
    """整改报告只在责令改正里；复查两人、持证、附证据，日子对得上。"""
    given(ABNORMAL).when(Report(REPORTED)).refused(Refusal.FOLLOWUP_KIND)
    given(OPENED).when(Report(REPORTED)).then(REPORTED)
    given(OPENED, REPORTED).when(Report(REPORTED)).then()
    late = replace(REPORTED, reported_on=DAYS[3])
    given(OPENED, REPORTED).when(Report(late)).refused(Refusal.FOLLOWUP_REPORTED)
    early = Recheck(PASSED, (), DAYS[2])
    given(OPENED).when(early).refused(Refusal.FOLLOWUP_NOT_REPORTED, due_on=str(DUE))
    given(OPENED, REPORTED).when(early).then(PASSED)
    given(OPENED, REPORTED, PASSED).when(early).then()
    given(ABNORMAL).when(early).refused(Refusal.FOLLOWUP_KIND)
    twice = Recheck(replace(PASSED, explanation="再查"), (), DAYS[2])
    given(OPENED, REPORTED, PASSED).when(twice).refused(Refusal.FOLLOWUP_RECHECKED)
    for wrong, code in (
        (replace(PASSED, signatures=PAIR[:1]), Refusal.FOLLOWUP_SIGNATURES),
        (replace(PASSED, handler=PersonId("A")), Refusal.FOLLOWUP_SIGNATURES),
        (replace(PASSED, evidence=()), Refusal.FOLLOWUP_NO_EVIDENCE),
        (replace(PASSED, performed_on=DAYS[3]), Refusal.FOLLOWUP_TIME),
        (replace(PASSED, rectify_by=LATER), Refusal.FOLLOWUP_DAY),
        (replace(FAILED, rectify_by=DAYS[2]), Refusal.FOLLOWUP_DAY),
    ):
        given(OPENED, REPORTED).when(Recheck(wrong, (), DAYS[2])).refused(code)
    unfit = Recheck(PASSED, PAIR[:1], DAYS[2])
    given(OPENED, REPORTED).when(unfit).refused(Refusal.TASK_CERTIFICATE)


def test_a_failed_recheck_gives_another_day_or_none() -> None:
    """没有改正的可以再给期限，再报、再查；没有报告而期限过了的也要查。"""
    given(OPENED, REPORTED).when(Recheck(AGAIN, (), DAYS[2])).then(AGAIN)
    second = replace(REPORTED, reported_on=DAYS[3])
    given(OPENED, REPORTED, AGAIN).when(Report(second)).then(second)
    after = replace(FAILED, performed_on=date(2026, 3, 17))
    given(OPENED).when(Recheck(after, (), date(2026, 3, 17))).then(after)
    given(OPENED, after).when(Recheck(replace(after, explanation="再查"), (), LATER)).then(
        replace(after, explanation="再查")
    )


def test_contact_is_tried_twice_on_different_days() -> None:
    """附证据，两次在不同的日子都联系不上才算查实，决定的期限由此起算；联系上了的不算。"""
    first = replace(TRIED, due_on=LATER)
    given(ABNORMAL).when(Try(first, LATER, DAYS[2])).then(TRIED)
    given(ABNORMAL, TRIED).when(Try(first, LATER, DAYS[2])).then()
    same_day = replace(first, means="打电话")
    given(ABNORMAL, TRIED).when(Try(same_day, LATER, DAYS[2])).refused(Refusal.FOLLOWUP_TRIED)
    second = replace(first, tried_on=DAYS[2])
    given(ABNORMAL, TRIED).when(Try(second, LATER, DAYS[2])).then(TWICE)
    given(ABNORMAL, REACHED).when(Try(second, LATER, DAYS[2])).then(second)
    given(OPENED).when(Try(first, LATER, DAYS[2])).refused(Refusal.FOLLOWUP_KIND)
    bare = replace(first, evidence=())
    given(ABNORMAL).when(Try(bare, LATER, DAYS[2])).refused(Refusal.FOLLOWUP_NO_EVIDENCE)
    given(ABNORMAL).when(Try(first, LATER, DAY)).refused(Refusal.FOLLOWUP_TIME)


def test_a_deadline_is_marked_once() -> None:
    """期限之日过完记一次；报告了的换了期限，再过再记；没有在走的期限无可记。"""
    given(OPENED).when(MarkOverdue(DUE)).refused(Refusal.FOLLOWUP_NOT_YET_DUE, due_on=str(DUE))
    given(OPENED).when(MarkOverdue(LATER)).then(OVERDUE)
    given(OPENED, OVERDUE).when(MarkOverdue(LATER)).then()
    given(OPENED, OVERDUE, REPORTED).when(MarkOverdue(LATER)).then(
        FollowUpOverdue(REPORTED.recheck_by)
    )
    given(OPENED, REPORTED, PASSED).when(MarkOverdue(LATER)).then()
    given(OPENED, REPORTED, PASSED, RECTIFIED).when(MarkOverdue(LATER)).then()


@pytest.mark.parametrize(
    ("events", "fact", "borne_out"),
    [
        ((OPENED, REPORTED, PASSED), RECTIFIED, True),
        ((OPENED, REPORTED), RECTIFIED, False),
        ((OPENED, REPORTED, FAILED), replace(RECTIFIED, outcome=FollowUpOutcome.UNRECTIFIED), True),
        (
            (OPENED, REPORTED, PASSED),
            replace(RECTIFIED, outcome=FollowUpOutcome.UNRECTIFIED),
            False,
        ),
        ((ABNORMAL, TRIED, TWICE), LISTED, True),
        ((ABNORMAL, TRIED, TWICE), replace(LISTED, document_no=" "), False),
        ((ABNORMAL, TRIED), LISTED, False),
        ((ABNORMAL,), LISTED, False),
        ((ABNORMAL, TRIED, TWICE, STATED, ADOPTED), LISTED, False),
        ((ABNORMAL, TRIED, TWICE, STATED, HEARD), LISTED, True),
        ((ABNORMAL, REACHED), replace(LISTED, outcome=FollowUpOutcome.REACHED), True),
        ((ABNORMAL, STATED, ADOPTED), replace(LISTED, outcome=FollowUpOutcome.REACHED), True),
        ((ABNORMAL, TRIED), replace(LISTED, outcome=FollowUpOutcome.REACHED), False),
    ],
)
def test_it_is_closed_on_what_the_file_bears_out(
    events: tuple[Event, ...],
    fact: FollowUpClosed,
    borne_out: bool,  # noqa: FBT001
) -> None:
    """办结所称的须有据：复查、两次核实、异议不成立、决定文号。"""
    when = given(*events).when(Close(fact, None))
    if borne_out:
        when.then(fact)
    else:
        when.refused(Refusal.FOLLOWUP_NOT_BORNE_OUT, outcomes=fact.outcome)


def test_filing_a_case_transfer_and_revocation() -> None:
    """立案须有文号，不予立案须有理由；移送与撤销待另案了结。"""
    filed = FollowUpKind.CASE_FILED
    opened = replace(OPENED, kind=filed)
    for fact, borne_out in (
        (closed(filed, FollowUpOutcome.CASE_FILED, "立案-1"), True),
        (closed(filed, FollowUpOutcome.CASE_FILED), False),
        (closed(filed, FollowUpOutcome.NOT_FILED), True),
    ):
        when = given(opened).when(Close(fact, None))
        if borne_out:
            when.then(fact)
        else:
            when.refused(Refusal.FOLLOWUP_NOT_BORNE_OUT)
    transfer = replace(OPENED, kind=FollowUpKind.TRANSFER, referral_no="HX-1")
    done = closed(FollowUpKind.TRANSFER, FollowUpOutcome.HANDLED)
    given(transfer).when(Close(done, None)).refused(Refusal.FOLLOWUP_NOT_BORNE_OUT)
    given(transfer).when(Close(done, FollowUpOutcome.HANDLED)).then(done)


def test_who_checked_does_not_close_and_nothing_adverse_unheard() -> None:
    """检查人、复查人不办结（SD6）；写明理由；陈述申辩没有复核的，不得作不利的办结。"""
    life = (ABNORMAL, TRIED, TWICE)
    given(*life).when(Close(replace(LISTED, handler=PAIR[0]), None)).refused(
        Refusal.DUTY_SAME_PERSON
    )
    others = replace(PASSED, signatures=(PersonId("A"), PersonId("B")), handler=PersonId("A"))
    given(OPENED, REPORTED, others).when(Close(RECTIFIED, None)).refused(Refusal.DUTY_SAME_PERSON)
    blank = replace(LISTED, reasons=" ")
    given(*life).when(Close(blank, None)).refused(Refusal.CASE_REASONS_MISSING)
    given(*life).when(Close(RECTIFIED, None)).refused(
        Refusal.FOLLOWUP_OUTCOME, outcomes="、".join(ENDINGS[FollowUpKind.ABNORMAL])
    )
    given(*life, STATED).when(Close(LISTED, None)).refused(Refusal.FOLLOWUP_UNHEARD)
    given(*life, LISTED).when(Close(LISTED, None)).then()
    given(*life, LISTED).when(Close(blank, None)).refused(Refusal.FOLLOWUP_CLOSED)


def test_without_a_file_nothing_can_be_done() -> None:
    """没有立项、已经办结的，什么也办不了。"""
    for life, code in (
        ((), Refusal.FOLLOWUP_NOT_FOUND),
        ((OPENED, REPORTED, PASSED, RECTIFIED), Refusal.FOLLOWUP_CLOSED),
    ):
        for command in (
            Plead(STATED),
            Weigh(HEARD),
            Report(REPORTED),
            Recheck(PASSED, (), DAY),
            Try(TRIED, DUE, DAY),
        ):
            given(*life).when(command).refused(code)
    given().when(MarkOverdue(DAY)).refused(Refusal.FOLLOWUP_NOT_FOUND)
    given().when(Close(LISTED, None)).refused(Refusal.FOLLOWUP_NOT_FOUND)


def test_the_deadlines_of_a_follow_up() -> None:
    """改正、复查、核实、决定列入，一个接一个；没有期限的没有；办结即了结。"""
    handling, recheck = {TimerKind.HANDLING}, {TimerKind.RECHECK}
    assert open_after(OPENED) == open_after(OPENED, OVERDUE) == handling
    assert open_after(replace(OPENED, due_on=None)) == set()
    assert open_after(OPENED, REPORTED) == recheck
    assert open_after(OPENED, REPORTED, PASSED) == set()
    assert open_after(OPENED, REPORTED, AGAIN) == handling
    assert open_after(ABNORMAL, TRIED) == handling
    assert open_after(ABNORMAL, TRIED, TWICE) == {TimerKind.LISTING}
    assert open_after(ABNORMAL, TRIED, REACHED) == set()
    assert open_after(ABNORMAL, TRIED, TWICE, LISTED) == set()


def test_follow_ups_obey_the_laws_of_deciders() -> None:
    """后续处理的决定守共同规矩；次序颠倒的是不可能的历史。"""
    real: list[Command] = [
        *(Start(OPENED), Start(ABNORMAL), Plead(STATED), Weigh(HEARD), Report(REPORTED)),
        *(Recheck(PASSED, (), DAYS[2]), Recheck(AGAIN, (), DAYS[2])),
        *(Try(TRIED, LATER, DAYS[2]), Try(replace(TRIED, tried_on=DAYS[2]), LATER, DAYS[2])),
        *(MarkOverdue(LATER), Close(RECTIFIED, None), Close(LISTED, None)),
    ]
    check_decider_laws(
        follow_up.AGGREGATE, follow_up.decide, st.sampled_from(real) | anything(Command), LIVES
    )
    everything = [
        *(OPENED, STATED, HEARD, REPORTED, PASSED, TRIED, OVERDUE, RECTIFIED),
    ]
    check_impossible(follow_up.AGGREGATE, [(), *LIVES], everything)
