"""承诺办法名册：每个办法最新公布的版本，三类情形各怎样处理。"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from domain.policy import PolicyPublished
from followers.delivered import Delivered
from followers.projection import Column, ColumnType, Json, Projection, Row
from projections import common
from projections.common import Found, Reader, names_of

COLUMNS: Final = (
    Column("version", ColumnType.BIGINT),
    Column("effective_from", ColumnType.DATE),
    Column("name", ColumnType.TEXT),
    Column("jurisdiction", ColumnType.TEXT),
    Column("source", ColumnType.TEXT),
    Column("paths", ColumnType.JSON),
    Column("position", ColumnType.BIGINT),
)


def keys(delivered: Delivered) -> tuple[str, ...]:
    """办法编号。"""
    return (delivered.identity,)


def fold(key: str, row: Row | None, delivered: Delivered) -> Row:
    """后公布的版本取代先公布的。"""
    del key, row
    event = delivered.event
    if not isinstance(event, PolicyPublished):
        raise TypeError(f"not read here: {delivered.name}")
    paths: dict[str, Json] = {str(one.trigger): str(one.path) for one in event.handlings}
    return {
        "version": event.version,
        "effective_from": event.effective_from,
        "name": event.name,
        "jurisdiction": event.jurisdiction,
        "source": event.source,
        "paths": paths,
        "position": delivered.position,
    }


PROJECTION: Final = Projection(
    name="policy_register",
    version=1,
    columns=COLUMNS,
    keys=keys,
    fold=fold,
    reads=names_of("policy"),
    by_partition_key=True,
)


# -- queries


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """一个承诺办法。``paths``: trigger → path."""

    key: str
    version: int
    effective_from: date
    name: str
    jurisdiction: str
    source: str
    paths: dict[str, str]
    position: int


def search(conn: Reader, limit: int | None) -> Found[PolicyRow]:
    """全部承诺办法。"""
    return common.search(conn, PROJECTION, PolicyRow, (), "key", limit)
