"""`init`：建账。写下账本的第一件事，建好主题，公布各种事件的格式。"""

import argparse
import json
from contextlib import ExitStack

from domain.terms import Mode
from runtime import state
from runtime.exits import Exit, Stop
from runtime.foundation import DEMO_ORIGIN, lay
from runtime.messages import say
from runtime.servers.embedded import embedded
from runtime.servers.jars import ensure_jars
from runtime.settings import Settings
from schemas.topics import ORIGIN


def run(arguments: argparse.Namespace, chosen: Settings) -> int:
    """没有启动的服务器，为建账启动，建完即停。正式账本须写明来源名。"""
    if arguments.formal and not arguments.origin:
        raise Stop(Exit.USAGE, "init.origin_missing")
    origin = arguments.origin or DEMO_ORIGIN
    if not ORIGIN.fullmatch(origin):
        raise Stop(Exit.USAGE, "init.origin", origin=origin)
    mode = Mode.FORMAL if arguments.formal else Mode.DEMO
    is_stopped = state.running(chosen) is None
    starts = is_stopped and (chosen.own_database or chosen.own_kafka)
    with ExitStack() as stack:
        if starts:
            if chosen.own_kafka:
                ensure_jars()
            stack.enter_context(
                embedded(chosen.data, postgres=chosen.own_database, kafka=chosen.own_kafka)
            )
        written = lay(chosen, origin, mode)
    if arguments.json:
        print(json.dumps({"origin": origin, "mode": mode, "written": written}))
    else:
        kind = say(f"init.{mode.lower()}")
        lines = [say("init.done" if written else "init.again", origin=origin, mode=kind)]
        lines += [say("init.stopped")] if starts else []
        lines += [say("init.next", data=chosen.data)] if is_stopped else []
        print("\n".join(lines))
    return Exit.DONE if written else Exit.REFUSED
