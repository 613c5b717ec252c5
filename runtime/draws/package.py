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

    @property
    def plan(self) -> inspection_plan.PlanRegistered:
        """登记的计划。"""
        return self.state.lists.plan

    def draw_input(self) -> DrawInput:
        """公开的输入：任何人用它复算种子与抽中的对象。"""
        return {
            "hash": self.plan.hash.lower(),
            "plan_leaf_hash": self.state.lists.frozen.plan_leaf_hash,
            "reveals": [self.shares.get(office) for office in self.plan.offices],
            "public_value": self.state.value,
            "sealed_share": self.state.share or "",
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
        state, frozen = self.state, self.state.lists.frozen
        return {
            "format": FORMAT,
            "plan_no": self.plan_no,
            "plan": _plan(self.plan),
            "plan_leaf_hash": frozen.plan_leaf_hash,
            "as_of_size": frozen.as_of_size,
            "objects": [_object(one) for one in state.lists.objects],
            "object_root": frozen.object_root,
            "inspectors": [_inspector(one) for one in state.lists.inspectors],
            "inspector_root": frozen.inspector_root,
            "commitments": [asdict(one) for one in self.commitments],
            "reveals": [
                {"office": one, "share": self.shares.get(one)} for one in self.plan.offices
            ],
            "public_value": state.value,
            "sealed_share": state.share,
            "seed": state.result.seed,
            "chosen": [asdict(one) for one in state.result.drawn],
            "pairs": [asdict(one) | {"inspectors": list(one.inspectors)} for one in state.pairs],
            "unmatched": list(state.unmatched),
            "replaced": list(map(_replaced, state.replaced)),
        }


def read(plan_no: str, events: Sequence[Event]) -> Published:
    """由计划的事件读出。Raises :class:`NotDrawn`; :class:`Unopened` while the share is sealed."""
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
    )


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
