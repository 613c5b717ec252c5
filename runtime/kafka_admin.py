"""Kafka 的管理：建主题、问主题的身份与设置。

The only place outside relay and followers that speaks to Kafka.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final
from uuid import UUID

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource
from kafka.errors import KafkaError, TopicAlreadyExistsError

from runtime.exits import Exit, Stop

# Everything ever published stays, as published (architecture.md, section 3).
LEDGER_TOPIC: Final[Mapping[str, str]] = {
    "cleanup.policy": "delete",
    "retention.ms": "-1",
    "retention.bytes": "-1",
    "max.message.bytes": "1048576",
    "message.timestamp.type": "CreateTime",
    # A rehearsal's clock runs ahead of the broker's; the default refuses more than an hour.
    "message.timestamp.after.max.ms": str(2**63 - 1),
}
PATIENCE: Final = 10_000  # milliseconds


@contextmanager
def admin(bootstrap: str, patience: int = PATIENCE) -> Iterator[KafkaAdminClient]:
    """一个管理连接；连不上即说明。"""
    try:
        client = KafkaAdminClient(
            bootstrap_servers=bootstrap.split(","),
            client_id="shenguan-admin",
            bootstrap_timeout_ms=patience,
            request_timeout_ms=max(patience, 1_000),
        )
    except KafkaError as problem:
        raise Stop(
            Exit.DEPENDENCY, "kafka.down", bootstrap=bootstrap, detail=type(problem).__name__
        ) from problem
    try:
        yield client
    finally:
        client.close()


def answers(bootstrap: str) -> bool:
    """集群是否已能作答：选出了控制者，列得出节点。"""
    try:
        with admin(bootstrap, patience=1_000) as client:
            cluster = client.describe_cluster()
    except Stop:
        return False
    return bool(cluster["brokers"])


def create_topics(
    bootstrap: str,
    partitions: Mapping[str, int],
    settings: Mapping[str, str] = LEDGER_TOPIC,
    *,
    replicas: int | None = None,
) -> dict[str, str]:
    """建主题（已有的不动），返回主题名到主题编号（UUID 文本）。

    `replicas` defaults to three, or to as many brokers as there are.
    """
    with admin(bootstrap) as client:
        brokers = len(client.describe_cluster()["brokers"])
        copies = replicas or min(3, brokers)
        least = {"min.insync.replicas": str(max(1, copies - 1))}
        for name, count in partitions.items():
            topic = {
                "num_partitions": count,
                "replication_factor": copies,
                "configs": {**settings, **least},
            }
            try:
                client.create_topics({name: topic}, wait_for_metadata=True)
            except TopicAlreadyExistsError:
                continue
        return _ids(client, partitions)


def topic_ids(bootstrap: str, names: Iterable[str]) -> dict[str, str]:
    """主题编号：重建过的主题同名而异号。Missing topics are left out."""
    with admin(bootstrap) as client:
        return _ids(client, names)


def partition_counts(bootstrap: str, names: Iterable[str]) -> dict[str, int]:
    """各主题的分区数。Missing topics are left out."""
    with admin(bootstrap) as client:
        return {
            topic["name"]: len(topic["partitions"])
            for topic in client.describe_topics(list(names))
            if topic["error_code"] == 0
        }


def topic_settings(bootstrap: str, names: Iterable[str]) -> dict[str, dict[str, str]]:
    """各主题的现行设置。"""
    with admin(bootstrap) as client:
        wanted = [ConfigResource("TOPIC", name) for name in names]
        found = client.describe_configs(wanted, config_filter="all") if wanted else {}
        return {
            name: {key: str(entry["value"]) for key, entry in settings.items()}
            for name, settings in found.get("topic", {}).items()
        }


def delete_topics(bootstrap: str, names: Iterable[str]) -> None:
    """删主题；只供测试与故障演练。"""
    with admin(bootstrap) as client:
        client.delete_topics(list(names))


def _ids(client: KafkaAdminClient, names: Iterable[str]) -> dict[str, str]:
    return {
        topic["name"]: str(UUID(str(topic["topic_id"])))
        for topic in client.describe_topics(list(names))
        if topic["error_code"] == 0
    }
