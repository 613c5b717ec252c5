"""时钟（clock）：账本只有一个时间来源；演练账本可用虚拟时钟。"""

from datetime import UTC, datetime
from typing import Protocol

from ledger.errors import LedgerError
from ledger.line import Line


class Clock(Protocol):
    """此刻几时（UTC，带时区）。"""

    def now(self) -> datetime:
        """UTC, aware."""


class SystemClock:
    """机器时钟。"""

    def now(self) -> datetime:
        """UTC, to the microsecond."""
        return datetime.now(UTC)


class LedgerClock:
    """账本的虚拟时钟：``ledger.clock`` 的一行，各进程读到同一时刻。

    While the row holds no instant it is the machine's clock. Each call reads the row: a demo may
    move it at any moment, in another process.
    """

    def __init__(self, dsn: str) -> None:
        self._line = Line(dsn)

    def now(self) -> datetime:
        """The row's instant, else the machine's."""
        row = self._line.fetch_one("SELECT now FROM ledger.clock")
        virtual: datetime | None = row[0] if row else None
        return virtual.astimezone(UTC) if virtual else datetime.now(UTC)

    def advance(self, to: datetime) -> None:
        """拨快演练时钟；不能拨回，正式账本拒绝。

        Raises :class:`LedgerError` ``ledger.clock_backwards`` or ``ledger.clock_formal``.
        """
        if to.tzinfo is None:
            raise ValueError("naive instant")
        row = self._line.fetch_one("SELECT ledger.advance_clock(%s)", (to,))
        if row is not None and row[0] is not None:
            raise LedgerError(row[0], {"to": to.isoformat()})

    def close(self) -> None:
        """Closes the connection."""
        self._line.close()
