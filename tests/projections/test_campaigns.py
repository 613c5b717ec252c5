"""抽查的种类的视图与清单：定向的范围、共用种子的计划、联合检查。"""

from dataclasses import replace
from datetime import date
from typing import Final

from domain import inspection_plan, joint_visit, trigger_check
from domain.code_set import CodeKind
from domain.terms import ItemCode, PersonId
from followers.projection import Row
from projections import joint_visits, plan_register, trigger_register
from runtime.listings import LISTS
from tests.deliveries import APPLICANT, FIRE, MARKET, Book, check_done, check_opened, folded, plan

TODAY: Final = date(2026, 4, 1)
LEAD, SECOND, VISIT = "2026-0001", "2026-0002", "jointvisit/2026-0001.S-1"


def test_a_plan_shows_its_scope_and_who_shares_its_seed() -> None:
    """计划一行：种类、范围、用谁的种子、谁用它的；随牵头失效的看得出来。"""
    book = Book()
    scoped = replace(
        plan(),
        campaign=inspection_plan.CampaignKind.DIRECTED,
        item_codes=(ItemCode("I-1"),),
        regions=("350503",),
    )
    book.add(f"plan/{LEAD}", scoped, key=LEAD)
    book.add(f"plan/{LEAD}", inspection_plan.PlanJoined(SECOND, FIRE), key=LEAD)
    follower = replace(plan(FIRE), seed_plan_no=LEAD)
    book.add(f"plan/{SECOND}", follower, key=SECOND)
    book.add(f"plan/{SECOND}", inspection_plan.LeadFell(LEAD), key=SECOND)
    rows = folded(plan_register.PROJECTION, book.kept)
    lead, other = rows[f"plan/{LEAD}"], rows[f"plan/{SECOND}"]
    assert (lead["campaign"], lead["scope"]) == ("DIRECTED", ["I-1", "350503"])
    assert (lead["joined"], lead["seed_plan_no"]) == ([SECOND], None)
    assert (other["state"], other["seed_plan_no"], other["scope"]) == ("LEAD_FELL", LEAD, [])


def test_a_joint_visit_shows_who_goes_together() -> None:
    """一户一行：哪几个部门、派谁去、最早的限期、约定的日子；退出的不再列，换了的人换掉。"""
    book = Book()
    people = (PersonId("P-5"), PersonId("P-6"))
    ours = joint_visit.MemberJoined(APPLICANT, LEAD, MARKET, people, date(2026, 4, 30))
    theirs = replace(ours, plan_no=SECOND, department=FIRE, inspect_by=date(2026, 4, 20))
    for event in (
        ours,
        theirs,
        replace(theirs, inspectors=(PersonId("P-8"), PersonId("P-9"))),
        replace(ours, plan_no="2026-0003"),
        joint_visit.MemberLeft("2026-0003"),
        joint_visit.DateAgreed(date(2026, 4, 10), PersonId("P-7")),
    ):
        book.add(VISIT, event, key=LEAD)
    row = folded(joint_visits.PROJECTION, book.kept)[VISIT]
    assert (row["departments"], row["inspectors"]) == (
        [MARKET, FIRE],
        ["P-5", "P-6", "P-8", "P-9"],
    )
    assert (row["inspect_by"], row["visit_on"]) == (date(2026, 4, 20), date(2026, 4, 10))
    known = joint_visits.JointVisitRow(**{"key": VISIT, **row})  # type: ignore[arg-type]
    listing = LISTS["joint_visits"]
    cells = dict(zip(listing.columns, listing.cells(known, TODAY), strict=True))
    assert (cells["visit_no"], cells["seed_plan_no"]) == ("2026-0001.S-1", LEAD)
    assert cells["inspectors"] == "P-5、P-6、P-8、P-9"


def test_a_check_on_a_ground_says_how_far_it_is() -> None:
    """有因检查一行：因何、批准了没有、派谁去、结果；先查后批的批准不退回“待指派”。"""
    people = (PersonId("P-5"), PersonId("P-6"))
    sent = trigger_check.InspectorsSent(people, PersonId("P-7"))
    approved = trigger_check.CheckApproved("SP-1", PersonId("P-8"))
    agreed = trigger_check.CheckReviewed(agreed=True, explanation="", handler=PersonId("P-7"))
    back = replace(agreed, agreed=False)
    refused = trigger_check.CheckRefused("不属职责", PersonId("P-8"))
    done = check_done(CodeKind.PROBLEM)
    row: Row = {}
    for events, state, waits in (
        ((), "CHECK_OPENED", True),
        ((approved,), "CHECK_APPROVED", True),
        ((refused,), "CHECK_REFUSED", False),
        ((sent,), "INSPECTORS_SENT", True),
        ((sent, done, approved), "INSPECTED", True),
        ((sent, done, approved, back), "FINDING_RETURNED", True),
        ((sent, done, approved, agreed), "FINDING_REVIEWED", False),
    ):
        book = Book()
        for event in (check_opened(), *events):
            book.add("check/CK-1", event, key="CK-1")
        row = folded(trigger_register.PROJECTION, book.kept)["check/CK-1"]
        assert (row["state"], row["open"]) == (state, waits)
    assert (row["approval_no"], row["problem"], row["inspectors"]) == ("SP-1", True, list(people))
    empty = {name: row.get(name) for name in trigger_register.CheckRow.__slots__}
    known = trigger_register.CheckRow(**{**empty, "key": "check/CK-1"})  # type: ignore[arg-type]
    listing = LISTS["ground_checks"]
    cells = dict(zip(listing.columns, listing.cells(known, TODAY), strict=True))
    assert (cells["check_no"], cells["trigger"], cells["state"]) == (
        "CK-1",
        "投诉举报",
        "结果已复核",
    )
