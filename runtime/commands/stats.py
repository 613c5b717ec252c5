"""`stats`：各项统计数目与比率，每一个都写明分子、分母、条件与数据截至何处。"""

import argparse
import json
from contextlib import closing
from dataclasses import dataclass, fields
from datetime import date, datetime
from pathlib import Path
from typing import Final

from rich.console import Console

from followers.overview import Freshness, freshness
from followers.storage import Connection, connect, one_moment
from ledger.clock import LedgerClock
from projections import statistics
from projections.statistics import RATES, Counts
from runtime import export, words
from runtime.case_file import fresh_line, paper
from runtime.commands.list import ROLE, conditions, table
from runtime.exits import Exit
from runtime.export import Cell, Sheet
from runtime.settings import Settings

PERCENT: Final = "{value} %"


@dataclass(frozen=True, slots=True)
class Statement:
    """一张统计表：何时段、哪个机关、各项数目、数据新旧；``now`` 是账本时钟。"""

    first: date | None
    last: date | None
    organ: str | None
    counts: Counts
    fresh: Freshness
    now: datetime

    @property
    def asked(self) -> dict[str, object]:
        """给了的条件。"""
        named = {"from": self.first, "to": self.last, "organ": self.organ}
        return {name: value for name, value in named.items() if value is not None}

    @property
    def sheet(self) -> Sheet:
        """写成一张表：先各项数目，后各项比率。"""
        headings = ("measure", "value", "numerator", "denominator", "definition")
        rows: list[tuple[Cell, ...]] = [
            (title(item.name), getattr(self.counts, item.name), None, None, meaning(item.name))
            for item in fields(Counts)
        ]
        for rate in RATES:
            value = rate.of(self.counts)
            rows.append(
                (
                    title(rate.name),
                    words.say("none") if value is None else PERCENT.format(value=value),
                    f"{title(rate.numerator)} {getattr(self.counts, rate.numerator)}",
                    f"{title(rate.denominator)} {getattr(self.counts, rate.denominator)}",
                    meaning(rate.name),
                )
            )
        named = tuple(words.term("column", name) for name in headings)
        return Sheet(words.say("statistics"), named, rows)


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
    dsn = chosen.dsn(ROLE)
    with closing(LedgerClock(dsn)) as clock, closing(connect(dsn)) as conn:
        statement = read(conn, arguments.from_day, arguments.to_day, arguments.organ, clock.now())
    if arguments.export:
        written = export.write(Path(arguments.export), notes(statement), [statement.sheet])
        if not arguments.json:
            print(words.say("exported", rows=written.rows, path=written.path, sha=written.sha256))
            return Exit.DONE
    if arguments.json:
        print(json.dumps(to_json(statement), ensure_ascii=False))
    else:
        paper(Console()).print(table(statement.sheet), highlight=False)
        print(words.say("stats_filters", filters=conditions(statement.asked)))
        print(fresh_line(statement.fresh))
    return Exit.DONE


def read(
    conn: Connection, first: date | None, last: date | None, organ: str | None, now: datetime
) -> Statement:
    """数出各项，数目与新旧取自同一时刻。"""
    with one_moment(conn):
        counts = statistics.count(conn, first, last, organ)
        fresh = freshness(conn, statistics.PROJECTION.name)
    return Statement(first, last, organ, counts, fresh, now)


def notes(statement: Statement) -> list[tuple[str, Cell]]:
    """导出的说明。"""
    return [
        (words.say("export_list"), words.say("statistics")),
        (words.say("export_filters"), conditions(statement.asked)),
        (words.say("export_time"), statement.now),
        (words.say("export_position"), statement.fresh.position),
        (words.say("export_fresh"), fresh_line(statement.fresh)),
    ]


def to_json(statement: Statement) -> dict[str, object]:
    """供程序读取的样子；比率是文字，不经浮点。"""
    counts = statement.counts
    return {
        "filters": {name: str(value) for name, value in statement.asked.items()},
        "position": statement.fresh.position,
        "behind": statement.fresh.behind,
        "seconds": statement.fresh.seconds,
        "now": statement.now.isoformat(),
        "counts": {item.name: getattr(counts, item.name) for item in fields(Counts)},
        "rates": {
            rate.name: {
                "numerator": getattr(counts, rate.numerator),
                "denominator": getattr(counts, rate.denominator),
                "numerator_is": rate.numerator,
                "denominator_is": rate.denominator,
                "percent": None if (value := rate.of(counts)) is None else str(value),
            }
            for rate in RATES
        },
    }
