"""命令 act do：在真的账上办，断了再来不重，被拒的说明条文与办法，试办的什么也不留下。"""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest

from domain import subject
from domain.terms import HashName, Mode, Sealed
from ledger.application import Ledger
from ledger.failpoints import VARIABLE
from ledger.founding import establish, publish
from runtime import cli
from runtime.commands import act
from runtime.exits import Exit, Stop
from runtime.founding import found
from runtime.hall import beijing, open_hall
from runtime.messages import ROOT
from runtime.settings import Settings
from schemas.topics import DEFAULT_PARTITIONS
from tests.conftest import NewDatabase

pytestmark = pytest.mark.integration

PHONE: Final = "0595-22334455"
Do = Callable[..., tuple[int, list[dict[str, Any]]]]


def town(new_database: NewDatabase, mode: Mode) -> Settings:
    """一本账，家底已登记。"""
    chosen = new_database()
    establish(chosen, "act", mode, HashName.SHA256, DEFAULT_PARTITIONS)
    with Ledger.open(chosen) as ledger:
        publish(ledger)
    with open_hall(chosen) as hall:
        if mode is Mode.DEMO:
            hall.clock.advance(beijing("2026-03-02 09:00"))
        found(hall)
    return chosen


@pytest.fixture(scope="module")
def settings(new_database: NewDatabase) -> Settings:
    """一本演练账；没有跟随者在跑。"""
    return town(new_database, Mode.DEMO)


