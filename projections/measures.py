"""统计的各项数目：由底册（statistics.py）一件一行数出；每一项写明按哪一日、数哪些行。

Flows are counted by the day on which that very thing happened; stocks are what was open at both
ends of the period. A ratio names its numerator and its denominator, both of them numbers here.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Final, LiteralString

from psycopg import sql
from psycopg.rows import TupleRow

from domain.deadlines import ONE_DAY, Calendar, Pause
from followers.storage import table_of
from projections.common import Reader
from projections.statistics import PROJECTION


@dataclass(frozen=True, slots=True)
class Counts:
    """一段时间、一个机关的各项数目；次序即统计表的次序。"""

    received: int
    on_the_spot: int
    assisted: int
    closed: int
    linked_closed: int
    declined: int
    pledged_closed: int
    early: int
    approved: int
    rejected: int
    legal_days: int
    saved_days: int
    visits: int
    no_visit: int
    one_visit: int
    committed: int
    broken: int
    filed: int
    tracked: int
    projects: int
    started: int
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
    lit_yellow: int
    lit_red: int
    lit_black: int
    imported_cases: int
    imported_closed: int
    imported_inspections: int
    imported_problems: int


_CLOSED: Final = "what = 'CASE' AND outcome <> 'DECLINED'"
_PLEDGED: Final = _CLOSED + " AND kind = 'PLEDGED_TIME'"
_DECIDED: Final = " AND outcome IN ('APPROVED', 'REJECTED')"
# A case that was handed in at the counter took one visit at least, whether or not it was recorded.
_VISITS: Final[LiteralString] = "greatest(coalesce(trips, 0), (channel = 'COUNTER')::int)"
_FILED: Final = "what = 'FILING'"
# Each number is counted by the day on which that very thing happened, within the period.
_COUNTED: Final[Mapping[str, tuple[LiteralString, LiteralString]]] = {
    "received": ("opened_on", "what = 'CASE'"),
    "on_the_spot": ("opened_on", "what = 'CASE' AND kind = 'ON_THE_SPOT'"),
    "assisted": ("opened_on", "what = 'CASE' AND assisted"),
    "closed": ("closed_on", _CLOSED),
    "linked_closed": ("closed_on", _CLOSED + " AND linked"),
    "declined": ("closed_on", "what = 'CASE' AND outcome = 'DECLINED'"),
    "pledged_closed": ("closed_on", _PLEDGED),
    "early": ("closed_on", _PLEDGED + _DECIDED + " AND closed_on < due_on"),
    "approved": ("closed_on", "what = 'CASE' AND outcome = 'APPROVED'"),
    "rejected": ("closed_on", "what = 'CASE' AND outcome = 'REJECTED'"),
    "legal_days": ("accepted_on", "what = 'CASE'"),
    "saved_days": ("accepted_on", "what = 'CASE'"),
    "visits": ("closed_on", _CLOSED),
    "no_visit": ("closed_on", _CLOSED + " AND " + _VISITS + " = 0"),
    "one_visit": ("closed_on", _CLOSED + " AND " + _VISITS + " <= 1"),
    "committed": ("committed_on", "true"),
    "broken": ("broken_on", "true"),
    "filed": ("closed_on", _FILED),
    "tracked": ("closed_on", _FILED + " AND tracked_on IS NOT NULL"),
    "projects": ("closed_on", _FILED + " AND tracked_on IS NOT NULL"),
    "started": ("closed_on", _FILED + " AND tracked_on IS NOT NULL AND started_on IS NOT NULL"),
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
    "lit_yellow": ("opened_on", "what = 'LIGHT' AND outcome = 'YELLOW'"),
    "lit_red": ("opened_on", "what = 'LIGHT' AND outcome = 'RED'"),
    "lit_black": ("opened_on", "what = 'LIGHT' AND outcome = 'BLACK'"),
    "imported_cases": ("opened_on", "what = 'IMPORTED_CASE'"),
    "imported_closed": ("closed_on", "what = 'IMPORTED_CASE'"),
    "imported_inspections": ("opened_on", "what = 'IMPORTED_INSPECTION'"),
    "imported_problems": ("opened_on", "what = 'IMPORTED_INSPECTION' AND outcome = 'PROBLEM'"),
}
# What is not a count of rows.
_SUMMED: Final[Mapping[str, LiteralString]] = {
    "legal_days": "sum(legal_days)",
    "saved_days": "sum(legal_days - promised_days)",
    "visits": "sum(" + _VISITS + ")",
    "projects": "count(DISTINCT project)",
}
# Not the sum of its groups: one project may be in two of them.
NOT_ADDITIVE: Final = frozenset({"projects"})

_GROUPS: Final[Mapping[str | None, LiteralString]] = {
    None: "''",
    "organ": "coalesce(by_organ, '')",
    "month": "to_char(day, 'YYYY-MM')",
}
# Every row with the organ that answers for it: its own, or that of the row it belongs to; a case is
# linked where several organs review it or it is part of a package.
_OWNED: Final[LiteralString] = """
WITH one AS (
  SELECT one.*, coalesce(one.organ, parent.organ) AS by_organ,
         coalesce(one.joint, false) OR part.parent IS NOT NULL AS linked
    FROM {table} AS one LEFT JOIN {table} AS parent ON parent.key = one.parent
    LEFT JOIN (SELECT DISTINCT parent FROM {table} WHERE what = 'PACKAGE_CASE') AS part
           ON part.parent = one.key)"""
# Every day of every row on its own, so that each number finds its own by one pass.
_DAYS: Final[LiteralString] = """
SELECT {group} AS name, {counted}
  FROM one
 CROSS JOIN LATERAL (VALUES ('opened_on', opened_on), ('closed_on', closed_on),
       ('accepted_on', accepted_on), ('committed_on', committed_on), ('broken_on', broken_on),
       ('revoked_on', revoked_on)) AS happened (happening, day)
 WHERE day BETWEEN %(first)s AND %(last)s
   AND (%(organ)s::text IS NULL OR by_organ = %(organ)s)
 GROUP BY 1 ORDER BY 1"""


@dataclass(frozen=True, slots=True)
class Asked:
    """统计的时段（首尾两日都在内）与机关；推送为监管部门，检查任务为计划的部门。"""

    first: date | None = None
    last: date | None = None
    organ: str | None = None

    @property
    def blanks(self) -> dict[str, object]:
        """填进查询的。"""
        first, last = self.first or date.min, self.last or date.max
        return {"first": first, "last": last, "organ": self.organ}


def _one(name: str) -> sql.Composed:
    happening, which = _COUNTED[name]
    what = _SUMMED.get(name, "count(*)")
    return sql.SQL(
        "coalesce({what} FILTER (WHERE happening = {on} AND {which}), 0)::bigint"
    ).format(what=sql.SQL(what), on=sql.Literal(happening), which=sql.SQL(which))


def grouped(conn: Reader, asked: Asked, by: str | None) -> dict[str, Counts]:
    """按机关（``organ``）或月份（``month``）分列的各项数目；都没有的不列，机关不详的为空文字。"""
    counted = sql.SQL(", ").join(_one(item.name) for item in fields(Counts))
    rows = _asked(conn, asked, sql.SQL(_DAYS).format(group=sql.SQL(_GROUPS[by]), counted=counted))
    return {name: Counts(*numbers) for name, *numbers in rows}


def _asked(conn: Reader, asked: Asked, query: sql.Composed) -> list[TupleRow]:
    owned = sql.SQL(_OWNED).format(table=table_of(conn, PROJECTION.name))
    return conn.execute(owned + query, asked.blanks).fetchall()


NOTHING: Final = Counts(*(0 for _ in fields(Counts)))


def count(conn: Reader, asked: Asked) -> Counts:
    """不分列的各项数目。"""
    return grouped(conn, asked, None).get("", NOTHING)


# -- what was open at both ends


@dataclass(frozen=True, slots=True)
class Stock:
    """期初在办、期末在办：按各件的收件之日与了结之日逐件数，不由别的数目推出。"""

    opening: int = 0
    ending: int = 0


NO_STOCK: Final = Stock()
_STOCK: Final[LiteralString] = """
SELECT {group},
       count(*) FILTER (WHERE opened_on < %(first)s
                          AND (closed_on IS NULL OR closed_on >= %(first)s)),
       count(*) FILTER (WHERE opened_on <= %(last)s
                          AND (closed_on IS NULL OR closed_on > %(last)s))
  FROM one
 WHERE what = 'CASE' AND (%(organ)s::text IS NULL OR by_organ = %(organ)s)
 GROUP BY 1"""


def stock(conn: Reader, asked: Asked, *, by_organ: bool = False) -> dict[str, Stock]:
    """期初与期末在办；``by_organ`` 按机关分列，否则都在空文字之下。"""
    group = sql.SQL(_GROUPS["organ" if by_organ else None])
    rows = _asked(conn, asked, sql.SQL(_STOCK).format(group=group))
    return {name: Stock(opening, ending) for name, opening, ending in rows}


def imbalance(counts: Counts, held: Stock) -> int:
    """期初在办 + 收件 −（办结 + 不予受理）− 期末在办；不为零即不平，照实列出。"""
    return held.opening + counts.received - counts.closed - counts.declined - held.ending


# -- the days that were really used


@dataclass(frozen=True, slots=True)
class Used:
    """已决定的各件：法定日数之和，实际用去的工作日之和。"""

    decided_days: int = 0
    used_days: int = 0


NO_USE: Final = Used()
_USED: Final[LiteralString] = """
SELECT {group}, accepted_on, closed_on, legal_days, coalesce(stops, '[]')::text, count(*)
  FROM one CROSS JOIN LATERAL (VALUES (closed_on)) AS happened (day)
 WHERE what = 'CASE' AND outcome IN ('APPROVED', 'REJECTED') AND accepted_on IS NOT NULL
   AND day BETWEEN %(first)s AND %(last)s
   AND (%(organ)s::text IS NULL OR by_organ = %(organ)s)
 GROUP BY 1, 2, 3, 4, 5"""


def used(conn: Reader, asked: Asked, by: str | None, calendar: Calendar) -> dict[str, Used]:
    """各组已决定的件实际用去几个工作日：受理之次日起，决定之日止，停算的不计。"""
    rows = _asked(conn, asked, sql.SQL(_USED).format(group=sql.SQL(_GROUPS[by])))
    found: dict[str, Used] = {}
    for name, start, end, legal, held, cases in rows:
        before = found.get(name, NO_USE)
        taken = working_days(start, end, _pauses(held, end), calendar)
        found[name] = Used(before.decided_days + legal * cases, before.used_days + taken * cases)
    return found


@cache
def _pauses(held: str, end: date) -> tuple[Pause, ...]:
    stops: list[list[str | None]] = json.loads(held)
    return tuple(
        Pause(date.fromisoformat(str(first)), date.fromisoformat(last) if last else end)
        for first, last in stops
    )


def working_days(start: date, end: date, pauses: tuple[Pause, ...], calendar: Calendar) -> int:
    """``start`` 之次日至 ``end`` 之间的工作日，停算的不计。"""
    days = (start + ONE_DAY * n for n in range(1, (end - start).days + 1))
    return sum(
        calendar.is_working_day(day) and not any(pause.holds(day) for pause in pauses)
        for day in days
    )


def organs(conn: Reader) -> dict[str, str]:
    """底册各行所属的机关：行的键（如 ``case/2026-000001``）→ 机关。"""
    query = sql.SQL("SELECT key, organ FROM {table} WHERE organ IS NOT NULL").format(
        table=table_of(conn, PROJECTION.name)
    )
    return dict(conn.execute(query).fetchall())


# -- ratios

Numbers = Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class Rate:
    """一个比率：分子与分母各是哪一项数目；``percent`` 为否的是平均数。"""

    name: str
    numerator: str
    denominator: str
    percent: bool = True

    def of(self, numbers: Numbers, places: int = 2) -> Decimal | None:
        """百分率（或平均数），四舍五入；分母为零或不知的没有。"""
        above, below = numbers[self.numerator], numbers[self.denominator]
        if above is None or not below:
            return None
        exact = Decimal(above * 100 if self.percent else above) / Decimal(below)
        return exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


# 分母各不相同（domain.md §2）：即办件率以收件为分母，提前办结率以办结的承诺件为分母。
RATES: Final = (
    Rate("on_the_spot_rate", "on_the_spot", "received"),
    Rate("early_rate", "early", "pledged_closed"),
    Rate("linked_rate", "linked_closed", "closed"),
    # 时限压缩：先加后除，不是各项比率的平均
    Rate("compression_by_cases", "saved_days", "legal_days"),
    Rate("compression_in_fact", "spared_days", "decided_days"),
    Rate("compression_by_items", "item_saved_days", "item_legal_days"),
    # 到场
    Rate("no_visit_rate", "no_visit", "closed"),
    Rate("one_visit_rate", "one_visit", "closed"),
    Rate("visits_average", "visits", "closed", percent=False),
    # 按事项
    Rate("spot_item_rate", "spot_items", "items"),
    Rate("no_visit_item_rate", "no_visit_items", "items"),
    Rate("one_visit_item_rate", "one_visit_items", "items"),
    # 日均
    Rate("received_daily", "received", "service_days", percent=False),
    Rate("closed_daily", "closed", "service_days", percent=False),
    # 备案转化
    Rate("tracked_rate", "tracked", "filed"),
    Rate("started_rate", "started", "filed"),
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
    saved = before - sum(new for _, new in kept)
    return Rate("compression", "saved", "before").of({"saved": saved, "before": before}, places)
