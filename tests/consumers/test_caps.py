"""频次上限：到了上限的不列入名单并记明；计划外的抽查等负责人批准（国办发〔2024〕54号）。"""

from dataclasses import replace
from datetime import date

from consumers.inspection_round import SUPERVISOR
from domain import annual, frequency, inspection_plan, lists
from domain.acts.frequencies import RecordCapExclusion
from domain.acts.inspections import FreezeLists
from domain.decider import Event
from domain.inspection_plan import PlanRegistered
from domain.terms import CaseNo, SubjectId
from followers.supervisor import Command
from tests.consumers.test_inspection_round import PLAN, _hall
from tests.deliveries import (
    APPLICANT,
    CLERK,
    DECIDER,
    MARKET,
    granted,
    plan,
    played,
)
from tests.yearly import CAPS, check_matter, counted, planned_matter


def _capped(*events: Event, plan_of: PlanRegistered | None = None) -> tuple[Command, ...]:
    """监管局 B 类一年至多一次；S-1（B 类）已查过一次；登记一份抽查，机器提出的命令。"""
    book = _hall()
    year = annual.number(MARKET, 2026)
    own, listed = f"annual/{year}", lists.matters_identity(MARKET)
    streams: dict[type[Event], str] = {
        lists.MattersPublished: f"list/{listed}",
        frequency.Corrected: f"frequency/{APPLICANT}",
    }
    drafted = annual.Drafted(MARKET, 2026, (planned_matter(),), CAPS, CLERK)
    visit = replace(counted("000001.S-1"), subject=APPLICANT, department=MARKET)
    book.add(own, drafted, key=year)
    book.add(own, annual.Approved(1, "批 1 号", DECIDER), key=year)
    book.add(f"frequency/{APPLICANT}", visit, key=APPLICANT)
    for event in events:
        stream = streams.get(type(event), own)
        book.add(stream, event, key=stream.partition("/")[2])
    book.add(PLAN, plan_of or plan(), key="2026-0001")
    return played(SUPERVISOR, book.kept)


def _listed(commands: tuple[Command, ...]) -> list[str]:
    (act,) = [one.act for one in commands if isinstance(one.act, FreezeLists)]
    return [one.subject for one in act.objects]


def _excluded(commands: tuple[Command, ...]) -> list[RecordCapExclusion]:
    return [one.act for one in commands if isinstance(one.act, RecordCapExclusion)]


def test_who_has_reached_the_cap_is_not_listed() -> None:
    """已到上限的不列入名单，记下上限与那一次检查；A 类的上限是零，也不列入。"""
    commands = _capped()
    assert _listed(commands) == []
    assert _excluded(commands) == [
        RecordCapExclusion("2026-0001", APPLICANT, 2026, 1, ("000001.S-1",)),
        RecordCapExclusion("2026-0001", SubjectId("S-2"), 2026, 0, ()),
    ]


def test_only_what_was_approved_and_counts_this_year() -> None:
    """修订待批准的上限不算，批准了才算；日子更正到去年的不计在今年；限期到明年的照列。"""
    more = (annual.CheckCap("A", 1), annual.CheckCap("B", 2), annual.CheckCap("C", 2))
    amended = annual.Amended(2, (planned_matter(),), more, "理由", CLERK)
    assert _listed(_capped(amended)) == []
    assert _listed(_capped(amended, annual.Approved(2, "批 2 号", DECIDER))) == [APPLICANT, "S-2"]
    last_year = frequency.Corrected("000001.S-1", date(2025, 12, 31))
    assert _listed(_capped(last_year)) == [APPLICANT]
    next_year = replace(plan(), inspect_by=date(2027, 1, 31))
    assert _listed(_capped(plan_of=next_year)) == [APPLICANT, "S-2"]


def test_key_matters_are_checked_whatever_the_cap() -> None:
    """查的是重点检查事项的，到了上限也照列；清单其后改为一般的，依登记之日有效的版本。"""
    day, later = date(2026, 1, 1), date(2026, 12, 1)
    key = lists.MattersPublished(
        MARKET, 1, day, "公告 1 号", (check_matter(level=lists.MatterLevel.KEY),), CLERK
    )
    general = lists.MattersPublished(MARKET, 2, later, "公告 2 号", (check_matter(),), CLERK)
    named = replace(plan(), matters=("SC-01",))
    assert _listed(_capped(key, general, plan_of=named)) == [APPLICANT, "S-2"]
    assert _listed(_capped(key, plan_of=plan())) == []
    services = lists.ServicesPublished(1, day, "文件二", (), CLERK)
    book = _hall()
    book.add(f"list/{lists.SERVICES}", services, key=lists.SERVICES)
    assert played(SUPERVISOR, book.kept) == ()


def test_outside_the_annual_plan_the_lists_wait_for_the_head() -> None:
    """计划外的登记之后不冻结；负责人批准之日的名单，叶杂凑仍是登记那件事的；作废了的不再等。"""
    outside = replace(plan(), unplanned_reason="群众反映集中")
    book = _hall()
    told = book.add(PLAN, outside, key="2026-0001")
    assert played(SUPERVISOR, book.kept) == ()
    book.add(
        "licence/L-3", granted(SubjectId("S-2"), CaseNo("2026-000003"), None), key="2026-000003"
    )
    approved = book.add(PLAN, inspection_plan.PlanApproved("审 1 号", DECIDER), key="2026-0001")
    (act,) = [one.act for one in played(SUPERVISOR, book.kept) if isinstance(one.act, FreezeLists)]
    assert act.plan_leaf_hash == told.entry.leaf_hash.hex()
    assert act.as_of_size == approved.position + 1
    assert [one.subject for one in act.objects] == [APPLICANT, "S-2"]
    gone = _hall()
    gone.add(PLAN, outside, key="2026-0001")
    gone.add(PLAN, inspection_plan.PlanAnnulled("重复", CLERK, DECIDER), key="2026-0001")
    assert played(SUPERVISOR, gone.kept) == ()
