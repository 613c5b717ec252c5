"""各视图共用的小件：读哪些事件、把事实写成 JSON、按列读出一行。"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Final, Generic, LiteralString, TypeAlias, TypeVar

from psycopg import Connection, sql
from psycopg.rows import TupleRow, class_row

from domain.decider import Event
from domain.terms import Personal, Sealed
from followers.delivered import Delivered
from followers.projection import Json, Projection, Row, Value
from followers.storage import table_of
from schemas.registry import EVENT_NAMES

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", bound="DataclassInstance")
Reader: TypeAlias = Connection[TupleRow]

LONG_LIST: Final = 20


def names_of(*families: str) -> frozenset[str]:
    """若干类案卷的全部事件名。"""
    return frozenset(name for name in EVENT_NAMES if name.partition(".")[0] in families)


def plain(value: object) -> Json:
    """把一项事实写成 JSON。

    Sealed personal data is replaced by a mark (its bytes stay in the ledger), and a list longer
    than ``LONG_LIST`` by its length: a row is read by people.
    """
    match value:
        case None | bool() | int() | str():
            return value
        case date() | datetime():
            return value.isoformat()
        case Sealed() | Personal():
            return {"sealed": True}
        case tuple():
            short = [plain(item) for item in value[:LONG_LIST]]
            return short if len(value) <= LONG_LIST else {"count": len(value)}
        case _:
            return facts(value)


def facts(record: object) -> dict[str, Json]:
    """一个事件或值对象的全部事实，按声明的次序。"""
    if not is_dataclass(record):
        raise TypeError(f"no fact of ours: {type(record).__name__}")
    return {item.name: plain(getattr(record, item.name)) for item in fields(record)}


def plus(row: Mapping[str, Value], name: str, by: int = 1) -> int:
    """一栏的数再加几；还没有数的从零起。"""
    before = row.get(name)
    return (before if isinstance(before, int) else 0) + by


def counted(row: Row, delivered: Delivered) -> dict[str, Value]:
    """一行由多少件事推出，末一件在账上何处、何日生效。"""
    return {
        "events": plus(row, "events"),
        "effective_on": delivered.meta.effective_on,
        "position": delivered.position,
    }


def text_field(event: Event, name: str) -> str | None:
    """事件的一个文字字段；没有这个字段则为 None。"""
    value = getattr(event, name, None)
    return None if value is None else str(value)


def select(
    conn: Reader,
    projection: Projection,
    record: type[T],
    condition: LiteralString,
    parameters: Sequence[object] = (),
) -> list[T]:
    """按条件读出现行一代的各行；``record`` 的字段即所取的列。"""
    query = sql.SQL("SELECT {columns} FROM {table} WHERE ").format(
        columns=sql.SQL(", ").join(sql.Identifier(item.name) for item in fields(record)),
        table=table_of(conn, projection.name),
    ) + sql.SQL(condition)
    with conn.cursor(row_factory=class_row(record)) as cursor:
        return cursor.execute(query, parameters).fetchall()


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """查到的各行与合条件的总数；只要前若干行的，``rows`` 短于 ``total``。"""

    rows: list[T]
    total: int

    def __and__(self, kept: Callable[[T], bool]) -> "Found[T]":
        """Only those of which ``kept`` says so: for what a query cannot say."""
        rows = [row for row in self.rows if kept(row)]
        return Found(rows, len(rows))


Filter: TypeAlias = tuple[LiteralString, object]  # a condition with one blank, what fills it


def search(
    conn: Reader,
    projection: Projection,
    record: type[T],
    filters: Iterable[Filter],
    order: LiteralString,
    limit: int | None,
) -> Found[T]:
    """按条件查出各行，连同总数；填空为 None 的条件不算。"""
    wanted = [(condition, blank) for condition, blank in filters if blank is not None]
    condition = " AND ".join(("true", *(condition for condition, _ in wanted)))
    blanks = [blank for _, blank in wanted]
    page = condition + " ORDER BY " + order + " LIMIT %s"
    rows = select(conn, projection, record, page, [*blanks, limit])
    full = limit is None or len(rows) < limit
    return Found(rows, len(rows) if full else count(conn, projection, condition, blanks))


def count(
    conn: Reader,
    projection: Projection,
    condition: LiteralString,
    parameters: Sequence[object] = (),
) -> int:
    """现行一代里合条件的有多少行。"""
    query = sql.SQL("SELECT count(*) FROM {table} WHERE ").format(
        table=table_of(conn, projection.name)
    ) + sql.SQL(condition)
    row = conn.execute(query, parameters).fetchone()
    return int(row[0]) if row else 0
