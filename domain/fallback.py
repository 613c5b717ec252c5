"""替代来源（fallback）：说定的来源到时没有公布，才用登记时说定的另一处，两人记下。

A source that spoke late is not for the people to choose from: before the announced instant of the
fallback there is none, and once a value is recorded there is none either.
"""

from dataclasses import dataclass
from datetime import datetime

from domain import inspection_plan as plans
from domain.decider import Answer, Refused
from domain.refusals import Refusal
from domain.terms import Evidence, PersonId


@dataclass(frozen=True, slots=True)
class UseFallback:
    """记下替代来源的公开值。``at`` is aware."""

    value: str
    reason: str
    evidence: tuple[Evidence, ...]
    handler: PersonId
    second: PersonId
    at: datetime

    def decide(self, state: plans.State) -> Answer:
        """抽取人与见证人一起，在替代来源的时刻之后，说明理由、附来源没有公布的证据。"""
        match state:
            case plans.Closed(lists=lists):
                return self._fault(lists.plan) or self._used(lists.plan)
            case plans.Valued(value=known) | plans.Picked(value=known) | plans.Settled(value=known):
                if known == self.value:
                    return ()
                return Refused(Refusal.PLAN_VALUE_FIXED, {"value": known})
            case _:
                return plans.standing(state)

    def _used(self, plan: plans.PlanRegistered) -> Answer:
        used = plans.FallbackUsed(
            plan.fallback_source, self.reason, self.evidence, self.handler, self.second
        )
        return (used, plans.PublicValueFixed(self.value))

    def _fault(self, plan: plans.PlanRegistered) -> Refused | None:
        if plan.fallback_at is None:
            return Refused(Refusal.PLAN_NO_FALLBACK)
        if {self.handler, self.second} != {plan.runner, plan.witness}:
            return Refused(Refusal.PLAN_NOT_RUNNER, {"person": self.second})
        if self.at < plan.fallback_at:
            return Refused(Refusal.PLAN_FALLBACK_EARLY, {"at": plan.fallback_at.isoformat()})
        if not self.reason.strip():
            return Refused(Refusal.PLAN_NO_REASON)
        if not self.evidence:
            return Refused(Refusal.PLAN_NO_EVIDENCE)
        return plans.value_fault(plan, self.value, plan.fallback_at, self.at)
