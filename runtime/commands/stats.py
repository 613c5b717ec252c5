"""`stats`：各项统计数目与比率，每一个都写明分子、分母、条件与数据截至何处。"""

import argparse
import json
from contextlib import closing
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from pathlib import Path

from rich.console import Console

from followers.overview import Freshness, freshness
from followers.storage import Connection, connect, one_moment
from ledger.clock import LedgerClock
from projections import statistics
from projections.statistics import RATES, Asked, Counts, Rate
from runtime import export, words
from runtime.case_file import fresh_line, paper
from runtime.commands.list import ROLE, conditions, table
from runtime.exits import Exit
from runtime.export import Cell, Sheet
from runtime.settings import Settings


@dataclass(frozen=True, slots=True)
class Statement:
    """一张统计表：时段与机关、分列的各组、数据新旧；``now`` 是账本时钟。"""

    asked: Asked
    by: str | None
    groups: dict[str, Counts]
    fresh: Freshness
    now: datetime

    @property
    def counts(self) -> Counts:
        """各组之和。"""
        return statistics.total(self.groups.values())

    @property
    def given(self) -> dict[str, object]:
        """给了的条件。"""
        named = {"from": self.asked.first, "to": self.asked.last, "organ": self.asked.organ}
        return {name: value for name, value in named.items() if value is not None}

    @property
    def sheet(self) -> Sheet:
        """写成一张表：先各项数目，后各项比率；分列的各组各占一栏。"""
        apart = self.groups if self.by else {}
        columns = (self.counts, *apart.values())
        named = (words.organ(name) if self.by == "organ" and name else name for name in apart)
        headings = (
            words.term("column", "measure"),
            words.term("column", "value"),
            *(name or words.say("none") for name in named),
            *(words.term("column", name) for name in ("numerator", "denominator", "definition")),
        )
        rows: list[tuple[Cell, ...]] = []
        for item in fields(Counts):
            values = (getattr(counts, item.name) for counts in columns)
            rows.append((title(item.name), *values, None, None, meaning(item.name)))
        for rate in RATES:
            parts = (_part(self.counts, name) for name in (rate.numerator, rate.denominator))
            values = (_percent(rate, counts) for counts in columns)
            rows.append((title(rate.name), *values, *parts, meaning(rate.name)))
        return Sheet(words.say("statistics"), headings, rows)


def _percent(rate: Rate, counts: Counts) -> str:
    value = rate.of(counts)
    return words.say("none") if value is None else f"{value} %"


def _part(counts: Counts, name: str) -> str:
    return f"{title(name)} {getattr(counts, name)}"


def title(name: str) -> str:
    """一项统计的名称。"""
    return words.title("measure", name)


def meaning(name: str) -> str:
    """一项统计怎样算。"""
    return words.title("measure", name, "meaning")


def run(arguments: argparse.Namespace, chosen: Settings) -> int:
    """退出码：0 已列出 · 5 视图尚未建成。"""
    if arguments.export:
        export.suffix_of(Path(arguments.export))
    asked = Asked(arguments.from_day, arguments.to_day, arguments.organ)
    dsn = chosen.dsn(ROLE)
    with closing(LedgerClock(dsn)) as clock, closing(connect(dsn)) as conn:
        statement = read(conn, asked, arguments.by, clock.now())
    if arguments.export:
        written = export.write(Path(arguments.export), notes(statement), [statement.sheet])
        if not arguments.json:
            print(words.say("exported", rows=written.rows, path=written.path, sha=written.sha256))
            return Exit.DONE
    if arguments.json:
        print(json.dumps(to_json(statement), ensure_ascii=False))
    else:
        paper(Console()).print(table(statement.sheet), highlight=False)
        print(words.say("stats_filters", filters=conditions(statement.given)))
        print(fresh_line(statement.fresh))
    return Exit.DONE


def read(conn: Connection, asked: Asked, by: str | None, now: datetime) -> Statement:
    """数出各项，数目与新旧取自同一时刻。"""
    with one_moment(conn):
        groups = statistics.grouped(conn, asked, by)
        fresh = freshness(conn, statistics.PROJECTION.name)
    return Statement(asked, by, groups, fresh, now)


def notes(statement: Statement) -> list[tuple[str, Cell]]:
    """导出的说明。"""
    return [
        (words.say("export_list"), words.say("statistics")),
        (words.say("export_filters"), conditions(statement.given)),
        (words.say("export_time"), statement.now),
        (words.say("export_position"), statement.fresh.position),
        (words.say("export_fresh"), fresh_line(statement.fresh)),
    ]


def to_json(statement: Statement) -> dict[str, object]:
    """供程序读取的样子；比率是文字，不经浮点。"""
    answer: dict[str, object] = {
        "filters": {name: str(value) for name, value in statement.given.items()},
        "position": statement.fresh.position,
        "behind": statement.fresh.behind,
        "seconds": statement.fresh.seconds,
        "now": statement.now.isoformat(),
        **_numbers(statement.counts),
    }
    if statement.by:
        answer["by"] = statement.by
        answer["groups"] = {name: _numbers(one) for name, one in statement.groups.items()}
    return answer


def _numbers(counts: Counts) -> dict[str, object]:
    return {"counts": asdict(counts), "rates": {rate.name: _rate(rate, counts) for rate in RATES}}


def _rate(rate: Rate, counts: Counts) -> dict[str, object]:
    value = rate.of(counts)
    return {
        "numerator": getattr(counts, rate.numerator),
        "denominator": getattr(counts, rate.denominator),
        "numerator_is": rate.numerator,
        "denominator_is": rate.denominator,
        "percent": None if value is None else str(value),
    }
