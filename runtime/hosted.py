"""这台机器上的部门：各家的私有文件夹在哪里，哪几家由进程自己承诺、揭示。"""

import re
from pathlib import Path
from typing import Final

from runtime.exits import Exit, Stop
from runtime.settings import Settings, write_private

PREFIX: Final = "office."  # of an office's process, and of its place among the followers
_ACCOUNT: Final = "account"  # the file that says as whom an office's process acts
_SAFE: Final = re.compile(r"[\w-][\w.-]{0,79}")


def folder_of(chosen: Settings, office: str) -> Path:
    """一个部门的私有文件夹在哪里。Raises :class:`Stop` ``draw.office_code``."""
    if not _SAFE.fullmatch(office):
        raise Stop(Exit.USAGE, "draw.office_code", office=office)
    return chosen.offices / office


def hosted(chosen: Settings) -> dict[str, str]:
    """由进程自己承诺、揭示的部门：机关 → 以哪个账号。"""
    found = sorted(chosen.offices.glob(f"*/{_ACCOUNT}"))
    return {path.parent.name: path.read_text("utf-8").strip() for path in found}


def host(chosen: Settings, office: str, account: str) -> None:
    """此后 ``up`` 也启动这个部门的进程；账号为空，此后不再启动。"""
    folder = folder_of(chosen, office)
    if not account:
        (folder / _ACCOUNT).unlink(missing_ok=True)
        return
    make_private(folder)
    write_private(folder / _ACCOUNT, f"{account}\n")


def make_private(folder: Path) -> None:
    """只有本人可进的文件夹。"""
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
