"""封账（sealer）：另走一路重读存下的字节，重算每一叶，续写杂凑树，签出封账单。

A process of its own with rights of its own. At each start everything is recomputed from position 0:
no state of an earlier run is believed. What it believes is the head that it left outside
PostgreSQL, so a database that was set back does not pass; before a new head is signed, the old one
has been met on the way. New events are sealed within five seconds.

The order of writing: tiles, the head outside, the table, the public checkpoint, the topic. Whoever
dies between two of them says the same again after the next start.
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypeAlias

import structlog

from domain import merkle
from domain.acts.sealing import AnnounceSealKey, DoubtSeal, SealingAct
from domain.hashing import digest
from ledger.bulletin import Bulletin, BulletinOptions
from ledger.checkpoint import Checkpoint, Opened, open_checkpoint
from ledger.entry import Entry
from ledger.errors import LedgerDamaged, LedgerError, LedgerUnavailable
from ledger.failpoints import arm, reach
from ledger.keys import SEAL_FILE, read_key
from ledger.leaf import leaf_bytes, leaf_hasher
from ledger.note import ED25519, NoteSigner, VerifierKey
from ledger.outside import Outside
from ledger.seals import SealDesk, Sealed
from ledger.signing import Ed25519Key
from ledger.store import Frame
from ledger.tiles import FULL, HEIGHT, Masonry, Tile, first_difference, subtrees_in

log: Final = structlog.get_logger()
READ: Final = 1_000  # events a read
Tell: TypeAlias = Callable[[SealingAct], tuple[str, ...]]
"""Puts what the sealer has to say on record; answers with all seal keys announced, in order."""


@dataclass(frozen=True, slots=True)
class SealerOptions:
    """封账的参数：连哪里，钥匙与静态文件在哪里，隔多久封一次。"""

    dsn: str
    keys: Path
    folder: Path
    bootstrap: str | None = None
    witnesses: tuple[VerifierKey, ...] = ()
    pace: float = 2.0
    poll: float = 0.5


def run_sealer(options: SealerOptions, tell: Tell, stop: threading.Event) -> None:
    """封账，直到 ``stop``。

    Raises :class:`LedgerError` ``seal.running_elsewhere`` or what the ledger says of the key,
    :class:`LedgerDamaged` where what is stored is not what was sealed: that is put on record first.
    """
    desk = SealDesk(options.dsn)
    try:
        if not desk.lock():
            raise LedgerError("seal.running_elsewhere")
        frame = desk.frame()
        if frame is None:
            raise LedgerUnavailable("ledger.not_created")
        arm(frame.mode)
        signer = signer_of(options.keys, frame.origin)
        keys = announce(tell, frame.origin, signer.verifier)
        sealer = Sealer(desk, Outside(options.keys, options.folder), frame, signer, keys)
        try:
            sealer.meet_head()
            with _bulletin(options, frame.origin, keys) as bulletin:
                _watch(sealer, bulletin, options, stop)
        except LedgerDamaged as error:
            _doubt(tell, frame.origin, error)
            raise
    finally:
        desk.close()


@contextmanager
def _bulletin(
    options: SealerOptions, origin: str, keys: tuple[VerifierKey, ...]
) -> Iterator[Bulletin | None]:
    """The topic, unless there is none (a test, a ledger without Kafka)."""
    if options.bootstrap is None:
        yield None
        return
    told = BulletinOptions(options.dsn, options.bootstrap, origin, keys, options.witnesses)
    bulletin = Bulletin(told)
    bulletin.start()
    try:
        yield bulletin
    finally:
        bulletin.stop()


def signer_of(keys: Path, origin: str) -> NoteSigner:
    """账本的签名人：名称即账本名称。"""
    return NoteSigner(origin, ED25519, Ed25519Key(read_key(keys, SEAL_FILE)))


def announce(tell: Tell, origin: str, verifier: VerifierKey) -> tuple[VerifierKey, ...]:
    """首次启动时公布公钥；答全部公布过的。钥匙不是现用的一把，账本不认，也就不封。"""
    return tuple(map(VerifierKey.parse, tell(AnnounceSealKey(origin, verifier.text))))


def _doubt(tell: Tell, origin: str, error: LedgerDamaged) -> None:
    """On record before we stop, if the ledger still takes it: the message above all must be seen."""
    position, size = error.facts.get("position", ""), error.facts.get("size", "0")
    at = int(position) if position.isdecimal() else None
    try:
        tell(DoubtSeal(origin, error.code, int(size), at))
    except LedgerError:
        log.exception("seal.doubt_not_recorded", code=error.code, facts=error.facts)


def _watch(
    sealer: "Sealer", bulletin: Bulletin | None, options: SealerOptions, stop: threading.Event
) -> None:
    """All that is there, then whatever comes; a checkpoint at most every ``pace`` seconds."""
    sealed_at = -options.pace
    while not stop.is_set():
        if bulletin and bulletin.damage:
            raise bulletin.damage
        taken = sealer.take(sealer.desk.read(sealer.size, READ))
        if sealer.is_ahead and time.monotonic() - sealed_at >= options.pace:
            sealer.seal()
            sealed_at = time.monotonic()
        if not taken:
            sealer.is_all_there()
            sealer.desk.wait(options.poll)


@dataclass(slots=True)
class Sealer:
    """封账的一次运行：砌到哪里，上一份封账单是哪一份。"""

    desk: SealDesk
    outside: Outside
    frame: Frame
    signer: NoteSigner
    keys: tuple[VerifierKey, ...]
    masonry: Masonry = field(init=False)
    sealed_size: int = 0
    full: list[Tile] = field(default_factory=list)  # since the last checkpoint in the table
    _leaf: Callable[[bytes], bytes] = field(init=False)

    def __post_init__(self) -> None:
        self.masonry = Masonry(digest(self.frame.hash))
        self._leaf = leaf_hasher(self.frame.hash)

    @property
    def size(self) -> int:
        """已重算的件数。"""
        return self.masonry.size

    @property
    def is_ahead(self) -> bool:
        """有没有未封的。"""
        return self.size > self.sealed_size

    # -- meeting what was sealed before

    def meet_head(self) -> None:
        """从头重算，直到遇上库外与库里的最新封账单，逐一对上。

        Raises :class:`LedgerDamaged`: ``seal.head_missing``, ``seal.behind``, ``seal.root_differs``
        and all of :meth:`take`.
        """
        stored, note = self.desk.newest(), self.outside.head()
        if note is None:
            if stored is not None:
                raise LedgerDamaged("seal.head_missing", {"size": str(stored.size)})
            return
        head = open_checkpoint(note, self.frame.origin, self.keys)
        for opened in sorted((head, *self._stored(stored)), key=lambda one: one.checkpoint.size):
            self._grow(opened.checkpoint)
        self.sealed_size = stored.size if stored else 0
        if self.sealed_size > head.checkpoint.size:
            raise LedgerDamaged("seal.head_old", {"size": str(self.sealed_size)})
        if self.sealed_size < head.checkpoint.size:  # died between the head and the table
            self._store(head.checkpoint, note)

    def _stored(self, stored: Sealed | None) -> Iterable[Opened]:
        return (open_checkpoint(stored.note, self.frame.origin, self.keys),) if stored else ()

    def _grow(self, known: Checkpoint) -> None:
        size = {"size": str(known.size)}
        while self.size < known.size:
            entries = self.desk.read(self.size, min(READ, known.size - self.size))
            if not entries:
                raise LedgerDamaged("seal.behind", {**size, "position": str(self.size)})
            self.take(entries)
        if self.masonry.root() != known.root:
            raise LedgerDamaged("seal.root_differs", {**size, "position": self._differing()})

    def _differing(self) -> str:
        """The first leaf that is not in the published tile any more; full tiles were met before."""
        for tile in self.masonry.partial():
            known = self.outside.tile(tile.level, tile.number, tile.width)
            if known is not None and known != tile.hashes:
                return str(first_difference(tile, known))
        return "?"

    # -- going on

    def take(self, entries: Sequence[Entry]) -> int:
        """续上这些件，逐件由字节重算；答续了几件。

        Raises :class:`LedgerDamaged` ``seal.hole``, ``seal.leaf_differs`` or ``seal.tile_differs``.
        """
        for entry in entries:
            facts = {"size": str(self.sealed_size), "position": str(self.size)}
            if entry.position != self.size:
                raise LedgerDamaged("seal.hole", facts)
            leaf = leaf_bytes(
                entry.schema_sha256, entry.stream, entry.version, entry.prev_leaf_hash, entry.value
            )
            leaf_hash = self._leaf(leaf)
            if leaf_hash != entry.leaf_hash:
                raise LedgerDamaged("seal.leaf_differs", facts)
            for tile in self.masonry.append(leaf_hash):
                self._lay(tile)
        return len(entries)

    def _lay(self, tile: Tile) -> None:
        """A tile that became full: as it was sealed, or one to be sealed."""
        public = self.outside.tile(tile.level, tile.number, FULL)
        stored = self.desk.tile(tile.level, tile.number)
        for known in (public, stored):
            if known is not None and known != tile.hashes:
                position = str(first_difference(tile, known))
                facts = {"size": str(self.sealed_size), "position": position}
                raise LedgerDamaged("seal.tile_differs", facts)
        if stored is None:
            self.full.append(tile)
        elif public is None:
            self.outside.publish_tiles((tile,))

    def is_all_there(self) -> None:
        """账上没有少：已经重算过的，不会再没有。Raises :class:`LedgerDamaged` ``seal.behind``."""
        if (count := self.desk.count()) < self.size:
            facts = {"size": str(self.sealed_size), "position": str(count)}
            raise LedgerDamaged("seal.behind", facts)

    def seal(self) -> None:
        """封到此刻：签出、留在库外、存库、公布。"""
        root = self.masonry.root()
        checkpoint = Checkpoint(
            self.frame.origin, self.size, root, self.frame.mode, self.frame.hash
        )
        note = checkpoint.signed(self.signer).encode()
        self.outside.publish_tiles((*self.full, *self.masonry.partial()))
        self.outside.keep_head(note)
        reach("seal.after_head")
        self._store(checkpoint, note)

    def _store(self, checkpoint: Checkpoint, note: bytes) -> None:
        old, new = self.sealed_size, checkpoint.size
        compute = self.masonry.compute
        subtrees = subtrees_in(compute, self._tile)
        proof = merkle.consistency_proof(compute, subtrees, old, new)
        sealed = Sealed(new, checkpoint.root, note, old, proof, datetime.now(UTC))
        self.desk.seal(sealed, self.full)
        reach("seal.after_store")
        self.outside.publish_tiles((*self.full, *self.masonry.partial()))
        self.outside.publish(note)
        self.full.clear()
        self.sealed_size = new
        log.info("seal.sealed", size=new, root=checkpoint.root.hex())

    def _tile(self, level: int, number: int) -> bytes:
        if number == self.size >> HEIGHT * (level + 1):
            return bytes(self.masonry.edges[level])
        pending = (one.hashes for one in self.full if (one.level, one.number) == (level, number))
        return next(pending, None) or self.desk.tile(level, number) or b""
