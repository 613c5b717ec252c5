"""核验的各步：查了多少，第一处不符在哪里。"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Difference:
    """一处不符；``code`` 在 [error] 表，``facts`` 指明位置。"""

    code: str
    facts: dict[str, str]


@dataclass(slots=True)
class Step:
    """核验的一步：查了多少件，第一处不符在哪里。"""

    number: int
    name: str
    examined: int = 0
    differences: int = 0
    difference: Difference | None = None

    def found(self, code: str, **facts: object) -> None:
        """记下第一处，其后的只计数：往往由它引起。"""
        self.differences += 1
        if self.difference is None:
            told = {name: str(value) for name, value in facts.items()}
            self.difference = Difference(f"verify.{code}", told)
