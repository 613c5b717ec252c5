"""文书登记簿：出具了什么、用印没有、寄出没有、送达没有。一份文书一行。"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from domain import document, seal
from followers.delivered import Delivered
from followers.projection import Column, ColumnType, Projection, Row, Value
from projections import common
from projections.common import Found, Reader, names_of, select

COLUMNS: Final = (
    Column("case_no", ColumnType.TEXT, indexed=True),
    Column("kind", ColumnType.TEXT),
    Column("number", ColumnType.TEXT),
    Column("organ", ColumnType.TEXT, indexed=True),
    Column("state", ColumnType.TEXT, indexed=True),
    Column("issued_at", ColumnType.INSTANT),
    Column("sealed_at", ColumnType.INSTANT),
    Column("sent_at", ColumnType.INSTANT),
    Column("tracking_no", ColumnType.TEXT),
    Column("method", ColumnType.TEXT),
    Column("delivered_on", ColumnType.DATE),
    Column("sha256", ColumnType.TEXT),
    Column("sealed_sha256", ColumnType.TEXT),
    Column("handler", ColumnType.TEXT),
    Column("position", ColumnType.BIGINT),
)


def keys(delivered: Delivered) -> tuple[str, ...]:
    """文书编号。"""
    return (delivered.identity,)


def fold(key: str, row: Row | None, delivered: Delivered) -> Row:
    """一份文书的新现状。"""
    del key
    new: dict[str, Value] = {**(row or {}), "position": delivered.position}
    event, at = delivered.event, delivered.meta.decided_at
    match event:
        case document.Issued():
            return new | {
                "case_no": event.case_no,
                "kind": str(event.kind),
                "number": event.number,
                "organ": event.organ,
                "state": "ISSUED",
                "issued_at": at,
                "sha256": event.sha256,
                "handler": event.handler,
            }
        case seal.Used(sealed_sha256=digest):
            return new | {"state": "SEALED", "sealed_at": at, "sealed_sha256": digest}
        case document.Dispatched(tracking_no=number):
            return new | {"state": "POSTED", "sent_at": at, "tracking_no": number}
        case document.Delivered(method=method, delivered_on=day):
            return new | {"state": "SERVED", "method": str(method), "delivered_on": day}
        case _:
            raise TypeError(type(event).__name__)


PROJECTION: Final = Projection(
    name="document_register",
    version=1,
    columns=COLUMNS,
    keys=keys,
    fold=fold,
    reads=names_of("document", "seal"),
    by_partition_key=True,
)


# -- queries


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """登记簿的一行。"""

    key: str
    case_no: str
    kind: str
    number: str
    organ: str
    state: str
    issued_at: datetime
    sealed_at: datetime | None
    sent_at: datetime | None
    tracking_no: str | None
    method: str | None
    delivered_on: date | None
    sha256: str
    sealed_sha256: str | None
    handler: str
    position: int


def of_case(conn: Reader, case_no: str) -> list[DocumentRow]:
    """一件办件的全部文书，先出具的在前。"""
    return select(
        conn, PROJECTION, DocumentRow, "case_no = %s ORDER BY issued_at, position", (case_no,)
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """查文书的条件；没有给的不限。``waiting``: not delivered yet."""

    organ: str | None = None
    state: str | None = None
    waiting: bool | None = None


def search(conn: Reader, asked: Asked, limit: int | None) -> Found[DocumentRow]:
    """合条件的文书，未送达的在前，其中先出具的在前。"""
    return common.search(
        conn,
        PROJECTION,
        DocumentRow,
        (
            ("organ = %s", asked.organ),
            ("state = %s", asked.state),
            ("(state <> 'SERVED') = %s", asked.waiting),
        ),
        "state = 'SERVED', issued_at, position",
        limit,
    )
