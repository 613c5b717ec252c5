"""年度计划名册：每个部门一年的抽查计划，批准、备案、公布到了哪一步，各项组织了几次；一份一行。"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from domain import annual
from domain.terms import Organ
from followers.delivered import Delivered
from followers.packing import pack, unpack
from followers.projection import Column, ColumnType, Json, Projection, Row, Value
from projections import check_register, common
from projections.common import Found, Reader, names_of

COLUMNS: Final = (
    Column("annual_plan_no", ColumnType.TEXT, indexed=True),
    Column("state", ColumnType.TEXT, indexed=True),
    Column("department", ColumnType.TEXT, indexed=True),
    Column("year", ColumnType.BIGINT),
    Column("file", ColumnType.JSON),
    Column("approved_on", ColumnType.DATE),
    Column("superior", ColumnType.TEXT),
    Column("published_at", ColumnType.TEXT),
    Column("position", ColumnType.BIGINT),
)


@dataclass(frozen=True, slots=True)
class Numbers:
    """一份计划的现状；``amended`` 是待批准的修订。"""

    drafted: tuple[annual.PlannedMatter, ...]
    approved: tuple[annual.PlannedMatter, ...] = ()
    campaigns: tuple[annual.CampaignTaken, ...] = ()

    @property
    def matters(self) -> tuple[annual.PlannedMatter, ...]:
        """批准了的各项；还没有批准的，拟订的。"""
        return self.approved or self.drafted

    def registered(self, matter_no: str) -> int:
        """一项组织了几次。"""
        return sum(matter_no in one.matters for one in self.campaigns)


_STATES: Final = {
    annual.Drafted: "ANNUAL_DRAFTED",
    annual.Amended: "ANNUAL_AMENDED",
    annual.Approved: "ANNUAL_APPROVED",
    annual.Filed: "ANNUAL_FILED",
    annual.Published: "ANNUAL_PUBLISHED",
    annual.Closed: "ANNUAL_CLOSED",
}


def keys(delivered: Delivered) -> tuple[str, ...]:
    """一份年度计划一行。"""
    return (delivered.identity,)


def fold(key: str, row: Row | None, delivered: Delivered) -> Row:
    """一份年度计划的新现状。"""
    new: dict[str, Value] = {**(row or {"annual_plan_no": key}), "position": delivered.position}
    if state := _STATES.get(type(delivered.event)):
        new["state"] = state
    before = unpack(row["file"], Numbers) if row else Numbers(())
    return new | {"file": _numbers(before, delivered)} | _said(delivered)


def _said(delivered: Delivered) -> dict[str, Value]:
    match delivered.event:
        case annual.Drafted(department=department, year=year):
            return {"department": department, "year": year}
        case annual.Approved():
            return {"approved_on": delivered.meta.effective_on}
        case annual.Filed(superior=superior):
            return {"superior": superior}
        case annual.Published(published_at=where):
            return {"published_at": where}
        case _:
            return {}


def _numbers(before: Numbers, delivered: Delivered) -> dict[str, Json]:
    others = before.campaigns
    match delivered.event:
        case annual.Drafted(matters=matters) | annual.Amended(matters=matters):
            return pack(Numbers(matters, before.approved, others))
        case annual.Approved():
            return pack(Numbers(before.drafted, before.drafted, others))
        case annual.CampaignTaken() as campaign:
            return pack(Numbers(before.drafted, before.approved, (*others, campaign)))
        case annual.CampaignReturned(plan_no=number):
            kept = tuple(one for one in others if one.plan_no != number)
            return pack(Numbers(before.drafted, before.approved, kept))
        case _:
            return pack(before)


PROJECTION: Final = Projection(
    name="annual_register",
    version=1,
    columns=COLUMNS,
    keys=keys,
    fold=fold,
    reads=names_of("annual"),
    by_partition_key=True,
)


# -- queries


@dataclass(frozen=True, slots=True)
class _Stored:
    annual_plan_no: str
    state: str
    department: Organ
    year: int
    file: dict[str, Json]
    approved_on: date | None
    superior: str | None
    published_at: str | None
    position: int


@dataclass(frozen=True, slots=True)
class MatterRow:
    """一份年度计划里的一项：计划几次，组织了几次，检查了几户次。"""

    annual_plan_no: str
    state: str
    department: Organ
    year: int
    matter_no: str
    lead: Organ
    start_on: date
    end_on: date
    planned: int
    registered: int
    checked: int
    overdue: bool
    approved_on: date | None
    superior: str | None
    published_at: str | None
    position: int


@dataclass(frozen=True, slots=True)
class Asked:
    """查年度计划的条件；``overdue_on``: 只看最迟之日已过而没有组织完的。"""

    department: str | None = None
    state: str | None = None
    overdue_on: date | None = None


def search(conn: Reader, asked: Asked, today: date, limit: int | None) -> Found[MatterRow]:
    """各份计划的各项，年份大的在前。"""
    filters = (("department = %s", asked.department), ("state = %s", asked.state))
    found = common.search(
        conn, PROJECTION, _Stored, filters, "year DESC, annual_plan_no", limit=None
    )
    rows = [row for one in found.rows for row in _matters(conn, one, today)]
    if asked.overdue_on is not None:
        rows = [row for row in rows if row.overdue]
    return Found(rows[:limit], len(rows))


def _matters(conn: Reader, plan: _Stored, today: date) -> Iterator[MatterRow]:
    numbers = unpack(plan.file, Numbers)
    for one in numbers.matters:
        registered = numbers.registered(one.matter_no)
        yield MatterRow(
            annual_plan_no=plan.annual_plan_no,
            state=plan.state,
            department=plan.department,
            year=plan.year,
            matter_no=one.matter_no,
            lead=one.lead,
            start_on=one.start_on,
            end_on=one.end_on,
            planned=one.campaigns,
            registered=registered,
            checked=check_register.made_for(conn, plan.annual_plan_no, one.matter_no),
            overdue=one.end_on < today and registered < one.campaigns,
            approved_on=plan.approved_on,
            superior=plan.superior,
            published_at=plan.published_at,
            position=plan.position,
        )
