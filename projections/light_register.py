"""灯的界限：公布过的各个版本，各种期限何时亮黄灯、红灯。"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from domain.light_setting import KindLevels, LightsPublished
from domain.terms import PersonId
from followers.delivered import Delivered
from followers.packing import pack, unpack
from followers.projection import Column, ColumnType, Json, Projection, Row
from projections.common import Found, Reader, select

COLUMNS: Final = (
    Column("version", ColumnType.BIGINT),
    Column("effective_from", ColumnType.DATE),
    Column("document_no", ColumnType.TEXT),
    Column("levels", ColumnType.JSON),
    Column("handler", ColumnType.TEXT),
    Column("position", ColumnType.BIGINT),
)


def keys(delivered: Delivered) -> tuple[str, ...]:
    """一个版本一行。"""
    return (f"{delivered.identity} {delivered.entry.version}",)


def fold(key: str, row: Row | None, delivered: Delivered) -> Row:
    """公布过的版本都留着：期限依起算之日的版本。"""
    del key, row
    event = delivered.event
    if not isinstance(event, LightsPublished):
        raise TypeError(f"not read here: {delivered.name}")
    levels: list[Json] = [pack(one) for one in event.levels]
    return {
        "version": event.version,
        "effective_from": event.effective_from,
        "document_no": event.document_no,
        "levels": levels,
        "handler": event.handler,
        "position": delivered.position,
    }


PROJECTION: Final = Projection(
    name="light_register",
    version=1,
    columns=COLUMNS,
    keys=keys,
    fold=fold,
    reads=frozenset({"lights.published.v1"}),
    by_partition_key=True,
)


# -- queries


@dataclass(frozen=True, slots=True)
class _Stored:
    version: int
    effective_from: date
    document_no: str
    levels: list[Json]
    handler: str
    position: int


@dataclass(frozen=True, slots=True)
class LevelRow:
    """一个版本里一种期限的界限。"""

    published: LightsPublished
    of: KindLevels
    position: int


def _event(row: _Stored) -> LightsPublished:
    return LightsPublished(
        version=row.version,
        effective_from=row.effective_from,
        document_no=row.document_no,
        levels=unpack(row.levels, tuple[KindLevels, ...]),
        handler=PersonId(row.handler),
    )


def _stored(conn: Reader) -> list[_Stored]:
    return select(conn, PROJECTION, _Stored, "true ORDER BY version")


def published(conn: Reader) -> tuple[LightsPublished, ...]:
    """公布过的各个版本，先后有序。"""
    return tuple(map(_event, _stored(conn)))


def search(conn: Reader, limit: int | None) -> Found[LevelRow]:
    """各个版本的各种期限，新版在前。"""
    found = list(_rows(reversed(_stored(conn))))
    return Found(found[:limit], len(found))


def _rows(stored: Iterable[_Stored]) -> Iterable[LevelRow]:
    for row in stored:
        event = _event(row)
        yield from (LevelRow(event, one, row.position) for one in event.levels)
