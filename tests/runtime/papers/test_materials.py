"""材料库：没有收全的谁也看不见，同一内容只存一份，取回时核对摘要。"""

import hashlib
import io
import signal
import stat
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import boto3
import pytest
from moto import mock_aws
from PIL import Image

from domain.material import MediaType
from domain.terms import Sha256
from runtime.bootstrap import environment
from runtime.exits import Exit, Stop
from runtime.materials import spool
from runtime.materials.choose import store
from runtime.materials.folder import FolderStore
from runtime.materials.port import Held, Store, read_in_chunks
from runtime.materials.preview import NoPreviewError, preview
from runtime.materials.s3 import S3Store
from runtime.settings import load

BUCKET: Final = "materials"
TEXT: Final = "申请书：本店申请食品经营许可。\n".encode()
LIMIT: Final = 10_000


def digest(content: bytes) -> Sha256:
    """内容的摘要。"""
    return Sha256(hashlib.sha256(content).hexdigest())


def picture(kind: str = "PNG", size: tuple[int, int] = (3000, 10)) -> bytes:
    """一张图。"""
    made = io.BytesIO()
    Image.new("RGB", size, "white").save(made, kind)
    return made.getvalue()


def ofd(*more: tuple[zipfile.ZipInfo | str, bytes]) -> bytes:
    """一个最小的 OFD 包，可以另装几项。"""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("OFD.xml", "<OFD/>")
        for name, content in more:
            package.writestr(name, content)
    return made.getvalue()


def link() -> zipfile.ZipInfo:
    """包里的一个符号链接。"""
    entry = zipfile.ZipInfo("Doc_0")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return entry


NO_PAGES: Final = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
)


@pytest.fixture(params=["folder", "s3"])
def kept(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Store]:
    """两种材料库，同一个口。"""
    if request.param == "folder":
        yield FolderStore(tmp_path / "store", LIMIT)
        return
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        boto3.client("s3").create_bucket(Bucket=BUCKET)
        yield S3Store(BUCKET, None, tmp_path / "spool", LIMIT)


def left(tmp_path: Path) -> list[str]:
    """本机上还留着的文件。"""
    return [path.name for path in tmp_path.rglob("*") if path.is_file()]


def test_what_goes_in_comes_out(kept: Store) -> None:
    """存入、取回，一字不差；同一内容再存不算新的。"""
    held = kept.put([TEXT[:5], TEXT[5:]])
    assert held == Held(digest(TEXT), len(TEXT), MediaType.TEXT, is_new=True)
    with kept.open(held.sha256) as file:
        assert file.read() == TEXT
    assert kept.put([TEXT]).is_new is False
    assert kept.has(held.sha256)


def test_one_content_is_one_file(tmp_path: Path) -> None:
    """同一内容存两次，文件夹里只有一份。"""
    kept = FolderStore(tmp_path)
    for _ in range(2):
        kept.put([TEXT])
    assert left(tmp_path) == [digest(TEXT)]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ([b"x" * 6000] * 2, "material.too_large"),
        ([], "material.empty"),
        ([b"MZ\x90\x00 a program"], "material.kind"),
        ([b"PK\x03\x04 no package"], "material.kind"),
        ([ofd(("Doc_0/big.xml", bytes(2 << 20)))], "material.kind"),
        ([ofd(("../../etc/cron.d/x", b"x"))], "material.kind"),
        ([ofd(("/etc/passwd", b"x"))], "material.kind"),
        ([ofd((link(), b"/etc/passwd"))], "material.kind"),
        ([ofd()[:-30]], "material.kind"),
        ([b"%\xff\xfe\x81 neither text"], "material.kind"),
    ],
)
def test_what_is_not_taken_leaves_nothing(
    kept: Store, tmp_path: Path, content: list[bytes], code: str
) -> None:
    """太大的、空的、类型不认得的：不收，什么也不留下。"""
    with pytest.raises(Stop) as stopped:
        kept.put(content)
    assert (stopped.value.code, stopped.value.exit_code) == (code, Exit.REFUSED)
    assert left(tmp_path) == []
    assert not kept.has(digest(b"".join(content)))


def test_an_interrupted_upload_leaves_nothing(kept: Store, tmp_path: Path) -> None:
    """收到一半断了：什么也不留下。"""

    def broken() -> Iterable[bytes]:
        yield TEXT
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        kept.put(broken())
    assert left(tmp_path) == []


_DIE: Final = """
import os, signal, sys
from pathlib import Path
from runtime.materials.folder import FolderStore

def chunks():
    yield b"a" * 70_000
    os.kill(os.getpid(), signal.SIGKILL)

FolderStore(Path(sys.argv[1])).put(chunks())
"""


@pytest.mark.fault
def test_a_killed_upload_shows_no_half_file(tmp_path: Path) -> None:
    """上传到一半进程被杀：正名下没有半份；下次打开材料库，残余扫净。"""
    died = subprocess.run(
        [sys.executable, "-c", _DIE, str(tmp_path)], env=environment(), check=False
    )
    assert died.returncode == -signal.SIGKILL
    assert [path for path in (tmp_path / "objects").rglob("*") if path.is_file()] == []
    assert len(left(tmp_path)) == 1, "the fault hit before anything was written"
    FolderStore(tmp_path)
    assert left(tmp_path) == []


