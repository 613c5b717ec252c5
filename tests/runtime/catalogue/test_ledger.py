"""`catalogue` 在真的账上：公布一次，再来无事可办；断了接着办；导出再对照没有相差；错的一件也不动。"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest

from domain import catalogue
from domain.acts.register import AppointOfficer, GiveGrant
from domain.catalogue import Listed
from domain.terms import Mode, OfficerId, Organ, Personal, PersonId, Role
from ledger.application import Ledger, Request
from ledger.failpoints import VARIABLE
from runtime import cli
from runtime.catalogue.checks import SHIPPED
from runtime.commands import catalogue as command
from runtime.exits import Exit, Stop
from runtime.founding import IN_FORCE
from runtime.hall import officer, step_id
from runtime.messages import ROOT
from runtime.settings import Settings
from tests.runtime.conftest import NewLedger

pytestmark = pytest.mark.integration

KILLED: Final = -9
Doing = Callable[..., tuple[int, dict[str, Any]]]
ONE: Final = """
[defaults]
effective_from = 2025-01-01
approving_body = "350505-SPJ"
supervising_bodies = ["350505-SCJG"]

[[item]]
item_code = "{code}"
name = "某许可"
legal_basis = ["行政许可法 12条"]
legal_days = 20
promised_days = {days}
materials = ["申请书"]
speciality = "食品"
"""


@pytest.fixture(scope="module")
def settings(new_ledger: NewLedger) -> Settings:
    """一本账，随附的事项清单已经公布。"""
    made = new_ledger()
    arguments = cli.parse(["catalogue", "publish", "--json"])
    assert command.run(arguments, made) == Exit.DONE
    return made


@pytest.fixture
def doing(settings: Settings, capsys: pytest.CaptureFixture[str]) -> Doing:
    """运行一次，答退出码与 JSON。"""
    capsys.readouterr()

    def run(*argv: object, on: Settings = settings) -> tuple[int, dict[str, Any]]:
        code = command.run(cli.parse(["catalogue", *map(str, argv), "--json"]), on)
        return code, json.loads(capsys.readouterr().out)

    return run


def head(settings: Settings) -> int:
    """账上有几件。"""
    with psycopg.connect(settings.admin_dsn) as conn:
        row = conn.execute("SELECT next_position FROM ledger.head").fetchone()
    return int(row[0]) if row else 0


def item(settings: Settings, code: str) -> Listed:
    """账上的一个事项。"""
    with Ledger.open(settings) as ledger:
        known = ledger.load(catalogue.AGGREGATE, code)
    assert isinstance(known, Listed)
    return known


def write(path: Path, code: str, days: int) -> Path:
    """只有一个事项的文件。"""
    path.write_text(ONE.format(code=code, days=days), encoding="utf-8")
    return path


def test_the_shipped_catalogue_is_on_the_ledger(settings: Settings, doing: Doing) -> None:
    """一百二十项以上都公布了，清单各一版；下放、休眠、取消照写；再来无事可办。"""
    code, listed = doing("list")
    assert code == Exit.DONE
    shipped = [
        one for one in listed["items"] if not one["item_code"].startswith(("SP-", "BA-SOIL"))
    ]
    assert len(shipped) >= 120
    assert item(settings, "XK-GX-007").dormant is not None
    assert item(settings, "XK-CS-009").transfers[0].to_organ == "350505-DYZ"
    assert item(settings, "XK-TZ-012").cancelled is not None
    before = head(settings)
    again, told = doing("publish")
    assert (again, told["published"]) == (Exit.REFUSED, 0)
    assert head(settings) == before


def test_list_is_filtered_and_counted(doing: Doing) -> None:
    """按机关、方式、标签；总数与所列相合；那一日还没有公布的没有。"""
    _, joint = doing("list", "--way", "并联审批")
    assert joint["shown"] == joint["by_way"]["JOINT"] > 4
    _, forest = doing("list", "--organ", "350505-LYJ", "--tag", "MOBILE")
    assert {one["item_code"] for one in forest["items"]} >= {"XK-NL-004", "XK-NL-005"}
    assert sum(forest["by_organ"].values()) == forest["shown"]
    _, before = doing("list", "--as-of", "2024-12-31")
    assert before["total"] == 0


@pytest.mark.parametrize("suffix", [".toml", ".xlsx"])
def test_what_is_exported_does_not_differ(doing: Doing, tmp_path: Path, suffix: str) -> None:
    """导出再对照：没有相差；已有的文件不覆盖。"""
    path = tmp_path / f"事项{suffix}"
    assert doing("export", path)[0] == Exit.DONE
    _, told = doing("diff", path)
    assert told["changes"] == []
    with pytest.raises(Stop) as stopped:
        doing("export", path)
    assert stopped.value.code == "export.exists"


def test_a_changed_item_gets_a_new_version(
    settings: Settings, doing: Doing, tmp_path: Path
) -> None:
    """改了承诺时限：对照指明哪一项，公布一版，自今日起；别的不动。"""
    path = write(tmp_path / "a.toml", "XK-T-001", 10)
    assert doing("publish", path)[1]["published"] == 1
    write(path, "XK-T-001", 5)
    _, told = doing("diff", path)
    (change,) = [one for one in told["changes"] if one["kind"] == "CHANGED"]
    assert change["differences"] == [{"field": "promised_days", "before": 10, "after": 5}]
    assert told["removed"] > 120
    before = head(settings)
    assert doing("publish", path)[1]["published"] == 1
    assert head(settings) == before + 1
    known = item(settings, "XK-T-001")
    assert [one.promised_days for one in known.versions] == [10, 5]
    assert doing("publish", path)[0] == Exit.REFUSED


def test_the_day_may_be_named(settings: Settings, doing: Doing, tmp_path: Path) -> None:
    """生效之日由命令行给定；倒签的不予公布，账上一件不动。"""
    path = write(tmp_path / "a.toml", "XK-T-002", 10)
    doing("publish", path)
    write(path, "XK-T-002", 6)
    before = head(settings)
    with pytest.raises(Stop) as stopped:
        doing("publish", path, "--effective", "2025-02-01")
    assert (stopped.value.code, stopped.value.facts["refusal"]) == (
        "catalogue.refused",
        "item.backdated",
    )
    assert head(settings) == before
    doing("publish", path, "--effective", "2099-01-01")
    assert str(item(settings, "XK-T-002").latest.effective_from) == "2099-01-01"


def test_a_wrong_file_changes_nothing(settings: Settings, doing: Doing, tmp_path: Path) -> None:
    """有毛病的文件：指明第一处，账上一件不动，好的那项也不公布。"""
    good = write(tmp_path / "a.toml", "XK-T-003", 10)
    bad = write(tmp_path / "b.toml", "XK-T-004", 21)
    before = head(settings)
    with pytest.raises(Stop) as stopped:
        doing("publish", good, bad)
    assert (stopped.value.code, stopped.value.facts["fault"]) == ("catalogue.wrong", "PERIOD")
    assert "b.toml" in stopped.value.facts["place"]
    assert head(settings) == before


def test_a_formal_ledger_asks_who_publishes(
    new_ledger: NewLedger, doing: Doing, tmp_path: Path
) -> None:
    """正式账本须写明由谁公布：没有岗位的不行，窗口人员不行，清单管理员可以，账上记的是他。"""
    formal = new_ledger(Mode.FORMAL)
    _appoint(formal, "Q1", Role.CATALOGUE)
    _appoint(formal, "Q2", Role.COUNTER)
    path = write(tmp_path / "a.toml", "XK-T-005", 10)
    refused = {(): "acting.officer_missing", ("X9",): "acting.no_post", ("Q2",): "acting.no_post"}
    for who, code in refused.items():
        with pytest.raises(Stop) as stopped:
            doing("publish", path, *(("--officer", *who) if who else ()), on=formal)
        assert stopped.value.code == code
    assert doing("publish", path, "--officer", "Q1", on=formal)[1]["published"] == 1
    with Ledger.open(formal) as ledger:
        (fact,) = ledger.events("item/XK-T-005")
    assert fact.meta.actor.officer_id == "Q1"


def _appoint(formal: Settings, account: str, role: Role) -> None:
    founder = officer("system.founding", Role.SYSTEM, "SYSTEM")
    person = PersonId(f"P-{account}")
    with Ledger.open(formal) as ledger:
        name = Personal(person, "某人")
        appoint = AppointOfficer(OfficerId(account), person, name, ledger.keys.ensure(person))
        grant = GiveGrant(OfficerId(account), role, Organ("350505-SPJ"), IN_FORCE, None, None)
        for act in (appoint, grant):
            outcome = ledger.execute(Request(act, founder, step_id(f"{account} {act}")))
            assert outcome.code is None


@pytest.mark.fault
def test_killed_in_the_middle_it_is_taken_up_again(new_ledger: NewLedger, doing: Doing) -> None:
    """公布到第二批之后被 kill -9，再来一次办完，没有一件重复。"""
    made = new_ledger()
    secrets = made.data / "secrets" / "database.json"
    secrets.parent.mkdir(exist_ok=True)
    secrets.write_text(json.dumps(dict(made.passwords)))
    program = [sys.executable, "-m", "runtime", "catalogue", "publish", "--json"]
    killed = subprocess.run(
        [*program, "--data", str(made.data)],
        cwd=ROOT,
        env={
            **os.environ,
            "SHENGUAN_DATABASE_URL": made.admin_dsn,
            VARIABLE: "catalogue.after_batch:kill@2",
        },
        check=False,
        capture_output=True,
        timeout=120,
    )
    assert killed.returncode == KILLED, killed.stderr.decode()
    _, rest = doing("diff", on=made)
    assert 0 < rest["added"] < 185
    assert doing("publish", on=made)[1]["published"] == rest["added"]
    assert doing("publish", on=made)[0] == Exit.REFUSED
    assert [one.version for one in item(made, "XK-SC-001").versions] == [1]


def test_what_is_shipped_can_be_printed(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """给人看的样子：列出、对照、公布，都是中文。"""
    capsys.readouterr()
    for argv, word in (
        (["list"], "告知承诺"),
        (["diff"], "相差"),
        (["publish"], "没有可公布的"),
    ):
        command.run(cli.parse(["catalogue", *argv]), settings)
        assert word in capsys.readouterr().out
    assert all(path.exists() for path in SHIPPED)
