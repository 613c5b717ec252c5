"""停放：办不成的件按键停放，同键的后件依次排在其后，其余照办。

Also the supervisors' own rows: both live in one transaction with the cursor.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Final

import orjson
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from followers.projection import Json
from followers.storage import Connection
from followers.supervisor import DUE, StateRow
from ledger.entry import Entry

# All rows in one JSON text: one statement, whatever their number.
_PUT: Final = """
INSERT INTO follower.row (follower, key, row, due_at)
SELECT %s, new.key, new.row, new.due
  FROM json_to_recordset(%s::json) AS new (key text, row jsonb, due timestamptz)
ON CONFLICT (follower, key) DO UPDATE SET row = excluded.row, due_at = excluded.due_at"""
_GET: Final = "SELECT key, row::text FROM follower.row WHERE follower = %s AND key = ANY (%s)"
_DELETE: Final = "DELETE FROM follower.row WHERE follower = %s AND key = ANY (%s)"
_SCAN: Final = """
SELECT key, row FROM follower.row WHERE follower = %s AND starts_with(key, %s) ORDER BY key"""
_DUE: Final = """
SELECT key, row FROM follower.row WHERE follower = %s AND due_at <= %s ORDER BY due_at, key"""
_PARK: Final = """
INSERT INTO follower.parked (follower, keys, position, purpose, entry, reason, facts)
VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING"""
_TIMERS: Final = """
SELECT id, keys, position, purpose, entry, reason, attempts FROM follower.parked
 WHERE follower = %s AND entry IS NULL"""
# An event is ready when it is released or only queued, and nothing older shares a key with it.
_READY: Final = """
SELECT id, keys, position, purpose, entry, reason, attempts FROM follower.parked p
 WHERE follower = %s AND entry IS NOT NULL AND reason IS NULL AND NOT EXISTS (
       SELECT FROM follower.parked e
        WHERE e.follower = p.follower AND e.entry IS NOT NULL AND e.id < p.id AND e.keys && p.keys)
 ORDER BY id LIMIT 1"""


@dataclass(frozen=True, slots=True)
class Parked:
    """停放的一件：事件（``entry``）或定时命令（``purpose``）。

    ``reason`` is None for what is released or only queues behind an earlier one of its keys.
    """

    id: int
    keys: list[str]
    position: int | None
    purpose: str | None
    entry: dict[str, str | int | None] | None
    reason: str | None
    attempts: int


@dataclass(frozen=True, slots=True)
class Kept:
    """底册的一行，写成 JSON；读回的是存过的样子。"""

    text: bytes
    due: str | None = None

    def value(self) -> StateRow:
        """读回。"""
        row: StateRow = orjson.loads(self.text)
        return row


def kept(rows: Mapping[str, StateRow | None]) -> dict[str, Kept | None]:
    """各行写成 JSON。Raises TypeError or ValueError where one is none."""
    return {key: None if row is None else _kept(row) for key, row in rows.items()}


def _kept(row: StateRow) -> Kept:
    due = row.get(DUE)
    when = None if due is None else datetime.fromisoformat(str(due)).isoformat()
    return Kept(orjson.dumps(dict(row)), when)


class StoredRows:
    """一个消费者的底册，实现 :class:`followers.supervisor.Rows`。

    The rows of a batch are fetched at once; nobody else writes them while the follower is locked.
    """

    def __init__(self, conn: Connection, follower: str) -> None:
        self._conn, self._follower = conn, follower
        self._at_hand: dict[str, Kept | None] = {}

    def fetch(self, keys: Collection[str]) -> None:
        """备好这些行；先前备的不留。"""
        found = self._conn.execute(_GET, (self._follower, list(keys)), prepare=True)
        self._at_hand = dict.fromkeys(keys) | {key: Kept(text.encode()) for key, text in found}

    def get(self, key: str) -> StateRow | None:
        """一行。"""
        if key not in self._at_hand:
            found = self._conn.execute(_GET, (self._follower, [key]), prepare=True).fetchone()
            self._at_hand[key] = None if found is None else Kept(found[1].encode())
        row = self._at_hand[key]
        return None if row is None else row.value()

    def scan(self, prefix: str) -> Iterator[tuple[str, StateRow]]:
        """键以 ``prefix`` 开头的各行。"""
        yield from self._conn.execute(_SCAN, (self._follower, prefix))

    def due(self, now: datetime) -> Iterator[tuple[str, StateRow]]:
        """到期的各行。"""
        yield from self._conn.execute(_DUE, (self._follower, now))

    def write(self, rows: Mapping[str, Kept | None]) -> None:
        """写回；None 为删行。"""
        there = [
            {"key": key, "row": orjson.Fragment(row.text), "due": row.due}
            for key, row in rows.items()
            if row is not None
        ]
        gone = [key for key, row in rows.items() if row is None]
        if there:
            new = orjson.dumps(there).decode()
            self._conn.execute(_PUT, (self._follower, new), prepare=True)
        if gone:
            self._conn.execute(_DELETE, (self._follower, gone), prepare=True)
        self._at_hand.update(rows)

    def clear(self) -> None:
        """清空底册与停放件：从头再来。"""
        self._conn.execute("DELETE FROM follower.row WHERE follower = %s", (self._follower,))
        self._conn.execute("DELETE FROM follower.parked WHERE follower = %s", (self._follower,))
        self._at_hand = {}


class ParkingLot:
    """一个消费者的停放处。"""

    def __init__(self, conn: Connection, follower: str) -> None:
        self._conn, self._follower = conn, follower

    def blocked(self) -> frozenset[str]:
        """有件停放着的各键。"""
        found = self._conn.execute(
            "SELECT DISTINCT unnest(keys) FROM follower.parked"
            " WHERE follower = %s AND entry IS NOT NULL",
            (self._follower,),
        )
        return frozenset(row[0] for row in found)

    def park(
        self, entry: Entry, keys: Sequence[str], reason: str | None, facts: Mapping[str, str]
    ) -> None:
        """停放一件事；``reason`` 为 None 只是排队。"""
        self._conn.execute(
            _PARK,
            (
                self._follower,
                list(keys),
                entry.position,
                None,
                Jsonb(entry_to_json(entry)),
                reason,
                Jsonb(dict(facts)),
            ),
        )

    def park_timer(self, key: str, purpose: str, reason: str, facts: Mapping[str, str]) -> None:
        """停放一道定时命令。"""
        self._conn.execute(
            _PARK, (self._follower, [key], None, purpose, None, reason, Jsonb(dict(facts)))
        )

    def timers(self) -> dict[str, Parked]:
        """停放着的各道定时命令。"""
        with self._conn.cursor(row_factory=class_row(Parked)) as cursor:
            found = cursor.execute(_TIMERS, (self._follower,))
            return {str(parked.purpose): parked for parked in found}

    def next_ready(self) -> Parked | None:
        """最早一件可以再办的。"""
        with self._conn.cursor(row_factory=class_row(Parked)) as cursor:
            return cursor.execute(_READY, (self._follower,)).fetchone()

    def failed(self, parked: Parked, reason: str, facts: Mapping[str, str]) -> None:
        """再办仍未办成。"""
        self._conn.execute(
            "UPDATE follower.parked SET reason = %s, facts = %s WHERE id = %s",
            (reason, Jsonb(dict(facts)), parked.id),
        )

    def done(self, parked: Parked) -> None:
        """办成了，移出。"""
        self._conn.execute("DELETE FROM follower.parked WHERE id = %s", (parked.id,))


def release(conn: Connection, parked_id: int) -> bool:
    """放行一件停放的：下次以新的命令编号再办。False if there is no such row."""
    return (
        conn.execute(
            "UPDATE follower.parked SET reason = NULL, attempts = attempts + 1"
            " WHERE id = %s AND reason IS NOT NULL",
            (parked_id,),
        ).rowcount
        == 1
    )


def entry_to_json(entry: Entry) -> dict[str, Json]:
    """一行写成 JSON：字节为小写十六进制，时刻为 ISO 8601。"""
    return {item.name: _plain(getattr(entry, item.name)) for item in fields(entry)}


def entry_from_json(stored: Mapping[str, str | int | None]) -> Entry:
    """读回一行。"""
    values: dict[str, object] = dict(stored)
    for name in ("schema_sha256", "prev_leaf_hash", "leaf_hash", "value"):
        values[name] = bytes.fromhex(str(stored[name]))
    values["recorded_at"] = datetime.fromisoformat(str(stored["recorded_at"]))
    return Entry(**values)  # type: ignore[arg-type]


def _plain(value: object) -> str | int | None:
    match value:
        case bytes():
            return value.hex()
        case datetime():
            return value.isoformat()
        case None | str() | int():
            return value
        case _:
            raise TypeError(type(value).__name__)
