"""封账单（checkpoint）：账本在某一件数时的树根，由账本签名，由见证附签（C2SP tlog-checkpoint）。

Three lines: origin, size, root. A rehearsal adds the line ``demo``, an SM3 ledger ``hash sm3``, in
this order; no other line is ours, and whoever adds one is refused.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from domain.merkle import WIDTH
from domain.terms import HashName, Mode
from ledger.note import (
    ED25519,
    Note,
    NoteRefused,
    NoteSigner,
    Signature,
    VerifierKey,
    from_base64,
    to_base64,
)

DEMO: Final = "demo"
SM3: Final = "hash sm3"
_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,18}")
_LARGEST: Final = 2**63 - 1
_SHORTEST: Final = 3  # lines


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """封账单的内容。"""

    origin: str
    size: int
    root: bytes
    mode: Mode = Mode.FORMAL
    hash: HashName = HashName.SHA256

    @property
    def text(self) -> str:
        """所签的文字。"""
        extra = [DEMO] if self.mode is Mode.DEMO else []
        extra += [SM3] if self.hash is HashName.SM3 else []
        lines = (self.origin, str(self.size), to_base64(self.root), *extra)
        return "".join(f"{line}\n" for line in lines)

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """严格读入：再写一遍，须一字不差。Raises :class:`NoteRefused` ``checkpoint.form``."""
        lines = text.split("\n")
        if len(lines) <= _SHORTEST or not _SIZE.fullmatch(lines[1]):
            raise NoteRefused("checkpoint.form")
        mode = Mode.DEMO if DEMO in lines[_SHORTEST:] else Mode.FORMAL
        name = HashName.SM3 if SM3 in lines[_SHORTEST:] else HashName.SHA256
        found = cls(lines[0], int(lines[1]), from_base64(lines[2]), mode, name)
        is_whole = found.origin and found.size <= _LARGEST and len(found.root) == WIDTH
        if not is_whole or found.text != text:
            raise NoteRefused("checkpoint.form")
        return found

    def signed(self, signer: NoteSigner) -> Note:
        """由账本签名。"""
        return Note(self.text, (signer.sign(self.text),))


@dataclass(frozen=True, slots=True)
class Opened:
    """核过签名的封账单：内容，与其中成立的各签名。"""

    checkpoint: Checkpoint
    note: Note
    signed: tuple[tuple[VerifierKey, Signature], ...]

    @property
    def signers(self) -> tuple[VerifierKey, ...]:
        """作出签名的各公钥。"""
        return tuple(key for key, _ in self.signed)


def open_checkpoint(data: bytes, origin: str, keys: Iterable[VerifierKey]) -> Opened:
    """读一份封账单：须是这本账的，须有账本自己的签名；见证的签名一并核对。

    ``keys`` are the log's keys and the witnesses', as their reader knows them: never as the note
    says. Raises :class:`NoteRefused`.
    """
    note = Note.parse(data)
    signed = note.verified(keys)
    found = Checkpoint.parse(note.text)
    if found.origin != origin:
        raise NoteRefused("checkpoint.origin", {"found": found.origin, "expected": origin})
    if not any((key.kind, key.name) == (ED25519, origin) for key, _ in signed):
        raise NoteRefused("note.unsigned")
    return Opened(found, note, signed)
