"""检查人员名册：资格与证件，派了几项、做了几项；来源里的检查人员只有代号与次数。"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from domain import inspection_task, past_inspection
from domain.code_set import V1, found_problem
from domain.inspector import (
    InspectorEvent,
    InspectorRegistered,
    InspectorRemoved,
    RecusalDeclared,
    RecusalLifted,
)
from followers.delivered import Delivered
from followers.projection import Column, ColumnType, Json, Projection, Row, Value
from projections import common
from projections.common import Found, Reader, plain, plus

COLUMNS: Final = (
    Column("organ", ColumnType.TEXT, indexed=True),
    Column("region", ColumnType.TEXT),
    Column("specialities", ColumnType.JSON),
    Column("station", ColumnType.TEXT),
    Column("certificate_no", ColumnType.TEXT),
    Column("certificate_valid_to", ColumnType.DATE, indexed=True),
    Column("recusals", ColumnType.JSON),
    Column("removed_on", ColumnType.DATE, indexed=True),
    Column("source", ColumnType.TEXT),
    Column("assigned", ColumnType.BIGINT),
    Column("done", ColumnType.BIGINT),
    Column("problems", ColumnType.BIGINT),
    Column("position", ColumnType.BIGINT),
)
_ENTERED: Final = ("organ", "region", "station", "certificate_no", "certificate_valid_to")


def keys(delivered: Delivered) -> tuple[str, ...]:
    """事件所涉的检查人员；来源里的人前面写明来源，不与本系统的人相混。"""
    match delivered.event:
        case InspectorRegistered() | RecusalDeclared() | RecusalLifted() | InspectorRemoved():
            return (delivered.identity,)
        case (
            inspection_task.TaskAssigned(inspectors=people)
            | inspection_task.TaskWithdrawn(inspectors=people)
            | inspection_task.Inspected(signatures=people)
        ):
            return people
        case inspection_task.TaskReassigned(before=before, inspectors=people):
            return tuple(dict.fromkeys((*before, *people)))
        case past_inspection.InspectionImported(inspector=str(code), origin=origin):
            return (f"{origin.source}:{code}",)
        case _:
            return ()


def fold(key: str, row: Row | None, delivered: Delivered) -> Row:
    """一名检查人员的新现状。"""
    new: dict[str, Value] = {**(row or {"assigned": 0, "done": 0, "problems": 0})}
    new["position"] = delivered.position
    match delivered.event:
        case InspectorRegistered() | RecusalDeclared() | RecusalLifted() | InspectorRemoved():
            return new | _of_the_register(new, delivered.event)
        case inspection_task.TaskAssigned():
            return new | {"assigned": plus(new, "assigned")}
        case inspection_task.TaskWithdrawn():
            return new | {"assigned": plus(new, "assigned", -1)}
        case inspection_task.TaskReassigned(before=before, inspectors=people):
            moved = (key in people) - (key in before)
            return new | {"assigned": plus(new, "assigned", moved)}
        case inspection_task.Inspected(meant=kinds):
            problems = plus(new, "problems", found_problem(kinds))
            return new | {"done": plus(new, "done"), "problems": problems}
        case past_inspection.InspectionImported(codes=codes, origin=origin):
            new["source"] = origin.source
            kinds = tuple(one.kind for one in V1.find(codes))
            problems = plus(new, "problems", found_problem(kinds))
            return new | {"done": plus(new, "done"), "problems": problems}
        case _:
            raise TypeError(f"not read here: {delivered.name}")


def _of_the_register(row: Row, event: InspectorEvent) -> dict[str, Value]:
    match event:
        case InspectorRegistered() as entered:
            taken: dict[str, Value] = {name: getattr(entered, name) for name in _ENTERED}
            return taken | {"removed_on": None, "specialities": plain(entered.specialities)}
        case RecusalDeclared() | RecusalLifted() as recusal:
            return {"recusals": _recusals(row, recusal)}
        case InspectorRemoved(last_day=last_day):
            return {"removed_on": last_day}
        case _:
            return {}


def _recusals(row: Row, event: RecusalDeclared | RecusalLifted) -> list[Json]:
    """Whom or whose he does not check: a subject's number or an organ's code."""
    known, one = row.get("recusals"), event.subject or event.organ
    kept = [told for told in known if told != one] if isinstance(known, list) else []
    return [*kept, one] if isinstance(event, RecusalDeclared) else kept


PROJECTION: Final = Projection(
    name="inspector_register",
    version=4,
    columns=COLUMNS,
    keys=keys,
    fold=fold,
    reads=frozenset(
        {
            "inspector.registered.v1",
            "inspector.recusal_declared.v1",
            "inspector.recusal_lifted.v1",
            "inspector.removed.v1",
            "task.assigned.v1",
            "task.inspected.v1",
            "task.inspected.v2",
            "task.withdrawn.v1",
            "task.reassigned.v1",
            "inspection.imported.v1",
        }
    ),
)


# -- queries


@dataclass(frozen=True, slots=True)
class InspectorRow:
    """一名检查人员；``source`` 不空的是来源里的人，只有代号与次数。"""

    key: str
    organ: str | None
    region: str | None
    specialities: list[str] | None
    station: str | None
    certificate_no: str | None
    certificate_valid_to: date | None
    recusals: list[str] | None
    removed_on: date | None
    source: str | None
    assigned: int
    done: int
    problems: int
    position: int


@dataclass(frozen=True, slots=True)
class Asked:
    """查检查人员的条件；没有给的不限。``expired_by``：此日及以前证件到期的。"""

    organ: str | None = None
    region: str | None = None
    imported: bool | None = None
    expired_by: date | None = None


def search(conn: Reader, asked: Asked, limit: int | None) -> Found[InspectorRow]:
    """合条件的检查人员，本系统的在前。"""
    return common.search(
        conn,
        PROJECTION,
        InspectorRow,
        (
            ("organ = %s", asked.organ),
            ("region = %s", asked.region),
            ("(source IS NOT NULL) = %s", asked.imported),
            ("certificate_valid_to <= %s", asked.expired_by),
        ),
        "source NULLS FIRST, key",
        limit,
    )
