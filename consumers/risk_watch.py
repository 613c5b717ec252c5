"""名录：每月第一个工作日为各对象分类；检查结果“已注销”复核同意的，出库。只算，不裁量。

Rows: ``scoring/risk`` (the rule), ``calendar/…``, ``subject/…``, ``risk/…`` (how each stands, folded as
the ledger folds it) and, by stream, what counts: ``licence/…`` ``commitment/…`` ``task/…`` ``credit/…``
``complaint/…`` ``inspection/…`` (imported). The classes are a pure function of these rows at the position
of ``scoring.month_begun.v1``; a command goes out only for whoever's class changes.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final, TypeVar, get_args

from consumers.common import machine
from domain import (
    approval,
    commitment,
    complaint,
    credit,
    inspection_task,
    past_inspection,
    risk,
    scoring,
    subject,
)
from domain.acts.risks import BeginRiskMonth, ClassifyRisk
from domain.acts.rolls import DeregisterFound
from domain.calendar import CalendarPublished, Published, calendar_id, calendar_of
from domain.code_set import V1, CodeKind
from domain.commitment import BreachGround
from domain.complaint import ComplaintMatter
from domain.credit import Severity
from domain.deadlines import Calendar, months_after
from domain.decider import Event
from domain.refusals import Refusal
from domain.risk import RiskFact
from domain.scoring import MonthBegun, RiskClass, RiskFactor
from domain.terms import Actor, SubjectId, beijing_day, end_of_day
from followers.delivered import Delivered
from followers.packing import pack, unpack
from followers.supervisor import DUE, Command, Reaction, Rows, Supervisor
from schemas.registry import names_of_kinds

NAME: Final = "risk_watch"
ACTOR: Final[Actor] = machine(NAME)
RULE: Final = scoring.AGGREGATE.stream(scoring.IDENTITY)
NOT_NOW: Final = frozenset({Refusal.SCORING_NONE, Refusal.SCORING_NOT_NOW})
ONE_DAY: Final = timedelta(days=1)
T = TypeVar("T")

FINDINGS: Final = {
    CodeKind.PROBLEM: RiskFactor.PROBLEM_PENDING,
    CodeKind.CORRECTED: RiskFactor.PROBLEM_CORRECTED,
    CodeKind.BREACH: RiskFactor.NOT_AS_PROMISED,
    CodeKind.UNREACHABLE: RiskFactor.UNREACHABLE,
}
RECORDS: Final = {
    Severity.MINOR: RiskFactor.CREDIT_MINOR,
    Severity.GENERAL: RiskFactor.CREDIT_GENERAL,
    Severity.SERIOUS: RiskFactor.CREDIT_SERIOUS,
}
OF_FACTS: Final = ("licence/", "commitment/", "task/", "credit/", "complaint/", "inspection/")


@dataclass(frozen=True, slots=True)
class Known:
    """一个对象：登记的等级，何日起在册，是否已经出库。"""

    seed: str
    since: date
    off: bool = False


@dataclass(frozen=True, slots=True)
class File:
    """一份案卷上可以计分的事：是谁的（``licence`` 凭许可找人），同一件事的名字。

    ``waiting``: found by an inspection and not agreed to yet.
    """

    subject: str = ""
    licence: str = ""
    matter: str = ""
    facts: tuple[RiskFact, ...] = ()
    waiting: tuple[RiskFact, ...] = ()
    ended: bool = False  # 查到已注销，等着复核


def keys(delivered: Delivered) -> tuple[str, ...]:
    """一份案卷一行。"""
    return (delivered.stream,)


def react(rows: Rows, delivered: Delivered) -> Reaction:
    """记下可以计分的；当月开始的，逐一分类。"""
    stream, event = delivered.stream, delivered.event
    match event:
        case scoring.ScoringPublished():
            before = _setting(rows)
            return _dated(replace(before, versions=(*before.versions, event)))
        case MonthBegun(rule_version=version) if version <= len(_setting(rows).versions):
            now = replace(_setting(rows), last=event)
            return _dated(now, tuple(_classify(rows, now, event)))
        case MonthBegun():
            return Reaction()  # by no rule: the ledger begins no such month
        case CalendarPublished():
            return Reaction({stream: pack(event)})
        case (
            subject.SubjectRegistered()
            | subject.SubjectImported()
            | subject.Deregistered()
            | subject.Restored()
        ):
            known = _known(rows, delivered)
            return Reaction({} if known is None else {stream: pack(known)})
        case _ if isinstance(event, risk.RiskEvent):
            standing = risk.after(_row(rows, stream, risk.Standing), event)
            return Reaction({stream: pack(standing)})
        case _:
            return _counted(rows, delivered)


def _row(rows: Rows, key: str, kind: type[T]) -> T:
    """One row; where there is none, what the kind begins with."""
    row = rows.get(key)
    return kind() if row is None else unpack(row, kind)


def _setting(rows: Rows) -> scoring.Setting:
    return _row(rows, RULE, scoring.Setting)


def _known(rows: Rows, delivered: Delivered) -> Known | None:
    """The ledger takes nobody off whom it does not know."""
    row = rows.get(delivered.stream)
    known = None if row is None else unpack(row, Known)
    match delivered.event:
        case subject.SubjectRegistered(risk_class=seed) | subject.SubjectImported(risk_class=seed):
            since = beijing_day(delivered.meta.decided_at) if known is None else known.since
            return Known(seed, since)
        case event:
            return known and replace(known, off=isinstance(event, subject.Deregistered))


# -- what counts


def _counted(rows: Rows, delivered: Delivered) -> Reaction:
    file = _row(rows, delivered.stream, File)
    after = _moved(file, delivered)
    changed = {} if after == file else {delivered.stream: pack(after)}
    match delivered.event:
        case inspection_task.FindingReviewed(agreed=True) if file.ended:
            act = DeregisterFound(delivered.key, SubjectId(file.subject))
            return Reaction(changed, (Command("off", act, ACTOR),))
        case _:
            return Reaction(changed)


def _moved(file: File, delivered: Delivered) -> File:
    match delivered.stream.partition("/")[0]:
        case "licence":
            return _of_licence(file, delivered)
        case "commitment":
            return _of_commitment(file, delivered)
        case "task":
            return _of_task(file, delivered)
        case "credit":
            return _of_credit(file, delivered)
        case _:
            return _of_others(file, delivered)


def _fact(
    delivered: Delivered, factor: RiskFactor, matter: str, on: date | None = None
) -> RiskFact:
    day = beijing_day(delivered.meta.decided_at) if on is None else on
    return RiskFact(delivered.entry.event_id, factor, day, matter)


def _with(file: File, fact: RiskFact) -> File:
    return replace(file, facts=(*file.facts, fact))


def _promise(commitment_id: str | None, otherwise: str) -> str:
    """The same matter for the finding, the breach, the revocation and the record."""
    return otherwise if commitment_id is None else f"commitment/{commitment_id}"


def _of_licence(file: File, delivered: Delivered) -> File:
    match delivered.event:
        case approval.Granted(holder=holder, commitment_id=promise):
            return replace(file, subject=holder, matter=_promise(promise, delivered.stream))
        case approval.LicenceImported(holder=holder):
            return replace(file, subject=holder, matter=delivered.stream)
        case approval.Revoked():
            return _with(file, _fact(delivered, RiskFactor.LICENCE_REVOKED, file.matter))
        case approval.Forfeited(penalty_no=number):
            matter = f"document/{number}"  # the credit record names the same paper
            return _with(file, _fact(delivered, RiskFactor.LICENCE_FORFEITED, matter))
        case approval.RevocationReversed():
            kept = (one for one in file.facts if one.factor is not RiskFactor.LICENCE_REVOKED)
            return replace(file, facts=tuple(kept))
        case _:
            return file


def _of_commitment(file: File, delivered: Delivered) -> File:
    match delivered.event:
        case commitment.Made(signer=signer):
            return replace(file, subject=signer, matter=delivered.stream)
        case commitment.BreachConfirmed(ground=ground):
            false = ground is BreachGround.FALSE_PROMISE
            factor = RiskFactor.COMMITMENT_FALSE if false else RiskFactor.COMMITMENT_BROKEN
            return _with(file, _fact(delivered, factor, file.matter))
        case commitment.Revived():
            return replace(file, facts=())
        case _:
            return file


def _of_task(file: File, delivered: Delivered) -> File:
    match delivered.event:
        case inspection_task.TaskAssigned(subject=who, commitment_id=promise):
            return replace(file, subject=who, matter=_promise(promise, delivered.stream))
        case inspection_task.Inspected(performed_at=at) as result:
            kinds = result.meant
            found = _found(delivered, kinds, file.matter, beijing_day(at))
            return replace(file, waiting=found, ended=CodeKind.ENDED in kinds)
        case inspection_task.FindingReviewed(agreed=agreed):
            facts = (*file.facts, *file.waiting) if agreed else file.facts
            return replace(file, facts=facts, waiting=(), ended=False)
        case _:
            return file


def _found(
    delivered: Delivered, kinds: Iterable[CodeKind], matter: str, on: date
) -> tuple[RiskFact, ...]:
    """By the kind of a code: what it is called differs from set to set."""
    counted = (FINDINGS[kind] for kind in kinds if kind in FINDINGS)
    return tuple(_fact(delivered, factor, matter, on) for factor in counted)


def _of_credit(file: File, delivered: Delivered) -> File:
    """Repaired, lapsed, or its decision reversed: it counts no more."""
    match delivered.event:
        case credit.RecordAdded() as added:
            matter = _promise(added.commitment_id, f"document/{added.document_no}")
            fact = _fact(delivered, RECORDS[added.severity], matter, added.decided_on)
            named = replace(fact, source_event=f"{added.record_no} {fact.source_event}")
            return _with(replace(file, subject=delivered.identity), named)
        case credit.RecordRepaired(record_no=number) | credit.RecordLapsed(record_no=number):
            gone: tuple[str, ...] = (number,)
        case credit.DecisionReversed(records=records):
            gone = records
        case _:
            return file
    ended = tuple(f"{number} " for number in gone)
    kept = (one for one in file.facts if not one.source_event.startswith(ended))
    return replace(file, facts=tuple(kept))


def _of_others(file: File, delivered: Delivered) -> File:
    """A complaint about the conduct of a licensed business; a result that a source recorded."""
    match delivered.event:
        case complaint.Lodged(matter=ComplaintMatter.SUBJECT, licence_no=str() as number):
            return replace(file, licence=number, matter=delivered.stream)
        case complaint.Settled(upheld=True) if file.licence:
            return _with(file, _fact(delivered, RiskFactor.COMPLAINT_UPHELD, file.matter))
        case past_inspection.InspectionImported(licence_no=number, codes=codes, performed_on=on):
            kinds = (one.kind for one in V1.find(codes))
            found = _found(delivered, kinds, delivered.stream, on)
            return replace(file, licence=number, matter=delivered.stream, facts=found)
        case _:
            return file


# -- the month


def _dated(setting: scoring.Setting, commands: tuple[Command, ...] = ()) -> Reaction:
    """When the next month begins: the first that begins under a rule and after the last one."""
    if setting.last is None:
        first = setting.versions[0].effective_from
        month = first if first.day == 1 else months_after(scoring.first_of(first), 1)
    else:
        month = months_after(setting.last.month, 1)
    row = {**pack(setting), DUE: end_of_day(month - ONE_DAY).isoformat()}
    return Reaction({RULE: row}, commands)


def due(now: datetime, rows: Rows) -> Iterator[Command]:
    """到了当月第一个工作日。"""
    today = beijing_day(now)
    month = scoring.first_of(today)
    for key, _ in rows.due(now):
        if today >= scoring.begins_on(month, _calendar(rows, month)):
            purpose = f"month {month}|{today}"
            yield Command(purpose, BeginRiskMonth(month), ACTOR, NOT_NOW, key=key)


def _calendar(rows: Rows, month: date) -> Calendar:
    names = (f"calendar/{calendar_id(year)}" for year in (month.year, month.year + 1))
    found = (row for name in names if (row := rows.get(name)) is not None)
    return calendar_of(Published(unpack(row, CalendarPublished)) for row in found)


def _classify(rows: Rows, setting: scoring.Setting, begun: MonthBegun) -> Iterator[Command]:
    rule = setting.versions[begun.rule_version - 1]
    facts = facts_of(rows)
    for key, row in rows.scan("subject/"):
        known = unpack(row, Known)
        if known.off:
            continue
        number = SubjectId(key.removeprefix("subject/"))
        counted = tuple(facts.get(number, ()))
        command = risk.Classify(begun, rule, counted, RiskClass(known.seed), known.since)
        if command.decide(_row(rows, f"risk/{number}", risk.Standing)):
            act = ClassifyRisk(number, begun.month, counted, known.since)
            yield Command(f"classify.{number}", act, ACTOR)


def facts_of(rows: Rows) -> dict[str, list[RiskFact]]:
    """各对象可以计分的事；许可还不在账上的历史检查，等许可到了再算。"""
    found: dict[str, list[RiskFact]] = defaultdict(list)
    for prefix in OF_FACTS:
        for _, row in rows.scan(prefix):
            file = unpack(row, File)
            if not file.facts:
                continue
            who = file.subject or _row(rows, f"licence/{file.licence}", File).subject
            if who:
                found[who] += file.facts
    return found


READS: Final[frozenset[type[Event]]] = frozenset(
    {
        *get_args(risk.RiskEvent),
        scoring.ScoringPublished,
        MonthBegun,
        CalendarPublished,
        subject.SubjectRegistered,
        subject.SubjectImported,
        subject.Deregistered,
        subject.Restored,
        approval.Granted,
        approval.LicenceImported,
        approval.Revoked,
        approval.Forfeited,
        approval.RevocationReversed,
        commitment.Made,
        commitment.BreachConfirmed,
        commitment.Revived,
        inspection_task.TaskAssigned,
        inspection_task.Inspected,
        inspection_task.FindingReviewed,
        credit.RecordAdded,
        credit.RecordRepaired,
        credit.RecordLapsed,
        credit.DecisionReversed,
        complaint.Lodged,
        complaint.Settled,
        past_inspection.InspectionImported,
    }
)
SUPERVISOR: Final = Supervisor(
    name=NAME,
    version=1,
    reads=names_of_kinds(READS),
    keys=keys,
    react=react,
    due=due,
)
