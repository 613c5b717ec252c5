"""办件人：每件由谁收、谁受理、谁审、谁决定，跑了几趟、几级评价、查出几个问题；人与事项的账由此汇总。

One row a case. What an officer's points are, and how far like cases were treated alike (零自由裁量),
is summed from these rows when asked.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, cast

from domain import case, oversight, record, service
from domain.decider import Event
from domain.terms import beijing_day
from followers.delivered import Delivered
from followers.projection import Column, ColumnType, Json, Projection, Row, Value
from projections.common import Reader, names_of, plus, select

COLUMNS: Final = (
    Column("item_code", ColumnType.TEXT, indexed=True),
    Column("agent", ColumnType.TEXT, indexed=True),
    Column("receiver", ColumnType.TEXT),
    Column("acceptor", ColumnType.TEXT),
    Column("reviewer", ColumnType.TEXT),
    Column("decider", ColumnType.TEXT, indexed=True),
    Column("outcome", ColumnType.TEXT),
    Column("received_on", ColumnType.DATE),
    Column("accepted_on", ColumnType.DATE),
    Column("decided_on", ColumnType.DATE),
    Column("trips", ColumnType.BIGINT),
    Column("score", ColumnType.BIGINT),
    Column("points", ColumnType.BIGINT),
    Column("faults", ColumnType.JSON),
    Column("corrected", ColumnType.TEXT),
    Column("correction", ColumnType.BIGINT),
    Column("position", ColumnType.BIGINT),
)
# 查实一个问题扣几分；各地自定。
DEDUCTED: Final[Mapping[str, int]] = {"REMINDER": 1, "YELLOW": 2, "RED": 5}

# Which facts go into which column.
_TAKEN: Final[dict[type[Event], dict[str, str]]] = {
    case.Received: {"item_code": "item_code", "agent": "agent", "receiver": "handler"},
    case.Accepted: {"accepted_on": "accepted_on", "acceptor": "handler"},
    case.DeemedAccepted: {"accepted_on": "accepted_on"},
    case.Reviewed: {"reviewer": "handler"},
    case.Approved: {"decided_on": "decided_on", "decider": "handler"},
    case.Rejected: {"decided_on": "decided_on", "decider": "handler"},
    service.RatingGiven: {"score": "score"},
    record.PointsAwarded: {"points": "points"},
    record.PointsCorrected: {"corrected": "officer", "correction": "points"},
}


def keys(delivered: Delivered) -> tuple[str, ...]:
    """办件编号。"""
    return (delivered.key,)


def fold(key: str, row: Row | None, delivered: Delivered) -> Row:
    """一件办件的新现状。"""
    del key
    new: dict[str, Value] = {**(row or {}), "position": delivered.position}
    event = delivered.event
    if isinstance(event, service.TripRecorded):
        return new | {"trips": plus(new, "trips")}
    if delivered.stream.startswith("oversight/"):
        return new | {"faults": _faults(new, delivered)}
    return new | _handled(event)


def _handled(event: Event) -> dict[str, Value]:
    taken: dict[str, Value] = {
        column: getattr(event, name) for column, name in _TAKEN.get(type(event), {}).items()
    }
    match event:
        case case.Received(received_at=at):
            return taken | {"received_on": beijing_day(at)}
        case case.Approved():
            return taken | {"outcome": "APPROVED"}
        case case.Rejected():
            return taken | {"outcome": "REJECTED"}
        case _:
            return taken


def _faults(row: Row, delivered: Delivered) -> list[Json]:
    """指名到人的问题；容错的、不成立的不在内，账上照旧有。"""
    event, number = delivered.event, delivered.identity
    known = [one for one in cast("list[Json]", row.get("faults") or []) if isinstance(one, dict)]
    others: list[Json] = [one for one in known if one["no"] != number]
    match event:
        case oversight.Raised(responsible=str() as person, level=level):
            return [*others, {"no": number, "person": person, "level": str(level)}]
        case oversight.ToleranceGranted():
            return others
        case oversight.Closed(outcome=oversight.OversightOutcome.UNFOUNDED):
            return others
        case _:
            return list(known)


PROJECTION: Final = Projection(
    name="conduct",
    version=1,
    columns=COLUMNS,
    keys=keys,
    fold=fold,
    reads=names_of("case", "oversight", "trip", "rating", "points")
    - {"case.imported.v1", "case.step_imported.v1"},
    by_partition_key=True,
)


# -- queries


@dataclass(frozen=True, slots=True)
class ConductRow:
    """一件办件由谁办、办得怎样。"""

    key: str
    item_code: str | None
    agent: str | None
    receiver: str | None
    acceptor: str | None
    reviewer: str | None
    decider: str | None
    outcome: str | None
    received_on: date | None
    accepted_on: date | None
    decided_on: date | None
    trips: int | None
    score: int | None
    points: int | None
    faults: list[dict[str, str]] | None
    corrected: str | None
    correction: int | None

    @property
    def days(self) -> int | None:
        """自受理到决定的自然日数。"""
        if self.accepted_on is None or self.decided_on is None:
            return None
        return (self.decided_on - self.accepted_on).days

    @property
    def steps(self) -> tuple[str, ...]:
        """经手的各步，一步一人。"""
        named = (self.receiver, self.acceptor, self.reviewer, self.decider)
        return tuple(one for one in named if one is not None)


@dataclass
class Person:
    """一个工作人员或者代办人的账。"""

    key: str
    steps: int = 0
    cases: int = 0
    rated: int = 0
    scores: int = 0
    trips: int = 0
    faults: int = 0
    deducted: int = 0
    corrected: int = 0
    as_agent: int = 0
    agent_points: int = 0

    @property
    def points(self) -> int:
        """窗口积分：一步一分，问题扣分，更正加减。"""
        return self.steps - self.deducted + self.corrected

    @property
    def both(self) -> bool:
        """既经手办件又代办的：须报告（SD12）。"""
        return self.steps > 0 and self.as_agent > 0


@dataclass
class Discretion:
    """一个决定人对一个事项：准予、不予各几件，用了几日。"""

    item_code: str
    decider: str
    approved: int = 0
    rejected: int = 0
    days: list[int] = field(default_factory=list)

    @property
    def key(self) -> str:
        """事项与决定人。"""
        return f"{self.item_code}:{self.decider}"

    @property
    def approved_rate(self) -> int:
        """准予的百分数，四舍五入。"""
        whole = self.approved + self.rejected
        return (self.approved * 200 + whole) // (2 * whole)


def people(rows: Iterable[ConductRow]) -> list[Person]:
    """各人的账，积分高的在前。"""
    found: defaultdict[str, Person] = defaultdict(lambda: Person(""))

    def of(name: str) -> Person:
        found[name].key = name
        return found[name]

    for row in rows:
        for name in row.steps:
            of(name).steps += 1
        for name in set(row.steps):
            _served(of(name), row)
        for fault in row.faults or ():
            at_fault = of(fault["person"])
            at_fault.faults += 1
            at_fault.deducted += DEDUCTED[fault["level"]]
        if row.corrected:
            of(row.corrected).corrected += row.correction or 0
        if row.agent:
            of(row.agent).as_agent += 1
            of(row.agent).agent_points += row.points or 0
    return sorted(found.values(), key=lambda one: (-one.points, one.key))


def _served(person: Person, row: ConductRow) -> None:
    person.cases += 1
    person.trips += row.trips or 0
    if row.score is not None:
        person.rated += 1
        person.scores += row.score


def discretion(rows: Iterable[ConductRow]) -> list[Discretion]:
    """同一事项，各决定人的结果与快慢，逐人并列（机制 88）。"""
    found: dict[tuple[str, str], Discretion] = {}
    for row in rows:
        if row.decider is None or row.item_code is None:
            continue
        one = found.setdefault((row.item_code, row.decider), Discretion(row.item_code, row.decider))
        one.approved += row.outcome == "APPROVED"
        one.rejected += row.outcome == "REJECTED"
        if row.days is not None:
            one.days.append(row.days)
    return [found[key] for key in sorted(found)]


def read(conn: Reader, item_code: str | None) -> list[ConductRow]:
    """各件，按办件编号；``item_code`` 给了的只取这一事项。"""
    condition = "(%s::text IS NULL OR item_code = %s) ORDER BY key"
    return select(conn, PROJECTION, ConductRow, condition, (item_code, item_code))
