"""写出数据文件：TOML 与 XLSX 同样的内容，再读进来与原来的相同。"""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from domain.acts.catalogue import PlanTransfer
from runtime import export
from runtime.catalogue.content import Content, Transfer
from runtime.catalogue.fields import TABLES, Table, flat
from runtime.catalogue.rows import joined, word
from runtime.exits import Exit, Stop
from runtime.export import Cell, Sheet
from runtime.messages import tables

Values = Mapping[str, Any]
_ESCAPED: Final = {chr(127): "\\u007f"}  # JSON leaves it as it is, TOML does not allow it


Part = tuple[Table, Values, Sequence[Values]]


def parts(content: Content) -> Iterator[Part]:
    """各表的各份：共有的各项，以及各条（没有各条的表为空）。"""
    for code, name in content.organs.items():
        yield TABLES["organ"], {"code": code, "name": name}, ()
    yield from _grouped(content)
    for item in content.items.values():
        yield TABLES["item"], {"item_code": item.item_code, **flat(item)}, ()
    for transfer in content.transfers:
        yield TABLES["transfer"], _transfer(transfer), ()
    for name, acts in (
        ("area", tuple(content.areas.values())),
        ("dormant", content.dormant),
        ("cancel", content.cancels),
    ):
        yield from ((TABLES[name], _plain(act), ()) for act in acts)


def _grouped(content: Content) -> Iterator[Part]:
    for policy in content.policies.values():
        head = {"id": policy.policy_id, **_plain(policy)}
        yield TABLES["policy"], head, [_plain(one) for one in policy.handlings]
    for known in content.lists.values():
        yield TABLES["list"], _plain(known), [_plain(one) for one in known.entries]
    if content.services is not None:
        services = [_plain(one) for one in content.services.services]
        yield TABLES["services"], _plain(content.services), services


def _plain(one: Any) -> dict[str, Any]:
    return {field.name: getattr(one, field.name) for field in fields(one)}


def _transfer(one: Transfer) -> dict[str, Any]:
    planned = isinstance(one, PlanTransfer)
    day = one.planned_on if isinstance(one, PlanTransfer) else one.effective_from
    return {**asdict(one), "effective_from": day, "planned": planned}


def write(path: Path, content: Content, notes: Sequence[tuple[str, Cell]]) -> int:
    """写出一份，答写了几行；已有的不覆盖。Raises :class:`Stop`."""
    match path.suffix.lower():
        case ".toml":
            text = toml(content, notes)
            _write_new(path, text)
            return text.count("[[")
        case ".xlsx":
            return export.write(path, notes, sheets(content)).rows
        case _:
            raise Stop(Exit.USAGE, "catalogue.kind", file=path.name)


def _write_new(path: Path, text: str) -> None:
    part = export.new_file(path).with_name(f"{path.name}.part")
    try:
        part.write_text(text, encoding="utf-8")
        os.link(part, path)
    except FileExistsError:
        raise Stop(Exit.REFUSED, "export.exists", path=path) from None
    finally:
        part.unlink(missing_ok=True)


# -- TOML


def toml(content: Content, notes: Sequence[tuple[str, Cell]] = ()) -> str:
    """一份 TOML：与平常相同的各项不写。"""
    lines = [f"# {label}：{export.text_of(cell)}" for label, cell in notes]
    if content.organs:
        lines += ["", "[organ]"]
        lines += [f"{_quoted(code)} = {_quoted(name)}" for code, name in content.organs.items()]
    for table, head, entries in parts(content):
        if table.name != "organ":
            lines += ["", f"[[{table.name}]]", *_lines(table.head, head)]
            lines += _inner(table, entries)
    return "\n".join(lines).lstrip("\n") + "\n"


def _lines(fields: Sequence[Any], values: Values) -> Iterator[str]:
    for one in fields:
        value = values.get(one.name, one.default)
        if value is not None and (one.is_needed or value != one.default):
            yield f"{one.name} = {_value(value)}"


def _inner(table: Table, entries: Sequence[Values]) -> Iterator[str]:
    if table.name == "policy":
        for entry in entries:
            yield f"[policy.{str(entry['trigger']).lower()}]"
            yield from _lines(table.entry[1:], entry)
    elif table.entry:
        yield "entries = ["
        for entry in entries:
            yield f"    {{ {', '.join(_lines(table.entry, entry))} }},"
        yield "]"


def _value(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case int():
            return str(value)
        case date():
            return value.isoformat()
        case tuple():
            return f"[{', '.join(map(_value, value))}]"
        case _:
            return _quoted(str(value))


def _quoted(text: str) -> str:
    quoted = json.dumps(text, ensure_ascii=False)
    for sign, escaped in _ESCAPED.items():
        quoted = quoted.replace(sign, escaped)
    return quoted


# -- XLSX


def sheets(content: Content) -> list[Sheet]:
    """各表，一表一张；没有内容的表也有标题，照着填即可。"""
    rows: dict[str, list[tuple[Cell, ...]]] = {name: [] for name in TABLES}
    for table, head, entries in parts(content):
        for entry in entries or ({},):
            values = {**head, **entry}
            cells = (_cell(values.get(one.name, one.default)) for one in table.fields)
            rows[table.name].append(tuple(cells))
    words = tables()["catalogue_field"]
    return [
        Sheet(
            str(tables()["catalogue_table"][name]),
            tuple(str(words[one.name]) for one in table.fields),
            rows[name],
        )
        for name, table in TABLES.items()
    ]


def _cell(value: object) -> Cell:
    match value:
        case None | ():
            return None
        case bool():
            return "是" if value else "否"
        case StrEnum():
            return word(value)
        case tuple():
            return joined([word(one) if isinstance(one, StrEnum) else str(one) for one in value])
        case int() | date():
            return value
        case _:
            return str(value)
