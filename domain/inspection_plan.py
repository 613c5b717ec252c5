"""检查计划（plan）：登记 → 冻结名单 → 种子 → 抽取 → 配对，双随机 v1。

States are named as in the draw protocol 双随机 v1 (trust.md B). A plan runs one way and draws once;
who does not like the result has only the annulment, which is public and needs two people.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import zip_longest
from typing import ClassVar, Final, TypeAlias, TypeVar

from domain import matching, roster, sampling
from domain.decider import Aggregate, Answer, Event, ImpossibleHistory, Refused
from domain.matching import Pair as Pair
from domain.refusals import Refusal
from domain.roster import ClassChange as ClassChange
from domain.roster import ListedInspector as ListedInspector
from domain.roster import ListedObject as ListedObject
from domain.roster import ListedRecusal as ListedRecusal
from domain.sampling import DrawnObject as DrawnObject
from domain.sampling import Stratum as Stratum
from domain.terms import (
    Evidence,
    HashName,
    ItemCode,
    Organ,
    PersonId,
    SubjectId,
    beijing_day,
)

T = TypeVar("T")


class CampaignKind(StrEnum):
    """抽查的种类。"""

    UNDIRECTED = "UNDIRECTED"  # 不定向
    DIRECTED = "DIRECTED"  # 定向


class ExclusionReason(StrEnum):
    """抽中而不检查的缘由，只有这几种。"""

    CAP_REACHED = "CAP_REACHED"  # 已达年度检查次数上限
    MERGED = "MERGED"  # 已并入联合检查
    STATUS_ENDED = "STATUS_ENDED"  # 主体或者许可已终止


class RedrawCause(StrEnum):
    """更换一名检查人员的缘由，只有这几种。"""

    RECUSED = "RECUSED"  # 决定回避
    LEFT = "LEFT"  # 离岗
    CERTIFICATE_EXPIRED = "CERTIFICATE_EXPIRED"  # 执法证件失效


# -- events


@dataclass(frozen=True, slots=True)
class PlanRegistered(Event):
    """计划登记。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2015-58", "yhyshj:54")
    serial: int
    title: str
    department: Organ
    algorithm: str  # ssj/v1
    hash: HashName
    strata: tuple[Stratum, ...]
    offices: tuple[Organ, ...]  # 提交种子份额的部门，至少三家
    public_source: str
    public_value_at: datetime
    sealed_share_commitment: str | None  # 空：公开方式
    inspect_by: date
    runner: PersonId
    witness: PersonId
    campaign: CampaignKind = CampaignKind.UNDIRECTED
    item_codes: tuple[ItemCode, ...] = ()  # 定向：只列这些事项的许可；空为不限
    regions: tuple[str, ...] = ()  # 定向：只列这些片区；空为不限
    matters: tuple[str, ...] = ()  # 抽查事项清单中的编号
    annual_plan_no: str | None = None  # 年度计划；空为计划外
    unplanned_reason: str = ""  # 计划外的缘由
    seed_plan_no: str | None = None  # 联合抽查：用这份计划的种子；空为自有
    code_set: str = "v1"  # 检查结果代码集
    value_format: str = ""  # 公开值的写法；空为来源中写明
    fallback_source: str = ""  # 来源到时没有公布的，改用何处
    fallback_at: datetime | None = None  # 替代来源公布的时刻
    share_keepers: tuple[Organ, ...] = ()  # 封存份额托管于哪三家；空为自行保管


@dataclass(frozen=True, slots=True)
class PlanApproved(Event):
    """计划外的抽查由负责人批准。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2024-54",)
    document_no: str
    handler: PersonId


@dataclass(frozen=True, slots=True)
class ObjectsListed(Event):
    """名单分段。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2015-58",)
    chunk: int
    objects: tuple[ListedObject, ...]


@dataclass(frozen=True, slots=True)
class InspectorsListed(Event):
    """检查人员名单分段。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2015-58",)
    chunk: int
    inspectors: tuple[ListedInspector, ...]


@dataclass(frozen=True, slots=True)
class RecusalsListed(Event):
    """回避名单分段：检查人员申明的，已并入各户的不得检查的人。"""

    BASIS: ClassVar[tuple[str, ...]] = ("cff:43", "gbf2015-58")
    chunk: int
    recusals: tuple[ListedRecusal, ...]


@dataclass(frozen=True, slots=True)
class RecusalsFrozen(Event):
    """回避名单冻结；没有一项的，没有此件。"""

    BASIS: ClassVar[tuple[str, ...]] = ("cff:43", "gbf2015-58")
    recusal_count: int
    recusal_root: str


@dataclass(frozen=True, slots=True)
class ReclassificationsListed(Event):
    """近三十日等级变更分段；没有变的，没有此件。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gsjxf2022-6", "gbf2015-58")
    chunk: int
    since: date
    changes: tuple[ClassChange, ...]


