"""格式检查：该拦的拦得住；冻结的改不得。"""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from schemas import lint
from schemas.binding import Json
from schemas.codec import AVRO

NAME = "case.received.v1"
Change = Callable[[dict[str, Any]], object]


def problems(change: Change) -> list[str]:
    """改坏一份格式之后查出的毛病。"""
    tree = json.loads((AVRO / f"{NAME}.avsc").read_text(encoding="utf-8"))
    change(tree)
    return list(lint.check_text(NAME, json.dumps(tree).encode(), {}))


def typed(kind: object) -> Change:
    """把事项编码字段改成另一类型。"""
    return lambda tree: tree["fields"][1].update(type=kind)


def test_all_schemas_are_clean_and_frozen() -> None:
    """全部格式没有毛病，全部已冻结，冻结的没有改动。"""
    assert lint.check_all() == []
    assert lint.frozen_problems() == []
    assert lint.main([]) == 0
    frozen = lint.FROZEN.read_text(encoding="utf-8")
    assert [name for name in lint.fingerprints() if f'"{name}"' not in frozen] == []


BROKEN: dict[str, Change] = {
    "'map' is not allowed": typed({"type": "map", "values": "string"}),
    "'double' is not allowed": typed("double"),
    "'float' is not allowed": typed({"type": "float"}),
    "'fixed' is not allowed": typed({"type": "fixed", "name": "F", "size": 4}),
    "'null' is not allowed": typed({"type": "array", "items": "null"}),
    "'shenguan.case.Received' is not allowed": typed("shenguan.case.Received"),
    "a record needs a field": typed(
        {"type": "array", "items": {"type": "record", "name": "E", "fields": [], "doc": "空"}}
    ),
    "logical type 'date' on 'long'": typed({"type": "long", "logicalType": "date"}),
    "logical type 'decimal'": typed({"type": "bytes", "logicalType": "decimal"}),
    "a union must be null and one type": typed(["string", "null"]),
    "must be null and one": typed(["null", "string", "int"]),
    "default to null": typed(["null", "string"]),
    "bytes are personal": typed("bytes"),
    "first symbol": lambda tree: tree["fields"][3]["type"]["symbols"].pop(0),
    "default must be UNSPECIFIED": lambda tree: tree["fields"][3]["type"].pop("default"),
    "a symbol is not": lambda tree: tree["fields"][3]["type"]["symbols"].append("窗口"),
    "item_code: no Chinese doc": lambda tree: tree["fields"][1].update(doc="item code"),
    "unknown pii": lambda tree: tree["fields"][1].pop("pii"),
    "personal fields are bytes": lambda tree: tree["fields"][1].update(pii="name"),
    "事项: not an Avro name": lambda tree: tree["fields"][1].update(name="事项"),
    "has no Chinese doc": lambda tree: tree.pop("doc"),
    "first field must be meta": lambda tree: tree["fields"].pop(0),
    "full name must be": lambda tree: tree.update(name="Accepted"),
    "event must be the file's name": lambda tree: tree.update(event="case.accepted.v1"),
    "written out twice": lambda tree: tree["fields"].append(tree["fields"][3]),
    "does not fit into an event": lambda tree: tree.update(doc="长" * 65_000),
    "not a type": typed(5),
}


@pytest.mark.parametrize("expected", BROKEN)
def test_what_a_ledger_must_not_have_is_found(expected: str) -> None:
    """映射、递归、浮点、空项、非 ASCII 名、缺说明：逐一查出。"""
    assert problems(lambda _: None) == []
    assert any(expected in problem for problem in problems(BROKEN[expected]))


def test_personal_fields_stand_at_the_top() -> None:
    """封存的字段只在事件顶层，不藏在清单里。"""
    sealed = {"name": "who", "type": "bytes", "doc": "姓名", "pii": "name"}
    found = problems(lambda tree: tree["fields"][7]["type"]["items"]["fields"].append(sealed))
    assert found == ["materials[].who: personal fields stand at the top of an event"]


def test_one_name_has_one_definition() -> None:
    """同名的类型在各格式中定义相同。"""
    text = (AVRO / f"{NAME}.avsc").read_bytes()
    other = text.replace("材料名称".encode(), "名称".encode())
    named: dict[str, Json] = {}
    assert list(lint.check_text(NAME, text, named)) == []
    assert any("differs" in problem for problem in lint.check_text(NAME, other, named))


def test_a_frozen_schema_cannot_change(tmp_path: Path) -> None:
    """冻结的格式哪怕改一个字、删一份，检查即不通过；新增的不受影响。"""
    folder, frozen = tmp_path / "avro", tmp_path / "frozen.toml"
    shutil.copytree(AVRO, folder)
    lint.freeze(folder, frozen)
    assert lint.frozen_problems(folder, frozen) == []
    before = frozen.read_text(encoding="utf-8")

    path = folder / f"{NAME}.avsc"
    path.write_text(path.read_text("utf-8").replace("收件", "收文", 1), encoding="utf-8")
    (folder / "case.accepted.v1.avsc").unlink()
    shutil.copy(AVRO / "case.declined.v1.avsc", folder / "case.declined.v2.avsc")

    assert sorted(lint.frozen_problems(folder, frozen)) == [
        "case.accepted.v1: missing although frozen",
        "case.received.v1: changed although frozen",
    ]
    lint.freeze(folder, frozen)  # a changed file cannot be frozen over
    added = set(frozen.read_text("utf-8").splitlines()) - set(before.splitlines())
    assert {line.partition(" ")[0] for line in added} == {'"case.declined.v2"'}


def test_an_enumeration_may_grow_at_its_end_only() -> None:
    """同名的枚举在后一版里只许在末尾添成员：换了次序的、改了名字的都查出。"""
    accepted = "case.accepted.v1"
    text = (AVRO / f"{accepted}.avsc").read_bytes()
    more = text.replace(b'"PLEDGED_TIME"\n', b'"PLEDGED_TIME",\n"OTHER"\n')
    other = text.replace(b'"PLEDGED_TIME"\n', b'"PROMISED_TIME"\n')
    assert text not in {more, other}
    for later, fits in ((more, True), (other, False)):
        named: dict[str, Json] = {}
        assert list(lint.check_text(accepted, text, named)) == []
        found = [one for one in lint.check_text(accepted, later, named) if "differs" in one]
        assert (found == []) is fits
