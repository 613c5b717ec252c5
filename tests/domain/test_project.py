"""投资项目：按金额定路、归件、调度、里程碑、单体验收；最后一个单体验收即竣工。"""

from dataclasses import replace
from datetime import date

import pytest

from domain import project
from domain.acts.packages import (
    AcceptUnit,
    DeclareUnits,
    HoldMeeting,
    LinkCase,
    ReachMilestone,
    RegisterProject,
    SettleIssue,
)
from domain.catalogue import HandlingRules, Stage
from domain.decider import Claim, Event, Plan
from domain.project import (
    ApprovalRoute,
    CaseLinked,
    Declare,
    Issue,
    IssueSettled,
    Link,
    Meet,
    MeetingHeld,
    Milestone,
    MilestoneReached,
    ProjectCompleted,
    ProjectRegistered,
    Reach,
    Register,
    Settle,
    UnitAccepted,
    UnitsDeclared,
    route_of,
)
from domain.refusals import Refusal
from domain.terms import CaseNo, Organ, PersonId, Role, SubjectId
from tests.domain.case_file import (
    APPROVER,
    ITEM_V1,
    Book,
    case_files,
    check_impossible,
    events_of,
    person,
    town,
)
from tests.domain.laws import anything, check_decider_laws
from tests.domain.proceedings import CLERK, NO, RECEIVE, REVIEWER

given = case_files(project.AGGREGATE, project.decide)

WHO, OTHER, S1 = PersonId("P-W"), PersonId("P-X"), SubjectId("S-1")
WAN = 10_000
DAY, LATER = date(2026, 3, 2), date(2026, 3, 16)
REGISTERED = ProjectRegistered(
    name="白沙厂房",
    owner=S1,
    amount_yuan=500 * WAN,
    route=ApprovalRoute.THREE_IN_ONE,
    registered_on=DAY,
    target_days=50,
    due_on=date(2026, 5, 14),
    handler=WHO,
)
LINKED = CaseLinked(NO, Stage.PLANNING, WHO)
MEETING = MeetingHeld(
    meeting_no="DD-1",
    held_on=DAY,
    bodies=(APPROVER,),
    issues=(Issue("W-1", "用电报装", APPROVER), Issue("W-2", "用水报装", APPROVER)),
    next_on=LATER,
    handler=WHO,
)
SETTLED = IssueSettled("W-1", "已报装", LATER, WHO)
LAND = MilestoneReached(Milestone.LAND_ACQUIRED, DAY, "CR-1", WHO)
STARTED = MilestoneReached(Milestone.CONSTRUCTION_STARTED, LATER, "SG-1", WHO)
UNITS = UnitsDeclared("GG-1", ("一号楼", "二号楼"), WHO)
FIRST, SECOND = UnitAccepted("一号楼", "YS-1", DAY, WHO), UnitAccepted("二号楼", "YS-2", LATER, WHO)
COMPLETED = ProjectCompleted(LATER, 10, within_target=True)
BUILT = (REGISTERED, UNITS, FIRST, SECOND, COMPLETED)
LIVES: tuple[tuple[Event, ...], ...] = (
    (REGISTERED,),
    (REGISTERED, LINKED, MEETING),
    (REGISTERED, MEETING, SETTLED, LAND, STARTED),
    (REGISTERED, UNITS),
    (REGISTERED, UNITS, FIRST),
    (REGISTERED, UNITS, FIRST, SECOND),
    BUILT,
)


# -- the route (mechanism 84)


@pytest.mark.parametrize(
    ("yuan", "route"),
    [
        (1, ApprovalRoute.THREE_IN_ONE),
        (500 * WAN, ApprovalRoute.THREE_IN_ONE),
        (500 * WAN + 1, ApprovalRoute.TWO_IN_ONE),
        (5_000 * WAN, ApprovalRoute.TWO_IN_ONE),
        (5_000 * WAN + 1, ApprovalRoute.ONE_PLUS_ONE),
    ],
)
def test_the_route_by_the_amount(yuan: int, route: ApprovalRoute) -> None:
    """五百万、五千万元两类都及（民法典 1259 条），归手续少的一类；多一元即归下一类。"""
    assert route_of(yuan) is route


# -- the aggregate


def test_registered_once_with_its_route() -> None:
    """登记一次；走哪一路由投资额定，投资额须是正数。"""
    wrong = replace(REGISTERED, route=ApprovalRoute.ONE_PLUS_ONE)
    given().when(Register(wrong)).then(REGISTERED)
    given(REGISTERED).when(Register(wrong)).then()
    given(REGISTERED).when(Register(replace(wrong, handler=OTHER))).refused(
        Refusal.PROJECT_EXISTS, handler=WHO
    )
    given().when(Register(replace(REGISTERED, amount_yuan=0))).refused(Refusal.PROJECT_AMOUNT)


