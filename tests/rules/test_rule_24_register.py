"""规则 24：抽中之后查到已注销，结果中性；复核同意后对象出库，下一版名单不再列入。"""

from dataclasses import replace
from datetime import date

import pytest

from consumers.inspection_round import SUPERVISOR as ROUND
from consumers.risk_watch import SUPERVISOR as WATCH
from domain import subject
from domain.acts.check_results import ReviewFinding
from domain.acts.inspections import FreezeLists
from domain.acts.register import RegisterSubject
from domain.acts.rolls import DeregisterFound
from domain.inspection_task import FindingCode, FindingReviewed, Inspected, TaskAssigned
from domain.refusals import Refusal
from domain.subject import OffReason, SubjectKind
from domain.terms import Actor, Role, Sealed, SubjectId
from tests import deliveries
from tests.deliveries import APPLICANT, CLERK, ITEM, LICENCE, MARKET, START
from tests.domain.case_file import MACHINE, SHA, actor
from tests.domain.hall import BUREAU, Hall
from tests.rules.draws import NO
from tests.rules.test_rule_24_results import ONE, TWO, assigned, recorded

SHOP = SubjectId("S-1")
REVIEWER = actor("reviewing", Role.SUPERVISION_HEAD, BUREAU)


def found(*codes: FindingCode, agreed: bool = True) -> tuple[Hall, Actor]:
    """九月十日录入，十一日复核。"""
    hall, who = assigned()
    name = Sealed(b"x")
    window = hall.employ("window", Role.SUPERVISOR)
    known = RegisterSubject(SHOP, SubjectKind.PERSON, None, name, "350505", "B", "0" * 64)
    hall.record(known, window, "2026-09-01")
    hall.record(recorded(*codes), who, "2026-09-10 11:00")
    hall.employ(REVIEWER.officer_id, REVIEWER.role, REVIEWER.organ)
    review = ReviewFinding(NO, SHOP, agreed, "" if agreed else "照片不清")
    hall.record(review, REVIEWER, "2026-09-11")
    return hall, who


def test_whoever_is_found_wound_up_leaves_the_register() -> None:
    """机器凭复核同意的结果记下出库，自检查之日；不经人手挑选。"""
    hall, _ = found(FindingCode.DEREGISTERED)
    hall.record(DeregisterFound(NO, SHOP), MACHINE, "2026-09-11")
    state = hall.load(subject.AGGREGATE, SHOP)
    assert isinstance(state, subject.Off)
    assert (state.by.reason, state.by.ended_on) == (OffReason.WOUND_UP, date(2026, 9, 10))
    assert [one.sha256 for one in state.by.evidence] == [SHA]
    assert state.by.handler is None


@pytest.mark.parametrize(
    ("codes", "agreed", "code"),
    [
        ((FindingCode.NOT_OPERATING,), True, Refusal.SUBJECT_NO_EVIDENCE),
        ((FindingCode.DEREGISTERED,), False, Refusal.TASK_NOT_INSPECTED),
    ],
)
def test_only_by_a_result_that_says_so_and_was_agreed_to(
    codes: tuple[FindingCode, ...],
    agreed: bool,  # noqa: FBT001
    code: Refusal,
) -> None:
    """未开展经营不是注销；退回的结果不算数。"""
    hall, _ = found(*codes, agreed=agreed)
    assert hall.refusal(DeregisterFound(NO, SHOP), MACHINE, "2026-09-11") is code


def test_the_next_list_is_without_it() -> None:
    """从检查到出库到下一份计划的名单，一路由账上的事推出。"""
    book = deliveries.Book()
    book.add(f"item/{ITEM}", deliveries.item(MARKET), key=ITEM)
    book.add(f"subject/{APPLICANT}", deliveries.registered("B"), key=APPLICANT)
    book.add(f"licence/{LICENCE}", deliveries.granted())
    stream = f"task/2026-0001.{APPLICANT}"
    for event in (
        TaskAssigned(APPLICANT, (ONE, TWO), LICENCE, None, date(2026, 9, 30)),
        Inspected(START, "v1", (FindingCode.DEREGISTERED,), (ONE, TWO), (), SHA),
        FindingReviewed(True, "", CLERK),  # noqa: FBT003
    ):
        book.add(stream, event, key="2026-0001")
    (act,) = [one.act for one in deliveries.played(WATCH, book.kept)]
    assert act == DeregisterFound("2026-0001", APPLICANT)
    before = replace(deliveries.plan(MARKET), serial=2)
    book.add("plan/2026-0002", before, key="2026-0002")
    off = subject.Deregistered(OffReason.WOUND_UP, date(2026, 3, 2), (), None)
    book.add(f"subject/{APPLICANT}", off, key=APPLICANT)
    book.add("plan/2026-0003", replace(before, serial=3), key="2026-0003")
    lists = [one.act for one in deliveries.played(ROUND, book.kept)]
    shown = [len(one.objects) for one in lists if isinstance(one, FreezeLists)]
    assert shown == [1, 0]
