"""现状：账首、各道抄到哪里、各跟随者与期限；`status` 与 `doctor` 据此说话。"""

import threading
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from kafka.errors import KafkaError
from psycopg import OperationalError, connect
from psycopg.errors import UndefinedTable

from consumers.scheduler import NAME as SCHEDULER
from followers.overview import Head, Lag, OpenTimers, lags, ledger_head, open_timers
from ledger.errors import LedgerError
from ledger.outbox import Lane, lanes_of
from ledger.relay import open_consumer, read_tails
from ledger.store import Frame, read_frame, read_lane_heads
from runtime.settings import Settings

AUDITOR: Final = "shenguan_audit"
PATIENCE: Final = 3.0  # seconds for Kafka to say where the topics end


@dataclass(frozen=True, slots=True)
class LaneEnd:
    """一道的末端：账上有几件，主题里有几件（Kafka 不作答为 None）。"""

    topic: str
    partition: int
    stored: int
    copied: int | None

    @property
    def behind(self) -> int | None:
        """主题比账本落后几件。What is appended after the topics were read counts as not there."""
        return None if self.copied is None else max(0, self.stored - self.copied)


@dataclass(frozen=True, slots=True)
class Standing:
    """一本账此刻的现状。"""

    head: Head
    lanes: tuple[LaneEnd, ...]
    followers: Sequence[Lag]
    timers: OpenTimers

    @property
    def unrelayed(self) -> int | None:
        """账上有而主题里还没有的件数；Kafka 不作答则为 None。"""
        behind = [one.behind for one in self.lanes if one.behind is not None]
        return sum(behind) if len(behind) == len(self.lanes) else None

    @property
    def totals(self) -> dict[str, int | float | None]:
        """合计：停放、停下的按各跟随者相加；落后的取最远的一个。"""
        return {
            "events": self.head.next_position,
            "unrelayed": self.unrelayed,
            "followers": len(self.followers),
            "halted": sum(one.halted is not None for one in self.followers),
            "parked": sum(one.parked for one in self.followers),
            "most_behind": max((one.behind for one in self.followers), default=0),
            "most_seconds": max((one.seconds for one in self.followers), default=0.0),
        }

    def as_record(self) -> dict[str, Any]:
        """供 --json。"""
        return {
            "head": asdict(self.head) | {"appended_at": _text(self.head.appended_at)},
            "lanes": [asdict(one) | {"behind": one.behind} for one in self.lanes],
            "unrelayed": self.unrelayed,
            "followers": [asdict(one) for one in self.followers],
            "timers": asdict(self.timers) | {"next_due": _text(self.timers.next_due)},
            "totals": self.totals,
        }


def _text(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def look(chosen: Settings) -> Standing | None:
    """看一遍；数据库还没起来或还没建账，就没有可说的。"""
    try:
        with connect(chosen.dsn(AUDITOR), autocommit=True) as conn:
            if (frame := read_frame(conn)) is None:
                return None
            copied = copied_to(chosen.kafka_bootstrap, frame)
            stored = {Lane(topic, number): count for topic, number, count in read_lane_heads(conn)}
            lanes = tuple(
                LaneEnd(lane.topic, lane.partition, stored[lane], copied.get(lane))
                for lane in lanes_of(frame)
            )
            return Standing(ledger_head(conn), lanes, lags(conn), open_timers(conn, SCHEDULER))
    except (OperationalError, UndefinedTable):
        return None


def copied_to(bootstrap: str, frame: Frame) -> Mapping[Lane, int]:
    """各道在主题里有几件；Kafka 不作答则为空。

    The topics are read first, so what is appended meanwhile counts as not yet there. A frozen
    broker answers neither yes nor no: the thread is left behind, the command is about to end.
    """
    copied: dict[Lane, int] = {}

    def ask() -> None:
        try:
            with closing(open_consumer(bootstrap)) as consumer:
                tails = read_tails(consumer, frame)
        except (KafkaError, LedgerError):
            return
        copied.update({lane: one.lane_position + 1 if one else 0 for lane, one in tails.items()})

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(PATIENCE)
    return dict(copied)
