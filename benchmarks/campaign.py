"""一次真的抽查：导入 7,982 份真许可与它们过去的检查，由结果分等级，分层抽取，配对，公布；每一步多久，占多少内存。

    .venv/bin/python -m benchmarks.campaign --data FOLDER [--out FOLDER] [--licences N]

One city with its PostgreSQL, no Kafka: the supervisors read the ledger directly. What is published is then checked as an
outsider checks it: replay.py and `draw compute` in processes of their own, the page's program in node where there is one.
``--licences`` takes the first N of the file only. tests/runtime/draws/test_real_campaign.py plays the same campaign.
"""

import argparse
import csv
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

from benchmarks.city import city, head, load, settings_of
from benchmarks.imports import REAL, supervising, take
from consumers import inspection_round, risk_watch
from domain import inspection_plan
from domain.acts.inspections import (
    CloseReveals,
    CommitShare,
    FixPublicValue,
    RegisterPlan,
    RevealShare,
)
from domain.acts.register import RegisterInspector
from domain.acts.risks import BeginRiskMonth, PublishScoring
from domain.acts.rolls import DeclareStanding
from domain.importing import ImportKind
from domain.inspection_plan import Settled, Stratum, plan_number
from domain.inspector import RecusalGround
from domain.sampling import share_commitment
from domain.scoring import RiskFactor, RiskPoints
from domain.terms import HashName, OfficerId, Organ, PersonId, SubjectId
from runtime.draws import dossier, folder
from runtime.draws.package import Published
from runtime.founding import IN_FORCE, founding, scenario
from runtime.hall import Hall, beijing
from runtime.settings import Settings
from runtime.story import CHIEF, MARKET, OFFICES, SEED_HOLDERS

BEGINS: Final = "2015-01-03 09:00"
PLAN: Final = plan_number(1)
STRATA: Final = (
    Stratum("A", 300, 1),
    Stratum("B", 1_000, 1),
    Stratum("C", 3_000, 1),
    Stratum("D", 10_000, 1),
)
# The inspections of the file are of September 2011 to December 2014; the campaign is of January 2015.
SCORING: Final = PublishScoring(
    effective_from=date(2015, 1, 4),
    document_no="双随机计分〔2015〕1号",
    window_months=48,
    newcomer_months=0,
    weights=(
        RiskPoints(RiskFactor.PROBLEM_PENDING, 3),
        RiskPoints(RiskFactor.PROBLEM_CORRECTED, 1),
        RiskPoints(RiskFactor.LICENCE_FORFEITED, 9),
    ),
    b_from=1,
    c_from=4,
    d_from=9,
    answer_days=10,
)
LICENCES, INSPECTIONS = ImportKind.LICENCES, ImportKind.INSPECTIONS
RECUSED: Final = 200  # subjects that each of the file's inspectors stays away from
COLOURS: Final = ("blue", "brown", "green", "orange", "purple", "yellow")  # the file's inspectors
SHARES: Final = {office: f"{at:02x}" * 32 for at, office in enumerate(OFFICES, 1)}
INSPECT_BY: Final = date(2015, 3, 31)
PAGE: Final = """
const text = require("fs").readFileSync(process.argv[1], "utf-8");
const began = process.hrtime.bigint();
const data = JSON.parse(text.split('id="published">')[1].split("</script>")[0]);
const program = text.split("<script>")[1].split("(function () {")[0];
const recompute = new Function(program + "; return recompute;")();
const agrees = JSON.stringify(recompute(data.input)) === JSON.stringify(data.expected);
console.log(JSON.stringify({ agrees, seconds: Number(process.hrtime.bigint() - began) / 1e9 }));
"""


@dataclass(slots=True)
class Log:
    """各步用了几秒、此后本进程的常驻内存最高多少 MB。"""

    steps: list[tuple[str, float, int]] = field(default_factory=list)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """做一步，记下来。"""
        began = time.perf_counter()
        yield
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        self.steps.append((name, time.perf_counter() - began, peak))


def imported(hall: Hall, data: Path, log: Log) -> None:
    """导入许可与检查；检查指着的许可都已到了，机器没有要关联的。"""
    for kind in (ImportKind.LICENCES, ImportKind.INSPECTIONS):
        with log.step(f"import {REAL[kind]}"):
            take(hall.ledger, kind, data / REAL[kind])


