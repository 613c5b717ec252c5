"""结论：级别、何处、如何，以及不正常时怎么办。"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from runtime.messages import say
from runtime.settings import Settings

OK: Final = "ok"
WARN: Final = "warn"
BAD: Final = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """一项检查的结论；``todo`` 在正常时为空。"""

    level: str
    name: str
    finding: str
    todo: str = ""


Check: TypeAlias = Callable[[Settings], Iterator[Finding]]


def fine(name: str, key: str, **facts: object) -> Finding:
    """正常。"""
    return Finding(OK, name, say(f"doctor.{key}", **facts))


def amiss(level: str, name: str, key: str, **facts: object) -> Finding:
    """不正常：``doctor.<key>`` 说如何，``doctor.<key>.todo`` 说怎么办。"""
    return Finding(level, name, say(f"doctor.{key}", **facts), say(f"doctor.{key}.todo", **facts))