def test_a_case_is_linked_once() -> None:
    """一件归入一次；没有登记的项目不能归件。"""
    given(REGISTERED).when(Link(LINKED)).then(LINKED)
    given(REGISTERED, LINKED).when(Link(LINKED)).then()
    again = Link(replace(LINKED, stage=Stage.WORKS))
    given(REGISTERED, LINKED).when(again).refused(Refusal.PROJECT_LINKED, handler=WHO)
    given().when(Link(LINKED)).refused(Refusal.PROJECT_NOT_FOUND)


def test_meetings_raise_issues_that_are_settled_once() -> None:
    """会议与问题各编号，不重复；提出的问题解决一次，写明结果。"""
    given(REGISTERED).when(Meet(MEETING)).then(MEETING)
    given(REGISTERED, MEETING).when(Meet(MEETING)).then()
    given().when(Meet(MEETING)).refused(Refusal.PROJECT_NOT_FOUND)
    second = replace(MEETING, held_on=LATER, issues=())
    given(REGISTERED, MEETING).when(Meet(second)).refused(
        Refusal.PROJECT_NUMBER_TAKEN, names="DD-1"
    )
    raised = replace(MEETING, meeting_no="DD-2")
    given(REGISTERED, MEETING).when(Meet(raised)).refused(
        Refusal.PROJECT_NUMBER_TAKEN, names="W-1、W-2"
    )
    twice = replace(raised, issues=(Issue("W-3", "甲", APPROVER), Issue("W-3", "乙", APPROVER)))
    given(REGISTERED, MEETING).when(Meet(twice)).refused(Refusal.PROJECT_NUMBER_TAKEN, names="W-3")
    given(REGISTERED, MEETING).when(Settle(SETTLED)).then(SETTLED)
    given(REGISTERED, MEETING, SETTLED).when(Settle(SETTLED)).then()
    given(REGISTERED, MEETING, SETTLED).when(Settle(replace(SETTLED, result="又"))).refused(
        Refusal.PROJECT_NO_ISSUE, name="W-1"
    )
    given(REGISTERED, MEETING).when(Settle(replace(SETTLED, result=" "))).refused(
        Refusal.CASE_REASONS_MISSING
    )


def test_milestones_are_reached_once_and_in_order() -> None:
    """拿地、开工各一次；开工不早于拿地。"""
    given(REGISTERED).when(Reach(LAND)).then(LAND)
    given(REGISTERED, LAND).when(Reach(LAND)).then()
    given(REGISTERED, LAND).when(Reach(STARTED)).then(STARTED)
    given(REGISTERED).when(Reach(STARTED)).then(STARTED)
    given(REGISTERED, LAND).when(Reach(replace(LAND, document_no="CR-2"))).refused(
        Refusal.PROJECT_REACHED, on="2026-03-02"
    )
    early = Reach(replace(STARTED, reached_on=date(2026, 3, 1)))
    given(REGISTERED, LAND).when(early).refused(Refusal.PROJECT_BEFORE_LAND, on="2026-03-02")
    after = Reach(replace(LAND, reached_on=date(2026, 3, 17)))
    given(REGISTERED, STARTED).when(after).refused(Refusal.PROJECT_BEFORE_LAND, on="2026-03-17")
    given().when(Reach(LAND)).refused(Refusal.PROJECT_NOT_FOUND)


def test_units_are_declared_and_accepted_one_by_one() -> None:
    """一证申报一次，单体不重复；各自验收，最后一个验收即竣工（机制 58）。"""
    given(REGISTERED).when(Declare(UNITS)).then(UNITS)
    given(REGISTERED, UNITS).when(Declare(UNITS)).then()
    given().when(Declare(UNITS)).refused(Refusal.PROJECT_NOT_FOUND)
    for wrong, names in (
        (replace(UNITS, units=("三号楼",)), "GG-1"),
        (replace(UNITS, permit_no="GG-2", units=("一号楼",)), "一号楼"),
        (replace(UNITS, permit_no="GG-2", units=("三号楼", "三号楼")), "三号楼"),
        (replace(UNITS, permit_no="GG-2", units=()), ""),
    ):
        given(REGISTERED, UNITS).when(Declare(wrong)).refused(
            Refusal.PROJECT_NUMBER_TAKEN, names=names
        )
    more = replace(UNITS, permit_no="GG-2", units=("三号楼",))
    given(*BUILT).when(Declare(more)).refused(Refusal.PROJECT_COMPLETED, on="2026-03-16")
    due = REGISTERED.due_on
    given(REGISTERED, UNITS).when(project.AcceptUnit(FIRST, 0, due)).then(FIRST)
    last = project.AcceptUnit(SECOND, 10, due)
    given(REGISTERED, UNITS, FIRST).when(last).then(SECOND, COMPLETED)
    given(*BUILT).when(last).then()
    given(*BUILT).when(project.AcceptUnit(replace(SECOND, document_no="YS-9"), 10, due)).refused(
        Refusal.PROJECT_NO_UNIT, name="二号楼"
    )
    untimed = replace(COMPLETED, within_target=None)
    given(REGISTERED, UNITS, FIRST).when(project.AcceptUnit(SECOND, 10, None)).then(SECOND, untimed)


