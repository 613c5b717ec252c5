"""一路的速度：入账 → Kafka → 视图（积压与每秒五十件），以及重建（architecture.md §10，第 5–7 行）。

    .venv/bin/python -m benchmarks.path

Relay and followers run as processes of their own, as under ``up``; real servers, fsync on; the view
is the tally of the tests (one row a case), the events are ``case.delivered.v1``.
"""

import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

import psycopg

from followers.rebuild import RebuildOptions, rebuild
from runtime.servers.embedded import embedded
from tests.followers.plant import Role
from tests.tally import TALLY
from tests.town import Town, found_town

BACKLOG: Final = 10_000
CASES: Final = 1_000
REPEATS: Final = 3
SECONDS: Final = 20
RATE: Final = 50


@contextmanager
def running(town: Town) -> Iterator[None]:
    """中继与跟随者在跑。"""
    roles = [Role("relay", town.settings), Role("view", town.settings)]
    try:
        yield
    finally:
        for role in roles:
            role.end()


def wait(town: Town, position: int) -> None:
    """等视图到这个位置。"""
    with psycopg.connect(town.settings.admin_dsn, autocommit=True) as conn:
        query = "SELECT next_position FROM follower.cursor WHERE name = 'tally'"
        while (row := conn.execute(query).fetchone()) is None or row[0] < position:
            time.sleep(0.001)


def backlog(town: Town) -> float:
    """一批积压，每秒多少件从入账到行。"""
    with running(town):
        town.note("WARM", "UP")
        wait(town, town.head())
    town.fill(BACKLOG, CASES)
    with running(town):
        with psycopg.connect(town.settings.admin_dsn, autocommit=True) as conn:
            query = "SELECT next_position FROM follower.cursor WHERE name = 'tally'"
            before = first = int((conn.execute(query).fetchone() or (0,))[0])
            while before == first:  # the processes are starting
                time.sleep(0.001)
                before = int((conn.execute(query).fetchone() or (0,))[0])
        started = time.perf_counter()
        wait(town, town.head())
        return (town.head() - before) / (time.perf_counter() - started)


def latency(town: Town) -> list[float]:
    """每秒五十件时，一件从答复到行的毫秒数。"""
    with running(town):
        town.note("WARM", "UP")
        wait(town, town.head())
        measured = []
        with psycopg.connect(town.settings.admin_dsn, autocommit=True) as conn:
            query = "SELECT next_position FROM follower.cursor WHERE name = 'tally'"
            due = time.perf_counter()
            for number in range(SECONDS * RATE):
                due += 1 / RATE
                time.sleep(max(0.0, due - time.perf_counter()))
                outcome = town.note(f"C-{number % CASES:03d}", f"L-{number}")
                answered = time.perf_counter()
                while int((conn.execute(query).fetchone() or (0,))[0]) <= (outcome.last or 0):
                    time.sleep(0.0005)
                measured.append((time.perf_counter() - answered) * 1000)
        return sorted(measured)


def rebuilding(town: Town) -> list[float]:
    """重建，每秒多少件（连同启动帮手进程）。"""
    options = RebuildOptions(town.settings.dsn("shenguan_project"))
    shared = replace(TALLY, by_partition_key=True)
    rates = []
    for _ in range(REPEATS):
        rebuilt = rebuild(options, shared)
        rates.append(rebuilt.next_position / rebuilt.seconds)
    return rates


def main() -> None:
    """依次量三样。"""
    with (
        tempfile.TemporaryDirectory() as folder,
        embedded(Path(folder) / "data", kafka=True) as settings,
        found_town(settings, settings.kafka_bootstrap) as town,
    ):
        rates = [backlog(town) for _ in range(REPEATS)]
        print(f"backlog events/s: median {statistics.median(rates):.0f}, all {shown(rates)}")
        times = latency(town)
        middle, high = times[len(times) // 2], times[int(len(times) * 0.99)]
        print(f"at {RATE}/s, answer to row, ms: p50 {middle:.1f}, p99 {high:.1f}")
        print(f"rebuild events/s of {town.head()} events: {shown(rebuilding(town))}")


def shown(rates: list[float]) -> str:
    """各次的数。"""
    return ", ".join(f"{rate:.0f}" for rate in rates)


if __name__ == "__main__":
    main()
