"""签名（signing）：Ed25519 的一道小门；国密 SM2 以后从同一道门进来。"""

from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey


@dataclass(frozen=True, slots=True)
class Ed25519Key:
    """私钥：三十二字节的种子。"""

    seed: bytes = field(repr=False)

    @property
    def public(self) -> bytes:
        """公钥，三十二字节。"""
        return Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """签名，六十四字节；同样的话同样的签名。"""
        return Ed25519PrivateKey.from_private_bytes(self.seed).sign(message)


def is_signature(public: bytes, message: bytes, signature: bytes) -> bool:
    """签名是否成立。"""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
