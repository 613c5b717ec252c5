"""模拟盯办：所等的前置办件一准予，等着它的各项模拟审批记下条件到了；转正仍由人办。

Rows: ``case/<no>`` → the simulated reviews that wait for it, and for which of their conditions.
"""

from dataclasses import dataclass
from typing import Final

from consumers.common import machine
from domain import case, simulated
from domain.acts.simulations import MeetCondition
from domain.refusals import Refusal
from domain.terms import Actor
from followers.delivered import Delivered
from followers.packing import pack, unpack
from followers.supervisor import Command, Reaction, Rows, StateRow, Supervisor

NAME: Final = "simulated_watch"
ACTOR: Final[Actor] = machine(NAME)

# Over before the condition came: nothing left to note.
SETTLED: Final = frozenset({Refusal.SIMULATED_CONVERTED, Refusal.SIMULATED_LAPSED})


@dataclass(frozen=True, slots=True)
class Wait:
    """哪一项模拟审批的哪一个条件。"""

    simulated_no: str
    name: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """底册的一行：等着一件办件的各个条件。"""

    waits: tuple[Wait, ...] = ()


def keys(delivered: Delivered) -> tuple[str, ...]:
    """所等的各件，一件一行。"""
    if isinstance(delivered.event, simulated.Opened):
        return tuple(dict.fromkeys(_awaited(delivered.event)))
    return (delivered.stream,)


def _awaited(event: simulated.Opened) -> tuple[str, ...]:
    numbers = (one.awaited_case for one in event.conditions)
    return tuple(case.AGGREGATE.stream(number) for number in numbers if number is not None)


def react(rows: Rows, delivered: Delivered) -> Reaction:
    """记下谁等哪一件；准予了的，逐项记下条件到了。"""
    if isinstance(delivered.event, simulated.Opened):
        return Reaction(_noted(rows, delivered.event, delivered.identity))
    row = rows.get(delivered.stream)
    if row is None:
        return Reaction()
    waits = unpack(row, Waiting).waits
    commands = tuple(
        Command(
            f"meet {one.simulated_no} {one.name}",
            MeetCondition(one.simulated_no, one.name, delivered.identity),
            ACTOR,
            SETTLED,
        )
        for one in waits
    )
    return Reaction({delivered.stream: None}, commands)


def _noted(rows: Rows, event: simulated.Opened, number: str) -> dict[str, StateRow | None]:
    known: dict[str, Waiting] = {}
    for one in event.conditions:
        if one.awaited_case is None:
            continue
        key = case.AGGREGATE.stream(one.awaited_case)
        row = rows.get(key)
        before = known.get(key) or (unpack(row, Waiting) if row else Waiting())
        known[key] = Waiting((*before.waits, Wait(number, one.name)))
    return {key: pack(waiting) for key, waiting in known.items()}


SUPERVISOR: Final = Supervisor(
    name=NAME,
    version=1,
    reads=frozenset({"simulated.opened.v1", "case.approved.v1", "case.deemed_approved.v1"}),
    keys=keys,
    react=react,
)
