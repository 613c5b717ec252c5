"""`list`：按条件列出办件、推送、名册、许可、期限、检查与导入；附总数与新旧，可导出。"""

import argparse
import json
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from rich import box
from rich.console import Console
from rich.table import Table

from domain.terms import beijing_day
from followers.overview import Freshness, freshness
from followers.storage import Connection, connect, one_moment
from ledger.clock import LedgerClock
from projections.common import Found
from runtime import export, words
from runtime.case_file import fresh_line, jsonable, paper
from runtime.exits import Exit, Stop
from runtime.export import Cell, Sheet
from runtime.listings import LISTS, Asked, Listing
from runtime.messages import tables
from runtime.settings import Settings

ROLE: Final = "shenguan_audit"  # may read every view, and when the oldest unread event came
# Options whose value is a code with a Chinese word: either may be given.
_CODED: Final = ("state", "light")


@dataclass(frozen=True, slots=True)
class Page:
    """查到的一页：条件、各行、总数、新旧；``now`` 是账本时钟。"""

    what: str
    asked: Asked
    found: Found[Any]
    fresh: Freshness
    now: datetime

    @property
    def listing(self) -> Listing:
        """这一种清单的定义。"""
        return LISTS[self.what]

    @property
    def sheet(self) -> Sheet:
        """写成一张表。"""
        today = beijing_day(self.now)
        headings = tuple(words.term("column", name) for name in self.listing.columns)
        rows = [tuple(self.listing.cells(row, today)) for row in self.found.rows]
        return Sheet(words.term("list", self.what), headings, rows)


def run(arguments: argparse.Namespace, chosen: Settings) -> int:
    """退出码：0 已列出 · 1 条件有误 · 5 视图尚未建成。"""
    asked = _asked(arguments)
    if arguments.export:
        export.suffix_of(Path(arguments.export))
    everything = arguments.all or arguments.export
    dsn = chosen.dsn(ROLE)
    with closing(LedgerClock(dsn)) as clock, closing(connect(dsn)) as conn:
        limit = None if everything else arguments.count
        page = read(conn, arguments.what, asked, clock.now(), limit)
    if arguments.export:
        written = export.write(Path(arguments.export), notes(page), [page.sheet])
        if not arguments.json:
            print(words.say("exported", rows=written.rows, path=written.path, sha=written.sha256))
            return Exit.DONE
    if arguments.json:
        print(json.dumps(_json(page), ensure_ascii=False))
    else:
        show(page, Console())
    return Exit.DONE


def read(conn: Connection, what: str, asked: Asked, now: datetime, limit: int | None) -> Page:
    """读出一页，各视图与新旧取自同一时刻。"""
    listing = LISTS[what]
    with one_moment(conn):
        found = listing.read(conn, asked, beijing_day(now), limit)
        fresh = freshness(conn, *(view.name for view in listing.views))
    return Page(what, asked, found, fresh, now)


def _asked(arguments: argparse.Namespace) -> Asked:
    """The filters, each one that this list knows; codes may be given as their Chinese words."""
    named = {item.name: getattr(arguments, item.name) for item in fields(Asked)}
    for table in _CODED:
        if named[table] is not None:
            named[table] = _code(table, str(named[table]))
    asked = Asked(**named)
    if strange := asked.given().keys() - LISTS[arguments.what].filters:
        taken = _options(LISTS[arguments.what].filters)
        raise Stop(
            Exit.USAGE, "list.filter", what=arguments.what, names=_options(strange), taken=taken
        )
    return asked


def _options(names: Iterable[str]) -> str:
    """As they are typed."""
    return "、".join(f"--{name.replace('_', '-')}" for name in sorted(names))


def _code(table: str, given: str) -> str:
    known = {str(word): code for code, word in tables()[table].items()}
    code = known.get(given) or known.get(f"已{given}", given.upper())  # 吊销，即已吊销
    if code not in known.values():
        raise Stop(Exit.USAGE, "list.code", what=given, names="、".join(known))
    return code


def conditions(asked: dict[str, object]) -> str:
    """条件的一句话，代码换成中文。"""
    return "、".join(_condition(name, value) for name, value in asked.items()) or words.say(
        "no_filter"
    )


def _condition(name: str, value: object) -> str:
    if isinstance(value, bool):
        return words.term("filter", name if value else "live")
    word = words.term(name, str(value)) if name in _CODED else str(value)
    return f"{words.term('filter', name)} {word}"


def notes(page: Page) -> list[tuple[str, Cell]]:
    """导出的说明：哪一种清单、什么条件、何时、数据截至何处。"""
    return [
        (words.say("export_list"), words.term("list", page.what)),
        (words.say("export_filters"), conditions(page.asked.given())),
        (words.say("export_time"), page.now),
        (words.say("export_position"), page.fresh.position),
        (words.say("export_fresh"), fresh_line(page.fresh)),
        (words.say("export_total"), page.found.total),
        (words.say("export_masked"), words.say("export_masked_text")),
    ]


def _json(page: Page) -> dict[str, object]:
    return {
        "list": page.what,
        "filters": {name: jsonable(value) for name, value in page.asked.given().items()},
        "total": page.found.total,
        "shown": len(page.found.rows),
        "position": page.fresh.position,
        "behind": page.fresh.behind,
        "seconds": page.fresh.seconds,
        "now": page.now.isoformat(),
        "rows": [jsonable(row) for row in page.found.rows],
    }


def show(page: Page, console: Console) -> None:
    """打印一页：表、总数、条件、新旧。"""
    paper(console).print(table(page.sheet), highlight=False)
    counted = words.say(
        "counted",
        total=page.found.total,
        shown=len(page.found.rows),
        filters=conditions(page.asked.given()),
    )
    more = page.found.total > len(page.found.rows)
    print(counted + (words.say("counted_more") if more else ""))
    print(fresh_line(page.fresh))


def table(sheet: Sheet) -> Table:
    """屏幕上的表；整列都空的不列。"""
    used = [
        n for n in range(len(sheet.headings)) if any(row[n] not in {None, ""} for row in sheet.rows)
    ]
    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for n in used:
        is_number = all(row[n] is None or isinstance(row[n], int) for row in sheet.rows)
        shown.add_column(sheet.headings[n], justify="right" if is_number else "left")
    for row in sheet.rows:
        shown.add_row(*(export.text_of(row[n]) for n in used))
    return shown
