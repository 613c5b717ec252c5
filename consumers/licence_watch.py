"""许可盯办：一份许可终结、恢复或变动了，凡复用它的办件得到提醒，凡载明它的综合证同步调整；届满的建议注销。

Rows: ``licence/<no>`` → the cases that reused it and the composites that name it. An alarm is no
judgment: what follows for the dependent licence its own organ decides.
"""

from dataclasses import dataclass, replace
from typing import Final

from consumers.common import machine
from domain import approval, composite, reliance
from domain.acts.composites import AdjustComposite
from domain.acts.endings import ProposeDeregistration
from domain.acts.reliances import BreakDependency, RestoreDependency
from domain.decider import Event
from domain.refusals import Refusal
from domain.terms import Actor, CaseNo, LicenceNo
from followers.delivered import Delivered
from followers.packing import pack, unpack
from followers.supervisor import Command, Reaction, Rows, Supervisor
from schemas.registry import names_of_kinds

NAME: Final = "licence_watch"
ACTOR: Final[Actor] = machine(NAME)
ENDINGS: Final = (
    approval.Revoked,
    approval.Withdrawn,
    approval.Forfeited,
    approval.Expired,
    approval.Deregistered,
)
CHANGES: Final = (
    approval.Changed,
    approval.PartlyRevoked,
    approval.Renewed,
    approval.DeemedRenewed,
    approval.RevocationReversed,
)
READS: Final = (*ENDINGS, *CHANGES, reliance.CertificateReused, composite.Issued)

# Meanwhile it has been restored, or has ended again: another event says what is to be done.
SETTLED: Final = frozenset(
    {Refusal.RELIANCE_STANDS, Refusal.LICENCE_ENDED, Refusal.LICENCE_DEREGISTERED}
)


@dataclass(frozen=True, slots=True)
class Resting:
    """底册的一行：依靠一份许可的各件，载明它的各张综合证。"""

    cases: tuple[CaseNo, ...] = ()
    composites: tuple[str, ...] = ()


def keys(delivered: Delivered) -> tuple[str, ...]:
    """一份许可一行。"""
    match delivered.event:
        case reliance.CertificateReused(licence_no=number):
            return (_stream(number),)
        case composite.Issued(components=parts):
            return tuple(_stream(one.licence_no) for one in parts)
        case _:
            return (delivered.stream,)


def _stream(number: LicenceNo) -> str:
    return approval.AGGREGATE.stream(number)


def react(rows: Rows, delivered: Delivered) -> Reaction:
    """记下谁依靠谁；许可有变的，逐件提醒、逐张调整。"""
    known = {key: _resting(rows, key) for key in keys(delivered)}
    match delivered.event:
        case reliance.CertificateReused():
            number = CaseNo(delivered.key)
            return _noted({key: _with_case(row, number) for key, row in known.items()})
        case composite.Issued():
            number_ = delivered.identity
            return _noted(
                {
                    key: replace(row, composites=(*row.composites, number_))
                    for key, row in known.items()
                }
            )
        case event:
            return Reaction(commands=_follow(known[delivered.stream], event, delivered))


def _resting(rows: Rows, key: str) -> Resting:
    row = rows.get(key)
    return unpack(row, Resting) if row else Resting()


def _with_case(row: Resting, number: CaseNo) -> Resting:
    return row if number in row.cases else replace(row, cases=(*row.cases, number))


def _noted(rows: dict[str, Resting]) -> Reaction:
    return Reaction({key: pack(row) for key, row in rows.items()})


def _follow(row: Resting, event: Event, delivered: Delivered) -> tuple[Command, ...]:
    number, source = LicenceNo(delivered.identity), delivered.entry.event_id
    adjusted = tuple(
        Command(f"adjust {one}", AdjustComposite(one, number, source), ACTOR)
        for one in row.composites
    )
    match event:
        case approval.RevocationReversed():
            acts = [(one, RestoreDependency(one, number, source)) for one in row.cases]
            mended = (Command(f"restore {one}", act, ACTOR, SETTLED) for one, act in acts)
            return (*adjusted, *mended)
        case _ if isinstance(event, ENDINGS):
            alarms = [(one, BreakDependency(one, number, source)) for one in row.cases]
            broken = (Command(f"break {one}", act, ACTOR, SETTLED) for one, act in alarms)
            return (*adjusted, *broken, *_proposed(event, number))
        case _:
            return adjusted


def _proposed(event: Event, number: LicenceNo) -> tuple[Command, ...]:
    """届满的，机器建议注销；注销仍由人决定。"""
    if not isinstance(event, approval.Expired):
        return ()
    act = ProposeDeregistration(number, approval.DeregistrationReason.EXPIRED)
    return (Command("propose", act, ACTOR, SETTLED),)


SUPERVISOR: Final = Supervisor(
    name=NAME,
    version=1,
    reads=names_of_kinds(READS),
    keys=keys,
    react=react,
)
