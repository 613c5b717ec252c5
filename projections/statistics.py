"""统计的底册：每一件计一次的事一行，只留统计要的几项；从不扫描事件。怎样数见 measures.py。

One row per thing that is counted, not per organ and month: whether a case was decided early is
known only from its acceptance and its decision together, and behind every number there must be the
rows it counts. What a source did is kept apart by ``what`` and never mixed with our own work.
"""

from collections.abc import Mapping
from datetime import date
from typing import Final

from domain import (
    approval,
    case,
    clock,
    commitment,
    complaint,
    filing,
    gaps,
    hearing,
    inspection_plan,
    inspection_task,
    joint,
    linkage,
    oversight,
    package,
    past_inspection,
    publication,
    reform,
    service,
    timekeeping,
)
from domain.code_set import V1, CodeKind, found_problem
from domain.decider import Event
from domain.lights import Light
from domain.terms import beijing_day
from domain.timekeeping import file_of
from domain.timers import TimerKind
from followers.delivered import Delivered
from followers.projection import Column, ColumnType, Json, Projection, Row, Value
from projections.common import plus
from schemas.registry import names_of_kinds

COLUMNS: Final = (
    Column("what", ColumnType.TEXT, indexed=True),
    Column("organ", ColumnType.TEXT),
    Column("parent", ColumnType.TEXT),
    Column("kind", ColumnType.TEXT),
    Column("item_code", ColumnType.TEXT),
    Column("channel", ColumnType.TEXT),
    Column("assisted", ColumnType.BOOLEAN),
    Column("trips", ColumnType.BIGINT),
    Column("accepted_on", ColumnType.DATE),
    Column("legal_days", ColumnType.BIGINT),
    Column("promised_days", ColumnType.BIGINT),
    Column("stops", ColumnType.JSON),
    Column("tracked_on", ColumnType.DATE),
    Column("project", ColumnType.TEXT),
    Column("started_on", ColumnType.DATE),
    Column("opened_on", ColumnType.DATE),
    Column("due_on", ColumnType.DATE),
    Column("closed_on", ColumnType.DATE),
    Column("outcome", ColumnType.TEXT),
    Column("committed_on", ColumnType.DATE),
    Column("broken_on", ColumnType.DATE),
    Column("revoked_on", ColumnType.DATE),
    Column("overdue_on", ColumnType.DATE),
    Column("joint", ColumnType.BOOLEAN),
    Column("position", ColumnType.BIGINT),
)
_OUTCOMES: Final[dict[type[Event], str]] = {
    case.Approved: "APPROVED",
    case.Rejected: "REJECTED",
    case.Declined: "DECLINED",
    case.DeemedApproved: "APPROVED",
    # 没有决定而告结的也算办结（domain.md 表 B 注），但不算提前办结
    case.Withdrawn: "WITHDRAWN",
    case.SupplementLapsed: "WITHDRAWN",
    case.AcceptanceRevoked: "ACCEPTANCE_REVOKED",
}
_READ: Final[tuple[type[Event], ...]] = (
    case.Received,
    case.Accepted,
    case.DeemedAccepted,
    case.Declined,
    case.Approved,
    case.Rejected,
    case.DeemedApproved,
    case.Withdrawn,
    case.SupplementLapsed,
    case.AcceptanceRevoked,
    case.CaseImported,
    clock.Paused,
    clock.Resumed,
    commitment.Made,
    commitment.BreachConfirmed,
    commitment.Revived,
    approval.Revoked,
    approval.RevocationReversed,
    filing.Submitted,
    filing.Filed,
    filing.Tracked,
    filing.Completed,
    linkage.Sent,
    linkage.Claimed,
    linkage.Disputed,
    linkage.Overdue,
    inspection_plan.PlanRegistered,
    inspection_task.TaskAssigned,
    inspection_task.TaskWithdrawn,
    inspection_task.Inspected,
    joint.JointOpened,
    past_inspection.InspectionImported,
    service.TripRecorded,
    timekeeping.Rederived,
)
# 期限过了，账上另有记录的：也是黑灯（其余各种由亮灯记下）。
_MISSED: Final[tuple[type[Event], ...]] = (
    case.DeadlineMissed,
    gaps.GapDefaulted,
    commitment.SupplementOverdue,
    linkage.Overdue,
    hearing.HearingOverdue,
    oversight.AnswerMissed,
    publication.Missed,
    complaint.Overdue,
    reform.Overdue,
)
# What may happen to one file more than once has a row for each time.
_APART: Final[Mapping[type[Event], str]] = {
    approval.PartlyRevoked: "PARTIAL_REVOCATION",
    approval.RevocationReversed: "REVERSAL",
    package.ChildClosed: "PACKAGE_CASE",
    timekeeping.Warned: "LIGHT",
    **dict.fromkeys(_MISSED, "LIGHT"),
}
_WITH_THE_CASE: Final = frozenset({"commitment", "joint", "licence", "trip"})
_ON_ITS_OWN: Final = frozenset({"push", "filing"})