@pytest.fixture
def do(settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Do:
    """照正文办，得退出码与各步的 JSON 答复。"""

    def run(text: str, *argv: str) -> tuple[int, list[dict[str, Any]]]:
        path = tmp_path / "act.toml"
        path.write_text(text, "utf-8")
        code = act.run(cli.parse(["act", "do", str(path), "--json", *argv]), settings)
        return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return run


def spoken(settings: Settings, tmp_path: Path, text: str, *argv: str) -> int:
    """照正文办，给人看。"""
    path = tmp_path / "spoken.toml"
    path.write_text(text, "utf-8")
    return act.run(cli.parse(["act", "do", str(path), *argv]), settings)


def head(settings: Settings) -> int:
    """账上有几件。"""
    with psycopg.connect(settings.admin_dsn) as conn:
        row = conn.execute("SELECT next_position FROM ledger.head").fetchone()
    return int(row[0]) if row else 0


def receive(case_no: str, by: str = "W01") -> str:
    """收一件。"""
    return f"""
[[step]]
by = "{by}"
act = "收件"
[step.with]
case_no = "{case_no}"
item_code = "SP-FOOD-001"
channel = "COUNTER"
applicant = "S-0001"
receipt_no = "SJ-{case_no}"
contact = {{ holder = "S-0001", text = "{PHONE}" }}
materials = ["营业执照"]
"""


def accept(case_no: str, by: str = "W01", more: str = "") -> str:
    """受理一件。"""
    return f"""
[[step]]
by = "{by}"
act = "Accept"
{more}
[step.with]
case_no = "{case_no}"
kind = "PLEDGED_TIME"
document_no = "SL-{case_no}"
"""


def later(case_no: str) -> str:
    """审核、准予、送达。"""
    steps = {
        "Review": ("R01", 'opinion = "APPROVE"\nreasons = "材料齐全"'),
        "Approve": ("D01", f'decision_no = "准字-{case_no}"\nlicence_no = "XK-{case_no}"'),
        "Deliver": ("W01", f'document_no = "准字-{case_no}"\nmethod = "窗口领取"'),
    }
    return "".join(
        f'\n[[step]]\nby = "{by}"\nact = "{name}"\n[step.with]\ncase_no = "{case_no}"\n{rest}\n'
        for name, (by, rest) in steps.items()
    )


def test_what_was_done_is_told(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """办成的：记下什么、在哪个位置、开了哪些期限；印出来的没有个人信息。"""
    before = head(settings)
    assert spoken(settings, tmp_path, receive("2026-100001")) == Exit.DONE
    said = capsys.readouterr().out
    assert f"综合窗口 W01  收件 → 已入账，位置 {before}–{before}" in said
    assert f"记下 {before}：收件（case/2026-100001）" in said
    assert "期限：一次告知" in said
    assert "2026-03-09" in said
    assert PHONE not in said
    assert spoken(settings, tmp_path, accept("2026-100001")) == Exit.DONE
    said = capsys.readouterr().out
    assert "期限：法定时限" in said
    assert "期限了结：一次告知" in said


def test_done_again_it_is_the_first_answer(settings: Settings, do: Do) -> None:
    """同一份文件再办一次：第一次的答复，账上没有多一件；换一个编号才是另一件。"""
    text = receive("2026-100002") + accept("2026-100002")
    code, first = do(text)
    assert (code, [one["repeated"] for one in first]) == (Exit.DONE, [False, False])
    before = head(settings)
    again, second = do(text)
    assert (again, head(settings)) == (Exit.DONE, before)
    assert [one["repeated"] for one in second] == [True, True]
    kept = ("first", "last", "events", "deadlines", "settled")
    assert [[one[key] for key in kept] for one in first] == [
        [one[key] for key in kept] for one in second
    ]
    code, (other,) = do(accept("2026-100002", more='command = "第二次"'))
    assert (code, other["kind"], other["repeated"]) == (Exit.DONE, "NOTHING", False)


def test_a_rehearsal_says_what_will_be(settings: Settings, do: Do) -> None:
    """试办：后一步看得到前一步；什么也不留下；真的办了，记下的、期限与所说的一样。"""
    text = receive("2026-100003") + accept("2026-100003") + later("2026-100003")
    before = head(settings)
    code, said = do(text, "--dry-run")
    assert (code, head(settings)) == (Exit.DONE, before)
    assert all(one["rehearsed"] and one["first"] is None for one in said)
    code, done = do(text)
    assert code == Exit.DONE
    kept = ("kind", "code", "events", "deadlines", "settled")
    assert [[one[key] for key in kept] for one in done] == [
        [one[key] for key in kept] for one in said
    ]
    assert [one["events"] for one in done if not one["events"]] == []
    code, known = do(text, "--dry-run")
    assert (code, [one["repeated"] for one in known]) == (Exit.DONE, [True] * 5)
    assert [one["first"] for one in known] == [one["first"] for one in done]


def test_a_rehearsal_knows_what_is_taken(do: Do) -> None:
    """试办也知道独占：同一人同一事项已有承诺的，另一件再作承诺不予办理。"""
    promise = """
[[step]]
by = "W01"
act = "MakeCommitment"
[step.with]
commitment_id = "{case_no}-C1"
case_no = "{case_no}"
kind = "NOTIFICATION"
text_sha256 = "告知承诺书"
promises = [{{ name = "油烟净化设施验收报告", due_on = 2026-05-29 }}]
verification_due_on = 2026-06-30
"""
    one, two = (receive(no) + promise.format(case_no=no) for no in ("2026-100004", "2026-100005"))
    code, said = do(one + two, "--dry-run")
    assert (code, said[-1]["code"]) == (Exit.REFUSED, "ledger.claim_taken")
    code, done = do(one + two)
    assert (code, done[-1]["code"]) == (Exit.REFUSED, "ledger.claim_taken")
    assert done[-1]["facts"] == said[-1]["facts"]
    code, said = do(receive("2026-100006") + promise.format(case_no="2026-100006"), "--dry-run")
    assert said[-1]["code"] == "ledger.claim_taken"


def test_a_refusal_names_the_article(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """不该他办的：退出码 2，代码、条文、怎么办；后面的不再办。"""
    spoken(settings, tmp_path, receive("2026-100007"))
    before, text = head(settings), accept("2026-100007", by="D01") + later("2026-100007")
    capsys.readouterr()
    assert spoken(settings, tmp_path, text, "--dry-run") == Exit.REFUSED
    assert "试办：会不予办理（duty.role）" in capsys.readouterr().out
    assert spoken(settings, tmp_path, text) == Exit.REFUSED
    said = capsys.readouterr().out
    assert "决定人 D01  受理 → 不予办理（duty.role）" in said
    assert re.search(r"依据：《.+》第.+条", said)
    assert re.search(r"办法：.+。", said)
    assert "后面还有 3 步，没有办。" in said
    assert head(settings) == before


def test_what_was_refused_may_be_asked_again(settings: Settings, do: Do) -> None:
    """被拒之后补上所缺的，同一份文件就办得成；写明编号的，始终是第一次的答复。"""
    plain, numbered = accept("2026-100008"), accept("2026-100008", more='command = "K-8"')
    assert do(plain)[1][0]["code"] == do(numbered)[1][0]["code"] == "case.not_found"
    do(receive("2026-100008"))
    code, (kept,) = do(numbered)
    assert (code, kept["code"], kept["repeated"]) == (Exit.REFUSED, "case.not_found", True)
    code, (done,) = do(plain)
    assert (code, done["repeated"]) == (Exit.DONE, False)
    before = head(settings)
    code, (other,) = do(receive("2026-100009").replace("by =", 'command = "K-8"\nby ='))
    assert (code, other["code"], head(settings)) == (Exit.REFUSED, "ledger.command_reused", before)


def test_expectations_of_a_scenario_hold_here_too(
    settings: Settings, do: Do, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """演案的一步可以照抄：期望被拒的，被拒即合；记下的与所写不同，就停下说明。"""
    refused = accept("2026-100010", more='refused = "case.not_found"')
    code, answers = do(refused + receive("2026-100010"))
    assert (code, [one["as_expected"] for one in answers]) == (Exit.DONE, [True, True])
    then = accept("2026-100010", more='then = ["case.declined.v1"]')
    assert spoken(settings, tmp_path, then) == Exit.REFUSED
    assert "期望 case.declined.v1" in capsys.readouterr().out
    assert spoken(settings, tmp_path, refused) == Exit.REFUSED
    assert "期望 case.not_found" in capsys.readouterr().out


def test_time_of_a_rehearsal_passes_in_the_ledger_only(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """演练账本可以写时刻：早过了的照此刻办，并且说出；试办的不动账本的时间。"""
    early = receive("2026-100011").replace("by =", 'at = 2026-03-01T09:00:00\nnote = "补记"\nby =')
    assert spoken(settings, tmp_path, early) == Exit.DONE
    said = capsys.readouterr().out
    assert "账上此刻是 2026-03-02 09:00，晚于所写的 2026-03-01 09:00" in said
    assert "〔补记〕" in said
    passing = "[[step]]\nat = 2026-03-04T09:00:00\n" + accept("2026-100011")
    assert spoken(settings, tmp_path, passing, "--dry-run", "--at", "2026-03-03T09:00") == Exit.DONE
    said = capsys.readouterr().out
    assert "时间走到 2026-03-04 09:00" in said
    with open_hall(settings) as hall:
        assert hall.clock.now() == beijing("2026-03-02 09:00")


def test_who_acts(do: Do) -> None:
    """没有写由谁办的用 --by；角色与名义可以写明；没有这个人、没有写的，什么也不办。"""
    nobody = receive("2026-100012").replace('by = "W01"\n', "")
    code, (one,) = do(nobody, "--by", "W01:COUNTER@350505-SPJ")
    assert (code, one["by"], one["role"]) == (Exit.DONE, "W01", "COUNTER")
    code, (other,) = do(accept("2026-100012"), "--by", "R01")
    assert (code, other["by"]) == (Exit.DONE, "W01")
    code, (own,) = do(
        '[[step]]\nby = "S-0001"\nact = "WithdrawApplication"\n[step.with]\n'
        'case_no = "2026-100012"\nreasons = "不办了"\n'
    )
    assert (code, own["role"]) == (Exit.DONE, "APPLICANT")
    for text, exit_code, stated in (
        (receive("2026-100013", by="NOBODY"), Exit.REFUSED, "acting.unknown"),
        (receive("2026-100013") + nobody, Exit.USAGE, "act.by_missing"),
    ):
        with pytest.raises(Stop) as stopped:
            do(text)
        assert (stopped.value.code, stopped.value.exit_code) == (stated, exit_code)
    assert do(accept("2026-100013"))[1][0]["code"] == "case.not_found"


def test_a_person_is_registered_with_his_key(settings: Settings, do: Do) -> None:
    """登记监管对象不必写密钥的承诺值：账本自己填；姓名封存。"""
    text = """
[[step]]
by = "W01"
act = "RegisterSubject"
[step.with]
subject_id = "S-9001"
kind = "PERSON"
name = { holder = "S-9001", text = "张某某" }
region = "350505"
risk_class = "A"
"""
    assert do(text, "--dry-run")[0] == Exit.DONE
    assert do(text)[0] == Exit.DONE
    assert do(text)[1][0]["repeated"]
    with Ledger.open(settings) as ledger:
        (fact,) = ledger.events("subject/S-9001")
        assert isinstance(fact.event, subject.SubjectRegistered)
        assert fact.event.key_commitment == ledger.keys.ensure("S-9001")
        assert isinstance(fact.event.name, Sealed)


def test_the_example_of_the_readme(do: Do) -> None:
    """README 的一段照抄：收件、受理办成，监管部门的人来准予的，不予办理。"""
    (text,) = re.findall(
        r"<<'完'\n(.+?)^完$", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    code, rehearsed = do(text, "--dry-run")
    assert (code, [one["code"] for one in rehearsed]) == (Exit.REFUSED, [None, None, "duty.role"])
    code, done = do(text)
    assert (code, [one["code"] for one in done]) == (Exit.REFUSED, [None, None, "duty.role"])
    assert [one["repeated"] for one in do(text)[1]] == [True, True, False]


@pytest.mark.fault
def test_killed_and_run_again_nothing_is_twice(settings: Settings, do: Do, tmp_path: Path) -> None:
    """入账之后、说出答复之前被杀：再运行一次，得到的就是那一件，后面的接着办。"""
    secrets = settings.data / "secrets" / "database.json"
    secrets.parent.mkdir(exist_ok=True)
    secrets.write_text(json.dumps(dict(settings.passwords)))
    text, path = receive("2026-100014") + accept("2026-100014"), tmp_path / "killed.toml"
    path.write_text(text, "utf-8")
    before = head(settings)
    command: Sequence[str] = (sys.executable, "-m", "runtime", "act", "do", str(path), "--json")
    died = subprocess.run(
        [*command, "--data", str(settings.data)],
        cwd=ROOT,
        env={
            **os.environ,
            "SHENGUAN_DATABASE_URL": settings.admin_dsn,
            VARIABLE: "act.after_execute:kill@1",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert (died.returncode, died.stdout) == (-signal.SIGKILL, ""), died.stderr
    assert head(settings) == before + 1
    code, (first, second) = do(text)
    assert (code, first["repeated"], second["repeated"]) == (Exit.DONE, True, False)
    assert (first["first"], first["last"]) == (before, before)
    assert head(settings) == before + 2


def test_a_formal_ledger_has_its_own_time(
    new_database: NewDatabase, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """正式账本：不收时刻，不收以名称代替的摘要，不能以申请人的名义；合规的照办。"""
    formal = town(new_database, Mode.FORMAL)
    digest = f'[{{ name = "营业执照", sha256 = "{"ab" * 32}" }}]'
    good = receive("2026-200001").replace('["营业执照"]', digest)
    timed = good.replace("by =", "at = 2026-03-02T09:00:00\nby =")
    own = accept("2026-200001", by="S-0001")
    before = head(formal)
    for text, argv, exit_code, stated in (
        (timed, (), Exit.REFUSED, "act.at_formal"),
        (good, ("--at", "2026-03-02T09:00"), Exit.REFUSED, "act.at_formal"),
        (timed, ("--dry-run",), Exit.REFUSED, "act.at_formal"),
        (receive("2026-200001"), (), Exit.USAGE, "act.field_wrong"),
        (own, (), Exit.REFUSED, "act.by_applicant"),
    ):
        with pytest.raises(Stop) as stopped:
            spoken(formal, tmp_path, text, *argv)
        assert (stopped.value.code, stopped.value.exit_code) == (stated, exit_code)
    assert head(formal) == before
    assert spoken(formal, tmp_path, good) == Exit.DONE
    assert "已入账" in capsys.readouterr().out
