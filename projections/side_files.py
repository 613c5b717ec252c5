"""旁卷：与许可相关而自成案卷的事，一份案卷一行；各清单由此取出自己的一类。

The body of the latest event of each field is kept in ``details``: a list shows the few facts that
its people work from, and nothing here has to know every family's fields.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from domain import compensation, exemption, measure
from domain.decider import Event
from domain.terms import beijing_day
from followers.delivered import Delivered
from followers.projection import Column, ColumnType, Json, Projection, Row
from projections import common
from projections.common import Found, Reader, counted, facts, names_of

COLUMNS: Final = (
    Column("family", ColumnType.TEXT, indexed=True),
    Column("number", ColumnType.TEXT),
    Column("state", ColumnType.TEXT, indexed=True),
    Column("opened_on", ColumnType.DATE),
    Column("details", ColumnType.JSON),
    Column("events", ColumnType.BIGINT),
    Column("effective_on", ColumnType.DATE),
    Column("position", ColumnType.BIGINT),
)
STATES: Final[dict[type[Event], str]] = {
    compensation.Opened: "OPENED",
    compensation.Decided: "SETTLED",
    measure.Opened: "MEASURE_OPEN",
    measure.Closed: "MEASURE_CLOSED",
    exemption.Screened: "SCREENED",
    exemption.Registered: "EXEMPT",
    exemption.Ended: "EXEMPTION_ENDED",
}
FAMILIES: Final = ("compensation", "exemption", "measure")


def keys(delivered: Delivered) -> tuple[str, ...]:
    """一份案卷一行。"""
    return (delivered.stream,)


def fold(key: str, row: Row | None, delivered: Delivered) -> Row:
    """旁卷的新现状。"""
    family, _, number = key.partition("/")
    known = row["details"] if row else None
    details: dict[str, Json] = dict(known) if isinstance(known, dict) else {}
    opened = row["opened_on"] if row else beijing_day(delivered.meta.decided_at)
    return {
        "family": family,
        "number": number,
        "opened_on": opened,
        "state": STATES[type(delivered.event)],
        "details": details | facts(delivered.event),
        **counted(row or {}, delivered),
    }


PROJECTION: Final = Projection(
    name="side_files",
    version=1,
    columns=COLUMNS,
    keys=keys,
    fold=fold,
    reads=names_of(*FAMILIES),
    by_partition_key=True,
)


# -- queries


@dataclass(frozen=True, slots=True)
class SideFile:
    """旁卷的一行。"""

    number: str
    state: str
    opened_on: date
    details: dict[str, Json]
    position: int

    def text(self, name: str) -> str | None:
        """一项事实，写成文字；没有的为 None。"""
        value = self.details.get(name)
        return None if value is None else str(value)

    def texts(self, name: str) -> tuple[str, ...]:
        """若干项并列的事实。"""
        value = self.details.get(name)
        return tuple(map(str, value)) if isinstance(value, list) else ()


def search(
    conn: Reader, family: str, state: str | None, holder: str | None, limit: int | None
) -> Found[SideFile]:
    """一类旁卷，新的在前。"""
    return common.search(
        conn,
        PROJECTION,
        SideFile,
        (
            ("family = %s", family),
            ("state = %s", state),
            ("details ->> 'holder' = %s", holder),
        ),
        "position DESC",
        limit,
    )
