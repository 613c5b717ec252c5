"""重建：几个进程分做、写出再读回、换版本，得到的都是事件所说的那些行。"""

import argparse
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from followers.delivered import Delivered
from followers.projection import Projection, Row
from followers.rebuild import RebuildOptions, RebuildStopped, rebuild
from ledger.errors import LedgerDamaged
from runtime.commands import rebuild as rebuild_command
from runtime.commands import republish as republish_command
from runtime.exits import Exit, Stop
from runtime.kafka_admin import create_topics, delete_topics, partition_counts, topic_ids
from schemas.topics import topic_name
from tests.conftest import NewDatabase
from tests.tally import TALLY, count
from tests.town import Town, eventually, following, found_town, relaying

pytestmark = [pytest.mark.integration, pytest.mark.kafka]
OWN = replace(TALLY, by_partition_key=True)


@pytest.fixture
def town(new_database: NewDatabase, kafka: str) -> Iterator[Town]:
    """一座新城；设置里的 Kafka 就是它的。"""
    with found_town(replace(new_database(), kafka_bootstrap=kafka), kafka) as founded:
        yield founded


def options(town: Town, **chosen: Any) -> RebuildOptions:
    """可读事件的角色。"""
    return replace(RebuildOptions(town.settings.dsn("shenguan_project")), **chosen)


def counted(town: Town, generation: int) -> dict[str, tuple[int, str]]:
    """视图某一代的各行。"""
    found = town.sql(f"SELECT key, count, last FROM projection.tally_g{generation}")
    return {key: (number, last) for key, number, last in found}


def one_row(_: Delivered) -> tuple[str, ...]:
    """所有的件都记在一行：分区键分不开。"""
    return ("ALL",)


def test_shared_out_spilled_or_alone_the_rows_are_the_same(town: Town) -> None:
    """两个进程分做、内存只容三行、一个进程独做：同样的行，同样的摘要；删了的行不在。"""
    town.fill(4_500, cases=40)
    town.note("C-001", "DROP")
    town.note("C-002", "DROP")
    town.note("C-002", "AGAIN")
    alone = rebuild(options(town), OWN)
    assert (alone.same, alone.rows, alone.next_position) == (None, 39, 4_503)
    expected = counted(town, alone.generation)
    assert expected["C-000"] == (113, "D-4480")
    assert expected["C-002"] == (1, "AGAIN")
    for chosen in ({"alone": 0}, {"memory": 3}, {"alone": 0, "memory": 6}):
        rebuilt = rebuild(options(town, **chosen), OWN)
        assert (rebuilt.same, rebuilt.rows) == (True, 39)
        assert counted(town, rebuilt.generation) == expected


@pytest.mark.parametrize("cases", [2, 40])
def test_rows_of_several_keys_cannot_be_shared_out(town: Town, cases: int) -> None:
    """声明有误，几个分区键共一行：重建失败，指名该行，现行的不动。"""
    town.fill(600, cases=cases)
    wrong = replace(OWN, keys=one_row)
    with pytest.raises(LedgerDamaged) as failed:
        rebuild(options(town, alone=0), wrong)
    assert failed.value.code == "projection.key_shared"
    assert "ALL" in failed.value.facts["key"]
    assert town.sql("SELECT generation, next_position FROM follower.cursor") == [(1, 0)]
    assert rebuild(options(town, alone=0), replace(wrong, by_partition_key=False)).rows == 1


def test_a_rebuild_called_off_leaves_everything_as_it_was(town: Town) -> None:
    """叫停的重建作废，下次照做。"""
    town.fill(600)
    stop = threading.Event()
    stop.set()
    with pytest.raises(RebuildStopped):
        rebuild(options(town), TALLY, stop)
    assert town.sql("SELECT generation, next_position FROM follower.cursor") == [(1, 0)]
    assert rebuild(options(town), TALLY).generation == 2


def test_a_changed_event_is_found_while_rebuilding(town: Town) -> None:
    """账上的字节被改：分做的进程也不译，重建失败，指名位置。"""
    town.fill(600)
    town.sql("ALTER TABLE ledger.event DISABLE TRIGGER ALL")
    town.sql("UPDATE ledger.event SET value = value || '\\x00'::bytea WHERE position = 321")
    for chosen in ({"alone": 0}, {"workers": 1}):
        with pytest.raises(LedgerDamaged) as damaged:
            rebuild(options(town, **chosen), OWN)
        assert damaged.value.code == "follower.leaf_differs"
        assert damaged.value.facts["position"] == "321"


class Gate:
    """推演在门前等着，门开才走。"""

    def __init__(self) -> None:
        self.reached, self.opened = threading.Event(), threading.Event()

    def fold(self, key: str, row: Row | None, one: Delivered) -> Row | None:
        """到门前说一声。"""
        self.reached.set()
        assert self.opened.wait(30)
        return count(key, row, one)


def version_and_generation(town: Town) -> tuple[int, int]:
    """现行的版本与代。"""
    query = "SELECT version, generation FROM follower.cursor WHERE name = 'tally'"
    found: tuple[int, int] = town.sql(query)[0]
    return found


def steady() -> Projection:
    """另一个视图，照常走。"""
    return replace(TALLY, name="steady")


def test_a_raised_version_is_served_only_when_level(town: Town) -> None:
    """版本升高：新的一代在旁边建，期间旧的全行在用、别的视图照走；追平才切换，此后接着走。"""
    town.fill(60, cases=2)
    with relaying(town), following(town, [TALLY, steady()]):
        eventually(lambda: town.next_of("tally") == town.next_of("steady") == 60)
    gate = Gate()
    newer = replace(TALLY, version=2, fold=gate.fold)
    with relaying(town), following(town, [newer, steady()]):
        assert gate.reached.wait(20)
        town.note("C-000", "MEANWHILE")
        eventually(lambda: town.next_of("steady") == 61)
        assert version_and_generation(town) == (1, 1)
        assert counted(town, 1) == {"C-000": (30, "D-58"), "C-001": (30, "D-59")}
        gate.opened.set()
        eventually(lambda: version_and_generation(town) == (2, 2))
        assert counted(town, 2)["C-000"] == (31, "MEANWHILE")
        town.note("C-001", "AFTER")
        eventually(lambda: town.next_of("tally") == town.next_of("steady") == 62)
    assert counted(town, 2) == {"C-000": (31, "MEANWHILE"), "C-001": (31, "AFTER")}


def test_a_raised_version_that_fails_leaves_the_old_rows(town: Town) -> None:
    """新版本推不下去：它停下，指名位置，旧的行照常在用；只读 Kafka 的，请人重建。"""
    town.fill(5, cases=1)
    town.note("C-000", "FAIL")
    calm = replace(TALLY, fold=lambda *_: {"count": 1})
    with relaying(town), following(town, [calm]):
        eventually(lambda: town.next_of("tally") == 6)
    newer = replace(TALLY, version=2)
    for store, reason in ((True, "follower.fold_failed"), (False, "follower.rebuild_needed")):
        with following(town, [newer], store=store) as ended:
            eventually(lambda: bool(ended))
        assert town.sql("SELECT halted FROM follower.cursor") == [(reason,)]
        assert version_and_generation(town) == (1, 1)
    assert town.sql("SELECT key, count FROM projection.tally_g1") == [("C-000", 1)]


def told(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    """命令以 JSON 说的话。"""
    said: dict[str, object] = json.loads(capsys.readouterr().out)
    return said


def test_rebuild_command(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    """`rebuild 名字`：重建并切换，再做一次与现行相同；改过的行不切换，退出码 3；名字不对，退出码 1。"""
    town.fill(30, cases=3)
    arguments = argparse.Namespace(name="case_view", json=True)
    for generation, same in ((2, None), (3, True)):
        assert rebuild_command.run(arguments, town.settings) == Exit.DONE
        said = told(capsys)
        assert (said["generation"], said["same"], said["rows"]) == (generation, same, 3)
        assert said["next_position"] == 30
    town.sql("UPDATE projection.case_view_g3 SET delivered = false WHERE key = 'C-001'")
    with pytest.raises(Stop) as differs:
        rebuild_command.run(arguments, town.settings)
    assert (differs.value.exit_code, differs.value.code) == (
        Exit.INTEGRITY,
        "projection.rebuild_differs",
    )
    with pytest.raises(Stop) as unknown:
        rebuild_command.run(argparse.Namespace(name="nothing", json=True), town.settings)
    assert unknown.value.exit_code == Exit.USAGE


def test_republish_command(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    """`republish`：补建缺的主题，此后从头抄送；分区数不对的，只有 `--recreate` 能改。"""
    town.fill(20)
    name = topic_name(town.origin, "case")
    with relaying(town):
        eventually(lambda: len(town.published()) == 20)
    delete_topics(town.bootstrap, [name])
    eventually(lambda: not topic_ids(town.bootstrap, [name]))
    plain = argparse.Namespace(recreate=False, json=True)
    assert republish_command.run(plain, town.settings) == Exit.DONE
    assert told(capsys)["created"] == [name]
    with relaying(town):
        eventually(lambda: len(town.published()) == 20)
    assert sorted(town.published(), key=lambda one: one.position) == town.stored()

    delete_topics(town.bootstrap, [name])
    eventually(lambda: not topic_ids(town.bootstrap, [name]))
    create_topics(town.bootstrap, {name: 5})
    with pytest.raises(Stop) as changed:
        republish_command.run(plain, town.settings)
    assert changed.value.exit_code == Exit.INTEGRITY
    recreate = argparse.Namespace(recreate=True, json=True)
    assert republish_command.run(recreate, town.settings) == Exit.DONE
    assert partition_counts(town.bootstrap, [name]) == {name: 2}
    with relaying(town):
        eventually(lambda: len(town.published()) == 20)
