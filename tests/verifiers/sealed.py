"""测试用的封了账的账：一本小账逐件真的编码、成叶、入树，由账本与三家见证签名。"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from domain import merkle
from domain.decider import Event
from domain.hashing import digest
from domain.terms import HashName, Mode, Sealed
from followers.delivered import Delivered
from ledger.checkpoint import Checkpoint
from ledger.entry import Entry
from ledger.leaf import leaf_hash
from ledger.note import COSIGNATURE, ED25519, Note, NoteSigner
from ledger.signing import Ed25519Key
from runtime.bundles.pack import SealedTree
from schemas.codec import Schema, current, encode

ORIGIN: Final = "shenguan/demo"
LOG: Final = NoteSigner(ORIGIN, ED25519, Ed25519Key(bytes([1]) * 32))
WITNESSES: Final = tuple(
    NoteSigner(f"witness/{name}", COSIGNATURE, Ed25519Key(bytes([at]) * 32))
    for at, name in enumerate(("MARKET", "FIRE", "HEALTH"), 2)
)
COSIGNED: Final = 1_770_000_000  # seconds
POLICY: Final = "".join(
    (
        f"log {LOG.verifier.text}\n",
        *(f"witness {one.verifier.text}\n" for one in WITNESSES),
        "quorum 2\n",
    )
)


def entries_of(kept: Iterable[Delivered], name: HashName = HashName.SHA256) -> list[Entry]:
    """小账的各件，逐件编码、成叶。"""
    heads: dict[str, bytes] = {}
    found = []
    for one in kept:
        schema = current(one.name)
        value = encode(schema, one.meta, _sealed(schema, one.event))
        prev = heads.get(one.stream, b"")
        leaf = leaf_hash(name, schema.sha256, one.stream, one.entry.version, prev, value)
        heads[one.stream] = leaf
        found.append(
            replace(
                one.entry,
                schema_sha256=schema.sha256,
                prev_leaf_hash=prev,
                leaf_hash=leaf,
                value=value,
            )
        )
    return found


def _sealed(schema: Schema, event: Event) -> Event:
    """封存了的样子：没有钥匙的人看见的。"""
    hidden = {
        name: Sealed(b"\x01" + bytes(44))
        for name in schema.personal
        if getattr(event, name) is not None
    }
    return replace(event, **hidden) if hidden else event  # type: ignore[type-var]


def schemas_of(entries: Iterable[Entry]) -> dict[bytes, bytes]:
    """用到的格式全文。"""
    return {one.schema_sha256: current(one.name).text for one in entries}


def seal(
    entries: list[Entry],
    name: HashName = HashName.SHA256,
    *,
    witnesses: Iterable[NoteSigner] = WITNESSES,
    log: NoteSigner = LOG,
) -> SealedTree:
    """封账：树根签名，见证附签。"""
    compute, size = digest(name), len(entries)
    subtrees = merkle.subtrees_of(compute, [one.leaf_hash for one in entries])
    root = merkle.root_at(compute, subtrees, size)
    text = Checkpoint(ORIGIN, size, root, Mode.DEMO, name).text
    signatures = (log.sign(text), *(one.cosign(text, COSIGNED) for one in witnesses))
    return SealedTree(ORIGIN, Note(text, signatures).encode(), size, compute, subtrees)
