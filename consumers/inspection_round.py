"""双随机检查：由底册算出名单并冻结，公开值一定即抽取，配对后派发任务。没有一处由人挑选。

Rows: ``subject/…`` ``risk/…`` ``inspector/…`` ``item/…`` ``licence/…`` (ended or not), ``observation/…``,
``case/…`` (who handled it), ``plan/…`` (waits for the head) and those of ``consumers/caps.py``. The lists are a pure function of these rows at the plan's own position, hence of the
ledger: whoever replays the events up to there gets the same lists.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final, TypeVar

from consumers import caps
from consumers.common import machine
from domain import approval, inspection_plan, inspector, observation, risk, subject
from domain.acts.inspections import AssignTask, Draw, FreezeLists
from domain.acts.joint_draws import FallWithLead, MergeVisit, TakeSeed
from domain.acts.observations import RecordExclusion
from domain.catalogue import ItemPublished
from domain.decider import Event
from domain.inspection_plan import PlanRegistered
from domain.refusals import Refusal
from domain.roster import ClassChange, ListedInspector, ListedObject, ListedRecusal
from domain.scoring import RiskClass
from domain.terms import (
    Actor,
    CommitmentId,
    ItemCode,
    LicenceNo,
    Organ,
    PersonId,
    SubjectId,
    beijing_day,
)
from followers.delivered import Delivered
from followers.packing import pack, unpack
from followers.projection import Json
from followers.supervisor import Command, Reaction, Rows, StateRow, Supervisor
from schemas.registry import EVENT_NAMES

NAME: Final = "inspection_round"
ACTOR: Final[Actor] = machine(NAME)
ANNULLED: Final = frozenset({Refusal.PLAN_ANNULLED, Refusal.PLAN_VOIDED, Refusal.PLAN_LEAD_FELL})
TAKEN_BACK: Final = ANNULLED | {Refusal.TASK_WITHDRAWN}  # replaced before it was assigned
NOT_YET: Final = ANNULLED | {
    Refusal.PLAN_AWAITS_LEAD,
    Refusal.PLAN_AWAITS_LISTS,
}
ALONE: Final = frozenset({Refusal.JOINTVISIT_NOT_JOINT})
SEALED: Final = ANNULLED | {Refusal.PLAN_SEALED}  # its runner draws it, who has the share
# Which events of a licence end it, or undo its ending.
ENDS: Final[dict[type[Event], bool]] = {
    approval.Revoked: True,
    approval.Withdrawn: True,
    approval.Forfeited: True,
    approval.Expired: True,
    approval.Deregistered: True,
    approval.RevocationReversed: False,
}
RECENT: Final = timedelta(days=30)  # 此前三十日内变了等级的，随名单列出
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Subject:
    """监管对象：在哪个片区，登记为哪个风险等级，是否已经出库。"""

    region: str
    risk_class: str
    off: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """事项：归谁监管，属哪个专业。"""

    supervising_bodies: tuple[Organ, ...]
    speciality: str
    approving_body: Organ
    safety: bool = False  # 直接关系安全、健康，观察期不适用


@dataclass(frozen=True, slots=True)
class Observation:
    """一份观察期：哪个部门给的，至何日；提前终止了的不算。"""

    department: Organ
    valid_until: date
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Licence:
    """一份有效的许可。"""

    holder: SubjectId
    item_code: ItemCode
    commitment_id: CommitmentId | None
    case_no: str
    imported: "ImportedLicence | None" = None
    ended: bool = False  # 终结了的不在检查之列；撤销又被撤销的恢复


@dataclass(frozen=True, slots=True)
class ImportedLicence:
    """导入的许可：归谁监管由导入时定，最近一期终结了的不在检查之列。"""

    supervising_bodies: tuple[Organ, ...]
    speciality: str
    term_from: date
    approving_body: Organ
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Recusal:
    """一名检查人员申明的回避：一户，或者一个机关准予的各户。"""

    subject: SubjectId | None
    organ: Organ | None


@dataclass(frozen=True, slots=True)
class Inspector:
    """一名检查人员；``organ`` 是所属部门，出了库的不列。"""

    organ: Organ
    listed: ListedInspector
    recusals: tuple[Recusal, ...] = ()
    removed: bool = False


@dataclass(frozen=True, slots=True)
class Handlers:
    """经手一件办件的人，不得检查该件的许可（SD5）。"""

    people: tuple[PersonId, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """联合抽查：一份计划用谁的种子，或者有哪几份用它的种子。"""

    lead: str | None = None
    followers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Awaiting:
    """计划外的抽查，等候负责人批准；``leaf_hash`` 是登记那件事的叶杂凑。"""

    plan: PlanRegistered
    leaf_hash: str


def keys(delivered: Delivered) -> tuple[str, ...]:
    """一份案卷一行；计划另有一行，记它与谁共用种子。"""
    if delivered.stream.startswith("plan/"):
        return (delivered.stream, f"group/{delivered.identity}")
    return (delivered.stream,)


def react(rows: Rows, delivered: Delivered) -> Reaction:
    """登记底册，或推进一个计划。"""
    family = delivered.stream.partition("/")[0]
    if family == "plan":
        changed = {**_waiting(delivered), **_grouped(rows, delivered)}
        joint = tuple(_joint(_group(rows, delivered), delivered))
        return Reaction(changed, (*_next(rows, delivered), *joint))
    if family in caps.FAMILIES:
        cap = caps.recorded(rows, delivered)
        return Reaction({} if cap is None else {delivered.stream: cap})
    if family == "case":
        return _handled(rows, delivered)
    if family in _REGISTERS:
        entry = _REGISTERS[family](rows, delivered)
        return Reaction({} if entry is None else {delivered.stream: pack(entry)})
    if isinstance(delivered.event, approval.ChangeImported | approval.EndingImported):
        return _moved(rows, delivered, delivered.event)
    if type(delivered.event) in ENDS:
        row = rows.get(delivered.stream)
        ended = ENDS[type(delivered.event)]
        now = row and pack(replace(unpack(row, Licence), ended=ended))
        return Reaction({delivered.stream: now} if now else {})
    if isinstance(delivered.event, observation.ObservationEnded):
        row = rows.get(delivered.stream)
        over = row and pack(replace(unpack(row, Observation), ended=True))
        return Reaction({delivered.stream: over} if over else {})
    recorded = _recorded(delivered)
    return Reaction({} if recorded is None else {delivered.stream: recorded})


def _recorded(delivered: Delivered) -> dict[str, Json] | None:
    match delivered.event:
        case ItemPublished() as item:
            body, safety = item.approving_body, item.rules.safety
            return pack(Item(item.supervising_bodies, item.speciality, body, safety))
        case observation.ObservationGranted() as given:
            return pack(Observation(given.department, given.valid_until))
        case approval.Granted() as granted:
            licence = Licence(
                granted.holder, granted.item_code, granted.commitment_id, granted.case_no
            )
            return pack(licence)
        case approval.LicenceImported() as first:
            bodies, body = first.supervising_bodies, first.approving_body
            told = ImportedLicence(bodies, first.speciality, first.valid_from, body)
            licence = Licence(first.holder, first.item_code, None, delivered.identity, told)
            return pack(licence)
        case _:
            return None


def _subject(rows: Rows, delivered: Delivered) -> Subject | None:
    """The ledger takes nobody off whom it does not know."""
    event = delivered.event
    if isinstance(event, subject.SubjectRegistered | subject.SubjectImported):
        return Subject(event.region, event.risk_class)
    row = rows.get(delivered.stream)
    known = unpack(row, Subject) if row else None
    return known and replace(known, off=isinstance(event, subject.Deregistered))


def _inspector(rows: Rows, delivered: Delivered) -> Inspector | None:
    """What he declared stays, whatever certificate or station he gets."""
    event, row = delivered.event, rows.get(delivered.stream)
    known = unpack(row, Inspector) if row else None
    if isinstance(event, inspector.InspectorRegistered):
        listed = ListedInspector(
            event.person,
            event.region,
            event.specialities,
            event.station,
            event.certificate_valid_to,
        )
        return Inspector(event.organ, listed, known.recusals if known else ())
    if known is None:
        return None
    match event:
        case inspector.RecusalDeclared():
            declared = Recusal(event.subject, event.organ)
            return replace(known, recusals=(*known.recusals, declared))
        case inspector.RecusalLifted():
            lifted = Recusal(event.subject, event.organ)
            left = (one for one in known.recusals if one != lifted)
            return replace(known, recusals=tuple(left))
        case inspector.InspectorRemoved():
            return replace(known, removed=True)
        case _:
            return known


@dataclass(frozen=True, slots=True)
class Classes:
    """一个对象的等级，与每一次变更。"""

    standing: risk.Standing = risk.Standing()  # noqa: RUF009 -- frozen
    changes: tuple[ClassChange, ...] = ()


def _standing(rows: Rows, delivered: Delivered) -> Classes:
    """As the ledger folds it: the class of the day of the plan is asked of it."""
    row, known = rows.get(delivered.stream), rows.get(f"subject/{delivered.identity}")
    before = unpack(row, Classes) if row else Classes()
    after = replace(before, standing=risk.after(before.standing, delivered.event))
    if known is None:
        return after
    seed, day = RiskClass(unpack(known, Subject).risk_class), beijing_day(delivered.meta.decided_at)
    was, now = before.standing.present(seed, day), after.standing.present(seed, day)
    if was is now:
        return after
    change = ClassChange(SubjectId(delivered.identity), was.value, now.value, day)
    return replace(after, changes=(*before.changes, change))


_REGISTERS: Final[dict[str, Callable[[Rows, Delivered], object]]] = {
    "subject": _subject,
    "inspector": _inspector,
    "risk": _standing,
}


def _class_of(rows: Rows, holder: SubjectId, day: date) -> str:
    """此日的风险等级：人工调整、每月分类、登记的，依次取有的。"""
    seed = RiskClass(_known(rows, f"subject/{holder}", Subject).risk_class)
    row = rows.get(f"risk/{holder}")
    now = seed if row is None else unpack(row, Classes).standing.present(seed, day)
    return now.value


def _moved(
    rows: Rows, delivered: Delivered, event: approval.ChangeImported | approval.EndingImported
) -> Reaction:
    """Terms may come in any order: what counts is the latest one, and whether it has ended."""
    licence = _known(rows, delivered.stream, Licence)
    before = licence.imported
    if before is None:
        raise LookupError(f"{delivered.stream} was not imported")
    after = before
    if isinstance(event, approval.ChangeImported) and event.valid_from > before.term_from:
        after = replace(before, term_from=event.valid_from, ended=False)
    if isinstance(event, approval.EndingImported) and event.term_from == before.term_from:
        after = replace(before, ended=True)
    if after == before:
        return Reaction()
    return Reaction({delivered.stream: pack(replace(licence, imported=after))})


def _handled(rows: Rows, delivered: Delivered) -> Reaction:
    """The people who took part, in the order in which they first did."""
    handler = getattr(delivered.event, "handler", None)
    if handler is None:
        return Reaction()
    row = rows.get(delivered.stream)
    known = unpack(row, Handlers).people if row else ()
    if handler in known:
        return Reaction()
    return Reaction({delivered.stream: pack(Handlers((*known, PersonId(handler))))})


def _waiting(delivered: Delivered) -> dict[str, dict[str, Json] | None]:
    """A plan outside the annual plan waits for the head; the lists are those of his day."""
    match delivered.event:
        case PlanRegistered() as plan if inspection_plan.unplanned(plan):
            return {delivered.stream: pack(Awaiting(plan, delivered.entry.leaf_hash.hex()))}
        case inspection_plan.PlanApproved() | inspection_plan.PlanAnnulled():
            return {delivered.stream: None}
        case _:
            return {}


def _next(rows: Rows, delivered: Delivered) -> Iterator[Command]:
    plan_no = delivered.identity
    match delivered.event:
        case PlanRegistered() as plan if not inspection_plan.unplanned(plan):
            yield from _listed(rows, delivered, plan, delivered.entry.leaf_hash.hex())
        case inspection_plan.PlanApproved() if row := rows.get(delivered.stream):
            waited = unpack(row, Awaiting)
            yield from _listed(rows, delivered, waited.plan, waited.leaf_hash)
        case inspection_plan.PublicValueFixed():
            yield Command("draw", Draw(plan_no), ACTOR, SEALED)
        case inspection_plan.MoreMatched(pairs=pairs) | inspection_plan.Matched(pairs=pairs):
            for pair in pairs:
                act = AssignTask(plan_no, pair.subject)
                yield Command(f"assign.{pair.subject}", act, ACTOR, TAKEN_BACK)
        case inspection_plan.ObjectReplaced(pair=inspection_plan.Pair(subject=subject)):
            act = AssignTask(plan_no, subject)
            yield Command(f"assign.{subject}", act, ACTOR, TAKEN_BACK)
        case _:
            return


# -- joint draws


def _group(rows: Rows, delivered: Delivered) -> Group | None:
    row = rows.get(f"group/{delivered.identity}")
    return unpack(row, Group) if row else None


def _grouped(rows: Rows, delivered: Delivered) -> dict[str, StateRow | None]:
    match delivered.event:
        case PlanRegistered(seed_plan_no=str(lead)):
            return {f"group/{delivered.identity}": pack(Group(lead))}
        case inspection_plan.PlanJoined(plan_no=plan_no):
            known = _group(rows, delivered) or Group()
            group = Group(None, (*known.followers, plan_no))
            return {f"group/{delivered.identity}": pack(group)}
        case _:
            return {}


def _joint(group: Group | None, delivered: Delivered) -> Iterator[Command]:
    """Whichever comes later, the lead's draw or the follower's list, brings the follower's draw."""
    if group is None:
        return
    plan_no = delivered.identity
    match delivered.event:
        case inspection_plan.ListsFrozen() if group.lead:
            yield Command("seed", TakeSeed(plan_no), ACTOR, NOT_YET)
        case inspection_plan.Matched() if not group.lead:
            for one in group.followers:
                yield Command(f"seed.{one}", TakeSeed(one), ACTOR, NOT_YET)
        case inspection_plan.PlanAnnulled() | inspection_plan.PlanVoided():
            for one in group.followers:
                yield Command(f"fall.{one}", FallWithLead(one), ACTOR)
        case _:
            pass
    for paired in _paired(delivered.event):
        yield Command(f"merge.{paired}", MergeVisit(plan_no, paired), ACTOR, ALONE)


