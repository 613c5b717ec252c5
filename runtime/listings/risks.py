"""风险等级：每一次变更、人工调整、异议与答复。"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from followers.storage import Connection
from projections import risk_register
from runtime.export import Cell
from runtime.listings.base import Asked, Listing, Rows
from runtime.words import choice, title


def _risks(conn: Connection, asked: Asked, today: date, limit: int | None) -> Rows:
    del today
    return risk_register.search(conn, asked.subject, asked.risk, limit)


def _risk(row: risk_register.RiskRow, today: date) -> Iterable[Cell]:
    del today
    return (
        row.subject,
        title("event", row.step),
        row.before,
        row.risk_class,
        row.decided_on,
        choice(row.step, row.cause),
        row.points,
        _reasons(row),
        row.explanation,
        row.document_no,
        row.until,
        row.handler,
        row.second,
        row.position,
    )


def _reasons(row: risk_register.RiskRow) -> str | None:
    """Each fact that scored, its day and points: what the notice to the subject says."""
    match row.reasons:
        case list():
            named = ((choice(row.step, str(one["factor"])), one) for one in row.reasons)
            return "；".join(f"{name} {one['happened_on']} {one['points']}" for name, one in named)
        case {"count": count}:
            return str(count)
        case _:
            return None


LISTS: Final[Mapping[str, Listing]] = {
    "risks": Listing(
        (risk_register.PROJECTION,),
        frozenset({"subject", "risk"}),
        (
            "subject",
            "risk_step",
            "risk_before",
            "risk_class",
            "decided_on",
            "cause",
            "risk_points",
            "risk_reasons",
            "explanation",
            "document_no",
            "until",
            "handler",
            "second",
            "position",
        ),
        _risks,
        _risk,
    ),
}
