"""经过（course）：小案卷一步接一步；哪一步可以接在哪一步之后，写成一张表。

For files whose whole law is an order of steps. What else must hold (whose organ, whose turn) is
checked by the act, which sees the steps taken so far.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias, TypeVar

from domain.decider import Aggregate, Answer, Event, ImpossibleHistory, Refused
from domain.refusals import Refusal

E = TypeVar("E", bound=Event)
Steps: TypeAlias = frozenset[type[Event] | None]  # None: 尚无一步

_WORD: Final = re.compile(r"(?<!^)(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Course:
    """走过的各步，先后有序。"""

    steps: tuple[Event, ...] = ()

    def last(self, kind: type[E]) -> E | None:
        """最近的一步某事；没有办过的没有。"""
        return next((step for step in reversed(self.steps) if isinstance(step, kind)), None)


@dataclass(frozen=True)  # without slots, as Aggregate
class Order:
    """一类小案卷的次序。

    ``after``: which steps an event may follow. ``marks`` are noted beside the course and do not
    move it (逾期), each kind once.
    """

    family: str
    after: Mapping[type[Event], Steps]
    marks: frozenset[type[Event]] = frozenset()

    @property
    def aggregate(self) -> Aggregate[Course]:
        """这一类案卷。"""
        return Aggregate[Course](self.family, Course(), self.evolve)

    def turn(self, state: Course) -> Event | None:
        """现在走到的一步；旁记的不算。"""
        return next((step for step in reversed(state.steps) if type(step) not in self.marks), None)

    def may(self, state: Course, kind: type[Event]) -> bool:
        """此事能否接着办。"""
        if kind in self.marks and state.last(kind) is not None:
            return False
        now = self.turn(state)
        return (None if now is None else type(now)) in self.after.get(kind, frozenset())

    def evolve(self, state: Course, event: Event) -> Course:
        """走了一步。Raises ImpossibleHistory."""
        if not self.may(state, type(event)):
            raise ImpossibleHistory(f"{event} after {self.turn(state)}")
        return Course((*state.steps, event))

    def decide(self, state: Course, fact: Event) -> Answer:
        """办过的同一件事无事可办；次序不对的，告诉现在到了哪一步。"""
        if fact in state.steps:
            return ()
        if type(fact) in self.marks and state.last(type(fact)) is not None:
            return ()
        if self.may(state, type(fact)):
            return (fact,)
        return self.standing(state)

    def standing(self, state: Course) -> Refused:
        """现在到了哪一步。"""
        now = self.turn(state)
        if now is None:
            return Refused(Refusal.COURSE_NOT_FOUND)
        word = _WORD.sub("_", type(now).__name__).lower().removeprefix(f"{self.family}_")
        return Refused(Refusal.COURSE_NOT_NOW, {"step": f"{self.family}.{word}"})
