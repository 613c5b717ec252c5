"""电子监察：账上一有违规的告知、过了的期限、清单外的材料、事后的补录、属实的投诉与差评、
封账存疑，即提出督办。

Findings only: whoever is responsible answers, 效能办 closes (机制 26、36). The number of a finding is
made from its rule and its cause, so that one cause never makes two.

Rows: ``unpushed/<event>``, a decision whose push has not come; ``matter/<complaint>``;
``import/<id>``; ``person/<id>``, who has an officer's account.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from consumers.common import machine
from consumers.linkage import MATTERS
from domain import (
    annual,
    case,
    check_result,
    complaint,
    follow_up,
    frequency,
    genesis,
    importing,
    inspection_plan,
    inspection_task,
    linkage,
    officer,
    publication,
    record,
    reform,
    remarks,
    service,
    timekeeping,
)
from domain.acts.monitoring import CheckNotice, RaiseAlert
from domain.acts.oversight import rule_no
from domain.case import DeadlineKind
from domain.complaint import ComplaintMatter
from domain.decider import Event
from domain.importing import ImportKind
from domain.lights import Light
from domain.oversight import AlertLevel, OversightRule
from domain.refusals import Refusal
from domain.remarks import NoticeFault
from domain.terms import Actor, CaseNo, Organ, PersonId, beijing_day, end_of_day
from domain.timekeeping import file_of
from followers.delivered import Delivered
from followers.packing import pack, unpack
from followers.supervisor import DUE, Command, Reaction, Rows, Supervisor
from schemas.registry import names_of_kinds

NAME: Final = "monitor"
ACTOR: Final[Actor] = machine(NAME)
PUSH_WITHIN: Final = timedelta(days=2)  # 推送应与决定同时；各地容许一至二日

NOTICES: Final[Mapping[NoticeFault, OversightRule]] = {
    NoticeFault.TWICE: OversightRule.SECOND_NOTICE,
    NoticeFault.LATE: OversightRule.LATE_NOTICE,
    NoticeFault.AFTER_HALF: OversightRule.HALF_LIMIT,
}
# 过了承诺的亮黄牌，过了法定的亮红牌；决定照旧有效（规则 11）。
LATE: Final[Mapping[DeadlineKind, tuple[OversightRule, AlertLevel]]] = {
    DeadlineKind.COMPLETENESS_NOTICE: (OversightRule.LATE_NOTICE, AlertLevel.YELLOW),
    DeadlineKind.EXPEDITED_DECISION: (OversightRule.PROMISE_MISSED, AlertLevel.REMINDER),
    DeadlineKind.PROMISED_DECISION: (OversightRule.PROMISE_MISSED, AlertLevel.YELLOW),
    DeadlineKind.LEGAL_DECISION: (OversightRule.LEGAL_LIMIT_MISSED, AlertLevel.RED),
    DeadlineKind.DELIVERY: (OversightRule.DELIVERY_MISSED, AlertLevel.YELLOW),
}
OVERDUE: Final[Mapping[type[Event], OversightRule]] = {
    linkage.Overdue: OversightRule.UNCLAIMED_PUSH,
    publication.Missed: OversightRule.PUBLICATION_MISSED,
    complaint.Overdue: OversightRule.DEADLINE_MISSED,
    reform.Overdue: OversightRule.REFORM_OVERDUE,
    inspection_plan.PlanVoided: OversightRule.DEADLINE_MISSED,  # 封存份额压着不开
    check_result.PublicationMissed: OversightRule.PUBLICATION_MISSED,
    check_result.FollowUpLacking: OversightRule.DEADLINE_MISSED,  # 发现问题没有下文
    follow_up.FollowUpOverdue: OversightRule.DEADLINE_MISSED,
}
# A complaint about the conduct of a business is a matter for inspection, not for oversight.
COMPLAINTS: Final[Mapping[ComplaintMatter, OversightRule]] = {
    ComplaintMatter.SERVICE: OversightRule.COMPLAINT_UPHELD,
    ComplaintMatter.CHARGE: OversightRule.COMPLAINT_UPHELD,
    ComplaintMatter.NOTICE: OversightRule.ONE_TIME_NOTICE,
    ComplaintMatter.STAMP: OversightRule.STAMP_DEMANDED,
    ComplaintMatter.PAPER: OversightRule.PAPER_DEMANDED,
}
# Files whose black light is a finding; what else can be late says so by an event of its own.
DARK: Final = (
    "commitment/",
    "revocation/",
    "publication/",
    "referral/",
    "task/",
    "plan/",
    "result/",
)
# 检查结果的导入不在其内：补录的是已经作出的审批。
RESULTS: Final = frozenset({ImportKind.CASES, ImportKind.LICENCES})
# Files that are numbered as the case they belong to.
OF_A_CASE: Final = frozenset({"case", "rating", "points"})
# Files in the partition of their plan.
OF_A_PLAN: Final = frozenset({"task", "result", "followup"})
# What a filing led to has no case file: nobody to answer for it here.
ELSEWHERE: Final = frozenset({Refusal.CASE_NOT_FOUND})


# -- rows


@dataclass(frozen=True, slots=True)
class Unpushed:
    """底册的一行：作出了决定，还没有推送。"""

    case_no: CaseNo
    stream: str
    version: int
    source_event: str


@dataclass(frozen=True, slots=True)
class Matter:
    """底册的一行：投诉什么、关于哪一件。"""

    matter: ComplaintMatter
    case_no: CaseNo | None


@dataclass(frozen=True, slots=True)
class Import:
    """底册的一行：一次导入，导入的是什么。"""

    kind: ImportKind


@dataclass(frozen=True, slots=True)
class Known:
    """底册的一行：这个自然人有工作人员的账号。"""

    account: str


def keys(delivered: Delivered) -> tuple[str, ...]:
    """一个缘由一行；代办积分看代办人是不是工作人员。"""
    event = delivered.event
    match event:
        case linkage.Sent(source_event=source):
            return (f"unpushed/{source}",)
        case _ if type(event) in MATTERS:
            return (f"unpushed/{delivered.entry.event_id}",)
        case complaint.Lodged() | complaint.Settled():
            return (f"matter/{delivered.identity}",)
        case officer.OfficerAppointed(person=person) | record.PointsAwarded(agent=person):
            return (f"person/{person}",)
        case _:
            return (delivered.stream,)


# -- what is written down


def react(rows: Rows, delivered: Delivered) -> Reaction:
    """记下日后要对照的；查到的提出督办。"""
    event = delivered.event
    (key,) = keys(delivered)
    match event:
        case _ if type(event) in MATTERS:
            return _decided(key, delivered)
        case complaint.Lodged(matter=matter, case_no=case_no):
            return Reaction({key: pack(Matter(matter, case_no))})
        case importing.ImportStarted(kind=kind):
            return Reaction({key: pack(Import(kind))})
        case officer.OfficerAppointed():
            return Reaction({key: pack(Known(delivered.identity))})
        case _:
            done = {key: None} if rows.get(key) and not isinstance(event, _STAYING) else {}
            return Reaction(done, tuple(_found(rows, key, delivered)))


_STAYING: Final = (record.PointsAwarded,)  # an officer stays one


def _decided(key: str, delivered: Delivered) -> Reaction:
    number = CaseNo(delivered.key)
    unpushed = Unpushed(number, delivered.stream, delivered.entry.version, delivered.entry.event_id)
    return Reaction({key: {**pack(unpushed), DUE: _push_due(delivered).isoformat()}})


def _push_due(delivered: Delivered) -> datetime:
    return end_of_day(beijing_day(delivered.meta.recorded_at) + PUSH_WITHIN)


# -- what is a finding


def _found(rows: Rows, key: str, delivered: Delivered) -> Iterator[Command]:
    event = delivered.event
    row = rows.get(key)
    match event:
        case linkage.Sent() if row is not None:
            if delivered.meta.recorded_at >= datetime.fromisoformat(str(row[DUE])):
                yield _late_push(unpack(row, Unpushed), key="")
        case complaint.Settled(upheld=True) if row is not None:
            yield from _upheld(unpack(row, Matter), delivered, event)
        case importing.ImportFinished() if row is not None:
            yield from _entered_late(unpack(row, Import), delivered, event)
        case record.PointsAwarded(agent=agent) if row is not None:
            rule = OversightRule.OFFICER_AS_AGENT
            yield _alert(delivered, rule, unpack(row, Known).account, responsible=agent)
        case case.SupplementRequested():
            yield _check(delivered, event)
        case _:
            yield from _said(delivered)


def _said(delivered: Delivered) -> Iterator[Command]:
    """What the event says by itself: of a case, else of another file."""
    event = delivered.event
    match event:
        case remarks.NoticeViolated(fault=fault, handler=handler):
            texts = "、".join((event.notice_no, *event.missing))
            yield _alert(delivered, NOTICES[fault], texts, responsible=handler)
            yield _check(delivered, event)
        case case.DeadlineMissed(deadline=deadline, due_on=due_on):
            rule, level = LATE[deadline]
            yield _alert(delivered, rule, str(due_on), level=level)
        case case.Received(notice_due_on=due_on, received_at=received_at, handler=handler):
            if beijing_day(delivered.meta.recorded_at) > due_on:  # 事后补录，体外循环（机制 26）
                day = str(beijing_day(received_at))
                yield _alert(delivered, OversightRule.LATE_ENTRY, day, responsible=handler)
        case _:
            yield from _elsewhere(delivered)


def _elsewhere(delivered: Delivered) -> Iterator[Command]:
    event = delivered.event
    match event:
        case inspection_task.EnteredLate(enter_by=enter_by, handler=handler):
            rule = OversightRule.LATE_ENTRY
            yield _alert(delivered, rule, str(enter_by), responsible=handler)
        case service.RatingFollowed(confirmed=True, explanation=explanation):
            yield _alert(delivered, OversightRule.POOR_RATING, explanation)
        case timekeeping.Warned(light=Light.BLACK, deadline=name, due_on=due_on):
            if file_of(delivered.stream).startswith(DARK):
                yield _alert(delivered, OversightRule.DEADLINE_MISSED, f"{name} {due_on}")
        case genesis.SealDoubted(code=code, as_of_size=size, at_position=position):
            organ, told = delivered.meta.actor.organ, f"{code} {size} {position}"
            yield _alert(delivered, OversightRule.OTHER, told, level=AlertLevel.RED, organ=organ)
        case (
            linkage.Overdue()
            | publication.Missed()
            | complaint.Overdue()
            | reform.Overdue()
            | inspection_plan.PlanVoided()
            | check_result.PublicationMissed()
            | check_result.FollowUpLacking()
            | follow_up.FollowUpOverdue()
        ):
            yield _alert(delivered, OVERDUE[type(event)], f"{delivered.identity} {event.due_on}")
        case annual.Closed() | frequency.Counted():
            yield from _of_the_year(delivered, event)


def _of_the_year(
    delivered: Delivered, event: annual.Closed | frequency.Counted
) -> Iterator[Command]:
    """年度计划没有组织完的；超过频次上限还上门的（国办发〔2024〕54号）。"""
    match event:
        case annual.Closed(shortfalls=(_, *_) as missing):
            told = "、".join(f"{one.matter_no} {one.registered}/{one.planned}" for one in missing)
            organ = Organ(delivered.identity.rpartition("-")[0])
            text = f"{delivered.identity} {told}"
            yield _alert(delivered, OversightRule.DEADLINE_MISSED, text, organ=organ)
        case frequency.Counted(department=organ, most=int() as most, nth=nth) if nth > most:
            text = f"{event.check_no} {nth}/{most}"
            yield _alert(delivered, OversightRule.OTHER, text, organ=organ)
        case _:
            return


def _upheld(matter: Matter, delivered: Delivered, event: complaint.Settled) -> Iterator[Command]:
    """投诉属实：由承办的机关答复。"""
    rule = COMPLAINTS.get(matter.matter)
    if rule is not None:
        yield _alert(delivered, rule, event.explanation, organ=event.responsible_organ)


def _entered_late(
    begun: Import, delivered: Delivered, event: importing.ImportFinished
) -> Iterator[Command]:
    """成批补录：审批结果不经本系统而事后录入，由录入的机关说明（机制 26）。"""
    if begun.kind in RESULTS and event.taken > 0:
        rule, organ = OversightRule.LATE_ENTRY, delivered.meta.actor.organ
        yield _alert(
            delivered, rule, f"{begun.kind} {event.taken}", level=AlertLevel.REMINDER, organ=organ
        )


# -- how it is told


def _number(rule: OversightRule, stream: str, version: int) -> str:
    """督办编号：监察规则编号，加上所据的那一件事。"""
    identity = stream.partition("/")[2].replace("/", ".")
    return f"{rule_no(rule)}.{identity}.{version}"


def _case_of(stream: str, key: str) -> CaseNo | None:
    family, _, number = stream.partition("/")
    if family in OF_A_PLAN:
        return None
    return CaseNo(key) if family in OF_A_CASE or key != number else None


def _alert(
    delivered: Delivered,
    rule: OversightRule,
    explanation: str,
    *,
    level: AlertLevel = AlertLevel.YELLOW,
    organ: Organ | None = None,
    responsible: PersonId | None = None,
) -> Command:
    stream = file_of(delivered.stream)
    act = RaiseAlert(
        oversight_no=_number(rule, delivered.stream, delivered.entry.version),
        rule=rule,
        level=level,
        source_stream=stream,
        source_event=delivered.entry.event_id,
        explanation=explanation,
        case_no=_case_of(stream, delivered.key),
        organ=organ,
        responsible=responsible,
    )
    return Command("alert", act, ACTOR, ELSEWHERE)


def _check(
    delivered: Delivered, event: case.SupplementRequested | remarks.NoticeViolated
) -> Command:
    """清单之外的材料：有没有列明，由账本依事项版本核对。"""
    act = CheckNotice(
        oversight_no=_number(
            OversightRule.UNLISTED_MATERIAL, delivered.stream, delivered.entry.version
        ),
        case_no=CaseNo(delivered.key),
        source_stream=delivered.stream,
        source_event=delivered.entry.event_id,
        missing=event.missing,
        responsible=event.handler,
    )
    return Command("notice", act, ACTOR)


def _late_push(row: Unpushed, key: str) -> Command:
    act = RaiseAlert(
        oversight_no=_number(OversightRule.LATE_PUSH, row.stream, row.version),
        rule=OversightRule.LATE_PUSH,
        level=AlertLevel.YELLOW,
        source_stream=row.stream,
        source_event=row.source_event,
        explanation=row.case_no,
        case_no=row.case_no,
    )
    return Command(f"unpushed {row.source_event}", act, ACTOR, ELSEWHERE, key=key)


def due(now: datetime, rows: Rows) -> Iterator[Command]:
    """决定作出而到时还没有推送的。"""
    for key, row in rows.due(now):
        yield _late_push(unpack(row, Unpushed), key)


READS: Final = frozenset(
    {
        *MATTERS,
        *OVERDUE,
        linkage.Sent,
        complaint.Lodged,
        complaint.Settled,
        importing.ImportStarted,
        importing.ImportFinished,
        officer.OfficerAppointed,
        record.PointsAwarded,
        annual.Closed,
        frequency.Counted,
        case.Received,
        case.SupplementRequested,
        case.DeadlineMissed,
        remarks.NoticeViolated,
        service.RatingFollowed,
        timekeeping.Warned,
        genesis.SealDoubted,
        inspection_task.EnteredLate,
    }
)
SUPERVISOR: Final = Supervisor(
    name=NAME,
    version=2,
    reads=names_of_kinds(READS),
    keys=keys,
    react=react,
    due=due,
)
