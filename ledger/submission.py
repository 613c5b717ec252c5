"""呈送（submission）：封账单连同一致证明，一并交给见证（C2SP tlog-witness 的 add-checkpoint）。

``old <size>``, one line of base64 a hash, an empty line, the signed checkpoint: what a witness needs
and nothing else. Read as strictly as the note inside it.
"""

import re
from dataclasses import dataclass
from typing import Final

from domain.merkle import WIDTH
from ledger.note import NoteRefused, from_base64, to_base64

MOST_HASHES: Final = 63
_OLD: Final = re.compile(r"old (0|[1-9][0-9]{0,18})")


@dataclass(frozen=True, slots=True)
class Submission:
    """一份呈送；``note`` 的签名由读的人核对。"""

    old_size: int
    proof: tuple[bytes, ...]
    note: bytes

    def encode(self) -> bytes:
        """写出。"""
        hashes = "".join(f"{to_base64(one)}\n" for one in self.proof)
        return f"old {self.old_size}\n{hashes}\n".encode() + self.note

    @classmethod
    def parse(cls, data: bytes) -> "Submission":
        """严格读入。Raises :class:`NoteRefused` ``note.form``."""
        head, blank, note = data.partition(b"\n\n")
        try:
            first, *lines = head.decode("ascii").split("\n")
        except UnicodeDecodeError:
            raise NoteRefused("note.form") from None
        found = _OLD.fullmatch(first)
        proof = tuple(map(from_base64, lines))
        if not blank or found is None or len(proof) > MOST_HASHES:
            raise NoteRefused("note.form")
        if any(len(one) != WIDTH for one in proof):
            raise NoteRefused("note.form")
        return cls(int(found[1]), proof, note)
