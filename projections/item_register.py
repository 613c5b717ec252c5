"""事项名册：每个事项最新公布的版本与它的一生；案卷由此得到事项名称。"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from domain import catalogue
from domain.catalogue import ItemPublished
from followers.delivered import Delivered
from followers.projection import Column, ColumnType, Json, Projection, Row, Value
from projections import common
from projections.common import Found, Reader, facts, names_of, plain, select

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
    Column("window_authorised", ColumnType.BOOLEAN),
    Column("one_window", ColumnType.BOOLEAN),
    Column("on_negative_list", ColumnType.BOOLEAN),
    Column("tags", ColumnType.JSON),
    Column("standard_no", ColumnType.TEXT),
    Column("state", ColumnType.TEXT, indexed=True),
    Column("first_case", ColumnType.TEXT),
    Column("document_no", ColumnType.TEXT),
    Column("transfers", ColumnType.JSON),
    Column("position", ColumnType.BIGINT),
)
# Taken from the version as it stands.
_VERSION: Final = (
    "version",
    "effective_from",
    "name",
    "approving_body",
    "legal_days",
    "promised_days",
    "commitment_allowed",
    "filing_only",
    "speciality",
    "window_authorised",
)


def keys(delivered: Delivered) -> tuple[str, ...]:
    """事项编码。"""
    return (delivered.identity,)


def fold(key: str, row: Row | None, delivered: Delivered) -> Row:
    """后公布的版本取代先公布的；休眠、激活、下放、取消只改它的现状。"""
    del key
    old: dict[str, Value] = {**(row or {"state": "LISTED"}), "position": delivered.position}
    match delivered.event:
        case ItemPublished() as event:
            return old | _version(event)
        case catalogue.FirstUsed(case_no=case_no):
            return old | {"first_case": case_no}
        case catalogue.MadeDormant(document_no=number):
            return old | {"state": "DORMANT", "document_no": number}
        case catalogue.Activated(case_no=case_no):
            return old | {"state": "LISTED", "document_no": None, "first_case": case_no}
        case catalogue.Cancelled(document_no=number):
            return old | {"state": "ITEM_CANCELLED", "document_no": number}
        case event:
            done = isinstance(event, catalogue.AuthorityTransferred)
            transfer: Json = {**facts(event), "done": done}
            known = old.get("transfers")
            return old | {"transfers": [*(known if isinstance(known, list) else []), transfer]}


def _version(event: ItemPublished) -> dict[str, Value]:
    new: dict[str, Value] = {name: getattr(event, name) for name in _VERSION}
    return new | {
        "supervising_bodies": plain(event.supervising_bodies),
        "one_window": event.rules.intake.one_window,
        "on_negative_list": event.rules.on_negative_list,
        "tags": plain(event.rules.tags),
        "standard_no": event.rules.standard_no,
    }


PROJECTION: Final = Projection(
    name="item_register",
    version=2,
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
    window_authorised: bool
    one_window: bool
    on_negative_list: bool
    tags: list[str]
    standard_no: str | None
    state: str
    first_case: str | None
    document_no: str | None
    transfers: list[dict[str, Json]] | None
    position: int


def find(conn: Reader, item_code: str) -> ItemRow | None:
    """一个事项。"""
    found = select(conn, PROJECTION, ItemRow, "key = %s", (item_code,))
    return found[0] if found else None


@dataclass(frozen=True, slots=True)
class Asked:
    """查事项的条件；没有给的不限。"""

    organ: str | None = None
    department: str | None = None
    state: str | None = None
    item_code: str | None = None


def search(conn: Reader, asked: Asked, limit: int | None) -> Found[ItemRow]:
    """合条件的事项，按编码。"""
    return common.search(
        conn,
        PROJECTION,
        ItemRow,
        (
            ("approving_body = %s", asked.organ),
            ("supervising_bodies ? %s", asked.department),
            ("state = %s", asked.state),
            ("key = %s", asked.item_code),
        ),
        "key",
        limit,
    )
