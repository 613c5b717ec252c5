"""退出码与中止：命令以何种结果结束。Standard library only: the launcher imports this."""

from enum import IntEnum


class Exit(IntEnum):
    """退出码（见 `./shenguan --help`）。The numbers are a promise to scripts."""

    DONE = 0
    USAGE = 1
    REFUSED = 2
    INTEGRITY = 3
    RUNNING = 4
    DEPENDENCY = 5


class Stop(Exception):  # noqa: N818 - it ends a command, it need not be an error
    """命令到此为止，并说明原因与办法。

    `code` is looked up in `[error]` of messages/; `facts` fill its sentence.
    """

    def __init__(self, exit_code: Exit, code: str, /, **facts: object) -> None:
        super().__init__(code, facts)
        self.exit_code = exit_code
        self.code = code
        self.facts = {name: str(value) for name, value in facts.items()}
