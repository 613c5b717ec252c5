"""`import`：把别的系统记下的历史收进账里，逐行说明没有收的，断了可以接着来。"""

import argparse
import json
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any, Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from domain import officer as officers
from domain.importing import ImportKind
from domain.terms import Actor, Mode, OfficerId, Organ, Role
from followers.storage import connect, take_lock
from ledger import failpoints
from ledger.errors import LedgerError
from runtime import settings, words
from runtime.exits import Exit, Stop
from runtime.founding import CITY, found
from runtime.hall import Hall, officer, open_hall
from runtime.imports import storage
from runtime.imports.mapping import default_text, read_mapping
from runtime.imports.port import Imported, Job, Port, Written, prepare, rehearse
from runtime.imports.report import Report, Tally
from runtime.messages import say
from runtime.settings import Settings

ARCHIVIST: Final = officer("A01", Role.ARCHIVE, CITY)  # of the demonstration's cast
LOCK: Final = "import"
# What is counted apart, in the order of the table: our word for it, and the event that is counted.
COUNTED: Final[Mapping[str, str]] = {
    "cases": "case.imported.v1",
    "steps": "case.step_imported.v1",
    "licences": "licence.imported.v1",
    "changes": "licence.change_imported.v1",
    "endings": "licence.ending_imported.v1",
    "subjects": "subject.imported.v1",
    "inspections": "inspection.imported.v1",
    "off": "subject.deregistered.v1",
    "inspectors": "inspector.registered.v1",
    "recusals": "inspector.recusal_declared.v1",
}


@dataclass(frozen=True, slots=True)
class Result:
    """一次导入的结果，连同写下的各种事件、用时与报告。"""

    job: Job
    imported: Imported
    written: Mapping[str, int]
    seconds: float
    report: Report
    is_rehearsal: bool = False

    @property
    def code(self) -> Exit:
        """一行也没有新收的，是“被拒绝或无事可做”。"""
        done = self.imported.tally.taken and not self.imported.was_finished
        return Exit.DONE if done else Exit.REFUSED


def run(arguments: argparse.Namespace, chosen: Settings | None) -> int:
    """退出码：0 收了 · 1 用法 · 2 没有可收的 · 4 另一个导入正在进行 · 5 数据库不可用。"""
    if arguments.show_mapping:
        print(default_text(ImportKind(arguments.kind.upper())), end="")
        return Exit.DONE
    if arguments.file is None:
        raise Stop(Exit.USAGE, "import.usage", kind=arguments.kind)
    job = _prepared(arguments)
    if arguments.dry_run:
        result = _rehearsed(arguments, job)
    else:
        chosen = chosen or settings.existing(*settings.choose_folder("import", arguments.data))
        with _alone(chosen), open_hall(chosen) as hall:
            result = _imported(arguments, chosen, hall, job)
    if arguments.json:
        print(json.dumps(as_json(result), ensure_ascii=False))
    else:
        show(result, Console())
    return result.code


@contextmanager
def _alone(chosen: Settings) -> Iterator[None]:
    """一本账一次只许一个导入；锁随连接消失。"""
    with connect(chosen.dsn("shenguan_follow")) as conn:
        try:
            take_lock(conn, LOCK)
        except LedgerError as error:
            raise Stop(Exit.RUNNING, "import.running_elsewhere") from error
        yield


def _prepared(arguments: argparse.Namespace) -> Job:
    path = Path(arguments.file).expanduser().resolve()
    if not path.is_file():
        raise Stop(Exit.REFUSED, "import.no_file", file=path)
    named = Path(arguments.mapping).expanduser() if arguments.mapping else None
    if named is not None and not named.is_file():
        raise Stop(Exit.REFUSED, "import.no_file", file=named)
    mapping = read_mapping(ImportKind(arguments.kind.upper()), named)
    with _progress(arguments, say("import.reading")) as advance:
        return prepare(mapping, path, lambda done, total: advance(done, total, 0))


