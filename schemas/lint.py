"""格式检查：一份格式可否公布，公布之后有无改动。

What Avro allows and a ledger must not is refused here (trust.md, Lessons): maps, recursion, floats,
items that take no bytes, names outside ASCII, fields without a Chinese ``doc`` or a ``pii`` kind.
``python -m schemas.lint`` checks every file, ``--freeze`` then adds new ones to ``frozen.toml``; a
file that stands there never changes again: another shape is another version of the event.
"""

import hashlib
import json
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from schemas.binding import UNSPECIFIED, Json
from schemas.codec import AVRO, MAX_VALUE

FROZEN: Final = Path(__file__).parent / "frozen.toml"
PII_KINDS: Final = frozenset(
    {"none", "name", "id_number", "telephone", "address", "sole_trader_code", "free_text"}
)
SCALARS: Final = frozenset({"string", "boolean", "int", "long", "bytes"})
LOGICAL: Final = {"date": "int", "timestamp-micros": "long", "uuid": "string"}
NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
EVENT: Final = re.compile(r"([a-z]+)\.([a-z]+(?:_[a-z]+)*)\.v([1-9][0-9]*)")
CHINESE: Final = re.compile(r"[\u4e00-\u9fff]")
# The fields of a published event carry the text of a schema, so a schema must fit into one.
MAX_TEXT: Final = MAX_VALUE - 4096

Node = Mapping[str, Json]


def check_all(folder: Path = AVRO) -> list[str]:
    """检查全部格式；返回毛病，没有毛病返回空表。"""
    named: dict[str, Json] = {}
    return [
        f"{path.name}: {problem}"
        for path in sorted(folder.glob("*.avsc"))
        for problem in check_text(path.stem, path.read_bytes(), named)
    ]


def check_text(name: str, text: bytes, named: dict[str, Json]) -> Iterator[str]:
    """检查一份格式。

    ``named`` collects the types that events share, by full name: one name, one definition.
    """
    tree = json.loads(text)
    match = EVENT.fullmatch(name)
    if match is None or tree.get("event") != name:
        yield f"event must be the file's name, found {tree.get('event')!r}"
        return
    family, word, _ = match.groups()
    expected = f"shenguan.{family}.{word.title().replace('_', '')}"
    if _full_name(tree) != expected:
        yield f"full name must be {expected}"
    if len(text) > MAX_TEXT:
        yield f"text of {len(text)} bytes does not fit into an event"
    if not tree.get("fields") or tree["fields"][0].get("name") != "meta":
        yield "first field must be meta"
    yield from _type(tree, "", named, set())


def frozen_problems(folder: Path = AVRO, frozen: Path = FROZEN) -> list[str]:
    """已冻结的格式有无改动或者缺失。"""
    kept: dict[str, str] = tomllib.loads(frozen.read_text(encoding="utf-8"))["schemas"]
    now = fingerprints(folder)
    return [
        f"{name}: {'changed' if name in now else 'missing'} although frozen"
        for name, sha256 in kept.items()
        if now.get(name) != sha256
    ]


def freeze(folder: Path = AVRO, frozen: Path = FROZEN) -> None:
    """把新的格式记入冻结表；已有的一律不动。"""
    kept = tomllib.loads(frozen.read_text(encoding="utf-8"))["schemas"] if frozen.exists() else {}
    both = {**fingerprints(folder), **kept}
    lines = [f'"{name}" = "{both[name]}"' for name in sorted(both)]
    frozen.write_text("\n".join([_FROZEN_HEAD, *lines, ""]), encoding="utf-8")


def fingerprints(folder: Path = AVRO) -> dict[str, str]:
    """每份格式的指纹：文件字节的 SHA-256。"""
    return {
        path.stem: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.avsc")
    }


_FROZEN_HEAD: Final = """\
# 已公布的格式及其指纹（文件字节的 SHA-256）。只增不改：要改格式，另立新版本。
# Append only, by `python -m schemas.lint --freeze`; a test fails when a frozen file changes.
[schemas]"""


def _full_name(node: Node) -> str:
    return f"{node.get('namespace')}.{node.get('name')}"


def _type(node: Json, path: str, named: dict[str, Json], inside: set[str]) -> Iterator[str]:
    if isinstance(node, str):
        yield from _scalar({"type": node}, path)
    elif isinstance(node, list):
        yield from _union(node, path, named, inside)
    elif not isinstance(node, dict):
        yield f"{path}: not a type"
    elif node.get("type") in {"record", "enum"}:
        yield from _named(node, path, named, inside)
    elif node.get("type") == "array":
        yield from _type(node.get("items"), f"{path}[]", named, inside)
    else:
        yield from _scalar(node, path)


