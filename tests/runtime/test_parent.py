"""父进程与服务器：真的启动、真的杀掉、真的中断，看留下什么。"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg
import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from runtime import kafka_admin, settings, state
from runtime.exits import Exit
from runtime.messages import ROOT
from runtime.parent import FIRST_PAUSE, Watched
from runtime.servers.child import Child, Process, Program
from runtime.state import ChildState

PATIENCE = 90.0

pytestmark = pytest.mark.integration


def until(what: Callable[[], object], seconds: float = PATIENCE) -> None:
    """等到成立；过时即失败。"""
    limit = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < limit, "did not happen in time"
        time.sleep(0.05)


def busy_with(folder: Path) -> list[int]:
    """还在用这个数据目录的进程：命令行、工作目录或打开的文件指向它。"""
    return [
        int(entry.name)
        for entry in Path("/proc").glob("[0-9]*")
        if int(entry.name) != os.getpid() and Process.of(int(entry.name)) and _uses(entry, folder)
    ]


def _uses(entry: Path, folder: Path) -> bool:
    try:
        links = [entry / "cwd", *(entry / "fd").iterdir()]
        if str(folder).encode() in (entry / "cmdline").read_bytes():
            return True
    except OSError:
        return False
    return any(_points_into(link, folder) for link in links)


def _points_into(link: Path, folder: Path) -> bool:
    try:
        return str(link.readlink()).startswith(str(folder))
    except OSError:
        return False


@contextmanager
def listening(port: int) -> Iterator[None]:
    """别的程序占着这个端口。"""
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", port))
        other.listen()
        yield


@dataclass(frozen=True)
class Place:
    """一个数据目录，以及对它发命令的办法。"""

    data: Path
    environment: dict[str, str]

    def command(self, name: str, *options: str) -> list[str]:
        """命令行。"""
        return [sys.executable, str(ROOT / "shenguan"), name, "--data", str(self.data), *options]

    def run(self, name: str, *options: str) -> subprocess.CompletedProcess[str]:
        """运行一个命令。"""
        return subprocess.run(
            self.command(name, *options),
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )

    def up(self) -> subprocess.CompletedProcess[str]:
        """只启动服务器。"""
        done = self.run("up", "--servers-only")
        assert done.returncode == Exit.DONE, done.stdout + done.stderr
        return done

    def connect(self) -> psycopg.Connection:
        """连上它的数据库。"""
        return psycopg.connect(self.settings.admin_dsn, autocommit=True)

    @property
    def settings(self) -> settings.Settings:
        """它的设置。"""
        return settings.load(self.data, environment={})

    def child(self, name: str) -> ChildState:
        """一个子进程此刻的状态。"""
        found = state.State.read(self.settings.run)
        assert found is not None
        return next(child for child in found.children if child.name == name)


@pytest.fixture
def whole(tmp_path: Path) -> Iterator[Place]:
    """一个数据目录（名称带空格与汉字），用完不留进程。"""
    place = Place(tmp_path / "数据 目录", dict(os.environ))
    yield place
    place.run("down")
    assert busy_with(place.data) == []


@pytest.fixture
def place(whole: Place) -> Place:
    """只有 PostgreSQL 的数据目录：快。"""
    return replace(whole, environment=whole.environment | {"SHENGUAN_KAFKA": "127.0.0.1:9"})


def test_data_stay_when_servers_stop_and_start_again(place: Place) -> None:
    """停了再起，数据还在。"""
    place.up()
    with place.connect() as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS value")
    assert place.run("down").returncode == Exit.DONE
    assert busy_with(place.data) == []
    place.up()
    with place.connect() as connection:
        assert connection.execute("SELECT value FROM kept").fetchall() == [(7,)]


def test_status_tells_programs_and_people(place: Place) -> None:
    """状态：人看得懂，程序也读得出；没在运行时退出码 5。"""
    place.up()
    shown, read = place.run("status"), place.run("status", "--json")
    assert (shown.returncode, read.returncode) == (Exit.DONE, Exit.DONE)
    record = json.loads(read.stdout)
    assert [child["name"] for child in record["children"]] == ["postgres"]
    assert str(record["ports"]["postgres"]) in shown.stdout
    place.run("down")
    assert place.run("status").returncode == Exit.DEPENDENCY
    assert place.run("down").returncode == Exit.REFUSED


def test_a_second_instance_says_who_runs_and_ends_with_4(place: Place) -> None:
    """第二个实例：说出是哪个进程在运行，退出码 4，前一个照常。"""
    place.up()
    pid = place.child("postgres").pid
    for options in (["--servers-only"], ["--servers-only", "--foreground"]):
        second = place.run("up", *options)
        running = state.State.read(place.settings.run)
        assert running is not None
        assert second.returncode == Exit.RUNNING
        assert f"进程 {running.pid}" in second.stderr
        assert "正在启动" not in second.stdout
        assert str(running.ports["postgres"]) in second.stderr
    assert place.child("postgres").pid == pid
    with place.connect() as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


@pytest.mark.fault
def test_a_busy_port_is_replaced_and_said_aloud(place: Place) -> None:
    """端口被别的程序占了：换一个，说出来。"""
    place.up()
    place.run("down")
    old = place.settings.ports["postgres"]
    with listening(old):
        done = place.up()
    new = place.settings.ports["postgres"]
    assert new != old
    assert f"端口 {old} 已被占用" in done.stdout
    assert str(new) in done.stdout
    with place.connect() as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


@pytest.mark.fault
def test_a_killed_server_comes_back_with_all_that_was_acknowledged(place: Place) -> None:
    """PostgreSQL 被 kill -9：自动重启，已答复的一条不少。"""
    place.up()
    with place.connect() as connection:
        connection.execute("CREATE TABLE kept (value int)")
        for value in range(50):
            connection.execute("INSERT INTO kept VALUES (%s)", [value])
    killed = place.child("postgres").pid
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    until(lambda: place.child("postgres").pid not in {None, killed})
    until(lambda: place.child("postgres").state == state.RUNNING)
    assert place.child("postgres").restarts >= 1
    assert place.child("postgres").last_exit is not None
    with place.connect() as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (50,)


@pytest.mark.fault
def test_nothing_is_left_when_the_parent_itself_is_killed(place: Place) -> None:
    """父进程被 kill -9：子进程随之结束，再次启动如常。"""
    place.up()
    parent = state.State.read(place.settings.run)
    assert parent is not None
    os.kill(parent.pid, signal.SIGKILL)
    until(lambda: busy_with(place.data) == [])
    status = place.run("status")
    assert status.returncode == Exit.DEPENDENCY
    assert "没有正常结束" in status.stdout
    place.up()


@pytest.mark.fault
def test_a_server_that_cannot_start_is_explained_and_leaves_nothing(place: Place) -> None:
    """服务器起不来：试几次后说明原因与日志，退出码 5，不留进程。"""
    place.up()
    place.run("down")
    version = place.data / "postgres" / "PG_VERSION"
    kept = version.read_text()
    version.write_text("9\n")
    done = place.run("up", "--servers-only")
    assert done.returncode == Exit.DEPENDENCY
    assert "postgres 启动失败" in done.stdout
    assert "FATAL" in done.stdout
    assert "办法" in done.stderr
    assert busy_with(place.data) == []
    version.write_text(kept)
    place.up()


@pytest.mark.fault
def test_a_stale_lock_file_of_a_pid_used_again_keeps_nobody_out(place: Place) -> None:
    """进程号被别的进程用了：不误杀它，数据库照常启动。"""
    place.up()
    place.run("down")
    stranger = subprocess.Popen(["/bin/sleep", "120"])
    try:
        (place.data / "postgres" / "postmaster.pid").write_text(f"{stranger.pid}\n/elsewhere\n1\n")
        (place.data / "run" / "kafka.pid").write_text(f"{stranger.pid} 1\n")
        place.up()
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


@pytest.mark.fault
@pytest.mark.kafka
@pytest.mark.parametrize("seconds", [0.4, 0.8, 1.4, 2.2, 4.0])
def test_interrupting_the_start_at_any_moment_leaves_no_process(
    whole: Place, seconds: float
) -> None:
    """启动途中任何时刻按 Ctrl-C：不留任何进程，随后能正常启动。"""
    starting = subprocess.Popen(
        whole.command("up", "--servers-only", "--foreground"),
        env=whole.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    time.sleep(seconds)  # the moment itself is what the test varies
    os.killpg(starting.pid, signal.SIGINT)
    starting.wait(PATIENCE)
    assert busy_with(whole.data) == []
    fast = replace(whole, environment=whole.environment | {"SHENGUAN_KAFKA": "127.0.0.1:9"})
    fast.up()


@pytest.mark.fault
@pytest.mark.kafka
def test_kafka_keeps_its_records_through_a_move_a_kill_and_a_stop(whole: Place) -> None:
    """Kafka：换端口、被 kill -9、停了再起，记录与主题编号都在。"""
    whole.up()
    ids = kafka_admin.create_topics(whole.settings.kafka_bootstrap, {"shenguan.t.case.v1": 1})
    producer = KafkaProducer(bootstrap_servers=whole.settings.kafka_bootstrap, acks="all")
    producer.send("shenguan.t.case.v1", b"kept")
    producer.flush(30)
    producer.close()

    killed = whole.child("kafka").pid
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    until(lambda: whole.child("kafka").restarts == 1)
    until(lambda: whole.child("kafka").state == state.RUNNING)
    assert records(whole) == [b"kept"]

    assert whole.run("down").returncode == Exit.DONE
    ports = whole.settings.ports
    with listening(ports["kafka"]), listening(ports["controller"]):
        whole.up()
    assert whole.settings.ports["kafka"] != ports["kafka"]
    assert records(whole) == [b"kept"]
    assert kafka_admin.topic_ids(whole.settings.kafka_bootstrap, ids) == ids
    doctor = whole.run("doctor", "--json")
    assert doctor.returncode == Exit.DONE, doctor.stdout


def records(place: Place) -> list[bytes]:
    """主题里的全部记录。"""
    consumer = KafkaConsumer(
        bootstrap_servers=place.settings.kafka_bootstrap,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        consumer_timeout_ms=5_000,
    )
    partition = TopicPartition("shenguan.t.case.v1", 0)
    consumer.assign([partition])
    end = consumer.end_offsets([partition])[partition]
    found = [record.value for record, _ in zip(consumer, range(end), strict=False)]
    consumer.close()
    return found


def watched(tmp_path: Path, code: str, *, essential: bool) -> Watched:
    """看着一个只跑一行 Python 的子进程。"""
    program = Program(
        name="one",
        command=(sys.executable, "-c", code),
        log=tmp_path / "one.log",
        pid_file=tmp_path / "one.pid",
        environment={},
    )

    def begin() -> Child:
        child = Child(program)
        child.start()
        return child

    return Watched("one", begin, lambda _: False, lambda: None, essential=essential)


def after_exit(one: Watched, now: float) -> ChildState:
    """启动，等它自己退出，再看一眼。"""
    one.tick(now)
    assert one.child is not None
    assert one.child.process is not None
    one.child.process.wait(PATIENCE)
    one.tick(now)
    return one.state


@pytest.mark.fault
def test_a_role_that_doubts_the_ledger_is_not_started_again(tmp_path: Path) -> None:
    """角色以 3 退出（完整性有疑）：停在那里给人看，不重启。"""
    one = watched(tmp_path, "raise SystemExit(3)", essential=False)
    assert after_exit(one, 0.0) == ChildState("one", state.HALTED, None, 0, 3)
    one.tick(1e9)
    assert one.state.state == state.HALTED
    assert one.settled()


@pytest.mark.fault
def test_a_crashing_child_is_started_again_ever_later(tmp_path: Path) -> None:
    """一再崩溃的子进程：每次等得更久才重启，最久半分钟。"""
    one = watched(tmp_path, "raise SystemExit(1)", essential=False)
    now, pauses = 0.0, []
    for _ in range(9):
        assert after_exit(one, now).state == state.BACKOFF
        pauses.append(one.resume_at - now)
        one.tick(one.resume_at - 0.01)
        assert one.state.state == state.BACKOFF
        now = one.resume_at
    assert pauses[:4] == [FIRST_PAUSE, 1.0, 2.0, 4.0]
    assert pauses[-1] == 30.0
    assert one.state.restarts == 9


def test_a_process_is_known_by_its_start_too(tmp_path: Path) -> None:
    """认进程不只凭进程号。"""
    own = Process.of(os.getpid())
    assert own is not None
    path = tmp_path / "pid"
    path.write_text(f"{own.pid} {own.started}\n")
    assert Process.read(path) == own
    path.write_text(f"{own.pid} 1\n")
    assert Process.read(path) is None
    path.write_text("garbage")
    assert Process.read(path) is None
