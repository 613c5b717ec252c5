"""首次运行：由锁文件造出 .venv，再在其中运行真正的程序。

Standard library only. A virtual environment cannot be moved once made, so it is built in place and
its stamp (the SHA-256 of the lock it was made from) is written last: without the right stamp it is
not an environment yet and is made anew.
"""

import errno
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NoReturn

from runtime import cli
from runtime.exits import Exit, Stop
from runtime.messages import ROOT, error, say

ENVIRONMENT: Final = ROOT / ".venv"
RUNTIME_LOCK: Final = "requirements.lock"
DEVELOPMENT_LOCK: Final = "requirements-dev.lock"
TAIL: Final = 12  # lines of pip's output worth showing

_NETWORK: Final = re.compile(
    r"(NewConnectionError|ConnectTimeout|ReadTimeout|Temporary failure in name resolution"
    r"|Connection (?:refused|reset|broken)|ProxyError|No matching distribution"
    r"|Could not find a version|SSLError|Max retries).*"
)


class Maker:
    """造环境的人。`root` is a parameter so that tests can build one elsewhere."""

    def __init__(self, root: Path = ROOT) -> None:
        self.root = root
        self.folder = root / ".venv"
        self.python = self.folder / "bin" / "python"

    def stamp(self, lock: str) -> Path:
        """盖章之处：`.venv/requirements.lock.sha256`。"""
        return self.folder / f"{lock}.sha256"

    def digest(self, lock: str) -> str:
        """锁文件的散列，即章上的字。"""
        return hashlib.sha256((self.root / lock).read_bytes()).hexdigest()

    def made(self, lock: str) -> bool:
        """环境是否正是由这份锁文件造成的。"""
        try:
            return self.python.exists() and self.stamp(lock).read_text().strip() == self.digest(
                lock
            )
        except FileNotFoundError:
            return False

    def ensure(self, *, development: bool) -> Path:
        """备好环境，返回其 Python。Safe to call from several processes at once."""
        wanted = [RUNTIME_LOCK, DEVELOPMENT_LOCK] if development else [RUNTIME_LOCK]
        if all(self.made(lock) for lock in wanted):
            return self.python
        with self._alone():
            if not self.made(RUNTIME_LOCK):
                self._create()
                self._install(wanted[-1])
                self._seal(wanted)
            elif not all(self.made(lock) for lock in wanted):
                self._install(DEVELOPMENT_LOCK)
                self._seal(wanted)
        print(say("environment.ready"), file=sys.stderr)
        return self.python

    def _seal(self, locks: Sequence[str]) -> None:
        for lock in locks:
            self.stamp(lock).write_text(self.digest(lock) + "\n")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with (self.root / ".venv.lock").open("w") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                print(say("environment.waiting"), file=sys.stderr)
                fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def _create(self) -> None:
        print(say("environment.preparing"), file=sys.stderr)
        if self.folder.exists():
            self.stamp(RUNTIME_LOCK).unlink(missing_ok=True)
            shutil.rmtree(self.folder)
        made = subprocess.run(
            [sys.executable, "-m", "venv", str(self.folder)],
            check=False,
            capture_output=True,
            text=True,
        )
        if made.returncode:
            detail = (made.stdout + made.stderr).strip()
            shutil.rmtree(self.folder, ignore_errors=True)
            raise _reason(detail, self.folder, "environment.venv")

    def _install(self, lock: str) -> None:
        command = [str(self.python), "-m", "pip", "install", "--disable-pip-version-check"]
        command += ["--no-input", "--require-hashes", "--only-binary", ":all:"]
        command += ["--progress-bar", "off", "-r", str(self.root / lock)]
        total = len(re.findall(r"^[a-z]", (self.root / lock).read_text(), flags=re.MULTILINE))
        output: list[str] = []
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as pip:
            assert pip.stdout is not None  # noqa: S101 - asked for above
            done = 0
            for line in pip.stdout:
                output.append(line)
                if line.startswith(("Collecting ", "Requirement already satisfied")):
                    done += 1
                    _progress(say("environment.step", done=done, total=total, name=_name(line)))
                elif line.startswith("Installing"):
                    _progress(say("environment.installing", total=total))
        _progress("")
        if pip.returncode:
            raise _reason("".join(output[-TAIL:]).strip(), self.folder, "environment.failed")


def _name(line: str) -> str:
    words = re.split(r"[\s=]+", line.removeprefix("Requirement already satisfied: "))
    return words[1] if words[0] == "Collecting" else words[0]


def _progress(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def _reason(output: str, folder: Path, otherwise: str) -> Stop:
    """Why it failed, in words that say what to do."""
    if "No space left on device" in output:
        return Stop(Exit.DEPENDENCY, "disk_full", path=folder)
    if "DO NOT MATCH THE HASHES" in output:
        return Stop(Exit.INTEGRITY, "environment.hash", detail=output)
    if found := _NETWORK.search(output):
        return Stop(Exit.DEPENDENCY, "environment.no_network", detail=found[0][:200])
    return Stop(Exit.DEPENDENCY, otherwise, detail=output)


def from_os(problem: OSError, path: Path) -> Stop | None:
    """操作系统的拒绝，说成办法；别的错误返回 None。"""
    where = problem.filename or path
    if problem.errno in (errno.ENOSPC, errno.EDQUOT):
        return Stop(Exit.DEPENDENCY, "disk_full", path=where)
    if problem.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return Stop(Exit.DEPENDENCY, "read_only", path=where, detail=problem.strerror)
    return None


def environment() -> dict[str, str]:
    """子进程的环境变量：程序从检出目录运行，从不安装。

    `PYTHONSAFEPATH` keeps the user's working folder out of the module path.
    """
    return {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONSAFEPATH": "1", "PYTHONUTF8": "1"}


def launch(argv: Sequence[str]) -> NoReturn:
    """先看用法，再备环境，然后变成真正的程序。"""
    arguments = cli.parse(argv)
    try:
        python = Maker().ensure(development=arguments.command == "test")
    except Stop as stop:
        _give_up(stop)
    except OSError as problem:
        known = from_os(problem, ROOT)
        if known is None:
            raise
        _give_up(known)
    except KeyboardInterrupt:
        print("\n" + say("interrupted"), file=sys.stderr)
        sys.exit(130)
    command = [str(python), "-m", "runtime", *argv]
    os.execve(command[0], command, environment())  # noqa: S606 - becoming it is the point


def _give_up(stop: Stop) -> NoReturn:
    print(error(stop.code, stop.facts), file=sys.stderr)
    sys.exit(stop.exit_code)
