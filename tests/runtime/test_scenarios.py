"""演案：每一份都演得成，与它自己的期望相合；写错的说得出错在哪里。"""

import re
from io import StringIO

import pytest
from rich.console import Console, RenderableType

from runtime.exits import Stop
from runtime.scenarios import reader
from runtime.scenarios.book import Book
from runtime.scenarios.player import case_file, perform
from runtime.scenarios.presented import render


def plain(shown: RenderableType) -> str:
    """印出来的文字。"""
    console = Console(width=10_000, record=True, file=StringIO())
    console.print(shown)
    return console.export_text()


READY = reader.names()
ONE = "time-acceptance-deemed"
STEP = """
[[step]]
at = 2026-03-02T09:00:00
by = "{by}"
act = "Receive"
{refused}
[step.with]
case_no = "2026-000900"
item_code = "SP-FOOD-001"
channel = "{channel}"
applicant = "S-0001"
materials = ["营业执照"]
receipt_no = "SJ-1"
"""


def written(by: str = "W01", channel: str = "COUNTER", refused: str = "", more: str = "") -> str:
    """一份只有一步的演案。"""
    step = STEP.format(by=by, channel=channel, refused=refused)
    return f'title = "收件"\ncase = "2026-000900"\n{step}{more}'


@pytest.mark.parametrize("name", READY)
def test_scenario_plays_as_it_says(name: str) -> None:
    """照演案一步步办，答复与案卷都如所写；印得出案卷。"""
    performance = perform(reader.read(name))
    assert performance.problems == ()
    assert performance.scenario.title in plain(render(performance))


def test_every_event_of_a_scenario_is_encoded_for_real() -> None:
    """演案里的每一件都有真的字节与叶杂凑，逐件相连。"""
    book: Book = perform(reader.read(ONE)).book
    leaves: dict[str, bytes] = {}
    for one in book.delivered:
        assert one.entry.prev_leaf_hash == leaves.get(one.stream, b"")
        assert len(one.entry.leaf_hash) == 32
        leaves[one.stream] = one.entry.leaf_hash


def test_a_scenario_that_says_something_else_is_found_out() -> None:
    """期望错了、期望的事没有发生，都列得出来。"""
    wrong = written(more='[expect]\nstate = "APPROVED"\n').replace(
        'title = "收件"',
        'title = "收件"\nevents = ["case.approved.v1"]\nabsent = ["case.received.v1"]',
    )
    problems = perform(reader.parse("x", wrong)).problems
    assert problems == (
        "state: expected 'APPROVED', found 'RECEIVED'",
        "missing: case.approved.v1",
        "not expected: case.received.v1",
    )
    refused = perform(reader.parse("x", written(refused='refused = "case.exists"'))).problems
    assert refused == ("step 1: expected case.exists, got done",)


def test_what_the_machine_did_is_shown_between_the_steps() -> None:
    """机器自己办的事，依时刻排在各步之间：逾期与督办在期满之夜，先于次日的一步。"""
    lines = plain(render(perform(reader.read("oversight-answered")))).splitlines()
    raised = lines.index("2026-03-10 00:00  机器 → 逾期、提出督办")
    refused = next(number for number, line in enumerate(lines) if "oversight.unanswered" in line)
    assert raised < refused


def test_a_wrong_person_is_refused_with_the_article() -> None:
    """没有岗位的人来办：拒绝连同依据与办法一起印出来，没有案卷。"""
    scenario = reader.parse("x", written(by="D01", refused='refused = "duty.role"'))
    performance = perform(scenario)
    assert performance.problems == ()
    assert case_file(performance) is None
    assert "duty.role" in plain(render(performance))


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("title = ", "TOML"),
        (written(channel="PIGEON"), "step 1"),
        (written().replace('act = "Receive"', 'act = "Recieve"'), "step 1"),
        (written().replace('receipt_no = "SJ-1"', 'receipt = "SJ-1"'), "step 1"),
        (written().replace("09:00:00", "09:00:00\nwho = 1"), "step 1"),
        (written().replace('title = "收件"', 'titel = "收件"'), "head"),
        ('title = "x"\ncase = "y"', "head"),
    ],
)
def test_a_scenario_written_wrong_names_the_place(text: str, where: str) -> None:
    """写错的演案：指出哪一步。"""
    with pytest.raises(Stop) as stopped:
        reader.parse("x", text)
    assert stopped.value.code == "scenario.wrong"
    assert stopped.value.facts["where"] == where


def test_unknown_scenario_lists_the_known() -> None:
    """没有这份演案：说有哪些。"""
    with pytest.raises(Stop) as stopped:
        reader.read("no-such")
    assert ONE in stopped.value.facts["names"]


def test_the_readme_names_scenarios_that_exist() -> None:
    """README 里举的演案都演得成，份数也不虚。"""
    text = (reader.FOLDER.parent / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"case --scenario ([a-z-]+)", text))
    assert named
    assert named <= set(READY)
    assert len(READY) > 30
