"""数据回流（feed）：别的大厅与系统每天报来多少件，对账时漏的、重的、迟的逐件指名（机制 78、86）。

One file for a source and a day. What arrived and what the source says it sent are both facts; the
comparison is arithmetic.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar, Final, TypeAlias

from domain.decider import Aggregate, Answer, Event, ImpossibleHistory, Refused
from domain.refusals import Refusal
from domain.terms import PersonId

BATCH: Final = 1000  # serials that one event may hold (65,535 bytes)


@dataclass(frozen=True, slots=True)
class Taken(Event):
    """回流数据收到。"""

    BASIS: ClassVar[tuple[str, ...]] = ("tbyj2018:yc",)
    source: str  # 来源代号
    day: date  # 数据之日
    batch_no: str  # 批号
    serials: tuple[str, ...]  # 收到的来源编号
    taken_on: date  # 收到之日
    handler: PersonId  # 经办人


@dataclass(frozen=True, slots=True)
class Declared(Event):
    """来源申报日总数。"""

    BASIS: ClassVar[tuple[str, ...]] = ("tbyj2018:yc",)
    source: str  # 来源代号
    day: date  # 数据之日
    total: int  # 来源所报的总数
    serials: tuple[str, ...]  # 来源所报的编号
    handler: PersonId  # 经办人


@dataclass(frozen=True, slots=True)
class Reconciled(Event):
    """回流对账。"""

    BASIS: ClassVar[tuple[str, ...]] = ("tbyj2018:yc",)
    total: int  # 来源所报的总数
    arrived: int  # 实收的件数
    missing: tuple[str, ...]  # 漏的编号
    repeated: tuple[str, ...]  # 重的编号
    late: tuple[str, ...]  # 迟于当日收到的编号
    undeclared: tuple[str, ...]  # 来源没有申报而收到的编号
    unnamed: int  # 总数与编号相差的件数
    reconciled_on: date  # 对账之日


FeedEvent: TypeAlias = Taken | Declared | Reconciled


@dataclass(frozen=True, slots=True)
class Day:
    """一个来源的一天：收到的各批、来源所报、最近一次对账。"""

    batches: tuple[Taken, ...] = ()
    declared: Declared | None = None
    reconciled: Reconciled | None = None


State: TypeAlias = Day


@dataclass(frozen=True, slots=True)
class Take:
    """收到一批。"""

    fact: Taken

    def decide(self, state: State) -> Answer:
        """一个批号只收一次，内容不同的拒绝。"""
        known = next((one for one in state.batches if one.batch_no == self.fact.batch_no), None)
        if known is not None:
            same = known.serials == self.fact.serials
            return () if same else Refused(Refusal.FEED_BATCH_TAKEN, {"value": known.batch_no})
        if not 0 < len(self.fact.serials) <= BATCH:
            return Refused(Refusal.FEED_SIZE, {"most": str(BATCH)})
        return (self.fact,)


@dataclass(frozen=True, slots=True)
class Declare:
    """来源申报日总数。"""

    fact: Declared

    def decide(self, state: State) -> Answer:
        """一天申报一次；总数不少于所列编号。"""
        if state.declared is not None:
            same = (state.declared.total, state.declared.serials) == (
                self.fact.total,
                self.fact.serials,
            )
            facts = {"count": str(state.declared.total)}
            return () if same else Refused(Refusal.FEED_DECLARED, facts)
        if not len(set(self.fact.serials)) <= min(self.fact.total, BATCH):
            return Refused(Refusal.FEED_SIZE, {"most": str(BATCH)})
        return (self.fact,)


@dataclass(frozen=True, slots=True)
class Reconcile:
    """对账。"""

    today: date

    def decide(self, state: State) -> Answer:
        """申报之后才能对账；结果没有变的无事可办，后来补到的另记一次。"""
        if state.declared is None:
            return Refused(Refusal.FEED_NOT_DECLARED)
        found = compared(state.batches, state.declared, self.today)
        known = state.reconciled
        if known is not None and replace(known, reconciled_on=self.today) == found:
            return ()
        return (found,)


def compared(batches: tuple[Taken, ...], declared: Declared, today: date) -> Reconciled:
    """逐件比较：报了没有到的、到了几次的、到得迟的、没有报而到的。"""
    arrived = [serial for batch in batches for serial in batch.serials]
    distinct = set(arrived)
    named = set(declared.serials)
    late = {s for batch in batches if batch.taken_on > batch.day for s in batch.serials}
    return Reconciled(
        total=declared.total,
        arrived=len(distinct),
        missing=tuple(sorted(named - distinct))[:BATCH],
        repeated=tuple(sorted(s for s in distinct if arrived.count(s) > 1))[:BATCH],
        late=tuple(sorted(late))[:BATCH],
        undeclared=tuple(sorted(distinct - named))[:BATCH] if named else (),
        unnamed=declared.total - (len(named) if named else len(distinct)),
        reconciled_on=today,
    )


Command: TypeAlias = Take | Declare | Reconcile


def evolve(state: State, event: Event) -> State:
    """一件事发生之后的这一天。Raises ImpossibleHistory."""
    match event:
        case Taken() if all(one.batch_no != event.batch_no for one in state.batches):
            return replace(state, batches=(*state.batches, event))
        case Declared() if state.declared is None:
            return replace(state, declared=event)
        case Reconciled() if state.declared is not None:
            return replace(state, reconciled=event)
        case _:
            raise ImpossibleHistory(f"{event} after {state}")


def decide(state: State, command: Command) -> Answer:
    """依这一天的现状决定。"""
    return command.decide(state)


AGGREGATE: Final = Aggregate[State]("feed", Day(), evolve)
