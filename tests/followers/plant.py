"""可以打断的一套服务器与角色进程：只给信号，只认自己启动的进程号。"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from runtime import settings as settings_module
from runtime.servers.child import Child
from runtime.servers.embedded import Server, start, wait_ready
from runtime.servers.kafka import Kafka
from runtime.servers.postgres import Postgres
from runtime.settings import Settings

ROOT: Final = Path(__file__).resolve().parents[2]


@dataclass
class Plant:
    """自己的 PostgreSQL 与 Kafka，可逐个杀掉再起。"""

    settings: Settings
    servers: dict[str, Server] = field(default_factory=dict)
    children: dict[str, Child] = field(default_factory=dict)

    def start(self, name: str) -> None:
        """启动并等它就绪。"""
        child = start(self.servers[name])
        self.children[name] = child
        wait_ready(self.servers[name], child)

    def signal(self, name: str, number: signal.Signals) -> None:
        """给服务器发信号。"""
        pid = self.children[name].pid
        assert pid is not None
        os.kill(pid, number)

    def kill(self, name: str) -> None:
        """Kill -9，再起。"""
        self.signal(name, signal.SIGKILL)
        process = self.children[name].process
        assert process is not None
        process.wait(10)
        self.start(name)


@contextmanager
def planted(data: Path) -> Iterator[Plant]:
    """一套服务器，离开时结束。"""
    settings = settings_module.load(data, environment={})
    plant = Plant(settings, {"postgres": Postgres(settings), "kafka": Kafka(settings)})
    try:
        for name in plant.servers:
            plant.start(name)
        yield plant
    finally:
        for child in plant.children.values():
            child.stop()
        for server in plant.servers.values():
            server.close()


class Role:
    """一个角色进程；死了由 ``revive`` 重起，如父进程所为。"""

    def __init__(self, name: str, settings: Settings, **environment: str) -> None:
        self._command = [sys.executable, "-m", "tests.followers.role", name, str(settings.data)]
        self._environment = os.environ | environment
        self.exits: list[int] = []
        self.process = self._start()

    def _start(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(self._command, cwd=ROOT, env=self._environment)

    def signal(self, number: signal.Signals) -> None:
        """给它发信号。"""
        self.process.send_signal(number)

    def revive(self) -> None:
        """已死则重起。"""
        if (code := self.process.poll()) is not None:
            self.exits.append(code)
            self.process = self._start()

    def end(self) -> None:
        """结束它。"""
        with suppress(ProcessLookupError):
            self.signal(signal.SIGCONT)
            self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)
