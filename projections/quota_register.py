"""名额名册：数量有限的许可，谁在先、谁用去、谁退出；一件一行。"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from domain.quota import PlaceGranted, PlaceReleased, PlaceTaken
from followers.delivered import Delivered
from followers.projection import Column, ColumnType, Projection, Row, Value
from projections import common
from projections.common import Found, Reader, names_of

COLUMNS: Final = (
    Column("item_code", ColumnType.TEXT, indexed=True),
    Column("case_no", ColumnType.TEXT),
    Column("place", ColumnType.BIGINT),
    Column("accepted_on", ColumnType.DATE),
    Column("state", ColumnType.TEXT, indexed=True),
    Column("licence_no", ColumnType.TEXT),
    Column("position", ColumnType.BIGINT),
)


def keys(delivered: Delivered) -> tuple[str, ...]:
    """一个事项的一件办件。"""
    match delivered.event:
        case PlaceTaken() | PlaceGranted() | PlaceReleased():
            return (f"{delivered.identity}/{delivered.event.case_no}",)
        case _:
            raise TypeError(f"not read here: {delivered.name}")


def fold(key: str, row: Row | None, delivered: Delivered) -> Row:
    """取号、用去或退出之后的位置。"""
    del key
    new: dict[str, Value] = dict(row or {})
    match delivered.event:
        case PlaceTaken() as taken:
            new |= {
                "item_code": delivered.identity,
                "case_no": taken.case_no,
                "place": taken.place,
                "accepted_on": taken.accepted_on,
                "state": "PLACE_WAITING",
            }
        case PlaceGranted(licence_no=licence_no):
            new |= {"state": "PLACE_GRANTED", "licence_no": licence_no}
        case _:
            new["state"] = "PLACE_RELEASED"
    return new | {"position": delivered.position}


PROJECTION: Final = Projection(
    name="quota_register",
    version=1,
    columns=COLUMNS,
    keys=keys,
    fold=fold,
    reads=names_of("quota"),
    by_partition_key=True,
)


# -- queries


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """一件办件的名额。"""

    key: str
    item_code: str
    case_no: str
    place: int
    accepted_on: date
    state: str
    licence_no: str | None
    position: int


def search(conn: Reader, item_code: str | None, limit: int | None) -> Found[PlaceRow]:
    """合条件的名额，一个事项之内受理在先者在前。"""
    return common.search(
        conn,
        PROJECTION,
        PlaceRow,
        (("item_code = %s", item_code),),
        "item_code, accepted_on, place",
        limit,
    )
