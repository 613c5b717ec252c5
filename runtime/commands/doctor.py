"""`doctor`：检查不安全、不牢靠之处。每项检查是一个函数，列在 CHECKS 里。"""

import argparse
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Final, TypeAlias

import psycopg
from kafka.errors import KafkaError

from ledger.database import LOGIN_ROLES
from runtime import kafka_admin, settings, state, words
from runtime.exits import Exit, Stop
from runtime.messages import say
from runtime.settings import Settings

OK: Final = "ok"
WARN: Final = "warn"
BAD: Final = "bad"
LEAST_SPACE: Final = 1 << 30  # bytes; below this a busy day may fill the disk
LOW_SPACE: Final = 5 << 30
DURABLE: Final = ("fsync", "synchronous_commit", "full_page_writes", "data_checksums")
PRIVATE: Final = 0o077  # permission bits that a secret's file must not have


@dataclass(frozen=True, slots=True)
class Finding:
    """一项检查的结论。"""

    level: str
    name: str
    finding: str


Check: TypeAlias = Callable[[Settings], Iterator[Finding]]


def servers(chosen: Settings) -> Iterator[Finding]:
    """服务在运行，没有反复重启的。"""
    found = state.running(chosen)
    if found is None:
        yield Finding(WARN, "servers", say("doctor.not_running"))
        return
    for child in found.children:
        fine = child.state in {state.RUNNING, state.DONE} and not child.restarts
        level = OK if fine else WARN
        level = BAD if child.state == state.HALTED else level
        shown = say("doctor.child", state=say(f"up.child.{child.state}"), restarts=child.restarts)
        yield Finding(level, child.name, shown)


def ports(chosen: Settings) -> Iterator[Finding]:
    """没有运行时，记着的端口应当空闲。"""
    if state.running(chosen):
        return
    for name, port in chosen.ports.items():
        if settings.busy(port):
            yield Finding(WARN, f"port.{name}", say("doctor.port_busy", port=port))


def durability(chosen: Settings) -> Iterator[Finding]:
    """已答复的必须已落盘。"""
    with psycopg.connect(chosen.admin_dsn) as connection:
        for name in DURABLE:
            row = connection.execute("SELECT current_setting(%s)", [name]).fetchone()
            value = str(row[0]) if row else "?"
            safe = value in ({"on", "remote_apply"} if name == "synchronous_commit" else {"on"})
            yield Finding(OK if safe else BAD, name, value)


def database_roles(chosen: Settings) -> Iterator[Finding]:
    """登录角色没有多余的权力。"""
    with psycopg.connect(chosen.admin_dsn) as connection:
        rows = connection.execute(
            "SELECT rolname, rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication"
            " OR rolbypassrls FROM pg_roles WHERE rolname = ANY(%s) ORDER BY rolname",
            [list(LOGIN_ROLES)],
        ).fetchall()
    known = {str(name): bool(strong) for name, strong in rows}
    for role in LOGIN_ROLES:
        if role not in known:
            yield Finding(WARN, role, say("doctor.role_missing"))
        elif known[role]:
            yield Finding(BAD, role, say("doctor.role_strong"))
        else:
            yield Finding(OK, role, say("doctor.role_plain"))


def topics(chosen: Settings) -> Iterator[Finding]:
    """账本主题不删不压，消息逐条可查。"""
    with kafka_admin.admin(chosen.kafka_bootstrap) as client:
        brokers = len(client.describe_cluster()["brokers"])
        names = sorted(name for name in client.list_topics() if name.startswith("shenguan."))
    if brokers == 1:
        yield Finding(WARN, "kafka", say("doctor.one_broker"))
    for name, found in kafka_admin.topic_settings(chosen.kafka_bootstrap, names).items():
        wrong = {
            key: found.get(key, "?")
            for key, wanted in kafka_admin.LEDGER_TOPIC.items()
            if found.get(key) != wanted
        }
        shown = ", ".join(f"{key}={value}" for key, value in wrong.items())
        yield Finding(BAD if wrong else OK, name, shown or say("doctor.topic"))


def disk(chosen: Settings) -> Iterator[Finding]:
    """磁盘还有余地。"""
    free = shutil.disk_usage(chosen.data).free
    level = BAD if free < LEAST_SPACE else WARN if free < LOW_SPACE else OK
    yield Finding(level, "disk", say("doctor.disk", free=free >> 20))


def secrets(chosen: Settings) -> Iterator[Finding]:
    """口令与密钥只有本人可读。"""
    for folder in (chosen.data / "secrets", chosen.keys):
        for path in sorted(folder.rglob("*")):
            mode = path.stat().st_mode & 0o777
            open_to_others = mode & PRIVATE and path.is_file()
            name = str(path.relative_to(chosen.data))
            yield Finding(BAD if open_to_others else OK, name, f"{mode:o}")


CHECKS: Final[tuple[Check, ...]] = (
    servers,
    ports,
    durability,
    database_roles,
    topics,
    disk,
    secrets,
)


def asks_own_server(check: Check, chosen: Settings) -> bool:
    """这一项要问的服务器，是否由我们自己启动。"""
    if check in {durability, database_roles}:
        return chosen.own_database
    return check is topics and chosen.own_kafka


def findings(chosen: Settings) -> Iterator[Finding]:
    """逐项检查；一项查不了，说明为何，其余照查。没有运行的服务器不去等它。"""
    is_stopped = state.running(chosen) is None
    for check in CHECKS:
        if is_stopped and asks_own_server(check, chosen):
            yield Finding(WARN, check.__name__, say("doctor.skipped"))
            continue
        try:
            yield from check(chosen)
        except psycopg.OperationalError:
            yield Finding(WARN, check.__name__, say("doctor.no_database"))
        except (Stop, KafkaError):
            yield Finding(WARN, check.__name__, say("doctor.no_kafka"))


def run(arguments: argparse.Namespace, chosen: Settings) -> int:
    """有危险项则退出码 2。"""
    found = list(findings(chosen))
    if arguments.json:
        print(json.dumps([asdict(one) for one in found], ensure_ascii=False))
    else:
        for one in found:
            level = say(f"doctor.{one.level}")
            name = words.child(one.name)
            print(say("doctor.line", level=level, name=name, finding=one.finding))
    count = {level: sum(one.level == level for one in found) for level in (OK, WARN, BAD)}
    if not arguments.json:
        print(say("doctor.summary", total=len(found), **count))
    return Exit.REFUSED if count[BAD] else Exit.DONE
