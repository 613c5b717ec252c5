"""各种办理的说明：每一项都有中文名与写法，样例照抄就读得出。"""

import json
import re
from dataclasses import fields

import pytest

from domain.duties import DUTIES
from domain.terms import Role
from runtime import cli
from runtime.acts.about import About, about, every, example_of, kind_of, label
from runtime.acts.file import parse
from runtime.commands import act
from runtime.exits import Exit, Stop
from runtime.messages import tables
from runtime.scenarios.reader import ACTS

CHINESE = re.compile(r"[\u4e00-\u9fff]")
ALL = every()


@pytest.mark.parametrize("one", ALL, ids=lambda one: str(one.name))
def test_every_act_says_what_it_is_and_what_to_write(one: About) -> None:
    """每种办理：中文名、说明、谁可以办；每一项有中文名与写法，枚举的每个代码都有中文。"""
    assert CHINESE.search(one.word)
    assert CHINESE.search(one.meaning)
    assert "``" not in one.meaning
    assert set(one.roles) == set(DUTIES[one.name].roles)
    assert [field.name for field in one.fields] == [item.name for item in fields(ACTS[one.name])]
    for field in one.fields:
        assert CHINESE.search(field.label), f"{field}: name it in messages, table [field]"
        assert CHINESE.search(field.type) or "true" in field.type, field
        coded = {code for code, word in field.choices.items() if not CHINESE.search(word)}
        assert coded <= {"SHA256", "SM3"}, field


@pytest.mark.parametrize(
    "one", [one for one in ALL if one.by_people], ids=lambda one: str(one.name)
)
@pytest.mark.parametrize("strict", [False, True], ids=["demo", "formal"])
def test_the_example_can_be_copied(one: About, *, strict: bool) -> None:
    """样例照抄就读得出，正式账本也一样；可以不写的，去掉 # 也读得出。"""
    (order,) = parse("x", example_of(one, "W01"), strict=strict)
    assert type(order.act) is ACTS[one.name]
    assert order.by == "W01"
    whole = re.sub(r"^# ", "", example_of(one, "W01"), flags=re.MULTILINE)
    (filled,) = parse("x", whole, strict=strict)
    assert all(getattr(filled.act, field.name) is not None for field in one.fields)


def test_words_for_fields_and_choices_are_not_left_over() -> None:
    """告知语里写的各项与枚举，都有一种办理用到。"""
    named = {field.name for one in ALL for field in one.fields}
    exact = {f"{one.name}.{field.name}" for one in ALL for field in one.fields}
    assert set(tables()["field"]) <= named | exact


def test_a_field_nobody_named_is_the_number_of_its_file() -> None:
    """哪里也没有写过的一项，是本类案卷的编号，不露英文。"""
    assert label(ACTS["ConvertSimulation"], "no_such_field") == "模拟审批编号"


def test_acts_are_known_by_both_names() -> None:
    """办理的中文名各不相同；代码与中文名都认，写错的说出相近的。"""
    words = [one.word for one in ALL]
    assert len(set(words)) == len(words)
    assert kind_of("受理") is kind_of("Accept") is ACTS["Accept"]
    with pytest.raises(Stop) as stopped:
        kind_of("Acept")
    assert (stopped.value.code, stopped.value.exit_code) == ("act.unknown", Exit.USAGE)
    assert "Accept" in stopped.value.facts["names"]


def test_list_and_show_need_no_ledger(capsys: pytest.CaptureFixture[str]) -> None:
    """列出与说明不需要账本；按角色挑，角色认代码与中文名。"""
    assert act.run(cli.parse(["act", "list", "--json"]), None) == Exit.DONE
    assert [one["name"] for one in json.loads(capsys.readouterr().out)] == list(DUTIES)
    for role in ("LEGAL", "法制审核"):
        assert act.run(cli.parse(["act", "list", "--role", role, "--json"]), None) == Exit.DONE
        found = {one["name"] for one in json.loads(capsys.readouterr().out)}
        assert found == {name for name, duty in DUTIES.items() if Role.LEGAL in duty.roles}
    assert act.run(cli.parse(["act", "list", "--role", "法制审核"]), None) == Exit.DONE
    assert "听证笔录签字" in capsys.readouterr().out
    assert act.run(cli.parse(["act", "show", "受理"]), None) == Exit.DONE
    shown = capsys.readouterr().out
    assert "承诺件" in shown
    assert 'act = "Accept"' in shown
    assert act.run(cli.parse(["act", "show", "Accept", "--json"]), None) == Exit.DONE
    assert json.loads(capsys.readouterr().out)["word"] == "受理"


def test_what_only_the_machine_does_has_no_example(capsys: pytest.CaptureFixture[str]) -> None:
    """只由机器办的，说明人不能办，不给样例。"""
    assert act.run(cli.parse(["act", "show", "DeemAccepted"]), None) == Exit.DONE
    shown = capsys.readouterr().out
    assert "只由机器办" in shown
    assert "[[step]]" not in shown
    assert not about(ACTS["DeemAccepted"]).by_people


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        (["show"], "act.usage"),
        (["do"], "act.usage"),
        (["show", "没有的"], "act.unknown"),
        (["list", "--role", "皇帝"], "act.role"),
    ],
)
def test_a_wrong_command_says_what_is_wrong(argv: list[str], code: str) -> None:
    """缺名称、缺文件、没有的办理与角色：退出码 1，代码不变。"""
    with pytest.raises(Stop) as stopped:
        act.run(cli.parse(["act", *argv]), None)
    assert (stopped.value.code, stopped.value.exit_code) == (code, Exit.USAGE)


def test_a_moment_that_is_none_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    """--at 写的不是时刻：退出码 1，说怎样写。"""
    with pytest.raises(SystemExit) as ended:
        cli.parse(["act", "do", "x.toml", "--at", "明天"])
    assert ended.value.code == Exit.USAGE
    assert "2026-05-12T09:00" in capsys.readouterr().err
