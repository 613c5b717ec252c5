"""视图的表：建立、读出、写回、成批载入；列由视图的定义给出。"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeAlias

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
        self._names = sql.SQL(", ").join([sql.Identifier("key"), *names])
        self._upsert = sql.SQL(
            "INSERT INTO {table} ({names}) VALUES ({values})"
            " ON CONFLICT (key) DO UPDATE SET ({columns}) = ROW({excluded})"
        ).format(
            table=self.name,
            names=self._names,
            values=sql.SQL(", ").join([sql.Placeholder()] * (len(names) + 1)),
            columns=sql.SQL(", ").join(names),
            excluded=sql.SQL(", ").join(sql.SQL("excluded.{}").format(name) for name in names),
        )

    def create(self, conn: Connection) -> None:
        """建表；已有的不变。索引随表而建。"""
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
            for column in self._columns:
                if column.indexed:
                    self._index(conn, column)

    def _index(self, conn: Connection, column: Column) -> None:
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
        kept = [self._values(key, row) for key, row in rows.items() if row is not None]
        gone = [key for key, row in rows.items() if row is None]
        if kept:
            with conn.cursor() as cursor:
                cursor.executemany(self._upsert, kept)
        if gone:
            query = sql.SQL("DELETE FROM {} WHERE key = ANY(%s)").format(self.name)
            conn.execute(query, (gone,))

    def copy_in(self, conn: Connection, rows: Iterable[tuple[str, Row]]) -> None:
        """成批载入新行（binary COPY）。"""
        types = ["text", *(column.type.value for column in self._columns)]
        query = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(self.name, self._names)
        with conn.cursor() as cursor, cursor.copy(query) as copy:
            copy.set_types(types)
            for key, row in rows:
                copy.write_row(self._values(key, row))

    def digest(self, conn: Connection) -> tuple[int, int]:
        """全表的（行数，摘要）；与行的先后无关。"""
        query = sql.SQL(
            "SELECT count(*), coalesce(sum(hashtextextended(({row})::text, 0)::numeric), 0)::text"
            " FROM {table}"
        ).format(row=sql.SQL("ROW({})").format(self._names), table=self.name)
        row = conn.execute(query).fetchone()
        return (0, 0) if row is None else (int(row[0]), int(row[1]))

    def _values(self, key: str, row: Row) -> list[Stored]:
        unknown = row.keys() - {column.name for column in self._columns}
        if unknown:
            raise ValueError(f"{self._projection.name}: no such column: {', '.join(unknown)}")
        return [key, *(_value(column, row.get(column.name)) for column in self._columns)]


def _value(column: Column, value: Value) -> Stored:
    if column.type is ColumnType.JSON and value is not None:
        return Jsonb(value)
    return value
