"""签名单（signed note，C2SP）：一段文字，一行空行，若干签名行；逐字节严格解析。

Text is malleable, so whatever is read is written again and compared: CRLF, leading zeros, trailing
bits of base64, an ignorable line are all refused. A signature of a known key must be right; those
of unknown keys are ignored, and a note that no known key has signed says nothing.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from ledger.errors import LedgerError
from ledger.signing import Ed25519Key, is_signature

ED25519: Final = 0x01
COSIGNATURE: Final = 0x04
MOST_SIGNATURES: Final = 16
MOST_BYTES: Final = 65_536
_ID_BYTES: Final = 4
_TIME_BYTES: Final = 8
_LATEST: Final = 2**63 - 1
_KEY_BYTES: Final = 32
_LINE: Final = re.compile(r"— ([^ ]+) ([A-Za-z0-9+/]+=*)")
_VERIFIER: Final = re.compile(r"([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)")


class NoteRefused(LedgerError):  # noqa: N818 - the name says what happened
    """签名单不合规格，或签名不对：当作没有收到，绝不猜它的意思。"""


def to_base64(data: bytes) -> str:
    """标准 base64。"""
    return base64.b64encode(data).decode("ascii")


def from_base64(text: str) -> bytes:
    """标准 base64，只认规范的写法。"""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise NoteRefused("note.base64") from None
    if to_base64(data) != text:
        raise NoteRefused("note.base64")
    return data


def is_name(name: str) -> bool:
    """可作密钥名称：非空，没有空白、加号和控制符。"""
    return bool(name) and not any(one.isspace() or one == "+" or one < " " for one in name)


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """验证用的公钥：名称、种类与公钥字节；名称与编号合起来认一把钥匙。"""

    name: str
    kind: int
    public: bytes

    @property
    def key_id(self) -> bytes:
        """编号：``SHA-256(名称 ‖ 0x0A ‖ 种类 ‖ 公钥)`` 的前四字节。"""
        content = b"".join((self.name.encode(), b"\n", bytes((self.kind,)), self.public))
        return hashlib.sha256(content).digest()[:_ID_BYTES]

    @property
    def text(self) -> str:
        """公布的写法（vkey）：``名称+编号+base64(种类 ‖ 公钥)``。"""
        return f"{self.name}+{self.key_id.hex()}+{to_base64(bytes((self.kind,)) + self.public)}"

    @classmethod
    def parse(cls, text: str) -> "VerifierKey":
        """读一把公布的公钥。Raises :class:`NoteRefused`."""
        found = _VERIFIER.fullmatch(text)
        if found is None:
            raise NoteRefused("note.key", {"key": text})
        material = from_base64(found[3])
        key = cls(found[1], material[0], material[1:])
        is_known = key.kind in {ED25519, COSIGNATURE} and len(key.public) == _KEY_BYTES
        if not is_known or not is_name(key.name) or key.text != text:
            raise NoteRefused("note.key", {"key": text})
        return key

    def verifies(self, text: str, blob: bytes) -> bool:
        """签名是否是这把钥匙对这段文字所作。"""
        if self.kind == ED25519:
            return is_signature(self.public, text.encode(), blob)
        at = int.from_bytes(blob[:_TIME_BYTES], "big")
        message = cosigned(text, at)
        return at <= _LATEST and is_signature(self.public, message, blob[_TIME_BYTES:])


@dataclass(frozen=True, slots=True)
class Signature:
    """一行签名：``blob`` 是编号之后的各字节。"""

    name: str
    key_id: bytes
    blob: bytes

    @property
    def line(self) -> str:
        """这一行，连换行。"""
        return f"— {self.name} {to_base64(self.key_id + self.blob)}\n"

    @property
    def cosigned_at(self) -> int:
        """见证签名自称的时刻（秒）；只对种类 0x04 有意义。"""
        return int.from_bytes(self.blob[:_TIME_BYTES], "big")


@dataclass(frozen=True, slots=True)
class Note:
    """签名单。"""

    text: str
    signatures: tuple[Signature, ...]

    def encode(self) -> bytes:
        """写出。"""
        return "".join((self.text, "\n", *(one.line for one in self.signatures))).encode()

    @classmethod
    def parse(cls, data: bytes) -> "Note":
        """严格读入：再写一遍，须逐字节相同。Raises :class:`NoteRefused`."""
        try:
            written = data[: MOST_BYTES + 1].decode("utf-8")
        except UnicodeDecodeError:
            raise NoteRefused("note.form") from None
        body, blank, lines = written.rpartition("\n\n")
        is_clean = not any(one < " " and one != "\n" for one in written)
        if len(data) > MOST_BYTES or not blank or not is_clean or not lines.endswith("\n"):
            raise NoteRefused("note.form")
        note = cls(f"{body}\n", tuple(map(_signature, lines[:-1].split("\n"))))
        named = {(one.name, one.key_id) for one in note.signatures}
        if len(note.signatures) > MOST_SIGNATURES:
            raise NoteRefused("note.too_many", {"most": str(MOST_SIGNATURES)})
        if len(named) < len(note.signatures):
            raise NoteRefused("note.repeated")
        if note.encode() != data:
            raise NoteRefused("note.form")
        return note

    def verified(self, keys: Iterable[VerifierKey]) -> tuple[tuple[VerifierKey, Signature], ...]:
        """由所认的公钥作出的各签名；不认得的略过。

        Raises :class:`NoteRefused` where a signature of a known key is wrong, or none is known.
        """
        known = {(key.name, key.key_id): key for key in keys}
        found: list[tuple[VerifierKey, Signature]] = []
        for one in self.signatures:
            key = known.get((one.name, one.key_id))
            if key is None:
                continue
            if not key.verifies(self.text, one.blob):
                raise NoteRefused("note.wrong_signature", {"name": one.name})
            found.append((key, one))
        if not found:
            raise NoteRefused("note.unsigned")
        return tuple(found)


def _signature(line: str) -> Signature:
    found = _LINE.fullmatch(line)
    if found is None or not is_name(found[1]):
        raise NoteRefused("note.form")
    data = from_base64(found[2])
    if len(data) <= _ID_BYTES:
        raise NoteRefused("note.form")
    return Signature(found[1], data[:_ID_BYTES], data[_ID_BYTES:])


def cosigned(text: str, at: int) -> bytes:
    """见证所签的原文（C2SP cosignature/v1）：时刻与封账单一并签。"""
    return f"cosignature/v1\ntime {at}\n{text}".encode()


@dataclass(frozen=True, slots=True)
class NoteSigner:
    """签名人：名称、种类与私钥。"""

    name: str
    kind: int
    key: Ed25519Key

    @property
    def verifier(self) -> VerifierKey:
        """对应的公钥。"""
        return VerifierKey(self.name, self.kind, self.key.public)

    def sign(self, text: str) -> Signature:
        """签一段文字（种类 0x01）。Raises :class:`NoteRefused` for what no note can hold."""
        signature = Signature(self.name, self.verifier.key_id, self.key.sign(text.encode()))
        Note.parse(Note(text, (signature,)).encode())
        return signature

    def cosign(self, text: str, at: int) -> Signature:
        """见证一段文字，连同时刻 ``at``（秒；种类 0x04）。"""
        stamped = at.to_bytes(_TIME_BYTES, "big") + self.key.sign(cosigned(text, at))
        return Signature(self.name, self.verifier.key_id, stamped)
