"""建账：位置 0 是建账本身，各种格式先公布后使用；建过的不重复。"""

import argparse
import hashlib
import json
import shutil
import threading
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from domain.acts.register import PublishSchema
from domain.genesis import AGGREGATE, Created, LedgerCreated, SchemaPublished
from domain.terms import HashName, Mode
from ledger import database
from ledger.application import Ledger, OutcomeKind, Request
from ledger.database import migrate
from ledger.errors import LedgerError
from ledger.founding import SYSTEM, establish, known_topics, publish
from ledger.relay import RelayOptions, run_relay
from ledger.verify import verify as examine
from runtime.commands import init, verify
from runtime.exits import Exit, Stop
from runtime.foundation import lay
from schemas.codec import current
from schemas.registry import EVENT_NAMES
from tests.conftest import NewDatabase
from tests.ledger.book import TOPICS, ask

pytestmark = pytest.mark.integration


def test_every_schema_is_published_before_its_first_use(new_database: NewDatabase) -> None:
    """建账在位置 0；各种格式的全文随后入账，与所存原文相同；不重复公布；改建账记录查得出。"""
    chosen = new_database()
    establish(chosen, "city", Mode.FORMAL, HashName.SHA256, TOPICS)
    with Ledger.open(chosen) as ledger:
        publish(ledger)
        facts = ledger.events("ledger/city")
        assert isinstance(facts[0].event, LedgerCreated)
        assert [fact.entry.position for fact in facts if fact.entry] == list(range(len(facts)))
        published = [fact.event for fact in facts if isinstance(fact.event, SchemaPublished)]
        assert {one.name for one in published} == set(EVENT_NAMES)
        assert published[0].name == "ledger.schema_published.v1"
        texts = {bytes(sha): bytes(text) for sha, text in _schemas(chosen.admin_dsn)}
        for one in published:
            assert texts[bytes.fromhex(one.sha256)] == one.text.encode()
            assert hashlib.sha256(one.text.encode()).hexdigest() == one.sha256
        assert publish(ledger) == 0
    ask(chosen.admin_dsn, "ALTER TABLE ledger.genesis DISABLE TRIGGER ALL")
    ask(chosen.admin_dsn, "UPDATE ledger.genesis SET mode = 'DEMO'")
    report = examine(chosen.dsn("shenguan_audit"))
    assert report is not None
    found = [step.difference.code for step in report.steps if step.difference]
    assert found == ["verify.genesis"]
    ask(chosen.admin_dsn, "UPDATE ledger.genesis SET mode = 'FORMAL'")
    with Ledger.open(chosen) as again:
        assert publish(again) == 0
        state = again.load(AGGREGATE, "city")
        assert isinstance(state, Created)
        assert len(again.events("ledger/city")) == len(EVENT_NAMES) + 1


def _schemas(dsn: str) -> list[tuple[bytes, bytes]]:
    return [(row[0], row[1]) for row in ask(dsn, "SELECT sha256, text FROM ledger.schema_text")]


def test_a_changed_schema_is_refused(new_database: NewDatabase) -> None:
    """公布过的格式不得改动：同名异文，依法拒绝。"""
    chosen = new_database()
    establish(chosen, "city", Mode.FORMAL, HashName.SHA256, TOPICS)
    with Ledger.open(chosen) as ledger:
        publish(ledger)
        text = current("case.received.v1").text.decode() + " "
        digest = hashlib.sha256(text.encode()).hexdigest()
        act = PublishSchema("city", "case.received.v1", digest, text)
        outcome = ledger.execute(Request(act, SYSTEM, uuid4()))
        assert outcome.kind is OutcomeKind.REFUSED


def test_structure_files_are_applied_once_and_never_changed(
    new_database: NewDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """结构文件只执行一次；执行之后改动，拒绝启动。"""
    chosen, folder = new_database(), tmp_path / "migrations"
    shutil.copytree(database.MIGRATIONS, folder)
    monkeypatch.setattr(database, "MIGRATIONS", folder)
    assert migrate(chosen)[0] == "0001_ledger.sql"
    assert migrate(chosen) == ()
    (folder / "9999_more.sql").write_text("CREATE TABLE ledger.more (id int)")
    assert migrate(chosen) == ("9999_more.sql",)
    (folder / "0001_ledger.sql").write_text("-- changed")
    with pytest.raises(LedgerError, match="migration_changed"):
        migrate(chosen)


@pytest.mark.kafka
def test_init_then_verify_both_ways(
    new_database: NewDatabase, kafka: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """`init` 建账建主题，中继抄送，`verify` 两边核对相符；改一个字节，退出码 3。"""
    chosen = replace(new_database(), kafka_bootstrap=kafka)
    origin = f"i{uuid4().hex[:8]}"
    assert lay(chosen, origin, Mode.DEMO) > len(EVENT_NAMES)
    topics = known_topics(chosen)
    assert lay(chosen, origin, Mode.DEMO) == 0
    assert known_topics(chosen) == topics
    stop = threading.Event()
    options = RelayOptions(chosen.dsn("shenguan_relay"), kafka)
    relay = threading.Thread(target=run_relay, args=(options, stop))
    relay.start()
    try:
        arguments = argparse.Namespace(json=True, offline=False)
        assert verify.run(arguments, chosen) == Exit.DONE
        assert json.loads(capsys.readouterr().out)["is_sound"]
        ask(chosen.admin_dsn, "ALTER TABLE ledger.event DISABLE TRIGGER append_only_row")
        flip = "UPDATE ledger.event SET value = set_byte(value, 9, 0) WHERE position = 3"
        ask(chosen.admin_dsn, flip)
        assert verify.run(argparse.Namespace(json=False, offline=False), chosen) == Exit.INTEGRITY
        assert "账本位置 3" in capsys.readouterr().out
    finally:
        stop.set()
        relay.join(timeout=20)


def test_verify_of_nothing_is_not_success(new_database: NewDatabase) -> None:
    """没有建账的库，`verify` 退出码 2，不说相符。"""
    chosen = new_database()
    migrate(chosen)
    with pytest.raises(Stop) as stopped:
        verify.run(argparse.Namespace(json=False, offline=True), chosen)
    assert stopped.value.exit_code == Exit.REFUSED


def test_formal_ledger_needs_a_name(new_database: NewDatabase) -> None:
    """正式账本须写明来源名，且须成样。"""
    chosen = new_database()
    for origin in (None, "泉州", "-x"):
        arguments = argparse.Namespace(formal=True, origin=origin, json=False)
        with pytest.raises(Stop) as stopped:
            init.run(arguments, chosen)
        assert stopped.value.exit_code == Exit.USAGE


def test_open_needs_the_key_files(new_database: NewDatabase) -> None:
    """密钥文件没了，账本打不开，也不悄悄另造。"""
    chosen = new_database()
    establish(chosen, "city", Mode.FORMAL, HashName.SHA256, TOPICS)
    (chosen.keys / "kek").unlink()
    with pytest.raises(LedgerError, match="key_missing"):
        Ledger.open(chosen)
