"""核对：账本担保过的字节才译成事件；有疑即停，指名位置。

Kafka carries, the ledger vouches: the leaf is recomputed from the very bytes and compared with the
ledger's before anything is decoded. A forged, stale or pre-restore record is never decoded.
"""

import json
from collections.abc import Callable, Collection, Sequence
from functools import cache

from domain.terms import HashName
from followers.delivered import Delivered
from ledger.entry import Entry
from ledger.errors import LedgerDamaged
from ledger.leaf import leaf_bytes, leaf_hasher
from schemas.codec import Meta, decode, from_text
from schemas.errors import CodecError


class Voucher:
    """核对并译出；格式原文按指纹只取一次。

    ``reads``: names to decode, others are only checked; None decodes all. ``schema_text`` answers
    the text of a fingerprint, None if the ledger does not know it.
    """

    def __init__(
        self,
        hash_name: HashName,
        schema_text: Callable[[bytes], bytes | None],
        reads: Collection[str] | None = None,
    ) -> None:
        self._hash = leaf_hasher(hash_name)
        self._schema_text = cache(schema_text)
        self._names: dict[bytes, str] = {}
        self._reads = reads

    def vouch(self, entries: Sequence[Entry], leaves: Sequence[bytes]) -> list[Delivered]:
        """核对一批（逐一对应），译出要读的。

        Raises :class:`LedgerDamaged` ``follower.leaf_differs``, ``follower.headers_differ`` or
        ``follower.unreadable``, naming the position.
        """
        if len(entries) != len(leaves):
            raise _doubt("follower.leaf_missing", entries[min(len(leaves), len(entries) - 1)])
        delivered = []
        for entry, leaf in zip(entries, leaves, strict=True):
            self._check(entry, leaf)
            if self._reads is None or entry.name in self._reads:
                delivered.append(self._decode(entry))
        return delivered

    def _check(self, entry: Entry, leaf: bytes) -> None:
        try:
            content = leaf_bytes(
                entry.schema_sha256, entry.stream, entry.version, entry.prev_leaf_hash, entry.value
            )
        except ValueError as error:  # a stream that is not ASCII is none of ours
            raise _doubt("follower.leaf_differs", entry) from error
        if self._hash(content) != leaf:
            raise _doubt("follower.leaf_differs", entry)
        if self._name(entry) != entry.name:
            raise _doubt("follower.headers_differ", entry)

    def _text(self, entry: Entry) -> bytes:
        text = self._schema_text(entry.schema_sha256)
        if text is None:
            raise _doubt("follower.schema_unknown", entry)
        return text

    def _name(self, entry: Entry) -> str:
        """By the fingerprint, which the leaf covers; a later version's event has a name too."""
        known = self._names.get(entry.schema_sha256)
        if known is None:
            known = str(json.loads(self._text(entry))["event"])
            self._names[entry.schema_sha256] = known
        return known

    def _decode(self, entry: Entry) -> Delivered:
        try:
            meta, event = decode(from_text(self._text(entry)), entry.value)
        except CodecError as error:
            raise _doubt("follower.unreadable", entry) from error
        if not _same(entry, meta):
            raise _doubt("follower.headers_differ", entry)
        return Delivered(entry, meta, event)


def _same(entry: Entry, meta: Meta) -> bool:
    """The leaf covers the envelope, not the headers: these must say the same."""
    said = (entry.key, entry.event_id, entry.incarnation, entry.recorded_at)
    return said == (meta.key, meta.event_id, meta.incarnation, meta.recorded_at)


def _doubt(code: str, entry: Entry) -> LedgerDamaged:
    return LedgerDamaged(code, {"position": str(entry.position), "name": entry.name})
