"""集成方：三十行的样例只凭主题与公布的格式，镜像出的状态与我们的逐字节相同。"""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date, timedelta
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any, Final, TypeAlias

import pytest
from fastavro import parse_schema, schemaless_reader
from kafka import KafkaConsumer, TopicPartition

from domain import subject
from domain.acts.imports import ImportCaseStep, ImportLicenceTerm, StartImport
from domain.approval import ImportedEnding, TermEnding
from domain.case import ImportedStep
from domain.terms import CaseNo, LicenceNo, Mode, Personal, Role, SubjectId
from ledger.relay import open_producer
from runtime import cli, story
from runtime.commands import states
from runtime.exits import Exit
from runtime.foundation import lay
from runtime.founding import found
from runtime.hall import Hall, beijing, officer, open_hall
from runtime.kafka_admin import create_topics
from runtime.settings import Settings
from schemas.topics import topic_name
from tests.architecture.source import PACKAGES, ROOT, imported
from tests.conftest import NewDatabase
from tests.deliveries import (
    START,
    case_imported,
    import_started,
    licence_imported,
    origin,
    step_imported,
)
from tests.stage import running

SAMPLE: Final = ROOT / "samples/mirror.py"
NAMES: Final = ("泉州海纳餐饮有限公司", "林晓", "0595-00000000", "台商区第1小吃店", "老街面馆")
ORIGIN: Final = "mirror"
TOPIC: Final = topic_name(ORIGIN, "case")
FAMILIES: Final = json.loads((ROOT / "schemas/case_states.json").read_bytes())["families"]
Test: TypeAlias = Callable[..., None]
UTF8: Final = {"PYTHONUTF8": "1"}


def against_kafka(test: Test) -> Test:
    """需要真的 PostgreSQL 与 Kafka 的测试。"""
    marked: Test = pytest.mark.integration(pytest.mark.kafka(test))
    return marked


@dataclass(frozen=True, slots=True)
class Outside:
    """检出目录之外的一处：样例的一份副本，公布的格式，别无他物。"""

    folder: Path
    bootstrap: str

    def mirror(self, topic: str, *options: str) -> subprocess.CompletedProcess[str]:
        """运行样例；只给它地址、主题和格式目录。"""
        return subprocess.run(
            [sys.executable, "-I", "mirror.py", self.bootstrap, topic, "schemas", *options],
            cwd=self.folder,
            env=UTF8,
            capture_output=True,
            check=False,
            text=True,
            timeout=120,
        )


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory, kafka: str) -> Outside:
    """样例搬到别处去。"""
    folder = tmp_path_factory.mktemp("outside")
    shutil.copy(SAMPLE, folder)
    (folder / "schemas/avro").mkdir(parents=True)
    shutil.copy(ROOT / "schemas/case_states.json", folder / "schemas")
    for schema in (ROOT / "schemas/avro").glob("*.avsc"):
        shutil.copy(schema, folder / "schemas/avro")
    return Outside(folder, kafka)


@dataclass(frozen=True, slots=True)
class Played:
    """演完故事、收进历史的一本账。"""

    settings: Settings
    hall: Hall


@pytest.fixture(scope="module")
def played(new_database: NewDatabase, kafka: str) -> Iterator[Played]:
    """故事全部，连同走不通的路；两件历史办件，一份不按先后到来的历史许可，与其中一件同号。"""
    settings = replace(new_database(), kafka_bootstrap=kafka)
    lay(settings, ORIGIN, Mode.DEMO, beijing(story.BEGINS))
    with ExitStack() as stack:
        hall = stack.enter_context(open_hall(settings))
        stack.enter_context(running(settings, hall))
        found(hall)
        for chapter in story.CHAPTERS:
            chapter.play(hall)
        list(story.broken_paths(hall))
        _import_history(hall)
        hall.settle()
        yield Played(settings, hall)


