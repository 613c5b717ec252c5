"""设置：数据在哪里、连哪台数据库、哪个 Kafka，以及各值从何而来。

Secrets live in files of mode 0600 under `<data>/secrets`, never in arguments, never in `repr`.
"""

import json
import os
import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Final

from ledger.database import LOGIN_ROLES
from runtime.exits import Exit, Stop
from runtime.messages import ROOT

DATA: Final = Path(os.environ.get("SHENGUAN_HOME") or ROOT / ".data")  # default folders
LAST: Final = DATA / "last"
DATABASE: Final = "shenguan"
SUPERUSER: Final = "postgres"
PORT_NAMES: Final = ("postgres", "kafka", "controller")
LOOPBACK: Final = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Settings:
    """一个数据目录的全部设置。

    `admin_dsn` may create roles and tables; the services never use it, they use `dsn(role)`.
    """

    data: Path
    admin_dsn: str = field(repr=False)
    passwords: Mapping[str, str] = field(repr=False)
    kafka_bootstrap: str
    ports: Mapping[str, int]
    sources: Mapping[str, str]

    @property
    def keys(self) -> Path:
        """密钥目录：在数据库之外。"""
        return self.data / "keys"

    @property
    def offices(self) -> Path:
        """各部门的私有文件夹：抽取的份额，每家一个。"""
        return self.data / "offices"

    @property
    def sealed(self) -> Path:
        """封账单与砖，供外人取用的静态文件。"""
        return self.data / "sealed"

    @property
    def run(self) -> Path:
        """运行状态：锁、端口、进程号。"""
        return self.data / "run"

    @property
    def log(self) -> Path:
        """日志目录。"""
        return self.data / "log"

    @property
    def own_database(self) -> bool:
        """是否由我们自己启动 PostgreSQL。"""
        return self.sources["database"] != "SHENGUAN_DATABASE_URL"

    @property
    def own_kafka(self) -> bool:
        """是否由我们自己启动 Kafka。"""
        return self.sources["kafka"] != "SHENGUAN_KAFKA"

    def dsn(self, role: str) -> str:
        """某个登录角色的连接串。"""
        return _dsn(self.admin_dsn, user=role, password=self.passwords[role])

    def with_database(self, name: str) -> "Settings":
        """同一台服务器上的另一个库（测试各用各的）。"""
        return replace(self, admin_dsn=_dsn(self.admin_dsn, dbname=name))


def _dsn(base: str, **changes: str) -> str:
    from psycopg import conninfo  # late: `status`, `down`, `explain` need no database

    return conninfo.make_conninfo(base, **changes)


def write_private(path: Path, text: str) -> None:
    """写一个只有本人可读的文件：先写旁边，再改名，不会只写一半。"""
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except OSError as problem:
        part.unlink()
        raise OSError(problem.errno, problem.strerror, str(path)) from problem
    part.replace(path)


def ensure_secrets(data: Path) -> dict[str, str]:
    """数据库各角色的口令；没有就造，已有的不变。"""
    path = data / "secrets" / "database.json"
    known = _read_json(path)
    missing = [role for role in (SUPERUSER, *LOGIN_ROLES) if role not in known]
    if missing:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        known |= {role: secrets.token_urlsafe(24) for role in missing}
        write_private(path, json.dumps(known, indent=1) + "\n")
    return known


def _read_json(path: Path) -> dict[str, str]:
    try:
        loaded = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    return {str(name): str(value) for name, value in loaded.items()}


def free_port() -> int:
    """一个此刻空闲的本机端口。"""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def busy(port: int) -> bool:
    """端口是否已有人在用。"""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return True
        return False


def ensure_ports(data: Path, *, taken: frozenset[str] = frozenset()) -> dict[str, int]:
    """各服务的端口，记在 run/ports.json；`taken` 里的换一个新的。"""
    path = data / "run" / "ports.json"
    known = {name: int(port) for name, port in _read_json(path).items()}
    wanted = {
        name: known[name] if name in known and name not in taken else free_port()
        for name in PORT_NAMES
    }
    if wanted != known:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_private(path, json.dumps(wanted) + "\n")
    return wanted


def choose_folder(command: str, given: str | None) -> tuple[Path, str]:
    """用哪个数据目录，以及为什么是它。"""
    if given:
        return Path(given).expanduser().resolve(), "--data"
    if command == "demo":
        return DATA / "demo", "default"
    if command != "init" and LAST.exists():
        return Path(LAST.read_text("utf-8").strip()), ".data/last"
    return DATA / "main", "default"


def remember(data: Path) -> None:
    """记住这个数据目录，下一条命令默认就用它。A read-only checkout just does not remember."""
    try:
        DATA.mkdir(parents=True, exist_ok=True)
        write_private(LAST, f"{data}\n")
    except PermissionError:
        return


def load(
    data: Path, source: str = "--data", *, environment: Mapping[str, str] = os.environ
) -> Settings:
    """读出一个数据目录的设置；口令与端口第一次用到时造出。"""
    ports = ensure_ports(data)
    passwords = ensure_secrets(data)
    sources = {"data": source, "database": "embedded", "kafka": "embedded"}
    admin = (
        f"host={LOOPBACK} port={ports['postgres']} dbname={DATABASE} user={SUPERUSER}"
        f" password={passwords[SUPERUSER]} connect_timeout=10"
    )
    if url := environment.get("SHENGUAN_DATABASE_URL"):
        admin, sources["database"] = _dsn(url), "SHENGUAN_DATABASE_URL"
    bootstrap = f"{LOOPBACK}:{ports['kafka']}"
    if brokers := environment.get("SHENGUAN_KAFKA"):
        bootstrap, sources["kafka"] = brokers, "SHENGUAN_KAFKA"
    return Settings(
        data, admin, MappingProxyType(passwords), bootstrap, ports, MappingProxyType(sources)
    )


def existing(data: Path, source: str = "--data") -> Settings:
    """读出已有的数据目录；没有则说没有在运行，而不是悄悄造一个。"""
    if not (data / "run" / "ports.json").exists() and not os.environ.get("SHENGUAN_DATABASE_URL"):
        raise Stop(Exit.REFUSED, "not_running", data=data)
    return load(data, source)
