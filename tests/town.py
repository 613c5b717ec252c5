"""一座小城：真的账本，真的主题，最简单的事（送达），供中继与跟随者的测试使用。"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast
from uuid import uuid4

import psycopg

from domain.acts import Act
from domain.case import Delivered as CaseDelivered
from domain.decider import Aggregate, Decision, Event, Load, Plan, Refused, Write
from domain.refusals import Refusal
from domain.terms import Actor, HashName, Mode, OfficerId, Organ, PersonId, Role
from followers.kafka_feed import read_topics
from followers.projection import Projection
from followers.runner import FollowerOptions, run_followers
from followers.supervisor import Supervisor
from ledger.application import Ledger, Outcome, Request
from ledger.entry import Entry
from ledger.errors import LedgerError
from ledger.founding import establish, remember_topics
from ledger.outbox import Lane
from ledger.records import headers_of
from ledger.relay import RelayOptions, open_producer, run_relay
from ledger.store import stream_entries
from runtime.kafka_admin import create_topics
from runtime.settings import Settings
from schemas.codec import current
from schemas.topics import topic_name

CLERK: Final = Actor(OfficerId("W01"), Role.COUNTER, Organ("SPJ"), Organ("SPJ"))
EVENT: Final = "case.delivered.v1"
TOPICS: Final = {"case": 2, "inspection": 1, "register": 1}
LANES: Final = (Lane("case", 0), Lane("case", 1), Lane("inspection", 0), Lane("register", 0))


def _same(state: int, _: Event) -> int:
    return state + 1


CASE: Final = Aggregate("case", 0, _same)


@dataclass(frozen=True, slots=True)
class Note:
    """一次记入若干件送达。"""

    case_no: str
    texts: tuple[str, ...]


def handle(act: Act, actor: Actor, at: datetime, load: Load) -> Decision:
    """照记，不问；只有 REFUSE 一件，须先有许可（PERMIT 案卷）才记。"""
    del actor, at
    note = cast("Note", act)
    load(CASE, note.case_no)
    if note.case_no.startswith("ECHO-") and "REFUSE" in note.texts and not load(CASE, "PERMIT"):
        return Refused(Refusal.DUTY_ROLE)
    events = tuple(CaseDelivered(text, "WINDOW", PersonId("P1")) for text in note.texts)
    return Plan((Write(CASE.stream(note.case_no), note.case_no, events),))


@dataclass(frozen=True, slots=True)
class Town:
    """账本、主题和记事的办法。"""

    settings: Settings
    bootstrap: str
    origin: str
    ledger: Ledger

    @property
    def options(self) -> RelayOptions:
        """中继的参数。"""
        return RelayOptions(self.settings.dsn("shenguan_relay"), self.bootstrap)

    def note(self, case_no: str, *texts: str) -> Outcome:
        """记入一件或几件。"""
        act = cast("Act", Note(case_no, texts))
        return self.ledger.execute(Request(act, CLERK, uuid4()))

    def fill(self, count: int, cases: int = 10) -> None:
        """记入 ``count`` 件，轮流记在 ``cases`` 个办件上。"""
        requests = [
            Request(cast("Act", Note(f"C-{n % cases:03d}", (f"D-{n}",))), CLERK, uuid4())
            for n in range(count)
        ]
        self.ledger.execute_many(requests)

    def stored(self) -> list[Entry]:
        """账上的全部。"""
        with stream_entries(self.settings.dsn("shenguan_audit")) as entries:
            return list(entries)

    def published(self) -> list[Entry]:
        """主题里的全部，重复的照样在内。"""
        return list(read_topics(self.bootstrap, self.origin, LANES))

    def next_of(self, follower: str) -> int:
        """某个跟随者要的下一个位置；还没有进度的为 -1。"""
        found = self.sql("SELECT next_position FROM follower.cursor WHERE name = %s", follower)
        return int(found[0][0]) if found else -1

    def head(self) -> int:
        """账本的下一个位置。"""
        return int(self.sql("SELECT next_position FROM ledger.head")[0][0])

    def sql(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        """以管理员身份查一句。"""
        with psycopg.connect(self.settings.admin_dsn, autocommit=True) as conn:
            cursor = conn.execute(query.encode(), parameters)
            return cursor.fetchall() if cursor.description else []


@contextmanager
def found_town(settings: Settings, bootstrap: str) -> Iterator[Town]:
    """建一座新城。"""
    origin = f"t{uuid4().hex[:8]}"
    establish(settings, origin, Mode.DEMO, HashName.SHA256, TOPICS)
    names = {short: topic_name(origin, short) for short in TOPICS}
    ids = create_topics(bootstrap, {names[short]: count for short, count in TOPICS.items()})
    remember_topics(settings, {short: ids[name] for short, name in names.items()})
    with Ledger.open(settings, handle=handle) as ledger:
        town = Town(settings, bootstrap, origin, ledger)
        town.sql("SELECT ledger.keep_schema(%s, %s)", EVENT, current(EVENT).text)
        yield town


@contextmanager
def following(
    town: Town,
    projections: Sequence[Projection] = (),
    supervisors: Sequence[Supervisor] = (),
    *,
    store: bool = True,
) -> Iterator[list[Exception]]:
    """跟随者在本进程里跑着；给出的列表记下它们因何停下。"""
    options = FollowerOptions(
        town.settings.dsn("shenguan_follow"),
        town.bootstrap,
        town.settings.dsn("shenguan_project") if store else None,
        town.ledger.execute_many,
    )
    stop = threading.Event()
    ended: list[Exception] = []

    def run() -> None:
        try:
            run_followers(options, projections, supervisors, stop)
        except LedgerError as error:
            ended.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield ended
    finally:
        stop.set()
        thread.join(timeout=20)
        assert not thread.is_alive()


@contextmanager
def relaying(town: Town) -> Iterator[None]:
    """中继在本进程里跑着。"""
    stop = threading.Event()
    thread = threading.Thread(target=run_relay, args=(town.options, stop), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=20)
        assert not thread.is_alive()


def forge(town: Town, entry: Entry) -> None:
    """冒写一条记录。"""
    producer = open_producer(town.bootstrap)
    name = topic_name(town.origin, entry.topic)
    sent: Any = producer.send(
        name,
        value=entry.value,
        key=entry.key.encode(),
        headers=headers_of(entry, town.origin),
        partition=entry.partition,
    )
    sent.get(10)
    producer.close()


def eventually(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    """等一个条件成立；等不到就是失败。"""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "still not so"
        time.sleep(0.02)


def first_seen(published: Sequence[Entry]) -> dict[Lane, list[int]]:
    """每条道里各号第一次出现的次序。"""
    seen: dict[Lane, list[int]] = {}
    for entry in published:
        order = seen.setdefault(Lane(entry.topic, entry.partition), [])
        if entry.lane_position not in set(order):
            order.append(entry.lane_position)
    return seen
