"""办理入账：调阅案卷 → 依法决定 → 编码 → 入账，一条命令一个答复。

A decision is made on what was read; the append function checks, under the ledger's lock, that it is
still so. If not, everything is read again and decided again. Refusals and "nothing to do" are
recorded answers too.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Final, Self, TypeVar, cast
from uuid import UUID

import orjson
import psycopg
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import InterfaceError, OperationalError
from uuid_utils import uuid7

from domain.acts import Act, handle
from domain.decider import Aggregate, Decision, Event, Load, Plan, Refused, RuleUsed, Write
from domain.terms import Actor, Mode, beijing_day
from domain.texts import improper
from ledger.clock import Clock, LedgerClock, SystemClock
from ledger.database import Access
from ledger.errors import LedgerDamaged, LedgerError, LedgerUnavailable
from ledger.hints import Hints
from ledger.keys import KeyStore
from ledger.library import Dossier, Draft, LedgerApplication, NotAppended
from ledger.line import Connection, Line
from ledger.mapper import Fact
from ledger.store import Answer, Frame, read_frame
from schemas.codec import Meta, Schema, current
from schemas.registry import name_of

S = TypeVar("S")

ROLE: Final = "shenguan_append"
_ATTEMPTS: Final = 100  # each failed one means that somebody else got through
_BUNDLE: Final = 256  # commands of execute_many in one commit
_SUPPOSITIONS: Final = 4  # times a bundle is decided on what was supposed, before all is read

Handle = Callable[[Act, Actor, datetime, Load], Decision]


class OutcomeKind(StrEnum):
    """一条命令的结果。"""

    RECORDED = "RECORDED"  # 已入账
    REFUSED = "REFUSED"  # 依法不予办理
    NOTHING = "NOTHING"  # 无事可办：早已如此


@dataclass(frozen=True, slots=True)
class Request:
    """一条命令：办什么、谁办；``command_id`` 由提出者给定，重试用同一个。"""

    act: Act
    actor: Actor
    command_id: UUID
    correlation_id: str | None = None
    causation_id: str | None = None
    traceparent: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """答复。``first``–``last`` 是入账的位置；``repeated`` 表示这是早先那次的答复。"""

    kind: OutcomeKind
    first: int | None = None
    last: int | None = None
    code: str | None = None
    facts: dict[str, str] = field(default_factory=dict)
    repeated: bool = False


class Ledger:
    """账本：唯一可以写入的门。线程可共用一个。"""

    def __init__(
        self,
        application: LedgerApplication,
        frame: Frame,
        keys: KeyStore,
        clock: Clock,
        handle: Handle,
        hints: Hints,
        line: Line,
    ) -> None:
        self.frame = frame
        self.keys = keys
        self.clock = clock
        self._app = application
        self._handle = handle
        self._hints = hints
        self._line = line

    @classmethod
    def open(cls, access: Access, *, handle: Handle = handle, cached: int = 10_000) -> Self:
        """打开一本已建的账。

        Raises :class:`LedgerError` ``ledger.not_created`` before genesis, ``ledger.superuser`` where
        the role could write around the append function.
        """
        dsn = access.dsn(ROLE)
        with _translated(), psycopg.connect(dsn, autocommit=True) as conn:
            _refuse_superuser(conn)
            frame = read_frame(conn)
        if frame is None:
            raise LedgerError("ledger.not_created")
        application = LedgerApplication(dsn, frame, cached=cached)
        hints = Hints(dsn)
        application.ledger_recorder.appended = hints.give
        line = Line(dsn)
        keys = KeyStore(line, access.keys, frame.hash)
        clock = LedgerClock(dsn) if frame.mode is Mode.DEMO else SystemClock()
        return cls(application, frame, keys, clock, handle, hints, line)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes all connections."""
        self._hints.close()
        self._app.close()
        self._line.close()
        if isinstance(self.clock, LedgerClock):
            self.clock.close()

    def execute(self, request: Request) -> Outcome:
        """办理一条命令。

        Raises :class:`LedgerUnavailable` where the outcome is unknown: ask again with the same id.
        """
        request_hash = self.fingerprint(request.act, request.actor)
        for attempt in range(_ATTEMPTS):
            with _translated():
                # The first time, a case that is not at hand is taken for a new one: if it is not,
                # the append function says so. A new case thus costs no question of its own.
                supposed: dict[str, Aggregate[object]] | None = None if attempt else {}
                opened = _Opened(self._app, {}, supposed)
                try:
                    draft = self._draft(request, request_hash, opened, self.clock.now())
                except Exception:
                    if supposed:
                        continue  # a contradiction between what is known and what was supposed
                    raise
                try:
                    self._app.save(*draft.objects(), draft=draft)
                except NotAppended:
                    self._app.forget(draft.before)
            if draft.answer is not None and (outcome := _outcome(draft.answer)):
                return outcome
        raise LedgerUnavailable("ledger.contended", {"command_id": str(request.command_id)})

    def execute_many(self, requests: Sequence[Request]) -> list[Outcome]:
        """依次办理许多条命令，若干条共用一次落盘；后面的看得到前面的结果。"""
        outcomes: list[Outcome] = []
        for start in range(0, len(requests), _BUNDLE):
            outcomes.extend(self._execute_bundle(requests[start : start + _BUNDLE]))
        return outcomes

    def answered(self, command_ids: Sequence[UUID]) -> dict[UUID, Outcome]:
        """其中早已答复过的命令，各得当时的答复；内容是否相同，由问的人担保。"""
        with _translated():
            answers = self._app.ledger_recorder.answered(command_ids)
        found = {number: _outcome(answer) for number, answer in answers.items()}
        return {number: outcome for number, outcome in found.items() if outcome is not None}

    def fingerprint(self, act: Act, actor: Actor) -> bytes:
        """这件事由谁来办的指纹：同样的事同样。Blinded, for it may hold a telephone number."""
        asked = [type(act).__name__, act, actor]
        try:
            told = orjson.dumps(asked, default=_bytes_as_hex)
        except orjson.JSONEncodeError:
            if improper(act) is None:
                raise
            told = repr(asked).encode(errors="backslashreplace")  # no UTF-8: it will be refused
        return self.keys.request_hash(told)

    def load(self, aggregate: Aggregate[S], identity: str) -> S:
        """一份案卷的现状，读自账本。"""
        with _translated():
            dossier = _read(self._app, aggregate, aggregate.stream(identity))
        return cast("S", dossier.state)

    def events(self, stream: str) -> list[Fact]:
        """一份案卷的全部各件，按先后。"""
        with _translated():
            facts = self._app.events.get(stream)
            return [cast("Fact", fact) for fact in facts]

    def keep_schema(self, schema: Schema) -> None:
        """存下一种格式的原文，供日后读旧账；已有的不动。"""
        with _translated():
            self._line.fetch_one("SELECT ledger.keep_schema(%s, %s)", (schema.name, schema.text))

    def _execute_bundle(self, requests: Sequence[Request]) -> list[Outcome]:
        with _translated():
            drafts = self._drafts(requests)
            appends = tuple(self._app.compose(draft) for draft in drafts)
            answers = self._app.ledger_recorder.submit(appends)
        return [
            self._settle(draft, answer) or self.execute(request)
            for draft, answer, request in zip(drafts, answers, requests, strict=True)
        ]

    def _drafts(self, requests: Sequence[Request]) -> list[Draft]:
        """Drafts that build on each other. What is not at hand is taken for new at first; what is
        not new after all is read, all of it at once, and the bundle is decided again.
        """
        hashes = [self.fingerprint(request.act, request.actor) for request in requests]
        asked = tuple(zip(requests, hashes, strict=True))
        recalled: dict[str, Dossier] = {}
        for _ in range(_SUPPOSITIONS):
            supposed: dict[str, Aggregate[object]] = {}
            try:
                drafts = self._stage(asked, recalled, supposed)
            except Exception:
                if not self._recall(supposed, recalled):
                    raise
                continue
            if not self._recall(supposed, recalled):
                return drafts
        return self._stage(asked, recalled, None)

    def _recall(
        self, supposed: Mapping[str, Aggregate[object]], recalled: dict[str, Dossier]
    ) -> bool:
        """Whether any of these streams was wrongly taken for a new one; those are read."""
        facts = self._app.read_many(supposed) if supposed else {}
        for stream, told in facts.items():
            recalled[stream] = _project(supposed[stream], stream, None, told)
        self._app.keep(recalled[stream] for stream in facts)
        return bool(facts)

    def _stage(
        self,
        asked: Sequence[tuple[Request, bytes]],
        recalled: Mapping[str, Dossier],
        supposed: dict[str, Aggregate[object]] | None,
    ) -> list[Draft]:
        """``supposed`` gathers the streams that were taken for new ones; None: read each of them."""
        staged = dict(recalled)
        drafts: list[Draft] = []
        now = self.clock.now()
        for request, request_hash in asked:
            opened = _Opened(self._app, staged, supposed)
            draft = self._draft(request, request_hash, opened, now)
            drafts.append(draft)
            staged.update({one.id: one for one in draft.after.values() if one.opened})
        return drafts

    def _settle(self, draft: Draft, answer: Answer) -> Outcome | None:
        if answer.kind == "RECORDED" and not answer.repeated:
            self._app.keep(draft.after.values())
        else:
            self._app.forget(draft.before)
        return _outcome(answer)

    def _draft(
        self, request: Request, request_hash: bytes, opened: "_Opened", now: datetime
    ) -> Draft:
        decision = self._handle(request.act, request.actor, now, opened)
        plan = decision if isinstance(decision, Plan) else Plan()
        draft = Draft(
            command_id=request.command_id,
            request_hash=request_hash,
            kind="REFUSED" if isinstance(decision, Refused) else "NOTHING",
            code=str(decision.code) if isinstance(decision, Refused) else None,
            facts=decision.facts if isinstance(decision, Refused) else {},
            before=opened.dossiers,
            after={},
            keys={write.stream: write.key for write in plan.writes},
            recorded_at=now,
            traceparent=request.traceparent,
            claims=plan.claims,
            releases=plan.releases,
        )
        for write in plan.writes:
            self._add(draft, request, write, plan.rules, opened)
        return draft

    def _add(
        self,
        draft: Draft,
        request: Request,
        write: Write,
        rules: tuple[RuleUsed, ...],
        opened: "_Opened",
    ) -> None:
        """Two writes to one stream follow each other."""
        head = draft.after.get(write.stream) or opened.head(write.stream)
        pending = list(head.pending) if write.stream in draft.after else []
        events: list[Event] = []
        for version, event in enumerate(write.events, head.version + 1):
            name = name_of(event)
            personal = current(name).personal
            sealed = self.keys.seal_event(event, name, personal, write.stream, version)
            meta = self._meta(request, write.key, sealed, draft.recorded_at, rules)
            pending.append(Fact(write.stream, version, meta, sealed))
            events.append(sealed)
        draft.after[write.stream] = Dossier(
            write.stream,
            head.version + len(events),
            opened.fold(write.stream, events, head.state),
            pending=pending,
            opened=head.opened,
        )

    def _meta(
        self, request: Request, key: str, event: Event, now: datetime, rules: tuple[RuleUsed, ...]
    ) -> Meta:
        command_id = str(request.command_id)
        decided_at = event.was_decided(now)
        return Meta(
            event_id=str(uuid7()),
            command_id=command_id,
            correlation_id=request.correlation_id or command_id,
            causation_id=request.causation_id,
            key=key,
            actor=request.actor,
            decided_at=decided_at,
            effective_on=event.takes_effect(beijing_day(decided_at)),
            recorded_at=now,
            legal_basis=event.BASIS,
            rules=rules,
            incarnation=self.frame.incarnation,
        )


