"""要办的文件：写错的每一种，都以退出码 1 指出行、项与办法；什么也没有办。"""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.acts.intake import Accept, Receive
from domain.terms import CaseKind, CaseNo
from runtime.acts.file import LARGEST, Order, parse, read
from runtime.exits import Exit, Stop
from runtime.messages import error, find

ACCEPT = """\
# 受理一件
[[step]]
by = "W01"
act = "受理"
[step.with]
case_no = "2026-000001"
kind = "PLEDGED_TIME"
document_no = "SL-1"
"""
RECEIVE = """\
[[step]]
act = "Receive"
[step.with]
case_no = "2026-000001"
item_code = "SP-FOOD-001"
channel = "COUNTER"
applicant = "S-0001"
receipt_no = "SJ-1"
contact = { holder = "S-0001", text = "0595-00000000" }
materials = ["营业执照"]
"""


PAUSE = """\
[[step]]
by = "R01"
act = "PauseClock"
[step.with]
case_no = "2026-000001"
reason = "TESTING"
expected_days = {days}
required_by = "法"
notice_no = "TB-1"
"""


def wrong(text: str, *, strict: bool = False) -> Stop:
    """读不成的一份，说的是什么。"""
    with pytest.raises(Stop) as stopped:
        parse("件.toml", text, strict=strict)
    return stopped.value


def test_a_step_is_read_as_in_a_scenario() -> None:
    """一步即一件事：办理认中文名，时刻没有写时区的是北京时间。"""
    text = ACCEPT.replace("by =", 'at = 2026-03-02T09:00:00\ncommand = "K-1"\nby =')
    passing = "[[step]]\nat = 2026-03-03T09:00:00\n"
    first, second = parse("x", text + passing, strict=False)
    act = Accept(CaseNo("2026-000001"), CaseKind.PLEDGED_TIME, "SL-1")
    assert first == Order(1, datetime(2026, 3, 2, 1, tzinfo=UTC), "W01", act, command="K-1")
    assert (second.number, second.act) == (2, None)


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        (ACCEPT.replace('"受理"', '"受里"'), "act.unknown", None),
        (ACCEPT.replace("document_no", "documents"), "act.field_unknown", "8"),
        (ACCEPT.replace('document_no = "SL-1"', ""), "act.field_missing", "2"),
        (ACCEPT.replace("PLEDGED_TIME", "PLEDGED"), "act.choice", "7"),
        (ACCEPT.replace('"SL-1"', "1"), "act.field_wrong", "8"),
        (ACCEPT.replace('"2026-000001"', '["2026-000001"]'), "act.field_wrong", "6"),
        (ACCEPT.replace('"SL-1"', r'"SL\u0000-1"'), "act.control", "8"),
        (ACCEPT.replace('"SL-1"', '"SL\u202e-1"'), "act.control", "8"),
        (ACCEPT.replace('"W01"', r'"W01\u001b[2J"'), "act.control", "3"),
        (ACCEPT.replace('"SL-1"', '"SL-\x07"'), "act.toml", "8"),
        (ACCEPT.replace('"SL-1"', '"SL-1'), "act.toml", "8"),
        (ACCEPT.replace('by = "W01"', "by = 1"), "act.step", "3"),
        (ACCEPT.replace('by = "W01"', 'by = " "'), "act.step", "3"),
        (ACCEPT.replace('by = "W01"', 'who = "W01"'), "act.step", "3"),
        (ACCEPT.replace('by = "W01"', 'at = "今天"'), "act.step", "3"),
        (ACCEPT.replace('by = "W01"', 'then = "case.accepted.v1"'), "act.step", "3"),
        (ACCEPT.replace('by = "W01"', "then = [1]"), "act.step", "3"),
        (ACCEPT.replace('act = "受理"', ""), "act.step", "2"),
        ('[[step]]\nact = "受理"\nwith = 1', "act.step", "3"),
        ('[[step]]\nnote = "什么也不办"', "act.step", "1"),
        (RECEIVE.replace('channel = "COUNTER"', 'channel = "PIGEON"'), "act.choice", "6"),
        (RECEIVE.replace('["营业执照"]', '"营业执照"'), "act.field_wrong", "10"),
        (RECEIVE.replace('["营业执照"]', "[{ name = 1 }]"), "act.field_wrong", "10"),
        (RECEIVE.replace('holder = "S-0001", ', ""), "act.field_wrong", "9"),
        (ACCEPT.replace('"SL-1"', "9999-12-31"), "act.range", "8"),
        (ACCEPT.replace('by = "W01"', "at = 0001-01-01T00:00:00"), "act.range", "3"),
        (PAUSE.format(days=3661), "act.range", "7"),
        (PAUSE.format(days=-1), "act.range", "7"),
        (PAUSE.format(days="true"), "act.field_wrong", "7"),
        (ACCEPT.replace('"SL-1"', "[10_000_000_000_000_000]"), "act.range", "8"),
        ('title = "演案"\n' + ACCEPT, "act.head", None),
        ("", "act.no_step", None),
        ("step = 1", "act.no_step", None),
        ("step = [1]", "act.no_step", None),
        ("step = []", "act.no_step", None),
        ("[" * 5000, "act.toml", "1"),
    ],
)
def test_each_mistake_is_placed(text: str, code: str, line: str | None) -> None:
    """每一种写错：代码不变，行号是那一行，退出码 1，话说得完整。"""
    stopped = wrong(text)
    assert (stopped.code, stopped.exit_code) == (code, Exit.USAGE)
    assert stopped.facts.get("line") == line
    assert "{" not in error(stopped.code, stopped.facts)
    assert "件.toml" in str(stopped.facts.get("file", stopped.facts.get("where")))


