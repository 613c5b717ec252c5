"""用语：把代码、字段、时刻写成中文；案卷与 tail 共用。

The words come from messages/ and from the schemas themselves: every field and every enumeration has
a Chinese doc there, which is what integrators read as well.
"""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from functools import cache
from typing import Final

from domain.terms import BEIJING
from followers.projection import Json
from runtime.messages import fill, tables
from schemas.codec import current

HASH_SHOWN: Final = 16  # hex digits of a hash that a reader compares by eye
_HASH: Final = re.compile(r"[0-9a-f]{64}")
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+[+-]\d\d:\d\d")
_CLAUSE: Final = re.compile(r"[，；：。（]")
_CHOICE: Final = re.compile(r"(?<=[：、])([A-Z][A-Z0-9_]*) (.+?)(?=、[A-Z][A-Z0-9_]* |$)")


def say(key: str, **facts: object) -> str:
    """案卷用语（``[case_file]`` 表）。"""
    sentence = str(tables()["case_file"][key])
    return fill(sentence, {name: str(value) for name, value in facts.items()})


def term(table: str, code: str | None) -> str:
    """状态、期限、角色、灯的中文名；没有登记的照写代码。"""
    return say("none") if code is None else str(tables()[table].get(code, code))


def title(table: str, code: str) -> str:
    """事件、依据的中文名；没有登记的照写代码。"""
    entry = tables().get(table, {}).get(code)
    return str(entry["title"]) if isinstance(entry, dict) else code


def instant(at: datetime) -> str:
    """北京时间，到秒。"""
    return f"{at.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}"


def rules(used: dict[str, str]) -> str:
    """所依规则及其版本。"""
    return "、".join(f"{name} v{version}" for name, version in sorted(used.items()))


def fact(event: str, value: Json) -> str:
    """一项事实写成文字；封存的个人信息只写明已封存。"""
    match value:
        case None:
            return say("none")
        case bool():
            return say("yes" if value else "no")
        case {"sealed": True}:
            return say("sealed")
        case {"count": int(count)}:
            return say("count", count=count)
        case dict():
            return _pair(event, value)
        case list():
            return "、".join(fact(event, item) for item in value) or say("none")
        case _:
            return _text(event, str(value))


def _pair(event: str, record: dict[str, Json]) -> str:
    """A value object: what it is first, its hash behind it."""
    shown = [fact(event, item) for name, item in record.items() if name != "sha256"]
    if isinstance(digest := record.get("sha256"), str):
        shown.append(digest[:HASH_SHOWN])
    return "～".join(shown)


def _text(event: str, text: str) -> str:
    if _HASH.fullmatch(text):
        return text[:HASH_SHOWN]
    if _INSTANT.fullmatch(text):
        return instant(datetime.fromisoformat(text))
    return _choices(event).get(text, text)


def content(event: str, facts: Mapping[str, Json], hidden: Collection[str] = ()) -> str:
    """一件事的内容，按格式中字段的次序；没有的不写。A database may have reordered ``facts``."""
    return "；".join(
        f"{label}：{fact(event, facts[name])}"
        for name, label in _labels(event).items()
        if name not in hidden and facts.get(name) is not None
    )


@cache
def _labels(event: str) -> dict[str, str]:
    """The Chinese name of each field: the first clause of its doc in the schema."""
    record = json.loads(current(event).text)
    return {item["name"]: _CLAUSE.split(item["doc"])[0] for item in record["fields"][1:]}


@cache
def _choices(event: str) -> dict[str, str]:
    """Enumeration symbols of one event and the Chinese words that its schema gives them."""
    record = json.loads(current(event).text)
    docs = [doc for item in record["fields"][1:] for doc in _enumerations(item["type"])]
    return {code: word for doc in docs for code, word in _CHOICE.findall(doc)}


def _enumerations(schema: object) -> Iterator[str]:
    match schema:
        case {"type": "enum", "doc": str(doc)}:
            yield doc
        case {"type": "array", "items": items}:
            yield from _enumerations(items)
        case {"type": "record", "fields": list(fields)}:
            for item in fields:
                yield from _enumerations(item["type"])
        case list():
            for branch in schema:
                yield from _enumerations(branch)
        case _:
            return
