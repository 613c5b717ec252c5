"""draw 的各步：一份计划从登记到抽定，每一步说出下一步；写错的、办错的，各有说法。"""

import json
import re
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from domain import public_value
from domain.sampling import share_commitment
from domain.terms import HashName
from runtime import cli
from runtime import settings as settings_module
from runtime.ceremony import plan_file
from runtime.commands import draw
from runtime.exits import Exit, Stop
from runtime.messages import ROOT
from runtime.settings import Settings
from tests.runtime.ceremony import stage
from tests.runtime.ceremony.stage import MARKET, OFFICES, PLAN
from tests.runtime.conftest import NewLedger
from tests.town import eventually

pytestmark = pytest.mark.integration

Run = Callable[..., str]


@pytest.fixture(scope="module")
def town(new_ledger: NewLedger) -> Iterator[Settings]:
    """一本账，机器在跑。"""
    chosen = stage.town(new_ledger)
    with stage.machine(chosen):
        yield chosen


@pytest.fixture
def run(town: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """照命令行办一条，得印出来的；``code`` 是期望的退出码。"""
    monkeypatch.setattr(settings_module, "existing", lambda *_: town)

    def done(*argv: str, code: Exit = Exit.DONE) -> str:
        capsys.readouterr()
        assert draw.run(cli.parse(["draw", *argv]), None) == code
        return capsys.readouterr().out

    return done


@pytest.fixture
def plan_no(run: Run, tmp_path: Path) -> str:
    """一份新登记、名单已冻结的计划。"""
    title = f'title = "抽查 {tmp_path.name}"'
    text = PLAN.replace('title = "餐饮单位双随机抽查"', title)
    said = run("plan", str(stage.write_plan(tmp_path, text)), "--officer", "S02")
    found = said.partition("计划编号 ")[2][:6]
    run("freeze", found)
    return found


def stopped(run: Run, *argv: str) -> tuple[str, Exit]:
    """办不成的，是什么缘由、什么退出码。"""
    with pytest.raises(Stop) as stop:
        run(*argv)
    return stop.value.code, stop.value.exit_code


def shown(run: Run, plan_no: str) -> dict[str, Any]:
    """计划的进展。"""
    lines = run("plan", "--show", plan_no, "--json").splitlines()  # the machine logs meanwhile
    told: dict[str, Any] = json.loads(next(line for line in lines if line.startswith("{")))
    return told


def test_from_the_plan_to_the_draw_by_commands(run: Run, tmp_path: Path) -> None:
    """登记、冻结、三家承诺与揭示、公开值、抽定：每一步照所说的下一步办。"""
    early = stage.write_plan(tmp_path, PLAN.replace("2026-04-02T21:30:00", "2026-04-01T10:00:00"))
    plan_no = run("plan", str(early), "--officer", "S02").partition("计划编号 ")[2][:6]
    run("freeze", plan_no)
    told = shown(run, plan_no)
    assert [one["mark"] for one in told["steps"]] == ["done", "done", *["now", *["later"] * 3]]
    assert [line.strip() for line in told["next"][1:-1]] == [
        f"./shenguan draw commit {plan_no} --office {office}" for office in OFFICES
    ]
    for office in OFFICES:
        said = run("commit", plan_no, "--office", office)
        assert "提交种子份额承诺 → 已入账" in said
    assert f"./shenguan draw reveal {plan_no} --office {MARKET}" in " ".join(
        shown(run, plan_no)["next"]
    )
    for office in OFFICES:
        run("reveal", plan_no, "--office", office)
    assert "机器截止" in " ".join(shown(run, plan_no)["next"])
    run("plan", "--show", plan_no, "--at", "2026-04-01T10:01")
    said = run("public", plan_no, "--value", "02.09.17.21.26.33+08")
    assert "机器正在抽取" in said

    def drawn() -> bool:
        return bool(shown(run, plan_no)["steps"][-1]["mark"] == "done")

    eventually(drawn, 60)
    told = shown(run, plan_no)
    assert [one["mark"] for one in told["steps"]] == ["done"] * 6
    out = tmp_path / "published"
    run("publish", plan_no, "--out", str(out))
    run("replay", str(out / "draw.json"))
    assert "plan.value_fixed" in run("public", plan_no, "--value", "别的", code=Exit.REFUSED)
    assert stopped(run, "commit", plan_no, "--office", MARKET)[0] == "plan.drawn"


def test_a_plan_is_registered_once(run: Run, tmp_path: Path, town: Settings) -> None:
    """同一份文件登记两次，是同一份计划：账上不多一件；改了一个字的是另一份，序号接着编。"""
    path = stage.write_plan(tmp_path, PLAN.replace("开奖号码", "开奖号码 一"))
    first = run("plan", str(path), "--officer", "S02")
    before = stage.head(town)
    again = run("plan", str(path), "--officer", "S02")
    number = first.partition("计划编号 ")[2][:6]
    assert number in again
    assert "登记检查计划：早已办过" in again
    after_machine = stage.head(town)
    assert after_machine - before <= 3  # nothing but the machine's lists
    other = stage.write_plan(tmp_path, PLAN.replace("开奖号码", "开奖号码 二"))
    assert f"计划编号 {int(number) + 1:06d}" in run("plan", str(other), "--officer", "S02")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("inspect_by", "inspect_before"), "act.field_unknown"),
        (('witness = "J01"', ""), "act.field_missing"),
        (('witness = "J01"', 'witness = "J01"\nserial = 7'), "draw.plan_ours"),
        (('witness = "J01"', 'witness = "J01"\nsealed = "是"'), "draw.plan_sealed"),
        (('witness = "J01"', 'witness = "J01'), "act.toml"),
        (("2026-05-29", "9026-05-29"), "act.range"),
    ],
)
def test_a_plan_file_that_is_wrong_names_the_line(
    run: Run, tmp_path: Path, change: tuple[str, str], code: str, town: Settings
) -> None:
    """写错的计划文件：哪一项、怎样改；什么也没有入账。"""
    path, before = stage.write_plan(tmp_path, PLAN.replace(*change)), stage.head(town)
    with pytest.raises(Stop) as stop:
        run("plan", str(path), "--officer", "S02")
    assert (stop.value.code, stop.value.exit_code) == (code, Exit.USAGE)
    if code == "act.field_unknown":
        line = PLAN.splitlines().index("inspect_by = 2026-05-29") + 1
        assert stop.value.facts["line"] == str(line)
    assert stage.head(town) == before


