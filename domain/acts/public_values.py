"""公开值的办理：来源到时没有公布的，改用登记时说定的替代来源。"""

from dataclasses import dataclass
from typing import TypeAlias

from domain import inspection_plan
from domain.acts.base import Desk, handles, write
from domain.acts.inspections import on_duty
from domain.decider import Decision, Refused
from domain.fallback import UseFallback
from domain.terms import Evidence, OfficerId


@dataclass(frozen=True, slots=True)
class UseFallbackValue:
    """记下替代来源的公开值：抽取人与见证人一起，附来源没有公布的证据。"""

    plan_no: str
    value: str
    reason: str
    evidence: tuple[Evidence, ...]
    second: OfficerId


PublicValueAct: TypeAlias = UseFallbackValue


@handles(UseFallbackValue)
def use_fallback_value(act: UseFallbackValue, desk: Desk) -> Decision:
    """由抽取人或见证人办，另一人同意。"""
    second = on_duty(desk, act.second)
    if isinstance(second, Refused):
        return second
    command = UseFallback(act.value, act.reason, act.evidence, desk.handler, second, desk.at)
    outcome = command.decide(desk.load(inspection_plan.AGGREGATE, act.plan_no))
    return write(inspection_plan.AGGREGATE, act.plan_no, act.plan_no, outcome)
