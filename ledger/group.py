"""合并提交（group commit）：同时等待的命令共用一次落盘，各得各的答复。

No thread of its own: whoever finds nobody committing leads, takes everybody who waits with it, and
hands the lead to the first who came meanwhile. A single writer therefore pays no thread switch.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final, Generic, TypeAlias, TypeVar

Call = TypeVar("Call")
Reply = TypeVar("Reply")

MAX_BATCH: Final = 64

Commit: TypeAlias = Callable[[Sequence[Call]], Sequence[Reply | Exception]]


class _Waiting(Generic[Call, Reply]):
    __slots__ = ("call", "reply", "wake")

    def __init__(self, call: Call) -> None:
        self.call = call
        self.reply: Reply | Exception | None = None
        self.wake = threading.Event()


class GroupCommit(Generic[Call, Reply]):
    """``commit`` gets at most ``MAX_BATCH`` calls in order of arrival and answers each of them."""

    def __init__(self, commit: Commit[Call, Reply]) -> None:
        self._commit = commit
        self._mutex = threading.Lock()
        self._waiting: deque[_Waiting[Call, Reply]] = deque()
        self._led = False

    def submit(self, call: Call) -> Reply:
        """等到这一条有答复；它自己的故障只由它自己承受。"""
        mine: _Waiting[Call, Reply] = _Waiting(call)
        with self._mutex:
            self._waiting.append(mine)
            lead, self._led = not self._led, True
        if not lead:
            mine.wake.wait()  # answered, or told to lead
        if mine.reply is None:
            self._lead()
        if isinstance(mine.reply, Exception):
            raise mine.reply
        if mine.reply is None:
            raise AssertionError("a leader is always in its own batch")
        return mine.reply

    def _lead(self) -> None:
        with self._mutex:
            size = min(len(self._waiting), MAX_BATCH)
            batch = [self._waiting.popleft() for _ in range(size)]
        try:
            replies = self._commit([one.call for one in batch])
        except BaseException as error:
            self._settle(batch, [_Abandoned(repr(error))] * len(batch))
            raise
        self._settle(batch, replies)

    def _settle(
        self, batch: list[_Waiting[Call, Reply]], replies: Sequence[Reply | Exception]
    ) -> None:
        for one, reply in zip(batch, replies, strict=True):
            one.reply = reply
        with self._mutex:
            successor = self._waiting[0] if self._waiting else None
            self._led = successor is not None
        if successor is not None:
            successor.wake.set()
        for one in batch:
            one.wake.set()


class _Abandoned(Exception):  # noqa: N818 - nothing was wrong with the command
    """The leader was interrupted; what it carried has an unknown outcome."""
