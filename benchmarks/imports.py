"""一座城市的历史：导入多快，停着的跟随者随后追上多快，边来新件边重建多快，各占多少内存。

    .venv/bin/python -m benchmarks.imports [--rows N] [--data FOLDER] [--rounds N]

Synthetic files shaped like the real ones; with ``--data`` the real ones. Inspections come before
licences, so that the machine has all of them to link afterwards. The named baseline of a supervisor
is itself with every command in a commit of its own.
"""

import argparse
import statistics
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Final

from benchmarks import history
from benchmarks.city import Part, city, head, load, role, settings_of, until
from consumers import findings, inspection_round
from domain.importing import ImportKind
from followers import overview, storage
from followers.checked import check
from followers.members import Execute, SupervisorMember
from followers.rebuild import RebuildOptions, rebuild
from followers.source import Batch, FeedName
from followers.store_feed import StoreFeed
from followers.supervisor import Supervisor
from followers.vouching import Voucher
from ledger.application import Ledger, Outcome, Request
from projections import case_timeline, case_view
from runtime.commands.import_ import ARCHIVIST
from runtime.hall import Hall
from runtime.imports.mapping import read_mapping
from runtime.imports.port import Imported, Port, prepare
from runtime.imports.report import Report
from runtime.settings import Settings

REAL: Final = {
    ImportKind.CASES: "wabo_receipt.csv",
    ImportKind.INSPECTIONS: "chicago_inspections.csv",
    ImportKind.LICENCES: "chicago_licences.csv",
}
BATCH: Final = 500
ARRIVING: Final = 200  # events a second
TICK: Final = 0.05


def import_file(folder: Path, kind: ImportKind, path: Path) -> tuple[int, float, float]:
    """一份文件，如 `import` 命令所办；答行数、秒数与处理器秒数。"""
    with Ledger.open(settings_of(folder)) as ledger:
        began, busy = time.perf_counter(), time.process_time()
        imported = take(ledger, kind, path)
        used = time.process_time() - busy
        return imported.tally.rows, time.perf_counter() - began, used


def take(ledger: Ledger, kind: ImportKind, path: Path) -> Imported:
    """导入一份。"""
    job = prepare(read_mapping(kind, None), path)
    with tempfile.TemporaryDirectory() as folder:
        report = Report(Path(folder), job.import_id, job.seen.heading)
        return Port(ledger, ARCHIVIST).take(job, report)


def files(folder: Path, rows: int, data: Path | None) -> dict[ImportKind, Path]:
    """真文件，或者合成的；先检查，后许可。"""
    made = history.write(folder, rows) if data is None else {}
    return {kind: made[kind] if data is None else data / name for kind, name in REAL.items()}


def importing(hall: Hall, paths: dict[ImportKind, Path]) -> None:
    """三份各导入两次，第二次是重来；各在一个进程里。"""
    print("| what | rows | events | s | rows/s | events/s | CPU µs/row | peak MB | machine |")
    print("|---|---|---|---|---|---|---|---|---|")
    for again in ("", ", again"):
        for kind, path in paths.items():
            before = head(hall)
            (rows, seconds, used), peak, _ = Part(import_file, hall.folder, kind, path).end()
            events = head(hall) - before
            print(
                f"| {kind.value.lower()}{again} | {rows:,} | {events:,} | {seconds:.1f} |"
                f" {rows / seconds:,.0f} | {events / seconds:,.0f} | {used / rows * 1e6:.0f} |"
                f" {peak:.0f} | {load()} |"
            )


# -- one supervisor alone, reading the ledger


def supervising(settings: Settings, supervisor: Supervisor, execute: Execute) -> float:
    """一个监管消费者从头追到此刻的账首，每秒多少件（全部事件，不只它要读的）。"""
    with (
        closing(storage.connect(settings.dsn("shenguan_follow"))) as conn,
        closing(StoreFeed(settings.dsn("shenguan_project"))) as store,
        Ledger.open(settings) as ledger,
    ):
        texts = partial(storage.schema_text, conn)
        voucher = Voucher(ledger.frame.hash, texts, supervisor.reads)
        member = SupervisorMember(supervisor, execute)
        member.open(conn)
        end = storage.head(conn)
        began = time.perf_counter()
        while member.next < end:
            entries = store.read(member.next, min(BATCH, end - member.next))
            batch = Batch(tuple(entries), FeedName.STORE, {})
            member.take(conn, check(conn, voucher, batch))
        return end / (time.perf_counter() - began)


