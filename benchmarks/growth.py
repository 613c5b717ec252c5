"""增长：从一万件到一百万件，入账、追上、打开案卷、列表、重建各怎样变；画成一张图。

    .venv/bin/python -m benchmarks.growth [--events N] [--chart FILE]

One process, one PostgreSQL (fsync on), no Kafka. The ledger grows by historical case steps in
batches, as an import does; at each size everything is measured and the ledger goes on growing. The
named baseline is the smallest size of the same run.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from benchmarks.chart import chart
from benchmarks.city import city, head, load, settings_of
from benchmarks.history import PER_CASE, Steps
from domain import case
from domain.terms import CaseNo
from followers import storage
from followers.checked import check
from followers.members import ProjectionMember
from followers.rebuild import RebuildOptions, rebuild
from followers.source import Batch, FeedName
from followers.store_feed import StoreFeed
from followers.vouching import Voucher
from ledger.application import Ledger
from projections import case_view
from runtime.hall import Hall
from runtime.settings import Settings

SIZES: Final = (10_000, 30_000, 100_000, 300_000, 1_000_000)
BULK: Final = 1_024  # commands given to the ledger at a time
SAMPLE: Final = 5_000  # events appended and caught up with, to tell a rate
SINGLE: Final = 200  # commands one by one
TIMES: Final = 50
LISTED: Final = 50
BATCH: Final = 500
NAME: Final = "GROWTH"
DIGITS: Final = 100  # from here on a rate is told without decimals
T = TypeVar("T")

NAMES: Final = {
    "bulk": "成批入账，件/秒",
    "single": "逐条入账，条/秒",
    "caught": "追上，件/秒",
    "rebuilt": "重建，件/秒",
    "opened": "打开案卷，毫秒",
    "listed": "列出五十件，毫秒",
}


class Growth:
    """一本越来越厚的账。"""

    def __init__(self, hall: Hall) -> None:
        self._hall, self._steps = hall, Steps(hall.ledger, NAME)
        self._settings: Settings = settings_of(hall.folder)
        self.cases = 0

    def grow(self, size: int) -> float:
        """长到 ``size`` 件；最后一段每秒多少件。"""
        while head(self._hall) < size - SAMPLE:
            self._bulk(BULK)
        began, before = time.perf_counter(), head(self._hall)
        while head(self._hall) < size:
            self._bulk(BULK)
        return (head(self._hall) - before) / (time.perf_counter() - began)

    def _bulk(self, commands: int) -> None:
        self._steps.take(commands, self._hall.ledger.execute_many)
        self.cases = self._steps.taken // PER_CASE

    def single(self) -> float:
        """一条命令一次落盘，每秒几条。"""
        execute = self._hall.ledger.execute
        began = time.perf_counter()
        self._steps.take(SINGLE, lambda requests: [execute(one) for one in requests])
        return SINGLE / (time.perf_counter() - began)

    def rebuilt(self) -> float:
        """重建办件现状，每秒几件。"""
        options = RebuildOptions(self._settings.dsn("shenguan_project"))
        built = rebuild(options, case_view.PROJECTION)
        return built.next_position / built.seconds

    def caught(self) -> float:
        """又来五千件之后，跟随者追上，每秒几件。"""
        for _ in range(0, SAMPLE, BULK):
            self._bulk(BULK)
        with (
            closing(storage.connect(self._settings.dsn("shenguan_follow"))) as conn,
            closing(StoreFeed(self._settings.dsn("shenguan_project"))) as store,
        ):
            text = partial(storage.schema_text, conn)
            voucher = Voucher(self._hall.ledger.frame.hash, text, case_view.PROJECTION.reads)
            member = ProjectionMember(case_view.PROJECTION, None)
            member.open(conn)
            first, end, began = member.next, storage.head(conn), time.perf_counter()
            while member.next < end:
                entries = store.read(member.next, min(BATCH, end - member.next))
                member.take(conn, check(conn, voucher, Batch(tuple(entries), FeedName.STORE, {})))
            return (end - first) / (time.perf_counter() - began)

    def opened(self) -> float:
        """打开一件办件（不经缓存），毫秒。"""
        numbers = [CaseNo(f"WABO-{NAME}-{n * self.cases // TIMES}") for n in range(TIMES)]
        with Ledger.open(self._settings, cached=0) as cold:
            cold.load(case.AGGREGATE, numbers[0])
            return _milliseconds(numbers, lambda number: cold.load(case.AGGREGATE, number))

    def listed(self) -> float:
        """列出最近有变化的五十件，毫秒。"""
        with closing(storage.connect(self._settings.dsn("shenguan_follow"))) as conn:
            return _milliseconds(range(TIMES), lambda _: case_view.latest(conn, LISTED))


def _milliseconds(things: Iterable[T], work: Callable[[T], object]) -> float:
    times = []
    for thing in things:
        began = time.perf_counter()
        work(thing)
        times.append((time.perf_counter() - began) * 1e3)
    return statistics.median(times)


def measure(growth: Growth, size: int) -> dict[str, float]:
    """长到这个大小，各样量一遍。"""
    return {
        "bulk": growth.grow(size),
        "single": growth.single(),
        "rebuilt": growth.rebuilt(),
        "caught": growth.caught(),
        "opened": growth.opened(),
        "listed": growth.listed(),
    }


def main() -> None:
    """逐个大小量，随量随说；最后画图。"""
    parser = argparse.ArgumentParser()
    parser.add_argument("--events", type=int, default=SIZES[-1])
    parser.add_argument("--chart", type=Path)
    asked = parser.parse_args()
    curves: dict[str, list[tuple[float, float]]] = {name: [] for name in NAMES}
    print("| 件数 | " + " | ".join(NAMES.values()) + " | 机器 |")
    print("|---" * (len(NAMES) + 2) + "|", flush=True)
    with city(kafka=False) as hall:
        growth = Growth(hall)
        for size in (one for one in SIZES if one <= asked.events):
            found = measure(growth, size)
            for name, value in found.items():
                curves[name].append((size, value))
            told = " | ".join(shown(curves[name]) for name in NAMES)
            print(f"| {size:,} | {told} | {load()} |", flush=True)
            if asked.chart is not None:
                named = {NAMES[name]: curve for name, curve in curves.items()}
                asked.chart.write_text(chart("账本增长时的快慢", "账上件数", "", named), "utf-8")


def shown(curve: Sequence[tuple[float, float]]) -> str:
    """最后一点，及它与第一点之比。"""
    value = curve[-1][1]
    return f"{value:,.{0 if value >= DIGITS else 1}f}（{value / curve[0][1]:.2f} ×）"


if __name__ == "__main__":
    main()
