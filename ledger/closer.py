"""日终封账的程序：北京时间一日终了，算出此刻的案卷清单之树根，记在账上。

It asks once a minute and acts once a day. Whoever is not there at midnight closes the day when he
comes back; what was recorded after midnight belongs to the next day all the same.
"""

import threading
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

import psycopg
import structlog

from domain.acts.closings import RecordClosing
from domain.closing import AGGREGATE, ALL, Closed, heads_root
from domain.terms import beijing_day, end_of_day
from ledger.application import Ledger, OutcomeKind, Request
from ledger.errors import LedgerUnavailable
from ledger.founding import SYSTEM
from ledger.heads import heads_at, size_before

log: Final = structlog.get_logger()
PACE: Final = 60.0  # seconds between two looks at the calendar
ONE_DAY: Final = timedelta(days=1)
_IDS: Final = uuid5(NAMESPACE_URL, "shenguan:closing")


@dataclass(slots=True)
class Closer:
    """日终封账：账从 ``conn`` 读，封的话入 ``ledger``，时刻是账本的。"""

    conn: psycopg.Connection[Any]
    ledger: Ledger
    closed_on: date | None = None  # the last day that we know to be closed

    def look(self) -> bool:
        """昨日终了而没有封的，封；答封了没有。"""
        yesterday = beijing_day(self.ledger.clock.now()) - ONE_DAY
        if self.closed_on is not None and self.closed_on >= yesterday:
            return False
        is_closed = self._close(yesterday)
        self.closed_on = yesterday
        return is_closed

    def _close(self, day: date) -> bool:
        state = self.ledger.load(AGGREGATE, ALL)
        known = state.latest if isinstance(state, Closed) else None
        size = size_before(self.conn, end_of_day(day))
        if size == 0 or (known is not None and (known.closed_on >= day or known.size >= size)):
            return False
        heads = heads_at(self.conn, size)
        root = heads_root(self.ledger.frame.hash, heads)
        act = RecordClosing(day, size, len(heads), root)
        name = uuid5(_IDS, f"{self.ledger.frame.origin} {day} {size}")
        done = self.ledger.execute(Request(act, SYSTEM, name))
        log.info("closing.told", closed_on=str(day), size=size, outcome=str(done.kind))
        return done.kind is OutcomeKind.RECORDED


def run_closer(closer: Closer, stop: threading.Event) -> None:
    """到 ``stop`` 为止，一分钟看一次。"""
    while not stop.is_set():
        try:
            closer.look()
        except (psycopg.OperationalError, LedgerUnavailable) as error:
            log.warning("closing.unreachable", error=repr(error))
        stop.wait(PACE)
