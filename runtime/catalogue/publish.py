"""公布：先在内存里照办一遍，一件也不被拒绝才写账；分批写，断了再来只办还没有办的。"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar, cast
from uuid import uuid4

from domain.acts import Act, handle
from domain.decider import Aggregate, Load, Plan, Refused, Write
from domain.terms import Actor, beijing_day
from ledger import failpoints
from ledger.application import Ledger, OutcomeKind, Request
from runtime.catalogue.differ import Change
from runtime.exits import Exit, Stop
from schemas.codec import Meta, current, encode
from schemas.errors import CodecError
from schemas.registry import name_of

S = TypeVar("S")
BATCH: Final = 25  # changes between two reports of progress, in one commit


@dataclass(frozen=True, slots=True)
class Objection:
    """一处相差办不成：拒绝码与事实。"""

    change: Change
    refused: Refused


def objections(
    changes: Sequence[Change], actor: Actor, at: datetime, load: Load
) -> list[Objection]:
    """照办一遍，什么也不写：哪几件会被拒绝。后面的看得到前面的结果。"""
    opened = _Overlay(load)
    found: list[Objection] = []
    for change in changes:
        if change.act is None:
            continue
        decision = handle(change.act, actor, at, opened)
        if isinstance(decision, Refused):
            found.append(Objection(change, decision))
            continue
        for write in decision.writes:
            _encodable(change, write, decision, actor, at)
            opened.add(write.stream, write.events)
    return found


def _encodable(change: Change, write: Write, plan: Plan, actor: Actor, at: datetime) -> None:
    """An event that is too long would be found out only after others are on the ledger."""
    number = str(uuid4())
    for event in write.events:
        meta = Meta(
            event_id=number,
            command_id=number,
            correlation_id=number,
            causation_id=None,
            key=write.key,
            actor=actor,
            decided_at=at,
            effective_on=event.takes_effect(beijing_day(at)),
            recorded_at=at,
            legal_basis=event.BASIS,
            rules=plan.rules,
            incarnation=0,
        )
        try:
            encode(current(name_of(event)), meta, event)
        except CodecError as error:
            size = error.facts.get("size", "")
            what = f"{change.table} {change.key}"
            raise Stop(Exit.REFUSED, "catalogue.too_large", what=what, size=size) from error


class _Overlay:
    """What is on the ledger, and on top of it what has been decided here."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._aggregates: dict[str, Aggregate[Any]] = {}
        self._states: dict[str, Any] = {}

    def __call__(self, aggregate: Aggregate[S], identity: str) -> S:
        stream = aggregate.stream(identity)
        if stream not in self._states:
            self._aggregates[stream] = aggregate
            self._states[stream] = self._load(aggregate, identity)
        return cast("S", self._states[stream])

    def add(self, stream: str, events: Sequence[Any]) -> None:
        """A handler has loaded what it writes to."""
        self._states[stream] = self._aggregates[stream].fold(events, self._states[stream])


def publish(
    ledger: Ledger, actor: Actor, changes: Sequence[Change], advance: Callable[[int], None]
) -> int:
    """办这些相差，答新办了几件。Raises :class:`Stop`: refused meanwhile, what is done stays done."""
    acts = [change.act for change in changes if change.act is not None]
    done = 0
    for start in range(0, len(acts), BATCH):
        done += _batch(ledger, actor, acts[start : start + BATCH])
        failpoints.reach("catalogue.after_batch")
        advance(min(start + BATCH, len(acts)))
    return done


def _batch(ledger: Ledger, actor: Actor, acts: Sequence[Act]) -> int:
    outcomes = ledger.execute_many([Request(act, actor, uuid4()) for act in acts])
    for outcome in outcomes:
        if outcome.kind is OutcomeKind.REFUSED:
            raise Stop(Exit.REFUSED, outcome.code or "", **outcome.facts)
    return sum(outcome.kind is OutcomeKind.RECORDED for outcome in outcomes)
