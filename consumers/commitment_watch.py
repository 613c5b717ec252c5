"""承诺盯办：逾期未补交、材料不符的，报疑似落空；已据以准予的，建议撤销。只建议，不决定。
确认落空、认定整改、据以撤销之后，依办法要记入信用、移送处罚的，立为待办。
"""

from dataclasses import dataclass
from typing import Final

from consumers.common import evidence, machine
from domain import commitment
from domain.acts.measures import OpenMeasure
from domain.acts.pledges import SuspectBreach
from domain.acts.revocations import ProposeRevocation
from domain.approval import RevocationGround
from domain.commitment import BreachGround
from domain.measure import MeasureKind
from domain.refusals import Refusal
from domain.terms import Actor, CommitmentId, LicenceNo
from followers.delivered import Delivered
from followers.packing import pack, unpack
from followers.supervisor import Command, Reaction, Rows, Supervisor
from schemas.registry import EVENT_NAMES

NAME: Final = "commitment_watch"
ACTOR: Final[Actor] = machine(NAME)


# A person was faster, or the commitment is already being looked into: nothing left to report.
SETTLED: Final = frozenset(
    {
        Refusal.COMMITMENT_SUSPECTED,
        Refusal.COMMITMENT_BROKEN,
        Refusal.COMMITMENT_FULFILLED,
        Refusal.COMMITMENT_VOIDED,
        Refusal.COMMITMENT_NOT_BORNE_OUT,
    }
)
# The licence has ended, the suspicion was dismissed, or a procedure on it is running (its claim).
PROPOSED: Final = frozenset(
    {
        Refusal.LICENCE_ENDED,
        Refusal.LICENCE_DEREGISTERED,
        Refusal.REVOCATION_NO_BREACH,
        "ledger.claim_taken",
    }
)


@dataclass(frozen=True, slots=True)
class Watch:
    """底册的一行：一份承诺，及据以准予的许可。"""

    licence_no: LicenceNo


def keys(delivered: Delivered) -> tuple[str, ...]:
    """一份承诺一行。"""
    return (delivered.stream,)


def react(rows: Rows, delivered: Delivered) -> Reaction:
    """看到承诺上的一件事，该报的报，该建议的建议。"""
    match delivered.event:
        case commitment.SupplementOverdue():
            return _suspect(delivered, BreachGround.NOT_SUPPLIED)
        case commitment.MaterialAssessed(conforming=False):
            return _suspect(delivered, BreachGround.NOT_CONFORMING)
        case commitment.Verified(passed=False):
            return _suspect(delivered, BreachGround.NOT_AS_PROMISED)
        case commitment.ReliedOn(licence_no=licence_no) | commitment.Revived(licence_no=licence_no):
            return Reaction({delivered.stream: pack(Watch(licence_no))})
        case commitment.BreachSuspected() as suspected:
            return _propose(rows, delivered, suspected)
        case commitment.Fulfilled() | commitment.Voided():
            return Reaction({delivered.stream: None}, _measures(delivered))
        case _:
            return Reaction(commands=_measures(delivered))


def _measures(delivered: Delivered) -> tuple[Command, ...]:
    """What the policy asks to be done after a breach: the ledger knows whether it asks."""
    match delivered.event:
        case commitment.BreachConfirmed():
            kind = MeasureKind.PENALTY
        case commitment.Rectified():
            kind = MeasureKind.CREDIT
        case commitment.Voided(reason=reason) if reason in commitment.DECIDED:
            kind = MeasureKind.CREDIT
        case _:
            return ()
    act = OpenMeasure(CommitmentId(delivered.identity), kind, delivered.entry.version)
    return (Command(f"measure.{kind}", act, ACTOR),)


def _suspect(delivered: Delivered, ground: BreachGround) -> Reaction:
    act = SuspectBreach(CommitmentId(delivered.identity), ground, (evidence(delivered),))
    return Reaction(commands=(Command("suspect", act, ACTOR, SETTLED),))


def _propose(rows: Rows, delivered: Delivered, suspected: commitment.BreachSuspected) -> Reaction:
    """Before anybody relied on the commitment there is no licence to revoke.

    One proposal a suspicion: the ledger records no second suspicion while one stands, and the
    number of the procedure comes from the suspicion itself.
    """
    row = rows.get(delivered.stream)
    if row is None:
        return Reaction()
    act = ProposeRevocation(
        revocation_id=f"{delivered.identity}.{delivered.entry.version}",
        licence_no=unpack(row, Watch).licence_no,
        ground=RevocationGround.COMMITMENT_BROKEN,
        evidence=(*suspected.evidence, evidence(delivered)),
    )
    return Reaction(commands=(Command("propose", act, ACTOR, PROPOSED),))


SUPERVISOR: Final = Supervisor(
    name=NAME,
    version=1,
    reads=frozenset(name for name in EVENT_NAMES if name.startswith("commitment.")),
    keys=keys,
    react=react,
)
