"""提示（hints）：提交之后发一次 NOTIFY，让等待的人早点来看；漏了也无妨，定时查看才是准则。"""

import threading
import time
from typing import Final

import psycopg
from psycopg.conninfo import make_conninfo

from ledger.line import Line
from ledger.store import CHANNEL

_REST: Final = 0.02


class Hints:
    """A thread of its own: a NOTIFY takes a lock of the whole database, which no writer waits for.

    Hints within ``_REST`` seconds of each other become one.
    """

    def __init__(self, dsn: str) -> None:
        # A hint may be lost with the server: no writer shall wait for its way to the disk.
        self._line = Line(make_conninfo(dsn, options="-c synchronous_commit=off"))
        self._wanted = threading.Event()
        self._closing = False
        self._thread = threading.Thread(target=self._send, name="ledger-hints", daemon=True)
        self._thread.start()

    def give(self) -> None:
        """有新的账目了。"""
        self._wanted.set()

    def close(self) -> None:
        """发完最后一次提示再结束。"""
        self._closing = True
        self._wanted.set()
        self._thread.join()
        self._line.close()

    def _send(self) -> None:
        while not self._closing:
            self._wanted.wait()
            self._wanted.clear()
            try:
                self._line.connection().execute(f"NOTIFY {CHANNEL}")
            except psycopg.Error:
                continue  # only a hint
            time.sleep(_REST)
