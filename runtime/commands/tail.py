"""`tail`：从 Kafka 逐条读出事件，核对之后译出；封存的个人信息不显示。

The followers' own feed and the followers' own check: what is shown here is what the ledger vouches
for. Records come from Kafka alone, so a silent broker shows nothing.
"""

import argparse
import json
import sys
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from functools import partial
from typing import Final

from kafka.errors import KafkaError

from domain.linkage import Sent
from domain.terms import BEIJING
from followers.delivered import Delivered
from followers.kafka_feed import KafkaFeed
from followers.overview import is_known, lane_starts, position_since
from followers.storage import Connection, connect, head, leaves, schema_text
from followers.vouching import Voucher
from ledger.entry import Entry
from ledger.errors import LedgerError, LedgerUnavailable
from ledger.outbox import Lane, lanes_of
from ledger.relay import topic_ids
from ledger.store import Frame, read_frame
from projections.common import facts
from runtime import words
from runtime.commands.case import exit_of
from runtime.exits import Exit, Stop
from runtime.settings import Settings
from runtime.standing import AUDITOR
from schemas.registry import EVENT_NAMES
from schemas.topics import topic_name

ROLE: Final = "shenguan_follow"
BATCH: Final = 500
WAIT_SECONDS: Final = 0.5
SILENT_SECONDS: Final = 30.0  # how long Kafka may withhold what the ledger already has
COUNT: Final = 20  # shown of what is already there, where nothing else is asked for


@dataclass(frozen=True, slots=True)
class Filter:
    """要看哪些：各条件同时满足；不设的不限。

    ``topic`` is the short name, ``events`` names or their beginnings, any of them; ``department`` an
    organ code: events by it, and pushes to it.
    """

    topic: str | None
    events: tuple[str, ...]
    case_no: str | None
    department: str | None
    since: datetime | None

    def wants_entry(self, entry: Entry) -> bool:
        """凭记录的标头就能判断的条件。"""
        return (
            self.topic in {None, entry.topic}
            and entry.name.startswith(self.events or "")
            and self.case_no in {None, entry.key}
            and (self.since is None or entry.recorded_at >= self.since)
        )

    def wants(self, delivered: Delivered) -> bool:
        """须译出才能判断的条件。"""
        if self.department is None:
            return True
        sent_to = delivered.event.department if isinstance(delivered.event, Sent) else None
        return self.department in {sent_to, delivered.meta.actor.organ}


EVERYTHING: Final = Filter(None, (), None, None, None)


def run(arguments: argparse.Namespace, chosen: Settings) -> int:
    """退出码：0 已到末尾 · 1 用法 · 2 没有这个编号或位置 · 3 账本有疑 · 5 Kafka 或数据库不可用。"""
    wanted = Filter(
        arguments.topic,
        tuple(map(_event, arguments.event or ())),
        arguments.case_no,
        arguments.department,
        _instant(arguments.from_time),
    )
    try:
        with connect(chosen.dsn(ROLE)) as conn:
            for delivered in _deliveries(arguments, chosen, conn, wanted):
                print(as_json(delivered) if arguments.json else as_text(delivered), flush=True)
    except KeyboardInterrupt:
        return Exit.DONE  # how a live stream is meant to end
    except LedgerError as problem:
        raise Stop(exit_of(problem), problem.code, **problem.facts) from problem
    return Exit.DONE


# -- what is asked for


def _event(text: str) -> str:
    """A name or its beginning: of what nothing begins with, no event will ever come."""
    if text and any(name.startswith(text) for name in EVENT_NAMES):
        return text
    families = sorted({f"{name.partition('.')[0]}." for name in EVENT_NAMES})
    near = get_close_matches(text, EVENT_NAMES, n=3, cutoff=0.5) or families
    raise Stop(Exit.USAGE, "tail.event", what=text, names="、".join(near))


def _instant(text: str | None) -> datetime | None:
    """ISO 8601; without an offset it is Beijing time, as everything an official writes."""
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as problem:
        raise Stop(Exit.USAGE, "tail.time", text=text) from problem
    return at if at.tzinfo else at.replace(tzinfo=BEIJING)


def _require_case(conn: Connection, case_no: str | None) -> None:
    """A key is the number of some stream; one that is on no stream is a slip of the pen."""
    if case_no is not None and not is_known(conn, case_no):
        raise Stop(Exit.REFUSED, "tail.case", case_no=case_no)


