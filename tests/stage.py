"""台上：故事的账本、中继与全部跟随者在本进程里跑着，供各端到端测试使用。"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from consumers import ALL as SUPERVISORS
from followers.runner import FollowerOptions, run_followers
from ledger.relay import RelayOptions, run_relay
from projections import ALL as PROJECTIONS
from runtime.hall import Hall
from runtime.settings import Settings


@contextmanager
def running(settings: Settings, hall: Hall) -> Iterator[None]:
    """中继与跟随者；跟随者没有读账本内容的连接（G4：Kafka 独自承担）。"""
    stop = threading.Event()
    relay = RelayOptions(settings.dsn("shenguan_relay"), settings.kafka_bootstrap)
    options = FollowerOptions(
        settings.dsn("shenguan_follow"), settings.kafka_bootstrap, None, hall.ledger.execute_many
    )
    threads = [
        threading.Thread(target=run_relay, args=(relay, stop)),
        threading.Thread(target=run_followers, args=(options, PROJECTIONS, SUPERVISORS, stop)),
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()
