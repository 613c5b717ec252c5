"""抽取的卷宗（ssj/audit/v1）：由计划的事件写成，供不相信我们的人用 replay.py 复算。

Persons stand in it under their codes only; the format and each step are in docs/draw.md.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from domain import inspection_plan
from domain.decider import Event
from domain.roster import ListedInspector, ListedObject
from domain.sampling import DrawInput
from domain.terms import Organ

FORMAT: Final = "ssj/audit/v1"


class Unopened(Exception):  # noqa: N818 - an answer, not a fault
    """封存份额还没有开启：公布了也没有人能复算。"""

    def __init__(self, plan: inspection_plan.PlanRegistered) -> None:
        """``plan``: whose share it is."""
        super().__init__(plan.serial)
        self.plan = plan


class NotDrawn(Exception):  # noqa: N818 - an answer, not a fault
    """计划还没有抽取，或者已经作废：没有可以复算的结果。"""


@dataclass(frozen=True, slots=True)
class Published:
    """一份可以公布的抽取：抽定的计划，各部门的承诺与揭示的份额。"""

    plan_no: str
    state: inspection_plan.Settled
    commitments: tuple[inspection_plan.ShareCommitted, ...]
    shares: dict[Organ, str]
    lead: "Published | None" = None  # 联合抽查：种子是这一份的

    @property
    def plan(self) -> inspection_plan.PlanRegistered:
        """登记的计划。"""
        return self.state.lists.plan

    @property
    def seeded(self) -> "Published":
        """种子出自哪一份：联合抽查的是牵头的，其余是自己的。"""
        return self.lead or self

    def draw_input(self) -> DrawInput:
        """公开的输入：任何人用它复算种子与抽中的对象。"""
        seeded = self.seeded
        return {
            "hash": self.plan.hash.lower(),
            "plan_leaf_hash": seeded.state.lists.frozen.plan_leaf_hash,
            "reveals": [seeded.shares.get(office) for office in self.plan.offices],
            "public_value": seeded.state.value,
            "sealed_share": seeded.state.share or "",
            "strata": [
                {
                    "name": layer.name,
                    "objects": [
                        one.subject for one in self.state.lists.objects if one.stratum == layer.name
                    ],
                    "ratio_bp": layer.basis_points,
                    "floor": layer.floor,
                }
                for layer in self.plan.strata
            ],
        }

    def audit(self) -> dict[str, Any]:
        """卷宗。"""
        state, frozen, seeded = self.state, self.state.lists.frozen, self.seeded
        return {
            "format": FORMAT,
            "plan_no": self.plan_no,
            "plan": _plan(self.plan),
            "plan_leaf_hash": frozen.plan_leaf_hash,
            "lead": self.lead and _lead(self.lead),
            "as_of_size": frozen.as_of_size,
            "objects": [_object(one) for one in state.lists.objects],
            "object_root": frozen.object_root,
            "inspectors": [_inspector(one) for one in state.lists.inspectors],
            "inspector_root": frozen.inspector_root,
            "commitments": [asdict(one) for one in seeded.commitments],
            "reveals": [
                {"office": one, "share": seeded.shares.get(one)} for one in self.plan.offices
            ],
            "public_value": seeded.state.value,
            "sealed_share": seeded.state.share,
            "seed": state.result.seed,
            "chosen": [asdict(one) for one in state.result.drawn],
            "pairs": [asdict(one) | {"inspectors": list(one.inspectors)} for one in state.pairs],
            "unmatched": list(state.unmatched),
            "replaced": list(map(_replaced, state.replaced)),
        }


def lead_of(events: Sequence[Event]) -> str | None:
    """联合抽查的，用的是哪一份计划的种子；自有种子的没有。"""
    plan = inspection_plan.plan_of(inspection_plan.AGGREGATE.fold(events))
    return None if plan is None else plan.seed_plan_no


def read(plan_no: str, events: Sequence[Event], lead: Published | None = None) -> Published:
    """由计划的事件读出。Raises :class:`NotDrawn`; :class:`Unopened` while the share is sealed.

    ``lead`` is the plan whose seed it shares, read before it.
    """
    state = inspection_plan.AGGREGATE.fold(events)
    if not isinstance(state, inspection_plan.Settled):
        raise NotDrawn(plan_no)
    if state.lists.plan.sealed_share_commitment is not None and state.share is None:
        raise Unopened(state.lists.plan)
    return Published(
        plan_no,
        state,
        tuple(one for one in events if isinstance(one, inspection_plan.ShareCommitted)),
        {one.office: one.share for one in events if isinstance(one, inspection_plan.ShareRevealed)},
        lead,
    )


def _lead(lead: Published) -> dict[str, Any]:
    """What of the lead enters the seed, besides the shares and the public value."""
    return {
        "plan_no": lead.plan_no,
        "plan_leaf_hash": lead.state.lists.frozen.plan_leaf_hash,
        "sealed_share_commitment": lead.plan.sealed_share_commitment,
    }


def _plan(plan: inspection_plan.PlanRegistered) -> dict[str, Any]:
    """What was promised before any seed; the officers who run and witness it are not needed."""
    return {
        "serial": plan.serial,
        "title": plan.title,
        "department": plan.department,
        "algorithm": plan.algorithm,
        "hash": plan.hash.lower(),
        "strata": [
            {"name": one.name, "ratio_bp": one.basis_points, "floor": one.floor}
            for one in plan.strata
        ],
        "offices": list(plan.offices),
        "public_source": plan.public_source,
        "public_value_at": plan.public_value_at.isoformat(),
        "sealed_share_commitment": plan.sealed_share_commitment,
        "inspect_by": plan.inspect_by.isoformat(),
        "campaign": plan.campaign,
        "item_codes": list(plan.item_codes),
        "regions": list(plan.regions),
        "seed_plan_no": plan.seed_plan_no,
    }


def _replaced(one: inspection_plan.ObjectReplaced) -> dict[str, Any]:
    """Whom, why, by which ticket and whom to send; the officers who decided it are not needed."""
    return {
        "excluded": one.subject,
        "reason": one.reason,
        "evidence": [asdict(proof) for proof in one.evidence],
        "substitute": one.substitute and asdict(one.substitute),
        "inspectors": one.pair and list(one.pair.inspectors),
    }


def _object(one: ListedObject) -> dict[str, Any]:
    return asdict(one) | {"officers_involved": list(one.officers_involved)}


def _inspector(one: ListedInspector) -> dict[str, Any]:
    until = one.certificate_valid_to.isoformat()
    return asdict(one) | {"specialities": list(one.specialities), "certificate_valid_to": until}
