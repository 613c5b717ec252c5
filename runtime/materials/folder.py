"""文件夹里的材料库：`objects/前两位/摘要`，只增不改。"""

import hashlib
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import IO

from domain.terms import Sha256
from runtime.exits import Exit, Stop
from runtime.materials.port import CHUNK, LARGEST, Held
from runtime.materials.spool import spooled, sweep


class FolderStore:
    """文件夹材料库；进程可共用一个文件夹。"""

    def __init__(self, folder: Path, largest: int = LARGEST) -> None:
        self._objects = folder / "objects"
        self._incoming = folder / "incoming"
        self._largest = largest
        for path in (folder, self._objects, self._incoming):
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        sweep(self._incoming)

    def put(self, source: Iterable[bytes]) -> Held:
        """存入；落盘之后才改到正名下，断电也不会有半份。"""
        with spooled(self._incoming, source, self._largest) as came:
            is_new = self._keep(came.path, came.sha256)
            return Held(came.sha256, came.file_bytes, came.media_type, is_new)

    def open(self, sha256: Sha256) -> IO[bytes]:
        """取回；核对之后从头读。"""
        try:
            file = self._path(sha256).open("rb")
        except FileNotFoundError:
            raise Stop(Exit.REFUSED, "material.absent", sha256=sha256) from None
        return checked(file, sha256)

    def has(self, sha256: Sha256) -> bool:
        """库里有没有。"""
        return self._path(sha256).exists()

    def _path(self, sha256: Sha256) -> Path:
        return self._objects / sha256[:2] / sha256

    def _keep(self, part: Path, sha256: Sha256) -> bool:
        path = self._path(sha256)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        with suppress(Stop), self.open(sha256):
            return False  # the same content is there, and whole
        path.unlink(missing_ok=True)  # damaged: what came is right
        with suppress(FileExistsError):  # another process was first, with the same content
            os.link(part, path)
        for folder in (path.parent, self._objects):
            _settle(folder)
        return True


def checked(file: IO[bytes], sha256: Sha256) -> IO[bytes]:
    """核对摘要，再从头读。Raises :class:`Stop` ``material.damaged``, having closed the file."""
    digest = hashlib.sha256()
    while chunk := file.read(CHUNK):
        digest.update(chunk)
    if digest.hexdigest() != sha256:
        file.close()
        raise Stop(Exit.INTEGRITY, "material.damaged", sha256=sha256)
    file.seek(0)
    return file


def _settle(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
