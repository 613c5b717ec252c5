"""装包：事件的原字节、格式全文、各件的证明与封账单，装进一个压缩包（sgld/bundle/v1）。

The same events make the same bytes: names are sorted, times fixed, JSON written in one way. Every
file but the manifest is listed in it with its SHA-256; what binds them all is the checkpoint.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from domain import merkle
from domain.closing import Head
from domain.hashing import Digest
from domain.merkle import Subtrees
from ledger.entry import Entry

FORMAT: Final = "sgld/bundle/v1"
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can say


class Kind(StrEnum):
    """证据包说的是什么。"""

    CASE = "case"  # 一件办件的全部案卷
    DRAW = "draw"  # 一份检查计划
    OFFICER = "officer"  # 一个账号办的事
    PERIOD = "period"  # 一段位置，首-末


@dataclass(frozen=True, slots=True)
class SealedTree:
    """封了账的树：封账单的字节、件数与取证明的门。"""

    origin: str
    note: bytes
    size: int
    compute: Digest
    subtrees: Subtrees


@dataclass(frozen=True, slots=True)
class Heads:
    """一段案卷清单，自第 ``first`` 条起，连同各条的证明；``close`` 是日终封账那一件的位置。"""

    close: int
    first: int
    entries: tuple[Head, ...]
    proofs: tuple[tuple[bytes, ...], ...]

    def written(self) -> dict[str, object]:
        """写进 proofs.json 的样子。"""
        entries = [
            {"key": o.key, "stream": o.stream, "version": o.version, "leaf": o.leaf_hash.hex()}
            for o in self.entries
        ]
        proofs = [[one.hex() for one in proof] for proof in self.proofs]
        return {"close": self.close, "first": self.first, "entries": entries, "proofs": proofs}


@dataclass(frozen=True, slots=True)
class Contents:
    """要装的：``events`` 按位置排好；``files`` 是另附的（材料、卷宗、抽取），名字 → 内容。"""

    kind: Kind
    identity: str
    events: Sequence[Entry]
    schemas: Mapping[bytes, bytes]
    last_size: int | None = None  # 收件人上次所见的封账单有几件
    heads: Heads | None = None
    files: Mapping[str, bytes] = field(default_factory=dict)


def pack(contents: Contents, sealed: SealedTree) -> bytes:
    """证据包的字节。Raises ``ValueError`` for an event that is not sealed yet."""
    files = {
        "checkpoint": sealed.note,
        "proofs.json": written(_proofs(contents, sealed)),
        **{f"events/{one.position:012d}.bin": one.value for one in contents.events},
        **{f"schemas/{sha.hex()}.avsc": text for sha, text in contents.schemas.items()},
        **contents.files,
    }
    manifest = {
        "format": FORMAT,
        "subject": {"kind": contents.kind.value, "id": contents.identity},
        "origin": sealed.origin,
        "events": [_listed(one) for one in contents.events],
        "files": {name: hashlib.sha256(data).hexdigest() for name, data in files.items()},
    }
    return zipped({"manifest.json": written(manifest), **files})


def written(told: object) -> bytes:
    """包里 JSON 的唯一写法。"""
    return (json.dumps(told, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


def _listed(entry: Entry) -> dict[str, object]:
    return {
        "position": entry.position,
        "stream": entry.stream,
        "version": entry.version,
        "schema": entry.schema_sha256.hex(),
        "prev": entry.prev_leaf_hash.hex(),
    }


def _proofs(contents: Contents, sealed: SealedTree) -> dict[str, object]:
    tree = (sealed.compute, sealed.subtrees)
    inclusion = {
        str(one.position): _hex(merkle.inclusion_proof(*tree, one.position, sealed.size))
        for one in contents.events
    }
    last = contents.last_size
    consistency = None
    if last is not None:
        hashes = _hex(merkle.consistency_proof(*tree, last, sealed.size))
        consistency = {"size": last, "hashes": hashes}
    heads = contents.heads.written() if contents.heads else None
    return {"inclusion": inclusion, "consistency": consistency, "heads": heads}


def _hex(proof: Sequence[bytes]) -> list[str]:
    return [one.hex() for one in proof]


def zipped(files: Mapping[str, bytes]) -> bytes:
    """压缩包：名字排好、时刻固定，同样的文件同样的字节。"""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), files[name], zipfile.ZIP_DEFLATED)
    return target.getvalue()
