"""见证（witness）：每份新的封账单都要看一致证明，先记下，后附签；看到两段历史，写成证据。

C2SP tlog-witness. The state of a witness is one file: the newest checkpoint it has cosigned. It is
read, compared and replaced under one lock, and it is on disk before the cosignature leaves: however
many ask at once, whatever dies in between, no two inconsistent trees are ever cosigned.
"""

import fcntl
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from domain import merkle
from domain.hashing import digest
from domain.terms import HashName
from ledger.checkpoint import Checkpoint, open_checkpoint
from ledger.errors import LedgerDamaged, LedgerError
from ledger.note import Note, NoteRefused, NoteSigner, VerifierKey
from ledger.outside import read_whole, write_whole
from ledger.submission import Submission

FORK_FORMAT: Final = "sgld/fork/v1"
HEAD_FILE: Final = "head"
LOCK_FILE: Final = "lock"
FORKS: Final = "forks"


class WitnessRefused(LedgerError):  # noqa: N818 - the name says what happened
    """不附签：证明接不上已见证的一份。``size`` 是已见证到的件数，供对方补证明。"""

    def __init__(self, code: str, size: int) -> None:
        super().__init__(code, {"size": str(size)})
        self.size = size


@dataclass(frozen=True, slots=True)
class Fork:
    """两段历史的证据：两份本账签过的封账单，与后一份在前一份件数时的树根及其证明。

    ``second`` continues a tree of ``first``'s size whose root is ``other_root``; the log has signed
    another root for that size. Nothing else is needed to see it.
    """

    origin: str
    first: bytes
    second: bytes
    other_root: bytes
    proof: tuple[bytes, ...]

    def encode(self) -> bytes:
        """写成一个文件。"""
        told = {
            "format": FORK_FORMAT,
            "origin": self.origin,
            "first": self.first.decode(),
            "second": self.second.decode(),
            "other_root": self.other_root.hex(),
            "proof": [one.hex() for one in self.proof],
        }
        return (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode()

    @classmethod
    def parse(cls, data: bytes) -> "Fork":
        """读一份证据：再写一遍，须逐字节相同。Raises :class:`NoteRefused` ``witness.fork_form``."""
        try:
            told = json.loads(data)
            found = cls(
                told["origin"],
                told["first"].encode(),
                told["second"].encode(),
                bytes.fromhex(told["other_root"]),
                tuple(map(bytes.fromhex, told["proof"])),
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            raise NoteRefused("witness.fork_form") from None
        if found.encode() != data:
            raise NoteRefused("witness.fork_form")
        return found

    def is_proven(self, keys: Sequence[VerifierKey]) -> bool:
        """证据成立与否；``keys`` 是本账的公钥，从另外的渠道取得。"""
        try:
            first = open_checkpoint(self.first, self.origin, keys).checkpoint
            second = open_checkpoint(self.second, self.origin, keys).checkpoint
        except NoteRefused:
            return False
        compute = digest(second.hash)
        place = (first.size, self.other_root, second.size, second.root)
        continues = merkle.verify_consistency(compute, *place, self.proof)
        return first.size > 0 and continues and self.other_root != first.root


@dataclass(frozen=True, slots=True)
class Witness:
    """一家见证：所认的账本公钥，自己的签名人，存状态的文件夹。"""

    origin: str
    keys: tuple[VerifierKey, ...]
    signer: NoteSigner
    folder: Path

    def head(self) -> Checkpoint | None:
        """已见证到的封账单。Raises :class:`NoteRefused` where the file was changed."""
        note = read_whole(self.folder / HEAD_FILE)
        return None if note is None else open_checkpoint(note, self.origin, self.keys).checkpoint

    def consider(self, submission: Submission, now: int) -> bytes:
        """看一份呈送：接得上的附签，答附了签的封账单。

        Raises :class:`NoteRefused` for what the log has not signed, :class:`WitnessRefused`
        ``witness.conflict`` (the proof starts elsewhere) or ``witness.unproven`` (it does not
        verify), :class:`LedgerDamaged` ``witness.fork``: the evidence is then in a file.
        """
        opened = open_checkpoint(submission.note, self.origin, self.keys)
        found = opened.checkpoint
        own = tuple(line for key, line in opened.signed if key in self.keys)
        with self._locked():
            self._compare(found, submission)
            write_whole(self.folder / HEAD_FILE, Note(found.text, own).encode(), 0o600)
        return Note(found.text, (*own, self.signer.cosign(found.text, now))).encode()

    def _compare(self, found: Checkpoint, submission: Submission) -> None:
        known = self.head()
        compute = digest(found.hash)
        size, root = (known.size, known.root) if known else (0, compute(b""))
        if known is not None and found.size == size and found.root != root:
            raise self._fork(submission, found.root, ())
        if submission.old_size != size or found.size < size:
            raise WitnessRefused("witness.conflict", size)
        if known is not None and (known.mode, known.hash) != (found.mode, found.hash):
            raise WitnessRefused("witness.unproven", size)
        place = (size, root, found.size, found.root)
        if merkle.verify_consistency(compute, *place, submission.proof):
            return
        other = merkle.implied_root(compute, size, found.size, found.root, submission.proof)
        if other is not None:
            raise self._fork(submission, other, submission.proof)
        raise WitnessRefused("witness.unproven", size)

    def _fork(
        self, submission: Submission, other_root: bytes, proof: tuple[bytes, ...]
    ) -> LedgerDamaged:
        first = read_whole(self.folder / HEAD_FILE) or b""
        fork = Fork(self.origin, first, submission.note, other_root, proof)
        data = fork.encode()
        path = self.folder / FORKS / f"{digest(HashName.SHA256)(data).hex()[:16]}.json"
        if not path.exists():
            write_whole(path, data)
        return LedgerDamaged("witness.fork", {"file": str(path)})

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One at a time, over all processes that share the folder."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.folder / LOCK_FILE).open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
