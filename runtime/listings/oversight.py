"""监督、公示与服务的清单：监督问题、公示、台账、办件人、自由裁量。"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from followers.storage import Connection
from projections import affairs, conduct, oversight_view, publication_view
from projections.common import Found
from runtime.export import Cell
from runtime.listings.base import Asked, Listing, Rows, due_by
from runtime.words import choice, content, organ, say, term, title


def _findings(conn: Connection, asked: Asked, today: date, limit: int | None) -> Rows:
    wanted = oversight_view.Asked(
        organ=asked.organ,
        department=asked.department,
        officer=asked.officer,
        state=asked.state,
        due_by=due_by(conn, asked, today),
        overdue_on=asked.overdue_on(today),
    )
    return oversight_view.search(conn, wanted, limit)


def _finding(row: oversight_view.OversightRow, today: date) -> Iterable[Cell]:
    del today
    raised = "oversight.raised.v2"
    return (
        row.key,
        term("state", row.state),
        choice(raised, row.rule),
        choice(raised, row.level),
        choice(raised, row.tier),
        row.rule_no,
        organ(row.responsible_organ),
        row.responsible,
        organ(row.office) if row.office else None,
        row.answer_due_on,
        say("yes") if row.missed else None,
        row.case_no,
        row.explanation,
        row.answer,
        choice("oversight.closed.v1", row.outcome),
        row.reopened or None,
        term("state", row.tolerance) if row.tolerance else None,
        row.raised_on,
        row.position,
    )


def _publications(conn: Connection, asked: Asked, today: date, limit: int | None) -> Rows:
    wanted = publication_view.Asked(
        organ=asked.organ,
        state=asked.state,
        item_code=asked.item,
        due_by=due_by(conn, asked, today),
        overdue_on=asked.overdue_on(today),
    )
    return publication_view.search(conn, wanted, limit)


def _publication(row: publication_view.PublicationRow, today: date) -> Iterable[Cell]:
    del today
    return (
        row.key,
        term("state", row.state),
        term("matter", choice("publication.due.v1", row.matter)),
        row.decision_no,
        row.case_no,
        row.item_code,
        organ(row.organ),
        row.decided_on,
        row.double_due_on,
        row.general_due_on,
        row.published_on,
        say("yes") if row.missed else None,
        row.withdraw_due_on,
        row.withdrawn_on,
        row.reasons,
        row.position,
    )


def _public(conn: Connection, asked: Asked, today: date, limit: int | None) -> Rows:
    del today
    return publication_view.public(conn, asked.organ, limit)


def _public_record(row: publication_view.PublicRow, today: date) -> Iterable[Cell]:
    del today
    return (
        row.decision_no,
        term("matter", choice("publication.due.v1", row.matter)),
        row.item_name,
        organ(row.organ),
        row.holder,
        row.decided_on,
        row.valid_from,
        row.valid_to,
        row.published_on,
    )


def _affairs(conn: Connection, asked: Asked, today: date, limit: int | None) -> Rows:
    wanted = affairs.Asked(
        family=asked.family,
        organ=asked.organ,
        subject=asked.subject,
        item_code=asked.item,
        due_by=due_by(conn, asked, today),
        overdue_on=asked.overdue_on(today),
    )
    return affairs.search(conn, wanted, limit)


def _affair(row: affairs.AffairRow, today: date) -> Iterable[Cell]:
    del today
    return (
        row.family,
        row.number,
        title("event", row.step),
        organ(row.organ) if row.organ else None,
        row.subject,
        row.item_code,
        row.due_on,
        say("yes") if row.overdue else None,
        row.registrations,
        row.handler,
        row.opened_at,
        row.updated_at,
        content(row.step, row.facts, {"handler"}),
        row.position,
    )


def _people(conn: Connection, asked: Asked, today: date, limit: int | None) -> Rows:
    del today
    found = conduct.people(conduct.read(conn, asked.item))
    kept = [one for one in found if asked.officer in {None, one.key}]
    return Found(kept[:limit], len(kept))


def _person(row: conduct.Person, today: date) -> Iterable[Cell]:
    del today
    return (
        row.key,
        row.points,
        row.cases,
        row.steps,
        row.faults,
        row.deducted,
        row.corrected,
        row.rated,
        row.scores,
        row.trips,
        row.as_agent,
        row.agent_points,
        say("yes") if row.both else None,
    )


def _discretion(conn: Connection, asked: Asked, today: date, limit: int | None) -> Rows:
    del today
    found = conduct.discretion(conduct.read(conn, asked.item))
    kept = [one for one in found if asked.officer in {None, one.decider}]
    return Found(kept[:limit], len(kept))


def _decider(row: conduct.Discretion, today: date) -> Iterable[Cell]:
    del today
    days = sorted(row.days)
    return (
        row.item_code,
        row.decider,
        row.approved,
        row.rejected,
        row.approved_rate,
        days[0] if days else None,
        days[len(days) // 2] if days else None,
        days[-1] if days else None,
    )


LISTS: Final[Mapping[str, Listing]] = {
    "oversight": Listing(
        (oversight_view.PROJECTION,),
        frozenset({"organ", "department", "officer", "state", "due_by", "overdue", "soon"}),
        (
            "oversight_no",
            "state",
            "rule",
            "level",
            "tier",
            "rule_no",
            "responsible_organ",
            "responsible",
            "office",
            "answer_due_on",
            "was_overdue",
            "case_no",
            "explanation",
            "answer",
            "outcome",
            "reopened",
            "tolerance",
            "raised_on",
            "position",
        ),
        _findings,
        _finding,
    ),
    "publications": Listing(
        (publication_view.PROJECTION,),
        frozenset({"organ", "state", "item", "due_by", "overdue", "soon"}),
        (
            "publication_no",
            "state",
            "decision",
            "decision_no",
            "case_no",
            "item",
            "organ",
            "decided_on",
            "double_due_on",
            "general_due_on",
            "published_on",
            "was_overdue",
            "withdraw_due_on",
            "withdrawn_on",
            "withdrawal_reasons",
            "position",
        ),
        _publications,
        _publication,
    ),
    "public": Listing(
        (publication_view.PROJECTION,),
        frozenset({"organ"}),
        (
            "decision_no",
            "decision",
            "item_name",
            "organ",
            "holder",
            "decided_on",
            "valid_from",
            "valid_to",
            "published_on",
        ),
        _public,
        _public_record,
    ),
    "affairs": Listing(
        (affairs.PROJECTION,),
        frozenset({"family", "organ", "subject", "item", "due_by", "overdue", "soon"}),
        (
            "family",
            "number",
            "step",
            "responsible_organ",
            "subject",
            "item",
            "due_on",
            "was_overdue",
            "registrations",
            "officer",
            "opened_at",
            "updated_at",
            "facts",
            "position",
        ),
        _affairs,
        _affair,
    ),
    "people": Listing(
        (conduct.PROJECTION,),
        frozenset({"officer", "item"}),
        (
            "person",
            "points",
            "cases",
            "steps",
            "faults",
            "deducted",
            "corrected",
            "rated",
            "scores",
            "trips",
            "as_agent",
            "agent_points",
            "both",
        ),
        _people,
        _person,
    ),
    "discretion": Listing(
        (conduct.PROJECTION,),
        frozenset({"officer", "item"}),
        (
            "item",
            "decider",
            "approved",
            "rejected",
            "approved_rate",
            "fastest_days",
            "median_days",
            "slowest_days",
        ),
        _discretion,
        _decider,
    ),
}
