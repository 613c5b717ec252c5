"""演练对着真的账本、真的主题：同一种子同样的事件，杀掉再来也一样；再演一遍不多一件。

What is equal: see :func:`told`. Two ledgers never draw the same lots, whatever the seed: the draw
rests on the hash of the plan as it was recorded. So what a draw decided is left out, and so are
random numbers, sealed bytes, and what interleaves between one stream and another.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import datetime
from functools import partial
from itertools import chain
from types import MappingProxyType
from typing import Any, Final, TypeAlias

import pytest

from domain.commitment import BreachGround, BreachSuspected
from domain.terms import BEIJING, Mode, Role, Sealed
from followers.storage import head
from ledger.mapper import Fact
from runtime import cli
from runtime.commands import simulate
from runtime.exits import Exit, Stop
from runtime.foundation import lay
from runtime.hall import Hall, beijing, open_hall
from runtime.settings import Settings, write_private
from tests.architecture.source import ROOT
from tests.conftest import NewDatabase
from tests.stage import running
from tests.town import eventually

pytestmark = [pytest.mark.integration, pytest.mark.kafka]

BEGINS: Final = "2026-03-02 08:30"
COMMAND: Final = ("simulate", "--days", "13", "--seed", "7", "--per-day", "8")
# Random numbers, and what is computed from them or from the position in the whole ledger.
CHANCE: Final = frozenset(
    {"evidence", "found_by", "source_event", "key_commitment", "plan_leaf_hash", "as_of_size"}
    | {"seed", "drawn", "pairs", "unmatched"}
)
PATIENCE: Final = 120.0  # seconds, on a busy machine
Told: TypeAlias = list[tuple[str, datetime, object]]


@dataclass(frozen=True, slots=True)
class Stage:
    """一本演练账本，机器都在本进程里跑着。"""

    settings: Settings
    hall: Hall
    length: int = 0
    story: Mapping[str, Told] = field(default_factory=dict)

    def simulate(self, capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, Any]:
        """在本进程里办这条命令：退出码与 JSON。"""
        capsys.readouterr()
        code = simulate.run(cli.parse([*COMMAND, *more, "--json"]), self.settings)
        return code, json.loads(capsys.readouterr().out)

    def is_past(self, position: float) -> bool:
        """账本是否已长过这个位置。"""
        return head(self.hall.reader) > position

    def child(self) -> subprocess.Popen[bytes]:
        """另起一个进程办这条命令，与人在终端里敲的一样。"""
        secrets = self.settings.data / "secrets" / "database.json"
        secrets.parent.mkdir(exist_ok=True)
        write_private(secrets, json.dumps(dict(self.settings.passwords)))
        servers = {
            "SHENGUAN_DATABASE_URL": self.settings.admin_dsn,
            "SHENGUAN_KAFKA": self.settings.kafka_bootstrap,
        }
        return subprocess.Popen(
            [sys.executable, "-m", "runtime", *COMMAND, "--json", "--data", self.settings.data],
            cwd=ROOT,
            env=dict(os.environ) | servers,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


@contextmanager
def staged(new_database: NewDatabase, kafka: str, origin: str) -> Iterator[Stage]:
    """一本新的演练账本；服务在别处运行，所以命令不问父进程在不在。"""
    made = new_database()
    sources = dict(made.sources) | {"database": "SHENGUAN_DATABASE_URL"}
    settings = replace(made, kafka_bootstrap=kafka, sources=MappingProxyType(sources))
    lay(settings, origin, Mode.DEMO, beijing(BEGINS))
    with ExitStack() as stack:
        hall = stack.enter_context(open_hall(settings))
        stack.enter_context(running(settings, hall))
        yield Stage(settings, hall)


@pytest.fixture(scope="module")
def whole(new_database: NewDatabase, kafka: str) -> Iterator[Stage]:
    """一气演完的一本，连同演完时的长度与各案卷。"""
    with staged(new_database, kafka, "simwhole") as stage:
        child = stage.child()
        child.wait(PATIENCE)
        assert child.returncode == Exit.DONE
        yield replace(stage, length=head(stage.hall.reader), story=told(stage))


def dossiers(stage: Stage) -> dict[str, list[Fact]]:
    """全部案卷。"""
    rows = stage.hall.reader.execute("SELECT DISTINCT stream FROM ledger.event_feed").fetchall()
    return {str(stream): stage.hall.ledger.events(str(stream)) for (stream,) in rows}


def told(stage: Stage) -> dict[str, Told]:
    """每份案卷上：事件名、入账时刻与业务内容，按先后。

    Left out: the checks of whoever was drawn (``task/``), every case whose promise such a check
    found broken, and the fields named in ``CHANCE``.
    """
    facts = dossiers(stage)
    lots = {
        fact.meta.key
        for stream in facts.values()
        for fact in stream
        if isinstance(fact.event, BreachSuspected)
        and fact.event.ground is BreachGround.NOT_AS_PROMISED
    }
    return {
        stream: [
            (type(fact.event).__name__, fact.meta.recorded_at, plain(fact.event)) for fact in found
        ]
        for stream, found in facts.items()
        if not stream.startswith(("task/", "ledger/")) and found[0].meta.key not in lots
    }


def plain(value: object) -> object:
    """内容写成可比的样子，随机的略去。"""
    if isinstance(value, Sealed):
        return "sealed"
    if isinstance(value, tuple | list):
        return [plain(one) for one in value]
    if is_dataclass(value):
        names = [one.name for one in fields(value) if one.name not in CHANCE]
        return {name: plain(getattr(value, name)) for name in names}
    return value


def differing(one: Mapping[str, Told], other: Mapping[str, Told]) -> list[str]:
    """哪些案卷不一样。"""
    return sorted(name for name in {*one, *other} if one.get(name) != other.get(name))


def test_killed_anywhere_and_begun_again_it_is_the_same_story(
    whole: Stage, new_database: NewDatabase, kafka: str
) -> None:
    """另一本新账，途中三次 kill -9 再来：除抽签所定的以外，件件与一气演完的相同。"""
    with staged(new_database, kafka, "simkilled") as stage:
        for share in (0.3, 0.5, 0.8):
            with stage.child() as child:
                eventually(partial(stage.is_past, share * whole.length), PATIENCE)
                child.kill()
            assert child.returncode == -signal.SIGKILL
        child = stage.child()
        child.wait(PATIENCE)
        assert child.returncode == Exit.DONE
        again = told(stage)
    assert len(again) > 300
    assert differing(again, whole.story) == []


def test_again_is_nothing_twice(whole: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    """同一条命令再运行：一步也不新办，账上一件不多。"""
    before = head(whole.hall.reader)
    code, record = whole.simulate(capsys)
    assert (code, record["new"], record["events"]) == (Exit.REFUSED, 0, {})
    assert record["steps"] > 500
    assert head(whole.hall.reader) == before


def test_every_refusal_was_meant(whole: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    """被拒的都是安排好的错误操作：没有一步因前一步落空而落空，机器也没有一件停放。"""
    _, record = whole.simulate(capsys)
    refused = set(record["refused"])
    assert refused
    assert not {code for code in refused if code.startswith("ledger.") or "not_found" in code}
    assert whole.hall.reader.execute("SELECT FROM follower.parked").fetchall() == []


def test_people_act_in_office_hours_and_the_machine_at_any(whole: Stage) -> None:
    """人在工作日办公时间办事；期限届满由机器在零时记下。"""
    by_people: set[datetime] = set()
    by_machine: set[datetime] = set()
    for fact in chain.from_iterable(dossiers(whole).values()):
        at = fact.meta.decided_at.astimezone(BEIJING)
        (by_machine if fact.meta.actor.role is Role.SYSTEM else by_people).add(at)
    played = {at for at in by_people if at > beijing(BEGINS)}
    assert {at.weekday() for at in played} <= {0, 1, 2, 3, 4}  # no 调休 in these weeks
    assert all(9 <= at.hour < 18 for at in played)
    assert any(at.hour == 0 for at in by_machine)


def test_another_seed_adds_other_cases(whole: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    """换一个种子：另添一批办件，先前的案卷一件不动。"""
    before = told(whole)
    new_cases = 2 * 8
    code, record = whole.simulate(capsys, "--seed", "8", "--days", "2")
    after = told(whole)
    assert code == Exit.DONE
    assert "ledger.command_reused" not in record["refused"]
    fresh = {name for name in after.keys() - before.keys() if name.startswith(("case/", "filing/"))}
    assert len(fresh) == new_cases
    assert [name for name in before if after[name][: len(before[name])] != before[name]] == []


def test_formal_ledger_is_no_stage(new_database: NewDatabase, kafka: str) -> None:
    """正式账本上不演。"""
    made = new_database()
    sources = dict(made.sources) | {"database": "SHENGUAN_DATABASE_URL"}
    settings = replace(made, kafka_bootstrap=kafka, sources=MappingProxyType(sources))
    lay(settings, "simformal", Mode.FORMAL)
    with pytest.raises(Stop) as refused:
        simulate.run(cli.parse([*COMMAND, "--json"]), settings)
    assert refused.value.code == "demo_formal"


def test_without_services_it_says_what_to_start(new_database: NewDatabase) -> None:
    """服务没有运行：拒绝，并说先启动什么。"""
    with pytest.raises(Stop) as refused:
        simulate.run(cli.parse([*COMMAND, "--json"]), new_database())
    assert (refused.value.code, refused.value.exit_code) == (
        "simulate.not_running",
        Exit.DEPENDENCY,
    )
