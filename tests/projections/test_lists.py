"""清单与导出：条件、总数、新旧；导出的行数与所报相同，格子不成公式。"""

import csv
import hashlib
import json
import zipfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from domain import inspection_task
from domain.terms import LicenceNo
from followers.overview import freshness
from followers.storage import connect
from ledger.application import Ledger
from ledger.errors import LedgerUnavailable
from projections import document_register
from projections.side_files import SideFile
from runtime import cli, export
from runtime.commands import case as case_command
from runtime.commands import list as command
from runtime.exits import Exit, Stop
from runtime.export import Sheet
from runtime.listings import LISTS
from runtime.messages import tables
from runtime.settings import Settings
from schemas.codec import current
from tests.conftest import NewDatabase
from tests.deliveries import (
    APPLICANT,
    CASE,
    FIRE,
    MACHINE,
    Book,
    accepted,
    assigned,
    calendar,
    change_imported,
    imported,
    licence_imported,
    received,
    sent,
    story,
)
from tests.projections.shelf import fill
from tests.town import EVENT, Town, handle

integration = pytest.mark.integration
NOW = datetime(2026, 3, 12, 2, tzinfo=UTC)
LATE = "2026-000002"
NEW = "2026-000003"
LAPSED = LicenceNo("SRC-200")
Listed = Callable[..., dict[str, Any]]


def history() -> Book:
    """导入的历史、走完全程的一件、已过承诺时限的一件、刚收的一件，与一份有效期已过的历史许可。"""
    book = story(imported(calendar()))
    book.add(f"case/{LATE}", received(), key=LATE)
    book.add(f"case/{LATE}", accepted(), key=LATE, actor=MACHINE)
    book.add("push/9", sent(FIRE), key=LATE)
    fresh = replace(received(), notice_due_on=date(2026, 3, 17), received_at=NOW)
    book.add(f"case/{NEW}", fresh, key=NEW)
    licence = f"licence/{LAPSED}"
    book.add(licence, licence_imported(date(2022, 1, 1), date(2023, 12, 31)), key=LAPSED)
    book.add(licence, change_imported(date(2024, 1, 1), date(2026, 1, 31)), key=LAPSED)
    book.add("task/2026-0001.S-2", assigned(), key="2026-0001")
    return book


@pytest.fixture(scope="module")
def database(new_database: NewDatabase) -> Settings:
    """一个库，各视图已照历史填好。"""
    settings = new_database()
    fill(settings, history(), NOW)
    return settings


@pytest.fixture
def listed(database: Settings, capsys: pytest.CaptureFixture[str]) -> Listed:
    """`list … --json` 的答复。"""

    def run(*argv: str) -> dict[str, Any]:
        assert command.run(cli.parse(["list", *argv, "--json"]), database) == Exit.DONE
        answer: dict[str, Any] = json.loads(capsys.readouterr().out)
        assert answer["shown"] == len(answer["rows"])
        assert {"position", "behind", "seconds"} <= answer.keys()
        return answer

    return run


def keys(answer: dict[str, Any], name: str = "key") -> list[str]:
    """各行的编号。"""
    return [row[name] for row in answer["rows"]]


@integration
@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ((), [LATE, NEW, "SRC-2", "SRC-1", CASE]),
        (("--live",), [LATE, NEW, CASE]),
        (("--imported",), ["SRC-2", "SRC-1"]),
        (("--officer", "R-8"), ["SRC-1"]),
        (("--state", "imported_closed"), ["SRC-2"]),
        (("--state", "准予许可"), [CASE]),
        (("--due-by", "2026-03-11"), [LATE]),
        (("--due-by", "2026-03-17"), [LATE, NEW]),
        (("--overdue",), [LATE]),
        (("--soon",), [LATE, NEW]),
        (("--light", "yellow"), [LATE]),
        (("--light", "绿灯"), [NEW]),
        (("--light", "NONE"), ["SRC-2", "SRC-1", CASE]),
        (("--organ", "APPROVAL", "--officer", "zhang"), [LATE, NEW, CASE]),
        (("--organ", "NOWHERE"), []),
        (("--item", "350503-FOOD", "--state", "RECEIVED"), [NEW]),
    ],
)
def test_cases_by_every_filter(listed: Listed, filters: tuple[str, ...], found: list[str]) -> None:
    """办件按机关、经办人、状态、期限、灯、事项与来历挑选；有期限的先到期者在前。"""
    answer = listed("cases", *filters)
    assert sorted(keys(answer)) == sorted(found)
    assert answer["total"] == len(found)
    due = [row["due_on"] for row in answer["rows"] if row["due_on"]]
    assert due == sorted(due)


