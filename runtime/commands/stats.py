"""`stats`：各项统计数目与比率，每一个都写明分子、分母、条件、日历与数据截至何处。"""

import argparse
import json
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from rich.console import Console

from domain.terms import beijing_day
from followers.overview import Freshness, freshness
from followers.storage import Connection, connect, one_moment
from ledger.clock import LedgerClock
from projections import figures
from projections.figures import MEASURES, VIEWS, Figures
from projections.measures import RATES, Asked, Numbers, Rate
from runtime import export, words
from runtime.case_file import fresh_line, paper
from runtime.commands.list import ROLE, conditions, table
from runtime.exits import Exit, Stop
from runtime.export import Cell, Sheet
from runtime.settings import Settings

LONG: Final = 3  # versions of calendars that are all named


@dataclass(frozen=True, slots=True)
class Statement:
    """一张统计表：各项数目、分列的各组、数据新旧；``now`` 是账本时钟。"""

    by: str | None
    figures: Figures
    fresh: Freshness
    now: datetime

    @property
    def given(self) -> dict[str, object]:
        """给了的条件。"""
        asked = self.figures.asked
        named = {"from": asked.first, "to": asked.last, "organ": asked.organ}
        return {name: value for name, value in named.items() if value is not None}

    @property
    def screen(self) -> Sheet:
        """屏幕上的表：条件与截至位置对各行都一样，写在表外。"""
        return _sheet(self, ())

    @property
    def sheet(self) -> Sheet:
        """导出的表：每一行都写明条件与截至位置。"""
        rest = (conditions(self.given), self.fresh.position)
        return _sheet(self, (("filters", rest[0]), ("as_of", rest[1])))


def _sheet(statement: Statement, rest: tuple[tuple[str, Cell], ...]) -> Sheet:
    """先各项数目，后各项比率；分列的各组各占一栏。"""
    found = statement.figures
    columns = (found.total, *found.groups.values())
    headings = (
        words.term("column", "measure"),
        words.term("column", "value"),
        *(_heading(name, statement.by) for name in found.groups),
        *(words.term("column", name) for name in ("numerator", "denominator", "definition")),
        words.term("column", "calendar"),
        *(words.term("column", name) for name, _ in rest),
    )
    end = tuple(cell for _, cell in rest)
    rows: list[tuple[Cell, ...]] = []
    for name in MEASURES:
        values = (numbers[name] for numbers in columns)
        told = (meaning(name), calendar(name, found))
        rows.append((title(name), *values, None, None, *told, *end))
    for rate in RATES:
        parts = (_part(found.total, name) for name in (rate.numerator, rate.denominator))
        values_of = (_value(rate, numbers) for numbers in columns)
        told = (meaning(rate.name), calendar(rate.name, found))
        rows.append((title(rate.name), *values_of, *parts, *told, *end))
    return Sheet(words.say("statistics"), headings, rows)


def _heading(name: str, by: str | None) -> str:
    named = words.organ(name) if by == "organ" and name else name
    return named or words.say("none")


def _value(rate: Rate, numbers: Numbers) -> str:
    value = rate.of(numbers)
    if value is None:
        return words.say("none")
    return f"{value} %" if rate.percent else str(value)


def _part(numbers: Numbers, name: str) -> str:
    number = numbers[name]
    return f"{title(name)} {words.say('none') if number is None else number}"


def title(name: str) -> str:
    """一项统计的名称。"""
    return words.title("measure", name)


def meaning(name: str) -> str:
    """一项统计怎样算：数哪些，不数哪些。"""
    return words.title("measure", name, "meaning")


def calendar(name: str, found: Figures) -> str:
    """一项统计依哪一种日历；法定日历与服务日历写明版本。"""
    kind = words.title("measure", name, "calendar")
    versions = {"legal": _of_period(found), "service": found.halls}.get(kind, ())
    told = words.term("measured_by", kind)
    return f"{told}（{_short(versions)}）" if versions else told


