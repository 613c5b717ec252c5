"""年度抽查计划与上门检查的清单。"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from followers.storage import Connection
from projections import annual_register, check_register
from runtime.export import Cell
from runtime.listings.base import Asked, Listing, Rows
from runtime.words import choice, organ, say, term


def _annual_plans(conn: Connection, asked: Asked, today: date, limit: int | None) -> Rows:
    wanted = annual_register.Asked(asked.department, asked.state, asked.overdue_on(today))
    return annual_register.search(conn, wanted, today, limit)


def _annual_plan(row: annual_register.MatterRow, today: date) -> Iterable[Cell]:
    del today
    return (
        row.annual_plan_no,
        term("state", row.state),
        organ(row.department),
        row.matter_no,
        organ(row.lead),
        row.start_on,
        row.end_on,
        row.planned,
        row.registered,
        row.checked,
        say("yes") if row.overdue else None,
        row.approved_on,
        row.superior,
        row.published_at,
        row.position,
    )


def _checks(conn: Connection, asked: Asked, today: date, limit: int | None) -> Rows:
    del today
    return check_register.search(conn, asked.subject, asked.department, limit)


def _check(row: check_register.CheckRow, today: date) -> Iterable[Cell]:
    del today
    return (
        row.subject,
        row.performed_on,
        organ(row.department),
        row.check_no,
        row.visit_no,
        row.annual_plan_no,
        "、".join(row.matters),
        choice("frequency.counted.v1", row.ground),
        row.visits_of_year,
        row.nth or None,
        row.most,
        row.position,
    )


LISTS: Final[Mapping[str, Listing]] = {
    "annual_plans": Listing(
        (annual_register.PROJECTION, check_register.PROJECTION),
        frozenset({"department", "state", "overdue"}),
        (
            "annual_plan_no",
            "state",
            "department",
            "matter_no",
            "lead",
            "start_on",
            "end_on",
            "planned_campaigns",
            "registered_campaigns",
            "checks_made",
            "was_overdue",
            "approved_on",
            "superior",
            "published_where",
            "position",
        ),
        _annual_plans,
        _annual_plan,
    ),
    "checks": Listing(
        (check_register.PROJECTION,),
        frozenset({"subject", "department"}),
        (
            "subject",
            "performed_on",
            "department",
            "check_no",
            "visit_no",
            "annual_plan_no",
            "matters",
            "check_ground",
            "visits_of_year",
            "nth_of_year",
            "most_of_year",
            "position",
        ),
        _checks,
        _check,
    ),
}