@integration
def test_levels_of_the_lights(listed: Listed) -> None:
    """公布过的灯的界限，一版里一种期限一行。"""
    (row,) = listed("light_levels")["rows"]
    assert row["published"]["document_no"] == "效能办1号"
    assert (row["of"]["yellow_days"], row["of"]["red_days"]) == (5, 4)


@integration
def test_plans_and_those_that_came_to_nothing(listed: Listed) -> None:
    """计划按编号列出，抽定几户、几家没有揭示都在一行；登记了却没有下文的另挑得出来。"""
    plan = next(one for one in listed("plans")["rows"] if one["plan_no"] == "2026-0001")
    assert (plan["state"], plan["listed"], plan["drawn"], plan["paired"]) == ("DRAWN", 1, 1, 1)
    assert (plan["withheld"], plan["unmatched"]) == (1, 0)
    assert keys(listed("plans", "--state", "已抽定")) == ["plan/2026-0001"]
    assert listed("plans", "--overdue")["rows"] == []


@integration
def test_documents_and_where_they_are(listed: Listed) -> None:
    """文书按机关、状态与是否送达挑选；寄送单号与盖章之后的摘要都在一行里。"""
    (row,) = listed("documents", "--organ", "APPROVAL", "--state", "已送达")["rows"]
    assert (row["number"], row["tracking_no"], row["delivered_on"]) == (
        "D-1",
        "EA-1",
        "2026-03-04",
    )
    assert row["sealed_sha256"]
    assert keys(listed("documents", "--waiting")) == []


def test_a_list_shows_the_digest_of_the_file_that_one_holds() -> None:
    """用了印的，清单写的是盖后文件的摘要，与出具时印出的、手上的文件相同。"""
    at, kind, own = NOW, "APPROVAL", "a" * 64
    sealed = document_register.DocumentRow(
        "P",
        CASE,
        kind,
        "D-1",
        "SPJ",
        "SEALED",
        at,
        at,
        None,
        None,
        None,
        None,
        own,
        "b" * 64,
        "W",
        1,
    )
    plain = replace(sealed, sealed_sha256=None)
    shown = {tuple(LISTS["documents"].cells(one, date(2026, 3, 1)))[-2] for one in (sealed, plain)}
    assert shown == {"a" * 64, "b" * 64}


@integration
@pytest.mark.parametrize("name", ["办件.xlsx", "办件.csv"])
def test_export_into_no_folder_is_a_usage_error(
    name: str, database: Settings, tmp_path: Path
) -> None:
    """没有那个文件夹：说清楚，什么也不写。"""
    argv = ["list", "cases", "--export", str(tmp_path / "没有" / name)]
    with pytest.raises(Stop) as stop:
        command.run(cli.parse(argv), database)
    assert (stop.value.exit_code, stop.value.code) == (Exit.USAGE, "export.folder")
    assert list(tmp_path.iterdir()) == []


