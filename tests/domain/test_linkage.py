"""审管联动：推送、认领、异议、逾期。"""

from dataclasses import replace
from datetime import date

from domain import linkage
from domain.decider import Event
from domain.linkage import (
    Answering,
    Claimed,
    Disputed,
    MarkOverdue,
    Overdue,
    PushMatter,
    Send,
    Sent,
)
from domain.refusals import Refusal
from domain.terms import CaseNo, ItemCode, Organ, PersonId
from tests.domain.case_file import case_files, check_impossible
from tests.domain.laws import anything, check_decider_laws

given = case_files(linkage.AGGREGATE, linkage.decide)

HERE, ELSEWHERE = Organ("350505-SCJG"), Organ("350505-XFJY")
CLERK, OTHER = PersonId("P-S"), PersonId("P-T")
DUE = date(2026, 3, 5)
SENT = Sent(
    matter=PushMatter.APPROVED,
    case_no=CaseNo("2026-000001"),
    source_stream="case/2026-000001",
    source_event="e-1",
    item_code=ItemCode("350505-0001"),
    department=HERE,
    claim_due_on=DUE,
)
CLAIMED = Claimed(HERE, CLERK)
DISPUTED = Disputed(HERE, "不属本部门", CLERK)
OVERDUE = Overdue(DUE)
LIVES: tuple[tuple[Event, ...], ...] = (
    (SENT,),
    (SENT, OVERDUE),
    (SENT, CLAIMED),
    (SENT, DISPUTED),
)


def test_one_push_for_one_matter_and_department() -> None:
    """一件事由对一个部门只推送一次；同一事件再推无事可办。"""
    given().when(Send(SENT)).then(SENT)
    other = Send(replace(SENT, source_event="e-2"))
    for life in LIVES:
        given(*life).when(Send(SENT)).then()
    given(SENT).when(other).refused(Refusal.PUSH_WAITING, department=HERE, due_on="2026-03-05")


def test_only_the_addressed_department_answers() -> None:
    """只有收到推送的部门可以认领或异议；异议须说明理由。"""
    given(SENT).when(Answering(CLAIMED)).then(CLAIMED)
    given(SENT).when(Answering(DISPUTED)).then(DISPUTED)
    given(SENT).when(Answering(replace(CLAIMED, department=ELSEWHERE))).refused(
        Refusal.DUTY_ORGAN, organ=HERE
    )
    given(SENT).when(Answering(replace(DISPUTED, reason=""))).refused(Refusal.CASE_REASONS_MISSING)
    given().when(Answering(CLAIMED)).refused(Refusal.PUSH_NOT_FOUND)


def test_the_second_to_answer_sees_the_first() -> None:
    """答复一次；后到的看到哪个部门的谁已认领或异议。"""
    given(SENT, CLAIMED).when(Answering(CLAIMED)).then()
    given(SENT, DISPUTED).when(Answering(DISPUTED)).then()
    given(SENT, CLAIMED).when(Answering(replace(CLAIMED, handler=OTHER))).refused(
        Refusal.PUSH_CLAIMED, department=HERE, handler=CLERK
    )
    given(SENT, DISPUTED).when(Answering(CLAIMED)).refused(
        Refusal.PUSH_DISPUTED, department=HERE, handler=CLERK
    )


def test_overdue_when_the_due_day_is_over() -> None:
    """认领期限之日过完才算逾期；逾期之后仍可认领；已答复的无事可办。"""
    mark = MarkOverdue(OVERDUE, date(2026, 3, 6))
    given(SENT).when(MarkOverdue(OVERDUE, DUE)).refused(
        Refusal.PUSH_NOT_YET_DUE, due_on="2026-03-05"
    )
    given(SENT).when(mark).then(OVERDUE)
    for life in LIVES[1:]:
        given(*life).when(mark).then()
    given(SENT, OVERDUE).when(Answering(CLAIMED)).then(CLAIMED)
    given().when(mark).refused(Refusal.PUSH_NOT_FOUND)


def test_contradictions_stop_the_case() -> None:
    """互相矛盾的历史当即停下。"""
    events = {type(event): event for life in LIVES for event in life}
    check_impossible(linkage.AGGREGATE, ((), *LIVES), events.values())


def test_decider_laws() -> None:
    """推送守决定者的共同规矩。"""
    check_decider_laws(linkage.AGGREGATE, linkage.decide, anything(linkage.Command), LIVES)
