"""证据包的命令：真的账、真的封账，交出去的包由 verify.py 单独核验；改一行、截一段、不合用法都说得清。"""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest

from domain.terms import HashName, Mode
from ledger.application import Ledger
from ledger.clock import LedgerClock
from ledger.closer import Closer
from ledger.founding import Teller, establish, publish
from ledger.keys import SEAL_FILE, create_key_files
from ledger.sealer import SealerOptions, run_sealer
from ledger.seals import newest_checkpoint
from runtime import cli
from runtime.commands import bundle
from runtime.exits import Exit, Stop
from runtime.settings import Settings
from schemas.topics import DEFAULT_PARTITIONS
from tests.conftest import NewDatabase
from tests.town import eventually

pytestmark = pytest.mark.integration
START: Final = datetime(2026, 3, 2, 2, tzinfo=UTC)
SCRIPT: Final = Path(__file__).parents[2] / "verifiers" / "verify.py"


def seal(settings: Settings) -> None:
    """封到此刻。"""
    create_key_files(settings.keys, (SEAL_FILE,))
    folder = settings.data / "sealed"
    options = SealerOptions(settings.dsn("shenguan_seal"), settings.keys, folder, pace=0)
    stop = threading.Event()
    with (
        Ledger.open(settings) as ledger,
        psycopg.connect(settings.dsn("shenguan_audit"), autocommit=True) as conn,
    ):
        thread = threading.Thread(target=run_sealer, args=(options, Teller(ledger), stop))
        thread.start()

        def is_sealed() -> bool:
            newest = newest_checkpoint(conn)
            row = conn.execute("SELECT next_position FROM ledger.counter").fetchone()
            return newest is not None and row is not None and newest.size == row[0]

        try:
            eventually(is_sealed)
        finally:
            stop.set()
            thread.join()


@pytest.fixture(scope="module")
def sealed(new_database: NewDatabase) -> Settings:
    """一本过了一个日终、封了账的账。"""
    settings = new_database()
    establish(settings, "demo", Mode.DEMO, HashName.SHA256, DEFAULT_PARTITIONS, START)
    with Ledger.open(settings) as ledger:
        publish(ledger)
        clock = LedgerClock(settings.dsn("shenguan_append"))
        clock.advance(START + timedelta(days=1))
        clock.close()
        with psycopg.connect(settings.dsn("shenguan_seal"), autocommit=True) as conn:
            assert Closer(conn, ledger).look()
    seal(settings)
    return settings


@pytest.fixture
def policy(sealed: Settings, tmp_path: Path) -> Path:
    """收件人自己保存的公钥。"""
    path = tmp_path / "policy.txt"
    assert told(sealed, "policy", "--out", str(path)) == Exit.DONE
    return path


def told(settings: Settings, *words: str) -> int:
    """照命令行办。"""
    return bundle.run(cli.parse(["bundle", *words]), settings)


def verified(path: Path, policy: Path, *more: str) -> tuple[int, Iterator[dict[str, Any]]]:
    """在另一个 Python 里单独核验。"""
    command = [sys.executable, "-I", str(SCRIPT), str(path), "--policy", str(policy), "--json"]
    done = subprocess.run([*command, *more], capture_output=True, text=True, check=False)
    return done.returncode, iter(json.loads(done.stdout)["checks"] if done.stdout else [])


def test_the_bundle_of_one_key_is_verified_alone(
    sealed: Settings, policy: Path, tmp_path: Path
) -> None:
    """一个编号的全部案卷：逐步相符，连同“一件不少”。"""
    path = tmp_path / "one.zip"
    assert told(sealed, "case", "demo", "--out", str(path)) == Exit.DONE
    code, checks = verified(path, policy)
    found = {one["check"].partition("：")[0]: one["found"] for one in checks}
    assert code == 0
    assert "之前的齐全" in found["一件不少"]


def test_what_was_seen_before_goes_on(sealed: Settings, policy: Path, tmp_path: Path) -> None:
    """带上次的封账单来：自那时以来只有续写。"""
    before = tmp_path / "checkpoint"
    before.write_bytes((sealed.data / "sealed" / "checkpoint").read_bytes())
    with Ledger.open(sealed) as ledger:
        clock = LedgerClock(sealed.dsn("shenguan_append"))
        clock.advance(clock.now() + timedelta(days=1))
        clock.close()
        with psycopg.connect(sealed.dsn("shenguan_seal"), autocommit=True) as conn:
            assert Closer(conn, ledger).look()
    seal(sealed)
    path = tmp_path / "later.zip"
    assert told(sealed, "case", "all", "--out", str(path), "--last", str(before)) == Exit.DONE
    code, checks = verified(path, policy, "--last", str(before))
    assert (code, [one["number"] for one in checks if one["result"] != "ok"]) == (0, [3])


def test_a_period_and_an_account(sealed: Settings, policy: Path, tmp_path: Path) -> None:
    """一段位置一件不少；一个账号办的事都在账上。"""
    for number, words in enumerate((("period", "0-20"), ("officer", "system"))):
        path = tmp_path / f"{number}.zip"
        assert told(sealed, *words, "--out", str(path)) == Exit.DONE
        assert verified(path, policy)[0] == 0


@pytest.mark.parametrize(
    ("words", "exit_code", "code"),
    [
        (("case", "nobody"), Exit.REFUSED, "bundle.nothing"),
        (("case",), Exit.USAGE, "bundle.what"),
        (("period", "20"), Exit.USAGE, "bundle.period"),
        (("period", "9-3"), Exit.USAGE, "bundle.period"),
        (("period", "0-999999"), Exit.REFUSED, "bundle.not_sealed_yet"),
        (("case", "demo", "--last", "/dev/null"), Exit.USAGE, "bundle.last"),
    ],
)
def test_what_cannot_be_bundled_is_said(
    sealed: Settings, tmp_path: Path, words: tuple[str, ...], exit_code: Exit, code: str
) -> None:
    """没有的、写错的，说清是什么、怎么办，什么也不写出。"""
    path = tmp_path / "none.zip"
    with pytest.raises(Stop) as stopped:
        told(sealed, *words, "--out", str(path))
    assert (stopped.value.exit_code, stopped.value.code) == (exit_code, code)
    assert not path.exists()


def test_a_file_that_is_there_is_kept(sealed: Settings, tmp_path: Path) -> None:
    """已有的文件不覆盖。"""
    path = tmp_path / "kept.zip"
    path.write_bytes(b"mine")
    with pytest.raises(Stop):
        told(sealed, "case", "demo", "--out", str(path))
    assert path.read_bytes() == b"mine"


def test_a_ledger_without_a_seal_gives_nothing(new_database: NewDatabase, tmp_path: Path) -> None:
    """没有封过账的，没有可交出的证明。"""
    settings = new_database()
    establish(settings, "demo", Mode.DEMO, HashName.SHA256, DEFAULT_PARTITIONS)
    for words in (("case", "x"), ("policy",)):
        with pytest.raises(Stop) as stopped:
            told(settings, *words, "--out", str(tmp_path / "none"))
        assert stopped.value.code == "bundle.unsealed"
