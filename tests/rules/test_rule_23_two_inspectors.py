"""规则 23：检查须两人，经手过的、当日证件无效的都不算；凑不齐的如实记下，绝不由一人检查。"""

from datetime import date
from typing import Final

from domain.acts.inspections import AssignTask, Draw
from domain.inspection_plan import Matched, Pair
from domain.refusals import Refusal
from domain.terms import PersonId
from tests.domain.case_file import MACHINE
from tests.rules.draws import NO, hall, inspector, ready, settled, shop

CHECK: Final = date(2026, 9, 10)
A = inspector("A")  # 批过这一件
B = inspector("B", date(2026, 8, 31))  # 证件八月三十一日到期
C, D = inspector("C"), inspector("D")
SHOP: Final = shop(1, PersonId("A"))


def test_a_pool_of_three_with_one_eligible_fails() -> None:
    """甲批过该件、乙的证件八月三十一日到期、只剩丙：九月十日的检查派不出去，失败记在账上。"""
    new = ready(hall(), (SHOP,), (A, B, C), CHECK)
    drawn, matched = new.record(Draw(NO), MACHINE, "2026-09-02")
    assert matched == Matched((), (SHOP.subject,))
    task = AssignTask(NO, SHOP.subject)
    assert new.refusal(task, MACHINE, "2026-09-02") is Refusal.TASK_NOT_DRAWN
    assert {type(drawn), Matched} <= {type(event) for event in new.streams[f"plan/{NO}"]}


def test_a_wider_pool_gives_the_pair() -> None:
    """名库扩充一人之后，派丙、丁；甲乙仍不在内。"""
    state = settled(ready(hall(), (SHOP,), (A, B, C, D), CHECK))
    (pair,) = state.pairs
    assert isinstance(pair, Pair)
    assert sorted(pair.inspectors) == ["C", "D"]
    assert state.unmatched == ()


def test_a_certificate_valid_on_the_day_itself_counts() -> None:
    """证件恰到检查之日的，当日仍有效；前一日到期的不算。"""
    last_day = settled(ready(hall(), (SHOP,), (C, inspector("B", CHECK)), CHECK))
    assert len(last_day.pairs) == 1
    before = settled(ready(hall(), (SHOP,), (C, inspector("B", date(2026, 9, 9))), CHECK))
    assert before.unmatched == ("S-1",)
