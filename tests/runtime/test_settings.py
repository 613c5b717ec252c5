"""设置、口令、日志、体检、Kafka 管理。"""

import json
import logging
import stat
from pathlib import Path

import psycopg
import pytest
import structlog

from ledger.database import LOGIN_ROLES
from runtime import kafka_admin, logs, settings
from runtime.checks import database, machine
from runtime.checks.finding import BAD, OK
from runtime.servers.kafka import escaped
from runtime.settings import Settings
from tests.conftest import NewDatabase

CITIZEN = "11010519491231002X"


def test_secrets_are_made_once_private_and_never_shown(tmp_path: Path) -> None:
    """口令：造一次，只有本人可读，不出现在设置的文字里。"""
    loaded = settings.load(tmp_path, environment={})
    path = tmp_path / "secrets" / "database.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert settings.load(tmp_path, environment={}) == loaded
    assert len(set(loaded.passwords.values())) == len(LOGIN_ROLES) + 1
    assert [word for word in loaded.passwords.values() if word in repr(loaded)] == []
    for role in LOGIN_ROLES:
        assert loaded.passwords[role] in loaded.dsn(role)


def test_a_city_can_bring_its_own_servers(tmp_path: Path) -> None:
    """用单位自己的 PostgreSQL 与 Kafka，并说得出设置从何而来。"""
    chosen = settings.load(
        tmp_path,
        environment={
            "SHENGUAN_DATABASE_URL": "postgresql://admin:x@db.example/hall",
            "SHENGUAN_KAFKA": "k1:9092,k2:9092",
        },
    )
    assert (chosen.own_database, chosen.own_kafka) == (False, False)
    assert chosen.kafka_bootstrap == "k1:9092,k2:9092"
    assert "host=db.example" in chosen.dsn("shenguan_relay")
    assert "user=shenguan_relay" in chosen.dsn("shenguan_relay")
    assert "admin" not in chosen.dsn("shenguan_relay")


def test_the_folder_last_used_is_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """默认用上次的数据目录；演示与建账另有自己的。"""
    monkeypatch.setattr(settings, "DATA", tmp_path)
    monkeypatch.setattr(settings, "LAST", tmp_path / "last")
    assert settings.choose_folder("up", None) == (tmp_path / "main", "default")
    settings.remember(tmp_path / "elsewhere")
    assert settings.choose_folder("up", None) == (tmp_path / "elsewhere", ".data/last")
    assert settings.choose_folder("demo", None) == (tmp_path / "demo", "default")
    assert settings.choose_folder("init", None) == (tmp_path / "main", "default")
    assert settings.choose_folder("up", str(tmp_path)) == (tmp_path, "--data")


def test_personal_numbers_do_not_reach_the_log(tmp_path: Path) -> None:
    """日志里没有身份证号、手机号、姓名，局部变量也不写。"""
    local = CITIZEN
    with logs.configured("relay", tmp_path):
        log = structlog.get_logger()
        log.info("case.received", name="张三", case_no="A1", note=f"证号{local}，电话13800138000")
        log.info("nested", facts={"id_number": local, "more": [local]}, position=1234567890123456)
        try:
            int(f"bad {local}")
        except ValueError:
            log.exception("failed")
        logging.getLogger("kafka.client").warning("peer says %s", local)
    lines = (tmp_path / "relay.log").read_text("utf-8").splitlines()
    text = "\n".join(lines)
    for secret in (CITIZEN, "13800138000", "张三"):
        assert secret not in text
    records = [json.loads(line) for line in lines]
    assert [record["event"] for record in records][:3] == ["case.received", "nested", "failed"]
    assert records[0]["case_no"] == "A1"
    assert records[1]["position"] == 1234567890123456
    assert "ValueError" in text
    assert records[3]["logger"] == "kafka.client"


def test_java_reads_chinese_paths_in_properties() -> None:
    """属性文件里的汉字与反斜杠转义成 Java 认得的写法。"""
    assert escaped("/数据 a\\b") == "/\\u6570\\u636e a\\\\b"


@pytest.mark.integration
def test_doctor_finds_the_database_durable(postgres: Settings) -> None:
    """体检：内嵌数据库已答复即已落盘，页有校验和。"""
    found = list(database.durability(postgres))
    assert [one.name for one in found] == list(database.DURABLE)
    assert {one.level for one in found} == {OK}


@pytest.mark.integration
@pytest.mark.fault
def test_doctor_finds_what_is_unsafe(new_database: NewDatabase) -> None:
    """体检：关掉同步提交、口令文件人人可读、角色权力过大，都查得出。"""
    chosen = new_database()
    with psycopg.connect(chosen.admin_dsn, autocommit=True) as connection:
        row = connection.execute("SELECT current_database()").fetchone()
        assert row is not None
        connection.execute(f"ALTER DATABASE {row[0]} SET synchronous_commit = off")
    assert "synchronous_commit" in bad(database.durability(chosen))

    settings.ensure_secrets(chosen.data)
    (chosen.data / "secrets" / "database.json").chmod(0o644)
    assert "secrets/database.json" in bad(machine.secrets(chosen))


def bad(found: object) -> list[str]:
    """危险项的名称。"""
    assert hasattr(found, "__iter__")
    return [one.name for one in found if one.level == BAD]


@pytest.mark.integration
def test_nobody_enters_without_a_password(postgres: Settings) -> None:
    """口令不对，进不了数据库；没有免密的门。"""
    for wrong in ("", "guess"):
        with pytest.raises(psycopg.OperationalError, match=r"password|fe_sendauth"):
            psycopg.connect(postgres.admin_dsn, password=wrong)


@pytest.mark.kafka
@pytest.mark.integration
def test_ledger_topics_are_made_once_keep_everything_and_are_known_by_id(kafka: str) -> None:
    """主题：只建一次，永久保留；删了重建，编号就不同。"""
    name = "shenguan.admin-test.case.v1"
    made = kafka_admin.create_topics(kafka, {name: 2})
    assert kafka_admin.create_topics(kafka, {name: 2}) == made
    assert kafka_admin.partition_counts(kafka, [name]) == {name: 2}
    found = kafka_admin.topic_settings(kafka, [name])[name]
    assert {key: found[key] for key in kafka_admin.LEDGER_TOPIC} == dict(kafka_admin.LEDGER_TOPIC)
    assert found["flush.messages"] == "1"
    kafka_admin.delete_topics(kafka, [name])
    assert kafka_admin.topic_ids(kafka, [name]) == {}
    assert kafka_admin.create_topics(kafka, {name: 2}) != made
    kafka_admin.delete_topics(kafka, [name])
