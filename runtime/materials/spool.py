"""收件处：一段一段收下，算摘要、量大小、认类型；没有收全的谁也看不见。

A spooled file is locked by the process that writes it. Whoever opens the store sweeps away what
nobody holds any more: the writer was killed.
"""

import fcntl
import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from domain.material import MediaType
from domain.terms import Sha256
from runtime.exits import Exit, Stop
from runtime.materials.kinds import media_type


@dataclass(frozen=True, slots=True)
class Spooled:
    """收全了的一份：还没有进库。"""

    path: Path
    sha256: Sha256
    file_bytes: int
    media_type: MediaType


@contextmanager
def spooled(folder: Path, source: Iterable[bytes], largest: int) -> Iterator[Spooled]:
    """收下一份，用完即弃；超过限度的当即停收。Raises :class:`Stop`, see the port."""
    path = folder / f"{uuid4().hex}.part"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            digest, size = hashlib.sha256(), 0
            for chunk in source:
                size += len(chunk)
                if size > largest:
                    raise Stop(Exit.REFUSED, "material.too_large", largest=largest)
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
            if not size:
                raise Stop(Exit.REFUSED, "material.empty")
            kind = media_type(path)
            if kind is None:
                raise Stop(Exit.REFUSED, "material.kind")
            yield Spooled(path, Sha256(digest.hexdigest()), size, kind)
    finally:
        path.unlink(missing_ok=True)


def sweep(folder: Path) -> None:
    """扫掉没有人在写的残余。"""
    for path in folder.glob("*.part"):
        try:
            with path.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink(missing_ok=True)
        except (BlockingIOError, FileNotFoundError):
            continue  # somebody is writing it, or has just finished
