"""`demo`：启动真的服务器，演完一个完整的故事，打印案卷，校验账目。

Ctrl-C at any moment stops everything it started. Played again, every step gets its first answer, so
a story that was interrupted goes on where it stopped.
"""

import argparse
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import psycopg
from rich.console import Console
from rich.panel import Panel
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from domain.terms import Mode
from ledger.application import OutcomeKind
from runtime import case_file, parent, state, story, words
from runtime.commands import down, up, verify
from runtime.exits import Exit, Stop
from runtime.founding import found
from runtime.hall import Hall, beijing, open_hall
from runtime.messages import say
from runtime.settings import Settings


def run(arguments: argparse.Namespace, chosen: Settings) -> int:
    """从头到尾演一遍；``--stop`` 则演完停下服务器。"""
    began = time.monotonic()
    console = Console()
    console.print(Panel(say("demo.opening"), title=say("demo.title")))
    is_mine = state.running(chosen) is None
    with stopped_on_failure(chosen) if is_mine else nullcontext():
        if is_mine:
            clock = {"SHENGUAN_DEMO_CLOCK": beijing(story.BEGINS).isoformat()}
            up.judge(chosen, up.start(chosen, parent.ROLES, console.print, clock))
        with open_hall(chosen) as hall:
            play(hall, console)
            show_case(chosen, hall, console)
            case_file.paper(console).print(refusals(hall))
        code = verify.run(argparse.Namespace(json=False, offline=False), chosen)
    if code == Exit.DONE:
        seconds = round(time.monotonic() - began)
        left = say("demo.stopped" if arguments.stop else "demo.left")
        following = say("demo.next", case=story.CASE, left=left)
        console.print(Panel(following, title=say("demo.done", s=seconds)))
    if arguments.stop:
        down.stop(chosen)
    return code


@contextmanager
def stopped_on_failure(chosen: Settings) -> Iterator[None]:
    """演不下去或被打断，就把这一次启动的都停下；下次接着演。"""
    try:
        yield
    except BaseException:
        down.stop(chosen)
        raise


def play(hall: Hall, console: Console) -> None:
    """逐章演出，带进度。"""
    if hall.ledger.frame.mode is not Mode.DEMO:
        raise Stop(Exit.REFUSED, "demo_formal", origin=hall.ledger.frame.origin)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=console) as progress:
        task = progress.add_task(say("story.founding"), total=len(story.CHAPTERS) + 1)
        found(hall)
        for chapter in story.CHAPTERS:
            progress.update(task, advance=1, description=say(chapter.title))
            chapter.play(hall)
        progress.update(task, advance=1, description=say("story.played"))


def show_case(chosen: Settings, hall: Hall, console: Console) -> None:
    """打印主角的案卷。"""
    with psycopg.connect(chosen.dsn("shenguan_audit"), autocommit=True) as conn:
        file = case_file.read(conn, story.CASE, hall.clock.now())
    if file is None:
        raise Stop(Exit.INTEGRITY, "demo_no_case", case=story.CASE)
    case_file.show(file, console)


def refusals(hall: Hall) -> Table:
    """四条走不通的路：各得到什么答复、依据哪一条。"""
    table = Table(title=say("demo.broken"), show_lines=True)
    for heading in ("demo.tried", "demo.answer", "demo.basis"):
        table.add_column(say(heading), overflow="fold", max_width=60)
    for attempt in story.broken_paths(hall):
        outcome = attempt.outcome
        if outcome.kind is OutcomeKind.REFUSED:
            known = words.explained(outcome.code or "", outcome.facts)
            answer = f"{known.text}\n{known.remedy}\n〔{outcome.code}〕"
            table.add_row(say(attempt.title), answer, "\n".join(known.basis))
        else:
            same = say("demo.same_answer", position=outcome.first)
            table.add_row(say(attempt.title), same, say("demo.once"))
    return table
