"""几家一起办的事：会商、观察员参与、联合勘验审图测绘验收；一次一行。"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from domain.consultation import ConsultationHeld, ObserverAttended
from domain.joint import JointStepHeld
from followers.delivered import Delivered
from followers.projection import Column, ColumnType, Json, Projection, Row
from projections import common
from projections.common import Found, Reader, names_of

COLUMNS: Final = (
    Column("case_no", ColumnType.TEXT, indexed=True),
    Column("occasion", ColumnType.TEXT, indexed=True),
    Column("held_on", ColumnType.DATE),
    Column("bodies", ColumnType.JSON),
    Column("matter", ColumnType.TEXT),
    Column("result", ColumnType.TEXT),
    Column("handler", ColumnType.TEXT),
    Column("position", ColumnType.BIGINT),
)


def keys(delivered: Delivered) -> tuple[str, ...]:
    """一次一行。"""
    return (str(delivered.position),)


def fold(key: str, row: Row | None, delivered: Delivered) -> Row:
    """会商、观察或联合的一步。"""
    del key, row
    told: Row
    match delivered.event:
        case ConsultationHeld() as event:
            told = {
                "occasion": "CONSULTATION",
                "held_on": event.held_on,
                "matter": event.matter,
                "result": event.conclusions,
            }
            bodies = event.bodies
        case ObserverAttended() as event:
            told = {
                "occasion": "OBSERVER",
                "held_on": event.attended_on,
                "matter": event.survey_no,
                "result": event.remarks,
            }
            bodies = (event.department,)
        case JointStepHeld() as event:
            told = {
                "occasion": str(event.step),
                "held_on": event.held_on,
                "matter": None,
                "result": event.findings,
            }
            bodies = (*event.bodies, *event.observers)
        case _:
            raise TypeError(f"not read here: {delivered.name}")
    listed: list[Json] = [*bodies]
    handler = common.text_field(delivered.event, "handler")
    own: Row = {"case_no": delivered.key, "handler": handler, "position": delivered.position}
    return {**told, "bodies": listed, **own}


PROJECTION: Final = Projection(
    name="joint_work",
    version=1,
    columns=COLUMNS,
    keys=keys,
    fold=fold,
    reads=names_of("consultation") | {"joint.step_held.v1"},
    by_partition_key=True,
)


# -- queries


@dataclass(frozen=True, slots=True)
class JointWorkRow:
    """几家一起办的一次。"""

    case_no: str
    occasion: str
    held_on: date
    bodies: list[str]
    matter: str | None
    result: str
    handler: str
    position: int


def search(conn: Reader, organ: str | None, limit: int | None) -> Found[JointWorkRow]:
    """某机关参加过的（没有给的不限），新的在前。"""
    return common.search(
        conn,
        PROJECTION,
        JointWorkRow,
        (("bodies ? %s", organ),),
        "held_on DESC, position DESC",
        limit,
    )
