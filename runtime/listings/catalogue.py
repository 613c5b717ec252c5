"""清单与名录：公布的清单、区域评估，以及豁免登记。"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from followers.storage import Connection
from projections import list_register, side_files
from runtime.export import Cell
from runtime.listings.base import Asked, Listing, Rows, side
from runtime.words import choice, say, term


def _lists(conn: Connection, asked: Asked, today: date, limit: int | None) -> Rows:
    del asked, today
    return list_register.search(conn, limit)


def _list(row: list_register.ListRow, today: date) -> Iterable[Cell]:
    del today
    return (
        term("published", row.family),
        choice("list.version_published.v1", row.name) if row.family == "list" else row.name,
        row.version,
        row.effective_from,
        row.valid_to,
        row.document_no,
        row.entries,
        row.position,
    )


def _exemption(row: side_files.SideFile, today: date) -> Iterable[Cell]:
    del today
    return (
        row.number,
        term("state", row.state),
        row.text("item_code"),
        row.text("subject"),
        row.text("project"),
        say("yes" if row.details["exempt"] else "no"),
        row.text("document_no"),
        row.opened_on,
        row.position,
    )


LISTS: Final[Mapping[str, Listing]] = {
    "lists": Listing(
        (list_register.PROJECTION,),
        frozenset(),
        (
            "family",
            "listed_name",
            "version",
            "effective_from",
            "valid_to",
            "document_no",
            "entries",
            "position",
        ),
        _lists,
        _list,
    ),
    "exemptions": Listing(
        (side_files.PROJECTION,),
        frozenset({"state"}),
        (
            "exemption_no",
            "state",
            "item",
            "subject",
            "project",
            "exempt",
            "document_no",
            "opened_on",
            "position",
        ),
        side("exemption"),
        _exemption,
    ),
}
