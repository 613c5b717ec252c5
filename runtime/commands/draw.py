"""`draw`：双随机抽取的复算、核对与公布。

`compute` and `replay` need no ledger: whoever holds the published files gets the published result, or
sees that it is another one. The steps of a draw that is still going on: runtime/ceremony.
"""

import argparse
import json
import runpy
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from domain import inspection_plan, sampling
from domain.terms import beijing_day
from ledger.application import Ledger
from runtime import settings
from runtime.ceremony import doors
from runtime.draws import dossier, folder, package, published_input, rebuild
from runtime.draws.folder import REPLAY
from runtime.draws.package import Published
from runtime.exits import Exit, Stop
from runtime.messages import error, say
from runtime.settings import Settings


def run(arguments: argparse.Namespace, _: Settings | None) -> int:
    """退出码：0 算出、相符、写出 · 1 文件不合格式 · 2 没有可公布的或没有可核对的 · 3 不符。"""
    whole = {"compute": _compute, "replay": _replay, "publish": _publish, "lists": _lists}
    if arguments.action not in whole:
        return doors.run(arguments)
    if len(arguments.what) != 1:
        raise Stop(Exit.USAGE, "draw.what_missing", action=arguments.action)
    (arguments.what,) = arguments.what
    return whole[arguments.action](arguments)


def _compute(arguments: argparse.Namespace) -> int:
    published = published_input.read(Path(arguments.what))
    told = sampling.compute(published.input)
    print(json.dumps(told, ensure_ascii=False, indent=None if arguments.json else 1))
    if published.expected is None:
        return Exit.DONE
    if where := difference(told, published.expected):
        print(error("draw.differs", {"where": where}), file=sys.stderr)
        return Exit.INTEGRITY
    print(say("draw.agrees"), file=sys.stderr)
    return Exit.DONE


def difference(told: object, expected: object, where: str = "") -> str:
    """头一处不同的所在，例如 ``strata[2].chosen[0].ticket``；相同为空。"""
    if isinstance(told, dict) and isinstance(expected, dict) and told.keys() == expected.keys():
        inside = ((f"{where}.{name}".lstrip("."), told[name], expected[name]) for name in told)
    elif isinstance(told, list) and isinstance(expected, list) and len(told) == len(expected):
        pairs = enumerate(zip(told, expected, strict=True))
        inside = ((f"{where}[{at}]", *pair) for at, pair in pairs)
    else:
        return "" if told == expected else where or say("draw.whole_file")
    return next((found for at, one, other in inside if (found := difference(one, other, at))), "")


def _replay(arguments: argparse.Namespace) -> int:
    """The very program that outsiders run, not a twin of it."""
    program: dict[str, Any] = runpy.run_path(str(REPLAY))
    argv = [arguments.what, *(["--json"] if arguments.json else [])]
    code: int = program["main"](argv)
    return code


def _lists(arguments: argparse.Namespace) -> int:
    """Proof that nobody was left out: the lists, made again from the ledger's own bytes."""
    plan_no = arguments.what
    chosen = settings.existing(*settings.choose_folder("draw", arguments.data))
    with Ledger.open(chosen) as ledger:
        events = [fact.event for fact in ledger.events(inspection_plan.AGGREGATE.stream(plan_no))]
    lists = rebuild.frozen_lists(events)
    with rebuild.vouched(chosen) as deliveries:
        rebuilt = rebuild.relisted(plan_no, deliveries)
    if lists is None or rebuilt is None:
        raise Stop(Exit.REFUSED, "draw.no_lists", plan_no=plan_no)
    where = rebuild.first_difference(lists, rebuilt)
    root, people = rebuild.roots(lists.plan.hash, rebuilt)
    told = {
        "plan_no": plan_no,
        "as_of_size": rebuilt.as_of_size,
        "objects": len(rebuilt.objects),
        "object_root": root,
        "inspectors": len(rebuilt.inspectors),
        "inspector_root": people,
    }
    if arguments.json:
        print(json.dumps(told | {"difference": where or None}, ensure_ascii=False))
    else:
        print(say("draw.relisted", **told))
    if where:
        print(error("draw.lists_differ", {"plan_no": plan_no, "where": where}), file=sys.stderr)
        return Exit.INTEGRITY
    print(say("draw.lists_agree"), file=sys.stderr)
    return Exit.DONE


def _publish(arguments: argparse.Namespace) -> int:
    plan_no = arguments.what
    if not arguments.out:
        raise Stop(Exit.USAGE, "draw.no_folder")
    chosen = settings.existing(*settings.choose_folder("draw", arguments.data))
    with Ledger.open(chosen) as ledger:
        drawn = published(plan_no, lambda: dossier.gather(ledger, chosen, plan_no))
        stage = drawn.stage(beijing_day(ledger.clock.now()))
    folder.write(Path(arguments.out), folder.files(drawn, stage))
    print(say("draw.published", folder=arguments.out, stage=say(f"draw.stage.{stage}")))
    return Exit.DONE


def published(plan_no: str, read: Callable[[], Published]) -> Published:
    """读出一份可以公布的抽取。Raises :class:`Stop` ``draw.not_drawn``、``draw.unopened``."""
    try:
        return read()
    except package.NotDrawn:
        raise Stop(Exit.REFUSED, "draw.not_drawn", plan_no=plan_no) from None
    except package.Unopened as sealed:
        first, last = sealed.plan.inspect_by, inspection_plan.open_by(sealed.plan)
        days = {"inspect_by": first, "due_on": last}
        raise Stop(Exit.REFUSED, "draw.unopened", plan_no=plan_no, **days) from None
