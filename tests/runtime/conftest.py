"""命令的测试共用：建好的账。"""

from collections.abc import Callable

import pytest

from domain.terms import HashName, Mode
from ledger.application import Ledger
from ledger.founding import establish, publish
from runtime.settings import Settings
from schemas.topics import DEFAULT_PARTITIONS
from tests.conftest import NewDatabase

NewLedger = Callable[..., Settings]


@pytest.fixture(scope="session")
def new_ledger(new_database: NewDatabase) -> NewLedger:
    """造一本账：不需要 Kafka，中继没有在跑。"""

    def create(mode: Mode = Mode.DEMO) -> Settings:
        settings = new_database()
        establish(settings, "demo", mode, HashName.SHA256, DEFAULT_PARTITIONS)
        with Ledger.open(settings) as ledger:
            publish(ledger)
        return settings

    return create
