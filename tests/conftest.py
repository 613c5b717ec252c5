"""全体测试共用：真的 PostgreSQL、真的 Kafka，各只启动一次。"""

import os
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace

import psycopg
import pytest
from hypothesis import settings as hypothesis_settings
from psycopg import conninfo, sql

from runtime.servers.embedded import embedded
from runtime.settings import Settings

NewDatabase = Callable[[], Settings]

# A busy machine is no error: nothing here is timed.
hypothesis_settings.register_profile("house", deadline=None)
hypothesis_settings.load_profile("house")


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """一台内嵌 PostgreSQL，全体测试共用；各模块用 `new_database` 另建库。"""
    with embedded(tmp_path_factory.mktemp("postgres"), kafka=False) as settings:
        yield settings


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """一台内嵌 Kafka 的地址（bootstrap）；主题名请用各自的 origin 区分。"""
    with embedded(tmp_path_factory.mktemp("kafka"), postgres=False, kafka=True) as settings:
        yield settings.kafka_bootstrap


@pytest.fixture(scope="session")
def new_database(postgres: Settings, tmp_path_factory: pytest.TempPathFactory) -> NewDatabase:
    """造一个空库：同一台服务器，自己的数据目录（密钥互不相干）。"""

    def create() -> Settings:
        name = f"t_{uuid.uuid4().hex[:12]}"
        with psycopg.connect(postgres.admin_dsn, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        dsn = conninfo.make_conninfo(postgres.admin_dsn, dbname=name)
        return replace(postgres, data=tmp_path_factory.mktemp(name), admin_dsn=dsn)

    return create


@pytest.fixture(autouse=True)
def _own_world(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """测试不受使用者环境变量的影响，也不动他的默认数据目录。"""
    for name in [name for name in os.environ if name.startswith("SHENGUAN_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SHENGUAN_HOME", str(tmp_path_factory.getbasetemp() / "home"))