def _paired(event: Event) -> Iterator[SubjectId]:
    """Whom the event sends inspectors to, or calls them back from."""
    match event:
        case inspection_plan.MoreMatched(pairs=pairs) | inspection_plan.Matched(pairs=pairs):
            yield from (pair.subject for pair in pairs)
        case inspection_plan.ObjectReplaced(subject=subject, pair=pair):
            yield subject
            if pair is not None:
                yield pair.subject
        case inspection_plan.InspectorRedrawn(subject=subject):
            yield subject
        case _:
            return


# -- the lists


@dataclass(frozen=True, slots=True)
class Candidate:
    """计划范围之内的一户：等级，本部门监管的许可，其中不在观察期的，是否已到年度上限。"""

    holder: SubjectId
    risk_class: str
    licences: Sequence[tuple[LicenceNo, Licence]]
    held: Sequence[tuple[LicenceNo, Licence]]
    reached: caps.Reached | None

    @property
    def observed(self) -> bool:
        """Only who is under observation in everything the department supervises stays out."""
        return not self.held


def _listed(
    rows: Rows, delivered: Delivered, plan: PlanRegistered, leaf_hash: str
) -> Iterator[Command]:
    """The lists, and why each of those within the scope who is not on them is left out."""
    plan_no, day = delivered.identity, beijing_day(delivered.meta.decided_at)
    supervised = sorted(_supervised(rows, plan).items())
    within = tuple(_within(rows, plan, day, supervised))
    holders = [holder for holder, _ in supervised]
    lists = freeze(rows, delivered, plan, leaf_hash, within, holders)
    yield Command("freeze", lists, ACTOR, ANNULLED)
    for one in within:
        if one.observed:
            codes = tuple(sorted({licence.item_code for _, licence in one.licences}))
            record = RecordExclusion(plan_no, one.holder, codes)
            yield Command(f"exclude.{one.holder}", record, ACTOR)
    capped = {one.holder: one.reached for one in within if one.reached and not one.observed}
    for purpose, act in caps.exclusions(plan_no, capped):
        yield Command(purpose, act, ACTOR)


