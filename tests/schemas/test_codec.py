"""编码的约定：严格写、严格读、只有一种写法。"""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain import case, genesis, inspection_task, officer, subject
from domain.catalogue import HandlingRules, ItemPublished
from domain.decider import Event
from domain.terms import BEIJING, Channel, OfficerId, Personal, PersonId, Role, Sealed
from schemas.codec import MAX_VALUE, CodecError, Meta, current, decode, encode, from_text
from schemas.registry import EVENT_NAMES, name_of
from tests.schemas.examples import instances, read_json, write_json
from tests.schemas.raw_avro import Blocks, Writer, zigzag

GOLDEN = Path(__file__).parent / "golden"
RECEIVED = "case.received.v1"


def golden(name: str) -> tuple[Meta, Event, bytes]:
    """存档的一例：输入与字节。"""
    tree = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    return *read_json(tree, EVENT_NAMES[name]), (GOLDEN / f"{name}.bin").read_bytes()


def refused(value: bytes, name: str = RECEIVED) -> str:
    """不被采信的字节，答以何种代码。"""
    with pytest.raises(CodecError) as caught:
        decode(current(name), value)
    return caught.value.code


def rejected(meta: Meta, event: Event, name: str = RECEIVED) -> CodecError:
    """不得入账的事件，答以何种差错。"""
    with pytest.raises(CodecError) as caught:
        encode(current(name), meta, event)
    return caught.value


@pytest.fixture
def meta() -> Meta:
    """一个合格的信封。"""
    return golden(RECEIVED)[0]


@pytest.fixture
def received() -> case.Received:
    """一件合格的收件。"""
    event = golden(RECEIVED)[1]
    assert isinstance(event, case.Received)
    return event


# -- the same bytes for ever


@pytest.mark.parametrize("name", EVENT_NAMES)
def test_golden_bytes(name: str) -> None:
    """存档的字节今天仍写得出、读得回，一个字节不差。"""
    meta, event, value = golden(name)
    assert encode(current(name), meta, event) == value
    assert decode(current(name), value) == (meta, event)
    stored = json.loads((GOLDEN / f"{name}.json").read_text("utf-8"))
    written = write_json(meta, event)
    assert {field: written[field] for field in stored} == stored
    assert set(written) == set(stored) or name != name_of(event)


def test_an_earlier_version_reads_with_the_defaults_of_today() -> None:
    """早年的事项没有办理规则，读作各项默认；今天写出的是新名字。"""
    _, event, _ = golden("item.published.v1")
    assert isinstance(event, ItemPublished)
    assert event.rules == HandlingRules()
    assert name_of(event) == "item.published.v2"


@pytest.mark.parametrize("name", EVENT_NAMES)
def test_a_second_writer_agrees(name: str) -> None:
    """照 Avro 规范另写的编码器写出同样的字节。"""
    meta, event, value = golden(name)
    schema = current(name)
    record = {**schema.body.pack(event), "meta": schema.meta.pack(meta)}
    assert Writer().write(json.loads(schema.text), record) == value


@pytest.mark.parametrize("name", sorted(set(map(name_of, EVENT_NAMES.values()))))
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_round_trip(name: str, data: st.DataObject) -> None:
    """任何合格的事件，写了再读，一如原样。"""
    meta = data.draw(instances(Meta))
    event = data.draw(instances(EVENT_NAMES[name]))
    value = encode(current(name), meta, event)
    assert decode(current(name), value) == (meta, event)


def test_instants_come_back_in_utc(meta: Meta, received: case.Received) -> None:
    """北京时间写入，读回为同一时刻的 UTC；北京 10 月 1 日零时半在 UTC 是 9 月 30 日。"""
    beijing = datetime(2026, 10, 1, 0, 30, tzinfo=BEIJING)
    value = encode(current(RECEIVED), replace(meta, decided_at=beijing), received)
    back, _ = decode(current(RECEIVED), value)
    assert back.decided_at == beijing
    assert back.decided_at.tzinfo is UTC
    assert back.decided_at.date() == date(2026, 9, 30)


# -- what may not be written


