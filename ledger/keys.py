"""密钥（keys）：个人信息逐人封存；销毁一个人的密钥，其信息即不可读，账本的证明不受影响。

Layout and associated data as in trust.md, *Erasure*. Each person has an AES-256-GCM data key, kept
in PostgreSQL only wrapped under a key-encryption key (KEK) that lives in a file outside it. The
index key, beside it, makes blind values: a plain hash of a number with few digits is no secret.
"""

import hashlib
import hmac
import os
import secrets
import stat
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.decider import Event
from domain.terms import HashName, Personal, PersonalText, Sealed
from ledger.errors import LedgerError
from ledger.leaf import key_commitment, lp
from ledger.line import Line

KEK_FILE: Final = "kek"
INDEX_FILE: Final = "index"
SEAL_FILE: Final = "seal"  # the seed of the key that signs checkpoints
_KEY_BYTES: Final = 32
_ID_BYTES: Final = 16
_NONCE_BYTES: Final = 12
_AES_GCM: Final = b"\x01"
_SHORTEST: Final = len(_AES_GCM) + _ID_BYTES + _NONCE_BYTES + 16
_FIND: Final = {
    column: f"SELECT holder, key_id, commitment, wrapped, kek_id FROM ledger.person_key WHERE {column} = %s"  # noqa: S608 (the two names below)
    for column in ("holder", "key_id")
}
_CACHED: Final = 10_000  # unwrapped keys held in memory


