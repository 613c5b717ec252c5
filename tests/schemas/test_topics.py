"""主题与分区：与 Kafka 自己的分法逐位相同。"""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kafka.partitioner.default import murmur2 as kafka_murmur2

from schemas.topics import (
    DEFAULT_PARTITIONS,
    FAMILY_TOPIC,
    murmur2,
    partition_for,
    topic_name,
    topic_of,
)


@pytest.mark.parametrize(
    ("key", "signed"),
    [
        (b"21", -973932308),
        (b"foobar", -790332482),
        (b"a-little-bit-long-string", -985981536),
        (b"a-little-bit-longer-string", -1486304829),
        (b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971),
        (b"abc", 479470107),
    ],
)
def test_murmur2_by_kafka_own_values(key: bytes, signed: int) -> None:
    """Kafka 源码 UtilsTest 的测试值。"""
    assert murmur2(key) == signed % 2**32


@given(st.binary(max_size=64))
def test_murmur2_equals_the_client(key: bytes) -> None:
    """与 Kafka 客户端的算法处处相同。"""
    assert murmur2(key) == kafka_murmur2(key) & 0xFFFFFFFF


@given(st.text(), st.integers(1, 64))
def test_every_key_has_one_partition(key: str, partitions: int) -> None:
    """任何键落在一个存在的分区。"""
    assert partition_for(key, partitions) == (murmur2(key.encode()) & 0x7FFFFFFF) % partitions
    assert 0 <= partition_for(key, partitions) < partitions


def test_revocation_shares_the_topic_of_the_case() -> None:
    """撤销不得越到审批之前，故同一主题；每个主题建账时有分区数。"""
    assert topic_of("revocation/r-1") == topic_of("case/2026-000001") == "case"
    assert topic_of("licence/JY-1") == topic_of("commitment/c-1") == topic_of("push/p-1") == "case"
    assert set(FAMILY_TOPIC.values()) | {"checkpoint"} == set(DEFAULT_PARTITIONS)


@pytest.mark.parametrize("origin", ["demo", "a", "fengze.gov-1", "a" * 32])
def test_topic_names(origin: str) -> None:
    """主题名含账本代号。"""
    assert topic_name(origin, "case") == f"shenguan.{origin}.case.v1"


@pytest.mark.parametrize("origin", ["", "丰泽", "Demo", "-a", "a-", "a.", "a_b", "a" * 33, "a\n"])
def test_bad_origins_are_refused(origin: str) -> None:
    """不成代号的不用。"""
    with pytest.raises(ValueError, match="not an origin"):
        topic_name(origin, "case")
