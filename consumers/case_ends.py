"""办件告结：所属的一件事记一件办结；还等着别的机关的并联、核验、初审，还没有开的听证随之终止。

Rows: ``case/…``, while a case belongs to a package or other organs were asked about it.
"""

from dataclasses import dataclass, replace
from typing import Final

from consumers.common import machine
from domain import case, forwarding, hearing, joint, package, verification
from domain.acts.packages import CloseChild
from domain.acts.proceedings import EndProceedings
from domain.refusals import Refusal
from domain.terms import Actor, CaseNo
from followers.delivered import Delivered
from followers.packing import pack, unpack
from followers.supervisor import Command, Reaction, Rows, Supervisor
from schemas.registry import names_of_kinds

NAME: Final = "case_ends"
ACTOR: Final[Actor] = machine(NAME)
ASKED: Final = (
    joint.JointOpened,
    verification.VerificationRequested,
    forwarding.ExaminationOpened,
    hearing.RightTold,
    hearing.HearingAnnounced,
)
ENDS: Final = (
    case.Approved,
    case.Rejected,
    case.DeemedApproved,
    case.Declined,
    case.Withdrawn,
    case.SupplementLapsed,
    case.AcceptanceRevoked,
)
READ: Final = (package.PackageOpened, *ASKED, *ENDS)
# A package is asked about its cases at once: one of them may have ended while it was opened.
STILL_OPEN: Final = frozenset({Refusal.PACKAGE_CASE_OPEN})


@dataclass(frozen=True, slots=True)
class Concern:
    """底册的一行：一件办件告结时要告诉谁。"""

    package_no: str | None = None
    asked: bool = False  # 请别的机关办过


def keys(delivered: Delivered) -> tuple[str, ...]:
    """一件办件一行。"""
    if isinstance(delivered.event, package.PackageOpened):
        return tuple(_row(one.case_no) for one in delivered.event.cases)
    return (_row(delivered.key),)


def react(rows: Rows, delivered: Delivered) -> Reaction:
    """记下要告诉谁；告结了即告诉。"""
    event, own = delivered.event, _row(delivered.key)
    if isinstance(event, package.PackageOpened):
        return _opened(rows, delivered.identity, event)
    if isinstance(event, ASKED):
        return Reaction({own: pack(replace(_concern(rows, own), asked=True))})
    known = _concern(rows, own)
    return Reaction({own: None}, tuple(_ended(known, CaseNo(delivered.key))))


def _opened(rows: Rows, package_no: str, event: package.PackageOpened) -> Reaction:
    noted = {}
    for one in event.cases:
        own = _row(one.case_no)
        noted[own] = pack(replace(_concern(rows, own), package_no=package_no))
    commands = (
        Command(f"close.{one.case_no}", CloseChild(package_no, one.case_no), ACTOR, STILL_OPEN)
        for one in event.cases
    )
    return Reaction(noted, tuple(commands))


def _ended(known: Concern, case_no: CaseNo) -> list[Command]:
    commands = []
    if known.package_no is not None:
        commands.append(Command("close", CloseChild(known.package_no, case_no), ACTOR))
    if known.asked:
        commands.append(Command("end", EndProceedings(case_no), ACTOR))
    return commands


def _concern(rows: Rows, own: str) -> Concern:
    row = rows.get(own)
    return unpack(row, Concern) if row else Concern()


def _row(case_no: str) -> str:
    return f"case/{case_no}"


SUPERVISOR: Final = Supervisor(
    name=NAME,
    version=1,
    reads=names_of_kinds(READ),
    keys=keys,
    react=react,
)