def freeze(
    rows: Rows,
    delivered: Delivered,
    plan: PlanRegistered,
    leaf_hash: str,
    within: Sequence[Candidate],
    supervised: Sequence[SubjectId],
) -> FreezeLists:
    """计划登记（计划外的，批准）之时的名单：本部门监管的、计划范围之内的有效许可的持有人，与本部门的检查人员。

    The one who runs the plan and its witness inspect nothing in it (SD9).
    """
    since = beijing_day(delivered.meta.decided_at) - RECENT
    people = tuple(_inspectors(rows, plan))
    declared = [(who.listed.inspector, who.recusals) for who in people if who.recusals]
    objects, recusals = [], []
    for one in within:
        if one.observed or one.reached:
            continue
        organs = frozenset(_oversight(rows, licence).approving_body for _, licence in one.held)
        listed = _object(rows, one)
        recused = [who for who, of in declared if _concerns(of, listed.subject, organs)]
        recusals += [ListedRecusal(who, listed.subject) for who in recused]
        involved = tuple(sorted({*listed.officers_involved, *recused}))
        objects.append(replace(listed, officers_involved=involved) if recused else listed)
    return FreezeLists(
        plan_no=delivered.identity,
        objects=tuple(objects),
        inspectors=tuple(who.listed for who in people),
        as_of_size=delivered.position + 1,
        plan_leaf_hash=leaf_hash,
        recusals=tuple(recusals),
        reclassified=tuple(_reclassified(rows, supervised, since)),
        reclassified_since=since,
    )


