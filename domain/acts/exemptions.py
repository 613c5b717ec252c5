"""低风险豁免的办理：筛查、登记、终止。"""

from dataclasses import dataclass
from typing import Final, TypeAlias

from domain import exemption
from domain.acts.base import Desk, handles, write
from domain.acts.listed import in_force, list_rule
from domain.acts.lookups import ITEM, edition, item_rule, not_in_force, outside
from domain.catalogue import version_on
from domain.decider import Decision, Refused
from domain.exemption import EndReason, Finding
from domain.lists import ListKind, VersionPublished, holds
from domain.refusals import Refusal
from domain.terms import ItemCode, SubjectId


@dataclass(frozen=True, slots=True)
class ScreenExemption:
    """筛查一个项目能否豁免：八项风险逐项写明。"""

    exemption_no: str
    item_code: ItemCode
    subject: SubjectId
    project: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class RegisterExemption:
    """豁免登记：由筛查人以外的人决定；监管部门随即得知。"""

    exemption_no: str
    document_no: str


@dataclass(frozen=True, slots=True)
class EndExemption:
    """终止豁免，说明理由。"""

    exemption_no: str
    reason: EndReason
    explanation: str


ExemptionAct: TypeAlias = ScreenExemption | RegisterExemption | EndExemption


# -- handlers

EXEMPTION: Final = exemption.AGGREGATE


@handles(ScreenExemption)
def screen_exemption(act: ScreenExemption, desk: Desk) -> Decision:
    """筛查：依今日有效的豁免制清单，由审批机关的审核人办。"""
    item = version_on(desk.load(ITEM, act.item_code), desk.today)
    if item is None:
        return not_in_force(desk, act.item_code, desk.today)
    refusal = outside(desk, item.approving_body)
    if refusal is not None:
        return refusal
    version = in_force(desk, ListKind.EXEMPTION, desk.today)
    if not isinstance(version, VersionPublished):
        return Refused(Refusal.EXEMPTION_NOT_LISTED, {"item_code": act.item_code})
    fact = exemption.Screened(
        item_code=act.item_code,
        item_version=item.version,
        list_version=version.version,
        list_basis=version.legal_basis,
        subject=act.subject,
        project=act.project,
        findings=act.findings,
        exempt=False,
        handler=desk.handler,
    )
    command = exemption.Screen(fact, holds(version, act.item_code))
    answer = exemption.decide(desk.load(EXEMPTION, act.exemption_no), command)
    rules = (item_rule(act.item_code, item), list_rule(ListKind.EXEMPTION, version))
    return write(EXEMPTION, act.exemption_no, act.exemption_no, answer, rules=rules)


@handles(RegisterExemption)
def register_exemption(act: RegisterExemption, desk: Desk) -> Decision:
    """豁免登记，由审批机关的决定人办。"""
    state = desk.load(EXEMPTION, act.exemption_no)
    if isinstance(state, exemption.Nothing):
        return exemption.standing(state)
    item = edition(desk, state.screened.item_code, state.screened.item_version)
    command = exemption.Register(act.document_no, item.supervising_bodies, desk.today, desk.handler)
    answer = outside(desk, item.approving_body) or exemption.decide(state, command)
    return write(EXEMPTION, act.exemption_no, act.exemption_no, answer)


@handles(EndExemption)
def end_exemption(act: EndExemption, desk: Desk) -> Decision:
    """终止豁免，由审批机关的决定人办。"""
    state = desk.load(EXEMPTION, act.exemption_no)
    if isinstance(state, exemption.Nothing):
        return exemption.standing(state)
    item = edition(desk, state.screened.item_code, state.screened.item_version)
    command = exemption.End(act.reason, act.explanation, desk.today, desk.handler)
    answer = outside(desk, item.approving_body) or exemption.decide(state, command)
    return write(EXEMPTION, act.exemption_no, act.exemption_no, answer)
