"""状态规则（case_states.json）与我们自己的视图一致，所说的事件与字段都真有其物。"""

import json
from string import Formatter
from typing import Any, Final

import pytest

from projections import case_view
from projections.case_view import PUSH_STATES, STATES
from runtime.messages import tables
from schemas.codec import current
from schemas.registry import EVENT_NAMES
from schemas.topics import topic_of
from tests.architecture.source import ROOT

RULES: Final[dict[str, dict[str, Any]]] = json.loads(
    (ROOT / "schemas/case_states.json").read_bytes()
)
OF_HEADERS: Final = {"number", "position"}


def _events() -> list[tuple[str, dict[str, Any]]]:
    return [
        (name, rule) for name, rule in RULES.items() if name not in {"new", "row", "*", "families"}
    ]


def _kind(name: str) -> str:
    """``case.imported.v1 ended_at=null`` → ``case.imported.v1``。"""
    return name.partition(" ")[0]


def _fields(kind: str) -> dict[str, Any]:
    tree = json.loads(current(kind).text)
    meta = next(field["type"] for field in tree["fields"] if field["name"] == "meta")
    return {field["name"]: field["type"] for field in (*meta["fields"], *tree["fields"])}


def test_the_rules_are_the_states_of_our_view() -> None:
    """办件现状的状态表与公布的规则：一件不多，一件不少，栏与状态都相同。"""
    ours = {name: [STATES[kind]] for name, kind in EVENT_NAMES.items() if kind in STATES}
    ours |= {
        name: [("push/{number}", PUSH_STATES[kind])]
        for name, kind in EVENT_NAMES.items()
        if kind in PUSH_STATES
    }
    published = {
        name: [(column, value) for column, value in rule.items() if value.isupper()]
        for name, rule in _events()
        if "imported" not in name
    }
    assert {name: moved for name, moved in published.items() if moved} == ours


@pytest.mark.parametrize(("name", "rule"), _events(), ids=[name for name, _ in _events()])
def test_a_rule_speaks_of_what_there_is(name: str, rule: dict[str, Any]) -> None:
    """规则里的事件在办件主题，栏都列在 new 里，取的字段都真有，状态都有中文名。"""
    kind = _kind(name)
    assert kind in EVENT_NAMES
    assert topic_of(kind.replace(".", "/", 1)) == "case"
    known = {*_fields(kind), *OF_HEADERS}
    for column, value in rule.items():
        blanks = {blank for _, blank, _, _ in Formatter().parse(column) if blank}
        assert blanks <= known if blanks else column in RULES["new"]
        assert value in (tables()["state"] if value.isupper() else known)


def test_a_rule_for_nothing_is_about_a_field_that_may_be_empty() -> None:
    """“某字段为空”的规则，那个字段可以为空。"""
    about = [name.split(" ") for name, _ in _events() if " " in name]
    assert about
    for kind, condition in about:
        field, equals, value = condition.partition("=")
        assert (equals, value) == ("=", "null")
        assert "null" in _fields(kind)[field]


def test_the_families_are_those_of_our_view() -> None:
    """规则所看的各类案卷，就是办件现状这一视图所读的各类；期限的重新推算不是办件上的事。"""
    read = {name.partition(".")[0] for name in case_view.PROJECTION.reads}
    assert set(RULES["families"]) == read - {"deadline"}


def test_imported_licences_stand_on_rows_of_their_own() -> None:
    """导入的许可自成一行，行名即案卷号：不与同号的办件相混。"""
    own = [name for name, _ in _events() if name.startswith("licence.") and "imported" in name]
    assert RULES["row"] == dict.fromkeys(own, "{stream}")


def test_every_line_says_where_it_stands() -> None:
    """每件事都带来键、生效日与账本位置；事件数从零数起。"""
    assert RULES["*"] == {name: name for name in ("key", "effective_on", "position")}
    assert {name: value for name, value in RULES["new"].items() if value is not None} == {
        "events": 0
    }
