"""断点：按名字在要紧处停机，用于故障演练；正式账本一律拒绝。

``SHENGUAN_FAILPOINT=relay.after_produce:kill@3`` kills this process by SIGKILL at the third passage;
``stop`` sends SIGSTOP instead. Several are separated by commas. Production code calls :func:`reach`.
"""

import os
import signal
from dataclasses import dataclass
from typing import Final

from domain.terms import Mode

VARIABLE: Final = "SHENGUAN_FAILPOINT"
_SIGNALS: Final = {"kill": signal.SIGKILL, "stop": signal.SIGSTOP}


class FailpointRefused(Exception):  # noqa: N818 - says who said no
    """断点写错了，或者这是一本正式账本。"""


@dataclass(slots=True)
class _Failpoint:
    signal: signal.Signals
    remaining: int


_armed: dict[str, _Failpoint] = {}


def arm(mode: Mode) -> None:
    """读取环境变量，启用断点。

    Raises :class:`FailpointRefused` for a formal ledger or an unreadable setting.
    """
    _armed.clear()
    for text in filter(None, os.environ.get(VARIABLE, "").split(",")):
        if mode is not Mode.DEMO:
            raise FailpointRefused(text)
        name, _, how = text.partition(":")
        action, _, count = how.partition("@")
        if action not in _SIGNALS or not (count or "1").isdigit():
            raise FailpointRefused(text)
        _armed[name] = _Failpoint(_SIGNALS[action], int(count or "1"))


def reach(name: str) -> None:
    """经过一处断点；未启用时什么也不做。"""
    point = _armed.get(name)
    if point is None:
        return
    point.remaining -= 1
    if point.remaining == 0:
        os.kill(os.getpid(), point.signal)
