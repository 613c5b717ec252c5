"""Apache Kafka 的程序文件：按 kafka.lock 逐个取来，散列不符的一律不用。

`jgo` leaves a 0-byte jar behind when it is killed and takes it for good afterwards, and two of them
on one folder disturb each other. So each download has a private folder, is checked, then renamed.
"""

import hashlib
import re
import shutil
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from runtime.bootstrap import from_os
from runtime.exits import Exit, Stop
from runtime.messages import ROOT, say
from runtime.servers.cache import cache_folder, locked

LOCK: Final = ROOT / "kafka.lock"
AT_ONCE: Final = 6
ATTEMPTS: Final = 3
_LINE: Final = re.compile(
    r"(?P<group>[\w.-]+):(?P<artifact>[\w.-]+):(?P<version>[\w.-]+) sha256:(?P<sha256>[0-9a-f]{64})"
)


# Repositories by name and address; None = the client's own default.
Source: TypeAlias = dict[str, str] | None


@dataclass(frozen=True, slots=True)
class Jar:
    """锁文件的一行：坐标与散列。"""

    group: str
    artifact: str
    version: str
    sha256: str

    @property
    def coordinate(self) -> str:
        """Maven 坐标。"""
        return f"{self.group}:{self.artifact}:{self.version}"

    @property
    def file_name(self) -> str:
        """文件名。"""
        return f"{self.artifact}-{self.version}.jar"

    def good(self, path: Path) -> bool:
        """文件在，且正是锁定的那一个。"""
        try:
            return hashlib.sha256(path.read_bytes()).hexdigest() == self.sha256
        except FileNotFoundError:
            return False


def parse_lock(text: str) -> tuple[Jar, ...]:
    """读锁文件；看不懂的行就停。"""
    jars = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        found = _LINE.fullmatch(line.strip())
        if found is None:
            raise Stop(Exit.INTEGRITY, "jars.lock", line=number, what=line[:80])
        jars.append(Jar(**found.groupdict()))
    return tuple(jars)


def fetch(jar: Jar, folder: Path, source: Source = None) -> None:
    """取一个文件，验过散列才放进 `folder`；断在半途就从头再取。"""
    private = Path(tempfile.mkdtemp(prefix="part-", dir=folder))
    try:
        got = _download(jar, private, source)
        if not jar.good(got):
            raise Stop(Exit.INTEGRITY, "jars.hash", coordinate=jar.coordinate)
        got.replace(folder / jar.file_name)
    finally:
        shutil.rmtree(private, ignore_errors=True)


def _download(jar: Jar, private: Path, source: Source) -> Path:
    from jgo.maven import MavenContext  # late: it is needed once in the life of a machine

    for attempt in range(ATTEMPTS):
        place = private / str(attempt)
        context = MavenContext(repo_cache=place, local_repos=[], remote_repos=source)
        component = context.project(jar.group, jar.artifact).at_version(jar.version)
        try:
            return Path(component.artifact().resolve())
        except (OSError, RuntimeError) as problem:
            if isinstance(problem, OSError) and problem.errno is not None:
                raise  # the disk's own complaint; the network's have no errno
            if attempt + 1 == ATTEMPTS:
                facts = {"coordinate": jar.coordinate, "detail": str(problem)[:200]}
                raise Stop(
                    Exit.DEPENDENCY, "jars.no_network", **facts, folder=private.parent
                ) from problem
    raise AssertionError(jar)


def ensure_jars(lock: Path = LOCK, cache: Path | None = None, source: Source = None) -> Path:
    """备齐全部文件，返回所在目录；缺的、坏的重新取。Safe across processes."""
    text = lock.read_text("utf-8")
    jars = parse_lock(text)
    name = f"kafka-{hashlib.sha256(text.encode()).hexdigest()[:12]}"
    folder = (cache or cache_folder()) / name
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    if _missing(jars, folder):
        with locked(folder / "lock", lambda: print(say("jars.waiting"), file=sys.stderr)):
            for stale in folder.glob("part-*"):
                shutil.rmtree(stale, ignore_errors=True)
            try:
                missing = _missing(jars, folder)
                said = "jars.fetching" if len(missing) == len(jars) else "jars.completing"
                _fetch_all(missing, folder, source, said)
            except OSError as problem:
                if (known := from_os(problem, folder)) is None:
                    raise
                raise known from problem
    return folder


def _missing(jars: tuple[Jar, ...], folder: Path) -> list[Jar]:
    return [jar for jar in jars if not jar.good(folder / jar.file_name)]


def _fetch_all(jars: list[Jar], folder: Path, source: Source, said: str) -> None:
    if not jars:
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    console = Console(stderr=True)
    console.print(say(said, total=len(jars)))
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"))
    with (
        Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar,
        ThreadPoolExecutor(AT_ONCE) as pool,
    ):
        task = bar.add_task("", total=len(jars))
        running = {pool.submit(fetch, jar, folder, source): jar for jar in jars}
        try:
            for done in as_completed(running):
                done.result()
                bar.update(task, advance=1, description=running[done].file_name)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    console.print(say("jars.ready"))
