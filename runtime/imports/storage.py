"""导入所查的账：答复过的命令、写下的各种事件、待关联的；另有一把锁，一次只许一个导入。"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TypeAlias
from uuid import UUID

import psycopg

from ledger.application import Outcome, OutcomeKind
from runtime.exits import Exit, Stop

Connection: TypeAlias = psycopg.Connection[tuple[object, ...]]
Span: TypeAlias = tuple[int, int]  # positions, both inside


@contextmanager
def alone(conn: Connection) -> Iterator[None]:
    """一本账一次只许一个导入；锁随连接消失。Raises :class:`Stop` ``import.running_elsewhere``."""
    row = conn.execute("SELECT pg_try_advisory_lock(hashtext('shenguan.import'), 0)").fetchone()
    if row is None or not row[0]:
        raise Stop(Exit.RUNNING, "import.running_elsewhere")
    yield


def answered(conn: Connection, ids: Sequence[UUID]) -> dict[UUID, Outcome]:
    """早已答复过的命令及其答复。"""
    rows = conn.execute(
        "SELECT command_id, kind, first_position, last_position, code, facts"
        " FROM ledger.command WHERE command_id = ANY (%s)",
        (list(ids),),
    )
    return {
        command_id: Outcome(OutcomeKind(kind), first, last, code, facts or {}, repeated=True)  # type: ignore[misc, arg-type]
        for command_id, kind, first, last, code, facts in rows
    }


def names_in(conn: Connection, spans: Sequence[Span]) -> dict[str, int]:
    """这些位置上，各种事件各几件。"""
    firsts, lasts = [first for first, _ in spans], [last for _, last in spans]
    rows = conn.execute(
        "SELECT name, count(*) FROM unnest(%s::bigint[], %s::bigint[]) AS span (first, last)"
        " JOIN ledger.event_feed ON position BETWEEN first AND last GROUP BY name",
        (firsts, lasts),
    )
    return {str(name): int(str(count)) for name, count in rows}


def waiting(conn: Connection, inspections: Sequence[tuple[str, int]]) -> int:
    """入账时所指许可还不在账上的有几项：(许可的案卷, 检查入账的位置)。"""
    streams, positions = [one for one, _ in inspections], [at for _, at in inspections]
    row = conn.execute(
        "SELECT count(*) FROM unnest(%s::text[], %s::bigint[]) AS seen (stream, at)"
        " LEFT JOIN ledger.event_feed AS first"
        " ON first.stream = seen.stream AND first.version = 1 AND first.position < at"
        " WHERE first.position IS NULL",
        (streams, positions),
    ).fetchone()
    return int(str(row[0])) if row else 0
