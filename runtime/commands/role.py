"""`role`（内部）：运行一个角色，由父进程或 compose.yaml 启动。"""

import argparse

from runtime import logs, roles
from runtime.hosted import PREFIX
from runtime.settings import Settings


def run(arguments: argparse.Namespace, chosen: Settings) -> int:
    """退出码 3 表示完整性有疑：父进程不再重启它。"""
    if arguments.name != "office":
        with logs.configured(arguments.name, chosen.log):
            return roles.run(arguments.name, chosen)
    organ = arguments.organ or ""
    with logs.configured(f"{PREFIX}{organ}", chosen.log):
        return roles.run(arguments.name, chosen, organ=organ, account=arguments.officer)