def _concerns(declared: tuple[Recusal, ...], subject: SubjectId, organs: frozenset[Organ]) -> bool:
    return any(one.subject == subject or one.organ in organs for one in declared)


def _reclassified(
    rows: Rows, supervised: Sequence[SubjectId], since: date
) -> Iterator[ClassChange]:
    """Of everybody the department supervises: whoever left the strata in time is told too."""
    for holder in supervised:
        if row := rows.get(f"risk/{holder}"):
            yield from (one for one in unpack(row, Classes).changes if one.changed_on > since)


def _inspectors(rows: Rows, plan: PlanRegistered) -> Iterator[Inspector]:
    kept_out = (plan.runner, plan.witness)
    for _, row in rows.scan("inspector/"):
        one = unpack(row, Inspector)
        if one.removed or one.listed.inspector in kept_out:
            continue
        if one.organ == plan.department:
            yield one


def _within(
    rows: Rows,
    plan: PlanRegistered,
    day: date,
    supervised: Sequence[tuple[SubjectId, list[tuple[LicenceNo, Licence]]]],
) -> Iterator[Candidate]:
    """Whoever left the register is in no list made after that."""
    strata = {stratum.name for stratum in plan.strata}
    for holder, licences in supervised:
        known = _known(rows, f"subject/{holder}", Subject)
        if known.off or not _in_scope(known.region, plan.regions):
            continue
        risk_class = _class_of(rows, holder, day)
        if risk_class in strata:
            held = [one for one in licences if not _observed(rows, plan, one[1], day)]
            reached = caps.reached(rows, plan, holder, risk_class, day)
            yield Candidate(holder, risk_class, licences, held, reached)