def test_a_file_that_is_being_written_is_not_swept(tmp_path: Path) -> None:
    """别的进程正在收的一份，打开材料库时不动它。"""
    kept = FolderStore(tmp_path)

    def slow() -> Iterable[bytes]:
        yield TEXT[:5]
        FolderStore(tmp_path)
        yield TEXT[5:]

    assert kept.put(slow()).sha256 == digest(TEXT)
    with spool.spooled(tmp_path, [TEXT], LIMIT) as came:
        spool.sweep(tmp_path)
        assert came.path.exists()


def test_damage_is_found_on_reading(tmp_path: Path) -> None:
    """取回时核对：改过一个字节的不给；再存一次原样的，就好了。"""
    kept = FolderStore(tmp_path)
    held = kept.put([TEXT])
    (path,) = (tmp_path / "objects").rglob(held.sha256)
    path.write_bytes(TEXT.replace("食".encode(), "良".encode()))
    with pytest.raises(Stop) as stopped:
        kept.open(held.sha256)
    assert (stopped.value.code, stopped.value.exit_code) == ("material.damaged", Exit.INTEGRITY)
    assert kept.put([TEXT]).is_new
    with kept.open(held.sha256) as file:
        assert file.read() == TEXT


def test_what_is_absent_is_said_to_be_absent(kept: Store) -> None:
    """没有的说没有。"""
    with pytest.raises(Stop) as stopped:
        kept.open(digest(b"nothing"))
    assert stopped.value.code == "material.absent"


@mock_aws
def test_a_store_that_refuses_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """桶不存在、访问被拒：说材料库不答复，不说没有这份材料。"""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    settings = load(tmp_path)
    chosen = store(settings, {"SHENGUAN_S3_BUCKET": "nowhere"})
    assert isinstance(chosen, S3Store)
    with pytest.raises(Stop) as stopped:
        chosen.put([TEXT])
    assert (stopped.value.code, stopped.value.exit_code) == (
        "material.store_down",
        Exit.DEPENDENCY,
    )
    assert isinstance(store(settings, {}), FolderStore)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (picture("PNG"), MediaType.PNG),
        (picture("JPEG"), MediaType.JPEG),
        (ofd(), MediaType.OFD),
        ("国标编码的文本".encode("gb18030"), MediaType.TEXT),
        (TEXT, MediaType.TEXT),
    ],
)
def test_the_type_is_seen_from_the_content(tmp_path: Path, content: bytes, kind: MediaType) -> None:
    """类型由内容认定，不看文件名。"""
    path = tmp_path / "看起来像.exe"
    path.write_bytes(content)
    held = FolderStore(tmp_path / "store").put(read_in_chunks(path))
    assert held.media_type is kind


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_picture_is_previewed_small(kind: str) -> None:
    """图像的预览不超过一定大小。"""
    seen = preview(io.BytesIO(picture(kind)), MediaType(kind))
    assert seen.png
    with Image.open(io.BytesIO(seen.png)) as small:
        assert max(small.size) == 1200


def test_texts_and_packages_are_previewed_in_words() -> None:
    """文本取开头，不怕断在一个字中间；国标编码的也认得；OFD 列出包内各项。"""
    long = "许可" * 3000
    assert preview(io.BytesIO(long.encode()), MediaType.TEXT).text == long[:2000]
    assert preview(io.BytesIO("许可证".encode("gb18030")), MediaType.TEXT).text == "许可证"
    assert preview(io.BytesIO(ofd()), MediaType.OFD).text == "OFD.xml"


def test_a_preview_commands_no_terminal() -> None:
    """文本、包内项目的名字里，终端会照办的、看不见的，换成代替符；项目再多也只列一段。"""
    hostile = "许可\x9b2J\u202e证\n".encode()
    assert preview(io.BytesIO(hostile), MediaType.TEXT).text == "许可\ufffd2J\ufffd证\n"
    seen = preview(io.BytesIO(ofd(("\x1b[2J.xml", b""))), MediaType.OFD).text
    assert seen == "OFD.xml\n\ufffd[2J.xml"
    many = ofd(*((f"{number}.xml", b"") for number in range(3000)))
    assert len(preview(io.BytesIO(many), MediaType.OFD).text or "") == 2000


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7 and then nothing", MediaType.PDF),
        (picture()[:40], MediaType.PNG),
        (picture("PNG", (64, 48))[:-30], MediaType.PNG),
        (picture("JPEG", (64, 48))[:-60], MediaType.JPEG),
        (NO_PAGES, MediaType.PDF),
        (picture(size=(9000, 9000)), MediaType.PNG),
    ],
    ids=["pdf", "cut", "small png", "small jpeg", "no pages", "bomb"],
)
def test_what_cannot_be_previewed_says_so(content: bytes, kind: MediaType) -> None:
    """损坏的、大得反常的，没有预览，也不去解开。"""
    with pytest.raises(NoPreviewError):
        preview(io.BytesIO(content), kind)