@dataclass(frozen=True, slots=True)
class ListsFrozen(Event):
    """名单冻结。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2015-58",)
    as_of_size: int
    object_count: int
    object_root: str
    inspector_count: int
    inspector_root: str
    plan_leaf_hash: str  # 计划登记事件的叶杂凑，入种子


@dataclass(frozen=True, slots=True)
class ShareCommitted(Event):
    """部门提交份额承诺。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2015-58",)
    office: Organ
    commitment: str


@dataclass(frozen=True, slots=True)
class CommitsIn(Event):
    """承诺齐备。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2015-58",)
    offices: tuple[Organ, ...]


@dataclass(frozen=True, slots=True)
class ShareRevealed(Event):
    """部门揭示份额。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2015-58",)
    office: Organ
    share: str


@dataclass(frozen=True, slots=True)
class RevealsClosed(Event):
    """揭示截止；未揭示者按全零计并公开。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2015-58",)
    withheld: tuple[Organ, ...]


@dataclass(frozen=True, slots=True)
class PublicValueFixed(Event):
    """公开值确定。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2015-58",)
    value: str


@dataclass(frozen=True, slots=True)
class Drawn(Event):
    """抽取对象。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2015-58", "yhyshj:54")
    seed: str
    drawn: tuple[DrawnObject, ...]


@dataclass(frozen=True, slots=True)
class MoreDrawn(Event):
    """抽取对象续段：一个事件装不下的，接着抽签号的次序。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2015-58", "yhyshj:54")
    chunk: int
    drawn: tuple[DrawnObject, ...]


@dataclass(frozen=True, slots=True)
class MoreMatched(Event):
    """配对分段：末段是 ``Matched``，它来了配对才算完。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2015-58", "cff:42")
    chunk: int
    pairs: tuple[Pair, ...]
    unmatched: tuple[SubjectId, ...]


@dataclass(frozen=True, slots=True)
class Matched(Event):
    """抽取检查人员。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2015-58", "cff:42")
    pairs: tuple[Pair, ...]
    unmatched: tuple[SubjectId, ...]  # 合格人员不足，须扩充名库，不得一人检查


@dataclass(frozen=True, slots=True)
class PlanAnnulled(Event):
    """计划作废（须第二人）。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2015-58",)
    reason: str
    handler: PersonId
    second: PersonId


@dataclass(frozen=True, slots=True)
class SealedShareOpened(Event):
    """封存份额开启：公布之时，从此人人可以复算。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2015-58",)
    share: str
    handler: PersonId


@dataclass(frozen=True, slots=True)
class PlanVoided(Event):
    """计划失效：封存份额到公布期限没有开启。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2015-58",)
    due_on: date


@dataclass(frozen=True, slots=True)
class ObjectReplaced(Event):
    """抽中的对象排除，由同层的下一签替补（须第二人）。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2015-58",)
    subject: SubjectId
    reason: ExclusionReason
    evidence: tuple[Evidence, ...]
    substitute: DrawnObject | None  # 空：该层没有下一签
    pair: Pair | None  # 空：没有替补，或者合格人员不足
    handler: PersonId
    second: PersonId


@dataclass(frozen=True, slots=True)
class InspectorRedrawn(Event):
    """更换一名检查人员：接替的是这一户的序号里下一个能去的人。"""

    BASIS: ClassVar[tuple[str, ...]] = ("cff:43", "cff:42", "gbf2015-58")
    subject: SubjectId
    outgoing: PersonId
    cause: RedrawCause
    reference: str  # 回避决定的案卷，或者离岗、证件失效的凭据
    passed_over: tuple[PersonId, ...]  # 排在接替的人前面，此日不能执法的
    pair: Pair | None  # 空：合格人员不足，绝不由一人检查
    handler: PersonId
    second: PersonId | None  # 空：回避由负责人决定


PlanEvent: TypeAlias = (
    PlanRegistered
    | PlanApproved
    | ObjectsListed
    | InspectorsListed
    | RecusalsListed
    | RecusalsFrozen
    | ReclassificationsListed
    | ListsFrozen
    | ShareCommitted
    | CommitsIn
    | ShareRevealed
    | RevealsClosed
    | PublicValueFixed
    | Drawn
    | MoreDrawn
    | MoreMatched
    | Matched
    | PlanAnnulled
    | SealedShareOpened
    | PlanVoided
    | ObjectReplaced
    | InspectorRedrawn
)

Change: TypeAlias = ObjectReplaced | InspectorRedrawn


# -- limits


OFFICES: Final = 3  # 提交种子份额的部门至少三家


CHUNK: Final = 100  # 名单分段，每段须装进一个事件


DRAWN_CHUNK: Final = 500  # 抽取结果的分段，同上


DRAW_WITHIN: Final = timedelta(days=10)  # 公开值产生之后十日内抽取，不抽的公开作废


OPEN_WITHIN: Final = timedelta(days=30)  # 封存份额的开启：检查限期起三十日内


# -- state


@dataclass(frozen=True, slots=True)
class Nothing:
    """尚未登记。"""


