"""抽取的卷宗（ssj/audit/v2）：由计划与任务的事件写成，供不相信我们的人用 replay.py 复算。

Two stages: ``draw``, before the visits, says who is drawn and only commits to who goes; ``results``, afterwards,
opens that and says what became of each. Persons stand in it under their codes only; docs/draw.md has the format.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, Final

from domain import check_result, disclosure, inspection_plan, inspection_task
from domain.code_set import V1, CodeSetPublished
from domain.decider import Event
from domain.matching import Pair
from domain.observation import ExclusionMade
from domain.roster import ListedInspector, ListedObject
from domain.sampling import DrawInput
from domain.terms import HashName, Organ, SubjectId

FORMAT: Final = "ssj/audit/v2"


class Stage(StrEnum):
    """公布到了哪一步。"""

    DRAW = "draw"  # 抽取：派谁去只有承诺
    RESULTS = "results"  # 结果：派谁去已打开，各户有结果


class Status(StrEnum):
    """抽中的一户现在怎样。"""

    NO_TEAM = "NO_TEAM"  # 合格人员不足，没有派
    EXCLUDED = "EXCLUDED"  # 已排除
    PENDING = "PENDING"  # 尚未检查
    RECORDED = "RECORDED"  # 已检查，待复核
    RETURNED = "RETURNED"  # 复核退回，待重新录入
    REVIEWED = "REVIEWED"  # 复核同意，结果成立，还没有公开
    PUBLISHED = "PUBLISHED"  # 结果已公开
    UNNAMED = "UNNAMED"  # 结果已公开而不列名：自然人、个体户
    OVERTURNED = "OVERTURNED"  # 结果已推翻


OPEN: Final = frozenset({Status.PENDING, Status.RECORDED, Status.RETURNED})


class Unopened(Exception):  # noqa: N818 - an answer, not a fault
    """封存份额还没有开启：公布了也没有人能复算。"""

    def __init__(self, plan: inspection_plan.PlanRegistered) -> None:
        """``plan``: whose share it is."""
        super().__init__(plan.serial)
        self.plan = plan


class NotDrawn(Exception):  # noqa: N818 - an answer, not a fault
    """计划还没有抽取，或者已经作废：没有可以复算的结果。"""


@dataclass(frozen=True, slots=True)
class PlanLeaf:
    """计划登记在账本里的原文：由它重算计划叶，计划写了什么从此改不了。"""

    hash: HashName  # 账本的杂凑，不必是抽取的杂凑
    schema: str
    stream: str
    version: int
    prev_leaf_hash: bytes
    value: bytes

    def told(self) -> dict[str, Any]:
        """写进卷宗的样子。"""
        return {
            "hash": self.hash.lower(),
            "schema": self.schema,
            "stream": self.stream,
            "version": self.version,
            "prev_leaf_hash": self.prev_leaf_hash.hex(),
            "value": self.value.hex(),
        }


@dataclass(frozen=True, slots=True)
class Published:
    """一份可以公布的抽取：抽定的计划，承诺与份额，不列入名单的，各户的任务。"""

    plan_no: str
    leaf: PlanLeaf
    state: inspection_plan.Settled
    commitments: dict[Organ, str]
    shares: dict[Organ, str]
    left_out: tuple[ExclusionMade, ...] = ()
    tasks: Mapping[SubjectId, inspection_task.State] = field(default_factory=dict)
    codes: CodeSetPublished = V1  # 计划所用的结果代码集
    results: Mapping[SubjectId, check_result.State] = field(default_factory=dict)

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

    def subjects(self) -> list[SubjectId]:
        """抽中的与替补的，按抽取与替补的先后。"""
        return list(self.state.ever_drawn)

    def status(self, subject: SubjectId) -> Status:
        """这一户现在怎样。"""
        if inspection_plan.replacement(self.state, subject):
            return Status.EXCLUDED
        if subject not in inspection_plan.teams(self.state):
            return Status.NO_TEAM
        match self.tasks.get(subject):
            case inspection_task.Done():
                return Status.RECORDED
            case inspection_task.Returned():
                return Status.RETURNED
            case inspection_task.Agreed():
                return _reviewed(self.results.get(subject))
            case _:  # not yet assigned either: the machine is about to
                return Status.PENDING

    def stage(self, today: date) -> Stage:
        """各户都了结了，或者检查限期已过，即公布结果；此前只公布抽取。"""
        over = today > self.plan.inspect_by
        done = OPEN.isdisjoint(map(self.status, self.subjects()))
        return Stage.RESULTS if over or done else Stage.DRAW

    def audit(self, stage: Stage = Stage.RESULTS) -> dict[str, Any]:
        """卷宗。"""
        state, frozen = self.state, self.state.lists.frozen
        opened = stage is Stage.RESULTS
        commit = disclosure.pair_commitments(
            self.plan.hash, bytes.fromhex(state.result.seed), state.lists.inspectors
        )
        return {
            "format": FORMAT,
            "stage": stage,
            "plan_no": self.plan_no,
            "plan": _plan(self.plan),
            "plan_leaf": self.leaf.told(),
            "plan_leaf_hash": frozen.plan_leaf_hash,
            "as_of_size": frozen.as_of_size,
            "objects": [_object(one) for one in state.lists.objects],
            "object_root": frozen.object_root,
            "left_out": list(map(_left_out, self.left_out)),
            "inspectors": [_inspector(one) for one in state.lists.inspectors] if opened else None,
            "inspector_count": frozen.inspector_count,
            "inspector_root": frozen.inspector_root,
            "commitments": [
                {"office": one, "commitment": self.commitments[one]} for one in self.plan.offices
            ],
            "reveals": [
                {"office": one, "share": self.shares.get(one)} for one in self.plan.offices
            ],
            "public_value": state.value,
            "sealed_share": state.share,
            "seed": state.result.seed,
            "thresholds": list(self._thresholds()),
            "chosen": [asdict(one) for one in state.result.drawn],
            "pairs": [
                {"subject": one.subject, "commitment": commit(one)} | _people(one, opened=opened)
                for one in state.pairs
            ],
            "unmatched": list(state.unmatched),
            "replaced": [
                _replaced(one)
                | {"commitment": one.pair and commit(one.pair)}
                | _people(one.pair, opened=opened)
                for one in state.replaced
            ],
            "redrawn": [
                told | {"commitment": pair and commit(pair)} | _people(pair, opened=opened)
                for told, pair in _redrawn(state.changes, opened=opened)
            ],
            "code_set": {
                "code_set": self.codes.code_set,
                "title": self.codes.title,
                "codes": [
                    {"code": one.code, "name": one.name, "kind": one.kind}
                    for one in self.codes.codes
                ],
            },
            "results": list(map(self._result, self.subjects())) if opened else None,
        } | self._registers(opened=opened)

    def _registers(self, *, opened: bool) -> dict[str, Any]:
        """Only where there are any: a plan without them is told as it always was."""
        lists = self.state.lists
        told: dict[str, Any] = {}
        if (frozen := lists.recusals_frozen) is not None:
            told["recusals"] = {
                "count": frozen.recusal_count,
                "root": frozen.recusal_root,
                "listed": list(map(asdict, lists.recusals)) if opened else None,
            }
        if lists.reclassified:
            told["reclassified"] = [
                asdict(one) | {"changed_on": one.changed_on.isoformat()}
                for one in lists.reclassified
            ]
        return told

    def _thresholds(self) -> Sequence[dict[str, Any]]:
        """Of each stratum the largest ticket drawn: one hash tells anyone on which side an object is."""
        drawn, listed = self.state.result.drawn, self.state.lists.objects
        found = []
        for layer in self.plan.strata:
            tickets = [one.ticket for one in drawn if one.stratum == layer.name]
            count = sum(one.stratum == layer.name for one in listed)
            last = max(tickets, default=None)
            told = {"stratum": layer.name, "listed": count, "drawn": len(tickets), "last": last}
            found.append(told)
        return found

    def _result(self, subject: SubjectId) -> dict[str, Any]:
        """What a result says stands here only while it is published, with a name."""
        formed, status = self.results.get(subject), self.status(subject)
        told: dict[str, Any] = {"subject": subject, "status": status}
        if not isinstance(formed, check_result.Formed) or status is not Status.PUBLISHED:
            return told | {"codes": None, "performed_on": None}
        on = formed.formed.performed_on.isoformat()
        return told | {"codes": list(formed.latest.outcome.codes), "performed_on": on}


def _reviewed(result: check_result.State | None) -> Status:
    """How far the result has come that a review agreed to."""
    if not isinstance(result, check_result.Formed):
        return Status.REVIEWED
    if result.overturned is not None:
        return Status.OVERTURNED
    if result.published is None:
        return Status.REVIEWED
    return Status.PUBLISHED if result.published.holder else Status.UNNAMED


def read(
    plan_no: str,
    leaf: PlanLeaf,
    events: Sequence[Event],
    left_out: tuple[ExclusionMade, ...] = (),
    tasks: Mapping[SubjectId, inspection_task.State] | None = None,
    codes: CodeSetPublished = V1,
    results: Mapping[SubjectId, check_result.State] | None = None,
) -> Published:
    """由计划的事件读出。Raises :class:`NotDrawn`; :class:`Unopened` while the share is sealed."""
    state = inspection_plan.AGGREGATE.fold(events)
    if not isinstance(state, inspection_plan.Settled):
        raise NotDrawn(plan_no)
    if state.lists.plan.sealed_share_commitment is not None and state.share is None:
        raise Unopened(state.lists.plan)
    return Published(
        plan_no,
        leaf,
        state,
        {
            one.office: one.commitment
            for one in events
            if isinstance(one, inspection_plan.ShareCommitted)
        },
        {one.office: one.share for one in events if isinstance(one, inspection_plan.ShareRevealed)},
        left_out,
        tasks or {},
        codes,
        results or {},
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
        "public_value_at": _moment(plan.public_value_at),
        "value_format": plan.value_format,
        "fallback_source": plan.fallback_source,
        "fallback_at": plan.fallback_at and _moment(plan.fallback_at),
        "sealed_share_commitment": plan.sealed_share_commitment,
        "share_keepers": list(plan.share_keepers),
        "inspect_by": plan.inspect_by.isoformat(),
        "campaign": plan.campaign,
        "item_codes": list(plan.item_codes),
        "regions": list(plan.regions),
        "matters": list(plan.matters),
        "annual_plan_no": plan.annual_plan_no,
        "unplanned_reason": plan.unplanned_reason,
        "seed_plan_no": plan.seed_plan_no,
        "code_set": plan.code_set,
    }


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def _replaced(one: inspection_plan.ObjectReplaced) -> dict[str, Any]:
    """Whom, why, by which ticket; the officers who decided it are not needed."""
    return {
        "excluded": one.subject,
        "reason": one.reason,
        "evidence": [asdict(proof) for proof in one.evidence],
        "substitute": one.substitute and asdict(one.substitute),
    }


def _redrawn(
    changes: Iterable[inspection_plan.Change], *, opened: bool
) -> Iterator[tuple[dict[str, Any], Pair | None]]:
    """Who went, why, who could not; ``after``: how many replacements came before."""
    replaced = 0
    for one in changes:
        if isinstance(one, inspection_plan.ObjectReplaced):
            replaced += 1
            continue
        told = {
            "after": replaced,
            "subject": one.subject,
            "outgoing": one.outgoing if opened else None,
            "cause": one.cause,
            "passed_over": list(one.passed_over) if opened else None,
        }
        yield told, one.pair


def _people(pair: Pair | None, *, opened: bool) -> dict[str, Any]:
    return {"inspectors": list(pair.inspectors) if opened and pair else None}


def _left_out(one: ExclusionMade) -> dict[str, Any]:
    observed = [
        asdict(each) | {"valid_until": each.valid_until.isoformat()} for each in one.observed
    ]
    return {"subject": one.subject, "observed": observed}


def _object(one: ListedObject) -> dict[str, Any]:
    return asdict(one) | {"officers_involved": sorted(one.officers_involved)}


def _inspector(one: ListedInspector) -> dict[str, Any]:
    until = one.certificate_valid_to.isoformat()
    return asdict(one) | {"specialities": sorted(one.specialities), "certificate_valid_to": until}
