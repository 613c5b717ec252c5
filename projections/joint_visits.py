"""联合检查一览：几份计划都抽中的一户一行，哪几个部门、派谁去、约定哪一日。"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from domain import joint_visit
from followers.delivered import Delivered
from followers.projection import Column, ColumnType, Json, Projection, Row, Value
from projections import common
from projections.common import Found, Reader, names_of, plain

COLUMNS: Final = (
    Column("visit_no", ColumnType.TEXT, indexed=True),
    Column("subject", ColumnType.TEXT, indexed=True),
    Column("seed_plan_no", ColumnType.TEXT, indexed=True),
    Column("members", ColumnType.JSON),
    Column("departments", ColumnType.JSON),
    Column("inspectors", ColumnType.JSON),
    Column("inspect_by", ColumnType.DATE, indexed=True),
    Column("visit_on", ColumnType.DATE, indexed=True),
    Column("position", ColumnType.BIGINT),
)


def keys(delivered: Delivered) -> tuple[str, ...]:
    """一次进门一行。"""
    return (delivered.stream,)


def fold(key: str, row: Row | None, delivered: Delivered) -> Row:
    """一次进门的新现状。"""
    del key
    lead, _, subject = delivered.identity.partition(".")
    first: dict[str, Value] = {
        "visit_no": delivered.identity,
        "subject": subject,
        "seed_plan_no": lead,
        "members": [],
        "departments": [],
        "inspectors": [],
    }
    new: dict[str, Value] = {**(row or first), "position": delivered.position}
    match delivered.event:
        case joint_visit.MemberJoined() as member:
            others = _without(new, member.plan_no)
            return new | _told([*others, _packed(member)])
        case joint_visit.MemberLeft(plan_no=plan_no):
            return new | _told(_without(new, plan_no))
        case joint_visit.DateAgreed(visit_on=visit_on):
            return new | {"visit_on": visit_on}
        case _:
            return new


def _packed(member: joint_visit.MemberJoined) -> dict[str, Json]:
    return {
        "plan_no": member.plan_no,
        "department": member.department,
        "inspectors": plain(member.inspectors),
        "inspect_by": member.inspect_by.isoformat(),
    }


def _without(row: Row, plan_no: str) -> list[dict[str, Json]]:
    known = row.get("members")
    told = known if isinstance(known, list) else []
    return [one for one in told if isinstance(one, dict) and one["plan_no"] != plan_no]


def _told(members: list[dict[str, Json]]) -> dict[str, Value]:
    """The members, and what is searched and shown of them."""
    people = [
        one for member in members if isinstance(member["inspectors"], list)
        for one in member["inspectors"]
    ]  # fmt: skip
    days = [date.fromisoformat(str(one["inspect_by"])) for one in members]
    return {
        "members": list(members),
        "departments": [one["department"] for one in members],
        "inspectors": people,
        "inspect_by": min(days, default=None),
    }


PROJECTION: Final = Projection(
    name="joint_visits",
    version=1,
    columns=COLUMNS,
    keys=keys,
    fold=fold,
    reads=names_of("jointvisit"),
    by_partition_key=True,
)


# -- queries


@dataclass(frozen=True, slots=True)
class JointVisitRow:
    """一次联合检查；``visit_on`` 空即还没有约定。"""

    key: str
    visit_no: str
    subject: str
    seed_plan_no: str
    members: list[dict[str, Json]]
    departments: list[str]
    inspectors: list[str]
    inspect_by: date | None
    visit_on: date | None
    position: int


@dataclass(frozen=True, slots=True)
class Asked:
    """查联合检查的条件；``waiting`` 只看还没有约定日子的。"""

    department: str | None = None
    inspector: str | None = None
    subject: str | None = None
    waiting: bool | None = None
    due_by: date | None = None
    overdue_on: date | None = None


def search(conn: Reader, asked: Asked, limit: int | None) -> Found[JointVisitRow]:
    """合条件的联合检查，先到限期的在前；只剩一家的不再是联合检查。"""
    return common.search(
        conn,
        PROJECTION,
        JointVisitRow,
        (
            ("departments ? %s", asked.department),
            ("inspectors ? %s", asked.inspector),
            ("subject = %s", asked.subject),
            ("(visit_on IS NULL) = %s", asked.waiting),
            ("inspect_by <= %s", asked.due_by),
            ("inspect_by < %s", asked.overdue_on),
            ("jsonb_array_length(members) >= %s", joint_visit.JOINT),
        ),
        "inspect_by, position",
        limit,
    )
