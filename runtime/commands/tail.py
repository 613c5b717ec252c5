"""`tail`：从 Kafka 逐条读出事件，核对之后译出；封存的个人信息不显示。

The followers' own feed and the followers' own check: what is shown here is what the ledger vouches
for. Records come from Kafka alone, so a silent broker shows nothing.
"""

import argparse
import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from domain.linkage import Sent
from domain.terms import BEIJING
from followers.delivered import Delivered
from followers.kafka_feed import KafkaFeed
from followers.storage import Connection, connect, head, leaves, schema_text
from followers.vouching import Voucher
from ledger.entry import Entry
from ledger.errors import LedgerError, LedgerUnavailable
from ledger.outbox import lanes_of
from ledger.store import read_frame
from projections.common import facts
from runtime import words
from runtime.commands.case import exit_of
from runtime.exits import Exit, Stop
from runtime.settings import Settings

ROLE: Final = "shenguan_follow"
BATCH: Final = 500
WAIT_SECONDS: Final = 0.5
SILENT_SECONDS: Final = 30.0  # with --until-end: how long Kafka may deliver nothing


@dataclass(frozen=True, slots=True)
class Filter:
    """要看哪些：各条件同时满足；不设的不限。

    ``topic`` is the short name, ``event`` a name or its beginning, ``department`` an organ code:
    events by it, and pushes to it.
    """

    topic: str | None
    event: str | None
    case_no: str | None
    department: str | None
    since: datetime | None

    def wants_entry(self, entry: Entry) -> bool:
        """凭记录的标头就能判断的条件。"""
        return (
            self.topic in {None, entry.topic}
            and entry.name.startswith(self.event or "")
            and self.case_no in {None, entry.key}
            and (self.since is None or entry.recorded_at >= self.since)
        )

    def wants(self, delivered: Delivered) -> bool:
        """须译出才能判断的条件。"""
        if self.department is None:
            return True
        sent_to = delivered.event.department if isinstance(delivered.event, Sent) else None
        return self.department in {sent_to, delivered.meta.actor.organ}


def run(arguments: argparse.Namespace, chosen: Settings) -> int:
    """退出码：0 已到末尾 · 1 用法 · 3 账本有疑 · 5 Kafka 或数据库不可用。"""
    wanted = Filter(
        arguments.topic,
        arguments.event,
        arguments.case_no,
        arguments.department,
        _instant(arguments.from_time),
    )
    try:
        with connect(chosen.dsn(ROLE)) as conn:
            for delivered in _deliveries(arguments, chosen, conn, wanted):
                print(as_json(delivered) if arguments.json else as_text(delivered), flush=True)
    except LedgerError as problem:
        raise Stop(exit_of(problem), problem.code, **problem.facts) from problem
    return Exit.DONE


def _instant(text: str | None) -> datetime | None:
    """ISO 8601; without an offset it is Beijing time, as everything an official writes."""
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as problem:
        raise Stop(Exit.USAGE, "tail.time", text=text) from problem
    return at if at.tzinfo else at.replace(tzinfo=BEIJING)


def _deliveries(
    arguments: argparse.Namespace, chosen: Settings, conn: Connection, wanted: Filter
) -> Iterator[Delivered]:
    frame = read_frame(conn)
    if frame is None:
        raise LedgerUnavailable("ledger.not_created")
    end = head(conn)
    start = first_position(arguments, wanted, end)
    voucher = Voucher(frame.hash, partial(schema_text, conn))
    feed = KafkaFeed(chosen.kafka_bootstrap, frame.origin, lanes_of(frame), start, {})
    with closing(feed):
        feed.start()
        for entries in _batches(feed, start, end if arguments.until_end else None):
            chosen_entries = [entry for entry in entries if wanted.wants_entry(entry)]
            known = [leaf for entry in chosen_entries for leaf in _leaf(conn, entry)]
            yield from filter(wanted.wants, voucher.vouch(chosen_entries, known))


def first_position(arguments: argparse.Namespace, wanted: Filter, end: int) -> int:
    """从哪里开始：指定的位置；按时间的从头找起；否则最近 N 条。"""
    if arguments.from_position is not None:
        return int(arguments.from_position)
    return 0 if wanted.since else max(0, end - int(arguments.count))


def _batches(feed: KafkaFeed, position: int, end: int | None) -> Iterator[list[Entry]]:
    while end is None or position < end:
        entries = feed.take(position, BATCH, WAIT_SECONDS if end is None else SILENT_SECONDS)
        if end is not None and not entries:
            raise LedgerUnavailable("kafka.silent", {"detail": f"{position} < {end}"})
        position += len(entries)
        yield entries[: None if end is None else max(0, len(entries) - (position - end))]


def _leaf(conn: Connection, entry: Entry) -> list[bytes]:
    return leaves(conn, entry.position, entry.position + 1)


# -- showing


def as_json(delivered: Delivered) -> str:
    """一行 JSON：出处、信封与内容。"""
    entry, meta = delivered.entry, delivered.meta
    record = {
        "position": entry.position,
        "topic": entry.topic,
        "partition": entry.partition,
        "lane_position": entry.lane_position,
        "stream": entry.stream,
        "version": entry.version,
        "name": entry.name,
        "leaf_hash": entry.leaf_hash.hex(),
        "meta": facts(meta),
        "event": facts(delivered.event),
    }
    return json.dumps(record, ensure_ascii=False)


def as_text(delivered: Delivered) -> str:
    """给人看的两行：何时何事何人，内容如何。"""
    entry, meta = delivered.entry, delivered.meta
    return words.say(
        "tail",
        position=entry.position,
        recorded=words.instant(meta.recorded_at),
        title=words.title("event", entry.name),
        stream=entry.stream,
        version=entry.version,
        officer=meta.actor.officer_id,
        role=words.term("role", meta.actor.role),
        organ=meta.actor.organ,
        topic=entry.topic,
        partition=entry.partition,
        facts=words.content(entry.name, facts(delivered.event)),
    )
