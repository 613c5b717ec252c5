"""旁卷：与许可相关而自成案卷的事，一份案卷一行；各清单由此取出自己的一类。

The body of the latest event of each field is kept in ``details``: a list shows the few facts that
its people work from, and nothing here has to know every family's fields.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from domain import compensation, composite, exemption, measure, reliance, simulated
from domain.decider import Event
from domain.terms import beijing_day
from followers.delivered import Delivered
from followers.projection import Column, ColumnType, Json, Projection, Row, Value
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
    # 证照复用、模拟审批、一业一证
    reliance.CertificateReused: "RELYING",
    reliance.DependencyBroken: "DEPENDENCY_BROKEN",
    reliance.DependencyRestored: "RELYING",
    reliance.DependencyAnswered: "DEPENDENCY_ANSWERED",
    simulated.Opened: "SIMULATED",
    simulated.OpinionIssued: "SIMULATED_REVIEWED",
    simulated.ConditionMet: "CONDITION_MET",
    simulated.SchemeChanged: "SCHEME_CHANGED",
    simulated.SuccessorRecorded: "SIMULATED",
    simulated.Converted: "CONVERTED",
    simulated.Lapsed: "SIMULATION_LAPSED",
    composite.Issued: "COMPOSITE_ISSUED",
    composite.Adjusted: "COMPOSITE_ADJUSTED",
    composite.Ended: "COMPOSITE_ENDED",
}
FAMILIES: Final = (
    *("compensation", "exemption", "measure"),
    *("reliance", "simulated", "composite"),
)


def keys(delivered: Delivered) -> tuple[str, ...]:
    """一份案卷一行；复用的证照，一件办件的一份证照一行。"""
    match delivered.event:
        case reliance.CertificateReused(licence_no=number, replaces=before):
            numbers = (number,) if before is None else (number, before)
            return tuple(f"{delivered.stream}.{one}" for one in numbers)
        case (
            reliance.DependencyBroken(licence_no=number)
            | reliance.DependencyRestored(licence_no=number)
            | reliance.DependencyAnswered(licence_no=number)
        ):
            return (f"{delivered.stream}.{number}",)
        case _:
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
        **_now(key, details, delivered),
        **counted(row or {}, delivered),
    }


def _now(key: str, details: dict[str, Json], delivered: Delivered) -> dict[str, Value]:
    """现状；换下的证照只变状态，别的仍是它自己的。"""
    match delivered.event:
        case reliance.CertificateReused(replaces=str() as before) if key.endswith(f".{before}"):
            return {"state": "REPLACED", "details": details}
        case reliance.CertificateReused() | reliance.DependencyBroken():
            told = facts(delivered.event) | {"case_no": delivered.key}
        case event:
            told = facts(event)
    return {"state": STATES[type(delivered.event)], "details": details | told}


PROJECTION: Final = Projection(
    name="side_files",
    version=2,
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

    def parts(self, name: str, part: str) -> tuple[str, ...]:
        """若干项并列的事实，各取其中一栏。"""
        value = self.details.get(name)
        found = value if isinstance(value, list) else []
        return tuple(str(one[part]) for one in found if isinstance(one, dict))


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
