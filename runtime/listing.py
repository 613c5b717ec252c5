"""清单：每一种清单有哪些条件、读哪些视图、列哪几栏；屏幕、JSON 与导出出自同一处。"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Any, Final, TypeVar

from domain import deadlines, lights
from followers.projection import Projection
from followers.storage import Connection
from projections import (
    approvals,
    calendar_register,
    case_view,
    deadline_view,
    import_view,
    inbox,
    inspection_view,
    inspector_register,
    subject_register,
)
from projections.case_view import Light
from projections.common import Found
from runtime.exits import Exit, Stop
from runtime.export import Cell
from runtime.words import choice, organ, say, term

L = TypeVar("L", bound=StrEnum)
SOON_DAYS: Final = 3  # 临期：三个工作日之内


@dataclass(frozen=True, slots=True)
class Asked:
    """清单的条件，一如命令行所给；没有给的为 None 或 False。"""

    organ: str | None = None
    officer: str | None = None
    department: str | None = None
    state: str | None = None
    light: str | None = None
    item: str | None = None
    holder: str | None = None
    licence: str | None = None
    subject: str | None = None
    region: str | None = None
    risk: str | None = None
    imported: bool | None = None
    due_by: date | None = None
    expired_by: date | None = None
    overdue: bool = False
    soon: bool = False
    waiting: bool = False
    adverse: bool = False

    def given(self) -> dict[str, object]:
        """给了的条件。"""
        named = {item.name: getattr(self, item.name) for item in fields(self)}
        return {name: value for name, value in named.items() if value not in {None, False}} | (
            {"imported": False} if self.imported is False else {}
        )


Rows = Found[Any]
Read = Callable[[Connection, Asked, date, int | None], Rows]


@dataclass(frozen=True, slots=True)
class Listing:
    """一种清单。``cells`` 给出一行各栏，次序与 ``columns`` 相同。"""

    views: tuple[Projection, ...]
    filters: frozenset[str]
    columns: tuple[str, ...]
    read: Read
    cells: Callable[[Any, date], Iterable[Cell]]


def finding(code: str) -> str:
    """检查结果代码的中文名。"""
    return choice("task.inspected.v1", code) or code


def soon(conn: Connection, today: date) -> date:
    """三个工作日之内到期的最后一日，依账上公布的工作日历。"""
    return deadlines.due(today, SOON_DAYS, calendar_register.published(conn)).day


def _due_by(conn: Connection, asked: Asked, today: date) -> date | None:
    return soon(conn, today) if asked.soon else asked.due_by


def _light(known: type[L], code: str | None) -> L | None:
    """The light asked for; this list must have it."""
    if code is not None and code not in list(known):
        names = "、".join(term("light", light) for light in known)
        raise Stop(Exit.USAGE, "list.code", what=term("light", code), names=names)
    return None if code is None else known(code)


def _cases(conn: Connection, asked: Asked, today: date, limit: int | None) -> Rows:
    wanted = case_view.Asked(
        organ=asked.organ,
        officer=asked.officer,
        state=asked.state,
        item_code=asked.item,
        imported=asked.imported,
        due_by=_due_by(conn, asked, today),
        overdue_on=today if asked.overdue else None,
    )
    light = _light(Light, asked.light)
    return case_view.search(conn, wanted, limit, light, today)


def _case(row: case_view.CaseRow, today: date) -> Iterable[Cell]:
    state = term("state", row.state)
    if row.licence_state not in {None, "IN_FORCE"}:
        state = say("ended", state=state, licence=term("state", row.licence_state))
    step = choice("case.step_imported.v1", row.latest_step)
    return (
        row.key,
        state,
        term("light", row.light(today)),
        row.due_on,
        row.source_due_at,
        row.item_code,
        row.applicant,
        organ(row.organ) if row.organ else None,
        row.received_at,
        row.decided_at,
        step,
        "、".join(row.officers),
        row.licence_no,
        row.position,
    )


def _inbox(conn: Connection, asked: Asked, today: date, limit: int | None) -> Rows:
    wanted = inbox.Asked(
        department=asked.department,
        state=asked.state,
        item_code=asked.item,
        due_by=_due_by(conn, asked, today),
        overdue_on=today if asked.overdue else None,
    )
    return inbox.search(conn, wanted, limit)


def _push(row: inbox.InboxRow, today: date) -> Iterable[Cell]:
    del today
    return (
        row.key,
        organ(row.department),
        term("state", row.state),
        row.claim_due_on,
        say("yes") if row.overdue else None,
        choice("push.sent.v1", row.matter),
        row.case_no,
        row.item_code,
        row.sent_at,
        row.handler,
        row.handled_at,
        row.reason,
        row.position,
    )


def _subjects(conn: Connection, asked: Asked, today: date, limit: int | None) -> Rows:
    wanted = subject_register.Asked(
        today=today,
        subject=asked.subject,
        region=asked.region,
        risk_class=asked.risk,
        imported=asked.imported,
        adverse=asked.adverse,
    )
    return subject_register.search(conn, wanted, limit)


def _subject(row: subject_register.SubjectFacts, today: date) -> Iterable[Cell]:
    del today
    return (
        row.key,
        choice("subject.registered.v1", row.kind),
        row.credit_code,
        row.region,
        row.risk_class,
        say("yes") if row.imported else None,
        row.cases,
        row.filings,
        row.commitments,
        row.commitments_broken,
        row.licences,
        row.licences_in_force,
        row.licences_revoked,
        row.licences_forfeited,
        row.inspections_waiting,
        row.inspections_done,
        row.inspections_with_problem,
    )


def _inspectors(conn: Connection, asked: Asked, today: date, limit: int | None) -> Rows:
    del today
    wanted = inspector_register.Asked(
        organ=asked.organ,
        region=asked.region,
        imported=asked.imported,
        expired_by=asked.expired_by,
    )
    return inspector_register.search(conn, wanted, limit)


def _inspector(row: inspector_register.InspectorRow, today: date) -> Iterable[Cell]:
    expired = row.certificate_valid_to is not None and today > row.certificate_valid_to
    return (
        row.key,
        organ(row.organ) if row.organ else None,
        row.source,
        row.region,
        "、".join(row.specialities or ()),
        row.station,
        row.certificate_no,
        row.certificate_valid_to,
        say("certificate_expired") if expired else None,
        row.assigned,
        row.done,
        row.problems,
    )


def _approvals(conn: Connection, asked: Asked, today: date, limit: int | None) -> Rows:
    wanted = approvals.Asked(
        today=today,
        state=asked.state,
        holder=asked.holder,
        organ=asked.organ,
        item_code=asked.item,
        imported=asked.imported,
        expired_by=asked.expired_by,
    )
    return approvals.search(conn, wanted, limit)


def _approval(row: approvals.ApprovalRow, today: date) -> Iterable[Cell]:
    return (
        row.key,
        term("state", row.standing(today)),
        row.holder,
        row.item_code,
        row.item_name,
        organ(row.approving_body),
        row.valid_from,
        row.valid_to,
        row.ended_on,
        None if row.ended_on is None else say("yes" if row.ended_exactly else "no_later"),
        row.ending_no,
        row.case_no,
        row.source,
        row.source_status,
        row.terms,
        row.position,
    )


def _deadlines(conn: Connection, asked: Asked, today: date, limit: int | None) -> Rows:
    wanted = deadline_view.Asked(
        today=today,
        due_by=_due_by(conn, asked, today),
        overdue=asked.overdue,
        light=_light(lights.Light, asked.light),
    )
    return deadline_view.search(conn, wanted, limit)


def _deadline(row: deadline_view.OpenDeadline, today: date) -> Iterable[Cell]:
    return (
        row.due_on,
        (row.due_on - today).days,
        term("light", row.light),
        term("deadline", row.kind),
        row.name or None,
        row.number,
        row.stream,
        say("yes") if row.missed else None,
        "、".join(row.calendars) or None,
        say("yes") if row.provisional else None,
    )


def _inspections(conn: Connection, asked: Asked, today: date, limit: int | None) -> Rows:
    wanted = inspection_view.Asked(
        state="WAITING" if asked.waiting else asked.state,
        licence_no=asked.licence,
        inspector=asked.officer,
        imported=asked.imported,
        problem=asked.adverse or None,
        due_by=_due_by(conn, asked, today),
        overdue_on=today if asked.overdue else None,
    )
    return inspection_view.search(conn, wanted, limit)


def _inspection(row: inspection_view.InspectionRow, today: date) -> Iterable[Cell]:
    del today
    return (
        row.number,
        term("state", row.state),
        row.licence_no,
        row.subject,
        row.plan_no,
        "、".join(row.inspectors),
        row.due_on,
        row.performed_on,
        "、".join(finding(code) for code in row.codes or ()),
        row.critical,
        row.serious,
        row.minor,
        row.source,
        row.source_result,
        row.position,
    )


def _imports(conn: Connection, asked: Asked, today: date, limit: int | None) -> Rows:
    del today
    return import_view.search(conn, asked.state, limit)


def _import(row: import_view.ImportRow, today: date) -> Iterable[Cell]:
    del today
    return (
        row.key,
        term("state", row.state),
        choice("import.started.v1", row.kind),
        row.source,
        row.started_at,
        row.finished_at,
        row.rows,
        row.taken,
        row.known,
        row.refused,
        "、".join(f"{one['code']} {one['count']}" for one in row.reasons or ()),
        row.officer_id,
        row.file_sha256,
        row.report_sha256,
        row.position,
    )


LISTS: Final[Mapping[str, Listing]] = {
    "cases": Listing(
        (case_view.PROJECTION,),
        frozenset({"organ", "officer", "state", "light", "item", "imported", "due_by"})
        | {"overdue", "soon"},
        (
            "case_no",
            "state",
            "light",
            "due_on",
            "source_due_at",
            "item",
            "applicant",
            "organ",
            "received_at",
            "decided_at",
            "latest_step",
            "officers",
            "licence_no",
            "position",
        ),
        _cases,
        _case,
    ),
    "inbox": Listing(
        (inbox.PROJECTION,),
        frozenset({"department", "state", "item", "due_by", "overdue", "soon"}),
        (
            "push_no",
            "department",
            "state",
            "claim_due_on",
            "was_overdue",
            "matter",
            "case_no",
            "item",
            "sent_at",
            "handler",
            "handled_at",
            "reason",
            "position",
        ),
        _inbox,
        _push,
    ),
    "subjects": Listing(
        (
            subject_register.PROJECTION,
            approvals.PROJECTION,
            case_view.PROJECTION,
            inspection_view.PROJECTION,
        ),
        frozenset({"subject", "region", "risk", "imported", "adverse"}),
        (
            "subject",
            "subject_kind",
            "credit_code",
            "region",
            "risk_class",
            "only_imported",
            "cases",
            "filings",
            "commitments",
            "commitments_broken",
            "licences",
            "licences_in_force",
            "licences_revoked",
            "licences_forfeited",
            "inspections_waiting",
            "inspections_done",
            "inspections_with_problem",
        ),
        _subjects,
        _subject,
    ),
    "inspectors": Listing(
        (inspector_register.PROJECTION,),
        frozenset({"organ", "region", "imported", "expired_by"}),
        (
            "inspector",
            "organ",
            "source",
            "region",
            "specialities",
            "station",
            "certificate_no",
            "certificate_valid_to",
            "certificate",
            "assigned",
            "done",
            "problems",
        ),
        _inspectors,
        _inspector,
    ),
    "approvals": Listing(
        (approvals.PROJECTION,),
        frozenset({"state", "holder", "organ", "item", "imported", "expired_by"}),
        (
            "licence_no",
            "state",
            "holder",
            "item",
            "item_name",
            "approving_body",
            "valid_from",
            "valid_to",
            "ended_on",
            "ended_exactly",
            "ending_no",
            "case_no",
            "source",
            "source_status",
            "terms",
            "position",
        ),
        _approvals,
        _approval,
    ),
    "deadlines": Listing(
        (deadline_view.PROJECTION, calendar_register.PROJECTION),
        frozenset({"due_by", "overdue", "soon", "light"}),
        (
            "due_on",
            "days_left",
            "light",
            "deadline",
            "deadline_of",
            "number",
            "stream",
            "was_overdue",
            "calendars",
            "provisional",
        ),
        _deadlines,
        _deadline,
    ),
    "inspections": Listing(
        (inspection_view.PROJECTION,),
        frozenset({"state", "licence", "officer", "imported", "waiting", "adverse"})
        | {"due_by", "overdue", "soon"},
        (
            "inspection_no",
            "state",
            "licence_no",
            "subject",
            "plan_no",
            "inspectors",
            "due_on",
            "performed_on",
            "codes",
            "critical",
            "serious",
            "minor",
            "source",
            "source_result",
            "position",
        ),
        _inspections,
        _inspection,
    ),
    "imports": Listing(
        (import_view.PROJECTION,),
        frozenset({"state"}),
        (
            "import_no",
            "state",
            "import_kind",
            "source",
            "started_at",
            "finished_at",
            "rows",
            "taken",
            "known",
            "refused",
            "reasons",
            "officer",
            "file_sha256",
            "report_sha256",
            "position",
        ),
        _imports,
        _import,
    ),
}
