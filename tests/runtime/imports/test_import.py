"""`import`：收进账里、逐行说明没有收的；来两次不变，断了再来与不断的一样。"""

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest
from openpyxl import load_workbook

from domain.acts.register import AppointOfficer, GiveGrant
from domain.importing import ImportFinished, ImportKind
from domain.subject import SubjectImported
from domain.terms import Mode, OfficerId, Organ, Personal, PersonId, Role, Sealed
from ledger.application import Ledger, Request
from ledger.store import stream_entries
from runtime import cli
from runtime.commands import import_
from runtime.exits import Exit, Stop
from runtime.founding import IN_FORCE
from runtime.hall import officer, step_id
from runtime.imports import port
from runtime.imports.mapping import default_text
from runtime.imports.report import Tally
from runtime.settings import Settings
from tests.runtime.conftest import NewLedger
from tests.runtime.imports.files import GOOD, contents, head, kept, licences, write

pytestmark = pytest.mark.integration

CASES, LICENCES, INSPECTIONS = ImportKind.CASES, ImportKind.LICENCES, ImportKind.INSPECTIONS
GOOD_TERM: Final = GOOD[LICENCES]
TWO: Final = [GOOD_TERM, {**GOOD_TERM, "licence_term_id": "101-20110516", "licence_number": "101"}]


@pytest.fixture(scope="module")
def settings(new_ledger: NewLedger) -> Settings:
    """一本账，各测试用各的编号。"""
    return new_ledger()


Doing = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def doing(capsys: pytest.CaptureFixture[str]) -> Doing:
    """运行一次，答退出码与 JSON。"""

    def run(chosen: Settings, *argv: object) -> tuple[int, dict[str, Any]]:
        arguments = cli.parse(["import", *map(str, argv), "--json"])
        code = import_.run(arguments, chosen)
        return code, json.loads(capsys.readouterr().out)

    return run


def _refused(result: dict[str, Any]) -> dict[str, str]:
    return {one["code"]: one["rows"] for one in result["refused"]}


def test_rows_go_in_and_refused_ones_are_told(
    settings: Settings, tmp_path: Path, doing: Doing
) -> None:
    """好的收下，坏的说明；事件、屏幕与两份报告说的是同一件事。"""
    bad = {**GOOD_TERM, "licence_number": "201", "term_start": "2011-02-30"}
    rows = [{**GOOD_TERM, "licence_term_id": f"20{n}-20110516"} for n in range(3)]
    rows[0] |= {"licence_number": "200"}
    rows[1] |= bad
    rows[2] |= {"licence_number": "202", "status": "=cmd()"}
    code, result = doing(settings, "licences", write(tmp_path / "a.csv", rows))
    assert code == Exit.DONE
    assert (result["rows"], result["taken"], result["known"]) == (3, 1, 0)
    assert _refused(result) == {"import.date": "3", "import.value": "4"}
    with Ledger.open(settings) as ledger:
        finished = ledger.events(f"import/{result['import_id']}")[-1].event
    assert isinstance(finished, ImportFinished)
    assert (finished.rows, finished.taken, finished.known) == (3, 1, 0)
    csv_file, workbook = map(Path, result["report"])
    assert finished.report_sha256 in {
        row[1].value for row in load_workbook(workbook)["说明"].iter_rows()
    }
    lines = csv_file.read_text("utf-8-sig").splitlines()
    assert len(lines) == 3
    assert "'=cmd()" in lines[2]


def test_a_second_import_changes_nothing_and_says_so(
    settings: Settings, tmp_path: Path, doing: Doing, capsys: pytest.CaptureFixture[str]
) -> None:
    """同一份文件再来：一件不增，退出码二，明说。"""
    file = write(tmp_path / "a.csv", licences(4, 300))
    assert doing(settings, "licences", file)[0] == Exit.DONE
    with kept(settings):
        code, result = doing(settings, "licences", file)
        assert (code, result["was_finished"], result["new"]) == (Exit.REFUSED, True, 0)
        assert result["taken"] == result["rows"]
        assert import_.run(cli.parse(["import", "licences", str(file)]), settings) == Exit.REFUSED
    assert "早已导入完毕" in capsys.readouterr().out


