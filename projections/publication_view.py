"""公示一览：决定与检查结果，应公示的、已公示的、撤下的。公开给外人看的只有 :func:`public`，个人信息从不在内。"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from domain import check_result, publication
from domain.decider import Event
from domain.terms import beijing_day
from followers.delivered import Delivered
from followers.projection import Column, ColumnType, Projection, Row, Value
from projections import common
from projections.common import Found, Reader, names_of
from schemas.registry import names_of_kinds

COLUMNS: Final = (
    Column("state", ColumnType.TEXT, indexed=True),
    Column("matter", ColumnType.TEXT),
    Column("case_no", ColumnType.TEXT, indexed=True),
    Column("decision_no", ColumnType.TEXT),
    Column("item_code", ColumnType.TEXT),
    Column("item_name", ColumnType.TEXT),
    Column("organ", ColumnType.TEXT, indexed=True),
    Column("holder", ColumnType.TEXT),
    Column("decided_on", ColumnType.DATE),
    Column("valid_from", ColumnType.DATE),
    Column("valid_to", ColumnType.DATE),
    Column("double_due_on", ColumnType.DATE, indexed=True),
    Column("general_due_on", ColumnType.DATE),
    Column("published_on", ColumnType.DATE),
    Column("missed", ColumnType.BOOLEAN),
    Column("withdraw_due_on", ColumnType.DATE),
    Column("withdrawn_on", ColumnType.DATE),
    Column("reasons", ColumnType.TEXT),
    Column("position", ColumnType.BIGINT),
)
_DUE: Final = (
    "case_no",
    "decision_no",
    "item_code",
    "organ",
    "decided_on",
    "double_due_on",
    "general_due_on",
)
_PUBLIC: Final = ("item_name", "holder", "valid_from", "valid_to")


def keys(delivered: Delivered) -> tuple[str, ...]:
    """公示编号。"""
    return (delivered.identity,)


def fold(key: str, row: Row | None, delivered: Delivered) -> Row:
    """一项公示的新现状。"""
    del key
    new: dict[str, Value] = {**(row or {}), "position": delivered.position}
    event, today = delivered.event, beijing_day(delivered.meta.decided_at)
    if type(event) in _OF_CHECKS:
        return new | _checked(event, today)
    match event:
        case publication.Due():
            due: dict[str, Value] = {name: getattr(event, name) for name in _DUE}
            return new | due | {"state": "DUE", "matter": str(event.matter), "missed": False}
        case publication.Published():
            shown: dict[str, Value] = {name: getattr(event, name) for name in _PUBLIC}
            return new | shown | {"state": "PUBLISHED", "published_on": today}
        case publication.Overturned(reasons=reasons, withdraw_due_on=until):
            return new | {"state": "OVERTURNED", "reasons": reasons, "withdraw_due_on": until}
        case publication.Withdrawn():
            return new | {"state": "TAKEN_DOWN", "withdrawn_on": today}
        case publication.Restored():
            return new | {"state": "PUBLISHED" if new.get("published_on") else "DUE"}
        case publication.Missed():
            return new | {"missed": True}
        case _:
            objected = isinstance(event, publication.Objected)
            return new | {"state": "OBJECTED" if objected else "DUE"}


_OF_CHECKS: Final[frozenset[type[Event]]] = frozenset(
    {
        check_result.ResultFormed,
        check_result.ResultPublished,
        check_result.PublicationMissed,
        check_result.ResultOverturned,
        check_result.ResultWithdrawn,
        check_result.ResultCorrected,
    }
)
CHECK: Final = "INSPECTION"  # the matter of a row that publishes what a check found


def _checked(event: Event, today: date) -> dict[str, Value]:
    """检查结果的公开：写计划的编号与名称、结果，企业写信用代码，自然人不列名。"""
    match event:
        case check_result.ResultFormed(plan_no=plan_no, department=organ, formed_on=day):
            formed: dict[str, Value] = {"decision_no": plan_no, "organ": organ, "decided_on": day}
            return formed | _awaited(event.publish_by) | {"matter": CHECK}
        case check_result.ResultCorrected(publish_by=day):
            return _awaited(day) | {"published_on": None}
        case check_result.ResultPublished(title=title, names=names, holder=holder):
            shown = f"{title}：{'、'.join(names)}"
            return {
                "state": "PUBLISHED",
                "published_on": today,
                "item_name": shown,
                "holder": holder,
            }
        case check_result.ResultOverturned(reasons=reasons, withdraw_by=until):
            return {"state": "OVERTURNED", "reasons": reasons, "withdraw_due_on": until}
        case check_result.ResultWithdrawn():
            return {"state": "TAKEN_DOWN", "withdrawn_on": today}
        case _:
            return {"missed": True}


def _awaited(publish_by: date) -> dict[str, Value]:
    due: dict[str, Value] = {"double_due_on": publish_by, "general_due_on": publish_by}
    return {"state": "DUE", "missed": False, **due}


PROJECTION: Final = Projection(
    name="publication_view",
    version=3,
    columns=COLUMNS,
    keys=keys,
    fold=fold,
    reads=names_of("publication") | names_of_kinds(_OF_CHECKS),
    by_partition_key=True,
)


# -- queries


@dataclass(frozen=True, slots=True)
class PublicationRow:
    """公示的一行，给办事机关看。"""

    key: str
    state: str
    matter: str
    case_no: str | None
    decision_no: str
    item_code: str | None
    item_name: str | None
    organ: str
    holder: str | None
    decided_on: date
    valid_from: date | None
    valid_to: date | None
    double_due_on: date
    general_due_on: date
    published_on: date | None
    missed: bool
    withdraw_due_on: date | None
    withdrawn_on: date | None
    reasons: str | None
    position: int


@dataclass(frozen=True, slots=True)
class PublicRow:
    """公开的一条：撤下的不再列出。"""

    decision_no: str
    matter: str
    item_name: str
    organ: str
    holder: str
    decided_on: date
    valid_from: date | None
    valid_to: date | None
    published_on: date


@dataclass(frozen=True, slots=True)
class Asked:
    """查公示的条件；没有给的不限。``due_by``, ``overdue_on``: 还没有公示的。"""

    organ: str | None = None
    state: str | None = None
    item_code: str | None = None
    due_by: date | None = None
    overdue_on: date | None = None


def search(conn: Reader, asked: Asked, limit: int | None) -> Found[PublicationRow]:
    """合条件的公示，没有公示的在前，其中先到期者在前。"""
    waits = True if asked.due_by or asked.overdue_on else None
    return common.search(
        conn,
        PROJECTION,
        PublicationRow,
        (
            ("organ = %s", asked.organ),
            ("state = %s", asked.state),
            ("item_code = %s", asked.item_code),
            ("(state IN ('DUE', 'OBJECTED')) = %s", waits),
            ("double_due_on <= %s", asked.due_by),
            ("double_due_on < %s", asked.overdue_on),
        ),
        "state NOT IN ('DUE', 'OBJECTED'), double_due_on, position",
        limit,
    )


def public(conn: Reader, organ: str | None, limit: int | None) -> Found[PublicRow]:
    """公众看到的公示：公示着的，新的在前。"""
    return common.search(
        conn,
        PROJECTION,
        PublicRow,
        (("state = %s", "PUBLISHED"), ("organ = %s", organ)),
        "published_on DESC, position DESC",
        limit,
    )