def _of_period(found: Figures) -> tuple[str, ...]:
    """The versions of the years of the period: ``calendar/cn-2026 1``."""
    first = found.asked.first.year if found.asked.first else 0
    last = min(found.asked.last or found.today, found.today).year
    years = ((name, int(name.partition(" ")[0].rpartition("-")[2])) for name in found.calendars)
    return tuple(name.rpartition("/")[2] for name, year in years if first <= year <= last)


def _short(versions: tuple[str, ...]) -> str:
    if len(versions) <= LONG:
        return "、".join(versions)
    return f"{versions[0]} … {versions[-1]}"


def balance(statement: Statement) -> list[str]:
    """期初 + 收件 = 办结 + 不予受理 + 期末：写出数目；不平的照写，连同各组。"""
    found = statement.figures
    numbers = {name: str(number) for name, number in found.total.items()}
    lines = [words.say("balance_off" if numbers["imbalance"] != "0" else "balanced", **numbers)]
    for name, group in found.groups.items():
        if group["imbalance"]:
            told = {"group": _heading(name, statement.by), "imbalance": group["imbalance"]}
            lines.append(words.say("balance_group", **told))
    return lines


def run(arguments: argparse.Namespace, chosen: Settings) -> int:
    """退出码：0 已列出 · 1 止日早于起日 · 5 视图尚未建成。"""
    first, last = arguments.from_day, arguments.to_day
    if first and last and last < first:
        raise Stop(Exit.USAGE, "stats.period", first=first, last=last)
    if arguments.export:
        export.suffix_of(Path(arguments.export))
    asked = Asked(first, last, arguments.organ)
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
        paper(Console()).print(table(statement.screen), highlight=False)
        print("\n".join(balance(statement)))
        print(words.say("stats_filters", filters=conditions(statement.given)))
        print(fresh_line(statement.fresh))
    return Exit.DONE


def read(conn: Connection, asked: Asked, by: str | None, now: datetime) -> Statement:
    """数出各项，数目与新旧取自同一时刻。"""
    with one_moment(conn):
        found = figures.read(conn, asked, by, beijing_day(now))
        fresh = freshness(conn, *VIEWS)
    return Statement(by, found, fresh, now)


def notes(statement: Statement) -> list[tuple[str, Cell]]:
    """导出的说明。"""
    return [
        (words.say("export_list"), words.say("statistics")),
        (words.say("export_filters"), conditions(statement.given)),
        (words.say("export_time"), statement.now),
        (words.say("export_position"), statement.fresh.position),
        (words.say("export_fresh"), fresh_line(statement.fresh)),
        *((words.say("export_balance"), line) for line in balance(statement)),
    ]


def to_json(statement: Statement) -> dict[str, object]:
    """供程序读取的样子；比率是文字，不经浮点。"""
    found = statement.figures
    answer: dict[str, object] = {
        "filters": {name: str(value) for name, value in statement.given.items()},
        "position": statement.fresh.position,
        "behind": statement.fresh.behind,
        "seconds": statement.fresh.seconds,
        "now": statement.now.isoformat(),
        "calendars": list(_of_period(found)),
        "service_calendars": list(found.halls),
        "unbalanced": found.unbalanced,
        **_numbers(found.total),
    }
    if statement.by:
        answer["by"] = statement.by
        answer["groups"] = {name: _numbers(one) for name, one in found.groups.items()}
    return answer


def _numbers(numbers: Numbers) -> dict[str, object]:
    return {
        "counts": dict(numbers),
        "rates": {rate.name: _rate(rate, numbers) for rate in RATES},
    }


def _rate(rate: Rate, numbers: Numbers) -> dict[str, object]:
    value = rate.of(numbers)
    return {
        "numerator": numbers[rate.numerator],
        "denominator": numbers[rate.denominator],
        "numerator_is": rate.numerator,
        "denominator_is": rate.denominator,
        "percent" if rate.percent else "average": None if value is None else str(value),
    }
