"""预览：图像与 PDF 首页成一张小图，文本取开头；认不全的说一句是什么。"""

import io
import zipfile
from dataclasses import dataclass
from typing import IO, Final

import pypdfium2
from PIL import Image

from domain.material import MediaType

LARGEST_SIDE: Final = 1200  # pixels
LARGEST_IMAGE: Final = 60_000_000  # pixels that we are ready to decode
FIRST: Final = 2000  # characters of a text


@dataclass(frozen=True, slots=True)
class Preview:
    """一份预览：要么是 PNG，要么是文字。"""

    png: bytes | None
    text: str | None


class NoPreviewError(Exception):
    """内容打不开：损坏、加密，或者大得反常。"""


def preview(file: IO[bytes], kind: MediaType) -> Preview:
    """看一眼。Raises :class:`NoPreviewError`."""
    match kind:
        case MediaType.PDF:
            return _png(_first_page(file))
        case MediaType.PNG | MediaType.JPEG:
            return _png(_picture(file, kind))
        case MediaType.OFD:
            return Preview(None, _shown("\n".join(zipfile.ZipFile(file).namelist()[:FIRST])))
        case MediaType.TEXT:
            return Preview(None, _shown(_beginning(file.read(4 * FIRST))))


def _shown(text: str) -> str:
    """What a terminal would obey, or could not show, is shown as a replacement character."""
    plain = (one if one.isprintable() or one in "\n\t" else "\ufffd" for one in text)
    return "".join(plain)[:FIRST]


def _first_page(file: IO[bytes]) -> Image.Image:
    try:
        with pypdfium2.PdfDocument(file.read()) as document:
            page = document[0]
            scale = min(2.0, LARGEST_SIDE / max(page.get_size()))
            picture: Image.Image = page.render(scale=scale).to_pil()
            return picture
    except pypdfium2.PdfiumError as broken:
        raise NoPreviewError from broken


def _picture(file: IO[bytes], kind: MediaType) -> Image.Image:
    try:
        picture = Image.open(file, formats=[kind])
        if picture.width * picture.height > LARGEST_IMAGE:
            raise NoPreviewError
        picture.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
        picture.load()  # a small one is decoded only now: what is broken must show here
    except (OSError, ValueError, Image.DecompressionBombError) as broken:
        raise NoPreviewError from broken
    return picture


def _png(picture: Image.Image) -> Preview:
    made = io.BytesIO()
    picture.convert("RGB").save(made, "PNG")
    return Preview(made.getvalue(), None)


def _beginning(head: bytes) -> str:
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as cut:
        # cut within a character, or the other encoding that we take
        whole = cut.start >= len(head) - 3
        text = head[: cut.start].decode() if whole else head.decode("gb18030", "ignore")
    return text[:FIRST]
