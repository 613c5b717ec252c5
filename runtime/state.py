"""运行状态：谁在运行、各子进程怎样了，写在 `<data>/run/state.json`，整份替换。"""

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Final, Self

from runtime.exits import Exit, Stop
from runtime.servers.child import Process
from runtime.settings import Settings, write_private

WAITING: Final = "waiting"
STARTING: Final = "starting"
RUNNING: Final = "running"
BACKOFF: Final = "backoff"
HALTED: Final = "halted"  # integrity failure: a person must look, a restart would hide it
DONE: Final = "done"  # a founding that has done its work
STOPPING: Final = "stopping"
STOPPED: Final = "stopped"


@dataclass(frozen=True, slots=True)
class ChildState:
    """一个子进程的状态。"""

    name: str
    state: str = WAITING
    pid: int | None = None
    restarts: int = 0
    last_exit: int | None = None


@dataclass(frozen=True, slots=True)
class State:
    """父进程与全部子进程的状态。`started` is the wall clock, `process_start` the kernel's."""

    pid: int
    process_start: str
    started: str
    data: str
    ready: bool = False
    ports: dict[str, int] = field(default_factory=dict)
    children: tuple[ChildState, ...] = ()

    @classmethod
    def read(cls, run: Path) -> Self | None:
        """读出；没有则为空。"""
        try:
            loaded = json.loads((run / "state.json").read_text("utf-8"))
        except FileNotFoundError:
            return None
        children = tuple(ChildState(**child) for child in loaded.pop("children"))
        return cls(**loaded, children=children)

    def write(self, run: Path) -> None:
        """整份替换。"""
        write_private(run / "state.json", json.dumps(asdict(self), ensure_ascii=False, indent=1))

    @property
    def process(self) -> Process:
        """父进程。"""
        return Process(self.pid, self.process_start)

    def alive(self) -> bool:
        """父进程还在吗。"""
        return self.process.alive()

    def with_child(self, child: ChildState) -> Self:
        """换上一个子进程的新状态。"""
        others = tuple(child if old.name == child.name else old for old in self.children)
        return replace(self, children=others)


def running(settings: Settings) -> State | None:
    """此刻在运行的实例；没有则为空。"""
    state = State.read(settings.run)
    return state if state and state.alive() else None


def refuse_second(settings: Settings, state: State | None) -> Stop:
    """已有一个实例：说出是谁、何时起、用哪些端口。"""
    facts: dict[str, object] = {"data": settings.data, "pid": "?", "started": "?", "ports": "?"}
    if state:
        ports = "、".join(f"{name} {port}" for name, port in state.ports.items())
        facts |= {"pid": state.pid, "started": state.started, "ports": ports}
    return Stop(Exit.RUNNING, "running", **facts)


@contextmanager
def only_one(settings: Settings) -> Iterator[None]:
    """一个数据目录只许一个父进程；锁随进程消失。"""
    settings.run.mkdir(parents=True, exist_ok=True)
    with (settings.run / "lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise refuse_second(settings, State.read(settings.run)) from None
        yield
