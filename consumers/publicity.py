"""公示：准予、撤销、吊销都应公示；异议处理了即公示；被推翻的撤下，撤销被撤销的恢复（机制 63、74）。

It keeps no rows. When the days for an objection are over, the scheduler publishes; what may go out
is filtered by the ledger, not here.
"""

from typing import Final

from consumers.common import machine
from domain import approval, case, publication
from domain.acts import Act
from domain.acts.publications import (
    OpenPublication,
    OverturnRevoked,
    Publish,
    RestorePublished,
    WithdrawPublication,
)
from domain.decider import Event
from domain.publication import PublicMatter
from domain.terms import Actor, CaseNo
from followers.delivered import Delivered
from followers.supervisor import Command, Reaction, Rows, Supervisor
from schemas.registry import names_of_kinds

NAME: Final = "publicity"
ACTOR: Final[Actor] = machine(NAME)
READS: Final[frozenset[type[Event]]] = frozenset(
    {
        case.Approved,
        case.DeemedApproved,
        approval.Revoked,
        approval.Forfeited,
        approval.RevocationReversed,
        publication.ObjectionDecided,
        publication.Overturned,
        publication.Restored,
    }
)


def keys(delivered: Delivered) -> tuple[str, ...]:
    """同一办件的公示保持次序：推翻不会先于应予公示。"""
    return (delivered.key,)


def react(rows: Rows, delivered: Delivered) -> Reaction:
    """公示上该办的事。"""
    del rows
    acts = _acts(delivered)
    return Reaction(commands=tuple(Command(type(act).__name__, act, ACTOR) for act in acts))


def _acts(delivered: Delivered) -> tuple[Act, ...]:
    number = CaseNo(delivered.key)
    match delivered.event:
        case case.Approved() | case.DeemedApproved():
            return (OpenPublication(number, PublicMatter.APPROVED),)
        case approval.Revoked():
            return (OverturnRevoked(number), OpenPublication(number, PublicMatter.REVOKED))
        case approval.Forfeited():
            return (OpenPublication(number, PublicMatter.PENALTY),)
        case approval.RevocationReversed(revocation_id=revocation_id):
            return (RestorePublished(number, revocation_id),)
        case publication.Overturned():
            return (WithdrawPublication(delivered.identity),)
        case _:  # 异议处理了；恢复而从未公示过的
            return (Publish(delivered.identity),)


SUPERVISOR: Final = Supervisor(
    name=NAME,
    version=1,
    reads=names_of_kinds(READS),
    keys=keys,
    react=react,
)