class Text(str):
    """假冒的文本。"""

    __slots__ = ()


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"item_version": True}, "codec.kind"),
    ({"item_version": 1.9}, "codec.kind"),
    ({"item_version": 2**31}, "codec.range"),
    ({"item_version": -(2**31) - 1}, "codec.range"),
    ({"item_version": None}, "codec.kind"),
    ({"item_code": b"x"}, "codec.kind"),
    ({"item_code": Text("x")}, "codec.kind"),
    ({"item_code": "\ud800"}, "codec.text"),
    ({"channel": "WEB"}, "codec.kind"),
    ({"channel": case.DeclineReason.NOT_REQUIRED}, "codec.kind"),
    ({"materials": []}, "codec.kind"),
    ({"materials": ("营业执照",)}, "codec.kind"),
    ({"agent": 5}, "codec.kind"),
    ({"contact": Personal("person-1", "13800000000")}, "codec.unsealed"),
    ({"contact": "13800000000"}, "codec.unsealed"),
    ({"contact": Sealed(b"13800000000")}, "codec.unsealed"),
    ({"contact": Sealed(b"\x03" + bytes(60))}, "codec.unsealed"),
    ({"received_at": datetime(2026, 2, 12, 1, 2)}, "codec.naive_time"),  # noqa: DTZ001
    ({"received_at": date(2026, 2, 12)}, "codec.kind"),
    ({"received_at": 1_770_858_123}, "codec.kind"),
    ({"notice_due_on": datetime(2026, 2, 12, tzinfo=UTC)}, "codec.kind"),
]


@pytest.mark.parametrize(("change", "code"), WRONG)
def test_wrong_fields_are_not_written(
    meta: Meta, received: case.Received, change: dict[str, Any], code: str
) -> None:
    """种类、范围、时区不对的，一律不得入账；差错写明字段，不写其值。"""
    error = rejected(meta, replace(received, **change))
    assert error.code == code
    assert error.facts["event"] == RECEIVED
    assert "13800000000" not in str(error)
    if code != "codec.text":
        assert error.facts["field"].partition("[")[0] == next(iter(change))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"event_id": "nope"}, "codec.uuid"),
        ({"event_id": "0198C2F4-7E11-7C3A-9D55-1F2E3D4C5B6A"}, "codec.uuid"),
        ({"command_id": "0198c2f47e117c3a9d551f2e3d4c5b6a"}, "codec.uuid"),
        ({"recorded_at": datetime(2026, 2, 12, 1, 2)}, "codec.naive_time"),  # noqa: DTZ001
        ({"actor": None}, "codec.kind"),
        ({"legal_basis": ["xkf:29"]}, "codec.kind"),
        ({"incarnation": False}, "codec.kind"),
        (
            {"decided_at": datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=8)))},
            "codec.range",
        ),
    ],
)
def test_wrong_envelopes_are_not_written(
    meta: Meta, received: case.Received, change: dict[str, Any], code: str
) -> None:
    """信封同样严格。"""
    error = rejected(replace(meta, **change), received)
    assert (error.code, error.facts["field"]) == (code, f"meta.{next(iter(change))}")


def test_another_event_is_not_written_under_this_name(meta: Meta) -> None:
    """补正告知不能以收件之名入账。"""
    other = case.SupplementRequested("n-1", ("营业执照",), PersonId("p-1"))
    assert rejected(meta, other).code == "codec.kind"


def test_a_value_over_the_limit_is_neither_written_nor_read(meta: Meta) -> None:
    """超过 65,535 字节的不入账；恰好 65,535 字节的可以。"""
    name = "ledger.schema_published.v1"
    empty = encode(current(name), meta, genesis.SchemaPublished("n", "s", ""))
    room = MAX_VALUE - len(empty) - 2  # the length of the text takes two bytes more
    fits = encode(current(name), meta, genesis.SchemaPublished("n", "s", "x" * room))
    assert len(fits) == MAX_VALUE
    assert decode(current(name), fits)[1] == genesis.SchemaPublished("n", "s", "x" * room)
    too_long = genesis.SchemaPublished("n", "s", "x" * (room + 1))
    assert rejected(meta, too_long, name).code == "codec.too_large"
    assert refused(fits + b"\x00", name) == "codec.too_large"


def test_personal_fields_are_known() -> None:
    """哪些字段须封存，格式自己说明。"""
    assert current(RECEIVED).personal == ("contact",)
    assert current("subject.registered.v1").personal == ("name",)
    assert current("officer.appointed.v1").personal == ("name",)
    assert current("case.accepted.v1").personal == ()
    kinds = {current(name).record_class for name in EVENT_NAMES if current(name).personal}
    assert kinds == {
        case.Received,
        subject.SubjectRegistered,
        subject.SubjectImported,
        officer.OfficerAppointed,
    }


def test_a_new_role_needs_no_new_schema(meta: Meta, received: case.Received) -> None:
    """角色代码表可增加，故信封中的角色是文本；不认识的角色仍不采信。"""
    actor = replace(meta.actor, officer_id=OfficerId("m"), role=Role.SYSTEM)
    value = encode(current(RECEIVED), replace(meta, actor=actor), received)
    assert decode(current(RECEIVED), value)[0].actor.role is Role.SYSTEM
    assert refused(value.replace(b"\x0cSYSTEM", b"\x0cSYSTEK")) == "codec.symbol"


