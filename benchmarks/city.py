"""基准所用的城：真的服务器、真的账本，角色各是一个进程，完毕时说出占过多少内存。"""

import multiprocessing
import os
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

from domain.terms import HashName, Mode
from ledger.application import Ledger
from ledger.founding import establish, publish
from runtime import roles
from runtime import settings as settings_module
from runtime.__main__ import collect_seldom
from runtime.foundation import lay
from runtime.founding import found
from runtime.hall import Hall, beijing, open_hall
from runtime.servers.embedded import embedded
from runtime.settings import Settings
from runtime.story import BEGINS
from schemas.topics import DEFAULT_PARTITIONS

_SPAWN: Final = multiprocessing.get_context("spawn")


@contextmanager
def city(
    *, kafka: bool, begins: str = BEGINS, settle: Callable[[Hall], None] = found
) -> Iterator[Hall]:
    """一座新城，离开时拆去；``begins`` 是演示时钟的起点（北京时间），``settle`` 登记家底。"""
    collect_seldom()  # as every command does
    with (
        tempfile.TemporaryDirectory() as folder,
        embedded(Path(folder), kafka=kafka) as settings,
    ):
        if kafka:
            lay(settings, "bench", Mode.DEMO, beijing(begins))
        else:
            now = beijing(begins)
            establish(settings, "bench", Mode.DEMO, HashName.SHA256, DEFAULT_PARTITIONS, now)
            with Ledger.open(settings) as ledger:
                publish(ledger)
        with open_hall(settings) as hall:
            settle(hall)
            yield hall


def head(hall: Hall) -> int:
    """账上有多少件。"""
    row = hall.reader.execute("SELECT next_position FROM ledger.head").fetchone()
    return int(str(row[0])) if row else 0


class Part:
    """一个进程里的一段活；``end`` 给出结果、它占过的常驻内存（MB）与用去的处理器秒数。"""

    def __init__(self, work: Callable[..., Any], *arguments: object) -> None:
        self._heard, told = _SPAWN.Pipe(duplex=False)
        self._process = _SPAWN.Process(target=_apart, args=(told, work, arguments), daemon=True)
        self._process.start()
        told.close()

    def end(self, *, stop: bool = False) -> tuple[Any, float, float]:
        """等它做完；``stop``: 叫停。"""
        if stop:
            self._process.terminate()
        found, peak, used = self._heard.recv()
        self._process.join()
        return found, peak, used


def _apart(told: Connection, work: Callable[..., Any], arguments: tuple[object, ...]) -> None:
    collect_seldom()
    found = work(*arguments)
    told.send(
        (found, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, time.process_time())
    )


def role(name: str, folder: Path) -> Part:
    """一个角色，如 ``up`` 所启动的。"""
    return Part(_play, name, folder)


def _play(name: str, folder: Path) -> int:
    return roles.run(name, settings_of(folder))


def settings_of(folder: Path) -> Settings:
    """数据目录的设置，供另一个进程使用。"""
    return settings_module.load(folder, environment={})


def load() -> str:
    """此刻机器有多忙：不说明它，数字就没有意义。"""
    return f"load {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores"


def busy(folder: Path) -> float:
    """至此用过的处理器秒数：本进程、已结束的帮手与数据库。Linux only."""
    own = os.times()
    used = own.user + own.system + own.children_user + own.children_system
    postmaster = (folder / "run" / "postgres.pid").read_text("utf-8").split()[0]
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has ended meanwhile
            parent, *_, user, system, gone_user, gone_system = (
                stat.read_text("utf-8").rpartition(")")[2].split()[1:15]
            )
            if postmaster in (parent, stat.parent.name):
                ticks += int(user) + int(system) + int(gone_user) + int(gone_system)
    return used + ticks / os.sysconf("SC_CLK_TCK")


def until(done: Callable[[], bool], pause: float = 0.1) -> float:
    """等一个条件成立，答等了几秒。"""
    began = time.perf_counter()
    while not done():
        time.sleep(pause)
    return time.perf_counter() - began