class _Opened:
    """调阅：记下调阅过的每一份案卷，入账时一并核对。

    With ``supposed`` a stream that is not at hand is taken for a new one and noted there; without,
    it is read.
    """

    def __init__(
        self,
        app: LedgerApplication,
        staged: Mapping[str, Dossier],
        supposed: dict[str, Aggregate[object]] | None,
    ) -> None:
        self._app = app
        self._staged = staged
        self._supposed = supposed
        self._aggregates: dict[str, Aggregate[object]] = {}
        self.dossiers: dict[str, Dossier] = {}

    def __call__(self, aggregate: Aggregate[S], identity: str) -> S:
        stream = aggregate.stream(identity)
        dossier = self.dossiers.get(stream) or self._staged.get(stream) or self._app.at_hand(stream)
        if dossier is None and self._supposed is None:
            dossier = self._app.repository.get(
                stream,
                projector_func=partial(_project, aggregate, stream),
                deepcopy_from_cache=False,
            )
        elif dossier is None and self._supposed is not None:
            dossier = Dossier(stream, 0, aggregate.initial)
            self._supposed[stream] = cast("Aggregate[object]", aggregate)
        self.dossiers[stream] = cast("Dossier", dossier)
        self._aggregates[stream] = cast("Aggregate[object]", aggregate)
        return cast("S", self.dossiers[stream].state)

    def head(self, stream: str) -> Dossier:
        """案卷末端；没有调阅过的，只能是新立的。"""
        return self.dossiers.setdefault(stream, Dossier(stream, 0, None, opened=False))

    def fold(self, stream: str, events: Sequence[Event], state: object) -> object:
        """写入后的现状；没有调阅过的不知道。"""
        aggregate = self._aggregates.get(stream)
        return None if aggregate is None else aggregate.fold(events, state)


