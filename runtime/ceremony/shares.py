"""份额的保管：每个部门一个私有文件夹，先落盘，后承诺；一份计划一个部门只有一份，从不改写。

A share that is lost cannot be made again: the office then reveals nothing, counts as 32 zero bytes and
is named in public. A second share could not be revealed either, for the first was committed.
"""

import json
import os
import re
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from domain.inspection_plan import PlanRegistered
from domain.sampling import HASH_BYTES, share_commitment
from domain.terms import HashName
from runtime.exits import Exit, Stop
from runtime.hosted import folder_of, make_private
from runtime.settings import Settings

_HEX: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Share:
    """一份份额：哪本账、哪一家、为哪份计划，32 个随机字节，及其承诺。``plan_no`` 空：封存份额。"""

    origin: str
    office: str
    plan_no: str
    hash: HashName
    share: str
    commitment: str

    def is_sound(self) -> bool:
        """份额与承诺相符。"""
        whole = bool(_HEX.fullmatch(self.share))
        return whole and self.commitment == share_commitment(self.hash, bytes.fromhex(self.share))


class Safe:
    """一个部门的私有文件夹。``origin``: the ledger's name, so that no share serves two ledgers."""

    def __init__(self, folder: Path, origin: str, office: str) -> None:
        self.folder, self.origin, self.office = folder, origin, office

    @classmethod
    def of(cls, chosen: Settings, origin: str, office: str) -> "Safe":
        """数据目录里这个部门的文件夹。Raises :class:`Stop` for a code that is no name of a folder."""
        return cls(folder_of(chosen, office), origin, office)

    def find(self, plan_no: str) -> Share | None:
        """为这份计划存着的份额；没有的为空。

        Raises :class:`Stop` ``draw.share_damaged``.
        """
        return self._read(self.folder / f"{plan_no}.share")

    def keep(self, plan_no: str, name: HashName, brought: str | None = None) -> Share:
        """为这份计划存一份；已有的就是那一份。``brought``: 部门自带的份额，不取随机数。

        Raises :class:`Stop` ``draw.share_kept`` where another one is there, ``draw.share_hex``.
        """
        known = self.find(plan_no)
        if known is None:
            made = self._made(plan_no, name, brought)
            known = made if self._store(f"{plan_no}.share", made) else self.find(plan_no)
        if known is None:
            raise FileNotFoundError(self.folder / f"{plan_no}.share")
        if brought is not None and brought != known.share:
            raise Stop(Exit.REFUSED, "draw.share_kept", office=self.office, folder=self.folder)
        return known

    def seal(self, name: HashName) -> Share:
        """存一份封存份额；承诺写进计划，文件名就是承诺。"""
        made = self._made("", name, None)
        self._store(f"{made.commitment}.sealed", made)
        return made

    def sealed(self, commitment: str) -> Share | None:
        """与这个承诺相符的封存份额；没有的为空。"""
        return self._read(self.folder / f"{commitment}.sealed")

    def _made(self, plan_no: str, name: HashName, brought: str | None) -> Share:
        if brought is not None and not _HEX.fullmatch(brought):
            raise Stop(Exit.USAGE, "draw.share_hex")
        share = brought or secrets.token_hex(HASH_BYTES)
        promised = share_commitment(name, bytes.fromhex(share))
        return Share(self.origin, self.office, plan_no, name, share, promised)

    def _read(self, path: Path) -> Share | None:
        try:
            told = json.loads(path.read_text("utf-8"))
            share = Share(**{**told, "hash": HashName(told["hash"])})
        except FileNotFoundError:
            return None
        except (ValueError, TypeError, KeyError):
            raise Stop(Exit.INTEGRITY, "draw.share_damaged", path=path) from None
        if not share.is_sound() or (share.origin, share.office) != (self.origin, self.office):
            raise Stop(Exit.INTEGRITY, "draw.share_damaged", path=path)
        return share

    def _store(self, name: str, share: Share) -> bool:
        """On the disk before anything is promised. False where somebody was faster: theirs stands."""
        make_private(self.folder)
        part = self.folder / f".{secrets.token_hex(8)}.part"
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(asdict(share), file)
                file.flush()
                os.fsync(file.fileno())
            os.link(part, self.folder / name)  # never over what is there
        except FileExistsError:
            return False
        finally:
            part.unlink()
        _sync(self.folder)
        return True


def _sync(folder: Path) -> None:
    """The name as well as the content must survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sealed_of(chosen: Settings, origin: str, plan: PlanRegistered) -> Share:
    """组织抽取的部门为这份计划封存的份额。

    Raises :class:`Stop` ``draw.no_sealed_share`` where it is not on this machine.
    """
    safe = Safe.of(chosen, origin, plan.department)
    share = safe.sealed(plan.sealed_share_commitment or "")
    if share is None:
        raise Stop(Exit.REFUSED, "draw.no_sealed_share", office=plan.department, folder=safe.folder)
    return share
