"""风险等级一览：各对象等级的每一次变更、人工调整、异议与答复，一件事一行，写明所据。"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from domain import risk
from domain.terms import beijing_day
from followers.delivered import Delivered
from followers.projection import Column, ColumnType, Projection, Row
from projections import common
from projections.common import Found, Reader, names_of, plain, text_field

COLUMNS: Final = (
    Column("subject", ColumnType.TEXT, indexed=True),
    Column("step", ColumnType.TEXT),
    Column("before", ColumnType.TEXT),
    Column("risk_class", ColumnType.TEXT, indexed=True),
    Column("decided_on", ColumnType.DATE, indexed=True),
    Column("cause", ColumnType.TEXT),
    Column("points", ColumnType.BIGINT),
    Column("reasons", ColumnType.JSON),
    Column("explanation", ColumnType.TEXT),
    Column("rule_version", ColumnType.BIGINT),
    Column("document_no", ColumnType.TEXT),
    Column("until", ColumnType.DATE),
    Column("handler", ColumnType.TEXT),
    Column("second", ColumnType.TEXT),
    Column("position", ColumnType.BIGINT),
)


def keys(delivered: Delivered) -> tuple[str, ...]:
    """一件事一行。"""
    return (f"{delivered.identity} {delivered.entry.version:06d}",)


def fold(key: str, row: Row | None, delivered: Delivered) -> Row:
    """各件都留着：一次变更也不覆盖前一次。"""
    del key, row
    event = delivered.event
    classified = event if isinstance(event, risk.Classified) else None
    return {
        "subject": delivered.identity,
        "step": delivered.name,
        "before": text_field(event, "before"),
        "risk_class": text_field(event, "risk_class"),
        "decided_on": beijing_day(delivered.meta.decided_at),
        "cause": text_field(event, "cause"),
        "points": classified.points if classified else None,
        "reasons": plain(classified.reasons) if classified else None,
        "explanation": _words(delivered),
        "rule_version": classified.rule_version if classified else None,
        "document_no": text_field(event, "document_no"),
        "until": getattr(event, "last_day", None) or getattr(event, "due_on", None),
        "handler": text_field(event, "handler"),
        "second": text_field(event, "second"),
        "position": delivered.position,
    }


def _words(delivered: Delivered) -> str | None:
    match delivered.event:
        case risk.Overridden(reasons=words) | risk.Objected(grounds=words):
            return words
        case risk.ObjectionDecided(explanation=words):
            return words
        case _:
            return None


PROJECTION: Final = Projection(
    name="risk_register",
    version=1,
    columns=COLUMNS,
    keys=keys,
    fold=fold,
    reads=names_of("risk"),
    by_partition_key=True,
)


# -- queries


@dataclass(frozen=True, slots=True)
class RiskRow:
    """等级上的一件事；``reasons`` 是计分的各件，``until`` 是调整的末日或者答复的期限。"""

    key: str
    subject: str
    step: str
    before: str | None
    risk_class: str | None
    decided_on: date
    cause: str | None
    points: int | None
    reasons: list[dict[str, object]] | dict[str, object] | None
    explanation: str | None
    rule_version: int | None
    document_no: str | None
    until: date | None
    handler: str | None
    second: str | None
    position: int


def search(
    conn: Reader, subject: str | None, risk_class: str | None, limit: int | None
) -> Found[RiskRow]:
    """合条件的各件，新的在前。"""
    return common.search(
        conn,
        PROJECTION,
        RiskRow,
        (("subject = %s", subject), ("risk_class = %s", risk_class)),
        "position DESC",
        limit,
    )
