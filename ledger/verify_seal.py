"""核验封账：与账目同一遍走过，每份封账单的树根、签名、续写，每块砖，库外留存的一份。

(10) checkpoints  (11) tiles  (12) the head outside PostgreSQL  (13) the checkpoint topic

The key of a checkpoint of size N is the one announced last among the first N events: nothing is
asked of the tables that the walk has not met itself.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from domain import merkle
from domain.decider import Event
from domain.genesis import KeyAnnounced
from domain.hashing import digest
from domain.merkle import Frontier
from ledger.checkpoint import Checkpoint, open_checkpoint
from ledger.note import Note, NoteRefused, VerifierKey
from ledger.outside import Outside
from ledger.seals import Sealed
from ledger.steps import Step
from ledger.store import Frame
from ledger.tiles import HEIGHT, Masonry, Tile, first_difference

SEAL_STEPS: Final = ("seals", "tiles", "outside", "bulletin")
Stored: TypeAlias = Callable[[int, int], bytes | None]
"""(level, number) → the full tile as the table has it."""


@dataclass(slots=True)
class SealCheck:
    """随账目走一遍。``outside`` 为 None：不看库外留存的。

    ``note`` is the head outside, read before the snapshot of the tables was taken: whatever it
    covers is in there.
    """

    frame: Frame
    steps: dict[str, Step]
    stored: Iterator[Sealed]
    tile: Stored
    outside: Outside | None
    note: bytes | None
    masonry: Masonry = field(init=False)
    frontier: Frontier = field(init=False)
    keys: list[VerifierKey] = field(default_factory=list)
    before: Sealed | None = None
    roots: dict[int, bytes] = field(default_factory=dict)  # of checkpoints, as recomputed
    _next: Sealed | None = None
    _head: Checkpoint | None = None

    def __post_init__(self) -> None:
        compute = digest(self.frame.hash)
        self.masonry, self.frontier = Masonry(compute), Frontier(compute)
        self._next = next(self.stored, None)
        self._head = self._read_head()

    @property
    def is_sealed(self) -> bool:
        """这本账封过没有。"""
        return self._next is not None or self.before is not None or self._head is not None

    def _read_head(self) -> Checkpoint | None:
        """Its signature is checked when the walk has come to its size."""
        if self.note is None:
            return None
        try:
            return claimed(self.note)
        except NoteRefused as error:
            self.steps["outside"].found("head_note", reason=error.code)
            return None

    # -- on the way

    def see(self, leaf: bytes, event: Event | None) -> None:
        """走过一件；``event`` 译不出的为 None。"""
        if isinstance(event, KeyAnnounced):
            self._announced(event)
        self.frontier.append(leaf)
        for tile in self.masonry.append(leaf):
            self._tile(tile, self.tile(tile.level, tile.number))
        size = self.frontier.size
        while self._next is not None and self._next.size <= size:
            self._checkpoint(self._next)
            self._next = next(self.stored, None)
        if self._head is not None and self._head.size == size:
            self._at_head(self._head)

    def _announced(self, event: KeyAnnounced) -> None:
        try:
            self.keys.append(VerifierKey.parse(event.verifier_key))
        except NoteRefused as error:
            self.steps["seals"].found("seal_note", size="?", reason=error.code)

    def _checkpoint(self, sealed: Sealed) -> None:
        step = self.steps["seals"]
        step.examined += 1
        root = self.frontier.root()
        self.roots[sealed.size] = root
        told = self._signed(sealed.note)
        if told is not None:
            step.found("seal_note", size=sealed.size, reason=told)
        elif (sealed.root, sealed.size) != (root, self.frontier.size):
            step.found("seal_root", size=sealed.size)
        elif not self._continues(sealed):
            step.found("seal_chain", size=sealed.size, old_size=sealed.old_size)
        self.before = sealed

    def _signed(self, note: bytes) -> str | None:
        """What is wrong with a note that should be the checkpoint of this size; None: nothing."""
        frame = self.frame
        known = Checkpoint(
            frame.origin, self.frontier.size, self.frontier.root(), frame.mode, frame.hash
        )
        try:
            opened = open_checkpoint(note, frame.origin, self.keys[-1:])
        except NoteRefused as error:
            return error.code
        return None if opened.checkpoint == known else "checkpoint.form"

    def _continues(self, sealed: Sealed) -> bool:
        compute = self.frontier.compute
        size, root = (self.before.size, self.before.root) if self.before else (0, compute(b""))
        place = (sealed.old_size, root, sealed.size, sealed.root)
        return size == sealed.old_size and merkle.verify_consistency(compute, *place, sealed.proof)

    def _tile(self, tile: Tile, stored: bytes | None) -> None:
        step = self.steps["tiles"]
        step.examined += 1
        public = self.outside.tile(tile.level, tile.number, tile.width) if self.outside else None
        for known in (stored, public):
            if known is not None and known != tile.hashes:
                step.found("tile", position=first_difference(tile, known))

    def _at_head(self, head: Checkpoint) -> None:
        step = self.steps["outside"]
        step.examined += 1
        told = self._signed(self.note or b"")
        if head.root != self.frontier.root():
            step.found("head_root", size=head.size)
        elif told is not None:
            step.found("head_note", reason=told)
        for tile in self.masonry.partial():
            self._tile(tile, None)

    # -- at the end

    def end(self) -> None:
        """走完：封账单、砖与库外留存的，都不多出账尾；该有的砖都有。"""
        size = self.frontier.size
        if self._next is not None:
            self.steps["seals"].found("seal_beyond", size=self._next.size, position=size)
        if self._head is not None and self._head.size > size:
            self.steps["outside"].found("head_beyond", size=self._head.size, position=size)
        newest = self.before.size if self.before else 0
        if self.outside is not None and newest > self._later_head(self.outside):
            self.steps["outside"].found("head_old", size=newest)
        for level in range(len(self.masonry.edges)):
            for number in range(newest >> HEIGHT * (level + 1)):
                if self.tile(level, number) is None:
                    start = number << HEIGHT * (level + 1)
                    self.steps["tiles"].found("tile_missing", position=start)

    def _later_head(self, outside: Outside) -> int:
        """Read again: what was sealed since the first reading may be in the snapshot."""
        note = outside.head()
        try:
            return claimed(note).size if note else 0
        except NoteRefused:
            return 0

    def compare(self, published: Iterable[bytes], later: Callable[[int], bytes | None]) -> None:
        """封账主题里本账签过的每一份，库里都有同一份；不是本账签的，不算数。

        ``later`` is the root that the table has now: the ledger stores before it publishes.
        """
        step = self.steps["bulletin"]
        for note in published:
            try:
                found = open_checkpoint(note, self.frame.origin, self.keys).checkpoint
            except NoteRefused:
                continue
            step.examined += 1
            if (self.roots.get(found.size) or later(found.size)) != found.root:
                step.found("seal_other", size=found.size)


def claimed(note: bytes) -> Checkpoint:
    """签名单自称的封账单，签名还没有核过。Raises :class:`NoteRefused`."""
    return Checkpoint.parse(Note.parse(note).text)
