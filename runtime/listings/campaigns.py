"""抽查的种类：联合检查的清单。"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from followers.storage import Connection
from projections import joint_visits
from runtime.export import Cell
from runtime.listings.base import Asked, Listing, Rows, due_by
from runtime.words import organ


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
}
