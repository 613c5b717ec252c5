"""事件格式的差错：代码稳定，中文说明在 messages/zh_CN.toml 的 [error] 表。"""


class CodecError(Exception):
    """一份事件不合格式，不得入账，也不得采信。

    ``facts`` names the event, the field and what was found by its *kind*, never by its value: a
    value may be personal data and errors are logged.
    """

    def __init__(self, code: str, facts: dict[str, str] | None = None) -> None:
        self.code = code
        self.facts = facts or {}
        super().__init__(code, self.facts)