def test_the_same_rows_in_another_file_are_known(
    settings: Settings, tmp_path: Path, doing: Doing
) -> None:
    """同样的行在另一份文件里（列次序、编码不同）：都早已在账，只多这次导入的始末两件。"""
    rows = list(licences(4, 320))
    doing(settings, "licences", write(tmp_path / "a.csv", rows))
    before = head(settings)
    turned = write(tmp_path / "b.csv", [dict(reversed([*row.items()])) for row in rows], "gb18030")
    code, result = doing(settings, "licences", turned)
    assert (code, result["taken"], result["known"]) == (Exit.REFUSED, 0, len(rows))
    assert head(settings) == before + 2


def test_what_the_ledger_refuses_is_refused_by_row(
    settings: Settings, tmp_path: Path, doing: Doing
) -> None:
    """同一记录不同内容、同一许可换了持有人、一日两期：各得各的理由，其余照收。"""
    first = {**GOOD_TERM, "licence_term_id": "400-1", "licence_number": "400"}
    mapping = tmp_path / "m.toml"
    mapping.write_text(default_text(LICENCES).replace(r"\d{1,9}-\d{8}", ".*"), "utf-8")
    options = ("--mapping", mapping)
    doing(settings, "licences", write(tmp_path / "a.csv", [first]), *options)
    rows = [
        {**first, "ward": "43"},
        {**first, "licence_term_id": "400-2", "term_start": "2012-01-01", "account_number": "8"},
        {**first, "licence_term_id": "400-3"},
        {**first, "licence_term_id": "400-4", "term_start": "2012-01-02"},
    ]
    code, result = doing(settings, "licences", write(tmp_path / "b.csv", rows), *options)
    assert (code, result["taken"]) == (Exit.DONE, 1)
    assert _refused(result) == {
        "import.differs": "2",
        "import.contradicts": "3",
        "import.same_term": "4",
    }


def test_inspections_wait_for_their_licence(
    settings: Settings, tmp_path: Path, doing: Doing
) -> None:
    """先到的检查待关联，许可在账之后来的即关联。"""
    good = GOOD[INSPECTIONS]
    early = {**good, "inspection_id": "5001", "licence_number": "500"}
    late = {**good, "inspection_id": "5002", "licence_number": "500"}
    result = doing(settings, "inspections", write(tmp_path / "a.csv", [early]))[1]
    assert (result["written"]["inspections"], result["written"]["waiting"]) == (1, 1)
    licence = {**GOOD_TERM, "licence_term_id": "500-20110516", "licence_number": "500"}
    doing(settings, "licences", write(tmp_path / "b.csv", [licence]))
    result = doing(settings, "inspections", write(tmp_path / "c.csv", [late]))[1]
    assert (result["written"]["inspections"], result["written"]["waiting"]) == (1, 0)


def test_a_file_that_is_not_right_writes_nothing(settings: Settings, tmp_path: Path) -> None:
    """整份不收的，账上一件也没有：连导入开始也没有。"""
    file = write(tmp_path / "a.csv", [GOOD[INSPECTIONS]])
    broken = tmp_path / "m.toml"
    broken.write_text("kind = 1", "utf-8")
    attempts = [
        (("licences", file), "import.other_kind"),
        (("cases", tmp_path / "none.csv"), "import.no_file"),
        (("inspections", file, "--mapping", broken), "import.mapping"),
        (("inspections", file, "--mapping", tmp_path / "none.toml"), "import.no_file"),
        (("inspections", file, "--officer", "A01"), "import.officer_missing"),
        (("inspections",), "import.usage"),
    ]
    with kept(settings):
        for argv, code in attempts:
            with pytest.raises(Stop) as stop:
                import_.run(cli.parse(["import", *map(str, argv)]), settings)
            assert stop.value.code == code


