"""计划名册：每一份抽查计划登记了没有下文，还是抽了、作废了，一份一行；连续编号，缺一不可。"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from domain import inspection_plan
from domain.terms import Organ, beijing_day
from followers.delivered import Delivered
from followers.projection import Column, ColumnType, Projection, Row, Value
from projections import common
from projections.common import Found, Reader, plus

COLUMNS: Final = (
    Column("plan_no", ColumnType.TEXT, indexed=True),
    Column("state", ColumnType.TEXT, indexed=True),
    Column("department", ColumnType.TEXT, indexed=True),
    Column("title", ColumnType.TEXT),
    Column("registered_on", ColumnType.DATE),
    Column("public_value_at", ColumnType.INSTANT),
    Column("inspect_by", ColumnType.DATE),
    Column("listed", ColumnType.BIGINT),
    Column("drawn", ColumnType.BIGINT),
    Column("paired", ColumnType.BIGINT),
    Column("unmatched", ColumnType.BIGINT),
    Column("withheld", ColumnType.BIGINT),
    Column("annulled_for", ColumnType.TEXT),
    Column("campaign", ColumnType.TEXT),
    Column("scope", ColumnType.JSON),
    Column("recusals", ColumnType.BIGINT),
    Column("reclassified", ColumnType.BIGINT),
    Column("position", ColumnType.BIGINT),
)
_COUNTS: Final = (
    *("listed", "drawn", "paired", "unmatched", "withheld"),
    *("recusals", "reclassified"),
)
_STATES: Final = {
    inspection_plan.ListsFrozen: "LISTS_FROZEN",
    inspection_plan.CommitsIn: "COMMITS_IN",
    inspection_plan.RevealsClosed: "REVEALS_CLOSED",
    inspection_plan.PublicValueFixed: "VALUE_FIXED",
    inspection_plan.Matched: "DRAWN",
    inspection_plan.PlanAnnulled: "PLAN_ANNULLED",
    inspection_plan.SealedShareOpened: "SHARE_OPENED",
    inspection_plan.PlanVoided: "PLAN_VOIDED",
}


def keys(delivered: Delivered) -> tuple[str, ...]:
    """一份计划一行。"""
    return (delivered.stream,)


def fold(key: str, row: Row | None, delivered: Delivered) -> Row:
    """一份计划的新现状。"""
    del key
    new: dict[str, Value] = {**(row or {"plan_no": delivered.identity})}
    new |= {name: new.get(name) or 0 for name in _COUNTS} | {"position": delivered.position}
    if state := _STATES.get(type(delivered.event)):
        new["state"] = state
    match delivered.event:
        case inspection_plan.PlanRegistered() as plan:
            return new | {
                "state": "PLAN_REGISTERED",
                "department": plan.department,
                "title": plan.title,
                "registered_on": beijing_day(delivered.entry.recorded_at),
                "public_value_at": plan.public_value_at,
                "inspect_by": plan.inspect_by,
                "campaign": plan.campaign,
                "scope": [*plan.item_codes, *plan.regions],
            }
        case (
            inspection_plan.ListsFrozen()
            | inspection_plan.RecusalsListed()
            | inspection_plan.ReclassificationsListed()
        ):
            return new | _listed(new, delivered.event)
        case inspection_plan.RevealsClosed(withheld=withheld):
            return new | {"withheld": len(withheld)}
        case inspection_plan.Drawn(drawn=drawn) | inspection_plan.MoreDrawn(drawn=drawn):
            return new | {"drawn": plus(new, "drawn", len(drawn))}
        case inspection_plan.MoreMatched() | inspection_plan.Matched() as matched:
            return new | {
                "paired": plus(new, "paired", len(matched.pairs)),
                "unmatched": plus(new, "unmatched", len(matched.unmatched)),
            }
        case inspection_plan.PlanAnnulled(reason=reason):
            return new | {"annulled_for": reason}
        case _:
            return new


def _listed(
    row: Row,
    event: inspection_plan.ListsFrozen
    | inspection_plan.RecusalsListed
    | inspection_plan.ReclassificationsListed,
) -> dict[str, Value]:
    match event:
        case inspection_plan.ListsFrozen(object_count=listed):
            return {"listed": listed}
        case inspection_plan.RecusalsListed(recusals=pairs):
            return {"recusals": plus(row, "recusals", len(pairs))}
        case inspection_plan.ReclassificationsListed(changes=changes):
            return {"reclassified": plus(row, "reclassified", len(changes))}


PROJECTION: Final = Projection(
    name="plan_register",
    version=4,
    columns=COLUMNS,
    keys=keys,
    fold=fold,
    reads=common.names_of("plan"),
    by_partition_key=True,
)


# -- queries

_OVER: Final = "'DRAWN', 'SHARE_OPENED', 'PLAN_ANNULLED', 'PLAN_VOIDED'"


@dataclass(frozen=True, slots=True)
class PlanRow:
    """一份计划；``state`` 说它走到了哪一步，``annulled_for`` 是作废的理由，``scope`` 是定向的范围。"""

    key: str
    plan_no: str
    state: str
    department: Organ
    title: str
    registered_on: date
    public_value_at: datetime
    inspect_by: date
    listed: int
    drawn: int
    paired: int
    unmatched: int
    withheld: int
    annulled_for: str | None
    campaign: str
    scope: list[str]
    recusals: int
    reclassified: int
    position: int


@dataclass(frozen=True, slots=True)
class Asked:
    """查计划的条件；``stalled_at`` 只看公开值早该有了、却既没有抽取也没有作废的。"""

    department: str | None = None
    state: str | None = None
    stalled_at: datetime | None = None


def search(conn: Reader, asked: Asked, limit: int | None) -> Found[PlanRow]:
    """合条件的计划，编号大的在前。"""
    return common.search(
        conn,
        PROJECTION,
        PlanRow,
        (
            ("department = %s", asked.department),
            ("state = %s", asked.state),
            (
                f"public_value_at <= %s AND state NOT IN ({_OVER})",
                asked.stalled_at,
            ),
        ),
        "plan_no DESC",
        limit,
    )
