"""类型：由内容认定，不看文件名，也不信对方所说。"""

import codecs
import stat
import zipfile
from pathlib import Path, PurePosixPath
from typing import Final

from domain.material import MediaType
from runtime.materials.port import read_in_chunks

_SIGNATURES: Final = (
    (b"%PDF-", MediaType.PDF),
    (b"\x89PNG\r\n\x1a\n", MediaType.PNG),
    (b"\xff\xd8\xff", MediaType.JPEG),
)
_ZIP: Final = b"PK\x03\x04"
_OFD_ROOT: Final = "OFD.xml"  # GB/T 33190: the entry every OFD package has
_LONGEST: Final = 8
# A package that unpacks to more than this many times its size, and to more than this, is a bomb.
_RATIO: Final = 20
_HARMLESS: Final = 1 << 20  # bytes
# Control characters that a text may have: tab, line feed, form feed, carriage return.
_PLAIN: Final = frozenset(range(32)) - {9, 10, 12, 13}
_ENCODINGS: Final = ("utf-8", "gb18030")


def media_type(path: Path) -> MediaType | None:
    """这份文件是什么；不在所收之列的没有。"""
    with path.open("rb") as file:
        head = file.read(_LONGEST)
    for signature, kind in _SIGNATURES:
        if head.startswith(signature):
            return kind
    if head.startswith(_ZIP):
        return MediaType.OFD if _is_ofd(path) else None
    return MediaType.TEXT if encoding_of(path) else None


def _is_ofd(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as package:
            entries = package.infolist()
    except zipfile.BadZipFile:
        return False
    is_there = any(one.filename == _OFD_ROOT for one in entries)
    return is_there and _is_harmless(entries, path.stat().st_size)


def _is_harmless(entries: list[zipfile.ZipInfo], packed: int) -> bool:
    """Whoever unpacks it fills no disk and leaves the folder for nowhere."""
    unpacked = sum(one.file_size for one in entries)
    names = (PurePosixPath(one.filename) for one in entries)
    inside = not any(name.is_absolute() or ".." in name.parts for name in names)
    links = any(stat.S_ISLNK(one.external_attr >> 16) for one in entries)
    return inside and not links and unpacked <= max(_RATIO * packed, _HARMLESS)


def encoding_of(path: Path) -> str | None:
    """纯文本的编码；不是纯文本的没有。"""
    return next((name for name in _ENCODINGS if _decodes(path, name)), None)


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for chunk in read_in_chunks(path):
            if not _PLAIN.isdisjoint(chunk):
                return False
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
