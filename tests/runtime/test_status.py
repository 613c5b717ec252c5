"""`status` 与 `doctor`：时刻是北京时间，名称有中文，位置是已读到的，没有的服务器不去等。"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from followers.overview import Lag
from runtime import settings, standing
from runtime.commands import doctor, status
from runtime.messages import say
from runtime.settings import Settings
from runtime.state import ChildState, State
from tests.conftest import NewDatabase
from tests.town import Town, eventually, found_town, relaying

LAG = Lag("case_view", "projection", 364, 0, "kafka", None, {}, 0.0, 0)


@pytest.mark.parametrize(("following", "shown"), [(364, "363"), (1, "0"), (0, "-")])
def test_a_follower_is_at_the_last_position_it_has_read(following: int, shown: str) -> None:
    """“已到位置”是读过的最后一件，不是下一件；一件没读的没有位置。"""
    assert f"已到位置 {shown}，" in status.progress(replace(LAG, next_position=following))


def test_status_is_written_for_officials() -> None:
    """时刻是北京时间，子进程有中文名，被强行结束的写明。"""
    killed = ChildState("relay", "running", 12, restarts=1, last_exit=-9)
    found = State(1, "2", "2026-03-02T01:00:00+00:00", "folder", children=(killed,))
    first, second = status.lines(found)
    assert "自 2026-03-02 09:00:00（北京时间）起" in first
    assert second.startswith("  中继（relay）  运行中")
    assert "被强行结束（信号 9）" in second


@pytest.fixture
def town(new_database: NewDatabase, kafka: str) -> Iterator[Town]:
    """一座小城，记了三件，都没有发布。"""
    with found_town(replace(new_database(), kafka_bootstrap=kafka), kafka) as town:
        town.fill(3)
        yield town


def seen(chosen: Settings) -> standing.Standing:
    """现状。"""
    found = standing.look(chosen)
    assert found is not None
    return found


@pytest.mark.integration
@pytest.mark.kafka
def test_status_says_what_is_behind_and_due(town: Town) -> None:
    """账首、跟随者落后的件数与秒数、停放、期限都有数；--json 与给人看的是同一份。"""
    before = seen(town.settings)
    town.sql(
        "INSERT INTO follower.cursor (name, kind, version, next_position)"
        " VALUES ('scheduler', 'supervisor', 1, 1)"
    )
    for number, due in enumerate(("2026-03-02", "2999-01-01")):
        town.sql(
            "INSERT INTO follower.row (follower, key, row, due_at) VALUES"
            " ('scheduler', %s, '{\"timers\": [{}, {}]}', %s)",
            f"case/{number}",
            due,
        )
    town.sql(
        "INSERT INTO follower.parked (follower, keys, purpose, reason)"
        " VALUES ('scheduler', '{case/0}', 'a', 'case.not_found')"
    )
    record = seen(town.settings).as_record()
    assert record["head"]["next_position"] == 3
    assert record["head"]["appended_at"]
    assert before.head.seconds is not None
    assert [one["behind"] for one in record["followers"]] == [2]
    assert record["followers"][0]["seconds"] > 0
    assert (record["timers"]["open"], record["timers"]["due"]) == (4, 1)
    assert (record["totals"]["parked"], record["totals"]["most_behind"]) == (1, 2)
    text = "\n".join(status.ledger_lines(seen(town.settings)))
    for words in ("共 3 件", "开着 4 个", "最远落后 2 件", "停放 1 件"):
        assert words in text


def test_no_ledger_is_no_standing(tmp_path: Path) -> None:
    """数据库没有起来：没有可说的，也不报错；--json 的名字照旧。"""
    assert standing.look(settings.load(tmp_path)) is None
    assert list(status.ledger_lines(None)) == []
    assert set(status._record(None)) >= {"head", "lanes", "followers", "timers", "totals"}


@pytest.mark.integration
@pytest.mark.kafka
def test_status_counts_what_is_not_in_the_topics_yet(town: Town) -> None:
    """抄送：没抄的几件说几件，抄完说齐，Kafka 不作答说不知道。"""
    before = seen(town.settings)
    assert (before.unrelayed, before.head.next_position) == (3, 3)
    assert {one.copied for one in before.lanes} == {0}
    with relaying(town):
        eventually(lambda: seen(town.settings).unrelayed == 0)
    assert all(one.stored == one.copied for one in seen(town.settings).lanes)
    silent = seen(replace(town.settings, kafka_bootstrap="127.0.0.1:9"))
    assert silent.unrelayed is None
    assert [line for line in status.ledger_lines(silent) if "不知道" in line]
    shown = [status.relayed(behind) for behind in (3, 0, None)]
    assert [words in line for words, line in zip(("3 件", "齐", "读不到"), shown, strict=True)] == [
        True,
        True,
        True,
    ]


def test_doctor_does_not_wait_for_servers_that_do_not_run(tmp_path: Path) -> None:
    """服务没有运行：要问服务器的各项不去连，写明没有查；其余照查。"""
    found = {one.name: one.finding for one in doctor.findings(settings.load(tmp_path))}
    skipped = {name for name, finding in found.items() if finding == say("doctor.skipped")}
    assert skipped == {check.__name__ for check in (*doctor.OF_DATABASE, *doctor.OF_KAFKA)}
    assert "disk" in found
