"""真实的历史：三份文件全部导入，监管消费者停过整个导入，追上之后每个效果恰好一次。

Counted against the CSV files by sqlite3, never by our own reader. Skipped where they are absent.
"""

import csv
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import pytest

from domain.acts.inspections import CommitShare, FixPublicValue, RegisterPlan, RevealShare
from domain.importing import ImportKind
from domain.inspection_plan import Drawn, ListsFrozen, Matched, ObjectsListed, Stratum, plan_number
from domain.sampling import share_commitment
from domain.terms import HashName, Mode, OfficerId, Organ
from followers import overview
from followers.rebuild import RebuildOptions, rebuild
from projections import ALL as PROJECTIONS
from runtime import cli, story
from runtime.commands import states
from runtime.commands.import_ import ARCHIVIST
from runtime.exits import Exit
from runtime.foundation import lay
from runtime.founding import found
from runtime.hall import Hall, beijing, open_hall
from runtime.imports.mapping import read_mapping
from runtime.imports.port import Imported, Port, prepare
from runtime.imports.report import Report
from runtime.settings import Settings, write_private
from schemas.topics import topic_name
from tests.architecture.source import ROOT
from tests.conftest import NewDatabase

pytestmark = [pytest.mark.integration, pytest.mark.kafka]

DATA: Final = ROOT.parent / "shared/data"
FILES: Final = {  # in this order: the inspections come before their licences
    ImportKind.CASES: "wabo_receipt.csv",
    ImportKind.INSPECTIONS: "chicago_inspections.csv",
    ImportKind.LICENCES: "chicago_licences.csv",
}
ORIGIN: Final = "scale"
REBUILT: Final = {"approvals", "case_view", "inspection_view", "subject_register"}
PLAN: Final = plan_number(1)
SHARES: Final = {office: f"{number:064x}" for number, office in enumerate(story.OFFICES, 1)}


@dataclass(frozen=True, slots=True)
class City:
    """导入完毕、消费者追上之后的账。"""

    settings: Settings
    hall: Hall
    imported: dict[ImportKind, Imported]
    source: sqlite3.Connection

    def told(self, query: str, *values: object) -> Any:
        """账上查得的一个数。"""
        row = self.hall.reader.execute(query.encode(), values).fetchone()
        return row[0] if row else None

    def events(self, name: str) -> int:
        """账上某种事件有几件。"""
        return int(self.told("SELECT count(*) FROM ledger.event_feed WHERE name = %s", name))

    def counted(self, query: str) -> int:
        """文件里数得的一个数。"""
        return int(self.source.execute(query).fetchone()[0])


