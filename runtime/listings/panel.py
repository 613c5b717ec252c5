"""几个机关几个人：机关之间的往来、一件事、项目、联合办理的清单。"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from domain.terms import Organ
from followers.storage import Connection
from projections import (
    calendar_register,
    joint_steps,
    package_register,
    project_register,
    request_register,
)
from runtime.export import Cell
from runtime.listings.base import Asked, Listing, Rows, due_by
from runtime.words import choice, organ, say, term


def _yes(*, told: bool | None) -> str | None:
    """是、否，不论的空着。"""
    if told is None:
        return None
    return say("yes") if told else say("no")


def _requests(conn: Connection, asked: Asked, today: date, limit: int | None) -> Rows:
    wanted = request_register.Asked(
        organ=None if asked.organ is None else Organ(asked.organ),
        state=asked.state,
        waiting=asked.waiting or None,
        due_by=due_by(conn, asked, today),
        overdue_on=asked.overdue_on(today),
    )
    return request_register.search(conn, wanted, limit)


def _request(row: request_register.RequestRow, today: date) -> Iterable[Cell]:
    del today
    return (
        term("request", row.request),
        row.case_no,
        organ(row.organ),
        organ(row.asked_by),
        row.matter,
        term("state", row.state),
        row.asked_on,
        row.due_on,
        say("yes") if row.overdue else None,
        row.settled_on,
        row.handler,
        row.position,
    )


def _packages(conn: Connection, asked: Asked, today: date, limit: int | None) -> Rows:
    wanted = package_register.Asked(
        applicant=asked.holder,
        state=package_register.OPEN if asked.waiting else asked.state,
        due_by=due_by(conn, asked, today),
        overdue_on=asked.overdue_on(today),
    )
    return package_register.search(conn, wanted, limit)


def _package(row: package_register.PackageRow, today: date) -> Iterable[Cell]:
    del today
    children = (f"{number} {_outcome(one)}" for number, one in row.cases.items())
    return (
        row.key,
        row.name,
        row.applicant,
        term("state", row.state),
        "、".join(children),
        row.closed,
        len(row.cases),
        row.opened_on,
        row.due_on,
        row.closed_on,
        row.working_days,
        _yes(told=row.early),
        _yes(told=row.within_target),
        row.position,
    )


def _outcome(code: str) -> str:
    if code == package_register.PENDING:
        return term("state", code)
    return choice("package.child_closed.v1", code) or code


def _projects(conn: Connection, asked: Asked, today: date, limit: int | None) -> Rows:
    wanted = project_register.Asked(
        owner=asked.holder,
        state=asked.state,
        waiting=asked.waiting,
        due_by=due_by(conn, asked, today),
        overdue_on=asked.overdue_on(today),
    )
    return project_register.search(conn, wanted, limit)


def _project(row: project_register.ProjectRow, today: date) -> Iterable[Cell]:
    del today
    staged = (
        f"{number} {choice('project.case_linked.v1', one)}" for number, one in row.cases.items()
    )
    return (
        row.key,
        row.name,
        row.owner,
        row.amount_yuan,
        choice("project.registered.v1", row.route),
        term("state", row.state),
        "、".join(staged),
        "、".join(f"{number} {matter}" for number, matter in row.issues.items()),
        row.next_meeting_on,
        row.land_on,
        row.started_on,
        row.land_to_start,
        row.accepted,
        len(row.units),
        row.due_on,
        row.completed_on,
        _yes(told=row.within_target),
        row.position,
    )


def _together(conn: Connection, asked: Asked, today: date, limit: int | None) -> Rows:
    del today
    return joint_steps.search(conn, asked.organ, limit)


def _step(row: joint_steps.StepRow, today: date) -> Iterable[Cell]:
    del today
    return (
        row.case_no,
        choice("joint.step_held.v1", row.step),
        row.held_on,
        "、".join(organ(one) for one in row.taking_part if one not in row.observers),
        "、".join(map(organ, row.observers)),
        row.findings,
        row.handler,
        row.position,
    )


LISTS: Final[Mapping[str, Listing]] = {
    "requests": Listing(
        (request_register.PROJECTION, calendar_register.PROJECTION),
        frozenset({"organ", "state", "waiting", "due_by", "overdue", "soon"}),
        (
            "request",
            "case_no",
            "organ",
            "asked_by",
            "request_matter",
            "state",
            "asked_on",
            "due_on",
            "was_overdue",
            "settled_on",
            "answered_by",
            "position",
        ),
        _requests,
        _request,
    ),
    "packages": Listing(
        (package_register.PROJECTION, calendar_register.PROJECTION),
        frozenset({"holder", "state", "waiting", "due_by", "overdue", "soon"}),
        (
            "package_no",
            "package_name",
            "applicant",
            "state",
            "package_cases",
            "children_closed",
            "children",
            "accepted_on",
            "due_on",
            "closed_on",
            "working_days",
            "all_early",
            "within_target",
            "position",
        ),
        _packages,
        _package,
    ),
    "projects": Listing(
        (project_register.PROJECTION, calendar_register.PROJECTION),
        frozenset({"holder", "state", "waiting", "due_by", "overdue", "soon"}),
        (
            "project_no",
            "project",
            "owner",
            "amount_yuan",
            "route",
            "state",
            "project_cases",
            "open_issues",
            "next_meeting_on",
            "land_on",
            "started_on",
            "land_to_start",
            "units_accepted",
            "units",
            "due_on",
            "completed_on",
            "within_target",
            "position",
        ),
        _projects,
        _project,
    ),
    "joint_steps": Listing(
        (joint_steps.PROJECTION,),
        frozenset({"organ"}),
        (
            "case_no",
            "joint_step",
            "held_on",
            "taking_part",
            "observers",
            "result",
            "answered_by",
            "position",
        ),
        _together,
        _step,
    ),
}
