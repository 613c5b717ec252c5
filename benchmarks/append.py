"""入账的快慢：与原样的 eventsourcing 在同一台服务器、同一次运行里轮流比较（architecture.md §10）。

Run from the checkout: ``.venv/bin/python -m benchmarks.append [--rounds N]``. Rounds alternate, so that
both meet the same disk and the same neighbours; printed are the median and the spread.
Everything is included on our side: open, decide, encode, hash, one fsynced commit.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from psycopg.conninfo import conninfo_to_dict

from domain.terms import Mode
from ledger.application import Ledger
from runtime.servers.embedded import embedded
from runtime.settings import Settings
from tests.ledger.book import CASE, Book, Note, book, handle, request

WRITERS: Final = 16
LONG_CASE: Final = 50
CASES: Final = 200
TEXT: Final = ("邮寄送达",)


class PlainCase(Aggregate):
    """The library's own way: a mutable aggregate, JSON, its tables."""

    @event("Opened")
    def __init__(self, case_no: str) -> None:
        self.case_no = case_no

    @event("Delivered")
    def deliver(self, document_no: str, method: str, handler: str) -> None:
        """One more event."""


class Plain(Application[UUID]):
    """Nothing configured but the database."""


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison: how many events one call writes, and the two ways to do it."""

    name: str
    calls: int
    events: int
    plain: Callable[[int], object]
    ours: Callable[[int], object]
    writers: int = 1


def rate(row: Row, work: Callable[[int], object]) -> float:
    """Events a second."""
    began = time.perf_counter()
    if row.writers == 1:
        for n in range(row.calls):
            work(n)
    else:
        with ThreadPoolExecutor(row.writers) as pool:
            list(pool.map(work, range(row.calls)))
    return row.calls * row.events / (time.perf_counter() - began)


def rows(app: Plain, own: Book) -> list[Row]:
    """Rows 1 to 3 of the table, on new cases and on a case that goes on."""
    known = [PlainCase("known") for _ in range(CASES)]
    app.save(*known)
    for n in range(CASES):
        own.ask(Note(f"known-{n}", TEXT))

    def plain_new(count: int) -> Callable[[int], object]:
        def work(_: int) -> object:
            case = PlainCase("new")
            for _ in range(count - 1):
                case.deliver("D-1", "邮寄送达", "P1")
            return app.save(case)

        return work

    def plain_known(n: int) -> object:
        case: PlainCase = app.repository.get(known[n % CASES].id)
        case.deliver("D-1", "邮寄送达", "P1")
        return app.save(case)

    def ours_new(count: int) -> Callable[[int], object]:
        return lambda _: own.ask(Note(uuid4().hex, TEXT * count))

    def ours_known(n: int) -> object:
        return own.ask(Note(f"known-{n % CASES}", TEXT))

    return [
        Row("1 event, new case", 300, 1, plain_new(1), ours_new(1)),
        Row("5 events, new case", 120, 5, plain_new(5), ours_new(5)),
        Row("16 writers, 1 event, new case", 800, 1, plain_new(1), ours_new(1), WRITERS),
        Row("1 event, known case", 200, 1, plain_known, ours_known),
    ]


def compare(app: Plain, own: Book, rounds: int) -> None:
    """Alternate, then tell the median of each and of the ratio, with lowest and highest ratio."""
    for row in rows(app, own):
        row.plain(0), row.ours(0)
        pairs = [(rate(row, row.plain), rate(row, row.ours)) for _ in range(rounds)]
        ratios = sorted(ours / plain for plain, ours in pairs)
        plain, ours = (statistics.median(side) for side in zip(*pairs, strict=True))
        print(
            f"| {row.name} | {plain:,.0f} | {ours:,.0f} |"
            f" {statistics.median(ratios):.2f} × ({ratios[0]:.2f}–{ratios[-1]:.2f}) |"
        )


def own_rows(own: Book, settings: Settings) -> None:
    """What has no counterpart: many commands at once, and opening a case of fifty events."""
    requests = [request(Note(f"m{n % 500}", TEXT)) for n in range(3_000)]
    began = time.perf_counter()
    own.ledger.execute_many(requests)
    print(
        f"| 3,000 commands through execute_many | | {3_000 / (time.perf_counter() - began):,.0f} | |"
    )
    own.ask(Note("long", TEXT * LONG_CASE))
    with Ledger.open(settings, handle=handle, cached=0) as cold:
        cold.load(CASE, "long")
        times = []
        for _ in range(50):
            began = time.perf_counter()
            cold.load(CASE, "long")
            times.append((time.perf_counter() - began) * 1e3)
    print(f"| open a case of {LONG_CASE} events | | {statistics.median(times):.1f} ms"
          f" ({min(times):.1f}–{max(times):.1f}) | |")  # fmt: skip


def main() -> None:
    """Its own server in a folder of its own."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    with (
        tempfile.TemporaryDirectory() as folder,
        embedded(Path(folder), kafka=False) as settings,
        book(settings, Mode.FORMAL) as own,
    ):
        place = {name: str(value) for name, value in conninfo_to_dict(settings.admin_dsn).items()}
        env = {"PERSISTENCE_MODULE": "eventsourcing.postgres", "POSTGRES_DBNAME": place["dbname"]}
        for name in ("host", "port", "user", "password"):
            env[f"POSTGRES_{name.upper()}"] = place[name]
        print("| what | plain, events/s | ours, events/s | ratio: median (lowest–highest) |")
        print("|---|---|---|---|")
        with Plain(env=env) as app:
            compare(app, own, rounds)
        own_rows(own, settings)


if __name__ == "__main__":
    main()