def _import_history(hall: Hall) -> None:
    archivist = officer("A01", Role.ARCHIVE, "350505-SPJ")
    started = import_started()
    hall.do(
        "import",
        StartImport(
            "imp-1",
            started.kind,
            started.source,
            started.file_sha256,
            started.file_bytes,
            started.mapping_sha256,
            started.mapping,
        ),
        archivist,
    )
    for number, ended in (("1", None), ("2", START + timedelta(days=3))):
        step = step_imported(ImportedStep.RECEIVED, 1, number)
        act = ImportCaseStep(CaseNo(f"SRC-{number}"), case_imported(number, ended), step)
        hall.do(f"import case {number}", act, archivist)
    holder = SubjectId("SRC-9")
    known = hall.ledger.keys.ensure(holder)
    name = Personal(holder, "老街面馆")
    fact = subject.SubjectImported(origin("7"), None, name, "350503", "B", known)
    forfeited = TermEnding(ImportedEnding.FORFEITED, date(2026, 5, 1), exact=False)
    for first, ending in ((date(2026, 3, 1), forfeited), (date(2024, 3, 1), None)):
        term = licence_imported(first, first + timedelta(days=700))
        act_of = ImportLicenceTerm(LicenceNo("SRC-1"), fact, term, ending)
        hall.do(f"import term {first}", act_of, archivist)


def ours(played: Played, capsys: pytest.CaptureFixture[str]) -> str:
    """``./shenguan states`` 印出的。"""
    capsys.readouterr()
    assert states.run(cli.parse(["states", "--json"]), played.settings) == Exit.DONE
    printed = capsys.readouterr()
    assert "落后 0 件" in printed.err
    return printed.out


def records(bootstrap: str) -> list[Any]:
    """办件主题里此刻的全部记录。"""
    consumer = KafkaConsumer(
        bootstrap_servers=bootstrap, group_id=None, auto_offset_reset="earliest"
    )
    lanes = [TopicPartition(TOPIC, n) for n in consumer.partitions_for_topic(TOPIC) or ()]
    consumer.assign(lanes)
    ends = consumer.end_offsets(lanes)
    found: list[Any] = []
    while any((consumer.position(lane) or 0) < ends[lane] for lane in lanes):
        for batch in consumer.poll(timeout_ms=500).values():
            found += batch
    consumer.close()
    return found


def inject(bootstrap: str, topic: str, chosen: list[Any]) -> None:
    """把这些记录原样再写一遍。"""
    producer = open_producer(bootstrap)
    for record in chosen:
        producer.send(
            topic,
            value=record.value,
            key=record.key,
            headers=list(record.headers),
            partition=record.partition,
        )
    producer.flush(30)
    producer.close()


def test_the_sample_is_thirty_lines_of_its_own() -> None:
    """样例不过三十行代码（空行与注释不算），只用 kafka-python 与 fastavro，不用我们的任何一个包。"""
    lines = [line.strip() for line in SAMPLE.read_text(encoding="utf-8").splitlines()]
    assert len([line for line in lines if line and not line.startswith("#")]) <= 30
    used = imported(SAMPLE)
    assert used == {"json", "sys", "io", "pathlib", "fastavro", "kafka"}
    assert used.isdisjoint(PACKAGES)


def test_the_guide_prints_the_sample_itself() -> None:
    """指南里的程序就是样例文件，一字不差。"""
    guide = (ROOT / "docs/integrators.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", guide, re.DOTALL)
    assert blocks == [SAMPLE.read_text(encoding="utf-8")]


@against_kafka
def test_the_mirror_agrees_byte_for_byte(
    played: Played, outside: Outside, capsys: pytest.CaptureFixture[str]
) -> None:
    """故事与导入的历史：只凭主题镜像出的，与 ``./shenguan states`` 逐字节相同。"""
    mirrored = outside.mirror(TOPIC)
    assert (mirrored.returncode, mirrored.stderr) == (0, "")
    assert mirrored.stdout == ours(played, capsys)
    rows = {_place(row): row for row in map(json.loads, mirrored.stdout.splitlines())}
    assert list(rows) == sorted(rows)
    hero = rows[story.CASE]
    assert (hero["state"], hero["licence_state"], hero["commitment_state"]) == (
        "APPROVED",
        "REVOKED",
        "VOIDED",
    )
    assert "CLAIMED" in [state for name, state in hero.items() if name.startswith("push/")]
    assert (rows["SRC-1"]["state"], rows["SRC-2"]["state"]) == ("IMPORTED_OPEN", "IMPORTED_CLOSED")
    licence = rows["licence/SRC-1"]
    assert (licence["term/2024-03-01"], licence["term/2026-03-01"]) == ("IMPORTED", "FORFEITED")
    assert sum(row["events"] for row in rows.values()) == len(
        {
            (record.partition, _lane_position(record))
            for record in records(outside.bootstrap)
            if dict(record.headers)["ce_type"].decode().partition(".")[0] in FAMILIES
        }
    )


