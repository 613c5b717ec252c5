"""`states`：全部办件的状态，一件一行 JSON；集成方只凭主题镜像出来的，应当逐字节相同。

Only the lines go to standard output, the same with and without `--json`; how fresh they are is said
beside them.
"""

import argparse
import sys
from typing import Final

from followers.storage import connect, head, one_moment
from projections import case_states
from runtime import words
from runtime.exits import Exit
from runtime.settings import Settings

ROLE: Final = "shenguan_follow"


def run(arguments: argparse.Namespace, chosen: Settings) -> int:
    """退出码：0 已印出 · 5 视图尚未建成。"""
    del arguments
    with connect(chosen.dsn(ROLE)) as conn, one_moment(conn):
        known, end = case_states.next_position(conn), head(conn)
        for line in case_states.lines(conn):
            print(line)
    fresh = words.say("fresh", position=known - 1, behind=max(end - known, 0))
    print(fresh, file=sys.stderr)
    return Exit.DONE
