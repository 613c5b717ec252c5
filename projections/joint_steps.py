"""联合办理：联合勘验、审图、测绘、验收；一次一行。"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from domain.joint import JointStepHeld
from followers.delivered import Delivered
from followers.projection import Column, ColumnType, Json, Projection, Row
from projections import common
from projections.common import Found, Reader

COLUMNS: Final = (
    Column("case_no", ColumnType.TEXT, indexed=True),
    Column("step", ColumnType.TEXT, indexed=True),
    Column("held_on", ColumnType.DATE),
    Column("taking_part", ColumnType.JSON),
    Column("observers", ColumnType.JSON),
    Column("findings", ColumnType.TEXT),
    Column("handler", ColumnType.TEXT),
    Column("position", ColumnType.BIGINT),
)


def keys(delivered: Delivered) -> tuple[str, ...]:
    """一次一行。"""
    return (str(delivered.position),)


def fold(key: str, row: Row | None, delivered: Delivered) -> Row:
    """联合的一步。"""
    del key, row
    event = delivered.event
    if not isinstance(event, JointStepHeld):
        raise TypeError(f"not read here: {delivered.name}")
    bodies: list[Json] = [*event.bodies]
    observers: list[Json] = [*event.observers]
    return {
        "case_no": delivered.key,
        "step": str(event.step),
        "held_on": event.held_on,
        "taking_part": [*bodies, *observers],
        "observers": observers,
        "findings": event.findings,
        "handler": event.handler,
        "position": delivered.position,
    }


PROJECTION: Final = Projection(
    name="joint_steps",
    version=1,
    columns=COLUMNS,
    keys=keys,
    fold=fold,
    reads=frozenset({"joint.step_held.v1"}),
    by_partition_key=True,
)


# -- queries


@dataclass(frozen=True, slots=True)
class StepRow:
    """几家一起办的一步。"""

    case_no: str
    step: str
    held_on: date
    taking_part: list[str]
    observers: list[str]
    findings: str
    handler: str
    position: int


def search(conn: Reader, organ: str | None, limit: int | None) -> Found[StepRow]:
    """某机关参加过的（没有给的不限），新的在前。"""
    return common.search(
        conn,
        PROJECTION,
        StepRow,
        (("taking_part ? %s", organ),),
        "held_on DESC, position DESC",
        limit,
    )
