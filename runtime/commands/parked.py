"""`parked`：看停放着的件：谁停的、为何、几时起、其后排着几件；原因消除之后放行。"""

import argparse
import json

from followers.parking import Held, held, release
from followers.storage import connect
from runtime import words
from runtime.case_file import jsonable
from runtime.exits import Exit, Stop
from runtime.messages import say
from runtime.settings import Settings


def run(arguments: argparse.Namespace, chosen: Settings) -> int:
    """退出码：0 已列出或已放行 · 2 没有这一件，或它没有可放行的。"""
    if arguments.release is not None:
        return _release(arguments, chosen)
    with connect(chosen.dsn("shenguan_audit")) as conn:
        found = held(conn, arguments.id)
    if arguments.id is not None and not found:
        raise Stop(Exit.REFUSED, "parked.unknown", what=arguments.id)
    if arguments.json:
        print(json.dumps(as_json(found), ensure_ascii=False))
    else:
        print("\n".join([*map(as_text, found), say("parked.total", **_totals(found))]))
    return Exit.DONE


def _release(arguments: argparse.Namespace, chosen: Settings) -> int:
    number = arguments.release
    with connect(chosen.dsn("shenguan_follow")) as conn:
        if not release(conn, number):
            code = "parked.not_waiting" if held(conn, number) else "parked.unknown"
            raise Stop(Exit.REFUSED, code, what=number)
        found = held(conn, number)  # none: its follower was quicker
    if arguments.json:
        print(json.dumps({"released": number, **as_json(found)}, ensure_ascii=False))
    else:
        print(say("parked.released", id=number))
    return Exit.DONE


def _totals(found: list[Held]) -> dict[str, int]:
    return {"total": len(found), "waiting": sum(one.waiting for one in found)}


def as_json(found: list[Held]) -> dict[str, object]:
    """停放着的各件，附原因的说法与办法。"""
    rows = []
    for one in found:
        text, todo = explained(one)
        facts = {name: getattr(one, name) for name in one.__slots__}
        rows.append({**facts, "text": text, "todo": todo})
    return {"parked": jsonable(rows), **_totals(found)}


def as_text(one: Held) -> str:
    """一件：谁、哪个键、几时起、放行过几次、其后几件在等；何事；为何；怎么办。"""
    what = (
        say("parked.timer", purpose=one.purpose)
        if one.event is None
        else say(
            "parked.event",
            title=words.title("event", one.event),
            name=one.event,
            stream=one.stream,
            position=one.position,
        )
    )
    text, todo = explained(one)
    return say(
        "parked.one",
        id=one.id,
        follower=one.follower,
        keys="、".join(one.keys),
        since=words.instant(one.parked_at),
        attempts=one.attempts,
        waiting=one.waiting,
        what=what,
        text=text,
        todo=todo,
    )


def explained(one: Held) -> tuple[str, str]:
    """为何停着，怎么办；没有登记说法的，照写代码与事实。"""
    if one.reason is None:
        key = "released" if one.attempts else "queued"
        return say(f"parked.is_{key}"), say(f"parked.todo_{key}")
    try:
        known = words.explained(one.reason, one.facts)
    except KeyError:
        shown = json.dumps(one.facts, ensure_ascii=False)
        return f"{one.reason} {shown}", say("parked.release", id=one.id)
    return f"{known.text}（{one.reason}）", known.remedy + say("parked.release", id=one.id)
