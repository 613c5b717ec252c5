"""`status`：看服务的状态。"""

import argparse
import json
from dataclasses import asdict
from typing import Final

from runtime import state
from runtime.exits import Exit
from runtime.messages import say
from runtime.settings import Settings
from runtime.state import State

NOTHING: Final = "-"


def run(arguments: argparse.Namespace, chosen: Settings) -> int:
    """退出码：0 都在运行 · 3 有角色因完整性有疑而停 · 5 未运行或有一个没在运行。"""
    found = state.running(chosen)
    if arguments.json:
        record = asdict(found) if found else {"data": str(chosen.data), "children": []}
        print(json.dumps({"running": found is not None, **record}, ensure_ascii=False))
    elif found is None:
        print(say("status.stopped", data=chosen.data))
    else:
        print("\n".join(lines(found)))
    return verdict(found)


def lines(found: State) -> list[str]:
    """给人看的几行。"""
    first = say("status.running", pid=found.pid, started=found.started, data=found.data)
    return [
        first,
        *(
            "  "
            + say(
                "status.child",
                name=child.name,
                state=say(f"up.child.{child.state}"),
                pid=child.pid or NOTHING,
                restarts=child.restarts,
                last_exit=NOTHING if child.last_exit is None else child.last_exit,
                port=found.ports.get(child.name, NOTHING),
            )
            for child in found.children
        ),
    ]


def verdict(found: State | None) -> Exit:
    """状态合成一个退出码。"""
    if found is None:
        return Exit.DEPENDENCY
    seen = {child.state for child in found.children}
    if state.HALTED in seen:
        return Exit.INTEGRITY
    return Exit.DONE if seen <= {state.RUNNING, state.DONE} else Exit.DEPENDENCY
