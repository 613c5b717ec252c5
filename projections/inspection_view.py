"""检查一览：双随机的检查任务与导入的历史检查，一项一行；结果公开了没有、后续处理到哪一步也在这一行。"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from domain import check_result, follow_up, inspection_task, past_inspection
from domain.code_set import BUILT_IN, V1, CodeKind, found_problem
from domain.decider import Event
from domain.terms import beijing_day
from followers.delivered import Delivered
from followers.projection import Column, ColumnType, Projection, Row, Value
from projections import common
from projections.common import Found, Reader, names_of, plain, plus, select
from schemas.registry import names_of_kinds

COLUMNS: Final = (
    Column("number", ColumnType.TEXT, indexed=True),
    Column("state", ColumnType.TEXT, indexed=True),
    Column("imported", ColumnType.BOOLEAN),
    Column("plan_no", ColumnType.TEXT, indexed=True),
    Column("subject", ColumnType.TEXT, indexed=True),
    Column("licence_no", ColumnType.TEXT, indexed=True),
    Column("inspectors", ColumnType.JSON),
    Column("due_on", ColumnType.DATE, indexed=True),
    Column("notice_no", ColumnType.TEXT),
    Column("unannounced", ColumnType.BOOLEAN),
    Column("performed_on", ColumnType.DATE),
    Column("late", ColumnType.BOOLEAN),
    Column("code_set", ColumnType.TEXT),
    Column("codes", ColumnType.JSON),
    Column("kinds", ColumnType.JSON),
    Column("problem", ColumnType.BOOLEAN),
    Column("agreed", ColumnType.BOOLEAN),
    Column("outcome", ColumnType.JSON),
    Column("result", ColumnType.TEXT, indexed=True),
    Column("publish_by", ColumnType.DATE),
    Column("published_on", ColumnType.DATE),
    Column("follow_ups", ColumnType.BIGINT),
    Column("follow_ups_open", ColumnType.BIGINT),
    Column("recheck_passed", ColumnType.BOOLEAN),
    Column("source", ColumnType.TEXT),
    Column("source_result", ColumnType.TEXT),
    Column("source_risk", ColumnType.TEXT),
    Column("critical", ColumnType.BIGINT),
    Column("serious", ColumnType.BIGINT),
    Column("minor", ColumnType.BIGINT),
    Column("position", ColumnType.BIGINT),
)


_FOLLOWED: Final = (follow_up.FollowUpOpened, follow_up.Rechecked, follow_up.FollowUpClosed)
_RESULTS: Final = (
    check_result.ResultFormed,
    check_result.ResultPublished,
    check_result.ResultOverturned,
    check_result.ResultWithdrawn,
    check_result.ResultCorrected,
)


def keys(delivered: Delivered) -> tuple[str, ...]:
    """一项任务一行；它的结果与后续处理归到它。"""
    event = delivered.event
    if isinstance(event, _FOLLOWED):
        return (inspection_task.AGGREGATE.stream(event.task_id),)
    if delivered.stream.startswith("result/"):
        return (inspection_task.AGGREGATE.stream(delivered.identity),)
    return (delivered.stream,)


def fold(key: str, row: Row | None, delivered: Delivered) -> Row:
    """一项检查的新现状。"""
    number = key.partition("/")[2]
    new: dict[str, Value] = {**(row or {"number": number, "imported": False})}
    new["position"] = delivered.position
    if isinstance(delivered.event, (*_FOLLOWED, *_RESULTS)):
        return new | _afterwards(new, delivered.event)
    match delivered.event:
        case inspection_task.TaskAssigned() as task:
            return new | {
                "state": "ASSIGNED",
                "plan_no": delivered.key,
                "subject": task.subject,
                "licence_no": task.licence_no,
                "inspectors": plain(task.inspectors),
                "due_on": task.due_on,
            }
        case inspection_task.Inspected() as done:
            found = _found(done.code_set, done.chosen, done.meant)
            performed_on = beijing_day(done.performed_at)
            return new | found | {"state": "INSPECTED", "performed_on": performed_on}
        case inspection_task.TaskReassigned(inspectors=people, due_on=due):
            afresh: dict[str, Value] = dict.fromkeys(
                ("codes", "kinds", "problem", "performed_on", "late")
            )
            state = "ASSIGNED" if people else "TASK_SHORT"
            return new | afresh | {"state": state, "inspectors": plain(people), "due_on": due}
        case inspection_task.TaskWithdrawn(inspectors=people):
            return new | {"state": "TASK_WITHDRAWN", "inspectors": plain(people)}
        case inspection_task.FindingReviewed(agreed=agreed):
            return new | {"state": "FINDING_REVIEWED", "agreed": agreed}
        case _:
            return new | _besides(delivered.event)


def _besides(event: Event) -> dict[str, Value]:
    """What does not move a task: how it was announced, that it was entered late; imported ones."""
    match event:
        case past_inspection.InspectionImported():
            return _imported(event)
        case past_inspection.InspectionLinked():
            return {"state": "LINKED"}
        case inspection_task.TaskDeferred(due_on=due):
            return {"due_on": due}
        case inspection_task.CheckNotified(document_no=number):
            return {"notice_no": number}
        case inspection_task.CheckUnannounced(approval_no=number):
            return {"notice_no": number, "unannounced": True}
        case _:
            return {"late": True}


def _afterwards(new: Row, event: Event) -> dict[str, Value]:
    """结果公开了没有，后续处理还有几项没有办结。"""
    match event:
        case check_result.ResultPublished(published_on=day):
            return {"result": "PUBLISHED", "published_on": day}
        case check_result.ResultOverturned():
            return {"result": "OVERTURNED"}
        case check_result.ResultWithdrawn():
            return {"result": "TAKEN_DOWN", "published_on": None}
        case follow_up.FollowUpOpened():
            return {name: plus(new, name) for name in ("follow_ups", "follow_ups_open")}
        case follow_up.FollowUpClosed():
            return {"follow_ups_open": plus(new, "follow_ups_open", -1)}
        case follow_up.Rechecked(passed=passed):
            return {"recheck_passed": passed}
        case check_result.ResultFormed() | check_result.ResultCorrected():
            return _formed(event)
        case _:
            raise TypeError(f"not read here: {type(event).__name__}")


def _formed(event: check_result.ResultFormed | check_result.ResultCorrected) -> dict[str, Value]:
    """成立或者更正：更正之后以更正的为准。"""
    outcome = event.outcome
    return _found(outcome.code_set, outcome.codes, outcome.kinds) | {
        "outcome": plain(outcome.names),
        "result": "FORMED",
        "publish_by": event.publish_by,
    }


def _found(code_set: str, codes: tuple[str, ...], kinds: tuple[CodeKind, ...]) -> dict[str, Value]:
    return {
        "code_set": code_set,
        "codes": plain(codes),
        "kinds": plain(kinds),
        "problem": found_problem(kinds),
    }


def _imported(told: past_inspection.InspectionImported) -> dict[str, Value]:
    codes = tuple(map(str, told.codes))
    kinds = tuple(one.kind for one in V1.find(codes))
    return _found(BUILT_IN, codes, kinds) | {
        "performed_on": told.performed_on,
        "state": "LINKED" if told.licence_known else "WAITING",
        "imported": True,
        "licence_no": told.licence_no,
        "inspectors": [told.inspector] if told.inspector else [],
        "source": told.origin.source,
        "source_result": told.source_result,
        "source_risk": told.source_risk,
        "critical": told.critical,
        "serious": told.serious,
        "minor": told.minor,
    }


PROJECTION: Final = Projection(
    name="inspection_view",
    version=4,
    columns=COLUMNS,
    keys=keys,
    fold=fold,
    reads=names_of("task", "inspection") | names_of_kinds({*_FOLLOWED, *_RESULTS}),
    by_partition_key=True,
)


# -- queries


@dataclass(frozen=True, slots=True)
class InspectionRow:
    """一项检查；``state``：任务为待检查、已检查、结果已复核，导入的为已关联或待关联。"""

    key: str
    number: str
    state: str
    imported: bool
    plan_no: str | None
    subject: str | None
    licence_no: str | None
    inspectors: list[str]
    due_on: date | None
    notice_no: str | None
    unannounced: bool | None
    performed_on: date | None
    late: bool | None
    code_set: str | None
    codes: list[str] | None
    kinds: list[str] | None
    problem: bool | None
    agreed: bool | None
    outcome: list[str] | None
    result: str | None
    publish_by: date | None
    published_on: date | None
    follow_ups: int | None
    follow_ups_open: int | None
    recheck_passed: bool | None
    source: str | None
    source_result: str | None
    source_risk: str | None
    critical: int | None
    serious: int | None
    minor: int | None
    position: int


def of_licence(conn: Reader, licence_no: str) -> list[InspectionRow]:
    """针对一份许可的全部检查，先做的在前。"""
    condition = "licence_no = %s ORDER BY performed_on NULLS LAST, position"
    return select(conn, PROJECTION, InspectionRow, condition, (licence_no,))


@dataclass(frozen=True, slots=True)
class Asked:
    """查检查的条件；没有给的不限。``due_by``、``overdue_on`` 只看待检查的任务。"""

    state: str | None = None
    licence_no: str | None = None
    inspector: str | None = None
    imported: bool | None = None
    problem: bool | None = None
    due_by: date | None = None
    overdue_on: date | None = None


def search(conn: Reader, asked: Asked, limit: int | None) -> Found[InspectionRow]:
    """合条件的检查，待检查的先到期者在前，其余新的在前。"""
    waits = True if asked.due_by or asked.overdue_on else None
    return common.search(
        conn,
        PROJECTION,
        InspectionRow,
        (
            ("state = %s", asked.state),
            ("licence_no = %s", asked.licence_no),
            ("inspectors ? %s", asked.inspector),
            ("imported = %s", asked.imported),
            ("problem = %s", asked.problem),
            ("(state IN ('ASSIGNED', 'TASK_SHORT')) = %s", waits),
            ("due_on <= %s", asked.due_by),
            ("due_on < %s", asked.overdue_on),
        ),
        "state <> 'ASSIGNED', due_on NULLS LAST, position DESC",
        limit,
    )


@dataclass(frozen=True, slots=True)
class TotalRow:
    """一份计划的检查合计；同意了的结果才算。"""

    plan_no: str
    assigned: int
    inspected: int
    formed: int
    clear: int
    problems: int
    neutral: int
    published: int
    unpublished: int
    follow_ups: int
    follow_ups_open: int


def totals(conn: Reader, limit: int | None) -> Found[TotalRow]:
    """各份计划的合计，新的在前；撤回了的任务由替补的算。"""
    tasks: dict[str, list[InspectionRow]] = {}
    for row in search(conn, Asked(imported=False), None).rows:
        if row.plan_no is not None and row.state != "TASK_WITHDRAWN":
            tasks.setdefault(row.plan_no, []).append(row)
    added = [_total(plan_no, tasks[plan_no]) for plan_no in sorted(tasks, reverse=True)]
    return Found(added[:limit], len(added))


def _total(plan_no: str, rows: list[InspectionRow]) -> TotalRow:
    formed = [row for row in rows if row.outcome is not None]
    clear = sum(CodeKind.CLEAR in (row.kinds or ()) for row in formed)
    problems = sum(bool(row.problem) for row in formed)
    return TotalRow(
        plan_no=plan_no,
        assigned=len(rows),
        inspected=sum(row.performed_on is not None for row in rows),
        formed=len(formed),
        clear=clear,
        problems=problems,
        neutral=len(formed) - clear - problems,
        published=sum(row.result == "PUBLISHED" for row in formed),
        unpublished=sum(row.result == "FORMED" for row in formed),
        follow_ups=sum(row.follow_ups or 0 for row in rows),
        follow_ups_open=sum(row.follow_ups_open or 0 for row in rows),
    )
