"""由主题页与格式文件生成 docs/asyncapi.yaml（AsyncAPI 3）：``python docs/make_asyncapi.py``。

A test compares the two. Scalars are written as JSON, which YAML reads; nothing else is needed.
"""
# ruff: noqa: INP001  (a script beside its page, not a package)

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

DOCS: Final = Path(__file__).parent
SCHEMAS: Final = DOCS.parent / "schemas"
TOPICS: Final = ("case", "inspection", "register")
ROW: Final = re.compile(r"^\| `(\S+\.v\d+)` \| (.*) \| .* \|$", re.MULTILINE)
KEY: Final = re.compile(r"^- 键：(.*)$", re.MULTILINE)
PURPOSE: Final = re.compile(r"\A# .*\n\n((?:.+\n)+)")
PARTITIONS: Final = re.compile(r"^- 分区：内嵌默认 (\d+) 个", re.MULTILINE)
HEADER: Final = re.compile(r"^\| ((?:`\w+`、?)+) \| (.*) \|$", re.MULTILINE)
CLOUD_EVENTS: Final = re.compile(r"^\| 头 \| CloudEvents：(.*) \|$", re.MULTILINE)
PLAIN: Final = re.compile(r"[A-Za-z][\w.-]*")
HEAD: Final = "# 由主题页与格式文件生成（python docs/make_asyncapi.py），请改前者。\n"


def page() -> str:
    """生成的全文。"""
    return HEAD + "".join(f"{line}\n" for line in _lines(document(), ""))


def document() -> dict[str, Any]:
    """AsyncAPI 3 的一份文档：我们发出什么，读者各自订阅。"""
    pages = {topic: (SCHEMAS / f"{topic}.v1.md").read_text(encoding="utf-8") for topic in TOPICS}
    events = {topic: ROW.findall(text) for topic, text in pages.items()}
    project = tomllib.loads((DOCS.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "审管联动账本 shenguan",
            "version": project["version"],
            "description": "读法、重复、次序与重放见 integrators.md。",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/vnd.apache.avro",
        "channels": {
            topic: _channel(topic, text, [name for name, _ in events[topic]])
            for topic, text in pages.items()
        },
        "operations": {
            f"publish_{topic}": {"action": "send", "channel": _ref("channels", topic)}
            for topic in TOPICS
        },
        "components": {
            "messages": {
                name: _message(name, meaning) for rows in events.values() for name, meaning in rows
            },
            "schemas": {"headers": _headers()},
        },
    }


def _ref(*path: str) -> dict[str, str]:
    return {"$ref": "/".join(("#", *path))}


def _found(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    if match is None:
        raise ValueError(f"the page does not say {pattern.pattern}")
    return match[1]


def _channel(topic: str, text: str, names: list[str]) -> dict[str, Any]:
    purpose = _found(PURPOSE, text).replace("\n", "")
    return {
        "address": f"shenguan.{{origin}}.{topic}.v1",
        "description": f"{purpose}键：{_found(KEY, text)}。",
        "parameters": {"origin": {"description": "账本代号", "default": "demo"}},
        "messages": {name: _ref("components", "messages", name) for name in names},
        "bindings": {
            "kafka": {
                "partitions": int(_found(PARTITIONS, text)),
                "topicConfiguration": {"cleanup.policy": ["delete"], "retention.ms": -1},
            }
        },
    }


def _message(name: str, meaning: str) -> dict[str, Any]:
    return {
        "name": name,
        "title": meaning.partition("：")[0].partition("（")[0],
        "summary": meaning,
        "headers": _ref("components", "schemas", "headers"),
        "payload": {
            "schemaFormat": "application/vnd.apache.avro;version=1.9.0",
            "schema": {"$ref": f"../schemas/avro/{name}.avsc"},
        },
        "bindings": {"kafka": {"key": {"type": "string"}}},
    }


def _headers() -> dict[str, Any]:
    """As schemas/README.md lists them; all are text."""
    readme = (SCHEMAS / "README.md").read_text(encoding="utf-8")
    table = readme.partition("| 头 | 含义 |")[2].partition("\n\n")[0]
    events = re.findall(r"`(ce_\w+)`", _found(CLOUD_EVENTS, readme))
    named = {name: {"type": "string", "description": "CloudEvents 1.0"} for name in events}
    named |= {
        name: {"type": "string", "description": meaning}
        for names, meaning in HEADER.findall(table)
        for name in re.findall(r"`(\w+)`", names)
    }
    return {"type": "object", "properties": named}


def _lines(tree: Mapping[str, Any], indent: str) -> Iterator[str]:
    for key, value in tree.items():
        name = key if PLAIN.fullmatch(key) else json.dumps(key)
        if isinstance(value, dict):
            yield f"{indent}{name}:"
            yield from _lines(value, indent + "  ")
        else:
            yield f"{indent}{name}: {json.dumps(value, ensure_ascii=False)}"


if __name__ == "__main__":
    (DOCS / "asyncapi.yaml").write_text(page(), encoding="utf-8")
