"""封账：重算、签出、留在库外；改一处历史、删一截、拨回旧库，封账即停，写明位置。"""

import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from domain import merkle
from domain.acts import Act
from domain.acts import handle as real
from domain.acts.register import CreateLedger
from domain.decider import Decision, Load
from domain.genesis import AGGREGATE, Created, SealDoubted, TopicPartitions
from domain.hashing import digest
from domain.merkle import Frontier
from domain.terms import Actor, HashName, Mode
from ledger import note
from ledger.application import Ledger, Request
from ledger.checkpoint import open_checkpoint
from ledger.database import OWNER
from ledger.errors import LedgerDamaged, LedgerError
from ledger.founding import SYSTEM, establish, teller
from ledger.keys import SEAL_FILE, create_key_files, read_key
from ledger.leaf import leaf_hasher
from ledger.note import VerifierKey
from ledger.outside import Outside
from ledger.relay import leaf_of
from ledger.sealer import SealerOptions, run_sealer, signer_of
from ledger.seals import SealDesk, Sealed
from ledger.store import stream_entries
from ledger.tiles import FULL, tiles_of
from runtime.settings import Settings
from schemas.codec import current
from schemas.registry import EVENT_NAMES
from schemas.topics import DEFAULT_PARTITIONS
from tests.conftest import NewDatabase
from tests.ledger.book import Note, ask, request
from tests.ledger.book import handle as small
from tests.town import eventually

pytestmark = pytest.mark.integration
CITY = "quanzhou"