def test_the_second_step_is_placed_by_its_own_lines() -> None:
    """第二步写错，行号是第二步的，不是第一步同名的一项。"""
    stopped = wrong(ACCEPT + ACCEPT.replace("SL-1", "SL-2").replace("PLEDGED_TIME", "X"))
    assert (stopped.facts["step"], stopped.facts["line"]) == ("2", "15")
    assert "PLEDGED_TIME 承诺件" in stopped.facts["names"]


def test_what_a_person_wrote_about_himself_is_not_repeated() -> None:
    """写错的文件，出错的话里没有个人信息。"""
    for text in (
        RECEIVE.replace('holder = "S-0001", ', ""),
        RECEIVE.replace("contact = {", "contact = { who = 1,").replace('holder = "S-0001",', ""),
        RECEIVE.replace('"COUNTER"', '"X"'),
        RECEIVE.replace("contact =", "contacts ="),
    ):
        stopped = wrong(text)
        assert "0595" not in error(stopped.code, stopped.facts)


def test_a_formal_ledger_takes_no_word_for_a_digest() -> None:
    """正式账本：材料要写明 SHA-256，名称代替不了；演练账本可以。"""
    (order,) = parse("x", RECEIVE, strict=False)
    assert isinstance(order.act, Receive)
    assert len(order.act.materials[0].sha256) == 64
    assert wrong(RECEIVE, strict=True).facts["field"] == "materials"
    short = '[{ name = "营业执照", sha256 = "x" }]'
    assert wrong(RECEIVE.replace('["营业执照"]', short), strict=True).code == "act.field_wrong"
    full = f'[{{ name = "营业执照", sha256 = "{"ab" * 32}" }}]'
    (order,) = parse("x", RECEIVE.replace('["营业执照"]', full), strict=True)
    assert isinstance(order.act, Receive)
    assert order.act.materials[0].sha256 == "ab" * 32


def test_no_item_is_filled_in_on_a_real_ledger() -> None:
    """演案里没有写的事项各项有平常的取法，真的账本上没有：少一项就是少一项。"""
    text = '[[step]]\nact = "PublishItem"\n[step.with]\nitem_code = "X"\n'
    assert wrong(text).code == "act.field_missing"


def test_files_that_are_not_read(tmp_path: Path) -> None:
    """没有的、是目录的、太大的、不是 UTF-8 的：不读，说清楚。"""
    large, coded = tmp_path / "large.toml", tmp_path / "gb.toml"
    large.write_bytes(b"#" * (LARGEST + 1))
    coded.write_bytes(ACCEPT.encode("gb18030"))
    for path, code in (
        (tmp_path / "none.toml", "act.file"),
        (tmp_path, "act.file"),
        (large, "act.large"),
        (coded, "act.text"),
    ):
        with pytest.raises(Stop) as stopped:
            read(path, strict=False)
        assert (stopped.value.code, stopped.value.exit_code) == (code, Exit.USAGE)
        assert find("error", code)
    good = tmp_path / "good.toml"
    good.write_text(ACCEPT, "utf-8")
    assert len(read(good, strict=True)) == 1
