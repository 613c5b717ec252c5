"""`role`（内部）：运行一个角色，由父进程或 compose.yaml 启动。"""

import argparse

from runtime import logs, roles
from runtime.hosted import PREFIX
from runtime.settings import Settings


def run(arguments: argparse.Namespace, chosen: Settings) -> int:
    """退出码 3 表示完整性有疑：父进程不再重启它。"""
    name, organ = arguments.name, arguments.organ or ""
    logged, options = name, dict[str, str | None]()
    match name:
        case "office":
            logged, options = f"{PREFIX}{organ}", {"organ": organ, "account": arguments.officer}
        case "witness":
            options = {"organ": organ}
        case "sealer":
            options = {"rotate": arguments.rotate}
    with logs.configured(logged, chosen.log):
        return roles.run(name, chosen, **options)