@dataclass(frozen=True, slots=True)
class Registered:
    """已登记；名单正在列入。"""

    plan: PlanRegistered
    objects: tuple[ListedObject, ...] = ()
    inspectors: tuple[ListedInspector, ...] = ()
    recusals: tuple[ListedRecusal, ...] = ()
    recusals_frozen: RecusalsFrozen | None = None
    reclassified: tuple[ClassChange, ...] = ()
    approved: PlanApproved | None = None

    @property
    def awaits_approval(self) -> bool:
        """计划外的，负责人还没有批准。"""
        return unplanned(self.plan) and self.approved is None


@dataclass(frozen=True, slots=True)
class Lists:
    """冻结的名单与它的计划，此后不变。"""

    plan: PlanRegistered
    objects: tuple[ListedObject, ...]
    inspectors: tuple[ListedInspector, ...]
    frozen: ListsFrozen
    recusals: tuple[ListedRecusal, ...] = ()
    recusals_frozen: RecusalsFrozen | None = None
    reclassified: tuple[ClassChange, ...] = ()


@dataclass(frozen=True, slots=True)
class Frozen:
    """名单已冻结，各部门正在提交承诺。"""

    lists: Lists
    commitments: tuple[ShareCommitted, ...] = ()


@dataclass(frozen=True, slots=True)
class Committed:
    """承诺齐备，各部门正在揭示。"""

    lists: Lists
    commitments: tuple[ShareCommitted, ...]
    reveals: tuple[ShareRevealed, ...] = ()


@dataclass(frozen=True, slots=True)
class Closed:
    """揭示截止，等候公开值。"""

    lists: Lists
    reveals: tuple[ShareRevealed, ...]


@dataclass(frozen=True, slots=True)
class Valued:
    """公开值已定，种子从此可算。"""

    lists: Lists
    reveals: tuple[ShareRevealed, ...]
    value: str


@dataclass(frozen=True, slots=True)
class Picked:
    """对象已抽出；配对在同一次入账中随即记下。"""

    lists: Lists
    value: str
    result: Drawn
    pairs: tuple[Pair, ...] = ()
    unmatched: tuple[SubjectId, ...] = ()


@dataclass(frozen=True, slots=True)
class Settled:
    """对象与检查人员都已抽定；``result`` 是各段合起来的，``share`` 是开启了的封存份额。"""

    lists: Lists
    value: str
    result: Drawn
    pairs: tuple[Pair, ...]
    unmatched: tuple[SubjectId, ...]
    share: str | None = None
    changes: tuple[Change, ...] = ()

    @property
    def replaced(self) -> tuple[ObjectReplaced, ...]:
        """各次排除，依次。"""
        return tuple(one for one in self.changes if isinstance(one, ObjectReplaced))

    @property
    def ever_drawn(self) -> dict[SubjectId, DrawnObject]:
        """抽中过的与替补过的，连同已排除的。"""
        later = (one.substitute for one in self.replaced if one.substitute is not None)
        return {one.subject: one for one in (*self.result.drawn, *later)}


@dataclass(frozen=True, slots=True)
class Annulled:
    """已作废；原名单与结果仍公开。"""

    plan: PlanRegistered
    annulment: PlanAnnulled


@dataclass(frozen=True, slots=True)
class Voided:
    """已失效；须另行登记一份，公开地重来。"""

    plan: PlanRegistered
    voiding: PlanVoided


Running: TypeAlias = Frozen | Committed | Closed | Valued | Picked | Settled


State: TypeAlias = Nothing | Registered | Running | Annulled | Voided


def plan_number(serial: int) -> str:
    """计划编号由连续序号而来，例如 ``000001``：不能有人另起一号。"""
    return f"{serial:06d}"


def unplanned(plan: PlanRegistered) -> bool:
    """年度计划之外、写明了缘由的。"""
    return plan.annual_plan_no is None and bool(plan.unplanned_reason.strip())


def plan_of(state: State) -> PlanRegistered | None:
    """登记的计划；尚未登记的没有。"""
    match state:
        case Nothing():
            return None
        case Registered(plan=plan) | Annulled(plan=plan) | Voided(plan=plan):
            return plan
        case _:
            return state.lists.plan


_AWAITS: Final[dict[type, Refusal]] = {
    Registered: Refusal.PLAN_AWAITS_LISTS,
    Frozen: Refusal.PLAN_AWAITS_COMMITMENTS,
    Committed: Refusal.PLAN_AWAITS_REVEALS,
    Closed: Refusal.PLAN_AWAITS_VALUE,
    Valued: Refusal.PLAN_AWAITS_DRAW,
    Picked: Refusal.PLAN_AWAITS_DRAW,
    Settled: Refusal.PLAN_DRAWN,
}


