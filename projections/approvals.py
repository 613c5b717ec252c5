"""许可现状：每份许可现在是否有效，因何终结。"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from domain import approval
from domain.decider import Event
from followers.delivered import Delivered
from followers.projection import Column, ColumnType, Projection, Row, Value
from projections.common import Reader, names_of, select

COLUMNS: Final = (
    Column("state", ColumnType.TEXT, indexed=True),
    Column("case_no", ColumnType.TEXT, indexed=True),
    Column("item_code", ColumnType.TEXT),
    Column("holder", ColumnType.TEXT, indexed=True),
    Column("decision_no", ColumnType.TEXT),
    Column("approving_body", ColumnType.TEXT),
    Column("in_name_of", ColumnType.TEXT),
    Column("commitment_id", ColumnType.TEXT),
    Column("valid_from", ColumnType.DATE),
    Column("valid_to", ColumnType.DATE),
    Column("ended_on", ColumnType.DATE),
    Column("ending_no", ColumnType.TEXT),
    Column("deregistered", ColumnType.BOOLEAN),
    Column("position", ColumnType.BIGINT),
)

_TAKEN: Final = (
    "case_no",
    "item_code",
    "holder",
    "decision_no",
    "approving_body",
    "in_name_of",
    "commitment_id",
    "valid_from",
    "valid_to",
)
# The endings differ in law. Deregistration closes the register behind one of the others; it is the
# ending itself where the holder is gone (许可法 70 条).
ENDINGS: Final[dict[type[Event], str]] = {
    approval.Revoked: "REVOKED",
    approval.Withdrawn: "WITHDRAWN",
    approval.Forfeited: "FORFEITED",
    approval.Expired: "EXPIRED",
    approval.Deregistered: "DEREGISTERED",
}


def keys(delivered: Delivered) -> tuple[str, ...]:
    """许可证件编号。"""
    return (delivered.identity,)


def fold(key: str, row: Row | None, delivered: Delivered) -> Row:
    """一份许可的新现状。"""
    del key
    event = delivered.event
    new: dict[str, Value] = {**(row or {}), "position": delivered.position}
    if isinstance(event, approval.Granted):
        taken = {name: getattr(event, name) for name in _TAKEN}
        return new | taken | {"state": "IN_FORCE", "deregistered": False}
    closes_register = isinstance(event, approval.Deregistered)
    if closes_register:
        new["deregistered"] = True
    if new.get("state") == "IN_FORCE" or not closes_register:
        new |= {"state": ENDINGS[type(event)], "ended_on": delivered.meta.effective_on}
        number = getattr(event, "decision_no", None) or getattr(event, "penalty_no", None)
        new["ending_no"] = number
    return new


PROJECTION: Final = Projection(
    name="approvals",
    version=1,
    columns=COLUMNS,
    keys=keys,
    fold=fold,
    reads=names_of("licence"),
    by_partition_key=True,
)


# -- queries


@dataclass(frozen=True, slots=True)
class ApprovalRow:
    """许可现状的一行。"""

    key: str
    state: str
    case_no: str
    item_code: str
    holder: str
    decision_no: str
    approving_body: str
    in_name_of: str
    commitment_id: str | None
    valid_from: date
    valid_to: date | None
    ended_on: date | None
    ending_no: str | None
    deregistered: bool
    position: int


def find(conn: Reader, licence_no: str) -> ApprovalRow | None:
    """一份许可的现状。"""
    found = select(conn, PROJECTION, ApprovalRow, "key = %s", (licence_no,))
    return found[0] if found else None


def of_holder(conn: Reader, holder: str) -> list[ApprovalRow]:
    """一个持有人的全部许可。"""
    return select(conn, PROJECTION, ApprovalRow, "holder = %s ORDER BY key", (holder,))