@integration
def test_list_counts_what_it_does_not_show(
    listed: Listed, database: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """只列几行的，总数照写，并写明条件与数据截至何处。"""
    answer = listed("cases", "-n", "2")
    assert (answer["total"], answer["shown"]) == (5, 2)
    assert listed("subjects", "-n", "1")["total"] == 2
    assert listed("cases", "--light", "none", "-n", "1")["total"] == 3
    assert command.run(cli.parse(["list", "cases", "-n", "2", "--live"]), database) == Exit.DONE
    text = capsys.readouterr().out
    assert "共 3 行，以上 2 行；条件：只看本系统办理的（看全部：加 --all" in text
    assert "数据截至位置 -1，落后" in text


@integration
def test_inbox_of_a_department(listed: Listed) -> None:
    """消防的收件箱：待认领的、期限已过的、三个工作日之内的。"""
    assert keys(listed("inbox", "--department", "FIRE")) == ["9", "2"]
    assert keys(listed("inbox", "--department", "FIRE", "--overdue")) == ["9"]
    assert keys(listed("inbox", "--soon")) == ["9"]
    assert keys(listed("inbox", "--state", "有异议")) == ["2"]
    assert keys(listed("inbox", "--department", "MARKET", "--due-by", "2026-12-31")) == []


@integration
def test_deadlines_show_their_light_and_calendar(listed: Listed) -> None:
    """期限一览写明今日的灯、所依日历与是否暂定，可按灯挑选；期限没有“不亮灯”。"""
    (green,) = listed("deadlines", "--light", "绿灯", "--due-by", "2026-03-17")["rows"]
    assert (green["number"], green["light"], green["calendars"]) == (NEW, "GREEN", [])
    dark = listed("deadlines", "--light", "BLACK")
    assert {row["light"] for row in dark["rows"]} == {"BLACK"}
    assert dark["total"] > 0
    far = [row for row in listed("deadlines")["rows"] if row["due_on"] > "2027"]
    assert {row["provisional"] for row in far} <= {False}, "a licence's term follows no calendar"
    for what, light in (("deadlines", "NONE"), ("cases", "BLACK")):
        with pytest.raises(Stop) as refused:
            listed(what, "--light", light)
        assert refused.value.code == "list.code"


@integration
def test_soon_counts_working_days(listed: Listed) -> None:
    """三个工作日依账上公布的日历：三月十二日（周四）起，至十七日（周二）。"""
    assert keys(listed("cases", "--soon", "--state", "RECEIVED")) == [NEW]
    assert keys(listed("deadlines", "--soon"), "due_on")[-1] == "2026-03-17"
    assert keys(listed("deadlines", "--due-by", "2026-03-16"), "due_on")[-1] < "2026-03-17"


@integration
def test_register_shows_risk_facts(listed: Listed) -> None:
    """名册写明许可、撤销、吊销、承诺落空与检查；历史检查凭许可归到持有人。"""
    [hero] = listed("subjects", "--subject", APPLICANT)["rows"]
    facts = ("licences_revoked", "commitments_broken", "inspections_with_problem")
    assert [hero[name] for name in facts] == [1, 1, 1]
    assert hero["inspections_waiting"] == 1
    [old] = listed("subjects", "--imported", "--adverse")["rows"]
    assert (old["key"], old["licences_forfeited"], old["inspections_done"]) == ("SRC-9", 1, 1)
    assert (old["licences"], old["licences_in_force"]) == (2, 0)
    assert "name" not in old
    assert listed("subjects", "--risk", "A")["total"] == 0


@integration
def test_licence_past_its_day_needs_no_event(listed: Listed) -> None:
    """有效期已过的历史许可显示为有效期已过，不再算有效；以所问之日为准。"""
    assert keys(listed("approvals", "--state", "有效期已过")) == [LAPSED]
    assert keys(listed("approvals", "--state", "IN_FORCE")) == []
    assert keys(listed("approvals", "--expired-by", "2026-02-01")) == [LAPSED]
    assert keys(listed("approvals", "--holder", "SRC-9")) == ["SRC-100", LAPSED]
    assert keys(listed("approvals", "--state", "FORFEITED")) == ["L-P", "SRC-100"]
    assert keys(listed("approvals", "--state", "吊销")) == ["L-P", "SRC-100"]


@integration
def test_other_lists_answer(listed: Listed) -> None:
    """检查、检查人员、期限与导入各答其所问。"""
    assert listed("inspections", "--waiting")["total"] == 0
    assert keys(listed("inspections", "--imported"), "number") == ["SRC-I-1"]
    assert keys(listed("inspections", "--state", "ASSIGNED"), "number") == ["2026-0001.S-2"]
    assert keys(listed("inspections", "--overdue"), "number") == []
    assert keys(listed("inspections", "--officer", "P-5", "--adverse"), "number") == [
        "2026-0001.S-1"
    ]
    people = listed("inspectors")["rows"]
    assert [(row["key"], row["assigned"], row["done"]) for row in people if row["done"]] == [
        ("P-5", 2, 1),
        ("P-6", 2, 1),
        ("SRC:X-1", 0, 1),
    ]
    assert keys(listed("inspectors", "--expired-by", "2028-01-01")) == ["P-5", "P-6"]
    [run] = listed("imports")["rows"]
    assert (run["taken"], run["known"], run["refused"]) == (7, 2, 1)
    assert keys(listed("deadlines", "--overdue"), "number") == [LATE, LATE]


@integration
def test_what_organs_ask_of_each_other(listed: Listed) -> None:
    """往来按机关、状态、还等着的查；都办完的没有等着的。"""
    mine = listed("requests", "--organ", "350500-SPJ")["rows"]
    assert {(row["request"], row["state"]) for row in mine} == {
        ("ARRIVAL", "ARRIVED"),
        ("TAKEOVER", "TAKEN_OVER"),
        ("TAKEOVER", "CASE_OVER"),
    }
    assert keys(listed("requests", "--state", "不同意"), "case_no") == []
    assert listed("requests", "--waiting")["total"] == 0
    assert listed("requests", "--overdue")["total"] == 0
    assert keys(listed("joint_steps", "--organ", "MARKET"), "case_no") == ["J-1"]


@integration
def test_packages_and_projects_are_worked_from(listed: Listed) -> None:
    """一件事、项目按申请人、状态、目标查；有问题没有解决的项目查得出。"""
    assert keys(listed("packages", "--holder", APPLICANT)) == ["YJS-1"]
    assert keys(listed("packages", "--waiting")) == []
    assert keys(listed("packages", "--overdue")) == []
    assert keys(listed("packages", "--state", "一件事办结")) == ["YJS-1"]
    assert keys(listed("projects", "--waiting", "--holder", APPLICANT)) == ["XM-1"]
    assert keys(listed("projects", "--due-by", "2026-12-31")) == []
    assert keys(listed("projects", "--state", "项目竣工")) == ["XM-1"]


@integration
def test_filter_that_does_not_belong_is_refused(database: Settings) -> None:
    """清单没有的条件、没有的状态：说明可用哪些，不当作没有给。"""
    for argv, code in (
        (["list", "imports", "--light", "RED"], "list.filter"),
        (["list", "cases", "--state", "胡说"], "list.code"),
        (["list", "cases", "--export", "x.doc"], "export.kind"),
    ):
        with pytest.raises(Stop) as stop:
            command.run(cli.parse(argv), database)
        assert (stop.value.exit_code, stop.value.code) == (Exit.USAGE, code)


@pytest.mark.parametrize("argv", [["--due-by", "三月"], ["--imported", "--live"]])
def test_usage_errors_are_in_chinese(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """日期写错、条件相互矛盾：中文说明，退出码 1。"""
    with pytest.raises(SystemExit) as ended:
        cli.parse(["list", "cases", *argv])
    assert ended.value.code == Exit.USAGE
    told = capsys.readouterr().err
    assert "须是日期" in told or "不能与" in told


def test_every_column_and_filter_has_its_word() -> None:
    """每一栏、每个条件、每种清单都有中文名；写下的都有人用。"""
    named = tables()
    assert set(named["list"]) == set(LISTS) == set(cli.LISTS)
    filters = {name for listing in LISTS.values() for name in listing.filters}
    assert set(named["filter"]) == filters | {"from", "to", "live"}
    columns = {name for listing in LISTS.values() for name in listing.columns}
    measured = {"measure", "value", "numerator", "denominator", "definition"}
    measured |= {"calendar", "filters", "as_of"}
    assert set(named["column"]) == columns | measured


@integration
@pytest.mark.parametrize("what", LISTS)
def test_export_holds_the_rows_that_were_counted(listed: Listed, what: str, tmp_path: Path) -> None:
    """每种清单：导出的行数等于总数，首页写明条件、行数与摘要，摘要可以复算。"""
    path = tmp_path / f"{what}.csv"
    answer = listed(what, "--export", str(path), "-n", "1")
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file))
    rows = lines[1 : lines.index([])]
    assert len(rows) == answer["total"] == answer["shown"]
    assert all(len(row) == len(LISTS[what].columns) for row in rows)
    notes = dict(lines[lines.index([]) + 2 :])
    assert notes["行数"] == str(len(rows))
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in lines[: len(rows) + 1])
    assert notes["各行摘要 SHA-256"] == hashlib.sha256(text.encode()).hexdigest()
    assert notes["条件"] == "不限"