def _read(app: LedgerApplication, aggregate: Aggregate[S], stream: str) -> Dossier:
    """Past the cache: what is shown to somebody should be today's."""
    return _project(aggregate, stream, None, app.events.get(stream))


def _project(
    aggregate: Aggregate[S],
    stream: str,
    _: Dossier | None,
    facts: Iterable[DomainEventProtocol[str]],
) -> Dossier:
    """由各件推出案卷；顺带核对叶连成一条链。"""
    state, version, leaf = aggregate.initial, 0, b""
    for fact in facts:
        if not isinstance(fact, Fact) or fact.entry is None:
            raise TypeError(type(fact).__name__)
        if fact.entry.prev_leaf_hash != leaf or fact.originator_version != version + 1:
            raise LedgerDamaged("ledger.chain", {"position": str(fact.entry.position)})
        state = aggregate.evolve(state, fact.event)
        version, leaf = fact.originator_version, fact.entry.leaf_hash
    return Dossier(stream, version, state, leaf)


def _outcome(answer: Answer) -> Outcome | None:
    """None: nothing was recorded, decide again."""
    if answer.kind == "CONFLICT":
        if answer.code == "ledger.incarnation":
            raise LedgerError("ledger.incarnation", answer.facts)
        return None
    kind = OutcomeKind.REFUSED if answer.kind == "REUSED" else OutcomeKind(answer.kind)
    return Outcome(
        kind, answer.first, answer.last, answer.code, answer.facts or {}, answer.repeated
    )


def _bytes_as_hex(value: object) -> str:
    if isinstance(value, bytes):
        return value.hex()
    raise TypeError(type(value).__name__)


def _refuse_superuser(conn: Connection) -> None:
    row = conn.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
    if row is None or row[0]:
        raise LedgerError("ledger.superuser")


@contextmanager
def _translated() -> Iterator[None]:
    """A server that cannot be reached is told in our own words; nothing else is hidden."""
    try:
        yield
    except (psycopg.OperationalError, OperationalError, InterfaceError) as error:
        raise LedgerUnavailable("ledger.unavailable", {"reason": type(error).__name__}) from error