def test_a_rehearsal_touches_no_ledger(settings: Settings, tmp_path: Path, doing: Doing) -> None:
    """试办：报告照写，账上一件不增；不需要服务在运行。"""
    rows = [*licences(3, 600), {**GOOD_TERM, "status": "?"}]
    file = write(tmp_path / "a.csv", rows)
    nowhere = settings.with_database("no_such_database")
    with kept(settings):
        code, result = doing(
            nowhere, "licences", file, "--dry-run", "--report", tmp_path / "reports"
        )
    assert (code, result["dry_run"], result["taken"]) == (Exit.DONE, True, len(rows) - 1)
    assert all(Path(path).exists() for path in result["report"])


def test_names_reach_the_ledger_sealed(settings: Settings, tmp_path: Path, doing: Doing) -> None:
    """持有人的名称封存入账，账里没有明文。"""
    mapping = tmp_path / "m.toml"
    named = default_text(LICENCES).replace("[constants]", 'holder_name = "name"\n[constants]', 1)
    mapping.write_text(named, "utf-8")
    row = {**GOOD_TERM, "licence_term_id": "700-20110516", "licence_number": "700"}
    row |= {"account_number": "7007", "name": "某某小饭店"}
    file = write(tmp_path / "a.csv", [row])
    assert doing(settings, "licences", file, "--mapping", mapping)[1]["taken"] == 1
    with Ledger.open(settings) as ledger:
        subject = ledger.events("subject/CHI-7007")[0].event
    assert isinstance(subject, SubjectImported)
    assert isinstance(subject.name, Sealed)
    with stream_entries(settings.dsn("shenguan_audit")) as entries:
        assert not any("某某小饭店".encode() in entry.value for entry in entries)


def test_one_import_at_a_time(settings: Settings, tmp_path: Path) -> None:
    """另一个导入正在进行：退出码四，什么也没有写。"""
    file = write(tmp_path / "a.csv", licences(2, 800))
    arguments = cli.parse(["import", "licences", str(file)])
    with kept(settings), import_._alone(settings), pytest.raises(Stop) as stop:
        import_.run(arguments, settings)
    assert (stop.value.exit_code, stop.value.code) == (Exit.RUNNING, "import.running_elsewhere")


