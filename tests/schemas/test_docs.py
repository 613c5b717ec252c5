"""说明文字与格式一致：术语、主题页、读法示例。"""

import json
import re
import runpy
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import schemas.codec
from schemas.codec import current
from schemas.registry import EVENT_NAMES
from schemas.topics import topic_of

ROOT = Path(schemas.codec.__file__).parents[1]


def test_the_glossary_page_is_generated() -> None:
    """docs/glossary.md 与词汇表一致；改了词汇表须重新生成。"""
    script = runpy.run_path(str(ROOT / "docs/make_glossary.py"))
    source = (ROOT / "docs/glossary.toml").read_text(encoding="utf-8")
    assert script["page"](source) == (ROOT / "docs/glossary.md").read_text(encoding="utf-8")


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


def test_the_reading_example_runs() -> None:
    """给集成方的示例照抄即可运行。"""
    readme = (ROOT / "schemas/README.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True, text=True
    )
    assert ran.stdout.startswith("2026-000001 2026-02-")