@pytest.fixture(scope="module")
def city(
    new_database: NewDatabase, kafka: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[City]:
    """先导入，中继与跟随者此时都停着；然后启动，等它们追上，再办一次双随机。"""
    if not all((DATA / name).exists() for name in FILES.values()):
        pytest.skip("the real files (../shared/data/*.csv) are not on this machine")
    settings = replace(new_database(), kafka_bootstrap=kafka)
    lay(settings, ORIGIN, Mode.DEMO, beijing(story.BEGINS))
    with ExitStack() as stack:
        hall = stack.enter_context(open_hall(settings))
        found(hall)
        folder = tmp_path_factory.mktemp("reports")
        imported = {kind: _take(hall, kind, name, folder) for kind, name in FILES.items()}
        source = stack.enter_context(_counted())
        stack.enter_context(_roles(settings))
        hall.wait(lambda: bool(overview.lags(hall.reader)), "the first followers", 600)
        hall.wait(lambda: overview.level(hall.reader), "followers", 600)
        _campaign(hall)
        yield City(settings, hall, imported, source)


@contextmanager
def _roles(settings: Settings) -> Iterator[None]:
    """中继与跟随者，如父进程所启动的，各一个进程。"""
    (settings.data / "secrets").mkdir(exist_ok=True)
    write_private(settings.data / "secrets/database.json", json.dumps(dict(settings.passwords)))
    environment = os.environ | {
        "SHENGUAN_DATABASE_URL": settings.admin_dsn,
        "SHENGUAN_KAFKA": settings.kafka_bootstrap,
    }
    command = [sys.executable, "-m", "runtime", "role"]
    folder = ["--data", str(settings.data)]
    roles = [
        subprocess.Popen([*command, name, *folder], cwd=ROOT, env=environment)
        for name in ("relay", "followers")
    ]
    try:
        yield
    finally:
        for role in roles:
            role.terminate()
        for role in roles:
            role.wait(30)


def _take(hall: Hall, kind: ImportKind, name: str, folder: Path) -> Imported:
    job = prepare(read_mapping(kind, None), DATA / name)
    report = Report(folder, job.import_id, job.seen.heading)
    return Port(hall.ledger, ARCHIVIST).take(job, report)


@contextmanager
def _counted() -> Iterator[sqlite3.Connection]:
    """三份文件照原样放进 sqlite3。"""
    book = sqlite3.connect(":memory:")
    for kind, name in FILES.items():
        with (DATA / name).open(encoding="utf-8", newline="") as file:
            heading, *rows = csv.reader(file)
        columns = ", ".join(f'"{column}"' for column in heading)
        marks = ", ".join("?" * len(heading))
        book.execute(f"CREATE TABLE {kind.lower()} ({columns})")
        book.executemany(f"INSERT INTO {kind.lower()} VALUES ({marks})", rows)
    yield book
    book.close()


def _campaign(hall: Hall) -> None:
    """市场监管部门对导入的名册办一次双随机。"""
    plan = RegisterPlan(
        serial=1,
        title="历史名册双随机抽查",
        department=Organ(story.MARKET),
        hash=HashName.SHA256,
        strata=(Stratum("B", 100, 1),),
        offices=tuple(map(Organ, story.OFFICES)),
        public_source="公开值",
        public_value_at=beijing("2026-03-03 21:30"),
        inspect_by=date(2026, 5, 29),
        witness=OfficerId("J01"),
    )
    hall.do("scale plan", plan, story.CHIEF)
    hall.wait_for(f"plan/{PLAN}", "plan.lists_frozen.v1")
    for holder in story.SEED_HOLDERS:
        share = bytes.fromhex(SHARES[holder.organ])
        committed = CommitShare(PLAN, share_commitment(HashName.SHA256, share))
        hall.do(f"scale commit {holder.organ}", committed, holder)
    for holder in story.SEED_HOLDERS:
        hall.do(f"scale reveal {holder.organ}", RevealShare(PLAN, SHARES[holder.organ]), holder)
    hall.until(beijing("2026-03-03 21:31"))
    hall.wait_for(f"plan/{PLAN}", "plan.reveals_closed.v1")
    hall.do("scale value", FixPublicValue(PLAN, "01.02.03"), story.CHIEF)
    hall.wait_for(f"plan/{PLAN}", "plan.matched.v1")
    hall.settle()


def test_every_row_is_taken(city: City) -> None:
    """三份真文件逐行都收，一行不拒；数目与 sqlite3 数的一致。"""
    for kind, done in city.imported.items():
        rows = city.counted(f"SELECT count(*) FROM {kind.lower()}")
        assert (done.tally.rows, done.tally.taken, done.tally.refused) == (rows, rows, {})


@pytest.mark.parametrize(
    ("event", "query"),
    [
        ("case.imported.v1", 'SELECT count(DISTINCT "case:concept:name") FROM cases'),
        ("case.step_imported.v1", "SELECT count(*) FROM cases"),
        ("licence.imported.v1", "SELECT count(DISTINCT licence_number) FROM licences"),
        (
            "licence.change_imported.v1",
            "SELECT count(*) - count(DISTINCT licence_number) FROM licences",
        ),
        (
            "licence.ending_imported.v1",
            "SELECT count(*) FROM licences WHERE status IN ('AAC', 'REV')",
        ),
        ("subject.imported.v1", "SELECT count(DISTINCT account_number) FROM licences"),
        ("inspection.imported.v1", "SELECT count(*) FROM inspections"),
        (
            "inspection.linked.v1",
            (
                "SELECT count(*) FROM inspections"
                " WHERE licence_number IN (SELECT licence_number FROM licences)"
            ),
        ),
    ],
)
def test_the_ledger_agrees_with_the_files(city: City, event: str, query: str) -> None:
    """办件、许可、各期、终结、持有人、检查与关联：账上的件数与文件里数的一致。"""
    assert city.events(event) == city.counted(query)


def test_endings_are_told_apart(city: City) -> None:
    """来源的 REV 记为吊销，AAC 记为注销，REA 未定不记终结；现状看起始最晚的一期。"""
    latest = (
        "SELECT count(*) FROM licences l WHERE status = '{}' AND term_start ="
        " (SELECT max(term_start) FROM licences m WHERE m.licence_number = l.licence_number)"
    )
    table = "SELECT count(*) FROM projection.{} WHERE imported AND state = %s"
    name = _table_of(city, "approvals")
    for state, status in (("FORFEITED", "REV"), ("DEREGISTERED", "AAC")):
        assert city.told(table.format(name), state) == city.counted(latest.format(status))


def _table_of(city: City, name: str) -> str:
    generation = city.told("SELECT generation FROM follower.cursor WHERE name = %s", name)
    return f"{name}_g{generation}"


def test_each_effect_happened_once(city: City) -> None:
    """停过整个导入的消费者追上之后：每项检查至多关联一次，没有停放的件，导入不产生推送。"""
    twice = city.told(
        "SELECT count(*) FROM (SELECT FROM ledger.event_feed WHERE name = 'inspection.linked.v1'"
        " GROUP BY stream HAVING count(*) > 1) AS t"
    )
    assert twice == 0
    assert city.told("SELECT count(*) FROM follower.parked") == 0
    assert city.events("push.sent.v2") == 0
    assert all(one.halted is None for one in overview.lags(city.hall.reader))


def test_what_has_no_licence_waits(city: City) -> None:
    """所指许可不在文件里的检查仍待关联，一项不少。"""
    waiting = city.events("inspection.imported.v1") - city.events("inspection.linked.v1")
    assert waiting == city.counted(
        "SELECT count(*) FROM inspections"
        " WHERE licence_number NOT IN (SELECT licence_number FROM licences)"
    )


def test_a_campaign_runs_over_the_imported_register(city: City) -> None:
    """名单是最近一期没有终结的许可的持有人，一户一次；抽中的都派了任务。"""
    events = [fact.event for fact in city.hall.ledger.events(f"plan/{PLAN}")]
    listed = [one for event in events if isinstance(event, ObjectsListed) for one in event.objects]
    (frozen,) = [event for event in events if isinstance(event, ListsFrozen)]
    (drawn,) = [event for event in events if isinstance(event, Drawn)]
    (matched,) = [event for event in events if isinstance(event, Matched)]
    holders = city.source.execute(
        "SELECT DISTINCT 'CHI-' || account_number FROM licences l"
        " WHERE status NOT IN ('AAC', 'REV') AND term_start ="
        " (SELECT max(term_start) FROM licences m WHERE m.licence_number = l.licence_number)"
    ).fetchall()
    theirs = {one.subject for one in listed if one.subject.startswith("CHI-")}
    assert theirs == {holder for (holder,) in holders}
    assert frozen.object_count == len(listed) == len({one.subject for one in listed})
    assert len(drawn.drawn) == -(-len(listed) // 100)
    assert city.events("task.assigned.v1") == len(matched.pairs) > 0


def test_the_mirror_agrees_on_the_whole_city(
    city: City, capsys: pytest.CaptureFixture[str]
) -> None:
    """集成方的样例只凭主题镜像全部办件与许可，与我们的逐字节相同。"""
    sample = subprocess.run(
        [
            sys.executable,
            "-I",
            str(ROOT / "samples/mirror.py"),
            city.settings.kafka_bootstrap,
            topic_name(ORIGIN, "case"),
            str(ROOT / "schemas"),
        ],
        capture_output=True,
        check=False,
        text=True,
        timeout=240,
        env={"PYTHONUTF8": "1"},
    )
    assert (sample.returncode, sample.stderr) == (0, "")
    capsys.readouterr()
    assert states.run(cli.parse(["states"]), city.settings) == Exit.DONE
    assert sample.stdout == capsys.readouterr().out


def test_rebuilt_views_are_the_live_ones(city: City) -> None:
    """几万件之后，受导入影响的几个视图重建出来仍与现行的逐行相同（G7）。"""
    options = RebuildOptions(city.settings.dsn("shenguan_project"), workers=1)
    chosen = [one for one in PROJECTIONS if one.name in REBUILT]
    assert len(chosen) == len(REBUILT)
    assert [one.name for one in chosen if not rebuild(options, one).same] == []


def test_a_second_import_changes_nothing(city: City, tmp_path: Path) -> None:
    """再导入一遍：账上一件不多，数目与第一次的一样，并说明早已导入完毕。"""
    before = city.told("SELECT next_position FROM ledger.head")
    again = {kind: _take(city.hall, kind, name, tmp_path) for kind, name in FILES.items()}
    assert city.told("SELECT next_position FROM ledger.head") == before
    for kind, done in again.items():
        first = city.imported[kind].tally
        assert (done.was_finished, done.tally.new) == (True, 0)
        assert (done.tally.rows, done.tally.taken) == (first.rows, first.taken)
