"""电子印章的口，与内置的一种：以自己生成的密钥签名，可以查出改动，但不是法定印章。

A city's own seal system is another adapter behind the same port: a programme that takes the PDF and
the organ's code and gives the sealed PDF back (``SHENGUAN_SEAL_COMMAND``).
"""

import hashlib
import io
import os
import shlex
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Protocol

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pyhanko.keys import load_cert_from_pemder, load_private_key_from_pemder
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko_certvalidator.registry import SimpleCertificateStore

from domain.seal import SealSource
from domain.terms import Sha256
from runtime.documents.paper import part
from runtime.exits import Exit, Stop
from runtime.settings import Settings

FIELD: Final = "Seal"
_YEARS: Final = 20
_PATIENCE: Final = 120.0  # seconds for the city's seal system


@dataclass(frozen=True, slots=True)
class SealedPdf:
    """盖过的 PDF，与签名证书的摘要。"""

    content: bytes
    certificate_sha256: Sha256


class Seal(Protocol):
    """一枚电子印章。``note``: what the page itself says where the seal stands."""

    @property
    def source(self) -> SealSource:
        """印章的来源。"""
        ...

    @property
    def note(self) -> str:
        """页面上印章处的一句话。"""
        ...

    def apply(self, content: bytes, organ: str) -> SealedPdf:
        """用印。Raises :class:`~runtime.exits.Stop` where the seal is not to be had."""
        ...


class EmbeddedSeal:
    """内置印章：密钥在密钥目录里，第一次用到时造出。"""

    source = SealSource.EMBEDDED

    def __init__(self, folder: Path) -> None:
        self._key, self._certificate = _material(folder / "seal.pem")

    @property
    def note(self) -> str:
        """照实说：不具有法定印章的效力。"""
        return part("seal_embedded")

    def apply(self, content: bytes, organ: str) -> SealedPdf:
        """以追加的方式签名：原来的字节一个不动。"""
        signer = signers.SimpleSigner(
            signing_cert=self._certificate,
            signing_key=self._key,
            cert_registry=SimpleCertificateStore(),  # type: ignore[no-untyped-call]
        )
        about = signers.PdfSignatureMetadata(
            field_name=FIELD,
            subfilter=SigSeedSubFilter.PADES,
            name=organ,
            reason=self.note,
            md_algorithm="sha256",
        )
        out = io.BytesIO()
        signers.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(content)), about, signer, output=out)
        return SealedPdf(out.getvalue(), _digest(self._certificate))


class CommandSeal:
    """单位的印章系统：PDF 进标准输入，机关代码作末一个参数，盖过的 PDF 出标准输出。"""

    source = SealSource.EXTERNAL

    def __init__(self, command: str) -> None:
        self._command = shlex.split(command)

    @property
    def note(self) -> str:
        """印章由单位的系统加盖在这里。"""
        return part("seal_external")

    def apply(self, content: bytes, organ: str) -> SealedPdf:
        """交给单位的系统；退回来的须是原件加签名。"""
        try:
            done = subprocess.run(
                [*self._command, organ],
                input=content,
                capture_output=True,
                timeout=_PATIENCE,
                check=True,
            )
        except (OSError, subprocess.SubprocessError) as failed:
            raise Stop(Exit.DEPENDENCY, "seal.unavailable", detail=failed) from failed
        if not done.stdout.startswith(content):
            raise Stop(Exit.INTEGRITY, "seal.other_file")
        return SealedPdf(done.stdout, _signer_of(done.stdout))


def choose(settings: Settings, environment: Mapping[str, str] = os.environ) -> Seal:
    """用哪枚印章：设了单位的系统的用它，否则用内置的。"""
    if command := environment.get("SHENGUAN_SEAL_COMMAND"):
        return CommandSeal(command)
    return EmbeddedSeal(settings.keys)


def _signer_of(content: bytes) -> Sha256:
    try:
        signatures = PdfFileReader(io.BytesIO(content)).embedded_signatures
        return _digest(signatures[-1].signer_cert)
    except (PdfError, IndexError, ValueError) as broken:
        raise Stop(Exit.INTEGRITY, "seal.other_file") from broken


def _digest(certificate: asn1_x509.Certificate) -> Sha256:
    return Sha256(hashlib.sha256(certificate.dump()).hexdigest())


def _material(path: Path) -> tuple[asn1_keys.PrivateKeyInfo, asn1_x509.Certificate]:
    if not path.exists():
        _make(path)
    certificate: asn1_x509.Certificate = load_cert_from_pemder(path)  # type: ignore[no-untyped-call]
    return load_private_key_from_pemder(path, passphrase=None), certificate


def _make(path: Path) -> None:
    """The key and its own certificate in one file, never over one that another process made."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, part("seal_name"))])
    now = datetime.now(UTC)
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365 * _YEARS))
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    text = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ) + certificate.public_bytes(serialization.Encoding.PEM)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    own = path.with_name(f"{path.name}.{os.getpid()}.part")
    descriptor = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if not path.exists():
            os.link(own, path)
    except FileExistsError:
        return
    finally:
        own.unlink()
