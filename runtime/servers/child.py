"""子进程：启动、认出、停止。

A process is known by its pid *and* the start time the kernel gives it, because pids are used again.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

from runtime.exits import Exit, Stop
from runtime.servers import launch

LAUNCH: Final = Path(launch.__file__)
LARGEST_LOG: Final = 10 * 1024 * 1024  # bytes; a longer log becomes NAME.log.1 at the next start
LONGEST_DETAIL: Final = 600  # characters of a tool's complaint worth showing
STEP: Final = 0.02  # seconds between looks at a process that is not our child


@dataclass(frozen=True, slots=True)
class Account:
    """以谁的身份运行。"""

    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Process:
    """一个认得准的进程：进程号加启动时刻。"""

    pid: int
    started: str

    @classmethod
    def of(cls, pid: int) -> Self | None:
        """活着的进程；僵尸不算活着。"""
        try:
            stat = Path(f"/proc/{pid}/stat").read_text("ascii", errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            return None
        fields = stat.rpartition(")")[2].split()
        return None if fields[0] in "ZX" else cls(pid, fields[19])

    @classmethod
    def read(cls, path: Path) -> Self | None:
        """从进程号文件读出，且此刻仍是同一个进程。"""
        try:
            pid, started = path.read_text("ascii").split()
        except (FileNotFoundError, ValueError):
            return None
        found = cls.of(int(pid))
        return found if found and found.started == started else None

    def alive(self) -> bool:
        """还活着吗。"""
        return self.of(self.pid) == self

    def signal(self, number: int) -> None:
        """发一个信号；已经没了就算了。"""
        with contextlib.suppress(ProcessLookupError):
            if self.alive():
                os.kill(self.pid, number)

    def gone_within(self, seconds: float) -> bool:
        """在限时之内是否已经结束。"""
        until = time.monotonic() + seconds
        while self.alive():
            if time.monotonic() > until:
                return False
            time.sleep(STEP)
        return True

    def end(self, number: int, patience: float) -> None:
        """先请它结束，限时不走就强制结束。"""
        self.signal(number)
        if not self.gone_within(patience):
            self.signal(signal.SIGKILL)
            self.gone_within(patience)


@dataclass(frozen=True, slots=True)
class Program:
    """一个要运行的程序。

    `stop_signal` asks for an orderly end and is also what the kernel sends when the parent dies;
    `patience` is in seconds; `inherit` are file descriptors it needs.
    """

    name: str
    command: tuple[str, ...]
    log: Path
    pid_file: Path
    environment: Mapping[str, str]
    stop_signal: int = signal.SIGTERM
    patience: float = 30.0
    account: Account | None = None
    inherit: tuple[int, ...] = ()


def wrapped(program: Program) -> list[str]:
    """命令行，前面加上 launch.py。"""
    account = program.account
    who = (str(account.uid), str(account.gid)) if account else ("-", "-")
    shim = [sys.executable, "-I", "-S", str(LAUNCH), str(os.getpid()), str(program.stop_signal)]
    return [*shim, *who, *program.command]


@dataclass(slots=True)
class Child:
    """一个正在运行（或曾运行）的子进程。"""

    program: Program
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        """启动；上次遗留的同名进程先结束。"""
        program = self.program
        if leftover := Process.read(program.pid_file):
            leftover.end(program.stop_signal, program.patience)
        program.log.parent.mkdir(parents=True, exist_ok=True)
        program.pid_file.parent.mkdir(parents=True, exist_ok=True)
        if program.log.exists() and program.log.stat().st_size > LARGEST_LOG:
            program.log.replace(program.log.with_name(f"{program.log.name}.1"))
        with program.log.open("ab") as log:
            self.process = subprocess.Popen(
                wrapped(program),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=dict(program.environment),
                start_new_session=True,  # Ctrl-C reaches the parent only, which keeps the order
                pass_fds=program.inherit,
            )
        if known := Process.of(self.process.pid):
            program.pid_file.write_text(f"{known.pid} {known.started}\n", "ascii")

    @property
    def pid(self) -> int | None:
        """进程号；没有启动过则为空。"""
        return self.process.pid if self.process else None

    def exit_code(self) -> int | None:
        """退出码（信号为负数）；还在运行则为空。"""
        return self.process.poll() if self.process else None

    def running(self) -> bool:
        """是否在运行。"""
        return self.process is not None and self.process.poll() is None

    def stop(self) -> None:
        """请它结束并等到结束；限时不走就强制结束。"""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(self.program.stop_signal)
            try:
                self.process.wait(self.program.patience)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.program.pid_file.unlink(missing_ok=True)


def run_tool(program: Program, error_code: str, folder: Path) -> None:
    """运行一个很快就完的工具；失败抛 `Stop`，磁盘满另有说法。"""
    done = subprocess.run(
        wrapped(program),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        cwd="/",
        env=dict(program.environment),
        start_new_session=True,
        pass_fds=program.inherit,
        check=False,
    )
    if done.returncode:
        detail = (done.stderr.strip() or done.stdout.strip())[-LONGEST_DETAIL:]
        if "No space left on device" in done.stdout + done.stderr:
            raise Stop(Exit.DEPENDENCY, "disk_full", path=folder)
        raise Stop(Exit.DEPENDENCY, error_code, detail=detail)
