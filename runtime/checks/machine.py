"""这台机器：进程、端口、磁盘、口令与密钥的文件。"""

import shutil
from collections.abc import Iterator
from typing import Final

from runtime import settings, state
from runtime.checks.finding import BAD, OK, WARN, Finding, amiss, fine
from runtime.messages import say
from runtime.settings import Settings

LEAST_SPACE: Final = 1 << 30  # bytes; below this a busy day may fill the disk
LOW_SPACE: Final = 5 << 30
PRIVATE: Final = 0o077  # permission bits that a secret's file must not have


def servers(chosen: Settings) -> Iterator[Finding]:
    """服务在运行，没有反复重启的。"""
    found = state.running(chosen)
    if found is None:
        yield amiss(WARN, "servers", "not_running")
        return
    for child in found.children:
        shown = {"state": say(f"up.child.{child.state}"), "restarts": child.restarts}
        if child.state == state.HALTED:
            yield amiss(BAD, child.name, "child_halted", **shown)
        elif child.restarts or child.state not in {state.RUNNING, state.DONE}:
            log = chosen.log / f"{child.name}.log"
            yield amiss(WARN, child.name, "child_unsteady", **shown, log=log)
        else:
            yield fine(child.name, "child", **shown)


def ports(chosen: Settings) -> Iterator[Finding]:
    """没有运行时，记着的端口应当空闲。"""
    if state.running(chosen):
        return
    for name, port in chosen.ports.items():
        if settings.busy(port):
            yield amiss(WARN, f"port.{name}", "port_busy", port=port)


def disk(chosen: Settings) -> Iterator[Finding]:
    """磁盘还有余地。"""
    free = shutil.disk_usage(chosen.data).free
    if free < LOW_SPACE:
        level = BAD if free < LEAST_SPACE else WARN
        yield amiss(level, "disk", "disk_low", free=free >> 20)
    else:
        yield fine("disk", "disk", free=free >> 20)


def secrets(chosen: Settings) -> Iterator[Finding]:
    """口令与密钥只有本人可读。"""
    for folder in (chosen.data / "secrets", chosen.keys, chosen.offices):
        for path in sorted(folder.rglob("*")):
            mode, name = path.stat().st_mode & 0o777, str(path.relative_to(chosen.data))
            if mode & PRIVATE and path.is_file():
                yield amiss(BAD, name, "file_open", mode=f"{mode:o}", path=path)
            else:
                yield Finding(OK, name, f"{mode:o}")
