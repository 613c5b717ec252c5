"""留证：丢弃主题之前，把其中的记录原样存下。"""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from kafka import KafkaConsumer, TopicPartition

from ledger.relay import open_consumer
from runtime.settings import Settings


def keep_topics(chosen: Settings, names: Iterable[str]) -> Path:
    """各主题的全部记录，逐条一行 JSON（字节写成十六进制），存进数据目录的 evidence/。"""
    folder = chosen.data / "evidence" / f"topics-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    folder.mkdir(parents=True)
    consumer = open_consumer(chosen.kafka_bootstrap)
    try:
        for name in names:
            for number in sorted(consumer.partitions_for_topic(name) or ()):
                with (folder / f"{name}-{number}.jsonl").open("w", encoding="ascii") as file:
                    for line in _records(consumer, TopicPartition(name, number)):
                        file.write(line + "\n")
    finally:
        consumer.close()
    return folder


def _records(consumer: KafkaConsumer, partition: TopicPartition) -> Iterator[str]:
    end = consumer.end_offsets([partition])[partition]
    consumer.assign([partition])
    consumer.seek_to_beginning(partition)
    while (consumer.position(partition) or 0) < end:
        for record in consumer.poll(timeout_ms=500).get(partition, ()):
            yield json.dumps(
                {
                    "offset": record.offset,
                    "timestamp": record.timestamp,
                    "key": record.key.hex() if record.key is not None else None,
                    "value": record.value.hex() if record.value is not None else None,
                    "headers": [[name, value.hex()] for name, value in record.headers],
                }
            )
