"""见证的角色：从封账主题读呈送，附签发回去；够数与否、独立与否，看得见。"""

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from ledger.bulletin import SUBMISSION, checkpoint_topic, send
from ledger.checkpoint import Checkpoint
from ledger.errors import LedgerDamaged, LedgerError
from ledger.keys import SEAL_FILE, create_key_files
from ledger.note import COSIGNATURE, ED25519, NoteSigner
from ledger.quorum import Quorum, read_quorum
from ledger.relay import open_producer
from ledger.sealer import SealerOptions, signer_of
from ledger.seals import Cosignature
from ledger.signing import Ed25519Key
from ledger.submission import Submission
from ledger.witness import Fork
from runtime import settings as settings_module
from runtime.kafka_admin import create_topics
from runtime.settings import Settings
from runtime.standing import seal_end
from runtime.witnessing import open_witness, quorum_of, run_witness
from tests.conftest import NewDatabase
from tests.ledger.test_sealer import Sealery, found
from tests.town import eventually

ORGANS = ("350505-JJJC", "350505-XNB", "350505-SCJG")


def witness_key(name: str) -> str:
    """一把见证的公钥。"""
    return NoteSigner(name, COSIGNATURE, Ed25519Key(name.encode().ljust(32)[:32])).verifier.text


# -- the quorum


def quorum(folder: Path, text: str, own: frozenset[str] = frozenset()) -> Quorum:
    """照这个文件约定的见证。"""
    (folder / "witnesses").write_text(text, "utf-8")
    return read_quorum(folder, own)


def test_no_file_means_no_witnesses(tmp_path: Path) -> None:
    """没有约定，就是没有见证；默认两家才算数。"""
    assert read_quorum(tmp_path) == Quorum((), 2)
    assert read_quorum(tmp_path).witnessed(()) == 0


def test_the_agreement_is_read_strictly(tmp_path: Path) -> None:
    """一行一家；读不懂的、写了两次的、不是见证的钥匙，都不往下读。"""
    a, b = witness_key("a"), witness_key("b")
    found = quorum(tmp_path, f"# 三家\nquorum 1\n{a} independent\n\n{b}  # 同一台机器\n")
    assert ([one.is_independent for one in found.members], found.needed) == ([True, False], 1)
    assert found.independent() == 1
    log = NoteSigner("a", ED25519, Ed25519Key(b"a" * 32)).verifier.text
    for wrong in ("a", f"{a} dependent", f"{a} {b}", "quorum 0", "quorum x", log, f"{a}x"):
        with pytest.raises(LedgerError) as refused:
            quorum(tmp_path, f"{b}\n{wrong}\n")
        assert (refused.value.code, refused.value.facts) == ("quorum.line", {"number": "2"})
    with pytest.raises(LedgerError) as repeated:
        quorum(tmp_path, f"{a}\n{a}\n")
    assert repeated.value.code == "quorum.repeated"


def test_whose_key_lies_here_is_not_independent(tmp_path: Path) -> None:
    """私钥就在这台机器上的，写了独立也不算独立。"""
    a = witness_key("a")
    assert quorum(tmp_path, f"{a} independent\n", frozenset({a})).independent() == 0


def test_two_of_three_must_have_come_so_far(tmp_path: Path) -> None:
    """三家里有两家附签到的，才算见证到；一家走得远不算。"""
    keys = [witness_key(name) for name in "abc"]
    three = quorum(tmp_path, "\n".join(keys))

    def signed(*sizes: int) -> list[Cosignature]:
        moment = datetime(2026, 3, 2, tzinfo=UTC)
        return [Cosignature(size, key, "", moment) for size, key in zip(sizes, keys, strict=False)]

    assert three.witnessed(signed()) == 0
    assert three.witnessed(signed(100)) == 0
    assert three.witnessed(signed(100, 60)) == 60
    assert three.witnessed(signed(100, 60, 80)) == 80
    assert three.witnessed([*signed(100, 60), *signed(50, 90)]) == 90
    stranger = replace(signed(1)[0], size=500, verifier_key=witness_key("x"))
    assert three.witnessed([*signed(100, 60), stranger]) == 60
    assert replace(three, needed=4).witnessed(signed(9, 9, 9)) == 0


# -- the role


class City(Sealery):
    """一本账，封账主题，几家见证。"""

    @property
    def options(self) -> SealerOptions:
        """连同 Kafka 与所认的见证。"""
        known = quorum_of(self.settings).keys
        bootstrap = self.settings.kafka_bootstrap
        return replace(super().options, bootstrap=bootstrap, witnesses=known)


@pytest.fixture
def city(new_database: NewDatabase, kafka: str) -> Iterator[City]:
    """一本新账，封到了账尾；三家见证各有自己的数据目录。"""
    origin = f"w-{uuid4().hex[:12]}"
    create_topics(kafka, {checkpoint_topic(origin): 1})
    settings = replace(new_database(), kafka_bootstrap=kafka)
    with found(settings, origin=origin) as ledger:
        one = City(settings, ledger)
        one.grow(20)
        yield one


