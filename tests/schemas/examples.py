"""样例：按类型造事件（hypothesis），按 JSON 读事件（golden）。"""

from dataclasses import fields, is_dataclass
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum
from types import NoneType
from typing import Any, NewType, get_args, get_origin, get_type_hints

from cattrs.preconf.json import JsonConverter, make_converter
from hypothesis import strategies as st

from domain.decider import Event
from domain.terms import Sealed
from schemas.codec import Meta

BITS = {
    "as_of_size": 63,
    "object_count": 63,
    "inspector_count": 63,
    "file_bytes": 63,
}  # long; all others int
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
SCALARS: dict[object, st.SearchStrategy[Any]] = {
    str: st.text(max_size=20),
    bool: st.booleans(),
    date: st.dates(),
    # a year's distance from both ends, so that every zone has its instant in UTC
    datetime: st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1), timezones=ZONES),  # noqa: DTZ001
    Sealed: st.binary(min_size=44, max_size=80).map(lambda rest: Sealed(b"\x01" + rest)),
}


def instances(kind: Any, name: str = "") -> st.SearchStrategy[Any]:
    """按类型造值；只造该类型容许的值。"""
    if isinstance(kind, NewType):
        return instances(kind.__supertype__, name)
    if kind in SCALARS:
        return st.uuids().map(str) if name in {"event_id", "command_id"} else SCALARS[kind]
    if kind is int:
        bound = 2 ** BITS.get(name, 31)
        return st.integers(-bound, bound - 1)
    if get_origin(kind) is tuple:
        return st.lists(instances(get_args(kind)[0]), max_size=3).map(tuple)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return st.sampled_from(kind)
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        parts = {item.name: instances(hints[item.name], item.name) for item in fields(kind)}
        return st.builds(kind, **parts)  # type: ignore[arg-type]
    return _union(kind, name)


def _union(kind: Any, name: str) -> st.SearchStrategy[Any]:
    members = get_args(kind)
    chosen = (Sealed,) if Sealed in members else [m for m in members if m is not NoneType]
    values = st.one_of([instances(member, name) for member in chosen])
    return st.none() | values if NoneType in members else values


def converter() -> JsonConverter:
    """JSON 与事件互转：独立于编码器的另一条路。"""
    made = make_converter(forbid_extra_keys=True)
    made.register_unstructure_hook(Sealed, lambda sealed: sealed.value.hex())
    made.register_structure_hook(Sealed, lambda text, _: Sealed(bytes.fromhex(text)))
    made.register_structure_hook_func(
        lambda kind: Sealed in get_args(kind),
        lambda text, _: None if text is None else Sealed(bytes.fromhex(text)),
    )
    made.register_unstructure_hook_func(
        lambda kind: Sealed in get_args(kind),
        lambda sealed: None if sealed is None else sealed.value.hex(),
    )
    return made


CONVERTER = converter()


def read_json(tree: dict[str, Any], kind: type[Event]) -> tuple[Meta, Event]:
    """由 golden 的 JSON 得到信封和事件。"""
    body = {name: value for name, value in tree.items() if name != "meta"}
    return CONVERTER.structure(tree["meta"], Meta), CONVERTER.structure(body, kind)


def write_json(meta: Meta, event: Event) -> dict[str, Any]:
    """把信封和事件写成 golden 的 JSON。"""
    return {"meta": CONVERTER.unstructure(meta), **CONVERTER.unstructure(event)}
