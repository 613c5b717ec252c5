"""联合抽查（joint draw）：几个部门的计划共用一个种子，进一次门、查多项事。

A follower has its own list, strata and inspectors, and no seed of its own: its draw is decided when
the lead's is. Whoever is on both lists holds the same ticket in both (trust.md B.4).
"""

from dataclasses import dataclass
from typing import Final

from domain.decider import Answer, Refused
from domain.inspection_plan import (
    Annulled,
    Frozen,
    LeadFell,
    Nothing,
    Picked,
    PlanJoined,
    PlanRegistered,
    Registered,
    Seeded,
    SeedShared,
    Settled,
    State,
    Voided,
    drawn,
    plan_of,
    standing,
    unplanned,
)
from domain.refusals import Refusal

# What makes the seed must be the lead's to the letter: else it would be another draw.
SEED_TERMS: Final = (
    "hash",
    "offices",
    "public_source",
    "public_value_at",
    "value_format",
    "fallback_source",
    "fallback_at",
)


@dataclass(frozen=True, slots=True)
class Join:
    """在牵头计划里记下共用其种子的一份。``follower`` 是那一份要登记的内容。"""

    fact: PlanJoined
    follower: PlanRegistered

    def decide(self, state: State) -> Answer:
        """牵头的承诺齐备之前加入；种子怎么来，两份写得一样；封存份额只由牵头的封存。"""
        lead = plan_of(state)
        facts = {"seed_plan_no": self.follower.seed_plan_no or ""}
        if lead is None:
            return Refused(Refusal.PLAN_LEAD_UNKNOWN, facts)
        if self.fact in joined(state):
            return ()
        if lead.seed_plan_no is not None:
            return Refused(Refusal.PLAN_LEAD_FOLLOWS, {"seed_plan_no": lead.seed_plan_no})
        if isinstance(state, Annulled | Voided):
            return standing(state)
        if not isinstance(state, Registered | Frozen):
            return Refused(Refusal.PLAN_LEAD_LATE, facts)
        if other := self._other_terms(lead):
            return Refused(Refusal.PLAN_LEAD_DIFFERS, {**facts, "terms": "、".join(other)})
        return (self.fact,)

    def _other_terms(self, lead: PlanRegistered) -> tuple[str, ...]:
        other = [one for one in SEED_TERMS if getattr(self.follower, one) != getattr(lead, one)]
        if self.follower.sealed_share_commitment or self.follower.share_keepers:
            other.append("sealed_share_commitment")
        if unplanned(self.follower):  # its list would wait for the approval, perhaps past the seed
            other.append("unplanned_reason")
        return tuple(other)


def joined(state: State) -> tuple[PlanJoined, ...]:
    """共用这份计划种子的各份，依加入的先后。"""
    match state:
        case Registered(joined=those):
            return those
        case Nothing() | Annulled() | Voided():
            return ()
        case _:
            return state.lists.joined


@dataclass(frozen=True, slots=True)
class TakeSeed:
    """牵头的抽了，共用其种子的随之抽。``lead`` 是牵头计划的现状，同一道命令里读的。"""

    lead: State

    def decide(self, state: State) -> Answer:
        """名单早已是登记之时的；种子一到，抽中谁、派谁去就都定了。"""
        match state:
            case Frozen(lists=lists) if lists.plan.seed_plan_no is not None:
                lead = self.lead
                if not isinstance(lead, Settled):
                    return standing(state)
                seed = lead.result.seed
                shared = SeedShared(lists.plan.seed_plan_no, lead.value, seed)
                return (shared, *drawn(lists, bytes.fromhex(seed)))
            case Settled(lists=lists) | Seeded(lists=lists) | Picked(lists=lists) if (
                lists.plan.seed_plan_no is not None
            ):
                return ()
            case Nothing() | Registered() | Annulled() | Voided():
                return standing(state)
            case _:
                return Refused(Refusal.PLAN_NO_LEAD)


@dataclass(frozen=True, slots=True)
class Fall:
    """牵头的作废、失效了，共用其种子的随之不作数。``lead`` 同上。"""

    lead: State

    def decide(self, state: State) -> Answer:
        """另行登记一份，公开地重来；已经不作数的无事可办。"""
        plan = plan_of(state)
        if plan is None:
            return standing(state)
        if plan.seed_plan_no is None:
            return Refused(Refusal.PLAN_NO_LEAD)
        if isinstance(state, Annulled | Voided):
            return ()
        if not isinstance(self.lead, Annulled | Voided):
            return Refused(Refusal.PLAN_LEAD_STANDS, {"seed_plan_no": plan.seed_plan_no})
        return (LeadFell(plan.seed_plan_no),)