def create_key_files(folder: Path, names: tuple[str, ...] = (KEK_FILE, INDEX_FILE)) -> None:
    """造出密钥文件，只有本人可读；已有的不动。"""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in names:
        path = folder / name
        if path.exists():
            continue
        part = folder / f"{name}.{os.getpid()}.part"
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(_KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(part, path)  # never over a key that another process made meanwhile
        except FileExistsError:
            continue
        finally:
            part.unlink()


def read_key(folder: Path, name: str) -> bytes:
    """读一个密钥文件；别人也能读的不用。Raises :class:`LedgerError`."""
    path = folder / name
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        key = path.read_bytes()
    except FileNotFoundError:
        raise LedgerError("ledger.key_missing", {"file": name}) from None
    if mode & 0o077:
        raise LedgerError("ledger.key_mode", {"file": name, "mode": f"{mode:04o}"})
    if len(key) != _KEY_BYTES:
        raise LedgerError("ledger.key_damaged", {"file": name})
    return key


@dataclass(frozen=True, slots=True)
class _DataKey:
    key_id: bytes
    commitment: bytes
    cipher: AESGCM = field(repr=False)


def associated_data(event: str, path: str, stream: str, version: int) -> bytes:
    """封存所绑定的处所：换到别的事件、字段、案卷或版本即打不开。"""
    return b"".join(
        (
            b"sgld/sealed/v1",
            lp(event.encode()),
            lp(path.encode()),
            lp(stream.encode()),
            version.to_bytes(8, "big"),
        )
    )


class KeyStore:
    """逐人的数据密钥：造出、封存、启封。"""

    def __init__(self, line: Line, folder: Path, hash_name: HashName) -> None:
        kek = read_key(folder, KEK_FILE)
        self._line = line
        self._hash = hash_name
        self._wrap = AESGCM(kek)
        self._kek_id = hashlib.sha256(b"kek" + kek).hexdigest()[:16]
        self._index_key = read_key(folder, INDEX_FILE)
        self._by_holder: dict[str, _DataKey] = {}
        self._by_id: dict[bytes, _DataKey] = {}
        self._lock = Lock()

    def request_hash(self, content: bytes) -> bytes:
        """一条命令的摘要，是盲值：命令里可能有电话号码，没有索引密钥的人猜不出。

        Keyed BLAKE2b: much faster here than HMAC.
        """
        return hashlib.blake2b(
            content, digest_size=32, key=self._index_key, person=b"request"
        ).digest()

    def ensure(self, holder: str) -> str:
        """备好此人的密钥，返回其承诺值（小写十六进制）。"""
        return self._of(holder).commitment.hex()

    def seal(self, personal: Personal, event: str, path: str, stream: str, version: int) -> Sealed:
        """封存一处个人信息。"""
        key = self._of(personal.holder)
        nonce = os.urandom(_NONCE_BYTES)
        place = associated_data(event, path, stream, version)
        closed = key.cipher.encrypt(nonce, personal.text.encode(), place)
        return Sealed(_AES_GCM + key.key_id + nonce + closed)

    def open(self, sealed: Sealed, event: str, path: str, stream: str, version: int) -> str:
        """启封。

        Raises :class:`LedgerError`: ``ledger.key_destroyed`` where the person's key is gone,
        ``ledger.sealed_damaged`` where bytes or place are not those that were sealed.
        """
        value = sealed.value
        if len(value) < _SHORTEST or value[:1] != _AES_GCM:
            raise LedgerError("ledger.sealed_damaged", {"stream": stream, "field": path})
        key = self._by_key_id(value[1 : 1 + _ID_BYTES], stream)
        nonce, closed = value[17 : 17 + _NONCE_BYTES], value[17 + _NONCE_BYTES :]
        place = associated_data(event, path, stream, version)
        try:
            return key.cipher.decrypt(nonce, closed, place).decode()
        except InvalidTag:
            raise LedgerError("ledger.sealed_damaged", {"stream": stream, "field": path}) from None

    def seal_event(
        self, event: Event, name: str, personal: tuple[str, ...], stream: str, version: int
    ) -> Event:
        """封存一件事里的全部个人信息；``personal`` 是格式中标明的字段。"""
        sealed: dict[str, Sealed] = {}
        for path in personal:
            text: PersonalText | None = getattr(event, path)
            if isinstance(text, Personal):
                sealed[path] = self.seal(text, name, path, stream, version)
        return replace(event, **sealed) if sealed else event  # type: ignore[type-var]

    def _of(self, holder: str) -> _DataKey:
        known = self._by_holder.get(holder)
        if known is not None:
            return known
        with self._lock:
            return self._read("holder", holder) or self._make(holder)

    def _by_key_id(self, key_id: bytes, stream: str) -> _DataKey:
        known = self._by_id.get(key_id)
        if known is not None:
            return known
        with self._lock:
            found = self._read("key_id", key_id)
        if found is None:
            raise LedgerError("ledger.key_destroyed", {"stream": stream})
        return found

    def _read(self, column: str, value: str | bytes) -> _DataKey | None:
        row = self._line.fetch_one(_FIND[column], (value,))
        if row is None:
            return None
        holder, key_id, commitment, wrapped, kek_id = row
        if kek_id != self._kek_id:
            raise LedgerError("ledger.kek_other", {"kek_id": kek_id})
        key = self._wrap.decrypt(wrapped[:12], wrapped[12:], _wrap_place(holder, key_id))
        if not hmac.compare_digest(key_commitment(self._hash, key), commitment):
            raise LedgerError("ledger.key_damaged", {"file": "ledger.person_key"})
        return self._remember(holder, _DataKey(key_id, commitment, AESGCM(key)))

    def _make(self, holder: str) -> _DataKey:
        key_id, key = os.urandom(_ID_BYTES), os.urandom(_KEY_BYTES)
        commitment = key_commitment(self._hash, key)
        nonce = os.urandom(_NONCE_BYTES)
        wrapped = nonce + self._wrap.encrypt(nonce, key, _wrap_place(holder, key_id))
        self._line.fetch_one(
            "SELECT ledger.keep_person_key(%s, %s, %s, %s, %s)",
            (holder, key_id, commitment, wrapped, self._kek_id),
        )
        kept = self._read("holder", holder)  # another process may have been first
        if kept is None:
            raise LedgerError("ledger.key_destroyed", {"stream": ""})
        return kept

    def _remember(self, holder: str, key: _DataKey) -> _DataKey:
        if len(self._by_holder) >= _CACHED:
            self._by_holder.clear()
            self._by_id.clear()
        self._by_holder[holder] = key
        self._by_id[key.key_id] = key
        return key


def _wrap_place(holder: str, key_id: bytes) -> bytes:
    return b"sgld/wrapped/v1" + lp(holder.encode()) + lp(key_id)