def founded(hall: Hall) -> None:
    """演示小城的家底，早十一年：岗位、事项、办法都自 2014 年起。"""
    for name, act, actor in founding(scenario(), hall.ledger.keys.ensure):
        dates = {one.name for one in fields(act) if getattr(act, one.name) == IN_FORCE}
        earlier: Any = dict.fromkeys(dates, IN_FORCE.replace(year=2014))
        hall.do(name, replace(act, **earlier), actor)


def staffed(hall: Hall) -> None:
    """文件里的六个化名登记为检查人员，与演示小城自己的一道。"""
    for colour in COLOURS:
        act = RegisterInspector(
            person=PersonId(f"CHI-{colour}"),
            organ=Organ(MARKET),
            region="台商区",
            specialities=("食品",),
            station="外所",
            certificate_no=f"ZF-{colour}",
            certificate_valid_to=date(2028, 12, 31),
        )
        hall.do(f"inspector {colour}", act, CHIEF)


def recused(hall: Hall, data: Path) -> dict[str, set[str]]:
    """各化名申明回避：最近一次由他检查的，编号最小的二百户；答各人回避谁。"""
    holders = {row["licence_number"]: row["account_number"] for row in rows(data, LICENCES)}
    last: dict[str, str] = {}
    for row in sorted(rows(data, INSPECTIONS), key=lambda row: row["inspection_date"]):
        if row["inspector"] and row["licence_number"] in holders:
            last[f"CHI-{holders[row['licence_number']]}"] = row["inspector"]
    found: dict[str, set[str]] = {}
    for colour in COLOURS:
        own = sorted(subject for subject, who in last.items() if who == colour)[:RECUSED]
        found[f"CHI-{colour}"] = set(own)
        for subject in own:
            act = DeclareStanding(
                PersonId(f"CHI-{colour}"),
                RecusalGround.OTHER,
                "上次由他检查",
                SubjectId(subject),
            )
            hall.do(f"recusal {colour} {subject}", act, CHIEF)
    return found


def rows(data: Path, kind: ImportKind) -> Iterator[dict[str, str]]:
    """一份真文件的各行，不经过导入。"""
    with (data / REAL[kind]).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def follow(hall: Hall, settings: Settings) -> None:
    """分类、名单、抽取、派发：监管消费者追上账本，它们的命令又生新的事，直到没有新事。"""
    before = -1
    while before != head(hall):
        before = head(hall)
        for one in (risk_watch.SUPERVISOR, inspection_round.SUPERVISOR):
            supervising(settings, one, hall.ledger.execute_many)


def classified(hall: Hall, settings: Settings, log: Log) -> None:
    """公布计分办法；到一月第一个工作日，机器由过去的检查结果为各户分类。"""
    hall.do("scoring", SCORING, CHIEF)
    with log.step("supervisors read the history"):
        follow(hall, settings)
    hall.clock.advance(beijing("2015-01-05 08:30"))
    with log.step("risk classes"):
        hall.do("month", BeginRiskMonth(date(2015, 1, 1)), risk_watch.ACTOR)
        follow(hall, settings)


def campaign(hall: Hall, settings: Settings, log: Log) -> Settled:
    """从登记计划到派发任务。"""
    hall.clock.advance(beijing("2015-01-05 09:00"))
    plan = RegisterPlan(
        serial=1,
        title="真许可的一次抽查",
        department=Organ(MARKET),
        hash=HashName.SHA256,
        strata=STRATA,
        offices=tuple(map(Organ, OFFICES)),
        public_source="双色球 2015003 期开奖号码",
        public_value_at=beijing("2015-01-06 21:30"),
        inspect_by=INSPECT_BY,
        witness=OfficerId("J01"),
    )
    with log.step("plan, lists frozen"):
        hall.do("plan", plan, CHIEF)
        follow(hall, settings)
    with log.step("shares and public value"):
        _seed(hall)
    with log.step("draw, pairs, tasks"):
        follow(hall, settings)
    state = hall.ledger.load(inspection_plan.AGGREGATE, PLAN)
    assert isinstance(state, Settled), state
    return state


