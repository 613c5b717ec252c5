"""决定者的共同规矩，以及造出任意命令的办法；各案卷的测试都用它。"""

from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from enum import EnumType
from types import NoneType, UnionType
from typing import Any, Final, NewType, TypeVar, Union, get_args, get_origin, get_type_hints

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.decider import Aggregate, Answer, Event, Refused
from domain.refusals import Refusal
from domain.terms import Personal

S = TypeVar("S")
C = TypeVar("C")

# Few values of each kind, so that independent facts meet: same person, same day, same paper.
DAYS: Final = tuple(date(2026, 3, 2) + timedelta(days=n) for n in range(5))
_SCALARS: Final[dict[object, st.SearchStrategy[Any]]] = {
    bool: st.booleans(),
    int: st.integers(min_value=0, max_value=3),
    str: st.sampled_from(["甲", "乙", ""]),
    date: st.sampled_from(DAYS),
    datetime: st.sampled_from([datetime(d.year, d.month, d.day, 4, tzinfo=UTC) for d in DAYS]),
    NoneType: st.none(),
    Refused: st.just(Refused(Refusal.DUTY_SELF)),
    Personal: st.just(Personal("S-1", "13800000000")),
}


def anything(kind: Any) -> st.SearchStrategy[Any]:
    """某一类型的任意值，取自很小的值域，使命令之间碰得上。"""
    if kind in _SCALARS:
        return _SCALARS[kind]
    if isinstance(kind, NewType):
        return st.sampled_from(["A", "B", "C"])
    if isinstance(kind, EnumType):
        return st.sampled_from(list(kind))
    if get_origin(kind) in {Union, UnionType}:
        known = [part for part in get_args(kind) if part.__name__ != "Sealed"]
        return st.one_of([anything(part) for part in known])
    if get_origin(kind) is tuple:
        return st.lists(anything(get_args(kind)[0]), max_size=2).map(tuple)
    if is_dataclass(kind) and isinstance(kind, type):
        hints = get_type_hints(kind)
        return st.builds(kind, **{one.name: anything(hints[one.name]) for one in fields(kind)})
    raise TypeError(f"no values for {kind!r}")


def check_decider_laws(
    aggregate: Aggregate[S],
    decide: Callable[[S, C], Answer],
    commands: st.SearchStrategy[C],
    histories: Iterable[tuple[Event, ...]] = (),
) -> None:
    """同样的现状同样的答复；办成的再办一次不再添事；重放等于现状。

    ``histories`` are lives to begin from (besides the blank), so that every state is visited.
    """
    beginnings = st.sampled_from([(), *histories])

    @settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
    @given(beginnings, st.lists(commands, min_size=1, max_size=8))
    def laws(beginning: tuple[Event, ...], script: list[C]) -> None:
        recorded = list(beginning)
        state = aggregate.fold(recorded)
        for command in script:
            answer = decide(state, command)
            assert decide(state, command) == answer
            if isinstance(answer, Refused):
                continue
            state = aggregate.fold(answer, state)
            recorded += answer
            again = decide(state, command)
            assert isinstance(again, Refused) or again == ()
        assert aggregate.fold(recorded) == state

    laws()
