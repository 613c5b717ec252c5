"""视图的表：建立、读出、写回、成批载入；列由视图的定义给出。"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeAlias

import orjson
from psycopg import sql
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from followers.projection import Column, ColumnType, Projection, Row, Value
from followers.storage import Connection, table

Stored: TypeAlias = "Value | Jsonb"

OWNER: Final = "shenguan_follow"  # whoever builds a table, the followers own it
MEMORY_ROWS: Final = 200_000  # rows a rebuild keeps before it writes them out


class Table:
    """视图某一代的表。"""

    def __init__(self, projection: Projection, generation: int) -> None:
        self.name = table(projection.name, generation)
        self._relation = f"{projection.name}_g{generation}"
        self._projection = projection
        self._columns = projection.columns
        names = [sql.Identifier(column.name) for column in projection.columns]
        self._types = ("text", *(column.type.value for column in projection.columns))
        self._column_names = tuple(column.name for column in projection.columns)
        self._known = frozenset(self._column_names)
        self._names = sql.SQL(", ").join([sql.Identifier("key"), *names])
        # All rows in one JSON text: one statement, and the values are written in C.
        self._upsert = sql.SQL(
            "INSERT INTO {table} ({names}) SELECT {names} FROM json_to_recordset(%s::json)"
            " AS new ({typed}) ON CONFLICT (key) DO UPDATE SET ({columns}) = ROW({excluded})"
        ).format(
            table=self.name,
            names=self._names,
            typed=sql.SQL(", ").join(
                sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(kind))
                for name, kind in zip(("key", *self._column_names), self._types, strict=True)
            ),
            columns=sql.SQL(", ").join(names),
            excluded=sql.SQL(", ").join(sql.SQL("excluded.{}").format(name) for name in names),
        )

    def create(self, conn: Connection) -> None:
        """建表；已有的不变。"""
        columns = sql.SQL(", ").join(
            sql.SQL("{} {}").format(sql.Identifier(column.name), sql.SQL(column.type.value))
            for column in self._columns
        )
        with conn.transaction():
            conn.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(OWNER)))
            conn.execute(
                sql.SQL(
                    'CREATE TABLE IF NOT EXISTS {} (key text COLLATE "C" PRIMARY KEY, {})'
                ).format(self.name, columns)
            )

    def index(self, conn: Connection) -> None:
        """按列的定义建索引；已有的不变。A rebuild does it last: a full table is indexed faster."""
        with conn.transaction():
            conn.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(OWNER)))
            for column in self._columns:
                if column.indexed:
                    conn.execute(
                        sql.SQL("CREATE INDEX IF NOT EXISTS {} ON {} ({})").format(
                            sql.Identifier(f"{self._relation}_{column.name}"),
                            self.name,
                            sql.Identifier(column.name),
                        )
                    )

    def drop(self, conn: Connection) -> None:
        """删表。"""
        with conn.transaction():
            conn.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(OWNER)))
            conn.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(self.name))

    def load(self, conn: Connection, keys: Sequence[str]) -> dict[str, Row]:
        """读出若干行；没有的不在其中。"""
        query = sql.SQL("SELECT {} FROM {} WHERE key = ANY(%s)").format(self._names, self.name)
        with conn.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(query, (list(keys),)).fetchall()
        return {row.pop("key"): row for row in rows}

    def save(self, conn: Connection, rows: Mapping[str, Row | None]) -> None:
        """写回若干行，None 为删行；在调用者的事务里。"""
        kept = [
            {**self._known_only(row), "key": key} for key, row in rows.items() if row is not None
        ]
        gone = [key for key, row in rows.items() if row is None]
        if kept:
            conn.execute(self._upsert, (orjson.dumps(kept, default=_json).decode(),), prepare=True)
        if gone:
            query = sql.SQL("DELETE FROM {} WHERE key = ANY(%s)").format(self.name)
            conn.execute(query, (gone,))

    def copy_in(self, conn: Connection, rows: Iterable[tuple[str, Row]]) -> None:
        """成批载入新行（binary COPY）。"""
        query = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(self.name, self._names)
        with conn.cursor() as cursor, cursor.copy(query) as copy:
            copy.set_types(self._types)
            for key, row in rows:
                copy.write_row(self._values(key, row))

    def count(self, conn: Connection) -> int:
        """行数。"""
        row = conn.execute(sql.SQL("SELECT count(*) FROM {}").format(self.name)).fetchone()
        return 0 if row is None else int(row[0])

    def digest(self, conn: Connection) -> tuple[int, int]:
        """全表的（行数，摘要）；与行的先后无关。"""
        query = sql.SQL(
            "SELECT count(*), coalesce(sum(hashtextextended(({row})::text, 0)::numeric), 0)::text"
            " FROM {table}"
        ).format(row=sql.SQL("ROW({})").format(self._names), table=self.name)
        row = conn.execute(query).fetchone()
        return (0, 0) if row is None else (int(row[0]), int(row[1]))

    def _values(self, key: str, row: Row) -> list[Stored]:
        known = self._known_only(row)
        return [key, *(_value(column, known.get(column.name)) for column in self._columns)]

    def _known_only(self, row: Row) -> Row:
        if not row.keys() <= self._known:
            unknown = row.keys() - self._known
            raise ValueError(f"{self._projection.name}: no such column: {', '.join(unknown)}")
        return row


def _value(column: Column, value: Value) -> Stored:
    if column.type is ColumnType.JSON and value is not None:
        return Jsonb(value)
    return value


def _json(value: object) -> str:
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    raise TypeError(type(value).__name__)
