"""没有收：一整份文件或一行，因何没有收。"""

from dataclasses import dataclass, field

SHOWN: int = 40  # characters of a source value that a sentence repeats


class FileRefused(Exception):  # noqa: N818 - says what was refused
    """整份文件或对照表不能用；什么也没有写入。"""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code, facts)
        self.code = code
        self.facts = {name: str(value) for name, value in facts.items()}


@dataclass(frozen=True, slots=True)
class RowRefused:
    """一行没有收的理由；``line`` 是行号，标题行为 1。"""

    line: int
    code: str
    facts: dict[str, str] = field(default_factory=dict)


def brief(value: str) -> str:
    """来源中的一个值，够认出来的长度。"""
    return value if len(value) <= SHOWN else value[:SHOWN] + "…"
