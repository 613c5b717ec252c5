"""监管对象名册：登记信息（姓名为密文）与风险事实。

An event of a licence or a task does not always name its subject, so facts that need another row
(how many licences were revoked, how many commitments broken) are joined when they are asked for.
"""

from dataclasses import dataclass
from typing import Final, LiteralString

from psycopg import sql
from psycopg.rows import class_row

from domain import approval, case, commitment, filing, inspection, subject
from domain.terms import Sealed
from followers.delivered import Delivered
from followers.projection import Column, ColumnType, Projection, Row, Value
from followers.storage import table_of
from projections import approvals, case_view
from projections.common import Reader, select

COLUMNS: Final = (
    Column("kind", ColumnType.TEXT),
    Column("credit_code", ColumnType.TEXT, indexed=True),
    Column("name", ColumnType.BYTES),
    Column("name_version", ColumnType.BIGINT),
    Column("region", ColumnType.TEXT, indexed=True),
    Column("risk_class", ColumnType.TEXT, indexed=True),
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
        case inspection.TaskAssigned(subject=who):
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
        before = new[counted[1]]
        return new | {counted[1]: (before if isinstance(before, int) else 0) + 1}
    event = delivered.event
    if not isinstance(event, subject.SubjectRegistered | subject.SubjectImported):
        raise TypeError(f"not read here: {delivered.name}")
    code = event.credit_code if isinstance(event, subject.SubjectRegistered) else None
    return new | {
        "kind": None if event.kind is None else str(event.kind),
        "credit_code": code,
        "name": event.name.value if isinstance(event.name, Sealed) else None,
        "name_version": delivered.entry.version,
        "region": event.region,
        "risk_class": event.risk_class,
        "imported": isinstance(
            event, subject.SubjectImported
        ),  # 只由导入的历史得知；在此登记之后不再是
    }


PROJECTION: Final = Projection(
    name="subject_register",
    version=2,
    columns=COLUMNS,
    keys=keys,
    fold=fold,
    reads=frozenset(
        {
            "subject.registered.v1",
            "subject.imported.v1",
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
class RiskFacts:
    """一个对象的风险事实：只陈述，不打分。"""

    licences_revoked: int
    licences_forfeited: int
    commitments_broken: int


_RISK: Final[LiteralString] = """
SELECT (SELECT count(*) FILTER (WHERE state = 'REVOKED') FROM {licences} WHERE holder = %(who)s)
         AS licences_revoked,
       (SELECT count(*) FILTER (WHERE state = 'FORFEITED') FROM {licences} WHERE holder = %(who)s)
         AS licences_forfeited,
       (SELECT count(*) FROM {cases} WHERE applicant = %(who)s
           AND commitment_state IN ('BREACH_CONFIRMED', 'VOIDED')) AS commitments_broken
"""


def find(conn: Reader, subject_id: str) -> SubjectRow | None:
    """一个监管对象。"""
    found = select(conn, PROJECTION, SubjectRow, "key = %s", (subject_id,))
    return found[0] if found else None


def risk(conn: Reader, subject_id: str) -> RiskFacts:
    """一个对象被撤销、吊销的许可与落空的承诺。"""
    query = sql.SQL(_RISK).format(
        cases=table_of(conn, case_view.PROJECTION.name),
        licences=table_of(conn, approvals.PROJECTION.name),
    )
    with conn.cursor(row_factory=class_row(RiskFacts)) as cursor:
        found = cursor.execute(query, {"who": subject_id}).fetchone()
    return found or RiskFacts(0, 0, 0)
