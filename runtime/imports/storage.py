"""导入之后所查的账：写下的各种事件各几件，其中待关联的几项。"""

from collections.abc import Sequence
from typing import TypeAlias

import psycopg

Connection: TypeAlias = psycopg.Connection[tuple[object, ...]]
Span: TypeAlias = tuple[int, int]  # positions, both inside


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
