"""办件与期限的清单。"""

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import Final, TypeVar

from domain import lights
from followers.storage import Connection
from projections import (
    calendar_register,
    case_view,
    deadline_view,
    document_register,
    light_register,
)
from projections.case_view import Light
from runtime.exits import Exit, Stop
from runtime.export import Cell
from runtime.listings.base import Asked, Listing, Rows, due_by
from runtime.words import choice, organ, say, term

L = TypeVar("L", bound=StrEnum)


def _light(known: type[L], code: str | None) -> L | None:
    """The light asked for; this list must have it."""
    if code is not None and code not in list(known):
        names = "、".join(term("light", light) for light in known)
        raise Stop(Exit.USAGE, "list.code", what=term("light", code), names=names)
    return None if code is None else known(code)


def _cases(conn: Connection, asked: Asked, today: date, limit: int | None) -> Rows:
    wanted = case_view.Asked(
        organ=asked.organ,
        officer=asked.officer,
        state=asked.state,
        item_code=asked.item,
        imported=asked.imported,
        due_by=due_by(conn, asked, today),
        overdue_on=asked.overdue_on(today),
    )
    light = _light(Light, asked.light)
    return case_view.search(conn, wanted, limit, light, today)


def _case(row: case_view.CaseRow, today: date) -> Iterable[Cell]:
    state = term("state", row.state)
    if row.licence_state not in {None, "IN_FORCE"}:
        state = say("ended", state=state, licence=term("state", row.licence_state))
    step = choice("case.step_imported.v1", row.latest_step)
    return (
        row.key,
        state,
        term("light", row.light(today)),
        row.due_on,
        row.source_due_at,
        row.item_code,
        row.applicant,
        organ(row.organ) if row.organ else None,
        row.received_at,
        row.decided_at,
        step,
        "、".join(row.officers),
        row.licence_no,
        row.position,
    )


def _deadlines(conn: Connection, asked: Asked, today: date, limit: int | None) -> Rows:
    wanted = deadline_view.Asked(
        today=today,
        due_by=due_by(conn, asked, today),
        overdue=asked.overdue,
        light=_light(lights.Light, asked.light),
    )
    return deadline_view.search(conn, wanted, limit)


def _deadline(row: deadline_view.OpenDeadline, today: date) -> Iterable[Cell]:
    return (
        row.due_on,
        (row.due_on - today).days,
        term("light", row.light),
        term("deadline", row.kind),
        row.name or None,
        row.number,
        row.stream,
        say("yes") if row.missed else None,
        "、".join(row.calendars) or None,
        say("yes") if row.provisional else None,
    )


def _documents(conn: Connection, asked: Asked, today: date, limit: int | None) -> Rows:
    del today
    wanted = document_register.Asked(asked.organ, asked.state, asked.waiting or None)
    return document_register.search(conn, wanted, limit)


def _document(row: document_register.DocumentRow, today: date) -> Iterable[Cell]:
    del today
    return (
        row.key,
        choice("document.issued.v2", row.kind),
        row.number,
        term("state", row.state),
        row.case_no,
        organ(row.organ),
        row.issued_at,
        row.sealed_at,
        row.sent_at,
        row.tracking_no,
        row.delivered_on,
        choice("document.delivered.v1", row.method),
        row.handler,
        row.sealed_sha256 or row.sha256,  # of the file that one holds
        row.position,
    )


LISTS: Final[Mapping[str, Listing]] = {
    "cases": Listing(
        (case_view.PROJECTION,),
        frozenset({"organ", "officer", "state", "light", "item", "imported", "due_by"})
        | {"overdue", "soon"},
        (
            "case_no",
            "state",
            "light",
            "due_on",
            "source_due_at",
            "item",
            "applicant",
            "organ",
            "received_at",
            "decided_at",
            "latest_step",
            "officers",
            "licence_no",
            "position",
        ),
        _cases,
        _case,
    ),
    "deadlines": Listing(
        (deadline_view.PROJECTION, calendar_register.PROJECTION, light_register.PROJECTION),
        frozenset({"due_by", "overdue", "soon", "light"}),
        (
            "due_on",
            "days_left",
            "light",
            "deadline",
            "deadline_of",
            "number",
            "stream",
            "was_overdue",
            "calendars",
            "provisional",
        ),
        _deadlines,
        _deadline,
    ),
    "documents": Listing(
        (document_register.PROJECTION,),
        frozenset({"organ", "state", "waiting"}),
        (
            "paper",
            "paper_kind",
            "paper_no",
            "state",
            "case_no",
            "organ",
            "issued_at",
            "sealed_at",
            "posted_at",
            "tracking_no",
            "delivered_on",
            "delivery_method",
            "issued_by",
            "paper_sha256",
            "position",
        ),
        _documents,
        _document,
    ),
}
