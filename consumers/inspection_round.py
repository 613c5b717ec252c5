"""双随机检查：由底册算出名单并冻结，公开值一定即抽取，配对后派发任务。没有一处由人挑选。

Rows: ``subject/…`` ``inspector/…`` ``item/…`` ``licence/…`` (ended or not), ``observation/…`` and
``case/…`` (who handled it). The lists are a pure function of these rows at the plan's own position, hence of the
ledger: whoever replays the events up to there gets the same lists.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, TypeVar

from consumers.common import machine
from domain import approval, inspection_plan, observation
from domain.acts.inspections import AssignTask, Draw, FreezeLists
from domain.acts.observations import RecordExclusion
from domain.catalogue import ItemPublished
from domain.decider import Event
from domain.inspection_plan import PlanRegistered
from domain.inspector import InspectorRegistered
from domain.refusals import Refusal
from domain.roster import ListedInspector, ListedObject
from domain.subject import SubjectImported, SubjectRegistered
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
from followers.supervisor import Command, Reaction, Rows, Supervisor
from schemas.registry import EVENT_NAMES

NAME: Final = "inspection_round"
ACTOR: Final[Actor] = machine(NAME)
ANNULLED: Final = frozenset({Refusal.PLAN_ANNULLED, Refusal.PLAN_VOIDED})
TAKEN_BACK: Final = ANNULLED | {Refusal.TASK_WITHDRAWN}  # replaced before it was assigned
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
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Subject:
    """监管对象：在哪个片区，属哪个风险等级。"""

    region: str
    risk_class: str


@dataclass(frozen=True, slots=True)
class Item:
    """事项：归谁监管，属哪个专业。"""

    supervising_bodies: tuple[Organ, ...]
    speciality: str
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
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Inspector:
    """一名检查人员；``organ`` 是所属部门。"""

    organ: Organ
    listed: ListedInspector


@dataclass(frozen=True, slots=True)
class Handlers:
    """经手一件办件的人，不得检查该件的许可（SD5）。"""

    people: tuple[PersonId, ...] = ()


def keys(delivered: Delivered) -> tuple[str, ...]:
    """一份案卷一行。"""
    return (delivered.stream,)


def react(rows: Rows, delivered: Delivered) -> Reaction:
    """登记底册，或推进一个计划。"""
    family = delivered.stream.partition("/")[0]
    if family == "plan":
        return Reaction(commands=tuple(_next(rows, delivered)))
    if family == "case":
        return _handled(rows, delivered)
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
        case SubjectRegistered() | SubjectImported() as known:
            return pack(Subject(known.region, known.risk_class))
        case ItemPublished(supervising_bodies=bodies, speciality=speciality, rules=rules):
            return pack(Item(bodies, speciality, rules.safety))
        case observation.ObservationGranted() as given:
            return pack(Observation(given.department, given.valid_until))
        case InspectorRegistered() as entered:
            listed = ListedInspector(
                entered.person,
                entered.region,
                entered.specialities,
                entered.station,
                entered.certificate_valid_to,
            )
            return pack(Inspector(entered.organ, listed))
        case approval.Granted() as granted:
            licence = Licence(
                granted.holder, granted.item_code, granted.commitment_id, granted.case_no
            )
            return pack(licence)
        case approval.LicenceImported() as first:
            told = ImportedLicence(first.supervising_bodies, first.speciality, first.valid_from)
            licence = Licence(first.holder, first.item_code, None, delivered.identity, told)
            return pack(licence)
        case _:
            return None


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


def _next(rows: Rows, delivered: Delivered) -> Iterator[Command]:
    plan_no = delivered.identity
    match delivered.event:
        case PlanRegistered() as plan:
            yield Command("freeze", freeze(rows, delivered, plan), ACTOR, ANNULLED)
            for holder, codes in left_out(rows, delivered, plan).items():
                record = RecordExclusion(plan_no, holder, codes)
                yield Command(f"exclude.{holder}", record, ACTOR)
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


# -- the lists


def freeze(rows: Rows, delivered: Delivered, plan: PlanRegistered) -> FreezeLists:
    """计划登记之时的名单：本部门监管的有效许可的持有人，与本部门的检查人员。

    The one who runs the plan and its witness inspect nothing in it (SD9).
    """
    return FreezeLists(
        plan_no=delivered.identity,
        objects=tuple(_objects(rows, plan, beijing_day(delivered.meta.decided_at))),
        inspectors=tuple(_inspectors(rows, plan)),
        as_of_size=delivered.position + 1,
        plan_leaf_hash=delivered.entry.leaf_hash.hex(),
    )


def _inspectors(rows: Rows, plan: PlanRegistered) -> Iterator[ListedInspector]:
    kept_out = (plan.runner, plan.witness)
    for _, row in rows.scan("inspector/"):
        one = unpack(row, Inspector)
        if one.organ == plan.department and one.listed.inspector not in kept_out:
            yield one.listed


def _objects(rows: Rows, plan: PlanRegistered, day: date) -> Iterator[ListedObject]:
    for holder, licences in _within(rows, plan):
        # Only who is under observation in everything the department supervises stays out.
        held = [one for one in licences if not _observed(rows, plan, one[1], day)]
        if held:
            subject = _known(rows, f"subject/{holder}", Subject)
            yield _object(rows, holder, subject, held)


def left_out(
    rows: Rows, delivered: Delivered, plan: PlanRegistered
) -> dict[SubjectId, tuple[ItemCode, ...]]:
    """名单没有列入谁，因哪些事项的观察期；一个也不悄悄不列。"""
    day = beijing_day(delivered.meta.decided_at)
    found = {}
    for holder, licences in _within(rows, plan):
        observed = [one for _, one in licences if _observed(rows, plan, one, day)]
        if len(observed) == len(licences):
            found[holder] = tuple(sorted({one.item_code for one in observed}))
    return found


def _within(
    rows: Rows, plan: PlanRegistered
) -> Iterator[tuple[SubjectId, list[tuple[LicenceNo, Licence]]]]:
    strata = {stratum.name for stratum in plan.strata}
    for holder, licences in sorted(_supervised(rows, plan.department).items()):
        if _known(rows, f"subject/{holder}", Subject).risk_class in strata:
            yield holder, licences


def _observed(rows: Rows, plan: PlanRegistered, licence: Licence, day: date) -> bool:
    """此日在本部门所给的观察期之内；事项其后定为直接关系安全、健康的不再适用（机制 89）。"""
    row = rows.get(f"observation/{observation.identity(licence.holder, licence.item_code)}")
    if row is None:
        return False
    given = unpack(row, Observation)
    running = not given.ended and day <= given.valid_until
    return running and given.department == plan.department and not _oversight(rows, licence).safety


def _supervised(rows: Rows, department: Organ) -> dict[SubjectId, list[tuple[LicenceNo, Licence]]]:
    """Each holder's licences in force that the department supervises, by number."""
    found: dict[SubjectId, list[tuple[LicenceNo, Licence]]] = {}
    for key, row in rows.scan("licence/"):
        licence = unpack(row, Licence)
        if not licence.ended and department in _oversight(rows, licence).supervising_bodies:
            number = LicenceNo(key.removeprefix("licence/"))
            found.setdefault(licence.holder, []).append((number, licence))
    return found


def _oversight(rows: Rows, licence: Licence) -> Item:
    """Who supervises it, and in which speciality; nobody, once the imported one has ended."""
    imported = licence.imported
    if imported is None:
        return _known(rows, f"item/{licence.item_code}", Item)
    bodies = () if imported.ended else imported.supervising_bodies
    return Item(bodies, imported.speciality)


def _object(
    rows: Rows,
    holder: SubjectId,
    subject: Subject,
    licences: Sequence[tuple[LicenceNo, Licence]],
) -> ListedObject:
    """One visit a subject: of several licences the one with a commitment to verify comes first."""
    number, licence = min(licences, key=lambda one: (one[1].commitment_id is None, one[0]))
    involved = {
        person
        for _, held in licences
        if (row := rows.get(f"case/{held.case_no}"))
        for person in unpack(row, Handlers).people
    }
    return ListedObject(
        subject=holder,
        stratum=subject.risk_class,
        region=subject.region,
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
    version=4,
    reads=frozenset(
        name
        for name in EVENT_NAMES
        if name.partition(".")[0]
        in {"subject", "inspector", "item", "case", "licence", "plan", "observation"}
    ),
    keys=keys,
    react=react,
)
