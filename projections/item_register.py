"""事项名册：每个事项最新公布的版本；案卷由此得到事项名称。"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from followers.delivered import Delivered
from followers.projection import Column, ColumnType, Projection, Row, Value
from projections.common import Reader, names_of, plain, select

COLUMNS: Final = (
    Column("version", ColumnType.BIGINT),
    Column("effective_from", ColumnType.DATE),
    Column("name", ColumnType.TEXT),
    Column("approving_body", ColumnType.TEXT),
    Column("supervising_bodies", ColumnType.JSON),
    Column("legal_days", ColumnType.BIGINT),
    Column("promised_days", ColumnType.BIGINT),
    Column("commitment_allowed", ColumnType.BOOLEAN),
    Column("filing_only", ColumnType.BOOLEAN),
    Column("speciality", ColumnType.TEXT),
    Column("position", ColumnType.BIGINT),
)


def keys(delivered: Delivered) -> tuple[str, ...]:
    """事项编码。"""
    return (delivered.identity,)


def fold(key: str, row: Row | None, delivered: Delivered) -> Row:
    """后公布的版本取代先公布的。"""
    del key, row
    new: dict[str, Value] = {
        column.name: getattr(delivered.event, column.name)
        for column in COLUMNS
        if column.name != "position"
    }
    bodies = plain(new["supervising_bodies"])
    return new | {"supervising_bodies": bodies, "position": delivered.position}


PROJECTION: Final = Projection(
    name="item_register",
    version=1,
    columns=COLUMNS,
    keys=keys,
    fold=fold,
    reads=names_of("item"),
    by_partition_key=True,
)


# -- queries


@dataclass(frozen=True, slots=True)
class ItemRow:
    """事项名册的一行。"""

    key: str
    version: int
    effective_from: date
    name: str
    approving_body: str
    supervising_bodies: list[str]
    legal_days: int
    promised_days: int
    commitment_allowed: bool
    filing_only: bool
    speciality: str
    position: int


def find(conn: Reader, item_code: str) -> ItemRow | None:
    """一个事项。"""
    found = select(conn, PROJECTION, ItemRow, "key = %s", (item_code,))
    return found[0] if found else None