def standing(state: State) -> Refused:
    """计划现在到了哪一步，因此此事不能办。"""
    match state:
        case Nothing():
            return Refused(Refusal.PLAN_NOT_FOUND)
        case Annulled(annulment=annulment):
            return Refused(Refusal.PLAN_ANNULLED, {"second": annulment.second})
        case Voided(voiding=voiding):
            return Refused(Refusal.PLAN_VOIDED, {"due_on": str(voiding.due_on)})
        case Registered(awaits_approval=True):
            return Refused(Refusal.PLAN_AWAITS_APPROVAL)
        case _:
            return Refused(_AWAITS[type(state)])


# -- commands: each decides for itself; `decide` below is their common door


@dataclass(frozen=True, slots=True)
class Register:
    """登记计划。``pool`` 是抽取人与见证人中在检查人员名录里的人。"""

    fact: PlanRegistered
    at: datetime
    pool: tuple[PersonId, ...]

    def decide(self, state: State) -> Answer:
        """日程在前，种子在后；抽取人与见证人不同，且都不在检查人员之列（SD9）。"""
        known = plan_of(state)
        if known == self.fact:
            return ()
        if known is not None:
            return Refused(Refusal.PLAN_EXISTS, {"serial": str(known.serial)})
        return self._fault() or (self.fact,)

    def _fault(self) -> Refused | None:
        fact = self.fact
        if fact.runner == fact.witness:
            return Refused(Refusal.PLAN_SAME_PERSON, {"person": fact.runner})
        if self.pool:
            return Refused(Refusal.PLAN_IN_POOL, {"persons": "、".join(sorted(self.pool))})
        if len(set(fact.offices)) != len(fact.offices) or len(fact.offices) < OFFICES:
            return Refused(Refusal.PLAN_OFFICES, {"offices": str(len(set(fact.offices)))})
        if not sampling.strata_sound(fact.strata):
            return Refused(Refusal.PLAN_STRATA)
        if fact.sealed_share_commitment is not None and not _is_hash(fact.sealed_share_commitment):
            return Refused(Refusal.PLAN_COMMITMENT, {"office": fact.department})
        if (
            not self.at < fact.public_value_at
            or beijing_day(fact.public_value_at) > fact.inspect_by
        ):
            facts = {"at": fact.public_value_at.isoformat(), "inspect_by": str(fact.inspect_by)}
            return Refused(Refusal.PLAN_TIMES, facts)
        return _scope_fault(fact)


def _scope_fault(fact: PlanRegistered) -> Refused | None:
    """定向的写明范围，不定向的不设范围：否则名单可以随意收窄。"""
    scoped = bool(fact.item_codes or fact.regions)
    if scoped is not (fact.campaign is CampaignKind.DIRECTED):
        return Refused(Refusal.PLAN_UNSCOPED if not scoped else Refusal.PLAN_SCOPED)
    return None


@dataclass(frozen=True, slots=True)
class Approve:
    """负责人批准计划外的抽查。"""

    fact: PlanApproved

    def decide(self, state: State) -> Answer:
        """计划外的才要；批准的人不是抽取人，也不是见证人。"""
        match state:
            case Registered(awaits_approval=True, plan=plan):
                if self.fact.handler in (plan.runner, plan.witness):
                    return Refused(Refusal.DUTY_SAME_PERSON, {"person": self.fact.handler})
                return (self.fact,)
            case Registered(approved=PlanApproved() as known) if known == self.fact:
                return ()
            case Nothing() | Annulled() | Voided():
                return standing(state)
            case _:
                return Refused(Refusal.PLAN_NO_APPROVAL)


