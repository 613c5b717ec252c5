"""监管对象名册：登记信息（姓名为密文）与风险事实。

An event of a licence or a task does not always name its subject, so facts that need another row
(how many licences were revoked, how many commitments broken) are joined when they are asked for.
"""

from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Final, LiteralString

from psycopg import sql
from psycopg.rows import class_row

from domain import approval, case, commitment, filing, inspection_task, risk, subject
from domain.terms import Sealed, beijing_day
from followers.delivered import Delivered
from followers.projection import Column, ColumnType, Projection, Row, Value
from followers.storage import table_of
from projections import approvals, case_view, inspection_view
from projections.common import Found, Reader, plus, select

COLUMNS: Final = (
    Column("kind", ColumnType.TEXT),
    Column("credit_code", ColumnType.TEXT, indexed=True),
    Column("name", ColumnType.BYTES),
    Column("name_version", ColumnType.BIGINT),
    Column("region", ColumnType.TEXT, indexed=True),
    Column("risk_class", ColumnType.TEXT, indexed=True),
    Column("seed_class", ColumnType.TEXT),
    Column("computed", ColumnType.BOOLEAN),
    Column("risk_since", ColumnType.DATE),
    Column("override_to", ColumnType.DATE),
    Column("off_on", ColumnType.DATE),
    Column("imported", ColumnType.BOOLEAN),
    Column("cases", ColumnType.BIGINT),
    Column("filings", ColumnType.BIGINT),
    Column("commitments", ColumnType.BIGINT),
    Column("licences", ColumnType.BIGINT),
    Column("inspections", ColumnType.BIGINT),
    Column("position", ColumnType.BIGINT),
)
COUNTS: Final = ("cases", "filings", "commitments", "licences", "inspections")


def _counted(delivered: Delivered) -> tuple[str, str] | None:
    """Whose row an event counts in, and in which column."""
    match delivered.event:
        case case.Received(applicant=who):
            return who, "cases"
        case filing.Submitted(filer=who):
            return who, "filings"
        case commitment.Made(signer=who):
            return who, "commitments"
        case approval.Granted(holder=who) | approval.LicenceImported(holder=who):
            return who, "licences"
        case inspection_task.TaskAssigned(subject=who):
            return who, "inspections"
        case _:
            return None


def keys(delivered: Delivered) -> tuple[str, ...]:
    """事件所涉的监管对象。"""
    counted = _counted(delivered)
    return (counted[0] if counted else delivered.identity,)


def fold(key: str, row: Row | None, delivered: Delivered) -> Row:
    """一个对象的新现状。"""
    del key
    new: dict[str, Value] = dict(row or dict.fromkeys(COUNTS, 0))
    new["position"] = delivered.position
    if counted := _counted(delivered):
        return new | {counted[1]: plus(new, counted[1])}
    event = delivered.event
    match event:
        case subject.SubjectRegistered() | subject.SubjectImported():
            return new | _registered(new, event, delivered)
        case risk.Classified() | risk.Overridden() | risk.OverrideEnded():
            return new | _classified(new, event, delivered)
        case subject.Deregistered(ended_on=ended_on):
            return new | {"off_on": ended_on}
        case subject.Restored():
            return new | {"off_on": None}
        case _:
            raise TypeError(f"not read here: {delivered.name}")


def _classified(
    row: Row, event: risk.Classified | risk.Overridden | risk.OverrideEnded, delivered: Delivered
) -> dict[str, Value]:
    """A class computed while it is overridden by people waits until that ends."""
    today = beijing_day(delivered.meta.decided_at)
    now: dict[str, Value] = {"risk_class": str(event.risk_class), "risk_since": today}
    match event:
        case risk.Classified():
            computed: dict[str, Value] = {"computed": True}
            return computed if row.get("override_to") is not None else computed | now
        case risk.Overridden(last_day=last_day):
            return now | {"override_to": last_day}
        case risk.OverrideEnded():
            return now | {"override_to": None}


def _registered(
    row: Row, event: subject.SubjectRegistered | subject.SubjectImported, delivered: Delivered
) -> dict[str, Value]:
    """The class registered holds until the first that is computed, or set by people."""
    code = event.credit_code if isinstance(event, subject.SubjectRegistered) else None
    found: dict[str, Value] = {
        "kind": None if event.kind is None else str(event.kind),
        "credit_code": code,
        "name": event.name.value if isinstance(event.name, Sealed) else None,
        "name_version": delivered.entry.version,
        "region": event.region,
        "seed_class": event.risk_class,
        # 只由导入的历史得知；在此登记之后不再是
        "imported": isinstance(event, subject.SubjectImported),
    }
    if not row.get("computed") and row.get("override_to") is None:
        found["risk_class"] = event.risk_class
        if row.get("risk_class") != event.risk_class:
            found["risk_since"] = beijing_day(delivered.meta.decided_at)
    return found


PROJECTION: Final = Projection(
    name="subject_register",
    version=3,
    columns=COLUMNS,
    keys=keys,
    fold=fold,
    reads=frozenset(
        {
            "subject.registered.v1",
            "subject.imported.v1",
            "subject.deregistered.v1",
            "subject.restored.v1",
            "risk.classified.v1",
            "risk.overridden.v1",
            "risk.override_ended.v1",
            "case.received.v1",
            "filing.submitted.v1",
            "commitment.made.v1",
            "licence.granted.v1",
            "licence.imported.v1",
            "task.assigned.v1",
        }
    ),
)


