"""在账上办：同一道门，一件一个命令编号；断了再来，办成的得到第一次的答复，不会再记一件。"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Final, TypeVar
from uuid import NAMESPACE_URL, UUID, uuid5

from domain import timers
from domain.acts import Act, handle
from domain.decider import Aggregate, Event, Plan, Refused, Write
from domain.terms import Actor, Mode
from domain.timers import Timer
from ledger.application import Ledger, Outcome, OutcomeKind, Request
from ledger.failpoints import arm, reach
from ledger.mapper import Fact
from runtime.acting import written
from runtime.acts.about import KEY
from runtime.acts.file import Order
from runtime.exits import Exit, Stop
from runtime.hall import Hall
from schemas.registry import name_of

S = TypeVar("S")

_NAMESPACE: Final = uuid5(NAMESPACE_URL, "shenguan:act")
_TRIES: Final = 16  # how many of the numbers of one act are looked up at a time


@dataclass(frozen=True, slots=True)
class Recorded:
    """记下的一件；试办的没有位置。"""

    position: int | None
    stream: str
    name: str


@dataclass(frozen=True, slots=True)
class Deadline:
    """一项期限。"""

    kind: str
    name: str
    due_on: date


@dataclass(frozen=True, slots=True)
class Answer:
    """一步的答复。``actor`` None: time only passed. ``late``: the clock was past what was written."""

    order: Order
    actor: Actor | None
    now: datetime
    outcome: Outcome | None
    events: tuple[Recorded, ...] = ()
    opened: tuple[Deadline, ...] = ()
    settled: tuple[Deadline, ...] = ()
    rehearsed: bool = False

    @property
    def code(self) -> str | None:
        """拒绝的代码。"""
        return self.outcome.code if self.outcome else None

    @property
    def as_expected(self) -> bool:
        """与所写的期望相合；没有写的，应当没有被拒。"""
        names = tuple(event.name for event in self.events)
        then = self.order.then
        return self.order.refused == self.code and (then is None or then == names)


@dataclass
class Clerk:
    """照文件办事的人：``by`` 是没有写明的各步由谁办，``at`` 是先走到的时刻。"""

    hall: Hall
    by: str | None = None
    at: datetime | None = None
    rehearsal: "Rehearsal | None" = field(default=None)

    def perform(self, orders: Sequence[Order]) -> Iterator[Answer]:
        """逐步办；一步的答复与期望不合，就停在那里。Raises :class:`Stop`, :class:`LedgerError`."""
        mode = self.hall.ledger.frame.mode
        if mode is not Mode.DEMO and (self.at or any(one.at for one in orders)):
            raise Stop(Exit.REFUSED, "act.at_formal")
        for order in orders:
            if order.act is not None and order.by is None and self.by is None:
                name = type(order.act).__name__
                raise Stop(Exit.USAGE, "act.by_missing", step=order.number, name=name)
        arm(mode)
        if self.at is not None:
            self._until(self.at)
        for order in orders:
            answer = self._answer(order)
            yield answer
            if not answer.as_expected:
                return

    def _answer(self, order: Order) -> Answer:
        if order.at is not None:
            self._until(order.at)
        if order.act is None:
            return Answer(order, None, self._now, None)
        actor = written(self.hall.ledger, order.by or self.by or "", type(order.act).__name__)
        if self.rehearsal is not None:
            return self.rehearsal.answer(order, actor)
        return self._record(order, actor)

    @property
    def _now(self) -> datetime:
        return self.rehearsal.now if self.rehearsal else self.hall.clock.now()

    def _until(self, instant: datetime) -> None:
        if self.rehearsal is not None:
            self.rehearsal.now = max(self.rehearsal.now, instant)
        else:
            self.hall.until(instant)

    def _with_key(self, act: Act) -> Act:
        """The commitment to the person's key, which the ledger makes and no official knows."""
        told: Any = act
        if getattr(act, KEY, None) != "":
            return act
        return replace(told, **{KEY: self.hall.ledger.keys.ensure(told.name.holder)})  # type: ignore[no-any-return]

    def _record(self, order: Order, actor: Actor) -> Answer:
        ledger = self.hall.ledger
        number = command_of(ledger, order, actor)
        outcome = ledger.execute(Request(self._with_key(asked(order)), actor, number))
        reach("act.after_execute")
        return recorded(self.hall, Answer(order, actor, self.hall.clock.now(), outcome))


def recorded(hall: Hall, answer: Answer) -> Answer:
    """连同所记的各件与期限；没有入账的照旧。"""
    outcome = answer.outcome
    if outcome is None or outcome.kind is not OutcomeKind.RECORDED:
        return answer
    first, last = outcome.first or 0, outcome.last or 0
    events = tuple(Recorded(*one) for one in hall.entries(first, last))
    moved = [_moved(hall.ledger.events(one), first, last) for one in _streams(events)]
    return replace(
        answer,
        events=events,
        opened=tuple(one for opened, _ in moved for one in opened),
        settled=tuple(one for _, settled in moved for one in settled),
    )


