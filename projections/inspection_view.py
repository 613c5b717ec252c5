"""检查一览：双随机的检查任务与导入的历史检查，一项一行；凭许可与对象相连。"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from domain import inspection_task, past_inspection
from domain.code_set import BUILT_IN, V1, CodeKind, found_problem
from domain.decider import Event
from domain.terms import beijing_day
from followers.delivered import Delivered
from followers.projection import Column, ColumnType, Projection, Row, Value
from projections import common
from projections.common import Found, Reader, names_of, plain, select

COLUMNS: Final = (
    Column("number", ColumnType.TEXT, indexed=True),
    Column("state", ColumnType.TEXT, indexed=True),
    Column("imported", ColumnType.BOOLEAN),
    Column("plan_no", ColumnType.TEXT, indexed=True),
    Column("subject", ColumnType.TEXT, indexed=True),
    Column("licence_no", ColumnType.TEXT, indexed=True),
    Column("inspectors", ColumnType.JSON),
    Column("due_on", ColumnType.DATE, indexed=True),
    Column("notice_no", ColumnType.TEXT),
    Column("unannounced", ColumnType.BOOLEAN),
    Column("performed_on", ColumnType.DATE),
    Column("late", ColumnType.BOOLEAN),
    Column("code_set", ColumnType.TEXT),
    Column("codes", ColumnType.JSON),
    Column("kinds", ColumnType.JSON),
    Column("problem", ColumnType.BOOLEAN),
    Column("agreed", ColumnType.BOOLEAN),
    Column("source", ColumnType.TEXT),
    Column("source_result", ColumnType.TEXT),
    Column("source_risk", ColumnType.TEXT),
    Column("critical", ColumnType.BIGINT),
    Column("serious", ColumnType.BIGINT),
    Column("minor", ColumnType.BIGINT),
    Column("position", ColumnType.BIGINT),
)


def keys(delivered: Delivered) -> tuple[str, ...]:
    """一份案卷一行。"""
    return (delivered.stream,)


def fold(key: str, row: Row | None, delivered: Delivered) -> Row:
    """一项检查的新现状。"""
    del key
    new: dict[str, Value] = {**(row or {"number": delivered.identity, "imported": False})}
    new["position"] = delivered.position
    match delivered.event:
        case inspection_task.TaskAssigned() as task:
            return new | {
                "state": "ASSIGNED",
                "plan_no": delivered.key,
                "subject": task.subject,
                "licence_no": task.licence_no,
                "inspectors": plain(task.inspectors),
                "due_on": task.due_on,
            }
        case inspection_task.Inspected() as done:
            found = _found(done.code_set, done.chosen, done.meant)
            performed_on = beijing_day(done.performed_at)
            return new | found | {"state": "INSPECTED", "performed_on": performed_on}
        case inspection_task.TaskReassigned(inspectors=people, due_on=due):
            afresh: dict[str, Value] = {"codes": None, "problem": None, "performed_on": None}
            state = "ASSIGNED" if people else "TASK_SHORT"
            return new | afresh | {"state": state, "inspectors": plain(people), "due_on": due}
        case inspection_task.TaskWithdrawn(inspectors=people):
            return new | {"state": "TASK_WITHDRAWN", "inspectors": plain(people)}
        case inspection_task.FindingReviewed(agreed=agreed):
            return new | {"state": "FINDING_REVIEWED", "agreed": agreed}
        case past_inspection.InspectionImported() as told:
            return new | _imported(told)
        case past_inspection.InspectionLinked():
            return new | {"state": "LINKED"}
        case _:
            return new | _besides(delivered.event)


def _besides(event: Event) -> dict[str, Value]:
    """What does not move the task: how it was announced, that it was entered late."""
    match event:
        case inspection_task.CheckNotified(document_no=number):
            return {"notice_no": number}
        case inspection_task.CheckUnannounced(approval_no=number):
            return {"notice_no": number, "unannounced": True}
        case _:
            return {"late": True}


def _found(code_set: str, codes: tuple[str, ...], kinds: tuple[CodeKind, ...]) -> dict[str, Value]:
    return {
        "code_set": code_set,
        "codes": plain(codes),
        "kinds": plain(kinds),
        "problem": found_problem(kinds),
    }


def _imported(told: past_inspection.InspectionImported) -> dict[str, Value]:
    codes = tuple(map(str, told.codes))
    kinds = tuple(one.kind for one in V1.find(codes))
    return _found(BUILT_IN, codes, kinds) | {
        "performed_on": told.performed_on,
        "state": "LINKED" if told.licence_known else "WAITING",
        "imported": True,
        "licence_no": told.licence_no,
        "inspectors": [told.inspector] if told.inspector else [],
        "source": told.origin.source,
        "source_result": told.source_result,
        "source_risk": told.source_risk,
        "critical": told.critical,
        "serious": told.serious,
        "minor": told.minor,
    }


PROJECTION: Final = Projection(
    name="inspection_view",
    version=4,
    columns=COLUMNS,
    keys=keys,
    fold=fold,
    reads=names_of("task", "inspection"),
    by_partition_key=True,
)


# -- queries


@dataclass(frozen=True, slots=True)
class InspectionRow:
    """一项检查；``state``：任务为待检查、已检查、结果已复核，导入的为已关联或待关联。"""

    key: str
    number: str
    state: str
    imported: bool
    plan_no: str | None
    subject: str | None
    licence_no: str | None
    inspectors: list[str]
    due_on: date | None
    notice_no: str | None
    unannounced: bool | None
    performed_on: date | None
    late: bool | None
    code_set: str | None
    codes: list[str] | None
    kinds: list[str] | None
    problem: bool | None
    agreed: bool | None
    source: str | None
    source_result: str | None
    source_risk: str | None
    critical: int | None
    serious: int | None
    minor: int | None
    position: int


def of_licence(conn: Reader, licence_no: str) -> list[InspectionRow]:
    """针对一份许可的全部检查，先做的在前。"""
    condition = "licence_no = %s ORDER BY performed_on NULLS LAST, position"
    return select(conn, PROJECTION, InspectionRow, condition, (licence_no,))


@dataclass(frozen=True, slots=True)
class Asked:
    """查检查的条件；没有给的不限。``due_by``、``overdue_on`` 只看待检查的任务。"""

    state: str | None = None
    licence_no: str | None = None
    inspector: str | None = None
    imported: bool | None = None
    problem: bool | None = None
    due_by: date | None = None
    overdue_on: date | None = None


def search(conn: Reader, asked: Asked, limit: int | None) -> Found[InspectionRow]:
    """合条件的检查，待检查的先到期者在前，其余新的在前。"""
    waits = True if asked.due_by or asked.overdue_on else None
    return common.search(
        conn,
        PROJECTION,
        InspectionRow,
        (
            ("state = %s", asked.state),
            ("licence_no = %s", asked.licence_no),
            ("inspectors ? %s", asked.inspector),
            ("imported = %s", asked.imported),
            ("problem = %s", asked.problem),
            ("(state IN ('ASSIGNED', 'TASK_SHORT')) = %s", waits),
            ("due_on <= %s", asked.due_by),
            ("due_on < %s", asked.overdue_on),
        ),
        "state <> 'ASSIGNED', due_on NULLS LAST, position DESC",
        limit,
    )