def test_the_sample_is_a_plan() -> None:
    """随附的样例读得出来，一项不错。"""
    sample = plan_file.read(ROOT / "samples" / "plan.toml", None, strict=True)
    assert (sample.act.serial, sample.sealed, len(sample.act.offices)) == (0, False, 3)
    act = sample.act
    readme = (ROOT / "README.md").read_text("utf-8")
    (value,) = re.findall(r'draw public 000002 --value "([^"]+)"', readme)
    assert act.value_format != ""
    assert public_value.known(act.value_format)
    assert public_value.sound(act.value_format, value, act.public_value_at)


def test_a_plan_against_the_law_is_refused(run: Run, tmp_path: Path) -> None:
    """只有两家出份额的计划：不予登记，说明办法；没有编号。"""
    path = stage.write_plan(tmp_path, PLAN.replace('"350505-JJJC", ', ""))
    said = run("plan", str(path), "--officer", "S02", code=Exit.REFUSED)
    assert "不予办理（plan.offices）" in said
    assert "计划编号" not in said.partition("办法")[2]


def test_the_share_is_stored_privately_and_never_replaced(
    run: Run, plan_no: str, town: Settings, tmp_path: Path
) -> None:
    """份额只有本人可读，承诺就是它的；再承诺一次是同一份，自带另一份的不收。"""
    run("commit", plan_no, "--office", MARKET)
    path = town.offices / MARKET / f"{plan_no}.share"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    kept = json.loads(path.read_text("utf-8"))
    committed = shown(run, plan_no)["steps"][2]["details"][0]
    assert kept["commitment"] in committed
    assert kept["commitment"] == share_commitment(HashName.SHA256, bytes.fromhex(kept["share"]))
    assert kept["share"] not in json.dumps(shown(run, plan_no))
    before = stage.head(town)
    assert "早已办过" in run("commit", plan_no, "--office", MARKET)
    assert (json.loads(path.read_text("utf-8")), stage.head(town)) == (kept, before)
    brought = tmp_path / "brought"
    brought.write_text("ab" * 32)
    again = ("commit", plan_no, "--office", MARKET, "--share-file", str(brought))
    assert stopped(run, *again) == ("draw.share_kept", Exit.REFUSED)
    assert json.loads(path.read_text("utf-8")) == kept


