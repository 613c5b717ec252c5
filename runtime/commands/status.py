"""`status`：看服务的状态。"""

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Final

from followers.overview import Lag
from runtime import standing, state, words
from runtime.exits import Exit
from runtime.messages import say
from runtime.settings import Settings
from runtime.standing import LaneEnd, SealEnd, Standing
from runtime.state import State

NOTHING: Final = "-"


def run(arguments: argparse.Namespace, chosen: Settings) -> int:
    """退出码：0 都在运行 · 3 有角色因完整性有疑而停 · 5 未运行或有一个没在运行。"""
    found = state.running(chosen)
    is_asked = found is not None or not chosen.own_database
    seen = standing.look(chosen) if is_asked else None
    if arguments.json:
        record = asdict(found) if found else {"data": str(chosen.data), "children": []}
        record |= {"running": found is not None} | _record(seen)
        print(json.dumps(record, ensure_ascii=False))
    else:
        print("\n".join([*(lines(found) if found else stopped(chosen)), *ledger_lines(seen)]))
    is_halted = seen is not None and any(one.halted for one in seen.followers)
    return Exit.INTEGRITY if is_halted else verdict(found)


def _record(seen: Standing | None) -> dict[str, object]:
    """The same names whether there is a ledger to look at or not."""
    if seen:
        return seen.as_record()
    names = ("head", "unrelayed", "timers", "seal", "totals")
    return {"lanes": [], "followers": [], **dict.fromkeys(names)}


def stopped(chosen: Settings) -> list[str]:
    """没有在运行的几行。"""
    shown = [say("status.stopped", data=chosen.data)]
    if (died := State.read(chosen.run)) is not None:
        shown.append(say("status.died", pid=died.pid, log=chosen.log / "parent.log"))
    return shown


def ledger_lines(seen: Standing | None) -> Iterator[str]:
    """账本的几行：账首、各道、跟随者、期限、合计。"""
    if seen is None:
        return
    head = seen.head
    facts = {
        "count": head.next_position,
        "at": words.instant(head.appended_at) if head.appended_at else NOTHING,
        "seconds": NOTHING if head.seconds is None else f"{head.seconds:.0f}",
    }
    yield "  " + say("status.head", **facts)
    yield from (lane(one) for one in seen.lanes)
    yield relayed(seen.unrelayed)
    yield "  " + sealed(seen.seal)
    yield "  " + witnessed(seen.seal)
    yield from map(progress, seen.followers)
    due = seen.timers.next_due
    shown = asdict(seen.timers) | {"next_due": words.instant(due) if due else NOTHING}
    yield "  " + say("status.timers", **shown)
    totals = seen.totals
    yield "  " + say("status.totals", **totals | {"most_seconds": f"{totals['most_seconds']:.1f}"})


def lane(one: LaneEnd) -> str:
    """一道的一行：账上到哪里，主题里到哪里。"""
    key = "lane" if one.copied is not None else "lane_unknown"
    return "  " + say(f"status.{key}", **asdict(one), behind=one.behind)


def relayed(behind: int | None) -> str:
    """中继抄送到哪里的一行。"""
    key = "no_topics" if behind is None else "unrelayed" if behind else "relayed"
    return "  " + say(f"status.{key}", behind=behind)


def sealed(seal: SealEnd) -> str:
    """封账到哪里的一行。"""
    if seal.sealed_at is None:
        return say("status.unsealed")
    key = "status.sealed" if seal.unsealed_seconds is None else "status.sealing"
    facts = {"at": words.instant(seal.sealed_at), "seconds": f"{seal.unsealed_seconds or 0:.0f}"}
    return say(key, size=seal.size, signer=seal.signer, **facts)


def witnessed(seal: SealEnd) -> str:
    """见证到哪里的一行；不独立的写明。"""
    if not seal.witnesses:
        return say("status.no_witnesses")
    facts = {
        "size": seal.witnessed,
        "needed": seal.needed,
        "all": seal.witnesses,
        "dependent": seal.witnesses - seal.independent,
        "seconds": f"{seal.unwitnessed_seconds or 0:.0f}",
    }
    return say("status.unwitnessed" if seal.is_late else "status.witnessed", **facts)


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
