"""照规范手写的 Avro 编码：一个值可以有的另外各种写法，一一造出来。

Independent of fastavro, so the plain form also serves as a second opinion on our bytes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

Blocks = Literal["one", "split", "sized"]


def zigzag(number: int) -> bytes:
    """变长整数，最短写法。"""
    rest = (number << 1) ^ (number >> 63)
    out = bytearray()
    while rest > 0x7F:
        out.append(rest & 0x7F | 0x80)
        rest >>= 7
    return bytes([*out, rest])


@dataclass
class Writer:
    """``pad`` = which number (counted from 0) is written one byte longer than needed."""

    blocks: Blocks = "one"
    pad: int = -1
    numbers: int = 0

    def number(self, value: int) -> bytes:
        """一个整数。"""
        text = zigzag(value)
        self.numbers += 1
        if self.numbers - 1 == self.pad:
            return text[:-1] + bytes([text[-1] | 0x80, 0])
        return text

    def write(self, schema: Any, value: Any) -> bytes:
        """一个值。"""
        if isinstance(schema, list):
            branch = 0 if value is None else 1
            return self.number(branch) + (b"" if value is None else self.write(schema[1], value))
        kind = schema if isinstance(schema, str) else schema["type"]
        match kind:
            case "record":
                return b"".join(self.write(f["type"], value[f["name"]]) for f in schema["fields"])
            case "array":
                return b"".join(self._array(schema["items"], value))
            case "enum":
                return self.number(schema["symbols"].index(value))
            case "boolean":
                return bytes([value])
            case "int" | "long":
                return self.number(value)
            case _:
                raw = value.encode() if isinstance(value, str) else value
                return self.number(len(raw)) + bytes(raw)

    def _array(self, items: Any, values: list[Any]) -> Iterator[bytes]:
        blocks = [values] if self.blocks == "one" else [[value] for value in values]
        for block in blocks if values else []:
            if self.blocks == "sized":  # a negative count is followed by the block's bytes
                body = b"".join(self.write(items, value) for value in block)
                yield zigzag(-len(block)) + zigzag(len(body)) + body
            else:
                yield self.number(len(block))
                yield from (self.write(items, value) for value in block)
        yield self.number(0)
