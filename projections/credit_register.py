"""信用名册：一条记录一行，限制再次申请的也一条一行；修复、期满的照样列出，写明状态。"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from domain import credit
from domain.terms import SubjectId
from followers.delivered import Delivered
from followers.projection import Column, ColumnType, Projection, Row
from projections import common
from projections.common import Found, Reader, names_of

COLUMNS: Final = (
    Column("subject", ColumnType.TEXT, indexed=True),
    Column("number", ColumnType.TEXT),
    Column("state", ColumnType.TEXT, indexed=True),
    Column("cause", ColumnType.TEXT),
    Column("severity", ColumnType.TEXT),
    Column("published", ColumnType.BOOLEAN),
    Column("document_no", ColumnType.TEXT),
    Column("decided_on", ColumnType.DATE),
    Column("repair_from", ColumnType.DATE),
    Column("last_day", ColumnType.DATE),
    Column("excludes", ColumnType.BOOLEAN),
    Column("item_code", ColumnType.TEXT),
    Column("case_no", ColumnType.TEXT),
    Column("position", ColumnType.BIGINT),
)
ENDED: Final = {
    credit.RecordRepaired: "REPAIRED",
    credit.RecordLapsed: "LAPSED",
    credit.DecisionReversed: "ANNULLED",
}


def keys(delivered: Delivered) -> tuple[str, ...]:
    """对象与记录编号；限制以所依决定的文号为编号。"""
    event = delivered.event
    if isinstance(event, credit.Barred):
        return (f"{delivered.identity}:{event.case_no}:{event.reference}",)
    if isinstance(event, credit.DecisionReversed):
        bar = (f"{event.case_no}:{event.reference}",) if event.barred else ()
        return tuple(f"{delivered.identity}:{one}" for one in (*event.records, *bar))
    number = getattr(event, "record_no", None)
    if number is None:
        raise TypeError(f"not read here: {delivered.name}")
    return (f"{delivered.identity}:{number}",)


def fold(key: str, row: Row | None, delivered: Delivered) -> Row:
    """记入、修复、期满，或者限制再次申请。"""
    del key
    event, subject = delivered.event, SubjectId(delivered.identity)
    told: Row
    match event:
        case credit.RecordAdded():
            told = {
                "number": event.record_no,
                "state": "RECORDED",
                "cause": str(event.cause),
                "severity": str(event.severity),
                "published": event.published,
                "document_no": event.document_no,
                "decided_on": event.decided_on,
                "repair_from": event.repair_from,
                "last_day": event.last_day,
                "excludes": event.excludes,
                "case_no": event.case_no,
            }
        case credit.Barred():
            told = {
                "number": event.reference,
                "state": "BARRED",
                "cause": str(event.ground),
                "document_no": event.reference,
                "decided_on": event.decided_on,
                "last_day": event.last_day,
                "item_code": event.item_code,
                "case_no": event.case_no,
            }
        case _:
            told = {**(row or {}), "state": ENDED[type(event)], "excludes": False}
    return {**told, "subject": subject, "position": delivered.position}


PROJECTION: Final = Projection(
    name="credit_register",
    version=1,
    columns=COLUMNS,
    keys=keys,
    fold=fold,
    reads=names_of("credit"),
    by_partition_key=True,
)


# -- queries


@dataclass(frozen=True, slots=True)
class CreditRow:
    """一条信用记录，或者一条限制。"""

    key: str
    subject: str
    number: str
    state: str
    cause: str
    severity: str | None
    published: bool | None
    document_no: str
    decided_on: date
    repair_from: date | None
    last_day: date
    excludes: bool | None
    item_code: str | None
    case_no: str | None
    position: int


@dataclass(frozen=True, slots=True)
class Asked:
    """查信用的条件；没有给的不限。"""

    subject: str | None = None
    state: str | None = None
    item_code: str | None = None


def search(conn: Reader, asked: Asked, limit: int | None) -> Found[CreditRow]:
    """合条件的信用记录与限制，新的在前。"""
    return common.search(
        conn,
        PROJECTION,
        CreditRow,
        (
            ("subject = %s", asked.subject),
            ("state = %s", asked.state),
            ("item_code = %s", asked.item_code),
        ),
        "decided_on DESC, key",
        limit,
    )
