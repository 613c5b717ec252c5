"""`states`：全部办件的状态，一件一行 JSON；集成方只凭主题镜像出来的，应当逐字节相同。

Only the lines go to standard output, the same with and without `--json`; how fresh they are is said
beside them.
"""

import argparse
import sys
from typing import Final

from followers.overview import freshness
from followers.storage import connect, one_moment
from projections import case_states
from runtime.case_file import fresh_line
from runtime.exits import Exit
from runtime.settings import Settings

ROLE: Final = "shenguan_audit"  # sees how far each follower is


def run(arguments: argparse.Namespace, chosen: Settings) -> int:
    """退出码：0 已印出 · 5 视图尚未建成。"""
    del arguments
    with connect(chosen.dsn(ROLE)) as conn, one_moment(conn):
        fresh = freshness(conn, *(source.name for source in case_states.SOURCES))
        for line in case_states.lines(conn):
            print(line)
    print(fresh_line(fresh), file=sys.stderr)
    return Exit.DONE