def each_alone(ledger: Ledger, requests: Sequence[Request]) -> list[Outcome]:
    """每道命令自成一次落盘。"""
    return [ledger.execute(request) for request in requests]


def supervisors(rows: int, data: Path | None, rounds: int) -> None:
    """两种执行轮流，各在一座新城里；比值、高低。"""
    print("| supervisor | its commands each alone, events/s | together, events/s | ratio |")
    print("|---|---|---|---|")
    found: dict[tuple[str, bool], list[float]] = {}
    for _ in range(rounds):
        for together in (False, True):
            with city(kafka=False) as hall, tempfile.TemporaryDirectory() as folder:
                for kind, path in files(Path(folder), rows, data).items():
                    take(hall.ledger, kind, path)
                settings = settings_of(hall.folder)
                execute = hall.ledger.execute_many if together else partial(each_alone, hall.ledger)
                for one in (inspection_round.SUPERVISOR, findings.SUPERVISOR):
                    rate = supervising(settings, one, execute)
                    found.setdefault((one.name, together), []).append(rate)
    for name in (inspection_round.NAME, findings.NAME):
        before, after = found[name, False], found[name, True]
        ratios = sorted(late / early for early, late in zip(before, after, strict=True))
        print(
            f"| {name} | {statistics.median(before):,.0f} | {statistics.median(after):,.0f} |"
            f" {statistics.median(ratios):.2f} × ({ratios[0]:.2f}–{ratios[-1]:.2f}) |"
        )


# -- everybody, through Kafka


def catching_up(hall: Hall) -> None:
    """中继与全部跟随者在导入之后才启动：多久追上，各占多少内存。"""
    before = head(hall)
    relay, followers = role("relay", hall.folder), role("followers", hall.folder)
    try:
        seconds = until(partial(is_level, hall))
        after = head(hall)
        parked = sum(one.parked for one in overview.lags(hall.reader))
        print(
            f"\nfollowers level after {seconds:.1f} s: {before:,} events of the import and"
            f" {after - before:,} of the machine, {after / seconds:,.0f} events/s;"
            f" parked {parked}; {load()}"
        )
        rebuilding(hall)
    finally:
        for name, one in (("relay", relay), ("followers", followers)):
            _, peak, used = one.end(stop=True)
            print(f"{name}: peak {peak:.0f} MB, {used / head(hall) * 1e6:.0f} CPU µs/event")


def is_level(hall: Hall) -> bool:
    """全部跟随者是否都追上了。"""
    lags = overview.lags(hall.reader)
    if halted := [one.name for one in lags if one.halted]:
        raise RuntimeError(f"halted: {', '.join(halted)}")
    return bool(lags) and all(one.behind == 0 for one in lags)


class Arrivals(threading.Thread):
    """每秒二百件历史办件的步骤，直到叫停；``rate`` 是实际来的。"""

    def __init__(self, hall: Hall) -> None:
        super().__init__(daemon=True)
        self.rate = 0.0
        self._hall, self._stopped = hall, threading.Event()

    def run(self) -> None:
        """一小批接一小批，按钟点。"""
        execute, number = self._hall.ledger.execute_many, 0
        began = due = time.perf_counter()
        steps = history.Steps(self._hall.ledger, "ARRIVING")
        while not self._stopped.wait(max(0.0, due - time.perf_counter())):
            due += TICK
            number += steps.take(int(ARRIVING * TICK), execute)
        self.rate = number / (time.perf_counter() - began)

    def end(self) -> None:
        """叫停。"""
        self._stopped.set()
        self.join()


def rebuilding(hall: Hall) -> None:
    """每秒来二百件的同时重建两张视图。"""
    options = RebuildOptions(settings_of(hall.folder).dsn("shenguan_project"))
    for projection in (case_view.PROJECTION, case_timeline.PROJECTION):
        arrivals = Arrivals(hall)
        arrivals.start()
        built = rebuild(options, projection)
        arrivals.end()
        print(
            f"rebuild {built.name}: {built.next_position:,} events, {built.rows:,} rows,"
            f" {built.seconds:.1f} s, {built.next_position / built.seconds:,.0f} events/s,"
            f" same as served: {built.same}; {arrivals.rate:.0f} events/s arriving; {load()}"
        )


def main() -> None:
    """依次量：导入、追上与重建、单独的监管消费者。"""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=36_000)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, city(kafka=True) as hall:
        importing(hall, files(Path(folder), asked.rows, asked.data))
        catching_up(hall)
    if asked.rounds:
        supervisors(asked.rows // 3, asked.data, asked.rounds)


if __name__ == "__main__":
    main()