def keys(delivered: Delivered) -> tuple[str, ...]:
    """办件连同它的承诺、许可与到场为一件；推送、报备、任务、亮灯、部分撤销与撤销的撤销各为一件。"""
    event, stream = delivered.event, delivered.stream
    if isinstance(event, timekeeping.Rederived):
        moved = event.deadline == TimerKind.PROMISED_DECISION
        return (file_of(stream),) if moved else ()
    apart = (_apart(delivered),) if type(event) in _APART else ()
    family = stream.partition("/")[0]
    own = f"case/{delivered.key}" if family in _WITH_THE_CASE else stream
    return (own, *apart) if type(event) in _READ else apart


def _apart(delivered: Delivered) -> str:
    return f"{delivered.stream}.{delivered.entry.version}"


def fold(key: str, row: Row | None, delivered: Delivered) -> Row:
    """这一件的新现状。"""
    if key == _apart(delivered):
        return _one_time(delivered)
    new = (
        _case(delivered)
        or _clock(row, delivered.event)
        or _filing(delivered)
        or _pledge(delivered)
        or _linkage(delivered)
        or _inspection(delivered)
    )
    return {**(row or {}), **new, "position": delivered.position}


def _one_time(delivered: Delivered) -> Row:
    what, meta = _APART[type(delivered.event)], delivered.meta
    if what == "LIGHT":
        return _light(delivered)
    if isinstance(delivered.event, package.ChildClosed):  # its organ is the case's
        child = _opened(what, None, delivered.event.closed_on)
        return {
            **child,
            "parent": f"case/{delivered.event.case_no}",
            "position": delivered.position,
        }
    opened = _opened(what, meta.actor.organ, beijing_day(meta.decided_at))
    return {**opened, "position": delivered.position}


def _light(delivered: Delivered) -> Row:
    """A light that came on: whose it is, the row that it belongs to knows."""
    event, stream = delivered.event, file_of(delivered.stream)
    light = event.light if isinstance(event, timekeeping.Warned) else Light.BLACK
    family = stream.partition("/")[0]
    if family in {"plan", "task"}:
        parent = f"plan/{delivered.key}"
    else:
        parent = stream if family in _ON_ITS_OWN else f"case/{delivered.key}"
    opened = _opened("LIGHT", None, beijing_day(delivered.meta.decided_at))
    return {**opened, "parent": parent, "outcome": str(light), "position": delivered.position}


def _case(delivered: Delivered) -> dict[str, Value]:
    event, meta = delivered.event, delivered.meta
    decided_on = beijing_day(meta.decided_at)
    match event:
        case case.Received(received_at=at):
            return _opened("CASE", meta.actor.organ, beijing_day(at)) | {
                "item_code": event.item_code,
                "channel": str(event.channel),
                "assisted": event.agent is not None,
            }
        case case.Accepted() | case.DeemedAccepted():
            return {
                "kind": str(event.kind),
                "due_on": event.promised_due_on,
                "accepted_on": event.accepted_on,
                "legal_days": event.legal_days,
                "promised_days": event.promised_days,
            }
        case case.CaseImported(started_at=at, ended_at=end):
            new = _opened("IMPORTED_CASE", event.organ, beijing_day(at))
            return new | ({"closed_on": beijing_day(end)} if end else {})
        case _ if type(event) in _OUTCOMES:
            day = getattr(event, "decided_on", decided_on)  # what the fact says, if it says a day
            return _closed(_OUTCOMES[type(event)], day)
        case _:
            return {}