def test_a_share_may_be_brought_along(run: Run, plan_no: str, tmp_path: Path) -> None:
    """部门自带的份额：照它的承诺；不是 32 字节的不收，没有这个文件的不收。"""
    brought = tmp_path / "brought"
    office = ("--office", OFFICES[2], "--share-file", str(brought))
    assert stopped(run, "commit", plan_no, *office)[0] == "act.file"
    brought.write_text("不是十六进制")
    assert stopped(run, "commit", plan_no, *office) == ("draw.share_hex", Exit.USAGE)
    brought.write_text("cd" * 32 + "\n")
    run("commit", plan_no, *office)
    promised = share_commitment(HashName.SHA256, bytes.fromhex("cd" * 32))
    assert promised in shown(run, plan_no)["steps"][2]["details"][2]


def test_a_share_that_is_damaged_or_of_another_is_not_used(
    run: Run, plan_no: str, town: Settings
) -> None:
    """存着的份额读不出、改过、是别家的：退出码 3，不用它，也不改写它。"""
    run("commit", plan_no, "--office", OFFICES[1])
    path = town.offices / OFFICES[1] / f"{plan_no}.share"
    good = path.read_text("utf-8")
    changed = json.loads(good) | {"share": "00" * 32}
    stranger = json.loads(good) | {"office": MARKET}
    for bad in (
        "{",
        json.dumps(changed),
        json.dumps(stranger),
        "[]",
        good.replace("SHA256", "MD5"),
    ):
        path.write_text(bad)
        code = stopped(run, "commit", plan_no, "--office", OFFICES[1])
        assert code == ("draw.share_damaged", Exit.INTEGRITY)
        assert path.read_text("utf-8") == bad
    path.write_text(good)
    run("commit", plan_no, "--office", OFFICES[1])


def test_who_may_not_commit_stores_nothing(run: Run, plan_no: str, town: Settings) -> None:
    """不在计划之列的部门、别的机关的账号、没有写部门的：不予办理，一份份额也没有存。"""
    commit = ("commit", plan_no)
    assert stopped(run, *commit, "--office", "350505-SLJ") == (
        "plan.not_an_office",
        Exit.REFUSED,
    )
    assert not (town.offices / "350505-SLJ").exists()
    for argv, code in (
        (("--office", MARKET, "--officer", "J01"), "draw.no_post"),
        (("--office", MARKET, "--officer", "W01"), "draw.no_post"),
        (("--office", "../keys", "--officer", "S02"), "draw.no_post"),
        ((), "draw.no_office"),
    ):
        assert stopped(run, *commit, *argv)[0] == code
    assert not (town.offices / MARKET / f"{plan_no}.share").exists()
    assert not (town.data / "keys" / f"{plan_no}.share").exists()