@integration
def test_export_to_excel_begins_with_its_notes(
    database: Settings, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """XLSX 的首页是说明；已有的文件不覆盖。"""
    path = tmp_path / "办件.xlsx"
    argv = ["list", "cases", "--live", "--export", str(path)]
    assert command.run(cli.parse(argv), database) == Exit.DONE
    assert "已导出 3 行" in capsys.readouterr().out
    with zipfile.ZipFile(path) as book:
        assert 'name="说明"' in book.read("xl/workbook.xml").decode().partition("办件")[0]
        assert "只看本系统办理的" in book.read("xl/worksheets/sheet1.xml").decode()
    with pytest.raises(Stop) as stop:
        command.run(cli.parse(argv), database)
    assert stop.value.code == "export.exists"
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


@integration
def test_freshness_counts_events_and_seconds(new_database: NewDatabase) -> None:
    """账上有而视图还没有读到的：几件，最早的一件等了多久；几个视图中取最旧的。"""
    settings = new_database()
    fill(settings, Book(), NOW)
    with Ledger.open(settings, handle=handle) as ledger:
        town = Town(settings, "", "test", ledger)
        town.sql("SELECT ledger.keep_schema(%s, %s)", EVENT, current(EVENT).text)
        town.fill(3)
        town.sql("UPDATE follower.cursor SET next_position = 2 WHERE name = 'inbox'")
    with closing(connect(settings.dsn("shenguan_audit"))) as conn:
        fresh = freshness(conn, "inbox", "case_view")
        assert (fresh.position, fresh.behind) == (-1, 3)
        assert fresh.seconds > 0
        assert freshness(conn, "inbox").behind == 1
        with pytest.raises(LedgerUnavailable):
            freshness(conn, "nothing")


HOSTILE = ("=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "http://example.test", "007")


def test_no_cell_becomes_a_formula(tmp_path: Path) -> None:
    """公式、网址、前导零：XLSX 里都是文字；CSV 里会被执行的前面加撇号，数字照写。"""
    sheet = Sheet("表", ("文字", "数"), [(text, -1) for text in HOSTILE])
    export.write(tmp_path / "a.xlsx", [("=注", "=A1")], [sheet])
    with zipfile.ZipFile(tmp_path / "a.xlsx") as book:
        pages = [book.read(f"xl/worksheets/sheet{n}.xml").decode() for n in (1, 2)]
    assert not any("<f>" in page or "<hyperlink" in page for page in pages)
    assert pages[1].count('t="inlineStr"') == len(HOSTILE) + 2
    export.write(tmp_path / "a.csv", [], [sheet])
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))[1 : len(HOSTILE) + 1]
    assert [row[0] for row in rows] == [f"'{text}" for text in HOSTILE[:6]] + [*HOSTILE[6:]]
    assert {row[1] for row in rows} == {"-1"}


