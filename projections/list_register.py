"""公布的名录：清单、区域评估、工作日历、撤并了的机关；一份一行，最后公布的为准。"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from domain import area, calendar, lists, organ
from domain.code_set import CodeSetPublished
from domain.terms import beijing_day
from followers.delivered import Delivered
from followers.projection import Column, ColumnType, Projection, Row, Value
from projections import common
from projections.common import Found, Reader, names_of

COLUMNS: Final = (
    Column("family", ColumnType.TEXT, indexed=True),
    Column("name", ColumnType.TEXT),
    Column("version", ColumnType.BIGINT),
    Column("effective_from", ColumnType.DATE),
    Column("valid_to", ColumnType.DATE),
    Column("document_no", ColumnType.TEXT),
    Column("entries", ColumnType.BIGINT),
    Column("position", ColumnType.BIGINT),
)


def keys(delivered: Delivered) -> tuple[str, ...]:
    """案卷号。"""
    return (delivered.stream,)


def fold(key: str, row: Row | None, delivered: Delivered) -> Row:
    """后公布的取代先公布的。"""
    del row
    family, _, identity = key.partition("/")
    new: dict[str, Value] = {
        "family": family,
        "name": identity,
        "position": delivered.position,
    }
    match delivered.event:
        case calendar.CalendarPublished(year=year, version=version, source=source):
            since: dict[str, Value] = {"version": version, "effective_from": date(year, 1, 1)}
            return new | since | {"valid_to": date(year, 12, 31), "document_no": source}
        case organ.Succeeded(successor=after, effective_from=day, document_no=number):
            return new | {"name": after, "effective_from": day, "document_no": number}
        case area.AssessmentPublished(name=name, valid_from=day, valid_to=end, parcels=parcels):
            until: dict[str, Value] = {"valid_to": end, "entries": len(parcels), "name": name}
            return new | _version(delivered.event, day) | until
        case lists.VersionPublished(effective_from=day, entries=entries):
            return new | _version(delivered.event, day) | {"entries": len(entries)}
        case lists.ServicesPublished(effective_from=day, services=services):
            return new | _version(delivered.event, day) | {"entries": len(services)}
        case lists.MattersPublished(effective_from=day, matters=matters):
            return new | _version(delivered.event, day) | {"entries": len(matters)}
        case CodeSetPublished(title=title, codes=codes):
            day = beijing_day(delivered.meta.decided_at)
            return new | {"name": title, "effective_from": day, "entries": len(codes)}
        case _:
            return new


def _version(event: lists.Version | area.AssessmentPublished, day: date) -> dict[str, Value]:
    return {
        "version": event.version,
        "effective_from": day,
        "document_no": event.document_no,
    }


PROJECTION: Final = Projection(
    name="list_register",
    version=2,
    columns=COLUMNS,
    keys=keys,
    fold=fold,
    reads=names_of("organ", "calendar", "list", "area", "codeset"),
    by_partition_key=True,
)


# -- queries


@dataclass(frozen=True, slots=True)
class ListRow:
    """名录的一行。"""

    key: str
    family: str
    name: str
    version: int | None
    effective_from: date
    valid_to: date | None
    document_no: str | None
    entries: int | None
    position: int


def search(conn: Reader, limit: int | None) -> Found[ListRow]:
    """全部公布的名录。"""
    return common.search(conn, PROJECTION, ListRow, (), "family, key", limit)
