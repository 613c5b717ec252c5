"""监管：收件箱与检查的清单。"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import Final

from domain.terms import BEIJING
from followers.storage import Connection
from projections import (
    inbox,
    inspection_view,
    plan_register,
)
from runtime.export import Cell
from runtime.listings.base import Asked, Listing, Rows, due_by
from runtime.listings.checks import coded
from runtime.words import choice, organ, say, term


def _inbox(conn: Connection, asked: Asked, today: date, limit: int | None) -> Rows:
    wanted = inbox.Asked(
        department=asked.department,
        state=asked.state,
        item_code=asked.item,
        due_by=due_by(conn, asked, today),
        overdue_on=asked.overdue_on(today),
    )
    return inbox.search(conn, wanted, limit)


def _push(row: inbox.InboxRow, today: date) -> Iterable[Cell]:
    del today
    return (
        row.key,
        organ(row.department),
        term("state", row.state),
        row.claim_due_on,
        say("yes") if row.overdue else None,
        term("matter", choice("push.sent.v2", row.matter)),
        row.case_no,
        row.item_code,
        row.sent_at,
        row.handler,
        row.handled_at,
        row.reason,
        row.position,
    )


def _inspections(conn: Connection, asked: Asked, today: date, limit: int | None) -> Rows:
    wanted = inspection_view.Asked(
        state="WAITING" if asked.waiting else asked.state,
        licence_no=asked.licence,
        inspector=asked.officer,
        imported=asked.imported,
        problem=asked.adverse or None,
        due_by=due_by(conn, asked, today),
        overdue_on=asked.overdue_on(today),
    )
    return inspection_view.search(conn, wanted, limit)


def _inspection(row: inspection_view.InspectionRow, today: date) -> Iterable[Cell]:
    del today
    return (
        row.number,
        term("state", row.state),
        row.licence_no,
        row.subject,
        row.plan_no,
        "、".join(row.inspectors or ()),
        row.due_on,
        row.performed_on,
        "、".join(row.outcome) if row.outcome else coded(row.code_set, row.codes),
        row.notice_no,
        say("yes") if row.late else None,
        term("state", row.result) if row.result else None,
        row.publish_by,
        row.published_on,
        row.follow_ups,
        row.follow_ups_open,
        row.critical,
        row.serious,
        row.minor,
        row.source,
        row.source_result,
        row.position,
    )


def _plans(conn: Connection, asked: Asked, today: date, limit: int | None) -> Rows:
    # the whole of today has passed for nobody: what was due by the end of yesterday stalls
    stalled = datetime.combine(today, time(), BEIJING) if asked.overdue else None
    wanted = plan_register.Asked(asked.department, asked.state, stalled)
    return plan_register.search(conn, wanted, limit)


def _plan(row: plan_register.PlanRow, today: date) -> Iterable[Cell]:
    del today
    return (
        row.plan_no,
        term("state", row.state),
        organ(row.department),
        row.title,
        row.registered_on,
        row.public_value_at,
        row.inspect_by,
        row.listed,
        row.drawn,
        row.paired,
        row.unmatched,
        row.withheld,
        row.annulled_for,
        choice("plan.registered.v2", row.campaign),
        "、".join(row.scope or ()),
        row.recusals,
        row.reclassified,
        row.position,
    )


LISTS: Final[Mapping[str, Listing]] = {
    "inbox": Listing(
        (inbox.PROJECTION,),
        frozenset({"department", "state", "item", "due_by", "overdue", "soon"}),
        (
            "push_no",
            "department",
            "state",
            "claim_due_on",
            "was_overdue",
            "matter",
            "case_no",
            "item",
            "sent_at",
            "handler",
            "handled_at",
            "reason",
            "position",
        ),
        _inbox,
        _push,
    ),
    "inspections": Listing(
        (inspection_view.PROJECTION,),
        frozenset({"state", "licence", "officer", "imported", "waiting", "adverse"})
        | {"due_by", "overdue", "soon"},
        (
            "inspection_no",
            "state",
            "licence_no",
            "subject",
            "plan_no",
            "inspectors",
            "due_on",
            "performed_on",
            "codes",
            "notice_no",
            "entered_late",
            "result_state",
            "publish_by",
            "published_on",
            "follow_ups",
            "follow_ups_open",
            "critical",
            "serious",
            "minor",
            "source",
            "source_result",
            "position",
        ),
        _inspections,
        _inspection,
    ),
    "plans": Listing(
        (plan_register.PROJECTION,),
        frozenset({"department", "state", "overdue"}),
        (
            "plan_no",
            "state",
            "department",
            "title",
            "registered_on",
            "public_value_at",
            "inspect_by",
            "listed_objects",
            "drawn_objects",
            "paired_objects",
            "unmatched_objects",
            "withheld_shares",
            "annulled_for",
            "campaign",
            "scope",
            "recusal_pairs",
            "reclassified",
            "position",
        ),
        _plans,
        _plan,
    ),
}
