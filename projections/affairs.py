"""台账：预登记、回访、投诉、移送、改革任务、督查、预约、巡查、归档、回流等，一份小案卷一行。"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from domain import preregistration
from followers.delivered import Delivered
from followers.projection import Column, ColumnType, Json, Projection, Row, Value
from projections import common
from projections.common import Found, Reader, facts, names_of, plus, text_field

FAMILIES: Final = (
    "preregistration",
    "visit",
    "complaint",
    "referral",
    "reform",
    "supervision",
    "appointment",
    "archive",
    "patrol",
    "liaison",
    "feed",
    "progress",
    "outlet",
    "handover",
    "prereview",
    "observation",
    "exclusion",
    "recusal",
    "tender",
    "subscription",
    "scoring",
)
COLUMNS: Final = (
    Column("family", ColumnType.TEXT, indexed=True),
    Column("number", ColumnType.TEXT),
    Column("step", ColumnType.TEXT),
    Column("belongs_to", ColumnType.TEXT, indexed=True),
    Column("organ", ColumnType.TEXT, indexed=True),
    Column("subject", ColumnType.TEXT, indexed=True),
    Column("item_code", ColumnType.TEXT),
    Column("due_on", ColumnType.DATE, indexed=True),
    Column("overdue", ColumnType.BOOLEAN),
    Column("closed", ColumnType.BOOLEAN),
    Column("registrations", ColumnType.BIGINT),
    Column("handler", ColumnType.TEXT),
    Column("opened_at", ColumnType.INSTANT),
    Column("updated_at", ColumnType.INSTANT),
    Column("facts", ColumnType.JSON),
    Column("position", ColumnType.BIGINT),
)
# Whose affair it is, in the words of the several events.
_ORGAN: Final = ("responsible_organ", "to_organ", "department", "organ")
_SUBJECT: Final = ("subject", "applicant")
# What ends a file: nothing remains to be done by a day.
_ENDS: Final = frozenset(
    {
        "visit.concluded.v1",
        "complaint.settled.v1",
        "referral.returned.v1",
        "referral.answered.v1",
        "reform.closed.v1",
        "supervision.concluded.v1",
        "appointment.kept.v1",
        "appointment.broken.v1",
        "appointment.cancelled.v1",
        "preregistration.window_closed.v1",
        "outlet.closed.v1",
        "handover.completed.v1",
        "prereview.converted.v1",
        "observation.ended.v1",
        "recusal.decided.v1",
    }
)
_OVERDUE: Final = frozenset({"complaint.overdue.v1", "reform.overdue.v1"})


def keys(delivered: Delivered) -> tuple[str, ...]:
    """案卷号。"""
    return (delivered.stream,)


def fold(key: str, row: Row | None, delivered: Delivered) -> Row:
    """一份小案卷的新现状；逾期是旁记，不移动现状。"""
    del key
    event, at = delivered.event, delivered.meta.decided_at
    if delivered.name in _OVERDUE:
        return {**(row or {}), "overdue": True, "position": delivered.position}
    new: dict[str, Value] = {
        "family": delivered.stream.partition("/")[0],
        "number": delivered.identity,
        "belongs_to": delivered.key,
        "overdue": False,
        "opened_at": at,
        **(row or {}),
        "step": delivered.name,
        "closed": delivered.name in _ENDS,
        "updated_at": at,
        "facts": facts(event),
        "position": delivered.position,
    }
    named: dict[str, Value] = {
        "organ": _first(delivered, _ORGAN),
        "subject": _first(delivered, _SUBJECT),
        "item_code": text_field(event, "item_code"),
        "due_on": getattr(event, "due_on", None),
        "handler": text_field(event, "handler"),
        "registrations": _registrations(row, delivered),
    }
    return new | {name: value for name, value in named.items() if value is not None}


def _first(delivered: Delivered, names: tuple[str, ...]) -> str | None:
    found = (text_field(delivered.event, name) for name in names)
    return next((one for one in found if one is not None), None)


def _registrations(row: Row | None, delivered: Delivered) -> int | None:
    """本窗口内预登记了几次。"""
    match delivered.event:
        case preregistration.Made():
            return plus(row or {}, "registrations")
        case preregistration.WindowClosed():
            return 0
        case _:
            return None


PROJECTION: Final = Projection(
    name="affairs",
    version=3,
    columns=COLUMNS,
    keys=keys,
    fold=fold,
    reads=names_of(*FAMILIES),
    by_partition_key=True,
)


# -- queries


@dataclass(frozen=True, slots=True)
class AffairRow:
    """台账的一行。"""

    key: str
    family: str
    number: str
    step: str
    belongs_to: str
    organ: str | None
    subject: str | None
    item_code: str | None
    due_on: date | None
    overdue: bool
    closed: bool
    registrations: int | None
    handler: str | None
    opened_at: datetime
    updated_at: datetime
    facts: dict[str, Json]
    position: int


@dataclass(frozen=True, slots=True)
class Asked:
    """查台账的条件；没有给的不限。``overdue_on``: 期限早于此日而没有办结的。"""

    family: str | None = None
    organ: str | None = None
    subject: str | None = None
    item_code: str | None = None
    due_by: date | None = None
    overdue_on: date | None = None


def search(conn: Reader, asked: Asked, limit: int | None) -> Found[AffairRow]:
    """合条件的各行，没有办结的在前，先到期者在前，其余新的在前。"""
    waits = False if asked.due_by or asked.overdue_on else None
    return common.search(
        conn,
        PROJECTION,
        AffairRow,
        (
            ("family = %s", asked.family),
            ("organ = %s", asked.organ),
            ("subject = %s", asked.subject),
            ("item_code = %s", asked.item_code),
            ("closed = %s", waits),
            ("due_on <= %s", asked.due_by),
            ("due_on < %s", asked.overdue_on),
        ),
        "closed, due_on NULLS LAST, position DESC",
        limit,
    )
