"""随用随起的服务器：进入时启动，离开时结束（测试与一次性命令用）。"""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final, Protocol

from runtime import settings as settings_module
from runtime.exits import Exit, Stop
from runtime.servers.child import Child, Program
from runtime.servers.kafka import Kafka
from runtime.servers.postgres import Postgres
from runtime.settings import Settings

TAIL: Final = 2_000  # bytes of a log worth showing


class Server(Protocol):
    """一台服务器：备好、启动、能答话、收尾。"""

    @property
    def name(self) -> str:
        """名称，也是日志与进程号文件的名称。"""

    def prepare(self) -> None:
        """第一次建目录，每次收拾遗留。"""

    def program(self) -> Program:
        """怎样启动。"""

    def ready(self) -> bool:
        """能答话了吗。"""

    def close(self) -> None:
        """放开占用的东西。"""


def servers_of(settings: Settings) -> tuple[Server, ...]:
    """要由我们启动的服务器，按启动次序。"""
    wanted: list[Server] = []
    if settings.own_database:
        wanted.append(Postgres(settings))
    if settings.own_kafka:
        wanted.append(Kafka(settings))
    return tuple(wanted)


def log_tail(path: Path) -> str:
    """日志的末尾。"""
    try:
        return path.read_bytes()[-TAIL:].decode("utf-8", errors="replace").strip()
    except FileNotFoundError:
        return ""


def start(server: Server) -> Child:
    """备好并启动，不等它就绪。"""
    server.prepare()
    child = Child(server.program())
    child.start()
    return child


def wait_ready(server: Server, child: Child) -> None:
    """等到能答话；提前退出即说明。"""
    while not server.ready():
        if (code := child.exit_code()) is not None:
            log = child.program.log
            facts = {"name": server.name, "exit_code": code, "log": log, "tail": log_tail(log)}
            raise Stop(Exit.DEPENDENCY, "start_failed", **facts)
        time.sleep(0.02)


@contextmanager
def embedded(data: Path, *, postgres: bool = True, kafka: bool) -> Iterator[Settings]:
    """启动 PostgreSQL 与（或）Kafka，离开时结束。

    For tests and one-off commands. Start and end it on the main thread: the servers end when the
    thread that started them does.
    """
    data.mkdir(parents=True, exist_ok=True)
    settings = settings_module.load(data, environment={})
    wanted: list[Server] = [Postgres(settings)] if postgres else []
    if kafka:
        wanted.append(Kafka(settings))
    with ExitStack() as stack:
        started = []
        for server in wanted:
            stack.callback(server.close)
            child = start(server)
            stack.callback(child.stop)
            started.append((server, child))
        for server, child in started:
            wait_ready(server, child)
        yield settings
