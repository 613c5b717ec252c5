"""eventsourcing 的接合处：我们的记录器、工厂和应用，都从它自己的扩展点接入。

The library carries every command (``save`` → mapper → recorder) and every load (repository, cache →
recorder → mapper). Replaced are its mapper (Avro) and its recorder (one SQL function a command,
gapless positions, command ids). Never used: its tables, subscriptions, database functions.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

import psycopg
from eventsourcing.application import Application
from eventsourcing.persistence import IntegrityError, Mapper, StoredEvent
from eventsourcing.postgres import (
    PostgresApplicationRecorder,
    PostgresDatastore,
    PostgresFactory,
)
from eventsourcing.utils import Environment, EnvType, retry
from psycopg.conninfo import conninfo_to_dict

from domain.decider import Claim
from ledger.entry import Entry
from ledger.errors import LedgerError, LedgerUnavailable
from ledger.group import GroupCommit
from ledger.leaf import leaf_bytes, leaf_hasher
from ledger.line import Line, Lines
from ledger.mapper import AvroMapper, Encoded, Fact, Kept
from ledger.store import (
    Addition,
    Answer,
    Append,
    Frame,
    answered,
    append,
    read_schema,
    read_stream,
    read_streams,
)
from schemas.topics import partition_for, topic_of

PATIENCE: Final = 30.0  # seconds to wait for a server that went away before giving up
_PAUSE: Final = 0.1  # between two attempts to reach it
_CACHE: Final = 10_000  # dossiers kept in memory

Bundle = tuple[Append, ...]
Answers = tuple[Answer, ...]


@dataclass(slots=True)
class Dossier:
    """一份案卷调阅所得：现状、版本与末件的叶。``pending`` 是这次要写入的各件。"""

    id: str
    version: int
    state: object
    leaf: bytes = b""
    pending: list[Fact] = field(default_factory=list)
    opened: bool = True  # False: written without having been opened; its state is not known

    def collect_events(self) -> Sequence[Fact]:
        """The library takes the new events from here, once."""
        taken, self.pending = self.pending, []
        return taken


@dataclass(slots=True)
class Draft:
    """一条命令的草稿：``save`` 把它交给记录器，记录器把答复写在上面。

    ``before`` holds every dossier that was opened or is written, as the decision saw it; ``after``
    those that are written.
    """

    command_id: UUID
    request_hash: bytes
    kind: str
    code: str | None
    facts: dict[str, str]
    before: dict[str, Dossier]
    after: dict[str, Dossier]
    keys: dict[str, str]
    recorded_at: Any
    traceparent: str | None
    claims: tuple[Claim, ...]
    releases: tuple[Claim, ...]
    answer: Answer | None = None

    def objects(self) -> Iterator[Dossier | Fact]:
        """What ``save`` takes: it keeps dossiers in the cache, so only those that were opened."""
        for dossier in self.after.values():
            if dossier.opened:
                yield dossier
            else:
                yield from dossier.collect_events()


class NotAppended(IntegrityError):  # noqa: N818 - an answer, not a fault
    """这一次没有新入账：冲突、曾经答复过，或命令号另有所用。答复在草稿上。"""


class LedgerRecorder(PostgresApplicationRecorder):
    """记录器：一条命令一次 SQL 函数调用，多条命令合并提交。"""

    def __init__(
        self, datastore: PostgresDatastore, *, events_table_name: str = "ledger_events"
    ) -> None:
        if datastore.enable_db_functions:
            raise LedgerError("ledger.db_functions")
        super().__init__(datastore, events_table_name=events_table_name)
        self._group: GroupCommit[Bundle, Answers] = GroupCommit(self._commit)
        self.appended: Callable[[], None] = lambda: None

    def begin(self, dsn: str, frame: Frame) -> None:
        """记下建账时定死的事；此后方可写入。"""
        self._line = Line(dsn)
        self._readers = Lines(dsn)
        self._frame = frame
        self._hash = leaf_hasher(frame.hash)

    def create_table(self) -> None:
        """表由迁移文件建立，不由程序临时建立。"""
        raise LedgerError("ledger.create_table")

    def insert_events(
        self, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int] | None:
        """入账一条命令；``draft`` 由 ``save`` 传来。"""
        draft: Draft = kwargs["draft"]
        (draft.answer,) = self.submit((self.compose(stored_events, draft),))
        answer = draft.answer
        if answer.repeated or answer.kind == "CONFLICT":
            raise NotAppended(answer.code or answer.kind)
        if answer.first is None or answer.last is None:
            return None
        return range(answer.first, answer.last + 1)

    def submit(self, bundle: Bundle) -> Answers:
        """与别人合并提交，等到答复。"""
        return self._group.submit(bundle)

    def compose(self, stored_events: Sequence[StoredEvent], draft: Draft) -> Append:
        """算出各件的叶，连成每份案卷的链；新末端记回 ``draft.after``。"""
        heads = {stream: draft.before[stream].leaf for stream in draft.after}
        events: dict[str, list[tuple[str, str, bytes, bytes, bytes]]] = {s: [] for s in heads}
        for stored in stored_events:
            if not isinstance(stored, Encoded):
                raise TypeError(type(stored).__name__)
            stream = str(stored.originator_id)
            leaf = self._hash(
                leaf_bytes(
                    stored.schema_sha256,
                    stream,
                    stored.originator_version,
                    heads[stream],
                    stored.state,
                )
            )
            heads[stream] = leaf
            events[stream].append(
                (stored.event_id, stored.topic, stored.schema_sha256, leaf, stored.state)
            )
        for stream, dossier in draft.after.items():
            dossier.leaf = heads[stream]
        return Append(
            draft.command_id,
            draft.request_hash,
            draft.kind,
            draft.code,
            draft.facts,
            tuple((s, one.leaf) for s, one in draft.before.items() if s not in draft.after),
            tuple(self._addition(stream, draft, tuple(events[stream])) for stream in draft.after),
            draft.recorded_at,
            self._frame.incarnation,
            draft.traceparent,
            draft.claims,
            draft.releases,
        )

    def _addition(
        self, stream: str, draft: Draft, events: tuple[tuple[str, str, bytes, bytes, bytes], ...]
    ) -> Addition:
        before, key = draft.before[stream], draft.keys[stream]
        topic = topic_of(stream)
        partition = _partition(key, self._frame.partitions[topic])
        return Addition(stream, key, topic, partition, before.version, before.leaf, events)

    def _commit(self, bundles: Sequence[Bundle]) -> Sequence[Answers | Exception]:
        try:
            answers = self._append([call for bundle in bundles for call in bundle])
        except LedgerUnavailable as error:
            return [error] * len(bundles)
        except (psycopg.Error, LedgerError) as error:
            if len(bundles) == 1:
                return [LedgerError("ledger.append", {"reason": type(error).__name__})]
            return [self._commit([bundle])[0] for bundle in bundles]  # find the faulty one
        self.appended()
        given = iter(answers)
        return [tuple(next(given) for _ in bundle) for bundle in bundles]

    def _append(self, calls: Sequence[Append]) -> Sequence[Answer]:
        """A lost connection leaves the outcome unknown. Asking the same again resolves it: what was
        stored is answered from the record, what was not is stored now.
        """
        until = time.monotonic() + PATIENCE
        while True:
            try:
                return append(self._line.connection(), calls)
            except psycopg.OperationalError as error:
                lost = error.sqlstate is None or self._line.is_lost
                if not lost or time.monotonic() > until:
                    reason = error.sqlstate or type(error).__name__
                    raise LedgerUnavailable("ledger.unavailable", {"reason": reason}) from error
                self._line.close()
                time.sleep(_PAUSE)

    @retry(psycopg.OperationalError, max_attempts=10, wait=0.2)
    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """一份案卷的账目；只按版本顺读，不倒读、不截取。"""
        if desc or limit is not None:
            raise NotImplementedError("a stream is read forwards and whole")
        with self._readers.borrowed() as conn:
            entries = read_stream(conn, str(originator_id), gt or 0, lte)
        return [_kept(entry) for entry in entries]

    @retry(psycopg.OperationalError, max_attempts=10, wait=0.2)
    def select_many(self, streams: Iterable[str]) -> Sequence[StoredEvent]:
        """几份案卷的账目，一次读出。"""
        with self._readers.borrowed() as conn:
            return [_kept(entry) for entry in read_streams(conn, streams)]

    @retry(psycopg.OperationalError, max_attempts=10, wait=0.2)
    def answered(self, command_ids: Sequence[UUID]) -> dict[UUID, Answer]:
        """其中早已答复过的命令。"""
        with self._readers.borrowed() as conn:
            return answered(conn, command_ids)

    @retry(psycopg.OperationalError, max_attempts=10, wait=0.2)
    def read_schema(self, sha256: bytes) -> bytes | None:
        """某一指纹的格式原文。"""
        with self._readers.borrowed() as conn:
            return read_schema(conn, sha256)

    def close(self) -> None:
        """Closes the connections."""
        self._line.close()
        self._readers.close()


def _kept(entry: Entry) -> Kept:
    return Kept(entry.stream, entry.version, entry.name, entry.value, entry)


@lru_cache(maxsize=100_000)
def _partition(key: str, partitions: int) -> int:
    return partition_for(key, partitions)


class LedgerFactory(PostgresFactory):
    """工厂：用我们的记录器，拒绝会丢事件的数据库函数。"""

    application_recorder_class = LedgerRecorder

    def __init__(self, env: Environment | EnvType | None) -> None:
        super().__init__(env)
        if self.datastore.enable_db_functions or self.env_create_table():
            raise LedgerError("ledger.db_functions")


class LedgerApplication(Application[str]):
    """应用：``save`` 写，``repository`` 读；案卷缓存在内存，入账时核对其末件。

    The cache is not fast-forwarded: a stale dossier makes a decision that the append function
    answers with CONFLICT, whereupon it is read anew. So a command costs one round trip.
    """

    name = "ledger"

    def __init__(self, dsn: str, frame: Frame, *, cached: int = _CACHE) -> None:
        self._dsn, self._frame = dsn, frame
        super().__init__(_environment(dsn, cached))
        if not isinstance(self.recorder, LedgerRecorder):
            raise TypeError(type(self.recorder).__name__)
        self.ledger_recorder: LedgerRecorder = self.recorder
        self.ledger_recorder.begin(dsn, frame)

    def construct_mapper(self) -> Mapper[str]:
        """Avro in place of the library's mapper."""
        return AvroMapper(self._frame.hash, lambda sha256: self.ledger_recorder.read_schema(sha256))

    def compose(self, draft: Draft) -> Append:
        """编码并算叶，尚不入账：后面的命令可以依据它。"""
        facts = (fact for one in draft.after.values() for fact in one.collect_events())
        stored = [self.mapper.to_stored_event(fact) for fact in facts]
        return self.ledger_recorder.compose(stored, draft)

    def read_many(self, streams: Iterable[str]) -> dict[str, list[Fact]]:
        """其中已立的案卷，各件按先后；没有的不在其内。"""
        found: dict[str, list[Fact]] = {}
        for stored in self.ledger_recorder.select_many(streams):
            fact = self.mapper.to_domain_event(stored)
            if not isinstance(fact, Fact):
                raise TypeError(type(fact).__name__)
            found.setdefault(fact.originator_id, []).append(fact)
        return found

    def at_hand(self, stream: str) -> Dossier | None:
        """缓存里的案卷。"""
        cache = self.repository.cache
        if cache is None or stream not in cache.cache:
            return None
        try:
            dossier = cache.get(stream)
        except KeyError:
            return None  # another thread took it out meanwhile
        return dossier if isinstance(dossier, Dossier) else None

    def keep(self, dossiers: Iterable[Dossier]) -> None:
        """放入缓存。"""
        for dossier in dossiers:
            if dossier.opened and self.repository.cache is not None:
                self.repository.cache.put(dossier.id, dossier)

    def forget(self, streams: Iterable[str]) -> None:
        """从缓存取出，下次重新调阅。"""
        for stream in streams:
            if self.repository.cache is not None and stream in self.repository.cache.cache:
                try:
                    self.repository.cache.get(stream, evict=True)
                except KeyError:
                    continue  # another thread was first

    def close(self) -> None:
        """Closes all connections."""
        self.ledger_recorder.close()
        super().close()


def _environment(dsn: str, cached: int) -> dict[str, str]:
    """The library's settings; none of them comes from the process environment."""
    known = {name: str(value or "") for name, value in conninfo_to_dict(dsn).items()}
    return {
        "PERSISTENCE_MODULE": "ledger.library:LedgerFactory",
        "ORIGINATOR_ID_TYPE": "text",
        "POSTGRES_DBNAME": known.get("dbname", ""),
        "POSTGRES_HOST": known.get("host", ""),
        "POSTGRES_PORT": known.get("port", ""),
        "POSTGRES_USER": known.get("user", ""),
        "POSTGRES_PASSWORD": known.get("password", ""),
        "POSTGRES_SCHEMA": "ledger",
        "POSTGRES_POOL_SIZE": "0",  # never opened: our recorder has connections of its own
        "CREATE_TABLE": "no",
        "AGGREGATE_CACHE_MAXSIZE": str(cached),
        "AGGREGATE_CACHE_FASTFORWARD": "no",
        "DEEPCOPY_FROM_AGGREGATE_CACHE": "no",
    }
