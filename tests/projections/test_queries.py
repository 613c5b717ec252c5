"""查询与案卷：真的 PostgreSQL，真的表，一件办件的全过程印成一份案卷。"""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from io import StringIO

import pytest
from rich.cells import cell_len
from rich.console import Console

from followers.storage import Connection, connect
from ledger.database import migrate
from ledger.errors import LedgerUnavailable
from projections import (
    approvals,
    case_timeline,
    case_view,
    deadline_view,
    document_register,
    inbox,
    item_register,
    subject_register,
)
from runtime import case_file, cli
from runtime.commands import case as command
from runtime.exits import Exit, Stop
from runtime.settings import Settings
from tests.conftest import NewDatabase
from tests.deliveries import (
    APPLICANT,
    CASE,
    FIRE,
    ITEM,
    LICENCE,
    MARKET,
    Book,
    accepted,
    received,
    sent,
    story,
)
from tests.projections.shelf import fill

pytestmark = pytest.mark.integration
NOW = datetime(2026, 3, 12, 2, tzinfo=UTC)
OTHER = "2026-000002"


def _history() -> Book:
    """一件走完全程，另一件刚刚受理、推送未认领。"""
    book = story()
    book.add(f"case/{OTHER}", received(), key=OTHER)
    book.add(f"case/{OTHER}", accepted(), key=OTHER)
    book.add("push/9", sent(FIRE), key=OTHER)
    return book


@pytest.fixture(scope="module")
def database(new_database: NewDatabase) -> Settings:
    """一个库，各视图的表已照历史填好。"""
    settings = new_database()
    fill(settings, _history(), NOW)
    return settings


@pytest.fixture
def conn(database: Settings) -> Iterator[Connection]:
    """查询用的连接：看得到各视图与账本的新旧。"""
    with closing(connect(database.dsn("shenguan_audit"))) as connection:
        yield connection


def _printed(file: case_file.CaseFile) -> str:
    paper = StringIO()
    case_file.show(file, Console(file=paper, width=120))
    return paper.getvalue()


def _file(conn: Connection, case_no: str) -> case_file.CaseFile:
    file = case_file.read(conn, case_no, NOW)
    assert isinstance(file, case_file.CaseFile)
    return file


def test_case_is_found_and_listed(conn: Connection) -> None:
    """查得到办件；最近有动静的在前。"""
    found = case_view.find(conn, CASE)
    assert found is not None
    assert (found.key, found.state, found.rules) == (CASE, "APPROVED", {})
    assert [row.key for row in case_view.latest(conn, 10)] == [OTHER, CASE]
    assert case_view.find(conn, "none") is None


def test_documents_of_a_case(conn: Connection) -> None:
    """一件办件的文书：已用印、已寄出、已送达。"""
    (paper,) = document_register.of_case(conn, CASE)
    assert (paper.key, paper.state, paper.method) == (f"{CASE}.approval", "SERVED", "POST")


def test_timeline_is_in_ledger_order(conn: Connection) -> None:
    """时间线按账本次序；检查任务凭许可相连。"""
    rows = case_timeline.of_case(conn, CASE)
    assert [row.position for row in rows] == sorted(row.position for row in rows)
    papers = {"material", "document", "seal"}
    others = {"case", "commitment", "licence", "push", "revocation"}
    assert {row.family for row in rows} == others | papers
    tasks = case_timeline.of_inspections(conn, LICENCE)
    assert [row.name for row in tasks] == [
        "task.assigned.v1",
        "task.inspected.v2",
        "task.finding_reviewed.v1",
    ]


def test_inbox_shows_what_waits(conn: Connection) -> None:
    """消防有一件待认领；市场监管没有。"""
    assert [row.key for row in inbox.waiting(conn, FIRE)] == ["9"]
    assert inbox.waiting(conn, MARKET) == []
    assert [row.state for row in inbox.of_case(conn, CASE)] == ["CLAIMED", "DISPUTED"]


def test_registers_answer(conn: Connection) -> None:
    """事项、许可与名册各答其所问；风险事实由许可与承诺合成。"""
    item = item_register.find(conn, ITEM)
    assert item is not None
    assert item.name == "食品经营许可"
    licence = approvals.find(conn, LICENCE)
    assert licence is not None
    assert licence.state == "REVOKED"
    held = approvals.search(conn, approvals.Asked(NOW.date(), holder=APPLICANT), None)
    assert [row.key for row in held.rows] == [LICENCE]
    subject = subject_register.find(conn, APPLICANT)
    assert subject is not None
    assert (subject.name, subject.cases) == (b"\x01sealed", 2)
    asked = subject_register.Asked(NOW.date(), APPLICANT)
    [facts] = subject_register.search(conn, asked, None).rows
    assert (facts.licences_revoked, facts.licences_forfeited, facts.commitments_broken) == (1, 0, 1)
    assert (facts.inspections_done, facts.inspections_with_problem) == (1, 1)