# -- what may not be believed


def alternatives(name: str) -> dict[str, bytes]:
    """同一个值的各种别样写法。"""
    meta, event, _ = golden(name)
    schema = current(name)
    tree = json.loads(schema.text)
    record = {**schema.body.pack(event), "meta": schema.meta.pack(meta)}
    counter = Writer()
    counter.write(tree, record)
    blocks: tuple[Blocks, ...] = ("split", "sized")
    forms: dict[str, bytes] = {kind: Writer(blocks=kind).write(tree, record) for kind in blocks}
    padded = {f"pad{i}": Writer(pad=i).write(tree, record) for i in range(counter.numbers)}
    return {**forms, **padded}


@pytest.mark.parametrize("name", [RECEIVED, "plan.objects_listed.v1", "task.inspected.v1"])
def test_other_encodings_of_the_same_value_are_refused(name: str) -> None:
    """分块的数组、加长的整数：值相同，字节不同，不认。"""
    forms = alternatives(name)
    assert len(forms) > 40
    assert {refused(value, name) for value in forms.values()} == {"codec.not_canonical"}


@pytest.mark.parametrize("name", EVENT_NAMES)
def test_truncated_or_prolonged_values_are_refused(name: str) -> None:
    """在任何一个字节处截断，或者末尾多出字节，都不认。"""
    value = golden(name)[2]
    codes = {refused(value[:size], name) for size in range(len(value))}
    assert codes <= {"codec.malformed", "codec.not_canonical"}
    assert refused(value + b"\x00", name) == "codec.trailing"
    assert refused(value + value, name) == "codec.trailing"


def test_every_flipped_bit_is_refused_or_another_value() -> None:
    """翻转任何一位：或者不认，或者是另一个合格的值；绝不出别的差错。"""
    meta, event, value = golden(RECEIVED)
    other = 0
    for bit in range(len(value) * 8):
        forged = bytearray(value)
        forged[bit // 8] ^= 1 << bit % 8
        try:
            read = decode(current(RECEIVED), bytes(forged))
        except CodecError:
            continue
        other += 1
        assert read != (meta, event)
        assert encode(current(RECEIVED), *read) == bytes(forged)
    assert other > 0  # a changed letter is another text: only the leaf hash tells


@settings(deadline=None)
@given(st.sampled_from(sorted(EVENT_NAMES)), st.binary(max_size=400))
def test_random_bytes_raise_nothing_else(name: str, value: bytes) -> None:
    """乱字节只会得到本模块的差错。"""
    assert refused(value, name).startswith("codec.")


def spliced(name: str, old: bytes, new: bytes) -> bytes:
    """在存档字节中换掉一处。"""
    value = golden(name)[2]
    assert value.count(old) == 1
    return value.replace(old, new)


AGENT = zigzag(1) + zigzag(11) + b"person-0009"
CAUSATION = b"1f2e3d4c5b6b" + zigzag(0) + zigzag(11) + b"2026-000001"
BASIS = zigzag(2) + zigzag(6) + b"xkf:29"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (AGENT, zigzag(99) + AGENT[1:]),
        (AGENT, zigzag(-1) + AGENT[1:]),
        (AGENT, zigzag(1) + zigzag(-11) + b"person-0009"),
        (AGENT, zigzag(1) + zigzag(2**62) + b"person-0009"),
        (AGENT, zigzag(1) + zigzag(11) + b"person-00\xff9"),
        (AGENT, zigzag(1) + zigzag(11) + b"person\xed\xa0\x80-9"[:11]),
        (AGENT, zigzag(1) + b"\xff" * 9 + b"\x7f" + b"person-0009"),
        (AGENT, zigzag(1) + b"\xff" * 40 + b"\x01" + b"person-0009"),
        (CAUSATION, CAUSATION.replace(zigzag(0), zigzag(2), 1)),
        (BASIS, zigzag(2**40) + BASIS[1:]),
        (BASIS, zigzag(-(2**62)) + zigzag(5) + BASIS[1:]),
        (BASIS, zigzag(2**62) + BASIS[1:]),
        (zigzag(11) + b"fz-spjy-001" + zigzag(3), zigzag(11) + b"fz-spjy-001" + zigzag(2**40)),
        (b"fz-spjy-001" + zigzag(3) + zigzag(2), b"fz-spjy-001" + zigzag(3) + zigzag(99)),
        (b"fz-spjy-001" + zigzag(3) + zigzag(2), b"fz-spjy-001" + zigzag(3) + zigzag(-3)),
        (b"fz-spjy-001" + zigzag(3) + zigzag(2), b"fz-spjy-001" + zigzag(3) + zigzag(0)),
    ],
)
def test_hostile_values_are_refused(old: bytes, new: bytes) -> None:
    """越界的分支、负的长度、坏的 UTF-8、数组炸弹、未指明的枚举：一律不认，也不耗尽内存。"""
    assert refused(spliced(RECEIVED, old, new)).startswith("codec.")


