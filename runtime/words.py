"""用语：把代码、字段、时刻写成中文；案卷与 tail 共用。

The words come from messages/ and from the schemas themselves: every field and every enumeration has
a Chinese doc there, which is what integrators read as well.
"""

import difflib
import json
import re
import signal
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Final

from domain.terms import BEIJING
from followers.projection import Json
from runtime import messages
from runtime.messages import fill, tables
from schemas.codec import current
from schemas.registry import EVENT_NAMES

HASH_SHOWN: Final = 16  # hex digits of a hash that a reader compares by eye
_HASH: Final = re.compile(r"[0-9a-f]{64}")
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+[+-]\d\d:\d\d")
_CLAUSE: Final = re.compile(r"[，；：。（]")
_CHOICE: Final = re.compile(r"(?<=[：、])([A-Z][A-Z0-9_]*) (.+?)(?=、[A-Z][A-Z0-9_]* |$)")
# Where the codes among the facts of a refusal have their Chinese words: a table, or schemas.
_TABLE_OF: Final = {
    "act": "act",
    "role": "role",
    "organ": "organ",
    "department": "organ",
    "office": "organ",
    "offices": "organ",
    "kind": "claim",
    "reason": "stop",
    "closing": "closing",
}
_SCHEMAS_OF: Final = {
    "list": ("list.version_published.v1",),
    "criteria": ("exemption.screened.v1",),
    "codes": ("task.inspected.v1",),
    "ground": ("commitment.breach_suspected.v1",),
    "kind": ("subject.registered.v1",),
    "matter": ("push.sent.v2",),
    "mode": ("ledger.created.v1",),
    "opinion": ("case.reviewed.v1",),
    "why": ("simulated.lapsed.v1",),
    "missing": ("archive.filed.v1",),
    "follow_up_kind": ("followup.opened.v1",),
    "outcomes": ("followup.closed.v1",),
    "reason": ("commitment.voided.v1", "filing.cancelled.v1", "licence.deregistered.v1"),
}


def say(key: str, **facts: object) -> str:
    """案卷用语（``[case_file]`` 表）。"""
    sentence = str(tables()["case_file"][key])
    return fill(sentence, {name: str(value) for name, value in facts.items()})


def term(table: str, code: str | None) -> str:
    """状态、期限、角色、灯的中文名；没有登记的照写代码。"""
    return say("none") if code is None else str(tables()[table].get(code, code))


def title(table: str, code: str, part: str = "title") -> str:
    """事件、依据、统计项的中文名，或说法的另一部分；没有登记的照写代码。"""
    entry = tables().get(table, {}).get(code)
    return str(entry[part]) if isinstance(entry, dict) else code


@dataclass(frozen=True, slots=True)
class Explained:
    """一个拒绝码或错误号的说法：说什么、怎么办、依据的全称。"""

    text: str
    remedy: str
    basis: tuple[str, ...]


def explained(code: str, facts: Mapping[str, str] | None = None) -> Explained:
    """把拒绝码或错误号连同事实说给人听，代码都换成中文；不给事实的，空格写作〔何事〕。

    Raises :class:`KeyError` for a code that has no message.
    """
    message = messages.find("refusal", code) or messages.find("error", code)
    if message is None:
        raise KeyError(code)
    blanks = {name: f"〔{label}〕" for name, label in tables()["blank"].items()}
    known = blanks if facts is None else told(facts)
    basis = tuple(title("basis", one) for one in message.basis)
    return Explained(fill(message.text, known), fill(message.todo, known), basis)


def told(facts: Mapping[str, str]) -> dict[str, str]:
    """拒绝所附的事实，其中的代码换成中文；不认得的照写。"""
    return {
        name: "、".join(_told(name, code) for code in text.split("、"))
        for name, text in facts.items()
    }


def _told(name: str, code: str) -> str:
    if name == "entry":  # the field of an act
        return entry_name(code)
    if name == "ending":  # the class of the licence event that ended it
        entry = tables()["event"].get(f"licence.{code.lower()}.v1")
        return str(entry["title"]) if isinstance(entry, dict) else code
    if name == "step":  # the last step of a small file, such as complaint.answered
        return title("event", f"{code}.v1")
    word = tables().get(_TABLE_OF.get(name, ""), {}).get(code)
    choices = (_choices(event).get(code) for event in _SCHEMAS_OF.get(name, ()))
    return str(word or next(filter(None, choices), code))


