"""见证的角色：守着封账主题，接得上的附签；钥匙与状态在自己的文件夹里。

`<data>/witness/<organ>/`: `key` (private), `key.pub` (to be given to the ledger), `log-keys` (the
ledger's keys, obtained in some other way: one a line), `head`, `forks/`. A witness that runs on the
ledger's own data folder takes the key from there, and is shown as not independent.
"""

import threading
import time
from pathlib import Path
from typing import Final

import structlog

from ledger.bulletin import attend
from ledger.errors import LedgerError, LedgerUnavailable
from ledger.keys import SEAL_FILE, create_key_files, read_key
from ledger.note import COSIGNATURE, Note, NoteSigner, VerifierKey, is_name
from ledger.outside import Outside, write_whole
from ledger.quorum import Quorum, read_quorum
from ledger.sealer import signer_of
from ledger.signing import Ed25519Key
from ledger.submission import Submission
from ledger.witness import Witness, WitnessRefused
from runtime.settings import Settings

log: Final = structlog.get_logger()
KEY_FILE: Final = "key"
PUBLIC_FILE: Final = "key.pub"
LOG_KEYS_FILE: Final = "log-keys"


def quorum_of(settings: Settings) -> Quorum:
    """所认的见证；私钥就在这个数据目录里的，不算独立。"""
    public = settings.witnesses.glob(f"*/{PUBLIC_FILE}")
    own = frozenset(path.read_text("utf-8").strip() for path in public)
    return read_quorum(settings.keys, own)


def open_witness(settings: Settings, organ: str) -> Witness:
    """一家见证；首次启动时造钥匙。Raises :class:`LedgerError`."""
    if not is_name(organ) or "/" in organ:
        raise LedgerError("witness.organ", {"organ": organ})
    folder = settings.witnesses / organ
    create_key_files(folder, (KEY_FILE,))
    signer = NoteSigner(organ, COSIGNATURE, Ed25519Key(read_key(folder, KEY_FILE)))
    write_whole(folder / PUBLIC_FILE, f"{signer.verifier.text}\n".encode())
    keys = _log_keys(settings, folder)
    return Witness(keys[0].name, keys, signer, folder)


def _log_keys(settings: Settings, folder: Path) -> tuple[VerifierKey, ...]:
    path = folder / LOG_KEYS_FILE
    if not path.exists():
        write_whole(path, f"{_own_log_key(settings).text}\n".encode())
    keys = tuple(map(VerifierKey.parse, path.read_text("utf-8").split()))
    if not keys or len({key.name for key in keys}) > 1:
        raise LedgerError("witness.log_keys", {"file": str(path)})
    return keys


def _own_log_key(settings: Settings) -> VerifierKey:
    head = Outside(settings.keys, settings.sealed).head()
    if head is None or not (settings.keys / SEAL_FILE).exists():
        raise LedgerUnavailable("witness.no_log_key", {"file": LOG_KEYS_FILE})
    return signer_of(settings.keys, Note.parse(head).text.partition("\n")[0]).verifier


def run_witness(settings: Settings, organ: str, stop: threading.Event) -> None:
    """运行见证，直到 ``stop``。

    Raises :class:`LedgerDamaged` ``witness.fork`` where it has seen two histories: the evidence is
    in a file, and nothing more is cosigned until somebody has looked.
    """
    witness = open_witness(settings, organ)
    log.info("witness.started", key=witness.signer.verifier.text, origin=witness.origin)

    def hear(submission: Submission) -> bytes | None:
        try:
            return witness.consider(submission, int(time.time()))
        except WitnessRefused as refused:
            if submission.old_size >= refused.size:  # not only an old one that is read again
                log.warning("witness.refused", code=refused.code, size=refused.size)
            return None

    attend(settings.kafka_bootstrap, witness.origin, hear, stop)
