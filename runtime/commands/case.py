"""`case`：打印一件办件或一份许可的案卷；不给编号则列出最近的办件；也演现成的演案。"""

import argparse
import json
from contextlib import closing
from typing import Final

from rich.console import Console

from domain.terms import beijing_day
from followers.storage import connect
from ledger.clock import LedgerClock
from ledger.errors import LedgerDamaged, LedgerError, LedgerUnavailable
from projections import case_view
from runtime import case_file, settings, words
from runtime.exits import Exit, Stop
from runtime.scenarios import player, presented, reader
from runtime.settings import Settings

ROLE: Final = "shenguan_audit"  # may read every view, and when the oldest unread event came


def run(arguments: argparse.Namespace, chosen: Settings | None) -> int:
    """退出码：0 已显示 · 2 没有这件办件，或演案与期望不合 · 3 账本有疑 · 5 视图尚未建成。"""
    if arguments.scenarios:
        return _scenarios(arguments)
    if arguments.scenario is not None:
        return _scenario(arguments)
    chosen = chosen or settings.existing(*settings.choose_folder("case", arguments.data))
    try:
        if (arguments.case_no or "").strip():
            return _show(arguments, chosen)
        return _list(arguments, chosen)
    except LedgerError as problem:
        raise Stop(exit_of(problem), problem.code, **problem.facts) from problem


def _scenarios(arguments: argparse.Namespace) -> int:
    ready = [reader.read(name) for name in reader.names()]
    if arguments.json:
        told = [
            {"name": one.name, "title": one.title, "rules": one.rules, "steps": len(one.steps)}
            for one in ready
        ]
        print(json.dumps(told, ensure_ascii=False))
    else:
        case_file.paper(Console()).print(presented.directory(ready))
    return Exit.DONE


def _scenario(arguments: argparse.Namespace) -> int:
    performance = player.perform(reader.read(arguments.scenario))
    if arguments.json:
        print(json.dumps(case_file.jsonable(presented.to_json(performance)), ensure_ascii=False))
    else:
        case_file.paper(Console()).print(presented.render(performance), highlight=False)
    return Exit.REFUSED if performance.problems else Exit.DONE


def exit_of(problem: LedgerError) -> Exit:
    """账本故障对应的退出码。"""
    match problem:
        case LedgerDamaged():
            return Exit.INTEGRITY
        case LedgerUnavailable():
            return Exit.DEPENDENCY
        case _:
            return Exit.REFUSED


def _show(arguments: argparse.Namespace, chosen: Settings) -> int:
    dsn = chosen.dsn(ROLE)
    with closing(LedgerClock(dsn)) as clock, connect(dsn) as conn:
        file = case_file.read(conn, arguments.case_no, clock.now())
        if file is None:
            behind = case_file.freshness(conn).behind
            raise Stop(Exit.REFUSED, "case.unknown", case_no=arguments.case_no, behind=behind)
    if arguments.json:
        print(json.dumps(case_file.to_json(file), ensure_ascii=False))
    else:
        case_file.show(file, Console())
    return Exit.DONE


def _list(arguments: argparse.Namespace, chosen: Settings) -> int:
    dsn = chosen.dsn(ROLE)
    with closing(LedgerClock(dsn)) as clock, connect(dsn) as conn:
        rows = case_view.latest(conn, None if arguments.all else arguments.count)
        total, today = case_view.total(conn), beijing_day(clock.now())
    if arguments.json:
        print(json.dumps([case_file.jsonable(row) for row in rows], ensure_ascii=False))
    elif total:
        shown = "listed_all" if len(rows) == total else "listed"
        count = words.say(shown, total=total, shown=len(rows))
        print("\n".join([*case_file.listing(rows, today), count]))
    else:
        print(words.say("empty"))
    return Exit.DONE
