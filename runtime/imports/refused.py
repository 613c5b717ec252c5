"""没有收：一行或一格，因何没有收。整份文件不收的，用 ``runtime.exits.Stop``。"""

from dataclasses import dataclass, field
from typing import Final

SHOWN: Final = 40  # characters of a source value that a sentence repeats


class CellRefused(Exception):  # noqa: N818 - says what was refused
    """一格（因而一行）不收。Whoever knows the column adds it as ``field``."""

    def __init__(self, code: str, **facts: str) -> None:
        super().__init__(code, facts)
        self.code, self.facts = code, facts


@dataclass(frozen=True, slots=True)
class RowRefused:
    """一行没有收的理由；``line`` 是行号，标题行为 1。"""

    line: int
    code: str
    facts: dict[str, str] = field(default_factory=dict)


def brief(value: str) -> str:
    """来源中的一个值，够认出来的长度；看不见的字符写成代码。"""
    shown = "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in value)
    return shown if len(shown) <= SHOWN else shown[:SHOWN] + "…"
