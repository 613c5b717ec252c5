"""账本的 SQL：写入一条命令的全部后果，读取案卷与账目。"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import Any, Final
from uuid import UUID

import orjson
import psycopg
from psycopg.rows import class_row, tuple_row

from domain.decider import Claim
from domain.terms import HashName, Mode
from ledger.entry import Entry
from ledger.errors import LedgerError
from ledger.line import Connection

_PAGE: Final = 2_000  # rows of a server-side cursor at a time
CHANNEL: Final = "shenguan_appended"
ENTRY_COLUMNS: Final = (
    "position, topic, partition, lane_position, stream, version, key, event_id, name,"
    " schema_sha256, prev_leaf_hash, leaf_hash, incarnation, recorded_at, traceparent, value"
)
_APPEND: Final = """
SELECT kind, first_position, last_position, code, facts, repeated FROM ledger.append(
    %s, %b, %s, %s, %s::jsonb, %s::text[], %s::bytea[],
    %s::text[], %s::text[], %s::text[], %s::integer[], %s::bigint[], %s::bytea[], %s::integer[],
    %s::uuid[], %s::text[], %s::bytea[], %s::bytea[], %s::bytea[], %s, %s, %s"""
_PLAIN: Final = f"{_APPEND})"
_CLAIMING: Final = f"""{_APPEND},
    %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[])"""

_MANY: Final = b"""
SELECT kind, first_position, last_position, code, facts, repeated FROM ledger.append_many(%s)"""
# Parts of the type ledger.batch.
_READ: Final = ("read_stream", "read_leaf", "read_prior")
_WRITE: Final = (
    "call", "stream", "key", "version", "leaf", "count", "last", "prior", "lane", "lane_before",
)  # fmt: skip
_LANE: Final = ("lane_topic", "lane_partition", "lane_count")
_EVENT: Final = ("event_id", "name", "schema", "leaf_hash", "value")
_CLAIM: Final = ("call", "kind", "value", "holder")


@dataclass(frozen=True, slots=True)
class Addition:
    """写入一份案卷：写入前的案卷末端，及新增各件（已编码、已算叶）。

    ``version`` and ``leaf`` are those of the head that the decision was made on (0 and empty for a
    new stream); ``events`` are (event_id, name, schema_sha256, leaf_hash, value).
    """

    stream: str
    key: str
    topic: str
    partition: int
    version: int
    leaf: bytes
    events: tuple[tuple[str, str, bytes, bytes, bytes], ...]


@dataclass(frozen=True, slots=True)
class Append:
    """一条命令入账的全部内容；``kind`` 只在没有新增时有意义（拒绝或无事可办）。

    ``reads`` are (stream, last leaf hash) of all streams the decision relied on: a leaf pins the
    whole history before it.
    """

    command_id: UUID
    request_hash: bytes
    kind: str
    code: str | None
    facts: dict[str, str]
    reads: tuple[tuple[str, bytes], ...]
    additions: tuple[Addition, ...]
    recorded_at: datetime
    incarnation: int
    traceparent: str | None
    claims: tuple[Claim, ...]
    releases: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """账本对一条命令的答复：RECORDED、REFUSED、NOTHING 已记录；CONFLICT、REUSED 未记录。"""

    kind: str
    first: int | None
    last: int | None
    code: str | None
    facts: dict[str, str] | None
    repeated: bool


@dataclass(frozen=True, slots=True)
class Frame:
    """建账时定死的事，及现在是第几世（恢复一次加一）。"""

    origin: str
    mode: Mode
    hash: HashName
    partitions: dict[str, int]
    incarnation: int


def append(conn: Connection, calls: Sequence[Append]) -> list[Answer]:
    """一次落盘写入若干条命令。A single statement needs no pipeline and no BEGIN."""
    if len(calls) == 1:
        return [_reply(_send(conn, calls[0]))]
    return _append_many(conn, calls) or _append_each(conn, calls)


def _append_many(conn: Connection, calls: Sequence[Append]) -> list[Answer]:
    """All in one statement; no answers where one of them cannot be recorded."""
    cursor = conn.cursor(row_factory=_answer_row, binary=True)
    return cursor.execute(_MANY, (_packed(calls),), prepare=True).fetchall()


def _append_each(conn: Connection, calls: Sequence[Append]) -> list[Answer]:
    with conn.pipeline() as pipeline:
        cursors = [_send(conn, call) for call in calls]
        pipeline.sync()  # commits: until here it is one implicit transaction
        return [_reply(cursor) for cursor in cursors]


def _answer_row(_: psycopg.Cursor[Any]) -> Callable[[Sequence[Any]], Answer]:
    return lambda values: Answer(*values)


def _send(conn: Connection, call: Append) -> psycopg.Cursor[Answer]:
    cursor = conn.cursor(row_factory=_answer_row, binary=True)
    parameters = _parameters(call)
    if call.claims or call.releases:
        held = (*_held(call.claims), *_held(call.releases))
        return cursor.execute(_CLAIMING.encode(), (*parameters, *held), prepare=True)
    return cursor.execute(_PLAIN.encode(), parameters, prepare=True)


def _reply(cursor: psycopg.Cursor[Answer]) -> Answer:
    answer = cursor.fetchone()
    if answer is None:
        raise LedgerError("ledger.append", {"reason": "no answer"})
    return answer


def _parameters(call: Append) -> tuple[object, ...]:
    writes = call.additions
    events = [event for addition in writes for event in addition.events]
    return (
        call.command_id,
        call.request_hash,
        call.kind,
        call.code,
        orjson.dumps(call.facts).decode() if call.facts else None,
        _texts(stream for stream, _ in call.reads),
        _blobs(leaf for _, leaf in call.reads),
        _texts(one.stream for one in writes),
        _texts(one.key for one in writes),
        _texts(one.topic for one in writes),
        _numbers(one.partition for one in writes),
        _numbers(one.version for one in writes),
        _blobs(one.leaf for one in writes),
        _numbers(len(one.events) for one in writes),
        _texts(event[0] for event in events),
        _texts(event[1] for event in events),
        _blobs(event[2] for event in events),
        _blobs(event[3] for event in events),
        _blobs(event[4] for event in events),
        call.recorded_at,
        call.incarnation,
        call.traceparent,
    )


# Array literals of our own: the driver's list dumpers cost more than all the rest of a command.
def _numbers(values: Iterable[int]) -> str:
    return "{" + ",".join(map(str, values)) + "}"


def _blobs(values: Iterable[bytes]) -> str:
    return "{" + ",".join(f'"\\\\x{value.hex()}"' for value in values) + "}"


def _texts(values: Iterable[str]) -> str:
    return "{" + ",".join(map(_quoted, values)) + "}"


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _held(claims: tuple[Claim, ...]) -> tuple[str | None, ...]:
    if not claims:
        return (None, None, None)
    return (
        _texts(one.kind for one in claims),
        _texts(one.value for one in claims),
        _texts(one.holder for one in claims),
    )


def _packed(calls: Sequence[Append]) -> str:
    """``ledger.batch`` as one JSON text: binding its arrays one by one costs more than all else."""
    sizes = [sum(len(one.events) for one in call.additions) for call in calls]
    numbered = tuple(enumerate(calls, 1))
    batch: dict[str, list[Any]] = {
        "command": [call.command_id for call in calls],
        "request": [_hex(call.request_hash) for call in calls],
        "kind": [call.kind for call in calls],
        "code": [None if size else call.code for call, size in zip(calls, sizes, strict=True)],
        "facts": [call.facts or None for call in calls],
        "recorded_at": [call.recorded_at for call in calls],
        "incarnation": [call.incarnation for call in calls],
        "traceparent": [call.traceparent for call in calls],
        "events": sizes,
        "last_event": list(accumulate(sizes)),
        **_streams(calls),
        **_events([event for call in calls for one in call.additions for event in one.events]),
        **_claims("claim", [(n, one) for n, call in numbered for one in call.claims]),
        **_claims("release", [(n, one) for n, call in numbered for one in call.releases]),
    }
    return orjson.dumps(batch).decode()


def _streams(calls: Sequence[Append]) -> dict[str, list[Any]]:
    """What is read and written; of a stream written before in this batch, by which write."""
    latest: dict[str, int] = {}
    lanes: dict[tuple[str, int], int] = {}  # how many events go into each
    reads: list[tuple[object, ...]] = []
    writes: list[tuple[object, ...]] = []
    last = 0
    for number, call in enumerate(calls, 1):
        reads += [(stream, _hex(leaf), latest.get(stream, 0)) for stream, leaf in call.reads]
        for one in call.additions:
            lane, count = (one.topic, one.partition), len(one.events)
            before, last = lanes.setdefault(lane, 0), last + count
            lanes[lane] = before + count
            place = (count, last, latest.get(one.stream, 0), list(lanes).index(lane) + 1, before)
            writes.append((number, one.stream, one.key, one.version, _hex(one.leaf), *place))
            latest[one.stream] = len(writes)
    return {
        **_columns(_READ, reads),
        **_columns(_WRITE, writes),
        **_columns(_LANE, [(*lane, count) for lane, count in lanes.items()]),
    }


def _events(events: Sequence[tuple[str, str, bytes, bytes, bytes]]) -> dict[str, list[Any]]:
    return _columns(_EVENT, [(one[0], one[1], *map(_hex, one[2:])) for one in events])


def _columns(names: tuple[str, ...], rows: Sequence[tuple[object, ...]]) -> dict[str, list[Any]]:
    return {name: [row[n] for row in rows] for n, name in enumerate(names)}


def _claims(name: str, claims: Sequence[tuple[int, Claim]]) -> dict[str, list[Any]]:
    rows = [(n, one.kind, one.value, one.holder) for n, one in claims]
    return _columns(tuple(f"{name}_{part}" for part in _CLAIM), rows)


def _hex(value: bytes) -> str:
    return "\\x" + value.hex()


def read_frame(conn: Connection) -> Frame | None:
    """建账记录；尚未建账则为 None。"""
    row = (
        conn.cursor(row_factory=tuple_row)
        .execute("SELECT origin, mode, hash, topics, incarnation FROM ledger.genesis, ledger.head")
        .fetchone()
    )
    if row is None:
        return None
    return Frame(row[0], Mode(row[1]), HashName(row[2]), dict(row[3]), row[4])


def read_stream(conn: Connection, stream: str, after: int, until: int | None) -> list[Entry]:
    """一份案卷版本在 ``after`` 之后（至 ``until``）的账目，按版本排序。"""
    return (
        conn.cursor(row_factory=class_row(Entry), binary=True)
        .execute(
            f"SELECT {ENTRY_COLUMNS} FROM ledger.event_feed"  # noqa: S608 (our own constant)
            " WHERE stream = %s AND version > %s AND version <= %s ORDER BY version",
            (stream, after, 2**62 if until is None else until),
            prepare=True,
        )
        .fetchall()
    )


def read_streams(conn: Connection, streams: Iterable[str]) -> list[Entry]:
    """几份案卷的全部账目，一次读出，按案卷、按版本。"""
    return (
        conn.cursor(row_factory=class_row(Entry), binary=True)
        .execute(
            f"SELECT {ENTRY_COLUMNS} FROM ledger.event_feed"  # noqa: S608 (our own constant)
            " WHERE stream = ANY (%s::text[]) ORDER BY stream, version",
            (_texts(streams),),
            prepare=True,
        )
        .fetchall()
    )


def answered(conn: Connection, command_ids: Sequence[UUID]) -> dict[UUID, Answer]:
    """其中早已答复过的命令，各得当时的答复。"""
    rows = conn.cursor(binary=True).execute(
        "SELECT command_id, kind, first_position, last_position, code, facts"
        " FROM ledger.command WHERE command_id = ANY (%s::uuid[])",
        (_texts(map(str, command_ids)),),
        prepare=True,
    )
    return {
        number: Answer(kind, first, last, code, facts, repeated=True)
        for number, kind, first, last, code, facts in rows
    }


def read_schema(conn: Connection, sha256: bytes) -> bytes | None:
    """某一指纹的格式原文。"""
    row = (
        conn.cursor(row_factory=tuple_row)
        .execute("SELECT text FROM ledger.schema_text WHERE sha256 = %s", (sha256,))
        .fetchone()
    )
    return None if row is None else bytes(row[0])


def read_counter(conn: Connection) -> int:
    """下一个位置，也就是已有多少件。"""
    row = conn.execute("SELECT next_position FROM ledger.head").fetchone()
    return 0 if row is None else int(row[0])


def read_lane_heads(conn: Connection) -> list[tuple[str, int, int]]:
    """各道：主题、分区、下一个道内位置。"""
    return conn.execute(
        "SELECT topic, partition, next_lane_position FROM ledger.lane_head"
    ).fetchall()


def read_stream_heads(conn: Connection) -> Iterator[tuple[str, int, bytes]]:
    """各案卷：末件的版本与叶。"""
    with conn.cursor("stream_heads") as cursor:
        cursor.itersize = _PAGE
        cursor.execute("SELECT stream, version, leaf_hash FROM ledger.stream_head", binary=True)
        yield from cursor


def streams_under(conn: Connection, prefix: str) -> list[str]:
    """编号以此起头的各份案卷，依编号。"""
    after = prefix[:-1] + chr(ord(prefix[-1]) + 1)
    rows = conn.execute(
        "SELECT stream FROM ledger.stream_head WHERE stream >= %s AND stream < %s ORDER BY stream",
        (prefix, after),
    )
    return [str(row[0]) for row in rows]


@contextmanager
def stream_entries(dsn: str, first: int = 0) -> Iterator[Iterator[Entry]]:
    """自某一位置起的全部账目，自己开一个连接。"""
    with psycopg.connect(dsn) as conn:
        yield walk_entries(conn, first)


def walk_entries(conn: Connection, first: int = 0) -> Iterator[Entry]:
    """自某一位置起的全部账目：服务器端游标、二进制，内存有界。"""
    return _walk(conn, "entries", "position >= %s ORDER BY position", (first,))


def walk_commands(conn: Connection) -> Iterator[str]:
    """每件所属的命令号，按位置；信封里的那一个须与之相同。"""
    with conn.cursor("commands") as cursor:
        cursor.itersize = _PAGE
        cursor.execute("SELECT command_id::text FROM ledger.event ORDER BY position")
        for row in cursor:
            yield str(row[0])


def unmatched_command(conn: Connection) -> int | None:
    """第一处对不上的位置：已入账的答复与它名下各件，起止须相同；都对得上则为 None。"""
    row = conn.execute(
        """
        WITH stored AS (SELECT command_id, min(position) AS first, max(position) AS last
                          FROM ledger.event GROUP BY command_id)
        SELECT coalesce(s.first, c.first_position)
          FROM stored s
          FULL JOIN (SELECT * FROM ledger.command WHERE kind = 'RECORDED') c USING (command_id)
         WHERE (s.first, s.last) IS DISTINCT FROM (c.first_position, c.last_position)
         ORDER BY 1 LIMIT 1"""
    ).fetchone()
    return None if row is None else int(row[0])


def lane_entries(conn: Connection, topic: str, partition: int) -> Iterator[Entry]:
    """一道的全部账目，按道内位置。"""
    where = "topic = %s AND partition = %s ORDER BY lane_position"
    return _walk(conn, "lane", where, (topic, partition))


def lane_entry(conn: Connection, topic: str, partition: int, lane_position: int) -> Entry | None:
    """一道中的一件。"""
    return (
        conn.cursor(row_factory=class_row(Entry), binary=True)
        .execute(
            f"SELECT {ENTRY_COLUMNS} FROM ledger.event_feed"  # noqa: S608 (our own constant)
            " WHERE topic = %s AND partition = %s AND lane_position = %s",
            (topic, partition, lane_position),
        )
        .fetchone()
    )


def _walk(
    conn: Connection, name: str, where: str, parameters: tuple[object, ...]
) -> Iterator[Entry]:
    with conn.cursor(name, row_factory=class_row(Entry)) as cursor:
        cursor.itersize = _PAGE
        query = f"SELECT {ENTRY_COLUMNS} FROM ledger.event_feed WHERE {where}"  # noqa: S608 (ours)
        cursor.execute(query.encode(), parameters, binary=True)
        yield from cursor
