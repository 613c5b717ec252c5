"""收集：从账上取出要装的各件、格式全文、封账单与证明，一概只读。

Positions beyond the newest checkpoint are not in the bundle: they have no proof yet (five seconds).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import psycopg

from domain import closing, merkle
from domain.closing import ClosingRecorded, Head
from domain.hashing import Digest, digest
from domain.merkle import Subtrees
from ledger.entry import Entry
from ledger.heads import entries_between, entries_of_key, heads_at
from ledger.note import Note
from ledger.seals import cosignatures, newest_checkpoint, read_tile
from ledger.store import read_frame, read_schema, read_stream, walk_entries
from ledger.tiles import FULL, HEIGHT, folded, subtrees_in
from runtime.bundles.pack import Contents, Heads, Kind, SealedTree
from runtime.exits import Exit, Stop
from schemas.codec import decode, from_text

Connection = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """要哪一份：``last_size`` 是收件人上次所见的封账单有几件。"""

    kind: Kind
    identity: str
    last_size: int | None = None


def sealed_tree(conn: Connection) -> SealedTree:
    """最新的封账单连同收到的附签，与取证明的门。Raises ``Stop`` where nothing is sealed yet."""
    frame, newest = read_frame(conn), newest_checkpoint(conn)
    if frame is None or newest is None:
        raise Stop(Exit.REFUSED, "bundle.unsealed")
    lines = [one.line for one in cosignatures(conn, newest.size - 1) if one.size == newest.size]
    note = newest.note + "".join(lines).encode()
    Note.parse(note)  # what a reader would refuse is not handed out
    compute = digest(frame.hash)
    subtrees = _subtrees(conn, compute, newest.size)
    if merkle.root_at(compute, subtrees, newest.size) != newest.root:
        raise Stop(Exit.INTEGRITY, "bundle.root_differs", size=newest.size)
    return SealedTree(frame.origin, note, newest.size, compute, subtrees)


def _subtrees(conn: Connection, compute: Digest, size: int) -> Subtrees:
    """Full tiles are on the shelf; the partial ones are laid again from the leaves."""

    @cache
    def read(level: int, number: int) -> bytes:
        if (tile := read_tile(conn, level, number)) is not None:
            return tile
        first, end = number * FULL, min((number + 1) * FULL, size >> HEIGHT * level)
        if level == 0:
            return b"".join(one.leaf_hash for one in entries_between(conn, first, end - 1))
        return b"".join(folded(compute, read(level - 1, one)) for one in range(first, end))

    return subtrees_in(compute, read)


def contents(conn: Connection, asked: Asked, tree: SealedTree) -> Contents:
    """所求的各件，连同最近一次日终封账。Raises ``Stop`` where there is nothing to bundle."""
    if asked.last_size is not None and asked.last_size > tree.size:
        raise Stop(Exit.INTEGRITY, "bundle.shorter", last=asked.last_size, size=tree.size)
    events = list(_events(conn, asked, tree.size))
    if not events:
        raise Stop(Exit.REFUSED, "bundle.nothing", kind=asked.kind, identity=asked.identity)
    heads = None
    if asked.kind in {Kind.CASE, Kind.DRAW} and (closed := _closing(conn, tree.size)):
        heads = _heads(conn, asked.identity, closed, tree)
        each = {one.position: one for one in (*events, *((closed.entry,) if heads else ()))}
        events = [each[at] for at in sorted(each)]
    schemas = {one.schema_sha256: _schema(conn, one) for one in events}
    return Contents(asked.kind, asked.identity, events, schemas, asked.last_size, heads)


def _events(conn: Connection, asked: Asked, size: int) -> Sequence[Entry] | Iterator[Entry]:
    match asked.kind:
        case Kind.CASE | Kind.DRAW:
            return entries_of_key(conn, asked.identity, size)
        case Kind.PERIOD:
            first, last = _period(asked.identity, size)
            return entries_between(conn, first, last)
        case Kind.OFFICER:
            return _by_officer(conn, asked.identity, size)


def _period(told: str, size: int) -> tuple[int, int]:
    first, dash, last = told.partition("-")
    if not dash or not first.isdecimal() or not last.isdecimal() or not int(first) <= int(last):
        raise Stop(Exit.USAGE, "bundle.period", period=told)
    if int(last) >= size:
        raise Stop(Exit.REFUSED, "bundle.not_sealed_yet", size=size)
    return int(first), int(last)


def _by_officer(conn: Connection, officer: str, size: int) -> Iterator[Entry]:
    schemas: dict[bytes, Any] = {}
    for one in walk_entries(conn):
        if one.position >= size:
            return
        sha = one.schema_sha256
        schema = schemas.get(sha) or schemas.setdefault(sha, from_text(_schema(conn, one)))
        if decode(schema, one.value)[0].actor.officer_id == officer:
            yield one


def _schema(conn: Connection, entry: Entry) -> bytes:
    text = read_schema(conn, entry.schema_sha256)
    if text is None:
        raise Stop(Exit.INTEGRITY, "bundle.schema_missing", position=entry.position)
    return text


# -- that nothing is left out: the heads at the last close


@dataclass(frozen=True, slots=True)
class _Closed:
    """最近一次日终封账：它那一件，与它说的。"""

    entry: Entry
    event: ClosingRecorded


def _closing(conn: Connection, size: int) -> _Closed | None:
    stream = closing.AGGREGATE.stream(closing.ALL)
    sealed = [one for one in read_stream(conn, stream, 0, None) if one.position < size]
    if not sealed:
        return None
    _, event = decode(from_text(_schema(conn, sealed[-1])), sealed[-1].value)
    if not isinstance(event, ClosingRecorded):
        raise TypeError(type(event).__name__)
    return _Closed(sealed[-1], event)


def _heads(conn: Connection, key: str, closed: _Closed, tree: SealedTree) -> Heads | None:
    """The heads of the key and one neighbour on either side; none if it is younger than the close."""
    listed = heads_at(conn, closed.event.size)
    own = [at for at, one in enumerate(listed) if one.key == key]
    if not own:
        return None
    first, last = max(own[0] - 1, 0), min(own[-1] + 1, len(listed) - 1)
    leaves = [merkle.leaf_hash(tree.compute, one.encoded) for one in listed]
    subtrees = merkle.subtrees_of(tree.compute, leaves)
    if merkle.root_at(tree.compute, subtrees, len(leaves)).hex() != closed.event.heads_root:
        raise Stop(Exit.INTEGRITY, "bundle.heads_differ", size=closed.event.size)
    proofs = [
        merkle.inclusion_proof(tree.compute, subtrees, at, len(leaves))
        for at in range(first, last + 1)
    ]
    chosen: list[Head] = listed[first : last + 1]
    return Heads(closed.entry.position, first, tuple(chosen), tuple(proofs))
