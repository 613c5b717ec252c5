"""`import`：把一份历史文件收进账里；逐行说明收与不收，断了再来，来两次不变。"""

import argparse
import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from domain.importing import ImportKind
from domain.terms import Actor, Mode, OfficerId, Organ, Role
from followers.storage import connect, take_lock
from ledger.application import Ledger
from ledger.errors import LedgerError
from ledger.failpoints import arm
from runtime import words
from runtime.exits import Exit, Stop
from runtime.founding import found
from runtime.hall import officer, open_hall
from runtime.imports.mapping import default_text, read_mapping
from runtime.imports.port import Imported, Port, Source, try_out
from runtime.imports.refused import FileRefused
from runtime.imports.report import Report, Tally
from runtime.messages import say
from runtime.settings import Settings

ARCHIVIST: Final = officer("A01", Role.ARCHIVE, "350505-SPJ")  # of the rehearsal's cast
LOCK: Final = "import"


def run(arguments: argparse.Namespace, chosen: Settings) -> int:
    """退出码：0 已导入 · 2 不能用、或早已导入过 · 4 另有一次导入正在进行 · 5 服务没有运行。"""
    kind = ImportKind(arguments.kind.upper())
    if arguments.show_mapping:
        print(default_text(kind), end="")
        return Exit.DONE
    if arguments.file is None:
        raise Stop(Exit.USAGE, "import.no_file", kind=arguments.kind)
    try:
        source = Source.of(Path(arguments.file), read_mapping(kind, _path(arguments.mapping)))
        imported = _import(arguments, chosen, source)
    except FileRefused as refused:
        raise Stop(Exit.REFUSED, refused.code, **refused.facts) from refused
    except FileNotFoundError as missing:
        raise Stop(Exit.REFUSED, "import.not_found", file=missing.filename) from missing
    _show(arguments, imported)
    return Exit.REFUSED if imported.was_finished else Exit.DONE


def _path(text: str | None) -> Path | None:
    return None if text is None else Path(text)


def _import(arguments: argparse.Namespace, chosen: Settings, source: Source) -> Imported:
    folder = _path(arguments.report) or chosen.data / "reports"
    report = Report(folder, source.import_id, source.seen.heading)
    with ExitStack() as closing:
        closing.enter_context(_alone(chosen))
        hall = closing.enter_context(open_hall(chosen))
        tick = closing.enter_context(_progress(source, quiet=arguments.json))
        if arguments.dry_run:
            return try_out(source, hall.ledger, report, tick)
        arm(hall.ledger.frame.mode)
        actor = _actor(arguments, hall.ledger)
        if actor == ARCHIVIST:
            found(hall)
        return Port(hall.ledger, actor, tick).take(source, report)


@contextmanager
def _alone(chosen: Settings) -> Iterator[None]:
    """一本账同时只导入一份。"""
    with connect(chosen.dsn("shenguan_follow")) as conn:
        try:
            take_lock(conn, LOCK)
        except LedgerError as error:
            raise Stop(Exit.RUNNING, "import.running_elsewhere") from error
        yield


def _actor(arguments: argparse.Namespace, ledger: Ledger) -> Actor:
    """正式账本须指明档案人员；演练账本用随附的一位。"""
    if arguments.officer is None and ledger.frame.mode is Mode.DEMO:
        return ARCHIVIST
    if arguments.officer is None or arguments.organ is None:
        raise Stop(Exit.USAGE, "import.no_officer")
    organ = Organ(arguments.organ)
    return Actor(OfficerId(arguments.officer), Role.ARCHIVE, organ, organ)


# -- showing


@contextmanager
def _progress(source: Source, *, quiet: bool) -> Iterator["Tick"]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[refused]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True, quiet=quiet)
    with Progress(*columns, console=console) as shown:
        name = say("import.progress", file=source.path.name)
        yield Tick(shown, shown.add_task(name, total=source.seen.rows, refused=""))


class Tick:
    """进度条的一格。"""

    def __init__(self, shown: Progress, task: TaskID) -> None:
        self._shown, self._task = shown, task

    def __call__(self, tally: Tally) -> None:
        """走到这里。"""
        refused = say("import.refused_so_far", count=tally.refusals)
        self._shown.update(self._task, completed=tally.rows, refused=refused)


def _show(arguments: argparse.Namespace, imported: Imported) -> None:
    tally, report = imported.tally, imported.report
    if arguments.json:
        record = {
            "import_id": imported.import_id,
            "rows": tally.rows,
            "taken": tally.taken,
            "new": tally.new,
            "known": tally.known,
            "refused": [asdict(group) for group in tally.groups()],
            "was_finished": imported.was_finished,
            "dry_run": arguments.dry_run,
            "report": [str(report.csv), str(report.xlsx)],
        }
        print(json.dumps(record, ensure_ascii=False))
        return
    Console().print(_table(tally))
    key = "import.tried" if arguments.dry_run else "import.done"
    if imported.was_finished:
        key = "import.nothing_new"
    print(say(key, import_id=imported.import_id, new=tally.new, csv=report.csv, xlsx=report.xlsx))


def _table(tally: Tally) -> Table:
    table = Table(show_footer=True)
    table.add_column(say("import.head.what"), say("import.head.total"), overflow="fold")
    table.add_column(say("import.head.rows"), str(tally.rows), justify="right")
    table.add_column(say("import.head.lines"), "", overflow="fold")
    table.add_row(say("import.row.taken"), str(tally.taken), "")
    table.add_row(say("import.row.known"), str(tally.known), "")
    for group in tally.groups():
        reason = f"{words.explained(group.code).text}\n〔{group.code}〕"
        table.add_row(reason, str(group.count), group.rows)
    return table
