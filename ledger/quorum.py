"""见证的约定（quorum）：认哪几家，几家附签才算数，哪几家不独立。

The file ``keys/witnesses`` is the operator's word, one line a witness: its verifier key, then
``independent`` if it runs on a machine of its own office. ``quorum N`` sets how many must agree.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ledger.errors import LedgerError
from ledger.note import COSIGNATURE, NoteRefused, VerifierKey
from ledger.outside import read_whole
from ledger.seals import Cosignature

WITNESSES_FILE: Final = "witnesses"
DEFAULT_QUORUM: Final = 2
LATE: Final = 60.0  # seconds that the oldest leaf may be uncosigned


@dataclass(frozen=True, slots=True)
class Member:
    """一家见证；``is_independent`` 是运行的人所称：不在账本自己的机器上。"""

    key: VerifierKey
    is_independent: bool


@dataclass(frozen=True, slots=True)
class Quorum:
    """所认的各家与所需的家数。"""

    members: tuple[Member, ...] = ()
    needed: int = DEFAULT_QUORUM

    @property
    def keys(self) -> tuple[VerifierKey, ...]:
        """各家的公钥。"""
        return tuple(member.key for member in self.members)

    def witnessed(self, cosignatures: Iterable[Cosignature]) -> int:
        """够数的见证到了几件：附了较大一份的，也就见证了较小的。"""
        newest = dict.fromkeys((key.text for key in self.keys), 0)
        for one in cosignatures:
            if one.verifier_key in newest:
                newest[one.verifier_key] = max(newest[one.verifier_key], one.size)
        ordered = sorted(newest.values(), reverse=True)
        return ordered[self.needed - 1] if len(ordered) >= self.needed else 0

    def independent(self) -> int:
        """其中独立的有几家。"""
        return sum(member.is_independent for member in self.members)


def read_quorum(keys: Path, own: frozenset[str] = frozenset()) -> Quorum:
    """读见证的约定；没有这个文件，就是还没有见证。

    ``own`` are verifier keys whose private halves lie in this very data folder: never independent.
    Raises :class:`LedgerError` ``quorum.line``.
    """
    text = (read_whole(keys / WITNESSES_FILE) or b"").decode()
    members: list[Member] = []
    needed = DEFAULT_QUORUM
    for number, line in enumerate(text.splitlines(), 1):
        words = line.partition("#")[0].split()
        match words:
            case []:
                continue
            case ["quorum", count] if count.isdecimal() and int(count) > 0:
                needed = int(count)
            case [key] | [key, "independent"]:
                stranger = len(words) > 1 and key not in own
                members.append(Member(_witness(key, number), stranger))
            case _:
                raise LedgerError("quorum.line", {"number": str(number)})
    if len({member.key for member in members}) < len(members):
        raise LedgerError("quorum.repeated")
    return Quorum(tuple(members), needed)


def _witness(text: str, number: int) -> VerifierKey:
    try:
        key = VerifierKey.parse(text)
    except NoteRefused:
        raise LedgerError("quorum.line", {"number": str(number)}) from None
    if key.kind != COSIGNATURE:
        raise LedgerError("quorum.line", {"number": str(number)})
    return key