def command_of(ledger: Ledger, order: Order, actor: Actor) -> UUID:
    """这一步的命令编号：写明的照写明的，否则由办什么、谁办、何时推出。

    What was recorded is not recorded again; what was refused, or needed nothing, may be asked
    again: its cause may be gone.
    """
    if order.command is not None:
        return uuid5(_NAMESPACE, order.command)
    wanted = f"{ledger.fingerprint(asked(order), actor).hex()} {order.at}"
    tried = 0
    while True:
        numbers = [uuid5(_NAMESPACE, f"{wanted} {tried + n}") for n in range(_TRIES)]
        known = ledger.answered(numbers)
        for number in numbers:
            if number not in known or known[number].kind is OutcomeKind.RECORDED:
                return number
        tried += _TRIES


def asked(order: Order) -> Act:
    """要办的事。"""
    if order.act is None:
        raise TypeError("a step that only lets time pass has no act")
    return order.act


# -- what it would be


class Rehearsal:
    """试办：照账上的现状决定，前面各步试记的也算数；什么也不入账。"""

    def __init__(self, hall: Hall) -> None:
        self.now = hall.clock.now()
        self._hall = hall
        self._pending: dict[str, list[Event]] = {}
        self._claims: dict[tuple[str, str], str | None] = {}

    def load(self, aggregate: Aggregate[S], identity: str) -> S:
        """一份案卷的现状，连同试记的。"""
        held = self._pending.get(aggregate.stream(identity), ())
        return aggregate.fold(held, self._hall.ledger.load(aggregate, identity))

    def answer(self, order: Order, actor: Actor) -> Answer:
        """会得到的答复；早先已办成的，是那一次的答复。"""
        number = command_of(self._hall.ledger, order, actor)
        known = self._hall.ledger.answered([number]).get(number)
        if known is not None:
            answer = Answer(order, actor, self.now, replace(known, repeated=True), rehearsed=True)
            return recorded(self._hall, answer)
        decision = handle(asked(order), actor, self.now, self.load)
        if isinstance(decision, Refused):
            return self._refused(order, actor, str(decision.code), decision.facts)
        if (taken := self._taken(decision)) is not None:
            return self._refused(order, actor, "ledger.claim_taken", taken)
        return self._keep(order, actor, decision)

    def _refused(self, order: Order, actor: Actor, code: str, facts: dict[str, str]) -> Answer:
        outcome = Outcome(OutcomeKind.REFUSED, code=code, facts=dict(facts))
        return Answer(order, actor, self.now, outcome, rehearsed=True)

    def _taken(self, plan: Plan) -> dict[str, str] | None:
        for one in plan.claims:
            place = (one.kind, one.value)
            holder = self._claims.get(place, self._hall.holder(one))
            if holder not in {None, one.holder}:
                return {"kind": one.kind, "value": one.value, "holder": str(holder)}
        return None

    def _keep(self, order: Order, actor: Actor, plan: Plan) -> Answer:
        kind = OutcomeKind.RECORDED if plan.writes else OutcomeKind.NOTHING
        self._claims |= {(one.kind, one.value): one.holder for one in plan.claims}
        self._claims |= {(one.kind, one.value): None for one in plan.releases}
        moved = [self._write(part, plan) for part in plan.writes]
        return Answer(
            order,
            actor,
            self.now,
            Outcome(kind),
            events=tuple(
                Recorded(None, part.stream, name_of(event))
                for part in plan.writes
                for event in part.events
            ),
            opened=tuple(one for opened, _ in moved for one in opened),
            settled=tuple(one for _, settled in moved for one in settled),
            rehearsed=True,
        )

    def _write(self, part: Write, plan: Plan) -> tuple[list[Deadline], list[Deadline]]:
        facts = self._hall.ledger.events(part.stream)
        held = self._pending.setdefault(part.stream, [])
        told = timers.told(self.now, plan.rules)
        before = _timers(facts)
        for version, event in enumerate(held, len(facts) + 1):
            before = timers.advance(before, event, version, told)
        after = before
        for version, event in enumerate(part.events, len(facts) + len(held) + 1):
            after = timers.advance(after, event, version, told)
        held += part.events
        return _difference(part.stream, before, after)


# -- deadlines


def _streams(events: Iterable[Recorded]) -> list[str]:
    return list(dict.fromkeys(event.stream for event in events))


def _timers(facts: Iterable[Fact]) -> tuple[Timer, ...]:
    known: tuple[Timer, ...] = ()
    for fact in facts:
        told = timers.told(fact.meta.decided_at, fact.meta.rules)
        known = timers.advance(known, fact.event, fact.originator_version, told)
    return known


def _moved(facts: list[Fact], first: int, last: int) -> tuple[list[Deadline], list[Deadline]]:
    placed = [(fact.entry.position, fact) for fact in facts if fact.entry is not None]
    before = _timers(fact for position, fact in placed if position < first)
    after = _timers(fact for position, fact in placed if position <= last)
    return _difference(facts[0].originator_id, before, after)


def _difference(
    stream: str, before: tuple[Timer, ...], after: tuple[Timer, ...]
) -> tuple[list[Deadline], list[Deadline]]:
    """What runs now and did not, or not to this day; and what runs no more."""
    if stream.partition("/")[0] not in timers.FAMILIES:
        return [], []
    known = {(one.identity, one.due_on) for one in before}
    left = {one.identity for one in after}
    opened = [one for one in after if (one.identity, one.due_on) not in known]
    settled = [one for one in before if one.identity not in left]
    return [_deadline(one) for one in opened], [_deadline(one) for one in settled]


def _deadline(timer: Timer) -> Deadline:
    return Deadline(str(timer.kind), timer.name, timer.due_on)
