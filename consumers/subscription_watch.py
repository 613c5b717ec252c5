"""订阅对账：数着账上每天每个主题发了几件；订阅方报来，即比较（机制 86）。

Rows: ``count/<topic>/<day>``: how many facts of that Beijing day the ledger has sent.
"""

from dataclasses import dataclass
from typing import Final

from consumers.common import machine
from domain.acts.subscriptions import CompareReceived
from domain.subscription import SubscriptionDeclared
from domain.terms import Actor, beijing_day
from followers.delivered import Delivered
from followers.packing import pack, unpack
from followers.supervisor import Command, Reaction, Rows, Supervisor
from schemas.registry import EVENT_NAMES
from schemas.topics import topic_of

NAME: Final = "subscription_watch"
ACTOR: Final[Actor] = machine(NAME)


@dataclass(frozen=True, slots=True)
class Sent:
    """一天一个主题所发的件数。"""

    count: int


def keys(delivered: Delivered) -> tuple[str, ...]:
    """这一件算在哪一天；申报的，还有所报的那一天。"""
    own = _key(topic_of(delivered.stream), str(beijing_day(delivered.meta.decided_at)))
    event = delivered.event
    if not isinstance(event, SubscriptionDeclared):
        return (own,)
    return own, _key(event.topic.lower(), str(event.day))


def react(rows: Rows, delivered: Delivered) -> Reaction:
    """数一件；是申报的，与那一天的数比。"""
    own, *asked = keys(delivered)
    counted = {own: pack(Sent(_count(rows, own) + 1))}
    event = delivered.event
    if not isinstance(event, SubscriptionDeclared):
        return Reaction(counted)
    sent = sum(_count(rows, key) for key in asked)
    act = CompareReceived(event.subscriber, event.topic, event.day, sent)
    return Reaction(counted, (Command("compare", act, ACTOR),))


def _key(topic: str, day: str) -> str:
    return f"count/{topic}/{day}"


def _count(rows: Rows, key: str) -> int:
    row = rows.get(key)
    return unpack(row, Sent).count if row else 0


SUPERVISOR: Final = Supervisor(
    name=NAME,
    version=1,
    reads=frozenset(EVENT_NAMES),
    keys=keys,
    react=react,
)
