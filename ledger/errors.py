"""账本的故障：不是依法不予办理，而是账本不能或不该继续。"""


class LedgerError(Exception):
    """账本故障。``code`` 在 messages/zh_CN.toml 的 [error] 表中有中文说明和处置办法。"""

    def __init__(self, code: str, facts: dict[str, str] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts or {}

    def __str__(self) -> str:
        told = ", ".join(f"{name}={value}" for name, value in self.facts.items())
        return f"{self.code} ({told})" if told else self.code


class LedgerUnavailable(LedgerError):  # noqa: N818 - the name says what happened
    """账本暂不可用（数据库停、锁等不到）：命令的结果未知，以同一命令号重试即得答复。"""


class LedgerDamaged(LedgerError):  # noqa: N818 - as above
    """账本内容与其指纹不符：立即停止，绝不跳过。"""
