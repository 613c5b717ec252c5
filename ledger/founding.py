"""建账（founding）：账本的第一件事，各种事件格式的公布，以及封账的程序要入账的话。"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

import psycopg
from psycopg.types.json import Jsonb

from domain.acts.register import CreateLedger, PublishSchema
from domain.acts.sealing import SealingAct
from domain.genesis import AGGREGATE, Created, TopicPartitions
from domain.terms import Actor, HashName, Mode, OfficerId, Organ, Role
from ledger.application import Ledger, OutcomeKind, Request
from ledger.database import Access, as_owner, migrate
from ledger.errors import LedgerError
from ledger.keys import create_key_files
from ledger.store import Frame
from schemas.codec import Schema, current
from schemas.registry import EVENT_NAMES

SYSTEM: Final = Actor(OfficerId("system"), Role.SYSTEM, Organ("system"), Organ("system"))
_IDS: Final = UUID("5c5f7a0e-6f0b-5d8e-9d3a-6c6564676572")  # names of founding commands
_FIRST: Final = ("ledger.schema_published.v1", "ledger.created.v1")


def establish(
    access: Access,
    origin: str,
    mode: Mode,
    hash_name: HashName,
    partitions: Mapping[str, int],
    clock: datetime | None = None,
) -> None:
    """立账：角色、表、密钥文件与定死的事项；重复执行只补缺少的部分。

    ``clock`` is where a demo ledger's virtual clock starts (None: the machine's time). Raises
    :class:`LedgerError` ``ledger.exists`` where another ledger lives here.
    """
    migrate(access)
    create_key_files(access.keys)
    wanted = (origin, mode.value, hash_name.value, dict(partitions))
    with psycopg.connect(access.admin_dsn, autocommit=True) as conn, as_owner(conn):
        conn.execute(
            "SELECT ledger.establish(%s, %s, %s, %s, %s)", (*wanted[:3], Jsonb(wanted[3]), clock)
        )
        found = conn.execute("SELECT origin, mode, hash, topics FROM ledger.genesis").fetchone()
        if found != wanted:
            facts = dict(zip(("origin", "mode", "hash"), map(str, found or ()), strict=False))
            raise LedgerError("ledger.exists", facts)


def remember_topics(access: Access, identities: Mapping[str, str]) -> None:
    """记下各主题的身份（短名 → Kafka topic id）：换了身份的主题，中继不往里写。"""
    with psycopg.connect(access.admin_dsn, autocommit=True) as conn, as_owner(conn):
        for topic, identity in identities.items():
            conn.execute(
                "INSERT INTO ledger.topic_identity (topic, topic_id) VALUES (%s, %s)"
                " ON CONFLICT (topic) DO UPDATE SET topic_id = excluded.topic_id",
                (topic, identity),
            )


def known_topics(access: Access) -> dict[str, str]:
    """建账或重发时记下的各主题身份；还没有主题则为空。"""
    with psycopg.connect(access.admin_dsn, autocommit=True) as conn, as_owner(conn):
        return dict(conn.execute("SELECT topic, topic_id FROM ledger.topic_identity").fetchall())


def publish(ledger: Ledger) -> int:
    """建账（位置 0）与公布各种格式入账；已有的不重复。Answers how many events that took.

    The text is kept first, then published: an event is never on record without its schema.
    """
    frame = ledger.frame
    match ledger.load(AGGREGATE, frame.origin):
        case Created(schemas=known):
            published = known
        case _:
            published = {}
    names = [*_FIRST, *sorted(set(EVENT_NAMES) - set(_FIRST))]
    missing = [one for one in map(current, names) if published.get(one.name) != one.sha256.hex()]
    for schema in missing:
        ledger.keep_schema(schema)
    requests = [_publish(frame, schema) for schema in missing]
    if not published:
        requests.insert(0, _create(frame))
    for outcome in ledger.execute_many(requests):
        if outcome.kind is OutcomeKind.REFUSED:
            raise LedgerError(outcome.code or "", outcome.facts)
    return len(requests)


def _create(frame: Frame) -> Request:
    topics = tuple(TopicPartitions(name, count) for name, count in sorted(frame.partitions.items()))
    act = CreateLedger(frame.origin, frame.mode, frame.hash, topics)
    return Request(act, SYSTEM, uuid5(_IDS, f"{frame.origin} created"))


def _publish(frame: Frame, schema: Schema) -> Request:
    digest = schema.sha256.hex()
    act = PublishSchema(frame.origin, schema.name, digest, schema.text.decode())
    return Request(act, SYSTEM, uuid5(_IDS, f"{frame.origin} {digest}"))


def teller(ledger: Ledger) -> Callable[[SealingAct], tuple[str, ...]]:
    """封账的程序要入账的话，从这里入账；答公布过的各封账公钥，先后为序。

    Raises :class:`LedgerError` with the code of the refusal.
    """

    def keys() -> tuple[str, ...]:
        state = ledger.load(AGGREGATE, ledger.frame.origin)
        return state.keys if isinstance(state, Created) else ()

    def tell(act: SealingAct) -> tuple[str, ...]:
        outcome = ledger.execute(Request(act, SYSTEM, uuid5(_IDS, f"{act} after {keys()}")))
        if outcome.kind is OutcomeKind.REFUSED:
            raise LedgerError(outcome.code or "", outcome.facts)
        return keys()

    return tell
