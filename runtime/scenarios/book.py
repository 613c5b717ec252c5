"""内存里的账：真的办理、真的格式、真的杂凑、真的监管消费者与视图，只是不落盘、不经 Kafka。

Everything that decides is the product's own; only storage and transport are left out. Time passes
as it does in the hall: each deadline that runs out on the way is handled at its own instant.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, TypeVar
from uuid import NAMESPACE_URL, UUID, uuid5

import consumers
import projections
from domain.acts import Act, handle
from domain.decider import Aggregate, Claim, Event, Plan, Refused, Write
from domain.terms import Actor, HashName, Personal, Sealed, beijing_day, end_of_day
from followers.delivered import Delivered
from followers.projection import Projection, Row, fold, keys_of
from followers.supervisor import DUE, Command, StateRow, Supervisor, command_id
from ledger.entry import Entry
from ledger.leaf import leaf_hash
from schemas.codec import Meta, Schema, current, encode
from schemas.registry import name_of
from schemas.topics import DEFAULT_PARTITIONS, partition_for, topic_of

S = TypeVar("S")

_EVENTS: Final = uuid5(NAMESPACE_URL, "shenguan:scenario")
_SEALED: Final = Sealed(b"\x01" + bytes(44))  # a book that is thrown away keeps nobody's name


class MachineFailed(Exception):  # noqa: N818 - says what failed
    """机器提出的办理被拒，而它没有料到：演案或程序有误。"""


@dataclass(frozen=True, slots=True)
class Verdict:
    """一件事办得怎样：拒绝的代码与事实，或所记的各件（没有即无事可办）。"""

    code: str | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    events: tuple[Delivered, ...] = ()


class Notes:
    """一个监管消费者的底册：行以 JSON 存取，读到的是处理本事件之前的样子。"""

    def __init__(self) -> None:
        self._rows: dict[str, str] = {}

    def get(self, key: str) -> StateRow | None:
        """一行。"""
        found = self._rows.get(key)
        return json.loads(found) if found else None

    def scan(self, prefix: str) -> Iterator[tuple[str, StateRow]]:
        """键以 ``prefix`` 开头的各行。"""
        for key in sorted(self._rows):
            if key.startswith(prefix):
                yield key, json.loads(self._rows[key])

    def due(self, now: datetime) -> Iterator[tuple[str, StateRow]]:
        """``due_at`` 不晚于 ``now`` 的各行，先到期者在前。"""
        waiting = [(_due_at(row), key, row) for key, row in self.scan("") if DUE in row]
        for at, key, row in sorted(waiting, key=lambda one: one[:2]):
            if at <= now:
                yield key, row

    def dues(self) -> list[datetime]:
        """各行的届满时刻。"""
        return [_due_at(row) for _, row in self.scan("") if DUE in row]

    def put(self, rows: Mapping[str, StateRow | None]) -> None:
        """存下变更。"""
        for key, row in rows.items():
            if row is None:
                self._rows.pop(key, None)
            else:
                self._rows[key] = json.dumps(row)


def _due_at(row: StateRow) -> datetime:
    return datetime.fromisoformat(str(row[DUE]))


class Book:
    """一本内存里的账，连同跟着它走的消费者与视图。``now`` 是账上的时刻。"""

    def __init__(self, begins: datetime) -> None:
        self.now = begins
        self.delivered: list[Delivered] = []
        self._claims: dict[tuple[str, str], str] = {}
        self._streams: dict[str, list[Delivered]] = {}
        self._lanes: Counter[tuple[str, int]] = Counter()
        self._asked: set[UUID] = set()
        self._followed = 0
        self._notes = {one.name: Notes() for one in consumers.ALL}
        self._views: dict[str, dict[str, Row | None]] = {one.name: {} for one in projections.ALL}
        self._viewed = 0

    # -- reading

    def load(self, aggregate: Aggregate[S], identity: str) -> S:
        """调阅一份案卷。"""
        held = self._streams.get(aggregate.stream(identity), ())
        return aggregate.fold(one.event for one in held)

    def rows(self, projection: Projection) -> dict[str, Row]:
        """一张视图的各行，推到最近一件。"""
        self._fold()
        view = self._views[projection.name]
        return {key: row for key, row in view.items() if row is not None}

    # -- time and acts

    def until(self, instant: datetime) -> None:
        """时间走到这一刻，途中逐个处置届满的期限；处置不了的，每过一日再问一次。"""
        while (then := self._next_due()) is not None and then <= instant:
            self.now = max(self.now, then)
            while self._settle():  # what was settled may have set a deadline that is over as well
                pass
        self.now = max(self.now, instant)

    def ask(self, act: Act, actor: Actor) -> Verdict:
        """来办一件事；办成的记账，监管消费者随即照办。"""
        verdict = self._do(act, actor, None)
        self._follow()
        return verdict

    # -- inside

    def _settle(self) -> bool:
        """Whether the machine recorded anything about what is due by now."""
        before = len(self.delivered)
        for supervisor in consumers.ALL:
            if supervisor.due is not None:
                asked = list(supervisor.due(self.now, self._notes[supervisor.name]))
                self._obey(supervisor, None, asked)
        self._follow()
        return len(self.delivered) > before

    def _next_due(self) -> datetime | None:
        """When the machine next has something to do; what it could not settle waits for midnight.

        A deadline in the past is one that was asked about already.
        """
        timed = [self._notes[one.name] for one in consumers.ALL if one.due is not None]
        dues = [due for notes in timed for due in notes.dues()]
        later = [due for due in dues if due > self.now]
        if len(later) < len(dues):
            later.append(end_of_day(beijing_day(self.now)))
        return min(later, default=None)

    def _taken(self, claims: tuple[Claim, ...]) -> Verdict | None:
        for claim in claims:
            holder = self._claims.get((claim.kind, claim.value))
            if holder not in {None, claim.holder}:
                facts = {"kind": claim.kind, "value": claim.value, "holder": str(holder)}
                return Verdict("ledger.claim_taken", facts)
        return None

    def _do(self, act: Act, actor: Actor, cause: str | None) -> Verdict:
        decision = handle(act, actor, self.now, self.load)
        if isinstance(decision, Refused):
            return Verdict(str(decision.code), decision.facts)
        if (taken := self._taken(decision.claims)) is not None:
            return taken
        self._claims.update({(one.kind, one.value): one.holder for one in decision.claims})
        for one in decision.releases:
            self._claims.pop((one.kind, one.value), None)
        first = len(self.delivered)
        for part in decision.writes:
            for event in part.events:
                self._enter(part, event, decision, actor, cause)
        return Verdict(events=tuple(self.delivered[first:]))

    def _follow(self) -> None:
        """Every consumer reads everything in order, what its own commands led to included."""
        while self._followed < len(self.delivered):
            one = self.delivered[self._followed]
            self._followed += 1
            for supervisor in consumers.ALL:
                if one.name in supervisor.reads:
                    notes = self._notes[supervisor.name]
                    reaction = supervisor.react(notes, one)
                    notes.put(reaction.rows)
                    self._obey(supervisor, one, reaction.commands)

    def _obey(
        self, supervisor: Supervisor, source: Delivered | None, commands: Iterable[Command]
    ) -> None:
        """Each command once; a refusal that its consumer did not expect is our mistake."""
        cause = source.entry.event_id if source else None
        for command in commands:
            number = command_id(supervisor.name, cause, command.purpose)
            if number in self._asked:
                continue
            self._asked.add(number)
            verdict = self._do(command.act, command.actor, cause)
            if verdict.code is not None and verdict.code not in command.expected:
                raise MachineFailed(f"{command.act} {verdict.code} {verdict.facts}")

    def _enter(
        self, part: Write, event: Event, plan: Plan, actor: Actor, cause: str | None
    ) -> None:
        held = self._streams.setdefault(part.stream, [])
        schema = current(name_of(event))
        fact = _sealed(schema, event)
        meta = self._meta(part, fact, plan, actor, cause)
        entry = self._entry(part, schema, meta, encode(schema, meta, fact))
        one = Delivered(entry, meta, fact)
        held.append(one)
        self.delivered.append(one)

    def _meta(self, part: Write, event: Event, plan: Plan, actor: Actor, cause: str | None) -> Meta:
        decided_at = event.was_decided(self.now)
        number = str(uuid5(_EVENTS, str(len(self.delivered))))
        return Meta(
            event_id=number,
            command_id=number,
            correlation_id=number,
            causation_id=cause,
            key=part.key,
            actor=actor,
            decided_at=decided_at,
            effective_on=event.takes_effect(beijing_day(decided_at)),
            recorded_at=self.now,
            legal_basis=event.BASIS,
            rules=plan.rules,
            incarnation=0,
        )

    def _entry(self, part: Write, schema: Schema, meta: Meta, value: bytes) -> Entry:
        held = self._streams[part.stream]
        topic = topic_of(part.stream)
        partition = partition_for(part.key, DEFAULT_PARTITIONS[topic])
        prev = held[-1].entry.leaf_hash if held else b""
        version = len(held) + 1
        lane_position = self._lanes[topic, partition]
        self._lanes[topic, partition] += 1
        return Entry(
            position=len(self.delivered),
            topic=topic,
            partition=partition,
            lane_position=lane_position,
            stream=part.stream,
            version=version,
            key=part.key,
            event_id=meta.event_id,
            name=schema.name,
            schema_sha256=schema.sha256,
            prev_leaf_hash=prev,
            leaf_hash=leaf_hash(HashName.SHA256, schema.sha256, part.stream, version, prev, value),
            incarnation=0,
            recorded_at=self.now,
            traceparent=None,
            value=value,
        )

    def _fold(self) -> None:
        new = self.delivered[self._viewed :]
        self._viewed = len(self.delivered)
        for projection in projections.ALL:
            mine = [one for one in new if one.name in projection.reads]
            view = self._views[projection.name]
            known = {key: view.get(key) for key in keys_of(projection, mine)}
            view.update(fold(projection, known, mine))


def key_commitment(holder: str) -> str:
    """演案里没有钥匙：承诺值由编号推出，各人不同。"""
    return hashlib.sha256(holder.encode()).hexdigest()


def _sealed(schema: Schema, event: Event) -> Event:
    hidden = {
        path: _SEALED for path in schema.personal if isinstance(getattr(event, path), Personal)
    }
    return replace(event, **hidden) if hidden else event  # type: ignore[type-var]