def first_position(
    arguments: argparse.Namespace, wanted: Filter, end: int, since: Callable[[datetime], int]
) -> int:
    """从哪里读起：指定的位置或时刻；要挑选的从头挑起；否则最近 N 条。

    ``since`` finds the position of an instant. Raises :class:`Stop` for a position that the ledger
    has not reached.
    """
    begin = arguments.from_position or 0
    if begin > end:
        raise Stop(Exit.REFUSED, "tail.beyond", position=begin, count=end)
    if wanted.since is not None:
        return max(begin, since(wanted.since))
    if arguments.from_position is not None or wanted != EVERYTHING:
        return int(begin)
    return max(0, end - (_count(arguments, wanted) or 0))


def hints(frame: Frame, starts: Mapping[Lane, int], bootstrap: str) -> dict[str, int]:
    """各分区从哪个偏移读起，不从头读；问不到主题的编号，就没有提示。"""
    names = sorted({topic_name(frame.origin, lane.topic) for lane in starts})
    try:
        found = topic_ids(bootstrap, names)
    except KafkaError:
        return {}
    ids = {name: identity for name, (identity, _) in found.items()}
    return {
        f"{ids.get(topic_name(frame.origin, lane.topic))}/{lane.partition}": offset
        for lane, offset in starts.items()
    }


def _count(arguments: argparse.Namespace, wanted: Filter) -> int | None:
    """How many of what is already there; None = all, from where the user said."""
    if arguments.count is not None:
        return int(arguments.count)
    is_open = arguments.from_position is None and wanted.since is None
    return COUNT if is_open else None


# -- reading


def _deliveries(
    arguments: argparse.Namespace, chosen: Settings, conn: Connection, wanted: Filter
) -> Iterator[Delivered]:
    """First what is already there, then what comes."""
    frame = read_frame(conn)
    if frame is None:
        raise LedgerUnavailable("ledger.not_created")
    lanes, end = lanes_of(frame), head(conn)
    with connect(chosen.dsn(AUDITOR)) as index:
        _require_case(index, wanted.case_no)
        find = partial(position_since, index, end=end)
        start = first_position(arguments, wanted, end, find)
        starts = lane_starts(index, lanes, start)
    voucher = Voucher(frame.hash, partial(schema_text, conn))
    offsets = hints(frame, starts, chosen.kafka_bootstrap)
    feed = KafkaFeed(chosen.kafka_bootstrap, frame.origin, lanes, start, offsets)
    is_empty = _count(arguments, wanted) != 0  # nothing asked for, nothing missed
    with closing(feed):
        feed.start()
        past = _matching(_batches(feed, start, end), conn, voucher, wanted)
        for delivered in _last(past, _count(arguments, wanted)):
            is_empty = False
            yield delivered
        if is_empty:
            key = "nothing" if arguments.until_end else "nothing_yet"
            print(words.say(key), file=sys.stderr, flush=True)
        if not arguments.until_end:
            yield from _matching(_batches(feed, end, None), conn, voucher, wanted)


def _last(past: Iterator[Delivered], count: int | None) -> Iterator[Delivered]:
    """The last ``count``, all for None; what Kafka did deliver is shown before its silence."""
    kept = deque[Delivered](maxlen=count)
    if count is None:
        yield from past
        return
    try:
        kept.extend(past)
    except (Stop, LedgerError):
        yield from kept
        raise
    yield from kept


def _matching(
    batches: Iterator[list[Entry]], conn: Connection, voucher: Voucher, wanted: Filter
) -> Iterator[Delivered]:
    for entries in filter(None, batches):
        known = leaves(conn, entries[0].position, entries[-1].position + 1)
        if len(known) < len(entries):
            voucher.vouch(entries, known)  # says which one the ledger lacks, and stops
        pairs = zip(entries, known, strict=True)
        chosen = [(entry, leaf) for entry, leaf in pairs if wanted.wants_entry(entry)]
        vouched = voucher.vouch([entry for entry, _ in chosen], [leaf for _, leaf in chosen])
        yield from filter(wanted.wants, vouched)


def _batches(feed: KafkaFeed, position: int, end: int | None) -> Iterator[list[Entry]]:
    while end is None or position < end:
        entries = feed.take(position, BATCH, WAIT_SECONDS if end is None else SILENT_SECONDS)
        if end is not None and not entries:
            facts = {"position": position, "count": end, "seconds": round(SILENT_SECONDS)}
            raise Stop(Exit.DEPENDENCY, "tail.silent", **facts)
        position += len(entries)
        yield entries[: None if end is None else max(0, len(entries) - (position - end))]


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
        organ=words.organ(meta.actor.organ),
        topic=entry.topic,
        partition=entry.partition,
        facts=words.content(entry.name, facts(delivered.event)),
    )