def _rehearsed(arguments: argparse.Namespace, job: Job) -> Result:
    began = time.monotonic()
    folder = Path(arguments.report) if arguments.report else None
    if folder is None:
        folder = settings.choose_folder("import", arguments.data)[0] / "reports"
    report = Report(folder, f"{job.import_id}.dry-run", job.seen.heading)
    with report, _progress(arguments, say("import.rehearsing")) as advance:
        imported = rehearse(job, datetime.now(UTC), report, _step(job, advance))
        seconds = time.monotonic() - began
        result = Result(job, imported, {}, seconds, report, is_rehearsal=True)
        report.summarise(explanation(result, say("import.nobody")))
    return result


def _imported(arguments: argparse.Namespace, chosen: Settings, hall: Hall, job: Job) -> Result:
    failpoints.arm(hall.ledger.frame.mode)
    actor = _actor(arguments, hall)
    began = time.monotonic()
    folder = Path(arguments.report) if arguments.report else chosen.data / "reports"
    report = Report(folder, job.import_id, job.seen.heading)

    made: list[Result] = []

    def explain(imported: Imported) -> list[tuple[str, str]]:
        seconds = time.monotonic() - began
        made.append(Result(job, imported, _counts(hall, imported.written), seconds, report))
        return explanation(made[0], f"{actor.officer_id}（{actor.organ}）")

    with _progress(arguments, say("import.taking")) as advance, _interruptible() as halted:
        step = _step(job, advance)

        def stop_or(so_far: Tally) -> None:
            step(so_far)
            if halted() and so_far.rows < job.seen.rows:
                raise KeyboardInterrupt

        imported = Port(hall.ledger, actor, stop_or, explain).take(job, report)
    return made[0] if made else Result(job, imported, {}, time.monotonic() - began, report)


def _actor(arguments: argparse.Namespace, hall: Hall) -> Actor:
    """Who imports: on a demonstration's ledger its archivist, who is appointed where he is not."""
    if arguments.officer and arguments.organ:
        organ = Organ(arguments.organ)
        return Actor(OfficerId(arguments.officer), Role.ARCHIVE, organ, organ)
    if arguments.officer or arguments.organ or hall.ledger.frame.mode is not Mode.DEMO:
        raise Stop(Exit.USAGE, "import.officer_missing")
    known = hall.ledger.load(officers.AGGREGATE, ARCHIVIST.officer_id)
    if not isinstance(known, officers.Appointed):
        found(hall)
    return ARCHIVIST


def _counts(hall: Hall, written: Written) -> dict[str, int]:
    names = storage.names_in(hall.reader, written.spans)
    counts = {what: names.get(name, 0) for what, name in COUNTED.items()}
    counts["waiting"] = storage.waiting(hall.reader, written.inspections)
    counts["events"] = sum(names.values())
    return counts


@contextmanager
def _interruptible() -> Iterator[Callable[[], bool]]:
    """Ctrl-C 停在两批之间；再按一次立即停。"""
    asked: list[int] = []
    before = signal.getsignal(signal.SIGINT)

    def ask(number: int, _: FrameType | None) -> None:
        asked.append(number)
        signal.signal(signal.SIGINT, before)
        print("\n" + say("import.stopping"), file=sys.stderr, flush=True)

    signal.signal(signal.SIGINT, ask)
    try:
        yield lambda: bool(asked)
    except KeyboardInterrupt:
        print("\n" + say("import.go_on"), file=sys.stderr, flush=True)
        raise
    finally:
        signal.signal(signal.SIGINT, before)


Advance = Callable[[int, int, int], None]  # done, of how many, refused so far