@dataclass
class Sealery:
    """一本真的账，和给它封账的地方。"""

    settings: Settings
    ledger: Ledger

    @property
    def options(self) -> SealerOptions:
        """不歇着，来一件封一件。"""
        folder = self.settings.data / "sealed"
        return SealerOptions(self.settings.dsn("shenguan_seal"), self.settings.keys, folder, pace=0)

    @property
    def outside(self) -> Outside:
        """库外的两处。"""
        return Outside(self.options.keys, self.options.folder)

    @property
    def count(self) -> int:
        """账上几件。"""
        return int(self.sql("SELECT next_position FROM ledger.counter")[0][0])

    def sql(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        """以管理员身份问一句。"""
        return ask(self.settings.admin_dsn, query, *parameters)

    def sealed(self) -> list[Sealed]:
        """存下的各份封账单。"""
        with closing(SealDesk(self.options.dsn)) as desk:
            return desk.after(0, 10_000)

    def newest(self) -> int:
        """封到几件。"""
        return max((one.size for one in self.sealed()), default=0)

    @contextmanager
    def sealing(self) -> Iterator[None]:
        """封账在旁边跑着。"""
        stop = threading.Event()
        tell = teller(self.ledger)
        thread = threading.Thread(target=run_sealer, args=(self.options, tell, stop))
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()

    def seal(self) -> None:
        """封到账尾为止。"""
        with self.sealing():
            eventually(lambda: self.newest() == self.count)

    def grow(self, count: int) -> None:
        """添几件送达。"""
        for n in range(0, count, 10):
            act = Note(f"c{n % 3}", ("D",) * min(10, count - n))
            self.ledger.execute(request(act))

    def stopped(self) -> LedgerDamaged:
        """封账为何停下。"""
        with pytest.raises(LedgerDamaged) as told:
            run_sealer(self.options, teller(self.ledger), threading.Event())
        return told.value


def either(act: Act, actor: Actor, at: datetime, load: Load) -> Decision:
    """账本自己的事照真的办，其余是测试用的最小办理。"""
    return (small if isinstance(cast("object", act), Note) else real)(act, actor, at, load)


def found(settings: Settings, name: HashName = HashName.SHA256, origin: str = CITY) -> Ledger:
    """建账，打开。"""
    establish(settings, origin, Mode.FORMAL, name, DEFAULT_PARTITIONS)
    create_key_files(settings.keys, (SEAL_FILE,))
    ledger = Ledger.open(settings, handle=either)
    for one in EVENT_NAMES:
        ledger.keep_schema(current(one))
    topics = tuple(TopicPartitions(*one) for one in sorted(DEFAULT_PARTITIONS.items()))
    ledger.execute(Request(CreateLedger(origin, Mode.FORMAL, name, topics), SYSTEM, uuid4()))
    return ledger


def sealed_town(settings: Settings) -> Settings:
    """一本封过两次的账，触发器已被超级用户关掉；各测试改的是它的副本。"""
    with found(settings) as ledger:
        one = Sealery(settings, ledger)
        one.grow(300)
        one.seal()
        one.grow(5)
        one.seal()
        for table in ("event", "schema", "command", "checkpoint", "tile", "cosignature"):
            one.sql(f"ALTER TABLE ledger.{table} DISABLE TRIGGER ALL")
    return settings


@contextmanager
def copy_of(original: Settings, data: Path) -> Iterator[Sealery]:
    """一份副本：库、钥匙、静态文件。"""
    name = f"t_{uuid4().hex[:12]}"
    template = conninfo_to_dict(original.admin_dsn)["dbname"]
    ask(original.with_database("postgres").admin_dsn, f"CREATE DATABASE {name} TEMPLATE {template}")
    shutil.copytree(original.data, data, dirs_exist_ok=True)
    settings = replace(original.with_database(name), data=data)
    with Ledger.open(settings, handle=either) as ledger:
        yield Sealery(settings, ledger)


@pytest.fixture(scope="module")
def original(new_database: NewDatabase) -> Settings:
    """一本封过的账。"""
    return sealed_town(new_database())


@pytest.fixture
def own(original: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sealery]:
    """一份副本。"""
    with copy_of(original, tmp_path_factory.mktemp(uuid4().hex[:8])) as copy:
        yield copy


def recomputed(own: Sealery, size: int) -> bytes:
    """不经封账，由存下的字节逐叶算出的树根。"""
    frontier = Frontier(digest(HashName.SHA256))
    with stream_entries(own.settings.dsn("shenguan_audit")) as entries:
        for _, entry in zip(range(size), entries, strict=False):
            frontier.append(leaf_hasher(HashName.SHA256)(leaf_of(entry)))
    return frontier.root()


# -- what is sealed


def test_every_checkpoint_is_signed_recomputed_and_continues_the_one_before(own: Sealery) -> None:
    """每份封账单都有账本的签名，树根与重算的相同，附的证明说它由前一份续写而来。"""
    key = signer_of(own.settings.keys, CITY).verifier
    sealed, before = own.sealed(), merkle.root(HashName.SHA256, ())
    assert [one.old_size for one in sealed] == [0, *(one.size for one in sealed[:-1])]
    assert sealed[-1].size == own.count
    for one in sealed:
        opened = open_checkpoint(one.note, CITY, (key,))
        assert opened.checkpoint.size == one.size
        assert opened.checkpoint.root == one.root == recomputed(own, one.size)
        place = (one.old_size, before, one.size, one.root)
        assert merkle.verify_consistency(digest(HashName.SHA256), *place, one.proof)
        before = one.root


def test_the_key_is_private_and_its_announcement_is_sealed_itself(own: Sealery) -> None:
    """签名的钥匙只有本人可读；公钥写在账里，在第一份封账单之内。"""
    assert (own.settings.keys / SEAL_FILE).stat().st_mode & 0o777 == 0o600
    state = own.ledger.load(AGGREGATE, CITY)
    assert isinstance(state, Created)
    assert state.keys == (signer_of(own.settings.keys, CITY).verifier.text,)
    (announced,) = own.sql(
        "SELECT position FROM ledger.event WHERE name = 'ledger.key_announced.v1'"
    )
    assert announced[0] < own.sealed()[0].size


def test_what_is_public_is_enough_for_a_proof(own: Sealery) -> None:
    """只凭静态文件：核签名，由砖算出树根，证明任何一件在其中；布局照 C2SP。"""
    folder = own.options.folder
    note = (folder / "checkpoint").read_bytes()
    assert note == own.outside.head() == own.sealed()[-1].note
    size, compute = own.count, digest(HashName.SHA256)
    read = {(level, n): own.outside.tile(level, n, width) for level, n, width in tiles_of(size)}
    assert all(read.values())
    assert size > FULL
    assert (folder / "tile/0/000").stat().st_size == FULL * 32
    assert not (folder / "tile/0/000.p").exists()

    def tile(level: int, number: int) -> bytes:
        return read[level, number] or b""

    from ledger.tiles import subtrees_in

    subtrees = subtrees_in(compute, tile)
    root = open_checkpoint(note, CITY, (signer_of(own.settings.keys, CITY).verifier,))
    assert merkle.root_at(compute, subtrees, size) == root.checkpoint.root
    with stream_entries(own.settings.dsn("shenguan_audit"), 200) as entries:
        entry = next(entries)
    proof = merkle.inclusion_proof(compute, subtrees, 200, size)
    leaf = merkle.leaf_hash(compute, leaf_of(entry))
    assert merkle.verify_inclusion(compute, leaf, 200, size, proof, root.checkpoint.root)


def test_an_sm3_ledger_is_sealed_with_sm3(new_database: NewDatabase) -> None:
    """国密账本以 SM3 封，封账单写明。"""
    settings = new_database()
    with found(settings, HashName.SM3) as ledger:
        one = Sealery(settings, ledger)
        one.grow(9)
        one.seal()
        signed = note.Note.parse(one.sealed()[-1].note)
        assert signed.text.endswith("\nhash sm3\n")
        with stream_entries(settings.dsn("shenguan_audit")) as entries:
            root = merkle.root(HashName.SM3, map(leaf_of, entries))
        assert one.sealed()[-1].root == root


def test_going_on_after_a_restart_seals_only_what_is_new(own: Sealery) -> None:
    """重启之后从头重算，对上旧的封账单，再封新的；没有新的就不封。"""
    before = own.sealed()
    own.seal()
    assert own.sealed() == before
    own.grow(FULL)  # a whole tile more
    own.seal()
    assert own.sealed()[: len(before)] == before
    assert own.sealed()[-1].root == recomputed(own, own.count)
    tiles = own.sql("SELECT count(*) FROM ledger.tile")[0][0]
    assert tiles == len([one for one in tiles_of(own.count) if one[2] == FULL])


def test_two_sealers_do_not_seal_one_ledger(own: Sealery) -> None:
    """已有一个在封，第二个即退。"""
    with closing(SealDesk(own.options.dsn)) as desk:
        assert desk.lock()
        with pytest.raises(LedgerError) as refused:
            run_sealer(own.options, teller(own.ledger), threading.Event())
    assert refused.value.code == "seal.running_elsewhere"


def test_a_death_between_the_head_and_the_table_is_made_good(own: Sealery) -> None:
    """刚把封账单留在库外就死了：再起来，存进库里的是同一份。"""
    last = own.sealed()[-1]
    own.sql("DELETE FROM ledger.checkpoint WHERE size = %s", last.size)
    (own.options.folder / "checkpoint").unlink()
    own.grow(1)
    own.seal()
    again = {one.size: one for one in own.sealed()}
    assert (again[last.size].note, again[last.size].proof) == (last.note, last.proof)


def test_lost_static_files_are_written_again(own: Sealery) -> None:
    """静态文件丢了，重新写出，一个不少。"""
    shutil.rmtree(own.options.folder)
    own.grow(1)
    own.seal()
    assert all(own.outside.tile(*one) for one in tiles_of(own.count))


# -- what stops it


def flip(position: int) -> str:
    """改一位内容。"""
    return (
        "UPDATE ledger.event SET value = set_byte(value, 40, get_byte(value, 40) # 1)"
        f" WHERE position = {position}"
    )


def forge(own: Sealery, position: int) -> None:
    """改一位内容，连同叶杂凑一起改得相符。"""
    own.sql(flip(position))
    with stream_entries(own.settings.dsn("shenguan_audit"), position) as entries:
        entry = next(entries)
    leaf = leaf_hasher(HashName.SHA256)(leaf_of(entry))
    own.sql("UPDATE ledger.event SET leaf_hash = %s WHERE position = %s", leaf, position)


def test_a_flipped_bit_stops_the_sealer_and_names_the_position(own: Sealery) -> None:
    """改一位，封账停下，写明位置；存疑入账，等人查明。"""
    own.sql(flip(7))
    stopped = own.stopped()
    assert (stopped.code, stopped.facts["position"]) == ("seal.leaf_differs", "7")
    state = own.ledger.load(AGGREGATE, CITY)
    assert isinstance(state, Created)
    assert SealDoubted("seal.leaf_differs", 0, 7) in state.doubts


@pytest.mark.parametrize("position", [7, 255, 256, 300])
def test_rewritten_hashes_do_not_help(own: Sealery, position: int) -> None:
    """超级用户连叶杂凑一起改：与封存的砖不符，指出同一位置。"""
    forge(own, position)
    stopped = own.stopped()
    assert stopped.code in {"seal.tile_differs", "seal.root_differs"}
    assert stopped.facts["position"] == str(position)


def test_tiles_in_the_table_count_as_well_as_the_files(own: Sealery) -> None:
    """静态文件没有了，库里的砖也对不上。"""
    shutil.rmtree(own.options.folder)
    forge(own, 7)
    assert own.stopped().facts["position"] == "7"


def test_without_any_tile_the_head_still_tells(own: Sealery) -> None:
    """砖都没有了，库外的封账单还在：不符就停，只是说不出位置。"""
    shutil.rmtree(own.options.folder)
    own.sql("DELETE FROM ledger.tile")
    forge(own, 7)
    stopped = own.stopped()
    assert (stopped.code, stopped.facts["position"]) == ("seal.root_differs", "?")


def cut(own: Sealery, size: int) -> None:
    """把账拨回到 ``size`` 件：末件、末端表、封账表一起拨回，前后一致。"""
    own.sql("DELETE FROM ledger.event WHERE position >= %s", size)
    own.sql("DELETE FROM ledger.command WHERE last_position >= %s", size)
    own.sql("UPDATE ledger.counter SET next_position = %s", size)
    own.sql("DELETE FROM ledger.checkpoint WHERE size > %s", size)
    own.sql(
        "UPDATE ledger.stream_head h SET (version, leaf_hash) ="
        " (SELECT e.version, e.leaf_hash FROM ledger.event e WHERE e.stream = h.stream"
        "  ORDER BY e.version DESC LIMIT 1)"
    )
    own.sql(
        "UPDATE ledger.lane_head h SET next_lane_position = (SELECT count(*) FROM ledger.event e"
        " WHERE (e.topic, e.partition) = (h.topic, h.partition))"
    )


def test_a_cut_tail_stops_the_sealer(own: Sealery) -> None:
    """删掉末尾，末端表也改得前后一致：库外的封账单记得更多，封账停下。"""
    size = own.count
    cut(own, size - 2)
    stopped = own.stopped()
    assert stopped.code == "seal.behind"
    assert stopped.facts == {"size": str(size), "position": str(size - 2)}


def test_an_old_backup_that_went_on_stops_the_sealer(own: Sealery) -> None:
    """恢复了旧备份又续写到更长：在旧封账单处对不上，指出分岔的位置。"""
    size = own.count
    cut(own, size - 2)
    own.grow(5)
    stopped = own.stopped()
    assert stopped.code == "seal.root_differs"
    assert stopped.facts == {"size": str(size), "position": str(size - 2)}


def test_a_running_sealer_sees_a_tail_that_is_gone(own: Sealery) -> None:
    """封账正跑着，末尾被删：立即停下。"""
    halted: list[LedgerDamaged] = []

    def run() -> None:
        try:
            run_sealer(own.options, teller(own.ledger), threading.Event())
        except LedgerDamaged as error:
            halted.append(error)

    own.grow(1)
    thread = threading.Thread(target=run)
    thread.start()
    eventually(lambda: own.newest() == own.count)
    size = own.count
    cut(own, size - 1)
    thread.join()
    assert [one.code for one in halted] == ["seal.behind"]


def test_a_hole_stops_the_sealer(own: Sealery) -> None:
    """中间少一件，封账停下。"""
    own.sql("DELETE FROM ledger.event WHERE position = 7")
    stopped = own.stopped()
    assert (stopped.code, stopped.facts["position"]) == ("seal.hole", "7")


def test_a_missing_or_old_head_stops_the_sealer(own: Sealery) -> None:
    """库外的封账单不见了，或被换成旧的，封账停下：那正是它要防的。"""
    head, first = own.settings.keys / "head", own.sealed()[0]
    head.write_bytes(first.note)
    assert own.stopped().code == "seal.head_old"
    head.unlink()
    assert own.stopped().code == "seal.head_missing"


def test_a_forged_head_is_not_believed(own: Sealery) -> None:
    """库外的封账单被改过，签名不对，不往下封。"""
    head = own.settings.keys / "head"
    head.write_bytes(head.read_bytes().replace(b"\n30", b"\n31", 1))
    with pytest.raises(LedgerError) as refused:
        run_sealer(own.options, teller(own.ledger), threading.Event())
    assert refused.value.code == "note.wrong_signature"


def test_another_key_is_not_used_unannounced(own: Sealery) -> None:
    """换了一把没有公布过的钥匙，账本不认，封账不开工。"""
    (own.settings.keys / SEAL_FILE).unlink()
    create_key_files(own.settings.keys, (SEAL_FILE,))
    with pytest.raises(LedgerError) as refused:
        run_sealer(own.options, teller(own.ledger), threading.Event())
    assert refused.value.code == "ledger.key_replaces"


@pytest.mark.parametrize(
    "attempt",
    [
        "UPDATE ledger.checkpoint SET root = root",
        "DELETE FROM ledger.checkpoint",
        "TRUNCATE ledger.tile",
        "INSERT INTO ledger.tile VALUES (0, 0, '')",
        "SELECT * FROM ledger.person_key",
        "SELECT * FROM ledger.command",
        "SELECT ledger.keep_schema('x', 'x')",
    ],
)
def test_the_sealer_may_do_nothing_else(own: Sealery, attempt: str) -> None:
    """封账的角色只能封账：别的，数据库拒绝。"""
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        ask(own.options.dsn, attempt)


@pytest.mark.parametrize("table", ["checkpoint", "tile"])
@pytest.mark.parametrize("change", ["DELETE FROM ledger.{}", "TRUNCATE ledger.{} CASCADE"])
def test_even_the_owner_cannot_unseal(own: Sealery, table: str, change: str) -> None:
    """超级用户扮作属主删封账单、删砖，触发器拒绝。"""
    for one in ("checkpoint", "tile", "cosignature"):
        own.sql(f"ALTER TABLE ledger.{one} ENABLE TRIGGER ALL")
    with psycopg.connect(own.settings.admin_dsn, autocommit=True) as conn:
        conn.execute(f"SET ROLE {OWNER}".encode())
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append only"):
            conn.execute(change.format(table).encode())


def test_the_table_takes_no_second_history(own: Sealery) -> None:
    """封账表只收由最新一份续写而来的，不收超出账尾的，不收另一块砖。"""
    last = own.sealed()[-1]
    with closing(SealDesk(own.options.dsn)) as desk:
        desk.seal(last, ())  # the same again is fine
        for other in (
            replace(last, root=bytes(32)),
            replace(last, size=last.size + 1, old_size=last.size),
            replace(last, size=last.size - 1),
        ):
            with pytest.raises(LedgerDamaged) as refused:
                desk.seal(other, ())
            assert refused.value.code == "seal.table_differs"


def test_keys_and_notes_are_readable_elsewhere(own: Sealery) -> None:
    """公钥的公布写法读得回来：别处的工具照此核验。"""
    state = own.ledger.load(AGGREGATE, CITY)
    assert isinstance(state, Created)
    key = VerifierKey.parse(state.keys[0])
    assert key.public == signer_of(own.settings.keys, CITY).key.public
    assert len(read_key(own.settings.keys, SEAL_FILE)) == 32
    assert json.dumps(key.text)
