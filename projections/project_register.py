"""重点项目台账：一个项目一行：走哪一路、哪些办件、哪些问题没有解决、何时拿地开工、验收了几个单体。"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from domain import project
from domain.project import Milestone
from followers.delivered import Delivered
from followers.projection import Column, ColumnType, Json, Projection, Row, Value
from projections import common
from projections.common import Found, Reader, names_of

COLUMNS: Final = (
    Column("name", ColumnType.TEXT),
    Column("owner", ColumnType.TEXT, indexed=True),
    Column("amount_yuan", ColumnType.BIGINT),
    Column("route", ColumnType.TEXT),
    Column("state", ColumnType.TEXT, indexed=True),
    Column("cases", ColumnType.JSON),
    Column("issues", ColumnType.JSON),
    Column("open_issues", ColumnType.BIGINT),
    Column("next_meeting_on", ColumnType.DATE),
    Column("land_on", ColumnType.DATE),
    Column("started_on", ColumnType.DATE),
    Column("units", ColumnType.JSON),
    Column("registered_on", ColumnType.DATE),
    Column("due_on", ColumnType.DATE, indexed=True),
    Column("completed_on", ColumnType.DATE),
    Column("working_days", ColumnType.BIGINT),
    Column("within_target", ColumnType.BOOLEAN),
    Column("position", ColumnType.BIGINT),
)
RUNNING: Final = "PROJECT_RUNNING"
COMPLETED: Final = "PROJECT_COMPLETED"
_MILESTONES: Final = {
    Milestone.LAND_ACQUIRED: "land_on",
    Milestone.CONSTRUCTION_STARTED: "started_on",
}


def keys(delivered: Delivered) -> tuple[str, ...]:
    """一个项目一行。"""
    return (delivered.identity,)


def fold(key: str, row: Row | None, delivered: Delivered) -> Row:
    """登记、归件、调度、里程碑、单体验收、竣工。"""
    del key
    new = {**(row or {}), "position": delivered.position}
    match delivered.event:
        case project.ProjectRegistered() as told:
            return new | {
                "name": told.name,
                "owner": told.owner,
                "amount_yuan": told.amount_yuan,
                "route": str(told.route),
                "state": RUNNING,
                "cases": {},
                "issues": {},
                "open_issues": 0,
                "units": {},
                "registered_on": told.registered_on,
                "due_on": told.due_on,
            }
        case project.CaseLinked(case_no=number, stage=stage):
            return new | {"cases": _with(new, "cases", {number: str(stage)})}
        case project.MilestoneReached(milestone=milestone, reached_on=day):
            return new | {_MILESTONES[milestone]: day}
        case project.ProjectCompleted() as done:
            return new | {
                "state": COMPLETED,
                "completed_on": done.completed_on,
                "working_days": done.working_days,
                "within_target": done.within_target,
            }
        case _:
            return new | _particulars(new, delivered)


def _particulars(row: Row, delivered: Delivered) -> dict[str, Value]:
    """Meetings and their issues (what is settled leaves), units and when each was accepted."""
    issues: dict[str, Json]
    match delivered.event:
        case project.MeetingHeld(issues=raised, next_on=day):
            issues = _with(row, "issues", {one.number: one.matter for one in raised})
            return {"issues": issues, "open_issues": len(issues), "next_meeting_on": day}
        case project.IssueSettled(number=number):
            issues = {name: one for name, one in _with(row, "issues", {}).items() if name != number}
            return {"issues": issues, "open_issues": len(issues)}
        case project.UnitsDeclared(units=units):
            return {"units": _with(row, "units", dict.fromkeys(units))}
        case project.UnitAccepted(unit=unit, accepted_on=day):
            return {"units": _with(row, "units", {unit: day.isoformat()})}
        case _:
            raise TypeError(f"not read here: {delivered.name}")


def _with(row: Row, name: str, more: dict[str, Json]) -> dict[str, Json]:
    known = row[name]
    return (dict(known) if isinstance(known, dict) else {}) | more


PROJECTION: Final = Projection(
    name="project_register",
    version=1,
    columns=COLUMNS,
    keys=keys,
    fold=fold,
    reads=names_of("project"),
    by_partition_key=True,
)


# -- queries


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """一个项目的现状。

    ``cases``: case number → stage; ``issues``: number → matter, those still open; ``units``: unit →
    the day it was accepted, or None.
    """

    key: str
    name: str
    owner: str
    amount_yuan: int
    route: str
    state: str
    cases: dict[str, str]
    issues: dict[str, str]
    open_issues: int
    next_meeting_on: date | None
    land_on: date | None
    started_on: date | None
    units: dict[str, str | None]
    registered_on: date
    due_on: date | None
    completed_on: date | None
    working_days: int | None
    within_target: bool | None
    position: int

    @property
    def land_to_start(self) -> int | None:
        """拿地到开工的天数（自然日）；还没有开工、没有记拿地的没有。"""
        if self.land_on is None or self.started_on is None:
            return None
        return (self.started_on - self.land_on).days

    @property
    def accepted(self) -> int:
        """已经验收的单体。"""
        return sum(day is not None for day in self.units.values())


@dataclass(frozen=True, slots=True)
class Asked:
    """查项目的条件；没有给的不限。``waiting``：还有问题没有解决的。"""

    owner: str | None = None
    state: str | None = None
    waiting: bool = False
    due_by: date | None = None
    overdue_on: date | None = None


def search(conn: Reader, asked: Asked, limit: int | None) -> Found[ProjectRow]:
    """合条件的项目，没有竣工的、先到期的在前。"""
    state = RUNNING if asked.due_by or asked.overdue_on else asked.state
    return common.search(
        conn,
        PROJECTION,
        ProjectRow,
        (
            ("owner = %s", asked.owner),
            ("state = %s", state),
            ("open_issues >= %s", 1 if asked.waiting else None),
            ("due_on <= %s", asked.due_by),
            ("due_on < %s", asked.overdue_on),
        ),
        "completed_on NULLS FIRST, due_on NULLS LAST, position DESC",
        limit,
    )