def organ(code: str) -> str:
    """机关的中文名，代码在后；没有登记的照写代码。"""
    known = tables()["organ"].get(code)
    return f"{known}（{code}）" if known else code


def child(name: str) -> str:
    """子进程的中文名，技术名在后；不是子进程的照写。"""
    kind, _, code = name.partition(".")
    known = tables()["child"].get(kind)
    place = tables()["organ"].get(code, "")
    return f"{known}{place}（{name}）" if known else name


def ended(code: int | None) -> str:
    """一个进程上次是怎样结束的。``code``: as subprocess gives it, below 0 a signal."""
    match code:
        case None:
            return messages.say("exit.never")
        case _ if code == -signal.SIGKILL:
            return messages.say("exit.killed", signal=-code)
        case _ if code < 0:
            return messages.say("exit.signal", signal=-code)
        case _:
            return messages.say("exit.code", code=code)


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
    return _choices(event).get(text) or organ(text)


def content(event: str, facts: Mapping[str, Json], hidden: Collection[str] = ()) -> str:
    """一件事的内容，按格式中字段的次序；没有的不写。A database may have reordered ``facts``."""
    return "；".join(
        f"{label}：{fact(event, facts[name])}"
        for name, label in labels(event).items()
        if name not in hidden and facts.get(name) is not None
    )


def choice(event: str, code: str | None) -> str | None:
    """枚举代码的中文名，出自这种事件的格式；没有登记的照写代码。"""
    return None if code is None else _choices(event).get(code, code)


@cache
def labels(event: str) -> dict[str, str]:
    """各字段的中文名：格式里说明的第一节。"""
    record = json.loads(current(event).text)
    return {item["name"]: _CLAUSE.split(item["doc"])[0] for item in record["fields"][1:]}


@cache
def entry_name(name: str) -> str:
    """办理的一项叫什么：告知语另有的照它，否则取各种事件的格式里最常见的说法。"""
    if (said := tables()["field"].get(name)) is not None:
        return str(said)
    everywhere = Counter(
        said for event in EVENT_NAMES if (said := labels(event).get(name)) is not None
    )
    return max(everywhere, key=everywhere.__getitem__, default=name)


@cache
def _choices(event: str) -> dict[str, str]:
    """Enumeration symbols of one event and the Chinese words that its schema gives them."""
    record = json.loads(current(event).text)
    docs = [doc for item in record["fields"][1:] for doc in _enumerations(item["type"])]
    words = {code: word for doc in docs for code, word in _CHOICE.findall(doc)}
    if event.startswith("deadline."):  # its kind is no enumeration: kinds are added as we go
        words |= {code: str(word) for code, word in tables()["deadline"].items()}
    return words


@cache
def enumeration(name: str) -> dict[str, str]:
    """一种枚举的代码与中文，出自用到它的任何一种格式；没有格式用到的空着。"""
    found: dict[str, str] = {}
    for event in EVENT_NAMES:
        for item in json.loads(current(event).text)["fields"][1:]:
            for doc in _enumerations(item["type"], name):
                found |= dict(_CHOICE.findall(doc))
    return found


def near(given: str, known: Collection[str]) -> list[str]:
    """与所写的最像的几个。"""
    return difflib.get_close_matches(given, known, n=3, cutoff=0.5)


def _enumerations(schema: object, wanted: str | None = None) -> Iterator[str]:
    match schema:
        case {"type": "enum", "name": str(name), "doc": str(doc)}:
            if wanted in {None, name}:
                yield doc
        case {"type": "array", "items": items}:
            yield from _enumerations(items, wanted)
        case {"type": "record", "fields": list(fields)}:
            for item in fields:
                yield from _enumerations(item["type"], wanted)
        case list():
            for branch in schema:
                yield from _enumerations(branch, wanted)
        case _:
            return
