"""抽查的种类：联合检查、有因检查的清单。"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from followers.storage import Connection
from projections import joint_visits, trigger_register
from runtime.export import Cell
from runtime.listings.base import Asked, Listing, Rows, due_by, finding
from runtime.words import choice, organ, term


def _visits(conn: Connection, asked: Asked, today: date, limit: int | None) -> Rows:
    wanted = joint_visits.Asked(
        department=asked.department,
        inspector=asked.officer,
        subject=asked.subject,
        waiting=asked.waiting or None,
        due_by=due_by(conn, asked, today),
        overdue_on=asked.overdue_on(today),
    )
    return joint_visits.search(conn, wanted, limit)


def _visit(row: joint_visits.JointVisitRow, today: date) -> Iterable[Cell]:
    del today
    return (
        row.visit_no,
        row.subject,
        row.seed_plan_no,
        "、".join(organ(one) for one in row.departments),
        "、".join(row.inspectors),
        row.inspect_by,
        row.visit_on,
        row.position,
    )


def _checks(conn: Connection, asked: Asked, today: date, limit: int | None) -> Rows:
    wanted = trigger_register.Asked(
        department=asked.department,
        state=asked.state,
        subject=asked.subject,
        licence_no=asked.licence,
        inspector=asked.officer,
        problem=asked.adverse or None,
        waiting=asked.waiting or None,
        due_by=due_by(conn, asked, today),
        overdue_on=asked.overdue_on(today),
    )
    return trigger_register.search(conn, wanted, limit)


def _check(row: trigger_register.CheckRow, today: date) -> Iterable[Cell]:
    del today
    return (
        row.check_no,
        term("state", row.state),
        organ(row.department),
        row.subject,
        choice("check.opened.v1", row.trigger),
        row.source,
        row.licence_no,
        row.commitment_id,
        row.due_on,
        row.approve_by,
        row.approval_no,
        "、".join(row.inspectors),
        row.performed_on,
        "、".join(finding(one) for one in row.codes or ()),
        row.position,
    )


LISTS: Final[Mapping[str, Listing]] = {
    "joint_visits": Listing(
        (joint_visits.PROJECTION,),
        frozenset({"department", "officer", "subject", "waiting", "due_by", "overdue", "soon"}),
        (
            "visit_no",
            "subject",
            "seed_plan_no",
            "departments",
            "inspectors",
            "inspect_by",
            "visit_on",
            "position",
        ),
        _visits,
        _visit,
    ),
    "ground_checks": Listing(
        (trigger_register.PROJECTION,),
        frozenset({"department", "state", "subject", "licence", "officer", "adverse"})
        | {"waiting", "due_by", "overdue", "soon"},
        (
            "check_no",
            "state",
            "department",
            "subject",
            "trigger",
            "source",
            "licence_no",
            "commitment_id",
            "due_on",
            "approve_by",
            "approval_no",
            "inspectors",
            "performed_on",
            "codes",
            "position",
        ),
        _checks,
        _check,
    ),
}