def test_file_that_would_lack_something_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """一格太长、行数太多：XLSX 一个字节也不留下；CSV 装得下。"""
    long = Sheet("表", ("文字",), [("x" * (export.LARGEST_CELL + 1),)])
    with pytest.raises(Stop) as stop:
        export.write(tmp_path / "a.xlsx", [], [long])
    assert stop.value.code == "export.too_long"
    monkeypatch.setattr(export, "LARGEST_SHEET", 1)
    with pytest.raises(Stop) as stop:
        export.write(tmp_path / "a.xlsx", [], [Sheet("表", ("数",), [(1,), (2,)])])
    assert stop.value.code == "export.too_many"
    assert list(tmp_path.iterdir()) == []
    assert export.write(tmp_path / "a.csv", [], [long]).rows == 1


@integration
def test_file_of_a_licence_without_a_case(
    database: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """导入的许可自成案卷：各期、终结、历史检查，每件写明来源记录；机器可读的一样全。"""
    assert case_command.run(cli.parse(["case", "SRC-100"]), database) == Exit.DONE
    text = capsys.readouterr().out
    for words in (
        "许可案卷 SRC-100（没有办件）",
        "食品经营许可（350503-FOOD）",
        "已吊销，不迟于 2026-05-01",
        "历史许可变更导入",
        "历史检查（导入）",
        "历史检查关联",
        "来源记录：SRC I-1；导入 imp-1 第 2 行；内容摘要 abababab",
    ):
        assert words in text, words
    assert case_command.run(cli.parse(["case", "SRC-100", "--json"]), database) == Exit.DONE
    file = json.loads(capsys.readouterr().out)
    assert (file["standing"], file["licence"]["terms"]) == ("FORFEITED", 2)
    names = [row["name"] for row in file["events"]]
    assert names.count("licence.change_imported.v1") == names.count("inspection.linked.v1") == 1
    for row in file["events"]:
        assert {
            "position",
            "decided_at",
            "effective_on",
            "recorded_at",
            "legal_basis",
        } <= row.keys()


@integration
def test_file_of_an_imported_case(database: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """历史办件的案卷：来源的期限写明不据以计时，不亮灯，最近一步照来源的时刻。"""
    assert case_command.run(cli.parse(["case", "SRC-1"]), database) == Exit.DONE
    text = capsys.readouterr().out
    for words in (
        "历史办件，来源未办结",
        "不亮灯",
        "（本系统不据以计时）",
        "收件凭证送达，2026-03-03 15:00:00；共 2 步",
        "R-7、R-8",
        "来源记录：SRC 1；",
    ):
        assert words in text, words


@integration
def test_number_of_a_licence_leads_to_its_case(
    database: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """给许可证号的，打印它的办件。"""
    assert case_command.run(cli.parse(["case", "L-1", "--json"]), database) == Exit.DONE
    file = json.loads(capsys.readouterr().out)
    assert (file["case"]["key"], file["licence"]["state"]) == (CASE, "REVOKED")
    assert inspection_task.FindingCode.NOT_AS_PROMISED in {
        code for row in file["events"] for code in row["facts"].get("codes", ())
    }


@pytest.mark.parametrize(("exempt", "word"), [(True, "是"), (False, "否")])
def test_an_exemption_says_yes_or_no(exempt: bool, word: str) -> None:  # noqa: FBT001
    """豁免清单：可否豁免只写是、否，不借用“不迟于此日”的说法。"""
    row = SideFile("HM-1", "SCREENED", date(2026, 3, 2), {"exempt": exempt}, 9)
    cells = dict(
        zip(LISTS["exemptions"].columns, LISTS["exemptions"].cells(row, NOW.date()), strict=True)
    )
    assert cells["exempt"] == word
