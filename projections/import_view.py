"""导入一览：每次导入哪份文件、依哪张对照表、收了多少、拒了多少。"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from domain.importing import ImportStarted
from followers.delivered import Delivered
from followers.projection import Column, ColumnType, Json, Projection, Row, Value
from projections import common
from projections.common import Filter, Found, Reader, names_of, plain

COLUMNS: Final = (
    Column("state", ColumnType.TEXT, indexed=True),
    Column("kind", ColumnType.TEXT),
    Column("source", ColumnType.TEXT),
    Column("officer_id", ColumnType.TEXT),
    Column("organ", ColumnType.TEXT),
    Column("file_sha256", ColumnType.TEXT),
    Column("file_bytes", ColumnType.BIGINT),
    Column("mapping_sha256", ColumnType.TEXT),
    Column("started_at", ColumnType.INSTANT),
    Column("finished_at", ColumnType.INSTANT),
    Column("rows", ColumnType.BIGINT),
    Column("taken", ColumnType.BIGINT),
    Column("known", ColumnType.BIGINT),
    Column("refused", ColumnType.BIGINT),
    Column("reasons", ColumnType.JSON),
    Column("report_sha256", ColumnType.TEXT),
    Column("position", ColumnType.BIGINT),
)


def keys(delivered: Delivered) -> tuple[str, ...]:
    """导入编号。"""
    return (delivered.identity,)


def fold(key: str, row: Row | None, delivered: Delivered) -> Row:
    """一次导入的新现状。"""
    del key
    event, meta = delivered.event, delivered.meta
    new: dict[str, Value] = {**(row or {}), "position": delivered.position}
    if isinstance(event, ImportStarted):
        names = ("source", "file_sha256", "file_bytes", "mapping_sha256")
        return (
            new
            | {name: getattr(event, name) for name in names}
            | {
                "state": "IMPORTING",
                "kind": str(event.kind),
                "officer_id": meta.actor.officer_id,
                "organ": meta.actor.organ,
                "started_at": meta.recorded_at,
            }
        )
    names = ("rows", "taken", "known", "report_sha256")
    refused = getattr(event, "refused", ())
    reasons: list[Json] = [plain(one) for one in refused]
    return (
        new
        | {name: getattr(event, name) for name in names}
        | {
            "state": "IMPORTED",
            "finished_at": meta.recorded_at,
            "refused": sum(one.count for one in refused),
            "reasons": reasons,
        }
    )


PROJECTION: Final = Projection(
    name="import_view",
    version=1,
    columns=COLUMNS,
    keys=keys,
    fold=fold,
    reads=names_of("import"),
    by_partition_key=True,
)


# -- queries


@dataclass(frozen=True, slots=True)
class ImportRow:
    """一次导入；``refused`` 是没有收的行数，``reasons`` 按理由分列。"""

    key: str
    state: str
    kind: str
    source: str
    officer_id: str
    organ: str
    file_sha256: str
    file_bytes: int
    mapping_sha256: str
    started_at: datetime
    finished_at: datetime | None
    rows: int | None
    taken: int | None
    known: int | None
    refused: int | None
    reasons: list[dict[str, Json]] | None
    report_sha256: str | None
    position: int


def search(conn: Reader, state: str | None, limit: int | None) -> Found[ImportRow]:
    """各次导入，新的在前。"""
    filters: tuple[Filter, ...] = (("state = %s", state),)
    return common.search(conn, PROJECTION, ImportRow, filters, "started_at DESC, key", limit)