def _place(row: dict[str, Any]) -> str:
    """A licence that was imported stands apart from the case of the same number."""
    is_licence = any(name.startswith("term/") for name in row)
    return f"licence/{row['key']}" if is_licence else str(row["key"])


def _lane_position(record: Any) -> int:
    return int(dict(record.headers)["lane_position"])


@against_kafka
def test_repeats_change_nothing(
    played: Played, outside: Outside, capsys: pytest.CaptureFixture[str]
) -> None:
    """主题里的记录全部重复一遍之后，镜像还是那样，与我们的还是逐字节相同。"""
    before = outside.mirror(TOPIC).stdout
    again = records(outside.bootstrap)
    inject(outside.bootstrap, TOPIC, again)
    assert len(records(outside.bootstrap)) == 2 * len(again)
    after = outside.mirror(TOPIC)
    assert (after.returncode, after.stderr) == (0, "")
    assert after.stdout == before == ours(played, capsys)


@against_kafka
def test_a_gap_stops_the_mirror(played: Played, outside: Outside) -> None:
    """主题里缺了一条：说出是哪个分区、哪一条，什么也不印。"""
    del played
    lane = [record for record in records(outside.bootstrap) if record.partition == 1]
    holed = topic_name("holed", "case")
    create_topics(outside.bootstrap, {holed: 2})
    inject(outside.bootstrap, holed, [one for one in lane if _lane_position(one) != 3])
    stopped = outside.mirror(holed)
    assert (stopped.returncode, stopped.stdout) == (1, "")
    assert stopped.stderr == "分区 1 缺第 3 条，请停下询问\n"


@against_kafka
def test_sealed_fields_stay_closed(played: Played, outside: Outside) -> None:
    """个人信息字段到集成方手里是密文；镜像里没有一个姓名、电话、字号。"""
    del played
    sealed = 0
    for record in records(outside.bootstrap):
        kind = dict(record.headers)["ce_type"].decode()
        tree = json.loads((outside.folder / f"schemas/avro/{kind}.avsc").read_bytes())
        event: Any = schemaless_reader(BytesIO(record.value), parse_schema(tree))
        for field in tree["fields"]:
            if field.get("pii", "none") != "none" and event[field["name"]] is not None:
                assert isinstance(event[field["name"]], bytes)
                sealed += 1
        assert [name for name in NAMES if name.encode() in record.value] == []
    assert sealed
    printed = outside.mirror(TOPIC).stdout
    assert [name for name in NAMES if name in printed] == []


@against_kafka
def test_following_ends_up_at_the_same_state(
    played: Played, outside: Outside, capsys: pytest.CaptureFixture[str]
) -> None:
    """跟随的镜像每来一件印一行，各办件的末一行合起来就是现状。"""
    expected = ours(played, capsys).splitlines()
    total = sum(json.loads(line)["events"] for line in expected)
    command = [sys.executable, "-I", "mirror.py", outside.bootstrap, TOPIC, "schemas", "--follow"]
    with subprocess.Popen(
        command, cwd=outside.folder, env=UTF8, stdout=subprocess.PIPE, text=True
    ) as following:
        assert following.stdout is not None
        printed = [line.rstrip("\n") for line in islice(following.stdout, total)]
        following.kill()
    last = {_place(json.loads(line)): line for line in printed}
    assert [last[place] for place in sorted(last)] == expected


@against_kafka
def test_a_topic_that_is_not_there_is_no_empty_mirror(outside: Outside) -> None:
    """主题名写错了：说没有记录，不当作没有办件。"""
    wrong = topic_name("nowhere", "case")
    stopped = outside.mirror(wrong)
    assert (stopped.returncode, stopped.stdout) == (1, "")
    assert stopped.stderr == f"{wrong} 没有记录\n"


@against_kafka
def test_an_event_without_its_schema_stops_the_mirror(
    played: Played, outside: Outside, tmp_path: Path
) -> None:
    """格式目录旧了，主题里有它不认得的事件：停下，说出是哪一种。"""
    del played
    shutil.copytree(outside.folder, tmp_path / "old")
    (tmp_path / "old/schemas/avro/case.imported.v1.avsc").unlink()
    stopped = replace(outside, folder=tmp_path / "old").mirror(TOPIC)
    assert (stopped.returncode, stopped.stdout) == (1, "")
    assert stopped.stderr.endswith("KeyError: 'case.imported.v1'\n")
