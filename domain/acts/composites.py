"""一业一证的办理：颁发综合证，随各项许可同步调整（机制 49）。"""

from dataclasses import dataclass
from typing import Final, TypeAlias

from domain import composite
from domain.acts.base import Desk, handles, write
from domain.acts.licences import in_force, known_licence
from domain.approval import InForce
from domain.composite import Component
from domain.decider import Decision, Refused
from domain.refusals import Refusal
from domain.terms import LicenceNo


@dataclass(frozen=True, slots=True)
class IssueComposite:
    """把同一持有人的若干项有效许可，载明在一张综合许可证上。"""

    composite_no: str
    industry: str
    licence_nos: tuple[LicenceNo, ...]
    document_no: str


@dataclass(frozen=True, slots=True)
class AdjustComposite:
    """机器：所载的一项许可终结、恢复、延续或变更了。"""

    composite_no: str
    licence_no: LicenceNo
    source_event: str


CompositeAct: TypeAlias = IssueComposite | AdjustComposite


# -- handlers

COMPOSITE: Final = composite.AGGREGATE


@handles(IssueComposite)
def issue_composite(act: IssueComposite, desk: Desk) -> Decision:
    """各项此刻有效、同属一个持有人；各项许可的案卷一字不改。"""
    found: list[InForce] = []
    for number in act.licence_nos:
        state = in_force(desk, number)
        if isinstance(state, Refused):
            return state
        found.append(state)
    holders = tuple(dict.fromkeys(one.granted.holder for one in found))
    if len(holders) > 1:
        return Refused(Refusal.COMPOSITE_OTHER_HOLDER, {"holders": "、".join(holders)})
    if not holders:
        return Refused(Refusal.COMPOSITE_TOO_FEW)
    fact = composite.Issued(
        industry=act.industry,
        holder=holders[0],
        components=tuple(map(_component, act.licence_nos, found)),
        valid_to=None,
        organ=desk.actor.in_name_of,
        document_no=act.document_no,
        issued_on=desk.today,
        handler=desk.handler,
    )
    answer = composite.decide(desk.load(COMPOSITE, act.composite_no), composite.Issue(fact))
    return write(COMPOSITE, act.composite_no, act.composite_no, answer)


def _component(licence_no: LicenceNo, state: InForce) -> Component:
    granted = state.granted
    return Component(licence_no, granted.item_code, granted.approving_body, state.valid_to)


@handles(AdjustComposite)
def adjust_composite(act: AdjustComposite, desk: Desk) -> Decision:
    """以账上这项许可的现状为准。"""
    licence = known_licence(desk, act.licence_no)
    if isinstance(licence, Refused):
        return licence
    now = _component(act.licence_no, licence) if isinstance(licence, InForce) else None
    command = composite.Adjust(act.licence_no, now, act.source_event)
    answer = composite.decide(desk.load(COMPOSITE, act.composite_no), command)
    return write(COMPOSITE, act.composite_no, act.composite_no, answer)
