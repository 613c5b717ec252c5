"""告知语：凡给人看的中文句子都出自 messages/。

Standard library only: the launcher speaks before there is an environment.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
FOLDER: Final = ROOT / "messages"
ORGANS: Final = ROOT / "runtime" / "data" / "catalogue" / "organs.toml"  # names that are data


@dataclass(frozen=True, slots=True)
class Message:
    """一条告知语：说什么，怎么办，依据何在。"""

    code: str
    text: str
    todo: str
    basis: tuple[str, ...]


class _Facts(dict[str, str]):
    """A sentence with a missing fact is still better than a crash while explaining one."""

    def __missing__(self, key: str) -> str:
        return f"{{{key}}}"


def fill(sentence: str, facts: dict[str, str]) -> str:
    """填空：`{name}` 换成事实；缺的原样留着，说不清的（`?`）写明不详。"""
    unknown = str(tables()["cli"]["unknown"])
    known = {name: unknown if fact == "?" else fact for name, fact in facts.items()}
    return sentence.format_map(_Facts(known))


@cache
def tables() -> dict[str, dict[str, object]]:
    """全部告知语，按表合并（zh_CN.toml 与 zh_CN.*.toml），连同事项数据里的机关名称。"""
    merged: dict[str, dict[str, object]] = {}
    for path in sorted(FOLDER.glob("zh_CN*.toml")):
        for table, entries in tomllib.loads(path.read_text("utf-8")).items():
            merged.setdefault(table, {}).update(entries)
    merged["organ"].update(tomllib.loads(ORGANS.read_text("utf-8"))["organ"])
    return merged


def find(table: str, code: str) -> Message | None:
    """查一条告知语；`table` 为 refusal 或 error。"""
    entry = tables().get(table, {}).get(code)
    if not isinstance(entry, dict):
        return None
    todo = entry.get("remedy") or entry.get("todo") or ""
    return Message(code, str(entry["text"]), str(todo), tuple(entry.get("basis", ())))


def say(key: str, **facts: object) -> str:
    """命令行的一句话（`[cli]` 表）。A missing key is a bug and raises KeyError."""
    return fill(str(tables()["cli"][key]), {name: str(value) for name, value in facts.items()})


def error(code: str, facts: dict[str, str]) -> str:
    """一条错误及其办法（`[error]` 表），供命令行打印。"""
    message = find("error", code) or find("refusal", code)
    if message is None:
        return " ".join([code, *(f"{name}={value}" for name, value in facts.items())])
    lines = [fill(message.text, facts)]
    if message.todo:
        lines.append(say("todo", todo=fill(message.todo, facts)))
    lines.append(say("code", code=code))
    return "\n".join(lines)
