"""上门检查名册：每个对象历年被检查几次、谁查的、计不计入上限；一次检查一行。"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from domain import frequency
from domain.terms import Organ, SubjectId
from followers.delivered import Delivered
from followers.projection import Column, ColumnType, Json, Projection, Row
from projections import common
from projections.common import Found, Reader, count, names_of

COLUMNS: Final = (
    Column("check_no", ColumnType.TEXT, indexed=True),
    Column("visit_no", ColumnType.TEXT),
    Column("subject", ColumnType.TEXT, indexed=True),
    Column("department", ColumnType.TEXT, indexed=True),
    Column("annual_plan_no", ColumnType.TEXT, indexed=True),
    Column("matters", ColumnType.JSON),
    Column("performed_on", ColumnType.DATE, indexed=True),
    Column("ground", ColumnType.TEXT),
    Column("visits_of_year", ColumnType.BIGINT),
    Column("nth", ColumnType.BIGINT),
    Column("most", ColumnType.BIGINT),
    Column("position", ColumnType.BIGINT),
)


def keys(delivered: Delivered) -> tuple[str, ...]:
    """一项检查任务一行。"""
    event = delivered.event
    if not isinstance(event, frequency.Counted | frequency.Corrected):
        raise TypeError(f"not read here: {delivered.name}")
    return (event.check_no,)


def fold(key: str, row: Row | None, delivered: Delivered) -> Row:
    """记入一次，或更正日子。"""
    event = delivered.event
    if not isinstance(event, frequency.Counted):
        moved = getattr(event, "performed_on", None)
        return {**(row or {}), "performed_on": moved, "position": delivered.position}
    matters: list[Json] = list(event.matters)
    return {
        "check_no": key,
        "visit_no": event.visit_no,
        "subject": event.subject,
        "department": event.department,
        "annual_plan_no": event.annual_plan_no,
        "matters": matters,
        "performed_on": event.performed_on,
        "ground": event.ground,
        "visits_of_year": event.visits_of_year,
        "nth": event.nth,
        "most": event.most,
        "position": delivered.position,
    }


PROJECTION: Final = Projection(
    name="check_register",
    version=1,
    columns=COLUMNS,
    keys=keys,
    fold=fold,
    reads=names_of("frequency"),
    by_partition_key=True,
)


# -- queries


@dataclass(frozen=True, slots=True)
class CheckRow:
    """一次上门检查；``nth`` 是这个部门这一年计入的第几次，不计入的为零。"""

    check_no: str
    visit_no: str
    subject: SubjectId
    department: Organ
    annual_plan_no: str | None
    matters: list[str]
    performed_on: date
    ground: str
    visits_of_year: int
    nth: int
    most: int | None
    position: int


def search(
    conn: Reader, subject: str | None, department: str | None, limit: int | None
) -> Found[CheckRow]:
    """合条件的各次检查，新近的在前。"""
    return common.search(
        conn,
        PROJECTION,
        CheckRow,
        (("subject = %s", subject), ("department = %s", department)),
        "performed_on DESC, position DESC",
        limit,
    )


def made_for(conn: Reader, annual_plan_no: str, matter_no: str) -> int:
    """一份年度计划的一项，检查了几户次。"""
    condition = "annual_plan_no = %s AND matters @> to_jsonb(%s::text)"
    return count(conn, PROJECTION, condition, (annual_plan_no, matter_no))
