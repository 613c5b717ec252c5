"""最简单的视图与消费者：每个办件记了几件，末件是什么。"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final, cast

from domain.acts import Act
from domain.case import Delivered as CaseDelivered
from domain.terms import Actor, OfficerId, Organ, Role
from followers.delivered import Delivered
from followers.projection import Column, ColumnType, Json, Projection, Row
from followers.supervisor import DUE, Command, Reaction, Rows, Supervisor
from tests.town import EVENT, Note

MACHINE: Final = Actor(OfficerId("echo"), Role.SYSTEM, Organ("SPJ"), Organ("SPJ"))
COLUMNS: Final = (
    Column("count", ColumnType.BIGINT),
    Column("last", ColumnType.TEXT, indexed=True),
    Column("recorded_at", ColumnType.INSTANT),
    Column("facts", ColumnType.JSON),
)


def by_key(one: Delivered) -> tuple[str, ...]:
    """一件一键。"""
    return (one.key,)


def text_of(one: Delivered) -> str:
    """送达文号。"""
    return cast("CaseDelivered", one.event).document_no


def count(_: str, row: Row | None, one: Delivered) -> Row | None:
    """数一件；文号为 DROP 的删行，为 FAIL 的推不下去。"""
    match text_of(one):
        case "DROP":
            return None
        case "FAIL":
            raise ValueError("told to fail")
        case text:
            before = cast("int", row["count"]) if row else 0
            facts: dict[str, Json] = {"position": one.position, "method": "WINDOW"}
            return {
                "count": before + 1,
                "last": text,
                "recorded_at": one.meta.recorded_at,
                "facts": facts,
            }


TALLY: Final = Projection("tally", 1, COLUMNS, by_key, count, frozenset({EVENT}))


def echo(rows: Rows, one: Delivered) -> Reaction:
    """每见一件，底册加一，并提一道命令；回声与许可不再回声。"""
    if one.key.startswith(("ECHO-", "PERMIT")):
        return Reaction()
    row = rows.get(one.key)
    seen = cast("int", row["seen"]) + 1 if row else 1
    act = cast("Act", Note(f"ECHO-{one.key}", (text_of(one),)))
    return Reaction({one.key: {"seen": seen}}, (Command("echo", act, MACHINE),))


ECHO: Final = Supervisor("echo", 1, frozenset({EVENT}), by_key, echo)


def overdue(now: datetime, rows: Rows) -> Iterator[Command]:
    """到期的每一行，记一件逾期。"""
    for key, row in rows.due(now):
        act = cast("Act", Note(f"LATE-{key}", ("LATE",)))
        yield Command(f"{key}|1|{row[DUE]}", act, MACHINE, key=key)


def watch(rows: Rows, one: Delivered) -> Reaction:
    """文号即到期时刻。"""
    del rows
    if one.key.startswith("LATE-"):
        return Reaction()
    return Reaction({one.key: {DUE: text_of(one)}})


CLOCKWORK: Final = Supervisor("clockwork", 1, frozenset({EVENT}), by_key, watch, overdue)
