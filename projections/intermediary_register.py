"""中介机构名册：资质、评价、暂停与退出，靠其报告的报备与存疑、无效的件数。"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from domain import filing, intermediary
from followers.delivered import Delivered
from followers.projection import Column, ColumnType, Projection, Row, Value
from projections import common
from projections.common import Found, Reader, names_of, plain, plus, text_field

COLUMNS: Final = (
    Column("name", ColumnType.TEXT),
    Column("state", ColumnType.TEXT, indexed=True),
    Column("rating", ColumnType.TEXT),
    Column("suspended_until", ColumnType.DATE),
    Column("exited_on", ColumnType.DATE),
    Column("qualified_until", ColumnType.DATE),
    Column("qualifications", ColumnType.JSON),
    Column("filings", ColumnType.BIGINT),
    Column("challenged", ColumnType.BIGINT),
    Column("invalidated", ColumnType.BIGINT),
    Column("position", ColumnType.BIGINT),
)
COUNTS: Final = {
    filing.Submitted: "filings",
    filing.ReportChallenged: "challenged",
    filing.ReportInvalidated: "invalidated",
}


def keys(delivered: Delivered) -> tuple[str, ...]:
    """事件所涉的中介机构。"""
    return (text_field(delivered.event, "intermediary") or delivered.identity,)


def fold(key: str, row: Row | None, delivered: Delivered) -> Row:
    """一家中介机构的新现状；没有登记过的只有件数。"""
    del key
    new: dict[str, Value] = {**(row or dict.fromkeys(COUNTS.values(), 0))}
    new["position"] = delivered.position
    return new | _told(new, delivered)


def _told(row: Row, delivered: Delivered) -> dict[str, Value]:
    event = delivered.event
    match event:
        case intermediary.IntermediaryRegistered(qualifications=held):
            return {
                "name": event.name,
                "state": row.get("state") or "LISTED",
                "qualifications": plain(held),
                "qualified_until": max(one.valid_to for one in held),
            }
        case intermediary.IntermediaryRated(rating=rating):
            return {"rating": str(rating)}
        case intermediary.IntermediarySuspended(last_day=last):
            return {"state": "SUSPENDED", "suspended_until": last}
        case intermediary.IntermediaryExited(exited_on=day):
            return {"state": "EXITED", "exited_on": day}
        case _:
            name = COUNTS[type(event)]
            return {name: plus(row, name)}


PROJECTION: Final = Projection(
    name="intermediary_register",
    version=1,
    columns=COLUMNS,
    keys=keys,
    fold=fold,
    reads=names_of("intermediary")
    | {
        "filing.submitted.v1",
        "filing.report_challenged.v1",
        "filing.report_invalidated.v1",
    },
)


# -- queries


@dataclass(frozen=True, slots=True)
class IntermediaryRow:
    """一家中介机构。"""

    key: str
    name: str | None
    state: str | None
    rating: str | None
    suspended_until: date | None
    exited_on: date | None
    qualified_until: date | None
    filings: int
    challenged: int
    invalidated: int
    position: int

    def standing(self, today: date) -> str | None:
        """今日的状态：暂停期满的恢复在册。"""
        until = self.suspended_until
        over = self.state == "SUSPENDED" and until is not None and until < today
        return "LISTED" if over else self.state


def search(conn: Reader, expired_by: date | None, limit: int | None) -> Found[IntermediaryRow]:
    """全部中介机构；``expired_by``：此日及以前资质到期的。"""
    filters = (("qualified_until <= %s", expired_by),)
    return common.search(conn, PROJECTION, IntermediaryRow, filters, "key", limit)
