"""`down`：请父进程依次停下一切，等到结束。"""

import argparse
import signal
from typing import Final

from runtime import state
from runtime.exits import Exit, Stop
from runtime.messages import say
from runtime.settings import Settings

PATIENCE: Final = 120.0  # seconds; each child gets 30 before it is ended by force


def run(_: argparse.Namespace, chosen: Settings) -> int:
    """停止；没有在运行则退出码 2。"""
    if state.running(chosen) is None:
        print(say("down.nothing", data=chosen.data))
        return Exit.REFUSED
    print(say("down.stopping"), flush=True)
    stop(chosen)
    print(say("down.done", data=chosen.data))
    return Exit.DONE


def stop(chosen: Settings) -> None:
    """停止并等到父进程结束；它最后才结束。"""
    if (found := state.running(chosen)) is None:
        return
    found.process.signal(signal.SIGTERM)
    if not found.process.gone_within(PATIENCE):
        log = chosen.log / "parent.log"
        raise Stop(Exit.DEPENDENCY, "stop_failed", pid=found.pid, seconds=int(PATIENCE), log=log)
