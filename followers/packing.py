"""装箱：把值对象写成可存为 JSON 的样子，再原样读回。"""

from typing import Final, TypeVar, cast

from cattrs.preconf.json import JsonConverter, make_converter

from followers.projection import Json

T = TypeVar("T")
_CONVERTER: Final[JsonConverter] = make_converter()


def pack(record: object) -> dict[str, Json]:
    """一个 dataclass 写成 JSON 对象；日期与时刻为 ISO 8601。"""
    return cast("dict[str, Json]", _CONVERTER.unstructure(record))


def unpack(value: object, kind: type[T]) -> T:
    """由 JSON 对象读回；不合其类型的，抛出 cattrs 的异常。"""
    return _CONVERTER.structure(value, kind)
