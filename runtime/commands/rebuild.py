"""`rebuild`：由事件重建视图，与现行的比对，然后切换（G7）。"""

import argparse
import json
from dataclasses import asdict

from followers.projection import FoldFailed
from followers.rebuild import RebuildOptions, Rebuilt, rebuild
from ledger.errors import LedgerDamaged
from projections import ALL
from runtime.exits import Exit, Stop
from runtime.messages import say
from runtime.settings import Settings


def run(arguments: argparse.Namespace, chosen: Settings) -> int:
    """不写名字则全部重建；与现行不符的不切换，退出码 3。"""
    wanted = [one for one in ALL if arguments.name in (None, one.name)]
    if not wanted:
        names = "、".join(one.name for one in ALL)
        raise Stop(Exit.USAGE, "rebuild.unknown", what=arguments.name, names=names)
    options = RebuildOptions(chosen.dsn("shenguan_project"))
    for projection in wanted:
        try:
            rebuilt = rebuild(options, projection)
        except LedgerDamaged as doubt:
            raise Stop(Exit.INTEGRITY, doubt.code, **doubt.facts) from doubt
        except FoldFailed as failed:
            facts = {"name": projection.name, **failed.facts}
            raise Stop(Exit.INTEGRITY, "follower.fold_failed", **facts) from failed
        print(json.dumps(asdict(rebuilt)) if arguments.json else _line(rebuilt))
    return Exit.DONE


def _line(rebuilt: Rebuilt) -> str:
    key = "rebuild.same" if rebuilt.same else "rebuild.switched"
    rate = round(rebuilt.next_position / max(rebuilt.seconds, 0.001))
    return say(
        key,
        name=rebuilt.name,
        generation=rebuilt.generation,
        position=rebuilt.next_position,
        rows=rebuilt.rows,
        seconds=f"{rebuilt.seconds:.1f}",
        rate=rate,
    )