@contextmanager
def _progress(arguments: argparse.Namespace, title: str) -> Iterator[Advance]:
    if arguments.json:
        yield lambda *_: None
        return
    began = time.monotonic()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    noted = TextColumn("{task.fields[noted]}")
    with Progress(*columns, noted, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(title, total=None, noted="")

        def advance(done: int, total: int, refused: int) -> None:
            rate = round(done / max(time.monotonic() - began, 0.001))
            noted = say("import.rate", rate=rate, refused=refused) if refused >= 0 else ""
            progress.update(task, completed=done, total=total, noted=noted)

        yield advance


def _step(job: Job, advance: Advance) -> Callable[[Tally], None]:
    return lambda tally: advance(tally.rows, job.seen.rows, tally.refusals)


# -- what is shown


def as_json(result: Result) -> dict[str, Any]:
    """给程序读的结果。"""
    job, tally = result.job, result.imported.tally
    return {
        "import_id": job.import_id,
        "kind": job.mapping.kind.lower(),
        "source": job.mapping.source,
        "file": str(job.seen.path),
        "dry_run": result.is_rehearsal,
        "rows": tally.rows,
        "taken": tally.taken,
        "new": tally.new,
        "known": tally.known,
        "refused": [asdict(one) for one in result.imported.refused],
        "was_finished": result.imported.was_finished,
        "written": dict(result.written),
        "seconds": round(result.seconds, 3),
        "report": [str(path) for path in _files(result)],
    }


def explanation(result: Result, user: str) -> list[tuple[str, str]]:
    """报告的说明页：哪份文件、依哪张对照表、谁、何时、各数、摘要。"""
    job, tally = result.job, result.imported.tally
    facts: dict[str, object] = {
        "import": job.import_id,
        "file": job.seen.path.name,
        "file_sha256": job.seen.sha256,
        "kind": _kind(job),
        "source": job.mapping.source,
        "mapping_sha256": job.mapping.sha256,
        "user": user,
        "time": words.instant(datetime.now(UTC)),
        "rows": tally.rows,
        "taken": tally.taken,
        "known": tally.known,
        "refused": _refused(result),
        **{what: number for what, number in result.written.items() if number},
        "digest": result.imported.report_sha256,
    }
    lines = [(say(f"import.fact.{name}"), str(value)) for name, value in facts.items()]
    return lines + [(one.code, f"{one.count}：{one.rows}") for one in result.imported.refused]


def show(result: Result, console: Console) -> None:
    """给人看的结果。"""
    job, tally = result.job, result.imported.tally
    console.print(say("import.title", number=job.import_id, kind=_kind(job)))
    table = Table()
    table.add_column(say("import.column.what"))
    table.add_column(say("import.column.number"), justify="right")
    counts = {"rows": tally.rows, "taken": tally.taken, "known": tally.known}
    counts["refused"] = _refused(result)
    for what, number in {**counts, **result.written}.items():
        if number or what in counts:
            table.add_row(say(f"import.fact.{what}"), str(number))
    console.print(table)
    if result.imported.refused:
        console.print(_refusals(result))
    if files := _files(result):
        listed = "\n  ".join(map(str, files))
        console.print(say("import.report", files=listed), soft_wrap=True, markup=False)
    console.print(_verdict(result), soft_wrap=True, markup=False)


def _refusals(result: Result) -> Table:
    table = Table(title=say("import.refused"))
    for name in ("code", "text", "number", "lines"):
        table.add_column(say(f"import.column.{name}"), overflow="fold")
    for one in result.imported.refused:
        text = words.explained(one.code).text
        table.add_row(one.code, text, str(one.count), one.rows)
    return table


def _refused(result: Result) -> int:
    return sum(one.count for one in result.imported.refused)


def _files(result: Result) -> list[Path]:
    """The two files of the report; of an import that was finished before, where they still are."""
    return [path for path in (result.report.csv, result.report.xlsx) if path.exists()]


def _verdict(result: Result) -> str:
    rate = round(result.imported.tally.rows / max(result.seconds, 0.001))
    events = round(result.written.get("events", 0) / max(result.seconds, 0.001))
    facts = {"seconds": f"{result.seconds:.1f}", "rate": rate, "events": events}
    if result.is_rehearsal:
        return say("import.rehearsed", **facts)
    if result.imported.was_finished:
        return say("import.again")
    if result.imported.tally.taken:
        return say("import.done", **facts)
    return say("import.nothing")


def _kind(job: Job) -> str:
    return say(f"import.kind.{job.mapping.kind.lower()}")
