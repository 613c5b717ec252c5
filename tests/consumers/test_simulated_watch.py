"""模拟盯办：前置办件准予了，等着它的各项模拟审批记下条件到了；不予的不记，转正仍由人办。"""

from dataclasses import replace

from consumers import simulated_watch
from domain import simulated
from domain.acts.simulations import MeetCondition
from tests.deliveries import CASE, Book, approved, played, relied

LAND = simulated.Condition("土地出让合同")


def opened(*conditions: simulated.Condition) -> simulated.Opened:
    """等着这些条件的模拟审批。"""
    found = [event for _, event, _ in relied() if isinstance(event, simulated.Opened)]
    return replace(found[0], conditions=conditions)


def waiting() -> Book:
    """三项模拟审批：两项等着同一件，其一为两个条件；一项不等办件。"""
    book = Book()
    plan, fire = (simulated.Condition(name, CASE) for name in ("用地规划", "消防设计"))
    book.add("simulated/MN-1", opened(LAND, plan, fire), key="MN-1")
    book.add("simulated/MN-2", opened(plan), key="MN-2")
    book.add("simulated/MN-3", opened(LAND), key="MN-3")
    return book


def test_an_approval_meets_what_waits_for_it() -> None:
    """一准予，逐项逐条记下，只一次。"""
    book = waiting()
    book.add(f"case/{CASE}", approved())
    commands = played(simulated_watch.SUPERVISOR, book.kept)
    assert [command.act for command in commands] == [
        MeetCondition("MN-1", "用地规划", CASE),
        MeetCondition("MN-1", "消防设计", CASE),
        MeetCondition("MN-2", "用地规划", CASE),
    ]


def test_another_case_or_another_result_meets_nothing() -> None:
    """别的办件准予了，不相干；还没有准予的，不提。"""
    book = waiting()
    book.add("case/2026-000002", approved(), key="2026-000002")
    assert played(simulated_watch.SUPERVISOR, book.kept) == ()
    assert "case.rejected.v1" not in simulated_watch.SUPERVISOR.reads