def office(city: City, tmp_path: Path, organ: str) -> Settings:
    """一家见证自己的机器：只有账本的公钥和 Kafka。"""
    there = settings_module.load(tmp_path / organ, environment={})
    folder = there.witnesses / organ
    folder.mkdir(parents=True)
    key = signer_of(city.settings.keys, city.ledger.frame.origin).verifier
    (folder / "log-keys").write_text(f"{key.text}\n", "utf-8")
    return replace(there, kafka_bootstrap=city.settings.kafka_bootstrap)


@contextmanager
def attending(offices: list[Settings], organs: tuple[str, ...]) -> Iterator[None]:
    """这几家见证在旁边跑着。"""
    stop = threading.Event()
    threads = [
        threading.Thread(target=run_witness, args=(one, organ, stop))
        for one, organ in zip(offices, organs, strict=True)
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


@pytest.mark.integration
@pytest.mark.kafka
def test_two_of_three_offices_witness_what_is_sealed(city: City, tmp_path: Path) -> None:
    """三家里两家在附签：见证到账尾；状态写明几家、几家独立；重起接着附签。"""
    offices = [office(city, tmp_path, organ) for organ in ORGANS]
    keys = [open_witness(*one).signer.verifier.text for one in zip(offices, ORGANS, strict=True)]
    agreement = "".join(f"{key} independent\n" for key in keys)
    (city.settings.keys / "witnesses").write_text(agreement, "utf-8")

    def end() -> int:
        with psycopg.connect(city.settings.dsn("shenguan_audit")) as conn:
            seen = seal_end(conn, city.settings)
        assert (seen.witnesses, seen.independent, seen.needed) == (3, 3, 2)
        return seen.witnessed

    with city.sealing():
        eventually(lambda: city.newest() == city.count)
        assert end() == 0
        for _ in range(2):  # the second time they come back to what they knew
            with attending(offices[:2], ORGANS[:2]):
                city.grow(5)
                eventually(lambda: end() == city.count)


@pytest.mark.integration
@pytest.mark.kafka
def test_a_witness_that_sees_two_histories_stops_with_the_evidence(
    city: City, tmp_path: Path
) -> None:
    """主题里出现同样件数的另一份：见证停下，证据凭它自己就核得出。"""
    (organ, *_), origin = ORGANS, city.ledger.frame.origin
    there = office(city, tmp_path, organ)
    city.seal()
    size = city.newest()
    signer = signer_of(city.settings.keys, origin)
    with attending([there], (organ,)):
        eventually(lambda: (there.witnesses / organ / "head").exists())
        eventually(lambda: (open_witness(there, organ).head() or _none).size == size)
    other = Checkpoint(origin, size, bytes(32)).signed(signer)
    with closing(open_producer(there.kafka_bootstrap)) as producer:
        send(producer, origin, SUBMISSION, Submission(0, (), other.encode()).encode())
    with pytest.raises(LedgerDamaged) as told:
        run_witness(there, organ, threading.Event())
    assert told.value.code == "witness.fork"
    evidence = Fork.parse(Path(told.value.facts["file"]).read_bytes())
    assert evidence.is_proven((signer.verifier,))


_none = Checkpoint("", 0, b"")


def test_a_witness_on_the_ledgers_own_folder_takes_the_key_from_there(tmp_path: Path) -> None:
    """与账本同在一个数据目录的见证：封过账才有公钥可认，而且不算独立。"""
    own = settings_module.load(tmp_path, environment={})
    with pytest.raises(LedgerError) as early:
        open_witness(own, ORGANS[0])
    assert early.value.code == "witness.no_log_key"
    create_key_files(own.keys, (SEAL_FILE,))
    signer = signer_of(own.keys, "demo")
    (own.keys / "head").write_bytes(Checkpoint("demo", 1, bytes(32)).signed(signer).encode())
    witness = open_witness(own, ORGANS[0])
    assert (witness.origin, witness.keys) == ("demo", (signer.verifier,))
    (own.keys / "witnesses").write_text(f"{witness.signer.verifier.text} independent\n", "utf-8")
    assert quorum_of(own).independent() == 0


@pytest.mark.parametrize("organ", ["", "a b", "a+b", "../a"])
def test_a_witness_needs_a_proper_name(tmp_path: Path, organ: str) -> None:
    """见证的名称是机关代码。"""
    with pytest.raises(LedgerError) as refused:
        open_witness(settings_module.load(tmp_path, environment={}), organ)
    assert refused.value.code == "witness.organ"


def test_a_witness_listens_to_one_ledger(tmp_path: Path) -> None:
    """所认的公钥是空的，或是几本账的，不开工。"""
    there = settings_module.load(tmp_path, environment={})
    path = there.witnesses / ORGANS[0] / "log-keys"
    path.parent.mkdir(parents=True)
    keys = [NoteSigner(name, ED25519, Ed25519Key(b"k" * 32)).verifier.text for name in "ab"]
    for text in ("", "\n".join(keys)):
        path.write_text(text, "utf-8")
        with pytest.raises(LedgerError) as refused:
            open_witness(there, ORGANS[0])
        assert refused.value.code == "witness.log_keys"