def _seed(hall: Hall) -> None:
    for holder in SEED_HOLDERS:
        share = bytes.fromhex(SHARES[holder.organ])
        commit = CommitShare(PLAN, share_commitment(HashName.SHA256, share))
        hall.do(f"commit {holder.organ}", commit, holder)
    for holder in SEED_HOLDERS:
        hall.do(f"reveal {holder.organ}", RevealShare(PLAN, SHARES[holder.organ]), holder)
    hall.clock.advance(beijing("2015-01-06 21:31"))
    hall.do("close", CloseReveals(PLAN), inspection_round.ACTOR)
    hall.do("public value", FixPublicValue(PLAN, "03.07.11.19.25.30+08"), CHIEF)


def published(hall: Hall, settings: Settings, out: Path, log: Log) -> Published:
    """写出公布的文件夹。"""
    with log.step("publish: read the ledger"):
        drawn = dossier.gather(hall.ledger, settings, PLAN)
    with log.step("publish: write the folder"):
        folder.write(out, folder.files(drawn, drawn.stage(hall.today())))
    return drawn


def outsiders(out: Path, log: Log) -> dict[str, bool]:
    """局外人各自核对一遍：replay.py，`draw compute`，页面自己的程序。"""
    compute = [sys.executable, "-m", "runtime", "draw", "compute", str(out / "input.json")]
    checks = {
        "replay.py": [sys.executable, "-I", str(out / "replay.py"), str(out / "draw.json")],
        "draw compute": compute,
    }
    found = {}
    for name, command in checks.items():
        with log.step(name):
            done = subprocess.run(command, check=False, capture_output=True)
        found[name] = done.returncode == 0
    if node := shutil.which("node"):
        with log.step("page in node"):
            command = [node, "-e", PAGE, str(out / "index.html")]
            done = subprocess.run(command, check=True, capture_output=True)
        found["page"] = json.loads(done.stdout)["agrees"]
    return found


def report(state: Settled, drawn: Published, out: Path, show: Callable[[str], object]) -> None:
    """名单、各层、配对、大小。"""
    classes = Counter(one.stratum for one in state.lists.objects)
    chosen = Counter(one.stratum for one in state.result.drawn)
    load_of = Counter(person for pair in state.pairs for person in pair.inspectors)
    for stratum in STRATA:
        name = stratum.name
        show(f"{name}: {chosen[name]:,} of {classes[name]:,} ({stratum.basis_points / 100:g} %)")
    show(f"pairs {len(state.pairs):,}, without {len(state.unmatched):,}; visits a person {load_of}")
    sizes = {one.name: one.stat().st_size for one in out.iterdir()}
    show(f"objects {len(state.lists.objects):,}; tasks {len(drawn.tasks):,}; bytes {sizes}")


def first(data: Path, into: Path, count: int) -> Path:
    """两份文件的节选：头几份许可，与指着它们的检查。"""
    licences, *terms = (data / REAL[ImportKind.LICENCES]).read_text("utf-8").splitlines()
    inspections, *visits = (data / REAL[ImportKind.INSPECTIONS]).read_text("utf-8").splitlines()
    kept = set(sorted({line.split(",")[1] for line in terms})[:count])
    for kind, heading, lines, column in (
        (ImportKind.LICENCES, licences, terms, 1),
        (ImportKind.INSPECTIONS, inspections, visits, 2),
    ):
        some = [line for line in lines if line.split(",")[column] in kept]
        (into / REAL[kind]).write_text("\n".join([heading, *some]) + "\n", "utf-8")
    return into


def main() -> None:
    """走一遍，印出各步。"""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--licences", type=int)
    asked = parser.parse_args()
    log = Log()
    with (
        tempfile.TemporaryDirectory() as spare,
        city(kafka=False, begins=BEGINS, settle=founded) as hall,
    ):
        data = first(asked.data, Path(spare), asked.licences) if asked.licences else asked.data
        settings = settings_of(hall.folder)
        imported(hall, data, log)
        staffed(hall)
        recused(hall, data)
        classified(hall, settings, log)
        state = campaign(hall, settings, log)
        out = asked.out or Path(spare) / "published"
        drawn = published(hall, settings, out, log)
        agree = outsiders(out, log)
        report(state, drawn, out, print)
        print(agree, load())
    print("| step | s | peak MB so far |\n|---|---|---|")
    for name, seconds, peak in log.steps:
        print(f"| {name} | {seconds:.1f} | {peak:,} |")


if __name__ == "__main__":
    main()
