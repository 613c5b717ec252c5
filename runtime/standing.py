"""现状：账首、各道抄到哪里、各跟随者与期限；`status` 与 `doctor` 据此说话。"""

import threading
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from kafka.errors import KafkaError
from psycopg import Connection, OperationalError, connect
from psycopg.errors import UndefinedTable

from consumers.scheduler import NAME as SCHEDULER
from followers.overview import Head, Lag, OpenTimers, lags, ledger_head, open_timers
from ledger.errors import LedgerError
from ledger.note import Note
from ledger.outbox import Lane, lanes_of
from ledger.quorum import LATE
from ledger.relay import open_consumer, read_tails
from ledger.seals import cosignatures, newest_checkpoint, waiting_since
from ledger.store import Frame, read_frame, read_lane_heads
from runtime.settings import Settings
from runtime.witnessing import quorum_of

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
class SealEnd:
    """封账到哪里：最新一份的件数，此后最早一件等了几秒；见证到哪里，此后最早一件等了几秒。

    ``witnessed`` is what a quorum has cosigned; ages are None where nothing is waiting.
    """

    size: int
    sealed_at: datetime | None
    signer: str | None
    unsealed_seconds: float | None
    witnesses: int
    independent: int
    needed: int
    witnessed: int
    unwitnessed_seconds: float | None

    @property
    def is_late(self) -> bool:
        """等着见证的最早一件，等得太久；没有约定见证的，不算。"""
        return self.witnesses > 0 and (self.unwitnessed_seconds or 0.0) > LATE


def seal_end(conn: Connection[Any], chosen: Settings) -> SealEnd:
    """封账与见证到哪里。Needs the audit role."""
    newest, quorum = newest_checkpoint(conn), quorum_of(chosen)
    size = newest.size if newest else 0
    witnessed = quorum.witnessed(cosignatures(conn)) if quorum.members else 0
    line = Note.parse(newest.note).signatures[0] if newest else None
    return SealEnd(
        size=size,
        sealed_at=newest.sealed_at if newest else None,
        signer=f"{line.name}+{line.key_id.hex()}" if line else None,
        unsealed_seconds=waiting_since(conn, size),
        witnesses=len(quorum.members),
        independent=quorum.independent(),
        needed=quorum.needed,
        witnessed=witnessed,
        unwitnessed_seconds=waiting_since(conn, witnessed),
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """一本账此刻的现状。"""

    head: Head
    lanes: tuple[LaneEnd, ...]
    followers: Sequence[Lag]
    timers: OpenTimers
    seal: SealEnd

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
            "seal": asdict(self.seal) | {"sealed_at": _text(self.seal.sealed_at)},
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
            timers, seal = open_timers(conn, SCHEDULER), seal_end(conn, chosen)
            return Standing(ledger_head(conn), lanes, lags(conn), timers, seal)
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
