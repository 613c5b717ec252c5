"""检查后续处理一览：责令改正、立案、列入经营异常名录、移送、建议撤销，一项一行。"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from domain import follow_up
from followers.delivered import Delivered
from followers.projection import Column, ColumnType, Projection, Row, Value
from projections import common
from projections.common import Found, Reader, names_of, plain, plus

COLUMNS: Final = (
    Column("number", ColumnType.TEXT),
    Column("state", ColumnType.TEXT, indexed=True),
    Column("kind", ColumnType.TEXT),
    Column("department", ColumnType.TEXT, indexed=True),
    Column("plan_no", ColumnType.TEXT, indexed=True),
    Column("task_id", ColumnType.TEXT, indexed=True),
    Column("subject", ColumnType.TEXT, indexed=True),
    Column("licence_no", ColumnType.TEXT, indexed=True),
    Column("code_set", ColumnType.TEXT),
    Column("codes", ColumnType.JSON),
    Column("demands", ColumnType.TEXT),
    Column("document_no", ColumnType.TEXT),
    Column("opened_on", ColumnType.DATE),
    Column("due_on", ColumnType.DATE, indexed=True),
    Column("overdue", ColumnType.BIGINT),
    Column("unheard", ColumnType.BOOLEAN),
    Column("recheck_passed", ColumnType.BOOLEAN),
    Column("tries", ColumnType.BIGINT),
    Column("outcome", ColumnType.TEXT),
    Column("closed_on", ColumnType.DATE),
    Column("position", ColumnType.BIGINT),
)
_OPENED: Final = (
    "department",
    "plan_no",
    "task_id",
    "subject",
    "licence_no",
    "code_set",
    "demands",
    "document_no",
    "opened_on",
    "due_on",
)


def keys(delivered: Delivered) -> tuple[str, ...]:
    """一项后续处理一行。"""
    return (delivered.stream,)


def fold(key: str, row: Row | None, delivered: Delivered) -> Row:
    """一项后续处理的新现状。"""
    del key
    new: dict[str, Value] = {**(row or {"number": delivered.identity})}
    new["position"] = delivered.position
    event = delivered.event
    match event:
        case follow_up.FollowUpOpened(kind=kind, codes=codes):
            taken: dict[str, Value] = {name: getattr(event, name) for name in _OPENED}
            return (
                new | taken | {"state": "FOLLOW_UP_OPEN", "kind": str(kind), "codes": plain(codes)}
            )
        case follow_up.FollowUpClosed(outcome=outcome, closed_on=day):
            done: dict[str, Value] = {"state": "FOLLOW_UP_DONE", "due_on": None, "closed_on": day}
            return new | done | {"outcome": str(outcome)}
        case follow_up.FollowUpOverdue():
            return new | {"overdue": plus(new, "overdue")}
        case follow_up.StatementMade() | follow_up.StatementWeighed():
            return new | {"unheard": isinstance(event, follow_up.StatementMade)}
        case _:
            return new | _moved(new, delivered)


def _moved(new: Row, delivered: Delivered) -> dict[str, Value]:
    """整改与复查、核实联系：走到哪一步，期限移到何日。"""
    match delivered.event:
        case follow_up.RectificationReported(recheck_by=day):
            return {"state": "REPORTED", "due_on": day}
        case follow_up.Rechecked(passed=passed, rectify_by=day):
            return {"state": "RECHECKED", "recheck_passed": passed, "due_on": day}
        case follow_up.ContactTried(reached=reached, verified=verified, due_on=day):
            state = "UNREACHABLE_VERIFIED" if verified else "CONTACT_TRIED"
            tries = plus(new, "tries")
            return {"state": state, "tries": tries, "due_on": None if reached else day}
        case _:
            raise TypeError(f"not read here: {delivered.name}")


PROJECTION: Final = Projection(
    name="follow_up_register",
    version=1,
    columns=COLUMNS,
    keys=keys,
    fold=fold,
    reads=names_of("followup"),
    by_partition_key=True,
)


# -- queries


@dataclass(frozen=True, slots=True)
class FollowUpRow:
    """检查后续处理的一行；``due_on`` 是现在走着的期限，``overdue`` 是逾期过几次。"""

    key: str
    number: str
    state: str
    kind: str
    department: str
    plan_no: str
    task_id: str
    subject: str
    licence_no: str | None
    code_set: str
    codes: list[str]
    demands: str
    document_no: str
    opened_on: date
    due_on: date | None
    overdue: int | None
    unheard: bool | None
    recheck_passed: bool | None
    tries: int | None
    outcome: str | None
    closed_on: date | None
    position: int


@dataclass(frozen=True, slots=True)
class Asked:
    """查后续处理的条件；没有给的不限。``waits``: 只要没有办结的。"""

    department: str | None = None
    state: str | None = None
    subject: str | None = None
    licence_no: str | None = None
    waits: bool = False
    due_by: date | None = None
    overdue_on: date | None = None


def search(conn: Reader, asked: Asked, limit: int | None) -> Found[FollowUpRow]:
    """合条件的后续处理，没有办结的在前，其中先到期者在前。"""
    return common.search(
        conn,
        PROJECTION,
        FollowUpRow,
        (
            ("department = %s", asked.department),
            ("state = %s", asked.state),
            ("subject = %s", asked.subject),
            ("licence_no = %s", asked.licence_no),
            ("(closed_on IS NULL) = %s", True if asked.waits else None),
            ("due_on <= %s", asked.due_by),
            ("due_on < %s", asked.overdue_on),
        ),
        "closed_on IS NOT NULL, due_on NULLS LAST, position",
        limit,
    )
