"""账上有哪些案卷：一类案卷的全部编号。"""

from typing import TypeAlias

import psycopg

Connection: TypeAlias = psycopg.Connection[tuple[object, ...]]


def identities(conn: Connection, family: str) -> list[str]:
    """这一类案卷的编号，按字节次序。The stream column is collated by bytes: "0" follows "/"."""
    rows = conn.execute(
        "SELECT stream FROM ledger.event_feed"
        " WHERE stream > %s AND stream < %s AND version = 1 ORDER BY stream",
        (f"{family}/", f"{family}0"),
    )
    return [str(stream).partition("/")[2] for (stream,) in rows]