# -- queries


@dataclass(frozen=True, slots=True)
class SubjectRow:
    """监管对象的一行；``name`` is ciphertext, opened by whoever may (``name_version`` is in it)."""

    key: str
    kind: str | None
    credit_code: str | None
    name: bytes | None
    name_version: int | None
    region: str | None
    risk_class: str | None
    imported: bool | None
    cases: int
    filings: int
    commitments: int
    licences: int
    inspections: int
    position: int


@dataclass(frozen=True, slots=True)
class SubjectFacts:
    """一个对象连同风险事实：只陈述，不打分。姓名是密文，不在其内。"""

    key: str
    kind: str | None
    credit_code: str | None
    region: str | None
    risk_class: str | None
    risk_since: date | None
    override_to: date | None
    off_on: date | None
    imported: bool | None
    cases: int
    filings: int
    commitments: int
    licences: int
    licences_in_force: int
    licences_revoked: int
    licences_forfeited: int
    commitments_broken: int
    inspections_waiting: int  # 已派发、还没有检查的任务
    inspections_done: int
    inspections_with_problem: int


@dataclass(frozen=True, slots=True)
class Asked:
    """查名册的条件；没有给的不限。许可是否有效看 ``today``。``adverse``：有撤销、吊销、承诺落空或发现问题的。"""

    today: date
    subject: str | None = None
    region: str | None = None
    risk_class: str | None = None
    imported: bool | None = None
    adverse: bool = False


# Of one subject a few rows by their indexes; of all of them each view once, grouped.
_FACTS: Final[LiteralString] = """
WITH held AS (
    SELECT holder AS who,
           count(*) FILTER (WHERE state = 'IN_FORCE'
               AND NOT coalesce(imported AND valid_to < %(today)s, false)) AS in_force,
           count(*) FILTER (WHERE state = 'REVOKED') AS revoked,
           count(*) FILTER (WHERE state = 'FORFEITED') AS forfeited
      FROM {licences} WHERE %(subject)s::text IS NULL OR holder = %(subject)s GROUP BY holder),
pledged AS (
    SELECT applicant AS who, count(*) AS broken
      FROM {cases} WHERE commitment_broken GROUP BY applicant),
looked AS (
    SELECT coalesce(one.subject, licence.holder) AS who,
           count(*) FILTER (WHERE one.state = 'ASSIGNED') AS waiting,
           count(*) FILTER (WHERE one.performed_on IS NOT NULL) AS done,
           count(*) FILTER (WHERE one.problem) AS problems
      FROM {inspections} AS one LEFT JOIN {licences} AS licence ON licence.key = one.licence_no
     GROUP BY 1),
listed AS (
    SELECT s.key, s.kind, s.credit_code, s.region, s.risk_class, s.risk_since, s.override_to,
           s.off_on, s.imported,
           s.cases, s.filings, s.commitments, s.licences,
           coalesce(held.in_force, 0) AS licences_in_force,
           coalesce(held.revoked, 0) AS licences_revoked,
           coalesce(held.forfeited, 0) AS licences_forfeited,
           coalesce(pledged.broken, 0) AS commitments_broken,
           coalesce(looked.waiting, 0) AS inspections_waiting,
           coalesce(looked.done, 0) AS inspections_done,
           coalesce(looked.problems, 0) AS inspections_with_problem
      FROM {subjects} AS s LEFT JOIN held ON held.who = s.key
      LEFT JOIN pledged ON pledged.who = s.key LEFT JOIN looked ON looked.who = s.key
     WHERE (%(subject)s::text IS NULL OR s.key = %(subject)s)
       AND (%(region)s::text IS NULL OR s.region = %(region)s)
       AND (%(risk_class)s::text IS NULL OR s.risk_class = %(risk_class)s)
       AND (%(imported)s::boolean IS NULL OR s.imported = %(imported)s))
SELECT {columns} FROM listed
 WHERE NOT %(adverse)s OR licences_revoked + licences_forfeited + commitments_broken
                          + inspections_with_problem > 0
 ORDER BY key LIMIT %(limit)s
"""


def find(conn: Reader, subject_id: str) -> SubjectRow | None:
    """一个监管对象。"""
    found = select(conn, PROJECTION, SubjectRow, "key = %s", (subject_id,))
    return found[0] if found else None


def search(conn: Reader, asked: Asked, limit: int | None) -> Found[SubjectFacts]:
    """合条件的监管对象连同风险事实，按编号。"""
    tables = {
        "subjects": PROJECTION,
        "licences": approvals.PROJECTION,
        "cases": case_view.PROJECTION,
        "inspections": inspection_view.PROJECTION,
    }
    names = {name: table_of(conn, view.name) for name, view in tables.items()}
    columns = sql.SQL(", ").join(sql.Identifier(item.name) for item in fields(SubjectFacts))
    blanks = {**asdict(asked), "limit": limit}
    query = sql.SQL(_FACTS)
    with conn.cursor(row_factory=class_row(SubjectFacts)) as cursor:
        rows = cursor.execute(query.format(columns=columns, **names), blanks).fetchall()
    if limit is None or len(rows) < limit:
        return Found(rows, len(rows))
    everything = query.format(columns=sql.SQL("count(*) OVER ()"), **names)
    row = conn.execute(everything, {**blanks, "limit": 1}).fetchone()
    return Found(rows, int(row[0]) if row else 0)
