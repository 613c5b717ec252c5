"""规范读法与 fastavro 对照：它读得出、又写回原样的，我们才读，一件不多，一件不少。"""

from io import BytesIO
from typing import Any, Final

from fastavro import schemaless_reader, schemaless_writer
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.codec import current, decode, encode
from schemas.errors import CodecError
from schemas.registry import EVENT_NAMES
from tests.schemas.test_codec import golden

OF_THE_VALUE: Final = {"codec.range", "codec.symbol", "codec.uuid", "codec.unsealed"}


def is_canonical(name: str, value: bytes) -> bool:
    """Fastavro 读得出，恰好读完，写回原样。"""
    parsed: Any = current(name).parsed
    source, out = BytesIO(value), BytesIO()
    try:
        schemaless_writer(out, parsed, schemaless_reader(source, parsed, None))
    except Exception:  # noqa: BLE001 - it fails in many ways
        return False
    return source.tell() == len(value) and out.getvalue() == value


@settings(deadline=None, max_examples=400)
@given(st.sampled_from(sorted(EVENT_NAMES)), st.data())
def test_reads_exactly_what_fastavro_writes(name: str, data: st.DataObject) -> None:
    """存档字节改动一两处：读得出的，必是规范写法；不读的，或不规范，或值本身不容许。"""
    changed = bytearray(golden(name)[2])
    for _ in range(data.draw(st.integers(1, 2))):
        at = data.draw(st.integers(0, len(changed) - 1))
        width = data.draw(st.sampled_from((0, 1, 1, 1)))
        changed[at : at + width] = data.draw(st.binary(max_size=2))
        if not changed:
            break
    value = bytes(changed)
    try:
        again = encode(current(name), *decode(current(name), value))
    except CodecError as error:
        again, code = None, error.code
    else:
        code = ""
    if is_canonical(name, value):
        assert again == value or code in OF_THE_VALUE
    else:
        assert again is None
