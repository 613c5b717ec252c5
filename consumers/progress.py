"""办理过程：受理、不予受理、审核、送达推送监管部门知会；受理了的预登记了结；有决定的给代办人记分。

机制 17、25、27. Rows: ``case/<no>``, from receipt to the end of a case that has an agent.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from consumers.common import machine
from domain import case
from domain.acts.oversight import ClosePreregistration
from domain.acts.services import AwardPoints, PushProgress
from domain.decider import Event
from domain.record import ProgressStage
from domain.terms import Actor, CaseNo, PersonId
from followers.delivered import Delivered
from followers.packing import pack
from followers.supervisor import Command, Reaction, Rows, Supervisor
from schemas.registry import names_of_kinds

NAME: Final = "progress"
ACTOR: Final[Actor] = machine(NAME)
STAGES: Final[Mapping[type[Event], ProgressStage]] = {
    case.Accepted: ProgressStage.ACCEPTED,
    case.DeemedAccepted: ProgressStage.ACCEPTED,
    case.Declined: ProgressStage.DECLINED,
    case.Reviewed: ProgressStage.REVIEWED,
    case.Delivered: ProgressStage.DELIVERED,
}
ACCEPTANCES: Final = (case.Accepted, case.DeemedAccepted)
DECISIONS: Final = (case.Approved, case.Rejected, case.DeemedApproved, case.Declined)
ENDINGS: Final = (case.Withdrawn, case.SupplementLapsed, case.AcceptanceRevoked)


@dataclass(frozen=True, slots=True)
class Agented:
    """底册的一行：这一件由代办人来办。"""

    agent: PersonId


def keys(delivered: Delivered) -> tuple[str, ...]:
    """一件办件一行，各步保持次序。"""
    return (delivered.stream,)


def react(rows: Rows, delivered: Delivered) -> Reaction:
    """推送这一步，并办受理、决定引出的事。"""
    event, row = delivered.event, delivered.stream
    if isinstance(event, case.Received):
        return Reaction({row: pack(Agented(event.agent))} if event.agent else {})
    known = rows.get(row) is not None
    over = known and isinstance(event, DECISIONS + ENDINGS)
    commands = tuple(_commands(delivered, agented=known))
    return Reaction({row: None} if over else {}, commands)


def _commands(delivered: Delivered, *, agented: bool) -> Iterator[Command]:
    event, number = delivered.event, CaseNo(delivered.identity)
    stage = STAGES.get(type(event))
    if stage is not None:
        push = PushProgress(number, stage, delivered.entry.event_id)
        yield Command("progress", push, ACTOR)
    if isinstance(event, ACCEPTANCES):
        yield Command("preregistration", ClosePreregistration(number), ACTOR)
    if agented and isinstance(event, DECISIONS):
        yield Command("points", AwardPoints(number), ACTOR)


SUPERVISOR: Final = Supervisor(
    name=NAME,
    version=1,
    reads=names_of_kinds({case.Received, *STAGES, *DECISIONS, *ENDINGS}),
    keys=keys,
    react=react,
)
