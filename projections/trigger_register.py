"""有因检查一览：一项一行，因何检查、批准了没有、派谁去、结果怎样。"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from domain import code_set, trigger_check
from domain.terms import beijing_day
from followers.delivered import Delivered
from followers.projection import Column, ColumnType, Projection, Row, Value
from projections import common
from projections.common import Found, Reader, names_of, plain

COLUMNS: Final = (
    Column("check_no", ColumnType.TEXT, indexed=True),
    Column("state", ColumnType.TEXT, indexed=True),
    Column("department", ColumnType.TEXT, indexed=True),
    Column("subject", ColumnType.TEXT, indexed=True),
    Column("trigger", ColumnType.TEXT),
    Column("source", ColumnType.TEXT),
    Column("licence_no", ColumnType.TEXT, indexed=True),
    Column("commitment_id", ColumnType.TEXT),
    Column("due_on", ColumnType.DATE, indexed=True),
    Column("approve_by", ColumnType.DATE),
    Column("approval_no", ColumnType.TEXT),
    Column("inspectors", ColumnType.JSON),
    Column("performed_on", ColumnType.DATE),
    Column("codes", ColumnType.JSON),
    Column("problem", ColumnType.BOOLEAN),
    Column("open", ColumnType.BOOLEAN),
    Column("position", ColumnType.BIGINT),
)


def keys(delivered: Delivered) -> tuple[str, ...]:
    """一项检查一行。"""
    return (delivered.stream,)


def fold(key: str, row: Row | None, delivered: Delivered) -> Row:
    """一项检查的新现状。"""
    del key
    first: Row = {"check_no": delivered.identity, "inspectors": [], "open": True}
    new: dict[str, Value] = {**(row or first), "position": delivered.position}
    match delivered.event:
        case trigger_check.CheckOpened() as opened:
            return new | _opened(opened)
        case trigger_check.CheckApproved(approval_no=approval_no):
            state = "CHECK_APPROVED" if new.get("state") == "CHECK_OPENED" else new.get("state")
            return new | {"state": state, "approval_no": approval_no}
        case trigger_check.CheckRefused():
            return new | {"state": "CHECK_REFUSED", "open": False}
        case trigger_check.InspectorsSent(inspectors=people):
            return new | {"state": "INSPECTORS_SENT", "inspectors": plain(people)}
        case trigger_check.CheckDone() as done:
            return new | {
                "state": "INSPECTED",
                "performed_on": beijing_day(done.performed_at),
                "codes": plain(done.set_codes),
                "problem": code_set.found_problem(done.kinds),
            }
        case trigger_check.CheckReviewed(agreed=agreed):
            state = "FINDING_REVIEWED" if agreed else "FINDING_RETURNED"
            return new | {"state": state, "open": not agreed}
        case _:
            return new


def _opened(opened: trigger_check.CheckOpened) -> dict[str, Value]:
    return {
        "state": "CHECK_OPENED",
        "department": opened.department,
        "subject": opened.subject,
        "trigger": opened.trigger,
        "source": opened.source,
        "licence_no": opened.licence_no,
        "commitment_id": opened.commitment_id,
        "due_on": opened.due_on,
        "approve_by": opened.approve_by,
    }


PROJECTION: Final = Projection(
    name="trigger_register",
    version=1,
    columns=COLUMNS,
    keys=keys,
    fold=fold,
    reads=names_of("check"),
    by_partition_key=True,
)


# -- queries


@dataclass(frozen=True, slots=True)
class CheckRow:
    """一项有因检查；``open`` 还没有了结，``approve_by`` 紧急的至迟何日补批。"""

    key: str
    check_no: str
    state: str
    department: str
    subject: str
    trigger: str
    source: str
    licence_no: str | None
    commitment_id: str | None
    due_on: date
    approve_by: date | None
    approval_no: str | None
    inspectors: list[str]
    performed_on: date | None
    codes: list[str] | None
    problem: bool | None
    open: bool
    position: int


@dataclass(frozen=True, slots=True)
class Asked:
    """查有因检查的条件；``waiting`` 只看还没有了结的。"""

    department: str | None = None
    state: str | None = None
    subject: str | None = None
    licence_no: str | None = None
    inspector: str | None = None
    problem: bool | None = None
    waiting: bool | None = None
    due_by: date | None = None
    overdue_on: date | None = None


def search(conn: Reader, asked: Asked, limit: int | None) -> Found[CheckRow]:
    """合条件的检查，没有了结的先到期者在前。"""
    waits = True if asked.waiting or asked.due_by or asked.overdue_on else None
    return common.search(
        conn,
        PROJECTION,
        CheckRow,
        (
            ("department = %s", asked.department),
            ("state = %s", asked.state),
            ("subject = %s", asked.subject),
            ("licence_no = %s", asked.licence_no),
            ("inspectors ? %s", asked.inspector),
            ("problem = %s", asked.problem),
            ("open = %s", waits),
            ("due_on <= %s", asked.due_by),
            ("due_on < %s", asked.overdue_on),
        ),
        "open DESC, due_on, position",
        limit,
    )
