"""一条数据库连接：断了再连。"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import Any, Final, TypeAlias, TypeVar

import psycopg
from psycopg import OperationalError
from psycopg.abc import PQGen
from psycopg.rows import TupleRow

Connection: TypeAlias = psycopg.Connection[TupleRow]

_CONNECT_TIMEOUT: Final = 5  # seconds
REPLY_TIMEOUT: Final = 20.0  # seconds; longer than the append function waits for its lock
RV = TypeVar("RV")


class _Patient(psycopg.Connection[TupleRow]):
    """A server that is frozen keeps its connections open: no answer in time counts as a loss."""

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        try:
            return super().wait(gen, interval, REPLY_TIMEOUT if timeout is None else timeout)
        except OperationalError as error:
            if error.sqlstate is None:
                self.close()
            raise


class Line:
    """Connects when first used and again after a loss; autocommit."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._conn: Connection | None = None
        self._lock = Lock()

    def connection(self) -> Connection:
        """现成的或新的连接；谁借用谁负责不与别人同时用。

        Raises ``psycopg.OperationalError`` where the server is down.
        """
        if self._conn is None or self._conn.closed:
            self._conn = _Patient.connect(
                self._dsn, autocommit=True, connect_timeout=_CONNECT_TIMEOUT
            )
        return self._conn

    @property
    def is_lost(self) -> bool:
        """连接是否已断。"""
        return self._conn is None or self._conn.closed

    def fetch_one(self, query: str, parameters: Sequence[object] = ()) -> tuple[Any, ...] | None:
        """问一行，可多线程同时问。A lost connection is replaced once: only for statements that may
        be repeated.
        """
        with self._lock:
            try:
                return self._ask(query, parameters)
            except psycopg.OperationalError:
                if not self.is_lost:
                    raise
                return self._ask(query, parameters)

    def _ask(self, query: str, parameters: Sequence[object]) -> tuple[Any, ...] | None:
        cursor = self.connection().cursor(binary=True)
        return cursor.execute(query.encode(), parameters).fetchone()

    def close(self) -> None:
        """Closes the connection; the next use opens another."""
        if self._conn is not None:
            self._conn.close()


class Lines:
    """几条备用的连接，供各线程借用。Cheaper than a pool, which checks and counts at each loan."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._idle: list[Line] = []

    @contextmanager
    def borrowed(self) -> Iterator[Connection]:
        """借一条，用完归还；断了的下次再连。"""
        try:
            line = self._idle.pop()
        except IndexError:
            line = Line(self._dsn)
        try:
            yield line.connection()
        finally:
            self._idle.append(line)

    def close(self) -> None:
        """Closes those that are not on loan."""
        while self._idle:
            self._idle.pop().close()
