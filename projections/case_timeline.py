"""时间线：一件事一行，三个时间、何人何职、依据、规则与出处，案卷据此成文。"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from domain import approval
from domain.terms import Role
from domain.timekeeping import file_of
from followers.delivered import Delivered
from followers.projection import Column, ColumnType, Json, Projection, Row
from projections.common import Reader, facts, names_of, select, text_field
from schemas.topics import topic_of

COLUMNS: Final = (
    Column("position", ColumnType.BIGINT, indexed=True),
    Column("stream", ColumnType.TEXT, indexed=True),
    Column("version", ColumnType.BIGINT),
    Column("case_no", ColumnType.TEXT, indexed=True),
    Column("licence_no", ColumnType.TEXT, indexed=True),
    Column("name", ColumnType.TEXT),
    Column("event_id", ColumnType.TEXT),
    Column("decided_at", ColumnType.INSTANT),
    Column("effective_on", ColumnType.DATE),
    Column("recorded_at", ColumnType.INSTANT),
    Column("officer_id", ColumnType.TEXT),
    Column("role", ColumnType.TEXT),
    Column("organ", ColumnType.TEXT),
    Column("in_name_of", ColumnType.TEXT),
    Column("legal_basis", ColumnType.JSON),
    Column("rules", ColumnType.JSON),
    Column("facts", ColumnType.JSON),
    Column("topic", ColumnType.TEXT),
    Column("partition", ColumnType.BIGINT),
    Column("lane_position", ColumnType.BIGINT),
    Column("leaf_hash", ColumnType.BYTES),
)


def keys(delivered: Delivered) -> tuple[str, ...]:
    """每件事自成一行。"""
    return (str(delivered.position),)


def fold(key: str, row: Row | None, delivered: Delivered) -> Row:
    """把一件事写成时间线上的一行。"""
    del key, row
    entry, meta, event = delivered.entry, delivered.meta, delivered.event
    own = delivered.identity if entry.stream.startswith("licence/") else None
    basis: list[Json] = list(meta.legal_basis)
    # An imported licence has none, nor has a deadline of a plan or a task.
    has_case = topic_of(file_of(entry.stream)) == "case" and entry.key != own
    return {
        "position": entry.position,
        "stream": entry.stream,
        "version": entry.version,
        "case_no": entry.key if has_case else None,
        "licence_no": own or text_field(event, "licence_no"),
        "name": entry.name,
        "event_id": entry.event_id,
        "decided_at": meta.decided_at,
        "effective_on": meta.effective_on,
        "recorded_at": meta.recorded_at,
        "officer_id": meta.actor.officer_id,
        "role": str(meta.actor.role),
        "organ": meta.actor.organ,
        "in_name_of": meta.actor.in_name_of,
        "legal_basis": basis,
        "rules": {rule.name: rule.version for rule in meta.rules},
        "facts": facts(event),
        "topic": entry.topic,
        "partition": entry.partition,
        "lane_position": entry.lane_position,
        "leaf_hash": entry.leaf_hash,
    }


PROJECTION: Final = Projection(
    name="case_timeline",
    version=5,
    columns=COLUMNS,
    keys=keys,
    fold=fold,
    reads=names_of(
        "case",
        "commitment",
        "compensation",
        "measure",
        "filing",
        "licence",
        "revocation",
        "push",
        # 文书与材料
        "material",
        "document",
        "seal",
        "plan",
        "task",
        "inspection",
        "deadline",
    )
    | names_of("hearing", "exemption", "placement")
    | names_of("joint", "verification", "forwarding", "copy")
    # 监督、公示与服务
    | names_of("oversight", "publication", "complaint", "referral", "trip", "rating")
    | names_of("archive", "points", "progress", "liaison", "handover")
    | names_of("reliance", "undertaking", "assistance")
    # 检查结果的公开与后续处理
    | names_of("result", "followup"),
    by_partition_key=True,
)


# -- queries


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """时间线的一行。``facts`` is the event's body as JSON, personal data marked as sealed."""

    position: int
    stream: str
    version: int
    case_no: str | None
    licence_no: str | None
    name: str
    event_id: str
    decided_at: datetime
    effective_on: date
    recorded_at: datetime
    officer_id: str
    role: str
    organ: str
    in_name_of: str
    legal_basis: list[str]
    rules: dict[str, str]
    facts: dict[str, Json]
    topic: str
    partition: int
    lane_position: int
    leaf_hash: bytes

    @property
    def family(self) -> str:
        """案卷的类别，例如 ``case``。"""
        return self.stream.partition("/")[0]

    @property
    def by_machine(self) -> bool:
        """是否机器所为。"""
        return self.role == Role.SYSTEM


def of_case(conn: Reader, case_no: str) -> list[TimelineRow]:
    """一件办件的全部事件，含其许可、承诺、推送与撤销，按账本次序。"""
    return select(conn, PROJECTION, TimelineRow, "case_no = %s ORDER BY position", (case_no,))


def of_inspections(conn: Reader, licence_no: str) -> list[TimelineRow]:
    """针对一份许可的检查（任务与历史检查）的全部事件，按账本次序。"""
    named = select(
        conn,
        PROJECTION,
        TimelineRow,
        "licence_no = %s AND name IN ('task.assigned.v1', 'inspection.imported.v1',"
        " 'result.formed.v1', 'followup.opened.v1')",
        (licence_no,),
    )
    streams = [row.stream for row in named]
    return select(conn, PROJECTION, TimelineRow, "stream = ANY(%s) ORDER BY position", (streams,))


def of_licence(conn: Reader, licence_no: str) -> list[TimelineRow]:
    """一份许可自身的全部事件，按账本次序。"""
    stream = approval.AGGREGATE.stream(licence_no)
    return select(conn, PROJECTION, TimelineRow, "stream = %s ORDER BY position", (stream,))
