"""材料库的口：存入一串字节得到摘要，凭摘要取回并核对。"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, Protocol

from domain.material import MediaType
from domain.terms import Sha256

LARGEST: Final = 50 * 1024 * 1024  # bytes of one material
CHUNK: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Held:
    """库里的一份内容：摘要、大小、类型；``is_new`` 为假即库里早有。"""

    sha256: Sha256
    file_bytes: int
    media_type: MediaType
    is_new: bool


class Store(Protocol):
    """材料库。"""

    def put(self, source: Iterable[bytes]) -> Held:
        """存入：全部收到、类型认得、大小合适才看得见；同一内容只存一份。

        Raises :class:`~runtime.exits.Stop`: ``material.too_large``, ``material.empty``,
        ``material.kind``.
        """
        ...

    def open(self, sha256: Sha256) -> IO[bytes]:
        """取回，先核对摘要。

        Raises :class:`~runtime.exits.Stop`: ``material.absent``, ``material.damaged``.
        """
        ...

    def has(self, sha256: Sha256) -> bool:
        """库里有没有。"""
        ...


def read_in_chunks(path: Path) -> Iterator[bytes]:
    """一份文件的内容，一段一段。"""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk
