"""`simulate`：在演练账本上按种子办一段时日的件；同一种子同样的事件，断了接着来。"""

import argparse
import json
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from time import monotonic
from types import FrameType

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from domain.terms import Mode
from followers.storage import head
from ledger.failpoints import arm
from runtime import state, words
from runtime.exits import Exit, Stop
from runtime.hall import open_hall
from runtime.messages import say
from runtime.settings import Settings
from runtime.simulation.cast import settle_in
from runtime.simulation.player import Played, play
from runtime.simulation.town import town

LONGEST = 250  # working days: a calendar year
INTERRUPTED = 130  # as a shell counts Ctrl-C
MOST = 999  # a day: three figures of the case number


def run(arguments: argparse.Namespace, chosen: Settings) -> int:
    """退出码：0 已演完 · 1 用法 · 2 正式账本不演、或早已演过 · 5 服务没有运行。"""
    if not 0 < arguments.days <= LONGEST or not 0 < arguments.per_day <= MOST:
        raise Stop(Exit.USAGE, "simulate.days", longest=LONGEST, most=MOST)
    if state.running(chosen) is None and chosen.own_database:
        raise Stop(Exit.DEPENDENCY, "simulate.not_running")
    began = monotonic()
    with open_hall(chosen) as hall, _politely() as asked, _progress(arguments, asked) as tick:
        if hall.ledger.frame.mode is not Mode.DEMO:
            raise Stop(Exit.REFUSED, "demo_formal", origin=hall.ledger.frame.origin)
        arm(hall.ledger.frame.mode)
        since = head(hall.reader)
        settle_in(hall, town())
        played = play(hall, town(), arguments.seed, arguments.days, arguments.per_day, tick)
        events = hall.counts(since)
    _show(arguments, played, events, monotonic() - began)
    if not played.whole:
        return INTERRUPTED
    return Exit.DONE if played.new else Exit.REFUSED


@contextmanager
def _politely() -> Iterator[list[int]]:
    """Ctrl-C 不打断正在办的一步：记下来，这个时段办完再停；再按一次即时停下。"""
    asked: list[int] = []

    def remember(number: int, _: FrameType | None) -> None:
        asked.append(number)
        signal.signal(number, before)

    before = signal.signal(signal.SIGINT, remember)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _progress(
    arguments: argparse.Namespace, asked: list[int]
) -> Iterator[Callable[[date, Played], bool]]:
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    console = Console(stderr=True, quiet=arguments.json)
    seen: set[date] = set()
    with Progress(*columns, console=console) as shown:
        task = shown.add_task(say("simulate.founding"), total=arguments.days)

        def tick(day: date, played: Played) -> bool:
            seen.add(day)
            told = say("simulate.day", day=day, steps=played.steps)
            shown.update(task, completed=len(seen), description=told)
            return not asked

        yield tick


def _show(
    arguments: argparse.Namespace, played: Played, events: Mapping[str, int], seconds: float
) -> None:
    if arguments.json:
        record = {
            "seed": arguments.seed,
            "days": arguments.days,
            "until": str(played.until),
            "steps": played.steps,
            "new": played.new,
            "whole": played.whole,
            "done": played.done,
            "refused": played.refused,
            "events": events,
        }
        print(json.dumps(record, ensure_ascii=False))
        return
    console = Console()
    console.print(_table("simulate.events", "event", events))
    console.print(_refusals(played))
    key = "simulate.done" if played.new else "simulate.again"
    key = key if played.whole else "simulate.stopped"
    total = sum(events.values())
    rate = round(total / max(seconds, 0.001))
    print(say(key, seed=arguments.seed, until=played.until, events=total, rate=rate))


def _table(title: str, table: str, counts: Mapping[str, int]) -> Table:
    shown = Table(title=say(title), show_footer=True)
    shown.add_column(say("simulate.what"), say("simulate.total"))
    shown.add_column(say("simulate.count"), str(sum(counts.values())), justify="right")
    for name, count in sorted(counts.items(), key=lambda one: (-one[1], one[0])):
        shown.add_row(words.title(table, name), str(count))
    return shown


def _refusals(played: Played) -> Table:
    shown = Table(title=say("simulate.refusals"), show_footer=True)
    shown.add_column(say("simulate.reason"), say("simulate.total"), overflow="fold")
    shown.add_column(say("simulate.count"), str(played.refused.total()), justify="right")
    for code, count in sorted(played.refused.items()):
        shown.add_row(f"{words.explained(code).text}〔{code}〕", str(count))
    return shown
