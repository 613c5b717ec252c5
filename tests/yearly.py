"""一个部门一年的抽查：事项清单、年度计划、计划外的批准、到了上限的不列入、上门的次数；各走一遍。"""

from collections.abc import Iterator
from datetime import date
from typing import Final

from domain import annual, frequency, inspection_plan, lists, observation
from domain.decider import Event
from domain.sampling import Stratum
from domain.terms import Organ, PersonId, SubjectId

DEPARTMENT: Final = Organ("SCJG")
NUMBER: Final = annual.number(DEPARTMENT, 2026)
DRAFTER, HEAD = PersonId("P-30"), PersonId("P-31")
SUBJECT: Final = SubjectId("S-7")
CAPS: Final = (annual.CheckCap("A", 0), annual.CheckCap("B", 1), annual.CheckCap("C", 2))


def check_matter(
    matter_no: str = "SC-01", level: lists.MatterLevel = lists.MatterLevel.GENERAL
) -> lists.CheckMatter:
    """清单上的一项，一年两次，至多一成。"""
    return lists.CheckMatter(
        matter_no=matter_no,
        name="食品经营者监督检查",
        legal_basis=("spaqf:109",),
        level=level,
        object_kind=lists.ObjectKind.SUBJECT,
        contents=("进货查验",),
        basis_points=1_000,
        times_a_year=2,
        code_set="v1",
        speciality="食品",
    )


def planned_matter(matter_no: str = "SC-01", campaigns: int = 2) -> annual.PlannedMatter:
    """计划中的一项：三月到十一月，B 类抽百分之五，至少一户。"""
    return annual.PlannedMatter(
        matter_no=matter_no,
        campaigns=campaigns,
        start_on=date(2026, 3, 1),
        end_on=date(2026, 11, 30),
        lead=DEPARTMENT,
        co_departments=(Organ("XFJY"),),
        ratios=(Stratum("B", 500, 1),),
    )


def counted(check_no: str = "000001.S-7", on: date = date(2026, 4, 8)) -> frequency.Counted:
    """一次上门检查，计入上限的第一次。"""
    return frequency.Counted(
        subject=SUBJECT,
        check_no=check_no,
        visit_no=check_no,
        department=DEPARTMENT,
        annual_plan_no=NUMBER,
        matters=("SC-01",),
        performed_on=on,
        ground=frequency.CheckGround.DRAW,
        visits_of_year=1,
        nth=1,
        most=1,
    )


def planned_year() -> Iterator[tuple[str, Event, str]]:
    """各走一遍。"""
    identity, day = lists.matters_identity(DEPARTMENT), date(2026, 1, 1)
    listed = lists.MattersPublished(DEPARTMENT, 1, day, "文件七", (check_matter(),), HEAD)
    yield f"list/{identity}", listed, identity
    campaign = ("000001", ("SC-01",))
    for event in (
        annual.Drafted(DEPARTMENT, 2026, (planned_matter(),), CAPS, DRAFTER),
        annual.Approved(1, "批 1 号", HEAD),
        annual.Filed(1, Organ("SJ"), "备 1 号", DRAFTER),
        annual.Published(1, "门户网站", DRAFTER),
        annual.CampaignTaken(*campaign),
        annual.CampaignReturned(*campaign),
        annual.Amended(2, (planned_matter(campaigns=1),), CAPS, "人员不足", DRAFTER),
        annual.Closed((annual.Shortfall("SC-01", 2, 0),)),
    ):
        yield f"annual/{NUMBER}", event, NUMBER
    yield "plan/2026-0006", inspection_plan.PlanApproved("审 1 号", HEAD), "2026-0006"
    capped = observation.ExclusionCapped("000002", SUBJECT, 2026, 1, ("000001.S-7",))
    yield "exclusion/000002.S-7", capped, "000002"
    yield f"frequency/{SUBJECT}", counted(), SUBJECT
    corrected = frequency.Corrected("000001.S-7", date(2026, 4, 9))
    yield f"frequency/{SUBJECT}", corrected, SUBJECT
