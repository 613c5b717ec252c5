"""视图：由事件推出的现状，一行一键；纯函数，可随时重建（G7）。

The table is ``projection.<name>_g<generation>`` (``key text primary key`` + the columns); which
generation is served: :func:`followers.storage.table_of`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TypeAlias

from followers.delivered import Delivered

Json: TypeAlias = "str | int | bool | list[Json] | dict[str, Json] | None"
Value: TypeAlias = "Json | date | datetime | bytes"
Row: TypeAlias = Mapping[str, Value]


class ColumnType(StrEnum):
    """列的类型，值为 PostgreSQL 的类型名。"""

    TEXT = "text"
    BIGINT = "bigint"
    BOOLEAN = "boolean"
    DATE = "date"
    INSTANT = "timestamptz"
    JSON = "jsonb"
    BYTES = "bytea"


@dataclass(frozen=True, slots=True)
class Column:
    """一列；``indexed`` 的列另建索引，供查询使用。"""

    name: str
    type: ColumnType
    indexed: bool = False


Keys: TypeAlias = Callable[[Delivered], tuple[str, ...]]
Fold: TypeAlias = Callable[[str, Row | None, Delivered], Row | None]


@dataclass(frozen=True, slots=True)
class Projection:
    """一张视图的定义。

    ``reads``: the event names it is called for. ``keys``: the rows an event touches.
    ``fold(key, row, delivered)``: the new row (a new mapping with exactly the columns; absent ones
    are null), or None to have no row. Raise ``version`` whenever the fold or the columns change:
    the new version is then built beside the old one. ``by_partition_key``: each row is made of the
    events of one partition key (:attr:`Delivered.key`) only, so that a rebuild may share out the
    keys among processes.
    """

    name: str
    version: int
    columns: tuple[Column, ...]
    keys: Keys
    fold: Fold
    reads: frozenset[str]
    by_partition_key: bool = False


class FoldFailed(Exception):  # noqa: N818 - says what failed
    """某一件事推不下去：该视图停下，指名位置。"""

    def __init__(self, position: int, error: str) -> None:
        super().__init__(position, error)  # exactly these: it comes back from worker processes
        self.facts = {"position": str(position), "error": error}


def fold(
    projection: Projection, rows: Mapping[str, Row | None], delivered: Iterable[Delivered]
) -> dict[str, Row | None]:
    """推一批：由现有各行与事件得出变动的各行。

    Raises :class:`FoldFailed` with the position whose fold raised.
    """
    changed: dict[str, Row | None] = {}
    for one in delivered:
        try:
            for key in projection.keys(one):
                row = changed[key] if key in changed else rows.get(key)
                changed[key] = projection.fold(key, row, one)
        except Exception as error:
            raise FoldFailed(one.position, repr(error)[:200]) from error
    return changed


def keys_of(projection: Projection, delivered: Iterable[Delivered]) -> set[str]:
    """一批事件触及的各行。Raises :class:`FoldFailed`."""
    found: set[str] = set()
    for one in delivered:
        try:
            found.update(projection.keys(one))
        except Exception as error:
            raise FoldFailed(one.position, repr(error)[:200]) from error
    return found
