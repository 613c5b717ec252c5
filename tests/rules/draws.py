"""规则测试共用的抽取：一份计划从登记走到抽定，名单由规则来定。"""

from dataclasses import replace
from datetime import date
from typing import Final

from domain import inspection_plan, sampling
from domain.acts.checks import NotifyCheck
from domain.acts.inspections import (
    CloseReveals,
    CommitShare,
    Draw,
    FixPublicValue,
    FreezeLists,
    RegisterPlan,
    RevealShare,
)
from domain.inspection_plan import ListedInspector, ListedObject, Settled, Stratum
from domain.inspection_task import Told
from domain.terms import HashName, LicenceNo, OfficerId, Organ, PersonId, Role, SubjectId
from tests.domain.case_file import MACHINE, actor, at
from tests.domain.hall import BUREAU, Hall

NO: Final = "000001"
FIRE, OFFICE = Organ("消防"), Organ("效能办")
RUNNER: Final = actor("runner", Role.SUPERVISOR, BUREAU)
SHARERS: Final = (
    RUNNER,
    actor("fire", Role.SUPERVISOR, FIRE),
    actor("office", Role.PERFORMANCE, OFFICE),
)
SHARES: Final = tuple(f"{number:02x}" * 32 for number in (1, 2, 3))

PLAN: Final = RegisterPlan(
    serial=1,
    title="餐饮抽查",
    department=BUREAU,
    hash=HashName.SHA256,
    strata=(Stratum("B", 10_000, 0),),
    offices=(BUREAU, FIRE, OFFICE),
    public_source="开奖号码",
    public_value_at=at("2026-09-01 21:15"),
    inspect_by=date(2026, 9, 30),
    witness=OfficerId("witness"),
)


def shop(number: int, *involved: PersonId) -> ListedObject:
    """名单上的一户，及经手过它的人。"""
    subject, licence = SubjectId(f"S-{number}"), LicenceNo(f"L-{number}")
    return ListedObject(subject, "B", "350505", "餐饮", licence, None, involved)


def inspector(name: str, valid_to: date = date(2027, 12, 31)) -> ListedInspector:
    """名单上的一名检查人员，证件有效至某日。"""
    return ListedInspector(PersonId(name), "350505", ("餐饮",), "一所", valid_to)


def hall() -> Hall:
    """三家提交份额的部门与见证人。"""
    new = Hall()
    for who in SHARERS:
        new.employ(who.officer_id, who.role, who.organ)
    new.employ("witness", Role.DISCIPLINE, Organ("纪检"))
    return new


def ready(
    new: Hall,
    objects: tuple[ListedObject, ...],
    inspectors: tuple[ListedInspector, ...],
    inspect_by: date,
    plan: RegisterPlan = PLAN,
) -> Hall:
    """从登记走到公开值已定。"""
    number = inspection_plan.plan_number(plan.serial)
    new.record(replace(plan, inspect_by=inspect_by), RUNNER, "2026-08-31")
    new.record(FreezeLists(number, objects, inspectors, 17, "0b" * 32), MACHINE, "2026-08-31")
    for who, share in zip(SHARERS, SHARES, strict=True):
        sealed = sampling.share_commitment(HashName.SHA256, bytes.fromhex(share))
        new.record(CommitShare(number, sealed), who, "2026-08-31")
    for who, share in zip(SHARERS, SHARES, strict=True):
        new.record(RevealShare(number, share), who, "2026-09-01")
    new.record(CloseReveals(number), MACHINE, "2026-09-01")
    new.record(FixPublicValue(number, "03.06.13.25.28.29+06"), RUNNER, "2026-09-02")
    return new


def notice(subject: SubjectId, visit_on: date, plan_no: str = NO) -> NotifyCheck:
    """告知这一户：某日检查。"""
    return NotifyCheck(plan_no, subject, "检通字-1", "检审-1", visit_on, tuple(Told))


def settled(new: Hall, number: str = NO) -> Settled:
    """抽定。"""
    new.record(Draw(number), MACHINE, "2026-09-02")
    state = new.load(inspection_plan.AGGREGATE, number)
    assert isinstance(state, Settled)
    return state