def test_before_the_lists_and_after_the_draw_nobody_commits(run: Run, plan_no: str) -> None:
    """没有这份计划的、写得不是编号的；承诺没有齐备就揭示的；时候没到就记公开值的：各有说法。"""
    for argv, code in (
        (("commit", "000999", "--office", MARKET), "plan.not_found"),
        (("commit", "x", "--office", MARKET), "draw.plan_number"),
        (("plan", "--show", "1", "2"), "draw.what_missing"),
        (("reveal", plan_no, "--office", MARKET), "draw.no_share"),
        (("public", plan_no), "draw.no_value"),
        (("annul", plan_no), "draw.annul_usage"),
        (("share", "burn"), "draw.share_usage"),
        (("public", plan_no, "--value", "x", "--officer", "nobody"), "acting.no_post"),
    ):
        assert stopped(run, *argv)[0] == code
    run("commit", plan_no, "--office", MARKET)
    said = run("reveal", plan_no, "--office", MARKET, code=Exit.REFUSED)
    assert "plan.awaits_commitments" in said
    said = run("public", plan_no, "--value", "x", code=Exit.REFUSED)
    assert "plan.awaits_commitments" in said


def test_annulment_needs_a_second_person(run: Run, plan_no: str) -> None:
    """作废：同一个人不行，另一个人同意的作数；其后不再办，也不再等。"""
    annul = ("annul", plan_no, "--reason", "名单有误", "--officer", "S02")
    assert "plan.same_person" in run(*annul, "--second", "S02", code=Exit.REFUSED)
    said = run(*annul, "--second", "J01")
    assert "已经结束" in said
    assert stopped(run, "commit", plan_no, "--office", MARKET)[0] == "plan.annulled"
    marks = {one["step"]: one["mark"] for one in shown(run, plan_no)["steps"]}
    assert marks["annulled"] == "done"
    assert marks["committed"] == "skipped"


def test_a_sealed_plan_is_drawn_and_opened_with_the_kept_share(
    run: Run, tmp_path: Path, town: Settings
) -> None:
    """封存方式：登记时存下份额、交承诺；没有到时不能开；份额不在这台机器上的，说明去哪里办。"""
    path = stage.write_plan(tmp_path, PLAN + "sealed = true\n")
    plan_no = run("plan", str(path), "--officer", "S02").partition("计划编号 ")[2][:6]
    run("freeze", plan_no)
    assert shown(run, plan_no)["steps"][-1]["step"] == "opened"
    assert "plan.awaits_commitments" in run("share", "draw", plan_no, code=Exit.REFUSED)
    (kept,) = (town.offices / MARKET).glob("*.sealed")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    kept.rename(tmp_path / "away")
    assert stopped(run, "share", "draw", plan_no)[0] == "draw.no_sealed_share"
    share = tmp_path / "share"
    share.write_text(json.loads((tmp_path / "away").read_text())["share"])
    brought = ("share", "draw", plan_no, "--share-file", str(share))
    assert "plan.awaits_commitments" in run(*brought, code=Exit.REFUSED)
    said = run("share", "seal", "--office", MARKET)
    assert "sealed_share_commitment" in said


def test_waiting_for_lists_that_do_not_come_ends(
    new_ledger: NewLedger,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """机器没有在运行：等到所说的秒数为止，说明看哪里。"""
    chosen = stage.town(new_ledger)
    monkeypatch.setattr(settings_module, "existing", lambda *_: chosen)
    path = stage.write_plan(tmp_path)
    draw.run(cli.parse(["draw", "plan", str(path), "--officer", "S02"]), None)
    said = capsys.readouterr().out
    assert "./shenguan draw freeze 000001" in said
    with pytest.raises(Stop) as stop:
        draw.run(cli.parse(["draw", "freeze", "1", "--wait", "0"]), None)
    assert (stop.value.code, stop.value.exit_code) == ("draw.waiting", Exit.DEPENDENCY)
    assert not chosen.offices.exists()