def _in_scope(one: str, scope: Sequence[str]) -> bool:
    """计划所定的范围；没有写的不限。"""
    return not scope or one in scope


def _observed(rows: Rows, plan: PlanRegistered, licence: Licence, day: date) -> bool:
    """此日在本部门所给的观察期之内；事项其后定为直接关系安全、健康的不再适用（机制 89）。"""
    row = rows.get(f"observation/{observation.identity(licence.holder, licence.item_code)}")
    if row is None:
        return False
    given = unpack(row, Observation)
    running = not given.ended and day <= given.valid_until
    return running and given.department == plan.department and not _oversight(rows, licence).safety


def _supervised(
    rows: Rows, plan: PlanRegistered
) -> dict[SubjectId, list[tuple[LicenceNo, Licence]]]:
    """Each holder's licences in force, within the plan's scope, that its department supervises."""
    found: dict[SubjectId, list[tuple[LicenceNo, Licence]]] = {}
    for key, row in rows.scan("licence/"):
        licence = unpack(row, Licence)
        if licence.ended or not _in_scope(licence.item_code, plan.item_codes):
            continue
        if plan.department in _oversight(rows, licence).supervising_bodies:
            number = LicenceNo(key.removeprefix("licence/"))
            found.setdefault(licence.holder, []).append((number, licence))
    return found


def _oversight(rows: Rows, licence: Licence) -> Item:
    """Who supervises it, and in which speciality; nobody, once the imported one has ended."""
    imported = licence.imported
    if imported is None:
        return _known(rows, f"item/{licence.item_code}", Item)
    bodies = () if imported.ended else imported.supervising_bodies
    return Item(bodies, imported.speciality, imported.approving_body)


def _object(rows: Rows, one: Candidate) -> ListedObject:
    """One visit a subject: of several licences the one with a commitment to verify comes first."""
    number, licence = min(one.held, key=lambda held: (held[1].commitment_id is None, held[0]))
    involved = {
        person
        for _, held in one.held
        if (row := rows.get(f"case/{held.case_no}"))
        for person in unpack(row, Handlers).people
    }
    return ListedObject(
        subject=one.holder,
        stratum=one.risk_class,
        region=_known(rows, f"subject/{one.holder}", Subject).region,
        speciality=_oversight(rows, licence).speciality,
        licence_no=number,
        commitment_id=licence.commitment_id,
        officers_involved=tuple(sorted(involved)),
    )


def _known(rows: Rows, key: str, kind: type[T]) -> T:
    """A row that must be there: to list without it would leave somebody out unseen."""
    row = rows.get(key)
    if row is None:
        raise LookupError(f"{key} is not registered")
    return unpack(row, kind)


SUPERVISOR: Final = Supervisor(
    name=NAME,
    version=6,
    reads=frozenset(
        name
        for name in EVENT_NAMES
        if name.partition(".")[0]
        in {"subject", "risk", "inspector", "item", "case", "licence", "plan", "observation"}
        | caps.FAMILIES
    ),
    keys=keys,
    react=react,
)
