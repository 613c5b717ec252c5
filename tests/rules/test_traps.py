"""规则之下的小陷阱：一处一项测试，对照见 docs/rules.md。"""

from dataclasses import replace
from datetime import date

import pytest

from domain import inspection_plan
from domain.acts.catalogue import MakeDormant, RecordFirstUse
from domain.acts.inspections import AssignTask, Draw
from domain.acts.pledges import MakeCommitment
from domain.acts.procedure import Expedite
from domain.catalogue import HandlingRules, MadeDormant, PledgeRules
from domain.clock import Expedited
from domain.commitment import CommitmentKind, Promise, VerificationSet
from domain.refusals import Refusal
from domain.terms import CommitmentId, Role
from tests.domain.case_file import APPLICANT, APPROVER, ITEM_V1, MACHINE, SHA, person, town
from tests.rules import draws
from tests.rules.draws import hall, inspector, ready, settled, shop
from tests.rules.papers import (
    ACCEPT,
    APPROVE,
    CLERK,
    DECIDER,
    NO,
    RECEIVE,
    REVIEW,
    REVIEWER,
    accepted,
    item,
    only,
)


def test_the_dormant_are_counted_not_subtracted() -> None:
    """1802 项中 463 项非休眠，不等于 1339 项休眠：休眠是一项一项写下的事实，有过办件的不能休眠。"""
    book = accepted("2026-03-02")
    keeper = book.hire("keeper", Role.CATALOGUE, APPROVER, person("keeper"))
    sleep = MakeDormant(RECEIVE.item_code, "建区以来没有办件", "泉台审管〔2026〕1号")
    book.do(RecordFirstUse(RECEIVE.item_code, NO), MACHINE, "2026-03-02")
    book.refuse(Refusal.ITEM_IN_USE, sleep, keeper, "2026-03-03")
    untouched = town()
    keeper = untouched.hire("keeper", Role.CATALOGUE, APPROVER, person("keeper"))
    only(untouched.do(sleep, keeper, "2026-03-03"), MadeDormant)


@pytest.mark.parametrize(
    ("rules", "due_on"),
    [(PledgeRules(), "2026-09-22"), (PledgeRules(verification_months=2), "2026-09-01")],
    ids=["sixty working days", "two months"],
)
def test_sixty_working_days_are_not_two_months(rules: PledgeRules, due_on: str) -> None:
    """七月一日决定：六十个工作日到九月二十二日，两个月到九月一日。"""
    book = town(replace(ITEM_V1, rules=HandlingRules(pledge=rules)))
    book.do(RECEIVE, CLERK, "2026-06-30")
    number = CommitmentId("C-1")
    papers = (Promise("平面图", date(2026, 8, 31)),)
    pledge = MakeCommitment(number, NO, CommitmentKind.NOTIFICATION, SHA, papers, date(2026, 12, 1))
    book.do(pledge, APPLICANT, "2026-06-30 10:00")
    book.do(ACCEPT, CLERK, "2026-06-30 11:00")
    book.do(REVIEW, REVIEWER, "2026-07-01")
    plan = book.do(replace(APPROVE, commitment_id=number), DECIDER, "2026-07-01")
    assert str(only(plan, VerificationSet).due_on) == due_on


@pytest.mark.parametrize(
    ("promised", "days", "due_on"), [(10, 5, "2026-09-29"), (7, 3, "2026-09-24")]
)
def test_twice_as_fast_is_half_the_time(promised: int, days: int, due_on: str) -> None:
    """九月二十一日受理、承诺十日的：“提速一倍”是减半，五日，到九月二十九日；七日的三日；法定时限不变。"""
    book = accepted("2026-09-21", item(promised=promised))
    fact = only(book.do(Expedite(NO, "省重点项目"), CLERK, "2026-09-21"), Expedited)
    assert (fact.expedited_days, str(fact.dues.expedited_due_on)) == (days, due_on)
    assert str(fact.dues.legal_due_on) == "2026-10-26"


def test_replay_draws_nothing_anew() -> None:
    """同一份计划再抽一次无事可办；从头重放，抽定的、派发的与当时分毫不差。"""
    pool = tuple(inspector(name) for name in "ABCDEF")
    new = ready(hall(), tuple(shop(number) for number in range(8)), pool, date(2026, 9, 30))
    before = settled(new)
    for pair in before.pairs:
        new.record(AssignTask(draws.NO, pair.subject), MACHINE, "2026-09-02")
        new.idle(AssignTask(draws.NO, pair.subject), MACHINE, "2026-09-03")
    new.idle(Draw(draws.NO), MACHINE, "2026-09-03")
    assert new.load(inspection_plan.AGGREGATE, draws.NO) == before
    again = settled(ready(hall(), tuple(shop(n) for n in range(8)), pool, date(2026, 9, 30)))
    assert (again.result, again.pairs) == (before.result, before.pairs)
