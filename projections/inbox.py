"""监管部门的收件箱：推送给谁、认领没有、期限何时。一次推送一行。

What the supervisors must merely know of has a row for each department as well: an item that is
cancelled or transferred, a project that is exempt (no case will tell them of its subjects).
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from domain import catalogue, exemption, linkage, reliance, undertaking
from domain.decider import Event
from followers.delivered import Delivered
from followers.projection import Column, ColumnType, Projection, Row, Value
from projections import common
from projections.common import Found, Reader, names_of, select
from schemas.registry import names_of_kinds

COLUMNS: Final = (
    Column("department", ColumnType.TEXT, indexed=True),
    Column("state", ColumnType.TEXT, indexed=True),
    Column("matter", ColumnType.TEXT),
    Column("case_no", ColumnType.TEXT, indexed=True),
    Column("item_code", ColumnType.TEXT),
    Column("source_stream", ColumnType.TEXT),
    Column("source_event", ColumnType.TEXT),
    Column("sent_at", ColumnType.INSTANT),
    Column("claim_due_on", ColumnType.DATE, indexed=True),
    Column("overdue", ColumnType.BOOLEAN),
    Column("handler", ColumnType.TEXT),
    Column("handled_at", ColumnType.INSTANT),
    Column("reason", ColumnType.TEXT),
    Column("position", ColumnType.BIGINT),
)


# What is told and needs no claiming: 信息推送行为结束即为对方接受信息.
_TOLD: Final[dict[type[Event], str]] = {
    catalogue.Cancelled: "ITEM_CANCELLED",
    catalogue.AuthorityTransferred: "ITEM_TRANSFERRED",
    exemption.Registered: "EXEMPTED",
    exemption.Ended: "EXEMPTION_ENDED",
    reliance.DependencyBroken: "DEPENDENCY_BROKEN",
    undertaking.Filed: "UNDERTAKING_FILED",
    undertaking.Cancelled: "UNDERTAKING_CANCELLED",
}


def keys(delivered: Delivered) -> tuple[str, ...]:
    """推送编号；知会的，每个监管部门一行。"""
    return tuple(_told(delivered)) or (delivered.identity,)


def _told(delivered: Delivered) -> dict[str, str]:
    """知会各部门的：行与部门。"""
    matter = _TOLD.get(type(delivered.event))
    bodies = getattr(delivered.event, "supervising_bodies", ())
    number = f"{delivered.identity}.{delivered.position}"
    return {f"{number}.{body}": body for body in bodies} if matter else {}


def fold(key: str, row: Row | None, delivered: Delivered) -> Row:
    """一次推送的新现状。"""
    if type(delivered.event) in _TOLD:
        return _informed(key, delivered)
    new: dict[str, Value] = {**(row or {}), "position": delivered.position}
    event, at = delivered.event, delivered.meta.decided_at
    match event:
        case linkage.Sent():
            return new | {
                "department": event.department,
                "state": "SENT",
                "matter": str(event.matter),
                "case_no": delivered.key,
                "item_code": event.item_code,
                "source_stream": event.source_stream,
                "source_event": event.source_event,
                "sent_at": at,
                "claim_due_on": event.claim_due_on,
                "overdue": False,
            }
        case linkage.Claimed(handler=handler):
            return new | {"state": "CLAIMED", "handler": handler, "handled_at": at}
        case linkage.Disputed(handler=handler, reason=reason):
            new["reason"] = reason
            return new | {"state": "DISPUTED", "handler": handler, "handled_at": at}
        case _:
            return new | {"overdue": True}


def _informed(key: str, delivered: Delivered) -> Row:
    event = delivered.event
    return {
        "department": _told(delivered)[key],
        "state": "INFORMED",
        "matter": _TOLD[type(event)],
        "case_no": delivered.key,
        "item_code": getattr(event, "item_code", delivered.identity),
        "source_stream": delivered.stream,
        "source_event": delivered.entry.event_id,
        "sent_at": delivered.meta.decided_at,
        "claim_due_on": delivered.meta.effective_on,
        "overdue": False,
        "position": delivered.position,
    }


PROJECTION: Final = Projection(
    name="inbox",
    version=4,
    columns=COLUMNS,
    keys=keys,
    fold=fold,
    reads=names_of("push") | names_of_kinds(_TOLD),
    by_partition_key=True,
)


# -- queries


@dataclass(frozen=True, slots=True)
class InboxRow:
    """收件箱的一行。"""

    key: str
    department: str
    state: str
    matter: str
    case_no: str
    item_code: str
    source_stream: str
    source_event: str
    sent_at: datetime
    claim_due_on: date
    overdue: bool
    handler: str | None
    handled_at: datetime | None
    reason: str | None
    position: int


def waiting(conn: Reader, department: str) -> list[InboxRow]:
    """一个部门待认领的推送，先到期者在前。"""
    condition = "department = %s AND state = 'SENT' ORDER BY claim_due_on, position"
    return select(conn, PROJECTION, InboxRow, condition, (department,))


@dataclass(frozen=True, slots=True)
class Asked:
    """查推送的条件；没有给的不限。``overdue_on``：此日还没有认领而期限已过的。"""

    department: str | None = None
    state: str | None = None
    item_code: str | None = None
    due_by: date | None = None
    overdue_on: date | None = None


def search(conn: Reader, asked: Asked, limit: int | None) -> Found[InboxRow]:
    """合条件的推送，待认领的在前，其中先到期者在前。"""
    waits = True if asked.due_by or asked.overdue_on else None
    return common.search(
        conn,
        PROJECTION,
        InboxRow,
        (
            ("department = %s", asked.department),
            ("state = %s", asked.state),
            ("item_code = %s", asked.item_code),
            ("(state = 'SENT') = %s", waits),
            ("claim_due_on <= %s", asked.due_by),
            ("claim_due_on < %s", asked.overdue_on),
        ),
        "state <> 'SENT', claim_due_on, position",
        limit,
    )


def of_case(conn: Reader, case_no: str) -> list[InboxRow]:
    """一件办件的全部推送。"""
    return select(conn, PROJECTION, InboxRow, "case_no = %s ORDER BY position", (case_no,))
