"""审管联动：一有准予、不予、报备通过或撤销，即推送该事项的每一个监管部门。

It keeps no rows: which departments there are, and by when they must claim, the ledger finds out
from the item version under which the case was received.
"""

from typing import Final

from consumers.common import machine
from domain import approval, case, filing
from domain.acts.linkage import SendPush
from domain.decider import Event
from domain.linkage import PushMatter
from domain.terms import Actor, CaseNo
from followers.delivered import Delivered
from followers.supervisor import Command, Reaction, Rows, Supervisor
from schemas.registry import name_of

NAME: Final = "linkage"
ACTOR: Final[Actor] = machine(NAME)
MATTERS: Final[dict[type[Event], PushMatter]] = {
    case.Approved: PushMatter.APPROVED,
    case.DeemedApproved: PushMatter.APPROVED,
    case.Rejected: PushMatter.REJECTED,
    filing.Filed: PushMatter.FILED,
    approval.Revoked: PushMatter.REVOKED,
    approval.PartlyRevoked: PushMatter.PARTLY_REVOKED,
    approval.RevocationReversed: PushMatter.REVERSED,
}


def keys(delivered: Delivered) -> tuple[str, ...]:
    """同一办件的推送保持次序：撤销不会先于准予。"""
    return (delivered.key,)


def react(rows: Rows, delivered: Delivered) -> Reaction:
    """推送这件事。"""
    del rows
    matter = MATTERS[type(delivered.event)]
    push = SendPush(CaseNo(delivered.key), matter, delivered.entry.event_id)
    return Reaction(commands=(Command("push", push, ACTOR),))


SUPERVISOR: Final = Supervisor(
    name=NAME,
    version=1,
    reads=frozenset(map(name_of, MATTERS)),
    keys=keys,
    react=react,
)