def _scalar(node: Node, path: str) -> Iterator[str]:
    kind, logical = node.get("type"), node.get("logicalType")
    if kind not in SCALARS:  # map, fixed, float, null, a reference (so no recursion either)
        yield f"{path}: type {kind!r} is not allowed"
    if logical is not None and LOGICAL.get(str(logical)) != kind:
        yield f"{path}: logical type {logical!r} on {kind!r} is not allowed"


def _union(node: list[Json], path: str, named: dict[str, Json], inside: set[str]) -> Iterator[str]:
    if node[:1] != ["null"] or len(node[1:]) != 1:
        yield f"{path}: a union must be null and one type"
    for member in node[1:]:
        yield from _type(member, path, named, inside)


def _named(node: Node, path: str, named: dict[str, Json], inside: set[str]) -> Iterator[str]:
    name = _full_name(node)
    if not all(NAME.fullmatch(part) for part in name.split(".")):
        yield f"{path}: {name!r} is not an Avro name"
    if name in inside:
        yield f"{path}: {name} is written out twice in one schema"
    known = named.setdefault(name, dict(node))
    if known != node and not _grew(known, dict(node)):
        yield f"{path}: {name} differs from its definition elsewhere"
    if not CHINESE.search(str(node.get("doc"))):
        yield f"{path}: {name} has no Chinese doc"
    inside.add(name)
    if node.get("type") == "enum":
        yield from _enum(node, path)
    else:
        yield from _record(node, path, named, inside)


def _grew(one: Json, other: Json) -> bool:
    """A later version may append to an enum or a record, or to one inside it, and do no more."""
    return _size(one) != _size(other) and _prefix(one, other)


def _prefix(one: Json, other: Json) -> bool:
    match one, other:
        case dict(), dict():
            kept = ("name", "namespace", "type", "items")
            lists = all(_starts(one.get(part), other.get(part)) for part in ("symbols", "fields"))
            return lists and all(_prefix(one.get(part), other.get(part)) for part in kept)
        case list(), list():
            return len(one) == len(other) and all(map(_prefix, one, other))
        case _:
            return one == other


def _starts(one: Json, other: Json) -> bool:
    if not (isinstance(one, list) and isinstance(other, list)):
        return one == other
    return all(map(_prefix, one, other))  # as far as the shorter goes


def _size(node: Json) -> int:
    """How many symbols and fields there are in all."""
    match node:
        case dict():
            parts = (node.get("symbols"), node.get("fields"))
            own = sum(len(part) for part in parts if isinstance(part, list))
            return own + sum(map(_size, node.values()))
        case list():
            return sum(map(_size, node))
        case _:
            return 0


def _enum(node: Node, path: str) -> Iterator[str]:
    symbols = node.get("symbols")
    if not isinstance(symbols, list) or symbols[:1] != [UNSPECIFIED]:
        yield f"{path}: first symbol must be {UNSPECIFIED}"
    elif not all(NAME.fullmatch(str(symbol)) for symbol in symbols):
        yield f"{path}: a symbol is not an Avro name"
    if node.get("default") != UNSPECIFIED:
        yield f"{path}: default must be {UNSPECIFIED}"


def _record(node: Node, path: str, named: dict[str, Json], inside: set[str]) -> Iterator[str]:
    members = node.get("fields")
    if not isinstance(members, list) or not members:
        yield f"{path}: a record needs a field"  # an empty record takes no bytes
        return
    for item in members:
        if isinstance(item, dict):
            where = f"{path}.{item.get('name')}" if path else str(item.get("name"))
            yield from _field(item, where)
            yield from _type(item.get("type"), where, named, inside)


def _field(item: Node, path: str) -> Iterator[str]:
    if not NAME.fullmatch(str(item.get("name"))):
        yield f"{path}: not an Avro name"
    if not CHINESE.search(str(item.get("doc"))):
        yield f"{path}: no Chinese doc"
    kind, optional = item.get("type"), isinstance(item.get("type"), list)
    if optional and item.get("default", ...) is not None:
        yield f"{path}: an optional field must default to null"
    if item.get("pii") not in PII_KINDS:
        yield f"{path}: unknown pii kind {item.get('pii')!r}"
    sealed = kind in ("bytes", ["null", "bytes"])
    if sealed != (item.get("pii") != "none"):
        yield f"{path}: personal fields are bytes, and bytes are personal"
    if sealed and "." in path:  # sealing then is a matter of the event's own fields
        yield f"{path}: personal fields stand at the top of an event"


def main(arguments: list[str]) -> int:
    """命令行：检查，``--freeze`` 另加冻结。"""
    problems = check_all() + (frozen_problems() if FROZEN.exists() else [])
    sys.stderr.writelines(f"{problem}\n" for problem in problems)
    if not problems and arguments == ["--freeze"]:
        freeze()
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
