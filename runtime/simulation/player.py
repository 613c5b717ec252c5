"""演出（player）：照脚本一时段一时段地办，每时段先等机器办完；断了再来，从断处接着。"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from operator import attrgetter
from typing import Final
from uuid import UUID

from domain import inspection_plan
from domain.calendar import calendar_from
from domain.deadlines import ONE_DAY
from domain.decider import Event
from domain.terms import beijing_day
from ledger.application import OutcomeKind, Request
from ledger.failpoints import reach
from runtime.exits import Exit, Stop
from runtime.hall import Hall, step_id
from runtime.simulation.scripts import Calendar, Step, case_name, opening, script
from runtime.simulation.town import Town

AFTER: Final = 45  # working days after the last intake that scripts may reach into

Progress = Callable[[date, "Played"], bool]  # what it answers: whether to go on


@dataclass
class Played:
    """演出的结果：办成、无事可办、被拒各多少；``first`` 是其间第一件的位置。"""

    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    new: int = 0
    steps: int = 0
    until: date | None = None
    whole: bool = True  # False: 中途被打断


class _HallRecord:
    """晚定的各步所凭的账。"""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall

    def events(self, stream: str) -> Sequence[Event]:
        """一份案卷的各件。"""
        return [fact.event for fact in self._hall.ledger.events(stream)]

    def plan_of(self, step: str) -> str | None:
        """这一步登记的计划。"""
        stream = self._hall.recorded_in(_id(step))
        return None if stream is None else stream.partition("/")[2]

    def key_of(self, holder: str) -> str:
        """此人的密钥的承诺值。"""
        return self._hall.ledger.keys.ensure(holder)

    def next_plan(self, step: str) -> int:
        """下一个序号，或当时的序号。"""
        if (plan := self.plan_of(step)) is not None:
            return int(plan)
        serial = 1
        while self._exists(serial):
            serial += 1
        return serial

    def _exists(self, serial: int) -> bool:
        state = self._hall.ledger.load(
            inspection_plan.AGGREGATE, inspection_plan.plan_number(serial)
        )
        return not isinstance(state, inspection_plan.Nothing)


def play(hall: Hall, town: Town, seed: int, days: int, per_day: int, progress: Progress) -> Played:
    """演完 ``days`` 个工作日的收件；晚于末日的各步留给下一次（更大的 ``days``）。"""
    calendar = _calendar(hall, seed, days, per_day)
    steps = script(town, seed, calendar, days, per_day)
    end = calendar.days[days]
    played, record = Played(), _HallRecord(hall)
    for at, together in groupby(steps, attrgetter("at")):
        if beijing_day(at) >= end:
            break
        hall.until(at)
        hall.settle()
        _slot(hall, list(together), record, played)
        reach("simulate.after_slot")
        played.until = beijing_day(at)
        if not progress(played.until, played):
            played.whole = False
            break
    hall.settle()
    return played


def _slot(hall: Hall, steps: Sequence[Step], record: _HallRecord, played: Played) -> None:
    """一个时段的各步，一并提出。A step may rest on the one before: they see each other."""
    asked = [(step, one) for step in steps for one in step.late(record)]
    requests = [
        Request(act, actor, _id(f"{step.name} {suffix}" if suffix else step.name))
        for step, (suffix, act, actor) in asked
    ]
    for (_, (_, act, _)), outcome in zip(asked, hall.ledger.execute_many(requests), strict=True):
        played.steps += 1
        played.new += not outcome.repeated
        if outcome.kind is OutcomeKind.REFUSED:
            played.refused[outcome.code or ""] += 1
        else:
            played.done[type(act).__name__] += 1


def _id(step: str) -> UUID:
    return step_id(f"simulate {step}")


def _calendar(hall: Hall, seed: int, days: int, per_day: int) -> Calendar:
    """自这次演练第一日起的各工作日；第一日一经开演就不再变。

    Any receipt of the first day tells it: a run may have been broken off before the first case.
    Raises :class:`Stop` where a year's calendar is not published, or where this seed was played
    with another number of cases a day.
    """
    received = filter(None, (_received_on(hall, seed, n) for n in range(per_day)))
    first = min(received, default=None)
    start = hall.today() + ONE_DAY if first is None else first
    known = calendar_from(hall.ledger.load, start)
    calendar = opening(start, known, days + AFTER)
    if not known.knows(calendar.days[days]):
        raise Stop(Exit.REFUSED, "simulate.calendar", year=calendar.days[days].year)
    if first is not None and _other_size(hall, seed, per_day, first):
        raise Stop(Exit.REFUSED, "simulate.per_day", seed=seed)
    return calendar


def _other_size(hall: Hall, seed: int, per_day: int, first: date) -> bool:
    """The first day, which is over, had more receipts or fewer."""
    more = _received_on(hall, seed, per_day) is not None
    fewer = _received_on(hall, seed, per_day - 1) is None
    return more or (fewer and hall.today() > first)


def _received_on(hall: Hall, seed: int, n: int) -> date | None:
    """On which day the n-th case (from 0) of the first day was received."""
    return hall.recorded_on(_id(f"{case_name(seed, 0, n)} 00"))