@dataclass(frozen=True, slots=True)
class Freeze:
    """冻结名单。"""

    objects: tuple[ListedObject, ...]
    inspectors: tuple[ListedInspector, ...]
    as_of_size: int
    plan_leaf_hash: str
    recusals: tuple[ListedRecusal, ...] = ()
    reclassified: tuple[ClassChange, ...] = ()
    reclassified_since: date = date.min

    def decide(self, state: State) -> Answer:
        """名单先于种子；同一名单再冻结即无事可办。"""
        match state:
            case Nothing() | Annulled() | Voided():
                return standing(state)
            case Registered(awaits_approval=True):
                return standing(state)
            case Registered(plan=plan):
                more = (*self._recusals(plan.hash), *self._reclassified())
                return self._fault(plan) or (*self._chunks(), *more, self._frozen(plan.hash))
            case _:
                known = state.lists.frozen
                if known == self._frozen(state.lists.plan.hash):
                    return ()
                facts = {"object_root": known.object_root, "inspector_root": known.inspector_root}
                return Refused(Refusal.PLAN_LISTS_FROZEN, facts)

    def _fault(self, plan: PlanRegistered) -> Refused | None:
        subjects = {one.subject for one in self.objects}
        persons = {one.inspector for one in self.inspectors}
        if not subjects or len(subjects) != len(self.objects):
            return Refused(Refusal.PLAN_LIST_OBJECTS, {"objects": str(len(subjects))})
        if not _is_hash(self.plan_leaf_hash):
            return Refused(Refusal.PLAN_LEAF_HASH)
        if len(persons) != len(self.inspectors):
            return Refused(Refusal.PLAN_LIST_INSPECTORS, {"inspectors": str(len(persons))})
        if strangers := persons & {plan.runner, plan.witness}:
            return Refused(Refusal.PLAN_IN_POOL, {"persons": "、".join(sorted(strangers))})
        if outside := {one.stratum for one in self.objects} - {one.name for one in plan.strata}:
            return Refused(Refusal.PLAN_STRATUM, {"strata": "、".join(sorted(outside))})
        return self._recusal_fault(persons)

    def _recusal_fault(self, persons: set[PersonId]) -> Refused | None:
        """Whoever is recused is on the list, and among those who may not check that object."""
        barred = {one.subject: one.officers_involved for one in self.objects}
        wrong = {
            one.inspector
            for one in self.recusals
            if one.inspector not in persons or one.inspector not in barred.get(one.subject, ())
        }
        if not wrong and len(set(self.recusals)) == len(self.recusals):
            return None
        return Refused(Refusal.PLAN_RECUSALS, {"persons": "、".join(sorted(wrong))})

    def _recusals(self, name: HashName) -> Iterator[Event]:
        if not self.recusals:
            return
        ordered = sorted(self.recusals, key=roster.by_subject)
        for start in range(0, len(ordered), CHUNK):
            yield RecusalsListed(start // CHUNK, tuple(ordered[start : start + CHUNK]))
        yield RecusalsFrozen(len(ordered), roster.recusal_root(name, ordered))

    def _reclassified(self) -> Iterator[Event]:
        for start in range(0, len(self.reclassified), CHUNK):
            part = self.reclassified[start : start + CHUNK]
            yield ReclassificationsListed(start // CHUNK, self.reclassified_since, part)

    def _chunks(self) -> tuple[Event, ...]:
        objects = sorted(self.objects, key=lambda one: one.subject)
        inspectors = sorted(self.inspectors, key=lambda one: one.inspector)
        return (
            *(
                ObjectsListed(start // CHUNK, tuple(objects[start : start + CHUNK]))
                for start in range(0, len(objects), CHUNK)
            ),
            *(
                InspectorsListed(start // CHUNK, tuple(inspectors[start : start + CHUNK]))
                for start in range(0, len(inspectors), CHUNK)
            ),
        )

    def _frozen(self, name: HashName) -> ListsFrozen:
        return ListsFrozen(
            self.as_of_size,
            len(self.objects),
            roster.object_root(name, self.objects),
            len(self.inspectors),
            roster.inspector_root(name, self.inspectors),
            self.plan_leaf_hash,
        )


@dataclass(frozen=True, slots=True)
class Commit:
    """一个部门提交份额承诺。``at`` is aware."""

    office: Organ
    commitment: str
    at: datetime

    def decide(self, state: State) -> Answer:
        """计划所列的部门各交一次，最后一家交来即告齐备。抄袭别家的承诺不算。

        到了公开值产生之时不再收：那时的承诺只能按零计，交与不交却成了挑选。
        """
        match state:
            case Frozen() | Committed():
                return self._given(state)
            case _:
                return standing(state)

    def _given(self, state: Frozen | Committed) -> Answer:
        plan, given = state.lists.plan, {one.office: one.commitment for one in state.commitments}
        if self.office not in plan.offices:
            return Refused(Refusal.PLAN_NOT_AN_OFFICE, {"office": self.office})
        if known := given.get(self.office):
            again = known == self.commitment
            return () if again else Refused(Refusal.PLAN_SHARE_GIVEN, {"office": self.office})
        if self.at >= plan.public_value_at:
            return Refused(Refusal.PLAN_COMMIT_LATE, {"office": self.office})
        taken = (*given.values(), plan.sealed_share_commitment)  # a copy would unseal it
        if not _is_hash(self.commitment) or self.commitment in taken:
            return Refused(Refusal.PLAN_COMMITMENT, {"office": self.office})
        given_now = ShareCommitted(self.office, self.commitment)
        if len(given) + 1 < len(plan.offices):
            return (given_now,)
        return (given_now, CommitsIn(plan.offices))


def _is_hash(text: str) -> bool:
    return len(text) == 2 * sampling.HASH_BYTES and set(text) <= set("0123456789abcdef")


@dataclass(frozen=True, slots=True)
class Reveal:
    """一个部门揭示份额。``at`` is aware."""

    office: Organ
    share: str
    at: datetime

    def decide(self, state: State) -> Answer:
        """承诺齐备之后、公开值产生之前揭示，且与承诺相符。"""
        match state:
            case Committed():
                return self._revealed(state)
            case _:
                return standing(state)

    def _revealed(self, state: Committed) -> Answer:
        plan, facts = state.lists.plan, {"office": str(self.office)}
        if self.office not in plan.offices:
            return Refused(Refusal.PLAN_NOT_AN_OFFICE, facts)
        said = ShareRevealed(self.office, self.share)
        if said in state.reveals:
            return ()
        if self.at >= plan.public_value_at:
            return Refused(Refusal.PLAN_REVEAL_LATE, facts)
        promised = next(one.commitment for one in state.commitments if one.office == self.office)
        if not _is_hash(self.share) or promised != sampling.share_commitment(
            plan.hash, bytes.fromhex(self.share)
        ):
            return Refused(Refusal.PLAN_REVEAL_WRONG, facts)
        return (said,)


@dataclass(frozen=True, slots=True)
class Close:
    """揭示截止。``at`` is aware."""

    at: datetime

    def decide(self, state: State) -> Answer:
        """各家都揭示了，或到了公开值产生之时；没有揭示的写明。"""
        match state:
            case Committed(lists=lists, reveals=reveals):
                told = {one.office for one in reveals}
                withheld = tuple(office for office in lists.plan.offices if office not in told)
                if withheld and self.at < lists.plan.public_value_at:
                    facts = {"offices": "、".join(withheld)}
                    return Refused(Refusal.PLAN_REVEALS_OPEN, facts)
                return (RevealsClosed(withheld),)
            case Closed() | Valued() | Picked() | Settled():
                return ()
            case _:
                return standing(state)


@dataclass(frozen=True, slots=True)
class FixValue:
    """记下公开值。``at`` is aware."""

    value: str
    person: PersonId
    at: datetime

    def decide(self, state: State) -> Answer:
        """揭示截止之后、公开值产生之后，由抽取人或见证人记一次。"""
        match state:
            case Closed(lists=lists):
                return self._fixed(lists.plan)
            case Valued(value=known) | Picked(value=known) | Settled(value=known):
                if known == self.value:
                    return ()
                return Refused(Refusal.PLAN_VALUE_FIXED, {"value": known})
            case _:
                return standing(state)

    def _fixed(self, plan: PlanRegistered) -> Answer:
        if self.person not in (plan.runner, plan.witness):
            return Refused(Refusal.PLAN_NOT_RUNNER, {"person": self.person})
        if self.at < plan.public_value_at or not self.value:
            return Refused(Refusal.PLAN_VALUE_EARLY, {"at": plan.public_value_at.isoformat()})
        return (PublicValueFixed(self.value),)


@dataclass(frozen=True, slots=True)
class Draw:
    """抽取并配对。``share`` 是封存份额，公开方式没有。"""

    share: str | None = None

    def decide(self, state: State) -> Answer:
        """一份计划只抽一次；只有算术，没有选择。"""
        match state:
            case Valued(lists=lists):
                return _sealed_fault(lists.plan, self.share) or _drawn(state, self.share)
            case Settled(lists=lists):
                return _sealed_fault(lists.plan, self.share) or ()
            case _:
                return standing(state)


def _sealed_fault(plan: PlanRegistered, share: str | None) -> Refused | None:
    """登记时承诺了的份额，不多不少：另换一个即另换一次抽取。"""
    promised = plan.sealed_share_commitment
    if promised is None:
        return None if share is None else Refused(Refusal.PLAN_NOT_SEALED)
    if share is None:
        return Refused(Refusal.PLAN_SEALED)
    if not _is_hash(share) or promised != sampling.share_commitment(
        plan.hash, bytes.fromhex(share)
    ):
        return Refused(Refusal.PLAN_SHARE_WRONG)
    return None


def _drawn(state: Valued, share: str | None) -> tuple[Event, ...]:
    plan = state.lists.plan
    seed = _seed(state, bytes.fromhex(share or ""))
    tickets = sampling.ticket_office(plan.hash, seed)
    chosen = tuple(
        one
        for layer in plan.strata
        for one in sampling.draw_stratum(
            tickets,
            layer,
            (listed.subject for listed in state.lists.objects if listed.stratum == layer.name),
        )
    )
    listed = {one.subject: one for one in state.lists.objects}
    in_order = sorted(chosen, key=lambda one: (one.ticket, one.subject))
    found = matching.match(
        plan.hash,
        seed,
        [listed[one.subject] for one in in_order],
        state.lists.inspectors,
        plan.inspect_by,
    )
    first, *more = _chunks(chosen) or [()]
    return (
        Drawn(seed.hex(), first),
        *(MoreDrawn(at, part) for at, part in enumerate(more, 1)),
        *_matched(found),
    )


def _matched(found: matching.Matching) -> Iterator[Event]:
    pairs, unmatched = _chunks(found.pairs) or [()], _chunks(found.unmatched) or [()]
    *before, (last, alone) = zip_longest(pairs, unmatched, fillvalue=())
    for at, (some, without) in enumerate(before):
        yield MoreMatched(at, some, without)
    yield Matched(last, alone)


def _chunks(whole: tuple[T, ...]) -> list[tuple[T, ...]]:
    return [whole[at : at + DRAWN_CHUNK] for at in range(0, len(whole), DRAWN_CHUNK)]


def _seed(state: Valued, sealed: bytes) -> bytes:
    plan = state.lists.plan
    told = {one.office: bytes.fromhex(one.share) for one in state.reveals}
    base = sampling.base_seed(
        plan.hash,
        bytes.fromhex(state.lists.frozen.plan_leaf_hash),
        [told.get(office, sampling.WITHHELD) for office in plan.offices],
        state.value,
    )
    return sampling.final_seed(plan.hash, base, sealed)


@dataclass(frozen=True, slots=True)
class Annul:
    """作废计划。"""

    fact: PlanAnnulled

    def decide(self, state: State) -> Answer:
        """须说明理由，并有另一人同意。"""
        match state:
            case Nothing():
                return standing(state)
            case Annulled(annulment=known):
                return () if known == self.fact else standing(state)
            case Voided():
                return standing(state)
            case _ if not self.fact.reason.strip():
                return Refused(Refusal.PLAN_NO_REASON)
            case _ if self.fact.handler == self.fact.second:
                return Refused(Refusal.PLAN_SAME_PERSON, {"person": self.fact.handler})
            case _:
                return (self.fact,)


def draw_by(plan: PlanRegistered) -> date:
    """至迟哪一日抽取或者作废；过了该日即有挑计划之嫌（trust.md B）。"""
    return beijing_day(plan.public_value_at) + DRAW_WITHIN


def open_by(plan: PlanRegistered) -> date:
    """封存份额至迟哪一日开启，即公布的期限；过了该日计划失效。"""
    return plan.inspect_by + OPEN_WITHIN


@dataclass(frozen=True, slots=True)
class OpenShare:
    """开启封存份额。``today`` 是北京时间的日子。"""

    fact: SealedShareOpened
    today: date

    def decide(self, state: State) -> Answer:
        """抽定之后、检查限期之日起到公布期限；早开则企业先知道，晚开则结果可以被压下。"""
        match state:
            case Settled(lists=Lists(plan=plan), share=known):
                if fault := _sealed_fault(plan, self.fact.share):
                    return fault
                return () if known else self._in_time(plan)
            case _:
                return standing(state)

    def _in_time(self, plan: PlanRegistered) -> Answer:
        facts = {"inspect_by": str(plan.inspect_by), "due_on": str(open_by(plan))}
        if self.today < plan.inspect_by:
            return Refused(Refusal.PLAN_SHARE_EARLY, facts)
        if self.today > open_by(plan):
            return Refused(Refusal.PLAN_SHARE_LATE, facts)
        return (self.fact,)


@dataclass(frozen=True, slots=True)
class Void:
    """记下计划失效。``today`` 是北京时间的日子。"""

    today: date

    def decide(self, state: State) -> Answer:
        """公布期限已过而份额没有开启，不论抽了没有。"""
        match state:
            case Voided():
                return ()
            case Nothing() | Annulled() | Settled(share=str()):
                return standing(state)
            case Registered(plan=plan):
                return self._overdue(plan)
            case _:
                return self._overdue(state.lists.plan)

    def _overdue(self, plan: PlanRegistered) -> Answer:
        if plan.sealed_share_commitment is None:
            return Refused(Refusal.PLAN_NOT_SEALED)
        if self.today <= open_by(plan):
            return Refused(Refusal.PLAN_NOT_YET_DUE, {"due_on": str(open_by(plan))})
        return (PlanVoided(open_by(plan)),)


def teams(state: Settled) -> dict[SubjectId, Pair]:
    """现在各派谁去：抽定的配对，依次经过每一次替补与更换。"""
    now = {pair.subject: pair for pair in state.pairs}
    for one in state.changes:
        now.pop(one.subject, None)
        if one.pair is not None:
            now[one.pair.subject] = one.pair
    return now


def replacement(state: Settled, subject: SubjectId) -> ObjectReplaced | None:
    """这一户的排除；没有排除的为空。"""
    return next((one for one in state.replaced if one.subject == subject), None)


Command: TypeAlias = (
    Register
    | Approve
    | Freeze
    | Commit
    | Reveal
    | Close
    | FixValue
    | Draw
    | Annul
    | OpenShare
    | Void
)


# -- evolve, decide


def evolve(state: State, event: Event) -> State:
    """一件事发生之后的计划。Raises ImpossibleHistory."""
    match state, event:
        case Nothing(), PlanRegistered():
            return Registered(event)
        case Registered(), (
            PlanApproved()
            | ObjectsListed()
            | InspectorsListed()
            | RecusalsListed()
            | RecusalsFrozen()
            | ReclassificationsListed()
            | ListsFrozen()
        ):
            return _listing(state, event)
        case Frozen() | Committed(), ShareCommitted() | CommitsIn() | ShareRevealed():
            return _seeding(state, event)
        case Committed(lists=lists, reveals=reveals), RevealsClosed():
            return Closed(lists, reveals)
        case Closed() | Valued() | Picked(), (
            PublicValueFixed() | Drawn() | MoreDrawn() | MoreMatched() | Matched()
        ):
            return _drawing(state, event)
        case Settled(), SealedShareOpened() | ObjectReplaced() | InspectorRedrawn():
            return _afterwards(state, event)
        case Registered() | Frozen() | Committed() | Closed() | Valued() | Settled(), (
            PlanAnnulled() | PlanVoided()
        ):
            return _stopped(state, event)
        case _:
            raise _impossible(state, event)


def _afterwards(state: Settled, event: SealedShareOpened | Change) -> State:
    match event:
        case SealedShareOpened(share=share) if state.share is None:
            return replace(state, share=share)
        case ObjectReplaced(subject=subject) if (
            subject in state.ever_drawn and replacement(state, subject) is None
        ):
            return replace(state, changes=(*state.changes, event))
        case InspectorRedrawn(subject=subject, outgoing=person) if (
            pair := teams(state).get(subject)
        ) is not None and person in pair.inspectors:
            return replace(state, changes=(*state.changes, event))
        case _:
            raise _impossible(state, event)


def _stopped(
    state: Registered | Frozen | Committed | Closed | Valued | Settled,
    event: PlanAnnulled | PlanVoided,
) -> State:
    plan = state.plan if isinstance(state, Registered) else state.lists.plan
    if isinstance(event, PlanAnnulled):
        return Annulled(plan, event)
    if plan.sealed_share_commitment is None or (isinstance(state, Settled) and state.share):
        raise _impossible(state, event)
    return Voided(plan, event)


def _impossible(state: State, event: Event) -> ImpossibleHistory:
    return ImpossibleHistory(f"{type(event).__name__} after {type(state).__name__}")


def _listing(state: Registered, event: Event) -> State:
    if isinstance(event, PlanApproved) != state.awaits_approval:
        raise _impossible(state, event)
    match event:
        case PlanApproved():
            return replace(state, approved=event)
        case ObjectsListed(chunk=chunk) if chunk * CHUNK == len(state.objects):
            return replace(state, objects=state.objects + event.objects)
        case InspectorsListed(chunk=chunk) if chunk * CHUNK == len(state.inspectors):
            return replace(state, inspectors=state.inspectors + event.inspectors)
        case RecusalsListed() | RecusalsFrozen() | ReclassificationsListed():
            return _listing_more(state, event)
        case ListsFrozen(object_count=objects, inspector_count=inspectors) if (
            objects,
            inspectors,
        ) == (len(state.objects), len(state.inspectors)):
            return Frozen(_listed(state, event))
        case _:
            raise _impossible(state, event)


def _listing_more(
    state: Registered, event: RecusalsListed | RecusalsFrozen | ReclassificationsListed
) -> State:
    match event:
        case RecusalsListed(chunk=chunk) if chunk * CHUNK == len(state.recusals):
            return replace(state, recusals=state.recusals + event.recusals)
        case RecusalsFrozen(recusal_count=count) if count == len(state.recusals):
            return replace(state, recusals_frozen=event)
        case ReclassificationsListed(chunk=chunk) if chunk * CHUNK == len(state.reclassified):
            return replace(state, reclassified=state.reclassified + event.changes)
        case _:
            raise _impossible(state, event)


def _listed(state: Registered, event: ListsFrozen) -> Lists:
    return Lists(
        state.plan,
        state.objects,
        state.inspectors,
        event,
        state.recusals,
        state.recusals_frozen,
        state.reclassified,
    )


def _seeding(state: Frozen | Committed, event: Event) -> State:
    match state, event:
        case Frozen(), ShareCommitted():
            return replace(state, commitments=(*state.commitments, event))
        case Frozen(), CommitsIn():
            return Committed(state.lists, state.commitments)
        case Committed(), ShareRevealed():
            return replace(state, reveals=(*state.reveals, event))
        case _:
            raise _impossible(state, event)


def _drawing(state: Closed | Valued | Picked, event: Event) -> State:
    match state, event:
        case Closed(), PublicValueFixed(value=value):
            return Valued(state.lists, state.reveals, value)
        case Valued(), Drawn():
            return Picked(state.lists, state.value, event)
        case Picked(result=result, pairs=()), MoreDrawn(chunk=chunk, drawn=drawn) if (
            chunk * DRAWN_CHUNK == len(result.drawn)
        ):
            return replace(state, result=replace(result, drawn=result.drawn + drawn))
        case Picked(pairs=pairs, unmatched=unmatched), MoreMatched(chunk=chunk) if (
            chunk * DRAWN_CHUNK == max(len(pairs), len(unmatched))
        ):
            return replace(state, pairs=pairs + event.pairs, unmatched=unmatched + event.unmatched)
        case Picked(lists, value, result, pairs, unmatched), Matched():
            return Settled(lists, value, result, pairs + event.pairs, unmatched + event.unmatched)
        case _:
            raise _impossible(state, event)


def decide(state: State, command: Command) -> Answer:
    """依计划现状决定。"""
    return command.decide(state)


AGGREGATE: Final = Aggregate[State]("plan", Nothing(), evolve)
