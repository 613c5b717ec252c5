"""一件事台账：一件事一行，所含各件各到了哪一步。"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from domain.package import ChildClosed, PackageClosed, PackageOpened
from followers.delivered import Delivered
from followers.projection import Column, ColumnType, Json, Projection, Row, Value
from projections import common
from projections.common import Found, Reader, names_of

COLUMNS: Final = (
    Column("name", ColumnType.TEXT),
    Column("application_no", ColumnType.TEXT),
    Column("applicant", ColumnType.TEXT, indexed=True),
    Column("state", ColumnType.TEXT, indexed=True),
    Column("cases", ColumnType.JSON),
    Column("closed", ColumnType.BIGINT),
    Column("opened_on", ColumnType.DATE),
    Column("due_on", ColumnType.DATE, indexed=True),
    Column("closed_on", ColumnType.DATE),
    Column("working_days", ColumnType.BIGINT),
    Column("early", ColumnType.BOOLEAN),
    Column("within_target", ColumnType.BOOLEAN),
    Column("position", ColumnType.BIGINT),
)
PENDING: Final = "PENDING"
OPEN: Final = "PACKAGE_OPEN"
CLOSED: Final = "PACKAGE_CLOSED"


def keys(delivered: Delivered) -> tuple[str, ...]:
    """一件事一行。"""
    return (delivered.identity,)


def fold(key: str, row: Row | None, delivered: Delivered) -> Row:
    """受理、一件办结、全部办结。"""
    del key
    new: dict[str, Value] = dict(row or {})
    match delivered.event:
        case PackageOpened() as opened:
            cases: dict[str, Json] = {one.case_no: PENDING for one in opened.cases}
            new = {
                "name": opened.name,
                "application_no": opened.application_no,
                "applicant": opened.applicant,
                "state": OPEN,
                "cases": cases,
                "closed": 0,
                "opened_on": opened.opened_on,
                "due_on": opened.due_on,
            }
        case ChildClosed(case_no=number, outcome=outcome):
            known = new["cases"]
            children = dict(known) if isinstance(known, dict) else {}
            children[number] = str(outcome)
            closed = sum(one != PENDING for one in children.values())
            new |= {"cases": children, "closed": closed}
        case PackageClosed() as closing:
            new |= {
                "state": CLOSED,
                "closed_on": closing.closed_on,
                "working_days": closing.working_days,
                "early": closing.early,
                "within_target": closing.within_target,
            }
        case _:
            raise TypeError(f"not read here: {delivered.name}")
    return new | {"position": delivered.position}


PROJECTION: Final = Projection(
    name="package_register",
    version=1,
    columns=COLUMNS,
    keys=keys,
    fold=fold,
    reads=names_of("package"),
    by_partition_key=True,
)


# -- queries


@dataclass(frozen=True, slots=True)
class PackageRow:
    """一件事的现状。``cases``: case number → outcome, or ``PENDING``."""

    key: str
    name: str
    application_no: str
    applicant: str
    state: str
    cases: dict[str, str]
    closed: int
    opened_on: date
    due_on: date | None
    closed_on: date | None
    working_days: int | None
    early: bool | None
    within_target: bool | None
    position: int


@dataclass(frozen=True, slots=True)
class Asked:
    """查一件事的条件；没有给的不限。"""

    applicant: str | None = None
    state: str | None = None
    due_by: date | None = None
    overdue_on: date | None = None


def search(conn: Reader, asked: Asked, limit: int | None) -> Found[PackageRow]:
    """合条件的一件事，没有办结的、先到期的在前。"""
    state = OPEN if asked.due_by or asked.overdue_on else asked.state
    return common.search(
        conn,
        PROJECTION,
        PackageRow,
        (
            ("applicant = %s", asked.applicant),
            ("state = %s", state),
            ("due_on <= %s", asked.due_by),
            ("due_on < %s", asked.overdue_on),
        ),
        "closed_on NULLS FIRST, due_on NULLS LAST, position DESC",
        limit,
    )
