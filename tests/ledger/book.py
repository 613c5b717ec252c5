"""测试用的账：真的 PostgreSQL，几个最小的办理。"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias, cast
from uuid import UUID, uuid4

import psycopg

from domain.acts import Act
from domain.case import Delivered
from domain.decider import Aggregate, Claim, Decision, Event, Load, Plan, Refused, Write
from domain.refusals import Refusal
from domain.subject import SubjectKind, SubjectRegistered
from domain.terms import (
    Actor,
    HashName,
    Mode,
    OfficerId,
    Organ,
    Personal,
    PersonId,
    Role,
)
from ledger.application import Ledger, Outcome, Request
from ledger.founding import establish
from runtime.settings import Settings
from schemas.codec import current
from schemas.registry import EVENT_NAMES

CLERK: Final = Actor(OfficerId("W01"), Role.COUNTER, Organ("SPJ"), Organ("SPJ"))
TOPICS: Final = {"case": 2, "inspection": 1, "register": 1}


def _count(state: int, _: Event) -> int:
    return state + 1


def _last(state: tuple[Event, ...], event: Event) -> tuple[Event, ...]:
    return (*state, event)


CASE: Final = Aggregate("case", 0, _count)
OTHER: Final = Aggregate("commitment", 0, _count)
SUBJECT: Final = Aggregate[tuple[Event, ...]]("subject", (), _last)


@dataclass(frozen=True, slots=True)
class Note:
    """在一份办件上记若干件送达；``limit`` 满了就拒绝。"""

    case: str
    texts: tuple[str, ...] = ("D",)
    limit: int = 1_000_000
    reads: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Both:
    """同时写两份案卷，并占用一个独占。"""

    case: str
    claim: str
    release: str | None = None


@dataclass(frozen=True, slots=True)
class Name:
    """登记一个有姓名的对象。"""

    subject: str
    name: Personal
    commitment: str


Small: TypeAlias = Note | Both | Name


def handle(act: Act, actor: Actor, at: datetime, load: Load) -> Decision:
    """几个最小的决定。"""
    del actor, at
    match cast("Small", act):
        case Note(case, texts, limit, reads):
            for other in reads:
                load(CASE, other)
            if load(CASE, case) + len(texts) > limit:
                return Refused(Refusal.DUTY_ORGAN, {"organ": case})
            return Plan((_write(case, *texts),) if texts else ())
        case Both(case, claim, release):
            load(CASE, case)
            load(OTHER, case)
            held = Claim("commitment", claim, OTHER.stream(case))
            freed = (Claim("commitment", release, OTHER.stream(case)),) if release else ()
            event = Delivered("C", "WINDOW", PersonId("P1"))
            writes = (_write(case, "D"), Write(OTHER.stream(case), case, (event,)))
            return Plan(writes, (held,), freed)
        case Name(subject, name, commitment):
            load(SUBJECT, subject)
            registered = SubjectRegistered(
                kind=SubjectKind.PERSON,
                credit_code=None,
                name=name,
                region="350503",
                risk_class="B",
                key_commitment=commitment,
            )
            return Plan((Write(SUBJECT.stream(subject), subject, (registered,)),))


def _write(case: str, *texts: str) -> Write:
    events = tuple(Delivered(text, "WINDOW", PersonId("P1")) for text in texts)
    return Write(CASE.stream(case), case, events)


@dataclass(frozen=True, slots=True)
class Book:
    """一本账和问它的办法。"""

    settings: Settings
    ledger: Ledger

    def ask(self, act: Small, command_id: UUID | None = None) -> Outcome:
        """提出一条命令。"""
        return self.ledger.execute(request(act, command_id))

    def sql(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        """以管理员身份问一句。"""
        return ask(self.settings.admin_dsn, query, *parameters)


def request(act: Small, command_id: UUID | None = None) -> Request:
    """一条命令。"""
    return Request(cast("Act", act), CLERK, command_id or uuid4())


def ask(dsn: str, query: str, *parameters: object) -> list[tuple[Any, ...]]:
    """问一句。"""
    with psycopg.connect(dsn, autocommit=True) as conn:
        cursor = conn.execute(query.encode(), parameters)
        return cursor.fetchall() if cursor.description else []


@contextmanager
def book(settings: Settings, mode: Mode = Mode.FORMAL) -> Iterator[Book]:
    """立一本新账并打开。"""
    establish(settings, "test", mode, HashName.SHA256, TOPICS)
    with Ledger.open(settings, handle=handle) as ledger:
        for name in EVENT_NAMES:
            ledger.keep_schema(current(name))
        yield Book(settings, ledger)