def test_laws_of_the_decider() -> None:
    """同样的现状同样的答复；重复不再添事；重放等于现状。"""
    check_decider_laws(project.AGGREGATE, project.decide, anything(project.Command), LIVES)


def test_impossible_histories_stop_at_once() -> None:
    """办不出来的历史当即停下。"""
    facts = (REGISTERED, LINKED, MEETING, SETTLED, LAND, STARTED, UNITS, FIRST, SECOND, COMPLETED)
    check_impossible(project.AGGREGATE, ((), *LIVES), facts)


# -- the acts

P = "2503-350505-04-01-000001"
REGISTER = RegisterProject(P, "白沙厂房", S1, 500 * WAN, 50)


def _town(stage: Stage | None = Stage.PLANNING) -> Book:
    return town(replace(ITEM_V1, rules=HandlingRules(stage=stage)))


def test_a_project_from_registration_to_completion() -> None:
    """登记、归件、调度、拿地、开工、单体验收，全程五十个工作日之内。"""
    book = _town()
    book.do(RECEIVE, CLERK, "2026-03-02")
    assert events_of(book.do(REGISTER, CLERK, "2026-03-02")) == (
        replace(REGISTERED, handler=person("clerk")),
    )
    (linked,) = events_of(book.do(LinkCase(P, NO), CLERK, "2026-03-02"))
    assert linked == replace(LINKED, handler=person("clerk"))
    assert book.held(Claim("project_case", NO, f"project/{P}"))
    assert book.ask(LinkCase(P, NO), CLERK, "2026-03-03") == Plan()
    effect = book.hire("effect", Role.PERFORMANCE, Organ("350505-XNB"), person("effect"))
    meeting = HoldMeeting(P, "DD-1", (APPROVER,), MEETING.issues)
    (held,) = events_of(book.do(meeting, effect, "2026-03-02"))
    assert held == replace(MEETING, handler=person("effect"))
    book.do(SettleIssue(P, "W-1", "已报装"), REVIEWER, "2026-03-16")
    book.do(ReachMilestone(P, Milestone.LAND_ACQUIRED, "CR-1"), CLERK, "2026-03-02")
    started = ReachMilestone(P, Milestone.CONSTRUCTION_STARTED, "SG-1", date(2026, 3, 2))
    (reached,) = events_of(book.do(started, CLERK, "2026-03-03"))
    assert isinstance(reached, MilestoneReached)
    assert reached.reached_on == date(2026, 3, 2)
    book.do(DeclareUnits(P, "GG-1", UNITS.units), CLERK, "2026-03-03")
    book.do(AcceptUnit(P, "一号楼", "YS-1"), REVIEWER, "2026-03-10")
    done = events_of(book.do(AcceptUnit(P, "二号楼", "YS-2"), REVIEWER, "2026-03-16"))
    assert done[-1] == COMPLETED


def test_only_the_owners_cases_with_a_stage() -> None:
    """归入的是业主自己的办件；事项没有写阶段的，须在此写明。"""
    book = _town(None)
    book.do(RECEIVE, CLERK, "2026-03-02")
    book.refuse(Refusal.CASE_NOT_FOUND, LinkCase(P, CaseNo("X")), CLERK, "2026-03-02")
    book.refuse(Refusal.PROJECT_STAGE, LinkCase(P, NO), CLERK, "2026-03-02", case_no=NO)
    staged = LinkCase(P, NO, Stage.WORKS)
    book.refuse(Refusal.PROJECT_NOT_FOUND, staged, CLERK, "2026-03-02")
    book.do(replace(REGISTER, owner=SubjectId("S-2"), target_days=None), CLERK, "2026-03-02")
    book.refuse(Refusal.PROJECT_OTHER_OWNER, staged, CLERK, "2026-03-02", case_no=NO)
    other = RegisterProject("P-2", "另一项目", S1, 1)
    book.do(other, CLERK, "2026-03-02")
    book.do(replace(staged, project_no="P-2"), CLERK, "2026-03-02")


def test_a_unit_of_an_unknown_project_is_refused() -> None:
    """没有登记的项目，没有单体可验收。"""
    act = AcceptUnit(P, "一号楼", "YS-1")
    _town().refuse(Refusal.PROJECT_NO_UNIT, act, REVIEWER, "2026-03-02", name="一号楼")
