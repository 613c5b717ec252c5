"""日终封账：逐日封到第几件、几份案卷、清单的树根。"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from domain.closing import ClosingRecorded
from followers.delivered import Delivered
from followers.projection import Column, ColumnType, Projection, Row
from projections import common
from projections.common import Found, Reader

COLUMNS: Final = (
    Column("serial", ColumnType.BIGINT),
    Column("closed_on", ColumnType.DATE),
    Column("size", ColumnType.BIGINT),
    Column("streams", ColumnType.BIGINT),
    Column("heads_root", ColumnType.TEXT),
    Column("position", ColumnType.BIGINT),
)


def keys(delivered: Delivered) -> tuple[str, ...]:
    """一日一行。"""
    return (f"{delivered.identity} {delivered.entry.version}",)


def fold(key: str, row: Row | None, delivered: Delivered) -> Row:
    """记下的不再改。"""
    del key, row
    event = delivered.event
    if not isinstance(event, ClosingRecorded):
        raise TypeError(f"not read here: {delivered.name}")
    return {
        "serial": event.serial,
        "closed_on": event.closed_on,
        "size": event.size,
        "streams": event.streams,
        "heads_root": event.heads_root,
        "position": delivered.position,
    }


PROJECTION: Final = Projection(
    name="closing_register",
    version=1,
    columns=COLUMNS,
    keys=keys,
    fold=fold,
    reads=frozenset({"closing.recorded.v1"}),
    by_partition_key=True,
)


# -- queries


@dataclass(frozen=True, slots=True)
class ClosingRow:
    """一日的封账；``position`` 是记下它的那一件。"""

    serial: int
    closed_on: date
    size: int
    streams: int
    heads_root: str
    position: int


def search(conn: Reader, limit: int | None) -> Found[ClosingRow]:
    """逐日的封账，最近的在前。"""
    return common.search(conn, PROJECTION, ClosingRow, (), "serial DESC", limit)
