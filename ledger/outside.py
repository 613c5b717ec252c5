"""库外（outside）：最新封账单留在钥匙旁边，砖与封账单另作静态文件；数据库被拨回，它们不知道。

``keys/head`` is what the sealer itself believes. ``sealed/`` is for whoever wants to look: the layout
of C2SP tlog-tiles, ready for any web server.
"""

import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from domain.merkle import WIDTH
from ledger.tiles import FULL, Tile, tile_path

HEAD_FILE: Final = "head"
CHECKPOINT_FILE: Final = "checkpoint"


def write_whole(path: Path, data: bytes, mode: int = 0o644) -> None:
    """写一个文件：落盘之后才改名，断电也不会只有半个。"""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def read_whole(path: Path) -> bytes | None:
    """一个文件的内容；没有则为 None。"""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


@dataclass(frozen=True, slots=True)
class Outside:
    """库外的两处：``keys`` 里的最新封账单，``folder`` 里的静态文件。"""

    keys: Path
    folder: Path

    def head(self) -> bytes | None:
        """自己所信的最新封账单。"""
        return read_whole(self.keys / HEAD_FILE)

    def keep_head(self, note: bytes) -> None:
        """先记下它，再存库、再公布。"""
        write_whole(self.keys / HEAD_FILE, note, 0o600)

    def publish(self, note: bytes) -> None:
        """公布最新封账单。"""
        write_whole(self.folder / CHECKPOINT_FILE, note)

    def publish_tiles(self, tiles: Iterable[Tile]) -> None:
        """公布各块砖；砌满的取代此前未满的。"""
        for tile in tiles:
            path = self.folder / tile.path
            if not path.exists():
                write_whole(path, tile.hashes)
            if tile.width == FULL:
                shutil.rmtree(f"{path}.p", ignore_errors=True)

    def tile(self, level: int, number: int, width: int) -> bytes | None:
        """已公布的一块砖。"""
        found = read_whole(self.folder / tile_path(level, number, width))
        return found if found is None or len(found) == width * WIDTH else b""