def _filing(delivered: Delivered) -> dict[str, Value]:
    """自审报备的一生：提交、通过、转入工程审批系统、开工。"""
    organ, decided_on = delivered.meta.actor.organ, beijing_day(delivered.meta.decided_at)
    match delivered.event:
        case filing.Submitted():
            return _opened("FILING", organ, decided_on)
        case filing.Filed():
            return _closed("FILED", decided_on) | {"organ": organ}
        case filing.Tracked(project_code=code):
            return {"tracked_on": decided_on, "project": code}
        case filing.Completed(started_on=day):
            return {"started_on": day}
        case _:
            return {}


def _clock(row: Row | None, event: Event) -> dict[str, Value]:
    """What moves the promise or counts on: days stopped, trips made, other organs asked."""
    known = (row or {}).get("stops")
    stops: list[Json] = list(known) if isinstance(known, list) else []
    match event:
        case joint.JointOpened():
            return {"joint": True}
        case clock.Paused(dues=dues, started_on=first):
            return {"due_on": dues.promised_due_on, "stops": [*stops, [str(first), None]]}
        case clock.Resumed(dues=dues, ended_on=last):
            ended: list[Json] = [_ended(one, last) for one in stops]
            return {"due_on": dues.promised_due_on, "stops": ended}
        case timekeeping.Rederived(due_on=due):
            return {"due_on": due}
        case service.TripRecorded():
            return {"trips": plus(row or {}, "trips")}
        case _:
            return {}


def _ended(stop: Json, last: date) -> Json:
    """The one that is open ends; those before it have ended."""
    if isinstance(stop, list) and stop[1] is None:
        return [stop[0], str(last)]
    return stop


def _pledge(delivered: Delivered) -> dict[str, Value]:
    day = beijing_day(delivered.meta.decided_at)
    match delivered.event:
        case commitment.Made():
            return {"committed_on": day}
        case commitment.BreachConfirmed():
            return {"broken_on": day}
        case commitment.Revived():
            return {"broken_on": None}
        case approval.Revoked():
            return {"revoked_on": day}
        case approval.RevocationReversed():
            return {"revoked_on": None}
        case _:
            return {}


def _linkage(delivered: Delivered) -> dict[str, Value]:
    day = beijing_day(delivered.meta.decided_at)
    match delivered.event:
        case linkage.Sent(department=department):
            return _opened("PUSH", department, day)
        case linkage.Claimed():
            return _closed("CLAIMED", day)
        case linkage.Disputed():
            return _closed("DISPUTED", day)
        case linkage.Overdue():
            return {"overdue_on": day}
        case _:
            return {}


def _inspection(delivered: Delivered) -> dict[str, Value]:
    day = beijing_day(delivered.meta.decided_at)
    match delivered.event:
        case inspection_plan.PlanRegistered(department=department):
            return _opened("PLAN", department, day)
        case inspection_task.TaskAssigned():  # its department is the plan's
            return _opened("TASK", None, day) | {"parent": f"plan/{delivered.key}"}
        case inspection_task.TaskWithdrawn():  # its substitute is the one that counts
            return {"what": "TASK_WITHDRAWN"}
        case inspection_task.Inspected(meant=kinds, performed_at=at):
            return _closed(_result(kinds), beijing_day(at))
        case past_inspection.InspectionImported(codes=codes, performed_on=done):
            kinds = tuple(one.kind for one in V1.find(codes))
            return _opened("IMPORTED_INSPECTION", None, done) | _closed(_result(kinds), done)
        case _:
            raise TypeError(f"not read here: {delivered.name}")


def _opened(what: str, organ: str | None, on: date) -> dict[str, Value]:
    return {"what": what, "organ": organ, "opened_on": on}


def _closed(outcome: str, on: date) -> dict[str, Value]:
    return {"outcome": outcome, "closed_on": on}


def _result(kinds: tuple[CodeKind, ...]) -> str:
    return "PROBLEM" if found_problem(kinds) else "NO_PROBLEM"


_KINDS: Final = frozenset({*_READ, *_APART})
PROJECTION: Final = Projection(
    name="statistics",
    version=6,
    columns=COLUMNS,
    keys=keys,
    fold=fold,
    reads=names_of_kinds(_KINDS),
    by_partition_key=True,
)
