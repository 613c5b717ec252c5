"""账目（entry）：账本中的一行，也是主题里的一条记录，二者字节相同。"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """一件事在账上的全部记载。

    ``position`` counts from 0 over the ledger, ``lane_position`` from 0 over (topic, partition),
    ``version`` from 1 over the stream; none of them has a hole. ``topic`` is the short name
    (``case``). ``prev_leaf_hash`` is empty for the first event of a stream. ``value`` is the Avro
    record whose very bytes are hashed, stored and published.
    """

    position: int
    topic: str
    partition: int
    lane_position: int
    stream: str
    version: int
    key: str
    event_id: str
    name: str
    schema_sha256: bytes
    prev_leaf_hash: bytes
    leaf_hash: bytes
    incarnation: int
    recorded_at: datetime
    traceparent: str | None
    value: bytes
