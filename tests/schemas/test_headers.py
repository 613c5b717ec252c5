"""记录头：写法唯一，读时从严。"""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import CodecError
from schemas.headers import Headers, read_headers, write_headers

HEADERS = Headers(
    origin="demo",
    event_id="0198c2f4-7e11-7c3a-9d55-1f2e3d4c5b6a",
    name="case.accepted.v1",
    stream="case/2026-000001",
    recorded_at=datetime(2026, 2, 12, 9, 2, 3, 4, tzinfo=timezone(timedelta(hours=8))),
    incarnation=0,
    position=41,
    lane_position=7,
    version=2,
    schema=bytes(32),
    prev_leaf_hash=b"\xab" * 32,
    leaf_hash=b"\xcd" * 32,
    traceparent="00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
)
HASHES = st.binary(min_size=32, max_size=32)
NUMBERS = st.integers(0, 2**63 - 1)


def test_headers_are_cloudevents_and_ledger_numbers() -> None:
    """逐项写明，一字不差。"""
    assert write_headers(HEADERS) == [
        ("ce_specversion", b"1.0"),
        ("ce_id", b"0198c2f4-7e11-7c3a-9d55-1f2e3d4c5b6a"),
        ("ce_type", b"case.accepted.v1"),
        ("ce_source", b"/ledger/demo"),
        ("ce_subject", b"case/2026-000001"),
        ("ce_time", b"2026-02-12T01:02:03.000004Z"),
        ("incarnation", b"0"),
        ("position", b"41"),
        ("lane_position", b"7"),
        ("stream", b"case/2026-000001"),
        ("version", b"2"),
        ("schema", b"00" * 32),
        ("prev_leaf_hash", b"ab" * 32),
        ("leaf_hash", b"cd" * 32),
        ("traceparent", b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
    ]


@given(
    st.builds(
        Headers,
        origin=st.just("fengze"),
        event_id=st.uuids().map(str),
        name=st.just("case.accepted.v1"),
        stream=st.text(),
        recorded_at=st.datetimes(timezones=st.just(UTC)),
        incarnation=NUMBERS,
        position=NUMBERS,
        lane_position=NUMBERS,
        version=NUMBERS,
        schema=HASHES,
        prev_leaf_hash=HASHES | st.just(b""),
        leaf_hash=HASHES,
        traceparent=st.none() | st.text(),
    )
)
def test_headers_come_back(headers: Headers) -> None:
    """写了再读，一如原样；别人加的头不碍事。"""
    assert read_headers(write_headers(headers)) == headers
    assert read_headers([*write_headers(headers), ("mirror", b"m-1")]) == headers


@pytest.mark.parametrize("missing", [key for key, _ in write_headers(HEADERS)])
def test_every_header_is_needed_once(missing: str) -> None:
    """缺一项（追踪号除外）不认，重一项也不认。"""
    pairs = write_headers(HEADERS)
    rest = [pair for pair in pairs if pair[0] != missing]
    if missing == "traceparent":
        assert read_headers(rest).traceparent is None
    else:
        with pytest.raises(CodecError, match=r"codec\.headers"):
            read_headers(rest)
    with pytest.raises(CodecError, match=r"codec\.headers"):
        read_headers([*pairs, *(pair for pair in pairs if pair[0] == missing)])


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("position", b"041"),
        ("position", b"-1"),
        ("position", "\uff14\uff11".encode()),
        ("position", b"9" * 5000),
        ("version", b"2 "),
        ("leaf_hash", b"CD" * 32),
        ("leaf_hash", b"cd"),
        ("leaf_hash", b""),
        ("schema", b""),
        ("ce_time", b"2026-02-12T09:02:03.000004+08:00"),
        ("ce_time", b"2026-02-31T01:02:03.000004Z"),
        ("ce_time", b"2026-02-12T01:02:03Z"),
        ("ce_source", b"demo"),
        ("ce_subject", b"case/2026-000002"),
        ("ce_specversion", b"0.3"),
        ("ce_type", b"\xff"),
    ],
)
def test_other_spellings_are_refused(key: str, value: bytes) -> None:
    """补零、正负号、全角数字、大写、别的时区写法：一律不认。"""
    pairs = [(k, value if k == key else v) for k, v in write_headers(HEADERS)]
    with pytest.raises(CodecError) as caught:
        read_headers(pairs)
    assert caught.value.facts == {"field": key}
