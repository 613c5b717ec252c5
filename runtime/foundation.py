"""奠基：建账、建主题、公布事件格式与工作日历；可以重来，只补缺少的。"""

from datetime import datetime
from typing import Final
from uuid import NAMESPACE_URL, uuid5

import psycopg

from domain.acts.register import calendars
from domain.terms import HashName, Mode
from ledger.application import Ledger, OutcomeKind, Request
from ledger.database import migrate
from ledger.errors import LedgerError
from ledger.founding import SYSTEM, establish, known_topics, publish, remember_topics
from ledger.store import read_frame
from runtime import kafka_admin
from runtime.messages import ROOT
from runtime.settings import Settings
from schemas.topics import DEFAULT_PARTITIONS, FAMILY_TOPIC, topic_name

DEMO_ORIGIN: Final = "demo"
CHECKPOINTS: Final = "checkpoint"  # no family of events: checkpoints and cosignatures
CALENDAR: Final = ROOT / "domain" / "data" / "calendar.toml"
_CALENDARS: Final = uuid5(NAMESPACE_URL, "shenguan:calendar")


def lay(chosen: Settings, origin: str, mode: Mode, clock: datetime | None = None) -> int:
    """建账。答写入了多少件（0：早已建好）。

    Servers must be running. ``clock`` is where a demo ledger's virtual clock starts. Topics of the
    ledger are made here and never again (``republish`` makes them anew).
    """
    establish(chosen, origin, mode, HashName.SHA256, DEFAULT_PARTITIONS, clock)
    missing = {*FAMILY_TOPIC.values(), CHECKPOINTS} - known_topics(chosen).keys()
    if missing:
        names = {short: topic_name(origin, short) for short in missing}
        partitions = {name: DEFAULT_PARTITIONS[short] for short, name in names.items()}
        identities = kafka_admin.create_topics(chosen.kafka_bootstrap, partitions)
        remember_topics(chosen, {short: identities[name] for short, name in names.items()})
    with Ledger.open(chosen) as ledger:
        return publish(ledger) + _publish_calendars(ledger)


def renew(chosen: Settings, clock: datetime | None = None) -> int:
    """启动时：没有账本就建一本演练账本；已有的，只公布新版本带来的事件格式与日历。

    On a server of the city's own only ``init`` (or the demonstration) makes a ledger: a formal one
    must not find its place taken by a rehearsal. Raises ``ledger.not_created``.
    """
    migrate(chosen)
    with psycopg.connect(chosen.dsn("shenguan_append"), autocommit=True) as conn:
        frame = read_frame(conn)
    if frame is None:
        if clock is None and not chosen.own_database:
            raise LedgerError("ledger.not_created")
        return lay(chosen, DEMO_ORIGIN, Mode.DEMO, clock)
    return lay(chosen, frame.origin, frame.mode)


def _publish_calendars(ledger: Ledger) -> int:
    """已知各年度的工作日历：没有它，一个期限也算不出。"""
    requests = [
        Request(act, SYSTEM, uuid5(_CALENDARS, f"{ledger.frame.origin} {act.year} {act.source}"))
        for act in calendars(CALENDAR.read_text("utf-8"))
    ]
    outcomes = ledger.execute_many(requests)
    return sum(
        outcome.kind is OutcomeKind.RECORDED and not outcome.repeated for outcome in outcomes
    )
