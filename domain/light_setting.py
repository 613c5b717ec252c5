"""灯的界限（light_setting）：各种期限何时亮黄灯、红灯，由效能部门逐版公布，不写死在程序里（机制 36）。

A deadline is lit by the version in force on the day from which it runs, all its life: a later
version does not reach back (ADR 0010). While none is published, the levels that ship with the
program hold (``domain.lights``); they count as version 0.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar, Final, TypeAlias

from domain.catalogue import DayCount
from domain.decider import Aggregate, Answer, Event, ImpossibleHistory, Load, Refused, RuleUsed
from domain.lights import DEFAULT, Levels, Table, Threshold
from domain.refusals import Refusal
from domain.terms import PersonId
from domain.timers import TimerKind
from domain.versions import floor, in_force

REST: Final = ""  # 没有另定的各种期限
WHOLE: Final = 100  # percent


@dataclass(frozen=True, slots=True)
class KindLevels:
    """一种期限的黄灯与红灯：余下不多于若干日，或者不多于全程的百分之几。"""

    deadline: str  # 期限的种类；空的为其余各种
    yellow_days: int
    yellow_percent: int
    red_days: int
    red_percent: int
    day_count: DayCount

    @property
    def levels(self) -> Levels:
        """用以推算的样子。"""
        yellow = Threshold(self.yellow_days, self.yellow_percent)
        return Levels(yellow, Threshold(self.red_days, self.red_percent), self.day_count)

    @property
    def is_sound(self) -> bool:
        """种类是有的；日数不为负，百分数不过百；红灯不早于黄灯。"""
        known = self.deadline == REST or self.deadline in set(TimerKind)
        days = 0 <= self.red_days <= self.yellow_days
        return known and days and 0 <= self.red_percent <= self.yellow_percent <= WHOLE


# -- events


@dataclass(frozen=True, slots=True)
class LightsPublished(Event):
    """灯的界限（版本）公布。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qxzg2012-7:dzjc",)
    version: int
    effective_from: date
    document_no: str
    levels: tuple[KindLevels, ...]
    handler: PersonId

    def takes_effect(self, decided_on: date) -> date:  # noqa: ARG002 -- the version says its day
        """版本生效之日。"""
        return self.effective_from


# -- state


@dataclass(frozen=True, slots=True)
class Setting:
    """公布过的全部版本，生效之日先后有序；没有公布过的为空。"""

    versions: tuple[LightsPublished, ...] = ()


State: TypeAlias = Setting


def table_on(versions: Iterable[LightsPublished], day: date) -> Table:
    """那一日起算的期限依哪一版；尚无有效版本的，依随附的界限（第 0 版）。"""
    now = in_force(tuple(versions), day)
    return DEFAULT if now is None else _table(now)


def _table(version: LightsPublished) -> Table:
    kinds = {one.deadline: one.levels for one in version.levels}
    return Table(version.version, kinds.pop(REST), kinds)


def table_from(load: Load, day: date) -> Table:
    """由账上的设置，那一日起算的期限依哪一版。"""
    return table_on(load(AGGREGATE, IDENTITY).versions, day)


def rule_of(table: Table) -> RuleUsed:
    """亮灯所依的版本，写进信封。"""
    return RuleUsed(AGGREGATE.stream(IDENTITY), str(table.version))


# -- command


@dataclass(frozen=True, slots=True)
class Publish:
    """公布一个版本；``fact.version`` is set here, whatever it carries. ``today`` is Beijing's."""

    fact: LightsPublished
    today: date

    def decide(self, state: State) -> Answer:
        """其余各种写一行，另定的各写一行；至早次日生效，已经起算的期限不改。"""
        known = state.versions[-1] if state.versions else None
        if known is not None and replace(self.fact, version=known.version) == known:
            return ()
        if not self.fact.document_no.strip():
            return Refused(Refusal.LIGHTS_NO_DOCUMENT)
        if wrong := _wrong(self.fact.levels):
            return Refused(Refusal.LIGHTS_LEVELS, {"deadlines": wrong})
        latest = floor(state.versions, self.today)
        if self.fact.effective_from <= latest:
            facts = {"effective_from": str(self.fact.effective_from), "floor": str(latest)}
            return Refused(Refusal.LIGHTS_BACKDATED, facts)
        return (replace(self.fact, version=len(state.versions) + 1),)


def _wrong(levels: tuple[KindLevels, ...]) -> str:
    """The kinds that are unknown, unsound, written twice, or the rest that is missing."""
    count = Counter(one.deadline for one in levels)
    bad = [one.deadline for one in levels if not one.is_sound or count[one.deadline] > 1]
    bad += [] if count[REST] else [REST]
    return "、".join(dict.fromkeys(name or "REST" for name in bad))


# -- evolve, decide


def evolve(state: State, event: Event) -> State:
    """版本逐一相续，后版的生效之日晚于前版。Raises ImpossibleHistory."""
    last = state.versions[-1].effective_from if state.versions else date.min
    match event:
        case LightsPublished() if (
            event.version == len(state.versions) + 1 and event.effective_from > last
        ):
            return Setting((*state.versions, event))
        case _:
            raise ImpossibleHistory(f"{event} after {state}")


def decide(state: State, command: Publish) -> Answer:
    """依现有版本决定。"""
    return command.decide(state)


AGGREGATE: Final = Aggregate[State]("lights", Setting(), evolve)
IDENTITY: Final = "deadlines"  # the one file of this family
