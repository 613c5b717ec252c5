"""`status`：看服务的状态。"""

import argparse
import json
import threading
from contextlib import closing
from dataclasses import asdict
from datetime import datetime
from typing import Final

from kafka.errors import KafkaError
from psycopg import Connection, OperationalError, connect
from psycopg.errors import UndefinedTable
from psycopg.rows import TupleRow

from followers.overview import Lag, lags
from ledger.errors import LedgerError
from ledger.relay import open_consumer, read_tails
from ledger.store import Frame, read_frame, read_lane_heads
from runtime import state, words
from runtime.exits import Exit
from runtime.messages import say
from runtime.settings import Settings
from runtime.state import State

NOTHING: Final = "-"
PATIENCE: Final = 3.0  # seconds for Kafka to say where the topics end


def run(arguments: argparse.Namespace, chosen: Settings) -> int:
    """退出码：0 都在运行 · 3 有角色因完整性有疑而停 · 5 未运行或有一个没在运行。"""
    found = state.running(chosen)
    followers, relay = _lags(chosen) if found else ([], None)
    if arguments.json:
        record = asdict(found) if found else {"data": str(chosen.data), "children": []}
        record |= {"running": found is not None, "followers": [asdict(one) for one in followers]}
        print(json.dumps(record | {"unrelayed": relay}, ensure_ascii=False))
    elif found is None:
        print(say("status.stopped", data=chosen.data))
        if (died := State.read(chosen.run)) is not None:
            print(say("status.died", pid=died.pid, log=chosen.log / "parent.log"))
    else:
        copied = [relayed(relay)] if followers else []
        print("\n".join([*lines(found), *copied, *map(progress, followers)]))
    return Exit.INTEGRITY if any(one.halted for one in followers) else verdict(found)


def _lags(chosen: Settings) -> tuple[list[Lag], int | None]:
    """跟随者落后多少，主题里还缺多少；数据库还没起来或还没建账，就没有可说的。"""
    try:
        with connect(chosen.dsn("shenguan_audit"), autocommit=True) as conn:
            frame = read_frame(conn)
            return lags(conn), _unrelayed(chosen.kafka_bootstrap, frame, conn) if frame else None
    except (OperationalError, UndefinedTable):
        return [], None


def _unrelayed(bootstrap: str, frame: Frame, conn: Connection[TupleRow]) -> int | None:
    """账上有而主题里还没有的件数；Kafka 不作答则为 None。

    The topics are read first, so what is appended meanwhile counts as not yet there. A frozen
    broker answers neither yes nor no: the thread is left behind, this command is about to end.
    """
    copied: list[int] = []

    def look() -> None:
        try:
            with closing(open_consumer(bootstrap)) as consumer:
                tails = read_tails(consumer, frame).values()
        except (KafkaError, LedgerError):
            return
        copied.append(sum(tail.lane_position + 1 for tail in tails if tail))

    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    looking.join(PATIENCE)
    stored = sum(number for _, _, number in read_lane_heads(conn))
    return max(0, stored - copied[0]) if copied else None


def relayed(behind: int | None) -> str:
    """中继抄送到哪里的一行。"""
    key = "no_topics" if behind is None else "unrelayed" if behind else "relayed"
    return "  " + say(f"status.{key}", behind=behind)


def progress(one: Lag) -> str:
    """一个跟随者的一行：落后几件几秒、走哪一路、停放几件；停下的说明原因。"""
    facts = asdict(one) | {
        "kind": say(f"status.kind.{one.kind}"),
        "feed": say(f"status.feed.{one.feed or 'none'}"),
        "seconds": f"{one.seconds:.1f}",
        "position": one.next_position - 1 if one.next_position else NOTHING,
    }
    line = "  " + say("status.follower", **facts)
    return line + (say("status.halted", **facts) if one.halted else "")


def lines(found: State) -> list[str]:
    """给人看的几行。"""
    since = words.instant(datetime.fromisoformat(found.started))
    first = say("status.running", pid=found.pid, started=since, data=found.data)
    return [
        first,
        *(
            "  "
            + say(
                "status.child",
                name=words.child(child.name),
                state=say(f"up.child.{child.state}"),
                pid=child.pid or NOTHING,
                restarts=child.restarts,
                ended=words.ended(child.last_exit),
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
