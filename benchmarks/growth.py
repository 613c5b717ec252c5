"""增长：从一万件到一百万件，入账、追上、打开案卷、列表、重建各怎样变；画成一张图。

    .venv/bin/python -m benchmarks.growth [--events N] [--chart FILE]

One process, one PostgreSQL (fsync on), no Kafka. The ledger grows by historical case steps in
batches, as an import does; at each size everything is measured and the ledger goes on growing. The
named baseline is the smallest size of the same run. Beside each rate stands the processor time of
this process and the database together: on a shared machine it is what can be compared.
"""

import argparse
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from benchmarks.chart import chart
from benchmarks.city import busy, city, head, load, settings_of
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
SAMPLE: Final = 5_120  # commands whose rate is told
SINGLE: Final = 300  # commands one by one
LOOKS: Final = 500
LISTED: Final = 50
BATCH: Final = 500
NAME: Final = "GROWTH"

# What is measured, and whether it is told as a rate or as milliseconds.
NAMES: Final = {
    "bulk": ("成批入账，件/秒", True),
    "single": ("逐条入账，条/秒", True),
    "rebuilt": ("重建，件/秒", True),
    "caught": ("追上，件/秒", True),
    "opened": ("打开案卷，毫秒", False),
    "listed": ("列出五十件，毫秒", False),
}


@dataclass(frozen=True, slots=True)
class Found:
    """一样：每件几秒，用去的处理器时间几秒。"""

    seconds: float
    busy: float


class Growth:
    """一本越来越厚的账。"""

    def __init__(self, hall: Hall) -> None:
        self._hall, self._steps = hall, Steps(hall.ledger, NAME)
        self._settings: Settings = settings_of(hall.folder)

    def grow(self, size: int) -> None:
        """长到 ``size`` 件。"""
        while head(self._hall) < size:
            self._bulk(BULK)

    def measure(self) -> dict[str, Found]:
        """各样量一遍；视图先重建，再追上此后来的。"""
        return {
            "bulk": self._clocked(lambda: self._bulk(SAMPLE)),
            "single": self._clocked(self._single),
            "rebuilt": self._clocked(self._rebuilt),
            "caught": self._caught(),
            "opened": self._opened(),
            "listed": self._listed(),
        }

    def _clocked(self, work: Callable[[], int]) -> Found:
        began, used = time.perf_counter(), busy(self._hall.folder)
        count = work()
        seconds = time.perf_counter() - began
        return Found(seconds / count, (busy(self._hall.folder) - used) / count)

    def _bulk(self, commands: int) -> int:
        return self._steps.take(commands, self._hall.ledger.execute_many)

    def _single(self) -> int:
        execute = self._hall.ledger.execute
        self._steps.take(SINGLE, lambda requests: [execute(one) for one in requests])
        return SINGLE

    def _rebuilt(self) -> int:
        """办件现状重建；一个进程，免得帮手的启动算在里面。"""
        options = RebuildOptions(self._settings.dsn("shenguan_project"), workers=1)
        return rebuild(options, case_view.PROJECTION).next_position

    def _caught(self) -> Found:
        """又来五千条命令之后，跟随者追上。"""
        self._bulk(SAMPLE)
        with (
            closing(storage.connect(self._settings.dsn("shenguan_follow"))) as conn,
            closing(StoreFeed(self._settings.dsn("shenguan_project"))) as store,
        ):
            text = partial(storage.schema_text, conn)
            voucher = Voucher(self._hall.ledger.frame.hash, text, case_view.PROJECTION.reads)
            member = ProjectionMember(case_view.PROJECTION, None)
            member.open(conn)

            def follow() -> int:
                first, end = member.next, storage.head(conn)
                while member.next < end:
                    entries = store.read(member.next, min(BATCH, end - member.next))
                    batch = Batch(tuple(entries), FeedName.STORE, {})
                    member.take(conn, check(conn, voucher, batch))
                return end - first

            return self._clocked(follow)

    def _opened(self) -> Found:
        """打开散在各处的办件，不经缓存。"""
        cases = self._steps.taken // PER_CASE
        numbers = [CaseNo(f"WABO-{NAME}-{n * cases // LOOKS}") for n in range(LOOKS)]
        with Ledger.open(self._settings, cached=0) as cold:
            cold.load(case.AGGREGATE, numbers[0])

            def opened() -> int:
                for number in numbers:
                    cold.load(case.AGGREGATE, number)
                return LOOKS

            return self._clocked(opened)

    def _listed(self) -> Found:
        """列出最近有变化的五十件。"""
        with closing(storage.connect(self._settings.dsn("shenguan_follow"))) as conn:

            def listed() -> int:
                return sum(len(case_view.latest(conn, LISTED)) > 0 for _ in range(LOOKS))

            return self._clocked(listed)


def main() -> None:
    """逐个大小量，随量随说；图随之重画。"""
    parser = argparse.ArgumentParser()
    parser.add_argument("--events", type=int, default=SIZES[-1])
    parser.add_argument("--chart", type=Path)
    asked = parser.parse_args()
    curves: dict[str, list[tuple[float, float]]] = {name: [] for name in NAMES}
    print("| 件数 | " + " | ".join(name for name, _ in NAMES.values()) + " | 机器 |")
    print("|---" * (len(NAMES) + 2) + "|", flush=True)
    with city(kafka=False) as hall:
        growth = Growth(hall)
        for size in (one for one in SIZES if one <= asked.events):
            growth.grow(size)
            told = []
            for name, found in growth.measure().items():
                curves[name].append((size, found.busy * 1e6))
                told.append(shown(found, is_rate=NAMES[name][1], first=curves[name][0][1]))
            print(f"| {size:,} | {' | '.join(told)} | {load()} |", flush=True)
            if asked.chart is not None:
                named = {NAMES[name][0].partition("，")[0]: one for name, one in curves.items()}
                drawn = chart(
                    "账本增长时，每件（条、次）用去的处理器时间", "账上件数", "微秒", named
                )
                asked.chart.write_text(drawn, "utf-8")


def shown(found: Found, *, is_rate: bool, first: float) -> str:
    """快慢，及处理器微秒与它对最小一本之比。"""
    value = f"{1 / found.seconds:,.0f}" if is_rate else f"{found.seconds * 1e3:.1f}"
    used = found.busy * 1e6
    return f"{value}（{used:,.0f} µs，{used / first:.2f} ×）"


if __name__ == "__main__":
    main()
