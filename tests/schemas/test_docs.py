"""说明文字与格式一致：术语、主题页、读法示例。"""

import json
import re
import runpy
import subprocess
import sys
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

import schemas.codec
from ledger.relay import open_producer
from runtime.kafka_admin import create_topics
from schemas.codec import current
from schemas.headers import Headers, write_headers
from schemas.registry import EVENT_NAMES
from schemas.topics import topic_name, topic_of

ROOT = Path(schemas.codec.__file__).parents[1]


def test_the_glossary_page_is_generated() -> None:
    """docs/glossary.md 与词汇表一致；改了词汇表须重新生成。"""
    script = runpy.run_path(str(ROOT / "docs/make_glossary.py"))
    source = (ROOT / "docs/glossary.toml").read_text(encoding="utf-8")
    assert script["page"](source) == (ROOT / "docs/glossary.md").read_text(encoding="utf-8")


def test_the_asyncapi_document_is_generated() -> None:
    """docs/asyncapi.yaml 与主题页、格式一致，每种事件都在；改了须重新生成。"""
    script = runpy.run_path(str(ROOT / "docs/make_asyncapi.py"))
    assert script["page"]() == (ROOT / "docs/asyncapi.yaml").read_text(encoding="utf-8")
    assert set(script["document"]()["components"]["messages"]) == set(EVENT_NAMES)


def test_one_chinese_term_has_one_english_word() -> None:
    """一个中文术语只对一个标识，一个标识只对一个中文术语。"""
    terms = tomllib.loads((ROOT / "docs/glossary.toml").read_text(encoding="utf-8"))["term"]
    assert len({term["chinese"] for term in terms}) == len(terms)
    assert len({term["identifier"] for term in terms}) == len(terms)
    assert {term["kind"] for term in terms} == {"event", "role", "term"}


@pytest.mark.parametrize("topic", ["case", "inspection", "register"])
def test_topic_pages_list_their_events_as_they_are(topic: str) -> None:
    """主题页逐一列出本主题的事件，含义和字段与格式文件一字不差。"""
    page = (ROOT / f"schemas/{topic}.v1.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\S+\.v\d+)` \| (.*) \|$", page, re.MULTILINE))
    expected: dict[str, str] = {}
    for name in EVENT_NAMES:
        if topic_of(name.replace(".", "/", 1)) == topic:
            tree = json.loads(current(name).text)
            fields = " ".join(f"`{item['name']}`" for item in tree["fields"][1:])
            expected[name] = f"{tree['doc']} | {fields}"
    assert rows == expected


def _examples() -> list[str]:
    readme = (ROOT / "schemas/README.md").read_text(encoding="utf-8")
    return re.findall(r"```python\n(.*?)```", readme, re.DOTALL)


def test_the_reading_example_runs() -> None:
    """给集成方的示例照抄即可运行。"""
    code = _examples()[0]
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True, text=True
    )
    assert ran.stdout.startswith("2026-000001 2026-02-")


@pytest.mark.integration
@pytest.mark.kafka
def test_the_reading_loop_drops_repeats_and_stops_at_a_gap(kafka: str) -> None:
    """给集成方的循环：换上地址与主题即可运行；重复的丢弃，缺号即停。"""
    topic = topic_name(f"r{uuid4().hex[:8]}", "case")
    create_topics(kafka, {topic: 1})
    producer = open_producer(kafka)
    value = (ROOT / "tests/schemas/golden/case.accepted.v1.bin").read_bytes()
    for lane_position in (0, 1, 0, 1, 2, 4):
        producer.send(topic, value=value, partition=0, headers=_headers(lane_position))
    producer.flush(30)
    producer.close()
    code = _examples()[1].replace("127.0.0.1:9092", kafka).replace("shenguan.demo.case.v1", topic)
    ran = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )
    lines = [line.split() for line in ran.stdout.splitlines()]
    assert lines == [["0", str(n), "case.accepted.v1", "2026-000001"] for n in range(3)]
    assert "分区 0 缺第 3 条" in ran.stderr


def _headers(lane_position: int) -> list[tuple[str, bytes]]:
    instant = datetime(2026, 3, 2, 1, tzinfo=UTC)
    return write_headers(
        Headers(
            origin="reader",
            event_id=str(uuid4()),
            name="case.accepted.v1",
            stream="case/2026-000001",
            recorded_at=instant,
            incarnation=1,
            position=lane_position,
            lane_position=lane_position,
            version=lane_position + 1,
            schema=current("case.accepted.v1").sha256,
            prev_leaf_hash=b"",
            leaf_hash=bytes(32),
        )
    )