def test_interrupted_between_batches_it_goes_on(
    settings: Settings,
    tmp_path: Path,
    doing: Doing,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """按 Ctrl-C：办完这一批才停，说明怎样接着办；接着办完，先后收下的都算这次导入的。"""
    monkeypatch.setattr(port, "BATCH", 4)
    rows = list(licences(12, 900))
    file = write(tmp_path / "a.csv", rows)
    original = import_._step

    def pressing(job: port.Job, advance: import_.Advance) -> Callable[[Tally], None]:
        step = original(job, advance)

        def press(tally: Tally) -> None:
            step(tally)
            if tally.rows == 8:
                os.kill(os.getpid(), signal.SIGINT)

        return press

    monkeypatch.setattr(import_, "_step", pressing)
    with pytest.raises(KeyboardInterrupt):
        import_.run(cli.parse(["import", "licences", str(file), "--json"]), settings)
    assert "再运行同一命令" in capsys.readouterr().err
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    monkeypatch.setattr(import_, "_step", original)
    code, result = doing(settings, "licences", file)
    assert (code, result["taken"], result["known"]) == (Exit.DONE, len(rows), 0)
    assert 0 < result["new"] < len(rows)


def test_a_file_changed_meanwhile_stops_the_import(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, doing: Doing
) -> None:
    """途中被改动：停下，没有“导入完毕”；恢复原来的文件即可办完。"""
    monkeypatch.setattr(port, "BATCH", 4)
    file = write(tmp_path / "a.csv", licences(12, 950))
    content = file.read_bytes()
    original = import_._step

    def editing(job: port.Job, advance: import_.Advance) -> Callable[[Tally], None]:
        step = original(job, advance)

        def edit(tally: Tally) -> None:
            step(tally)
            file.write_bytes(content + b"\n")

        return edit

    monkeypatch.setattr(import_, "_step", editing)
    with pytest.raises(Stop) as stop:
        import_.run(cli.parse(["import", "licences", str(file), "--json"]), settings)
    assert stop.value.code == "import.changed"
    file.write_bytes(content)
    monkeypatch.setattr(import_, "_step", original)
    code, result = doing(settings, "licences", file)
    assert (code, result["was_finished"]) == (Exit.DONE, False)


def test_a_formal_ledger_asks_who_imports(
    new_ledger: NewLedger, tmp_path: Path, doing: Doing
) -> None:
    """正式账本：须写明账号与机关，须有档案岗位；由谁开始的由谁办完。"""
    formal = new_ledger(Mode.FORMAL)
    file = write(tmp_path / "a.csv", licences(2))
    with pytest.raises(Stop) as stop:
        import_.run(cli.parse(["import", "licences", str(file)]), formal)
    assert stop.value.code == "import.officer_missing"
    signed = ("licences", file, "--officer", "GU01", "--organ", "350505-SPJ")
    with pytest.raises(Stop) as stop:
        doing(formal, *signed)
    assert stop.value.code == "officer.unknown"
    for account in ("GU01", "GU02"):
        _appoint(formal, account)
    other = ("licences", file, "--officer", "GU02", "--organ", "350505-SPJ")
    _interrupted(formal, file)
    with pytest.raises(Stop) as stop:
        doing(formal, *other)
    assert (stop.value.code, stop.value.facts) == ("import.other_officer", {"officer": "GU01"})
    assert doing(formal, *signed)[0] == Exit.DONE


def _appoint(formal: Settings, account: str) -> None:
    founder = officer("system.founding", Role.SYSTEM, "SYSTEM")
    person = PersonId(f"P-{account}")
    with Ledger.open(formal) as ledger:
        name = Personal(person, "某人")
        appoint = AppointOfficer(OfficerId(account), person, name, ledger.keys.ensure(person))
        organ = Organ("350505-SPJ")
        grant = GiveGrant(OfficerId(account), Role.ARCHIVE, organ, IN_FORCE, None, None)
        for act in (appoint, grant):
            outcome = ledger.execute(Request(act, founder, step_id(f"{account} {act}")))
            assert outcome.code is None


def _interrupted(formal: Settings, file: Path) -> None:
    """Begun by GU01, and no further."""
    arguments = cli.parse(["import", "licences", str(file)])
    job = import_._prepared(arguments)
    with Ledger.open(formal) as ledger:
        archivist = officer("GU01", Role.ARCHIVE, "350505-SPJ")
        assert port.Port(ledger, archivist)._begin(job)


def test_without_services_it_says_what_to_do(settings: Settings, tmp_path: Path) -> None:
    """数据库不在：是连不上数据库，不是别的。"""
    file = write(tmp_path / "a.csv", licences(1))
    nowhere = settings.with_database("no_such_database")
    with pytest.raises(psycopg.OperationalError):
        import_.run(cli.parse(["import", "licences", str(file)]), nowhere)


def test_the_screen_shows_numbers_reasons_and_files(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """给人看的：各数、每种理由的行号、报告在哪里。"""
    rows = [*licences(3, 1_000), {**GOOD_TERM, "licence_number": ""}]
    file = write(tmp_path / "a.csv", rows)
    assert import_.run(cli.parse(["import", "licences", str(file)]), settings) == Exit.DONE
    shown = capsys.readouterr().out
    for part in ("收了（行）", "许可终结", "import.missing", "导入完毕", ".xlsx"):
        assert part in shown


def test_kinds_do_not_mix_up_their_numbers(
    settings: Settings, tmp_path: Path, doing: Doing
) -> None:
    """一件办件两步：一份案卷，三件事；数目各归各类。"""
    good = GOOD[CASES]
    second = {
        **good,
        "concept:instance": "task-2",
        "concept:name": "T02 Check confirmation of receipt",
    }
    result = doing(settings, "cases", write(tmp_path / "a.csv", [good, second]))[1]
    written = {name: number for name, number in result["written"].items() if number}
    assert written == {"cases": 1, "steps": 2, "events": 3}
    assert len(contents(settings)["case/WABO-case-1"]) == 3
