"""检查结果的清单：后续处理、各份计划的合计。"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from domain.code_set import BUILT_IN
from followers.storage import Connection
from projections import follow_up_register, inspection_view
from runtime.export import Cell
from runtime.listings.base import Asked, Listing, Rows, due_by, finding
from runtime.words import choice, organ, say, term


def coded(code_set: str | None, codes: Iterable[str] | None) -> str:
    """结果的各项；别的代码集的连同集名来写：同一代码在两套里可以是两回事。"""
    known = code_set in {None, BUILT_IN}
    return "、".join(finding(code) if known else f"{code_set}:{code}" for code in codes or ())


def _follow_ups(conn: Connection, asked: Asked, today: date, limit: int | None) -> Rows:
    wanted = follow_up_register.Asked(
        department=asked.department,
        state=asked.state,
        subject=asked.subject,
        licence_no=asked.licence,
        waits=asked.waiting,
        due_by=due_by(conn, asked, today),
        overdue_on=asked.overdue_on(today),
    )
    return follow_up_register.search(conn, wanted, limit)


def _follow_up(row: follow_up_register.FollowUpRow, today: date) -> Iterable[Cell]:
    del today
    rechecked = None if row.recheck_passed is None else say("yes" if row.recheck_passed else "no")
    return (
        row.number,
        choice("followup.opened.v1", row.kind),
        term("state", row.state),
        organ(row.department),
        row.subject,
        row.licence_no,
        row.task_id,
        coded(row.code_set, row.codes),
        row.demands,
        row.document_no,
        row.opened_on,
        row.due_on,
        row.overdue,
        say("yes") if row.unheard else None,
        row.tries,
        rechecked,
        choice("followup.closed.v1", row.outcome),
        row.closed_on,
        row.position,
    )


def _totals(conn: Connection, asked: Asked, today: date, limit: int | None) -> Rows:
    del asked, today
    return inspection_view.totals(conn, limit)


def _total(row: inspection_view.TotalRow, today: date) -> Iterable[Cell]:
    del today
    return (
        row.plan_no,
        row.assigned,
        row.inspected,
        row.formed,
        row.clear,
        row.problems,
        row.neutral,
        row.published,
        row.unpublished,
        row.follow_ups,
        row.follow_ups_open,
    )


LISTS: Final[Mapping[str, Listing]] = {
    "follow_ups": Listing(
        (follow_up_register.PROJECTION,),
        frozenset({"department", "state", "subject", "licence", "waiting"})
        | {"due_by", "overdue", "soon"},
        (
            "follow_up_no",
            "follow_up_kind",
            "state",
            "department",
            "subject",
            "licence_no",
            "inspection_no",
            "codes",
            "demands",
            "document_no",
            "begun_on",
            "due_on",
            "overdue_times",
            "unheard",
            "tries",
            "recheck_passed",
            "outcome",
            "finished_on",
            "position",
        ),
        _follow_ups,
        _follow_up,
    ),
    "check_totals": Listing(
        (inspection_view.PROJECTION,),
        frozenset(),
        (
            "plan_no",
            "assigned",
            "inspected",
            "results_formed",
            "results_clear",
            "results_problem",
            "results_neutral",
            "results_published",
            "results_unpublished",
            "follow_ups",
            "follow_ups_open",
        ),
        _totals,
        _total,
    ),
}
