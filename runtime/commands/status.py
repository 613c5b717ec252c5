"""`status`：看服务的状态。"""

import argparse
import json
from dataclasses import asdict
from typing import Final

from psycopg import OperationalError, connect
from psycopg.errors import UndefinedTable

from followers.overview import Lag, lags
from runtime import state
from runtime.exits import Exit
from runtime.messages import say
from runtime.settings import Settings
from runtime.state import State

NOTHING: Final = "-"


def run(arguments: argparse.Namespace, chosen: Settings) -> int:
    """退出码：0 都在运行 · 3 有角色因完整性有疑而停 · 5 未运行或有一个没在运行。"""
    found = state.running(chosen)
    followers = _lags(chosen) if found else []
    if arguments.json:
        record = asdict(found) if found else {"data": str(chosen.data), "children": []}
        record |= {"running": found is not None, "followers": [asdict(one) for one in followers]}
        print(json.dumps(record, ensure_ascii=False))
    elif found is None:
        print(say("status.stopped", data=chosen.data))
    else:
        print("\n".join([*lines(found), *map(progress, followers)]))
    return Exit.INTEGRITY if any(one.halted for one in followers) else verdict(found)


def _lags(chosen: Settings) -> list[Lag]:
    """数据库还没起来或还没建账，就没有可说的。"""
    try:
        with connect(chosen.dsn("shenguan_audit"), autocommit=True) as conn:
            return lags(conn)
    except (OperationalError, UndefinedTable):
        return []


def progress(one: Lag) -> str:
    """一个跟随者的一行：落后几件几秒、走哪一路、停放几件；停下的说明原因。"""
    facts = asdict(one) | {
        "kind": say(f"status.kind.{one.kind}"),
        "feed": say(f"status.feed.{one.feed or 'none'}"),
        "seconds": f"{one.seconds:.1f}",
    }
    line = "  " + say("status.follower", **facts)
    return line + (say("status.halted", **facts) if one.halted else "")


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
