"""密钥：逐人封存，换了地方打不开，钥匙不在数据库里。"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from domain.terms import HashName, Personal, Sealed
from ledger.errors import LedgerError
from ledger.keys import KeyStore, create_key_files
from ledger.leaf import key_commitment
from ledger.line import Line
from tests.conftest import NewDatabase
from tests.ledger.book import Book, book

pytestmark = pytest.mark.integration
PLACE = ("subject.registered.v1", "name", "subject/S1", 1)


@pytest.fixture(scope="module")
def shared(new_database: NewDatabase) -> Iterator[Book]:
    """一本账。"""
    with book(new_database()) as opened:
        yield opened


@pytest.fixture
def another(shared: Book) -> Iterator[KeyStore]:
    """另一个进程里的密钥库。"""
    line = Line(shared.settings.dsn("shenguan_append"))
    yield KeyStore(line, shared.settings.keys, HashName.SHA256)
    line.close()


def test_layout_is_that_of_the_design(shared: Book) -> None:
    """封存字节：0x01、密钥号 16、随机数 12、密文、标签 16。"""
    keys = shared.ledger.keys
    sealed = keys.seal(Personal("layout", "张三"), *PLACE)
    again = keys.seal(Personal("layout", "张三"), *PLACE)
    assert len(sealed.value) == 1 + 16 + 12 + len("张三".encode()) + 16
    assert sealed.value[0] == 1
    (row,) = shared.sql("SELECT key_id FROM ledger.person_key WHERE holder = 'layout'")
    assert sealed.value[1:17] == bytes(row[0])
    assert sealed.value[:17] == again.value[:17]
    assert sealed.value[17:] != again.value[17:]


def test_another_process_opens_it(shared: Book, another: KeyStore) -> None:
    """另一个进程凭密钥文件打得开；同一人只有一把钥匙。"""
    sealed = shared.ledger.keys.seal(Personal("both", "李四"), *PLACE)
    assert another.open(sealed, *PLACE) == "李四"
    assert another.ensure("both") == shared.ledger.keys.ensure("both")


@pytest.mark.parametrize(
    "moved",
    [
        ("officer.appointed.v1", "name", "subject/S1", 1),
        ("subject.registered.v1", "other", "subject/S1", 1),
        ("subject.registered.v1", "name", "subject/S2", 1),
        ("subject.registered.v1", "name", "subject/S1", 2),
    ],
)
def test_moved_field_does_not_open(shared: Book, moved: tuple[str, str, str, int]) -> None:
    """挪到别的事件、字段、案卷或版本，打不开。"""
    sealed = shared.ledger.keys.seal(Personal("moved", "王五"), *PLACE)
    with pytest.raises(LedgerError, match="sealed_damaged"):
        shared.ledger.keys.open(sealed, *moved)


@pytest.mark.parametrize(
    "damage",
    [
        lambda value: value[:-1] + bytes([value[-1] ^ 1]),
        lambda value: value[:20],
        lambda value: b"\x09" + value[1:],
        lambda _: b"",
    ],
    ids=["bit", "cut", "layout", "empty"],
)
def test_damaged_field_does_not_open(shared: Book, damage: Callable[[bytes], bytes]) -> None:
    """改一位、截短、换布局，都打不开。"""
    sealed = shared.ledger.keys.seal(Personal("damaged", "赵六"), *PLACE)
    with pytest.raises(LedgerError, match="sealed_damaged"):
        shared.ledger.keys.open(Sealed(damage(sealed.value)), *PLACE)


def test_destroyed_key_closes_for_ever(shared: Book, another: KeyStore) -> None:
    """销毁一个人的密钥，其信息即不可读。"""
    sealed = shared.ledger.keys.seal(Personal("gone", "钱七"), *PLACE)
    shared.sql("DELETE FROM ledger.person_key WHERE holder = 'gone'")
    with pytest.raises(LedgerError, match="key_destroyed"):
        another.open(sealed, *PLACE)


def test_database_alone_opens_nothing(shared: Book, tmp_path: Path) -> None:
    """只拿到数据库、没有密钥文件的人打不开。"""
    sealed = shared.ledger.keys.seal(Personal("thief", "孙八"), *PLACE)
    create_key_files(tmp_path)
    line = Line(shared.settings.dsn("shenguan_append"))
    stranger = KeyStore(line, tmp_path, HashName.SHA256)
    with pytest.raises(LedgerError, match="kek_other"):
        stranger.open(sealed, *PLACE)
    line.close()


def test_commitment_binds_the_key(shared: Book, another: KeyStore) -> None:
    """库里的密钥被换成别人的，承诺值对不上，拒绝使用。"""
    commitment = shared.ledger.keys.ensure("bound")
    assert len(bytes.fromhex(commitment)) == len(key_commitment(HashName.SHA256, b""))
    shared.sql("UPDATE ledger.person_key SET commitment = sha256('x') WHERE holder = 'bound'")
    with pytest.raises(LedgerError, match="key_damaged"):
        another.ensure("bound")


def test_key_files_are_private_and_never_replaced(tmp_path: Path) -> None:
    """密钥文件只有本人可读；再建一次，已有的不动。"""
    create_key_files(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    create_key_files(tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}
    assert set(before) == {"kek", "index"}


def test_key_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    """别人可读的密钥文件不用；缺了也不悄悄另造。"""
    create_key_files(tmp_path)
    (tmp_path / "kek").chmod(0o644)
    line = Line("")
    with pytest.raises(LedgerError, match="key_mode"):
        KeyStore(line, tmp_path, HashName.SHA256)
    (tmp_path / "kek").unlink()
    with pytest.raises(LedgerError, match="key_missing"):
        KeyStore(line, tmp_path, HashName.SHA256)


def test_request_hash_needs_the_index_key(shared: Book, tmp_path: Path) -> None:
    """命令的摘要离开索引密钥算不出来：号码位数少，普通摘要不是秘密。"""
    create_key_files(tmp_path)
    other = KeyStore(Line(""), tmp_path, HashName.SHA256)
    number = b"350503199001011234"
    assert other.request_hash(number) == other.request_hash(number)
    assert shared.ledger.keys.request_hash(number) != other.request_hash(number)
