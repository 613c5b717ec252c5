"""用语：事件、状态、期限与角色都有中文名，与用语表一致。"""

import re
import tomllib
from datetime import UTC, datetime

import pytest

from domain.terms import Role
from domain.timers import TimerKind
from followers.projection import Json
from projections.case_view import PUSH_STATES, STATES, Light
from runtime import parent, words
from runtime.commands import explain
from runtime.messages import ROOT, error, tables
from schemas.registry import EVENT_NAMES, name_of


def test_every_event_has_its_title_from_the_glossary() -> None:
    """一个中文词对一个英文词：事件名与用语表逐字相同，一个不多一个不少。

    The glossary tells a grown event from its first version by a word in brackets; people see one.
    """
    terms = tomllib.loads((ROOT / "docs" / "glossary.toml").read_text("utf-8"))["term"]
    glossary = {term["identifier"]: term["chinese"] for term in terms if term["kind"] == "event"}
    first = {name: name.endswith(".v1") for name in glossary}
    titles = {
        name: word if first[name] else word.partition("（")[0] for name, word in glossary.items()
    }
    assert {name: words.title("event", name) for name in tables()["event"]} == titles
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


@pytest.mark.parametrize("event", sorted(set(map(name_of, EVENT_NAMES.values()))))
def test_every_field_has_a_label(event: str) -> None:
    """每种事件的每个字段，都能写成“中文名：内容”。"""
    fields = list(EVENT_NAMES[event].__dataclass_fields__)  # type: ignore[attr-defined]
    shown = words.content(event, dict.fromkeys(fields, "x"))
    assert shown.count("：x") == len(fields) - ("BASIS" in fields)


def test_kind_of_a_deadline_is_written_in_chinese() -> None:
    """期限的记录写中文：是哪一种期限，亮的什么灯。"""
    facts: dict[str, Json] = {"deadline": "LEGAL_DECISION", "light": "YELLOW", "days_left": 6}
    told = words.content("deadline.warned.v1", facts)
    assert told.startswith("期限的种类：法定时限；亮的灯：黄灯")


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


CODES = [*tables()["refusal"], *tables()["error"]]


def test_explanations_leave_no_raw_blank() -> None:
    """说明（explain）里没有 {role} 这样的空格，都写作〔角色〕。"""
    assert len(CODES) > 100
    shown = {code: explain.lines(code, words.explained(code)) for code in CODES}
    assert [code for code, lines in shown.items() if re.search(r"[{}]", "".join(lines))] == []
    assert "角色 〔角色〕 无权决定" in words.explained("revocation.not_the_decider").text


@pytest.mark.parametrize(
    ("code", "facts", "shown"),
    [
        ("duty.role", {"role": "COUNTER", "act": "Revoke"}, "角色 综合窗口 不能办理“撤销决定”。"),
        ("duty.machine", {"act": "GiveGrant"}, "“授予岗位”须由人决定，机器不得代为决定。"),
        ("duty.in_name_of", {"organ": "350505-SPJ"}, "决定须以机关 区行政审批局 的名义作出。"),
        ("duty.in_name_of", {"organ": "999-X"}, "决定须以机关 999-X 的名义作出。"),
        (
            "commitment.suspected",
            {"ground": "NOT_SUPPLIED、NOT_AS_PROMISED"},
            "该承诺疑似落空（约定期限内未提交、不符合承诺内容），尚待审批机关的人确认。",
        ),
        ("licence.ended", {"ending": "Revoked"}, "该许可已终结（撤销），不再有效。"),
        (
            "commitment.voided",
            {"reason": "LICENCE_REVOKED", "reference": "R-1"},
            "该承诺已终止（所依许可被撤销，R-1）。",
        ),
        (
            "ledger.claim_taken",
            {"kind": "certificate", "value": "Z-1", "holder": "inspector/1"},
            "“执法证号”之下的 Z-1 已由 inspector/1 持有。",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and "." in value else "",
)
def test_refusals_show_words_and_not_codes(code: str, facts: dict[str, str], shown: str) -> None:
    """答复里的办理、角色、情形、原因都是中文；没有登记的机关照写代码。"""
    assert words.explained(code, facts).text == shown


def test_every_child_has_a_name() -> None:
    """每个子进程都有中文名，技术名在后。"""
    names = ["postgres", "kafka", parent.FOUNDING, *parent.ROLES]
    assert [name for name in names if words.child(name) == name] == []
    assert words.child("relay") == "中继（relay）"
    assert words.child("disk") == "disk"


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        (None, "无"),
        (0, "退出码 0"),
        (3, "退出码 3"),
        (-9, "被强行结束（信号 9）"),
        (-11, "因信号 11 结束"),
    ],
)
def test_how_a_process_ended_is_said_in_words(code: int | None, shown: str) -> None:
    """负的退出码是信号，写明是被强行结束的。"""
    assert words.ended(code) == shown


def test_what_nobody_knows_is_not_shown_as_a_question_mark() -> None:
    """说不清的位置写作不详。"""
    facts = {"topic": "case", "partition": "0", "position": "?"}
    assert "自称账本位置 不详" in error("relay.tail_not_ours", facts)
