"""监督问题一览：谁查谁、查什么、答了没有、怎样办结；容错写在旁边，问题照旧在。"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from domain import oversight
from domain.decider import Event
from followers.delivered import Delivered
from followers.projection import Column, ColumnType, Projection, Row, Value
from projections import common
from projections.common import Found, Reader, names_of, plus, select

COLUMNS: Final = (
    Column("state", ColumnType.TEXT, indexed=True),
    Column("rule", ColumnType.TEXT, indexed=True),
    Column("rule_no", ColumnType.TEXT),
    Column("level", ColumnType.TEXT),
    Column("tier", ColumnType.TEXT),
    Column("office", ColumnType.TEXT, indexed=True),
    Column("responsible_organ", ColumnType.TEXT, indexed=True),
    Column("responsible", ColumnType.TEXT, indexed=True),
    Column("case_no", ColumnType.TEXT, indexed=True),
    Column("explanation", ColumnType.TEXT),
    Column("raised_on", ColumnType.DATE),
    Column("answer_due_on", ColumnType.DATE, indexed=True),
    Column("missed", ColumnType.BOOLEAN),
    Column("answer", ColumnType.TEXT),
    Column("outcome", ColumnType.TEXT),
    Column("reasons", ColumnType.TEXT),
    Column("reopened", ColumnType.BIGINT),
    Column("tolerance", ColumnType.TEXT),
    Column("position", ColumnType.BIGINT),
)
_RAISED: Final = (
    "rule_no",
    "office",
    "responsible_organ",
    "responsible",
    "case_no",
    "explanation",
    "raised_on",
    "answer_due_on",
)
_TOLERANCE: Final[dict[type[Event], str]] = {
    oversight.ToleranceRequested: "TOLERANCE_REQUESTED",
    oversight.ToleranceGranted: "TOLERANCE_GRANTED",
    oversight.ToleranceDenied: "TOLERANCE_DENIED",
}


def keys(delivered: Delivered) -> tuple[str, ...]:
    """督办编号。"""
    return (delivered.identity,)


def fold(key: str, row: Row | None, delivered: Delivered) -> Row:
    """一个问题的新现状。"""
    del key
    new: dict[str, Value] = {**(row or {}), "position": delivered.position}
    event = delivered.event
    match event:
        case oversight.Raised():
            known: dict[str, Value] = {name: getattr(event, name) for name in _RAISED}
            codes = {"rule": str(event.rule), "level": str(event.level), "tier": str(event.tier)}
            return new | known | codes | {"state": "RAISED", "missed": False, "reopened": 0}
        case oversight.Answered(explanation=answer):
            return new | {"state": "ANSWERED", "answer": answer}
        case oversight.Closed(outcome=outcome, reasons=reasons, office=office):
            closed: dict[str, Value] = {"outcome": str(outcome), "reasons": reasons}
            return new | closed | {"state": "CLOSED", "office": office}
        case oversight.Reopened():
            return new | _reopened(new, event)
        case oversight.AnswerMissed():
            return new | {"missed": True}
        case _:
            return new | {"tolerance": _TOLERANCE[type(event)]}


def _reopened(row: Row, event: oversight.Reopened) -> dict[str, Value]:
    return {
        "state": "REOPENED",
        "office": event.office,
        "answer_due_on": event.answer_due_on,
        "missed": False,
        "reopened": plus(row, "reopened"),
    }


PROJECTION: Final = Projection(
    name="oversight_view",
    version=1,
    columns=COLUMNS,
    keys=keys,
    fold=fold,
    reads=names_of("oversight"),
    by_partition_key=True,
)


# -- queries


@dataclass(frozen=True, slots=True)
class OversightRow:
    """监督问题的一行。"""

    key: str
    state: str
    rule: str
    rule_no: str
    level: str
    tier: str
    office: str | None
    responsible_organ: str
    responsible: str | None
    case_no: str | None
    explanation: str
    raised_on: date
    answer_due_on: date
    missed: bool
    answer: str | None
    outcome: str | None
    reasons: str | None
    reopened: int
    tolerance: str | None
    position: int


@dataclass(frozen=True, slots=True)
class Asked:
    """查监督问题的条件；没有给的不限。``organ``: 责任部门，``department``: 提出的机关。"""

    organ: str | None = None
    department: str | None = None
    officer: str | None = None
    state: str | None = None
    due_by: date | None = None
    overdue_on: date | None = None


def search(conn: Reader, asked: Asked, limit: int | None) -> Found[OversightRow]:
    """合条件的问题，没有办结的在前，其中先到期者在前。"""
    waits = True if asked.due_by or asked.overdue_on else None
    return common.search(
        conn,
        PROJECTION,
        OversightRow,
        (
            ("responsible_organ = %s", asked.organ),
            ("office = %s", asked.department),
            ("responsible = %s", asked.officer),
            ("state = %s", asked.state),
            ("(state IN ('RAISED', 'REOPENED')) = %s", waits),
            ("answer_due_on <= %s", asked.due_by),
            ("answer_due_on < %s", asked.overdue_on),
        ),
        "state = 'CLOSED', answer_due_on, position",
        limit,
    )


def of_case(conn: Reader, case_no: str) -> list[OversightRow]:
    """一件办件上的全部监督问题。"""
    return select(conn, PROJECTION, OversightRow, "case_no = %s ORDER BY position", (case_no,))
