"""角色进程：中继，或一个数数的视图与一个回声的消费者；供故障测试启动。"""

import signal
import sys
import threading
from pathlib import Path

from followers.runner import FollowerOptions, run_followers
from ledger.application import Ledger
from ledger.relay import RelayOptions, run_relay
from runtime import settings as settings_module
from runtime.settings import Settings
from tests.tally import ECHO, TALLY
from tests.town import handle


def relay(settings: Settings, stop: threading.Event) -> None:
    """中继；五秒无确认即自行了断。"""
    dsn = settings.dsn("shenguan_relay")
    run_relay(RelayOptions(dsn, settings.kafka_bootstrap, patience=5), stop)


def followers(settings: Settings, stop: threading.Event) -> None:
    """视图与消费者。"""
    with Ledger.open(settings, handle=handle) as ledger:
        options = FollowerOptions(
            settings.dsn("shenguan_follow"),
            settings.kafka_bootstrap,
            settings.dsn("shenguan_project"),
            ledger.execute_many,
        )
        run_followers(options, [TALLY], [ECHO], stop)


def view(settings: Settings, stop: threading.Event) -> None:
    """只有视图，供测速。"""
    options = FollowerOptions(settings.dsn("shenguan_follow"), settings.kafka_bootstrap)
    run_followers(options, [TALLY], [], stop)


if __name__ == "__main__":
    chosen = settings_module.load(Path(sys.argv[2]), environment={})
    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    {"relay": relay, "followers": followers, "view": view}[sys.argv[1]](chosen, stopping)