def test_deadlines_come_soonest_first(conn: Connection) -> None:
    """期限一览：先到期者在前，只列到所问之日。"""
    deadlines = deadline_view.of_number(conn, OTHER, NOW.date())
    assert [deadline.kind for deadline in deadlines] == [
        "CLAIM",
        "PROMISED_DECISION",
        "LEGAL_DECISION",
    ]
    assert [row.number for row in deadline_view.until(conn, date(2026, 3, 3))] == [OTHER]


def test_projection_that_was_never_built_says_so(new_database: NewDatabase) -> None:
    """视图尚未建成的，明说，不当作空表。"""
    settings = new_database()
    migrate(settings)
    with (
        closing(connect(settings.dsn("shenguan_follow"))) as fresh,
        pytest.raises(LedgerUnavailable) as refused,
    ):
        case_view.find(fresh, CASE)
    assert refused.value.code == "projection.not_built"


def test_case_file_tells_the_whole_story(conn: Connection) -> None:
    """案卷写明每件事的三个时间、经办、依据、出处，分段列出推送、检查与撤销。"""
    text = _printed(_file(conn, CASE))
    for words in (
        "食品经营许可",
        "S-1（显示为编号）",
        "准予许可",
        "决定 2026-03-02 09:04:00",
        "推送与认领",
        "双随机检查",
        "撤销程序",
        "不符合承诺内容",
        "自然人 P-3",
        "〔溯及〕",
        "数据截至位置",
    ):
        assert words in text, words
    assert "申请渠道：窗口" in text
    assert "联系电话：〔已封存〕" in text


def test_case_file_fits_a_narrow_screen(conn: Connection) -> None:
    """窄屏上逐行折断，不超宽，行尾不留空白，字一个不少。"""
    paper = StringIO()
    screen = Console(file=paper, width=60, force_terminal=True, color_system=None)
    case_file.show(_file(conn, CASE), screen)
    lines = paper.getvalue().splitlines()
    assert max(cell_len(line) for line in lines) <= 60
    events = lines[lines.index(next(line for line in lines if "办件经过" in line)) + 1 :]
    assert [line for line in events if line != line.rstrip()] == []
    assert "联系电话：〔已封存〕" in paper.getvalue().replace("\n  ", "")


def test_case_file_shows_open_deadlines_and_lights(conn: Connection) -> None:
    """承诺时限已过而法定时限未过：黄灯，期限列明。"""
    text = _printed(_file(conn, OTHER))
    assert "黄灯" in text
    assert "法定时限：2026-03-30 二十四时止" in text


def test_case_file_has_a_form_for_programs(conn: Connection) -> None:
    """``--json`` 的内容可以原样写成 JSON，含灯与全部事件。"""
    file = _file(conn, CASE)
    record = json.loads(json.dumps(case_file.to_json(file), ensure_ascii=False))
    assert record["light"] == "NONE"
    assert len(record["events"]) == len(file.events)
    assert record["events"][0]["leaf_hash"] == file.events[0].leaf_hash.hex()


def test_unknown_case_is_no_file(conn: Connection) -> None:
    """没有的办件没有案卷。"""
    assert case_file.read(conn, "none", NOW) is None


def test_command_prints_the_file_and_names_what_it_does_not_know(
    database: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """``case``：有则打印，不给编号则列出，没有的以退出码二说明。"""
    assert command.run(cli.parse(["case", CASE, "--json"]), database) == Exit.DONE
    assert json.loads(capsys.readouterr().out)["case"]["key"] == CASE
    assert command.run(cli.parse(["case"]), database) == Exit.DONE
    listed = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in listed[:-1]] == [OTHER, CASE]
    with pytest.raises(Stop) as stop:
        command.run(cli.parse(["case", "none"]), database)
    assert (stop.value.exit_code, stop.value.code) == (Exit.REFUSED, "case.unknown")


def test_list_says_how_many_there_are_and_which_licences_have_ended(
    database: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """列出办件：共几件、列出几件都写明；许可已撤销的看得出；编号为空即没有给编号。"""

    def listed(*options: str) -> list[str]:
        assert command.run(cli.parse(["case", *options]), database) == Exit.DONE
        return capsys.readouterr().out.splitlines()

    assert listed("-n", "1")[-1].startswith("共 2 件，以上是最近的 1 件")
    assert listed("-n", "0")[0].startswith("共 2 件")
    everything = listed("-n", "1", "--all")
    assert everything[-1] == "共 2 件，全部列出"
    assert "准予许可（许可已撤销、已注销）" in everything[1]
    assert listed("") == everything


def test_head_of_the_file_says_that_the_licence_is_revoked(conn: Connection) -> None:
    """案卷开头的状态写明许可已撤销，不只写当初准予。"""
    file = _file(conn, CASE)
    assert "准予许可（许可已撤销、已注销）" in _printed(file)
    revoked = replace(file, case=replace(file.case, licence_state="REVOKED"))
    assert "准予许可（许可已撤销）" in _printed(revoked)


def test_case_file_in_a_pipe_is_not_folded(conn: Connection) -> None:
    """不是屏幕的不折行：日期与编号不断开。"""
    paper = StringIO()
    case_file.show(_file(conn, CASE), Console(file=paper, width=30))
    assert "决定 2026-03-02 09:04:00   生效 2026-03-02   记录 " in paper.getvalue()
