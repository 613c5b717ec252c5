"""`verify`：由存下的字节重算账本，逐步报告；有一处不符即退出码 3。"""

import argparse
import json
import time
from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table

from followers.kafka_feed import read_topics
from ledger.bulletin import published_checkpoints
from ledger.entry import Entry
from ledger.outbox import Lane
from ledger.outside import Outside
from ledger.steps import Difference, Step
from ledger.verify import Elsewhere, Report, verify
from ledger.verify_seal import SEAL_STEPS
from runtime.exits import Exit, Stop
from runtime.messages import error, say
from runtime.settings import Settings

SHORT: Final = "verify.topic_short"
PATIENCE: Final = 15.0  # seconds for the relay to catch up before "behind" counts as a difference


def run(arguments: argparse.Namespace, chosen: Settings) -> int:
    """退出码 0 相符 · 2 没有可核验的 · 3 有不符。"""
    began = time.monotonic()
    report = _examine(chosen, offline=arguments.offline)
    while _is_behind(report) and time.monotonic() - began < PATIENCE:
        time.sleep(0.2)
        report = _examine(chosen, offline=False)
    if report is None:
        raise Stop(Exit.REFUSED, "verify.nothing")
    if arguments.json:
        print(json.dumps(asdict(report) | {"is_sound": report.is_sound}, ensure_ascii=False))
    else:
        _show(report, time.monotonic() - began)
    return Exit.DONE if report.is_sound else Exit.INTEGRITY


def _is_behind(report: Report | None) -> bool:
    """只有主题还没抄完，别无不符。"""
    found = [step.difference for step in report.steps if step.difference] if report else []
    return bool(found) and all(difference.code == SHORT for difference in found)


def _examine(chosen: Settings, *, offline: bool) -> Report | None:
    def topics(origin: str, lane: Lane) -> Iterator[Entry]:
        return read_topics(chosen.kafka_bootstrap, origin, (lane,))

    columns = (TextColumn(say("verify.walking")), BarColumn(), TextColumn("{task.completed}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=None)
        outside = Outside(chosen.keys, chosen.sealed)
        published = partial(published_checkpoints, chosen.kafka_bootstrap)
        elsewhere = Elsewhere(None if offline else topics, None if offline else published, outside)
        return verify(
            chosen.dsn("shenguan_audit"),
            elsewhere,
            lambda done, total: progress.update(task, completed=done, total=total),
        )


def _show(report: Report, seconds: float) -> None:
    table = Table(title=say("verify.title", origin=report.origin, count=report.next_position))
    for column in ("number", "step", "examined", "result"):
        table.add_column(say(f"verify.column.{column}"))
    for step in report.steps:
        table.add_row(*_row(step))
    console = Console()
    console.print(table)
    never = "seals" in report.skipped
    for name in report.skipped:
        told = "verify.unsealed" if never and name in SEAL_STEPS else "verify.skipped"
        console.print(say(told, step=say(f"verify.step.{name}")))
    for step in report.steps:
        if step.difference is not None:
            console.print(f"({step.number}) {_told(step.difference)}", markup=False)
    verdict = "verify.sound" if report.is_sound else "verify.unsound"
    console.print(say(verdict, count=report.next_position, seconds=f"{seconds:.1f}"))


def _row(step: Step) -> tuple[str, str, str, str]:
    result = "verify.same" if step.difference is None else "verify.different"
    told = say(result, count=step.differences)
    return str(step.number), say(f"verify.step.{step.name}"), str(step.examined), told


def _told(difference: Difference) -> str:
    return error(difference.code, difference.facts)