def test_dates_and_instants_that_no_calendar_has_are_refused() -> None:
    """第一万年的日期、时刻不认。"""
    name = "calendar.published.v1"
    meta, event, value = golden(name)
    record = {**current(name).body.pack(event), "meta": current(name).meta.pack(meta)}
    tree = json.loads(current(name).text)
    assert Writer().write(tree, record) == value
    for day in (2**31 - 1, -(2**31)):
        assert refused(Writer().write(tree, {**record, "days_off": [day]}), name) == "codec.range"
    for micros in (2**62, -(2**62)):
        envelope = {**current(name).meta.pack(meta), "decided_at": micros}
        assert refused(Writer().write(tree, {**record, "meta": envelope}), name) == "codec.range"


def test_a_boolean_is_nought_or_one() -> None:
    """布尔值只有 0 和 1 两种字节。"""
    name = "task.finding_reviewed.v1"
    meta, event, value = golden(name)
    assert isinstance(event, inspection_task.FindingReviewed)
    head = len(encode(current(name), meta, replace(event, explanation="", handler=PersonId(""))))
    place = head - 3  # agreed, then two empty texts
    assert value[place] == 1
    assert refused(value[:place] + b"\x02" + value[place + 1 :], name) == "codec.not_canonical"


# -- schemas


def test_an_old_schema_is_read_from_its_text() -> None:
    """账上存的格式原文，与文件同样可用。"""
    schema = current(RECEIVED)
    assert from_text(bytes(schema.text)) is schema
    with pytest.raises(CodecError, match=r"codec\.event_unknown"):
        current("case.vanished.v1")


def test_an_old_schema_may_know_fewer_symbols(meta: Meta, received: case.Received) -> None:
    """早年的格式没有的枚举值，不能写进早年的格式；其余照常可读。"""
    old = from_text(current(RECEIVED).text.replace(b'"POST",', b""))
    value = encode(old, meta, replace(received, channel=Channel.OTHER))
    assert decode(old, value)[1] == replace(received, channel=Channel.OTHER)
    with pytest.raises(CodecError, match=r"codec\.symbol"):
        encode(old, meta, replace(received, channel=Channel.POST))


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b'"case.received.v1"', b'"case.vanished.v1"', "codec.event_unknown"),
        (b'"meta"', b'"mata"', "codec.schema"),
        (b'"item_code"', b'"item_cod"', "codec.schema"),
        (b'"WEB"', b'"WEBSITE"', "codec.schema"),
        (b'"timestamp-micros"', b'"timestamp-millis"', "codec.schema"),
        (b'"boolean"', b'"string"', "codec.schema"),
        (b'"fields"', b'"felder"', "codec.schema"),
        (b"}", b"", "codec.schema"),
    ],
)
def test_a_schema_that_does_not_fit_is_refused(old: bytes, new: bytes, code: str) -> None:
    """与程序不符的格式不用，更不猜。"""
    name = RECEIVED if old != b'"boolean"' else "case.accepted.v1"
    with pytest.raises(CodecError) as caught:
        from_text(current(name).text.replace(old, new))
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        (0, "string"),
        (1, 5),
        (1, "bytes"),
        (3, {"type": "int"}),
        (5, ["string", "null"]),
        (5, "null"),
        (6, ["null"]),
        (7, {"type": "map", "values": "string"}),
        (8, "long"),
        (9, "int"),
    ],
)
def test_another_type_does_not_fit(place: int, kind: object) -> None:
    """格式中的类型与程序的类型不符，即不用。"""
    tree = json.loads(current(RECEIVED).text)
    tree["fields"][place]["type"] = kind
    tree["fields"][place].pop("default", None)
    with pytest.raises(CodecError, match=r"codec\.schema"):
        from_text(json.dumps(tree).encode())


@pytest.mark.parametrize("text", [b"", b"[]", b"5", b'{"event": []}', b"\xff", b"[" * 100_000])
def test_a_text_that_is_no_schema_is_refused(text: bytes) -> None:
    """不成格式的原文只得到本模块的差错。"""
    with pytest.raises(CodecError, match=r"codec\.schema"):
        from_text(text)
