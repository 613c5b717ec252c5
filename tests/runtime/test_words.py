"""用语：事件、状态、期限与角色都有中文名，与用语表一致。"""

import tomllib
from datetime import UTC, datetime

import pytest

from domain.terms import Role
from domain.timers import TimerKind
from followers.projection import Json
from projections.case_view import PUSH_STATES, STATES, Light
from runtime import words
from runtime.messages import ROOT, tables
from schemas.registry import EVENT_NAMES


def test_every_event_has_its_title_from_the_glossary() -> None:
    """一个中文词对一个英文词：事件名与用语表逐字相同，一个不多一个不少。"""
    terms = tomllib.loads((ROOT / "docs" / "glossary.toml").read_text("utf-8"))["term"]
    glossary = {term["identifier"]: term["chinese"] for term in terms if term["kind"] == "event"}
    assert {name: words.title("event", name) for name in tables()["event"]} == glossary
    assert set(glossary) == set(EVENT_NAMES)


@pytest.mark.parametrize(
    ("table", "codes"),
    [
        ("role", list(Role)),
        ("deadline", list(TimerKind)),
        ("light", list(Light)),
        ("state", [state for _, state in STATES.values()]),
        ("state", list(PUSH_STATES.values())),
    ],
    ids=["role", "deadline", "light", "state", "push"],
)
def test_every_code_shown_has_a_word(table: str, codes: list[str]) -> None:
    """凡显示给人看的代码都有中文名。"""
    assert [code for code in codes if code not in tables()[table]] == []


@pytest.mark.parametrize("event", sorted(EVENT_NAMES))
def test_every_field_has_a_label(event: str) -> None:
    """每种事件的每个字段，都能写成“中文名：内容”。"""
    fields = list(EVENT_NAMES[event].__dataclass_fields__)  # type: ignore[attr-defined]
    shown = words.content(event, dict.fromkeys(fields, "x"))
    assert shown.count("：x") == len(fields) - ("BASIS" in fields)


def test_facts_are_written_for_people() -> None:
    """选项写中文，时刻写北京时间，封存的只写已封存，散列只写开头。"""
    facts: dict[str, Json] = {
        "channel": "COUNTER",
        "contact": {"sealed": True},
        "received_at": datetime(2026, 3, 2, 1, tzinfo=UTC).isoformat(),
        "materials": [{"sha256": "ab" * 32, "name": "申请书"}],
    }
    assert words.content("case.received.v1", facts) == (
        "申请渠道：窗口；联系电话：〔已封存〕；收到的材料：申请书～abababababababab；"
        "收到时刻：2026-03-02 09:00:00"
    )


def test_handler_can_be_left_out() -> None:
    """已在“经办”里写明的，内容不再重复。"""
    assert words.content("case.delivered.v1", {"handler": "P-1"}, {"handler"}) == ""
