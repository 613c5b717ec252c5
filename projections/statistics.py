"""统计：每一件计一次的事一行，只留统计要的几项；各项数目由此数出，从不扫描事件。

One row per thing that is counted, not per organ and month: whether a case was decided early is
known only from its acceptance and its decision together, and behind every number there must be the
rows it counts. What a source did is kept apart by ``what`` and never mixed with our own work.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, LiteralString

from psycopg import sql

from domain import approval, case, clock, commitment, filing, inspection, linkage, past_inspection
from domain.decider import Event
from domain.terms import beijing_day
from followers.delivered import Delivered
from followers.projection import Column, ColumnType, Projection, Row, Value
from followers.storage import table_of
from projections.common import Reader
from projections.inspection_view import found_problem
from schemas.registry import name_of

COLUMNS: Final = (
    Column("what", ColumnType.TEXT, indexed=True),
    Column("organ", ColumnType.TEXT),
    Column("parent", ColumnType.TEXT),
    Column("kind", ColumnType.TEXT),
    Column("opened_on", ColumnType.DATE),
    Column("due_on", ColumnType.DATE),
    Column("closed_on", ColumnType.DATE),
    Column("outcome", ColumnType.TEXT),
    Column("committed_on", ColumnType.DATE),
    Column("broken_on", ColumnType.DATE),
    Column("revoked_on", ColumnType.DATE),
    Column("overdue_on", ColumnType.DATE),
    Column("position", ColumnType.BIGINT),
)
_OUTCOMES: Final[dict[type[Event], str]] = {
    case.Approved: "APPROVED",
    case.Rejected: "REJECTED",
    case.Declined: "DECLINED",
    case.DeemedApproved: "APPROVED",
    # 没有决定而告结的也算办结（domain.md 表 B 注），但不算提前办结
    case.Withdrawn: "WITHDRAWN",
    case.SupplementLapsed: "WITHDRAWN",
    case.AcceptanceRevoked: "ACCEPTANCE_REVOKED",
}
_READ: Final[tuple[type[Event], ...]] = (
    case.Received,
    case.Accepted,
    case.DeemedAccepted,
    case.Declined,
    case.Approved,
    case.Rejected,
    case.DeemedApproved,
    case.Withdrawn,
    case.SupplementLapsed,
    case.AcceptanceRevoked,
    case.CaseImported,
    clock.Paused,
    clock.Resumed,
    commitment.Made,
    commitment.BreachConfirmed,
    commitment.Revived,
    approval.Revoked,
    approval.PartlyRevoked,
    approval.RevocationReversed,
    filing.Submitted,
    filing.Filed,
    linkage.Sent,
    linkage.Claimed,
    linkage.Disputed,
    linkage.Overdue,
    inspection.PlanRegistered,
    inspection.TaskAssigned,
    inspection.Inspected,
    past_inspection.InspectionImported,
)
_APART: Final[dict[type[Event], str]] = {
    approval.PartlyRevoked: "PARTIAL_REVOCATION",
    approval.RevocationReversed: "REVERSAL",
}
_WITH_THE_CASE: Final = frozenset({"commitment", "licence"})


def keys(delivered: Delivered) -> tuple[str, ...]:
    """办件连同它的承诺与许可为一件；推送、报备、任务、部分撤销与撤销的撤销各为一件。"""
    family = delivered.stream.partition("/")[0]
    own = f"case/{delivered.key}" if family in _WITH_THE_CASE else delivered.stream
    match delivered.event:
        case approval.PartlyRevoked():
            return (_apart(delivered),)
        case approval.RevocationReversed():
            return (own, _apart(delivered))
        case _:
            return (own,)


def _apart(delivered: Delivered) -> str:
    """What may happen to one licence more than once has a row for each time."""
    return f"{delivered.stream}.{delivered.entry.version}"


def fold(key: str, row: Row | None, delivered: Delivered) -> Row:
    """这一件的新现状。"""
    if key == _apart(delivered):
        what = _APART[type(delivered.event)]
        day = beijing_day(delivered.meta.decided_at)
        return _opened(what, delivered.meta.actor.organ, day) | {"position": delivered.position}
    new = _case(delivered) or _pledge(delivered) or _linkage(delivered) or _inspection(delivered)
    return {**(row or {}), **new, "position": delivered.position}


def _case(delivered: Delivered) -> dict[str, Value]:
    event, meta = delivered.event, delivered.meta
    decided_on = beijing_day(meta.decided_at)
    match event:
        case case.Received(received_at=at):
            return _opened("CASE", meta.actor.organ, beijing_day(at))
        case case.Accepted() | case.DeemedAccepted():
            return {"kind": str(event.kind), "due_on": event.promised_due_on}
        case clock.Paused(dues=dues) | clock.Resumed(dues=dues):
            return {"due_on": dues.promised_due_on}
        case case.CaseImported(started_at=at, ended_at=end):
            new = _opened("IMPORTED_CASE", event.organ, beijing_day(at))
            return new | ({"closed_on": beijing_day(end)} if end else {})
        case _ if type(event) in _OUTCOMES:
            day = getattr(event, "decided_on", decided_on)  # what the fact says, if it says a day
            return _closed(_OUTCOMES[type(event)], day)
        case filing.Submitted():
            return _opened("FILING", meta.actor.organ, decided_on)
        case filing.Filed():
            return _closed("FILED", decided_on) | {"organ": meta.actor.organ}
        case _:
            return {}


def _pledge(delivered: Delivered) -> dict[str, Value]:
    day = beijing_day(delivered.meta.decided_at)
    match delivered.event:
        case commitment.Made():
            return {"committed_on": day}
        case commitment.BreachConfirmed():
            return {"broken_on": day}
        case commitment.Revived():
            return {"broken_on": None}
        case approval.Revoked():
            return {"revoked_on": day}
        case approval.RevocationReversed():
            return {"revoked_on": None}
        case _:
            return {}


def _linkage(delivered: Delivered) -> dict[str, Value]:
    day = beijing_day(delivered.meta.decided_at)
    match delivered.event:
        case linkage.Sent(department=department):
            return _opened("PUSH", department, day)
        case linkage.Claimed():
            return _closed("CLAIMED", day)
        case linkage.Disputed():
            return _closed("DISPUTED", day)
        case linkage.Overdue():
            return {"overdue_on": day}
        case _:
            return {}


def _inspection(delivered: Delivered) -> dict[str, Value]:
    day = beijing_day(delivered.meta.decided_at)
    match delivered.event:
        case inspection.PlanRegistered(department=department):
            return _opened("PLAN", department, day)
        case inspection.TaskAssigned():  # its department is the plan's
            return _opened("TASK", None, day) | {"parent": f"plan/{delivered.key}"}
        case inspection.Inspected(codes=codes, performed_at=at):
            return _closed(_result(codes), beijing_day(at))
        case past_inspection.InspectionImported(codes=codes, performed_on=done):
            return _opened("IMPORTED_INSPECTION", None, done) | _closed(_result(codes), done)
        case _:
            raise TypeError(f"not read here: {delivered.name}")


def _opened(what: str, organ: str | None, on: date) -> dict[str, Value]:
    return {"what": what, "organ": organ, "opened_on": on}


def _closed(outcome: str, on: date) -> dict[str, Value]:
    return {"outcome": outcome, "closed_on": on}


def _result(codes: tuple[inspection.FindingCode, ...]) -> str:
    return "PROBLEM" if found_problem(codes) else "NO_PROBLEM"


PROJECTION: Final = Projection(
    name="statistics",
    version=3,
    columns=COLUMNS,
    keys=keys,
    fold=fold,
    reads=frozenset(map(name_of, _READ)),
    by_partition_key=True,
)


# -- counting


@dataclass(frozen=True, slots=True)
class Counts:
    """一段时间、一个机关的各项数目；次序即统计表的次序。"""

    received: int
    on_the_spot: int
    closed: int
    pledged_closed: int
    early: int
    approved: int
    rejected: int
    declined: int
    committed: int
    broken: int
    filed: int
    pushed: int
    claimed: int
    disputed: int
    overdue: int
    tasks: int
    inspected: int
    problems: int
    revoked: int
    partly_revoked: int
    reversals: int
    imported_cases: int
    imported_closed: int
    imported_inspections: int
    imported_problems: int


_PLEDGED: Final = "what = 'CASE' AND outcome <> 'DECLINED' AND kind = 'PLEDGED_TIME'"
_DECIDED: Final = " AND outcome IN ('APPROVED', 'REJECTED')"
# Each number is counted by the day on which that very thing happened, within the period.
_COUNTED: Final[Mapping[str, tuple[LiteralString, LiteralString]]] = {
    "received": ("opened_on", "what = 'CASE'"),
    "on_the_spot": ("opened_on", "what = 'CASE' AND kind = 'ON_THE_SPOT'"),
    "closed": ("closed_on", "what = 'CASE' AND outcome <> 'DECLINED'"),
    "pledged_closed": ("closed_on", _PLEDGED),
    "early": ("closed_on", _PLEDGED + _DECIDED + " AND closed_on < due_on"),
    "approved": ("closed_on", "what = 'CASE' AND outcome = 'APPROVED'"),
    "rejected": ("closed_on", "what = 'CASE' AND outcome = 'REJECTED'"),
    "declined": ("closed_on", "what = 'CASE' AND outcome = 'DECLINED'"),
    "committed": ("committed_on", "true"),
    "broken": ("broken_on", "true"),
    "filed": ("closed_on", "what = 'FILING'"),
    "pushed": ("opened_on", "what = 'PUSH'"),
    "claimed": ("opened_on", "what = 'PUSH' AND outcome = 'CLAIMED'"),
    "disputed": ("opened_on", "what = 'PUSH' AND outcome = 'DISPUTED'"),
    "overdue": ("opened_on", "what = 'PUSH' AND overdue_on IS NOT NULL"),
    "tasks": ("opened_on", "what = 'TASK'"),
    "inspected": ("opened_on", "what = 'TASK' AND outcome IS NOT NULL"),
    "problems": ("opened_on", "what = 'TASK' AND outcome = 'PROBLEM'"),
    "revoked": ("revoked_on", "true"),
    "partly_revoked": ("opened_on", "what = 'PARTIAL_REVOCATION'"),
    "reversals": ("opened_on", "what = 'REVERSAL'"),
    "imported_cases": ("opened_on", "what = 'IMPORTED_CASE'"),
    "imported_closed": ("closed_on", "what = 'IMPORTED_CASE'"),
    "imported_inspections": ("opened_on", "what = 'IMPORTED_INSPECTION'"),
    "imported_problems": ("opened_on", "what = 'IMPORTED_INSPECTION' AND outcome = 'PROBLEM'"),
}


_GROUPS: Final[Mapping[str | None, LiteralString]] = {
    None: "''",
    "organ": "coalesce(by_organ, '')",
    "month": "to_char(day, 'YYYY-MM')",
}
# Every day of every row on its own, so that each number finds its own by one pass.
_DAYS: Final[LiteralString] = """
SELECT {group} AS name, {counted}
  FROM (SELECT one.*, coalesce(one.organ, plan.organ) AS by_organ
          FROM {table} AS one LEFT JOIN {table} AS plan ON plan.key = one.parent) AS one
 CROSS JOIN LATERAL (VALUES ('opened_on', opened_on), ('closed_on', closed_on),
       ('committed_on', committed_on), ('broken_on', broken_on), ('revoked_on', revoked_on)
       ) AS happened (happening, day)
 WHERE day BETWEEN %(first)s AND %(last)s
   AND (%(organ)s::text IS NULL OR by_organ = %(organ)s)
 GROUP BY 1 ORDER BY 1"""


@dataclass(frozen=True, slots=True)
class Asked:
    """统计的时段（首尾两日都在内）与机关；推送为监管部门，检查任务为计划的部门。"""

    first: date | None = None
    last: date | None = None
    organ: str | None = None


def grouped(conn: Reader, asked: Asked, by: str | None) -> dict[str, Counts]:
    """按机关（``organ``）或月份（``month``）分列的各项数目；都没有的不列，机关不详的为空文字。"""
    counted = sql.SQL(", ").join(
        sql.SQL("count(*) FILTER (WHERE happening = {on} AND {which})").format(
            on=sql.Literal(on), which=sql.SQL(which)
        )
        for on, which in (_COUNTED[item.name] for item in fields(Counts))
    )
    query = sql.SQL(_DAYS).format(
        group=sql.SQL(_GROUPS[by]), counted=counted, table=table_of(conn, PROJECTION.name)
    )
    blanks = {
        "first": asked.first or date.min,
        "last": asked.last or date.max,
        "organ": asked.organ,
    }
    rows = conn.execute(query, blanks).fetchall()
    return {name: Counts(*numbers) for name, *numbers in rows}


def total(groups: Iterable[Counts]) -> Counts:
    """各组相加；一组也没有则各项为零。"""
    kept = tuple(groups)
    return Counts(*(sum(getattr(one, item.name) for one in kept) for item in fields(Counts)))


def count(conn: Reader, asked: Asked) -> Counts:
    """各项数目。"""
    return total(grouped(conn, asked, None).values())


@dataclass(frozen=True, slots=True)
class Rate:
    """一个比率：分子与分母各是哪一项数目。"""

    name: str
    numerator: str
    denominator: str

    def of(self, counts: Counts, places: int = 2) -> Decimal | None:
        """百分率，四舍五入；分母为零则没有。"""
        above, below = getattr(counts, self.numerator), getattr(counts, self.denominator)
        if not below:
            return None
        exact = Decimal(above) * 100 / Decimal(below)
        return exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


# 两个比率的分母不同（domain.md §2）：即办件率以收件为分母，提前办结率以办结的承诺件为分母。
RATES: Final = (
    Rate("on_the_spot_rate", "on_the_spot", "received"),
    Rate("early_rate", "early", "pledged_closed"),
    Rate("claim_rate", "claimed", "pushed"),
    Rate("inspection_rate", "inspected", "tasks"),
    Rate("problem_rate", "problems", "inspected"),
)


def compression(limits: Iterable[tuple[int, int]], places: int = 2) -> Decimal | None:
    """时限压缩：各事项减少的日数之和 ÷ 原日数之和，先加后除；没有日数则没有。

    ``limits``: of each item the days before and the days now.
    """
    kept = tuple(limits)
    before = sum(old for old, _ in kept)
    if not before:
        return None
    exact = Decimal((before - sum(new for _, new in kept)) * 100) / Decimal(before)
    return exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
