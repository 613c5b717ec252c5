"""排版：一份文书成 PDF；同样的内容，同样的字节。"""

import io
import json
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import segno
import typst

from runtime.documents.paper import Paper
from runtime.exits import Exit, Stop

TEMPLATE: Final = Path(__file__).with_name("paper.typ")
TEMPLATE_VERSION: Final = "paper/v1"  # stored with every document: raise it with the template
FONT_PACKAGE: Final = "noto_cjk_sans_otc"
FONT_FILE: Final = "NotoSansCJK-Regular.ttc"
STANDARD: Final = "a-2b"  # PDF/A: what an archive takes


def font_folder(package: str = FONT_PACKAGE) -> Path:
    """中文字体所在；没有字体的不排，免得排出一页方块。

    Raises :class:`Stop` ``document.font_missing``.
    """
    found = find_spec(package)
    folder = Path(found.origin).parent if found and found.origin else None
    if folder is None or not (folder / FONT_FILE).is_file():
        raise Stop(Exit.DEPENDENCY, "document.font_missing", package=package)
    return folder


def render(paper: Paper, fonts: Path | None = None) -> bytes:
    """一份 PDF。Raises :class:`Stop` where the font lacks a character of the text."""
    data = asdict(paper) | {"qr": _code(paper.qr)}
    folder = fonts or font_folder()
    try:
        made, warnings = typst.compile_with_warnings(
            TEMPLATE,
            font_paths=[folder],
            ignore_system_fonts=True,
            sys_inputs={"paper": json.dumps(data, ensure_ascii=False)},
            format="pdf",
            pdf_standards=STANDARD,
        )
    except typst.TypstError as wrong:  # PDF/A wants every character to have its shape
        raise Stop(Exit.DEPENDENCY, "document.typeset", detail=wrong.message) from wrong
    if warnings:
        raise Stop(Exit.DEPENDENCY, "document.typeset", detail=warnings[0].message)
    if not isinstance(made, bytes):
        raise TypeError(type(made).__name__)
    return made


def _code(text: str) -> str:
    made = io.BytesIO()
    segno.make(text, error="m").save(made, kind="svg", border=1, xmldecl=False)
    return made.getvalue().decode()
