"""首次办件：一个事项有了第一件，即记在事项上；自此不得休眠，休眠着的即激活。

Receiving writes to the item's file only when it wakes the item up; that an item has been used at
all is recorded here, once per item, so that the busy counter never queues behind one file.

Rows: ``item/…``, from the first case on.
"""

from dataclasses import dataclass
from typing import Final

from consumers.common import machine
from domain import case, filing, undertaking
from domain.acts.catalogue import RecordFirstUse
from domain.refusals import Refusal
from domain.terms import Actor
from followers.delivered import Delivered
from followers.packing import pack
from followers.supervisor import Command, Reaction, Rows, Supervisor
from schemas.registry import names_of_kinds

NAME: Final = "first_use"
ACTOR: Final[Actor] = machine(NAME)
USES: Final = (case.Received, case.CaseImported, filing.Submitted, undertaking.Lodged)
# An imported case may be of an item that is not on our list.
ELSEWHERE: Final = frozenset({Refusal.ITEM_NOT_LISTED})


@dataclass(frozen=True, slots=True)
class Used:
    """底册的一行：事项有过办件，首次是哪一件。"""

    case_no: str


def keys(delivered: Delivered) -> tuple[str, ...]:
    """一个事项一行。"""
    event = delivered.event
    return (f"item/{event.item_code}",) if isinstance(event, USES) else ()


def react(rows: Rows, delivered: Delivered) -> Reaction:
    """只有首次办件有事可做。"""
    event = delivered.event
    if not isinstance(event, USES) or rows.get(f"item/{event.item_code}") is not None:
        return Reaction()
    act = RecordFirstUse(event.item_code, delivered.key)
    seen = {f"item/{event.item_code}": pack(Used(delivered.key))}
    return Reaction(seen, (Command("first_use", act, ACTOR, ELSEWHERE),))


SUPERVISOR: Final = Supervisor(
    name=NAME,
    version=2,
    reads=names_of_kinds(USES),
    keys=keys,
    react=react,
)
